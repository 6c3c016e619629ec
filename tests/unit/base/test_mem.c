/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "harness.h"

/* An empty text is a text, and not a lack of memory, which ends the agent. */
static void test_printf(void)
{
	char *empty = mem_printf("%s", ""), *text = mem_printf("%d %s", 7, "jobs");

	EQUAL_TEXT(empty, "");
	EQUAL_TEXT(text, "7 jobs");
	free(empty);
	free(text);
}

static void test_close(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = mem_checked(open_memstream(&text, &size));

	fputs("a text", stream);
	mem_close(stream);
	EQUAL_TEXT(text, "a text");
	free(text);
}

/* A text that is cut is never used: it would be taken for the whole. A full disk stands for memory.
 */
static void test_cut(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		FILE *stream = fopen("/dev/full", "w");

		if (!stream || !freopen("/dev/null", "w", stderr))
			_exit(2);
		fputs("a text", stream);
		mem_close(stream);
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_TRUE(WIFEXITED(status));
	EQUAL_NUMBER(WEXITSTATUS(status), 1);
}

/* However much is free: not more often than each 10 s, and what was too early comes later. */
static void test_give_back(void)
{
	const int64_t now = INT64_MAX / 2; /* later than any other test was */

	CU_ASSERT_FALSE(mem_give_back(now));
	mem_expect_much();
	CU_ASSERT_TRUE(mem_give_back(now));
	CU_ASSERT_FALSE(mem_give_back(now + 20000));
	mem_expect_much();
	CU_ASSERT_TRUE(mem_give_back(now + 20000));
	mem_expect_much();
	CU_ASSERT_FALSE(mem_give_back(now + 29999));
	CU_ASSERT_TRUE(mem_give_back(now + 30000));
}

static const struct harness_test tests[] = {
    {"a stream is closed", test_close},
    {"a stream whose text is cut", test_cut},
    {"what is given back, and how often", test_give_back},
    {"texts", test_printf},
    {NULL, NULL},
};

const struct harness_suite mem_suite = {"mem", tests};
