/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/netbackup.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http.h"
#include "api/page.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/timefmt.h"
#include "config/value.h"

#define TRIES 4
#define BACK_OFF 500	   /* milliseconds before the second try; doubled for each further one */
#define RETRY_AFTER_MAX 60 /* seconds; where a server wants a longer wait, the refresh fails */
#define OPTIONAL_TRIES 2
#define OPTIONAL_RETRY_AFTER_MAX 2
#define VERSION_SIZE 16
#define CLOCKS_DIFFER 10 /* milliseconds, by which a timeout may come before its instant */

/* Instants between 2001 and 5138: seconds or rubbish are not taken for milliseconds. */
#define CLOCK_MIN INT64_C(1000000000000)
#define CLOCK_MAX INT64_C(100000000000000)

struct netbackup {
	struct netbackup *first; /* beside which it was opened; else itself */
	const struct config_site *site;
	char *authorization; /* the header line; a secret, which belongs to the first */
	struct http *http;
	/* Of the first. */
	struct netbackup_traffic traffic;
	unsigned setbacks;
	const char *setback;	    /* the last one, in words */
	char offered[VERSION_SIZE]; /* the server's own version; "" = it does not tell */
	bool answers;		    /* it has answered the last ping */
	bool old_ping;		    /* it must be pinged in the oldest version */
	char version[VERSION_SIZE]; /* to ask in */
	bool version_agreed;	    /* an answer has come in this version */
	char spoken[VERSION_SIZE];  /* of the last good answer */
	int64_t time;
	int64_t skew;
	int64_t deadline;
	int64_t
	    arrived; /* when the last answer did, or the failure; often well before it is awaited */
	char *path;  /* of the last netbackup_request, like the next */
	const char *things;
	bool optional;
	unsigned random;
};

/*
 * Versions that this program speaks, newest first. 4.0 is the API of NetBackup 8.3, 10.0 that of
 * 10.3, 14.0 that of 11.2.
 */
static const char *const versions[] = {"14.0", "13.0", "12.0", "11.0", "10.0", "9.0",
				       "8.0",  "7.0",  "6.0",  "5.0",  "4.0"};
#define VERSION_COUNT (sizeof versions / sizeof versions[0])
#define OLDEST versions[VERSION_COUNT - 1]
#define VERSION_OF_CURSORS 9.0

/* /ping is asked in a version that new servers still speak, and in the oldest where that fails. */
#define PING_VERSION "10.0"

/* What the HTTP status of an answer means. */
static const struct answer {
	int status;
	enum fault_class class;
	bool passing;
	const char *advice;
	const char *behind; /* the advice names the things asked for, and goes on behind them */
} answers[] = {
    {400, FAULT_REQUEST, false, "the server refused the request", NULL},
    {401, FAULT_AUTH, false, "the API key is wrong or has expired, or its role may not view ",
     "; check the key"},
    {403, FAULT_AUTH, false, "the API key's role may not view ", "; check its role"},
    {404, FAULT_REQUEST, false, "no such path on this server; url should end in /netbackup", NULL},
    {406, FAULT_VERSION, false, "the server speaks none of the API versions that were tried", NULL},
    {408, FAULT_TIMEOUT, true, "the server waited too long for the request", NULL},
    {429, FAULT_SERVER, true, "the server asks for fewer requests", NULL},
    {500, FAULT_SERVER, true, "the server has an internal error", NULL},
    {502, FAULT_SERVER, true, "a gateway got no answer from the server", NULL},
    {503, FAULT_SERVER, true, "the server is busy or starting", NULL},
    {504, FAULT_SERVER, true, "a gateway got no answer in time", NULL},
};

struct netbackup *netbackup_open(const struct config_site *site)
{
	struct http_options options = {site->ca_file, site->tls_verify, site->timeout};
	struct netbackup *netbackup = mem_zalloc(1, sizeof *netbackup);

	netbackup->first = netbackup;
	netbackup->site = site;
	netbackup->authorization = secret_new("Authorization: ", site->api_key);
	netbackup->http = http_open(&options);
	/* Sites that start together must not try again at the same times. */
	netbackup->random = (unsigned)timefmt_now() ^ (unsigned)((uintptr_t)netbackup >> 4);
	return netbackup;
}

struct netbackup *netbackup_beside(struct netbackup *netbackup)
{
	struct netbackup *beside = mem_zalloc(1, sizeof *beside);

	*beside = *netbackup;
	beside->path = NULL;
	beside->http = http_open_beside(netbackup->http);
	beside->random ^= (unsigned)((uintptr_t)beside >> 4);
	return beside;
}

void netbackup_close(struct netbackup *netbackup)
{
	if (!netbackup)
		return;
	http_close(netbackup->http);
	if (netbackup->first == netbackup)
		secret_free(netbackup->authorization);
	free(netbackup->path);
	free(netbackup);
}

int64_t netbackup_time(const struct netbackup *netbackup)
{
	return netbackup->time;
}

int64_t netbackup_skew(const struct netbackup *netbackup)
{
	return netbackup->skew;
}

int64_t netbackup_certificate_expires(const struct netbackup *netbackup)
{
	return http_certificate_expires(netbackup->http);
}

const char *netbackup_version(const struct netbackup *netbackup)
{
	return netbackup->version_agreed ? netbackup->version : "";
}

bool netbackup_knows_version(const struct netbackup *netbackup)
{
	return netbackup->version_agreed || netbackup->offered[0] || netbackup->site->api_version;
}

bool netbackup_has_cursors(const struct netbackup *netbackup)
{
	return atof(netbackup->version) >= VERSION_OF_CURSORS;
}

const struct netbackup_traffic *netbackup_traffic(const struct netbackup *netbackup)
{
	return &netbackup->first->traffic;
}

const char *netbackup_site_name(const struct netbackup *netbackup)
{
	return netbackup->site->name;
}

unsigned netbackup_setbacks(const struct netbackup *netbackup, const char **words)
{
	*words = netbackup->first->setback;
	return netbackup->first->setbacks;
}

bool netbackup_is_ready(struct netbackup *netbackup)
{
	return http_is_ready(netbackup->http);
}

bool netbackup_wait_any(struct netbackup *netbackup)
{
	return http_wait_any(netbackup->http);
}

void netbackup_rest(struct netbackup *netbackup)
{
	http_rest(netbackup->http);
}

bool netbackup_pause(struct netbackup *netbackup, int64_t millis)
{
	return http_pause(netbackup->http, millis);
}

void netbackup_cancel(struct netbackup *netbackup)
{
	http_cancel(netbackup->http);
}

bool netbackup_cancelled(const struct netbackup *netbackup)
{
	return http_cancelled(netbackup->http);
}

void netbackup_hide_key(const struct netbackup *netbackup, char *text)
{
	const char *key = netbackup->site->api_key;

	for (char *at = text; (at = strstr(at, key)) != NULL;)
		memset(at, '*', strlen(key));
}

/* Sends a GET for PATH in the API version VERSION. WITH_KEY: with the API key. */
static void send_request(struct netbackup *netbackup, const char *path, const char *media_type,
			 const char *version, bool with_key)
{
	char *url = mem_printf("%s%s", netbackup->site->url, path);
	char *accept = mem_printf("Accept: %s;version=%s", media_type, version);
	const char *headers[] = {accept, with_key ? netbackup->authorization : NULL, NULL};

	netbackup->first->traffic.requests++;
	http_start(netbackup->http, url, headers, netbackup->deadline);
	/* PATH may hold a cursor, which is anything that the server has sent. */
	netbackup_hide_key(netbackup, url);
	log_debug("site %s: GET %s", netbackup->site->name, url);
	free(accept);
	free(url);
}

static bool await(struct netbackup *netbackup, struct http_response *response, struct fault *fault)
{
	bool answered = http_await(netbackup->http, response, fault);

	netbackup->arrived = response->arrived;
	netbackup->first->traffic.received_bytes += response->wire_bytes;
	if (answered)
		log_debug("site %s: status %d, %zu bytes, %llu on the wire", netbackup->site->name,
			  response->status, response->length,
			  (unsigned long long)response->wire_bytes);
	else
		log_debug("site %s: %s", netbackup->site->name, fault->text);
	return answered;
}

static const struct answer *find_answer(int status)
{
	static const struct answer other = {0, FAULT_PROTOCOL, false, "an unexpected answer", NULL};
	static const struct answer redirect = {0, FAULT_REQUEST, false,
					       "redirects are not followed; correct url", NULL};
	static const struct answer server = {0, FAULT_SERVER, true, "the server has a problem",
					     NULL};

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		if (answers[i].status == status)
			return &answers[i];
	if (status >= 300 && status < 400 && status != 304)
		return &redirect;
	return status >= 500 ? &server : &other;
}

/* Adds to FAULT, a refused version, which versions each side speaks. */
static void explain_version(const struct netbackup *netbackup, int status, struct fault *fault)
{
	const char *named = netbackup->site->api_version, *offered = netbackup->offered;

	if (offered[0] && atof(offered) < atof(OLDEST))
		fault_set(
		    fault, FAULT_VERSION,
		    "HTTP %d: the server is too old: its API version is %s, and the least that can "
		    "be read is %s, of NetBackup 8.3",
		    status, offered, OLDEST);
	else if (named)
		fault_set(
		    fault, FAULT_VERSION,
		    "HTTP %d: the server does not speak version %s, which api-version names%s%s; "
		    "remove api-version",
		    status, named, offered[0] ? "; its own is " : "", offered);
	else
		fault_set(fault, FAULT_VERSION,
			  "HTTP %d: the server speaks none of the API versions %s to %s%s%s",
			  status, OLDEST, versions[0], offered[0] ? "; its own is " : "", offered);
}

/* Turns an answer that is not 200 into a fault. */
static void refuse(const struct netbackup *netbackup, const struct http_response *response,
		   struct fault *fault)
{
	const struct answer *answer = find_answer(response->status);
	char *said = page_error_text(response->body, response->length);
	int64_t now;

	/* The server's clock may have been set since it was asked for. */
	if (!timefmt_parse_http_date(response->date, &now))
		now = timefmt_now() - (timefmt_monotonic() - response->arrived) + netbackup->skew;
	if (!said)
		said = mem_strdup(response->location);
	netbackup_hide_key(netbackup, said);
	fault_set(fault, answer->class, "HTTP %d: %s%s%s%s%s%s", response->status, answer->advice,
		  answer->behind ? netbackup->things : "", answer->behind ? answer->behind : "",
		  said[0] ? " (" : "", said, said[0] ? ")" : "");
	fault->passing = answer->passing;
	fault->retry_after = timefmt_parse_retry_after(response->retry_after, now);
	if (fault->class == FAULT_VERSION)
		explain_version(netbackup, response->status, fault);
	/* Servers that expect TLS often answer so, in HTML, to what comes without it. */
	if (response->status == 400 && !netbackup->version_agreed &&
	    strncmp(netbackup->site->url, "http://", 7) == 0 &&
	    !strcasestr(response->content_type, "json"))
		fault_set(
		    fault, FAULT_REQUEST,
		    "HTTP 400 without JSON; url begins with http://, and this may be a TLS port: "
		    "try https://");
	/* fault_set has cleared it. */
	fault->status = response->status;
	free(said);
}

/* The newest of our versions below LIMIT that the server may speak, or NULL. */
static const char *find_version(const struct netbackup *netbackup, double limit)
{
	for (size_t i = 0; i < VERSION_COUNT; i++) {
		double version = atof(versions[i]);

		if (version < limit &&
		    (netbackup->offered[0] == '\0' || version <= atof(netbackup->offered)))
			return versions[i];
	}
	return NULL;
}

/*
 * Takes the next older version. What was agreed on may have become too old, so behind the oldest
 * one the newest is tried. False when there is none, or the configuration names one.
 */
static bool step_down(struct netbackup *netbackup)
{
	const char *version = find_version(netbackup, atof(netbackup->version));

	if (netbackup->site->api_version)
		return false;
	if (!version && netbackup->version_agreed)
		version = find_version(netbackup, INFINITY);
	netbackup->version_agreed = false;
	if (version)
		snprintf(netbackup->version, sizeof netbackup->version, "%s", version);
	return version != NULL;
}

/* Notes the server's own version. It may tell it in an answer of any status. */
static void note_offered(struct netbackup *netbackup, const struct http_response *response)
{
	if (value_is_version(response->api_version))
		snprintf(netbackup->offered, sizeof netbackup->offered, "%s",
			 response->api_version);
}

/*
 * The body of /ping is the server's time in milliseconds. Where it is anything else, the Date
 * header is taken, which has seconds.
 */
static void read_clock(struct netbackup *netbackup, const struct http_response *response,
		       int64_t sent)
{
	int64_t received = timefmt_now(), server = 0;

	if (response->status == 200 && isdigit((unsigned char)response->body[0]))
		server = strtoll(response->body, NULL, 10);
	if (server < CLOCK_MIN || server > CLOCK_MAX)
		server = 0;
	if (server == 0 && !timefmt_parse_http_date(response->date, &server))
		log_debug("site %s: the server does not tell its time", netbackup->site->name);
	netbackup->time = server ? server : sent;
	netbackup->skew = server ? server - (sent + received) / 2 : 0;
}

/* Chooses the version to ask in. What was agreed on stays where the server does not tell its own.
 */
static void set_version(struct netbackup *netbackup)
{
	const char *version = netbackup->site->api_version;

	if (!version && !netbackup->offered[0] && netbackup->version_agreed)
		return;
	if (!version)
		version = find_version(netbackup, INFINITY);
	snprintf(netbackup->version, sizeof netbackup->version, "%s", version ? version : OLDEST);
}

/*
 * Waits before the next try: as long as the server asks for, else longer from try to try, and from
 * the answer on: while another connection waited, this one has waited, too. False when that would
 * be too long, or when cancelled.
 */
static bool pause_before_retry(struct netbackup *netbackup, const struct fault *fault, int try)
{
	int64_t wait = (int64_t)BACK_OFF << try;
	int most = netbackup->optional ? OPTIONAL_RETRY_AFTER_MAX : RETRY_AFTER_MAX;

	wait += rand_r(&netbackup->random) % (wait / 2);
	if (fault->retry_after > 0)
		wait = fault->retry_after * INT64_C(1000);
	wait -= timefmt_monotonic() - netbackup->arrived;
	if (wait < 0)
		wait = 0;
	if (fault->retry_after > most ||
	    (netbackup->deadline > 0 && timefmt_monotonic() + wait >= netbackup->deadline))
		return false;
	log_debug("site %s: %s; trying again in %.1f s", netbackup->site->name, fault->text,
		  (double)wait / 1000);
	return netbackup_pause(netbackup, wait);
}

/*
 * Waits and returns true when the request should be sent again after FAULT: three times at most,
 * and only where that may help. TRY counts the tries. What is optional must not keep the rest
 * waiting for a second timeout.
 */
static bool try_again(struct netbackup *netbackup, const struct fault *fault, int *try)
{
	int tries = netbackup->optional ? OPTIONAL_TRIES : TRIES;

	if (netbackup->optional && fault->class == FAULT_TIMEOUT)
		return false;
	return fault->passing && !http_cancelled(netbackup->http) && ++*try < tries &&
	       pause_before_retry(netbackup, fault, *try - 1);
}

/* Sends /ping and waits for the answer, with any status. *SENT is when it was sent. */
static bool ping(struct netbackup *netbackup, struct http_response *response, int64_t *sent,
		 struct fault *fault)
{
	const char *version = netbackup->old_ping ? OLDEST : PING_VERSION;
	bool answered;
	int try = 0;

	if (netbackup->site->api_version)
		version = netbackup->site->api_version;
	do {
		*sent = timefmt_now();
		send_request(netbackup, "/ping", "text/vnd.netbackup+plain", version, false);
		answered = await(netbackup, response, fault);
	} while (!answered && try_again(netbackup, fault, &try));
	if (answered)
		note_offered(netbackup, response);
	return answered;
}

/*
 * Whether a ping in the other version may tell more: RESPONSE says that the server knows no such
 * version, or no longer the oldest one; or it is of no use and little else is known yet.
 */
static bool must_ping_again(const struct netbackup *netbackup, const struct http_response *response)
{
	if (netbackup->site->api_version)
		return false;
	return response->status == 406 || (response->status >= 400 && response->status < 500 &&
					   !netbackup->offered[0] && !netbackup->version_agreed);
}

bool netbackup_begin(struct netbackup *netbackup, int64_t deadline, struct fault *fault)
{
	struct http_response response;
	bool answered;
	int64_t sent;

	netbackup->deadline = deadline;
	netbackup->optional = false;
	netbackup->offered[0] = '\0';
	answered = ping(netbackup, &response, &sent, fault);
	if (answered && must_ping_again(netbackup, &response)) {
		http_response_free(&response);
		netbackup->old_ping = !netbackup->old_ping;
		answered = ping(netbackup, &response, &sent, fault);
	}
	if (answered) {
		read_clock(netbackup, &response, sent);
		set_version(netbackup);
	}
	http_response_free(&response);
	netbackup->answers = answered;
	return answered;
}

bool netbackup_answers(const struct netbackup *netbackup)
{
	return netbackup->answers;
}

/* Sends the request for netbackup->path, in the present version. */
static void send_json_request(struct netbackup *netbackup)
{
	send_request(netbackup, netbackup->path, "application/vnd.netbackup+json",
		     netbackup->version, true);
}

void netbackup_set_deadline(struct netbackup *netbackup, int64_t deadline)
{
	netbackup->deadline = deadline;
}

bool netbackup_is_over(const struct netbackup *netbackup)
{
	return netbackup->deadline > 0 &&
	       timefmt_monotonic() + CLOCKS_DIFFER >= netbackup->deadline;
}

void netbackup_request(struct netbackup *netbackup, const char *path, const char *things,
		       bool optional)
{
	netbackup->things = things;
	netbackup->optional = optional;
	free(netbackup->path);
	netbackup->path = mem_strdup(path);
	send_json_request(netbackup);
}

/* True when RESPONSE is a JSON document with status 200, else FAULT says what it is. */
static bool accept_response(struct netbackup *netbackup, const struct http_response *response,
			    struct fault *fault)
{
	if (response->status != 200) {
		if (response->status == 406)
			note_offered(netbackup, response);
		refuse(netbackup, response, fault);
		return false;
	}
	if (!strcasestr(response->content_type, "json")) {
		fault_set(fault, FAULT_PROTOCOL,
			  "the server answered %s instead of JSON; check url, it should end in "
			  "/netbackup",
			  response->content_type[0] ? response->content_type : "nothing");
		netbackup_hide_key(netbackup, fault->text);
		return false;
	}
	netbackup->version_agreed = true;
	if (netbackup->spoken[0] && strcmp(netbackup->spoken, netbackup->version) != 0)
		log_info("site %s: API version %s instead of %s from now on", netbackup->site->name,
			 netbackup->version, netbackup->spoken);
	snprintf(netbackup->spoken, sizeof netbackup->spoken, "%s", netbackup->version);
	return true;
}

/*
 * Counts FAULT if it may pass: asked for less, the server might not have failed. The deadline of
 * the refresh is not the server's.
 */
static void note_setback(struct netbackup *first, const struct fault *fault)
{
	if (!fault->passing || netbackup_is_over(first))
		return;
	first->setbacks++;
	if (fault->status > 0)
		first->setback = find_answer(fault->status)->advice;
	else if (fault->class == FAULT_TIMEOUT)
		first->setback = "no complete answer within the timeout";
	else
		first->setback = "a connection was lost";
}

bool netbackup_await(struct netbackup *netbackup, struct http_response *response,
		     struct fault *fault)
{
	for (int try = 0;;) {
		if (await(netbackup, response, fault) &&
		    accept_response(netbackup, response, fault))
			return true;
		http_response_free(response);
		note_setback(netbackup->first, fault);
		if (!(fault->class == FAULT_VERSION && !netbackup->optional &&
		      step_down(netbackup)) &&
		    !try_again(netbackup, fault, &try))
			return false;
		send_json_request(netbackup);
	}
}

void netbackup_abandon(struct netbackup *netbackup)
{
	http_abandon(netbackup->http);
}
