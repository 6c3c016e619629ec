/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/descriptors.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>

#include "harness.h"

#define LIMIT 200
#define THREADS 8
#define ROUNDS 2000
#define SITES 1000

static struct rlimit before;

static void set_limit(rlim_t soft, rlim_t hard)
{
	const struct rlimit limit = {soft, hard};

	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* A process of its own runs each test, so the hard limit need not be raised again. */
static void begin(void)
{
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &before), 0);
	CU_ASSERT_TRUE_FATAL(before.rlim_max > LIMIT);
	set_limit(LIMIT, before.rlim_max);
}

static void end(void)
{
	set_limit(before.rlim_cur, before.rlim_max);
}

/* How often TAKE grants COUNT. */
static int count(bool (*take)(unsigned count), unsigned count)
{
	int granted = 0;

	while (take(count))
		granted++;
	return granted;
}

static void test_start(void)
{
	begin();
	CU_ASSERT_EQUAL(descriptors_limit(), LIMIT);
	CU_ASSERT_TRUE(descriptors_start());
	CU_ASSERT_EQUAL(descriptors_limit(),
			(int64_t)(before.rlim_max > INT32_MAX ? INT32_MAX : before.rlim_max));
	end();
}

static void test_too_few(void)
{
	begin();
	set_limit(3, before.rlim_max);
	CU_ASSERT_TRUE(descriptors_are_scarce());
	set_limit(LIMIT, before.rlim_max);
	CU_ASSERT_FALSE(descriptors_are_scarce());
	end();
	CU_ASSERT_TRUE(descriptors_are_meant(EMFILE));
	CU_ASSERT_TRUE(descriptors_are_meant(ENFILE));
	CU_ASSERT_FALSE(descriptors_are_meant(ENOENT));
}

/* What is held leaves some for work, and what is taken leaves what is planned to be held. */
static void test_shares(void)
{
	char text[DESCRIPTORS_TEXT_SIZE] = "";
	int held, taken;

	begin();
	CU_ASSERT_TRUE(descriptors_start());
	set_limit(LIMIT, before.rlim_max);
	CU_ASSERT_TRUE(descriptors_plan(2, text));
	CU_ASSERT_FALSE(descriptors_plan(20, text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "of 20 sites can be fetched at the same time"));
	taken = count(descriptors_take, DESCRIPTORS_WORK);
	CU_ASSERT_TRUE(taken >= 1 && taken < 20);
	held = count(descriptors_hold, DESCRIPTORS_STORE);
	CU_ASSERT_TRUE(held >= 20);
	/* With what has been taken there would be more. */
	CU_ASSERT_TRUE(descriptors_will_be_left(DESCRIPTORS_STORE));
	descriptors_give(DESCRIPTORS_WORK);
	CU_ASSERT_FALSE(descriptors_take(DESCRIPTORS_WORK) && held > 20 + 2);
	end();
}

static void test_cannot_fit(void)
{
	char text[DESCRIPTORS_TEXT_SIZE] = "";
	int held;

	begin();
	CU_ASSERT_TRUE(descriptors_start());
	set_limit(LIMIT, before.rlim_max);
	CU_ASSERT_FALSE(descriptors_plan(SITES, text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "not enough file descriptors for all sites: 1,000 "
					    "sites need 3,4"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "and the limit is 200; raise LimitNOFILE"));
	descriptors_explain(text);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(text, "no file descriptor is left for this site: 1,000 sites need 3,4"));
	held = count(descriptors_hold, DESCRIPTORS_STORE);
	CU_ASSERT_TRUE(held > 20 && held < LIMIT / DESCRIPTORS_STORE);
	/* However many are held: one can work. */
	CU_ASSERT_TRUE(descriptors_take(DESCRIPTORS_WORK));
	/* A limit that is raised from outside counts at once. */
	set_limit(LIMIT * 2, before.rlim_max);
	CU_ASSERT_TRUE(descriptors_hold(DESCRIPTORS_STORE));
	/* So does one that is lowered. */
	set_limit(LIMIT / 2, before.rlim_max);
	CU_ASSERT_FALSE(descriptors_hold(DESCRIPTORS_STORE));
	CU_ASSERT_FALSE(descriptors_will_be_left(DESCRIPTORS_STORE));
	CU_ASSERT_FALSE(descriptors_take(DESCRIPTORS_WORK));
	/* Who is alone may try. */
	descriptors_give(DESCRIPTORS_WORK);
	CU_ASSERT_TRUE(descriptors_take(DESCRIPTORS_WORK));
	CU_ASSERT_FALSE(descriptors_take(DESCRIPTORS_WORK));
	end();
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

static void *take_and_give(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (descriptors_take(DESCRIPTORS_WORK))
			descriptors_give(DESCRIPTORS_WORK);
		if (descriptors_hold(DESCRIPTORS_STORE))
			descriptors_release(DESCRIPTORS_STORE);
	}
	return arg;
}

/* However threads meet, nothing is lost and nothing is granted twice. */
static void test_threads(void)
{
	pthread_t threads[THREADS];
	int taken;

	begin();
	taken = count(descriptors_take, DESCRIPTORS_WORK);
	for (int i = 0; i < taken; i++)
		descriptors_give(DESCRIPTORS_WORK);
	for (int i = 0; i < THREADS; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, take_and_give, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CU_ASSERT_EQUAL(count(descriptors_take, DESCRIPTORS_WORK), taken);
	for (int i = 0; i < taken; i++)
		descriptors_give(DESCRIPTORS_WORK);
	end();
}

static const struct harness_test tests[] = {
    {"the limit is raised", test_start},
    {"too few", test_too_few},
    {"what is held and what is taken", test_shares},
    {"more sites than fit", test_cannot_fit},
    {"somebody waits", test_waiting},
    {"many threads", test_threads},
    {NULL, NULL},
};

const struct harness_suite descriptors_suite = {"descriptors", tests};
