/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/notice.h"

#include <string.h>

#include "base/utf8.h"
#include "harness.h"

#define NOW INT64_C(1780000000000) /* 2026-05-28T20:26:40Z */
#define DAY INT64_C(86400000)

static void check(unsigned line, struct notice_facts facts, const char *expected)
{
	char text[NOTICE_SIZE];

	memset(text, 'x', sizeof text);
	notice_write(&facts, NOW, text);
	harness_equal_text(__FILE__, line, "notice", text, expected);
}
#define CHECK(expected, ...) check(__LINE__, (struct notice_facts){__VA_ARGS__}, expected)

static void test_each(void)
{
	CHECK("", .window = 86400);
	CHECK("the store's file has been moved or deleted under the running agent, restart it to "
	      "begin a new one: /var/lib/nbu-agentx/paris.db",
	      .lost_file = "/var/lib/nbu-agentx/paris.db");
	CHECK("the site waits for its turn, for other sites have all file descriptors; raise "
	      "LimitNOFILE (systemd.exec(5))",
	      .waits = true);
	CHECK("no job is visible: the API key's role may not see jobs (NetBackup then answers with "
	      "an empty list), or there are none in the window",
	      .no_jobs = true);
	CHECK("7 jobs skipped: no status (first: 5)",
	      .skipped = "7 jobs skipped: no status (first: 5)");
	CHECK("the server's list goes back for 18 hours only, less than the window of 3 days: see "
	      "KEEP_JOBS_HOURS of NetBackup",
	      .listed = 18 * 3600 + 5, .window = 3 * 86400);
	CHECK("clients without a row because of client-limit: 4294967295",
	      .clients_left_out = UINT32_MAX);
}

static void test_certificate(void)
{
	CHECK("", .certificate = NOW + 30 * DAY);
	CHECK("the server's certificate expires in 29 days, on 2026-06-27",
	      .certificate = NOW + 30 * DAY - 1);
	CHECK("the server's certificate expires in 47 hours, on 2026-05-30",
	      .certificate = NOW + 2 * DAY - 1);
	CHECK("the server's certificate expires in 1 seconds, on 2026-05-28",
	      .certificate = NOW + 1000);
	CHECK("the server's certificate has expired on 2026-05-28", .certificate = NOW);
	CHECK("the server's certificate has expired on 1970-01-01", .certificate = 1);
}

static void test_skew(void)
{
	CHECK("", .skew = 300);
	CHECK("", .skew = -300);
	CHECK("the server's clock is 5 minutes ahead of that of the agent's host", .skew = 301);
	CHECK("the server's clock is 5 minutes behind that of the agent's host", .skew = -301);
	CHECK("the server's clock is 24855 days behind that of the agent's host",
	      .skew = INT32_MIN);
}

static void test_several(void)
{
	char text[NOTICE_SIZE], file[NOTICE_SIZE * 20];
	struct notice_facts facts = {
	    .clients_left_out = 1, .skew = 7200, .skipped = "3 jobs skipped: no jobId"};

	notice_write(&facts, NOW, text);
	EQUAL_TEXT(text, "3 jobs skipped: no jobId; the server's clock is "
			 "2 hours ahead of that of the agent's host; clients without a row because "
			 "of client-limit: 1");
	/* All of them are too much, and the path need not be UTF-8. */
	for (size_t i = 0; i + 1 < sizeof file; i++)
		file[i] = "\xc3\xa4"[i % 2];
	file[sizeof file - 1] = '\0';
	for (size_t start = 0; start < 2; start++) {
		facts = (struct notice_facts){.lost_file = file + start, .no_jobs = true};
		notice_write(&facts, NOW, text);
		CU_ASSERT(utf8_valid(text));
		CU_ASSERT(strlen(text) >= NOTICE_SIZE - 2);
	}
}

static const struct harness_test tests[] = {
    {"each", test_each},
    {"the certificate", test_certificate},
    {"the clock", test_skew},
    {"several", test_several},
    {NULL, NULL},
};

const struct harness_suite notice_suite = {"notice", tests};
