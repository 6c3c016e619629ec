/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "tables/reason.h"
#include "command/report.h"

typedef void report(FILE *out, struct snapshot *const *snapshots, size_t count, unsigned tables,
		    int64_t now);

/* Instants of the rows are some seconds before it. */
static const int64_t now = 1782900000999;

static int64_t ago(int64_t seconds)
{
	return now - seconds * 1000;
}

static char *print(report *function, struct snapshot *const *snapshots, size_t count,
		   unsigned tables)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	function(out, snapshots, count, tables, now);
	fclose(out);
	return text;
}

static struct snapshot *one_row(const char *type, const char *policy)
{
	struct snapshot *snapshot = snapshot_new("paris", "https://paris");
	struct snapshot_job row = {.job_type = type,
				   .policy_type = policy,
				   .status = 196,
				   .count = 12,
				   .bytes = 5497558138880,
				   .files = 7};

	snapshot->site.status = SNAPSHOT_UP;
	snapshot->site.requests = 4;
	snapshot->site.refresh_jobs = 13;
	strcpy(snapshot->site.api_version, "13.0");
	snapshot_add_job(snapshot, &row);
	snapshot_seal(snapshot);
	return snapshot;
}

static void check_tables(report *function, struct snapshot *snapshot, unsigned tables,
			 const char *expected)
{
	char *text = print(function, &snapshot, 1, tables);

	EQUAL_TEXT(text, expected);
	free(text);
	snapshot_free(snapshot);
}

static void check(report *function, struct snapshot *snapshot, const char *expected)
{
	check_tables(function, snapshot, REPORT_JOBS, expected);
}

static void test_json(void)
{
	check(report_json, one_row("BACKUP", "VMWARE"),
	      "{\"sites\":[{\"site\":\"paris\",\"ok\":true,\"apiVersion\":\"13.0\",\"requests\":4,"
	      "\"jobs\":13,\"rows\":[{\"jobType\":\"BACKUP\",\"policyType\":\"VMWARE\",\"status\":"
	      "196,"
	      "\"count\":12,\"bytes\":5497558138880,\"files\":7}]}]}\n");
}

static void test_json_strings(void)
{
	char *text;
	struct snapshot *snapshot = one_row("a\"b\\c\x01", "Z\xc3\xbcrich");

	text = print(report_json, &snapshot, 1, REPORT_JOBS);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"jobType\":\"a\\\"b\\\\c\\u0001\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"policyType\":\"Z\xc3\xbcrich\""));
	free(text);
	snapshot_free(snapshot);
}

static void test_json_failure(void)
{
	struct snapshot *snapshot = snapshot_new("paris", "https://paris");

	snapshot->site.status = SNAPSHOT_DOWN;
	fault_set(&snapshot->site.fault, FAULT_DNS, "no \"such\" host");
	snapshot_seal(snapshot);
	check(report_json, snapshot,
	      "{\"sites\":[{\"site\":\"paris\",\"ok\":false,\"apiVersion\":\"\",\"errorClass\":"
	      "\"dns\","
	      "\"errorText\":\"no \\\"such\\\" host\",\"requests\":0,\"jobs\":0,\"rows\":[]}]}\n");
}

static void test_json_none(void)
{
	char *text = print(report_json, NULL, 0, REPORT_JOBS);

	EQUAL_TEXT(text, "{\"sites\":[]}\n");
	free(text);
}

static void test_table(void)
{
	check(
	    report_table, one_row("BACKUP", "VMWARE"),
	    "SITE   JOB TYPE  POLICY TYPE  STATUS     COUNT                 BYTES         FILES\n"
	    "paris  BACKUP    VMWARE          196        12         5497558138880             7\n");
}

/* Columns stay in line behind names that are long, or not ASCII. */
static void test_table_wide(void)
{
	check(report_table, one_row("A_LONG_JOB_TYPE", "Z\xc3\xbcrich"),
	      "SITE   JOB TYPE         POLICY TYPE  STATUS     COUNT                 BYTES         "
	      "FILES\n"
	      "paris  A_LONG_JOB_TYPE  Z\xc3\xbcrich          196        12         5497558138880 "
	      "            7\n");
}

/* A row of each table, all of whose numbers differ, and one with nothing to say. */
static struct snapshot *all_tables(void)
{
	struct snapshot *snapshot = snapshot_new("lyon", "https://lyon");
	struct snapshot_workload busy = {.job_type = "BACKUP",
					 .policy_type = "VMWARE",
					 .succeeded = 1,
					 .partial = 2,
					 .failed = 3,
					 .active = 4,
					 .queued = 5,
					 .requeued = 6,
					 .suspended = 7,
					 .incomplete = 8,
					 .oldest_active = ago(9),
					 .oldest_queued = ago(10),
					 .bytes = 11,
					 .last_success = ago(12),
					 .last_failure = ago(13),
					 .dedup = 6105};
	struct snapshot_workload idle = {.job_type = "RESTORE", .policy_type = "NONE"};
	struct snapshot_subject late = {.name = "gold-\xc3\xa9t\xc3\xa9",
					.policy_type = "VMWARE",
					.succeeded = 1,
					.partial = 2,
					.failed = 3,
					.last_status = 2074,
					.last_success = ago(90001),
					.last_failure = ago(5),
					.failure_streak = 6,
					.bytes = 5497558138880,
					.max_age = 90000,
					.overdue_at = ago(1)};
	struct snapshot_subject fresh = {
	    .name = "new", .policy_type = "", .last_status = -1, .overdue_at = SNAPSHOT_NEVER};
	struct snapshot_queue queue = {.reason = 2, .jobs = 17};

	snapshot->site.status = SNAPSHOT_UP;
	snapshot_add_workload(snapshot, &busy);
	snapshot_add_workload(snapshot, &idle);
	snapshot_add_policy(snapshot, &late);
	snapshot_add_policy(snapshot, &fresh);
	fresh.last_status = 0;
	fresh.last_success = now + 5000;
	fresh.max_age = 60;
	fresh.overdue_at = now + 1;
	snapshot_add_client(snapshot, &fresh);
	snapshot_add_queue(snapshot, &queue);
	snapshot_seal(snapshot);
	return snapshot;
}

/* The same with the text of the queue's reason for the %s in FORM. */
static void check_queue(report *function, unsigned tables, const char *form)
{
	char expected[3000];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(expected, sizeof expected, form, reason_text(2));
#pragma GCC diagnostic pop
	check_tables(function, all_tables(), tables, expected);
}

#define SITE_JSON                                                                                  \
	"{\"sites\":[{\"site\":\"lyon\",\"ok\":true,\"apiVersion\":\"\",\"requests\":0,"           \
	"\"jobs\":0,"
#define WORKLOADS_JSON                                                                             \
	"\"workloads\":[{\"jobType\":\"BACKUP\",\"policyType\":\"VMWARE\",\"succeeded\":1,"        \
	"\"partial\":2,\"failed\":3,\"active\":4,\"queued\":5,\"requeued\":6,\"suspended\":7,"     \
	"\"incomplete\":8,\"oldestActiveAge\":9,\"oldestQueuedAge\":10,\"bytes\":11,"              \
	"\"lastSuccessAge\":12,\"lastFailureAge\":13,\"dedupPercent\":61.05},"                     \
	"{\"jobType\":\"RESTORE\",\"policyType\":\"NONE\",\"succeeded\":0,"                        \
	"\"partial\":0,\"failed\":0,\"active\":0,\"queued\":0,\"requeued\":0,\"suspended\":0,"     \
	"\"incomplete\":0,\"oldestActiveAge\":null,\"oldestQueuedAge\":null,\"bytes\":0,"          \
	"\"lastSuccessAge\":null,\"lastFailureAge\":null,\"dedupPercent\":0.00}]"
#define POLICIES_JSON                                                                              \
	"\"policies\":[{\"policy\":\"new\",\"policyType\":\"\",\"succeeded\":0,\"partial\":0,"     \
	"\"failed\":0,\"lastStatus\":null,\"lastSuccessAge\":null,\"lastFailureAge\":null,"        \
	"\"failureStreak\":0,\"bytes\":0,\"maxAge\":null,\"overdue\":false},"                      \
	"{\"policy\":\"gold-\xc3\xa9t\xc3\xa9\",\"policyType\":\"VMWARE\",\"succeeded\":1,"        \
	"\"partial\":2,\"failed\":3,\"lastStatus\":2074,\"lastSuccessAge\":90001,"                 \
	"\"lastFailureAge\":5,\"failureStreak\":6,\"bytes\":5497558138880,\"maxAge\":90000,"       \
	"\"overdue\":true}]"
#define CLIENTS_JSON                                                                               \
	"\"clients\":[{\"client\":\"new\",\"succeeded\":0,\"partial\":0,\"failed\":0,"             \
	"\"lastStatus\":0,\"lastSuccessAge\":0,\"lastFailureAge\":null,\"failureStreak\":0,"       \
	"\"bytes\":0,\"maxAge\":60,\"overdue\":false}]"
#define QUEUE_JSON "\"queue\":[{\"reason\":2,\"jobs\":17,\"text\":\"%s\"}]"

/* Each table alone, and all of them: rows of jobs come first. */
static void test_json_tables(void)
{
	check_tables(report_json, all_tables(), REPORT_WORKLOADS, SITE_JSON WORKLOADS_JSON "}]}\n");
	check_tables(report_json, all_tables(), REPORT_POLICIES, SITE_JSON POLICIES_JSON "}]}\n");
	check_tables(report_json, all_tables(), REPORT_CLIENTS, SITE_JSON CLIENTS_JSON "}]}\n");
	check_queue(report_json, REPORT_QUEUE, SITE_JSON QUEUE_JSON "}]}\n");
	check_queue(report_json, REPORT_ALL,
		    SITE_JSON "\"rows\":[]," WORKLOADS_JSON "," POLICIES_JSON "," CLIENTS_JSON
			      "," QUEUE_JSON "}]}\n");
}

static void test_table_policies(void)
{
	check_tables(
	    report_table, all_tables(), REPORT_POLICIES,
	    "SITE  POLICY    POLICY TYPE  SUCCEEDED  PARTIAL  FAILED  LAST STATUS  LAST SUCCESS  "
	    "LAST FAILURE  STREAK          BYTES  MAX AGE  OVERDUE\n"
	    "lyon  new       -                    0        0       0            -             -  "
	    "           -       0              0        -       no\n"
	    "lyon  gold-\xc3\xa9t\xc3\xa9  VMWARE               1        2       3         2074    "
	    "     90001             5       6  5497558138880    90000      yes\n");
}

/* Several tables have titles, and a table whose last column is a text has no blanks behind it. */
static void test_tables(void)
{
	check_queue(report_table, REPORT_QUEUE,
		    "SITE  REASON  JOBS  TEXT\n"
		    "lyon       2    17  %s\n");
	check_queue(report_table, REPORT_QUEUE | REPORT_CLIENTS,
		    "Clients: their backups\n"
		    "SITE  CLIENT  SUCCEEDED  PARTIAL  FAILED  LAST STATUS  LAST SUCCESS  LAST "
		    "FAILURE  STREAK  BYTES  MAX AGE  OVERDUE\n"
		    "lyon  new             0        0       0            0             0          "
		    "   -       0      0       60       no\n"
		    "\n"
		    "Queue: what jobs wait for\n"
		    "SITE  REASON  JOBS  TEXT\n"
		    "lyon       2    17  %s\n");
}

static void test_names(void)
{
	EQUAL_NUMBER(report_find_tables("jobs"), REPORT_JOBS);
	EQUAL_NUMBER(report_find_tables("workloads"), REPORT_WORKLOADS);
	EQUAL_NUMBER(report_find_tables("policies"), REPORT_POLICIES);
	EQUAL_NUMBER(report_find_tables("clients"), REPORT_CLIENTS);
	EQUAL_NUMBER(report_find_tables("queue"), REPORT_QUEUE);
	EQUAL_NUMBER(report_find_tables("all"), REPORT_ALL);
	EQUAL_NUMBER(report_find_tables(""), 0);
	EQUAL_NUMBER(report_find_tables("job"), 0);
}

static const struct harness_test tests[] = {
    {"JSON", test_json},
    {"strings in JSON", test_json_strings},
    {"JSON of a failure", test_json_failure},
    {"JSON of no site", test_json_none},
    {"table", test_table},
    {"table with wide names", test_table_wide},
    {"JSON of each table", test_json_tables},
    {"table of policies", test_table_policies},
    {"several tables", test_tables},
    {"names of tables", test_names},
    {NULL, NULL},
};

const struct harness_suite report_suite = {"report", tests};
