/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "report.h"

typedef void report(FILE *out, struct snapshot *const *snapshots, size_t count);

static char *print(report *function, struct snapshot *const *snapshots, size_t count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	function(out, snapshots, count);
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

static void check(report *function, struct snapshot *snapshot, const char *expected)
{
	char *text = print(function, &snapshot, 1);

	EQUAL_TEXT(text, expected);
	free(text);
	snapshot_free(snapshot);
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

	text = print(report_json, &snapshot, 1);
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
	char *text = print(report_json, NULL, 0);

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

static const struct harness_test tests[] = {
    {"JSON", test_json},
    {"strings in JSON", test_json_strings},
    {"JSON of a failure", test_json_failure},
    {"JSON of no site", test_json_none},
    {"table", test_table},
    {"table with wide names", test_table_wide},
    {NULL, NULL},
};

const struct harness_suite report_suite = {"report", tests};
