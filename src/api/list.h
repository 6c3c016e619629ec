/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIST_H
#define LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/netbackup.h"
#include "api/page.h"

/* How the pages of a list are asked for. The API has no one way for all lists. */
enum list_paging {
	/*
	 * By cursors. Where a full page names no next one, and with a server that knows no cursors
	 * (netbackup_has_cursors), the next request asks for what is behind the last id. The
	 * list must be sorted by a number that never changes.
	 */
	LIST_BY_ID,
	LIST_BY_CURSOR,
	/*
	 * By offsets, which drift while elements come and go. So pages overlap, and where a page
	 * does not join on to those before it, the walk goes back. The list must be sorted.
	 */
	LIST_BY_OFFSET,
	LIST_WHOLE /* it has no pages */
};

#define LIST_LIMIT 100 /* the most elements that most lists of the API give in one answer */

/* What is asked for, and who is given the pages. */
struct list {
	const char *path;   /* of the list, such as "/admin/jobs" */
	const char *things; /* what its elements are, for errors, such as "jobs" */
	enum list_paging paging;
	size_t limit;	    /* elements a page at most; 0 = LIST_LIMIT */
	const char *member; /* that has the elements; NULL = "data" */
	const char *sort;   /* the attribute by which elements rise, or NULL */
	const char *filter; /* or NULL */
	/*
	 * Only elements with a number above BEHIND, and not above UPTO, in the attribute by which
	 * they rise; 0 = any. There must be a filter.
	 */
	int64_t behind;
	int64_t upto;
	bool falls; /* the elements fall instead of rising; for list_request only */
	/*
	 * The attribute that names an element which has no id; it may be one that no element has.
	 * With it each element that has a name is visited once only, however often the server lists
	 * it. NULL = the visitor sees to that.
	 */
	const char *key;
	bool optional;	    /* see netbackup_request */
	uint64_t max_pages; /* 0 = all there are */
	/*
	 * Called with each page; LAST: the list ends with it. False with FAULT set ends it all.
	 * After page_stop no further page is asked for.
	 */
	bool (*visit)(struct page *page, bool last, void *arg, struct fault *fault);
	void *arg;
};

/*
 * Fetches the elements of LIST page by page, and calls visit for each page.
 *
 * While a page is parsed and visited, the request for the next one is under way, where the page
 * names it in its last bytes. A page that fails for a passing reason is asked for again (see
 * netbackup_await). False with FAULT set when not all could be had. An answer that is no list is
 * never an empty one, and a first page is never the whole unless the server says so.
 */
bool list_fetch(struct netbackup *netbackup, const struct list *list, struct fault *fault);

/*
 * The same in pieces, so that a long list does not keep others waiting. LIST and its strings must
 * outlive the result, which list_end frees.
 */
struct walk;
struct walk *list_begin(struct netbackup *netbackup, const struct list *list);

/*
 * Goes on with the next pages, at least one, until the instant UNTIL (timefmt_monotonic). False
 * with FAULT as list_fetch; or true, and *ENDED says whether the list has come to its end.
 */
bool list_go_on(struct walk *walk, int64_t until, bool *ended, struct fault *fault);

/*
 * A page by itself: the request for the first one of LIST, and what has come as its answer. It may
 * be on another connection than the page before, and LIST needs no visitor. NULL with FAULT set for
 * an answer that is no page; else to be freed with page_free.
 */
void list_request(struct netbackup *netbackup, const struct list *list);
struct page *list_read(struct netbackup *netbackup, const struct list *list,
		       const struct http_response *response, struct fault *fault);

/* NULL is fine. */
void list_end(struct walk *walk);

#endif
