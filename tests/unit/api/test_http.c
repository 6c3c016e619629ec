/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/resource.h>

#include "api/http.h"
#include "base/timefmt.h"
#include "harness.h"

#define PAUSE_MS 250

static long waits(void)
{
	struct rusage usage;

	CU_ASSERT_EQUAL_FATAL(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_nvcsw;
}

/*
 * poll(2) refuses more descriptors than the process may have. Who waits must not ask it again and
 * again without a rest.
 */
static void test_no_poll(void)
{
	struct http *http = http_open(&(struct http_options){.timeout = 1});
	int64_t began = timefmt_monotonic();
	const char *const no_headers[] = {NULL};
	struct rlimit limit, none;
	long before;

	CU_ASSERT_PTR_NOT_NULL_FATAL(http);
	/* At rest it would not ask poll. */
	http_start(http, "http://127.0.0.1:1/", no_headers, 0);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	before = waits();
	CU_ASSERT_TRUE(http_pause(http, PAUSE_MS));
	CU_ASSERT_TRUE(waits() - before >= 2);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_TRUE(timefmt_monotonic() - began >= PAUSE_MS);
	http_close(http);
}

static const struct harness_test tests[] = {
    {"no busy waiting where poll fails", test_no_poll},
    {NULL, NULL},
};

const struct harness_suite http_suite = {"http", tests};
