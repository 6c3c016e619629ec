/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/tally.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "unit/tally/sample.h"

static void test_empty(void)
{
	struct tally *tally = tally_new(NULL);

	EQUAL_NUMBER(sample_cells(tally), 0);
	EQUAL_NUMBER(tally_jobs(tally)->finished, 0);
	tally_free(tally);
	tally_free(NULL);
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
	struct tally *tally = tally_new(NULL);

	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < count; i++) {
			struct job job = sample_job(keys[i].type, keys[i].policy, keys[i].status);

			for (size_t times = 0; times <= i; times++)
				sample_add(tally, &job);
		}
	}
	EQUAL_NUMBER(sample_cells(tally), count);
	for (size_t i = 0; i < count; i++)
		EQUAL_NUMBER(sample_cell(tally, keys[i].type, keys[i].policy, keys[i].status).count,
			     3 * (i + 1));
	tally_free(tally);
}

static void test_copies(void)
{
	char type[] = "BACKUP", policy[] = "VMWARE";
	struct job job = sample_job(type, policy, 7);
	struct tally *tally = tally_new(NULL);

	sample_add(tally, &job);
	memset(type, 'x', 6);
	memset(policy, 'x', 6);
	EQUAL_NUMBER(sample_cell(tally, "BACKUP", "VMWARE", 7).count, 1);
	tally_free(tally);
}

static void fail_for(struct tally_subject *subject, void *arg)
{
	(void)arg;
	FAIL("there is \"%s\"", subject->name);
}

static void test_backups_only(void)
{
	struct job restore = sample_job("RESTORE", "VMWARE", 0),
		   nameless = sample_job("BACKUP", "X", 0);
	struct tally *tally = tally_new(NULL);

	nameless.policy = nameless.client = "";
	sample_add(tally, &restore);
	sample_add(tally, &nameless);
	restore.state = nameless.state = JOB_QUEUED;
	sample_add(tally, &restore);
	sample_add(tally, &nameless);
	tally_each_subject(tally, TALLY_POLICY, fail_for, NULL);
	tally_each_subject(tally, TALLY_CLIENT, fail_for, NULL);
	sample_expect(sample_subject(tally, TALLY_WORKLOAD, "RESTORE"), 1, 0, 0, 1);
	nameless.client = "db1";
	sample_add(tally, &nameless);
	tally_each_subject(tally, TALLY_POLICY, fail_for, NULL);
	sample_expect(sample_subject(tally, TALLY_CLIENT, "db1"), 0, 0, 0, 1);
	tally_free(tally);
}

static void test_many(void)
{
	struct tally *tally = tally_new(NULL);
	char policy[16];

	for (unsigned i = 0; i < 30000; i++) {
		struct job job = sample_job("BACKUP", policy, i % 7);

		snprintf(policy, sizeof policy, "P%u", i * 7919 % 500);
		sample_add(tally, &job);
	}
	EQUAL_NUMBER(tally_jobs(tally)->finished, 30000);
	EQUAL_NUMBER(sample_cells(tally), 3500);
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
	struct tally *tally = tally_new(NULL);
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
    {"cells are told apart", test_apart},
    {"copies what it is given", test_copies},
    {"policies and clients of backups only", test_backups_only},
    {"many cells", test_many},
    {"subjects in the order of rows", test_order},
    {NULL, NULL},
};

const struct harness_suite tally_suite = {"tally", tests};
