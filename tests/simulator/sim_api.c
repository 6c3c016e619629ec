/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim_call.h"
#include "sim_field.h"
#include "sim_filter.h"
#include "sim_json.h"
#include "sim_listing.h"
#include "sim_order.h"
#include "sim_page.h"

/* Before it, there were offsets. */
enum { CURSORS_VERSION = 9 * SIM_VERSION_MINORS };

/* By so much a last id is wrong. */
#define FAR_TOO_HIGH 1000000000000

/* What could be filtered and sorted by before API 9.0. */
#define OLD_FIELDS                                                                                 \
	(1U << SIM_FIELD_JOB_ID | 1U << SIM_FIELD_PARENT_JOB_ID | 1U << SIM_FIELD_START_TIME |     \
	 1U << SIM_FIELD_END_TIME | 1U << SIM_FIELD_STATUS | 1U << SIM_FIELD_STATE |               \
	 1U << SIM_FIELD_JOB_TYPE | 1U << SIM_FIELD_POLICY_TYPE | 1U << SIM_FIELD_CLIENT_NAME)

#define JOBS_PATH SIM_CALL_PREFIX "/admin/jobs"

static bool is_old(const struct sim_call *call)
{
	return call->version < CURSORS_VERSION;
}

static void answer_ping(struct sim_call *call)
{
	struct sim_reply *reply = call->reply;
	const char *accept = sim_request_header(call->request, "Accept");
	int newest = call->state->options->version;
	int version = sim_call_version(call, SIM_CALL_PLAIN);

	SIM_STATE_COUNT(call->state, ping);
	if (sim_state_fault(call->state, SIM_FAULT_NO_PING)) {
		sim_call_not_found(call);
		return;
	}
	sim_call_media(reply, SIM_CALL_PLAIN, version < 0 ? newest : version);
	if (accept && strstr(accept, "version=") && version < 0) {
		reply->status = SIM_HTTP_NOT_ACCEPTABLE;
		sim_buf_text(&reply->body, "Simulated: no such version of this API.");
		return;
	}
	if (!sim_state_fault(call->state, SIM_FAULT_PING_NO_VERSION))
		snprintf(reply->api_version, sizeof(reply->api_version), "%d.%d",
			 newest / SIM_VERSION_MINORS, newest % SIM_VERSION_MINORS);
	sim_buf_number(&reply->body, call->now_ms);
}

static void answer_ca(struct sim_call *call)
{
	struct sim_buf *body = &call->reply->body;

	if (!call->state->ca.data) {
		sim_call_fail(call, SIM_HTTP_NOT_FOUND, SIM_ERROR_NOT_FOUND,
			      "Simulated: there is no CA.");
		return;
	}
	sim_call_media(call->reply, SIM_CALL_JSON, call->version);
	sim_buf_text(body, "{\"webRootCert\":");
	sim_buf_json(body, call->state->ca.data);
	sim_buf_text(body, ",\"cacert\":[");
	sim_buf_json(body, call->state->ca.data);
	sim_buf_text(body, "]}");
}

static void answer_job(struct sim_call *call)
{
	const char *text = call->request->path + strlen(JOBS_PATH "/");
	struct sim_world world = sim_state_world(call->state);
	int64_t count = sim_order_count(&world, call->now_ms);
	struct sim_job job;
	int64_t ordinal;
	long long id;
	char *end;

	if (!sim_call_access(call))
		return;
	errno = 0;
	id = strtoll(text, &end, 10);
	if (errno || end == text || *end) {
		sim_call_fail(call, SIM_HTTP_NOT_FOUND, SIM_ERROR_NOT_FOUND,
			      "Simulated: not a job id.");
		return;
	}
	ordinal = sim_order_first_id(&world, id);
	if (ordinal < count)
		job = sim_job_at(&world, ordinal, call->now_ms);
	/* cppcheck-suppress uninitStructMember ; it is set where the first does not hold */
	if (ordinal >= count || job.id != id || job.deleted) {
		sim_call_fail(call, SIM_HTTP_NOT_FOUND, SIM_ERROR_NOT_FOUND,
			      "Simulated: no such job.");
		return;
	}
	sim_call_media(call->reply, SIM_CALL_JSON, call->version);
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
static bool parse_offset(const struct sim_call *call, int64_t *offset)
{
	const char *text = sim_request_parameter(call->request, "page[offset]");
	char *end;

	if (!text || !is_old(call))
		return true;
	errno = 0;
	*offset = strtoll(text, &end, 10);
	return !errno && end != text && !*end && *offset >= 0;
}

static bool parse_cursor(const struct sim_call *call, const char *name, const struct sim_sort *sort,
			 bool *present, struct sim_cursor *cursor)
{
	const char *text = sim_request_parameter(call->request, name);

	*present = text && !is_old(call);
	return !*present || sim_cursor_parse(text, sort, cursor);
}

static bool falls_by_id(const struct sim_sort *sort)
{
	return sim_sort_is_by_id(sort) && sort->descending[0];
}

/* Reads all parameters of a list; answers and returns false when one is wrong. */
static bool read_query(struct sim_call *call, struct sim_query *query, struct sim_filter **filter,
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
	else if (sim_fault_hit(hits, SIM_FAULT_NO_DESCENDING) && falls_by_id(&query->sort))
		wrong = "Simulated: cannot sort downwards.";
	else if (!parse_cursor(call, "page[after]", &query->sort, &query->has_after,
			       &query->after) ||
		 !parse_cursor(call, "page[before]", &query->sort, &query->has_before,
			       &query->before))
		wrong = "Simulated: not a cursor of this list.";
	if (wrong) {
		sim_call_fail(call, SIM_HTTP_BAD_REQUEST, SIM_ERROR_BAD_REQUEST, wrong);
		return false;
	}
	if (text)
		*filter = sim_filter_parse(text, message);
	if (text && !*filter) {
		sim_call_fail(call, SIM_HTTP_BAD_REQUEST, SIM_ERROR_BAD_FILTER, message);
		return false;
	}
	if (sim_filter_fields(*filter) & (hits.fields | (is_old(call) ? ~OLD_FIELDS : 0))) {
		sim_filter_free(*filter);
		sim_call_fail(call, SIM_HTTP_BAD_REQUEST, SIM_ERROR_BAD_FILTER,
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

static void write_list(struct sim_call *call, const struct sim_page *page,
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
	    .self = request->uri + strlen(SIM_CALL_PREFIX),
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

static void bend_range(struct sim_query *query, struct sim_hits hits)
{
	bool outside = sim_fault_hit(hits, SIM_FAULT_IDS_OUTSIDE);

	query->range_before = sim_fault_hit(hits, SIM_FAULT_SAME_IDS);
	query->without_low = outside && hits.outside == SIM_WHERE_LOW;
	query->without_high = outside && hits.outside == SIM_WHERE_HIGH;
}

/* Whoever asks for the last id asks in falling order. */
static void spoil_last(const struct sim_call *call, const struct sim_world *world,
		       const struct sim_query *query, struct sim_page *page, struct sim_hits hits)
{
	int64_t middle = sim_order_count(world, call->now_ms) / 2;

	if (!page->count || !sim_fault_hit(hits, SIM_FAULT_LAST_ID) || !falls_by_id(&query->sort))
		return;
	if (hits.last == SIM_WHERE_HIGH)
		page->rows[0].id += FAR_TOO_HIGH;
	else if (hits.last == SIM_WHERE_LOW)
		page->rows[0].id = 1;
	else
		page->rows[0].id = sim_order_id(world, middle);
}

static void answer_list(struct sim_call *call, struct sim_hits hits)
{
	struct sim_world world = sim_state_world(call->state);
	struct sim_reply *reply = call->reply;
	struct sim_query query = {0};
	struct sim_filter *filter;
	struct sim_page page;

	if (!sim_call_access(call) || !read_query(call, &query, &filter, hits))
		return;
	bend_range(&query, hits);
	sim_page_fill(&page, &world, &query, call->now_ms);
	spoil_last(call, &world, &query, &page, hits);
	call->rows = page.count;
	sim_call_media(reply, SIM_CALL_JSON, call->version);
	reply->may_pack = true;
	write_list(call, &page, &query, hits);
	if (sim_fault_hit(hits, SIM_FAULT_TRUNCATE))
		reply->body.size /= 2;
	sim_filter_free(filter);
}

static void answer_echo(struct sim_call *call)
{
	const char *key = sim_request_header(call->request, "Authorization");

	sim_call_html(call, SIM_HTTP_SERVER_ERROR, "<html><body><pre>Authorization: ");
	sim_buf_text(&call->reply->body, key ? key : "");
	sim_buf_text(&call->reply->body, "</pre></body></html>\n");
}

static void answer_redirect(struct sim_call *call)
{
	size_t host = strlen(call->base) - strlen(SIM_CALL_PREFIX);

	sim_call_html(call, SIM_HTTP_FOUND, "<html><body>Elsewhere</body></html>\n");
	snprintf(call->reply->location, sizeof(call->reply->location), "%.*s/elsewhere",
		 (int)(host < 200 ? host : 200), call->base);
}

static void answer_huge(struct sim_call *call)
{
	sim_call_media(call->reply, SIM_CALL_JSON, call->version);
	call->reply->may_pack = true;
	call->reply->delivery = SIM_DELIVER_HUGE;
	sim_buf_text(&call->reply->body, "{\"data\":[");
}

/* Answers by a fault that replaces the answer. False when there is none. */
static bool answer_fault(struct sim_call *call, struct sim_hits hits)
{
	if (sim_fault_hit(hits, SIM_FAULT_401))
		sim_call_fail(call, SIM_HTTP_UNAUTHORIZED, SIM_ERROR_OTHER,
			      "Simulated: not authorised.");
	else if (sim_fault_hit(hits, SIM_FAULT_429))
		sim_call_busy(call, SIM_HTTP_TOO_MANY_REQUESTS);
	else if (sim_fault_hit(hits, SIM_FAULT_503))
		sim_call_busy(call, SIM_HTTP_UNAVAILABLE);
	else if (sim_fault_hit(hits, SIM_FAULT_500))
		sim_call_fail(call, SIM_HTTP_SERVER_ERROR, SIM_ERROR_OTHER,
			      "Simulated: internal error.");
	else if (sim_fault_hit(hits, SIM_FAULT_RESET))
		call->reply->delivery = SIM_DELIVER_NOTHING;
	else if (sim_fault_hit(hits, SIM_FAULT_HTML))
		sim_call_sign_in(call);
	else if (sim_fault_hit(hits, SIM_FAULT_ECHO_KEY))
		answer_echo(call);
	else if (sim_fault_hit(hits, SIM_FAULT_REDIRECT))
		answer_redirect(call);
	else if (sim_fault_hit(hits, SIM_FAULT_HUGE))
		answer_huge(call);
	else if (sim_fault_hit(hits, SIM_FAULT_ERROR_200))
		sim_call_fail(call, SIM_HTTP_OK, SIM_ERROR_OTHER,
			      "Simulated: an error in spite of 200.");
	else if (sim_fault_hit(hits, SIM_FAULT_BARE_OBJECT))
		sim_call_text(call, "{\"message\":\"Simulated: no list.\"}");
	else if (sim_fault_hit(hits, SIM_FAULT_NO_RIGHTS))
		sim_call_text(call, "{\"data\":[],\"meta\":{\"pagination\":{\"limit\":100}}}");
	else
		return false;
	return true;
}

static struct sim_hits take_hits(struct sim_call *call, const char *filter)
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

static void answer_work(struct sim_call *call, int64_t at_work)
{
	const char *filter = sim_request_parameter(call->request, "filter");
	int64_t latency_ms = sim_state_latency(call->state, at_work);
	struct sim_hits hits;

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

static void answer_jobs(struct sim_call *call)
{
	int64_t at_work = sim_state_begin_work(call->state);

	SIM_STATE_COUNT(call->state, jobs);
	if (!at_work) {
		/* Always in seconds, so that tests know for how long. */
		snprintf(call->reply->retry_after, sizeof(call->reply->retry_after), "1");
		sim_call_fail(call, SIM_HTTP_TOO_MANY_REQUESTS, SIM_ERROR_OTHER,
			      "Simulated: too many requests at work.");
		return;
	}
	answer_work(call, at_work);
	sim_state_end_work(call->state);
}

static const struct route {
	const char *path;
	bool has_more; /* the path goes on */
	enum sim_purpose purpose;
	void (*answer)(struct sim_call *call);
} routes[] = {
    {SIM_CALL_PREFIX "/ping", false, SIM_PURPOSE_PING, answer_ping},
    {SIM_CALL_PREFIX "/security/cacert", false, SIM_PURPOSE_OTHER, answer_ca},
    {JOBS_PATH, false, SIM_PURPOSE_JOBS, answer_jobs},
    {JOBS_PATH "/", true, SIM_PURPOSE_OTHER, answer_job},
};

/* For all paths that sim_resource_find knows. */
static const struct route resource_route = {NULL, false, SIM_PURPOSE_RESOURCE, sim_listing_answer};

static bool is_resource(const char *path)
{
	size_t size = strlen(SIM_CALL_PREFIX);

	return strncmp(path, SIM_CALL_PREFIX, size) == 0 &&
	       sim_resource_find(path + size) < SIM_RESOURCES;
}

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		size_t size = strlen(routes[i].path);

		if (strncmp(path, routes[i].path, size) == 0 && !path[size] != routes[i].has_more)
			return &routes[i];
	}
	return is_resource(path) ? &resource_route : NULL;
}

static void note(const struct sim_call *call, enum sim_purpose purpose)
{
	const struct sim_request *request = call->request;
	const char *place = sim_request_parameter(request, "page[after]");
	bool answered = call->reply->delivery != SIM_DELIVER_NOTHING;

	if (!place && purpose == SIM_PURPOSE_RESOURCE)
		place = sim_request_parameter(request, "page[offset]");
	sim_state_note(call->state, purpose, answered ? call->reply->status : 0, call->rows,
		       sim_request_parameter(request, "filter"),
		       sim_request_parameter(request, "page[limit]"), place);
}

void sim_api_answer(struct sim_state *state, const struct sim_request *request,
		    struct sim_reply *reply)
{
	const struct route *route = find_route(request->path);
	struct sim_call call;

	SIM_STATE_COUNT(state, requests);
	sim_call_start(&call, state, request, reply);
	if (!route)
		sim_call_not_found(&call);
	else if (strcmp(request->method, "GET") != 0)
		sim_call_fail(&call, SIM_HTTP_METHOD_NOT_ALLOWED, SIM_ERROR_OTHER,
			      "Simulated: this path is read with GET only.");
	else
		route->answer(&call);
	if (reply->status == SIM_HTTP_UNAUTHORIZED)
		SIM_STATE_COUNT(state, unauthorized);
	note(&call, route ? route->purpose : SIM_PURPOSE_OTHER);
}
