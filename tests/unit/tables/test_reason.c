/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "harness.h"
#include "tables/reason.h"

static void test_known(void)
{
	EQUAL_TEXT(reason_text(0), "no reason given");
	EQUAL_TEXT(reason_text(1), "MEDIA_IN_USE: the tape is in use by another job");
	CU_ASSERT_TRUE(strncmp(reason_text(31), "MEDIA_SERVER_JOBS_THROTTLED: ", 29) == 0);
}

static void test_unknown(void)
{
	EQUAL_TEXT(reason_text(32), "unknown to this version");
	EQUAL_TEXT(reason_text(UINT32_MAX), "unknown to this version");
}

/* The vendor's word, then a phrase, and no text twice: each must tell the reasons apart. */
static void test_form(void)
{
	for (uint32_t i = 1; i <= 31; i++) {
		const char *text = reason_text(i);
		size_t word = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

		if (word < 5 || strncmp(text + word, ": ", 2) != 0 || strlen(text + word) < 10)
			FAIL("%u: %s", i, text);
		if (strlen(text) > 120 || strstr(text, "  "))
			FAIL("%u is no short line: %s", i, text);
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(text, reason_text(k)) == 0)
				FAIL("%u and %u are the same", k, i);
	}
	CU_PASS("went through");
}

static const struct harness_test tests[] = {
    {"known reasons", test_known},
    {"unknown reasons", test_unknown},
    {"word and phrase", test_form},
    {NULL, NULL},
};

const struct harness_suite reason_suite = {"reason", tests};
