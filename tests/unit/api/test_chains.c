/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/chains.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "harness.h"
#include "unit/captured.h"

/*
 * A server that knows nothing of a job but its id, answers several connections at once, and can be
 * wrong in many ways.
 */

#define IDS_MAX 20000
#define LIST_PAGE 100
#define WAIT_MS 5000
#define BIG (INT64_C(1) << 53)

/* What the server does wrong. The numbers count requests for jobs, from 1 on. */
struct quirks {
	int64_t last;	      /* it tells this one as the last id; 0 = the right one */
	const char *falls_to; /* its answer to the falling order; NULL = the last id */
	bool blocks_not;      /* nor an upper limit */
	bool deaf;	      /* limits of ids are not heeded */
	bool cursors_not;     /* pages name no other */
	int64_t page;  /* it gives no more jobs than that at once; 0 = as many as it is asked for */
	int64_t first; /* the first page has no more than that; 0 = no such limit */
	int odd;       /* this request is answered with ID as its last job */
	int64_t id;    /* 0 = with those of the request before, -1 = in HTML */
	int fails, fails_to;   /* these are answered with STATUS */
	int fails_each;	       /* each so many requests one is, too; 0 = none */
	bool fails_together;   /* not before all of them have come */
	const char *status;    /* and its header lines */
	unsigned bears;	       /* with more at work it answers with STATUS; 0 = all */
	int millis;	       /* for an answer */
	int crowding;	       /* so many times longer for each further request at work */
	int64_t late;	       /* the block behind this id takes slow_millis, too */
	size_t fat;	       /* bytes of blanks in each of the next eight blocks */
	int slow, slow_millis; /* this request takes so long */
};

struct host {
	struct quirks quirks;
	int64_t ids[IDS_MAX];
	size_t count;
	int fd;
	pthread_t thread;
	pthread_mutex_t lock; /* for what follows */
	int requests;
	int blocks; /* requests with an upper limit */
	unsigned at_work;
	unsigned most;	   /* at work at once */
	unsigned recently; /* the same of the last 10 requests */
	int counted;
	int behind_late; /* requests for what is behind the late block */
	int meanwhile;	 /* the same, before it was answered */
	int open;	 /* connections */
	int accepted;
	char before[LIST_PAGE * 60];
};

static struct host host;

/* The number behind NAME in the request; -1 = it has none. */
static int64_t number_of(const char *request, const char *name)
{
	const char *at = strstr(request, name);

	return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

static size_t add_job(char *text, size_t size, int64_t id, bool first)
{
	return (size_t)snprintf(text, size, "%s{\"attributes\":{\"jobId\":%lld}}", first ? "" : ",",
				(long long)id);
}

/* Writes the jobs that REQUEST asks for; their cursor, 0 = none. */
static int64_t write_jobs(const char *request, bool odd, char *text, size_t size)
{
	int64_t behind = number_of(request, "jobId%20gt%20"), upto = number_of(request, "%20le%20");
	int64_t after = number_of(request, "page%5Bafter%5D="), last = 0;
	int64_t limit = number_of(request, "page%5Blimit%5D=");
	size_t length = 0;

	if (host.quirks.page > 0 && host.quirks.page < limit)
		limit = host.quirks.page;
	if (host.quirks.first > 0 && behind < 0 && after < 0)
		limit = host.quirks.first;
	if (host.quirks.deaf)
		behind = upto = -1;
	if (after > behind)
		behind = after;
	text[0] = '\0';
	for (size_t i = 0; i < host.count; i++) {
		if (host.ids[i] <= behind || (upto >= 0 && host.ids[i] > upto))
			continue;
		if (limit-- == 0)
			return host.quirks.cursors_not ? 0 : last;
		last = host.ids[i];
		length += add_job(text + length, size - length, last, length == 0);
	}
	if (odd && host.quirks.id > 0)
		add_job(text + length, size - length, host.quirks.id, length == 0);
	return 0;
}

static void write_last(char *text, size_t size)
{
	int64_t last = host.count ? host.ids[host.count - 1] : 0;

	if (host.quirks.last)
		last = host.quirks.last;
	text[0] = '\0';
	if (last > 0)
		add_job(text, size, last, true);
}

/* In one piece: of two, the second would wait for the client to confirm the first. */
static void reply(int fd, const char *status, const char *body)
{
	char *text =
	    mem_printf("HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body), body);

	send(fd, text, strlen(text), MSG_NOSIGNAL);
	free(text);
}

static int blanks(const char *request)
{
	int64_t behind = number_of(request, "jobId%20gt%20");
	const struct quirks *quirks = &host.quirks;

	if (behind > quirks->late && behind <= quirks->late + 8 * LIST_PAGE)
		return (int)quirks->fat;
	return 0;
}

#define JSON_TYPE "200 OK\r\nContent-Type: application/vnd.netbackup+json;version=13.0"

/* Answers the NUMBER-th request for jobs. */
static void answer_jobs(int fd, const char *request, int number)
{
	const struct quirks *quirks = &host.quirks;
	char jobs[sizeof host.before], *body, next[40] = "";
	bool falls = strstr(request, "sort=-jobId"), odd = number == quirks->odd;
	int64_t cursor = 0;

	if (falls && quirks->falls_to) {
		reply(fd, quirks->falls_to, "{}");
		return;
	}
	if (strstr(request, "%20le%20") && quirks->blocks_not) {
		reply(fd, "400 Bad Request", "");
		return;
	}
	if (odd && quirks->id < 0) {
		reply(fd, "200 OK\r\nContent-Type: text/html", "<html>");
		return;
	}
	if (falls)
		write_last(jobs, sizeof jobs);
	else
		cursor = write_jobs(request, odd, jobs, sizeof jobs);
	pthread_mutex_lock(&host.lock);
	if (odd && quirks->id == 0)
		strcpy(jobs, host.before);
	strcpy(host.before, jobs);
	pthread_mutex_unlock(&host.lock);
	if (cursor > 0)
		snprintf(next, sizeof next, "\"next\":\"%lld\"", (long long)cursor);
	body = mem_printf("{\"data\":[%s],%*s\"meta\":{\"pagination\":{%s}}}", jobs,
			  blanks(request), "", next);
	reply(fd, JSON_TYPE, body);
	free(body);
}

static void rest(int64_t millis)
{
	struct timespec time = {millis / 1000, millis % 1000 * 1000000};

	nanosleep(&time, NULL);
}

/* One request more is at work. Says how many there are, and *NUMBER. */
static unsigned begin_work(const char *request, int *number)
{
	unsigned at_work;

	pthread_mutex_lock(&host.lock);
	*number = ++host.requests;
	host.blocks += strstr(request, "%20le%20") != NULL;
	host.behind_late += number_of(request, "jobId%20gt%20") > host.quirks.late;
	at_work = ++host.at_work;
	if (at_work > host.most)
		host.most = at_work;
	if (host.requests / 10 != host.counted) {
		host.counted = host.requests / 10;
		host.recently = 0;
	}
	if (at_work > host.recently)
		host.recently = at_work;
	pthread_mutex_unlock(&host.lock);
	return at_work;
}

static void count_open(int by)
{
	pthread_mutex_lock(&host.lock);
	host.open += by;
	host.accepted += by > 0;
	pthread_mutex_unlock(&host.lock);
}

static int requests_so_far(void)
{
	int requests;

	pthread_mutex_lock(&host.lock);
	requests = host.requests;
	pthread_mutex_unlock(&host.lock);
	return requests;
}

/* Waits until so many requests have come. */
static void await_requests(int count)
{
	int64_t until = timefmt_monotonic() + WAIT_MS;

	while (requests_so_far() < count && timefmt_monotonic() < until)
		rest(1);
}

static void note_meanwhile(void)
{
	pthread_mutex_lock(&host.lock);
	host.meanwhile = host.behind_late;
	pthread_mutex_unlock(&host.lock);
}

static void work(int fd, const char *request)
{
	const struct quirks *quirks = &host.quirks;
	int64_t millis = quirks->millis;
	unsigned at_work;
	int number;
	bool late;

	if (strstr(request, "/ping ")) {
		reply(fd, "200 OK", "1782871204000");
		return;
	}
	at_work = begin_work(request, &number);
	for (unsigned i = 1; quirks->crowding > 0 && i < at_work; i++)
		millis *= quirks->crowding;
	late = quirks->late > 0 && number_of(request, "jobId%20gt%20") == quirks->late;
	rest(late || number == quirks->slow ? quirks->slow_millis : millis);
	if (late)
		note_meanwhile();
	if (quirks->fails_together && number >= quirks->fails && number < quirks->fails_to)
		await_requests(quirks->fails_to);
	pthread_mutex_lock(&host.lock);
	host.at_work--;
	pthread_mutex_unlock(&host.lock);
	if ((number >= quirks->fails && number <= quirks->fails_to) ||
	    (quirks->fails_each > 0 && number % quirks->fails_each == 0) ||
	    (quirks->bears > 0 && at_work > quirks->bears))
		reply(fd, quirks->status, "");
	else
		answer_jobs(fd, request, number);
}

/* Serves one connection to its end. */
static void *serve(void *arg)
{
	int fd = *(int *)arg;
	char request[4000];
	size_t length = 0;
	ssize_t got;

	free(arg);
	while ((got = recv(fd, request + length, sizeof request - 1 - length, 0)) > 0) {
		length += (size_t)got;
		request[length] = '\0';
		if (!strstr(request, "\r\n\r\n"))
			continue;
		*strchr(request, '\r') = '\0';
		work(fd, request);
		length = 0;
	}
	close(fd);
	count_open(-1);
	return NULL;
}

static void *accept_all(void *arg)
{
	pthread_t thread;
	int fd;

	(void)arg;
	while ((fd = accept(host.fd, NULL, NULL)) >= 0) {
		int *copy = mem_zalloc(1, sizeof *copy);

		*copy = fd;
		count_open(1);
		if (pthread_create(&thread, NULL, serve, copy) == 0)
			pthread_detach(thread);
	}
	return NULL;
}

/* Waits until there are no more than COUNT connections. */
static void await_open(int count)
{
	int64_t until = timefmt_monotonic() + WAIT_MS;
	int open;

	do {
		pthread_mutex_lock(&host.lock);
		open = host.open;
		pthread_mutex_unlock(&host.lock);
		if (open > count)
			rest(1);
	} while (open > count && timefmt_monotonic() < until);
	if (open > count)
		FAIL("there are %d connections", open);
}

/* The client's side. */
struct client {
	char url[60];
	struct config_site site;
	struct netbackup *netbackup;
	struct chains_use use;
	struct fault fault;
	int64_t ids[IDS_MAX + 1000];
	size_t count;
	int lasts;	 /* pages that were called the last */
	int64_t ended;	 /* when the fetch did */
	int64_t stopped; /* when it was told to */
};

static struct client client;

static bool take(struct page *page, bool last, void *arg, struct fault *fault)
{
	const struct json *element;

	(void)arg;
	(void)fault;
	client.lasts += last;
	while ((element = page_next(page)) != NULL && client.count < IDS_MAX)
		client.ids[client.count++] =
		    json_whole(json_member(json_member(element, "attributes"), "jobId"));
	return true;
}

static void begin(const struct quirks *quirks)
{
	static char name[] = "paris", key[] = "secret";
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	struct fault fault;

	memset(&client, 0, sizeof client);
	host.quirks = *quirks;
	host.requests = host.blocks = host.counted = host.open = 0;
	host.accepted = host.behind_late = host.meanwhile = 0;
	host.most = host.recently = host.at_work = 0;
	host.before[0] = '\0';
	pthread_mutex_init(&host.lock, NULL);
	host.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(host.fd, (struct sockaddr *)&address, length), 0);
	CU_ASSERT_EQUAL_FATAL(listen(host.fd, 16), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(host.fd, (struct sockaddr *)&address, &length), 0);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&host.thread, NULL, accept_all, NULL), 0);
	http_global_init();
	snprintf(client.url, sizeof client.url, "http://127.0.0.1:%d/netbackup",
		 ntohs(address.sin_port));
	client.site =
	    (struct config_site){.name = name, .url = client.url, .api_key = key, .timeout = 10};
	client.netbackup = netbackup_open(&client.site);
	CU_ASSERT_TRUE_FATAL(netbackup_begin(client.netbackup, 0, &fault));
}

/* Fetches what is behind BEHIND by LIMIT connections. */
static bool fetch(int64_t behind, unsigned limit)
{
	struct list list = {.path = "/admin/jobs",
			    .things = "jobs",
			    .paging = LIST_BY_ID,
			    .sort = "jobId",
			    .filter = "endTime ge 2026-07-01T00:00:00.000Z",
			    .behind = behind,
			    .visit = take};
	bool fine;

	fault_clear(&client.fault);
	fine = chains_fetch(client.netbackup, &list, limit, &client.use, &client.fault);
	client.ended = timefmt_monotonic();
	EQUAL_NUMBER(client.use.connections, 0);
	if (fine)
		EQUAL_NUMBER(netbackup_traffic(client.netbackup)->requests, host.requests + 1);
	else
		CU_ASSERT(client.fault.text[0] != '\0');
	await_open(1);
	return fine;
}

static void end(void)
{
	netbackup_close(client.netbackup);
	http_global_cleanup();
	await_open(0);
	shutdown(host.fd, SHUT_RDWR);
	pthread_join(host.thread, NULL);
	close(host.fd);
	pthread_mutex_destroy(&host.lock);
}

/* What has come is all there is, each job once, by rising ids. */
static void check_all(void)
{
	EQUAL_NUMBER(client.count, host.count);
	EQUAL_NUMBER(client.lasts, 1);
	if (client.count == host.count &&
	    memcmp(client.ids, host.ids, host.count * sizeof host.ids[0]) != 0)
		FAIL("other ids have come than there are");
}

/* A whole fetch, after which all is as it should be. */
static void fetch_all(const struct quirks *quirks, unsigned limit)
{
	begin(quirks);
	CU_ASSERT_TRUE(fetch(0, limit));
	check_all();
	end();
}

/* A fetch that fails, with PART in the text, after which no job has come twice. */
static void fetch_failing(const struct quirks *quirks, enum fault_class class, const char *part)
{
	begin(quirks);
	CU_ASSERT_FALSE(fetch(0, 4));
	EQUAL_NUMBER(client.fault.class, class);
	if (!strstr(client.fault.text, part))
		FAIL("the text is \"%s\"", client.fault.text);
	EQUAL_NUMBER(client.lasts, 0);
	for (size_t i = 1; i < client.count; i++)
		CU_ASSERT(client.ids[i] > client.ids[i - 1]);
	end();
}

/* COUNT ids from FIRST on, each at random up to GAP above the one before. */
static void add_ids(int64_t first, size_t count, int64_t gap, unsigned *seed)
{
	for (size_t i = 0; i < count; i++) {
		host.ids[host.count++] = first;
		first += gap > 1 ? 1 + rand_r(seed) % gap : 1;
	}
}

static void set_ids(int64_t first, size_t count, int64_t gap)
{
	unsigned seed = 1;

	host.count = 0;
	add_ids(first, count, gap, &seed);
}

static const struct quirks right = {.millis = 3};

/* Each block of dense ids is a page, and no request is for nothing. */
static void test_dense(void)
{
	static const struct quirks quirks = {.millis = 15};

	for (unsigned limit = 1; limit <= CHAINS_MAX; limit += limit == 1 ? 3 : 4) {
		set_ids(1000, 6000, 1);
		fetch_all(&quirks, limit);
		CU_ASSERT(limit == 1 ? client.use.most == 0
				     : client.use.most > 1 && client.use.most <= limit);
		CU_ASSERT(limit == 1 ? host.most == 1 : host.most > 1 && host.most <= limit);
		/* They are kept from request to request. */
		EQUAL_NUMBER(host.accepted, limit == 1 ? 1 : client.use.most);
		EQUAL_NUMBER(host.blocks, limit == 1 ? 0 : 59);
		EQUAL_NUMBER(host.requests, limit == 1 ? 61 : 62);
	}
}

/* Where ids come by chance, blocks are narrower, and some have more than fits all the same. */
static void test_sparse(void)
{
	static const int64_t gaps[] = {2, 3, 20, 1000000};

	for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
		set_ids(1, 10000, gaps[i]);
		fetch_all(&right, 4);
		if (host.requests > 145)
			FAIL("%d requests for 100 pages", host.requests);
	}
}

static void test_small_pages(void)
{
	static const struct quirks small = {.millis = 3, .page = 40},
				   tiny = {.millis = 1, .page = 1};

	set_ids(1, 4000, 3);
	fetch_all(&small, 4);
	if (host.requests > 150)
		FAIL("%d requests for 100 pages", host.requests);
	set_ids(1, 100, 3);
	fetch_all(&tiny, 4);
}

/* COUNT ids in runs of up to RUN without a gap, with gaps of up to GAP between them. */
static void set_runs(size_t count, int run, int gap, unsigned *seed)
{
	int64_t first = 1;

	host.count = 0;
	while (host.count < count) {
		size_t length = 1 + (size_t)rand_r(seed) % (size_t)run;

		if (length > count - host.count)
			length = count - host.count;
		add_ids(first, length, 1, seed);
		first = host.ids[host.count - 1] + 2 + rand_r(seed) % gap;
	}
}

/* What docs/performance.md says that ids cost which come in runs. */
static void test_runs(void)
{
	static const struct {
		int run, gap;
		int requests; /* at most, for 100 pages */
	} cases[] = {{1, 3, 130}, {50, 50, 180}, {500, 500, 220}, {500, 10000, 440}};
	unsigned seed = harness_seed();

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		set_runs(10000, cases[i].run, cases[i].gap, &seed);
		fetch_all(&right, 4);
		if (host.requests > cases[i].requests)
			FAIL("%d requests for runs of %d and gaps of %d", host.requests,
			     cases[i].run, cases[i].gap);
	}
}

/* A first page that is short says little of the others. */
static void test_short_first(void)
{
	static const int64_t firsts[] = {1, 7, 99};

	for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
		struct quirks quirks = {.millis = 3, .first = firsts[i]};

		set_ids(1, 10000, 1);
		fetch_all(&quirks, 4);
		if (host.requests > 110)
			FAIL("%d requests for 100 pages", host.requests);
	}
}

/* Huge gaps cost some requests, wherever they are. */
static void test_uneven(void)
{
	static const int64_t gap = INT64_C(1000000000000);
	unsigned seed = harness_seed();

	host.count = 0;
	for (int64_t i = 0; i < 12; i++)
		add_ids(1 + i * gap, 1 + (size_t)rand_r(&seed) % 1000, i % 4 ? 1 + i * i * i : 1,
			&seed);
	fetch_all(&right, 8);
	if (host.requests > (int)host.count / 100 + 12 * 80)
		FAIL("%d requests for %zu jobs", host.requests, host.count);
}

static void test_large(void)
{
	set_ids(BIG - 3000, 3000, 1);
	fetch_all(&right, 4);
	EQUAL_NUMBER(host.blocks, 29);
	set_ids(BIG - INT64_C(6000000000), 3000, 2000000);
	fetch_all(&right, 4);
	set_ids(5, 1000, 1);
	host.ids[host.count++] = BIG;
	fetch_all(&right, 4);
}

/* What ends on a page needs no second request, and what ends soon no last id. */
static void test_short(void)
{
	static const struct {
		size_t count;
		int requests;
	} cases[] = {{0, 1}, {1, 1}, {99, 1}, {100, 3}, {101, 3}, {399, 5}, {400, 6}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		set_ids(7, cases[i].count, 1);
		fetch_all(&right, 4);
		EQUAL_NUMBER(host.requests, cases[i].requests);
	}
}

/* Nothing is missed behind a last id that is too low, and nothing is there before a high one. */
static void test_wrong_last(void)
{
	static const struct {
		int64_t last;
		int blocks; /* at most */
	} cases[] = {{2500, 15}, {1050, 0}, {1, 0}, {BIG, 160}, {INT64_MAX, 180}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct quirks quirks = {.millis = 3, .last = cases[i].last};

		set_ids(1000, 4000, 1);
		fetch_all(&quirks, 4);
		if (host.blocks > cases[i].blocks)
			FAIL("%d blocks up to %lld", host.blocks, (long long)cases[i].last);
	}
}

static void test_refusals(void)
{
	static const struct quirks blocks_not = {.blocks_not = true},
				   cursors_not = {.millis = 3, .cursors_not = true};

	set_ids(1000, 4000, 1);
	fetch_all(&blocks_not, 4);
	EQUAL_NUMBER(host.blocks, 1);
	fetch_all(&cursors_not, 4);
	set_ids(1000, 4000, 9);
	fetch_all(&cursors_not, 4);
}

/* The last id only makes it quicker. What may pass is asked for once more. */
static void test_no_last(void)
{
	static const struct {
		const char *answer;
		int requests;
	} cases[] = {
	    {"400 Bad Request", 42},
	    {"404 Not Found", 42},
	    {"406 Not Acceptable", 42},
	    {"500 Internal Server Error", 43},
	    {"200 OK\r\nContent-Type: text/html", 42},
	    {JSON_TYPE, 42},
	};

	set_ids(1000, 4000, 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct quirks quirks = {.falls_to = cases[i].answer};

		fetch_all(&quirks, 4);
		EQUAL_NUMBER(host.blocks, 0);
		EQUAL_NUMBER(host.requests, cases[i].requests);
	}
}

/* Where nothing else could be had either, it is a failure. */
static void test_no_rights_to_last(void)
{
	static const struct quirks key = {.falls_to = "401 Unauthorized"},
				   role = {.falls_to = "403 Forbidden"};

	set_ids(1000, 4000, 1);
	fetch_failing(&key, FAULT_AUTH, "the API key");
	fetch_failing(&role, FAULT_AUTH, "role");
	EQUAL_NUMBER(client.count, 100);
	EQUAL_NUMBER(host.requests, 2);
}

/* Begins anew with a timeout of a second, and so many MILLIS until the deadline; 0 = none. */
static void hurry(int64_t millis)
{
	client.site.timeout = 1;
	netbackup_close(client.netbackup);
	client.netbackup = netbackup_open(&client.site);
	CU_ASSERT_TRUE_FATAL(netbackup_begin(
	    client.netbackup, millis > 0 ? timefmt_monotonic() + millis : 0, &client.fault));
}

static void test_late_last(void)
{
	static const struct quirks late = {.slow = 2, .slow_millis = 1500};
	const char *words;

	set_ids(1000, 4000, 1);
	begin(&late);
	hurry(0);
	CU_ASSERT_TRUE(fetch(0, 4));
	check_all();
	EQUAL_NUMBER(host.blocks, 0);
	EQUAL_NUMBER(host.requests, 42);
	EQUAL_NUMBER(netbackup_setbacks(client.netbackup, &words), 1);
	end();
	begin(&late);
	hurry(500);
	CU_ASSERT_FALSE(fetch(0, 4));
	EQUAL_NUMBER(client.fault.class, FAULT_TIMEOUT);
	CU_ASSERT_PTR_NOT_NULL(strstr(client.fault.text, "deadline"));
	EQUAL_NUMBER(netbackup_setbacks(client.netbackup, &words), 0);
	EQUAL_NUMBER(host.requests, 2);
	end();
}

static void test_wrong_answers(void)
{
	static const struct quirks below = {.millis = 3, .odd = 20, .id = 1500},
				   above = {.millis = 3, .odd = 20, .id = 4990},
				   twice = {.millis = 3, .odd = 20, .id = 0},
				   html = {.millis = 3, .odd = 20, .id = -1},
				   deaf = {.deaf = true, .last = 4999};

	set_ids(1000, 4000, 1);
	fetch_failing(&below, FAULT_PROTOCOL, "out of order");
	fetch_failing(&above, FAULT_PROTOCOL, ", and has sent 4990");
	fetch_failing(&twice, FAULT_PROTOCOL, "the server was asked for jobs behind ");
	fetch_failing(&html, FAULT_PROTOCOL, "text/html instead of JSON");
	fetch_failing(&deaf, FAULT_PROTOCOL,
		      "the server was asked for jobs behind 1099 up to 1199, and has sent 1000; "
		      "set sweep-connections = 1");
	EQUAL_NUMBER(client.count, 100);
}

/* After a failure it goes on behind the last job that was taken. */
static void test_going_on(void)
{
	static const struct quirks broken = {
	    .millis = 3, .fails = 30, .fails_to = 99, .status = "403 Forbidden"};
	int requests;

	set_ids(1000, 6000, 1);
	begin(&broken);
	CU_ASSERT_FALSE(fetch(0, 4));
	EQUAL_NUMBER(client.fault.class, FAULT_AUTH);
	CU_ASSERT(client.count >= 2000 && client.count < 2900);
	requests = host.requests;
	host.quirks = right;
	CU_ASSERT_TRUE(fetch(client.ids[client.count - 1], 4));
	check_all();
	/* Those at work, those held, and first page and last id anew. */
	CU_ASSERT(host.requests <= requests + 60 - 22 + 8 + 3);
	end();
}

/* While one waits for its second try, the answers to the others are not lost. */
static void test_setbacks(void)
{
	static const char *const statuses[] = {"429 Too Many Requests\r\nRetry-After: 1",
					       "503 Service Unavailable"};

	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		struct quirks quirks = {.millis = 20, .bears = i ? 1 : 2, .status = statuses[i]};

		set_ids(1000, 6000, 1);
		fetch_all(&quirks, 4);
		CU_ASSERT(host.most > quirks.bears);
		EQUAL_NUMBER(host.recently, quirks.bears);
		CU_ASSERT(host.requests < 66);
	}
}

/* The log says each time that there is one less, also for the same reason. */
static void test_log(void)
{
	static const struct quirks quirks = {
	    .millis = 20, .fails_each = 45, .status = "503 Service Unavailable"};
	static const char line[] = " from now on: the server is busy";
	int lines = 0;
	char *said;

	set_ids(1000, 12000, 1);
	captured_begin(NULL);
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	fetch_all(&quirks, 8);
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
	said = captured_end();
	for (const char *at = said; (at = strstr(at, line)) != NULL; at++)
		lines++;
	EQUAL_NUMBER(lines, 2);
	free(said);
}

/* Those that are refused together wait together. */
static void test_waiting_together(void)
{
	static const struct quirks quirks = {.millis = 20,
					     .fails = 80,
					     .fails_to = 83,
					     .fails_together = true,
					     .status = "429 Too Many Requests\r\nRetry-After: 2"};
	int64_t began = timefmt_monotonic(), took;

	set_ids(1000, 12000, 1);
	fetch_all(&quirks, 4);
	took = timefmt_monotonic() - began;
	EQUAL_NUMBER(host.most, 4);
	CU_ASSERT(took >= 2000);
	if (took > 4500)
		FAIL("it took %lld ms", (long long)took);
}

/* Large pages that wait for their turn keep further ones from being asked for. */
static void test_large_pages(void)
{
	static const size_t sizes[] = {0, 17 << 20};
	int meanwhile[2];

	set_ids(1000, 12000, 1);
	for (size_t i = 0; i < 2; i++) {
		struct quirks quirks = {
		    .millis = 20, .late = 8999, .slow_millis = 1000, .fat = sizes[i]};

		fetch_all(&quirks, 4);
		EQUAL_NUMBER(host.most, 4);
		meanwhile[i] = host.meanwhile;
	}
	CU_ASSERT(meanwhile[0] > 4);
	if (meanwhile[1] < 2 || meanwhile[1] > 4)
		FAIL("%d requests", meanwhile[1]);
}

static void test_timeout(void)
{
	static const struct quirks quirks = {.millis = 20, .slow = 30, .slow_millis = 1500};

	set_ids(1000, 6000, 1);
	begin(&quirks);
	hurry(0);
	CU_ASSERT_TRUE(fetch(0, 2));
	check_all();
	EQUAL_NUMBER(host.most, 2);
	EQUAL_NUMBER(host.recently, 1);
	end();
}

static void test_crowding(void)
{
	static const struct quirks quirks = {.millis = 80, .crowding = 2};

	set_ids(1000, 3000, 1);
	fetch_all(&quirks, 8);
	EQUAL_NUMBER(host.most, 2);
	EQUAL_NUMBER(host.recently, 1);
	EQUAL_NUMBER(client.use.most, 2);
}

static void *cancel(void *arg)
{
	struct netbackup *netbackup = arg;

	await_requests(host.quirks.slow);
	/* The others go on as far as they may. */
	rest(100);
	client.stopped = timefmt_monotonic();
	netbackup_cancel(netbackup);
	return NULL;
}

/* A stop ends the waiting of all connections at once. */
static void test_cancel(void)
{
	static const struct quirks quirks = {.millis = 10, .slow = 40, .slow_millis = 3000};
	pthread_t thread;

	set_ids(1000, 20000, 1);
	begin(&quirks);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, cancel, client.netbackup), 0);
	CU_ASSERT_FALSE(fetch(0, 8));
	EQUAL_TEXT(client.fault.text, "stopped");
	pthread_join(thread, NULL);
	CU_ASSERT(client.stopped > 0 && client.ended >= client.stopped);
	if (client.ended - client.stopped >= 900)
		FAIL("it took %lld ms", (long long)(client.ended - client.stopped));
	CU_ASSERT(client.use.most > 1);
	CU_ASSERT(client.count < host.count);
	end();
}

static const struct harness_test tests[] = {
    {"dense ids", test_dense},
    {"sparse ids", test_sparse},
    {"pages that are smaller than asked for", test_small_pages},
    {"a short first page", test_short_first},
    {"runs of ids", test_runs},
    {"huge gaps", test_uneven},
    {"large ids", test_large},
    {"short lists", test_short},
    {"a last id that is wrong", test_wrong_last},
    {"requests that are refused", test_refusals},
    {"no last id", test_no_last},
    {"no rights to the last id", test_no_rights_to_last},
    {"a last id that comes late", test_late_last},
    {"answers to something else", test_wrong_answers},
    {"a failure in the middle", test_going_on},
    {"429 and 503 with more at work", test_setbacks},
    {"each connection less is in the log", test_log},
    {"429 to several at once", test_waiting_together},
    {"large pages that wait", test_large_pages},
    {"an answer that does not come", test_timeout},
    {"answers that take longer with more", test_crowding},
    {"a stop", test_cancel},
    {NULL, NULL},
};

const struct harness_suite chains_suite = {"chains", tests};
