/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "unit/config/sample.h"
#include "unit/scratch.h"
#include "base/timefmt.h"
#include "config/value.h"

/* WORDS are those that SITE collects, with a space between them. */
static void check_collect(const struct config_site *site, const char *words)
{
	char text[60] = "";

	for (size_t i = 0; i < CONFIG_COLLECT_COUNT; i++)
		if (site->collect.wanted[i])
			strcat(strcat(text, text[0] ? " " : ""), value_collect_words[i]);
	EQUAL_TEXT(text, words);
}

static void test_least(void)
{
	struct config *config;
	const struct config_site *site;

	sample_begin();
	config = sample_load("site \"paris\" {\n" SAMPLE_SITE "}\n");
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
	EQUAL_TEXT(site->api_key, SAMPLE_KEY);
	CU_ASSERT_PTR_NULL(site->ca_file);
	CU_ASSERT_PTR_NULL(site->api_version);
	EQUAL_NUMBER(site->tls_verify, true);
	EQUAL_NUMBER(site->refresh, 60);
	EQUAL_NUMBER(site->full_refresh, 6 * 3600);
	EQUAL_NUMBER(site->full_refresh_limit, 24 * 3600);
	EQUAL_NUMBER(site->unfinished_refresh, 600);
	EQUAL_NUMBER(site->window, 24 * 3600);
	EQUAL_NUMBER(site->row_retention, 7 * 86400);
	EQUAL_NUMBER(site->timeout, 30);
	EQUAL_NUMBER(site->deadline, 30 * 60);
	EQUAL_NUMBER(site->policies.count, 0);
	EQUAL_NUMBER(site->clients.count, 0);
	EQUAL_NUMBER(site->client_limit, 2000);
	EQUAL_NUMBER(site->parents, CONFIG_PARENTS_LEAVE_OUT);
	EQUAL_TEXT(site->protecting_jobs, "BACKUP DBBACKUP SNAPSHOT");
	EQUAL_NUMBER(site->failures_kept, 50);
	EQUAL_NUMBER(site->sweep_connections, 4);
	EQUAL_NUMBER(site->vanish_hold, 3600);
	EQUAL_NUMBER(site->down_after, 2);
	check_collect(site, "storage");
	EQUAL_NUMBER(site->collect_interval[CONFIG_COLLECT_STORAGE], 300);
	EQUAL_NUMBER(site->collect_interval[CONFIG_COLLECT_TAPE], 300);
	EQUAL_NUMBER(site->collect_interval[CONFIG_COLLECT_MEDIA], 3600);
	EQUAL_NUMBER(site->collect_interval[CONFIG_COLLECT_SECURITY], 900);
	sample_check_notify(config, false, false, false);
	EQUAL_NUMBER(config->notify.limit, 20);
	CU_ASSERT_PTR_EQUAL(config_find_site(config, "paris"), site);
	CU_ASSERT_PTR_NULL(config_find_site(config, "lyon"));
	config_free(config);
	config_free(NULL);
	scratch_remove();
}

static void test_every_key(void)
{
	struct config *config;
	const struct config_site *site;

	sample_begin();
	config = sample_load("# a comment\n"
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
			     "api-key = \"" SAMPLE_KEY "\"\n"
			     "ca-file = \"%/ca.pem\"\n"
			     "tls-verify = false\n"
			     "api-version = \"13.0\"\n"
			     "refresh = \"1s\"\n"
			     "full-refresh = \"1m\"\n"
			     "sweep-connections = 8\n"
			     "full-refresh-limit = \"2d\"\n"
			     "unfinished-refresh = \"0s\"\n"
			     "window = \"48h\"\n"
			     "row-hold = \"0s\"\n"
			     "timeout = \"600s\"\n"
			     "deadline = \"1d\"\n"
			     "client-limit = 100000\n"
			     "down-after = 1000\n"
			     "parents = \"count\"\n"
			     "protecting-jobs = { \"Archive\", \"BACKUP\" }\n"
			     "failures-kept = 1000\n"
			     "vanish-hold = \"0s\"\n"
			     "collect = { \"security\", \"storage\", \"media\", \"tape\" }\n"
			     "storage-refresh = \"1s\"\n"
			     "tape-refresh = \"2s\"\n"
			     "media-refresh = \"1d\"\n"
			     "security-refresh = \"3m\"\n"
			     "policy \"gold-*\" { max-age = \"366d\" }\n"
			     "client \"db*\" { max-age = \"0s\" }\n"
			     "}\n");
	EQUAL_TEXT(config->agentx_socket, "tcp:127.0.0.1:705");
	EQUAL_NUMBER(config->fastpath, false);
	EQUAL_NUMBER(config->base_oid.length, 6);
	EQUAL_TEXT(config->state_dir, ":memory:");
	EQUAL_NUMBER(config->log_target, LOG_TARGET_SYSLOG);
	EQUAL_NUMBER(config->log_level, LOG_LEVEL_DEBUG);
	site = config_find_site(config, "lyon-2.a_B");
	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	EQUAL_TEXT(site->url, "http://[::1]:8080/netbackup");
	EQUAL_TEXT(site->api_key, SAMPLE_KEY);
	CU_ASSERT_TRUE(site->ca_file && access(site->ca_file, R_OK) == 0);
	EQUAL_NUMBER(site->tls_verify, false);
	EQUAL_TEXT(site->api_version, "13.0");
	EQUAL_NUMBER(site->refresh, 1);
	EQUAL_NUMBER(site->full_refresh, 60);
	EQUAL_NUMBER(site->sweep_connections, 8);
	EQUAL_NUMBER(site->full_refresh_limit, 2 * 86400);
	EQUAL_NUMBER(site->unfinished_refresh, 0);
	EQUAL_NUMBER(site->window, 48 * 3600);
	EQUAL_NUMBER(site->row_retention, 0);
	EQUAL_NUMBER(site->timeout, 600);
	EQUAL_NUMBER(site->deadline, 86400);
	EQUAL_NUMBER(site->client_limit, 100000);
	EQUAL_NUMBER(site->down_after, 1000);
	EQUAL_NUMBER(site->parents, CONFIG_PARENTS_COUNT);
	EQUAL_TEXT(site->protecting_jobs, "ARCHIVE BACKUP");
	EQUAL_NUMBER(site->failures_kept, 1000);
	EQUAL_NUMBER(site->vanish_hold, 0);
	check_collect(site, "storage tape media security");
	EQUAL_NUMBER(site->collect_interval[CONFIG_COLLECT_STORAGE], 1);
	EQUAL_NUMBER(site->collect_interval[CONFIG_COLLECT_TAPE], 2);
	EQUAL_NUMBER(site->collect_interval[CONFIG_COLLECT_MEDIA], 86400);
	EQUAL_NUMBER(site->collect_interval[CONFIG_COLLECT_SECURITY], 180);
	sample_check_watches(&site->policies, "gold-* 31622400\n");
	sample_check_watches(&site->clients, "db* 0\n");
	sample_check_notify(config, true, true, true);
	EQUAL_NUMBER(config->notify.limit, 1000);
	config_free(config);
	scratch_remove();
}

/* A site's own value, else that of the file, else ours, each by itself. */
static void test_inheritance(void)
{
	struct config *config;
	const struct config_site *site;

	sample_begin();
	config = sample_load(
	    "refresh = \"5m\"\nwindow = \"2h\"\nfull-refresh = \"3h\"\nrow-hold = \"4h\"\n"
	    "client-limit = 5\ndown-after = 6\nunfinished-refresh = \"7m\"\n"
	    "full-refresh-limit = \"8d\"\n"
	    "site paris {\n" SAMPLE_SITE "}\n"
	    "site lyon {\n" SAMPLE_SITE "refresh = \"7s\"\nrow-hold = \"1d\"\nclient-limit = 0\n}\n"
	    "site nice {\n" SAMPLE_SITE
	    "window = \"8h\"\nfull-refresh = \"9h\"\ndown-after = 1\n}\n");
	EQUAL_NUMBER(config->site_count, 3);
	site = config_find_site(config, "paris");
	EQUAL_NUMBER(site->refresh, 300);
	EQUAL_NUMBER(site->window, 7200);
	EQUAL_NUMBER(site->full_refresh, 10800);
	EQUAL_NUMBER(site->full_refresh_limit, 8 * 86400);
	EQUAL_NUMBER(site->unfinished_refresh, 420);
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

/* An empty list is none, and not what would hold without it. */
static void test_empty_lists(void)
{
	struct config *config;

	sample_begin();
	config = sample_load("collect = { \"tape\" }\n"
			     "site paris {\n" SAMPLE_SITE "}\n"
			     "site lyon {\n" SAMPLE_SITE "collect = {}\nprotecting-jobs = {}\n}\n"
			     "site nice {\n" SAMPLE_SITE "collect = { \"media\" }\n}\n");
	check_collect(config_find_site(config, "paris"), "tape");
	check_collect(config_find_site(config, "lyon"), "");
	CU_ASSERT_PTR_NULL(config_find_site(config, "lyon")->protecting_jobs);
	check_collect(config_find_site(config, "nice"), "media");
	config_free(config);
	config = sample_load("collect = {}\nsite paris {\n" SAMPLE_SITE "}\n");
	check_collect(config_find_site(config, "paris"), "");
	config_free(config);
	scratch_remove();
}

/* What comes behind the defaults of the file counts for sites before it too. */
static void test_order_of_sections(void)
{
	struct config *config;

	sample_begin();
	config = sample_load("site paris {\n" SAMPLE_SITE "}\nrefresh = \"9s\"\n");
	EQUAL_NUMBER(config->sites[0]->refresh, 9);
	config_free(config);
	scratch_remove();
}

/* As the man page has them. */
static const struct limits {
	const char *key, *unit; /* "" = a number, and no duration */
	long least, most;
	bool of_file; /* and not of a site */
} limits[] = {
    {"notify-limit", "", 1, 1000, true},
    {"refresh", "s", 1, 86400, false},
    {"full-refresh", "s", 60, 31 * 86400, false},
    {"window", "s", 60, 31 * 86400, false},
    {"row-hold", "s", 0, 366 * 86400, false},
    {"timeout", "s", 1, 600, false},
    {"deadline", "s", 1, 86400, false},
    {"client-limit", "", 0, 100000, false},
    {"down-after", "", 1, 1000, false},
    {"failures-kept", "", 0, 1000, false},
    {"vanish-hold", "s", 0, 31 * 86400, false},
    {"storage-refresh", "s", 1, 86400, false},
    {"tape-refresh", "s", 1, 86400, false},
    {"media-refresh", "s", 1, 86400, false},
    {"security-refresh", "s", 1, 86400, false},
    {"unfinished-refresh", "s", 0, 86400, false},
    {"full-refresh-limit", "s", 0, 31 * 86400, false},
    {"sweep-connections", "", 1, 8, false},
};

static bool accepts(const struct limits *limit, long number)
{
	const char *quote = limit->unit[0] ? "\"" : "";
	char line[100], text[400], error[CONFIG_ERROR_SIZE];
	struct config *config;

	snprintf(line, sizeof line, "%s = %s%ld%s%s\n", limit->key, quote, number, limit->unit,
		 quote);
	snprintf(text, sizeof text, "%s%s%s}\n", limit->of_file ? line : "",
		 "site paris {\n" SAMPLE_SITE, limit->of_file ? "" : line);
	config = config_load(sample_write("conf", 0600, text), error);
	config_free(config);
	return config != NULL;
}

static void test_limits(void)
{
	sample_begin();
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		const struct limits *limit = &limits[i];

		if (!accepts(limit, limit->least) || !accepts(limit, limit->most) ||
		    accepts(limit, limit->least - 1) || accepts(limit, limit->most + 1))
			FAIL("%s is not from %ld to %ld", limit->key, limit->least, limit->most);
	}
	CU_PASS("all");
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"limits", test_limits},
    {"the least that is needed, and the defaults", test_least},
    {"every key", test_every_key},
    {"values are inherited", test_inheritance},
    {"empty lists", test_empty_lists},
    {"durations behind the sites", test_order_of_sections},
    {NULL, NULL},
};

const struct harness_suite key_suite = {"key", tests};
