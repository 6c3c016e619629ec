/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "tally/tally.h"

static void count_cell(struct tally_cell *cell, void *arg)
{
	(void)cell;
	++*(size_t *)arg;
}

static size_t cells_of(const struct tally *tally)
{
	size_t count = 0;

	tally_each(tally, count_cell, &count);
	return count;
}

/* What tally_each finds for one type, policy and status: strings not copied. */
struct wanted {
	const char *type, *policy;
	uint32_t status;
	struct tally_cell cell;
	int found;
};

static void match(struct tally_cell *cell, void *arg)
{
	struct wanted *wanted = arg;

	if (strcmp(cell->job_type, wanted->type) != 0 ||
	    strcmp(cell->policy_type, wanted->policy) != 0 || cell->status != wanted->status)
		return;
	wanted->cell = *cell;
	wanted->found++;
}

static struct tally_cell find(const struct tally *tally, const char *type, const char *policy,
			      uint32_t status)
{
	struct wanted wanted = {.type = type, .policy = policy, .status = status};

	tally_each(tally, match, &wanted);
	EQUAL_NUMBER(wanted.found, 1);
	return wanted.cell;
}

static void add(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = tally_resolve(tally, job);

	tally_add(tally, &resolved);
}

static void take(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = tally_resolve(tally, job);

	tally_remove(tally, &resolved);
}

static void count(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = tally_resolve(tally, job);

	tally_count(tally, &resolved);
}

static uint32_t duration_of(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = tally_resolve(tally, job);

	return tally_duration(&resolved);
}

static struct job job_of(const char *type, const char *policy, uint32_t status)
{
	return (struct job){.id = 1,
			    .state = JOB_DONE,
			    .type = type,
			    .policy_type = policy,
			    .policy = "gold",
			    .client = "db1",
			    .status = status,
			    .started = 1000000,
			    .ended = 1060999,
			    .bytes = 1024,
			    .files = 3};
}

static void test_empty(void)
{
	struct tally *tally = tally_new();

	EQUAL_NUMBER(cells_of(tally), 0);
	EQUAL_NUMBER(tally_jobs(tally), 0);
	tally_free(tally);
	tally_free(NULL);
}

static void test_sums(void)
{
	struct tally *tally = tally_new();
	struct job job = job_of("BACKUP", "VMWARE", 0);
	struct tally_cell cell;

	add(tally, &job);
	job.started = 0; /* not known */
	job.ended = 5000;
	job.bytes = 10;
	add(tally, &job);
	job.started = 9000; /* ends before it starts */
	add(tally, &job);
	job.started = 1;
	job.ended = 2000001;
	job.files = 0;
	add(tally, &job);
	cell = find(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.count, 4);
	EQUAL_NUMBER(cell.bytes, 1054);
	EQUAL_NUMBER(cell.files, 9);
	EQUAL_NUMBER(cell.duration_sum, 60 + 2000);
	EQUAL_NUMBER(cell.duration_max, 2000);
	EQUAL_NUMBER(cell.last_end, 2000001);
	EQUAL_NUMBER(tally_jobs(tally), 4);
	EQUAL_NUMBER(cells_of(tally), 1);
	tally_free(tally);
}

/* Each of the three parts tells cells apart, and names must not run into each other. */
static void test_apart(void)
{
	static const struct {
		const char *type, *policy;
		uint32_t status;
	} keys[] = {{"A", "BC", 0}, {"AB", "C", 0},	      {"ABC", "", 0}, {"", "ABC", 0},
		    {"A", "BC", 1}, {"A", "BC", 4294967295u}, {"a", "BC", 0}, {"BC", "A", 0}};
	size_t count = sizeof keys / sizeof keys[0];
	struct tally *tally = tally_new();

	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < count; i++) {
			struct job job = job_of(keys[i].type, keys[i].policy, keys[i].status);

			for (size_t times = 0; times <= i; times++)
				add(tally, &job);
		}
	}
	EQUAL_NUMBER(cells_of(tally), count);
	for (size_t i = 0; i < count; i++)
		EQUAL_NUMBER(find(tally, keys[i].type, keys[i].policy, keys[i].status).count,
			     3 * (i + 1));
	tally_free(tally);
}

static void test_copies(void)
{
	char type[] = "BACKUP", policy[] = "VMWARE";
	struct job job = job_of(type, policy, 7);
	struct tally *tally = tally_new();

	add(tally, &job);
	memset(type, 'x', 6);
	memset(policy, 'x', 6);
	EQUAL_NUMBER(find(tally, "BACKUP", "VMWARE", 7).count, 1);
	tally_free(tally);
}

/* What is removed leaves no trace but a note that the maxima may have gone with it. */
static void test_removal(void)
{
	struct job small = job_of("BACKUP", "VMWARE", 0), large = small;
	struct tally *tally = tally_new();
	struct tally_cell cell;

	large.started = 1;
	large.bytes = UINT64_C(1) << 53;
	add(tally, &large);
	add(tally, &small);
	take(tally, &small);
	cell = find(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.count, 1);
	EQUAL_NUMBER(cell.bytes, UINT64_C(1) << 53);
	EQUAL_NUMBER(cell.duration_sum, duration_of(tally, &large));
	CU_ASSERT_TRUE(cell.last_left); /* they ended at the same moment */
	CU_ASSERT_FALSE(cell.longest_left);
	take(tally, &large);
	cell = find(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.count + cell.bytes + cell.files + cell.duration_sum, 0);
	EQUAL_NUMBER(tally_jobs(tally), 0);
	tally_free(tally);
}

/* Checks whether the longest and the last job have left the cell. */
static void expect_left(unsigned line, struct tally *tally, bool longest, bool last)
{
	struct tally_cell cell = find(tally, "BACKUP", "VMWARE", 0);

	if (cell.longest_left != longest || cell.last_left != last)
		harness_fail(__FILE__, line, "the longest has %sleft, the last has %sleft",
			     cell.longest_left ? "" : "not ", cell.last_left ? "" : "not ");
	CU_PASS("who has left");
}
#define EXPECT_LEFT(tally, longest, last) expect_left(__LINE__, tally, longest, last)

static void test_maxima(void)
{
	struct job longest = job_of("BACKUP", "VMWARE", 0), latest = longest, other = longest;
	struct tally *tally = tally_new();

	longest.started = 1;
	latest.ended += 5000;
	latest.started = latest.ended - 1000;
	add(tally, &longest);
	add(tally, &latest);
	add(tally, &other);
	take(tally, &other);
	EXPECT_LEFT(tally, false, false);
	take(tally, &longest);
	EXPECT_LEFT(tally, true, false);
	add(tally, &other);
	EXPECT_LEFT(tally, true, false);
	take(tally, &latest);
	EXPECT_LEFT(tally, true, true);
	/* Whoever comes and is up to them takes their place. */
	add(tally, &longest);
	EXPECT_LEFT(tally, false, true);
	add(tally, &latest);
	EXPECT_LEFT(tally, false, false);
	tally_free(tally);
}

/* Counters are apart from what is in the tally now. */
static void test_counters(void)
{
	struct job job = job_of("BACKUP", "VMWARE", 0);
	struct tally *tally = tally_new();
	struct tally_cell cell;

	count(tally, &job);
	add(tally, &job);
	take(tally, &job);
	count(tally, &job);
	cell = find(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.finished, 2);
	EQUAL_NUMBER(cell.finished_bytes, 2048);
	EQUAL_NUMBER(cell.finished_files, 6);
	EQUAL_NUMBER(cell.count, 0);
	CU_ASSERT_TRUE(cell.changed);
	EQUAL_NUMBER(tally_jobs(tally), 0);
	tally_free(tally);
}

/* What TALLY has of a policy, a client or (NAME is its job type) a workload of VMWARE. */
static struct tally_subject *subject(struct tally *tally, enum tally_kind kind, const char *name)
{
	return tally_subject(tally, kind, name, kind == TALLY_WORKLOAD ? "VMWARE" : "");
}

static void expect_outcomes(const struct tally_subject *subject, unsigned succeeded,
			    unsigned partial, unsigned failed, unsigned unfinished)
{
	if (subject->succeeded != succeeded || subject->partial != partial ||
	    subject->failed != failed || subject->unfinished != unfinished)
		FAIL("%s: %d + %d + %d + %d, not %u + %u + %u + %u", subject->name,
		     (int)subject->succeeded, (int)subject->partial, (int)subject->failed,
		     (int)subject->unfinished, succeeded, partial, failed, unfinished);
	CU_PASS("outcomes have been compared");
}

static void test_outcomes(void)
{
	static const uint32_t statuses[] = {0, 0, 0, 1, 1, 2, 96, 4294967295u};
	struct job job = job_of("BACKUP", "VMWARE", 0);
	struct tally *tally = tally_new();

	for (size_t i = 0; i < 8; i++) {
		job.status = statuses[i];
		add(tally, &job);
	}
	job.state = JOB_ACTIVE;
	add(tally, &job);
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		static const char *const names[] = {"BACKUP", "gold", "db1"};
		struct tally_subject *all = subject(tally, (enum tally_kind)kind, names[kind]);

		expect_outcomes(all, 3, 2, 3, 1);
		EQUAL_NUMBER(all->bytes, 8 * 1024);
		job.state = JOB_DONE;
		job.status = 1;
		take(tally, &job);
		expect_outcomes(all, 3, 1, 3, 1);
		EQUAL_NUMBER(all->bytes, 7 * 1024);
		add(tally, &job);
		job.state = JOB_ACTIVE;
		take(tally, &job);
		expect_outcomes(all, 3, 2, 3, 0);
		add(tally, &job);
	}
	tally_free(tally);
}

static void fail_for(struct tally_subject *subject, void *arg)
{
	(void)arg;
	FAIL("there is \"%s\"", subject->name);
}

static void test_backups_only(void)
{
	struct job restore = job_of("RESTORE", "VMWARE", 0), nameless = job_of("BACKUP", "X", 0);
	struct tally *tally = tally_new();

	nameless.policy = nameless.client = "";
	add(tally, &restore);
	add(tally, &nameless);
	restore.state = nameless.state = JOB_QUEUED;
	add(tally, &restore);
	add(tally, &nameless);
	tally_each_subject(tally, TALLY_POLICY, fail_for, NULL);
	tally_each_subject(tally, TALLY_CLIENT, fail_for, NULL);
	expect_outcomes(subject(tally, TALLY_WORKLOAD, "RESTORE"), 1, 0, 0, 1);
	nameless.client = "db1";
	add(tally, &nameless);
	tally_each_subject(tally, TALLY_POLICY, fail_for, NULL);
	expect_outcomes(subject(tally, TALLY_CLIENT, "db1"), 0, 0, 0, 1);
	tally_free(tally);
}

static void test_states(void)
{
	struct job job = job_of("BACKUP", "VMWARE", 96); /* which means nothing yet */
	struct tally *tally = tally_new();
	struct tally_workload *workload;

	for (int state = JOB_QUEUED; state < JOB_STATES; state++) {
		job.state = (enum job_state)state;
		for (int i = 0; i < state; i++)
			add(tally, &job);
	}
	workload = tally_workload(subject(tally, TALLY_WORKLOAD, "BACKUP"));
	for (int state = JOB_QUEUED; state < JOB_STATES; state++)
		EQUAL_NUMBER(workload->jobs[state], state);
	EQUAL_NUMBER(tally_unfinished(tally), 21);
	EQUAL_NUMBER(tally_jobs(tally), 0);
	EQUAL_NUMBER(find(tally, "BACKUP", "VMWARE", 0).count, 0);
	take(tally, &job);
	EQUAL_NUMBER(workload->jobs[JOB_OTHER], JOB_OTHER - 1);
	EQUAL_NUMBER(tally_unfinished(tally), 20);
	tally_free(tally);
}

static void test_queues(void)
{
	struct job job = job_of("RESTORE", "VMWARE", 0);
	struct tally *tally = tally_new();
	struct tally_queue *queue = tally_queue(tally, 40);

	job.queue_reason = 40;
	job.state = JOB_REQUEUED;
	add(tally, &job);
	EQUAL_NUMBER(queue->jobs, 0);
	CU_ASSERT_FALSE(queue->changed);
	job.state = JOB_QUEUED;
	add(tally, &job);
	CU_ASSERT_TRUE(queue->changed);
	queue->changed = false;
	add(tally, &job);
	take(tally, &job);
	CU_ASSERT_FALSE(queue->changed);
	job.queue_reason = 41;
	add(tally, &job);
	EQUAL_NUMBER(queue->jobs, 1);
	EQUAL_NUMBER(tally_queue(tally, 41)->jobs, 1);
	job.queue_reason = 40;
	take(tally, &job);
	CU_ASSERT_TRUE(queue->changed);
	EQUAL_NUMBER(queue->jobs, 0);
	tally_free(tally);
}

static void note(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = tally_resolve(tally, job);

	tally_note_unfinished(tally, &resolved);
}

static void test_oldest(void)
{
	struct job job = job_of("BACKUP", "VMWARE", 0), older = job, waiting = job, unknown = job;
	struct tally *tally = tally_new();
	const int64_t *oldest = tally_workload(subject(tally, TALLY_WORKLOAD, "BACKUP"))->oldest;

	job.state = older.state = unknown.state = JOB_ACTIVE;
	waiting.state = JOB_QUEUED;
	older.started -= 500;
	waiting.started -= 900;
	unknown.started = 0;
	add(tally, &unknown);
	EQUAL_NUMBER(oldest[JOB_ACTIVE], 0);
	add(tally, &job);
	add(tally, &older);
	add(tally, &waiting);
	EQUAL_NUMBER(oldest[JOB_ACTIVE], older.started);
	EQUAL_NUMBER(oldest[JOB_QUEUED], waiting.started);
	take(tally, &job);
	take(tally, &unknown);
	CU_ASSERT_FALSE(tally_forget_oldest(tally));
	EQUAL_NUMBER(oldest[JOB_ACTIVE], older.started);
	take(tally, &older);
	CU_ASSERT_TRUE(tally_forget_oldest(tally));
	CU_ASSERT_FALSE(tally_forget_oldest(tally));
	EQUAL_NUMBER(oldest[JOB_ACTIVE] + oldest[JOB_QUEUED], 0);
	note(tally, &waiting);
	EQUAL_NUMBER(oldest[JOB_QUEUED], waiting.started);
	tally_free(tally);
}

/* By bytes, of the most that a job can have; the sum does not fit 64 bits. */
static void test_dedup(void)
{
	struct job huge = job_of("BACKUP", "VMWARE", 0), none = huge, small = huge;
	struct tally *tally = tally_new();
	const struct tally_workload *workload =
	    tally_workload(subject(tally, TALLY_WORKLOAD, "BACKUP"));

	huge.bytes = none.bytes = UINT64_C(1) << 53;
	huge.dedup = 10000;
	small.dedup = 5000;
	small.bytes = 3 * 1024;
	small.status = 1; /* of all cells together */
	for (int i = 0; i < 3000; i++)
		add(tally, &huge);
	for (int i = 0; i < 1000; i++)
		add(tally, &none);
	EQUAL_NUMBER(workload->dedup_sum / workload->dedup_weight, 7500);
	add(tally, &small);
	for (int i = 0; i < 3000; i++)
		take(tally, &huge);
	for (int i = 0; i < 1000; i++)
		take(tally, &none);
	EQUAL_NUMBER(workload->dedup_sum, 3 * 5000);
	EQUAL_NUMBER(workload->dedup_weight, 3);
	take(tally, &small);
	EQUAL_NUMBER(workload->dedup_sum + workload->dedup_weight, 0);
	tally_free(tally);
}

/*
 * Histories.
 */

/* The end of job ID at AT, by STATUS. */
static struct tally_job end_at(struct tally *tally, int64_t at, int64_t id, uint32_t status)
{
	struct job job = job_of("BACKUP", "VMWARE", status);

	job.ended = at;
	job.id = id;
	return tally_resolve(tally, &job);
}

static void see(struct tally *tally, int64_t at, uint32_t status)
{
	struct tally_job end = end_at(tally, at, at, status);

	tally_note_completion(tally, &end);
}

static void pass(struct tally *tally, int64_t at, uint32_t status)
{
	struct tally_job end = end_at(tally, at, at, status);

	tally_expire_completion(tally, &end);
}

static void replay(struct tally *tally, int64_t at, uint32_t status)
{
	struct tally_job end = end_at(tally, at, at, status);

	tally_replay_completion(tally, &end);
}

static void retract(struct tally *tally, int64_t at, uint32_t status)
{
	struct tally_job end = end_at(tally, at, at, status);

	tally_retract_completion(tally, &end);
}

static void expect_history(unsigned line, struct tally *tally, enum tally_kind kind, int64_t ok,
			   int64_t failed, int64_t last, uint32_t streak)
{
	static const char *const names[] = {"BACKUP", "gold", "db1"};
	const struct history *history = &subject(tally, kind, names[kind])->history;

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
		expect_history(__LINE__, tally, TALLY_POLICY, ok, failed, last, streak);           \
		expect_history(__LINE__, tally, TALLY_CLIENT, ok, failed, last, streak);           \
		expect_history(__LINE__, tally, TALLY_WORKLOAD, ok, failed, last, streak);         \
	} while (0)

/* Nothing needs to be made anew. */
static void settle(struct tally *tally)
{
	int64_t since;

	CU_ASSERT_FALSE(tally_settle(tally, 0, &since));
}

/* From where on it must. */
static int64_t settle_from(struct tally *tally, int64_t kept)
{
	int64_t since = -1;

	CU_ASSERT_TRUE(tally_settle(tally, kept, &since));
	return since;
}

static void test_seen(void)
{
	struct tally *tally = tally_new();

	/* As pages have them: not in the order of ends. */
	see(tally, 30, 96);
	see(tally, 10, 0);
	see(tally, 20, 2);
	settle(tally);
	EXPECT_HISTORIES(10, 30, 30, 2);
	see(tally, 40, 1);
	see(tally, 25, 2);
	see(tally, 5, 0);
	settle(tally);
	EXPECT_HISTORIES(40, 30, 40, 0);
	tally_free(tally);
}

static void test_late_success(void)
{
	struct tally *tally = tally_new();

	see(tally, 10, 0);
	see(tally, 20, 2);
	see(tally, 40, 2);
	settle(tally);
	see(tally, 30, 0);
	EQUAL_NUMBER(settle_from(tally, 5), 30);
	replay(tally, 30, 0);
	replay(tally, 40, 2);
	tally_replayed(tally);
	EXPECT_HISTORIES(30, 40, 40, 1);
	settle(tally);
	see(tally, 50, 2);
	settle(tally);
	EXPECT_HISTORIES(30, 50, 50, 2);
	tally_free(tally);
}

/* The success after which streaks count has passed: they go on from the past. */
static void test_late_success_past(void)
{
	struct tally *tally = tally_new();

	see(tally, 10, 2);
	see(tally, 20, 2);
	see(tally, 40, 2);
	settle(tally);
	pass(tally, 10, 2);
	see(tally, 15, 0);
	pass(tally, 15, 0);
	pass(tally, 20, 2);
	EQUAL_NUMBER(settle_from(tally, 30), 30);
	replay(tally, 40, 2);
	tally_replayed(tally);
	EXPECT_HISTORIES(15, 40, 40, 2);
	tally_free(tally);
}

static void test_retract(void)
{
	struct tally *tally = tally_new();

	see(tally, 10, 0);
	see(tally, 20, 2);
	see(tally, 30, 2);
	see(tally, 40, 2);
	/* One that holds no place. */
	retract(tally, 20, 2);
	settle(tally);
	EXPECT_HISTORIES(10, 40, 40, 2);
	/* The latest success was none; what else there was nobody knows. */
	retract(tally, 10, 0);
	see(tally, 10, 2);
	EQUAL_NUMBER(settle_from(tally, 5), 5);
	replay(tally, 10, 2);
	replay(tally, 30, 2);
	replay(tally, 40, 2);
	tally_replayed(tally);
	EXPECT_HISTORIES(0, 40, 40, 3);
	/* The next time all but the streak is known again. */
	see(tally, 35, 0);
	EQUAL_NUMBER(settle_from(tally, 5), 35);
	replay(tally, 40, 2);
	tally_replayed(tally);
	EXPECT_HISTORIES(35, 40, 40, 1);
	tally_free(tally);
}

static void test_distrust(void)
{
	struct tally *tally = tally_new();

	pass(tally, 10, 0);
	pass(tally, 20, 2);
	CU_ASSERT_TRUE(subject(tally, TALLY_POLICY, "gold")->changed);
	subject(tally, TALLY_POLICY, "gold")->changed = false;
	tally_distrust(tally, false, 0);
	see(tally, 30, 0); /* will be replayed */
	retract(tally, 10, 0);
	EQUAL_NUMBER(settle_from(tally, 25), 25);
	replay(tally, 30, 2);
	tally_replayed(tally);
	EXPECT_HISTORIES(10, 30, 30, 2);
	settle(tally);
	EXPECT_HISTORIES(10, 30, 30, 2);
	CU_ASSERT_FALSE(subject(tally, TALLY_POLICY, "gold")->changed);
	tally_distrust(tally, true, 20);
	CU_ASSERT_TRUE(subject(tally, TALLY_POLICY, "gold")->changed);
	EQUAL_NUMBER(settle_from(tally, 20), 20);
	replay(tally, 22, 1);
	replay(tally, 30, 2);
	tally_replayed(tally);
	EXPECT_HISTORIES(22, 30, 30, 1);
	EQUAL_NUMBER(subject(tally, TALLY_CLIENT, "db1")->past.ok_at, 10);
	EQUAL_NUMBER(subject(tally, TALLY_CLIENT, "db1")->past.failed_at, 20);
	tally_free(tally);
}

/* Those that nobody doubts are left alone while others are made anew. */
static void test_replay_some(void)
{
	struct tally *tally = tally_new();
	struct job job = job_of("BACKUP", "VMWARE", 2);
	struct tally_job end;

	job.client = "db2";
	for (job.ended = 15; job.ended <= 25; job.ended += 10) {
		end = tally_resolve(tally, &job);
		tally_note_completion(tally, &end);
	}
	see(tally, 40, 2);
	settle(tally);
	/* Policy and client gold and db1; then db2 is known as it is. */
	see(tally, 20, 0);
	EQUAL_NUMBER(settle_from(tally, 10), 20);
	replay(tally, 20, 0);
	tally_replay_completion(tally, &end);
	replay(tally, 40, 2);
	tally_replayed(tally);
	EQUAL_NUMBER(subject(tally, TALLY_POLICY, "gold")->history.streak, 2);
	EQUAL_NUMBER(subject(tally, TALLY_CLIENT, "db1")->history.streak, 1);
	EQUAL_NUMBER(subject(tally, TALLY_CLIENT, "db2")->history.streak, 2);
	tally_free(tally);
}

/* Beyond a number of ends it is cheaper to read them all than to keep them. */
static void test_too_many(void)
{
	struct tally *tally = tally_new();

	for (int64_t at = 1; at <= 67000; at++)
		see(tally, at, 2);
	EQUAL_NUMBER(settle_from(tally, 7), 7);
	replay(tally, 8, 0);
	replay(tally, 9, 2);
	tally_replayed(tally);
	EXPECT_HISTORIES(8, 9, 9, 1);
	see(tally, 10, 2);
	settle(tally);
	EXPECT_HISTORIES(8, 10, 10, 2);
	tally_free(tally);
}

/*
 * Comparison.
 */

static void expect_equal(struct tally *a, struct tally *b, bool equal, const char *what)
{
	if (tally_equal(a, b) != equal || tally_equal(b, a) != equal)
		FAIL("%s", what);
	CU_PASS("two tallies have been compared");
	tally_free(a);
	tally_free(b);
}

static struct tally *with(const struct job *jobs, size_t count)
{
	struct tally *tally = tally_new();

	for (size_t i = 0; i < count; i++)
		add(tally, &jobs[i]);
	return tally;
}

/* What does not matter. */
static void test_equal(void)
{
	struct job job = job_of("BACKUP", "VMWARE", 0), other = job_of("BACKUP", "X", 1);
	struct tally *a = with(&job, 1), *b = with(&job, 1);

	job.queue_reason = 7;
	count(a, &other);
	tally_queue(a, 5);
	subject(b, TALLY_POLICY, "empty");
	subject(a, TALLY_CLIENT, "db1")->overdue = true;
	subject(a, TALLY_WORKLOAD, "BACKUP")->history.streak = 3;
	expect_equal(a, b, true, "equal ones");
}

static void test_different_jobs(void)
{
	const struct job base = job_of("BACKUP", "VMWARE", 0);
	struct job one = base, jobs[8], open[5];

	for (size_t i = 0; i < 8; i++)
		jobs[i] = base;
	jobs[0].type = "RESTORE";
	jobs[1].policy_type = "X";
	jobs[2].status = 1;
	jobs[3].started += 1000;
	jobs[4].started += 1000, jobs[4].ended += 1000;
	jobs[5].bytes++;
	jobs[6].files++;
	jobs[7].dedup++;
	for (size_t i = 0; i < 8; i++)
		expect_equal(with(&base, 1), with(&jobs[i], 1), false, "finished jobs");
	one.state = JOB_QUEUED;
	for (size_t i = 0; i < 5; i++)
		open[i] = one;
	open[0].state = JOB_DONE;
	open[1].state = JOB_SUSPENDED, open[1].queue_reason = one.queue_reason = 0;
	open[2].queue_reason = 9;
	open[3].started--;
	open[4].type = "RESTORE";
	for (size_t i = 0; i < 5; i++)
		expect_equal(with(&one, 1), with(&open[i], 1), false, "unfinished jobs");
	expect_equal(with(&one, 1), with(&one, 0), false, "a job and none");
	open[0] = one;
	open[0].state = JOB_ACTIVE, one.state = JOB_SUSPENDED;
	open[0].started = one.started = 0;
	expect_equal(with(&one, 1), with(open, 1), false, "states");
}

/* Where only one number can tell. */
static void test_single_differences(void)
{
	const struct job base = job_of("BACKUP", "VMWARE", 0);
	struct job a[3], b[3];

	/* Of two policies or clients, one has what the other should have. */
	for (int i = 0; i < 10; i++) {
		for (int j = 0; j < 3; j++) {
			a[j] = b[j] = base;
			a[j].bytes = b[j].bytes = 0;
			a[j].status = b[j].status = i % 5 < 3 ? (uint32_t)(i % 5) : 0;
			a[j].state = b[j].state = i % 5 == 3 ? JOB_ACTIVE : JOB_DONE;
		}
		a[0].bytes = b[1].bytes = i % 5 == 4 ? 1024 : 0;
		*(i < 5 ? &a[0].policy : &a[0].client) = "x";
		*(i < 5 ? &b[0].policy : &b[0].client) = "x";
		*(i < 5 ? &b[2].policy : &b[2].client) = i % 5 == 4 ? "gold" : "x";
		if (i >= 5 && i % 5 == 4)
			b[2].client = "db1";
		expect_equal(with(a, 3), with(b, 3), false, "policies and clients");
	}
	for (int j = 0; j < 2; j++)
		a[j] = b[j] = base;
	a[0].started -= 30000;
	a[1].started += 30000;
	expect_equal(with(a, 2), with(b, 2), false, "the longest");
	a[0] = a[1] = base;
	a[0].bytes = 1024, a[1].bytes = 0;
	b[0].bytes = b[1].bytes = 512;
	expect_equal(with(a, 2), with(b, 2), false, "the weight of deduplication");
}

static void test_different_histories(void)
{
	struct job job = job_of("BACKUP", "VMWARE", 0);
	static const uint32_t statuses[] = {0, 1, 2, 96};

	for (size_t i = 0; i < 4; i++) {
		struct tally *a = with(&job, 1), *b = with(&job, 1);

		see(a, 10, 0);
		see(b, 10, statuses[i]);
		settle(a);
		settle(b);
		expect_equal(a, b, i == 0, "ends that differ in their status");
	}
	for (int64_t at = 10; at < 12; at++) {
		struct tally *a = tally_new(), *b = tally_new();

		see(a, 10, 0);
		see(b, at, 0);
		settle(a);
		settle(b);
		expect_equal(a, b, at == 10, "ends that differ in their time");
	}
}

static void test_many(void)
{
	struct tally *tally = tally_new();
	char policy[16];

	for (unsigned i = 0; i < 30000; i++) {
		struct job job = job_of("BACKUP", policy, i % 7);

		snprintf(policy, sizeof policy, "P%u", i * 7919 % 500);
		add(tally, &job);
	}
	EQUAL_NUMBER(tally_jobs(tally), 30000);
	EQUAL_NUMBER(cells_of(tally), 3500);
	tally_free(tally);
}

static void append_name(struct tally_subject *subject, void *arg)
{
	strcat(arg, subject->name);
	strcat(arg, " ");
}

/* As the rows of tables rise; also when one has been added since. */
static void test_order(void)
{
	static const char *const names[] = {"bb", "c", "", "a", "aaa", "B", "ab"};
	struct tally *tally = tally_new();
	char all[40] = "";

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		tally_subject(tally, TALLY_POLICY, names[i], "");
	tally_each_subject(tally, TALLY_POLICY, append_name, all);
	EQUAL_TEXT(all, " B a c ab bb aaa ");
	tally_subject(tally, TALLY_POLICY, "b", "");
	all[0] = '\0';
	tally_each_subject(tally, TALLY_POLICY, append_name, all);
	EQUAL_TEXT(all, " B a b c ab bb aaa ");
	tally_free(tally);
}

static const struct harness_test tests[] = {
    {"empty", test_empty},
    {"sums of one cell", test_sums},
    {"cells are told apart", test_apart},
    {"copies what it is given", test_copies},
    {"removal", test_removal},
    {"maxima whose holder has left", test_maxima},
    {"counters", test_counters},
    {"outcomes", test_outcomes},
    {"policies and clients of backups only", test_backups_only},
    {"jobs by their state", test_states},
    {"jobs by what they wait for", test_queues},
    {"the oldest", test_oldest},
    {"deduplication", test_dedup},
    {"ends that are seen", test_seen},
    {"a success between failures", test_late_success},
    {"a success between failures that have passed", test_late_success_past},
    {"ends that are taken back", test_retract},
    {"histories made anew", test_distrust},
    {"some histories made anew", test_replay_some},
    {"too many ends", test_too_many},
    {"comparison: what does not matter", test_equal},
    {"comparison: jobs", test_different_jobs},
    {"comparison: single numbers", test_single_differences},
    {"comparison: histories", test_different_histories},
    {"many cells", test_many},
    {"subjects in the order of rows", test_order},
    {NULL, NULL},
};

const struct harness_suite tally_suite = {"tally", tests};
