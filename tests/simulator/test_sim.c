/* SPDX-License-Identifier: BSD-2-Clause */
#include "../harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "sim_fault.h"
#include "sim_filter.h"
#include "sim_job.h"
#include "sim_page.h"
#include "sim_truth.h"

extern const struct harness_suite sim_suite;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-07-01T10:00:00Z */
static const int64_t noon_ms = 1782900000000;

static const struct sim_world small_world = {
    .seed = 7,
    .jobs = 1000,
    .rate = 60,
    .start_ms = 1782900000000,
};

static struct sim_job plain_job(void)
{
	return (struct sim_job){
	    .id = 500,
	    .parent_id = 499,
	    .start_ms = noon_ms - 60000,
	    .end_ms = noon_ms,
	    .update_ms = noon_ms + 500,
	    .kilobytes = 1024,
	    .state = SIM_DONE,
	    .policy = 0,
	    .policy_type = 0,
	};
}

static bool matches(const char *text, const struct sim_job *job)
{
	char message[SIM_FILTER_MESSAGE_SIZE];
	struct sim_filter *filter = sim_filter_parse(text, message);
	bool result = filter && sim_filter_match(filter, job);

	if (!filter)
		fprintf(stderr, "%s: %s\n", text, message);
	CU_ASSERT_PTR_NOT_NULL(filter);
	sim_filter_free(filter);
	return result;
}

static bool is_legal(const char *text)
{
	char message[SIM_FILTER_MESSAGE_SIZE];
	struct sim_filter *filter = sim_filter_parse(text, message);

	sim_filter_free(filter);
	return filter != NULL;
}

static void test_filter_compares(void)
{
	static const struct {
		const char *filter;
		bool wanted;
	} cases[] = {
	    {"jobId eq 500", true},
	    {"jobId ne 500", false},
	    {"jobId gt 499", true},
	    {"jobId gt 500", false},
	    {"jobId ge 500", true},
	    {"jobId lt 500", false},
	    {"jobId le 500", true},
	    {"parentJobId eq 499", true},
	    {"status eq 0", true},
	    {"status ge -1", true},
	    {"state eq 'DONE'", true},
	    {"state ne 'DONE'", false},
	    {"jobType eq 'BACKUP'", true},
	    {"policyType eq 'VMWARE'", true},
	    {"endTime ge 2026-07-01T10:00:00Z", true},
	    {"endTime ge 2026-07-01T10:00:00.000Z", true},
	    {"endTime gt 2026-07-01T10:00:00.000Z", false},
	    {"endTime gt 2026-07-01T09:59:59.999999999Z", true},
	    {"startTime lt 2026-07-01T10:00:00Z", true},
	    {"lastUpdateTime eq 2026-07-01T10:00:00.500Z", true},
	    {"  jobId   eq   500  ", true},
	};
	struct sim_job job = plain_job();

	for (size_t i = 0; i < COUNT(cases); i++)
		CU_ASSERT_EQUAL(matches(cases[i].filter, &job), cases[i].wanted);
}

static void test_filter_joins(void)
{
	struct sim_job job = plain_job();

	CU_ASSERT(matches("jobId eq 500 and status eq 0", &job));
	CU_ASSERT_FALSE(matches("jobId eq 500 and status eq 1", &job));
	CU_ASSERT(matches("jobId eq 1 or status eq 0", &job));
	/* 'and' binds more tightly than 'or'. */
	CU_ASSERT(matches("status eq 0 or jobId eq 1 and jobId eq 2", &job));
	CU_ASSERT_FALSE(matches("(status eq 0 or jobId eq 1) and jobId eq 2", &job));
	CU_ASSERT(matches("((jobId eq 500))", &job));
}

static void test_filter_strings(void)
{
	struct sim_job job = plain_job();
	char client[SIM_CLIENT_SIZE];
	char filter[200];

	while (sim_job_client(&job, client), strncmp(client, "o'neil", 6) != 0)
		job.noise += 1 << 16;
	snprintf(filter, sizeof(filter), "clientName eq 'o''%s'", client + 2);
	CU_ASSERT(matches(filter, &job));
	CU_ASSERT_FALSE(matches("clientName eq ''", &job));
	CU_ASSERT(matches("clientName ne 'a''b'", &job));
}

static void test_filter_absent_values(void)
{
	struct sim_job job = plain_job();

	job.state = SIM_ACTIVE;
	job.end_ms = -1;
	job.policy_type = -1;
	CU_ASSERT_FALSE(matches("endTime ge 1970-01-01T00:00:00Z", &job));
	CU_ASSERT_FALSE(matches("endTime gt 1970-01-01T00:00:00Z", &job));
	CU_ASSERT_FALSE(matches("endTime lt 2026-07-01T10:00:00Z", &job));
	CU_ASSERT(matches("endTime ne 2026-07-01T10:00:00Z", &job));
	CU_ASSERT_FALSE(matches("policyType eq 'VMWARE'", &job));
	CU_ASSERT(matches("policyType ne 'VMWARE'", &job));
	CU_ASSERT(matches("state ne 'DONE'", &job));
}

static void test_filter_refuses(void)
{
	static const char *const wrong[] = {
	    "",
	    " ",
	    "jobId",
	    "jobId eq",
	    "jobId eq '1'",
	    "jobId eq 1x",
	    "jobId eq 99999999999999999999",
	    "jobId like 1",
	    "jobId eq 1 jobId eq 2",
	    "jobId eq 1 and",
	    "jobId eq 1 xor jobId eq 2",
	    "(jobId eq 1",
	    "jobId eq 1)",
	    "unknown eq 1",
	    "state gt 'DONE'",
	    "state eq DONE",
	    "state eq 'DONE",
	    "state eq'DONE'",
	    "state eq 'DONE'and jobId eq 1",
	    "endTime ge '2026-07-01T10:00:00.000Z'",
	    "endTime ge 2026-07-01",
	    "endTime ge 2026-07-01T10:00:00",
	    "endTime ge 2026-07-01T10:00:00.Z",
	    "endTime ge 2026-02-29T10:00:00Z",
	    "endTime ge 1782900000",
	    "endTime%20ge%202026-07-01T10:00:00Z",
	    "endTime%2520ge%25202026-07-01T10:00:00Z",
	    "clientName eq 'a%20b'",
	    "not jobId eq 1",
	};

	for (size_t i = 0; i < COUNT(wrong); i++)
		CU_ASSERT_FALSE(is_legal(wrong[i]));
}

static void test_filter_limits(void)
{
	static const char term[] = "jobId eq 1 or ";
	char deep[200] = {0};
	char *many = calloc(1, 300 * sizeof(term) + 20);
	size_t size = 0;

	memset(deep, '(', 100);
	strcat(deep, "jobId eq 1");
	CU_ASSERT_FALSE(is_legal(deep));
	CU_ASSERT_PTR_NOT_NULL_FATAL(many);
	for (int i = 0; i < 300; i++)
		size += (size_t)sprintf(many + size, "%s", term);
	strcpy(many + size, "jobId eq 1");
	CU_ASSERT_FALSE(is_legal(many));
	strcpy(many + 20 * (sizeof(term) - 1), "jobId eq 1");
	CU_ASSERT(is_legal(many));
	free(many);
}

static struct sim_bounds bounds_of(const char *text)
{
	char message[SIM_FILTER_MESSAGE_SIZE];
	struct sim_filter *filter = sim_filter_parse(text, message);
	struct sim_bounds bounds = sim_filter_bounds(filter);

	sim_filter_free(filter);
	return bounds;
}

static void test_filter_bounds(void)
{
	struct sim_bounds bounds = bounds_of("jobId gt 10 and jobId le 20");

	CU_ASSERT_EQUAL(bounds.min_id, 10);
	CU_ASSERT_EQUAL(bounds.max_id, 20);
	CU_ASSERT_EQUAL(bounds.min_start_ms, 0);
	bounds = bounds_of("jobId gt 10 or jobId le 5");
	CU_ASSERT_EQUAL(bounds.min_id, 0);
	CU_ASSERT_EQUAL(bounds.max_id, INT64_MAX);
	bounds = bounds_of("state ne 'DONE' and lastUpdateTime ge 2026-07-01T10:00:00Z");
	CU_ASSERT_EQUAL(bounds.min_start_ms, 0);
	bounds = bounds_of("lastUpdateTime ge 2026-07-01T10:00:00Z and state eq 'DONE'");
	CU_ASSERT_EQUAL(bounds.min_start_ms, noon_ms - SIM_MAX_DURATION_MS - SIM_MAX_UPDATE_LAG_MS);
	bounds = bounds_of("endTime ge 2026-07-01T10:00:00Z");
	CU_ASSERT_EQUAL(bounds.min_start_ms, noon_ms - SIM_MAX_DURATION_MS);
}

static void test_times(void)
{
	static const int64_t instants[] = {0, 951782400123, 1709251199999, 1782900000000,
					   4102444800000};
	char text[SIM_TIME_SIZE];
	int64_t back;

	for (size_t i = 0; i < COUNT(instants); i++) {
		sim_time_format(instants[i], text);
		CU_ASSERT(sim_time_parse(text, &back));
		CU_ASSERT_EQUAL(back, instants[i]);
	}
	sim_time_format(noon_ms, text);
	CU_ASSERT_STRING_EQUAL(text, "2026-07-01T10:00:00.000Z");
	sim_time_format_span(5 * SIM_HOUR_MS + 7 * SIM_SECOND_MS, text);
	CU_ASSERT_STRING_EQUAL(text, "PT5H7S");
	sim_time_format_span(0, text);
	CU_ASSERT_STRING_EQUAL(text, "PT0S");
}

static void test_job_order(void)
{
	int64_t now = noon_ms + 10 * SIM_MINUTE_MS;
	int64_t count = sim_job_count(&small_world, now);
	struct sim_job last = sim_job_at(&small_world, 0, now);

	CU_ASSERT_EQUAL(count, 50 + 1000 + 20 + 600);
	for (int64_t i = 1; i < count; i++) {
		struct sim_job job = sim_job_at(&small_world, i, now);

		if (job.id <= last.id || job.start_ms < last.start_ms || job.update_ms > now)
			CU_FAIL("a job is out of order");
		if (sim_job_first_id(&small_world, job.id) != i ||
		    sim_job_first_id(&small_world, job.id + 1) != i + 1)
			CU_FAIL("an id leads to the wrong job");
		last = job;
	}
	CU_ASSERT_EQUAL(sim_job_first_id(&small_world, 0), 0);
}

static void test_job_numbers(void)
{
	int64_t count = sim_job_count(&small_world, noon_ms);
	int64_t recent = 0;
	int64_t older = 0;
	int64_t unfinished = 0;

	for (int64_t i = 0; i < count; i++) {
		struct sim_job job = sim_job_at(&small_world, i, noon_ms);

		if (job.state != SIM_DONE)
			unfinished++;
		else if (job.end_ms >= noon_ms - 23 * (int64_t)SIM_HOUR_MS)
			recent++;
		else if (job.end_ms <= noon_ms - 25 * (int64_t)SIM_HOUR_MS)
			older++;
		if (job.state == SIM_DONE && job.end_ms - job.start_ms > SIM_MAX_DURATION_MS)
			CU_FAIL("a job takes too long");
	}
	CU_ASSERT_EQUAL(recent, 1000);
	CU_ASSERT_EQUAL(older, 50);
	CU_ASSERT_EQUAL(unfinished, 20);
}

static void test_job_lives(void)
{
	int64_t count = sim_job_count(&small_world, noon_ms);
	enum sim_job_state state = SIM_QUEUED;
	bool seen[SIM_DONE + 1] = {false};
	int64_t update = 0;

	for (int64_t now = noon_ms + 1000; now < noon_ms + 300000; now += 500) {
		struct sim_job job = sim_job_at(&small_world, count, now);

		if (job.state < state || job.update_ms < update)
			CU_FAIL("a job goes backwards");
		state = job.state;
		update = job.update_ms;
		seen[state] = true;
	}
	CU_ASSERT(seen[SIM_QUEUED] && seen[SIM_ACTIVE] && seen[SIM_DONE]);
}

static void test_empty_world(void)
{
	struct sim_world world = {.seed = 1, .start_ms = noon_ms};
	struct sim_query query = {.limit = 10};
	struct sim_page page;

	CU_ASSERT_EQUAL(sim_job_count(&world, noon_ms + SIM_HOUR_MS), 0);
	CU_ASSERT(sim_sort_parse(NULL, &query.sort));
	sim_page_fill(&page, &world, &query, noon_ms);
	CU_ASSERT_EQUAL(page.count, 0);
	CU_ASSERT_FALSE(page.more_after);
}

static void test_truth(void)
{
	static const char wanted[] = "BACKUP\tVMWARE\t0\t1\t5497558138880\t418233\t";
	struct sim_world world = {.seed = 3, .jobs = 1, .start_ms = noon_ms};
	struct sim_buf rows = {0};

	sim_truth_write(&rows, &world, noon_ms, 24 * (int64_t)SIM_HOUR_MS);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rows.data);
	CU_ASSERT_EQUAL(strncmp(rows.data, wanted, strlen(wanted)), 0);
	sim_buf_free(&rows);
	sim_truth_write(&rows, &world, noon_ms, SIM_HOUR_MS);
	CU_ASSERT_EQUAL(rows.size, 0);
	sim_buf_free(&rows);
}

/* Follows the cursors through a whole list; returns how many jobs it has, -1 for a repeat. */
static int64_t chain(struct sim_query query, bool backwards)
{
	int64_t total = 0;
	struct sim_page page;

	do {
		struct sim_buf text = {0};
		struct sim_job *edge;

		sim_page_fill(&page, &small_world, &query, noon_ms);
		if (!page.count)
			break;
		total += page.count;
		edge = &page.rows[backwards ? 0 : page.count - 1];
		sim_cursor_write(&text, &query.sort, edge);
		CU_ASSERT(sim_cursor_parse(text.data, &query.sort,
					   backwards ? &query.before : &query.after));
		query.has_after = !backwards;
		query.has_before = backwards;
		sim_buf_free(&text);
	} while ((backwards ? page.more_before : page.more_after) && total < 5000);
	return total;
}

static void test_pages(void)
{
	static const char *const sorts[] = {"jobId",
					    "-jobId",
					    "startTime",
					    "-startTime",
					    "status,-endTime",
					    "-kilobytesTransferred",
					    "-lastUpdateTime,jobId"};
	struct sim_query query = {.limit = 37};

	for (size_t i = 0; i < COUNT(sorts); i++) {
		CU_ASSERT(sim_sort_parse(sorts[i], &query.sort));
		CU_ASSERT_EQUAL(chain(query, false), 1070);
	}
	query.limit = 10;
	CU_ASSERT(sim_sort_parse("jobId", &query.sort));
	query.has_before = true;
	query.before.value[0] = INT64_MAX;
	CU_ASSERT_EQUAL(chain(query, true), 1070);
}

static void test_sort_and_cursor(void)
{
	struct sim_sort sort;
	struct sim_cursor cursor;

	CU_ASSERT_FALSE(sim_sort_parse("", &sort));
	CU_ASSERT_FALSE(sim_sort_parse("nothing", &sort));
	CU_ASSERT_FALSE(sim_sort_parse("jobId,", &sort));
	CU_ASSERT_FALSE(sim_sort_parse("status,endTime,jobId", &sort));
	CU_ASSERT_FALSE(sim_sort_parse("--jobId", &sort));
	CU_ASSERT(sim_sort_parse("jobId", &sort));
	CU_ASSERT(sim_cursor_parse("12", &sort, &cursor));
	CU_ASSERT_FALSE(sim_cursor_parse("", &sort, &cursor));
	CU_ASSERT_FALSE(sim_cursor_parse("12:13", &sort, &cursor));
	CU_ASSERT_FALSE(sim_cursor_parse(" 12", &sort, &cursor));
	CU_ASSERT_FALSE(sim_cursor_parse("99999999999999999999", &sort, &cursor));
}

static void test_faults(void)
{
	static const char *const wrong[] = {"",		  "nothing",   "503:",	  "503:0",
					    "503:-1",	  "slow",      "slow:x",  "page:1",
					    "page:0=503", "page:=503", "503:1:1", " 503"};
	char message[SIM_FAULT_MESSAGE_SIZE];
	struct sim_faults faults = {0};
	struct sim_hits hits;

	for (size_t i = 0; i < COUNT(wrong); i++)
		CU_ASSERT_FALSE(sim_fault_add(&faults, wrong[i], message));
	CU_ASSERT(sim_fault_add_lines(&faults, "503:1\r\n\npage:2=500\nslow:30:2\n", message));
	CU_ASSERT_EQUAL(faults.count, 3);
	hits = sim_fault_take(&faults, 1);
	CU_ASSERT(sim_fault_hit(hits, SIM_FAULT_503));
	CU_ASSERT_FALSE(sim_fault_hit(hits, SIM_FAULT_500));
	CU_ASSERT_EQUAL(hits.slow_ms, 30);
	hits = sim_fault_take(&faults, 2);
	CU_ASSERT_FALSE(sim_fault_hit(hits, SIM_FAULT_503));
	CU_ASSERT(sim_fault_hit(hits, SIM_FAULT_500));
	hits = sim_fault_take(&faults, 1);
	CU_ASSERT_EQUAL(hits.kinds, 0);
}

static void test_chain_pages(void)
{
	struct sim_chains chains = {0};

	CU_ASSERT_EQUAL(sim_chain_page(&chains, "a", NULL), 1);
	CU_ASSERT_EQUAL(sim_chain_page(&chains, "a", "10"), 2);
	CU_ASSERT_EQUAL(sim_chain_page(&chains, "b", NULL), 1);
	CU_ASSERT_EQUAL(sim_chain_page(&chains, "a", "10"), 2);
	CU_ASSERT_EQUAL(sim_chain_page(&chains, "a", "20"), 3);
	CU_ASSERT_EQUAL(sim_chain_page(&chains, "a", NULL), 1);
}

static const struct harness_test tests[] = {
    {"filter: comparisons", test_filter_compares},
    {"filter: and, or, parentheses", test_filter_joins},
    {"filter: strings", test_filter_strings},
    {"filter: absent values", test_filter_absent_values},
    {"filter: refuses what is none", test_filter_refuses},
    {"filter: limits", test_filter_limits},
    {"filter: bounds", test_filter_bounds},
    {"times", test_times},
    {"jobs: order", test_job_order},
    {"jobs: numbers", test_job_numbers},
    {"jobs: life", test_job_lives},
    {"jobs: none", test_empty_world},
    {"truth", test_truth},
    {"pages: chains are complete", test_pages},
    {"pages: sort keys and cursors", test_sort_and_cursor},
    {"faults", test_faults},
    {"faults: numbers of pages", test_chain_pages},
    {NULL, NULL},
};

const struct harness_suite sim_suite = {"simulator", tests};
