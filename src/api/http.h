/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * One connection to one server, kept open between requests until http_rest. Only the thread that
 * opened it may call these functions; http_cancel is for any thread. Secrets that are sent appear
 * in no log line and in no fault.
 */
struct http;

struct http_options {
	const char *ca_file; /* PEM file of trusted authorities; NULL = the system's */
	bool tls_verify;
	int timeout; /* seconds, for one request */
};

struct http_response {
	int status;
	int64_t arrived; /* when it was there (timefmt_monotonic); also where there is no answer */
	char *body;	 /* decoded, with a NUL behind it; belongs to the response */
	size_t length;
	uint64_t wire_bytes; /* size of the body as it came over the network */
	/* Headers. Each is empty when the response has none, or one that is too long. */
	char content_type[96];
	char retry_after[64];
	char api_version[16]; /* X-NetBackup-API-Version */
	char date[64];
	char location[192];
};

/* To be called once, before any thread is started; and at the end. */
void http_global_init(void);
void http_global_cleanup(void);

/* Connects nowhere yet. The strings of OPTIONS are copied. To be closed with http_close. */
struct http *http_open(const struct http_options *options);

/*
 * One more connection to the same server, which waits together with HTTP: a wait or a pause of
 * either lets the requests of both go on, and http_cancel ends both. To be closed with http_close,
 * which ends its connection at once, and before HTTP is closed.
 */
struct http *http_open_beside(struct http *http);

/*
 * Sends a GET request for URL with the header lines HEADERS (an array that ends with NULL) and
 * returns at once. The answer must be there by DEADLINE (timefmt_monotonic, 0 = none). Only one
 * request at a time: one that was started before is given up.
 */
void http_start(struct http *http, const char *url, const char *const *headers, int64_t deadline);

/*
 * Waits for the answer to the request that was started. True: RESPONSE is filled, with any status,
 * and is to be freed with http_response_free. False: there is no answer, and FAULT says why.
 */
bool http_await(struct http *http, struct http_response *response, struct fault *fault);

/* Whether http_await would return without waiting. */
bool http_is_ready(struct http *http);

/*
 * Waits until the answer to one of the requests is there that HTTP and those beside it have
 * started. False when http_cancel was called. One of them must have started a request.
 */
bool http_wait_any(struct http *http);

/* Gives up the request that was started, if there is one. */
void http_abandon(struct http *http);

/*
 * Closes the connection, and gives back all descriptors, until the next request is started. One
 * that was started is given up. Who pauses for long should do so: a server closes what nobody uses.
 * The session of TLS is kept, so that the next handshake is short.
 */
void http_rest(struct http *http);

/* Waits MILLIS milliseconds. False when http_cancel was called, meanwhile or before. */
bool http_pause(struct http *http, int64_t millis);

/*
 * Ends the waiting in http_await and http_pause at once, and any later waiting, too. Any thread may
 * call it.
 */
void http_cancel(struct http *http);
bool http_cancelled(const struct http *http);

/*
 * When the certificate of the server ends: an instant, as the TLS handshake of the present or last
 * connection has shown it. 0 = not known, or there is no TLS.
 */
int64_t http_certificate_expires(const struct http *http);

/*
 * Of the last request, if it opened a connection: the certificate that the server showed, in PEM,
 * to be freed; NULL = none. And who has taken the connection: such as "192.0.2.1 port 1556"; "" =
 * nobody.
 */
#define HTTP_PEER_SIZE 64
char *http_certificate(const struct http *http);
void http_peer(const struct http *http, char peer[HTTP_PEER_SIZE]);

void http_response_free(struct http_response *response);

/* The host in URL, without a port and without the brackets of an IPv6 address; to be freed. */
char *http_host(const char *url);

/* Closes the connection and frees HTTP; NULL is fine. */
void http_close(struct http *http);

#endif
