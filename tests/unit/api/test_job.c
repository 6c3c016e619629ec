/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "api/job.h"
#include "api/page.h"
#include "base/utf8.h"

#define START "2026-07-01T02:00:04.000Z"
#define END "2026-07-01T02:10:04.500Z"
#define STARTED 1782871204000
#define ENDED 1782871804500
#define TIMES ",\"startTime\":\"" START "\",\"endTime\":\"" END "\""
#define DONE "\"jobId\":7,\"state\":\"DONE\",\"status\":0" TIMES

static struct page *parse(const char *text)
{
	const char *complaint = "";
	struct page *page = page_parse(text, strlen(text), &complaint);

	if (!page)
		FAIL("%s %s", text, complaint);
	return page;
}

/* Reads the one job that has ATTRIBUTES. */
static enum job_result read_one(const char *attributes, struct page **page, struct job *job)
{
	char text[4000];

	snprintf(text, sizeof text, "{\"data\":[{\"type\":\"job\",\"attributes\":{%s}}]}",
		 attributes);
	*page = parse(text);
	return *page ? job_read(page_next(*page), job) : JOB_END;
}

static void test_whole(void)
{
	struct page *page;
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
	EQUAL_NUMBER(job_read(page_next(page), &job), JOB_END);
	EQUAL_NUMBER(job_read(page_next(page), &job), JOB_END);
	page_free(page);
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
		struct page *page;
		struct job job;
		enum job_result result = read_one(cases[i].attributes, &page, &job);

		if (result != cases[i].result)
			FAIL("{%s} gives %d, not %d", cases[i].attributes, result, cases[i].result);
		else
			CU_PASS("as it should be");
		page_free(page);
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
		struct page *page;
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
		page_free(page);
	}
}

/* The id may stand beside the attributes, as JSON:API has it. */
static void test_id_outside(void)
{
	struct page *page =
	    parse("{\"data\":[{\"id\":\"99\",\"attributes\":{\"state\":\"ACTIVE\"}},"
		  "{\"id\":\"98\"},5,null,[]]}");
	struct job job;

	EQUAL_NUMBER(job_read(page_next(page), &job), JOB_READ);
	EQUAL_NUMBER(job.id, 99);
	EQUAL_NUMBER(job_read(page_next(page), &job), JOB_SKIPPED);
	EQUAL_NUMBER(job.id, 98);
	for (int i = 0; i < 3; i++)
		EQUAL_NUMBER(job_read(page_next(page), &job), JOB_SKIPPED);
	EQUAL_NUMBER(job_read(page_next(page), &job), JOB_END);
	page_free(page);
}

static const struct harness_test tests[] = {
    {"a whole job", test_whole},
    {"jobs that can be used, and others", test_odd},
    {"odd fields", test_fields},
    {"the id beside the attributes", test_id_outside},
    {NULL, NULL},
};

const struct harness_suite job_suite = {"job", tests};
