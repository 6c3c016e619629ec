/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "unit/config/sample.h"
#include "unit/scratch.h"

static void test_no_file(void)
{
	char error[CONFIG_ERROR_SIZE], expected[CONFIG_ERROR_SIZE];

	sample_begin();
	CU_ASSERT_PTR_NULL(config_load(scratch_path("nothing"), error));
	snprintf(expected, sizeof expected, "%s: cannot be read: No such file or directory",
		 scratch_path("nothing"));
	EQUAL_TEXT(error, expected);
	CU_ASSERT_PTR_NULL(config_load(scratch_path("."), error));
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "it is not a plain file"));
	scratch_remove();
}

/* A key in a file for all to read is refused, in its line; one out of the environment is fine. */
static void test_exposed_key(void)
{
	static const char literal[] =
	    "site paris {\nurl = \"https://h\"\n\napi-key = \"" SAMPLE_KEY "\"\n}\n";
	static const char variable[] =
	    "site paris {\nurl = \"https://h\"\napi-key = \"${NBU_TEST_KEY}\"\n}\n";
	static const char short_name[] =
	    "site paris {\nurl = \"https://h\"\napi-key = \"${K}\"\n}\n";
	static const char *const disguised[] = {
	    "site paris {\nurl = \"https://h\"\napi-key = \"${NONE:-abc}\"\n}\n",
	    "site paris {\nurl = \"https://h\"\napi-key = \"ab\\x63\"\n}\n",
	    "site paris {\nurl = \"https://h\"\napi-key = \"${NBU_TEST_KEY}abc\"\n}\n",
	    "site paris {\nurl = \"https://h\"\napi-key=abc\n}\n",
	};
	char error[CONFIG_ERROR_SIZE];
	struct config *config;
	const char *file;

	sample_begin();
	file = sample_write("conf", 0644, literal);
	CU_ASSERT_PTR_NULL(config_load(file, error));
	CU_ASSERT_TRUE(strncmp(error, file, strlen(file)) == 0);
	CU_ASSERT_TRUE(strncmp(error + strlen(file), ":4: ", 4) == 0);
	CU_ASSERT_PTR_NULL(strstr(error, SAMPLE_KEY));
	for (size_t i = 0; i < sizeof disguised / sizeof disguised[0]; i++) {
		CU_ASSERT_PTR_NULL(config_load(sample_write("conf", 0644, disguised[i]), error));
		CU_ASSERT_PTR_NOT_NULL(strstr(error, "an API key stands here"));
	}
	config = config_load(sample_write("conf", 0640, literal), error);
	EQUAL_TEXT(error, "");
	config_free(config);
	setenv("NBU_TEST_KEY", SAMPLE_KEY, 1);
	config = config_load(sample_write("conf", 0644, variable), error);
	EQUAL_TEXT(error, "");
	config_free(config);
	setenv("K", SAMPLE_KEY, 1);
	config = config_load(sample_write("conf", 0644, short_name), error);
	EQUAL_TEXT(error, "");
	config_free(config);
	scratch_remove();
}

static const struct sample_wrong wrongs[] = {
    {"site paris {\n" SAMPLE_SITE, 4, "the file ends within a section"},
    {"client-limit = +5\n", 1, "a + outside of quotes"},
    {"site paris {\n" SAMPLE_SITE "policy \"a\" {\nmax-age = \"1h\"\n}\n", 7,
     "the file ends within a section"},
    {"site paris {\n" SAMPLE_SITE "}\npolicy \"a\" {\n", 6, "the file ends within a section"},
    {"policy gold-* {}\n", 1, "a * outside of quotes"},
    {"# *\nsite paris {\n" SAMPLE_SITE "/* * */client\n db* {}\n}\n", 6, "a * outside of quotes"},
    {"policy c++ {}\n", 1, "a + outside of quotes"},
};

static void test_errors(void)
{
	sample_begin();
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
		sample_check_wrong(&wrongs[i]);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"no file", test_no_file},
    {"a key that others can read", test_exposed_key},
    {"errors name file and line", test_errors},
    {NULL, NULL},
};

const struct harness_suite text_suite = {"text", tests};
