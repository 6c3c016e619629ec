/* SPDX-License-Identifier: BSD-2-Clause */
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "harness.h"
#include "manager.h"
#include "tables/sites.h"
#include "world.h"

/* What goes wrong with one site is told, costs no row, harms no other site, and passes. */

static struct sim *paris, *lyon;
static void *manager;

/* Two sites; MORE goes into the section of paris. */
static void begin(const char *options, const char *more)
{
	paris = world_sim("paris", options);
	lyon = world_sim("lyon", "--jobs 50 --seed 9");
	world_snmpd();
	world_site("paris", paris, more);
	world_site("lyon", lyon, NULL);
	world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 20);
}

/* The row of paris says down because of CLASS, in a text without the key. */
static void check_down(enum fault_class class)
{
	struct manager_cell cell;

	EQUAL_NUMBER(manager_site(manager, "paris", SITE_STATUS), DOWN);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_ERROR_CLASS), class);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", SITE_ERROR_TEXT, &cell));
	CU_ASSERT_TRUE(strlen(cell.text) > 10);
	CU_ASSERT_PTR_NULL(strstr(cell.text, WORLD_KEY));
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_FAILURES) >= 1);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_FAILURE_STREAK) >= 1);
	CU_ASSERT_TRUE(manager_get_cell(manager, "1.5.0", &cell));
	EQUAL_NUMBER(cell.number, 1);
}

/* Lyon does not notice. */
static void check_other(void)
{
	int64_t refreshes = manager_site(manager, "lyon", SITE_REFRESHES);

	AWAIT(manager_site(manager, "lyon", SITE_REFRESHES) > refreshes, 10);
	EQUAL_NUMBER(manager_site(manager, "lyon", SITE_STATUS), UP);
	EQUAL_NUMBER(manager_site(manager, "lyon", SITE_FAILURES), 0);
	CHECK_ROWS(manager_rows(manager, "lyon", WITH_BULK), lyon);
}

/* Seconds: what a site may show after a fault has begun, and what a busy machine adds. */
#define REFRESH 1
#define DEADLINE 6
#define SLACK 3

/*
 * The fault comes when all is well, and goes. The unfinished jobs take three pages. MORE (NULL =
 * none) has a time limit of the site.
 */
static void check_fault(const char *fault, enum fault_class class, const char *more)
{
	char limits[140];

	/* All unfinished ones each time. Where both have a deadline, the last counts. */
	snprintf(limits, sizeof limits, "unfinished-refresh = \"0s\"\ndeadline = \"%ds\"\n%s",
		 DEADLINE, more ? more : "");
	begin("--jobs 250 --unfinished 280", limits);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	sim_faults(paris, fault);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, REFRESH + DEADLINE + SLACK);
	check_down(class);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), paris);
	check_other();
	sim_faults(paris, "");
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 30);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_ERROR_CLASS), FAULT_NONE);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_FAILURE_STREAK), 0);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), paris);
}

/* The faults of the simulator that take a site down. */
/* clang-format off */
#define FAULTS(FAULT) \
	FAULT(test_html, "html", FAULT_PROTOCOL, NULL) \
	FAULT(test_truncate, "truncate", FAULT_PROTOCOL, NULL) \
	FAULT(test_truncate_late, "page:3=truncate", FAULT_PROTOCOL, NULL) \
	FAULT(test_slow, "slow:60000", FAULT_TIMEOUT, "timeout = \"1s\"\n") \
	FAULT(test_deadline, "slow:60000", FAULT_TIMEOUT, "deadline = \"2s\"\n") \
	FAULT(test_500, "500", FAULT_SERVER, NULL) \
	FAULT(test_500_late, "page:2=500", FAULT_SERVER, NULL) \
	FAULT(test_401, "401", FAULT_AUTH, NULL) \
	FAULT(test_repeat, "repeat-cursor", FAULT_PROTOCOL, NULL) \
	FAULT(test_error_200, "error-200", FAULT_SERVER, NULL) \
	FAULT(test_bare_object, "bare-object", FAULT_PROTOCOL, NULL) \
	FAULT(test_no_rights, "no-rights", FAULT_VANISHED, NULL) \
	FAULT(test_redirect, "redirect", FAULT_REQUEST, NULL) \
	FAULT(test_huge, "huge", FAULT_PROTOCOL, NULL) \
	FAULT(test_reset, "reset", FAULT_CONNECT, NULL) \
	FAULT(test_short, "short", FAULT_CONNECT, NULL) \
	FAULT(test_echo, "echo-key", FAULT_SERVER, NULL) \
	FAULT(test_429, "429", FAULT_SERVER, NULL) \
	FAULT(test_503, "503", FAULT_SERVER, NULL)
/* clang-format on */

#define FAULT_TEST(function, fault, class, more)                                                   \
	static void function(void)                                                                 \
	{                                                                                          \
		check_fault(fault, class, more);                                                   \
	}
FAULTS(FAULT_TEST)

/* Whether a test has the fault NAME. */
static bool is_tested(const char *name)
{
#define FAULT_NAME(function, fault, class, more) fault,
	static const char *const named[] = {FAULTS(FAULT_NAME)
					    /* These do no harm; other tests have them. */
					    "next-empty",
					    "next-null", "next-number", "data-null", "data-absent",
					    "data-empty", "no-meta", "next-in-links", "no-next",
					    "bad-job", "odd-end", "no-ping", "ping-no-version",
					    "filter-400",
					    /* The simulator's own tests have these. */
					    "same-ids", "ids-outside", "last-id", "no-descending"};
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		if (strncmp(named[i], name, length) == 0 &&
		    (named[i][length] == '\0' || named[i][length] == ':'))
			return true;
	return false;
}

/* Whoever adds a fault to the simulator adds a test. */
static void test_all_faults(void)
{
	const char *const argv[] = {world_program("nbu-sim"), "--help", NULL};
	char *help, *line, *rest, name[40];
	int status, count = 0;

	help = world_output(&status, argv);
	rest = strstr(help, "\nSPEC is one of");
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (sscanf(line, "  %39[a-z0-9-]", name) != 1 || strncmp(line, "  ", 2) != 0)
			continue;
		count++;
		if (!is_tested(name))
			FAIL("no test has the fault %s", name);
	}
	CU_ASSERT_TRUE(count >= 30);
	free(help);
}

/* A site that is configured wrongly has no rows, says why, and leaves the other alone. */
static void check_wrong(const char *more, enum fault_class class)
{
	begin("--jobs 20", more);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, 40);
	check_down(class);
	EQUAL_NUMBER(manager_sum(manager, "paris", 8), 0);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_REFRESHES), 0);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_DATA_AGE), 4294967295);
	check_other();
}

static void test_wrong_key(void)
{
	check_wrong("api-key = \"not-the-right-one\"\n", FAULT_AUTH);
}

static void test_unknown_ca(void)
{
	char more[300];

	snprintf(more, sizeof more, "ca-file = \"%s\"\n", world_path("tls/other-ca.pem"));
	check_wrong(more, FAULT_TLS);
}

/* A TCP port on which nobody listens. */
static int closed_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, length), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* The server is looked for at PORT of ADDRESS, which begins with its scheme. */
static void check_wrong_address(const char *address, int port, enum fault_class class)
{
	char more[100];

	snprintf(more, sizeof more, "url = \"%s:%d/netbackup\"\n", address, port);
	check_wrong(more, class);
}

static void test_closed_port(void)
{
	check_wrong_address("https://127.0.0.1", closed_port(), FAULT_CONNECT);
}

static void test_no_name(void)
{
	check_wrong("url = \"https://nbu.invalid:1556/netbackup\"\n", FAULT_DNS);
}

/* Plain text where TLS should be. */
static void test_not_tls(void)
{
	struct sim *plain = world_plain_sim("plain", "--jobs 20");

	check_wrong_address("https://127.0.0.1", plain->port, FAULT_TLS);
}

/* The text of the last error has PART in it. */
static void check_text(const char *part)
{
	struct manager_cell cell;

	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", SITE_ERROR_TEXT, &cell));
	if (!strstr(cell.text, part))
		FAIL("the text is \"%s\"", cell.text);
}

/* And the other way round. */
static void test_not_plain(void)
{
	struct sim *tls = world_sim("tls", "--jobs 20");

	check_wrong_address("http://127.0.0.1", tls->port, FAULT_CONNECT);
	check_text("this may be a TLS port: try https://");
}

/* The certificate is for other names and addresses. */
static void test_wrong_name(void)
{
	struct sim *named = world_sim("named", "--jobs 20 --listen 127.0.0.2:0");

	check_wrong_address("https://127.0.0.2", named->port, FAULT_TLS);
	check_text("is for localhost, 127.0.0.1");
	check_text("not for 127.0.0.2; use a name that it has in url");
}

/* Certificates of a server of its own, which last for DAYS. */
static void check_days(const char *days, const char *text)
{
	const char *folder = world_path("old");
	const char *const argv[] = {world_source("tests/simulator/make-certs"), folder, days, NULL};
	char options[200], more[400];
	int status;

	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 0);
	snprintf(options, sizeof options, "--jobs 20 --tls-dir %s", folder);
	snprintf(more, sizeof more, "url = \"%s\"\nca-file = \"%s/ca.pem\"\n",
		 world_sim("old", options)->url, folder);
	check_wrong(more, FAULT_TLS);
	check_text(text);
}

static void test_expired(void)
{
	check_days("-1", "expired; renew it on the primary");
}

/* A server that speaks nothing newer, and one that speaks the oldest that is safe. */
static void test_old_tls(void)
{
	char more[100];

	snprintf(more, sizeof more, "url = \"%s\"\n",
		 world_sim("old", "--jobs 20 --tls-version 1.1")->url);
	world_site("oldest", world_sim("oldest", "--jobs 20 --tls-version 1.2"), NULL);
	check_wrong(more, FAULT_TLS);
	check_text("the server speaks no TLS that is new enough: 1.2 at least");
	AWAIT(manager_site(manager, "oldest", SITE_STATUS) == UP, 20);
}

/* A server that is busy now and then: asked again, and nobody sees a thing. */
static void check_retried(const char *fault)
{
	int64_t refreshes;

	begin("--jobs 250", NULL);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	sim_faults(paris, fault);
	refreshes = manager_site(manager, "paris", SITE_REFRESHES);
	AWAIT(manager_site(manager, "paris", SITE_REFRESHES) >= refreshes + 2, 40);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_STATUS), UP);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_FAILURES), 0);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), paris);
	check_other();
}

static void test_503_twice(void)
{
	check_retried("503:2");
}

static void test_429_twice(void)
{
	check_retried("429:2");
}

static void test_reset_once(void)
{
	check_retried("page:2=reset:1");
}

/* The negotiated version is VERSION. */
static void check_version(const char *options, const char *version)
{
	struct manager_cell cell;

	begin(options, NULL);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", SITE_API_VERSION, &cell));
	EQUAL_TEXT(cell.text, version);
	/* What has changed can be asked for, whatever the version. */
	AWAIT(manager_site(manager, "paris", SITE_REFRESH_MODE) == SITE_MODE_DELTA, 20);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_FAILURES), 0);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), paris);
}

#define VERSION_TEST(function, options, version)                                                   \
	static void function(void)                                                                 \
	{                                                                                          \
		check_version("--jobs 350 " options, version);                                     \
	}

VERSION_TEST(test_version_14, "--api-version 14.0", "14.0")
VERSION_TEST(test_version_99, "--api-version 99.0", "14.0")
VERSION_TEST(test_version_12_3, "--api-version 12.3", "12.0")
VERSION_TEST(test_version_11, "--api-version 11.0", "11.0")
VERSION_TEST(test_version_10, "--api-version 10.0", "10.0")
VERSION_TEST(test_version_9, "--api-version 9.0", "9.0")
VERSION_TEST(test_version_8, "--api-version 8.0", "8.0")
VERSION_TEST(test_version_4, "--api-version 4.0", "4.0")
VERSION_TEST(test_version_4_no_ping, "--api-version 4.0 --fault no-ping", "4.0")
VERSION_TEST(test_version_11_no_ping, "--api-version 11.0 --fault no-ping", "11.0")
VERSION_TEST(test_version_10_no_ping, "--api-version 10.0 --fault no-ping", "10.0")
VERSION_TEST(test_version_11_silent, "--api-version 11.0 --fault ping-no-version", "11.0")

VERSION_TEST(test_next_in_links, "--fault next-in-links", "13.0")
VERSION_TEST(test_no_next, "--fault no-next", "13.0")

static void test_version_too_old(void)
{
	begin("--jobs 50 --api-version 3.0", NULL);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, 20);
	check_down(FAULT_VERSION);
	check_other();
}

static void test_version_fixed(void)
{
	begin("--jobs 50 --api-version 12.0", "api-version = \"13.0\"\n");
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, 20);
	check_down(FAULT_VERSION);
	check_other();
}

/* Only the server's answer has the key in it, and the agent shows it nowhere. */
static void test_secret(void)
{
	struct process *agent;
	struct manager_cell cell;
	char path[40], *text;

	paris = world_sim("paris", "--jobs 20 --fault echo-key");
	world_snmpd();
	world_site("paris", paris, NULL);
	agent = world_agent("-v -v");
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, 40);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_ERROR_CLASS), FAULT_SERVER);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", SITE_ERROR_TEXT, &cell));
	CU_ASSERT_TRUE(cell.text[0] != '\0');
	CU_ASSERT_PTR_NULL(strstr(cell.text, WORLD_KEY));
	snprintf(path, sizeof path, "/proc/%d/cmdline", (int)agent->pid);
	text = world_read(path);
	CU_ASSERT_PTR_NULL(strstr(text, WORLD_KEY));
	free(text);
	EQUAL_NUMBER(world_end_process(agent, 15, 5), 0);
	CU_ASSERT_TRUE(world_holds(agent->err, "GET https://"));
	CU_ASSERT_FALSE(world_holds(agent->err, WORLD_KEY));
	CU_ASSERT_FALSE(world_holds(agent->out, WORLD_KEY));
}

static const struct harness_test tests[] = {
    {"a login page in HTML", test_html},
    {"half a document", test_truncate},
    {"half a document on page 3", test_truncate_late},
    {"slower than the time limit of a request", test_slow},
    {"slower than the deadline of a refresh", test_deadline},
    {"internal error", test_500},
    {"internal error on page 2", test_500_late},
    {"key refused", test_401},
    {"a cursor that leads back", test_repeat},
    {"an error with 200", test_error_200},
    {"an object that is no list", test_bare_object},
    {"a role that loses its rights", test_no_rights},
    {"a redirect", test_redirect},
    {"a body of 512 MiB", test_huge},
    {"connection reset", test_reset},
    {"body cut short", test_short},
    {"500 that repeats the key", test_echo},
    {"429 for long", test_429},
    {"503 for long", test_503},
    {"all faults of the simulator have a test", test_all_faults},
    {"wrong key", test_wrong_key},
    {"unknown CA", test_unknown_ca},
    {"closed port", test_closed_port},
    {"a name that nobody knows", test_no_name},
    {"no TLS", test_not_tls},
    {"TLS where there should be none", test_not_plain},
    {"a certificate for another name", test_wrong_name},
    {"a certificate that has expired", test_expired},
    {"TLS that is too old", test_old_tls},
    {"503 twice", test_503_twice},
    {"429 twice", test_429_twice},
    {"one reset on page 2", test_reset_once},
    {"version 14.0", test_version_14},
    {"version newer than we know", test_version_99},
    {"version 12.3", test_version_12_3},
    {"version 11.0", test_version_11},
    {"version 10.0", test_version_10},
    {"version 9.0", test_version_9},
    {"version 8.0", test_version_8},
    {"version 4.0", test_version_4},
    {"version 4.0 without ping", test_version_4_no_ping},
    {"version 11.0 without ping", test_version_11_no_ping},
    {"version 10.0 without ping", test_version_10_no_ping},
    {"version 11.0 that ping does not tell", test_version_11_silent},
    {"the next page is named by links only", test_next_in_links},
    {"pages that name no other", test_no_next},
    {"version too old", test_version_too_old},
    {"version fixed and refused", test_version_fixed},
    {"the key is shown nowhere", test_secret},
    {NULL, NULL},
};

const struct harness_suite faults_suite = {"faults", tests};
