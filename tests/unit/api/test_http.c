/* SPDX-License-Identifier: BSD-2-Clause */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/http.h"
#include "base/timefmt.h"
#include "harness.h"

#define PAUSE_MS 250
#define WAIT_MS 20000

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

/* What a request to where nobody listens comes to. */
static struct fault refused(struct http *http)
{
	static const char *const no_headers[] = {NULL};
	struct http_response response;
	struct fault fault = {.class = FAULT_NONE};

	http_start(http, "http://127.0.0.1:1/", no_headers, 0);
	CU_ASSERT_FALSE(http_await(http, &response, &fault));
	return fault;
}

/* Who lacks a descriptor is told so, and not that the server cannot be reached. */
static void test_no_descriptor(void)
{
	struct http *http = http_open(&(struct http_options){.timeout = 5});
	struct rlimit limit, less;
	struct fault fault = refused(http);
	int next = dup(STDERR_FILENO);
	char text[100];

	close(next);
	CU_ASSERT_EQUAL(fault.class, FAULT_CONNECT);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	less = limit;
	less.rlim_cur = (rlim_t)next;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &less), 0);
	fault = refused(http);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_EQUAL(fault.class, FAULT_OTHER);
	CU_ASSERT_TRUE(fault.passing);
	snprintf(text, sizeof text,
		 "no file descriptor is left for a connection: the limit is %d; ", next);
	if (strncmp(fault.text, text, strlen(text)) != 0)
		FAIL("%s", fault.text);
	fault = refused(http);
	CU_ASSERT_EQUAL(fault.class, FAULT_CONNECT);
	http_close(http);
}

/* Whether the thread that is the process's first sleeps. */
static bool main_sleeps(void)
{
	char path[60], line[200] = "";
	FILE *file;
	bool sleeps;

	snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)getpid());
	file = fopen(path, "r");
	if (!file)
		return true;
	sleeps = fgets(line, sizeof line, file) && strstr(line, ") S ");
	fclose(file);
	return sleeps;
}

static void *cancel(void *arg)
{
	int64_t end = timefmt_monotonic() + WAIT_MS;

	while (!main_sleeps() && timefmt_monotonic() < end)
		sched_yield();
	http_cancel(arg);
	return NULL;
}

/* Another thread ends a pause, whether there is a connection or not, and each that comes then. */
static void test_cancel(void)
{
	static const char *const no_headers[] = {NULL};

	for (int i = 0; i < 3; i++) {
		struct http *http = http_open(&(struct http_options){.timeout = 5});
		int64_t began = timefmt_monotonic();
		pthread_t thread;

		if (i > 0)
			http_start(http, "http://127.0.0.1:1/", no_headers, 0);
		if (i > 1)
			http_rest(http);
		CU_ASSERT_TRUE(http_pause(http, 10));
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, cancel, http), 0);
		CU_ASSERT_FALSE(http_pause(http, 10 * WAIT_MS));
		pthread_join(thread, NULL);
		CU_ASSERT_FALSE(http_pause(http, 10 * WAIT_MS));
		CU_ASSERT_TRUE(http_cancelled(http));
		CU_ASSERT_TRUE(timefmt_monotonic() - began < 2 * WAIT_MS);
		http_close(http);
	}
}

static const struct harness_test tests[] = {
    {"no busy waiting where poll fails", test_no_poll},
    {"no descriptor for a connection", test_no_descriptor},
    {"a pause that another thread ends", test_cancel},
    {NULL, NULL},
};

const struct harness_suite http_suite = {"http", tests};
