/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "unit/rows.h"

static struct numbers {
	size_t length;
	uint32_t ids[INDEX_SIZE];
} numbers_of(const struct index *index)
{
	struct numbers numbers = {.length = 0};

	numbers.length = index_unpack(index, numbers.ids);
	return numbers;
}

static void add(struct snapshot *snapshot, const char *type, const char *policy, uint32_t status)
{
	struct job_row row = {
	    .job_type = type, .policy_type = policy, .status = status, .count = status + 1};

	snapshot_add(snapshot, TABLE_JOBS, &row);
}

static void test_empty(void)
{
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris/netbackup");

	snapshot_seal(snapshot);
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), 0);
	EQUAL_TEXT(sites_row(snapshot)->name, "paris");
	EQUAL_TEXT(sites_row(snapshot)->url, "https://paris/netbackup");
	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UNKNOWN);
	EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_NONE);
	EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_NONE);
	EQUAL_NUMBER(numbers_of(&sites_row(snapshot)->index).length, 6);
	EQUAL_NUMBER(numbers_of(&sites_row(snapshot)->index).ids[0], 5);
	EQUAL_NUMBER(sites_row(snapshot)->last_success, 0);
	snapshot_free(snapshot);
	snapshot_free(NULL);
}

/* Nothing of the caller's may be needed any more after a call. */
static void test_copies(void)
{
	char name[] = "paris", url[] = "https://paris", type[] = "BACKUP", policy[] = "VMWARE";
	struct snapshot *snapshot = sites_snapshot(name, url);
	struct job_row row = {.job_type = type,
			      .policy_type = policy,
			      .status = 5,
			      .count = 1,
			      .bytes = 1ull << 40,
			      .files = 3,
			      .mean_duration = 4,
			      .max_duration = 6,
			      .last_end = 1782871204000};

	snapshot_add(snapshot, TABLE_JOBS, &row);
	memset(name, 'x', 5);
	memset(url, 'x', 5);
	memset(type, 'x', 6);
	memset(policy, 'x', 6);
	memset(&row, 0xff, sizeof row);
	snapshot_seal(snapshot);
	EQUAL_TEXT(sites_row(snapshot)->name, "paris");
	EQUAL_TEXT(sites_row(snapshot)->url, "https://paris");
	EQUAL_TEXT(ROWS(snapshot, JOBS, job_row)[0].site, "paris");
	EQUAL_TEXT(ROWS(snapshot, JOBS, job_row)[0].job_type, "BACKUP");
	EQUAL_TEXT(ROWS(snapshot, JOBS, job_row)[0].policy_type, "VMWARE");
	EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].status, 5);
	EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].count, 1);
	EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].bytes, 1ull << 40);
	EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].files, 3);
	EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].mean_duration, 4);
	EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].max_duration, 6);
	EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].last_end, 1782871204000);
	snapshot_free(snapshot);
}

/* The index is site, job type, policy type and status, strings behind their lengths. */
static void test_index(void)
{
	static const uint32_t expected[] = {1, 's', 3, 'D', 'B', 'X', 2, 'N', 'T', 196};
	struct snapshot *snapshot = sites_snapshot("s", "https://s");
	struct numbers numbers;

	add(snapshot, "DBX", "NT", 196);
	numbers = numbers_of(&ROWS(snapshot, JOBS, job_row)[0].index);
	EQUAL_NUMBER(numbers.length, sizeof expected / sizeof expected[0]);
	CU_ASSERT_TRUE(memcmp(numbers.ids, expected, sizeof expected) == 0);
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
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris");

	for (size_t i = 0; i < count; i++)
		add(snapshot, rows[mixed[i]].type, rows[mixed[i]].policy, rows[mixed[i]].status);
	snapshot_seal(snapshot);
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), count);
	for (size_t i = 0; i < count; i++) {
		EQUAL_TEXT(ROWS(snapshot, JOBS, job_row)[i].job_type, rows[i].type);
		EQUAL_TEXT(ROWS(snapshot, JOBS, job_row)[i].policy_type, rows[i].policy);
		EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[i].status, rows[i].status);
		EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[i].count,
			     (uint32_t)(rows[i].status + 1));
	}
	snapshot_free(snapshot);
}

static void test_many(void)
{
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris");

	for (uint32_t i = 0; i < 5000; i++)
		add(snapshot, "BACKUP", "VMWARE", i * 7919 % 5000);
	snapshot_seal(snapshot);
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), 5000);
	for (size_t i = 0; i < COUNT_OF(snapshot, JOBS); i++)
		if (ROWS(snapshot, JOBS, job_row)[i].status != i)
			FAIL("row %zu has status %u", i, ROWS(snapshot, JOBS, job_row)[i].status);
	snapshot_free(snapshot);
}

static void test_names_cut(void)
{
	static const char longer[] = "A_POLICY_TYPE_WITH_A_NAME_OF_MORE_THAN_32_OCTETS";
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris");

	add(snapshot, "BACKUP", "VMWARE", 0);
	EQUAL_NUMBER(snapshot->names_cut, 0);
	add(snapshot, "BACKUP", longer, 0);
	EQUAL_NUMBER(snapshot->names_cut, 1);
	add(snapshot, longer, longer, 0);
	EQUAL_NUMBER(snapshot->names_cut, 3);
	snapshot_seal(snapshot);
	EQUAL_TEXT(ROWS(snapshot, JOBS, job_row)[1].policy_type, longer);
	EQUAL_NUMBER(numbers_of(&ROWS(snapshot, JOBS, job_row)[1].index).ids[6 + 7], 32);
	EQUAL_NUMBER(numbers_of(&ROWS(snapshot, JOBS, job_row)[1].index).length, 6 + 7 + 33 + 1);
	snapshot_free(snapshot);
}

/* Nothing of the caller's may be needed any more: the rows of the other tables. */
static void test_copies_of_others(void)
{
	char type[] = "BACKUP", policy[] = "VMWARE", name[] = "gold";
	struct workload_row workload = {.job_type = type, .policy_type = policy, .active = 2};
	struct subject_row subject = {.name = name, .policy_type = policy, .last_status = -1};
	struct queue_row queue = {.reason = 2, .jobs = 9};
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris");

	snapshot_add(snapshot, TABLE_WORKLOADS, &workload);
	snapshot_add(snapshot, TABLE_POLICIES, &subject);
	snapshot_add(snapshot, TABLE_CLIENTS, &subject);
	snapshot_add(snapshot, TABLE_QUEUE, &queue);
	memset(type, 'x', 6);
	memset(policy, 'x', 6);
	memset(name, 'x', 4);
	snapshot_seal(snapshot);
	EQUAL_TEXT(ROWS(snapshot, WORKLOADS, workload_row)[0].site, "paris");
	EQUAL_TEXT(ROWS(snapshot, WORKLOADS, workload_row)[0].job_type, "BACKUP");
	EQUAL_TEXT(ROWS(snapshot, WORKLOADS, workload_row)[0].policy_type, "VMWARE");
	EQUAL_NUMBER(ROWS(snapshot, WORKLOADS, workload_row)[0].active, 2);
	EQUAL_NUMBER(numbers_of(&ROWS(snapshot, WORKLOADS, workload_row)[0].index).length,
		     6 + 7 + 7);
	EQUAL_TEXT(ROWS(snapshot, POLICIES, subject_row)[0].site, "paris");
	EQUAL_TEXT(ROWS(snapshot, POLICIES, subject_row)[0].name, "gold");
	EQUAL_TEXT(ROWS(snapshot, POLICIES, subject_row)[0].policy_type, "VMWARE");
	EQUAL_NUMBER(ROWS(snapshot, POLICIES, subject_row)[0].last_status, -1);
	EQUAL_NUMBER(numbers_of(&ROWS(snapshot, POLICIES, subject_row)[0].index).length, 6 + 5);
	EQUAL_TEXT(ROWS(snapshot, CLIENTS, subject_row)[0].name, "gold");
	EQUAL_TEXT(ROWS(snapshot, QUEUE, queue_row)[0].site, "paris");
	EQUAL_NUMBER(ROWS(snapshot, QUEUE, queue_row)[0].jobs, 9);
	EQUAL_NUMBER(numbers_of(&ROWS(snapshot, QUEUE, queue_row)[0].index).length, 6 + 1);
	EQUAL_NUMBER(numbers_of(&ROWS(snapshot, QUEUE, queue_row)[0].index).ids[6], 2);
	snapshot_free(snapshot);
}

/* A name of LENGTH octets, of letters of two octets each but for the first of an odd LENGTH, that
 * ends in LAST. */
static const char *long_name(size_t length, char last)
{
	static char names[2][300];
	static unsigned turn;
	char *name = names[turn++ % 2];
	size_t at = length % 2;

	name[0] = 'p';
	for (; at < length; at += 2)
		memcpy(name + at, "\xc3\xa9", 2);
	if (last) {
		name[length - 2] = '-';
		name[length - 1] = last;
	}
	name[length] = '\0';
	return name;
}

static void add_policy(struct snapshot *snapshot, const char *name, uint32_t succeeded)
{
	struct subject_row row = {.name = name, .policy_type = "", .succeeded = succeeded};

	snapshot_add(snapshot, TABLE_POLICIES, &row);
}

/* The index has 64 octets at most and ends between two characters; the row has the whole name. */
static void test_long_names(void)
{
	static const struct {
		size_t length, in_index;
		uint32_t cut;
	} names[] = {{64, 64, 0}, {65, 64, 1}, {66, 63, 1}, {255, 64, 1}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct snapshot *snapshot = sites_snapshot("s", "https://s");
		const char *name = long_name(names[i].length, 0);
		struct numbers index;

		add_policy(snapshot, name, 1);
		snapshot_seal(snapshot);
		index = numbers_of(&ROWS(snapshot, POLICIES, subject_row)[0].index);
		EQUAL_TEXT(ROWS(snapshot, POLICIES, subject_row)[0].name, name);
		EQUAL_NUMBER(snapshot->names_cut, names[i].cut);
		EQUAL_NUMBER(index.ids[2], names[i].in_index);
		EQUAL_NUMBER(index.length, 2 + 1 + names[i].in_index);
		if (names[i].cut) {
			EQUAL_NUMBER(index.ids[index.length - 9], '~');
			EQUAL_NUMBER(index.ids[index.length - 10], 0xa9);
		}
		snapshot_free(snapshot);
	}
}

/* A row whose name is shared has the same index as one whose name is copied, whatever the name. */
static void test_pooled(void)
{
	const char *const names[] = {"gold", "p",	  "a \xfa",	    "a \xfb",
				     "\xff", "b\xc3\xa9", long_name(64, 0), long_name(65, 0)};
	struct snapshot *copied = sites_snapshot("s", "https://s");
	struct snapshot *shared = sites_snapshot("s", "https://s");
	struct pool *pool = pool_new();

	snapshot_share(shared, pool);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct subject_row row = {.policy_type = "", .succeeded = 1};

		add_policy(copied, names[i], 1);
		row.name = pool_text(pool, names[i]);
		snapshot_add_pooled(shared, TABLE_POLICIES, &row);
	}
	/* The snapshot is now the only one to hold it. */
	pool_release(pool);
	snapshot_seal(copied);
	snapshot_seal(shared);
	EQUAL_NUMBER(COUNT_OF(shared, POLICIES), sizeof names / sizeof names[0]);
	EQUAL_NUMBER(COUNT_OF(copied, POLICIES), COUNT_OF(shared, POLICIES));
	EQUAL_NUMBER(shared->names_cut, copied->names_cut);
	for (size_t i = 0; i < COUNT_OF(shared, POLICIES); i++) {
		const struct subject_row *one = &ROWS(shared, POLICIES, subject_row)[i];
		const struct subject_row *other = &ROWS(copied, POLICIES, subject_row)[i];

		EQUAL_NUMBER(index_compare(&one->index, &other->index), 0);
		EQUAL_TEXT(one->name, other->name);
		EQUAL_TEXT(one->site, "s");
	}
	snapshot_free(copied);
	snapshot_free(shared);
}

/* The hash tells apart what the cut makes alike. */
static void test_same_beginning(void)
{
	struct snapshot *snapshot = sites_snapshot("s", "https://s");

	add_policy(snapshot, long_name(255, 'a'), 1);
	add_policy(snapshot, long_name(255, 'b'), 2);
	snapshot_seal(snapshot);
	EQUAL_NUMBER(COUNT_OF(snapshot, POLICIES), 2);
	EQUAL_NUMBER(ROWS(snapshot, POLICIES, subject_row)[0].succeeded +
			 ROWS(snapshot, POLICIES, subject_row)[1].succeeded,
		     3);
	EQUAL_NUMBER(snapshot->names_cut, 2);
	snapshot_free(snapshot);
}

/* A walk never ends where two rows have one name, in whatever order they come. */
static void test_equal_index(void)
{
	static const char *const orders[] = {"babca", "aabbc", "abcc", "aabc"};

	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		struct snapshot *snapshot = sites_snapshot("s", "https://s");

		for (const char *at = orders[i]; *at; at++)
			add_policy(snapshot, (char[]){*at, '\0'}, 1);
		snapshot_seal(snapshot);
		EQUAL_NUMBER(COUNT_OF(snapshot, POLICIES), 3);
		for (size_t k = 0; k < COUNT_OF(snapshot, POLICIES); k++)
			EQUAL_NUMBER(ROWS(snapshot, POLICIES, subject_row)[k].name[0],
				     (char)('a' + k));
		snapshot_free(snapshot);
	}
}

/* What a notification names must be the very row: its index is made by itself, and is the same. */
static void test_index_alone(void)
{
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris");
	const char *name = long_name(255, 'a');
	struct job_row job = {.job_type = "BACKUP", .policy_type = name, .status = 5};
	struct subject_row policy = {.name = name};
	struct index_draft draft;
	struct index index;

	add(snapshot, "BACKUP", name, 5);
	add_policy(snapshot, name, 1);
	snapshot_seal(snapshot);
	EQUAL_NUMBER(table_index(&jobs_table, "paris", &job, &draft), 1);
	index = index_of(&draft);
	EQUAL_NUMBER(index_compare(&index, &ROWS(snapshot, JOBS, job_row)[0].index), 0);
	EQUAL_NUMBER(table_index(&policies_table, "paris", &policy, &draft), 1);
	index = index_of(&draft);
	EQUAL_NUMBER(index_compare(&index, &ROWS(snapshot, POLICIES, subject_row)[0].index), 0);
	table_index(&sites_table, "paris", NULL, &draft);
	index = index_of(&draft);
	EQUAL_NUMBER(index_compare(&index, &sites_row(snapshot)->index), 0);
	snapshot_free(snapshot);
}

static const struct harness_test tests[] = {
    {"empty", test_empty},
    {"copies what it is given", test_copies},
    {"index of a row", test_index},
    {"order is that of a walk", test_order},
    {"many rows", test_many},
    {"names cut are counted and kept whole", test_names_cut},
    {"copies the rows of the other tables", test_copies_of_others},
    {"long names of policies", test_long_names},
    {"shared names", test_pooled},
    {"names that differ at their end only", test_same_beginning},
    {"rows with one index", test_equal_index},
    {"an index without its row", test_index_alone},
    {NULL, NULL},
};

const struct harness_suite snapshot_suite = {"snapshot", tests};
