/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"
#include "harness.h"

/* Whether the kernel leaves the memory at ADDRESS out of core files. */
static bool left_out(const void *address)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long begin, end, wanted = (unsigned long)address;
	bool inside = false, out = false;
	char line[400];

	while (maps && fgets(line, sizeof line, maps)) {
		if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
			inside = begin <= wanted && wanted < end;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			out = strstr(line, " dd") != NULL;
	}
	if (maps)
		fclose(maps);
	return out;
}

static void test_apart(void)
{
	char *secret = secret_new("Authorization: ", "key"), *other = secret_new("", "");
	char *ordinary = malloc(100);

	EQUAL_TEXT(secret, "Authorization: key");
	EQUAL_TEXT(other, "");
	CU_ASSERT_TRUE(left_out(secret));
	CU_ASSERT_TRUE(left_out(other));
	CU_ASSERT_FALSE(left_out(ordinary));
	free(ordinary);
	secret_free(other);
	CU_ASSERT_TRUE(left_out(secret));
	secret_free(secret);
	secret_free(NULL);
}

/* A text that ends right at, before or behind the end of a page. */
static void test_sizes(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *text = malloc(2 * page + 1);

	for (size_t length = page - 24; length <= page + 24; length++) {
		char *secret;

		memset(text, 'k', length);
		text[length] = '\0';
		secret = secret_new(text, "!");
		CU_ASSERT_EQUAL(strlen(secret), length + 1);
		CU_ASSERT_EQUAL(secret[length], '!');
		secret_free(secret);
	}
	free(text);
}

static void test_resize(void)
{
	char *memory = secret_realloc(NULL, 4);

	strcpy(memory, "key");
	memory = secret_realloc(memory, 100000);
	EQUAL_TEXT(memory, "key");
	memory = secret_realloc(memory, 4);
	EQUAL_TEXT(memory, "key");
	secret_wipe(memory);
	secret_wipe(NULL);
}

/* In a process of its own, which it lasts as long as. */
static void test_guard(void)
{
	struct rlimit limit;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		secret_guard_process();
		getrlimit(RLIMIT_CORE, &limit);
		_exit((prctl(PR_GET_DUMPABLE) != 0) + 2 * (limit.rlim_max != 0));
	}
	waitpid(pid, &status, 0);
	EQUAL_NUMBER(status, 0);
}

static const struct harness_test tests[] = {
    {"memory of its own, in no core file", test_apart},
    {"any size", test_sizes},
    {"resized", test_resize},
    {"the process is guarded", test_guard},
    {NULL, NULL},
};

const struct harness_suite secret_suite = {"secret", tests};
