/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CHAINS_H
#define CHAINS_H

#include <stdbool.h>

#include "api/list.h"
#include "api/netbackup.h"
#include "base/fault.h"

/*
 * A long list is fetched by several connections at once. Its range of ids is cut into blocks, each
 * of them a request of its own, and their pages are visited in the order of the ids.
 */

#define CHAINS_MAX 8

/* What a visitor may tell people. */
struct chains_use {
	unsigned connections; /* that may be at work just now; 0 = the list is fetched as usual */
	unsigned most;	      /* that have been so far */
};

/*
 * Fetches the elements of LIST, which is LIST_BY_ID and has a filter, as list_fetch does, but by up
 * to LIMIT connections at once, and fewer where the server does not bear them. It ends in the way
 * of list_fetch, so no element is missed that comes up behind the last one known. Ids that do not
 * rise, or that are outside of what was asked for, are a FAULT_PROTOCOL. USE tells how it is done.
 */
bool chains_fetch(struct netbackup *netbackup, const struct list *list, unsigned limit,
		  struct chains_use *use, struct fault *fault);

#endif
