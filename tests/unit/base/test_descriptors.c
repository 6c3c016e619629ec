/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/descriptors.h"
#include "harness.h"

#define LIMIT 200

static void set_limit(rlim_t count)
{
	struct rlimit limit;

	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = count;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* The budget of a process that may have LIMIT descriptors, with SITES sites. */
static void begin(size_t sites)
{
	char text[DESCRIPTORS_TEXT_SIZE];

	CU_ASSERT_TRUE_FATAL(descriptors_start());
	set_limit(LIMIT);
	descriptors_plan(sites, text);
}

static unsigned hold_all(void)
{
	unsigned held = 0;

	while (descriptors_hold(DESCRIPTORS_STORE))
		held += DESCRIPTORS_STORE;
	return held;
}

static unsigned take_all(void)
{
	unsigned taken = 0;

	while (descriptors_take(DESCRIPTORS_WORK))
		taken += DESCRIPTORS_WORK;
	return taken;
}

static void test_raised(void)
{
	struct rlimit limit;

	set_limit(100);
	CU_ASSERT_TRUE(descriptors_start());
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_EQUAL(limit.rlim_cur, limit.rlim_max);
}

static void test_plan(void)
{
	static const char beginning[] =
	    "there are not enough file descriptors for all sites: 100 sites need ";
	char text[DESCRIPTORS_TEXT_SIZE];
	int need;

	begin(1);
	CU_ASSERT_TRUE(descriptors_plan(1, text));
	CU_ASSERT_FALSE(descriptors_plan(100, text));
	CU_ASSERT_NSTRING_EQUAL_FATAL(text, beginning, sizeof beginning - 1);
	need = atoi(text + sizeof beginning - 1);
	CU_ASSERT_TRUE(need > LIMIT);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, ", and the limit is 200; raise LimitNOFILE"));
	set_limit((rlim_t)need - 1);
	CU_ASSERT_FALSE(descriptors_plan(100, text));
	/* What is said to be needed is enough for all of them, and for one at work. */
	set_limit((rlim_t)need);
	CU_ASSERT_TRUE(descriptors_plan(100, text));
	CU_ASSERT_TRUE(hold_all() >= 100 * DESCRIPTORS_STORE);
	CU_ASSERT_TRUE(descriptors_take(DESCRIPTORS_WORK));
}

/* However many sites hold theirs, some can work; and what is set aside is never given away. */
static void test_held(void)
{
	unsigned held, taken;

	begin(1000);
	held = hold_all();
	taken = take_all();
	CU_ASSERT_TRUE(held > LIMIT / 2);
	CU_ASSERT_TRUE(taken >= DESCRIPTORS_WORK);
	CU_ASSERT_TRUE(held + taken <= LIMIT - 32);
	descriptors_release(DESCRIPTORS_STORE);
	CU_ASSERT_TRUE(descriptors_hold(DESCRIPTORS_STORE));
	CU_ASSERT_FALSE(descriptors_hold(DESCRIPTORS_STORE));
	descriptors_give(DESCRIPTORS_WORK);
	CU_ASSERT_TRUE(descriptors_take(DESCRIPTORS_WORK));
	CU_ASSERT_FALSE(descriptors_take(DESCRIPTORS_WORK));
}

/* Those at work leave to the others what these are yet to hold. */
static void test_taken(void)
{
	begin(20);
	CU_ASSERT_TRUE(take_all() >= DESCRIPTORS_WORK);
	for (int i = 0; i < 20; i++)
		CU_ASSERT_TRUE(descriptors_hold(DESCRIPTORS_STORE));
}

static void test_waiting(void)
{
	CU_ASSERT_FALSE(descriptors_wanted());
	descriptors_wait(true);
	descriptors_wait(true);
	descriptors_wait(false);
	CU_ASSERT_TRUE(descriptors_wanted());
	descriptors_wait(false);
	CU_ASSERT_FALSE(descriptors_wanted());
}

static void test_errors(void)
{
	CU_ASSERT_TRUE(descriptors_are_meant(EMFILE));
	CU_ASSERT_TRUE(descriptors_are_meant(ENFILE));
	CU_ASSERT_FALSE(descriptors_are_meant(EACCES));
	CU_ASSERT_FALSE(descriptors_are_meant(0));
	CU_ASSERT_FALSE(descriptors_are_scarce());
	set_limit(4);
	CU_ASSERT_TRUE(descriptors_are_scarce());
}

static const struct harness_test tests[] = {
    {"the limit is raised", test_raised},
    {"how many are needed", test_plan},
    {"held and taken", test_held},
    {"left to the others", test_taken},
    {"waiting", test_waiting},
    {"errors", test_errors},
    {NULL, NULL},
};

const struct harness_suite descriptors_suite = {"descriptors", tests};
