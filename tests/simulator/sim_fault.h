/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_fault_kind {
	SIM_FAULT_401,
	SIM_FAULT_429,
	SIM_FAULT_500,
	SIM_FAULT_503,
	SIM_FAULT_RESET,
	SIM_FAULT_HTML,
	SIM_FAULT_ECHO_KEY,
	SIM_FAULT_REDIRECT,
	SIM_FAULT_HUGE,
	SIM_FAULT_ERROR_200,
	SIM_FAULT_BARE_OBJECT,
	SIM_FAULT_NO_RIGHTS,
	SIM_FAULT_SLOW,
	SIM_FAULT_TRUNCATE,
	SIM_FAULT_SHORT,
	SIM_FAULT_REPEAT_CURSOR,
	SIM_FAULT_NEXT_EMPTY,
	SIM_FAULT_NEXT_NULL,
	SIM_FAULT_NEXT_NUMBER,
	SIM_FAULT_DATA_NULL,
	SIM_FAULT_DATA_ABSENT,
	SIM_FAULT_DATA_EMPTY,
	SIM_FAULT_NO_META,
	SIM_FAULT_NEXT_IN_LINKS,
	SIM_FAULT_NO_NEXT,
	SIM_FAULT_BAD_JOB,
	SIM_FAULT_ODD_END,
	SIM_FAULT_NO_PING,
	SIM_FAULT_PING_NO_VERSION,
	SIM_FAULT_FILTER_400,
	SIM_FAULT_SAME_IDS,
	SIM_FAULT_IDS_OUTSIDE,
	SIM_FAULT_LAST_ID,
	SIM_FAULT_NO_DESCENDING,
	SIM_FAULT_KINDS,
};

enum {
	SIM_MAX_FAULTS = 64,
	SIM_FAULT_MESSAGE_SIZE = 160,
};

/* Which ids are wrong, or how. */
enum sim_where {
	SIM_WHERE_HIGH,
	SIM_WHERE_MIDDLE,
	SIM_WHERE_LOW,
};

struct sim_fault {
	enum sim_fault_kind kind;
	int page;     /* the page of a chain that it hits, 0 for every page */
	int64_t wait; /* the request that it hits, counted down to 1; 0 for every request */
	int64_t left; /* how often it still strikes, -1 for ever */
	int slow_ms;
	uint32_t fields; /* that are refused in filters: a bit for each */
	enum sim_where where;
};

struct sim_faults {
	int count;
	struct sim_fault list[SIM_MAX_FAULTS];
};

/* What strikes one request: a bit for each kind. */
struct sim_hits {
	uint64_t kinds;
	int slow_ms;
	uint32_t fields;	/* that are refused in filters */
	enum sim_where outside; /* the end of a range of ids that does not count */
	enum sim_where last;	/* how the last id is wrong */
};

static inline bool sim_fault_hit(struct sim_hits hits, enum sim_fault_kind kind)
{
	return hits.kinds >> kind & 1;
}

/*
 * Adds what `spec` says: [page:K=]NAME[:N] or at:N=NAME; slow, filter-400 and last-id want an
 * argument behind the name. False and a message when it is not one.
 */
bool sim_fault_add(struct sim_faults *faults, const char *spec,
		   char message[SIM_FAULT_MESSAGE_SIZE]);

/* One specification a line; blank lines do not count. */
bool sim_fault_add_lines(struct sim_faults *faults, const char *lines,
			 char message[SIM_FAULT_MESSAGE_SIZE]);

/*
 * What strikes a request for page number `page` of a chain, counted from 1. Uses it up, and counts
 * the request for the faults that wait for theirs.
 */
struct sim_hits sim_fault_take(struct sim_faults *faults, int page);

/* Whether a fault of that kind is set, without using it up. */
bool sim_fault_is_set(const struct sim_faults *faults, enum sim_fault_kind kind);

/* Names and meanings, for the help text; NULL after the last. */
const char *sim_fault_help(int index);

enum { SIM_MAX_CHAINS = 64 };

/* Which page of which list was asked for last: requests carry a cursor but no number. */
struct sim_chains {
	int oldest;
	struct sim_chain {
		uint64_t list;
		uint64_t cursor;
		int page;
	} chain[SIM_MAX_CHAINS];
};

/* The number of the page behind `after` (NULL: the first) of the list that `key` identifies. */
int sim_chain_page(struct sim_chains *chains, const char *key, const char *after);

#endif
