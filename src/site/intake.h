/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INTAKE_H
#define INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/chains.h"
#include "api/netbackup.h"
#include "api/page.h"
#include "config/config.h"
#include "site/skipped.h"
#include "store/store.h"

/* How pages of jobs get from the server into the store. */

#define INTAKE_FILTER_SIZE 128

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
	bool full;	       /* the whole window was asked for */
	bool all_unfinished;   /* all unfinished jobs were asked for */
	int64_t undated_at;    /* when an unfinished job without a time of change was last seen */
	bool fresh;	       /* the store was empty before */
	bool round_ended;      /* the rolling sweep came round */
	bool first_ended;      /* ... for the first time */
	struct chains_use use; /* of connections, by the sweep */
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
	int64_t newest;	      /* the newest change of a job in it; of an end, before API 9.0 */
	uint64_t pages;	      /* of the list that is being fetched */
	uint64_t swept;	      /* jobs in the pages of the sweep */
	int64_t clock;	      /* when the run began, in timefmt_monotonic, like the next */
	int64_t reported;     /* when the progress was last logged */
	struct fetch_ids unfinished;
	struct fetch_ids page;
};

/* How many requests the run has made so far. */
uint64_t intake_requests(const struct fetch *fetch);

/*
 * Puts the jobs of PAGE into the store, and their ids into IDS. The id of a skipped job is put
 * there too: the server has that job. False with FAULT where the store refuses, or where ids do not
 * rise behind FETCH's last_id.
 */
bool intake_page(struct fetch *fetch, struct page *page, struct fetch_ids *ids,
		 struct fault *fault);

/*
 * Asks for the jobs that FILTER lets through, MAX_PAGES at most (0 = all). VISIT is called with
 * FETCH as its ARG, see list_fetch.
 */
bool intake_ask(struct fetch *fetch, const char *filter, uint64_t max_pages,
		bool (*visit)(struct page *page, bool last, void *arg, struct fault *fault),
		struct fault *fault);

/*
 * Asks for the jobs behind the id BEHIND that FILTER lets through, by as many connections as the
 * site may have and the server bears.
 */
bool intake_ask_at_once(struct fetch *fetch, const char *filter, int64_t behind,
			bool (*visit)(struct page *page, bool last, void *arg, struct fault *fault),
			struct fault *fault);

/* Commits what has been fetched so far, and goes on in a new transaction. */
bool intake_save(struct fetch *fetch, struct fault *fault);

#endif
