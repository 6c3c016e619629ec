/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Steps the local clock that timefmt_now tells by MILLIS, as one does who sets it. */
void clock_step(int64_t millis);

/* MILLIS more have passed of the time that timefmt_monotonic tells. */
void clock_pass(int64_t millis);

#endif
