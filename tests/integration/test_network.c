/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "harness.h"
#include "manager.h"
#include "way.h"
#include "world.h"

/*
 * What connections do that no simulator does. Each fault strikes a site of its own, all of them at
 * the same time, while jobs go on. Each site is down within a refresh interval and the deadline
 * after it; then the faults go, and each has all rows.
 */

#define REFRESH 1 /* seconds */
#define TIMEOUT 2
#define DEADLINE 6
#define SLACK 3	    /* of a machine that is busy */
#define RECOVERY 30 /* with the pause between refreshes that fail */
#define CASES_MAX 30
#define NAME_SIZE 20

#define OK "HTTP/1.1 200 OK\r\n"
#define JSON_TYPE "Content-Type: application/vnd.netbackup+json;version=13.0\r\n"
#define LENGTH(n) "Content-Length: " #n "\r\n"
#define LINE_OF_64 "X-Filler: 0123456789012345678901234567890123456789012345678901\r\n"
#define SPACES "                                                                "
#define DEEP 100000 /* brackets */

static struct fault_case {
	const char *what;
	enum fault_class class;
	enum way_trick trick;
	const char *bytes;
	struct way *way;
	char site[NAME_SIZE], *rows;
} * cases;

static struct sim *sim;
static void *manager;

#define SAYS(what, class, bytes)                                                                   \
	{                                                                                          \
		what, class, WAY_SAYS, bytes, NULL, "", NULL                                       \
	}
#define REPEATS(what, class, bytes)                                                                \
	{                                                                                          \
		what, class, WAY_REPEATS, bytes, NULL, "", NULL                                    \
	}
#define DOES(what, class, trick)                                                                   \
	{                                                                                          \
		what, class, trick, "", NULL, "", NULL                                             \
	}
#define NO_MORE                                                                                    \
	{                                                                                          \
		NULL, FAULT_NONE, WAY_OPEN, NULL, NULL, "", NULL                                   \
	}

/* A way, and a site at its end, for each of CASES. All are up at the end. */
static void begin(struct fault_case *of)
{
	struct fault_case *at;
	char more[200];
	int number = 0;

	cases = of;
	sim = world_plain_sim("paris", "--jobs 60 --rate 30 --clock manual");
	world_snmpd();
	for (at = cases; at->what; at++) {
		at->way = way_open(sim);
		snprintf(at->site, sizeof at->site, "site-%02d", number++);
		snprintf(more, sizeof more,
			 "url = \"http://127.0.0.1:%d/netbackup\"\ntimeout = \"%ds\"\n"
			 "deadline = \"%ds\"\n",
			 way_port(at->way), TIMEOUT, DEADLINE);
		world_site(at->site, sim, more);
	}
	world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	for (at = cases; at->what; at++)
		AWAIT(manager_site(manager, at->site, SITE_STATUS) == UP, 30);
}

static bool all_are(int64_t status)
{
	for (const struct fault_case *at = cases; at->what; at++)
		if (manager_site(manager, at->site, SITE_STATUS) != status)
			return false;
	return true;
}

/* Waits until all sites are in STATUS; says which are not after SECONDS. */
static void await_all(int64_t status, double seconds)
{
	int64_t deadline = world_deadline(seconds);

	while (!all_are(status) && !world_late(deadline))
		;
	for (const struct fault_case *at = cases; at->what; at++)
		if (manager_site(manager, at->site, SITE_STATUS) != status)
			FAIL("%s: status %lld after %.0f s", at->what,
			     (long long)manager_site(manager, at->site, SITE_STATUS), seconds);
}

static void begin_faults(void)
{
	for (struct fault_case *at = cases; at->what; at++) {
		at->rows = manager_rows(manager, at->site, WITH_BULK);
		way_set(at->way, at->trick, at->bytes, strlen(at->bytes));
	}
}

/* Each site says what is wrong, and its rows are those that it had. */
static void check_down(void)
{
	for (struct fault_case *at = cases; at->what; at++) {
		char *rows = manager_rows(manager, at->site, WITH_BULK);
		struct manager_cell text;

		CU_ASSERT_TRUE(manager_site_cell(manager, at->site, SITE_ERROR_TEXT, &text));
		if (manager_site(manager, at->site, SITE_ERROR_CLASS) != at->class)
			FAIL("%s: class %lld: %s", at->what,
			     (long long)manager_site(manager, at->site, SITE_ERROR_CLASS),
			     text.text);
		CHECK_LINES(rows, at->rows);
		free(rows);
	}
}

/* A site is up again only when all that it could not fetch has come. */
static void check_recovered(void)
{
	for (struct fault_case *at = cases; at->what; at++) {
		CHECK_ROWS(manager_rows(manager, at->site, WITH_BULK), sim);
		free(at->rows);
	}
}

static void check_cases(struct fault_case *of)
{
	char *truth;

	begin(of);
	begin_faults();
	sim_advance(sim, 1200);
	await_all(DOWN, REFRESH + DEADLINE + SLACK);
	check_down();
	truth = sim_expected(sim);
	if (strcmp(truth, cases->rows) == 0)
		FAIL("nothing has changed meanwhile");
	free(truth);
	for (struct fault_case *at = cases; at->what; at++)
		way_set(at->way, WAY_OPEN, NULL, 0);
	await_all(UP, RECOVERY);
	check_recovered();
}

static void test_connections(void)
{
	static struct fault_case list[] = {
	    DOES("a black hole: no connection comes about", FAULT_TIMEOUT, WAY_SHUT),
	    DOES("no answer", FAULT_TIMEOUT, WAY_SILENT),
	    DOES("a list without end", FAULT_TIMEOUT, WAY_GOES_ON),
	    DOES("closed without an answer", FAULT_CONNECT, WAY_CLOSES),
	    SAYS("status 999", FAULT_SERVER, "HTTP/1.1 999 Odd\r\n" LENGTH(0) "\r\n"),
	    SAYS("a chunk without a size", FAULT_CONNECT,
		 OK JSON_TYPE "Transfer-Encoding: chunked\r\n\r\nzz\r\n{\"data\":[]}\r\n0\r\n\r\n"),
	    DOES("reset in a body", FAULT_CONNECT, WAY_RESETS),
	    SAYS("a body cut short", FAULT_CONNECT, OK JSON_TYPE LENGTH(100) "\r\n{\"data\":["),
	    SAYS("a chunk cut short", FAULT_CONNECT,
		 OK JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n20\r\n{\"data\":["),
	    SAYS("no last chunk", FAULT_CONNECT,
		 OK JSON_TYPE "Transfer-Encoding: chunked\r\n\r\nb\r\n{\"data\":[]}\r\n"),
	    SAYS("a head cut short", FAULT_PROTOCOL, OK JSON_TYPE),
	    NO_MORE,
	};

	check_cases(list);
}

static void test_floods(void)
{
	static char deep[DEEP + sizeof OK JSON_TYPE "\r\n"];
	static struct fault_case list[] = {
	    REPEATS("headers without end", FAULT_PROTOCOL, OK JSON_TYPE LINE_OF_64),
	    REPEATS("a header without end", FAULT_PROTOCOL, OK JSON_TYPE "X-Filler: " SPACES),
	    REPEATS("a status line without end", FAULT_PROTOCOL, "HTTP/1.1 200 " SPACES),
	    REPEATS("a body without end", FAULT_PROTOCOL, OK JSON_TYPE "\r\n" SPACES),
	    REPEATS("100 Continue without end", FAULT_PROTOCOL,
		    "HTTP/1.1 100 Continue\r\nX-Filler: 012345678901234567890123456\r\n\r\n"),
	    SAYS("brackets 100,000 deep", FAULT_PROTOCOL, deep),
	    NO_MORE,
	};

	strcpy(deep, OK JSON_TYPE "\r\n");
	memset(deep + strlen(deep), '[', DEEP);
	check_cases(list);
}

static void test_answers(void)
{
	static struct fault_case list[] = {
	    SAYS("another protocol", FAULT_PROTOCOL, "SSH-2.0-OpenSSH_9.2\r\n"),
	    SAYS("rubbish", FAULT_PROTOCOL, "\x01\x02\xff\xfe rubbish \n\n\r\n\r\n"),
	    SAYS("an empty body", FAULT_PROTOCOL, OK JSON_TYPE LENGTH(0) "\r\n"),
	    SAYS("no Content-Type", FAULT_PROTOCOL, OK LENGTH(11) "\r\n{\"data\":[]}"),
	    SAYS("a wrong Content-Type", FAULT_PROTOCOL,
		 OK "Content-Type: text/plain\r\n" LENGTH(11) "\r\n{\"data\":[]}"),
	    SAYS("gzip that is none", FAULT_PROTOCOL,
		 OK JSON_TYPE "Content-Encoding: gzip\r\n" LENGTH(11) "\r\n{\"data\":[]}"),
	    SAYS("an encoding that was not asked for", FAULT_PROTOCOL,
		 OK JSON_TYPE "Content-Encoding: x-odd\r\n" LENGTH(11) "\r\n{\"data\":[]}"),
	    SAYS("a negative length", FAULT_PROTOCOL,
		 OK JSON_TYPE "Content-Length: -1\r\n\r\n{\"data\":["),
	    SAYS("204", FAULT_PROTOCOL, "HTTP/1.1 204 No Content\r\n\r\n"),
	    SAYS("304", FAULT_PROTOCOL, "HTTP/1.1 304 Not Modified\r\n\r\n"),
	    SAYS("404 without a body", FAULT_REQUEST,
		 "HTTP/1.0 404 Not Found\r\nConnection: close\r\n\r\n"),
	    NO_MORE,
	};

	check_cases(list);
}

/* Servers and gateways that are merely old. */
static void test_old(void)
{
	static struct fault_case list[] = {
	    DOES("HTTP/1.0", FAULT_NONE, WAY_OLD),
	    DOES("the connection ends behind each answer", FAULT_NONE, WAY_OPEN),
	    NO_MORE,
	};

	begin(list);
	begin_faults();
	sim_advance(sim, 1200);
	for (const struct fault_case *at = cases; at->what; at++)
		manager_await_refresh(manager, at->site);
	check_recovered();
	for (const struct fault_case *at = cases; at->what; at++) {
		EQUAL_NUMBER(manager_site(manager, at->site, SITE_FAILURES), 0);
		CU_ASSERT_TRUE(way_requests(at->way) > 2);
	}
}

/* The key would go through it in the clear, or to a stranger. */
static void test_proxy(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
					    "ALL_PROXY"};

	sim = world_plain_sim("plain", "--jobs 20");
	world_site("plain", sim, NULL);
	world_site("tls", world_sim("tls", "--jobs 20"), NULL);
	world_snmpd();
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		setenv(names[i], "http://127.0.0.1:1", 1);
	world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "plain", SITE_STATUS) == UP, 20);
	AWAIT(manager_site(manager, "tls", SITE_STATUS) == UP, 20);
	EQUAL_NUMBER(manager_site(manager, "plain", SITE_FAILURES), 0);
	EQUAL_NUMBER(manager_site(manager, "tls", SITE_FAILURES), 0);
}

static const struct harness_test tests[] = {
    {"what hangs, or ends too early or never", test_connections},
    {"answers without end", test_floods},
    {"answers that are none", test_answers},
    {"old HTTP", test_old},
    {"a proxy in the environment", test_proxy},
    {NULL, NULL},
};

const struct harness_suite network_suite = {"network", tests};
