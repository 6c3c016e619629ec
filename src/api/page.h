/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/json.h"

/*
 * A page of a list of the REST API: an object with an array "data". The page that follows is named
 * in meta.pagination.next, by a cursor, or only in links.next, by an address.
 */
struct page;

/*
 * Parses the body of a page. On failure NULL, and *COMPLAINT says what is wrong in a few words
 * (static). A page may lack data, and has no elements then. But an object that has neither data nor
 * meta nor links is no page, and an error document without elements is none either.
 */
struct page *page_parse(const char *text, size_t length, const char **complaint);

/* The next element of PAGE, or NULL when there are no more. Lives as long as the page. */
const struct json *page_next(struct page *page);

/*
 * The parameter of the query by which the page that follows is asked for, such as
 * page%5Bafter%5D=abc; NULL where PAGE names none, or has no elements. Of an address only its
 * page[after] or page[offset] is taken, never host or path. Lives as long as the page.
 */
const char *page_way(const struct page *page);

/*
 * Whether PAGE names a next page at all: by page_way, or by an address that has no such parameter.
 */
bool page_names_next(const struct page *page);

/* The parameter for a cursor, to be freed. */
char *page_way_of_cursor(const char *cursor);

/* How many elements PAGE has. */
size_t page_count(const struct page *page);

/* Whether PAGE has as many elements as it may have, so that more may follow. LIMIT was asked for.
 */
bool page_is_full(const struct page *page, size_t limit);

/*
 * The id of the last element that has one: its attribute ATTRIBUTE, or its member id. 0 = none has.
 */
int64_t page_last_id(const struct page *page, const char *attribute);

/* NULL is fine. */
void page_free(struct page *page);

/*
 * Finds the cursor of the following page in the last bytes of a body, without parsing it, so
 * that the next request can be sent first. Returns a string to be freed, or NULL when the cursor
 * cannot be found for certain. What page_way says of the parsed page counts.
 */
char *page_peek_cursor(const char *text, size_t length);

/*
 * The text of an error document (errorCode, errorMessage, errorDetails), to be freed; NULL when the
 * body is no such document.
 */
char *page_error_text(const char *text, size_t length);

#endif
