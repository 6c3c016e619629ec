/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JOB_H
#define JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The documents of the REST API's job list, and what the rest of the program knows of a job. The
 * specification requires no attribute of a job and lets new values appear at any time, so every
 * field is checked here and nothing is trusted elsewhere.
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
	JOB_OTHER = 6 /* absent, or new to this program */
};
#define JOB_STATES 7

struct job {
	int64_t id;
	enum job_state state; /* only when it is JOB_DONE do status and ended mean anything */
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

/* A page of the list: GET /admin/jobs, response 200. */
struct job_page;

/*
 * Parses the body of a page. On failure NULL, and *COMPLAINT says what is wrong in a few words
 * (static). An empty document, or one without data, is a page without jobs.
 */
struct job_page *job_page_parse(const char *text, size_t length, const char **complaint);

enum job_result {
	JOB_READ, /* a job that can be used */
	/* One without an id, or without a known state and a status, or finished without a status or
	 * an end: not usable. */
	JOB_SKIPPED,
	JOB_END /* there are no more */
};

/* Reads the next job of PAGE. Its strings live as long as the page. */
enum job_result job_page_read(struct job_page *page, struct job *job);

/* The cursor of the page that follows, or NULL when PAGE is the last. Lives as long as the page. */
const char *job_page_cursor(const struct job_page *page);

void job_page_free(struct job_page *page);

/*
 * Finds the cursor of the following page in the last bytes of a body, without parsing it, so
 * that the next request can be sent first. Returns it as a string to be freed, or NULL when it is
 * not plain to see; the parsed page has the last word.
 */
char *job_peek_cursor(const char *text, size_t length);

/*
 * The text of an error document (errorCode, errorMessage, errorDetails), to be freed; NULL when the
 * body is no such document.
 */
char *job_error_text(const char *text, size_t length);

#endif
