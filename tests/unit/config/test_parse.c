/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "unit/config/sample.h"
#include "unit/scratch.h"

/* A site's own come first, then those of the file, wherever they stand in it. */
static void test_watches(void)
{
	struct config *config;

	sample_begin();
	config = sample_load("policy \"gold-1\" { max-age = \"1s\" }\n"
			     "client 'db*' {}\n"
			     "site paris {\n" SAMPLE_SITE "policy \"gold-2\" { max-age = \"1d\" }\n"
			     "client plain { }\n"
			     "policy \"*\" {\n}\n"
			     "client \"db*\" { max-age = 25h }\n"
			     "}\n"
			     "site lyon {\n" SAMPLE_SITE "}\n"
			     "policy \"gold-2\" { max-age = \"2s\" }\n");
	sample_check_watches(&config->sites[0]->policies,
			     "gold-2 86400 !\n* 0\ngold-1 1\ngold-2 2\n");
	sample_check_watches(&config->sites[0]->clients, "plain 0 !\ndb* 90000\ndb* 0\n");
	sample_check_watches(&config->sites[1]->policies, "gold-1 1\ngold-2 2\n");
	sample_check_watches(&config->sites[1]->clients, "db* 0\n");
	config_free(config);
	scratch_remove();
}

/* All forms that a list may have; of several the last counts, unless it appends. */
static void test_notify(void)
{
	static const struct notify_case {
		const char *text;
		bool site, job_failed, policy_overdue;
	} cases[] = {
	    {"notify = {}\n", false, false, false},
	    {"notify = {\n}\n", false, false, false},
	    {"notify = { \"site\" }\n", true, false, false},
	    {"notify = \"job-failed\"\n", false, true, false},
	    {"notify = policy-overdue\n", false, false, true},
	    {"notify = {policy-overdue,\n# all\nsite,}\n", true, false, true},
	    {"notify = { site, site }\n", true, false, false},
	    {"notify = { site }\nnotify = { job-failed }\n", false, true, false},
	    {"notify = { site }\nnotify = {}\n", false, false, false},
	    {"notify = { site }\nnotify += { job-failed }\n", true, true, false},
	    {"notify = {}\nnotify += job-failed\n", false, true, false},
	    {"notify += { policy-overdue }\n", false, false, true},
	};

	sample_begin();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config *config = sample_load_site(cases[i].text, "");

		sample_check_notify(config, cases[i].site, cases[i].job_failed,
				    cases[i].policy_overdue);
		config_free(config);
	}
	scratch_remove();
}

static void test_environment(void)
{
	struct config *config;

	sample_begin();
	setenv("NBU_TEST_KEY", "from-the-environment", 1);
	setenv("NBU_TEST_HOST", "lyon", 1);
	config = sample_load("site paris {\nurl = \"https://${NBU_TEST_HOST}:1556/netbackup\"\n"
			     "api-key = \"${NBU_TEST_KEY}\"\n}\n");
	EQUAL_TEXT(config->sites[0]->api_key, "from-the-environment");
	EQUAL_TEXT(config->sites[0]->url, "https://lyon:1556/netbackup");
	config_free(config);
	scratch_remove();
}

/* Only a plain name is expected; within double quotes two backslashes are one. */
static void test_expected(void)
{
	char most[256], text[1000], expected[1000];
	struct config *config;

	sample_begin();
	memset(most, 'b', sizeof most);
	strcpy(most + 253, "\xc3\xbc");
	snprintf(text, sizeof text,
		 "policy \"a]b|c=d {e} #f\" {}\npolicy \"?\" {}\npolicy '[a' {}\n"
		 "policy 'a\\*' {}\npolicy \"\\\\\" {}\nclient \"%s\" {}\n",
		 most);
	config = sample_load_site("", text);
	sample_check_watches(&config->sites[0]->policies,
			     "a]b|c=d {e} #f 0 !\n? 0\n[a 0\na\\* 0\n\\ 0\n");
	snprintf(expected, sizeof expected, "%s 0 !\n", most);
	sample_check_watches(&config->sites[0]->clients, expected);
	config_free(config);
	snprintf(text, sizeof text, "\nclient \"b%s\" {}\n", most);
	sample_check_wrong(&(struct sample_wrong){text, 2, "a pattern has 1 to 255 octets"});
	scratch_remove();
}

/* The parser must not carry anything of a broken file over into the next one. */
static void test_good_after_bad(void)
{
	static const char *const bad[] = {
	    "log-level = \"info\nsite paris {\n",
	    "log-level = 'info\n",
	    "site \"paris\n",
	    "/* no end\nsite paris {\n",
	    "site paris {\nurl = \"https://",
	    "site paris {\npolicy \"gold-",
	    "policy \"a\" {\nmax-age = '1",
	    "notify = { \"site",
	};
	char error[CONFIG_ERROR_SIZE];
	struct config *config;

	sample_begin();
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *file = sample_write("conf", 0600, bad[i]);

		CU_ASSERT_PTR_NULL(config_load(file, error));
		CU_ASSERT_TRUE(strncmp(error, file, strlen(file)) == 0);
		config = sample_load("log-level = \"debug\"\nsite paris {\n" SAMPLE_SITE "}\n");
		EQUAL_NUMBER(config->log_level, LOG_LEVEL_DEBUG);
		EQUAL_TEXT(config->sites[0]->name, "paris");
		config_free(config);
		/* and lines are counted from 1 again */
		sample_check_wrong(
		    &(struct sample_wrong){"\nlog-level = \"loud\"\n", 2, "must be error"});
	}
	scratch_remove();
}

static const struct sample_wrong wrongs[] = {
    {"speed = 7\nsite paris {\n" SAMPLE_SITE "}\n", 1, "speed"},
    {"\nsite paris {\n" SAMPLE_SITE "colour = \"red\"\n}\n", 5, "colour"},
    {"log-level = \"info\"\nlog-level = \n", 3, ""},
    {"site paris {\n" SAMPLE_SITE "}\nsite lyon {\n" SAMPLE_SITE "}\nsite paris {\n" SAMPLE_SITE
     "}\n",
     9, "paris"},
    {"site paris {\napi-key-file = \"%/key\"\n}\n", 3, "site \"paris\" has no url"},
    {"site paris {\nurl = \"https://h\"\n}\n", 3,
     "site \"paris\" needs either api-key-file or api-key"},
    {"site paris {\n" SAMPLE_SITE "api-key = \"k\"\n}\n", 5,
     "site \"paris\" needs either api-key-file or api-key"},
    {"site \"\" {\n" SAMPLE_SITE "}\n", 4, "a name has 1 to 32"},
    {"site \"a b\" {\n" SAMPLE_SITE "}\n", 4, "a name has 1 to 32"},
    {"site \"Z\xc3\xbcrich\" {\n" SAMPLE_SITE "}\n", 4, "a name has 1 to 32"},
    {"site abcdefghijklmnopqrstuvwxyz1234567 {\n" SAMPLE_SITE "}\n", 4, "a name has 1 to 32"},
    {"refresh = \"60s\"\n", 2, "there is no site"},
    {"", 1, "there is no site"},
    {"policy \"\" {}\n", 1, "policy \"\": a pattern has 1 to 255 octets"},
    {"policy \"${NBU_TEST_NOT_SET}\" {}\n", 1, "policy \"\": a pattern has 1 to 255 octets"},
    {"client \"\" {\n\n}\n", 3, "client \"\": a pattern has 1 to 255 octets"},
    {"client \"a\xff\" {}\n", 1, "client \"a?\": a pattern"},
    {"client \"a\nb\" {}\n", 2, "client \"a b\": a pattern"},
    {"site paris {\npolicy \"\\177\" {}\n", 2, "policy \" \": a pattern"},
    {"site paris {\nclient \"\" {}\n", 2, "client \"\": a pattern"},
    {"policy {}\n", 1, "missing title for section 'policy'"},
    {"policy \"a\"\nrefresh = \"1s\"\n", 2, "missing opening brace for section 'policy'"},
    {"policy \"a\" {}\nclient \"a\" {}\n\npolicy \"a\" {\n}\n", 4, "'a'"},
    {"client \"a*\" {}\nclient \"a*\" {}\n", 2, "'a*'"},
    {"site paris {\npolicy \"a\" {\n}\npolicy \"b\" {}\npolicy \"a\" {}\n", 5, "'a'"},
    {"site paris {\nclient \"a\" {\n}\nclient \"a\" {}\n", 4, "'a'"},
    {"policy \"a\" {\n\nmax-age = \"25\"\n}\n", 3, "max-age is \"25\", but must be a number and"},
    {"client \"a\" { max-age = \"367d\" }\n", 1,
     "max-age is \"367d\", but must be from 0 to 31622400 seconds"},
    {"site paris {\npolicy \"a\" {\n}\n\npolicy \"b\" {\nmax-age = \"-1s\"\n}\n}\n", 6,
     "max-age is \"-1s\""},
    {"site paris {\nclient \"a\" {\nmax-age = \"1\"\n}\n}\n", 3, "max-age is \"1\""},
    {"policy \"a\" {\nrefresh = \"1m\"\n}\n", 2, "refresh"},
    {"policy \"a\" {\npolicy \"b\" {}\n}\n", 2, "policy"},
    {"max-age = \"1h\"\n", 1, "max-age"}, /* of such a section only */
    {"site paris {\nmax-age = \"1h\"\n", 2, "max-age"},
    {"site paris {\n" SAMPLE_SITE "\npolicy \"a\" {\n}\ncolour = red\n}\n", 7, "colour"},
    {"notify = { \"site\",\n\"loud\" }\n", 2,
     "notify holds \"loud\", but may only hold \"site\", \"job-failed\", \"policy-overdue\", "
     "\"storage\", \"tape\" and \"security\""},
    {"collect = { \"storage\",\n\"disks\" }\n", 2,
     "collect holds \"disks\", but may only hold \"storage\", \"tape\", \"media\" and "
     "\"security\""},
    {"media-refresh = \"0s\"\n", 1, "media-refresh is \"0s\", but must be from 1 to 86400 seconds"},
    {"notify = \"Site\"\n", 1, "notify holds \"Site\""},
    {"notify = { \"\" }\n", 1, "notify holds \"\""},
    {"notify = \"\"\n", 1, "notify holds \"\""},
    {"notify = { \"site job-failed\" }\n", 1, "notify holds \"site job-failed\""},
    {"notify = { \"site\" \"job-failed\" }\n", 1, "'job-failed'"},
    {"notify = site, job-failed\n", 1, "','"},
    {"\nnotify = {}\nnotify += down\n", 3, "notify holds \"down\""},
    {"notify = { \"site\"\n", 2, ""},
    {"notify { \"site\" }\n", 1, "notify"},
    {"site paris {\nnotify = { \"site\" }\n", 2, "notify"}, /* of the whole file only */
    {"site paris {\n" SAMPLE_SITE "}\n}\n", 5, ""},
    {"refresh \"60s\"\n", 1, ""},
    {"refresh = \n", 2, ""},
    {"= 5\n", 1, ""},
};

static void test_errors(void)
{
	sample_begin();
	unsetenv("NBU_TEST_NOT_SET");
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
		sample_check_wrong(&wrongs[i]);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"policies and clients", test_watches},
    {"names and patterns", test_expected},
    {"notify", test_notify},
    {"the environment", test_environment},
    {"errors name file and line", test_errors},
    {"a good file after a broken one", test_good_after_bad},
    {NULL, NULL},
};

const struct harness_suite parse_suite = {"parse", tests};
