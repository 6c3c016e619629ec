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

/* The greatest number that is counted. */
#define LARGEST 9007199254740992u

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

	*job = (struct job){.id = 0};
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
	CU_ASSERT_FALSE(job.end_guessed);
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
		enum job_flaw flaw;
	} cases[] = {
	    {DONE, JOB_SOUND},
	    {"\"jobId\":1,\"state\":\"ACTIVE\"", JOB_SOUND},
	    {"\"jobId\":1", JOB_WITHOUT_STATE},	     /* nothing is known of it */
	    {"\"jobId\":1,\"status\":0", JOB_SOUND}, /* not known to be finished */
	    {"\"jobId\":1,\"status\":0,\"state\":\"done\"", JOB_WITHOUT_END},
	    {"\"jobId\":1,\"status\":0,\"state\":\"\"", JOB_SOUND},
	    {"\"jobId\":1,\"status\":0,\"state\":5", JOB_SOUND},
	    {"\"jobId\":\"12\",\"state\":\"QUEUED\"", JOB_SOUND},
	    {"", JOB_WITHOUT_ID},
	    {"\"jobId\":0", JOB_WITHOUT_ID},
	    {"\"jobId\":-3", JOB_WITHOUT_ID},
	    {"\"jobId\":1.5", JOB_WITHOUT_ID},
	    {"\"jobId\":1e30", JOB_WITHOUT_ID},
	    {"\"jobId\":null", JOB_WITHOUT_ID},
	    {"\"jobId\":\"\"", JOB_WITHOUT_ID},
	    {"\"jobId\":\"12x\"", JOB_WITHOUT_ID},
	    {"\"jobId\":\"nan\"", JOB_WITHOUT_ID},
	    {"\"jobId\":\"inf\"", JOB_WITHOUT_ID},
	    {"\"jobId\":[1]", JOB_WITHOUT_ID},
	    {"\"jobId\":1,\"state\":\"DONE\"" TIMES, JOB_WITHOUT_STATUS},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":null" TIMES, JOB_WITHOUT_STATUS},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":\"0\"" TIMES, JOB_SOUND},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":-1" TIMES, JOB_WITHOUT_STATUS},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0.5" TIMES, JOB_WITHOUT_STATUS},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":4294967295" TIMES, JOB_SOUND},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":4294967296" TIMES, JOB_WITHOUT_STATUS},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0", JOB_WITHOUT_END},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":\"1970-01-01T00:00:00.000Z\"",
	     JOB_WITHOUT_END},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":\"soon\"", JOB_WITHOUT_END},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":1782871804", JOB_SOUND},
	    {"\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":\"" END "\"", JOB_SOUND},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct page *page;
		struct job job;
		enum job_result result = read_one(cases[i].attributes, &page, &job);

		if (job.flaw != cases[i].flaw || (result == JOB_READ) != (job.flaw == JOB_SOUND))
			FAIL("{%s} gives %d, %d, not %d", cases[i].attributes, result, job.flaw,
			     cases[i].flaw);
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
	    {",\"kilobytesTransferred\":\"9\",\"numberOfFiles\":{}", 9216, 0, "NONE", "NONE",
	     STARTED},
	    {",\"kilobytesTransferred\":1e300,\"numberOfFiles\":1e300", LARGEST, LARGEST, "NONE",
	     "NONE", STARTED},
	    {",\"kilobytesTransferred\":1e400,\"numberOfFiles\":1e400", LARGEST, LARGEST, "NONE",
	     "NONE", STARTED},
	    {",\"kilobytesTransferred\":9007199254740993,\"numberOfFiles\":\"9007199254740993\"",
	     LARGEST, LARGEST, "NONE", "NONE", STARTED},
	    {",\"kilobytesTransferred\":\"0x10\",\"numberOfFiles\":\"inf\"", 0, 0, "NONE", "NONE",
	     STARTED},
	    {",\"kilobytesTransferred\":8796093022208,\"numberOfFiles\":9007199254740992", LARGEST,
	     LARGEST, "NONE", "NONE", STARTED},
	    {",\"jobType\":\"\",\"policyType\":null", 0, 0, "NONE", "NONE", STARTED},
	    {",\"jobType\":5,\"policyType\":[\"x\"]", 0, 0, "NONE", "NONE", STARTED},
	    {",\"jobType\":\"A NEW ONE\",\"policyType\":\"Z\xc3\xbcrich\"", 0, 0, "A NEW ONE",
	     "Z\xc3\xbcRICH", STARTED},
	    {",\"jobType\":\"a\\nb\",\"policyType\":\"Z\xfcrich\"", 0, 0, "A B", "Z?RICH", STARTED},
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

/* All attributes that are read, and how many lines of show_job depend on each. */
static const struct {
	const char *name, *value;
	int lines;
} whole[] = {
    {"jobId", "7", 0}, /* it stands beside the attributes, too */
    {"parentJobId", "6", 1},
    {"jobPath", "\"5.7\"", 0}, /* it only helps where parentJobId is absent */
    {"jobType", "\"BACKUP\"", 1},
    {"policyType", "\"VMWARE\"", 1},
    {"policyName", "\"gold\"", 1},
    {"clientName", "\"db1\"", 1},
    {"scheduleName", "\"daily\"", 1},
    {"scheduleType", "\"FULL\"", 1},
    {"childCount", "2", 1},
    {"state", "\"DONE\"", 3}, /* one that is not done has neither status nor end */
    {"status", "6", 1},
    {"kilobytesTransferred", "2", 1},
    {"numberOfFiles", "3", 1},
    {"dedupRatio", "9.5", 1},
    {"jobQueueReason", "4", 1},
    {"startTime", "\"" START "\"", 1},
    {"endTime", "\"" END "\"", 2},
    {"lastUpdateTime", "\"2026-07-01T03:00:00.000Z\"", 1},
};
#define WHOLE_COUNT (sizeof whole / sizeof whole[0])
#define LINES 18

/* A job with VALUE in the place of its attribute AT; NULL = without it. */
static struct page *make_job(size_t at, const char *value)
{
	char text[2000] = "{\"data\":[{\"id\":\"7\",\"attributes\":{\"x\":0";
	size_t length = strlen(text);

	for (size_t i = 0; i < WHOLE_COUNT; i++) {
		const char *shown = i == at ? value : whole[i].value;

		if (shown)
			length += (size_t)snprintf(text + length, sizeof text - length,
						   ",\"%s\":%s", whole[i].name, shown);
	}
	snprintf(text + length, sizeof text - length, "}}]}");
	return parse(text);
}

/* What is known of JOB, in as many lines. */
static void show_job(const struct job *job, char lines[LINES][80])
{
	const long long numbers[] = {job->id,
				     job->parent,
				     job->children,
				     job->state,
				     job->status,
				     (long long)job->bytes,
				     (long long)job->files,
				     job->dedup,
				     job->queue_reason,
				     job->started,
				     job->ended,
				     job->end_guessed,
				     job->updated};
	const char *const texts[] = {job->type, job->policy_type, job->policy, job->client,
				     job->schedule};
	size_t count = 0;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		snprintf(lines[count++], sizeof lines[0], "%lld", numbers[i]);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		CU_ASSERT_TRUE(utf8_valid(texts[i]));
		snprintf(lines[count++], sizeof lines[0], "%s", texts[i]);
	}
}

/* The job with VALUE for its attribute AT is like the one of the lines EXPECTED in all else. */
static void check_value(size_t at, const char *value, char expected[LINES][80])
{
	struct page *page = make_job(at, value);
	char lines[LINES][80];
	int differ = 0;
	struct job job;

	if (job_read(page_next(page), &job) != JOB_READ) {
		/* Without them nothing can be counted. */
		if (strcmp(whole[at].name, "status") != 0)
			FAIL("%s %s: skipped", whole[at].name, value);
		page_free(page);
		return;
	}
	show_job(&job, lines);
	for (size_t i = 0; i < LINES; i++)
		differ += strcmp(lines[i], expected[i]) != 0;
	if (differ > whole[at].lines)
		FAIL("%s %s costs %d lines", whole[at].name, value, differ);
	CU_ASSERT_TRUE(job.id == 7 && job.type[0] && job.policy_type[0]);
	CU_ASSERT_TRUE(job.state != JOB_DONE || job.ended > 0);
	CU_ASSERT_TRUE(job.children >= -1 && job.parent >= 0 && job.dedup <= 10000);
	CU_ASSERT_TRUE(job.bytes <= LARGEST && job.files <= LARGEST);
	page_free(page);
}

/* Each attribute with each value that makes no sense. */
static void test_each_attribute(void)
{
	static const char *const odd[] = {NULL,
					  "null",
					  "true",
					  "false",
					  "0",
					  "-1",
					  "1.5",
					  "1e300",
					  "-1e300",
					  "1e999",
					  "99999999999999999999",
					  "\"\"",
					  "\"?\\u0000\\n\"",
					  "\"\xff\xfe\"",

					  "\"9999-99-99T99:99:99Z\"",
					  "[]",
					  "[null,1,[],{}]",
					  "{}",
					  "{\"a\":{\"a\":1}}"};
	struct page *page = make_job(WHOLE_COUNT, NULL);
	char expected[LINES][80];
	struct job job;

	EQUAL_NUMBER(job_read(page_next(page), &job), JOB_READ);
	EQUAL_NUMBER(job.parent, 6);
	show_job(&job, expected);
	for (size_t at = 0; at < WHOLE_COUNT; at++)
		for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
			check_value(at, odd[i], expected);
	page_free(page);
}

/* Values of a type or form that the specification does not name. */
static void test_forms(void)
{
	struct page *page;
	struct job job;

	EQUAL_NUMBER(
	    read_one(
		"\"jobId\":\"12\",\"parentJobId\":\"7\",\"childCount\":\"2\",\"jobType\":"
		"\"Backup\","
		"\"policyType\":\"VMware\",\"state\":\"Done\",\"status\":\"6\","
		"\"kilobytesTransferred\":\"2048\",\"numberOfFiles\":\"3\",\"dedupRatio\":\"92.4\","
		"\"jobQueueReason\":\"4\",\"startTime\":1782871204000,"
		"\"endTime\":\"2026-07-01 04:10:04.5+02:00\","
		"\"lastUpdateTime\":\"1782871804\",\"scheduleName\":\"-\","
		"\"scheduleType\":\"FULL_BACKUP\"",
		&page, &job),
	    JOB_READ);
	EQUAL_NUMBER(job.id, 12);
	EQUAL_NUMBER(job.parent, 7);
	EQUAL_NUMBER(job.children, 2);
	EQUAL_TEXT(job.type, "BACKUP");
	EQUAL_TEXT(job.policy_type, "VMWARE");
	EQUAL_NUMBER(job.state, JOB_DONE);
	EQUAL_NUMBER(job.status, 6);
	EQUAL_NUMBER(job.bytes, 2048 * 1024);
	EQUAL_NUMBER(job.files, 3);
	EQUAL_NUMBER(job.dedup, 9240);
	EQUAL_NUMBER(job.queue_reason, 4);
	EQUAL_NUMBER(job.started, STARTED);
	EQUAL_NUMBER(job.ended, ENDED);
	EQUAL_NUMBER(job.updated, 1782871804000);
	EQUAL_TEXT(job.schedule, "-");
	EQUAL_TEXT(job.schedule_type, "FULL_BACKUP");
	page_free(page);
}

/* An end that is absent, or 1970, was at the last update. A state that nobody knows is no end. */
static void test_state_and_end(void)
{
	struct page *page;
	struct job job;

	EQUAL_NUMBER(read_one("\"jobId\":1,\"state\":\"DONE\",\"status\":0,"
			      "\"lastUpdateTime\":\"" END "\"",
			      &page, &job),
		     JOB_READ);
	EQUAL_NUMBER(job.ended, ENDED);
	CU_ASSERT_TRUE(job.end_guessed);
	page_free(page);
	EQUAL_NUMBER(read_one("\"jobId\":1,\"state\":\"DONE\",\"status\":0,\"endTime\":"
			      "\"1970-01-01T00:00:00.000Z\",\"lastUpdateTime\":\"" END "\"",
			      &page, &job),
		     JOB_READ);
	EQUAL_NUMBER(job.ended, ENDED);
	page_free(page);
	EQUAL_NUMBER(
	    read_one("\"jobId\":1,\"state\":\"WAITING_FOR_RETRY\",\"status\":5", &page, &job),
	    JOB_READ);
	EQUAL_NUMBER(job.state, JOB_INCOMPLETE);
	EQUAL_NUMBER(job.status, 0);
	page_free(page);
	EQUAL_NUMBER(read_one("\"jobId\":1,\"status\":0", &page, &job), JOB_READ);
	EQUAL_NUMBER(job.state, JOB_INCOMPLETE);
	page_free(page);
}

/* A root has no parent, or is its own; the path tells where the attribute is missing. */
static void test_parent(void)
{
	static const struct {
		const char *attributes;
		int64_t parent;
		int32_t children;
	} cases[] = {
	    {"", 0, -1},
	    {",\"parentJobId\":0,\"childCount\":0", 0, 0},
	    {",\"parentJobId\":7", 0, -1},
	    {",\"parentJobId\":6,\"childCount\":3", 6, 3},
	    {",\"parentJobId\":-6,\"childCount\":-3", 0, -1},
	    {",\"parentJobId\":6.5,\"childCount\":5000000000", 0, INT32_MAX},
	    {",\"jobPath\":\"7\"", 0, -1},
	    {",\"jobPath\":\"5.6.7\"", 6, -1},
	    {",\"jobPath\":\"5.7\"", 5, -1},
	    {",\"jobPath\":\".7\"", 0, -1},
	    {",\"jobPath\":\"x.7\"", 0, -1},
	    {",\"parentJobId\":0,\"jobPath\":\"5.7\"", 0, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char attributes[400];
		struct page *page;
		struct job job;

		snprintf(attributes, sizeof attributes, DONE "%s", cases[i].attributes);
		EQUAL_NUMBER(read_one(attributes, &page, &job), JOB_READ);
		EQUAL_NUMBER(job.parent, cases[i].parent);
		EQUAL_NUMBER(job.children, cases[i].children);
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
    {"each attribute with each odd value", test_each_attribute},
    {"values in other forms", test_forms},
    {"states and ends", test_state_and_end},
    {"parents", test_parent},
    {"the id beside the attributes", test_id_outside},
    {NULL, NULL},
};

const struct harness_suite job_suite = {"job", tests};
