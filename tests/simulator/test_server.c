/* SPDX-License-Identifier: BSD-2-Clause */

/* The simulator as a server: what several requests at the same time get. */

#include "harness.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "sim_farm.h"

#define LIST "/netbackup/admin/jobs?page%5Blimit%5D=1&sort=jobId"

enum {
	MOST = 8,   /* requests at the same time */
	LISTED = 4, /* rows at most */
	ANSWER_SIZE = 65536,
};

static void complete(struct sim_options *options)
{
	options->address = "127.0.0.1";
	options->port = "0";
	options->key = "sim-key";
	options->version = 13 * SIM_VERSION_MINORS;
	if (!options->world.jobs)
		options->world.jobs = 100;
	options->resources = sim_resource_usual();
}

/* To be closed with sim_server_close. */
static struct sim_server *serve(struct sim_options *options)
{
	struct sim_server *server;

	complete(options);
	server = sim_server_open(options);
	CU_ASSERT_PTR_NOT_NULL_FATAL(server);
	CU_ASSERT_TRUE_FATAL(sim_server_start(server));
	return server;
}

/* Sends a request for PATH on a connection of its own, for take. */
static int ask(struct sim_server *server, const char *path)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = 0;
	struct sockaddr_in address = {.sin_family = AF_INET};

	CU_ASSERT_EQUAL_FATAL(sscanf(sim_server_url(server), "http://127.0.0.1:%d/", &port), 1);
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	dprintf(fd,
		"GET %s HTTP/1.1\r\nHost: sim\r\nAuthorization: sim-key\r\n"
		"Accept: application/vnd.netbackup+json;version=13.0, "
		"text/vnd.netbackup+plain;version=13.0\r\nConnection: close\r\n\r\n",
		path);
	return fd;
}

/* Waits for the answer, to be freed. */
static char *take(int fd)
{
	char *answer = calloc(1, ANSWER_SIZE + 1);
	size_t size = 0;
	ssize_t more = 1;

	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	while (more > 0 && size < ANSWER_SIZE) {
		more = read(fd, answer + size, ANSWER_SIZE - size);
		size += more > 0 ? (size_t)more : 0;
	}
	close(fd);
	return answer;
}

/* Asks for PATH COUNT times at once; how many were answered with STATUS. */
static int ask_at_once(struct sim_server *server, const char *path, int count, int status)
{
	int fds[MOST], found = 0;
	char line[20];

	snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	for (int i = 0; i < count; i++)
		fds[i] = ask(server, path);
	for (int i = 0; i < count; i++) {
		char *answer = take(fds[i]);

		found += strncmp(answer, line, strlen(line)) == 0;
		free(answer);
	}
	return found;
}

/* Waits until GET /sim/stats says TEXT, at most as long as nobody who is at work would end. */
static void await_stats(struct sim_server *server, const char *text)
{
	int64_t until = timefmt_monotonic() + 400;
	char *answer = NULL;

	do {
		free(answer);
		answer = take(ask(server, "/sim/stats"));
	} while (!strstr(answer, text) && timefmt_monotonic() < until);
	if (!strstr(answer, text))
		FAIL("not '%s' but: %s", text, answer);
	free(answer);
}

/* Eight that wait 400 ms each need that long all together, and not 3.2 s. */
static void test_overlap(void)
{
	struct sim_options options = {.latency_ms = 400};
	struct sim_server *server = serve(&options);
	int64_t began = timefmt_monotonic(), took;

	EQUAL_NUMBER(ask_at_once(server, LIST, MOST, 200), MOST);
	took = timefmt_monotonic() - began;
	CU_ASSERT(took >= 400 && took < 1600);
	await_stats(server, "\"mostAtWork\":8,");
	sim_state_reset_stats(sim_server_state(server));
	await_stats(server, "\"mostAtWork\":0,");
	sim_server_close(server);
}

/* Only lists of jobs are at work. */
static void test_at_work(void)
{
	struct sim_options options = {.latency_ms = 100};
	struct sim_server *server = serve(&options);

	EQUAL_NUMBER(ask_at_once(server, "/netbackup/ping", 2, 200), 2);
	EQUAL_NUMBER(ask_at_once(server, "/netbackup/storage/storage-units", 2, 200), 2);
	await_stats(server, "\"mostAtWork\":0,");
	sim_server_close(server);
}

/* Of three at once the third waits 2 x 2 times as long as one alone. */
static void test_crowding(void)
{
	struct sim_options options = {.latency_ms = 200, .crowding = 2};
	struct sim_server *server = serve(&options);
	struct sim_state *state = sim_server_state(server);
	int64_t began = timefmt_monotonic();

	EQUAL_NUMBER(ask_at_once(server, LIST, 1, 200), 1);
	CU_ASSERT(timefmt_monotonic() - began < 800);
	began = timefmt_monotonic();
	EQUAL_NUMBER(ask_at_once(server, LIST, 3, 200), 3);
	CU_ASSERT(timefmt_monotonic() - began >= 800);
	EQUAL_NUMBER(sim_state_latency(state, 1), 200);
	EQUAL_NUMBER(sim_state_latency(state, 4), 1600);
	EQUAL_NUMBER(sim_state_latency(state, 1000), INT32_MAX);
	sim_server_close(server);
	options.crowding = 0;
	options.latency_ms = 70;
	server = serve(&options);
	EQUAL_NUMBER(sim_state_latency(sim_server_state(server), 8), 70);
	sim_server_close(server);
}

/* Those that are too many are told so while the others wait, and when to come again. */
static void test_limit(void)
{
	struct sim_options options = {.latency_ms = 500, .limit_at_work = 2};
	struct sim_server *server = serve(&options);
	int64_t began = timefmt_monotonic();
	int first = ask(server, LIST), second = ask(server, LIST);
	char *answer;

	await_stats(server, "\"mostAtWork\":2,\"tooMany\":0,");
	answer = take(ask(server, LIST));
	CU_ASSERT(timefmt_monotonic() - began < 500);
	CU_ASSERT_EQUAL(strncmp(answer, "HTTP/1.1 429 ", 13), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, "\r\nRetry-After: 1\r\n"));
	free(answer);
	EQUAL_NUMBER(ask_at_once(server, "/netbackup/ping", 1, 200), 1);
	free(take(first));
	free(take(second));
	CU_ASSERT(timefmt_monotonic() - began >= 500);
	EQUAL_NUMBER(ask_at_once(server, LIST, 1, 200), 1);
	await_stats(server, "\"mostAtWork\":2,\"tooMany\":1,");
	sim_state_reset_stats(sim_server_state(server));
	await_stats(server, "\"mostAtWork\":0,\"tooMany\":0,");
	sim_server_close(server);
}

/* What GET /sim/jobs says of the jobs, to be freed. */
static char *take_jobs(struct sim_server *server)
{
	char *answer = take(ask(server, "/sim/jobs")), *jobs = strstr(answer, "\r\n\r\n");

	CU_ASSERT_PTR_NOT_NULL_FATAL(jobs);
	jobs = strdup(jobs + 4);
	free(answer);
	return jobs;
}

/* Each in one process has a port, jobs and statistics of its own, and the jobs are those of its
 * seed. */
static void test_farm(void)
{
	enum { SERVERS = 20 };
	struct sim_options options = {
	    .world.seed = 5, .world.jobs = 50, .manual_clock = true, .clock_ms = 1782900000000};
	struct sim_farm *farm;

	complete(&options);
	farm = sim_farm_open(&options, SERVERS);
	CU_ASSERT_PTR_NOT_NULL_FATAL(farm);
	CU_ASSERT_TRUE_FATAL(sim_farm_start(farm));
	CU_ASSERT_PTR_NULL(sim_farm_server(farm, SERVERS));
	for (int i = 0; i < SERVERS; i++, options.world.seed++) {
		struct sim_server *alone = serve(&options);
		char *jobs = take_jobs(sim_farm_server(farm, i)), *wanted = take_jobs(alone);

		CU_ASSERT(strlen(jobs) > 1000);
		EQUAL_TEXT(jobs, wanted);
		free(jobs);
		free(wanted);
		sim_server_close(alone);
	}
	EQUAL_NUMBER(ask_at_once(sim_farm_server(farm, 7), LIST, 3, 200), 3);
	await_stats(sim_farm_server(farm, 7), "\"jobs\":3,");
	await_stats(sim_farm_server(farm, 8), "\"jobs\":0,");
	sim_farm_close(farm);
}

/* The limit of descriptors is raised; where that is not enough, none is opened. */
static void test_descriptors(void)
{
	struct rlimit limit = {.rlim_cur = 40, .rlim_max = 120};
	struct sim_options options = {0};
	struct sim_farm *farm;

	complete(&options);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_PTR_NULL(sim_farm_open(&options, 30));
	farm = sim_farm_open(&options, 20);
	CU_ASSERT_PTR_NOT_NULL_FATAL(farm);
	CU_ASSERT_TRUE(sim_farm_start(farm));
	sim_farm_close(farm);
}

/* The ids that the list with QUERY has, in its order; -1 when it is refused. */
static int list_ids(struct sim_server *server, const char *query, long long ids[LISTED])
{
	char path[200], *answer, *at;
	int count = 0;

	snprintf(path, sizeof(path), "/netbackup/admin/jobs?page%%5Blimit%%5D=%d&%s", LISTED,
		 query);
	answer = take(ask(server, path));
	for (at = answer; count < LISTED && (at = strstr(at, "\"jobId\":")); at++)
		CU_ASSERT_EQUAL(sscanf(at, "\"jobId\":%lld", &ids[count++]), 1);
	if (strncmp(answer, "HTTP/1.1 400 ", 13) == 0)
		count = -1;
	free(answer);
	return count;
}

static void set_faults(struct sim_server *server, const char *faults)
{
	char message[SIM_FAULT_MESSAGE_SIZE];

	CU_ASSERT_TRUE_FATAL(sim_state_replace_faults(sim_server_state(server), faults, message));
}

/* Wrong ids in a range that has two ends, and in no other list. The ids are 10001, 10002 and so on.
 */
static void test_ranges(void)
{
	static const char range[] =
	    "sort=jobId&filter=jobId%20gt%2010020%20and%20jobId%20le%2010022";
	static const struct {
		const char *fault, *query;
		int count;
		long long first;
	} cases[] = {
	    {"", range, 2, 10021},
	    {"same-ids", range, 2, 10019},
	    {"ids-outside", range, LISTED, 10021},
	    {"ids-outside:high", range, LISTED, 10021},
	    {"ids-outside:low", range, LISTED, 10001},
	    {"same-ids", "sort=jobId&filter=jobId%20gt%2010000%20and%20jobId%20le%2010002", 2,
	     10001},
	    {"same-ids", "sort=jobId&filter=jobId%20gt%2010020", LISTED, 10021},
	    {"same-ids", "sort=jobId&filter=jobId%20le%2010003", 3, 10001},
	    {"ids-outside", "sort=jobId&filter=jobId%20le%2010003", 3, 10001},
	    {"ids-outside:low", "sort=jobId&filter=jobId%20ge%2010003", LISTED, 10003},
	};
	struct sim_options options = {.world.ids.every = 1};
	struct sim_server *server = serve(&options);
	long long ids[LISTED] = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_faults(server, cases[i].fault);
		EQUAL_NUMBER(list_ids(server, cases[i].query, ids), cases[i].count);
		EQUAL_NUMBER(ids[0], cases[i].first);
		EQUAL_NUMBER(ids[cases[i].count - 1], cases[i].first + cases[i].count - 1);
	}
	set_faults(server, "same-ids:1");
	EQUAL_NUMBER(list_ids(server, range, ids), 2);
	EQUAL_NUMBER(ids[0], 10019);
	EQUAL_NUMBER(list_ids(server, range, ids), 2);
	EQUAL_NUMBER(ids[0], 10021);
	sim_server_close(server);
}

/* The last id is what nobody can check but by asking for the jobs. */
static void test_last_id(void)
{
	static const char falling[] = "sort=-jobId", rising[] = "sort=jobId";
	struct sim_options options = {.world.ids.every = 1};
	struct sim_server *server = serve(&options);
	long long ids[LISTED] = {0};

	/* 100 that ended, 2 that did not, 5 older ones. */
	EQUAL_NUMBER(list_ids(server, falling, ids), LISTED);
	EQUAL_NUMBER(ids[0], 10107);
	EQUAL_NUMBER(ids[1], 10106);
	set_faults(server, "last-id:high");
	EQUAL_NUMBER(list_ids(server, falling, ids), LISTED);
	EQUAL_NUMBER(ids[0], 1000000010107);
	EQUAL_NUMBER(ids[1], 10106);
	EQUAL_NUMBER(list_ids(server, rising, ids), LISTED);
	EQUAL_NUMBER(ids[0], 10001);
	set_faults(server, "last-id:middle");
	EQUAL_NUMBER(list_ids(server, falling, ids), LISTED);
	EQUAL_NUMBER(ids[0], 10054);
	set_faults(server, "last-id:low");
	EQUAL_NUMBER(list_ids(server, falling, ids), LISTED);
	EQUAL_NUMBER(ids[0], 1);
	set_faults(server, "no-descending");
	EQUAL_NUMBER(list_ids(server, falling, ids), -1);
	EQUAL_NUMBER(list_ids(server, "sort=-startTime", ids), LISTED);
	EQUAL_NUMBER(list_ids(server, rising, ids), LISTED);
	sim_server_close(server);
}

static const struct harness_test tests[] = {
    {"requests overlap", test_overlap},
    {"only lists of jobs are at work", test_at_work},
    {"crowding", test_crowding},
    {"limit of requests at work", test_limit},
    {"faults of ranges of ids", test_ranges},
    {"faults of the last id", test_last_id},
    {"several in one process", test_farm},
    {"descriptors for several", test_descriptors},
    {NULL, NULL},
};

extern const struct harness_suite sim_server_suite;
const struct harness_suite sim_server_suite = {"simulator: server", tests};
