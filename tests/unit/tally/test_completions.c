/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/completions.h"

#include "harness.h"
#include "unit/tally/sample.h"
#include "resolve.h"

/* What is tested, between start and stop. */
static struct tally *tally;
static struct completions *completions;

static void start(void)
{
	tally = tally_new(NULL);
	completions = completions_new(tally);
}

static void stop(void)
{
	completions_free(completions);
	tally_free(tally);
}

/* Job ID, which ended at AT with STATUS. */
static struct tally_job end_at(int64_t at, int64_t id, uint32_t status)
{
	struct job job = sample_job("BACKUP", "VMWARE", status);

	job.ended = at;
	job.id = id;
	return resolve_job(tally, &job);
}

static void see(int64_t at, uint32_t status)
{
	struct tally_job end = end_at(at, at, status);

	completions_note(completions, &end);
}

static void pass(int64_t at, uint32_t status)
{
	struct tally_job end = end_at(at, at, status);

	completions_expire(&end);
}

static void replay(int64_t at, uint32_t status)
{
	struct tally_job end = end_at(at, at, status);

	completions_replay(completions, &end);
}

static void retract(int64_t at, uint32_t status)
{
	struct tally_job end = end_at(at, at, status);

	completions_retract(completions, &end);
}

static void expect_history(unsigned line, enum tally_kind kind, int64_t ok, int64_t failed,
			   int64_t last, uint32_t streak)
{
	static const char *const names[] = {"BACKUP", "gold", "db1"};
	const struct history *history = &sample_subject(tally, kind, names[kind])->history;

	if (history->ok_at != ok || history->failed_at != failed || history->last_at != last ||
	    (kind != TALLY_WORKLOAD && history->streak != streak))
		harness_fail(__FILE__, line,
			     "of %s success, failure, last and streak are %d %d %d %u", names[kind],
			     (int)history->ok_at, (int)history->failed_at, (int)history->last_at,
			     history->streak);
	CU_PASS("a history has been compared");
}

/* The same for policy, client and workload. */
#define EXPECT_HISTORIES(ok, failed, last, streak)                                                 \
	do {                                                                                       \
		expect_history(__LINE__, TALLY_POLICY, ok, failed, last, streak);                  \
		expect_history(__LINE__, TALLY_CLIENT, ok, failed, last, streak);                  \
		expect_history(__LINE__, TALLY_WORKLOAD, ok, failed, last, streak);                \
	} while (0)

/* No history needs to be made again. */
static void settle(void)
{
	int64_t since;

	CU_ASSERT_FALSE(completions_settle(completions, 0, &since));
}

/* Some must: from when on. */
static int64_t settle_from(int64_t kept)
{
	int64_t since = -1;

	CU_ASSERT_TRUE(completions_settle(completions, kept, &since));
	return since;
}

static void test_seen(void)
{
	start();
	/* As pages have them: not in the order in which they ended. */
	see(30, 96);
	see(10, 0);
	see(20, 2);
	settle();
	EXPECT_HISTORIES(10, 30, 30, 2);
	see(40, 1);
	see(25, 2);
	see(5, 0);
	settle();
	EXPECT_HISTORIES(40, 30, 40, 0);
	stop();
}

static void test_late_success(void)
{
	start();
	see(10, 0);
	see(20, 2);
	see(40, 2);
	settle();
	see(30, 0);
	EQUAL_NUMBER(settle_from(5), 30);
	replay(30, 0);
	replay(40, 2);
	completions_replayed(completions);
	EXPECT_HISTORIES(30, 40, 40, 1);
	settle();
	see(50, 2);
	settle();
	EXPECT_HISTORIES(30, 50, 50, 2);
	stop();
}

/* The success from which the streak counts has expired. */
static void test_late_success_past(void)
{
	start();
	see(10, 2);
	see(20, 2);
	see(40, 2);
	settle();
	pass(10, 2);
	see(15, 0);
	pass(15, 0);
	pass(20, 2);
	EQUAL_NUMBER(settle_from(30), 30);
	replay(40, 2);
	completions_replayed(completions);
	EXPECT_HISTORIES(15, 40, 40, 2);
	stop();
}

static void test_retract(void)
{
	start();
	see(10, 0);
	see(20, 2);
	see(30, 2);
	see(40, 2);
	/* One that is no latest of anything. */
	retract(20, 2);
	settle();
	EXPECT_HISTORIES(10, 40, 40, 2);
	/* The latest success was none; it is not known which success was before. */
	retract(10, 0);
	see(10, 2);
	EQUAL_NUMBER(settle_from(5), 5);
	replay(10, 2);
	replay(30, 2);
	replay(40, 2);
	completions_replayed(completions);
	EXPECT_HISTORIES(0, 40, 40, 3);
	/* The next time all but the streak is known again. */
	see(35, 0);
	EQUAL_NUMBER(settle_from(5), 35);
	replay(40, 2);
	completions_replayed(completions);
	EXPECT_HISTORIES(35, 40, 40, 1);
	stop();
}

/* A parent that failed is taken back when its child tells the failure, mostly at once. */
static void test_retract_at_once(void)
{
	start();
	see(10, 0);
	see(20, 2);
	retract(20, 2);
	see(30, 1);
	settle();
	EXPECT_HISTORIES(30, 0, 30, 0);
	/* Far back it is no longer looked for. */
	see(40, 2);
	for (int at = 41; at < 1041; at++)
		see(at, 0);
	retract(40, 2);
	EQUAL_NUMBER(settle_from(5), 5);
	for (int at = 41; at < 1041; at++)
		replay(at, 0);
	completions_replayed(completions);
	EXPECT_HISTORIES(1040, 0, 1040, 0);
	stop();
}

static void test_distrust(void)
{
	start();
	pass(10, 0);
	pass(20, 2);
	CU_ASSERT_TRUE(sample_subject(tally, TALLY_POLICY, "gold")->changed);
	sample_subject(tally, TALLY_POLICY, "gold")->changed = false;
	completions_distrust(completions);
	see(30, 0); /* will be replayed */
	retract(10, 0);
	EQUAL_NUMBER(settle_from(25), 25);
	replay(30, 2);
	completions_replayed(completions);
	EXPECT_HISTORIES(10, 30, 30, 2);
	settle();
	EXPECT_HISTORIES(10, 30, 30, 2);
	CU_ASSERT_FALSE(sample_subject(tally, TALLY_POLICY, "gold")->changed);
	completions_unexpire(completions, 20);
	CU_ASSERT_TRUE(sample_subject(tally, TALLY_POLICY, "gold")->changed);
	EQUAL_NUMBER(settle_from(20), 20);
	replay(22, 1);
	replay(30, 2);
	completions_replayed(completions);
	EXPECT_HISTORIES(22, 30, 30, 1);
	EQUAL_NUMBER(sample_subject(tally, TALLY_CLIENT, "db1")->expired.ok_at, 10);
	EQUAL_NUMBER(sample_subject(tally, TALLY_CLIENT, "db1")->expired.failed_at, 20);
	stop();
}

/* All is told again also when nobody has a history yet; then all of it counts. */
static void test_distrust_nothing(void)
{
	start();
	completions_distrust(completions);
	EQUAL_NUMBER(settle_from(25), 25);
	replay(30, 2);
	completions_replayed(completions);
	EXPECT_HISTORIES(0, 30, 30, 1);
	settle();
	stop();
}

/* Histories that are right are left alone while others are made again. */
static void test_replay_some(void)
{
	struct job job = sample_job("BACKUP", "VMWARE", 2);
	struct tally_job end;

	start();
	job.client = "db2";
	for (job.ended = 15; job.ended <= 25; job.ended += 10) {
		end = resolve_job(tally, &job);
		completions_note(completions, &end);
	}
	see(40, 2);
	settle();
	/* This concerns gold and db1, but not db2. */
	see(20, 0);
	EQUAL_NUMBER(settle_from(10), 20);
	replay(20, 0);
	completions_replay(completions, &end);
	replay(40, 2);
	completions_replayed(completions);
	EQUAL_NUMBER(sample_subject(tally, TALLY_POLICY, "gold")->history.streak, 2);
	EQUAL_NUMBER(sample_subject(tally, TALLY_CLIENT, "db1")->history.streak, 1);
	EQUAL_NUMBER(sample_subject(tally, TALLY_CLIENT, "db2")->history.streak, 2);
	stop();
}

/* Above a certain number it is cheaper to read all completions than to keep the new ones. */
static void test_too_many(void)
{
	start();
	for (int64_t at = 1; at <= 67000; at++)
		see(at, 2);
	EQUAL_NUMBER(settle_from(7), 7);
	replay(8, 0);
	replay(9, 2);
	completions_replayed(completions);
	EXPECT_HISTORIES(8, 9, 9, 1);
	see(10, 2);
	settle();
	EXPECT_HISTORIES(8, 10, 10, 2);
	stop();
}

static const struct harness_test tests[] = {
    {"completions that are seen", test_seen},
    {"a success between failures", test_late_success},
    {"a success between failures that have expired", test_late_success_past},
    {"completions that are taken back", test_retract},
    {"completions that are taken back at once", test_retract_at_once},
    {"all histories made again", test_distrust},
    {"distrusted when there are none", test_distrust_nothing},
    {"some histories made again", test_replay_some},
    {"too many completions", test_too_many},
    {NULL, NULL},
};

const struct harness_suite completions_suite = {"tally completions", tests};
