/* SPDX-License-Identifier: BSD-2-Clause */
#include "../harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "sim_fault.h"
#include "sim_filter.h"
#include "sim_history.h"
#include "api/job.h"
#include "api/page.h"
#include "sim_job.h"
#include "sim_json.h"
#include "sim_kind.h"
#include "sim_name.h"
#include "sim_order.h"
#include "sim_page.h"
#include "sim_state.h"
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

static const struct sim_world churning_world = {
    .seed = 7,
    .jobs = 1000,
    .rate = 20,
    .start_ms = 1782900000000,
    .churn = true,
    .silent = true,
};

/* The burst runs while test_search looks for the second time. */
static const struct sim_world bursting_world = {
    .seed = 7,
    .jobs = 300,
    .rate = 7,
    .start_ms = 1782900000000,
    .churn = true,
    .burst = 200,
    .burst_s = 3 * 3600 + 2,
    .policies = 50,
    .clients = 300,
    .long_names = true,
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
	char client[SIM_NAME_SIZE];
	char filter[SIM_NAME_SIZE + 20];

	while (sim_name_client(job.client, client), strncmp(client, "o'neil", 6) != 0)
		job.client++;
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
	CU_ASSERT_EQUAL(bounds.min_change_ms, 0);
	CU_ASSERT(bounds.unfinished);
	CU_ASSERT(bounds_of("state eq 'ACTIVE'").unfinished);
	CU_ASSERT_FALSE(bounds_of("state ne 'ACTIVE'").unfinished);
	bounds = bounds_of("lastUpdateTime ge 2026-07-01T10:00:00Z and state eq 'DONE'");
	CU_ASSERT_EQUAL(bounds.min_change_ms, noon_ms);
	bounds = bounds_of("endTime ge 2026-07-01T10:00:00Z");
	CU_ASSERT_EQUAL(bounds.min_change_ms, noon_ms);
	CU_ASSERT_EQUAL(bounds.min_start_ms, 0);
	bounds = bounds_of("startTime ge 2026-07-01T10:00:00Z");
	CU_ASSERT_EQUAL(bounds.min_start_ms, noon_ms);
	CU_ASSERT_FALSE(bounds.unfinished);
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
	int64_t count = sim_order_count(&small_world, now);
	struct sim_job last = sim_job_at(&small_world, 0, now);

	CU_ASSERT_EQUAL(count, 50 + 1000 + 20 + 600);
	for (int64_t i = 1; i < count; i++) {
		struct sim_job job = sim_job_at(&small_world, i, now);

		if (job.id <= last.id || job.start_ms < last.start_ms || job.update_ms > now)
			CU_FAIL("a job is out of order");
		if (sim_order_first_id(&small_world, job.id) != i ||
		    sim_order_first_id(&small_world, job.id + 1) != i + 1)
			CU_FAIL("an id leads to the wrong job");
		last = job;
	}
	CU_ASSERT_EQUAL(sim_order_first_id(&small_world, 0), 0);
}

static void test_job_numbers(void)
{
	int64_t count = sim_order_count(&small_world, noon_ms);
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
	int64_t count = sim_order_count(&small_world, noon_ms);
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

/* What has been seen to happen. */
struct seen {
	int restarts;
	int third_tries;
	int deletions;
	int returns;
	int deletions_of_running;
	int late;
	int silent;
};

static void compare_moments(struct seen *seen, const struct sim_job *old, const struct sim_job *new)
{
	bool was_done = old->state == SIM_DONE;
	bool is_done = new->state == SIM_DONE;
	bool same_completion = was_done && is_done && old->end_ms == new->end_ms;
	bool changed = old->status != new->status || old->kilobytes != new->kilobytes;
	bool moved = old->update_ms != new->update_ms;

	if (new->update_ms < old->update_ms || (is_done && new->end_ms < old->end_ms))
		CU_FAIL("a time goes backwards");
	if (new->state < old->state && (!was_done || new->state != SIM_ACTIVE))
		CU_FAIL("a state follows that cannot");
	if (was_done && !same_completion && new->tries < 2)
		CU_FAIL("a further end without a further try");
	if (old->deleted && !new->deleted && (!same_completion || changed || moved))
		CU_FAIL("a job came back as another");
	seen->restarts += was_done && !is_done;
	seen->third_tries += new->tries == 3 && old->tries < 3;
	seen->deletions += !old->deleted && new->deleted;
	seen->returns += old->deleted && !new->deleted;
	seen->deletions_of_running += !old->deleted && new->deleted && !is_done;
	seen->late += same_completion && changed && moved;
	seen->silent += same_completion && changed && !moved;
}

/* Some are deleted while they run, and nothing else happens to any. */
static void test_vanishing_lives(void)
{
	struct sim_world world = small_world;
	int64_t now = small_world.start_ms + 2 * (int64_t)SIM_HOUR_MS;
	int64_t count = sim_order_count(&world, now);
	int deleted = 0;

	for (int64_t i = 0; i < count; i++) {
		struct sim_job job, plain = sim_job_at(&small_world, i, now);

		world.vanishing = true;
		job = sim_job_at(&world, i, now);
		if (job.deleted)
			deleted++;
		else if (job.state != plain.state || job.update_ms != plain.update_ms ||
			 job.end_ms != plain.end_ms || job.tries != plain.tries)
			CU_FAIL("a job that stays has another life");
	}
	CU_ASSERT(deleted > count / 1000);
	CU_ASSERT(deleted < count / 50);
}

static void test_churning_lives(void)
{
	int64_t until = noon_ms + 8 * (int64_t)SIM_HOUR_MS;
	int64_t count = sim_order_count(&churning_world, noon_ms + SIM_HOUR_MS);
	struct seen seen = {0};

	for (int64_t i = 0; i < count; i++) {
		struct sim_job old = sim_job_at(&churning_world, i, noon_ms);

		for (int64_t now = noon_ms; now < until; now += 61 * SIM_SECOND_MS) {
			struct sim_job job = sim_job_at(&churning_world, i, now);

			if (now < job.start_ms)
				continue;
			if (job.update_ms > now || job.update_ms < job.start_ms ||
			    job.update_ms < job.end_ms)
				CU_FAIL("an update at a wrong time");
			if (job.state == SIM_DONE && job.end_ms < job.start_ms)
				CU_FAIL("an end before the start");
			if (now > job.start_ms + SIM_MINUTE_MS)
				compare_moments(&seen, &old, &job);
			old = job;
		}
	}
	CU_ASSERT(seen.restarts > 20);
	CU_ASSERT(seen.third_tries > 10);
	CU_ASSERT(seen.deletions > 20);
	CU_ASSERT(seen.returns > 10);
	CU_ASSERT(seen.deletions_of_running > 5);
	CU_ASSERT(seen.late > 20);
	CU_ASSERT(seen.silent > 3);
}

static int64_t count_by_search(const struct sim_world *world, const struct sim_filter *filter,
			       int64_t now_ms)
{
	struct sim_query query = {.limit = 100, .filter = filter};
	struct sim_page page;
	int64_t count = 0;

	CU_ASSERT(sim_sort_parse("jobId", &query.sort));
	do {
		sim_page_fill(&page, world, &query, now_ms);
		count += page.count;
		query.has_after = true;
		if (page.count)
			query.after.value[0] = page.rows[page.count - 1].id;
	} while (page.more_after);
	return count;
}

static int64_t count_one_by_one(const struct sim_world *world, const struct sim_filter *filter,
				int64_t now_ms)
{
	int64_t jobs = sim_order_count(world, now_ms);
	int64_t count = 0;

	for (int64_t i = 0; i < jobs; i++) {
		struct sim_job job = sim_job_at(world, i, now_ms);

		count += !job.deleted && sim_filter_match(filter, &job);
	}
	return count;
}

static void compare_counts(const struct sim_world *world, const char *form, int64_t since_ms,
			   int64_t now_ms)
{
	char message[SIM_FILTER_MESSAGE_SIZE];
	char since[SIM_TIME_SIZE];
	struct sim_buf text = {0};
	struct sim_filter *filter;

	sim_time_format(since_ms, since);
	sim_buf_printf(&text, "%s%s", form, strchr(form, 'T') ? since : "");
	filter = sim_filter_parse(text.data, message);
	CU_ASSERT_PTR_NOT_NULL_FATAL(filter);
	CU_ASSERT_EQUAL(count_by_search(world, filter, now_ms),
			count_one_by_one(world, filter, now_ms));
	sim_filter_free(filter);
	sim_buf_free(&text);
}

/* What a search passes over does not match. */
static void test_search(void)
{
	static const char *const forms[] = {
	    "state ne 'DONE'", "state eq 'DONE' and lastUpdateTime ge ",
	    "endTime ge ",     "state ne 'DONE' and lastUpdateTime ge ",
	    "startTime ge ",
	};

	for (int64_t hours = 0; hours < 10; hours += 3)
		for (size_t i = 0; i < COUNT(forms); i++)
			for (int64_t back = 1; back < 1000; back *= 4) {
				int64_t now = noon_ms + hours * SIM_HOUR_MS;
				int64_t since = now - back * SIM_MINUTE_MS;

				compare_counts(&small_world, forms[i], since, now);
				compare_counts(&churning_world, forms[i], since, now);
				compare_counts(&bursting_world, forms[i], since, now);
			}
}

/* But for the instant of the start, the same happens in every run. */
static void test_same_lives(void)
{
	struct sim_world later = churning_world;
	int64_t shift = 86400 * (int64_t)SIM_SECOND_MS;
	int64_t now = noon_ms + 2 * SIM_HOUR_MS;
	int64_t count = sim_order_count(&churning_world, now);

	later.start_ms += shift;
	CU_ASSERT_EQUAL(sim_order_count(&later, now + shift), count);
	for (int64_t i = 0; i < count; i++) {
		struct sim_job a = sim_job_at(&churning_world, i, now);
		struct sim_job b = sim_job_at(&later, i, now + shift);

		if (a.id != b.id || a.state != b.state || a.status != b.status ||
		    a.kilobytes != b.kilobytes || a.deleted != b.deleted ||
		    a.update_ms + shift != b.update_ms ||
		    (a.state == SIM_DONE && a.end_ms + shift != b.end_ms))
			CU_FAIL("a life depends on when it is lived");
	}
}

static void test_spread(void)
{
	struct sim_world world = {
	    .seed = 5, .jobs = 1000, .start_ms = noon_ms, .spread_ms = SIM_HOUR_MS};
	int64_t at_the_end = 0;
	int64_t ended = 0;

	world.done_per_open = 250;
	for (int64_t i = 0; i < sim_order_count(&world, noon_ms); i++) {
		struct sim_job job = sim_job_at(&world, i, noon_ms);

		if (job.state == SIM_DONE && job.end_ms >= noon_ms - SIM_HOUR_MS)
			ended++;
		at_the_end += job.end_ms == noon_ms - SIM_SECOND_MS;
	}
	CU_ASSERT_EQUAL(ended, 1000);
	CU_ASSERT(at_the_end < 10);
	CU_ASSERT_EQUAL(sim_order_count(&world, noon_ms), 50 + 1000 + 4);
}

/* What is true of a job of the burst, whenever it shows. */
static void check_in_burst(const struct sim_job *job, int64_t end_ms, int64_t now_ms)
{
	bool done = now_ms >= end_ms + SIM_SECOND_MS;

	CU_ASSERT(job->type == SIM_TYPE_BACKUP && !job->deleted && job->policy >= 0);
	CU_ASSERT_EQUAL(job->state, done ? SIM_DONE : SIM_ACTIVE);
	if (job->state != SIM_DONE)
		return;
	CU_ASSERT(sim_kind_status_code(job->status) > 1);
	CU_ASSERT(job->end_ms >= end_ms && job->end_ms < end_ms + SIM_SECOND_MS);
	CU_ASSERT(job->update_ms < end_ms + SIM_SECOND_MS);
}

/* How many jobs there are at `now_ms` that the same world without a burst has not. */
static int64_t check_burst(int64_t end_ms, int64_t now_ms)
{
	int64_t from_ms = end_ms - SIM_BURST_RUN_MS;
	int64_t count = sim_order_count(&bursting_world, now_ms);
	struct sim_world calm = bursting_world;
	struct sim_job last = {0};
	int64_t found = 0;

	calm.burst = 0;
	for (int64_t i = 0; i < count; i++) {
		struct sim_job job = sim_job_at(&bursting_world, i, now_ms);

		if (job.id <= last.id || job.start_ms < last.start_ms || job.update_ms > now_ms)
			CU_FAIL("a job is out of order");
		if (sim_order_first_id(&bursting_world, job.id) != i)
			CU_FAIL("an id leads to the wrong job");
		/* The rate makes no other job start then. */
		if (job.start_ms == from_ms && ++found)
			check_in_burst(&job, end_ms, now_ms);
		last = job;
	}
	CU_ASSERT_EQUAL(count - found, sim_order_count(&calm, now_ms));
	return found;
}

static void test_burst(void)
{
	int64_t end_ms = noon_ms + bursting_world.burst_s * SIM_SECOND_MS;

	CU_ASSERT_EQUAL(check_burst(end_ms, end_ms - SIM_BURST_RUN_MS - 1), 0);
	CU_ASSERT_EQUAL(check_burst(end_ms, end_ms - SIM_BURST_RUN_MS), 200);
	CU_ASSERT_EQUAL(check_burst(end_ms, end_ms - 1), 200);
	CU_ASSERT_EQUAL(check_burst(end_ms, end_ms + SIM_SECOND_MS), 200);
	CU_ASSERT_EQUAL(check_burst(end_ms, end_ms + 20 * (int64_t)SIM_HOUR_MS), 200);
}

/* Which policies and clients the jobs of a world name, by number. */
struct named {
	int policies[1100], clients[1100]; /* the long ones behind 1050 */
	int count;
};

static int place_of(int number)
{
	return number < SIM_NAME_LONG ? number : 1050 + number - SIM_NAME_LONG;
}

static void count_names(struct named *named, const struct sim_world *world)
{
	memset(named, 0, sizeof(*named));
	for (int64_t i = 0; i < sim_order_count(world, noon_ms); i++) {
		struct sim_job job = sim_job_at(world, i, noon_ms);

		CU_ASSERT_EQUAL(job.policy < 0, job.client < 0);
		CU_ASSERT_EQUAL(job.policy_type, sim_name_policy_type(job.policy));
		if (job.policy < 0)
			continue;
		named->policies[place_of(job.policy)]++;
		named->clients[place_of(job.client)]++;
		named->count++;
	}
}

static int different(const int *counts, int first, int count)
{
	int found = 0;

	for (int i = first; i < first + count; i++)
		found += counts[i] > 0;
	return found;
}

static void test_drawn_names(void)
{
	struct sim_world world = {.seed = 3, .jobs = 40000, .start_ms = noon_ms};
	struct named named;

	count_names(&named, &world);
	CU_ASSERT_EQUAL(different(named.policies, 0, 1100), 16);
	/* Besides those that are drawn there are the primary and a backup host. */
	CU_ASSERT_EQUAL(different(named.clients, 0, 1100), 320 + 2);
	CU_ASSERT(named.clients[SIM_NAME_PRIMARY] > 0 && named.clients[SIM_NAME_BACKUP_HOST] > 0);
	world.policies = 20;
	world.clients = 50;
	count_names(&named, &world);
	CU_ASSERT_EQUAL(different(named.policies, 0, 1100), 20);
	CU_ASSERT_EQUAL(different(named.policies, 1000, 20), 20);
	CU_ASSERT(named.policies[1000] > named.count / 8);
	CU_ASSERT(named.policies[1007] < named.count / 500);
	CU_ASSERT_EQUAL(different(named.clients, 1000, 50), 50);
	CU_ASSERT(named.clients[1049] > named.count / 100);
	world.long_names = true;
	count_names(&named, &world);
	CU_ASSERT_EQUAL(different(named.policies, 1050, 50), SIM_NAME_LONGS);
	CU_ASSERT_EQUAL(different(named.clients, 1050, 50), SIM_NAME_LONGS);
	CU_ASSERT(named.policies[1000] > named.count / 8);
}

static void test_names(void)
{
	static const size_t sizes[SIM_NAME_LONGS] = {64, 65, 255, 72, 72, 64, 255};
	char name[SIM_NAME_SIZE], last[SIM_NAME_SIZE] = "";
	int alike = 0;

	for (int i = 0; i < SIM_NAME_LONGS; i++) {
		sim_name_client(SIM_NAME_LONG + i, name);
		CU_ASSERT_EQUAL(strlen(name), sizes[i]);
		sim_name_policy(SIM_NAME_LONG + i, name);
		CU_ASSERT_EQUAL(strlen(name), sizes[i]);
		CU_ASSERT_EQUAL(sim_name_find_policy(20, true, name), SIM_NAME_LONG + i);
		CU_ASSERT_EQUAL(sim_name_find_policy(0, false, name), -1);
		alike += strlen(name) == 72 && strncmp(name, last, 64) == 0;
		CU_ASSERT_STRING_NOT_EQUAL(name, last);
		strcpy(last, name);
	}
	CU_ASSERT_EQUAL(alike, 1);
	sim_name_policy(sim_name_find_policy(20, false, "policy-00017"), name);
	CU_ASSERT_STRING_EQUAL(name, "policy-00017");
	CU_ASSERT_EQUAL(sim_name_find_policy(17, true, "policy-00017"), -1);
	CU_ASSERT_EQUAL(sim_name_find_policy(20, false, "vm-silver"), -1);
	CU_ASSERT_EQUAL(sim_name_find_policy(0, false, "vm-silver"), 1);
	sim_name_policy(-1, name);
	CU_ASSERT_STRING_EQUAL(name, "");
	sim_name_client(-1, name);
	CU_ASSERT_STRING_EQUAL(name, "");
}

/* Restarts and late changes do not spoil it, and other jobs are as they were. */
static void test_outcomes(void)
{
	struct sim_world world = churning_world;
	int64_t now = noon_ms + 3 * SIM_HOUR_MS;
	int64_t count = sim_order_count(&world, now);
	int good = 0, failed = 0;

	world.outcome_count = 2;
	world.outcomes[0].policy = sim_name_find_policy(0, false, "vm-gold-daily");
	world.outcomes[0].outcome = SIM_OUTCOME_GOOD;
	world.outcomes[1].policy = sim_name_find_policy(0, false, "unix-files");
	world.outcomes[1].outcome = SIM_OUTCOME_FAILURE;
	for (int64_t i = 0; i < count; i++) {
		struct sim_job job = sim_job_at(&world, i, now);
		int status = sim_kind_status_code(job.status);

		if (sim_kind_protects(job.type) && job.policy == world.outcomes[0].policy)
			good += status == 0 ? 1 : 100000;
		else if (sim_kind_protects(job.type) && job.policy == world.outcomes[1].policy)
			failed += status > 1 ? 1 : 100000;
		else
			CU_ASSERT_EQUAL(job.status, sim_job_at(&churning_world, i, now).status);
	}
	CU_ASSERT(good > 100 && good < 100000);
	CU_ASSERT(failed > 100 && failed < 100000);
}

static void test_queue_reasons(void)
{
	struct sim_world world = {.seed = 3, .jobs = 2000, .start_ms = noon_ms, .done_per_open = 1};
	int reasons[40] = {0}, invalid = 0, queued = 0;

	for (int64_t i = 0; i < sim_order_count(&world, noon_ms); i++) {
		struct sim_job job = sim_job_at(&world, i, noon_ms);
		int reason = sim_job_queue_reason(&job);

		if (job.state != SIM_QUEUED) {
			CU_ASSERT(reason == 0 || reason == -99);
			continue;
		}
		CU_ASSERT(reason == -99 || (reason >= 0 && reason <= 31));
		queued++;
		if (reason == -99)
			invalid++;
		else
			reasons[reason & 31]++;
	}
	CU_ASSERT(invalid > 0 && invalid < queued / 5);
	CU_ASSERT(reasons[0] > 0 && reasons[0] < queued / 5);
	CU_ASSERT(different(reasons, 1, 31) >= 8);
}

static void test_empty_world(void)
{
	struct sim_world world = {.seed = 1, .start_ms = noon_ms};
	struct sim_query query = {.limit = 10};
	struct sim_page page;

	CU_ASSERT_EQUAL(sim_order_count(&world, noon_ms + SIM_HOUR_MS), 0);
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

/* A line of sim_truth_jobs. */
struct line {
	char kind[120]; /* type, policy type and status, each with a tab behind it */
	char state[20];
	long long id, bytes, files, start, end, update;
};

static struct line read_line(const char *text)
{
	char type[40], policy[40], status[20];
	struct line line;

	CU_ASSERT_EQUAL_FATAL(sscanf(text,
				     "%lld\t%19[^\t]\t%39[^\t]\t%39[^\t]\t%19[^\t]\t%lld\t%lld\t"
				     "%lld\t%lld\t%lld\t",
				     &line.id, line.state, type, policy, status, &line.bytes,
				     &line.files, &line.start, &line.end, &line.update),
			      10);
	snprintf(line.kind, sizeof(line.kind), "%s\t%s\t%s\t", type, policy, status);
	return line;
}

/* The jobs that are listed, for the caller to free. */
static struct line *list_jobs(const struct sim_world *world, int64_t now_ms, int64_t since_ms,
			      size_t *count)
{
	struct sim_buf text = {0};
	char *rest = NULL;
	struct line *lines;

	sim_truth_jobs(&text, world, now_ms, since_ms);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text.data);
	/* No line is shorter than that. */
	lines = calloc(text.size / 60 + 1, sizeof(*lines));
	CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
	*count = 0;
	for (char *line = strtok_r(text.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		lines[(*count)++] = read_line(line);
	sim_buf_free(&text);
	return lines;
}

/* Compares an expected row with the sums of the jobs of its kind; returns how many there are. */
static long long check_row(const char *row, const struct line *jobs, size_t count, int64_t from_ms)
{
	const char *numbers = row;
	long long wanted[3];
	long long found[3] = {0};

	for (int i = 0; i < 3; i++)
		numbers = strchr(numbers, '\t') + 1;
	for (size_t i = 0; i < count; i++) {
		if (strlen(jobs[i].kind) != (size_t)(numbers - row) || jobs[i].end < from_ms ||
		    strncmp(jobs[i].kind, row, (size_t)(numbers - row)) != 0)
			continue;
		found[0]++;
		found[1] += jobs[i].bytes;
		found[2] += jobs[i].files;
	}
	CU_ASSERT_EQUAL(sscanf(numbers, "%lld\t%lld\t%lld", &wanted[0], &wanted[1], &wanted[2]), 3);
	CU_ASSERT_EQUAL(memcmp(found, wanted, sizeof(found)), 0);
	return found[0];
}

static void check_truth(const struct sim_world *world, int64_t now_ms)
{
	int64_t window_ms = 20 * (int64_t)SIM_HOUR_MS;
	struct sim_buf rows = {0};
	size_t count;
	struct line *jobs = list_jobs(world, now_ms, 0, &count);
	char *rest = NULL;
	long long left = 0;

	sim_truth_write(&rows, world, now_ms, window_ms);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rows.data);
	for (size_t i = 0; i < count; i++)
		left += strcmp(jobs[i].state, "DONE") == 0 && jobs[i].end >= now_ms - window_ms;
	CU_ASSERT(left > 0);
	for (char *row = strtok_r(rows.data, "\n", &rest); row; row = strtok_r(NULL, "\n", &rest))
		left -= check_row(row, jobs, count, now_ms - window_ms);
	CU_ASSERT_EQUAL(left, 0);
	sim_buf_free(&rows);
	free(jobs);
}

static void test_truth_of_jobs(void)
{
	struct sim_world odd = small_world;

	odd.odd_jobs = true;
	check_truth(&small_world, noon_ms + 10 * SIM_MINUTE_MS);
	check_truth(&odd, noon_ms + 10 * SIM_MINUTE_MS);
	check_truth(&churning_world, noon_ms + 3 * SIM_HOUR_MS);
}

static void test_list_of_jobs(void)
{
	int64_t now = noon_ms + SIM_HOUR_MS;
	int64_t since = now - SIM_MINUTE_MS;
	size_t count;
	size_t new_count;
	struct line *all = list_jobs(&churning_world, now, 0, &count);
	struct line *new = list_jobs(&churning_world, now, since, &new_count);
	size_t wanted = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t ordinal = sim_order_first_id(&churning_world, all[i].id);

		CU_ASSERT(i == 0 || all[i].id > all[i - 1].id);
		CU_ASSERT_FALSE(sim_job_at(&churning_world, ordinal, now).deleted);
		wanted += all[i].update >= since || all[i].end == 0;
	}
	/* The others are deleted. */
	CU_ASSERT(sim_order_count(&churning_world, now) > (int64_t)count + 10);
	CU_ASSERT(new_count > 0);
	CU_ASSERT_EQUAL(new_count, wanted);
	free(all);
	free(new);
}

/* A job as the client has read it, in the form of sim_truth_jobs. */
static void add_read(struct sim_buf *buf, const struct job *job)
{
	static const enum sim_job_state states[] = {
	    [JOB_DONE] = SIM_DONE,	     [JOB_QUEUED] = SIM_QUEUED,
	    [JOB_ACTIVE] = SIM_ACTIVE,	     [JOB_REQUEUED] = SIM_REQUEUED,
	    [JOB_SUSPENDED] = SIM_SUSPENDED, [JOB_INCOMPLETE] = SIM_INCOMPLETE,
	};

	sim_buf_printf(buf, "%lld\t%s\t%s\t%s\t", (long long)job->id,
		       sim_job_state_name(states[job->state]), job->type, job->policy_type);
	if (job->state == JOB_DONE)
		sim_buf_number(buf, job->status);
	else
		sim_buf_text(buf, "-");
	sim_buf_printf(buf, "\t%lld\t%lld\t%lld\t%lld\t%lld\t%s\t%s\t%lu\t%lu\t%lld\t%d\t%s\t%s\n",
		       (long long)job->bytes, (long long)job->files, (long long)job->started,
		       (long long)job->ended, (long long)job->updated, job->policy, job->client,
		       (unsigned long)job->queue_reason, (unsigned long)job->dedup,
		       (long long)job->parent, (int)job->children, job->schedule,
		       job->schedule_type);
}

/* Has the client's parser read all that is listed. */
static void read_all(struct sim_buf *buf, const struct sim_world *world, int64_t now_ms)
{
	struct sim_query query = {.limit = 100};
	struct sim_page page;

	CU_ASSERT(sim_sort_parse("jobId", &query.sort));
	do {
		struct sim_list list = {.page = &page,
					.query = &query,
					.now_ms = now_ms,
					.base = "http://sim",
					.self = "/admin/jobs"};
		struct sim_buf text = {0};
		const char *complaint = "";
		struct page *read;
		enum job_result result;
		struct job job;

		sim_page_fill(&page, world, &query, now_ms);
		sim_json_list(&text, &list);
		read = page_parse(text.data, text.size, &complaint);
		EQUAL_TEXT(complaint, "");
		while (read && (result = job_read(page_next(read), &job)) != JOB_END)
			/* Without attributes, nothing is known of a job but its id. */
			if (result == JOB_READ && job.state != JOB_OTHER)
				add_read(buf, &job);
		page_free(read);
		sim_buf_free(&text);
		query.has_after = true;
		query.after.value[0] = page.count ? page.rows[page.count - 1].id : 0;
	} while (page.more_after);
}

static void check_reading(const struct sim_world *world, int64_t now_ms)
{
	struct sim_buf read = {0}, truth = {0};
	char *rest_read = NULL, *rest_truth = NULL, *line, *wanted;

	read_all(&read, world, now_ms);
	sim_truth_jobs(&truth, world, now_ms, 0);
	line = strtok_r(read.data, "\n", &rest_read);
	wanted = strtok_r(truth.data, "\n", &rest_truth);
	while (line && wanted && strcmp(line, wanted) == 0) {
		line = strtok_r(NULL, "\n", &rest_read);
		wanted = strtok_r(NULL, "\n", &rest_truth);
	}
	EQUAL_TEXT(line ? line : "", wanted ? wanted : "");
	sim_buf_free(&read);
	sim_buf_free(&truth);
}

/* What is said of the jobs is what the client's parser makes of the documents. */
static void test_truth_as_read(void)
{
	struct sim_world world = bursting_world;

	world.jobs = 3000;
	/* One in 11 never ends: a number that lets every kind of odd job end now and then. */
	world.done_per_open = 10;
	check_reading(&world, noon_ms + 4 * SIM_HOUR_MS);
	world.odd_jobs = true;
	check_reading(&world, noon_ms + 4 * SIM_HOUR_MS);
	world.long_names = false;
	world.policies = 0;
	world.clients = 0;
	check_reading(&world, noon_ms);
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
	static const char *const wrong[] = {"",
					    "nothing",
					    "503:",
					    "503:0",
					    "503:-1",
					    "slow",
					    "slow:x",
					    "page:1",
					    "page:0=503",
					    "page:=503",
					    "503:1:1",
					    " 503",
					    "last-id",
					    "last-id:1",
					    "last-id:up",
					    "ids-outside:middle",
					    "ids-outside:lower"};
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
	CU_ASSERT(sim_fault_add_lines(&faults, "ids-outside:low:2\nlast-id:middle:1", message));
	hits = sim_fault_take(&faults, 1);
	CU_ASSERT(sim_fault_hit(hits, SIM_FAULT_IDS_OUTSIDE) && hits.outside == SIM_WHERE_LOW);
	CU_ASSERT(sim_fault_hit(hits, SIM_FAULT_LAST_ID) && hits.last == SIM_WHERE_MIDDLE);
	hits = sim_fault_take(&faults, 1);
	CU_ASSERT(sim_fault_hit(hits, SIM_FAULT_IDS_OUTSIDE));
	CU_ASSERT_FALSE(sim_fault_hit(hits, SIM_FAULT_LAST_ID));
}

static void test_faults_at_requests(void)
{
	static const char *const wrong[] = {
	    "at:0=500",	       "at:=500",   "at:2=500:2", "at:2",	 "at:1=no-ping",
	    "at:1=page:1=500", "at:1=slow", "filter-400", "filter-400:", "filter-400:nothing"};
	char message[SIM_FAULT_MESSAGE_SIZE];
	struct sim_faults faults = {0};
	struct sim_filter *filter;

	for (size_t i = 0; i < COUNT(wrong); i++)
		CU_ASSERT_FALSE(sim_fault_add(&faults, wrong[i], message));
	CU_ASSERT(sim_fault_add_lines(&faults, "at:3=reset\nat:2=500\nat:2=slow:70\n", message));
	for (int i = 1; i <= 5; i++) {
		struct sim_hits hits = sim_fault_take(&faults, 1);

		CU_ASSERT_EQUAL(sim_fault_hit(hits, SIM_FAULT_RESET), i == 3);
		CU_ASSERT_EQUAL(sim_fault_hit(hits, SIM_FAULT_500), i == 2);
		CU_ASSERT_EQUAL(hits.slow_ms, i == 2 ? 70 : 0);
	}
	CU_ASSERT(sim_fault_add(&faults, "filter-400:lastUpdateTime", message));
	filter = sim_filter_parse("jobId gt 5 and lastUpdateTime ge 2026-07-01T10:00:00Z", message);
	CU_ASSERT_PTR_NOT_NULL_FATAL(filter);
	CU_ASSERT_EQUAL(sim_filter_fields(filter),
			1U << SIM_FIELD_JOB_ID | 1U << SIM_FIELD_LAST_UPDATE_TIME);
	CU_ASSERT_EQUAL(sim_fault_take(&faults, 1).fields, 1U << SIM_FIELD_LAST_UPDATE_TIME);
	CU_ASSERT_EQUAL(sim_filter_fields(NULL), 0);
	sim_filter_free(filter);
}

static void test_clock(void)
{
	struct sim_options options = {.manual_clock = true, .clock_ms = noon_ms};
	struct sim_state *state = calloc(1, sizeof(*state));

	CU_ASSERT_PTR_NOT_NULL_FATAL(state);
	sim_state_init(state, &options);
	CU_ASSERT_EQUAL(sim_state_now(state), noon_ms);
	CU_ASSERT_EQUAL(sim_state_move_clock(state, 1500), noon_ms + 1500);
	CU_ASSERT_EQUAL(sim_state_move_clock(state, -500), noon_ms + 1000);
	CU_ASSERT_EQUAL(sim_state_move_clock(state, -5000), noon_ms);
	CU_ASSERT_EQUAL(sim_state_set_clock(state, noon_ms + 7), noon_ms + 7);
	CU_ASSERT_EQUAL(sim_state_set_clock(state, 0), noon_ms);
	CU_ASSERT_EQUAL(sim_state_now(state), noon_ms);
	sim_state_free(state);
	options = (struct sim_options){.skew_ms = 5000};
	memset(state, 0, sizeof(*state));
	sim_state_init(state, &options);
	CU_ASSERT(sim_state_now(state) >= sim_time_now_ms() + 4000);
	CU_ASSERT(sim_state_move_clock(state, SIM_HOUR_MS) >= sim_time_now_ms() + SIM_HOUR_MS);
	sim_state_free(state);
	free(state);
}

static void test_history(void)
{
	struct sim_history *history = calloc(1, sizeof(*history));
	struct sim_buf text = {0};

	CU_ASSERT_PTR_NOT_NULL_FATAL(history);
	sim_history_add(history, SIM_PURPOSE_PING, 200, 0, NULL, NULL, NULL);
	sim_history_add(history, SIM_PURPOSE_JOBS, 0, 5, "a\tb", "100", "");
	sim_history_write(history, &text);
	CU_ASSERT_STRING_EQUAL(text.data, "1\tping\t200\t-\t-\t-\t0\n"
					  "2\tjobs\t0\ta?b\t100\t-\t5\n");
	for (int i = 0; i < SIM_HISTORY_SIZE; i++)
		sim_history_add(history, SIM_PURPOSE_OTHER, 404, 0, NULL, NULL, NULL);
	text.size = 0;
	sim_history_write(history, &text);
	CU_ASSERT_EQUAL(strncmp(text.data, "3\tother\t404\t", 12), 0);
	sim_history_clear(history);
	CU_ASSERT_EQUAL(history->count, 0);
	sim_buf_free(&text);
	free(history);
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
    {"lives of jobs that vanish", test_vanishing_lives},
    {"jobs: lives with churn", test_churning_lives},
    {"jobs: the same in every run", test_same_lives},
    {"jobs: spread", test_spread},
    {"jobs: searches miss none", test_search},
    {"jobs: a burst", test_burst},
    {"jobs: outcomes of policies", test_outcomes},
    {"jobs: reasons for waiting", test_queue_reasons},
    {"jobs: none", test_empty_world},
    {"names", test_names},
    {"names that jobs have", test_drawn_names},
    {"truth", test_truth},
    {"truth: rows are the sums of jobs", test_truth_of_jobs},
    {"truth: list of jobs", test_list_of_jobs},
    {"truth: jobs as a client reads them", test_truth_as_read},
    {"pages: chains are complete", test_pages},
    {"pages: sort keys and cursors", test_sort_and_cursor},
    {"faults", test_faults},
    {"faults: numbers of pages", test_chain_pages},
    {"faults: numbers of requests, fields", test_faults_at_requests},
    {"clock", test_clock},
    {"history of requests", test_history},
    {NULL, NULL},
};

const struct harness_suite sim_suite = {"simulator", tests};
