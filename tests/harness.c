/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * main() of both test programs. Each test runs in a process of its own: one that crashes, hangs or
 * leaks costs nobody else anything, and several can run side by side.
 */

#define JOBS_MAX 16
#define SHOWN_MAX 12	  /* failed assertions of one test */
#define DEFAULT_LIMIT 120 /* seconds for one test */
#define SANITIZER_FACTOR 4
#define SKIPPED 77 /* the exit status of a test that cannot be shown here */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* A test that is being run. */
struct running {
	pid_t pid; /* 0 = this place is free */
	int output;
	struct timespec started;
	char name[160];
};

const char *harness_program;

static int (*at_end)(bool failed);
static struct running places[JOBS_MAX];
static int passed, failed;
static FILE *summary;		/* NULL = people read the result */
static const char *skipped_why; /* in the test's own process; NULL = it is not skipped */
static volatile sig_atomic_t ended_by;

bool harness_sanitized(void)
{
	return SANITIZED;
}

unsigned harness_seed(void)
{
	const char *text = getenv("NBU_TEST_SEED");
	struct timespec now;
	unsigned seed;

	clock_gettime(CLOCK_REALTIME, &now);
	seed = (unsigned)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
	if (text)
		seed = (unsigned)strtoul(text, NULL, 10);
	printf("NBU_TEST_SEED=%u\n", seed);
	return seed;
}

void harness_at_end(int (*hook)(bool failed))
{
	at_end = hook;
}

static void on_signal(int number)
{
	ended_by = number;
	/* They clean up after themselves. */
	for (int i = 0; i < JOBS_MAX; i++)
		if (places[i].pid > 0)
			kill(places[i].pid, SIGTERM);
}

void harness_fail(const char *file, unsigned line, const char *format, ...)
{
	char text[2000];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	CU_assertImplementation(CU_FALSE, line, text, file, "", CU_FALSE);
}

void harness_equal_text(const char *file, unsigned line, const char *expression, const char *actual,
			const char *expected)
{
	if (actual && expected && strcmp(actual, expected) == 0)
		CU_assertImplementation(CU_TRUE, line, expression, file, "", CU_FALSE);
	else
		harness_fail(file, line, "%s is \"%s\", not \"%s\"", expression,
			     actual ? actual : "(null)", expected ? expected : "(null)");
}

void harness_equal_number(const char *file, unsigned line, const char *expression, long long actual,
			  long long expected)
{
	if (actual == expected)
		CU_assertImplementation(CU_TRUE, line, expression, file, "", CU_FALSE);
	else
		harness_fail(file, line, "%s is %lld, not %lld", expression, actual, expected);
}

void harness_skip(const char *why)
{
	skipped_why = why;
	CU_PASS("skipped");
}

/* In the test's own process: runs it and says on standard output what failed. */
static int run_here(const struct harness_suite *suite, const struct harness_test *test)
{
	CU_pSuite registered;
	CU_pTest entry;
	unsigned shown = 0;
	bool bad;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	registered = CU_add_suite(suite->name, NULL, NULL);
	entry = registered ? CU_add_test(registered, test->name, test->run) : NULL;
	if (!entry || CU_run_test(registered, entry) != CUE_SUCCESS) {
		printf("  %s\n", CU_get_error_msg());
		return 1;
	}
	for (CU_pFailureRecord record = CU_get_failure_list(); record && shown < SHOWN_MAX;
	     record = record->pNext, shown++)
		printf("  %s:%u: %s\n", record->strFileName ? record->strFileName : "?",
		       record->uiLineNumber, record->strCondition ? record->strCondition : "?");
	if (CU_get_number_of_failures() > SHOWN_MAX)
		printf("  and %u more\n", CU_get_number_of_failures() - SHOWN_MAX);
	if (CU_get_number_of_asserts() == 0)
		printf("  the test asserts nothing\n");
	bad = CU_get_number_of_asserts() == 0 || CU_get_number_of_failures() > 0;
	bad = (at_end && at_end(bad) > 0) || bad;
	if (!bad && skipped_why)
		printf("%s", skipped_why);
	return bad ? 1 : skipped_why ? SKIPPED : 0;
}

static void start(struct running *place, const struct harness_suite *suite,
		  const struct harness_test *test, unsigned limit)
{
	int output, status;

	snprintf(place->name, sizeof place->name, "%s: %s", suite->name, test->name);
	clock_gettime(CLOCK_MONOTONIC, &place->started);
	/* A file in memory: it takes any amount and leaves nothing behind. */
	output = place->output = memfd_create("test-output", MFD_CLOEXEC);
	fflush(stdout);
	place->pid = fork();
	if (place->pid > 0)
		return;
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	memset(places, 0, sizeof places);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	alarm(limit);
	status = run_here(suite, test);
	CU_cleanup_registry();
	fflush(stdout);
	/* A failed test may have been left in the middle: what it has not freed is no news. */
	if (status != 0)
		_exit(status);
	exit(status);
}

static void print_output(int output)
{
	char buffer[4096];
	ssize_t got;

	for (off_t at = 0; (got = pread(output, buffer, sizeof buffer, at)) > 0; at += got)
		fwrite(buffer, 1, (size_t)got, stdout);
}

static void summarise(const char *prefix, const char *name)
{
	if (!summary)
		return;
	fprintf(summary, "%s%s\n", prefix, name);
	fflush(summary);
}

static void report(const struct running *place, int status)
{
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - place->started.tv_sec) +
		  (double)(now.tv_nsec - place->started.tv_nsec) / 1e9;
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
		summarise("skipped: ", place->name);
		printf("skipped %s: ", place->name);
		print_output(place->output);
		printf("\n");
		fflush(stdout);
		return;
	}
	if (status == 0) {
		passed++;
		summarise("", place->name);
		printf("ok %s", place->name);
		printf(seconds >= 0.1 ? " (%.1f s)\n" : "\n", seconds);
		fflush(stdout);
		return;
	}
	failed++;
	printf("FAIL %s (%.1f s)\n", place->name, seconds);
	if (WIFSIGNALED(status))
		printf("  ended by signal %d (%s)\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? "the time limit"
						   : strsignal(WTERMSIG(status)));
	print_output(place->output);
	fflush(stdout);
}

/* Waits until one of the running tests has ended. */
static void wait_for_one(void)
{
	int status;
	pid_t pid;

	do
		pid = wait(&status);
	while (pid < 0 && errno == EINTR);
	for (int i = 0; i < JOBS_MAX && pid > 0; i++) {
		if (places[i].pid != pid)
			continue;
		report(&places[i], status);
		close(places[i].output);
		places[i].pid = 0;
	}
}

static struct running *free_place(int jobs)
{
	for (;;) {
		for (int i = 0; i < jobs; i++)
			if (places[i].pid == 0)
				return &places[i];
		wait_for_one();
	}
}

static bool any_running(void)
{
	for (int i = 0; i < JOBS_MAX; i++)
		if (places[i].pid > 0)
			return true;
	return false;
}

/* True when one of FILTERS is part of "SUITE: NAME", or there are none. */
static bool selected(const struct harness_suite *suite, const struct harness_test *test,
		     char **filters)
{
	char name[160];

	snprintf(name, sizeof name, "%s: %s", suite->name, test->name);
	if (!*filters)
		return true;
	for (; *filters; filters++)
		if (strstr(name, *filters))
			return true;
	return false;
}

static void run_all(char **filters, int jobs, unsigned limit, bool list)
{
	for (size_t i = 0; harness_suites[i]; i++) {
		for (const struct harness_test *test = harness_suites[i]->tests; test->name;
		     test++) {
			if (!selected(harness_suites[i], test, filters))
				continue;
			if (list)
				printf("%s: %s\n", harness_suites[i]->name, test->name);
			else if (!ended_by)
				start(free_place(jobs), harness_suites[i], test, limit);
		}
	}
	while (any_running())
		wait_for_one();
}

/*
 * Says how it went: to people, or to the script that adds up. That finds the names of the tests
 * that have passed, and behind them how many have passed and failed.
 */
static int summarize(void)
{
	if (summary) {
		fprintf(summary, "%d %d\n", passed, failed);
		fclose(summary);
	} else {
		printf("%d passed, %d failed\n", passed, failed);
	}
	return ended_by || failed > 0 || passed == 0 ? 1 : 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: [-l] [-j JOBS] [-s SUMMARY] [-t SECONDS] [PART_OF_A_NAME]...\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal};
	unsigned limit = DEFAULT_LIMIT * (SANITIZED ? SANITIZER_FACTOR : 1);
	bool list = false;
	int jobs = 1, option;

	while ((option = getopt(argc, argv, "lj:s:t:")) != -1) {
		if (option == 'l')
			list = true;
		else if (option == 'j' && atoi(optarg) >= 1 && atoi(optarg) <= JOBS_MAX)
			jobs = atoi(optarg);
		else if (option == 's')
			summary = fopen(optarg, "we");
		else if (option == 't' && atoi(optarg) >= 1)
			limit = (unsigned)atoi(optarg);
		else
			return usage();
	}
	harness_program = argv[0];
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	run_all(argv + optind, jobs, limit, list);
	if (list)
		return 0;
	return summarize();
}
