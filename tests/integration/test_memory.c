/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "world.h"

/*
 * An allocation fails, in the agent or in a library: the program ends with its one message, or has
 * not needed it and all is right. It never goes on with less, and never says anything else.
 */

#define RUNS 130
/* The first allocations are those of the configuration: few, in a library of its own. */
#define START 300
#define START_STRIDE 15

/*
 * libconfuse 3.3 itself ends the program: its lexer has no way to fail. That is while the file is
 * read, and nothing has been done yet. And libcrypto opens the file of the CA by the C library:
 * then the site is down for it, until the next refresh.
 */
static bool is_library(const char *text)
{
	return strstr(text, "out of dynamic memory in yy") || strstr(text, "lexer.l:") ||
	       strstr(text, "error setting certificate file");
}

/* Takes the ages out of TEXT, which is JSON: the time goes on. */
static void drop_ages(char *text)
{
	for (char *age; (age = strstr(text, "Age\":")) != NULL;) {
		char *number = age + strlen("Age\":");

		memmove(age, number + strspn(number, "-0123456789"),
			strlen(number + strspn(number, "-0123456789")) + 1);
	}
}

/* Runs the agent once. What it printed anywhere, with its exit status behind it, to be freed. */
static char *run_once(void)
{
	const char *const argv[] = {
	    "sh",
	    "-c",
	    "LD_PRELOAD=$1 \"$2\" -c \"$3\" --once --table=jobs --format=json 2>&1; echo exit $?",
	    "sh",
	    world_program("tests/nomem.so"),
	    world_program("nbu-agentx"),
	    world_path("nbu-agentx.conf"),
	    NULL};
	int status;
	char *text = world_output(&status, argv);

	drop_ages(text);
	return text;
}

/* Whether what is printed with allocation AT failing is what is printed otherwise. */
static bool is_as_usual(unsigned long at)
{
	char *text, *expected;
	bool same;

	world_fail_allocation(at);
	text = run_once();
	world_fail_allocation(0);
	expected = run_once();
	same = strcmp(text, expected) == 0;
	free(expected);
	free(text);
	return same;
}

/* Whether TEXT is that there is no memory, behind nothing but a beginning of what is USUAL. */
static bool has_ended(const char *text, const char *usual)
{
	static const char last[] = "nbu-agentx: out of memory\nexit 1\n";
	size_t length = strlen(text), size = sizeof last - 1;

	return length >= size && strcmp(text + length - size, last) == 0 &&
	       strncmp(text, usual, length - size) == 0;
}

/* Allocation AT fails. Says whether the program ended for it. USUAL is what is printed otherwise.
 */
static bool check_allocation(unsigned long at, const char *usual)
{
	char *text;
	bool ended;

	world_fail_allocation(at);
	text = run_once();
	ended = has_ended(text, usual);
	/* Again: a notice tells by how many minutes the clocks differ, which may just have changed.
	 */
	if (!ended && !is_library(text) && !is_as_usual(at) && !is_as_usual(at))
		FAIL("allocation %lu: %s", at, text);
	free(text);
	return ended;
}

static void test_once(void)
{
	struct sim *sim = world_sim("sim", "--jobs 40 --clock manual");
	unsigned long count, stride, start, ended = 0, runs = 0;
	unsigned seed = harness_seed();
	char *expected;

	if (harness_sanitized()) {
		harness_skip("a sanitizer has a malloc of its own");
		return;
	}
	world_slow(20);
	world_config("log-level = \"warning\"\n");
	world_site("paris", sim, NULL);
	world_config_file();
	world_fail_allocation(0);
	expected = run_once();
	CU_ASSERT_PTR_NOT_NULL(strstr(expected, "\nexit 0\n"));
	count = world_allocations();
	stride = getenv("NBU_TEST_WHOLE") ? 1 : count / RUNS;
	start = stride < START_STRIDE ? stride : START_STRIDE;
	for (unsigned long at = 1 + seed % start; at <= count; runs++) {
		ended += check_allocation(at, expected);
		at += at < START ? start : stride;
	}
	printf("%lu allocations, %lu failed, %lu ended the program\n", count, runs, ended);
	CU_ASSERT_TRUE(ended > runs / 2);
	free(expected);
}

static const struct harness_test tests[] = {
    {"once", test_once},
    {NULL, NULL},
};

const struct harness_suite memory_suite = {"memory", tests};
