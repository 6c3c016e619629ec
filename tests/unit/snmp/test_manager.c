/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/timefmt.h"
#include "harness.h"
#include "snmp/manager.h"

/* What the doctor sees of an snmpd that is not there. */

static const uint32_t subtree[] = {1, 3, 6, 1};

static void test_nowhere(void)
{
	CU_ASSERT_PTR_NULL(manager_open("no-such-host.invalid", "public", timefmt_monotonic()));
	manager_close(NULL);
}

/* Whoever has no time left asks nothing, and so waits for nothing. */
static void test_too_late(void)
{
	struct manager *manager = manager_open("127.0.0.1:1", "public", timefmt_monotonic());
	int64_t begun = timefmt_monotonic();

	CU_ASSERT_PTR_NOT_NULL_FATAL(manager);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_FALSE(manager_sees(manager, subtree, 4));
	CU_ASSERT_FALSE(manager_was_answered(manager));
	CU_ASSERT_TRUE(timefmt_monotonic() - begun < 900);
	manager_close(manager);
}

static const struct harness_test tests[] = {
    {"nowhere", test_nowhere},
    {"too late", test_too_late},
    {NULL, NULL},
};

const struct harness_suite manager_suite = {"manager", tests};
