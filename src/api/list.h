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
	const char *sort;   /* the attribute by which elements rise; it should never change */
	const char *filter;
	uint64_t max_pages; /* 0 = all there are */
	/* Called with each page. False with FAULT set ends it all. */
	bool (*visit)(struct page *page, void *arg, struct fault *fault);
	void *arg;
};

/*
 * Fetches the elements of LIST, 100 a request, and calls visit for each page. While a page is
 * parsed and visited, the request for the next one is under way. A page that fails for a passing
 * reason is asked for again up to three times. False with FAULT set when not all could be had.
 */
bool list_fetch(struct netbackup *netbackup, const struct list *list, struct fault *fault);

#endif
