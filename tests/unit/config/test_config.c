/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "harness.h"
#include "unit/scratch.h"
#include "base/timefmt.h"

#define KEY "A-secret_KEY.0123456789"
#define SITE "url = \"https://paris:1556/netbackup\"\napi-key-file = \"%/key\"\n"

/* The folder with the files that the texts of the tests name; % in a text stands for it. */
static void set_up(void)
{
	scratch_make();
	scratch_write("key", 0600, KEY "\n");
	scratch_write("ca.pem", 0644, "any text will do here\n");
}

static const char *write_config(const char *name, mode_t mode, const char *text)
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

/* The configuration of TEXT, which has to be right. */
static struct config *load(const char *text)
{
	char error[CONFIG_ERROR_SIZE];
	struct config *config = config_load(write_config("conf", 0600, text), error);

	EQUAL_TEXT(error, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	return config;
}

/* A site with OF_SITE in its section, behind OF_FILE. */
static struct config *load_site(const char *of_file, const char *of_site)
{
	char text[4000];

	snprintf(text, sizeof text, "%s%s%s}\n", of_file, "site paris {\n" SITE, of_site);
	return load(text);
}

static void check_notify(const struct config *config, bool site, bool job_failed,
			 bool policy_overdue)
{
	EQUAL_NUMBER(config->notify.site, site);
	EQUAL_NUMBER(config->notify.job_failed, job_failed);
	EQUAL_NUMBER(config->notify.policy_overdue, policy_overdue);
}

static void test_least(void)
{
	struct config *config;
	const struct config_site *site;

	set_up();
	config = load("site \"paris\" {\n" SITE "}\n");
	EQUAL_TEXT(config->agentx_socket, "/var/agentx/master");
	EQUAL_NUMBER(config->fastpath, true);
	EQUAL_TEXT(config->state_dir, "/var/lib/nbu-agentx");
	EQUAL_NUMBER(config->log_target, LOG_TARGET_STDERR);
	EQUAL_NUMBER(config->log_level, LOG_LEVEL_INFO);
	CU_ASSERT_TRUE(timefmt_now() - config->read_at < 60000 && config->read_at > 0);
	EQUAL_NUMBER(config->site_count, 1);
	site = config->sites[0];
	EQUAL_TEXT(site->name, "paris");
	EQUAL_TEXT(site->url, "https://paris:1556/netbackup");
	EQUAL_TEXT(site->api_key, KEY);
	CU_ASSERT_PTR_NULL(site->ca_file);
	CU_ASSERT_PTR_NULL(site->api_version);
	EQUAL_NUMBER(site->tls_verify, true);
	EQUAL_NUMBER(site->refresh, 60);
	EQUAL_NUMBER(site->full_refresh, 6 * 3600);
	EQUAL_NUMBER(site->window, 24 * 3600);
	EQUAL_NUMBER(site->row_retention, 7 * 86400);
	EQUAL_NUMBER(site->timeout, 30);
	EQUAL_NUMBER(site->deadline, 30 * 60);
	EQUAL_NUMBER(site->policies.count, 0);
	EQUAL_NUMBER(site->clients.count, 0);
	EQUAL_NUMBER(site->client_limit, 2000);
	EQUAL_NUMBER(site->down_after, 2);
	check_notify(config, false, false, false);
	EQUAL_NUMBER(config->notify.limit, 20);
	CU_ASSERT_PTR_EQUAL(config_find_site(config, "paris"), site);
	CU_ASSERT_PTR_NULL(config_find_site(config, "lyon"));
	config_free(config);
	config_free(NULL);
	scratch_remove();
}

static void test_base_oid(void)
{
	static const uint32_t standard[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1556};
	static const uint32_t other[] = {1, 3, 6, 1, 4, 1, 4294967295u, 7};
	struct config *config;

	set_up();
	config = load("site paris {\n" SITE "}\n");
	EQUAL_NUMBER(config->base_oid_length, 10);
	CU_ASSERT_TRUE(memcmp(config->base_oid, standard, sizeof standard) == 0);
	config_free(config);
	config = load("base-oid = \".1.3.6.1.4.1.4294967295.7\"\nsite paris {\n" SITE "}\n");
	EQUAL_NUMBER(config->base_oid_length, 8);
	CU_ASSERT_TRUE(memcmp(config->base_oid, other, sizeof other) == 0);
	config_free(config);
	scratch_remove();
}

/* EXPECTED is a line for each: the pattern, its age and '!' where it is expected. */
static void check_watches(const struct config_watch_list *list, const char *expected)
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

static void test_every_key(void)
{
	struct config *config;
	const struct config_site *site;

	set_up();
	config = load("# a comment\n"
		      "agentx-socket = \"tcp:127.0.0.1:705\"\n"
		      "direct-answers = false\n"
		      "base-oid = \"1.3.6.1.3.7\"\n"
		      "state-dir = \":memory:\"\n"
		      "log-target = \"syslog\"\n"
		      "log-level = \"debug\"\n"
		      "notify = { \"site\", \"job-failed\", \"policy-overdue\" }\n"
		      "notify-limit = 1000\n"
		      "site \"lyon-2.a_B\" {\n"
		      "url = \"http://[::1]:8080/netbackup///\"\n"
		      "api-key = \"" KEY "\"\n"
		      "ca-file = \"%/ca.pem\"\n"
		      "tls-verify = false\n"
		      "api-version = \"13.0\"\n"
		      "refresh = \"1s\"\n"
		      "full-refresh = \"1m\"\n"
		      "window = \"48h\"\n"
		      "row-hold = \"0s\"\n"
		      "timeout = \"600s\"\n"
		      "deadline = \"1d\"\n"
		      "client-limit = 100000\n"
		      "down-after = 1000\n"
		      "policy \"gold-*\" { max-age = \"366d\" }\n"
		      "client \"db*\" { max-age = \"0s\" }\n"
		      "}\n");
	EQUAL_TEXT(config->agentx_socket, "tcp:127.0.0.1:705");
	EQUAL_NUMBER(config->fastpath, false);
	EQUAL_NUMBER(config->base_oid_length, 6);
	EQUAL_TEXT(config->state_dir, ":memory:");
	EQUAL_NUMBER(config->log_target, LOG_TARGET_SYSLOG);
	EQUAL_NUMBER(config->log_level, LOG_LEVEL_DEBUG);
	site = config_find_site(config, "lyon-2.a_B");
	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	EQUAL_TEXT(site->url, "http://[::1]:8080/netbackup");
	EQUAL_TEXT(site->api_key, KEY);
	CU_ASSERT_TRUE(site->ca_file && access(site->ca_file, R_OK) == 0);
	EQUAL_NUMBER(site->tls_verify, false);
	EQUAL_TEXT(site->api_version, "13.0");
	EQUAL_NUMBER(site->refresh, 1);
	EQUAL_NUMBER(site->full_refresh, 60);
	EQUAL_NUMBER(site->window, 48 * 3600);
	EQUAL_NUMBER(site->row_retention, 0);
	EQUAL_NUMBER(site->timeout, 600);
	EQUAL_NUMBER(site->deadline, 86400);
	EQUAL_NUMBER(site->client_limit, 100000);
	EQUAL_NUMBER(site->down_after, 1000);
	check_watches(&site->policies, "gold-* 31622400\n");
	check_watches(&site->clients, "db* 0\n");
	check_notify(config, true, true, true);
	EQUAL_NUMBER(config->notify.limit, 1000);
	config_free(config);
	scratch_remove();
}

/* A site's own value, else that of the file, else ours, each by itself. */
static void test_inheritance(void)
{
	struct config *config;
	const struct config_site *site;

	set_up();
	config = load(
	    "refresh = \"5m\"\nwindow = \"2h\"\nfull-refresh = \"3h\"\nrow-hold = \"4h\"\n"
	    "client-limit = 5\ndown-after = 6\n"
	    "site paris {\n" SITE "}\n"
	    "site lyon {\n" SITE "refresh = \"7s\"\nrow-hold = \"1d\"\nclient-limit = 0\n}\n"
	    "site nice {\n" SITE "window = \"8h\"\nfull-refresh = \"9h\"\ndown-after = 1\n}\n");
	EQUAL_NUMBER(config->site_count, 3);
	site = config_find_site(config, "paris");
	EQUAL_NUMBER(site->refresh, 300);
	EQUAL_NUMBER(site->window, 7200);
	EQUAL_NUMBER(site->full_refresh, 10800);
	EQUAL_NUMBER(site->row_retention, 14400);
	EQUAL_NUMBER(site->client_limit, 5);
	EQUAL_NUMBER(site->down_after, 6);
	site = config_find_site(config, "lyon");
	EQUAL_NUMBER(site->refresh, 7);
	EQUAL_NUMBER(site->window, 7200);
	EQUAL_NUMBER(site->full_refresh, 10800);
	EQUAL_NUMBER(site->row_retention, 86400);
	EQUAL_NUMBER(site->client_limit, 0);
	EQUAL_NUMBER(site->down_after, 6);
	site = config_find_site(config, "nice");
	EQUAL_NUMBER(site->refresh, 300);
	EQUAL_NUMBER(site->window, 8 * 3600);
	EQUAL_NUMBER(site->full_refresh, 9 * 3600);
	EQUAL_NUMBER(site->row_retention, 14400);
	EQUAL_NUMBER(site->client_limit, 5);
	EQUAL_NUMBER(site->down_after, 1);
	config_free(config);
	scratch_remove();
}

/* What comes behind the defaults of the file counts for sites before it too. */
static void test_order_of_sections(void)
{
	struct config *config;

	set_up();
	config = load("site paris {\n" SITE "}\nrefresh = \"9s\"\n");
	EQUAL_NUMBER(config->sites[0]->refresh, 9);
	config_free(config);
	scratch_remove();
}

/* A site's own come first, then those of the file, wherever they stand in it. */
static void test_watches(void)
{
	struct config *config;

	set_up();
	config = load("policy \"gold-1\" { max-age = \"1s\" }\n"
		      "client 'db*' {}\n"
		      "site paris {\n" SITE "policy \"gold-2\" { max-age = \"1d\" }\n"
		      "client plain { }\n"
		      "policy \"*\" {\n}\n"
		      "client \"db*\" { max-age = 25h }\n"
		      "}\n"
		      "site lyon {\n" SITE "}\n"
		      "policy \"gold-2\" { max-age = \"2s\" }\n");
	check_watches(&config->sites[0]->policies, "gold-2 86400 !\n* 0\ngold-1 1\ngold-2 2\n");
	check_watches(&config->sites[0]->clients, "plain 0 !\ndb* 90000\ndb* 0\n");
	check_watches(&config->sites[1]->policies, "gold-1 1\ngold-2 2\n");
	check_watches(&config->sites[1]->clients, "db* 0\n");
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

	set_up();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config *config = load_site(cases[i].text, "");

		check_notify(config, cases[i].site, cases[i].job_failed, cases[i].policy_overdue);
		config_free(config);
	}
	scratch_remove();
}

/* Numbers are decimal, whatever they begin with, and whatever failed before. */
static void test_numbers(void)
{
	struct config *config;

	set_up();
	errno = ERANGE;
	config = load("down-after = \"010\"\nclient-limit = 0\nnotify-limit = 1\n"
		      "site paris {\n" SITE "down-after = 1\n}\nsite lyon {\n" SITE "}\n");
	EQUAL_NUMBER(config->sites[0]->down_after, 1);
	EQUAL_NUMBER(config->sites[1]->down_after, 10);
	EQUAL_NUMBER(config->sites[1]->client_limit, 0);
	EQUAL_NUMBER(config->notify.limit, 1);
	config_free(config);
	scratch_remove();
}

static void test_environment(void)
{
	struct config *config;

	set_up();
	setenv("NBU_TEST_KEY", "from-the-environment", 1);
	setenv("NBU_TEST_HOST", "lyon", 1);
	config = load("site paris {\nurl = \"https://${NBU_TEST_HOST}:1556/netbackup\"\n"
		      "api-key = \"${NBU_TEST_KEY}\"\n}\n");
	EQUAL_TEXT(config->sites[0]->api_key, "from-the-environment");
	EQUAL_TEXT(config->sites[0]->url, "https://lyon:1556/netbackup");
	config_free(config);
	scratch_remove();
}

/* Wrong files. % is the folder; the error is what comes behind "FILE:LINE: ". */
static const struct wrong {
	const char *text;
	int line; /* 0 = only "FILE: " */
	const char *part;
} wrongs[] = {
    {"speed = 7\nsite paris {\n" SITE "}\n", 1, "speed"},
    {"\nsite paris {\n" SITE "colour = \"red\"\n}\n", 5, "colour"},
    {"log-level = \"info\"\nlog-level = \n", 3, ""},
    {"site paris {\n" SITE "}\nsite lyon {\n" SITE "}\nsite paris {\n" SITE "}\n", 9, "paris"},
    {"site paris {\napi-key-file = \"%/key\"\n}\n", 3, "site \"paris\" has no url"},
    {"site paris {\nurl = \"https://h\"\n}\n", 3,
     "site \"paris\" needs either api-key-file or api-key"},
    {"site paris {\n" SITE "api-key = \"k\"\n}\n", 5,
     "site \"paris\" needs either api-key-file or api-key"},
    {"site \"\" {\n" SITE "}\n", 4, "a name has 1 to 32"},
    {"site \"a b\" {\n" SITE "}\n", 4, "a name has 1 to 32"},
    {"site \"Z\xc3\xbcrich\" {\n" SITE "}\n", 4, "a name has 1 to 32"},
    {"site abcdefghijklmnopqrstuvwxyz1234567 {\n" SITE "}\n", 4, "a name has 1 to 32"},
    {"refresh = \"60s\"\n", 2, "there is no site"},
    {"", 1, "there is no site"},
    {"site paris {\n" SITE, 4, "the file ends within a section"},
    /* durations */
    {"refresh = \"60\"\nsite paris {\n" SITE "}\n", 1, "refresh is \"60\", but must be a number"},
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
    {"client-limit = +5\n", 1, "a + outside of quotes"},
    {"client-limit = {5}\n", 1, "'{'"},
    {"client-limit = 1,000\n", 1, "','"},
    {"down-after = 0\n", 1, "down-after is \"0\", but must be from 1 to 1000"},
    {"\ndown-after = 1001\n", 2, "down-after is \"1001\", but must be from 1 to 1000"},
    {"notify-limit = 0\n", 1, "notify-limit is \"0\", but must be from 1 to 1000"},
    {"notify-limit = 1001\n", 1, "notify-limit is \"1001\", but must be from 1 to 1000"},
    {"notify-limit = none\n", 1, "notify-limit is \"none\", but must be a whole number"},
    {"site paris {\nclient-limit = 100001\n", 2, "client-limit is \"100001\""},
    {"site paris {\n\ndown-after = \"two\"\n", 3, "down-after is \"two\""},
    {"site paris {\nnotify-limit = 5\n", 2, "notify-limit"}, /* of the whole file only */
    /* policies and clients */
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
    {"site paris {\n" SITE "\npolicy \"a\" {\n}\ncolour = red\n}\n", 7, "colour"},
    {"site paris {\n" SITE "policy \"a\" {\nmax-age = \"1h\"\n}\n", 7,
     "the file ends within a section"},
    {"site paris {\n" SITE "}\npolicy \"a\" {\n", 6, "the file ends within a section"},
    {"policy gold-* {}\n", 1, "a * outside of quotes"},
    {"# *\nsite paris {\n" SITE "/* * */client\n db* {}\n}\n", 6, "a * outside of quotes"},
    {"policy c++ {}\n", 1, "a + outside of quotes"},
    /* lists */
    {"notify = { \"site\",\n\"loud\" }\n", 2,
     "notify holds \"loud\", but may only hold \"site\", \"job-failed\" and"},
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
    /* syntax */
    {"site paris {\n" SITE "}\n}\n", 5, ""},
    {"refresh \"60s\"\n", 1, ""},
    {"refresh = \n", 2, ""},
    {"= 5\n", 1, ""},
};

/* A file that has a key written out says nothing of it in any message. */
static void check_wrong(const struct wrong *wrong)
{
	const char *file = write_config("conf", 0600, wrong->text);
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

static void test_errors(void)
{
	static char big[5001];

	set_up();
	unsetenv("NBU_TEST_NOT_SET");
	memset(big, 'k', sizeof big - 1);
	scratch_write("open", 0604, KEY);
	scratch_write("empty", 0600, "\n");
	scratch_write("two", 0600, "a secret");
	scratch_write("long", 0600, big);
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
		check_wrong(&wrongs[i]);
	scratch_remove();
}

/* Only a plain name is expected; within double quotes two backslashes are one. */
static void test_expected(void)
{
	char most[256], text[1000], expected[1000];
	struct config *config;

	set_up();
	memset(most, 'b', sizeof most);
	strcpy(most + 253, "\xc3\xbc");
	snprintf(text, sizeof text,
		 "policy \"a]b|c=d {e} #f\" {}\npolicy \"?\" {}\npolicy '[a' {}\n"
		 "policy 'a\\*' {}\npolicy \"\\\\\" {}\nclient \"%s\" {}\n",
		 most);
	config = load_site("", text);
	check_watches(&config->sites[0]->policies, "a]b|c=d {e} #f 0 !\n? 0\n[a 0\na\\* 0\n\\ 0\n");
	snprintf(expected, sizeof expected, "%s 0 !\n", most);
	check_watches(&config->sites[0]->clients, expected);
	config_free(config);
	snprintf(text, sizeof text, "\nclient \"b%s\" {}\n", most);
	check_wrong(&(struct wrong){text, 2, "a pattern has 1 to 255 octets"});
	scratch_remove();
}

static void test_no_file(void)
{
	char error[CONFIG_ERROR_SIZE], expected[CONFIG_ERROR_SIZE];

	set_up();
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
	    "site paris {\nurl = \"https://h\"\n\napi-key = \"" KEY "\"\n}\n";
	static const char variable[] =
	    "site paris {\nurl = \"https://h\"\napi-key = \"${NBU_TEST_KEY}\"\n}\n";
	static const char *const disguised[] = {
	    "site paris {\nurl = \"https://h\"\napi-key = \"${NONE:-abc}\"\n}\n",
	    "site paris {\nurl = \"https://h\"\napi-key = \"ab\\x63\"\n}\n",
	    "site paris {\nurl = \"https://h\"\napi-key = \"${NBU_TEST_KEY}abc\"\n}\n",
	    "site paris {\nurl = \"https://h\"\napi-key=abc\n}\n",
	};
	char error[CONFIG_ERROR_SIZE];
	struct config *config;
	const char *file;

	set_up();
	file = write_config("conf", 0644, literal);
	CU_ASSERT_PTR_NULL(config_load(file, error));
	CU_ASSERT_TRUE(strncmp(error, file, strlen(file)) == 0);
	CU_ASSERT_TRUE(strncmp(error + strlen(file), ":4: ", 4) == 0);
	CU_ASSERT_PTR_NULL(strstr(error, KEY));
	for (size_t i = 0; i < sizeof disguised / sizeof disguised[0]; i++) {
		CU_ASSERT_PTR_NULL(config_load(write_config("conf", 0644, disguised[i]), error));
		CU_ASSERT_PTR_NOT_NULL(strstr(error, "an API key stands here"));
	}
	config = config_load(write_config("conf", 0640, literal), error);
	EQUAL_TEXT(error, "");
	config_free(config);
	setenv("NBU_TEST_KEY", KEY, 1);
	config = config_load(write_config("conf", 0644, variable), error);
	EQUAL_TEXT(error, "");
	config_free(config);
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

	set_up();
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *file = write_config("conf", 0600, bad[i]);

		CU_ASSERT_PTR_NULL(config_load(file, error));
		CU_ASSERT_TRUE(strncmp(error, file, strlen(file)) == 0);
		config = load("log-level = \"debug\"\nsite paris {\n" SITE "}\n");
		EQUAL_NUMBER(config->log_level, LOG_LEVEL_DEBUG);
		EQUAL_TEXT(config->sites[0]->name, "paris");
		config_free(config);
		/* and lines are counted from 1 again */
		check_wrong(&(struct wrong){"\nlog-level = \"loud\"\n", 2, "must be error"});
	}
	scratch_remove();
}

static void test_equal(void)
{
	static const char *const changes[] = {
	    "refresh = \"61s\"\n",	"full-refresh = \"1h\"\n", "window = \"1h\"\n",
	    "row-hold = \"1h\"\n",	"timeout = \"1m\"\n",	   "deadline = \"1m\"\n",
	    "ca-file = \"%/ca.pem\"\n", "tls-verify = false\n",	   "api-version = \"10.0\"\n",
	    "url = \"https://lyon\"\n", "api-key = \"other\"\n",   "client-limit = 1999\n",
	    "down-after = 3\n",		"policy \"b\" {}\n",	   "client \"b\" {}\n",
	};
	struct config *first, *second;
	char text[1000];

	set_up();
	first = load("site paris {\nurl = \"https://paris\"\napi-key = \"" KEY "\"\n}\n");
	second = load("refresh = \"1m\"\nsite paris {\nurl = \"https://paris/\"\n"
		      "api-key-file = \"%/key\"\n}\n");
	CU_ASSERT_TRUE(config_site_equal(first->sites[0], second->sites[0]));
	config_free(second);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		/* The last of two settings counts. */
		snprintf(text, sizeof text,
			 "site paris {\nurl = \"https://paris\"\napi-key = \"" KEY "\"\n%s}\n",
			 changes[i]);
		second = load(text);
		if (config_site_equal(first->sites[0], second->sites[0]))
			FAIL("equal in spite of %s", changes[i]);
		config_free(second);
	}
	second = load("site lyon {\nurl = \"https://paris\"\napi-key = \"" KEY "\"\n}\n");
	CU_ASSERT_FALSE(config_site_equal(first->sites[0], second->sites[0]));
	config_free(second);
	config_free(first);
	scratch_remove();
}

/* The lists are the same wherever they come from, as long as they say the same. */
static void test_equal_watches(void)
{
	static const char first[] = "policy \"a*\" { max-age = \"1h\" }\npolicy \"b\" {}\n"
				    "client \"c*\" { max-age = \"1h\" }\n";
	static const struct equal_case {
		const char *of_file, *of_site;
		bool equal;
	} cases[] = {
	    {"", first, true},
	    {"client \"c*\" { max-age = \"60m\" }\n",
	     "policy \"a*\" { max-age = \"60m\" }\npolicy \"b\" { max-age = 0s }\n", true},
	    {"policy \"a*\" { max-age = \"1h\" }\npolicy \"b\" {}\n", /* b is not expected */
	     "client \"c*\" { max-age = \"1h\" }\n", false},
	    {"",
	     "policy \"b\" {}\npolicy \"a*\" { max-age = 1h }\nclient \"c*\" { max-age = 1h }\n",
	     false},
	    {"",
	     "policy \"a*\" { max-age = 2h }\npolicy \"b\" {}\nclient \"c*\" { max-age = 1h }\n",
	     false},
	    {"", "policy \"a*\" { max-age = 1h }\npolicy \"b\" {}\nclient \"c*\" {}\n", false},
	    {"",
	     "policy \"a*\" { max-age = 1h }\npolicy \"b\" {}\nclient \"d*\" { max-age = 1h }\n",
	     false},
	    {"", "policy \"a*\" { max-age = 1h }\nclient \"c*\" { max-age = 1h }\n", false},
	    {"client \"d\" {}\n", first, false},
	    {"policy \"d\" {}\n", first, false},
	};
	struct config *old, *new;

	set_up();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct config_site *kept;

		old = load_site("", first);
		kept = old->sites[0];
		new = load_site(cases[i].of_file, cases[i].of_site);
		if (config_site_equal(old->sites[0], new->sites[0]) != cases[i].equal)
			FAIL("case %zu: %s", i, cases[i].equal ? "not equal" : "equal");
		config_keep_unchanged(new, old);
		EQUAL_NUMBER(new->sites[0] == kept, cases[i].equal);
		config_free(old);
		if (cases[i].equal)
			check_watches(&new->sites[0]->policies, "a* 3600\nb 0 !\n");
		config_free(new);
	}
	scratch_remove();
}

/* Threads of unchanged sites go on with the object that they have. */
static void test_keep_unchanged(void)
{
	const struct config_site *paris, *lyon, *nice;
	struct config *old, *new;

	set_up();
	old = load("site paris {\n" SITE "}\nsite lyon {\n" SITE "}\nsite nice {\n" SITE "}\n");
	new = load("site brest {\n" SITE "}\nsite lyon {\n" SITE "timeout = \"9s\"\n}\n"
		   "site paris {\n" SITE "}\n");
	paris = config_find_site(old, "paris");
	lyon = config_find_site(old, "lyon");
	nice = config_find_site(old, "nice");
	config_keep_unchanged(new, old);
	EQUAL_NUMBER(new->site_count, 3);
	EQUAL_NUMBER(old->site_count, 3);
	CU_ASSERT_PTR_EQUAL(config_find_site(new, "paris"), paris);
	CU_ASSERT_PTR_NOT_EQUAL(config_find_site(new, "lyon"), lyon);
	EQUAL_NUMBER(config_find_site(new, "lyon")->timeout, 9);
	CU_ASSERT_PTR_EQUAL(config_find_site(old, "lyon"), lyon);
	CU_ASSERT_PTR_EQUAL(config_find_site(old, "nice"), nice);
	CU_ASSERT_PTR_NOT_NULL(config_find_site(new, "brest"));
	config_free(old);
	EQUAL_TEXT(paris->url, "https://paris:1556/netbackup");
	config_free(new);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"the least that is needed, and the defaults", test_least},
    {"base-oid", test_base_oid},
    {"every key", test_every_key},
    {"values are inherited", test_inheritance},
    {"durations behind the sites", test_order_of_sections},
    {"policies and clients", test_watches},
    {"names and patterns", test_expected},
    {"notify", test_notify},
    {"numbers", test_numbers},
    {"the environment", test_environment},
    {"errors name file and line", test_errors},
    {"no file", test_no_file},
    {"a key that others can read", test_exposed_key},
    {"a good file after a broken one", test_good_after_bad},
    {"equal sites", test_equal},
    {"equal policies and clients", test_equal_watches},
    {"unchanged sites keep their object", test_keep_unchanged},
    {NULL, NULL},
};

const struct harness_suite config_suite = {"config", tests};
