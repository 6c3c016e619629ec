/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/json.h"
#include "api/seen.h"

/*
 * A page of a list of the REST API: an object with an array, which most lists call "data". The page
 * that follows is named in meta.pagination.next, by a cursor, or only in links.next, by an address.
 */
struct page;

/*
 * Parses the body of a page. On failure NULL, and *COMPLAINT says what is wrong in a few words
 * (static). A page may lack data, and has no elements then. But an object that has neither data nor
 * meta nor links is no page, and an error document without elements is none either.
 */
struct page *page_parse(const char *text, size_t length, const char **complaint);

/* The same of a list whose elements are in MEMBER instead of data. */
struct page *page_parse_member(const char *text, size_t length, const char *member,
			       const char **complaint);

/*
 * The next element of PAGE, or NULL when there are no more. Lives as long as the page. After
 * page_skip elements that SEEN has are left out, and the others are added to it.
 */
const struct json *page_next(struct page *page);

/*
 * The key of ELEMENT: its member id, or else its attribute ATTRIBUTE (NULL = none), or NULL. Lives
 * as long as the page.
 */
const char *page_key(const struct json *element, const char *attribute);

/* Lets page_next leave out elements whose key SEEN has. Both must outlive PAGE. */
void page_skip(struct page *page, struct seen *seen, const char *attribute);

/*
 * Whether PAGE has an element whose key SEEN has; also where none of its elements has a key, so
 * that nothing can be said.
 */
bool page_joins(const struct page *page, const struct seen *seen, const char *attribute);

/* The first element, or NULL. */
const struct json *page_first(const struct page *page);

/* No page behind PAGE is wanted; and whether that has been said. */
void page_stop(struct page *page);
bool page_is_stopped(const struct page *page);

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

/* How many the whole list has, as PAGE says in meta.pagination.count; -1 = it does not. */
int64_t page_total(const struct page *page);

/* The offset of the page that follows, as PAGE names it; -1 = it names none. */
int64_t page_next_offset(const struct page *page);

/* How many elements a page may have, as PAGE says; -1 = it does not. */
int64_t page_limit(const struct page *page);

/* Whether PAGE has as many elements as it may have, so that more may follow. LIMIT was asked for.
 */
bool page_is_full(const struct page *page, size_t limit);

/*
 * The id of the last element that has one: its attribute ATTRIBUTE, or its member id. 0 = none has.
 */
int64_t page_last_id(const struct page *page, const char *attribute);

/* The ids of the elements that have one, as page_last_id finds them. */
struct page_span {
	int64_t first; /* 0 = no element has an id, also of the next */
	int64_t last;
	int64_t middle; /* the last one in the former half of the page; 0 = there is none */
	size_t later;	/* how many there are in the later half */
	bool rises;	/* each is above the one before */
};
struct page_span page_span(const struct page *page, const char *attribute);

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
