/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "snapshot.h"

static void add(struct snapshot *snapshot, const char *type, const char *policy, uint32_t status)
{
	struct snapshot_job row = {
	    .job_type = type, .policy_type = policy, .status = status, .count = status + 1};

	snapshot_add_job(snapshot, &row);
}

static void test_empty(void)
{
	struct snapshot *snapshot = snapshot_new("paris", "https://paris/netbackup");

	snapshot_seal(snapshot);
	EQUAL_NUMBER(snapshot->job_count, 0);
	EQUAL_TEXT(snapshot->site.name, "paris");
	EQUAL_TEXT(snapshot->site.url, "https://paris/netbackup");
	EQUAL_NUMBER(snapshot->site.status, SNAPSHOT_UNKNOWN);
	EQUAL_NUMBER(snapshot->site.mode, SNAPSHOT_MODE_NONE);
	EQUAL_NUMBER(snapshot->site.fault.class, FAULT_NONE);
	EQUAL_NUMBER(snapshot->site.index.length, 6);
	EQUAL_NUMBER(snapshot->site.index.ids[0], 5);
	EQUAL_NUMBER(snapshot->site.last_success, 0);
	snapshot_free(snapshot);
	snapshot_free(NULL);
}

/* Nothing of the caller's may be needed any more after a call. */
static void test_copies(void)
{
	char name[] = "paris", url[] = "https://paris", type[] = "BACKUP", policy[] = "VMWARE";
	struct snapshot *snapshot = snapshot_new(name, url);
	struct snapshot_job row = {.job_type = type,
				   .policy_type = policy,
				   .status = 5,
				   .count = 1,
				   .bytes = 1ull << 40,
				   .files = 3,
				   .mean_duration = 4,
				   .max_duration = 6,
				   .last_end = 1782871204000};

	snapshot_add_job(snapshot, &row);
	memset(name, 'x', 5);
	memset(url, 'x', 5);
	memset(type, 'x', 6);
	memset(policy, 'x', 6);
	memset(&row, 0xff, sizeof row);
	snapshot_seal(snapshot);
	EQUAL_TEXT(snapshot->site.name, "paris");
	EQUAL_TEXT(snapshot->site.url, "https://paris");
	EQUAL_TEXT(snapshot->jobs[0].site, "paris");
	EQUAL_TEXT(snapshot->jobs[0].job_type, "BACKUP");
	EQUAL_TEXT(snapshot->jobs[0].policy_type, "VMWARE");
	EQUAL_NUMBER(snapshot->jobs[0].status, 5);
	EQUAL_NUMBER(snapshot->jobs[0].count, 1);
	EQUAL_NUMBER(snapshot->jobs[0].bytes, 1ull << 40);
	EQUAL_NUMBER(snapshot->jobs[0].files, 3);
	EQUAL_NUMBER(snapshot->jobs[0].mean_duration, 4);
	EQUAL_NUMBER(snapshot->jobs[0].max_duration, 6);
	EQUAL_NUMBER(snapshot->jobs[0].last_end, 1782871204000);
	snapshot_free(snapshot);
}

/* The index is site, job type, policy type and status, strings behind their lengths. */
static void test_index(void)
{
	static const uint32_t expected[] = {1, 's', 3, 'D', 'B', 'X', 2, 'N', 'T', 196};
	struct snapshot *snapshot = snapshot_new("s", "https://s");

	add(snapshot, "DBX", "NT", 196);
	EQUAL_NUMBER(snapshot->jobs[0].index.length, sizeof expected / sizeof expected[0]);
	CU_ASSERT_TRUE(memcmp(snapshot->jobs[0].index.ids, expected, sizeof expected) == 0);
	snapshot_free(snapshot);
}

static void test_order(void)
{
	/* As a walk has to give them: by length, then by octets, the status as a number. */
	static const struct {
		const char *type, *policy;
		uint32_t status;
	} rows[] = {
	    {"DBX", "NONE", 0},	     {"BACKUP", "", 1},		{"BACKUP", "VMWARE", 0},
	    {"BACKUP", "VMWARE", 2}, {"BACKUP", "VMWARE", 10},	{"BACKUP", "VMWARE", 4294967295u},
	    {"BACKUP", "vmware", 0}, {"BACKUP", "STANDARD", 0}, {"RESTORE", "NONE", 0},
	};
	static const size_t mixed[] = {4, 8, 0, 7, 2, 6, 1, 5, 3};
	size_t count = sizeof rows / sizeof rows[0];
	struct snapshot *snapshot = snapshot_new("paris", "https://paris");

	for (size_t i = 0; i < count; i++)
		add(snapshot, rows[mixed[i]].type, rows[mixed[i]].policy, rows[mixed[i]].status);
	snapshot_seal(snapshot);
	EQUAL_NUMBER(snapshot->job_count, count);
	for (size_t i = 0; i < count; i++) {
		EQUAL_TEXT(snapshot->jobs[i].job_type, rows[i].type);
		EQUAL_TEXT(snapshot->jobs[i].policy_type, rows[i].policy);
		EQUAL_NUMBER(snapshot->jobs[i].status, rows[i].status);
		EQUAL_NUMBER(snapshot->jobs[i].count, (uint32_t)(rows[i].status + 1));
	}
	snapshot_free(snapshot);
}

static void test_many(void)
{
	struct snapshot *snapshot = snapshot_new("paris", "https://paris");

	for (uint32_t i = 0; i < 5000; i++)
		add(snapshot, "BACKUP", "VMWARE", i * 7919 % 5000);
	snapshot_seal(snapshot);
	EQUAL_NUMBER(snapshot->job_count, 5000);
	for (size_t i = 0; i < snapshot->job_count; i++)
		if (snapshot->jobs[i].status != i)
			FAIL("row %zu has status %u", i, snapshot->jobs[i].status);
	snapshot_free(snapshot);
}

static void test_names_cut(void)
{
	static const char longer[] = "A_POLICY_TYPE_WITH_A_NAME_OF_MORE_THAN_32_OCTETS";
	struct snapshot *snapshot = snapshot_new("paris", "https://paris");

	add(snapshot, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(snapshot->site.names_cut, 0);
	add(snapshot, "BACKUP", longer, 0);
	EQUAL_NUMBER(snapshot->site.names_cut, 1);
	add(snapshot, longer, longer, 0);
	EQUAL_NUMBER(snapshot->site.names_cut, 3);
	snapshot_seal(snapshot);
	EQUAL_TEXT(snapshot->jobs[1].policy_type, longer);
	EQUAL_NUMBER(snapshot->jobs[1].index.ids[6 + 7], 32);
	EQUAL_NUMBER(snapshot->jobs[1].index.length, 6 + 7 + 33 + 1);
	snapshot_free(snapshot);
}

static const struct harness_test tests[] = {
    {"empty", test_empty},
    {"copies what it is given", test_copies},
    {"index of a row", test_index},
    {"order is that of a walk", test_order},
    {"many rows", test_many},
    {"names cut are counted and kept whole", test_names_cut},
    {NULL, NULL},
};

const struct harness_suite snapshot_suite = {"snapshot", tests};
