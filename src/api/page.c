/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/page.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The cursor stands in the last part of a page, behind all elements. */
#define PEEK_SIZE 4096

struct page {
	struct json_document *document;
	const struct json *first; /* NULL = there are no elements */
	const struct json *next;  /* what page_next returns next */
	char *cursor;
};

/*
 * The API declares the cursor as a string; a number is taken, too. An absent, null or empty one
 * ends the list. False when it is something that cannot be a cursor.
 */
static bool read_cursor(const struct json *root, char **cursor)
{
	const struct json *pagination = json_member(json_member(root, "meta"), "pagination");
	const struct json *next = json_member(pagination, "next");
	const char *text = json_string(next);

	*cursor = NULL;
	if (text && text[0] != '\0')
		*cursor = mem_strdup(text);
	else if (isfinite(json_number(next)))
		*cursor = mem_printf("%.0f", json_number(next));
	else
		return text || json_is_none(next);
	return true;
}

struct page *page_parse(const char *text, size_t length, const char **complaint)
{
	struct json_document *document = json_parse(text, length, complaint);
	const struct json *data;
	struct page *page;
	char *cursor;

	if (!document)
		return NULL;
	data = json_member(json_root(document), "data");
	if (!json_is_list(data) && !json_is_none(data)) {
		*complaint = "has data that is not a list";
	} else if (!read_cursor(json_root(document), &cursor)) {
		*complaint = "has a cursor (meta.pagination.next) that is not a string";
	} else {
		page = mem_zalloc(1, sizeof *page);
		page->document = document;
		page->first = page->next = json_first(data);
		page->cursor = cursor;
		return page;
	}
	json_free(document);
	return NULL;
}

const struct json *page_next(struct page *page)
{
	const struct json *element = page->next;

	page->next = json_next(element);
	return element;
}

const char *page_cursor(const struct page *page)
{
	return page->first ? page->cursor : NULL;
}

void page_free(struct page *page)
{
	if (!page)
		return;
	json_free(page->document);
	free(page->cursor);
	free(page);
}

char *page_peek_cursor(const char *text, size_t length)
{
	static const char before[] = "\"pagination\"", key[] = "\"next\"";
	const char *end = text + length, *at, *next, *close;

	if (length > PEEK_SIZE)
		text = end - PEEK_SIZE;
	at = memmem(text, (size_t)(end - text), before, sizeof before - 1);
	at = at ? memmem(at, (size_t)(end - at), key, sizeof key - 1) : NULL;
	if (!at)
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
