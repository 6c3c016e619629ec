/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/config/sample.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "unit/scratch.h"

void sample_begin(void)
{
	scratch_make();
	scratch_write("key", 0600, SAMPLE_KEY "\n");
	scratch_write("ca.pem", 0644, "any text will do here\n");
}

const char *sample_write(const char *name, mode_t mode, const char *text)
{
	char whole[8000];
	size_t length = 0;

	for (; *text && length < sizeof whole - 300; text++) {
		if (*text == '%')
			length += (size_t)snprintf(whole + length, 300, "%s", scratch_path("."));
		else
			whole[length++] = *text;
		/* "FOLDER/." is as good a name for it as "FOLDER". */
	}
	whole[length] = '\0';
	return scratch_write(name, mode, whole);
}

struct config *sample_load(const char *text)
{
	char error[CONFIG_ERROR_SIZE];
	struct config *config = config_load(sample_write("conf", 0600, text), error);

	EQUAL_TEXT(error, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	return config;
}

struct config *sample_load_site(const char *of_file, const char *of_site)
{
	char text[4000];

	snprintf(text, sizeof text, "%s%s%s}\n", of_file, "site paris {\n" SAMPLE_SITE, of_site);
	return sample_load(text);
}

void sample_check_notify(const struct config *config, bool site, bool job_failed,
			 bool policy_overdue)
{
	EQUAL_NUMBER(config->notify.site, site);
	EQUAL_NUMBER(config->notify.job_failed, job_failed);
	EQUAL_NUMBER(config->notify.policy_overdue, policy_overdue);
}

void sample_check_watches(const struct config_watch_list *list, const char *expected)
{
	char actual[2000] = "";
	size_t length = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct config_watch *watch = &list->watches[i];

		length +=
		    (size_t)snprintf(actual + length, sizeof actual - length, "%s %d%s\n",
				     watch->pattern, watch->max_age, watch->expected ? " !" : "");
	}
	EQUAL_TEXT(actual, expected);
}

void sample_check_wrong(const struct sample_wrong *wrong)
{
	const char *file = sample_write("conf", 0600, wrong->text);
	char error[CONFIG_ERROR_SIZE], start[400];
	struct config *config = config_load(file, error);

	CU_ASSERT_PTR_NULL(config);
	config_free(config);
	if (wrong->line > 0)
		snprintf(start, sizeof start, "%s:%d: ", file, wrong->line);
	else
		snprintf(start, sizeof start, "%s: ", file);
	if (strncmp(error, start, strlen(start)) != 0 || !strstr(error, wrong->part) ||
	    strlen(error) <= strlen(start))
		FAIL("for the text\n%s\nthe error is\n%s\nand not %s...%s", wrong->text, error,
		     start, wrong->part);
	CU_ASSERT_PTR_NULL(strchr(error, '\n'));
	CU_ASSERT_PTR_NULL(strstr(error, "secret"));
}
