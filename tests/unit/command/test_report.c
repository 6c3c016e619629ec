/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "tables/reason.h"
#include "command/report.h"
#include "command/screen.h"
#include "unit/rows.h"

typedef void print_report(FILE *out, const struct report *report);

/* Instants of the rows are some seconds before it. */
static const int64_t now = 1782900000999;

/* What the report is printed on. Each test begins with one that is no terminal. */
static struct terminal terminal;

static int64_t ago(int64_t seconds)
{
	return now - seconds * 1000;
}

static char *print(print_report *function, struct snapshot *const *snapshots, size_t count,
		   unsigned tables)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct agent_row agent = agent_new();
	struct report report = {tables, &agent, snapshots, count, now, terminal};

	agent.started = ago(60);
	agent.config_read = ago(7);
	agent_count_sites(&agent, snapshots, count);
	function(out, &report);
	fclose(out);
	return text;
}

static struct snapshot *one_row(const char *type, const char *policy)
{
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris");
	struct job_row row = {.job_type = type,
			      .policy_type = policy,
			      .status = 196,
			      .count = 12,
			      .parents = 3,
			      .bytes = 5497558138880,
			      .files = 7};

	sites_row(snapshot)->status = SITE_UP;
	sites_row(snapshot)->requests = 4;
	sites_row(snapshot)->refresh_jobs = 13;
	strcpy(sites_row(snapshot)->api_version, "13.0");
	snapshot_add(snapshot, TABLE_JOBS, &row);
	snapshot_seal(snapshot);
	return snapshot;
}

static void check_tables(print_report *function, struct snapshot *snapshot, unsigned tables,
			 const char *expected)
{
	char *text = print(function, &snapshot, 1, tables);

	EQUAL_TEXT(text, expected);
	free(text);
	snapshot_free(snapshot);
}

static void check(print_report *function, struct snapshot *snapshot, const char *expected)
{
	check_tables(function, snapshot, REPORT_TABLE(TABLE_JOBS), expected);
}

static void test_json(void)
{
	check(report_json, one_row("BACKUP", "VMWARE"),
	      "{\"sites\":[{\"site\":\"paris\",\"ok\":true,\"apiVersion\":\"13.0\",\"requests\":4,"
	      "\"notice\":\"\",\"jobs\":13,\"rows\":[{\"site\":\"paris\",\"jobType\":\"BACKUP\","
	      "\"policyType\":"
	      "\"VMWARE\","
	      "\"status\":196,\"count\":12,\"bytes\":5497558138880,\"mebibytes\":5242880,"
	      "\"files\":7,\"meanDuration\":0,\"maxDuration\":0,\"lastEndAge\":null,"
	      "\"finished\":0,\"finishedBytes\":0,\"finishedFiles\":0,\"parents\":3}]}]}\n");
}

static void test_json_strings(void)
{
	char *text;
	struct snapshot *snapshot = one_row("a\"b\\c\x01", "Z\xc3\xbcrich");

	text = print(report_json, &snapshot, 1, REPORT_TABLE(TABLE_JOBS));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"jobType\":\"a\\\"b\\\\c\\u0001\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"policyType\":\"Z\xc3\xbcrich\""));
	free(text);
	snapshot_free(snapshot);
}

static void test_json_failure(void)
{
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris");

	sites_row(snapshot)->status = SITE_DOWN;
	fault_set(&sites_row(snapshot)->fault, FAULT_DNS, "no \"such\" host");
	snapshot_seal(snapshot);
	check(report_json, snapshot,
	      "{\"sites\":[{\"site\":\"paris\",\"ok\":false,\"apiVersion\":\"\",\"errorClass\":"
	      "\"dns\","
	      "\"errorText\":\"no \\\"such\\\" host\",\"requests\":0,\"notice\":\"\","
	      "\"jobs\":0,\"rows\":[]}]}\n");
}

static void test_json_none(void)
{
	char *text = print(report_json, NULL, 0, REPORT_TABLE(TABLE_JOBS));

	EQUAL_TEXT(text, "{\"sites\":[]}\n");
	free(text);
}

static void test_table(void)
{
	check(report_table, one_row("BACKUP", "VMWARE"),
	      "SITE   JOB TYPE  POLICY TYPE  STATUS     COUNT                 BYTES         FILES  "
	      "PARENTS\n"
	      "paris  BACKUP    VMWARE          196        12         5497558138880             7  "
	      "      3\n");
}

/* Columns stay in line behind names that are long, or not ASCII. */
static void test_table_wide(void)
{
	check(report_table, one_row("A_LONG_JOB_TYPE", "Z\xc3\xbcrich"),
	      "SITE   JOB TYPE         POLICY TYPE  STATUS     COUNT                 BYTES         "
	      "FILES  PARENTS\n"
	      "paris  A_LONG_JOB_TYPE  Z\xc3\xbcrich          196        12         5497558138880 "
	      "            7        3\n");
}

/* A row of each table, all of whose numbers differ, and one with nothing to say. */
static struct snapshot *all_tables(void)
{
	struct snapshot *snapshot = sites_snapshot("lyon", "https://lyon");
	struct workload_row busy = {.job_type = "BACKUP",
				    .policy_type = "VMWARE",
				    .succeeded = 1,
				    .partial = 2,
				    .failed = 3,
				    .success_rate = 5000,
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
	struct workload_row idle = {
	    .job_type = "RESTORE", .policy_type = "NONE", .success_rate = 10000};
	struct subject_row late = {.name = "gold-\xc3\xa9t\xc3\xa9",
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
				   .last_run_status = 1,
				   .last_run = ago(7),
				   .runs_active = 8,
				   .overdue_at = ago(1)};
	struct subject_row fresh = {.name = "new",
				    .policy_type = "",
				    .last_status = -1,
				    .last_run_status = -1,
				    .overdue_at = SUBJECT_NEVER};
	struct queue_row queue = {.reason = 2, .jobs = 17};
	struct failure_row failure = {.job_id = UINT32_MAX,
				      .status = 96,
				      .client = "db1",
				      .policy = "gold",
				      .schedule = "",
				      .schedule_type = "FULL_BACKUP",
				      .job_type = "BACKUP",
				      .policy_type = "VMWARE",
				      .ended = ago(1)};

	sites_row(snapshot)->status = SITE_UP;
	snapshot_add(snapshot, TABLE_WORKLOADS, &busy);
	snapshot_add(snapshot, TABLE_WORKLOADS, &idle);
	snapshot_add(snapshot, TABLE_POLICIES, &late);
	snapshot_add(snapshot, TABLE_POLICIES, &fresh);
	fresh.last_status = 0;
	fresh.last_success = now + 5000;
	fresh.max_age = 60;
	fresh.overdue_at = now + 1;
	snapshot_add(snapshot, TABLE_CLIENTS, &fresh);
	snapshot_add(snapshot, TABLE_QUEUE, &queue);
	snapshot_add(snapshot, TABLE_FAILURES, &failure);
	snapshot_seal(snapshot);
	return snapshot;
}

/* The same with the text of the queue's reason for the %s in FORM. */
static void check_queue(print_report *function, unsigned tables, const char *form)
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
	"\"notice\":\"\",\"jobs\":0,"
#define WORKLOADS_JSON                                                                             \
	"\"workloads\":[{\"site\":\"lyon\",\"jobType\":\"BACKUP\",\"policyType\":\"VMWARE\","      \
	"\"succeeded\":1,\"partial\":2,\"failed\":3,\"successRate\":50.00,\"active\":4,"           \
	"\"queued\":5,\"requeued\":6,\"suspended\":7,\"incomplete\":8,\"oldestActiveAge\":9,"      \
	"\"oldestQueuedAge\":10,\"bytes\":11,\"mebibytes\":0,\"lastSuccessAge\":12,"               \
	"\"lastFailureAge\":13,\"dedupPercent\":61.05},"                                           \
	"{\"site\":\"lyon\",\"jobType\":\"RESTORE\",\"policyType\":\"NONE\",\"succeeded\":0,"      \
	"\"partial\":0,\"failed\":0,\"successRate\":100.00,\"active\":0,\"queued\":0,"             \
	"\"requeued\":0,\"suspended\":0,\"incomplete\":0,\"oldestActiveAge\":null,"                \
	"\"oldestQueuedAge\":null,\"bytes\":0,\"mebibytes\":0,\"lastSuccessAge\":null,"            \
	"\"lastFailureAge\":null,\"dedupPercent\":0.00}]"
#define POLICIES_JSON                                                                              \
	"\"policies\":[{\"site\":\"lyon\",\"policy\":\"new\",\"policyType\":\"\",\"succeeded\":0," \
	"\"partial\":0,\"failed\":0,\"lastStatus\":null,\"lastSuccessAge\":null,"                  \
	"\"lastFailureAge\":null,\"failureStreak\":0,\"bytes\":0,\"mebibytes\":0,"                 \
	"\"maxAge\":null,\"overdue\":false,\"lastRunStatus\":null,\"lastRunAge\":null,"            \
	"\"runsActive\":0},"                                                                       \
	"{\"site\":\"lyon\",\"policy\":\"gold-\xc3\xa9t\xc3\xa9\",\"policyType\":\"VMWARE\","      \
	"\"succeeded\":1,\"partial\":2,\"failed\":3,\"lastStatus\":2074,"                          \
	"\"lastSuccessAge\":90001,\"lastFailureAge\":5,\"failureStreak\":6,"                       \
	"\"bytes\":5497558138880,\"mebibytes\":5242880,\"maxAge\":90000,\"overdue\":true,"         \
	"\"lastRunStatus\":1,\"lastRunAge\":7,\"runsActive\":8}]"
#define CLIENTS_JSON                                                                               \
	"\"clients\":[{\"site\":\"lyon\",\"client\":\"new\",\"succeeded\":0,\"partial\":0,"        \
	"\"failed\":0,\"lastStatus\":0,\"lastSuccessAge\":0,\"lastFailureAge\":null,"              \
	"\"failureStreak\":0,\"bytes\":0,\"mebibytes\":0,\"maxAge\":60,\"overdue\":false}]"
#define FAILURES_JSON                                                                              \
	"\"failures\":[{\"site\":\"lyon\",\"jobId\":4294967295,\"client\":\"db1\",\"policy\":"     \
	"\"gold\",\"schedule\":\"\",\"scheduleType\":\"FULL_BACKUP\",\"jobType\":\"BACKUP\","      \
	"\"policyType\":\"VMWARE\",\"status\":96,\"end\":\"2026-07-01T09:59:59.999Z\",\"age\":1}]"
#define QUEUE_JSON "\"queue\":[{\"site\":\"lyon\",\"reason\":2,\"text\":\"%s\",\"jobs\":17}]"
#define AGENT_JSON                                                                                 \
	"{\"agent\":{\"version\":\"" NBU_AGENTX_VERSION "\",\"startTime\":"                        \
	"\"2026-07-01T09:59:00.999Z\",\"uptime\":60,\"sites\":1,\"sitesDown\":0,"                  \
	"\"configAge\":7,\"notificationsSent\":0,\"notificationsSuppressed\":0},"
/* All columns of nbuSiteTable, beside what is there of a site in any case. */
#define SITES_JSON                                                                                 \
	"\"sites\":[{\"site\":\"lyon\",\"ok\":true,\"url\":\"https://lyon\",\"status\":\"up\","    \
	"\"apiVersion\":\"\",\"dataAge\":null,\"lastSuccess\":null,\"refreshMode\":\"none\","      \
	"\"refreshMillis\":0,\"refreshRequests\":0,\"refreshJobs\":0,\"refreshes\":0,"             \
	"\"refreshFailures\":0,\"failureStreak\":0,\"errorClass\":\"none\",\"errorText\":\"\","    \
	"\"requests\":0,\"receivedBytes\":0,\"jobsSkipped\":0,\"jobsHeld\":0,\"window\":0,"        \
	"\"refreshInterval\":0,\"clockSkew\":0,\"namesCut\":0,\"discontinuityTime\":null,"         \
	"\"sweepAge\":null,\"clientsLeftOut\":0,\"notice\":\"\",\"certificateExpires\":null,"      \
	"\"succeeded\":0,\"partial\":0,\"failed\":0,"                                              \
	"\"active\":0,\"queued\":0,\"oldestActiveAge\":null,\"oldestQueuedAge\":null,"             \
	"\"lastEndAge\":null,\"policiesOverdue\":0,\"clientsOverdue\":0,"                          \
	"\"failuresKept\":0,\"jobs\":0"

/* What is collected beside the jobs. */
#define RESOURCES_JSON                                                                             \
	"\"storageUnits\":[],\"diskPools\":[],\"storageServers\":[],\"drives\":[],"                \
	"\"mediaPools\":[],\"security\":[],\"resources\":[]"

/* Each table alone, and all of them: rows of jobs come first. */
static void test_json_tables(void)
{
	check_tables(report_json, all_tables(), REPORT_TABLE(TABLE_WORKLOADS),
		     SITE_JSON WORKLOADS_JSON "}]}\n");
	check_tables(report_json, all_tables(), REPORT_TABLE(TABLE_POLICIES),
		     SITE_JSON POLICIES_JSON "}]}\n");
	check_tables(report_json, all_tables(), REPORT_TABLE(TABLE_CLIENTS),
		     SITE_JSON CLIENTS_JSON "}]}\n");
	check_queue(report_json, REPORT_TABLE(TABLE_QUEUE), SITE_JSON QUEUE_JSON "}]}\n");
	check_tables(report_json, all_tables(), REPORT_TABLE(TABLE_FAILURES),
		     SITE_JSON FAILURES_JSON "}]}\n");
	check_tables(report_json, all_tables(), REPORT_TABLE(TABLE_SITES), "{" SITES_JSON "}]}\n");
	check_queue(report_json, REPORT_ALL,
		    AGENT_JSON SITES_JSON ",\"rows\":[]," WORKLOADS_JSON "," POLICIES_JSON
					  "," CLIENTS_JSON "," QUEUE_JSON "," FAILURES_JSON
					  "," RESOURCES_JSON "}]}\n");
}

static void test_table_policies(void)
{
	check_tables(
	    report_table, all_tables(), REPORT_TABLE(TABLE_POLICIES),
	    "SITE  POLICY    POLICY TYPE  SUCCEEDED  PARTIAL  FAILED  LAST STATUS  LAST SUCCESS  "
	    "LAST FAILURE  STREAK          BYTES  MAX AGE  OVERDUE  "
	    "LAST RUN STATUS  LAST RUN  RUNS ACTIVE\n"
	    "lyon  new       -                    0        0       0            -             -  "
	    "           -       0              0        -       no                -         -      "
	    "      0\n"
	    "lyon  gold-\xc3\xa9t\xc3\xa9  VMWARE               1        2       3         2074    "
	    "     90001             5       6  5497558138880    90000      yes                1    "
	    "     7            8\n");
}

/* A table's long text stands last, and of the many columns of a site only some are shown. */
static void test_table_sites(void)
{
	struct snapshot *snapshot = sites_snapshot("lyon", "https://lyon");
	const int64_t overdue[] = {now, now + 1000000, 0};
	struct site_row *row = sites_row(snapshot);

	row->status = SITE_DOWN;
	row->data_at = ago(125);
	row->refresh_millis = 1034;
	row->refresh_requests = 12;
	row->refresh_jobs = 1100;
	row->failure_streak = 2;
	row->jobs_held = 500000;
	row->clock_skew = -3;
	row->succeeded = 1000;
	row->partial = 2;
	row->failed = 3;
	row->active = 4;
	row->queued = 5;
	row->policies_overdue = (struct column_instants){overdue, 3};
	fault_set(&row->fault, FAULT_DNS, "no such host");
	snapshot_seal(snapshot);
	check_tables(report_table, snapshot, REPORT_TABLE(TABLE_SITES),
		     "SITE  STATUS  API VERSION  DATA AGE  REFRESH MILLIS  REFRESH REQUESTS  "
		     "REFRESH JOBS  STREAK  ERROR CLASS  JOBS HELD  CLOCK SKEW  SUCCEEDED  "
		     "PARTIAL  FAILED  ACTIVE  QUEUED  POLICIES OVERDUE  CLIENTS OVERDUE  ERROR "
		     "TEXT    NOTICE\n"
		     "lyon  down    -                 125            1034                12  "
		     "        1100       2  dns             500000          -3       1000  "
		     "      2       3       4       5                 2                0  no such "
		     "host  -\n");
}

static void test_table_failures(void)
{
	check_tables(report_table, all_tables(), REPORT_TABLE(TABLE_FAILURES),
		     "SITE      JOB ID  CLIENT  POLICY  SCHEDULE  SCHEDULE TYPE  JOB TYPE  POLICY "
		     "TYPE  STATUS  END                       AGE\n"
		     "lyon  4294967295  db1     gold    -         FULL_BACKUP    BACKUP    VMWARE "
		     "          96  2026-07-01T09:59:59.999Z    1\n");
}

/* Below all tables is what should be known, a line for each. */
static void test_notices(void)
{
	struct snapshot *snapshots[] = {one_row("BACKUP", "VMWARE"),
					sites_snapshot("lyon", "https://lyon")};
	char *text;

	strcpy(sites_row(snapshots[0])->notice, "one: (this), that; two");
	strcpy(sites_row(snapshots[1])->notice, "three");
	snapshot_seal(snapshots[1]);
	text = print(report_table, snapshots, 2, REPORT_TABLE(TABLE_QUEUE));
	EQUAL_TEXT(text, "SITE  REASON  JOBS  TEXT\n"
			 "paris: notice: one: (this), that\n"
			 "paris: notice: two\n"
			 "lyon: notice: three\n");
	free(text);
	text = print(report_json, snapshots, 2, REPORT_TABLE(TABLE_QUEUE));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"notice\":\"one: (this), that; two\","));
	free(text);
	snapshot_free(snapshots[0]);
	snapshot_free(snapshots[1]);
}

/* What TABLES of SNAPSHOT, which is freed, look like at a terminal of WIDTH columns. */
static void check_terminal(size_t width, bool colour, struct snapshot *snapshot, unsigned tables,
			   const char *expected)
{
	terminal = (struct terminal){.is = true, .width = width, .colour = colour};
	check_tables(report_table, snapshot, tables, expected);
	terminal = (struct terminal){.is = false};
}

/* At a terminal they are wrapped between words. */
static void test_notices_terminal(void)
{
	struct snapshot *snapshot = sites_snapshot("lyon", "https://lyon");

	strcpy(sites_row(snapshot)->notice, "no job is visible to this key; two");
	snapshot_seal(snapshot);
	check_terminal(20, false, snapshot, REPORT_TABLE(TABLE_QUEUE),
		       "REASON  JOBS  TEXT\n"
		       "Not shown: SITE\n"
		       "lyon: notice: no job\n"
		       "is visible to this\n"
		       "key\n"
		       "lyon: notice: two\n");
}

static void test_table_agent(void)
{
	check_tables(report_table, all_tables(), REPORT_TABLE(TABLE_AGENT),
		     "VERSION  START TIME                UPTIME  SITES  SITES DOWN  CONFIG AGE  "
		     "NOTIFICATIONS SENT  NOTIFICATIONS SUPPRESSED\n" NBU_AGENTX_VERSION
		     "    2026-07-01T09:59:00.999Z      60      1           0           7  "
		     "                 0                         0\n");
}

/* Several tables have titles, and a table whose last column is a text has no blanks behind it. */
static void test_tables(void)
{
	check_queue(report_table, REPORT_TABLE(TABLE_QUEUE),
		    "SITE  REASON  JOBS  TEXT\n"
		    "lyon       2    17  %s\n");
	check_queue(report_table, REPORT_TABLE(TABLE_QUEUE) | REPORT_TABLE(TABLE_CLIENTS),
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

/* Numbers have units, the sums stand below. A bad value is red, and takes no more room. */
static void test_terminal(void)
{
	check_terminal(
	    200, false, all_tables(), REPORT_TABLE(TABLE_POLICIES),
	    "SITE   POLICY    POLICY TYPE  SUCCEEDED  PARTIAL  FAILED  LAST STATUS  LAST SUCCESS  "
	    "LAST FAILURE  STREAK     BYTES  MAX AGE  OVERDUE  LAST RUN STATUS  LAST RUN  RUNS "
	    "ACTIVE\n"
	    "lyon   new       -                    0        0       0            -         never  "
	    "       never       0       0 B        -       no                -     never       "
	    "     0\n"
	    "lyon   gold-\xc3\xa9t\xc3\xa9  VMWARE               1        2       3         2074 "
	    "        1d 1h            5s       6  5.00 TiB    1d 1h      yes                1    "
	    "    7s            8\n"
	    "TOTAL                                 1        2       3                        "
	    "                           5.00 TiB                                                   "
	    "      8\n");
	check_terminal(60, true, one_row("BACKUP", "VMWARE"), REPORT_TABLE(TABLE_JOBS),
		       "SITE   JOB TYPE  POLICY TYPE  STATUS  COUNT     BYTES  FILES\n"
		       "paris  BACKUP    VMWARE          \033[31m196\033[0m     12  5.00 TiB      "
		       "7\nNot shown: PARENTS\n");
}

/* Whether a table of SNAPSHOTS has HEADINGS at a terminal of 40 columns. */
static void check_headings(struct snapshot *const *snapshots, size_t count, unsigned tables,
			   const char *headings)
{
	char *text;

	terminal = (struct terminal){.is = true, .width = 40};
	text = print(report_table, snapshots, count, tables);
	terminal = (struct terminal){.is = false};
	text[strcspn(text, "\n")] = '\0';
	EQUAL_TEXT(text, headings);
	free(text);
}

/* Numbers stay, and the name of the site where there are several. */
static void test_what_stays(void)
{
	struct snapshot *snapshots[] = {one_row("A_LONG_TYPE_OF_JOBS", "A_LONG_TYPE"),
					all_tables()};

	check_headings(snapshots, 1, REPORT_TABLE(TABLE_JOBS),
		       "JOB TYPE             STATUS  COUNT");
	check_headings(snapshots, 2, REPORT_TABLE(TABLE_JOBS),
		       "SITE   JOB TYPE            STATUS  COUNT");
	check_headings(&snapshots[1], 1, REPORT_TABLE(TABLE_WORKLOADS),
		       "JOB TYPE  POLICY TYPE  SUCCEEDED  FAILED");
	check_headings(snapshots, 2, REPORT_TABLE(TABLE_WORKLOADS),
		       "SITE   JOB TYPE  SUCCEEDED  FAILED");
	check_headings(snapshots, 1, REPORT_TABLE(TABLE_SITES), "SITE   STATUS  DATA AGE  FAILED");
	snapshot_free(snapshots[0]);
	snapshot_free(snapshots[1]);
}

/* First texts are shortened, then columns are left out. */
static void test_narrow(void)
{
	struct snapshot *snapshot = one_row("A_LONG_TYPE_OF_JOBS", "Z\xc3\xbcrich");

	check_terminal(68, false, snapshot, REPORT_TABLE(TABLE_JOBS),
		       "SITE   JOB TYPE          POLICY TYPE  STATUS  COUNT     BYTES  FILES\n"
		       "paris  A_LONG_TYPE_OF_\xe2\x80\xa6  Z\xc3\xbcrich          196     12  "
		       "5.00 TiB      7\nNot shown: PARENTS\n");
	check_terminal(30, false, all_tables(), REPORT_TABLE(TABLE_POLICIES),
		       "POLICY    FAILED  LAST STATUS\n"
		       "new            0            -\n"
		       "gold-\xc3\xa9t\xc3\xa9       3         2074\n"
		       "TOTAL          3\n"
		       "Not shown: LAST SUCCESS, OVER\xe2\x80\xa6\n");
	check_terminal(3, false, one_row("BACKUP", "VMWARE"), REPORT_TABLE(TABLE_JOBS),
		       "JO\xe2\x80\xa6\nBA\xe2\x80\xa6\nNo\xe2\x80\xa6\n");
}

static void test_names(void)
{
	EQUAL_NUMBER(report_find_tables("jobs"), REPORT_TABLE(TABLE_JOBS));
	EQUAL_NUMBER(report_find_tables("workloads"), REPORT_TABLE(TABLE_WORKLOADS));
	EQUAL_NUMBER(report_find_tables("policies"), REPORT_TABLE(TABLE_POLICIES));
	EQUAL_NUMBER(report_find_tables("clients"), REPORT_TABLE(TABLE_CLIENTS));
	EQUAL_NUMBER(report_find_tables("queue"), REPORT_TABLE(TABLE_QUEUE));
	EQUAL_NUMBER(report_find_tables("failures"), REPORT_TABLE(TABLE_FAILURES));
	EQUAL_NUMBER(report_find_tables("sites"), REPORT_TABLE(TABLE_SITES));
	EQUAL_NUMBER(report_find_tables("agent"), REPORT_TABLE(TABLE_AGENT));
	EQUAL_NUMBER(report_find_tables("all"), REPORT_ALL);
	EQUAL_NUMBER(report_find_tables(""), 0);
	EQUAL_NUMBER(report_find_tables("job"), 0);
}

/* The time above what --watch shows, by which people see that it goes on. */
static void test_time(void)
{
	struct snapshot *snapshot = one_row("BACKUP", "VMWARE");
	char *text;

	setenv("TZ", "UTC", 1);
	text = print(screen_show, &snapshot, 1, REPORT_TABLE(TABLE_JOBS));
	text[25] = '\0';
	EQUAL_TEXT(text, "2026-07-01 10:00:00 +0000");
	free(text);
	snapshot_free(snapshot);
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
    {"table of sites", test_table_sites},
    {"table of failures", test_table_failures},
    {"notices", test_notices},
    {"notices at a terminal", test_notices_terminal},
    {"table of the agent", test_table_agent},
    {"several tables", test_tables},
    {"a terminal", test_terminal},
    {"a narrow terminal", test_narrow},
    {"what a narrow terminal keeps", test_what_stays},
    {"names of tables", test_names},
    {"the time of a screen", test_time},
    {NULL, NULL},
};

const struct harness_suite report_suite = {"report", tests};
