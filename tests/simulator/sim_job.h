/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_JOB_H
#define SIM_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim_ids.h"
#include "sim_time.h"

/* The jobs of a burst start so long before their end, but not before the start. */
enum { SIM_BURST_RUN_MS = 10 * SIM_SECOND_MS };

/* No job takes longer to its first end, so that a bound on end times is also one on start times. */
enum { SIM_MAX_DURATION_MS = 2 * SIM_HOUR_MS };

/* So long, at least and at most, a job that arrives after the start waits and then runs. */
enum {
	SIM_MIN_WAIT_MS = 2 * SIM_SECOND_MS,
	SIM_MAX_WAIT_MS = 8 * SIM_SECOND_MS,
	SIM_MIN_RUN_MS = 2 * SIM_SECOND_MS,
	SIM_MAX_RUN_MS = 180 * SIM_SECOND_MS,
};

/* An end is followed by its update in less than this. */
enum { SIM_MAX_UPDATE_LAG_MS = SIM_SECOND_MS };

/*
 * With churn, nothing happens to a job later than this after the update of its first end. It thus
 * bounds, too, how far back a search for recent updates has to look.
 */
enum { SIM_MAX_LATENESS_MS = 6 * SIM_HOUR_MS };

enum sim_job_state {
	SIM_QUEUED,
	SIM_ACTIVE,
	SIM_REQUEUED,
	SIM_SUSPENDED,
	SIM_INCOMPLETE,
	SIM_DONE,
};

/* How the end time of a job is written. All but the first stand for "not ended". */
enum sim_end {
	SIM_END_TIME,
	SIM_END_ABSENT,
	SIM_END_EPOCH,
	SIM_END_NULL,
	SIM_END_EMPTY,
};

/* What is wrong with a job as it is written; the fault bad-job makes such jobs. */
enum sim_odd {
	SIM_ODD_NONE,
	SIM_ODD_STATUS_TEXT,
	SIM_ODD_STATUS_ABSENT,
	SIM_ODD_NO_ID,
	SIM_ODD_TOP_ID_ONLY,
	SIM_ODD_TOP_ID_NUMBER,
	SIM_ODD_VOLUME_NEGATIVE,
	SIM_ODD_VOLUME_HUGE,
	SIM_ODD_VOLUME_TEXT,
	SIM_ODD_ATTRIBUTES_NULL,
	SIM_ODD_NOT_AN_OBJECT,
	SIM_ODD_POLICY_NUMBER,
	SIM_ODD_TYPES_EMPTY,
	SIM_ODD_TYPES_NULL,
	SIM_ODD_TYPES_UNKNOWN,
	SIM_ODD_NESTED,
	SIM_ODD_INVALID_UTF8,
	SIM_ODD_START_ABSENT,
	SIM_ODD_END_BEFORE_START,
	SIM_ODD_KINDS,
};

/* How all BACKUP jobs of a policy end. */
enum sim_outcome {
	SIM_OUTCOME_DRAWN, /* as it comes */
	SIM_OUTCOME_GOOD,  /* with status 0 */
	SIM_OUTCOME_FAILURE,
};

enum { SIM_MAX_OUTCOMES = 32 };

/* Everything that jobs depend on, besides the time at which one looks. */
struct sim_world {
	uint64_t seed;
	int64_t jobs;	       /* those that ended in the spread before the start */
	int64_t spread_ms;     /* 0 for 23 hours */
	int64_t done_per_open; /* how many of them there are for each that never ends; 0 for 50 */
	double rate;	       /* jobs that arrive in a minute */
	int64_t burst;	       /* so many backups fail at once, besides those that arrive, */
	int64_t burst_s;       /* so long after the start */
	struct sim_ids ids;    /* without seed and number of jobs */
	int policies;	       /* numbered ones, 0 for the usual ones */
	int clients;	       /* the same */
	bool long_names;       /* some policies and clients have long names */
	int64_t start_ms;      /* the server's time at the start */
	bool churn;	       /* jobs restart, are updated late, deleted and come back */
	bool vanishing;	       /* of all that, some are deleted while they run, and no more */
	bool silent;	       /* some are updated and their lastUpdateTime does not tell */
	bool odd_jobs;	       /* some jobs are odd */
	bool odd_ends;	       /* unfinished jobs may have the end times null and "" */
	int outcome_count;
	struct {
		int policy;
		enum sim_outcome outcome;
	} outcomes[SIM_MAX_OUTCOMES];
};

struct sim_job {
	int64_t ordinal;
	int64_t id;
	int64_t parent_id; /* 0 or the own id for a root */
	int64_t root_id;   /* the own id for a root */
	int64_t children;  /* that it has started so far */
	int64_t start_ms;
	int64_t active_ms; /* when the job left the queue */
	int64_t end_ms;	   /* -1 while it has not ended */
	int64_t update_ms;
	int64_t kilobytes;
	int64_t files;
	int tries;	/* more than one after a restart, else 0: as the noise says */
	bool deleted;	/* not listed; all else is as if it were */
	bool branch;	/* it is there to start others */
	uint64_t noise; /* what all values that do not matter are drawn from */
	uint64_t plan;	/* the noise of its root */
	enum sim_job_state state;
	enum sim_end end_form;
	enum sim_odd odd;
	int type;	 /* for sim_kind_type_name */
	int policy;	 /* for sim_name_policy, -1 for none */
	int client;	 /* for sim_name_client, -1 for none */
	int policy_type; /* for sim_kind_policy_type_name, -1 for none */
	int status;	 /* for sim_kind_status_code; means something for finished jobs only */
};

/* Job number `ordinal` of those that sim_order.h describes, as it is at `now_ms`. */
struct sim_job sim_job_at(const struct sim_world *world, int64_t ordinal, int64_t now_ms);

/* Where jobs can be that a filter wants, so that a search passes over most others at once. */
struct sim_search {
	int64_t first; /* from here on jobs that change after their first end */
	int64_t fresh; /* from here on all jobs */
	int64_t min_change_ms;
	bool unfinished; /* besides, all that never end */
};

/*
 * A search for jobs that are unfinished, or else that ended or, once ended, were updated at or
 * after `min_change_ms` (0: for all jobs).
 */
struct sim_search sim_job_search(const struct sim_world *world, int64_t now_ms,
				 int64_t min_change_ms, bool unfinished);

/* False for jobs that cannot be meant; costs little. */
bool sim_job_is_candidate(const struct sim_world *world, const struct sim_search *search,
			  int64_t ordinal);

/* How far the job has come, and what it shows of its volume in the end. */
int64_t sim_job_percent(const struct sim_job *job);
int64_t sim_job_so_far(const struct sim_job *job, int64_t total);

const char *sim_job_state_name(enum sim_job_state state);

/* The schedule by which it ran, see sim_kind.h. */
int sim_job_schedule(const struct sim_job *job);
/* Jobs that are there to start others have "-". */
const char *sim_job_schedule_name(const struct sim_job *job);

/* What the document of the job says, unless it is sparse: then it has but the main attributes. */
bool sim_job_is_sparse(const struct sim_job *job);
int64_t sim_job_dedup_tenths(const struct sim_job *job); /* of a percent */
int sim_job_queue_reason(const struct sim_job *job);

#endif
