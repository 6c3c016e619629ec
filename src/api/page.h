/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PAGE_H
#define PAGE_H

#include <stddef.h>

#include "api/json.h"

/*
 * A page of a list of the REST API: an object with an array "data" and, in meta.pagination.next,
 * the cursor of the page that follows.
 */
struct page;

/*
 * Parses the body of a page. On failure NULL, and *COMPLAINT says what is wrong in a few words
 * (static). An empty document, or one without data, is a page without elements.
 */
struct page *page_parse(const char *text, size_t length, const char **complaint);

/* The next element of PAGE, or NULL when there are no more. Lives as long as the page. */
const struct json *page_next(struct page *page);

/*
 * The cursor of the page that follows, or NULL when PAGE is the last. A page without elements is
 * the last. Lives as long as the page.
 */
const char *page_cursor(const struct page *page);

/* NULL is fine. */
void page_free(struct page *page);

/*
 * Finds the cursor of the following page in the last bytes of a body, without parsing it, so
 * that the next request can be sent first. Returns a string to be freed, or NULL when the cursor
 * cannot be found for certain. What page_cursor says of the parsed page counts.
 */
char *page_peek_cursor(const char *text, size_t length);

/*
 * The text of an error document (errorCode, errorMessage, errorDetails), to be freed; NULL when the
 * body is no such document.
 */
char *page_error_text(const char *text, size_t length);

#endif
