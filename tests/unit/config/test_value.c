/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "unit/config/sample.h"
#include "unit/scratch.h"

static void test_base_oid(void)
{
	static const uint32_t standard[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1556};
	static const uint32_t other[] = {1, 3, 6, 1, 4, 1, 4294967295u, 7};
	struct config *config;

	sample_begin();
	config = sample_load("site paris {\n" SAMPLE_SITE "}\n");
	EQUAL_NUMBER(config->base_oid.length, 10);
	CU_ASSERT_TRUE(memcmp(config->base_oid.numbers, standard, sizeof standard) == 0);
	config_free(config);
	config = sample_load("base-oid = \".1.3.6.1.4.1.4294967295.7\"\nsite paris {\n" SAMPLE_SITE
			     "}\n");
	EQUAL_NUMBER(config->base_oid.length, 8);
	CU_ASSERT_TRUE(memcmp(config->base_oid.numbers, other, sizeof other) == 0);
	config_free(config);
	/* Below 2 the second number may be any. */
	config = sample_load("base-oid = \"2.999.1.2\"\nsite paris {\n" SAMPLE_SITE "}\n");
	EQUAL_NUMBER(config->base_oid.length, 4);
	config_free(config);
	scratch_remove();
}

/* Numbers are decimal, whatever they begin with, and whatever failed before. */
static void test_numbers(void)
{
	struct config *config;

	sample_begin();
	errno = ERANGE;
	config = sample_load("down-after = \"010\"\nclient-limit = 0\nnotify-limit = 1\n"
			     "site paris {\n" SAMPLE_SITE
			     "down-after = 1\n}\nsite lyon {\n" SAMPLE_SITE "}\n");
	EQUAL_NUMBER(config->sites[0]->down_after, 1);
	EQUAL_NUMBER(config->sites[1]->down_after, 10);
	EQUAL_NUMBER(config->sites[1]->client_limit, 0);
	EQUAL_NUMBER(config->notify.limit, 1);
	config_free(config);
	scratch_remove();
}

/* The first and the last port that there is. */
static void test_ports(void)
{
	struct config *config;

	sample_begin();
	config = sample_load("site paris {\n" SAMPLE_SITE "url = \"https://h:1\"\n}\n"
			     "site lyon {\n" SAMPLE_SITE "url = \"https://[::1]:65535/\"\n}\n");
	EQUAL_TEXT(config->sites[0]->url, "https://h:1");
	EQUAL_TEXT(config->sites[1]->url, "https://[::1]:65535");
	config_free(config);
	scratch_remove();
}

static const struct sample_wrong wrongs[] = {
    /* durations */
    {"refresh = \"60\"\nsite paris {\n" SAMPLE_SITE "}\n", 1,
     "refresh is \"60\", but must be a number"},
    {"\n\nwindow = \"a day\"\n", 3, "window is \"a day\", but must be a number and a unit"},
    {"refresh = \"0s\"\n", 1, "refresh is \"0s\", but must be from 1 to 86400 seconds"},
    {"refresh = \"25h\"\n", 1, "refresh is \"25h\", but must be from 1 to 86400 seconds"},
    {"full-refresh = \"59s\"\n", 1, "must be from 60 to"},
    {"full-refresh = \"32d\"\n", 1, "must be from 60 to"},
    {"window = \"59s\"\n", 1, "must be from 60 to"},
    {"window = \"32d\"\n", 1, "must be from 60 to"},
    {"row-hold = \"367d\"\n", 1, "must be from 0 to"},
    {"site paris {\nrefresh = \"0s\"\n", 2, "refresh is \"0s\""},
    {"site paris {\nwindow = \"\"\n", 2, "window is \"\""},
    {"site paris {\nfull-refresh = \"1s\"\n", 2, "full-refresh is \"1s\""},
    {"site paris {\nrow-hold = \"-1s\"\n", 2, "row-hold is \"-1s\""},
    {"site paris {\ntimeout = \"0s\"\n", 2, "timeout is \"0s\""},
    {"site paris {\ntimeout = \"601s\"\n", 2, "timeout is \"601s\""},
    {"site paris {\n\n\ndeadline = \"2d\"\n", 4, "deadline is \"2d\""},
    {"timeout = \"5s\"\n", 1, "timeout"}, /* of a site only */
    /* numbers */
    {"parents = maybe\n", 1, "parents is \"maybe\", but must be leave-out or count"},
    {"protecting-jobs = { \"BACKUP;\" }\n", 1, "may only hold job types"},
    {"protecting-jobs = { \"\" }\n", 1, "may only hold job types"},
    {"failures-kept = 1001\n", 1, "failures-kept"},
    {"client-limit = -5\n", 1, "client-limit is \"-5\", but must be a whole number"},
    {"client-limit = \"\"\n", 1, "client-limit is \"\", but must be a whole number"},
    {"client-limit = \" 5\"\n", 1, "must be a whole number"},
    {"client-limit = 5x\n", 1, "must be a whole number"},
    {"client-limit = 5.0\n", 1, "must be a whole number"},
    {"client-limit = 0x10\n", 1, "must be a whole number"},
    {"client-limit = many\n", 1, "must be a whole number"},
    {"client-limit = 100001\n", 1, "client-limit is \"100001\", but must be from 0 to 100000"},
    {"client-limit = 4294967296\n", 1, "must be from 0 to 100000"},
    {"client-limit = 99999999999999999999\n", 1, "must be from 0 to 100000"},
    {"client-limit = {5}\n", 1, "'{'"},
    {"client-limit = 1,000\n", 1, "','"},
    {"sweep-connections = 0\n", 1, "sweep-connections is \"0\", but must be from 1 to 8"},
    {"\nsweep-connections = 99\n", 2, "sweep-connections is \"99\", but must be from 1 to 8"},
    {"down-after = 0\n", 1, "down-after is \"0\", but must be from 1 to 1000"},
    {"\ndown-after = 1001\n", 2, "down-after is \"1001\", but must be from 1 to 1000"},
    {"notify-limit = 0\n", 1, "notify-limit is \"0\", but must be from 1 to 1000"},
    {"notify-limit = 1001\n", 1, "notify-limit is \"1001\", but must be from 1 to 1000"},
    {"notify-limit = none\n", 1, "notify-limit is \"none\", but must be a whole number"},
    {"site paris {\nclient-limit = 100001\n", 2, "client-limit is \"100001\""},
    {"site paris {\n\ndown-after = \"two\"\n", 3, "down-after is \"two\""},
    {"site paris {\nnotify-limit = 5\n", 2, "notify-limit"}, /* of the whole file only */
    /* words */
    {"log-level = \"loud\"\n", 1, "must be error, warning, info or debug"},
    {"log-target = \"printer\"\n", 1, "must be stderr or syslog"},
    {"agentx-socket = \"relative/path\"\n", 1, "must be an absolute path or tcp:HOST:PORT"},
    {"state-dir = \"relative/path\"\n", 1, "must be an absolute path or \":memory:\""},
    {"base-oid = \"1.3.6\"\n", 1, "base-oid is \"1.3.6\""},
    {"base-oid = \"1.3.6.1.x\"\n", 1, "base-oid"},
    {"base-oid = \"1.3.6.1.\"\n", 1, "base-oid"},
    {"base-oid = \"1..3.6.1\"\n", 1, "base-oid"},
    {"base-oid = \"1.3.6.1.4294967296\"\n", 1, "base-oid"},
    {"base-oid = \"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21.22.23\"\n", 1, "base-oid"},
    {"base-oid = \"iso.org.dod\"\n", 1, "base-oid"},
    {"base-oid = \"3.6.1.4\"\n", 1, "base-oid"},
    {"base-oid = \"1.40.1.4\"\n", 1, "base-oid"},
    {"direct-answers = perhaps\n", 1, "direct-answers"},
    {"site paris {\ntls-verify = perhaps\n", 2, "tls-verify"},
    {"site paris {\napi-version = \"13\"\n", 2, "must be auto or a version like 13.0"},
    {"site paris {\napi-version = \"13.0.1\"\n", 2, "api-version"},
    {"site paris {\napi-version = \"\"\n", 2, "api-version"},
    /* URLs */
    {"site paris {\nurl = \"ftp://host/\"\n", 2, "must begin with https://"},
    {"site paris {\nurl = \"host:1556\"\n", 2, "must begin with https://"},
    {"site paris {\nurl = \"https://\"\n", 2, "names no host"},
    {"site paris {\nurl = \"https://:1556/\"\n", 2, "names no host"},
    {"site paris {\nurl = \"https://h:abc/\"\n", 2, "no port from 1 to 65535"},
    {"site paris {\nurl = \"https://h:0/\"\n", 2, "no port"},
    {"site paris {\nurl = \"https://h:65536\"\n", 2, "no port"},
    {"site paris {\nurl = \"https://h:\"\n", 2, "no port"},
    {"site paris {\nurl = \"https://[::1/\"\n", 2, "names no host"},
    {"site paris {\nurl = \"https://[]:1/\"\n", 2, "names no host"},
    {"site paris {\nurl = \"https://[::1]:x/\"\n", 2, "no port"},
    {"site paris {\nurl = \"https://[::1]:1556/\"\n}\n", 3, "needs either"},
    {"site paris {\nurl = \"https://me:secret@host/\"\n", 2, "must not hold a user name"},
    {"site paris {\nurl = \"https://host/a b\"\n", 2, "must be like"},
    {"site paris {\nurl = \"https://host/?q=1\"\n", 2, "must be like"},
    {"site paris {\nurl = \"https://host/#part\"\n", 2, "must be like"},
    /* keys and certificates */
    {"site paris {\napi-key-file = \"%/none\"\n", 2, "none: No such file or directory"},
    {"site paris {\n\napi-key-file = \"%/open\"\n", 3, "open: can be read by others; set its mode"},
    {"site paris {\napi-key-file = \"%/\"\n", 2, "is not a plain file"},
    {"site paris {\napi-key-file = \"%/empty\"\n", 2, "empty: is empty"},
    {"site paris {\napi-key-file = \"%/two\"\n", 2, "holds a space or a character that no key has"},
    {"site paris {\napi-key-file = \"%/long\"\n", 2, "long: does not hold an API key"},
    {"site paris {\napi-key = \"\"\n", 2, "api-key is empty"},
    {"site paris {\napi-key = \"${NBU_TEST_NOT_SET}\"\n", 2, "environment variable"},
    {"site paris {\napi-key = \"two words\"\n", 2, "holds a space"},
    {"site paris {\nca-file = \"%/none.pem\"\n", 2, "none.pem cannot be read: No such file"},
};

static void test_errors(void)
{
	static char big[5001];

	sample_begin();
	unsetenv("NBU_TEST_NOT_SET");
	memset(big, 'k', sizeof big - 1);
	scratch_write("open", 0604, SAMPLE_KEY);
	scratch_write("empty", 0600, "\n");
	scratch_write("two", 0600, "a secret");
	scratch_write("long", 0600, big);
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
		sample_check_wrong(&wrongs[i]);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"base-oid", test_base_oid},
    {"numbers", test_numbers},
    {"ports", test_ports},
    {"errors name file and line", test_errors},
    {NULL, NULL},
};

const struct harness_suite value_suite = {"value", tests};
