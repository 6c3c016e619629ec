/* SPDX-License-Identifier: BSD-2-Clause */

/* What nbu-sim sends in API 4.0. */

#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "sim_json.h"
#include "sim_page.h"

#define NOW INT64_C(1782900000000)

static const struct sim_world world = {.seed = 7, .jobs = 350, .start_ms = NOW};

/* The list from OFFSET on; to be freed. */
static char *list_at(int64_t offset, const char *next, const char *prev)
{
	struct sim_query query = {.limit = 100, .offset = offset};
	struct sim_page page;
	struct sim_list list = {.page = &page,
				.query = &query,
				.now_ms = NOW,
				.base = "http://sim",
				.self = "/admin/jobs",
				.next = next,
				.prev = prev,
				.is_old = true};
	struct sim_buf text = {0};

	CU_ASSERT(sim_sort_parse("jobId", &query.sort));
	sim_page_fill(&page, &world, &query, NOW);
	sim_json_list(&text, &list);
	return text.data;
}

/* Offsets, all of them numbers. */
static void test_pagination(void)
{
	char *first = list_at(0, "100", NULL), *second = list_at(100, "200", "0");

	CU_ASSERT_PTR_NOT_NULL(strstr(
	    first,
	    "\"meta\":{\"pagination\":{\"limit\":100,\"offset\":0,\"first\":0,\"next\":100}}"));
	CU_ASSERT_PTR_NOT_NULL(strstr(first, "page%5Boffset%5D=100\""));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(second, "\"offset\":100,\"first\":0,\"next\":200,\"prev\":0}}"));
	CU_ASSERT_PTR_NULL(strstr(first, "cursor"));
	CU_ASSERT_PTR_NULL(strstr(first, "page%5Bafter"));
	CU_ASSERT_PTR_NULL(strstr(first, "rangeTruncated"));
	free(first);
	free(second);
}

/* What came later is not there. */
static void test_attributes(void)
{
	static const char *const newer[] = {
	    "jobPath",		"childCount",	   "workloadDisplayName",
	    "dteMode",		"dedupSpaceRatio", "compressionSpaceRatio",
	    "activeElapsedTime"};
	char *text = list_at(0, NULL, NULL), name[40];

	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
		snprintf(name, sizeof(name), "\"%s\"", newer[i]);
		if (strstr(text, name))
			FAIL("%s is no attribute of API 4.0", newer[i]);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"parentJobId\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"lastUpdateTime\""));
	free(text);
}

/* Pages by offset are the list. */
static void test_offsets(void)
{
	struct sim_query query = {.limit = 100};
	struct sim_page page;
	int64_t last = 0, count = 0;

	CU_ASSERT(sim_sort_parse("jobId", &query.sort));
	do {
		query.offset = count;
		sim_page_fill(&page, &world, &query, NOW);
		for (int i = 0; i < page.count; i++) {
			CU_ASSERT(page.rows[i].id > last);
			last = page.rows[i].id;
		}
		CU_ASSERT_EQUAL(page.more_before, count > 0);
		count += page.count;
	} while (page.more_after);
	CU_ASSERT(count > 350);
}

static const struct harness_test tests[] = {
    {"pagination", test_pagination},
    {"attributes", test_attributes},
    {"offsets", test_offsets},
    {NULL, NULL},
};

const struct harness_suite sim_old_suite = {"simulator: API 4.0", tests};
