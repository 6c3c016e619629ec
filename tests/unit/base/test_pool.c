/* SPDX-License-Identifier: BSD-2-Clause */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/pool.h"
#include "harness.h"

#define COUNT_IN(array) (sizeof(array) / sizeof((array)[0]))

static void test_once(void)
{
	struct pool *pool = pool_new();
	char text[] = "gold";
	const char *kept = pool_text(pool, text);

	EQUAL_TEXT(kept, "gold");
	CU_ASSERT_PTR_NOT_EQUAL(kept, text);
	text[0] = 'b';
	EQUAL_TEXT(kept, "gold");
	CU_ASSERT_PTR_EQUAL(pool_text(pool, "gold"), kept);
	CU_ASSERT_PTR_EQUAL(pool_find(pool, "gold"), kept);
	CU_ASSERT_PTR_NULL(pool_find(pool, "bold"));
	CU_ASSERT_PTR_NULL(pool_find(pool, ""));
	EQUAL_TEXT(pool_text(pool, ""), "");
	CU_ASSERT_PTR_NOT_NULL(pool_find(pool, ""));
	pool_release(pool);
	pool_release(NULL);
}

/* Texts stay where they are while the pool grows, those larger than a piece of it among them. */
static void test_many(void)
{
	enum { COUNT = 20000, LARGE = 100000 };
	static const char *kept[COUNT];
	static char large[LARGE + 1];
	struct pool *pool = pool_new();
	char text[32];

	memset(large, 'x', LARGE);
	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "policy %d", i);
		kept[i] = pool_text(pool, text);
		pool_set_number(kept[i], (uint32_t)i + 1);
		if (i == COUNT / 2)
			EQUAL_TEXT(pool_text(pool, large), large);
	}
	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "policy %d", i);
		if (pool_find(pool, text) != kept[i] || strcmp(kept[i], text) != 0 ||
		    pool_number(kept[i]) != (uint32_t)i + 1)
			FAIL("%s is not where it was", text);
	}
	EQUAL_NUMBER(pool_number(pool_find(pool, large)), 0);
	pool_release(pool);
}

static void test_counted(void)
{
	struct pool *pool = pool_new();
	char text[POOL_COUNTED_MAX + 2];
	const unsigned char *counted = pool_counted(pool_text(pool, "gold"));

	CU_ASSERT_PTR_NOT_NULL_FATAL(counted);
	CU_ASSERT_TRUE(memcmp(counted, "\4gold", 6) == 0);
	EQUAL_NUMBER(pool_counted(pool_text(pool, ""))[0], 0);
	memset(text, 'x', sizeof text);
	text[POOL_COUNTED_MAX + 1] = '\0';
	CU_ASSERT_PTR_NULL(pool_counted(pool_text(pool, text)));
	text[POOL_COUNTED_MAX] = '\0';
	EQUAL_NUMBER(pool_counted(pool_text(pool, text))[0], POOL_COUNTED_MAX);
	EQUAL_NUMBER(pool_counted(pool_text(pool, "\xfa"))[0], 1);
	CU_ASSERT_PTR_NULL(pool_counted(pool_text(pool, "a\xfb")));
	pool_release(pool);
}

/* Names that have the same hash in one pool, by the usual start of FNV-1a, have not in all. */
static void test_one_hash(void)
{
	static const char *const pairs[][2] = {{"costarring", "liquid"},
					       {"declinate", "macallums"},
					       {"altarage", "zinke"},
					       {"altarages", "zinkes"}};
	struct pool *pools[16];
	unsigned same = 0, count = 0;

	for (size_t i = 0; i < COUNT_IN(pools); i++) {
		pools[i] = pool_new();
		for (size_t j = 0; j < COUNT_IN(pairs); j++, count++)
			same += pool_hash(pool_text(pools[i], pairs[j][0])) ==
				pool_hash(pool_text(pools[i], pairs[j][1]));
	}
	CU_ASSERT_TRUE(same < count / 2);
	for (size_t i = 0; i < COUNT_IN(pools); i++)
		pool_release(pools[i]);
}

/* Reads what it was given, and is the last to hold the pool or not. */
static void *read_and_release(void *arg)
{
	void *const *given = arg;

	for (int i = 0; i < 1000; i++)
		if (strcmp(given[1], "gold") != 0)
			return arg;
	pool_release(given[0]);
	return NULL;
}

static void test_threads(void)
{
	struct pool *pool = pool_new();
	void *given[] = {pool_hold(pool), (void *)pool_text(pool, "gold")};
	char text[32];
	void *wrong = NULL;
	pthread_t thread;

	EQUAL_NUMBER(pthread_create(&thread, NULL, read_and_release, given), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "policy %d", i);
		pool_set_number(pool_text(pool, text), 1);
	}
	pool_set_number(given[1], 7);
	pool_release(pool);
	pthread_join(thread, &wrong);
	CU_ASSERT_PTR_NULL(wrong);
}

static const struct harness_test tests[] = {
    {"a text is there once", test_once},
    {"many texts, and a large one", test_many},
    {"octets behind their number", test_counted},
    {"names of one hash", test_one_hash},
    {"another thread reads and releases", test_threads},
    {NULL, NULL},
};
const struct harness_suite pool_suite = {"pool", tests};
