/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SCRIPTED_H
#define SCRIPTED_H

#include <pthread.h>
#include <stdatomic.h>

#include "harness.h"
#include "resolve.h"
#include "site/refresh.h"
#include "unit/rows.h"

/*
 * Whole refreshes against a server that says just what a test wants it to say, over plain HTTP:
 * what no sane server does, and the simulator therefore does not do either.
 */

#define KEY "A-secret_KEY.0123456789"

/*
 * The answer to a request that has PATH in its first line; NULL ends the array. What stands in PATH
 * behind a "\n" must be in the request, too: in a header.
 */
struct answer {
	const char *path;
	const char *status; /* and header lines, each behind "\r\n" */
	const char *body;
};

#define PING                                                                                       \
	{                                                                                          \
		"/ping ", "200 OK", "1782871204000"                                                \
	}
#define JSON "200 OK\r\nContent-Type: application/vnd.netbackup+json;version=13.0"
#define UNFINISHED                                                                                 \
	{                                                                                          \
		"state%20ne", JSON, "{\"data\":[]}"                                                \
	}
#define ANY "page%5Blimit"
#define AFTER(cursor) "page%5Bafter%5D=" cursor " "
#define JOB(id)                                                                                    \
	"{\"attributes\":{\"jobId\":" #id ",\"state\":\"DONE\",\"status\":0,\"endTime\":"          \
	"\"2026-07-01T01:00:00.000Z\"}}"
#define PAGE(jobs, next) "{\"data\":[" jobs "],\"meta\":{\"pagination\":{\"next\":" next "}}}"

#define INSTANT(time) "\"2026-07-01T" time ".000Z\""

/* A job; MORE are further attributes, each before a comma. */
#define SOME(id, type, policy, client, more)                                                       \
	"{\"attributes\":{\"jobId\":" #id ",\"jobType\":\"" type "\",\"policyType\":\"VMWARE\","   \
	"\"policyName\":\"" policy "\",\"clientName\":\"" client "\"," more "\"x\":0}}"
#define DONE(id, policy, client, status, end)                                                      \
	SOME(id, "BACKUP", policy, client,                                                         \
	     "\"state\":\"DONE\",\"status\":" #status ",\"endTime\":" INSTANT(end) ",")
#define OPEN(id, type, state, start)                                                               \
	SOME(id, type, "gold", "db1",                                                              \
	     "\"state\":\"" state "\",\"startTime\":" INSTANT(start) ",\"jobQueueReason\":40,")

#define PINGED_AT(millis)                                                                          \
	{                                                                                          \
		"/ping ", "200 OK", millis                                                         \
	}
#define NOTHING                                                                                    \
	{                                                                                          \
		ANY, JSON, PAGE("", "null")                                                        \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, NULL                                                                   \
	}

struct server {
	int fd;
	const struct answer *answers;
	atomic_uint requests;
};

/* A server and the site that asks it. */
struct world {
	struct server server;
	pthread_t thread;
	char url[80];
	struct config_site site; /* may be changed before begin */
	const char *state_dir;
	struct refresh *refresh;
};

/* Starts a server; the store is in STATE_DIR. */
void scripted_open(struct world *world, const char *state_dir);

/* The agent is started, or started again. */
void scripted_begin(struct world *world);

/* The server answers with ANSWERS from now on. What it had before is no longer read. */
void scripted_answer(struct world *world, const struct answer *answers);

/* One refresh of a server that answers with ANSWERS. */
struct snapshot *scripted_run(struct world *world, const struct answer *answers);

void scripted_close(struct world *world);

/* The only refresh of a server that answers with ANSWERS; *REQUESTS is how many it got. */
struct snapshot *scripted_refresh(const struct answer *answers, unsigned *requests);

/* Such a refresh fails by CLASS, with PART in the text. */
void scripted_check_failure(const struct answer *answers, enum fault_class class, const char *part);

#endif
