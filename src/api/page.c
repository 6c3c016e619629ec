/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/query.h"
#include "base/mem.h"

/* The cursor stands in the last part of a page, behind all elements. */
#define PEEK_SIZE 4096

struct page {
	struct json_document *document;
	const struct json *first; /* NULL = there are no elements */
	const struct json *next;  /* what page_next returns next */
	size_t count;
	bool linked; /* links.next has something in it */
	bool stopped;
	char *way;
	struct seen *seen;	   /* of page_skip, or NULL */
	const char *key_attribute; /* likewise */
};

char *page_way_of_cursor(const char *cursor)
{
	return query_pair("page[after]", cursor);
}

/*
 * The address in links.next, or NULL. It is a string, or an object with href. Lists of tapes have
 * it in links.pagination.next.
 */
static const char *find_link(const struct json *root)
{
	const struct json *links = json_member(root, "links"), *next = json_member(links, "next");
	const char *address;

	if (json_is_none(next))
		next = json_member(json_member(links, "pagination"), "next");
	address = json_string(next);

	if (!address)
		address = json_string(json_member(next, "href"));
	return address && address[0] != '\0' ? address : NULL;
}

/* The way that ADDRESS names, or NULL. */
static char *read_link(const char *address)
{
	static const char *const names[] = {"page[after]", "page[offset]"};
	char *way = NULL;

	for (size_t i = 0; address && !way && i < sizeof names / sizeof names[0]; i++) {
		char *value = query_find(address, names[i]);

		if (value && value[0] != '\0')
			way = query_pair(names[i], value);
		free(value);
	}
	return way;
}

/*
 * Sets *WAY. The API declares the cursor as a string; a number is taken, too. Where it is neither,
 * a link may say more. False when nothing does, and it is something that cannot be a cursor.
 */
static bool read_way(const struct json *root, char **way)
{
	const struct json *pagination = json_member(json_member(root, "meta"), "pagination");
	const struct json *next = json_member(pagination, "next");
	const char *text = json_string(next);
	char number[32];

	if (isfinite(json_number(next))) {
		snprintf(number, sizeof number, "%.0f", json_number(next));
		text = number;
	}
	*way = text && text[0] != '\0' ? page_way_of_cursor(text) : read_link(find_link(root));
	return *way || text || json_is_none(next);
}

/* An error document, whatever else it has beside. */
static bool tells_error(const struct json *root)
{
	const char *message = json_string(json_member(root, "errorMessage"));
	double code = json_number(json_member(root, "errorCode"));

	return (message && message[0] != '\0') || (isfinite(code) && code != 0);
}

/* What is wrong with ROOT, whose elements are DATA; NULL = nothing. */
static const char *find_flaw(const struct json *root, const struct json *data)
{
	if (!json_first(data) && tells_error(root))
		return "is an error document";
	if (!json_is_list(data) && !json_is_none(data))
		return "has data that is not a list";
	if (!data && !json_member(root, "meta") && !json_member(root, "links"))
		return "has none of data, meta and links";
	return NULL;
}

struct page *page_parse(const char *text, size_t length, const char **complaint)
{
	return page_parse_member(text, length, "data", complaint);
}

struct page *page_parse_member(const char *text, size_t length, const char *member,
			       const char **complaint)
{
	struct json_document *document = json_parse(text, length, complaint);
	const struct json *root, *data;
	const char *flaw;
	struct page *page;
	char *way;

	if (!document)
		return NULL;
	root = json_root(document);
	data = json_member(root, member);
	flaw = find_flaw(root, data);
	if (!flaw && !read_way(root, &way))
		flaw = "has a cursor (meta.pagination.next) that is not a string";
	if (flaw) {
		*complaint = flaw;
		json_free(document);
		return NULL;
	}
	page = mem_zalloc(1, sizeof *page);
	page->document = document;
	page->first = page->next = json_first(data);
	page->way = way;
	page->linked = find_link(root) != NULL;
	for (const struct json *at = page->first; at; at = json_next(at))
		page->count++;
	return page;
}

const char *page_key(const struct json *element, const char *attribute)
{
	const char *key = json_clean_string(json_member(element, "id"));

	if ((!key || key[0] == '\0') && attribute)
		key = json_clean_string(json_member(json_member(element, "attributes"), attribute));
	return key && key[0] != '\0' ? key : NULL;
}

void page_skip(struct page *page, struct seen *seen, const char *attribute)
{
	page->seen = seen;
	page->key_attribute = attribute;
}

/* An element without a key is never known. */
static bool is_known(const struct page *page, const struct json *element)
{
	const char *key = page->seen ? page_key(element, page->key_attribute) : NULL;

	return key && !seen_add(page->seen, key);
}

const struct json *page_next(struct page *page)
{
	const struct json *element;

	do {
		element = page->next;
		page->next = json_next(element);
	} while (element && is_known(page, element));
	return element;
}

bool page_joins(const struct page *page, const struct seen *seen, const char *attribute)
{
	bool has_keys = false;

	for (const struct json *at = page->first; at; at = json_next(at)) {
		const char *key = page_key(at, attribute);

		if (key && seen_has(seen, key))
			return true;
		has_keys |= key != NULL;
	}
	return page->first && !has_keys;
}

const struct json *page_first(const struct page *page)
{
	return page->first;
}

void page_stop(struct page *page)
{
	page->stopped = true;
}

bool page_is_stopped(const struct page *page)
{
	return page->stopped;
}

const char *page_way(const struct page *page)
{
	return page->first ? page->way : NULL;
}

bool page_names_next(const struct page *page)
{
	return page->first && (page->way || page->linked);
}

size_t page_count(const struct page *page)
{
	return page->count;
}

/* A number of meta.pagination, or -1. */
static int64_t paging_number(const struct page *page, const char *name)
{
	const struct json *meta = json_member(json_root(page->document), "meta");

	return json_whole(json_member(json_member(meta, "pagination"), name));
}

int64_t page_total(const struct page *page)
{
	return paging_number(page, "count");
}

int64_t page_limit(const struct page *page)
{
	return paging_number(page, "limit");
}

int64_t page_next_offset(const struct page *page)
{
	const char *digits = page->way ? strchr(page->way, '=') + 1 : "";

	if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return -1;
	return strtoll(digits, NULL, 10);
}

bool page_is_full(const struct page *page, size_t limit)
{
	int64_t own = page_limit(page);

	/* A server may give fewer than it was asked for, and say so. */
	if (own > 0 && (uint64_t)own < limit)
		limit = (size_t)own;
	return page->count >= limit;
}

static int64_t id_of(const struct json *element, const char *attribute)
{
	int64_t id = json_whole(json_member(json_member(element, "attributes"), attribute));

	return id > 0 ? id : json_whole(json_member(element, "id"));
}

int64_t page_last_id(const struct page *page, const char *attribute)
{
	int64_t last = 0;

	for (const struct json *at = page->first; at; at = json_next(at)) {
		int64_t id = id_of(at, attribute);

		if (id > 0)
			last = id;
	}
	return last;
}

struct page_span page_span(const struct page *page, const char *attribute)
{
	struct page_span span = {.rises = true};
	size_t at = 0;

	for (const struct json *element = page->first; element; element = json_next(element)) {
		int64_t id = id_of(element, attribute);

		at++;
		if (id <= 0)
			continue;
		span.rises = span.rises && id > span.last;
		span.first = span.first > 0 ? span.first : id;
		span.last = id;
		if (at <= page->count / 2)
			span.middle = id;
		else
			span.later++;
	}
	return span;
}

void page_free(struct page *page)
{
	if (!page)
		return;
	json_free(page->document);
	free(page->way);
	free(page);
}

char *page_peek_cursor(const char *text, size_t length)
{
	static const char before[] = "\"pagination\"", key[] = "\"next\"";
	const char *end = text + length, *object, *at, *next, *close;

	if (length > PEEK_SIZE)
		text = end - PEEK_SIZE;
	object = memmem(text, (size_t)(end - text), before, sizeof before - 1);
	at = object ? memmem(object, (size_t)(end - object), key, sizeof key - 1) : NULL;
	/* A "next" behind the object pagination is another one, such as that of the links. */
	if (!at || memchr(object, '}', (size_t)(at - object)))
		return NULL;
	for (next = at + sizeof key - 1; next < end && strchr(" \t\r\n:", *next) && *next; next++)
		;
	if (next == end || *next != '"')
		return NULL;
	next++;
	close = memchr(next, '"', (size_t)(end - next));
	/* An escaped character is left to the parser. */
	if (!close || close == next || memchr(next, '\\', (size_t)(close - next)))
		return NULL;
	return mem_printf("%.*s", (int)(close - next), next);
}

char *page_error_text(const char *text, size_t length)
{
	const char *complaint, *message, *detail;
	struct json_document *document = json_parse(text, length, &complaint);
	const struct json *root;
	char *result = NULL;
	double code;

	if (!document)
		return NULL;
	root = json_root(document);
	code = json_number(json_member(root, "errorCode"));
	message = json_string(json_member(root, "errorMessage"));
	detail = json_string(json_first(json_member(root, "errorDetails")));
	if (message)
		result = mem_printf("%.0f %s%s%s", isnan(code) ? 0 : code, message,
				    detail ? ": " : "", detail ? detail : "");
	json_free(document);
	return result;
}
