/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JOB_H
#define JOB_H

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
	JOB_OTHER = 6 /* absent, or unknown to this program */
};
#define JOB_STATES 7

struct job {
	int64_t id;
	enum job_state state; /* status and ended have a meaning only when it is JOB_DONE */
	uint32_t status;
	const char *type;	 /* never empty; well-formed UTF-8; part of the page */
	const char *policy_type; /* likewise */
	const char *policy;	 /* may be empty; well-formed UTF-8; part of the page */
	const char *client;	 /* likewise */
	int64_t started;	 /* instants of the server's clock, 0 = none */
	int64_t ended;
	int64_t updated;
	uint64_t bytes; /* kilobytesTransferred x 1024 */
	uint64_t files;
	uint32_t dedup;	       /* 1/100 % */
	uint32_t queue_reason; /* 0 = none */
};

enum job_result {
	JOB_READ, /* a job that can be used */
	/*
	 * One that cannot: without an id, without both a known state and a status, or finished
	 * without a status or an end.
	 */
	JOB_SKIPPED,
	JOB_END /* there is no element */
};

/*
 * Reads the job in ELEMENT, one of a page of GET /admin/jobs; NULL gives JOB_END. The strings of
 * JOB live as long as the page. A JOB_SKIPPED has its id in JOB, where it has one.
 */
enum job_result job_read(const struct json *element, struct job *job);

#endif
