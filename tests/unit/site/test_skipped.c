/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/skipped.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "harness.h"

static void test_text(void)
{
	struct skipped skipped = {.count = {0}};
	struct job job = {.id = 4711, .flaw = JOB_WITHOUT_STATUS};
	char text[200], small[12];

	skipped_text(&skipped, text, sizeof text);
	EQUAL_TEXT(text, "");
	skipped_note(&skipped, &job);
	skipped_text(&skipped, text, sizeof text);
	EQUAL_TEXT(text, "1 job skipped: no status (first: 4711)");
	job.id = 4712;
	skipped_note(&skipped, &job);
	job = (struct job){.id = -1, .flaw = JOB_WITHOUT_ID};
	skipped_note(&skipped, &job);
	skipped_text(&skipped, text, sizeof text);
	EQUAL_TEXT(text, "1 job skipped: no jobId, 2 jobs skipped: no status (first: 4711)");
	skipped_text(&skipped, small, sizeof small);
	EQUAL_TEXT(small, "1 job skipp");
}

/* What is logged of COUNT jobs of a flaw behind BEFORE such; standard error is a file meanwhile. */
static const char *logged(uint64_t count, uint64_t before)
{
	static char text[400];
	struct skipped now = {.count = {[JOB_WITHOUT_STATUS] = count}};
	struct skipped last = {.count = {[JOB_WITHOUT_STATUS] = before}};
	int kept = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	size_t length;

	log_open(LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
	dup2(fileno(file), STDERR_FILENO);
	skipped_log(&now, &last, "paris");
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	length = fread(text, 1, sizeof text - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

/* A flaw is told when it begins, not at each refresh. */
static void test_log(void)
{
	CU_ASSERT_PTR_NOT_NULL(strstr(logged(1, 0), "site paris: 1 job skipped: no status\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(logged(2, 0), "site paris: 2 jobs skipped: no status\n"));
	EQUAL_TEXT(logged(2, 1), "");
	EQUAL_TEXT(logged(1, 2), "");
	EQUAL_TEXT(logged(0, 0), "");
	EQUAL_TEXT(logged(0, 1), "");
}

static const struct harness_test tests[] = {
    {"text", test_text},
    {"log", test_log},
    {NULL, NULL},
};

const struct harness_suite skipped_suite = {"skipped", tests};
