/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_JOB_H
#define SIM_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim_time.h"

/* No job takes longer, so that a bound on end times is also one on start times. */
enum { SIM_MAX_DURATION_MS = 2 * SIM_HOUR_MS };

/* A finished job is updated for the last time less than this after its end. */
enum { SIM_MAX_UPDATE_LAG_MS = SIM_SECOND_MS };

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

/* Everything that jobs depend on, besides the time at which one looks. */
struct sim_world {
	uint64_t seed;
	int64_t jobs;	  /* finished ones of the last 23 hours at the start */
	double rate;	  /* jobs that arrive in a minute */
	int64_t start_ms; /* the server's time at the start */
	bool odd_jobs;	  /* some jobs are odd */
	bool odd_ends;	  /* unfinished jobs may have the end times null and "" */
};

struct sim_job {
	int64_t ordinal;
	int64_t id;
	int64_t parent_id; /* 0 or the own id for a root */
	int64_t children;
	int64_t start_ms;
	int64_t active_ms; /* when the job left the queue */
	int64_t end_ms;	   /* -1 while it has not ended */
	int64_t update_ms;
	int64_t kilobytes;
	int64_t files;
	uint64_t noise; /* what all values that do not matter are drawn from */
	enum sim_job_state state;
	enum sim_end end_form;
	enum sim_odd odd;
	int type;	 /* for sim_job_type_name */
	int policy;	 /* for sim_job_policy_name, -1 for none */
	int policy_type; /* for sim_job_policy_type_name, -1 for none */
	int status;	 /* for sim_job_status_code; means something for finished jobs only */
};

/* How many jobs there are at `now_ms`; their ordinals count from 0. */
int64_t sim_job_count(const struct sim_world *world, int64_t now_ms);

/* Job number `ordinal` as it is at `now_ms`. Ids and start times rise with the ordinal. */
struct sim_job sim_job_at(const struct sim_world *world, int64_t ordinal, int64_t now_ms);

/* The first ordinal whose id is at least `id`; it need not exist. */
int64_t sim_job_first_id(const struct sim_world *world, int64_t id);

/* The first of `count` ordinals whose start time is at least `start_ms`, else `count`. */
int64_t sim_job_first_start(const struct sim_world *world, int64_t count, int64_t start_ms);

/* Sizes of the tables of names, and the names. */
int sim_job_types(void);
int sim_job_policy_types(void);
int sim_job_statuses(void);
const char *sim_job_type_name(int type);
const char *sim_job_sub_type_name(int type);
int sim_job_operation(int type);
const char *sim_job_policy_type_name(int policy_type);
const char *sim_job_policy_name(int policy);
int sim_job_status_code(int status);
const char *sim_job_state_name(enum sim_job_state state);

enum { SIM_CLIENT_SIZE = 64 };

/* The client's name, "" where the job has none. */
void sim_job_client(const struct sim_job *job, char client[SIM_CLIENT_SIZE]);

/* What requests may filter and sort by. */
enum sim_field {
	SIM_FIELD_JOB_ID,
	SIM_FIELD_PARENT_JOB_ID,
	SIM_FIELD_START_TIME,
	SIM_FIELD_END_TIME,
	SIM_FIELD_LAST_UPDATE_TIME,
	SIM_FIELD_STATUS,
	SIM_FIELD_KILOBYTES_TRANSFERRED,
	SIM_FIELD_NUMBER_OF_FILES,
	SIM_FIELD_STATE,
	SIM_FIELD_JOB_TYPE,
	SIM_FIELD_POLICY_TYPE,
	SIM_FIELD_CLIENT_NAME,
	SIM_FIELDS,
};

enum sim_kind {
	SIM_KIND_NUMBER,
	SIM_KIND_TIME,
	SIM_KIND_TEXT,
};

/* The field of that name, or SIM_FIELDS. */
enum sim_field sim_field_find(const char *name, size_t size);
enum sim_kind sim_field_kind(enum sim_field field);

/* The value of a number or time. False when the job has none. */
bool sim_field_number(const struct sim_job *job, enum sim_field field, int64_t *value);

/* The value of a text, perhaps written to `room`; NULL when the job has none. */
const char *sim_field_text(const struct sim_job *job, enum sim_field field,
			   char room[SIM_CLIENT_SIZE]);

#endif
