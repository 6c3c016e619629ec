/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIST_H
#define LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "api/netbackup.h"
#include "api/page.h"

/* What is asked for, and who is given the pages. */
struct list {
	const char *path;   /* of the list, such as "/admin/jobs" */
	const char *things; /* what its elements are, for errors, such as "jobs" */
	const char *sort;   /* the attribute by which elements rise: a number that never changes */
	const char *filter;
	uint64_t max_pages; /* 0 = all there are */
	/* Called with each page; LAST: the list ends with it. False with FAULT set ends it all. */
	bool (*visit)(struct page *page, bool last, void *arg, struct fault *fault);
	void *arg;
};

/*
 * Fetches the elements of LIST, 100 a request, and calls visit for each page. Each page names the
 * next one. Where a full page does not, and with a server that knows no cursors
 * (netbackup_has_cursors), the next request asks for what is behind the last element. That does not
 * drift while elements come and go, as offsets would.
 *
 * While a page is parsed and visited, the request for the next one is under way, where the page
 * names it in its last bytes. A page that fails for a passing reason is asked for again up to three
 * times. False with FAULT set when not all could be had. An answer that is no list is never an
 * empty one.
 */
bool list_fetch(struct netbackup *netbackup, const struct list *list, struct fault *fault);

#endif
