/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/clock.h"

#include <stdatomic.h>

/* The linker sends here all who ask for one of these (ld --wrap), and gives that another name. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): they are the linker's
 * names */
int64_t __real_timefmt_now(void);
int64_t __wrap_timefmt_now(void);
int64_t __real_timefmt_monotonic(void);
int64_t __wrap_timefmt_monotonic(void);

static _Atomic int64_t ahead, passed;

int64_t __wrap_timefmt_now(void)
{
	return __real_timefmt_now() + ahead;
}

int64_t __wrap_timefmt_monotonic(void)
{
	return __real_timefmt_monotonic() + passed;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

void clock_step(int64_t millis)
{
	ahead += millis;
}

void clock_pass(int64_t millis)
{
	passed += millis;
}
