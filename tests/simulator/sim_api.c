/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_api.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim_field.h"
#include "sim_filter.h"
#include "sim_json.h"
#include "sim_order.h"
#include "sim_page.h"

enum {
	HTTP_OK = 200,
	HTTP_FOUND = 302,
	HTTP_BAD_REQUEST = 400,
	HTTP_UNAUTHORIZED = 401,
	HTTP_NOT_FOUND = 404,
	HTTP_METHOD_NOT_ALLOWED = 405,
	HTTP_NOT_ACCEPTABLE = 406,
	HTTP_TOO_MANY_REQUESTS = 429,
	HTTP_SERVER_ERROR = 500,
	HTTP_UNAVAILABLE = 503,
};

enum {
	ERROR_NOT_FOUND = 227,
	ERROR_BAD_REQUEST = 8961,
	ERROR_BAD_FILTER = 9401,
	ERROR_OTHER = 9999,
};

enum {
	OLDEST_VERSION = 1 * SIM_VERSION_MINORS,
	CURSORS_VERSION = 9 * SIM_VERSION_MINORS, /* before it, there were offsets */
};

/* What could be filtered and sorted by before API 9.0. */
#define OLD_FIELDS                                                                                 \
	(1U << SIM_FIELD_JOB_ID | 1U << SIM_FIELD_PARENT_JOB_ID | 1U << SIM_FIELD_START_TIME |     \
	 1U << SIM_FIELD_END_TIME | 1U << SIM_FIELD_STATUS | 1U << SIM_FIELD_STATE |               \
	 1U << SIM_FIELD_JOB_TYPE | 1U << SIM_FIELD_POLICY_TYPE | 1U << SIM_FIELD_CLIENT_NAME)

#define JSON_TYPE "application/vnd.netbackup+json"
#define PLAIN_TYPE "text/vnd.netbackup+plain"
#define PREFIX "/netbackup"
#define JOBS_PATH PREFIX "/admin/jobs"

/* One request and what is known of it so far. */
struct call {
	struct sim_state *state;
	const struct sim_request *request;
	struct sim_reply *reply;
	int64_t now_ms;
	int version; /* that the answer is given in */
	int jobs;    /* that it shows */
	char base[256];
};

static bool is_old(const struct call *call)
{
	return call->version < CURSORS_VERSION;
}

static void set_media(struct sim_reply *reply, const char *type, int version)
{
	snprintf(reply->media, sizeof(reply->media), "%s;version=%d.%d", type,
		 version / SIM_VERSION_MINORS, version % SIM_VERSION_MINORS);
}

static void fail(struct call *call, int status, int code, const char *message)
{
	struct sim_reply *reply = call->reply;

	reply->status = status;
	set_media(reply, JSON_TYPE, call->version);
	sim_json_error(&reply->body, code, message);
}

static void answer_html(struct call *call, int status, const char *body)
{
	call->reply->status = status;
	snprintf(call->reply->media, SIM_MEDIA_SIZE, "text/html;charset=utf-8");
	sim_buf_text(&call->reply->body, body);
}

static void answer_not_found(struct call *call)
{
	answer_html(call, HTTP_NOT_FOUND,
		    "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head>"
		    "<body><h1>Not Found</h1></body></html>\n");
}

/* The number of "13.0", -1 for anything else; `end` is where it stops. */
static int parse_version(const char *text, const char **end)
{
	long number[2];

	for (int i = 0; i < 2; i++) {
		char *stop;

		if (!isdigit((unsigned char)*text))
			return -1;
		number[i] = strtol(text, &stop, 10);
		if (number[i] >= SIM_VERSION_MINORS || (i == 0 && *stop != '.'))
			return -1;
		*end = stop;
		text = stop + 1;
	}
	return (int)(number[0] * SIM_VERSION_MINORS + number[1]);
}

/* The version that one element of an Accept header asks for, -1 without a legal one. */
static int element_version(const char *element, size_t size, const char *type)
{
	const char *end = element + size;
	const char *at = element + strlen(type);
	const char *stop;

	if (size < strlen(type) || strncasecmp(element, type, strlen(type)) != 0)
		return -1;
	while (at < end) {
		int version;

		at += strspn(at, " \t;");
		if (strncasecmp(at, "version=", 8) != 0) {
			at += strcspn(at, ";,");
			if (!*at || *at == ',')
				break;
			continue;
		}
		version = parse_version(at + 8, &stop);
		return version >= 0 && !strchr(" \t;,", *stop) ? -1 : version;
	}
	return -1;
}

/* The first version in the Accept header that the server speaks, -1 if there is none. */
static int accepted_version(const struct call *call, const char *type)
{
	const char *at = sim_request_header(call->request, "Accept");

	while (at && *at) {
		size_t size;
		int version;

		at += strspn(at, " \t,");
		size = strcspn(at, ",");
		version = element_version(at, size, type);
		if (version >= OLDEST_VERSION && version <= call->state->options->version)
			return version;
		at += size;
	}
	return -1;
}

static void answer_ping(struct call *call)
{
	struct sim_reply *reply = call->reply;
	const char *accept = sim_request_header(call->request, "Accept");
	int newest = call->state->options->version;
	int version = accepted_version(call, PLAIN_TYPE);

	SIM_STATE_COUNT(call->state, ping);
	if (sim_state_fault(call->state, SIM_FAULT_NO_PING)) {
		answer_not_found(call);
		return;
	}
	set_media(reply, PLAIN_TYPE, version < 0 ? newest : version);
	if (accept && strstr(accept, "version=") && version < 0) {
		reply->status = HTTP_NOT_ACCEPTABLE;
		sim_buf_text(&reply->body, "Simulated: no such version of this API.");
		return;
	}
	if (!sim_state_fault(call->state, SIM_FAULT_PING_NO_VERSION))
		snprintf(reply->api_version, sizeof(reply->api_version), "%d.%d",
			 newest / SIM_VERSION_MINORS, newest % SIM_VERSION_MINORS);
	sim_buf_number(&reply->body, call->now_ms);
}

static void answer_ca(struct call *call)
{
	struct sim_buf *body = &call->reply->body;

	if (!call->state->ca.data) {
		fail(call, HTTP_NOT_FOUND, ERROR_NOT_FOUND, "Simulated: there is no CA.");
		return;
	}
	set_media(call->reply, JSON_TYPE, call->version);
	sim_buf_text(body, "{\"webRootCert\":");
	sim_buf_json(body, call->state->ca.data);
	sim_buf_text(body, ",\"cacert\":[");
	sim_buf_json(body, call->state->ca.data);
	sim_buf_text(body, "]}");
}

/* Key and version: what every path that is not open to all wants first. */
static bool check_access(struct call *call)
{
	const char *key = sim_request_header(call->request, "Authorization");
	int version = accepted_version(call, JSON_TYPE);

	if (version >= 0)
		call->version = version;
	if (!key || strcmp(key, call->state->options->key) != 0) {
		fail(call, HTTP_UNAUTHORIZED, ERROR_OTHER, "Simulated: not authorised.");
		return false;
	}
	if (version < 0) {
		fail(call, HTTP_NOT_ACCEPTABLE, ERROR_OTHER,
		     "Simulated: no such version of this API.");
		return false;
	}
	return true;
}

static void answer_job(struct call *call)
{
	const char *text = call->request->path + strlen(JOBS_PATH "/");
	struct sim_world world = sim_state_world(call->state);
	int64_t count = sim_order_count(&world, call->now_ms);
	struct sim_job job;
	int64_t ordinal;
	long long id;
	char *end;

	if (!check_access(call))
		return;
	errno = 0;
	id = strtoll(text, &end, 10);
	if (errno || end == text || *end) {
		fail(call, HTTP_NOT_FOUND, ERROR_NOT_FOUND, "Simulated: not a job id.");
		return;
	}
	ordinal = sim_order_first_id(&world, id);
	if (ordinal < count)
		job = sim_job_at(&world, ordinal, call->now_ms);
	if (ordinal >= count || job.id != id || job.deleted) {
		fail(call, HTTP_NOT_FOUND, ERROR_NOT_FOUND, "Simulated: no such job.");
		return;
	}
	set_media(call->reply, JSON_TYPE, call->version);
	call->reply->may_pack = true;
	sim_json_one(&call->reply->body, call->base, is_old(call), &job, call->now_ms);
}

static bool parse_limit(const char *text, int *limit)
{
	long number;
	char *end;

	*limit = SIM_PAGE_DEFAULT_LIMIT;
	if (!text)
		return true;
	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < 0)
		return false;
	*limit = number > SIM_PAGE_MAX_LIMIT ? SIM_PAGE_MAX_LIMIT : (int)number;
	return true;
}

/* Before API 9.0 a page is found by its offset, and cursors are unknown parameters. */
static bool parse_offset(const struct call *call, int64_t *offset)
{
	const char *text = sim_request_parameter(call->request, "page[offset]");
	char *end;

	if (!text || !is_old(call))
		return true;
	errno = 0;
	*offset = strtoll(text, &end, 10);
	return !errno && end != text && !*end && *offset >= 0;
}

static bool parse_cursor(const struct call *call, const char *name, const struct sim_sort *sort,
			 bool *present, struct sim_cursor *cursor)
{
	const char *text = sim_request_parameter(call->request, name);

	*present = text && !is_old(call);
	return !*present || sim_cursor_parse(text, sort, cursor);
}

/* Reads all parameters of a list; answers and returns false when one is wrong. */
static bool read_query(struct call *call, struct sim_query *query, struct sim_filter **filter,
		       struct sim_hits hits)
{
	const struct sim_request *request = call->request;
	const char *text = sim_request_parameter(request, "filter");
	char message[SIM_FILTER_MESSAGE_SIZE];
	const char *wrong = NULL;

	*filter = NULL;
	if (!parse_limit(sim_request_parameter(request, "page[limit]"), &query->limit))
		wrong = "Simulated: page[limit] is not a number.";
	else if (!parse_offset(call, &query->offset))
		wrong = "Simulated: page[offset] is not a number.";
	else if (!sim_sort_parse(sim_request_parameter(request, "sort"), &query->sort))
		wrong = "Simulated: cannot sort by that.";
	else if (!parse_cursor(call, "page[after]", &query->sort, &query->has_after,
			       &query->after) ||
		 !parse_cursor(call, "page[before]", &query->sort, &query->has_before,
			       &query->before))
		wrong = "Simulated: not a cursor of this list.";
	if (wrong) {
		fail(call, HTTP_BAD_REQUEST, ERROR_BAD_REQUEST, wrong);
		return false;
	}
	if (text)
		*filter = sim_filter_parse(text, message);
	if (text && !*filter) {
		fail(call, HTTP_BAD_REQUEST, ERROR_BAD_FILTER, message);
		return false;
	}
	if (sim_filter_fields(*filter) & (hits.fields | (is_old(call) ? ~OLD_FIELDS : 0))) {
		sim_filter_free(*filter);
		fail(call, HTTP_BAD_REQUEST, ERROR_BAD_FILTER,
		     "Simulated: cannot filter by one of these fields.");
		return false;
	}
	query->filter = *filter;
	return true;
}

static enum sim_data empty_form(struct sim_hits hits)
{
	if (sim_fault_hit(hits, SIM_FAULT_DATA_NULL))
		return SIM_DATA_NULL;
	return sim_fault_hit(hits, SIM_FAULT_DATA_ABSENT) ? SIM_DATA_ABSENT : SIM_DATA_EMPTY;
}

static enum sim_next end_form(struct sim_hits hits)
{
	if (sim_fault_hit(hits, SIM_FAULT_NEXT_NULL))
		return SIM_NEXT_NULL;
	return sim_fault_hit(hits, SIM_FAULT_NEXT_EMPTY) ? SIM_NEXT_EMPTY : SIM_NEXT_ABSENT;
}

static bool wants_extra_page(struct sim_hits hits)
{
	return sim_fault_hit(hits, SIM_FAULT_DATA_NULL) ||
	       sim_fault_hit(hits, SIM_FAULT_DATA_ABSENT) ||
	       sim_fault_hit(hits, SIM_FAULT_DATA_EMPTY) ||
	       sim_fault_hit(hits, SIM_FAULT_REPEAT_CURSOR);
}

static void write_offsets(struct sim_buf *next, struct sim_buf *prev, const struct sim_page *page,
			  const struct sim_query *query)
{
	int64_t before = query->offset > query->limit ? query->offset - query->limit : 0;

	if (page->more_after)
		sim_buf_number(next, query->offset + page->count);
	if (page->more_before)
		sim_buf_number(prev, before);
}

static void write_list(struct call *call, const struct sim_page *page,
		       const struct sim_query *query, struct sim_hits hits)
{
	const struct sim_request *request = call->request;
	const char *after = sim_request_parameter(request, "page[after]");
	struct sim_buf next = {0};
	struct sim_buf prev = {0};
	struct sim_list list = {
	    .page = page,
	    .query = query,
	    .now_ms = call->now_ms,
	    .base = call->base,
	    .self = request->uri + strlen(PREFIX),
	    .filter_text = sim_request_parameter(request, "filter"),
	    .sort_text = sim_request_parameter(request, "sort"),
	    .without_meta = sim_fault_hit(hits, SIM_FAULT_NO_META),
	    .next_in_links = sim_fault_hit(hits, SIM_FAULT_NEXT_IN_LINKS),
	    .without_next = sim_fault_hit(hits, SIM_FAULT_NO_NEXT),
	    .is_old = is_old(call),
	    .end_form = end_form(hits),
	    .empty_form = empty_form(hits),
	};

	if (is_old(call))
		write_offsets(&next, &prev, page, query);
	else if (page->count && (page->more_after || wants_extra_page(hits)))
		sim_cursor_write(&next, &query->sort, &page->rows[page->count - 1]);
	if (!is_old(call) && page->count && page->more_before)
		sim_cursor_write(&prev, &query->sort, &page->rows[0]);
	list.next = next.data;
	list.prev = prev.data;
	if (after && sim_fault_hit(hits, SIM_FAULT_REPEAT_CURSOR))
		list.next = after;
	list.next_is_number =
	    sim_fault_hit(hits, SIM_FAULT_NEXT_NUMBER) && sim_sort_is_by_id(&query->sort);
	sim_json_list(&call->reply->body, &list);
	sim_buf_free(&next);
	sim_buf_free(&prev);
}

static void answer_list(struct call *call, struct sim_hits hits)
{
	struct sim_world world = sim_state_world(call->state);
	struct sim_reply *reply = call->reply;
	struct sim_query query = {0};
	struct sim_filter *filter;
	struct sim_page page;

	if (!check_access(call) || !read_query(call, &query, &filter, hits))
		return;
	sim_page_fill(&page, &world, &query, call->now_ms);
	call->jobs = page.count;
	set_media(reply, JSON_TYPE, call->version);
	reply->may_pack = true;
	write_list(call, &page, &query, hits);
	if (sim_fault_hit(hits, SIM_FAULT_TRUNCATE))
		reply->body.size /= 2;
	sim_filter_free(filter);
}

static void answer_busy(struct call *call, int status)
{
	sim_state_retry_after(call->state, call->reply->retry_after);
	fail(call, status, ERROR_OTHER, "Simulated: too busy.");
}

static void answer_echo(struct call *call)
{
	const char *key = sim_request_header(call->request, "Authorization");

	answer_html(call, HTTP_SERVER_ERROR, "<html><body><pre>Authorization: ");
	sim_buf_text(&call->reply->body, key ? key : "");
	sim_buf_text(&call->reply->body, "</pre></body></html>\n");
}

static void answer_redirect(struct call *call)
{
	size_t host = strlen(call->base) - strlen(PREFIX);

	answer_html(call, HTTP_FOUND, "<html><body>Elsewhere</body></html>\n");
	snprintf(call->reply->location, sizeof(call->reply->location), "%.*s/elsewhere",
		 (int)(host < 200 ? host : 200), call->base);
}

static void answer_huge(struct call *call)
{
	set_media(call->reply, JSON_TYPE, call->version);
	call->reply->may_pack = true;
	call->reply->delivery = SIM_DELIVER_HUGE;
	sim_buf_text(&call->reply->body, "{\"data\":[");
}

static void answer_text(struct call *call, const char *json)
{
	set_media(call->reply, JSON_TYPE, call->version);
	sim_buf_text(&call->reply->body, json);
}

/* Answers by a fault that replaces the answer. False when there is none. */
static bool answer_fault(struct call *call, struct sim_hits hits)
{
	if (sim_fault_hit(hits, SIM_FAULT_401))
		fail(call, HTTP_UNAUTHORIZED, ERROR_OTHER, "Simulated: not authorised.");
	else if (sim_fault_hit(hits, SIM_FAULT_429))
		answer_busy(call, HTTP_TOO_MANY_REQUESTS);
	else if (sim_fault_hit(hits, SIM_FAULT_503))
		answer_busy(call, HTTP_UNAVAILABLE);
	else if (sim_fault_hit(hits, SIM_FAULT_500))
		fail(call, HTTP_SERVER_ERROR, ERROR_OTHER, "Simulated: internal error.");
	else if (sim_fault_hit(hits, SIM_FAULT_RESET))
		call->reply->delivery = SIM_DELIVER_NOTHING;
	else if (sim_fault_hit(hits, SIM_FAULT_HTML))
		answer_html(call, HTTP_OK,
			    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>"
			    "<form action=\"/login\"><input name=\"user\"></form></body></html>\n");
	else if (sim_fault_hit(hits, SIM_FAULT_ECHO_KEY))
		answer_echo(call);
	else if (sim_fault_hit(hits, SIM_FAULT_REDIRECT))
		answer_redirect(call);
	else if (sim_fault_hit(hits, SIM_FAULT_HUGE))
		answer_huge(call);
	else if (sim_fault_hit(hits, SIM_FAULT_ERROR_200))
		fail(call, HTTP_OK, ERROR_OTHER, "Simulated: an error in spite of 200.");
	else if (sim_fault_hit(hits, SIM_FAULT_BARE_OBJECT))
		answer_text(call, "{\"message\":\"Simulated: no list.\"}");
	else if (sim_fault_hit(hits, SIM_FAULT_NO_RIGHTS))
		answer_text(call, "{\"data\":[],\"meta\":{\"pagination\":{\"limit\":100}}}");
	else
		return false;
	return true;
}

static struct sim_hits take_hits(struct call *call, const char *filter)
{
	const char *after = sim_request_parameter(call->request, "page[after]");
	const char *sort = sim_request_parameter(call->request, "sort");
	struct sim_buf key = {0};
	struct sim_hits hits;

	sim_buf_printf(&key, "%s\n%s", sort ? sort : "", filter ? filter : "");
	hits = sim_state_hits(call->state, key.data, after);
	sim_buf_free(&key);
	return hits;
}

static void answer_jobs(struct call *call)
{
	const char *filter = sim_request_parameter(call->request, "filter");
	int latency_ms = call->state->options->latency_ms;
	struct sim_hits hits;

	SIM_STATE_COUNT(call->state, jobs);
	if (filter)
		sim_state_note_filter(call->state, filter);
	hits = take_hits(call, filter);
	if (latency_ms)
		sim_state_sleep(call->state, latency_ms);
	if (!answer_fault(call, hits))
		answer_list(call, hits);
	if (call->reply->delivery != SIM_DELIVER_ALL)
		return;
	call->reply->slow_ms = hits.slow_ms;
	if (sim_fault_hit(hits, SIM_FAULT_SHORT))
		call->reply->delivery = SIM_DELIVER_HALF;
	else if (hits.slow_ms)
		call->reply->delivery = SIM_DELIVER_SLOWLY;
}

static const struct route {
	const char *path;
	bool has_more; /* the path goes on */
	enum sim_purpose purpose;
	void (*answer)(struct call *call);
} routes[] = {
    {PREFIX "/ping", false, SIM_PURPOSE_PING, answer_ping},
    {PREFIX "/security/cacert", false, SIM_PURPOSE_OTHER, answer_ca},
    {JOBS_PATH, false, SIM_PURPOSE_JOBS, answer_jobs},
    {JOBS_PATH "/", true, SIM_PURPOSE_OTHER, answer_job},
};

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		size_t size = strlen(routes[i].path);

		if (strncmp(path, routes[i].path, size) == 0 && !path[size] != routes[i].has_more)
			return &routes[i];
	}
	return NULL;
}

static void set_base(struct call *call)
{
	const struct sim_options *options = call->state->options;
	const char *host = sim_request_header(call->request, "Host");

	/* A host that would need escapes in JSON is not worth repeating. */
	if (!host || strpbrk(host, "\"\\ ") || strlen(host) > 200)
		host = "localhost";
	snprintf(call->base, sizeof(call->base), "%s://%s" PREFIX,
		 options->tls_dir ? "https" : "http", host);
}

static void note(const struct call *call, enum sim_purpose purpose)
{
	const struct sim_request *request = call->request;
	bool answered = call->reply->delivery != SIM_DELIVER_NOTHING;

	sim_state_note(call->state, purpose, answered ? call->reply->status : 0, call->jobs,
		       sim_request_parameter(request, "filter"),
		       sim_request_parameter(request, "page[limit]"),
		       sim_request_parameter(request, "page[after]"));
}

void sim_api_answer(struct sim_state *state, const struct sim_request *request,
		    struct sim_reply *reply)
{
	const struct route *route = find_route(request->path);
	struct call call = {
	    .state = state,
	    .request = request,
	    .reply = reply,
	    .now_ms = sim_state_now(state),
	    .version = state->options->version,
	};

	SIM_STATE_COUNT(state, requests);
	set_base(&call);
	if (!route)
		answer_not_found(&call);
	else if (strcmp(request->method, "GET") != 0)
		fail(&call, HTTP_METHOD_NOT_ALLOWED, ERROR_OTHER,
		     "Simulated: this path is read with GET only.");
	else
		route->answer(&call);
	if (reply->status == HTTP_UNAUTHORIZED)
		SIM_STATE_COUNT(state, unauthorized);
	note(&call, route ? route->purpose : SIM_PURPOSE_OTHER);
}
