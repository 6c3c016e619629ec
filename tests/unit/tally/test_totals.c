/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/totals.h"

#include "harness.h"
#include "unit/tally/sample.h"
#include "resolve.h"

static uint32_t duration_of(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = resolve_job(tally, job);

	return totals_duration(&resolved);
}

static void test_sums(void)
{
	struct tally *tally = tally_new(NULL);
	struct job job = sample_job("BACKUP", "VMWARE", 0);
	struct tally_cell cell;

	sample_add(tally, &job);
	job.started = 0; /* not known */
	job.ended = 5000;
	job.bytes = 10;
	sample_add(tally, &job);
	job.started = 9000; /* ends before it starts */
	sample_add(tally, &job);
	job.started = 1;
	job.ended = 2000001;
	job.files = 0;
	sample_add(tally, &job);
	cell = sample_cell(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.count, 4);
	EQUAL_NUMBER(cell.bytes, 1054);
	EQUAL_NUMBER(cell.files, 9);
	EQUAL_NUMBER(cell.duration_sum, 60 + 2000);
	EQUAL_NUMBER(cell.duration_max, 2000);
	EQUAL_NUMBER(cell.last_end, 2000001);
	EQUAL_NUMBER(tally_jobs(tally)->finished, 4);
	EQUAL_NUMBER(sample_cells(tally), 1);
	tally_free(tally);
}

/* What is removed leaves no trace but a note that the maxima may have gone with it. */
static void test_removal(void)
{
	struct job small = sample_job("BACKUP", "VMWARE", 0), large = small;
	struct tally *tally = tally_new(NULL);
	struct tally_cell cell;

	large.started = 1;
	large.bytes = UINT64_C(1) << 53;
	sample_add(tally, &large);
	sample_add(tally, &small);
	sample_remove(tally, &small);
	cell = sample_cell(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.count, 1);
	EQUAL_NUMBER(cell.bytes, UINT64_C(1) << 53);
	EQUAL_NUMBER(cell.duration_sum, duration_of(tally, &large));
	CU_ASSERT_TRUE(cell.last_left); /* they ended at the same moment */
	CU_ASSERT_FALSE(cell.longest_left);
	sample_remove(tally, &large);
	cell = sample_cell(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.count + cell.bytes + cell.files + cell.duration_sum, 0);
	EQUAL_NUMBER(tally_jobs(tally)->finished, 0);
	tally_free(tally);
}

/* Checks whether the longest and the last job have left the cell. */
static void expect_left(unsigned line, struct tally *tally, bool longest, bool last)
{
	struct tally_cell cell = sample_cell(tally, "BACKUP", "VMWARE", 0);

	if (cell.longest_left != longest || cell.last_left != last)
		harness_fail(__FILE__, line, "the longest has %sleft, the last has %sleft",
			     cell.longest_left ? "" : "not ", cell.last_left ? "" : "not ");
	CU_PASS("who has left");
}
#define EXPECT_LEFT(tally, longest, last) expect_left(__LINE__, tally, longest, last)

static void test_maxima(void)
{
	struct job longest = sample_job("BACKUP", "VMWARE", 0), latest = longest, other = longest;
	struct tally *tally = tally_new(NULL);

	longest.started = 1;
	latest.ended += 5000;
	latest.started = latest.ended - 1000;
	sample_add(tally, &longest);
	sample_add(tally, &latest);
	sample_add(tally, &other);
	sample_remove(tally, &other);
	EXPECT_LEFT(tally, false, false);
	sample_remove(tally, &longest);
	EXPECT_LEFT(tally, true, false);
	sample_add(tally, &other);
	EXPECT_LEFT(tally, true, false);
	sample_remove(tally, &latest);
	EXPECT_LEFT(tally, true, true);
	/* Whoever comes and is up to them takes their place. */
	sample_add(tally, &longest);
	EXPECT_LEFT(tally, false, true);
	sample_add(tally, &latest);
	EXPECT_LEFT(tally, false, false);
	tally_free(tally);
}

/* Counters are apart from what is in the tally now. */
static void test_counters(void)
{
	struct job job = sample_job("BACKUP", "VMWARE", 0);
	struct tally *tally = tally_new(NULL);
	struct tally_cell cell;

	sample_count(tally, &job);
	sample_add(tally, &job);
	sample_remove(tally, &job);
	sample_count(tally, &job);
	cell = sample_cell(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.finished, 2);
	EQUAL_NUMBER(cell.finished_bytes, 2048);
	EQUAL_NUMBER(cell.finished_files, 6);
	EQUAL_NUMBER(cell.count, 0);
	CU_ASSERT_TRUE(cell.changed);
	EQUAL_NUMBER(tally_jobs(tally)->finished, 0);
	tally_free(tally);
}

static void test_outcomes(void)
{
	static const uint32_t statuses[] = {0, 0, 0, 1, 1, 2, 96, 4294967295u};
	struct job job = sample_job("BACKUP", "VMWARE", 0);
	struct tally *tally = tally_new(NULL);

	for (size_t i = 0; i < 8; i++) {
		job.status = statuses[i];
		sample_add(tally, &job);
	}
	job.state = JOB_ACTIVE;
	sample_add(tally, &job);
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		static const char *const names[] = {"BACKUP", "gold", "db1"};
		struct tally_subject *all =
		    sample_subject(tally, (enum tally_kind)kind, names[kind]);

		sample_expect(all, 3, 2, 3, 1);
		EQUAL_NUMBER(all->bytes, 8 * 1024);
		job.state = JOB_DONE;
		job.status = 1;
		sample_remove(tally, &job);
		sample_expect(all, 3, 1, 3, 1);
		EQUAL_NUMBER(all->bytes, 7 * 1024);
		sample_add(tally, &job);
		job.state = JOB_ACTIVE;
		sample_remove(tally, &job);
		sample_expect(all, 3, 2, 3, 0);
		sample_add(tally, &job);
	}
	tally_free(tally);
}

static void test_states(void)
{
	struct job job = sample_job("BACKUP", "VMWARE", 96); /* which means nothing yet */
	struct tally *tally = tally_new(NULL);
	struct tally_workload *workload;

	for (int state = JOB_QUEUED; state < JOB_STATES; state++) {
		job.state = (enum job_state)state;
		for (int i = 0; i < state; i++)
			sample_add(tally, &job);
	}
	workload = tally_workload(sample_subject(tally, TALLY_WORKLOAD, "BACKUP"));
	for (int state = JOB_QUEUED; state < JOB_STATES; state++)
		EQUAL_NUMBER(workload->jobs[state], state);
	EQUAL_NUMBER(tally_jobs(tally)->unfinished, 21);
	EQUAL_NUMBER(tally_jobs(tally)->finished, 0);
	EQUAL_NUMBER(sample_cell(tally, "BACKUP", "VMWARE", 0).count, 0);
	sample_remove(tally, &job);
	EQUAL_NUMBER(workload->jobs[JOB_OTHER], JOB_OTHER - 1);
	EQUAL_NUMBER(tally_jobs(tally)->unfinished, 20);
	tally_free(tally);
}

static void test_queues(void)
{
	struct job job = sample_job("RESTORE", "VMWARE", 0);
	struct tally *tally = tally_new(NULL);
	struct tally_queue *queue = tally_queue(tally, 40);

	job.queue_reason = 40;
	job.state = JOB_REQUEUED;
	sample_add(tally, &job);
	EQUAL_NUMBER(queue->jobs, 0);
	CU_ASSERT_FALSE(queue->changed);
	job.state = JOB_QUEUED;
	sample_add(tally, &job);
	CU_ASSERT_TRUE(queue->changed);
	queue->changed = false;
	sample_add(tally, &job);
	sample_remove(tally, &job);
	CU_ASSERT_FALSE(queue->changed);
	job.queue_reason = 41;
	sample_add(tally, &job);
	EQUAL_NUMBER(queue->jobs, 1);
	EQUAL_NUMBER(tally_queue(tally, 41)->jobs, 1);
	job.queue_reason = 40;
	sample_remove(tally, &job);
	CU_ASSERT_TRUE(queue->changed);
	EQUAL_NUMBER(queue->jobs, 0);
	tally_free(tally);
}

static void note(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = resolve_job(tally, job);

	totals_note_oldest(&resolved);
}

static void test_oldest(void)
{
	struct job job = sample_job("BACKUP", "VMWARE", 0), older = job, waiting = job,
		   unknown = job;
	struct tally *tally = tally_new(NULL);
	const int64_t *oldest =
	    tally_workload(sample_subject(tally, TALLY_WORKLOAD, "BACKUP"))->oldest;

	job.state = older.state = unknown.state = JOB_ACTIVE;
	waiting.state = JOB_QUEUED;
	older.started -= 500;
	waiting.started -= 900;
	unknown.started = 0;
	sample_add(tally, &unknown);
	EQUAL_NUMBER(oldest[JOB_ACTIVE], 0);
	sample_add(tally, &job);
	sample_add(tally, &older);
	sample_add(tally, &waiting);
	EQUAL_NUMBER(oldest[JOB_ACTIVE], older.started);
	EQUAL_NUMBER(oldest[JOB_QUEUED], waiting.started);
	sample_remove(tally, &job);
	sample_remove(tally, &unknown);
	CU_ASSERT_FALSE(totals_forget_oldest(tally));
	EQUAL_NUMBER(oldest[JOB_ACTIVE], older.started);
	sample_remove(tally, &older);
	CU_ASSERT_TRUE(totals_forget_oldest(tally));
	CU_ASSERT_FALSE(totals_forget_oldest(tally));
	EQUAL_NUMBER(oldest[JOB_ACTIVE] + oldest[JOB_QUEUED], 0);
	note(tally, &waiting);
	EQUAL_NUMBER(oldest[JOB_QUEUED], waiting.started);
	tally_free(tally);
}

/* By bytes, of the most that a job can have; the sum does not fit 64 bits. */
static void test_dedup(void)
{
	struct job huge = sample_job("BACKUP", "VMWARE", 0), none = huge, small = huge;
	struct tally *tally = tally_new(NULL);
	const struct tally_workload *workload =
	    tally_workload(sample_subject(tally, TALLY_WORKLOAD, "BACKUP"));

	huge.bytes = none.bytes = UINT64_C(1) << 53;
	huge.dedup = 10000;
	small.dedup = 5000;
	small.bytes = 3 * 1024;
	small.status = 1; /* of all cells together */
	for (int i = 0; i < 3000; i++)
		sample_add(tally, &huge);
	for (int i = 0; i < 1000; i++)
		sample_add(tally, &none);
	EQUAL_NUMBER(workload->dedup_sum / workload->dedup_weight, 7500);
	sample_add(tally, &small);
	for (int i = 0; i < 3000; i++)
		sample_remove(tally, &huge);
	for (int i = 0; i < 1000; i++)
		sample_remove(tally, &none);
	EQUAL_NUMBER(workload->dedup_sum, 3 * 5000);
	EQUAL_NUMBER(workload->dedup_weight, 3);
	sample_remove(tally, &small);
	EQUAL_NUMBER(workload->dedup_sum + workload->dedup_weight, 0);
	tally_free(tally);
}

static const struct harness_test tests[] = {
    {"sums of one cell", test_sums},
    {"removal", test_removal},
    {"maxima whose holder has left", test_maxima},
    {"counters", test_counters},
    {"outcomes", test_outcomes},
    {"jobs by their state", test_states},
    {"jobs by what they wait for", test_queues},
    {"the oldest", test_oldest},
    {"deduplication", test_dedup},
    {NULL, NULL},
};

const struct harness_suite totals_suite = {"tally totals", tests};
