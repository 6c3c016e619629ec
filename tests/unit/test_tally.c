/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "tally.h"

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
	CU_ASSERT_TRUE(cell.stale); /* they ended at the same moment */
	take(tally, &large);
	cell = find(tally, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(cell.count + cell.bytes + cell.files + cell.duration_sum, 0);
	EQUAL_NUMBER(tally_jobs(tally), 0);
	tally_free(tally);
}

static void test_stale(void)
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
	CU_ASSERT_FALSE(find(tally, "BACKUP", "VMWARE", 0).stale);
	take(tally, &longest);
	CU_ASSERT_TRUE(find(tally, "BACKUP", "VMWARE", 0).stale);
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

static void test_equal(void)
{
	struct job job = job_of("BACKUP", "VMWARE", 0), other = job_of("BACKUP", "VMWARE", 1);
	struct tally *a = tally_new(), *b = tally_new();

	add(a, &job);
	add(b, &job);
	count(a, &other); /* counters and empty cells do not matter */
	CU_ASSERT_TRUE(tally_equal(a, b) && tally_equal(b, a));
	add(b, &other);
	CU_ASSERT_FALSE(tally_equal(a, b) || tally_equal(b, a));
	job.files++;
	add(a, &job);
	CU_ASSERT_FALSE(tally_equal(a, b) || tally_equal(b, a));
	tally_free(a);
	tally_free(b);
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

static const struct harness_test tests[] = {
    {"empty", test_empty},
    {"sums of one cell", test_sums},
    {"cells are told apart", test_apart},
    {"copies what it is given", test_copies},
    {"removal", test_removal},
    {"maxima that are stale", test_stale},
    {"counters", test_counters},
    {"comparison", test_equal},
    {"many cells", test_many},
    {NULL, NULL},
};

const struct harness_suite tally_suite = {"tally", tests};
