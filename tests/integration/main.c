/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"

/* The suites of this program. */
/* clang-format off */
#define SUITES(SUITE) \
	SUITE(rows) SUITE(protocol) SUITE(command) SUITE(terminal) SUITE(doctor) SUITE(life) \
	SUITE(faults) SUITE(network) SUITE(delta) SUITE(keep) SUITE(tables) SUITE(sites) SUITE(notify) \
	SUITE(fastpath) SUITE(collect) SUITE(memory) SUITE(master) SUITE(disk) SUITE(process) SUITE(secret) \
	SUITE(service)

/* clang-format on */

#define DECLARE(name) extern const struct harness_suite name##_suite;
SUITES(DECLARE)

#define ENTRY(name) &name##_suite,
const struct harness_suite *const harness_suites[] = {SUITES(ENTRY) NULL};
