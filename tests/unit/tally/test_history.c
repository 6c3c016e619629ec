/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/history.h"

#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define ENDS 9

/* So that each run tries the same. */
static uint32_t state = 20260701;

static unsigned pick(unsigned count)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % count;
}

static int compare_ends(const void *a, const void *b)
{
	const struct completion *left = a, *right = b;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

/* The plainest way: all COUNT ends in their order, from the beginning. */
static struct history from_scratch(const struct completion *ends, size_t count)
{
	struct completion sorted[ENDS];
	struct history history = {0};

	memcpy(sorted, ends, count * sizeof *ends);
	qsort(sorted, count, sizeof *sorted, compare_ends);
	for (size_t i = 0; i < count; i++) {
		const struct completion *end = &sorted[i];

		if (end->is_run) {
			history.run_at = end->at;
			history.run_id = end->id;
			history.run_status = end->status;
		}
		if (!end->counts)
			continue;
		history.last_at = end->at;
		history.last_id = end->id;
		history.last_status = end->status;
		history.last_job_type = end->job_type;
		history.last_type = end->policy_type;
		if (end->status == 0 || end->status == 1) {
			history.ok_at = end->at;
			history.ok_id = end->id;
			history.streak = 0;
		} else {
			history.failed_at = end->at;
			history.failed_id = end->id;
			history.streak++;
		}
	}
	return history;
}

/* Up to ENDS ends in no order, many of them at the same time. */
static size_t draw_ends(struct completion *ends)
{
	static const uint32_t statuses[] = {0, 1, 2, 96};
	static const char *const jobs[] = {"BACKUP", "SNAPSHOT"};
	static const char *const policies[] = {"STANDARD", "VMWARE"};
	size_t count = pick(ENDS + 1);

	for (size_t i = 0; i < count; i++)
		ends[i] = (struct completion){1000 + pick(6), (int64_t)i + 1,	 statuses[pick(4)],
					      jobs[pick(2)],  policies[pick(2)], pick(5) > 0,
					      pick(2) > 0};
	for (size_t i = count; i > 1; i--) {
		size_t other = pick((unsigned)i);
		struct completion end = ends[i - 1];

		ends[i - 1] = ends[other];
		ends[other] = end;
	}
	return count;
}

/* What the owner of a history does when its streak is uncertain. */
static void recount(struct history *history, const struct completion *ends, size_t count)
{
	struct completion sorted[ENDS];

	memcpy(sorted, ends, count * sizeof *ends);
	qsort(sorted, count, sizeof *sorted, compare_ends);
	history_recount(history);
	for (size_t i = 0; i < count; i++)
		if (sorted[i].at >= history->ok_at)
			history_note(history, &sorted[i]);
}

static struct history note_all(const struct completion *ends, size_t count)
{
	struct history history = {0};

	for (size_t i = 0; i < count; i++)
		history_note(&history, &ends[i]);
	return history;
}

static void expect_equal(const struct history *history, const struct history *wanted)
{
	CU_ASSERT_TRUE(history_equal(history, wanted) && !history->uncertain);
}

static void test_success(void)
{
	CU_ASSERT_TRUE(history_is_success(0) && history_is_success(1));
	CU_ASSERT_FALSE(history_is_success(2) || history_is_success(96) ||
			history_is_success(UINT32_MAX));
}

static void test_in_order(void)
{
	struct completion ends[ENDS];

	for (int round = 0; round < 5000; round++) {
		size_t count = draw_ends(ends);
		struct history history, wanted = from_scratch(ends, count);

		qsort(ends, count, sizeof *ends, compare_ends);
		history = note_all(ends, count);
		expect_equal(&history, &wanted);
	}
}

static void test_any_order(void)
{
	struct completion ends[ENDS];
	unsigned uncertain = 0;

	for (int round = 0; round < 20000; round++) {
		size_t count = draw_ends(ends);
		struct history history = note_all(ends, count), wanted = from_scratch(ends, count);

		uncertain += history.uncertain;
		if (history.uncertain)
			recount(&history, ends, count);
		expect_equal(&history, &wanted);
	}
	/* It is the exception, even in this disorder. */
	CU_ASSERT_TRUE(uncertain > 100 && uncertain < 12000);
}

/* The streak is given up where failures on both sides of a late success are known, and only there.
 */
static void test_uncertain(void)
{
	struct completion failures[] = {{10, 1, 2, "B", "X", true, false},
					{30, 3, 2, "B", "X", true, false}};
	struct completion end = {20, 2, 0, "B", "X", true, false};
	struct history history = note_all(failures, 2);

	history_note(&history, &end);
	CU_ASSERT_TRUE(history.uncertain);
	history_recount(&history);
	CU_ASSERT_FALSE(history.uncertain);
	history_note(&history, &end);
	history_note(&history, &failures[1]);
	EQUAL_NUMBER(history.streak, 1);
	end.at = 5;
	history_note(&history, &end);
	end.at = 40;
	history_note(&history, &end);
	CU_ASSERT_FALSE(history.uncertain);
	EQUAL_NUMBER(history.streak, 0);
}

/* Retracting any one leaves what is right, or says that it cannot: where it holds a place. */
static void test_retract(void)
{
	struct completion ends[ENDS], without[ENDS];

	for (int round = 0; round < 20000; round++) {
		size_t count = draw_ends(ends), gone = count ? pick((unsigned)count) : 0;
		struct history history = from_scratch(ends, count), before = history, wanted;
		const struct completion *end = &ends[gone];
		bool holds = (end->at == history.ok_at && end->id == history.ok_id) ||
			     (end->at == history.failed_at && end->id == history.failed_id) ||
			     (end->at == history.last_at && end->id == history.last_id) ||
			     (end->at == history.run_at && end->id == history.run_id);

		if (count == 0)
			continue;
		memcpy(without, ends, sizeof ends);
		without[gone] = ends[count - 1];
		wanted = from_scratch(without, count - 1);
		if (history_retract(&history, end) == holds)
			FAIL("retracting %lld at %lld", (long long)end->id, (long long)end->at);
		expect_equal(&history, holds ? &before : &wanted);
	}
}

/* What is noted once more after a cut counts once; what cannot be had again stays the latest. */
static void test_cut(void)
{
	struct completion ends[ENDS];

	for (int round = 0; round < 5000; round++) {
		size_t count = draw_ends(ends);
		struct history before = from_scratch(ends, count), history = before;

		history_reopen(&history, 2000);
		expect_equal(&history, &before);
		history_reopen(&history, 1000);
		before.streak = before.streak > 0;
		expect_equal(&history, &before);
		before = from_scratch(ends, count);
		qsort(ends, count, sizeof *ends, compare_ends);
		for (size_t i = 0; i < count; i++)
			history_note(&history, &ends[i]);
		expect_equal(&history, &before);
	}
}

static void test_equal(void)
{
	const char other[] = {'V', 'M', '\0'};
	const struct history history = {1, 2, 3, 4, 5, 6, 7, 8, "B", "VM", 9, 10, 11, false};
	struct history same = history, none = {0}, also_none = {.last_type = "VM"};
	struct history others[13];

	same.last_type = other;
	CU_ASSERT_TRUE(history_equal(&history, &same));
	same.uncertain = true; /* says how much is known, not what */
	CU_ASSERT_TRUE(history_equal(&history, &same));
	CU_ASSERT_TRUE(history_equal(&none, &also_none));
	for (size_t i = 0; i < 13; i++)
		others[i] = history;
	others[0].ok_at++;
	others[1].ok_id++;
	others[2].failed_at++;
	others[3].failed_id++;
	others[4].last_at++;
	others[5].last_id++;
	others[6].last_status++;
	others[7].streak++;
	others[8].last_type = "V";
	others[9].last_job_type = "S";
	others[10].run_at++;
	others[11].run_id++;
	others[12].run_status++;
	for (size_t i = 0; i < 13; i++)
		if (history_equal(&history, &others[i]) || history_equal(&others[i], &history))
			FAIL("difference %zu is not seen", i);
}

static const struct harness_test tests[] = {
    {"what is a success", test_success},
    {"ends in their order", test_in_order},
    {"ends in any order", test_any_order},
    {"when a streak is uncertain", test_uncertain},
    {"an end is taken back", test_retract},
    {"cut", test_cut},
    {"comparison", test_equal},
    {NULL, NULL},
};

const struct harness_suite history_suite = {"history", tests};
