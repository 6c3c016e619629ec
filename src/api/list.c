/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http.h"
#include "base/mem.h"

#define PAGE_LIMIT 100 /* the most that the API gives in one answer */

/* A list on its way from the first page to the last. */
struct walk {
	struct netbackup *netbackup;
	const struct list *list;
	char *cursor;	     /* of the present page; NULL = the first */
	uint64_t pages_left; /* the present one included */
};

/* TEXT as part of a URL's query (RFC 3986, 2.1), to be freed. */
static char *encode(const char *text)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
	char *result = mem_zalloc(strlen(text) * 3 + 1, 1), *at = result;

	for (; *text; text++) {
		if (strchr(plain, *text))
			*at++ = *text;
		else
			at += sprintf(at, "%%%02X", (unsigned char)*text);
	}
	return result;
}

static void request_page(const struct walk *walk, const char *cursor)
{
	const struct list *list = walk->list;
	char *filter = encode(list->filter), *after = encode(cursor ? cursor : "");
	char *path =
	    mem_printf("%s?page%%5Blimit%%5D=%d&sort=%s&filter=%s%s%s", list->path, PAGE_LIMIT,
		       list->sort, filter, cursor ? "&page%5Bafter%5D=" : "", after);

	netbackup_request(walk->netbackup, path);
	free(path);
	free(after);
	free(filter);
}

/* True when CURSOR leads back to the present page: the walk would never end. */
static bool leads_back(const struct walk *walk, const char *cursor)
{
	return walk->cursor && strcmp(walk->cursor, cursor) == 0;
}

/* Parses a page and has it visited. PEEKED is the cursor that has been followed already. */
static struct page *read_page(const struct walk *walk, const struct http_response *response,
			      const char *peeked, struct fault *fault)
{
	const char *complaint = NULL, *next, *things = walk->list->things;
	struct page *page = page_parse(response->body, response->length, &complaint);

	if (!page) {
		fault_set(fault, FAULT_PROTOCOL, "a page of %s %s", things, complaint);
		return NULL;
	}
	next = page_cursor(page);
	if (next && leads_back(walk, next))
		fault_set(fault, FAULT_PROTOCOL, "the server's list of %s goes round in circles",
			  things);
	else if (next && peeked && strcmp(peeked, next) != 0)
		fault_set(fault, FAULT_PROTOCOL, "a page of %s names two different next pages",
			  things);
	else if (walk->list->visit(page, walk->list->arg, fault))
		return page;
	page_free(page);
	return NULL;
}

/* The cursor of the next page, where it can be followed before this page is parsed; or NULL. */
static char *peek(const struct walk *walk, const struct http_response *response)
{
	char *cursor = NULL;

	if (walk->pages_left > 1)
		cursor = page_peek_cursor(response->body, response->length);
	if (cursor && leads_back(walk, cursor)) {
		free(cursor);
		cursor = NULL;
	}
	return cursor;
}

/*
 * Reads the page in RESPONSE and moves on to the next one. Where possible that one is requested
 * before this one is parsed, so that the server works meanwhile. False with FAULT; or true, and the
 * cursor of WALK is that of the next page, NULL when the list has ended.
 */
static bool advance(struct walk *walk, const struct http_response *response, struct fault *fault)
{
	char *peeked = peek(walk, response);
	struct page *page;
	const char *next = NULL;

	if (peeked)
		request_page(walk, peeked);
	page = read_page(walk, response, peeked, fault);
	if (page && walk->pages_left > 1)
		next = page_cursor(page);
	if (next && !peeked)
		request_page(walk, next);
	free(walk->cursor);
	walk->cursor = mem_strdup(next);
	free(peeked);
	page_free(page);
	return page != NULL;
}

bool list_fetch(struct netbackup *netbackup, const struct list *list, struct fault *fault)
{
	struct walk walk = {netbackup, list, NULL, list->max_pages ? list->max_pages : UINT64_MAX};
	struct http_response response;
	bool fine;

	request_page(&walk, NULL);
	do {
		fine = netbackup_await(netbackup, &response, fault);
		if (fine) {
			fine = advance(&walk, &response, fault);
			http_response_free(&response);
		}
		walk.pages_left--;
	} while (fine && walk.cursor);
	netbackup_abandon(netbackup);
	free(walk.cursor);
	return fine;
}
