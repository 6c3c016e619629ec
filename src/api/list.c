/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/list.h"

#include <stdlib.h>
#include <string.h>

#include "api/http.h"
#include "api/query.h"
#include "base/mem.h"

#define PAGE_LIMIT 100 /* the most that the API gives in one answer */

/* Where a page is found. */
struct place {
	char *way;	/* the parameter that names it; NULL = none does */
	int64_t behind; /* it begins behind the element with this id; 0 = at the first */
};

/* A list on its way from the first page to the last. */
struct walk {
	struct netbackup *netbackup;
	const struct list *list;
	struct place place;  /* of the present page */
	uint64_t pages_left; /* the present one included */
};

static void request_page(const struct walk *walk, const struct place *place)
{
	const struct list *list = walk->list;
	char *text = place->behind > 0 ? mem_printf("%s and %s gt %lld", list->filter, list->sort,
						    (long long)place->behind)
				       : mem_strdup(list->filter);
	char *filter = query_pair("filter", text);
	char *path =
	    mem_printf("%s?page%%5Blimit%%5D=%d&sort=%s&%s%s%s", list->path, PAGE_LIMIT, list->sort,
		       filter, place->way ? "&" : "", place->way ? place->way : "");

	netbackup_request(walk->netbackup, path, list->things);
	free(path);
	free(filter);
	free(text);
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

/* Parses a page. PEEKED is the way that has been followed already, or NULL. */
static struct page *read_page(const struct walk *walk, const struct http_response *response,
			      const char *peeked, struct fault *fault)
{
	const char *complaint = NULL, *next, *things = walk->list->things;
	struct page *page = page_parse(response->body, response->length, &complaint);

	if (!page) {
		complain(walk, response, complaint, fault);
		return NULL;
	}
	next = page_way(page);
	if (!next || !netbackup_has_cursors(walk->netbackup))
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

	if (walk->pages_left > 1 && netbackup_has_cursors(walk->netbackup))
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

/* Where the page behind PAGE is. False where there is none. */
static bool find_next(const struct walk *walk, const struct page *page, struct place *next)
{
	const char *way = page_way(page);
	bool named = way && netbackup_has_cursors(walk->netbackup);

	*next = (struct place){.way = NULL};
	if (named) {
		next->way = mem_strdup(way);
		next->behind = walk->place.behind;
	} else if (page_names_next(page) || page_is_full(page, PAGE_LIMIT)) {
		next->behind = page_last_id(page, walk->list->sort);
	} else {
		return false;
	}
	return true;
}

/* Ids that do not rise would never come to an end. */
static bool check_rise(const struct walk *walk, const struct place *next, struct fault *fault)
{
	if (next->way || next->behind > walk->place.behind)
		return true;
	complain_of_circle(walk, fault);
	return false;
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
	struct place next = {NULL, 0};
	struct page *page;
	bool fine = false;

	if (peeked)
		request_page(walk, &(struct place){peeked, walk->place.behind});
	page = read_page(walk, response, peeked, fault);
	if (page) {
		*last = page_count(page) == 0 || !find_next(walk, page, &next);
		fine = walk->list->visit(page, *last, walk->list->arg, fault) &&
		       (*last || check_rise(walk, &next, fault));
	}
	if (page && !*last) {
		free(walk->place.way);
		walk->place = next;
		if (fine && !peeked && walk->pages_left > 1)
			request_page(walk, &next);
	}
	free(peeked);
	page_free(page);
	return fine;
}

bool list_fetch(struct netbackup *netbackup, const struct list *list, struct fault *fault)
{
	struct walk walk = {
	    netbackup, list, {NULL, 0}, list->max_pages ? list->max_pages : UINT64_MAX};
	struct http_response response;
	bool fine, last = false;

	request_page(&walk, &walk.place);
	do {
		fine = netbackup_await(netbackup, &response, fault);
		if (fine) {
			fine = advance(&walk, &response, &last, fault);
			http_response_free(&response);
		}
		walk.pages_left--;
	} while (fine && !last && walk.pages_left > 0);
	netbackup_abandon(netbackup);
	free(walk.place.way);
	return fine;
}
