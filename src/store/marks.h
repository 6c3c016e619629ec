/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MARKS_H
#define MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/database.h"

/*
 * What a refresh has to remember beside the jobs. Instants are those of the server's clock unless
 * said otherwise.
 */
struct store_marks {
	int64_t began;	      /* the store's first request; 0 = it has not begun */
	int64_t known_since;  /* all that ended from here on has been seen; 0 = from began on */
	int64_t created;      /* began by the local clock: since when the counters count */
	int64_t window_start; /* at the last committed refresh */
	int64_t newest_end;   /* latest end of a job that has been seen */
	int64_t expired;      /* the window's start at the last store_expire */
	int64_t mark;	      /* from where the next refresh asks for what has changed */
	int64_t by_end;	  /* 1 = the mark is of ends, not of changes: the server is an old one */
	int64_t complete; /* 1 = the first sweep has come to its end: there is something to show */
	int64_t sweep_id; /* last id of the rolling sweep */
	int64_t sweep_pages;   /* pages of this round so far */
	int64_t sweep_began;   /* this round */
	int64_t sweep_ended;   /* last round, local clock; 0 = never */
	int64_t data_at;       /* the last success, local clock */
	int64_t skew;	       /* milliseconds, server less agent, at that time */
	int64_t down_notified; /* failures in a row when the event was made that the site is down;
				  0 = there is none */
	int64_t families;      /* 1 = of all jobs it is known whether they are parents */
	int64_t learning;      /* 1 = the sweep under way will tell it */
	int64_t vanished_at;   /* since when too many jobs have vanished, local clock; 0 = no */
	int64_t unfinished_at; /* when the unfinished jobs were last asked for in full; 0 = never */
	int64_t sweep_pace;    /* seconds that this round may take; 0 = full-refresh says it */
	int64_t sweep_found;   /* what this round has found that no list of changes has told */
};

/* Reads MARKS; what the file does not have is 0. False with FAULT (class storage). */
bool marks_read(struct store_marks *marks, struct database *database, struct fault *fault);

/* Writes those of MARKS that differ from SAVED. */
bool marks_save(const struct store_marks *marks, const struct store_marks *saved,
		struct database *database, struct fault *fault);

/* Whether the file was made for URL; a new file is from now on. If not, it is rejected. */
bool marks_check_url(struct database *database, const char *url, struct fault *fault);

#endif
