/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "sim_api.h"

/* What all paths of the API share: one request, who may ask it, and the plain answers. */

enum {
	SIM_HTTP_OK = 200,
	SIM_HTTP_FOUND = 302,
	SIM_HTTP_BAD_REQUEST = 400,
	SIM_HTTP_UNAUTHORIZED = 401,
	SIM_HTTP_FORBIDDEN = 403,
	SIM_HTTP_NOT_FOUND = 404,
	SIM_HTTP_METHOD_NOT_ALLOWED = 405,
	SIM_HTTP_NOT_ACCEPTABLE = 406,
	SIM_HTTP_TOO_MANY_REQUESTS = 429,
	SIM_HTTP_SERVER_ERROR = 500,
	SIM_HTTP_UNAVAILABLE = 503,
};

/* The codes of error documents. */
enum {
	SIM_ERROR_NOT_FOUND = 227,
	SIM_ERROR_BAD_REQUEST = 8961,
	SIM_ERROR_BAD_FILTER = 9401,
	SIM_ERROR_OTHER = 9999,
};

#define SIM_CALL_JSON "application/vnd.netbackup+json"
#define SIM_CALL_PLAIN "text/vnd.netbackup+plain"
#define SIM_CALL_PREFIX "/netbackup"

/* One request and what is known of it so far. */
struct sim_call {
	struct sim_state *state;
	const struct sim_request *request;
	struct sim_reply *reply;
	int64_t now_ms;
	int version;	/* that the answer is given in */
	int rows;	/* that it shows */
	char base[256]; /* https://HOST/netbackup */
};

void sim_call_start(struct sim_call *call, struct sim_state *state,
		    const struct sim_request *request, struct sim_reply *reply);

/* The first version in the Accept header that the server speaks, -1 if there is none. */
int sim_call_version(const struct sim_call *call, const char *type);

/*
 * Key and version: what every path that is not open to all wants first. Settles the version of the
 * answer; answers and returns false when something is wrong.
 */
bool sim_call_access(struct sim_call *call);

void sim_call_media(struct sim_reply *reply, const char *type, int version);

/* Answers with the document of an error; busy also says when to come again. */
void sim_call_fail(struct sim_call *call, int status, int code, const char *message);
void sim_call_busy(struct sim_call *call, int status);

/* Answers with a page in HTML: any one, the one that nothing is there, the one to sign in. */
void sim_call_html(struct sim_call *call, int status, const char *body);
void sim_call_not_found(struct sim_call *call);
void sim_call_sign_in(struct sim_call *call);

/* Answers with JSON as it is. */
void sim_call_text(struct sim_call *call, const char *json);

#endif
