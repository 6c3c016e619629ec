/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/pace.h"

#include "harness.h"

/* A server whose answers take longer by FACTOR for each further request at work. */
struct server {
	int64_t millis;
	double factor;
	bool idle; /* nothing is to be done between two answers but to wait */
};

static int64_t answer_millis(const struct server *server, unsigned level)
{
	double millis = (double)server->millis;

	for (unsigned i = 1; i < level; i++)
		millis *= server->factor;
	return (int64_t)millis;
}

/* COUNT answers of SERVER from *NOW on; why there is one less, if so. */
static const char *run(struct pace *pace, const struct server *server, unsigned count, int64_t *now)
{
	const char *why = NULL;

	for (unsigned i = 0; i < count; i++) {
		int64_t millis = answer_millis(server, pace->level);
		const char *words;

		*now += millis / pace->level;
		if (server->idle)
			pace->waited += millis / pace->level;
		words = pace_answer(pace, pace->turn, millis, *now);
		why = words ? words : why;
	}
	return why;
}

static void test_rise(void)
{
	static const struct server server = {100, 1, true}, fast = {20, 1, true};
	int64_t now = 0;
	struct pace pace;

	for (unsigned limit = 1; limit <= PACE_MAX; limit++) {
		pace_begin(&pace, limit, now);
		CU_ASSERT_PTR_NULL(run(&pace, &server, 100, &now));
		EQUAL_NUMBER(pace.level, limit);
		EQUAL_NUMBER(pace.limit, limit);
	}
	pace_begin(&pace, 99, now);
	CU_ASSERT_PTR_NULL(run(&pace, &fast, 100, &now));
	EQUAL_NUMBER(pace.level, PACE_MAX);
}

/* Who is slower than the server gains nothing by more requests. */
static void test_busy(void)
{
	static const struct server server = {100, 1, false};
	int64_t now = 0;
	struct pace pace;

	pace_begin(&pace, 4, now);
	CU_ASSERT_PTR_NULL(run(&pace, &server, 100, &now));
	EQUAL_NUMBER(pace.level, 1);
	EQUAL_NUMBER(pace.limit, 4);
}

static void test_crowding(void)
{
	static const struct {
		struct server server;
		unsigned level;
		const char *why;
	} cases[] = {
	    {{100, 2, true}, 1, "answers take much longer with more"},
	    {{3, 2, true}, 2, "more bring no more answers"},
	    {{100, 1.48, true}, 3, "more bring no more answers"},
	    {{100, 1.1, true}, 8, NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t now = 5;
		struct pace pace;
		const char *why;

		pace_begin(&pace, 8, now);
		why = run(&pace, &cases[i].server, 1000, &now);
		EQUAL_NUMBER(pace.level, cases[i].level);
		EQUAL_TEXT(why ? why : "", cases[i].why ? cases[i].why : "");
	}
}

/* The server gets slower when the level was reached long ago. */
static void test_later(void)
{
	static const struct server quick = {100, 1, true}, slow = {211, 1, true},
				   slower = {209, 1, true};
	int64_t now = 0;
	struct pace pace;

	pace_begin(&pace, 4, now);
	run(&pace, &quick, 100, &now);
	CU_ASSERT_PTR_NULL(run(&pace, &slower, 100, &now));
	EQUAL_NUMBER(pace.level, 4);
	EQUAL_TEXT(run(&pace, &slow, 15, &now), "answers take much longer than before");
	EQUAL_NUMBER(pace.level, 3);
	run(&pace, &slow, 100, &now);
	EQUAL_NUMBER(pace.level, 1);
	CU_ASSERT_PTR_NULL(run(&pace, &quick, 100, &now));
	EQUAL_NUMBER(pace.level, 1);
}

/* What was on the way already tells nothing about the new level. */
static void test_setbacks(void)
{
	static const struct server server = {100, 1, true};
	unsigned before;
	int64_t now = 0;
	struct pace pace;

	pace_begin(&pace, 8, now);
	run(&pace, &server, 100, &now);
	before = pace.turn;
	EQUAL_TEXT(pace_setback(&pace, before, "busy"), "busy");
	EQUAL_NUMBER(pace.level, 7);
	CU_ASSERT_PTR_NULL(pace_setback(&pace, before, "busy"));
	CU_ASSERT_PTR_NULL(pace_answer(&pace, before, 10000, now));
	EQUAL_NUMBER(pace.count, 0);
	EQUAL_NUMBER(pace.level, 7);
	for (unsigned level = 6; level > 0; level--) {
		EQUAL_TEXT(pace_setback(&pace, pace.turn, "busy"), "busy");
		EQUAL_NUMBER(pace.level, level);
	}
	CU_ASSERT_PTR_NULL(pace_setback(&pace, pace.turn, "busy"));
	run(&pace, &server, 100, &now);
	EQUAL_NUMBER(pace.level, 1);
}

/* A request that was sent with fewer at work, and fails when there are more, is one of now. */
static void test_early_setbacks(void)
{
	static const struct server server = {100, 1, true};
	int64_t now = 0;
	struct pace pace;

	pace_begin(&pace, 8, now);
	EQUAL_TEXT(pace_setback(&pace, 0, "busy"), "busy");
	EQUAL_NUMBER(pace.limit, 1);
	pace_begin(&pace, 8, now);
	run(&pace, &server, 6, &now);
	EQUAL_NUMBER(pace.level, 2);
	EQUAL_TEXT(pace_setback(&pace, 0, "busy"), "busy");
	EQUAL_NUMBER(pace.limit, 1);
	pace_begin(&pace, 8, now);
	run(&pace, &server, 6, &now);
	pace_stay(&pace, 1);
	EQUAL_NUMBER(pace.level, 1);
	run(&pace, &server, 100, &now);
	EQUAL_NUMBER(pace.level, 1);
}

/* One more is tried again, later each time that this fails. */
static void test_again(void)
{
	static const struct server server = {100, 1, true};
	int64_t now = 0;
	struct pace pace;

	pace_begin(&pace, 4, now);
	run(&pace, &server, 100, &now);
	EQUAL_TEXT(pace_setback(&pace, pace.turn, "busy"), "busy");
	EQUAL_NUMBER(pace.level, 3);
	CU_ASSERT_PTR_NULL(run(&pace, &server, 197, &now));
	EQUAL_NUMBER(pace.level, 3);
	CU_ASSERT_PTR_NULL(run(&pace, &server, 10, &now));
	EQUAL_NUMBER(pace.level, 4);
	EQUAL_TEXT(pace_setback(&pace, pace.turn, "busy"), "busy");
	CU_ASSERT_PTR_NULL(run(&pace, &server, 395, &now));
	EQUAL_NUMBER(pace.level, 3);
	CU_ASSERT_PTR_NULL(run(&pace, &server, 10, &now));
	EQUAL_NUMBER(pace.level, 4);
	CU_ASSERT_PTR_NULL(run(&pace, &server, 3000, &now));
	EQUAL_NUMBER(pace.level, 4);
}

/* A setback with one connection begins the count anew. */
static void test_again_from_one(void)
{
	static const struct server server = {100, 1, true};
	int64_t now = 0;
	struct pace pace;

	pace_begin(&pace, 8, now);
	EQUAL_TEXT(pace_setback(&pace, 0, "busy"), "busy");
	run(&pace, &server, 190, &now);
	CU_ASSERT_PTR_NULL(pace_setback(&pace, pace.turn, "busy"));
	run(&pace, &server, 190, &now);
	EQUAL_NUMBER(pace.level, 1);
	run(&pace, &server, 20, &now);
	EQUAL_NUMBER(pace.level, 2);
}

static const struct harness_test tests[] = {
    {"up to the limit", test_rise},
    {"no more than is worth while", test_busy},
    {"answers that take longer with more", test_crowding},
    {"answers that take longer later", test_later},
    {"requests that fail", test_setbacks},
    {"requests that fail soon", test_early_setbacks},
    {"one more after many good answers", test_again},
    {"one more after many good answers of one", test_again_from_one},
    {NULL, NULL},
};

const struct harness_suite pace_suite = {"pace", tests};
