/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/skipped.h"

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

static const struct harness_test tests[] = {
    {"text", test_text},
    {NULL, NULL},
};

const struct harness_suite skipped_suite = {"skipped", tests};
