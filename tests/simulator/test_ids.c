/* SPDX-License-Identifier: BSD-2-Clause */

/* The ids of jobs: sparse, uneven, with a gap, up to the largest. */

#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "sim_job.h"
#include "sim_order.h"
#include "sim_page.h"

#define NOW INT64_C(1782900000000)
#define LAST INT64_C(9007199254740991) /* 2^53 - 1 */

static struct sim_world world_of(const char *ids)
{
	struct sim_world world = {.seed = 7, .jobs = 4000, .rate = 60, .start_ms = NOW};

	if (*ids)
		CU_ASSERT_TRUE_FATAL(sim_ids_parse(&world.ids, ids));
	return world;
}

/* The forms that there are, and what ids they give to the first job and the last at the start. */
static const struct {
	const char *ids;
	int64_t first_least, first_most, last_least, last_most;
} forms[] = {
    {"", 10001, 10004, 22000, 23000},
    {"even:1", 10001, 10001, 14280, 14280},
    {"even:10", 10001, 10011, 52000, 53000},
    {"10", 10001, 20000, 30000, 53000},
    {"1000", 10001, 1000000, 2000000, 4300000},
    {"gap", 10001, 10004, 1000000022000, 1000000023000},
    {"even:1,gap:5", 10001, 10001, 14285, 14285},
    {"last:9007199254740991", LAST - 13000, LAST - 12000, LAST, LAST},
    {"10,gap,last:9007199254740991", LAST - 1000000043000, LAST - 1000000020000, LAST, LAST},
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static void test_order(void)
{
	for (int form = 0; form < FORMS; form++) {
		struct sim_world world = world_of(forms[form].ids);
		int64_t settled = sim_order_settled(&world);
		int64_t first = sim_order_id(&world, 0);
		int64_t last = sim_order_id(&world, settled - 1);
		int64_t before = first - 1;

		CU_ASSERT(first >= forms[form].first_least && first <= forms[form].first_most);
		CU_ASSERT(last >= forms[form].last_least && last <= forms[form].last_most);
		for (int64_t i = 0; i < settled + 500; i++) {
			int64_t id = sim_order_id(&world, i);

			if (id <= before || sim_order_first_id(&world, id) != i ||
			    sim_order_first_id(&world, before + 1) != i)
				FAIL("'%s': id %lld is out of order", forms[form].ids,
				     (long long)id);
			before = id;
		}
		EQUAL_NUMBER(sim_order_first_id(&world, INT64_MIN), 0);
		CU_ASSERT(sim_order_first_id(&world, INT64_MAX) > settled + 500);
	}
}

/* Uneven ids have runs without a gap, large gaps, and dense and thin parts of the whole. */
static void test_runs(void)
{
	struct sim_world world = world_of("1000");
	int64_t settled = sim_order_settled(&world), run = 0, longest = 0, widest = 0;
	int64_t thinnest = 0, densest = INT64_MAX;

	for (int64_t i = 1; i < settled; i++) {
		int64_t gap = sim_order_id(&world, i) - sim_order_id(&world, i - 1);

		run = gap == 1 ? run + 1 : 0;
		longest = longest > run ? longest : run;
		widest = widest > gap ? widest : gap;
	}
	for (int64_t i = 0; i + 400 < settled; i += 400) {
		int64_t span = sim_order_id(&world, i + 400) - sim_order_id(&world, i);

		thinnest = thinnest > span ? thinnest : span;
		densest = densest < span ? densest : span;
	}
	CU_ASSERT(longest >= 20);
	CU_ASSERT(widest >= 20000);
	CU_ASSERT(thinnest >= 3 * densest);
	world.seed = 8;
	CU_ASSERT(
	    sim_order_id(&world, 2000) !=
	    sim_order_id(
		&(struct sim_world){.seed = 7, .jobs = 4000, .ids = {.every = 1000, .runs = true}},
		2000));
}

static int count_listed(const struct sim_world *world, const char *filter, const char *sort)
{
	char message[SIM_FILTER_MESSAGE_SIZE];
	struct sim_query query = {.limit = 100};
	struct sim_filter *parsed = sim_filter_parse(filter, message);
	struct sim_page page;
	int count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(parsed);
	CU_ASSERT_TRUE_FATAL(sim_sort_parse(sort, &query.sort));
	query.filter = parsed;
	do {
		struct sim_buf text = {0};

		sim_page_fill(&page, world, &query, NOW);
		if (!page.count)
			break;
		count += page.count;
		sim_cursor_write(&text, &query.sort, &page.rows[page.count - 1]);
		query.has_after = sim_cursor_parse(text.data, &query.sort, &query.after);
		sim_buf_free(&text);
	} while (page.more_after && query.has_after);
	sim_filter_free(parsed);
	return count;
}

/* Filters and cursors find all, whichever way, and the blocks of a range have each job once. */
static void test_lists(void)
{
	for (int form = 0; form < FORMS; form++) {
		struct sim_world world = world_of(forms[form].ids);
		int64_t settled = sim_order_settled(&world), middle = settled / 3;
		long long id = (long long)sim_order_id(&world, middle);
		char below[60], above[60], from[60], to[60];

		snprintf(below, sizeof(below), "jobId le %lld", id);
		snprintf(above, sizeof(above), "jobId gt %lld", id);
		snprintf(from, sizeof(from), "jobId ge %lld and jobId lt %lld", id, id + 1);
		snprintf(to, sizeof(to), "jobId lt %lld", id);
		EQUAL_NUMBER(count_listed(&world, below, "jobId"), middle + 1);
		EQUAL_NUMBER(count_listed(&world, below, "-jobId"), middle + 1);
		EQUAL_NUMBER(count_listed(&world, above, "jobId"), settled - middle - 1);
		EQUAL_NUMBER(count_listed(&world, above, "-jobId"), settled - middle - 1);
		EQUAL_NUMBER(count_listed(&world, from, "jobId"), 1);
		EQUAL_NUMBER(count_listed(&world, to, "jobId"), middle);
	}
}

/* Where they stand, first and last are found with one row each. */
static void test_ends(void)
{
	for (int form = 0; form < FORMS; form++) {
		struct sim_world world = world_of(forms[form].ids);
		struct sim_query query = {.limit = 1};
		struct sim_page page;

		CU_ASSERT_TRUE_FATAL(sim_sort_parse("-jobId", &query.sort));
		sim_page_fill(&page, &world, &query, NOW);
		EQUAL_NUMBER(page.count, 1);
		EQUAL_NUMBER(page.rows[0].id, sim_order_id(&world, sim_order_settled(&world) - 1));
		CU_ASSERT_TRUE_FATAL(sim_sort_parse("jobId", &query.sort));
		sim_page_fill(&page, &world, &query, NOW);
		EQUAL_NUMBER(page.rows[0].id, sim_order_id(&world, 0));
	}
}

/* Parents are jobs that are there, and all but the ids is as it is with the usual ones. */
static void test_jobs(void)
{
	struct sim_world usual = world_of("");

	for (int form = 1; form < FORMS; form++) {
		struct sim_world world = world_of(forms[form].ids);
		int children = 0;

		for (int64_t i = 0; i < sim_order_settled(&world); i++) {
			struct sim_job job = sim_job_at(&world, i, NOW);
			struct sim_job other = sim_job_at(&usual, i, NOW);
			int64_t parent = sim_order_first_id(&world, job.parent_id);

			CU_ASSERT(job.end_ms == other.end_ms && job.status == other.status);
			if (!job.parent_id || job.parent_id == job.id)
				continue;
			children++;
			CU_ASSERT_EQUAL(sim_order_id(&world, parent), job.parent_id);
			CU_ASSERT_EQUAL(parent, sim_order_first_id(&usual, other.parent_id));
		}
		CU_ASSERT(children > 500);
	}
}

static void test_words(void)
{
	static const char *const wrong[] = {
	    "",	    "0",     "-5",     "x",	  "10,",     ",10",
	    "even", "even:", "even:0", "even:1x", "gap:",    "gap:0",
	    "gaps", "last",  "last:0", "10 10",	  "1000001", "even:5,99999999999999999999"};
	struct sim_ids ids = {0};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (sim_ids_parse(&ids, wrong[i]))
			FAIL("'%s' is taken", wrong[i]);
	CU_ASSERT_TRUE(sim_ids_parse(&ids, "20,gap:77,last:5"));
	CU_ASSERT(ids.every == 20 && ids.runs && ids.gap == 77 && ids.last == 5);
	CU_ASSERT_TRUE(sim_ids_parse(&ids, "gap,even:4"));
	CU_ASSERT(ids.every == 4 && !ids.runs && ids.gap == 1000000000000);
}

static const struct harness_test tests[] = {
    {"words", test_words},
    {"order", test_order},
    {"runs and gaps", test_runs},
    {"first and last", test_ends},
    {"lists", test_lists},
    {"parents", test_jobs},
    {NULL, NULL},
};

extern const struct harness_suite sim_ids_suite;
const struct harness_suite sim_ids_suite = {"simulator: ids", tests};
