/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JOB_H
#define JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "api/json.h"

/*
 * What the program knows of a job. The specification of the REST API requires no attribute of a job
 * and lets new values appear at any time. So every field is checked here, and the rest of the
 * program can rely on what struct job says.
 */

#define JOB_NONE "NONE" /* stands for a job type or policy type that is absent or empty */

/* Numbers are kept on disk and must not change. */
enum job_state {
	JOB_DONE = 0,
	JOB_QUEUED = 1,
	JOB_ACTIVE = 2,
	JOB_REQUEUED = 3,
	JOB_SUSPENDED = 4,
	JOB_INCOMPLETE = 5,
	JOB_OTHER = 6 /* not known; a store of an older version may have it */
};
#define JOB_STATES 7

/* Why a job cannot be used. */
enum job_flaw {
	JOB_SOUND,
	JOB_WITHOUT_ID,
	JOB_WITHOUT_STATE,  /* and without a status */
	JOB_WITHOUT_STATUS, /* though it is finished, like the next */
	JOB_WITHOUT_END,    /* and without a last update */
	JOB_FLAWS
};

struct job {
	enum job_flaw flaw;
	int64_t id;
	int64_t parent;	      /* the id of the job that started it; 0 = none did, it is a root */
	int32_t children;     /* how many it has started; -1 = the server does not say */
	enum job_state state; /* status and ended have a meaning only when it is JOB_DONE */
	uint32_t status;
	const char *type;	   /* never empty; capitals; well-formed UTF-8; part of the page */
	const char *policy_type;   /* likewise */
	const char *policy;	   /* may be empty; well-formed UTF-8; part of the page */
	const char *client;	   /* likewise */
	const char *schedule;	   /* likewise */
	const char *schedule_type; /* likewise, such as "FULL_BACKUP" */
	int64_t started;	   /* instants of the server's clock, 0 = none */
	int64_t ended;
	bool end_guessed; /* the server does not say when it ended; ended is its last update */
	int64_t updated;
	uint64_t bytes; /* kilobytesTransferred x 1024 */
	uint64_t files;
	uint32_t dedup;	       /* 1/100 % */
	uint32_t queue_reason; /* 0 = none */
};

enum job_result {
	JOB_READ,    /* a job that can be used */
	JOB_SKIPPED, /* one that cannot, for its flaw */
	JOB_END	     /* there is no element */
};

/* The attribute that FLAW is about, such as "status". */
const char *job_flaw_attribute(enum job_flaw flaw);

/*
 * Reads the job in ELEMENT, one of a page of GET /admin/jobs; NULL gives JOB_END. The strings of
 * JOB live as long as the page. A JOB_SKIPPED has its id in JOB, where it has one.
 */
enum job_result job_read(const struct json *element, struct job *job);

#endif
