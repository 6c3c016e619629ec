/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "api/netbackup.h"
#include "site/skipped.h"
#include "store/store.h"

/* What a refresh asks the server for, in which order, and what of it goes into the store. */

/* A rising list of job ids. */
struct fetch_ids {
	int64_t *ids;
	size_t count;
	size_t capacity;
};

/* One run. The caller may set the first two members. The next are the results. */
struct fetch {
	void (*report)(uint64_t jobs, uint64_t requests, void *arg); /* or NULL */
	void *report_arg;
	uint64_t jobs;	      /* received */
	uint64_t skipped;     /* of these, those that cannot be used */
	struct skipped flaws; /* of these, and of those of the run before */
	struct skipped flaws_before;
	bool full;	  /* the whole window was asked for */
	bool fresh;	  /* the store was empty before */
	bool round_ended; /* the rolling sweep came round */
	/* The API version in which the server cannot be asked for changes; stays for later runs. */
	char blind[16];

	/* For fetch_run only. */
	struct netbackup *netbackup;
	struct store *store;
	const struct config_site *site;
	uint64_t requests_before;
	bool trusts;	      /* what has vanished is taken for gone */
	int64_t now;	      /* the server's time at the begin */
	int64_t window_start; /* by the server's time */
	int64_t sweep_start;  /* where the sweep begins */
	int64_t last_id;      /* the last id of the list that is being fetched */
	int64_t newest;	      /* the newest lastUpdateTime of a finished job */
	uint64_t pages;	      /* of the list that is being fetched */
	uint64_t swept;	      /* jobs in the pages of the sweep */
	int64_t clock;	      /* when the run began, in timefmt_monotonic, like the next */
	int64_t reported;     /* when the progress was last logged */
	struct fetch_ids unfinished;
	struct fetch_ids page;
};

/*
 * Brings STORE up to date with the server, in a transaction that it begins and commits. BEGAN is
 * the local time. False with FAULT when that fails; the caller then rolls back. A first sweep has
 * saved its position and goes on from there the next time.
 */
bool fetch_run(struct fetch *fetch, struct netbackup *netbackup, struct store *store,
	       const struct config_site *site, int64_t began, struct fault *fault);

/* From this instant of the server's clock on, the store with MARKS knows all completions. */
int64_t fetch_known_since(const struct store_marks *marks);

/* How many requests the run has made so far. */
uint64_t fetch_requests(const struct fetch *fetch);

/* Frees the members of FETCH, not FETCH itself. */
void fetch_clear(struct fetch *fetch);

#endif
