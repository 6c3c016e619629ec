/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_STATE_H
#define SIM_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim_buf.h"
#include "sim_fault.h"
#include "sim_history.h"
#include "sim_job.h"
#include "sim_resource.h"
#include "sim_stock.h"

/* An API version as one number: 13.0 is 13000. */
enum { SIM_VERSION_MINORS = 1000 };

struct sim_options {
	const char *address; /* without brackets */
	const char *port;
	const char *key;
	const char *tls_dir;	 /* NULL for plain HTTP */
	const char *tls_version; /* such as 1.2, the only one that is spoken; NULL = all */
	const char *log;	 /* NULL for none */
	int version;
	int latency_ms;
	int64_t limit_at_work; /* more than so many are told to come again later; 0 = no limit */
	double crowding; /* what each further request at work multiplies the latency by; 0 = 1 */
	int64_t skew_ms;
	bool manual_clock; /* it stands still but for what tests add to it */
	int64_t clock_ms;  /* where it stands at the start, 0 for the local time in whole seconds */
	struct sim_world world; /* without its start time */
	struct sim_resource_options resources;
	struct sim_faults faults;
};

enum { SIM_LAST_FILTERS = 20 };

struct sim_stats {
	int64_t requests;
	int64_t jobs;
	int64_t resources;
	int64_t ping;
	int64_t connections;
	int64_t unauthorized;
	int64_t gzip;
	int64_t most_at_work; /* at the same time */
	int64_t too_many;     /* requests were refused, as the limit was at work */
	int64_t filters;      /* how many there were; the last ones are kept */
	char *filter[SIM_LAST_FILTERS];
};

/* All that the threads of the connections share. */
struct sim_state {
	const struct sim_options *options;
	struct sim_world world;
	struct sim_buf ca;	  /* the PEM text of the CA */
	_Atomic int64_t shift_ms; /* what tests added to the server's clock */
	FILE *log;
	struct sim_stock stock; /* with a mutex of its own */

	pthread_mutex_t mutex; /* over what follows */
	pthread_cond_t stopped;
	bool stopping;
	bool retry_as_date; /* the next Retry-After is a date */
	int64_t at_work;    /* requests for lists of jobs that came in and are not answered yet */
	struct sim_faults faults;
	struct sim_chains chains;
	struct sim_stats stats;
	struct sim_history history;
};

/* `state` is all zero; what is not used of it stays untouched, as it is large. */
void sim_state_init(struct sim_state *state, const struct sim_options *options);
void sim_state_free(struct sim_state *state);

/* Ends all sleeps, now and later. */
void sim_state_stop(struct sim_state *state);

/*
 * The server's clock, which all its times follow. It is the local one, ahead of it by the skew, or
 * stands still; and tests move it on or back.
 */
int64_t sim_state_now(const struct sim_state *state);

/*
 * Moves the clock by `ms`, or to the instant `ms`, but never back before the start nor beyond the
 * year 9999. Returns the new time.
 */
int64_t sim_state_move_clock(struct sim_state *state, int64_t ms);
int64_t sim_state_set_clock(struct sim_state *state, int64_t ms);

/* False when the simulator ends meanwhile. */
bool sim_state_sleep(struct sim_state *state, int64_t ms);

/* The world with what the faults of the moment make odd in it. */
struct sim_world sim_state_world(struct sim_state *state);

/* Faults for the page of the list `key` behind `after`. */
struct sim_hits sim_state_hits(struct sim_state *state, const char *key, const char *after);
bool sim_state_fault(struct sim_state *state, enum sim_fault_kind kind);
bool sim_state_replace_faults(struct sim_state *state, const char *lines,
			      char message[SIM_FAULT_MESSAGE_SIZE]);

/* What to send as Retry-After: in turn a number of seconds and an instant. */
void sim_state_retry_after(struct sim_state *state, char text[SIM_TIME_SIZE]);

/*
 * A request for a list of jobs is at work from one to the other. The first returns how many are
 * then, with this one; 0 when there are too many, and this one is not at work.
 */
int64_t sim_state_begin_work(struct sim_state *state);
void sim_state_end_work(struct sim_state *state);

/* How long an answer takes to which so many were at work when its request came in. */
int64_t sim_state_latency(const struct sim_state *state, int64_t at_work);

/* Adds one to a member of the statistics. */
#define SIM_STATE_COUNT(state, member) sim_state_count(state, &(state)->stats.member)
void sim_state_count(struct sim_state *state, int64_t *counter);

/* Counts and keeps a request that has been answered. */
void sim_state_note(struct sim_state *state, enum sim_purpose purpose, int status, int jobs,
		    const char *filter, const char *limit, const char *after);
void sim_state_write_history(struct sim_state *state, struct sim_buf *buf);

void sim_state_note_filter(struct sim_state *state, const char *filter);
void sim_state_write_stats(struct sim_state *state, struct sim_buf *buf);
void sim_state_reset_stats(struct sim_state *state);

/* One line to the log of requests. */
void sim_state_log(struct sim_state *state, const char *method, const char *uri, int status,
		   int64_t bytes);

#endif
