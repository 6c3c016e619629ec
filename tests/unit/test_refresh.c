/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "http.h"
#include "refresh.h"
#include "timefmt.h"

/*
 * A whole refresh against a server that says just what a test wants it to say, over plain HTTP:
 * what no sane server does, and the simulator therefore does not do either.
 */

#define KEY "A-secret_KEY.0123456789"

/* The answer to a request that has PATH in its first line; NULL ends the array. */
struct answer {
	const char *path;
	const char *status; /* and header lines, each behind "\r\n" */
	const char *body;
};

#define PING                                                                                       \
	{                                                                                          \
		"/ping ", "200 OK", "1782871204000"                                                \
	}
#define JSON "200 OK\r\nContent-Type: application/vnd.netbackup+json;version=13.0"
#define UNFINISHED                                                                                 \
	{                                                                                          \
		"state%20ne", JSON, "{\"data\":[]}"                                                \
	}
#define ANY "page%5Blimit"
#define AFTER(cursor) "page%5Bafter%5D=" cursor " "
#define JOB(id)                                                                                    \
	"{\"attributes\":{\"jobId\":" #id ",\"state\":\"DONE\",\"status\":0,\"endTime\":"          \
	"\"2026-07-01T01:00:00.000Z\"}}"
#define PAGE(jobs, next) "{\"data\":[" jobs "],\"meta\":{\"pagination\":{\"next\":" next "}}}"

struct server {
	int fd;
	const struct answer *answers;
	unsigned requests;
};

static const struct answer *choose(const struct answer *answers, const char *request)
{
	static const struct answer none = {"", "404 Not Found", ""};
	const char *end = strchr(request, '\n');

	for (; answers->path; answers++) {
		const char *found = strstr(request, answers->path);

		if (found && found < end)
			return answers;
	}
	return &none;
}

static void answer_request(int fd, const struct answer *answer)
{
	char head[600];
	int length = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n",
			      answer->status, strlen(answer->body));

	send(fd, head, (size_t)length, MSG_NOSIGNAL);
	send(fd, answer->body, strlen(answer->body), MSG_NOSIGNAL);
}

/* Serves one connection to its end. */
static void serve(struct server *server, int fd)
{
	char request[4000];
	size_t length = 0;
	ssize_t got;

	while ((got = recv(fd, request + length, sizeof request - 1 - length, 0)) > 0) {
		length += (size_t)got;
		request[length] = '\0';
		if (!strstr(request, "\r\n\r\n"))
			continue;
		server->requests++;
		answer_request(fd, choose(server->answers, request));
		length = 0;
	}
	close(fd);
}

static void *work(void *arg)
{
	struct server *server = arg;
	int fd;

	while ((fd = accept(server->fd, NULL, NULL)) >= 0)
		serve(server, fd);
	return NULL;
}

static int listen_somewhere(struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(address, 0, sizeof *address);
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)address, length), 0);
	CU_ASSERT_EQUAL_FATAL(listen(fd, 8), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)address, &length), 0);
	return fd;
}

/* One refresh of a server that answers with ANSWERS; *REQUESTS is how many it got. */
static struct snapshot *refresh_from(const struct answer *answers, unsigned *requests)
{
	struct server server = {.answers = answers};
	struct sockaddr_in address;
	char url[80], name[] = "paris", key[] = KEY;
	struct config_site site = {.name = name,
				   .url = url,
				   .api_key = key,
				   .refresh = 60,
				   .full_refresh = 21600,
				   .window = 86400,
				   .timeout = 10,
				   .deadline = 120};
	struct snapshot *snapshot;
	struct refresh *refresh;
	pthread_t thread;

	http_global_init();
	server.fd = listen_somewhere(&address);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/netbackup", ntohs(address.sin_port));
	pthread_create(&thread, NULL, work, &server);
	refresh = refresh_open(&site, ":memory:");
	refresh_run(refresh);
	snapshot = refresh_snapshot(refresh);
	refresh_close(refresh);
	shutdown(server.fd, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(server.fd);
	http_global_cleanup();
	*requests = server.requests;
	return snapshot;
}

/* The refresh fails by CLASS, with PART in the text. */
static void check_failure(const struct answer *answers, enum fault_class class, const char *part)
{
	unsigned requests;
	struct snapshot *snapshot = refresh_from(answers, &requests);

	EQUAL_NUMBER(snapshot->site.status, SNAPSHOT_DOWN);
	EQUAL_NUMBER(snapshot->site.fault.class, class);
	if (!strstr(snapshot->site.fault.text, part))
		FAIL("the text is \"%s\"", snapshot->site.fault.text);
	CU_ASSERT_PTR_NULL(strstr(snapshot->site.fault.text, KEY));
	EQUAL_NUMBER(snapshot->job_count, 0);
	EQUAL_NUMBER(snapshot->site.requests, requests);
	snapshot_free(snapshot);
}

static void test_good(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(9) "," JOB(10), "null")},
	    {ANY, JSON, PAGE(JOB(5) "," JOB(8), "\"c2\"")},
	    {NULL, NULL, NULL},
	};
	unsigned requests;
	struct snapshot *snapshot = refresh_from(answers, &requests);

	EQUAL_NUMBER(snapshot->site.status, SNAPSHOT_UP);
	EQUAL_TEXT(snapshot->site.fault.text, "");
	EQUAL_NUMBER(requests, 4);
	EQUAL_NUMBER(snapshot->site.requests, 4);
	EQUAL_NUMBER(snapshot->site.refresh_jobs, 4);
	EQUAL_NUMBER(snapshot->job_count, 1);
	if (snapshot->job_count == 1)
		EQUAL_NUMBER(snapshot->jobs[0].count, 4);
	snapshot_free(snapshot);
}

/* Ids that fall or repeat mean that the sort or the cursor was not honoured. */
static void test_order(void)
{
	static const struct answer within[] = {
	    PING, UNFINISHED, {ANY, JSON, PAGE(JOB(5) "," JOB(4), "null")}, {NULL, NULL, NULL}};
	static const struct answer twice[] = {
	    PING, UNFINISHED, {ANY, JSON, PAGE(JOB(5) "," JOB(5), "null")}, {NULL, NULL, NULL}};
	static const struct answer across[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(7), "null")},
	    {ANY, JSON, PAGE(JOB(5) "," JOB(8), "\"c2\"")},
	    {NULL, NULL, NULL},
	};

	check_failure(within, FAULT_PROTOCOL, "job 4 came after job 5");
	check_failure(twice, FAULT_PROTOCOL, "job 5 came after job 5");
	check_failure(across, FAULT_PROTOCOL, "job 7 came after job 8");
}

/* Cursors that lead in a circle of two would otherwise keep the refresh going until its end. */
static void test_circle(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(7), "\"c3\"")},
	    {AFTER("c3"), JSON, PAGE(JOB(8), "\"c2\"")},
	    {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
	    {NULL, NULL, NULL},
	};

	check_failure(answers, FAULT_PROTOCOL, "job 7 came after job 8");
}

/* A page without jobs ends the list, even if it leads back to itself. */
static void test_empty_end(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE("", "\"c2\"")},
	    {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
	    {NULL, NULL, NULL},
	};
	unsigned requests;
	struct snapshot *snapshot = refresh_from(answers, &requests);

	EQUAL_NUMBER(snapshot->site.status, SNAPSHOT_UP);
	EQUAL_NUMBER(requests, 4);
	EQUAL_NUMBER(snapshot->job_count, 1);
	snapshot_free(snapshot);
}

/* Nothing tells how long a list of jobs without ids would go on. */
static void test_no_ids(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE("{\"attributes\":{}}", "\"c3\"")},
	    {AFTER("c3"), JSON, PAGE("{\"attributes\":{}}", "\"c2\"")},
	    {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
	    {NULL, NULL, NULL},
	};

	check_failure(answers, FAULT_PROTOCOL, "none of which has an id");
}

/* A server that does not mind the filter, or a job that ends meanwhile: in both lists, counted
 * once. */
static void test_both_lists(void)
{
	static const struct answer answers[] = {
	    PING,
	    {ANY, JSON, PAGE(JOB(5) "," JOB(6), "null")},
	    {NULL, NULL, NULL},
	};
	unsigned requests;
	struct snapshot *snapshot = refresh_from(answers, &requests);

	EQUAL_NUMBER(snapshot->site.status, SNAPSHOT_UP);
	EQUAL_NUMBER(snapshot->site.jobs_held, 2);
	EQUAL_NUMBER(snapshot->job_count, 1);
	if (snapshot->job_count == 1)
		EQUAL_NUMBER(snapshot->jobs[0].count, 2);
	snapshot_free(snapshot);
}

static void test_two_cursors(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(9), "null")},
	    {ANY, JSON,
	     "{\"data\":[" JOB(5) "],\"meta\":{\"pagination\":{\"next\":\"c1\"}},"
				  "\"x\":{\"pagination\":{\"next\":\"c2\"}}}"},
	    {NULL, NULL, NULL},
	};
	unsigned requests;
	struct snapshot *snapshot = refresh_from(answers, &requests);

	/* Which of them counts is the parser's to say; never both. */
	CU_ASSERT_TRUE(snapshot->site.status == SNAPSHOT_DOWN || snapshot->site.refresh_jobs <= 2);
	snapshot_free(snapshot);
}

/* What the server says is passed on, but not what it has been told. */
static void test_secret(void)
{
	static const struct answer json[] = {
	    PING,
	    {ANY, "400 Bad Request\r\nContent-Type: application/json",
	     "{\"errorCode\":9,\"errorMessage\":\"You sent " KEY " and " KEY
	     "\",\"errorDetails\":[\"again " KEY "\"]}"},
	    {NULL, NULL, NULL},
	};
	static const struct answer location[] = {
	    PING,
	    {ANY, "302 Found\r\nLocation: https://elsewhere/?key=" KEY, ""},
	    {NULL, NULL, NULL},
	};
	static const struct answer type[] = {
	    PING,
	    {ANY, "200 OK\r\nContent-Type: text/" KEY, "{}"},
	    {NULL, NULL, NULL},
	};

	check_failure(json, FAULT_REQUEST, "You sent ***");
	check_failure(location, FAULT_REQUEST, "https://elsewhere/?key=***");
	check_failure(type, FAULT_PROTOCOL, "instead of JSON");
}

/* Control characters of a stranger must not get into logs and tables. */
static void test_odd_text(void)
{
	static const struct answer answers[] = {
	    PING,
	    {ANY, "400 Bad Request\r\nContent-Type: application/json",
	     "{\"errorMessage\":\"two\\nlines \\u001b[31m \xff end\"}"},
	    {NULL, NULL, NULL},
	};

	check_failure(answers, FAULT_REQUEST, "two lines  [31m ? end");
}

static void test_statuses(void)
{
	static const struct {
		const char *status;
		enum fault_class class;
	} cases[] = {
	    {"400 Bad Request", FAULT_REQUEST},
	    {"401 Unauthorized", FAULT_AUTH},
	    {"403 Forbidden", FAULT_AUTH},
	    {"404 Not Found", FAULT_REQUEST},
	    {"406 Not Acceptable", FAULT_VERSION},
	    {"204 No Content", FAULT_PROTOCOL},
	    {"301 Moved", FAULT_REQUEST},
	    {"418 Teapot", FAULT_PROTOCOL},
	    {"200 OK", FAULT_PROTOCOL}, /* without a Content-Type */
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct answer answers[] = {PING, {ANY, cases[i].status, ""}, {NULL, NULL, NULL}};

		check_failure(answers, cases[i].class, "");
	}
}

/* Who asks for more patience than a refresh has is asked again at the next one. */
static void test_retry_after(void)
{
	static const struct answer answers[] = {
	    PING, {ANY, "503 Busy\r\nRetry-After: 100", ""}, {NULL, NULL, NULL}};
	unsigned requests;
	int64_t began = timefmt_monotonic();
	struct snapshot *snapshot = refresh_from(answers, &requests);

	EQUAL_NUMBER(snapshot->site.fault.class, FAULT_SERVER);
	EQUAL_NUMBER(snapshot->site.fault.retry_after, 100);
	EQUAL_NUMBER(requests, 2);
	CU_ASSERT_TRUE(timefmt_monotonic() - began < 10000);
	snapshot_free(snapshot);
}

/* Versions are tried downwards, once each. */
static void test_versions(void)
{
	static const struct answer answers[] = {{ANY, "406 Not Acceptable", ""},
						{NULL, NULL, NULL}};
	unsigned requests;
	struct snapshot *snapshot = refresh_from(answers, &requests);

	EQUAL_NUMBER(snapshot->site.fault.class, FAULT_VERSION);
	EQUAL_TEXT(snapshot->site.api_version, "");
	EQUAL_NUMBER(requests, 1 + 5);
	snapshot_free(snapshot);
}

static const struct harness_test tests[] = {
    {"two pages", test_good},
    {"ids that do not rise", test_order},
    {"a circle of cursors", test_circle},
    {"an empty last page that leads back", test_empty_end},
    {"a list without ids", test_no_ids},
    {"jobs in both lists", test_both_lists},
    {"two cursors", test_two_cursors},
    {"the key in an answer", test_secret},
    {"odd text in an answer", test_odd_text},
    {"HTTP statuses", test_statuses},
    {"a long Retry-After", test_retry_after},
    {"versions", test_versions},
    {NULL, NULL},
};

const struct harness_suite refresh_suite = {"refresh", tests};
