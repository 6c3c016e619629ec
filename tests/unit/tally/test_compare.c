/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/compare.h"

#include "harness.h"
#include "tally/completions.h"
#include "unit/tally/sample.h"
#include "resolve.h"

static void expect_equal(struct tally *a, struct tally *b, bool equal, const char *what)
{
	if (compare_equal(a, b) != equal || compare_equal(b, a) != equal)
		FAIL("%s", what);
	CU_PASS("two tallies have been compared");
	tally_free(a);
	tally_free(b);
}

static struct tally *with(const struct job *jobs, size_t count)
{
	struct tally *tally = tally_new(NULL);

	for (size_t i = 0; i < count; i++)
		sample_add(tally, &jobs[i]);
	return tally;
}

/* What does not matter. */
static void test_equal(void)
{
	struct job job = sample_job("BACKUP", "VMWARE", 0), other = sample_job("BACKUP", "X", 1);
	struct tally *a = with(&job, 1), *b = with(&job, 1);

	job.queue_reason = 7;
	sample_count(a, &other);
	tally_queue(a, 5);
	sample_subject(b, TALLY_POLICY, "empty");
	sample_subject(a, TALLY_CLIENT, "db1")->overdue = true;
	sample_subject(a, TALLY_WORKLOAD, "BACKUP")->history.streak = 3;
	expect_equal(a, b, true, "equal ones");
}

static void test_different_jobs(void)
{
	const struct job base = sample_job("BACKUP", "VMWARE", 0);
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
	const struct job base = sample_job("BACKUP", "VMWARE", 0);
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

/* Adds to the histories the completion of job 10 at AT. */
static void see(struct tally *tally, int64_t at, uint32_t status)
{
	struct completions *completions = completions_new(tally);
	struct job job = sample_job("BACKUP", "VMWARE", status);
	struct tally_job resolved;
	int64_t since;

	job.id = 10;
	job.ended = at;
	resolved = resolve_job(tally, &job);
	completions_note(completions, &resolved);
	CU_ASSERT_FALSE(completions_settle(completions, 0, &since));
	completions_free(completions);
}

static void test_different_histories(void)
{
	struct job job = sample_job("BACKUP", "VMWARE", 0);
	static const uint32_t statuses[] = {0, 1, 2, 96};

	for (size_t i = 0; i < 4; i++) {
		struct tally *a = with(&job, 1), *b = with(&job, 1);

		see(a, 10, 0);
		see(b, 10, statuses[i]);
		expect_equal(a, b, i == 0, "ends that differ in their status");
	}
	for (int64_t at = 10; at < 12; at++) {
		struct tally *a = tally_new(NULL), *b = tally_new(NULL);

		see(a, 10, 0);
		see(b, at, 0);
		expect_equal(a, b, at == 10, "ends that differ in their time");
	}
}

static const struct harness_test tests[] = {
    {"what does not matter", test_equal},
    {"jobs", test_different_jobs},
    {"single numbers", test_single_differences},
    {"histories", test_different_histories},
    {NULL, NULL},
};

const struct harness_suite compare_suite = {"tally compare", tests};
