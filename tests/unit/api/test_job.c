/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "api/job.h"
#include "base/mem.h"
#include "base/utf8.h"

#define START "2026-07-01T02:00:04.000Z"
#define END "2026-07-01T02:10:04.500Z"
#define STARTED 1782871204000
#define ENDED 1782871804500
#define TIMES ",\"startTime\":\"" START "\",\"endTime\":\"" END "\""
#define DONE "\"jobId\":7,\"state\":\"DONE\",\"status\":0" TIMES

static struct job_page *parse(const char *text)
{
	const char *complaint = "";
	struct job_page *page = job_page_parse(text, strlen(text), &complaint);

	if (!page)
		FAIL("%s %s", text, complaint);
	return page;
}

/* Reads the one job that has ATTRIBUTES. */
static enum job_result read_one(const char *attributes, struct job_page **page, struct job *job)
{
	char text[4000];

	snprintf(text, sizeof text, "{\"data\":[{\"type\":\"job\",\"attributes\":{%s}}]}",
		 attributes);
	*page = parse(text);
	return *page ? job_page_read(*page, job) : JOB_END;
}

static void test_whole(void)
{
	struct job_page *page;
	struct job job;

	EQUAL_NUMBER(
	    read_one("\"jobId\":4711,\"jobType\":\"BACKUP\",\"policyType\":\"VMWARE\","
		     "\"state\":\"DONE\",\"status\":196,\"kilobytesTransferred\":5368709120,"
		     "\"numberOfFiles\":12,\"dedupRatio\":8.7,\"jobQueueReason\":31,"
		     "\"policyName\":\"gold\",\"clientName\":\"db1\",\"new\":{\"a\":[1]},"
		     "\"jobId\":5,\"job\":6,\"jobIds\":[7],\"\":8" TIMES,
		     &page, &job),
	    JOB_READ);
	EQUAL_NUMBER(job.id, 4711);
	EQUAL_NUMBER(job.state, JOB_DONE);
	EQUAL_NUMBER(job.status, 196);
	EQUAL_TEXT(job.type, "BACKUP");
	EQUAL_TEXT(job.policy_type, "VMWARE");
	EQUAL_NUMBER(job.started, STARTED);
	EQUAL_NUMBER(job.ended, ENDED);
	EQUAL_NUMBER(job.bytes, 5497558138880);
	EQUAL_NUMBER(job.files, 12);
	EQUAL_NUMBER(job.dedup, 870);
	EQUAL_NUMBER(job.queue_reason, 31);
	EQUAL_TEXT(job.policy, "gold");
	EQUAL_TEXT(job.client, "db1");
	EQUAL_NUMBER(job_page_read(page, &job), JOB_END);
	EQUAL_NUMBER(job_page_read(page, &job), JOB_END);
	job_page_free(page);
}

/* What makes a job unusable, and what does not. */
static void test_odd(void)
{
	static const struct {
		const char *attributes;
		enum job_result result;
	} cases[] = {
	    {DONE, JOB_READ},
	    {"\"jobId\":1,\"state\":\"ACTIVE\"", JOB_READ},
	    {"\"jobId\":1", JOB_SKIPPED},	    /* nothing is known of it */
	    {"\"jobId\":1,\"status\":0", JOB_READ}, /* not known to be finished */
	    {"\"jobId\":1,\"status\":0,\"state\":\"done\"", JOB_READ},
	    {"\"jobId\":1,\"status\":0,\"state\":5", JOB_READ},
	    {"\"jobId\":\"12\",\"state\":\"QUEUED\"", JOB_READ},
	    {"", JOB_SKIPPED},
	    {"\"jobId\":0", JOB_SKIPPED},
	    {"\"jobId\":-3", JOB_SKIPPED},
	    {"\"jobId\":1.5", JOB_SKIPPED},
	    {"\"jobId\":1e30", JOB_SKIPPED},
	    {"\"jobId\":null", JOB_SKIPPED},
	    {"\"jobId\":\"\"", JOB_SKIPPED},
	    {"\"jobId\":\"12x\"", JOB_SKIPPED},
	    {"\"jobId\":\"nan\"", JOB_SKIPPED},
	    {"\"jobId\":\"inf\"", JOB_SKIPPED},
	    {"\"jobId\":[1]", JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\"" TIMES, JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":null" TIMES, JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":\"0\"" TIMES, JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":-1" TIMES, JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0.5" TIMES, JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":4294967295" TIMES, JOB_READ},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":4294967296" TIMES, JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0", JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":\"1970-01-01T00:00:00.000Z\"",
	     JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":\"soon\"", JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":1782871804", JOB_SKIPPED},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":\"" END "\"", JOB_READ},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct job_page *page;
		struct job job;
		enum job_result result = read_one(cases[i].attributes, &page, &job);

		if (result != cases[i].result)
			FAIL("{%s} gives %d, not %d", cases[i].attributes, result, cases[i].result);
		else
			CU_PASS("as it should be");
		job_page_free(page);
	}
}

/* One odd value in a field costs that field at most. */
static void test_fields(void)
{
	static const struct {
		const char *attributes;
		uint64_t bytes, files;
		const char *type, *policy;
		int64_t started;
	} cases[] = {
	    {"", 0, 0, "NONE", "NONE", STARTED},
	    {",\"kilobytesTransferred\":1,\"numberOfFiles\":1", 1024, 1, "NONE", "NONE", STARTED},
	    {",\"kilobytesTransferred\":-1,\"numberOfFiles\":-1", 0, 0, "NONE", "NONE", STARTED},
	    {",\"kilobytesTransferred\":\"9\",\"numberOfFiles\":{}", 0, 0, "NONE", "NONE", STARTED},
	    {",\"kilobytesTransferred\":1e300,\"numberOfFiles\":1e300", 0, 0, "NONE", "NONE",
	     STARTED},
	    {",\"kilobytesTransferred\":1e400,\"numberOfFiles\":1e400", 0, 0, "NONE", "NONE",
	     STARTED},
	    {",\"kilobytesTransferred\":8796093022208,\"numberOfFiles\":9007199254740992",
	     9007199254740992u, 9007199254740992u, "NONE", "NONE", STARTED},
	    {",\"jobType\":\"\",\"policyType\":null", 0, 0, "NONE", "NONE", STARTED},
	    {",\"jobType\":5,\"policyType\":[\"x\"]", 0, 0, "NONE", "NONE", STARTED},
	    {",\"jobType\":\"A NEW ONE\",\"policyType\":\"Z\xc3\xbcrich\"", 0, 0, "A NEW ONE",
	     "Z\xc3\xbcrich", STARTED},
	    {",\"jobType\":\"a\\nb\",\"policyType\":\"Z\xfcrich\"", 0, 0, "a b", "Z?rich", STARTED},
	    {",\"startTime\":\"never\"", 0, 0, "NONE", "NONE", STARTED},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct job_page *page;
		char attributes[1000];
		struct job job;

		snprintf(attributes, sizeof attributes, "%s%s", DONE, cases[i].attributes);
		EQUAL_NUMBER(read_one(attributes, &page, &job), JOB_READ);
		EQUAL_NUMBER(job.bytes, cases[i].bytes);
		EQUAL_NUMBER(job.files, cases[i].files);
		EQUAL_TEXT(job.type, cases[i].type);
		EQUAL_TEXT(job.policy_type, cases[i].policy);
		EQUAL_NUMBER(job.started, cases[i].started);
		CU_ASSERT_TRUE(utf8_valid(job.type) && utf8_valid(job.policy_type));
		job_page_free(page);
	}
}

/* The id may stand beside the attributes, as JSON:API has it. */
static void test_id_outside(void)
{
	struct job_page *page =
	    parse("{\"data\":[{\"id\":\"99\",\"attributes\":{\"state\":\"ACTIVE\"}},"
		  "{\"id\":\"98\"},5,null,[]]}");
	struct job job;

	EQUAL_NUMBER(job_page_read(page, &job), JOB_READ);
	EQUAL_NUMBER(job.id, 99);
	EQUAL_NUMBER(job_page_read(page, &job), JOB_SKIPPED);
	EQUAL_NUMBER(job.id, 98);
	for (int i = 0; i < 3; i++)
		EQUAL_NUMBER(job_page_read(page, &job), JOB_SKIPPED);
	EQUAL_NUMBER(job_page_read(page, &job), JOB_END);
	job_page_free(page);
}

#define PAGE(next) "{\"data\":[{\"id\":\"1\"}],\"meta\":{\"pagination\":{" next "}}}"

static void test_cursor(void)
{
	static const struct {
		const char *text, *cursor, *peeked;
	} cases[] = {
	    {PAGE("\"next\":\"abc=\""), "abc=", "abc="},
	    {PAGE("\"prev\":\"x\", \"next\" : \"abc\" , \"limit\":100"), "abc", "abc"},
	    {PAGE("\"next\":\"a\\/b\""), "a/b", NULL}, /* for the parser only */
	    {PAGE("\"next\":12345678"), "12345678", NULL},
	    {PAGE("\"next\":\"\""), NULL, NULL},
	    {PAGE("\"next\":null"), NULL, NULL},
	    {PAGE("\"limit\":100"), NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}]}", NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}],\"meta\":null}", NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}],\"meta\":{\"pagination\":7}}", NULL, NULL},
	    /* a page without jobs is the last */
	    {"{\"data\":[],\"meta\":{\"pagination\":{\"next\":\"abc\"}}}", NULL, "abc"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct job_page *page = parse(cases[i].text);
		char *peeked = job_peek_cursor(cases[i].text, strlen(cases[i].text));

		CU_ASSERT_PTR_NOT_NULL_FATAL(page);
		if (cases[i].cursor)
			EQUAL_TEXT(job_page_cursor(page), cases[i].cursor);
		else
			CU_ASSERT_PTR_NULL(job_page_cursor(page));
		if (cases[i].peeked)
			EQUAL_TEXT(peeked, cases[i].peeked);
		else
			CU_ASSERT_PTR_NULL(peeked);
		free(peeked);
		job_page_free(page);
	}
}

static void test_no_page(void)
{
	static const struct {
		const char *text;
		bool page;
	} cases[] = {
	    {"{}", true},
	    {" {\"data\":null} \r\n", true},
	    {"{\"data\":[]}", true},
	    {"", false},
	    {"null", false},
	    {"[]", false},
	    {"\"text\"", false},
	    {"{\"data\":{}}", false},
	    {"{\"data\":\"none\"}", false},
	    {"{\"data\":[{\"id\":\"1\"}", false},
	    {"{\"data\":[]} {}", false},
	    {"{\"data\":[]}x", false},
	    {"<html><body>503</body></html>", false},
	    {PAGE("\"next\":{}"), false},
	    {PAGE("\"next\":true"), false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *complaint = NULL;
		struct job_page *page =
		    job_page_parse(cases[i].text, strlen(cases[i].text), &complaint);

		if (cases[i].page != (page != NULL))
			FAIL("%s is %sa page", cases[i].text, page ? "" : "not ");
		if (!page && (!complaint || complaint[0] == '\0'))
			FAIL("%s: no complaint", cases[i].text);
		job_page_free(page);
	}
	job_page_free(NULL);
	CU_PASS("went through");
}

/* Cut anywhere, a page is refused or read; it is never read beyond its end. */
static void test_cut_short(void)
{
	static const char text[] = "{\"data\":[{\"id\":\"1\",\"attributes\":{" DONE
				   "}}],\"meta\":{\"pagination\":{\"next\":\"abc\"}}}";

	for (size_t length = 0; length < sizeof text - 1; length++) {
		char *copy = malloc(length ? length : 1);
		const char *complaint = "";
		struct job_page *page;

		memcpy(copy, text, length);
		page = job_page_parse(copy, length, &complaint);
		CU_ASSERT_PTR_NULL(page);
		job_page_free(page);
		free(job_peek_cursor(copy, length));
		free(job_error_text(copy, length));
		free(copy);
	}
}

static void test_peek_far(void)
{
	char *text = malloc(20000);
	char *peeked;

	/* The cursor stands at the end; names of jobs must not be taken for it. */
	strcpy(
	    text,
	    "{\"data\":[{\"id\":\"1\",\"attributes\":{\"pagination\":{\"next\":\"no\"},\"x\":\"");
	memset(text + strlen(text), 'x', 10000);
	strcpy(text + 10060, "\"}}],\"meta\":{\"pagination\":{\"next\":\"yes\"}}}");
	peeked = job_peek_cursor(text, strlen(text));
	EQUAL_TEXT(peeked, "yes");
	free(peeked);
	free(text);
}

static void test_error_text(void)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
	    {"{\"errorCode\":8950,\"errorMessage\":\"Not found.\"}", "8950 Not found."},
	    {"{\"errorCode\":1,\"errorMessage\":\"a\",\"errorDetails\":[\"b\",\"c\"]}", "1 a: b"},
	    {"{\"errorMessage\":\"a\",\"errorDetails\":[5]}", "0 a"},
	    {"{\"errorCode\":1}", NULL},
	    {"{}", NULL},
	    {"<html>", NULL},
	    {"", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = job_error_text(cases[i].text, strlen(cases[i].text));

		if (cases[i].result)
			EQUAL_TEXT(text, cases[i].result);
		else
			CU_ASSERT_PTR_NULL(text);
		free(text);
	}
}

/* A small body that becomes large in memory. */
static void test_hungry(void)
{
	static const char begin[] = "{\"data\":[";
	size_t length = 4 * 1024 * 1024;
	const char *complaint = NULL;
	char *text = mem_zalloc(length + 1, 1);

	memset(text, ' ', length);
	memcpy(text, begin, sizeof begin - 1);
	for (size_t at = sizeof begin - 1; at + 4 < length; at += 2)
		memcpy(text + at, "1,", 2);
	memcpy(text + length - 3, "1]}", 3);
	/* Sanitizers get each block by itself, from malloc. */
	if (harness_sanitized()) {
		job_page_free(job_page_parse(text, length, &complaint));
		CU_ASSERT_PTR_NULL(complaint);
	} else {
		CU_ASSERT_PTR_NULL(job_page_parse(text, length, &complaint));
		EQUAL_TEXT(complaint, "takes more memory than a page of jobs can need");
	}
	free(text);
}

static const struct harness_test tests[] = {
    {"a whole job", test_whole},
    {"jobs that can be used, and others", test_odd},
    {"odd fields", test_fields},
    {"the id beside the attributes", test_id_outside},
    {"cursors", test_cursor},
    {"what is no page", test_no_page},
    {"pages cut short", test_cut_short},
    {"the cursor at the end of a long page", test_peek_far},
    {"error documents", test_error_text},
    {"a page that takes too much memory", test_hungry},
    {NULL, NULL},
};

const struct harness_suite job_suite = {"job", tests};
