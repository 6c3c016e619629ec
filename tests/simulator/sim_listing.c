/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_listing.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim_match.h"
#include "sim_stock.h"

enum {
	DEFAULT_LIMIT = 10,
	SHORT_LIMIT = 10,
	KEY_SIZE = 128,
};

/* How a list is cut into pages. */
enum paging {
	WHOLE,
	OFFSETS,
	CURSORS,
};

static const struct form {
	enum paging paging;
	int most;	    /* rows that may be asked for */
	int since;	    /* the version of the API */
	bool without_pages; /* their number is not told */
	bool without_links;
} forms[SIM_RESOURCES] = {
    [SIM_STORAGE_UNITS] = {OFFSETS, 500, 0, false, false},
    [SIM_DISK_POOLS] = {OFFSETS, 500, 0, false, false},
    [SIM_STORAGE_SERVERS] = {OFFSETS, 100, 0, false, false},
    [SIM_DRIVES] = {OFFSETS, 100, 0, true, true},
    [SIM_TAPE_MEDIA] = {CURSORS, 100, SIM_RESOURCE_TAPE_VERSION, true, false},
    [SIM_VOLUME_POOLS] = {CURSORS, 100, SIM_RESOURCE_TAPE_VERSION, true, false},
    [SIM_ANOMALIES] = {OFFSETS, 100, 0, true, false},
    [SIM_CERTIFICATES] = {WHOLE, 0, 0, true, true},
    [SIM_API_KEYS] = {OFFSETS, 100, 0, false, false},
    [SIM_SCANS] = {OFFSETS, 100, 0, false, false},
};

/* What lists can be sorted by. The first of a list is what it is sorted by when nothing is said. */
static const struct order {
	enum sim_resource resource;
	const char *name;
	const char *member; /* that tells the place */
	bool by_number;	    /* the numbers of the elements are in this order */
	bool is_text;	    /* when tests have set the members, the new ones decide */
	bool newest_first;  /* when nothing is said */
} orders[] = {
    {SIM_STORAGE_UNITS, "name", "name", true, true, false},
    {SIM_DISK_POOLS, "name", "name", true, true, false},
    {SIM_STORAGE_SERVERS, "name", "name", true, true, false},
    {SIM_DRIVES, "id", "id", true, true, false},
    {SIM_TAPE_MEDIA, "mediaId", "id", true, true, false},
    {SIM_VOLUME_POOLS, "poolNumber", "id", true, false, false},
    {SIM_VOLUME_POOLS, "volumePoolName", "volumePoolName", false, true, false},
    {SIM_ANOMALIES, "createdDateTime", "createdDateTime", true, true, false},
    {SIM_ANOMALIES, "jobid", "jobid", true, false, false},
    {SIM_CERTIFICATES, "hostName", "hostName", true, true, false},
    {SIM_API_KEYS, "apiKeyTag", "id", true, true, false},
    {SIM_SCANS, "dateOfScan", "dateOfScan", true, true, true},
};

/* One list as it was asked for. */
struct listing {
	struct sim_call *call;
	struct sim_stock *stock;
	enum sim_resource resource;
	const struct form *form;
	struct sim_scene scene;
	struct sim_writer writer;
	uint32_t hits;

	int64_t limit;
	int64_t offset;
	int64_t after; /* the row that the page is behind, -1 for none */
	const struct order *order;
	bool descending;
	bool has_match;
	struct sim_match match;

	int64_t *rows; /* all that fit */
	int64_t count;
	int64_t first; /* of the page, an index */
	int64_t shown;
};

/* What a row is sorted by, when its number does not tell. */
struct key {
	int64_t row;
	char text[KEY_SIZE];
};

static const char *parameter(const struct listing *listing, const char *name)
{
	return sim_request_parameter(listing->call->request, name);
}

/* Reads a number of the query, which keeps its value without one. */
static bool parse_number(const char *text, int64_t least, int64_t most, int64_t *number)
{
	char *end;

	if (!text)
		return true;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return !errno && end != text && !*end && *number >= least && *number <= most;
}

static bool parse_place(struct listing *listing)
{
	if (listing->form->paging == OFFSETS)
		return parse_number(parameter(listing, "page[offset]"), 0, INT64_MAX,
				    &listing->offset);
	/* A cursor is the last row of the page before, and one more. */
	if (parameter(listing, "page[before]") ||
	    !parse_number(parameter(listing, "page[after]"), 1, INT64_MAX, &listing->after))
		return false;
	if (listing->after > 0)
		listing->after--;
	return true;
}

static bool parse_sort(struct listing *listing)
{
	bool whole = listing->form->paging == WHOLE;
	const char *text = whole ? NULL : parameter(listing, "sort");

	listing->descending = text && *text == '-';
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		listing->order = &orders[i];
		if (orders[i].resource != listing->resource)
			continue;
		if (!text)
			listing->descending = orders[i].newest_first;
		if (!text || strcmp(text + (*text == '-'), orders[i].name) == 0)
			return true;
	}
	return false;
}

static bool parse_filter(struct listing *listing)
{
	const char *text = parameter(listing, "filter");

	listing->has_match = text != NULL;
	return !text || sim_match_parse(&listing->match, listing->resource, text);
}

/* Reads all parameters; answers and returns false when one is wrong. */
static bool read_query(struct listing *listing)
{
	const char *wrong = NULL;
	int code = SIM_ERROR_BAD_REQUEST;

	listing->limit = DEFAULT_LIMIT;
	listing->after = -1;
	if (listing->form->paging == WHOLE)
		return parse_sort(listing);
	if (!parse_number(parameter(listing, "page[limit]"), 1, listing->form->most,
			  &listing->limit))
		wrong = "Simulated: page[limit] is not a number in the range.";
	else if (!parse_place(listing))
		wrong = "Simulated: not a place in this list.";
	else if (!parse_sort(listing))
		wrong = "Simulated: cannot sort by that.";
	else if (!parse_filter(listing)) {
		wrong = "Simulated: cannot filter by that.";
		code = SIM_ERROR_BAD_FILTER;
	}
	if (wrong)
		sim_call_fail(listing->call, SIM_HTTP_BAD_REQUEST, code, wrong);
	if (sim_trouble_hit(listing->hits, SIM_TROUBLE_SHORT_PAGES) && listing->limit > SHORT_LIMIT)
		listing->limit = SHORT_LIMIT;
	if (sim_trouble_hit(listing->hits, SIM_TROUBLE_IGNORE_OFFSET)) {
		listing->offset = 0;
		listing->after = -1;
	}
	return !wrong;
}

/* Appends the element of a row; the writer knows where the member MEMBER is. */
static void write_row(struct listing *listing, int64_t row, const char *member, struct sim_buf *buf)
{
	struct sim_element element;

	sim_stock_element(listing->stock, &listing->scene, listing->resource, row, &element);
	listing->writer.watch = member;
	sim_stock_write(listing->stock, &element, &listing->writer, buf);
}

static bool fits(struct listing *listing, int64_t row)
{
	const struct sim_writer *writer = &listing->writer;
	struct sim_buf buf = {0};
	bool good = true;

	for (int i = 0; i < listing->match.count && good; i++) {
		buf.size = 0;
		write_row(listing, row, listing->match.terms[i].field, &buf);
		good = sim_match_fits(&listing->match.terms[i], buf.data + writer->watch_from,
				      writer->watch_to - writer->watch_from);
	}
	sim_buf_free(&buf);
	return good;
}

static void leave_fitting(struct listing *listing)
{
	int64_t count = 0;

	for (int64_t i = 0; i < listing->count; i++)
		if (fits(listing, listing->rows[i]))
			listing->rows[count++] = listing->rows[i];
	listing->count = count;
}

static void set_key(struct listing *listing, int64_t row, struct key *key)
{
	const struct sim_writer *writer = &listing->writer;
	struct sim_buf buf = {0};

	write_row(listing, row, listing->order->member, &buf);
	key->row = row;
	snprintf(key->text, sizeof(key->text), "%.*s", (int)(writer->watch_to - writer->watch_from),
		 buf.data + writer->watch_from);
	sim_buf_free(&buf);
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *left = a;
	const struct key *right = b;
	int texts = strcmp(left->text, right->text);

	if (texts)
		return texts;
	return left->row < right->row ? -1 : left->row > right->row;
}

/* Whether the numbers of the elements say nothing about the order. */
static bool needs_keys(const struct listing *listing)
{
	const struct sim_edits *edits = &listing->stock->edits[listing->resource];

	if (!listing->order->by_number)
		return true;
	for (size_t i = 0; i < edits->count; i++)
		if (strcmp(edits->list[i].field, listing->order->member) == 0)
			return listing->order->is_text;
	return false;
}

static void sort_by_keys(struct listing *listing)
{
	struct key *keys = calloc((size_t)listing->count + 1, sizeof(*keys));

	for (int64_t i = 0; keys && i < listing->count; i++)
		set_key(listing, listing->rows[i], &keys[i]);
	if (keys)
		qsort(keys, (size_t)listing->count, sizeof(*keys), compare_keys);
	for (int64_t i = 0; keys && i < listing->count; i++)
		listing->rows[i] = keys[i].row;
	free(keys);
}

static void turn_round(struct listing *listing)
{
	for (int64_t i = 0, j = listing->count - 1; i < j; i++, j--) {
		int64_t row = listing->rows[i];

		listing->rows[i] = listing->rows[j];
		listing->rows[j] = row;
	}
}

/* Where the page begins: also when what its cursor stands for is no longer there. */
static int64_t find_first(struct listing *listing)
{
	bool by_keys = needs_keys(listing);
	struct key after = {.row = listing->after};
	struct key key = {0};
	int64_t i = 0;
	int order;

	if (listing->after < 0)
		return listing->offset;
	if (by_keys)
		set_key(listing, listing->after, &after);
	for (; i < listing->count; i++) {
		key.row = listing->rows[i];
		if (by_keys)
			set_key(listing, key.row, &key);
		order = compare_keys(&key, &after);
		if (listing->descending ? order < 0 : order > 0)
			break;
	}
	return i;
}

static void find_rows(struct listing *listing)
{
	bool visitors = listing->scene.options->churn && listing->form->paging != WHOLE;

	listing->rows = sim_stock_rows(listing->stock, &listing->scene, listing->resource, visitors,
				       &listing->count);
	if (sim_trouble_hit(listing->hits, SIM_TROUBLE_EMPTY))
		listing->count = 0;
	if (listing->has_match)
		leave_fitting(listing);
	if (needs_keys(listing))
		sort_by_keys(listing);
	if (listing->descending)
		turn_round(listing);
	listing->first = find_first(listing);
	listing->shown = listing->count - listing->first;
	if (listing->form->paging != WHOLE && listing->shown > listing->limit)
		listing->shown = listing->limit;
	if (listing->shown < 0)
		listing->shown = 0;
}

static bool is_last(const struct listing *listing)
{
	return listing->first >= listing->count - listing->shown;
}

/* The place of the next page: an offset, or a cursor. */
static int64_t next_place(const struct listing *listing)
{
	if (listing->form->paging == CURSORS)
		return listing->rows[listing->first + listing->shown - 1] + 1;
	return listing->offset + listing->limit;
}

static int64_t last_offset(const struct listing *listing)
{
	return listing->count ? (listing->count - 1) / listing->limit * listing->limit : 0;
}

static int64_t previous_offset(const struct listing *listing)
{
	return listing->offset > listing->limit ? listing->offset - listing->limit : 0;
}

static void add_parameter(const struct listing *listing, struct sim_buf *buf, const char *name)
{
	const char *value = parameter(listing, name);

	if (!value)
		return;
	sim_buf_printf(buf, "&%s=", name);
	sim_buf_percent(buf, value);
}

/* A link to another page of the list; PLACE -1 is the first one. */
static void add_link(const struct listing *listing, struct sim_buf *buf, const char *name,
		     int64_t place)
{
	sim_buf_printf(buf, ",\"%s\":{\"href\":\"%s%s?page%%5Blimit%%5D=%lld", name,
		       listing->call->base, sim_resource_path(listing->resource),
		       (long long)listing->limit);
	add_parameter(listing, buf, "filter");
	add_parameter(listing, buf, "sort");
	if (place >= 0)
		sim_buf_printf(buf, "&page%%5B%s%%5D=%lld",
			       listing->form->paging == CURSORS ? "after" : "offset",
			       (long long)place);
	sim_buf_text(buf, "\"}");
}

static void add_links(const struct listing *listing, struct sim_buf *buf)
{
	const char *uri = listing->call->request->uri + strlen(SIM_CALL_PREFIX);
	bool cursors = listing->form->paging == CURSORS;
	struct sim_buf self = {0};

	sim_buf_printf(&self, "%s%s", listing->call->base, uri);
	sim_buf_text(buf, cursors ? ",\"links\":{\"pagination\":{\"self\":{\"href\":"
				  : ",\"links\":{\"self\":{\"href\":");
	sim_buf_json(buf, self.data);
	sim_buf_text(buf, "}");
	sim_buf_free(&self);
	add_link(listing, buf, "first", cursors ? -1 : 0);
	if (!cursors)
		add_link(listing, buf, "last", last_offset(listing));
	if (!is_last(listing))
		add_link(listing, buf, "next", next_place(listing));
	if (!cursors && listing->offset)
		add_link(listing, buf, "prev", previous_offset(listing));
	sim_buf_text(buf, cursors ? "}}" : "}");
}

static void add_next(const struct listing *listing, struct sim_buf *buf)
{
	bool as_text = listing->form->paging == CURSORS;

	if (is_last(listing) || sim_trouble_hit(listing->hits, SIM_TROUBLE_NEXT_LINK))
		return;
	if (sim_trouble_hit(listing->hits, SIM_TROUBLE_NEXT_NUMBER))
		as_text = false;
	if (sim_trouble_hit(listing->hits, SIM_TROUBLE_NEXT_TEXT))
		as_text = true;
	sim_buf_printf(buf, as_text ? ",\"next\":\"%lld\"" : ",\"next\":%lld",
		       (long long)next_place(listing));
}

static void add_offsets(const struct listing *listing, struct sim_buf *buf)
{
	int64_t pages = (listing->count + listing->limit - 1) / listing->limit;

	sim_buf_printf(buf, ",\"count\":%lld,\"offset\":%lld,\"first\":0,\"last\":%lld",
		       (long long)listing->count, (long long)listing->offset,
		       (long long)last_offset(listing));
	if (!listing->form->without_pages)
		sim_buf_printf(buf, ",\"pages\":%lld,\"page\":%lld", (long long)pages,
			       (long long)(listing->offset / listing->limit));
	if (listing->offset)
		sim_buf_printf(buf, ",\"prev\":%lld", (long long)previous_offset(listing));
}

static void add_meta(const struct listing *listing, struct sim_buf *buf)
{
	sim_buf_printf(buf, ",\"meta\":{\"pagination\":{\"limit\":%lld", (long long)listing->limit);
	if (listing->form->paging == OFFSETS)
		add_offsets(listing, buf);
	else
		sim_buf_text(buf, ",\"rangeTruncated\":false");
	add_next(listing, buf);
	sim_buf_text(buf, "}}");
}

static void write_document(struct listing *listing)
{
	struct sim_buf *buf = &listing->call->reply->body;
	bool whole = listing->form->paging == WHOLE;
	bool bare = whole || sim_trouble_hit(listing->hits, SIM_TROUBLE_NO_META);

	sim_buf_text(buf, whole ? "{\"certificateList\":[" : "{\"data\":[");
	for (int64_t i = 0; i < listing->shown; i++) {
		if (i)
			sim_buf_text(buf, ",");
		write_row(listing, listing->rows[listing->first + i], NULL, buf);
	}
	sim_buf_text(buf, "]");
	if (!bare && !listing->form->without_links)
		add_links(listing, buf);
	if (!bare)
		add_meta(listing, buf);
	sim_buf_text(buf, "}");
	if (sim_trouble_hit(listing->hits, SIM_TROUBLE_TRUNCATE))
		buf->size /= 2;
}

static void answer_list(struct listing *listing)
{
	struct sim_call *call = listing->call;

	if (!sim_call_access(call))
		return;
	/* An older server has no such path at all. */
	if (call->version < listing->form->since) {
		sim_call_not_found(call);
		return;
	}
	listing->scene.version = call->version;
	if (!read_query(listing))
		return;
	find_rows(listing);
	call->rows = (int)listing->shown;
	sim_call_media(call->reply, SIM_CALL_JSON, call->version);
	call->reply->may_pack = true;
	write_document(listing);
	free(listing->rows);
}

/* Answers by a fault that replaces the answer. False when there is none. */
static bool answer_trouble(struct sim_call *call, uint32_t hits)
{
	for (int i = 0; i < SIM_TROUBLES; i++) {
		int status = sim_trouble_status((enum sim_trouble)i);

		if (!status || !sim_trouble_hit(hits, (enum sim_trouble)i))
			continue;
		if (status == SIM_HTTP_TOO_MANY_REQUESTS || status == SIM_HTTP_UNAVAILABLE)
			sim_call_busy(call, status);
		else
			sim_call_fail(call, status, SIM_ERROR_OTHER, "Simulated: a fault is set.");
		return true;
	}
	if (sim_trouble_hit(hits, SIM_TROUBLE_RESET))
		call->reply->delivery = SIM_DELIVER_NOTHING;
	else if (sim_trouble_hit(hits, SIM_TROUBLE_HTML))
		sim_call_sign_in(call);
	else if (sim_trouble_hit(hits, SIM_TROUBLE_BARE_OBJECT))
		sim_call_text(call, "{\"message\":\"Simulated: no list.\"}");
	else
		return false;
	return true;
}

static void note(const struct listing *listing)
{
	const struct sim_call *call = listing->call;
	bool answered = call->reply->delivery != SIM_DELIVER_NOTHING;

	sim_stock_note(
	    listing->stock, listing->resource, answered ? call->reply->status : 0,
	    parameter(listing, "page[limit]"),
	    parameter(listing, listing->form->paging == CURSORS ? "page[after]" : "page[offset]"),
	    call->rows);
}

void sim_listing_answer(struct sim_call *call)
{
	struct sim_state *state = call->state;
	struct listing listing = {.call = call, .stock = &state->stock};
	const char *path = call->request->path + strlen(SIM_CALL_PREFIX);

	listing.resource = sim_resource_find(path);
	listing.form = &forms[listing.resource];
	SIM_STATE_COUNT(state, resources);
	if (state->options->latency_ms)
		sim_state_sleep(state, state->options->latency_ms);
	pthread_mutex_lock(&state->stock.mutex);
	listing.stock->requests[listing.resource]++;
	listing.hits = sim_trouble_take(&listing.stock->troubles, path);
	listing.scene = sim_stock_scene(listing.stock, &state->world, &state->options->resources,
					call->now_ms, call->version);
	if (!answer_trouble(call, listing.hits))
		answer_list(&listing);
	note(&listing);
	pthread_mutex_unlock(&state->stock.mutex);
}
