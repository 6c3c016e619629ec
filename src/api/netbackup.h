/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETBACKUP_H
#define NETBACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "api/http.h"
#include "base/fault.h"
#include "config/config.h"

/*
 * The conversation with the REST API of one primary server. All functions are for one thread;
 * netbackup_cancel is for any.
 */
struct netbackup;

struct netbackup_traffic {
	uint64_t requests;
	uint64_t received_bytes; /* size of the bodies as they came over the network */
};

/* Connects nowhere yet. SITE must outlive the result, which netbackup_close frees. */
struct netbackup *netbackup_open(const struct config_site *site);

/*
 * One more connection to the same server, for the same refresh: it speaks the same version, has the
 * same deadline, and its traffic counts in that of NETBACKUP. A wait of either lets the requests of
 * both go on. To be closed with netbackup_close, and before NETBACKUP is.
 */
struct netbackup *netbackup_beside(struct netbackup *netbackup);

/*
 * Begins a refresh that must end by DEADLINE (timefmt_monotonic, 0 = none). Asks the server for its
 * time and API version (GET /ping, which needs no key). False with FAULT set when the server cannot
 * be reached. A server without /ping is no error.
 */
bool netbackup_begin(struct netbackup *netbackup, int64_t deadline, struct fault *fault);

/*
 * Sends a request for the JSON document PATH, with the API key, and returns at once. PATH is what
 * follows the url of the site, with all characters encoded that need it. THINGS is what is asked
 * for, such as "jobs"; faults name it, so it must live until the answer. OPTIONAL: the site does
 * well without it, so its failure says nothing about the API version, and is hardly waited for.
 * Only one request at a time.
 */
void netbackup_request(struct netbackup *netbackup, const char *path, const char *things,
		       bool optional);

/*
 * Waits for the answer to the last netbackup_request. What fails for a passing reason is asked for
 * again up to three times, and an older version is tried where the server does not speak this one.
 * What is optional is asked for once more at most, soon, and in this version only. True: RESPONSE
 * has a JSON document, to be freed with http_response_free. False: FAULT says why there is none.
 */
bool netbackup_await(struct netbackup *netbackup, struct http_response *response,
		     struct fault *fault);

/* Whether the answer to the last netbackup_request, or the failure of it, is there. */
bool netbackup_is_ready(struct netbackup *netbackup);

/* Waits until it is so of NETBACKUP or of one beside it. False when cancelled. */
bool netbackup_wait_any(struct netbackup *netbackup);

/*
 * How many requests, second tries included, have failed so far for a reason that may pass, such as
 * 429, 503 or a timeout; those beside NETBACKUP included. *WORDS says what the last one was
 * (static), or is NULL.
 */
unsigned netbackup_setbacks(const struct netbackup *netbackup, const char **words);

/* Whether the server has answered the last netbackup_begin. */
bool netbackup_answers(const struct netbackup *netbackup);

/* Gives up the request, if there is one. */
void netbackup_abandon(struct netbackup *netbackup);

/* What is asked for from now on must be there by DEADLINE (timefmt_monotonic, 0 = none). */
void netbackup_set_deadline(struct netbackup *netbackup, int64_t deadline);

/* Whether that instant has come, so that nothing more can be had. */
bool netbackup_is_over(const struct netbackup *netbackup);

/* The server's time at the last netbackup_begin; the local time where it did not tell it. */
int64_t netbackup_time(const struct netbackup *netbackup);

/* How far the server's clock is ahead of ours, in milliseconds, at the last netbackup_begin. */
int64_t netbackup_skew(const struct netbackup *netbackup);

/* When the server's certificate ends: an instant; 0 = not known. See http_certificate_expires. */
int64_t netbackup_certificate_expires(const struct netbackup *netbackup);

/* The negotiated API version, such as "13.0"; "" before the first answer. */
const char *netbackup_version(const struct netbackup *netbackup);

/* Whether the version to ask in is more than a guess: the server told its own, or answered in it.
 */
bool netbackup_knows_version(const struct netbackup *netbackup);

/*
 * Whether the server, in the negotiated version, names pages by cursors and can be asked for what
 * has changed. Both came with API 9.0 (the vendor calls it a breaking change of GET /admin/jobs).
 * Before there were offsets, which drift, and only ends could be asked for.
 */
bool netbackup_has_cursors(const struct netbackup *netbackup);

/* Overwrites the API key wherever TEXT has it: what the server says may repeat what was sent. */
void netbackup_hide_key(const struct netbackup *netbackup, char *text);

/* The name of the site. */
const char *netbackup_site_name(const struct netbackup *netbackup);

/* Counted since netbackup_open. */
const struct netbackup_traffic *netbackup_traffic(const struct netbackup *netbackup);

/* See http_rest, http_pause, http_cancel and http_cancelled. */
void netbackup_rest(struct netbackup *netbackup);
bool netbackup_pause(struct netbackup *netbackup, int64_t millis);
void netbackup_cancel(struct netbackup *netbackup);
bool netbackup_cancelled(const struct netbackup *netbackup);

void netbackup_close(struct netbackup *netbackup);

#endif
