/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http.h"
#include "api/query.h"
#include "base/mem.h"
#include "base/timefmt.h"

#define OVERLAP_MAX 10	  /* elements that a page by offset shares with the one before */
#define STEPS_BACK_MAX 50 /* of one walk, when a list changes faster than it is read */

/* Where a page is found. */
struct place {
	char *way;	/* the parameter that names it; NULL = none does */
	int64_t behind; /* it begins behind the element with this id; 0 = at the first */
	int64_t offset; /* or behind so many elements */
	size_t overlap; /* so many of its elements are those that the page before ended with */
};

/* A list on its way from the first page to the last. */
struct walk {
	struct netbackup *netbackup;
	const struct list *list;
	size_t limit;
	struct place place;  /* of the present page */
	uint64_t pages_left; /* the present one included */
	struct seen *seen;   /* NULL = elements have no keys */
	char *first_key;     /* of the first element of the list */
	size_t page_size;    /* the elements of the last page that had some */
	int steps_back;
};

/* Appends PAIR, which is freed, to QUERY. */
static char *append(char *query, char *pair)
{
	char *longer = mem_printf("%s%s%s", query, *query ? "&" : "?", pair);

	free(query);
	free(pair);
	return longer;
}

/* The filter for PLACE, to be freed; NULL = there is none. */
static char *make_filter(const struct list *list, const struct place *place)
{
	char behind[60] = "", upto[60] = "";

	if (place->behind > 0)
		snprintf(behind, sizeof behind, " and %s gt %lld", list->sort,
			 (long long)place->behind);
	if (list->upto > 0)
		snprintf(upto, sizeof upto, " and %s le %lld", list->sort, (long long)list->upto);
	return list->filter ? mem_printf("%s%s%s", list->filter, behind, upto) : NULL;
}

static char *make_query(const struct walk *walk, const struct place *place)
{
	const struct list *list = walk->list;
	char *filter = make_filter(list, place), *query = mem_strdup(""), number[24];

	if (list->paging != LIST_WHOLE) {
		snprintf(number, sizeof number, "%zu", walk->limit);
		query = append(query, query_pair("page[limit]", number));
	}
	if (list->sort) {
		char *sort = mem_printf("%s%s", list->falls ? "-" : "", list->sort);

		query = append(query, query_pair("sort", sort));
		free(sort);
	}
	if (filter)
		query = append(query, query_pair("filter", filter));
	if (place->way)
		query = append(query, mem_strdup(place->way));
	if (place->offset > 0) {
		snprintf(number, sizeof number, "%lld", (long long)place->offset);
		query = append(query, query_pair("page[offset]", number));
	}
	free(filter);
	return query;
}

static void request_page(const struct walk *walk, const struct place *place)
{
	char *query = make_query(walk, place);
	char *path = mem_printf("%s%s", walk->list->path, query);

	netbackup_request(walk->netbackup, path, walk->list->things, walk->list->optional);
	free(path);
	free(query);
}

/* True when WAY leads back to the present page: the walk would never end. */
static bool leads_back(const struct walk *walk, const char *way)
{
	return walk->place.way && strcmp(walk->place.way, way) == 0;
}

static void complain_of_circle(const struct walk *walk, struct fault *fault)
{
	fault_set(fault, FAULT_PROTOCOL, "the server's list of %s goes round in circles",
		  walk->list->things);
}

/* Sets FAULT for an answer that is no page, for which COMPLAINT says why. */
static void complain(const struct walk *walk, const struct http_response *response,
		     const char *complaint, struct fault *fault)
{
	const char *things = walk->list->things;
	char *said = page_error_text(response->body, response->length);

	if (said) {
		/* Before it is cut. */
		netbackup_hide_key(walk->netbackup, said);
		fault_set(fault, FAULT_SERVER,
			  "the server answered with an error instead of %s: %s", things, said);
	} else {
		fault_set(fault, FAULT_PROTOCOL, "a page of %s %s", things, complaint);
	}
	free(said);
}

/* Whether pages are named by cursors. */
static bool has_cursors(const struct walk *walk)
{
	switch (walk->list->paging) {
	case LIST_BY_ID:
		return netbackup_has_cursors(walk->netbackup);
	case LIST_BY_CURSOR:
		return true;
	default:
		return false;
	}
}

/* Parses a page. PEEKED is the way that has been followed already, or NULL. */
static struct page *read_page(const struct walk *walk, const struct http_response *response,
			      const char *peeked, struct fault *fault)
{
	const char *complaint = NULL, *next, *things = walk->list->things;
	struct page *page =
	    page_parse_member(response->body, response->length,
			      walk->list->member ? walk->list->member : "data", &complaint);

	if (!page) {
		complain(walk, response, complaint, fault);
		return NULL;
	}
	next = page_way(page);
	if (!next || !has_cursors(walk))
		return page;
	if (leads_back(walk, next))
		complain_of_circle(walk, fault);
	else if (peeked && strcmp(peeked, next) != 0)
		fault_set(fault, FAULT_PROTOCOL, "a page of %s names two different next pages",
			  things);
	else
		return page;
	page_free(page);
	return NULL;
}

/* The way to the next page, where it can be followed before this page is parsed; or NULL. */
static char *peek(const struct walk *walk, const struct http_response *response)
{
	char *cursor = NULL, *way = NULL;

	if (walk->pages_left > 1 && has_cursors(walk))
		cursor = page_peek_cursor(response->body, response->length);
	if (cursor)
		way = page_way_of_cursor(cursor);
	free(cursor);
	if (way && leads_back(walk, way)) {
		free(way);
		way = NULL;
	}
	return way;
}

static bool find_next_by_id(const struct walk *walk, const struct page *page, struct place *next)
{
	if (!page_names_next(page) && !page_is_full(page, walk->limit))
		return false;
	next->behind = page_last_id(page, walk->list->sort);
	return true;
}

/* What says that more follows behind END elements is believed, whatever else says that none does.
 */
static bool has_more(const struct walk *walk, const struct page *page, int64_t end)
{
	int64_t total = page_total(page);

	if (end < total || page_next_offset(page) > walk->place.offset)
		return true;
	if (total >= 0)
		return false;
	return page_limit(page) < 0 || page_is_full(page, walk->limit);
}

/* A tenth of a page, so that small pages come forward, too. */
static size_t overlap_of(size_t count)
{
	size_t overlap = count / 10 > 0 ? count / 10 : 1;

	if (count < 2)
		return 0;
	return overlap < OVERLAP_MAX ? overlap : OVERLAP_MAX;
}

static bool find_next_offset(const struct walk *walk, const struct page *page, struct place *next)
{
	int64_t end = walk->place.offset + (int64_t)page_count(page);

	if (!has_more(walk, page, end))
		return false;
	next->overlap = overlap_of(page_count(page));
	next->offset = end - (int64_t)next->overlap;
	return true;
}

/* Where the page behind PAGE is. False where there is none. */
static bool find_next(const struct walk *walk, const struct page *page, struct place *next)
{
	const char *way = page_way(page);

	*next = (struct place){.way = NULL};
	if (page_is_stopped(page))
		return false;
	if (way && has_cursors(walk)) {
		next->way = mem_strdup(way);
		next->behind = walk->place.behind;
		return true;
	}
	switch (walk->list->paging) {
	case LIST_BY_ID:
		return find_next_by_id(walk, page, next);
	case LIST_BY_OFFSET:
		return find_next_offset(walk, page, next);
	default:
		return false;
	}
}

/* Ids that do not rise, and offsets that the server does not mind, would never come to an end. */
static bool check_rise(const struct walk *walk, const struct place *next, struct fault *fault)
{
	if (next->way || next->behind > walk->place.behind || next->offset > walk->place.offset)
		return true;
	complain_of_circle(walk, fault);
	return false;
}

/*
 * Elements that go while a list is read by offsets move the others forward, and a page may begin
 * behind some that no page has shown. It does not if one of its elements has been seen before: the
 * list is sorted, so what was seen is all from the first element on.
 */
static bool joins(const struct walk *walk, const struct page *page)
{
	return walk->place.overlap == 0 || !walk->seen ||
	       page_joins(page, walk->seen, walk->list->key);
}

/* Whether PAGE is the first one although another was asked for. */
static bool is_first_again(const struct walk *walk, const struct page *page)
{
	const char *key =
	    walk->seen && page_first(page) ? page_key(page_first(page), walk->list->key) : NULL;

	return walk->place.offset > 0 && key && walk->first_key &&
	       strcmp(key, walk->first_key) == 0;
}

/* Goes back by half a page. */
static bool step_back(struct walk *walk, struct place *next, struct fault *fault)
{
	int64_t offset = walk->place.offset - (int64_t)(walk->page_size + 1) / 2;

	*next = (struct place){.offset = offset > 0 ? offset : 0, .overlap = offset > 0};
	if (++walk->steps_back <= STEPS_BACK_MAX)
		return true;
	fault_set(fault, FAULT_PROTOCOL,
		  "the server's list of %s changes faster than it can be read", walk->list->things);
	return false;
}

/* Whether more may follow behind a page of a list with cursors, which there is no way to ask for.
 */
static bool is_cut_short(const struct walk *walk, const struct page *page)
{
	return walk->list->paging == LIST_BY_CURSOR && page_limit(page) < 0 &&
	       page_is_full(page, walk->limit);
}

/* Lets the visitor see PAGE. Sets where the next page is, or *LAST. */
static bool take_page(struct walk *walk, struct page *page, struct place *next, bool *last,
		      struct fault *fault)
{
	*last = false;
	if (page_count(page) > 0)
		walk->page_size = page_count(page);
	if (is_first_again(walk, page)) {
		complain_of_circle(walk, fault);
		return false;
	}
	if (!joins(walk, page))
		return step_back(walk, next, fault);
	if (walk->seen) {
		if (walk->place.offset == 0 && !walk->first_key && page_first(page))
			walk->first_key = mem_strdup(page_key(page_first(page), walk->list->key));
		page_skip(page, walk->seen, walk->list->key);
	}
	*last = page_count(page) == 0 || !find_next(walk, page, next);
	if (*last && is_cut_short(walk, page)) {
		fault_set(fault, FAULT_PROTOCOL, "a full page of %s does not say what follows",
			  walk->list->things);
		return false;
	}
	if (!walk->list->visit(page, *last, walk->list->arg, fault))
		return false;
	*last = *last || page_is_stopped(page);
	return *last || check_rise(walk, next, fault);
}

/*
 * Reads the page in RESPONSE and moves on to the next one. Where possible that one is requested
 * before this one is parsed, so that the server works meanwhile. False with FAULT; or true, and
 * *LAST says whether the list has ended.
 */
static bool advance(struct walk *walk, const struct http_response *response, bool *last,
		    struct fault *fault)
{
	char *peeked = peek(walk, response);
	struct place next = {.way = NULL};
	struct page *page;
	bool fine = false;

	if (peeked)
		request_page(walk, &(struct place){.way = peeked, .behind = walk->place.behind});
	page = read_page(walk, response, peeked, fault);
	if (page)
		fine = take_page(walk, page, &next, last, fault);
	free(walk->place.way);
	walk->place = next;
	if (fine && !*last && !peeked && walk->pages_left > 1)
		request_page(walk, &next);
	free(peeked);
	page_free(page);
	return fine;
}

/* At the first page of LIST. */
static struct walk first_step(struct netbackup *netbackup, const struct list *list)
{
	return (struct walk){.netbackup = netbackup,
			     .list = list,
			     .limit = list->limit ? list->limit : LIST_LIMIT,
			     .place = {.behind = list->behind},
			     .pages_left = list->max_pages ? list->max_pages : UINT64_MAX};
}

void list_request(struct netbackup *netbackup, const struct list *list)
{
	struct walk walk = first_step(netbackup, list);

	request_page(&walk, &walk.place);
}

struct page *list_read(struct netbackup *netbackup, const struct list *list,
		       const struct http_response *response, struct fault *fault)
{
	struct walk walk = first_step(netbackup, list);

	return read_page(&walk, response, NULL, fault);
}

struct walk *list_begin(struct netbackup *netbackup, const struct list *list)
{
	struct walk *walk = mem_zalloc(1, sizeof *walk);

	*walk = first_step(netbackup, list);
	walk->seen = list->key ? seen_new() : NULL;
	return walk;
}

bool list_go_on(struct walk *walk, int64_t until, bool *ended, struct fault *fault)
{
	struct http_response response;
	bool fine;

	*ended = false;
	request_page(walk, &walk->place);
	do {
		fine = netbackup_await(walk->netbackup, &response, fault);
		if (fine) {
			fine = advance(walk, &response, ended, fault);
			http_response_free(&response);
		}
		walk->pages_left--;
		*ended = *ended || walk->pages_left == 0;
	} while (fine && !*ended && timefmt_monotonic() < until);
	netbackup_abandon(walk->netbackup);
	return fine;
}

void list_end(struct walk *walk)
{
	if (!walk)
		return;
	free(walk->place.way);
	free(walk->first_key);
	seen_free(walk->seen);
	free(walk);
}

bool list_fetch(struct netbackup *netbackup, const struct list *list, struct fault *fault)
{
	struct walk *walk = list_begin(netbackup, list);
	bool ended, fine = list_go_on(walk, INT64_MAX, &ended, fault);

	list_end(walk);
	return fine;
}
