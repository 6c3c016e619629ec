/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/http.h"
#include "base/descriptors.h"
#include "base/timefmt.h"
#include "harness.h"

#define PAUSE_MS 250
#define LONG_MS 60000
#define LOOK_MAX 256
#define NOWHERE "http://127.0.0.1:1/"
#define ROUNDS 200

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
	struct rlimit limit, none;
	long before;

	CU_ASSERT_PTR_NOT_NULL_FATAL(http);
	/* Who has made no request does not wait for the network. */
	http_start(http, NOWHERE, (const char *const[]){NULL}, 0);
	http_abandon(http);
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

static int count_open(void)
{
	int count = 0;

	for (int fd = 0; fd < LOOK_MAX; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Asks for URL; FAULT says why there is no answer. */
static void ask(struct http *http, const char *url, struct fault *fault)
{
	struct http_response response;

	http_start(http, url, (const char *const[]){NULL}, 0);
	CU_ASSERT_FALSE_FATAL(http_await(http, &response, fault));
}

/* At rest there is no descriptor, and a pause works all the same. */
static void test_rest(void)
{
	struct http *http = http_open(&(struct http_options){.timeout = 5});
	int before = count_open();
	int64_t began;
	struct fault fault;

	for (int i = 0; i < 3; i++) {
		ask(http, NOWHERE, &fault);
		CU_ASSERT_EQUAL(fault.class, FAULT_CONNECT);
		CU_ASSERT_TRUE(count_open() > before);
		http_rest(http);
		CU_ASSERT_EQUAL(count_open(), before);
		began = timefmt_monotonic();
		CU_ASSERT_TRUE(http_pause(http, PAUSE_MS));
		CU_ASSERT_TRUE(timefmt_monotonic() - began >= PAUSE_MS);
	}
	/* A request that is under way is given up. */
	http_start(http, NOWHERE, (const char *const[]){NULL}, 0);
	http_rest(http);
	CU_ASSERT_EQUAL(count_open(), before);
	http_close(http);
}

static void *cancel(void *http)
{
	http_cancel(http);
	return NULL;
}

/* However a pause, a rest and a cancellation meet, the pause ends. */
static void test_cancel(void)
{
	int64_t began = timefmt_monotonic();
	struct http *http;
	struct fault fault;
	pthread_t thread;

	for (int i = 0; i < ROUNDS; i++) {
		http = http_open(&(struct http_options){.timeout = 5});
		if (i % 2)
			ask(http, NOWHERE, &fault);
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, cancel, http), 0);
		if (i % 4 > 1)
			http_rest(http);
		CU_ASSERT_FALSE(http_pause(http, LONG_MS));
		pthread_join(thread, NULL);
		http_close(http);
	}
	CU_ASSERT_TRUE(timefmt_monotonic() - began < LONG_MS);
}

/*
 * Without a descriptor that is what is said, with any number of them that is too small, for an
 * address and for a name.
 */
static void test_no_descriptor(void)
{
	static const char *const urls[] = {NOWHERE, "http://localhost:1/", "https://127.0.0.1:1/"};
	struct rlimit limit, few;
	int open = count_open(), told = 0;

	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	for (size_t i = 0; i < 3 * DESCRIPTORS_WORK; i++) {
		struct http *http = http_open(&(struct http_options){.timeout = 5});
		struct fault fault;

		few.rlim_cur = (rlim_t)open + i / 3;
		CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &few), 0);
		ask(http, urls[i % 3], &fault);
		CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
		if (fault.class == FAULT_OTHER && strstr(fault.text, "no file descriptor is left"))
			told++;
		else
			CU_ASSERT_EQUAL(fault.class, FAULT_CONNECT);
		ask(http, urls[i % 3], &fault);
		CU_ASSERT_EQUAL(fault.class, FAULT_CONNECT);
		http_close(http);
	}
	CU_ASSERT_TRUE(told >= 3 * 2);
}

static const struct harness_test tests[] = {
    {"no busy waiting where poll fails", test_no_poll},
    {"at rest", test_rest},
    {"cancelled at any moment", test_cancel},
    {"no descriptor for a connection", test_no_descriptor},
    {NULL, NULL},
};

const struct harness_suite http_suite = {"http", tests};
