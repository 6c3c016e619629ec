/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_call.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim_json.h"

enum { OLDEST_VERSION = 1 * SIM_VERSION_MINORS };

void sim_call_media(struct sim_reply *reply, const char *type, int version)
{
	snprintf(reply->media, sizeof(reply->media), "%s;version=%d.%d", type,
		 version / SIM_VERSION_MINORS, version % SIM_VERSION_MINORS);
}

void sim_call_fail(struct sim_call *call, int status, int code, const char *message)
{
	struct sim_reply *reply = call->reply;

	reply->status = status;
	sim_call_media(reply, SIM_CALL_JSON, call->version);
	sim_json_error(&reply->body, code, message);
}

void sim_call_html(struct sim_call *call, int status, const char *body)
{
	call->reply->status = status;
	snprintf(call->reply->media, SIM_MEDIA_SIZE, "text/html;charset=utf-8");
	sim_buf_text(&call->reply->body, body);
}

void sim_call_not_found(struct sim_call *call)
{
	sim_call_html(call, SIM_HTTP_NOT_FOUND,
		      "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head>"
		      "<body><h1>Not Found</h1></body></html>\n");
}

/* The number of "13.0", -1 for anything else; `end` is where it stops. */
static int parse_version(const char *text, const char **end)
{
	long number[2];

	for (int i = 0; i < 2; i++) {
		char *stop;

		if (!isdigit((unsigned char)*text))
			return -1;
		number[i] = strtol(text, &stop, 10);
		if (number[i] >= SIM_VERSION_MINORS || (i == 0 && *stop != '.'))
			return -1;
		*end = stop;
		text = stop + 1;
	}
	return (int)(number[0] * SIM_VERSION_MINORS + number[1]);
}

/* The version that one element of an Accept header asks for, -1 without a legal one. */
static int element_version(const char *element, size_t size, const char *type)
{
	const char *end = element + size;
	const char *at = element + strlen(type);
	const char *stop;

	if (size < strlen(type) || strncasecmp(element, type, strlen(type)) != 0)
		return -1;
	while (at < end) {
		int version;

		at += strspn(at, " \t;");
		if (strncasecmp(at, "version=", 8) != 0) {
			at += strcspn(at, ";,");
			if (!*at || *at == ',')
				break;
			continue;
		}
		version = parse_version(at + 8, &stop);
		return version >= 0 && !strchr(" \t;,", *stop) ? -1 : version;
	}
	return -1;
}

int sim_call_version(const struct sim_call *call, const char *type)
{
	const char *at = sim_request_header(call->request, "Accept");

	while (at && *at) {
		size_t size;
		int version;

		at += strspn(at, " \t,");
		size = strcspn(at, ",");
		version = element_version(at, size, type);
		if (version >= OLDEST_VERSION && version <= call->state->options->version)
			return version;
		at += size;
	}
	return -1;
}

bool sim_call_access(struct sim_call *call)
{
	const char *key = sim_request_header(call->request, "Authorization");
	int version = sim_call_version(call, SIM_CALL_JSON);

	if (version >= 0)
		call->version = version;
	if (!key || strcmp(key, call->state->options->key) != 0) {
		sim_call_fail(call, SIM_HTTP_UNAUTHORIZED, SIM_ERROR_OTHER,
			      "Simulated: not authorised.");
		return false;
	}
	if (version < 0) {
		sim_call_fail(call, SIM_HTTP_NOT_ACCEPTABLE, SIM_ERROR_OTHER,
			      "Simulated: no such version of this API.");
		return false;
	}
	return true;
}

void sim_call_sign_in(struct sim_call *call)
{
	sim_call_html(call, SIM_HTTP_OK,
		      "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>"
		      "<form action=\"/login\"><input name=\"user\"></form></body></html>\n");
}

void sim_call_busy(struct sim_call *call, int status)
{
	sim_state_retry_after(call->state, call->reply->retry_after);
	sim_call_fail(call, status, SIM_ERROR_OTHER, "Simulated: too busy.");
}

void sim_call_text(struct sim_call *call, const char *json)
{
	sim_call_media(call->reply, SIM_CALL_JSON, call->version);
	sim_buf_text(&call->reply->body, json);
}

static void set_base(struct sim_call *call)
{
	const struct sim_options *options = call->state->options;
	const char *host = sim_request_header(call->request, "Host");

	/* A host that would need escapes in JSON is not worth repeating. */
	if (!host || strpbrk(host, "\"\\ ") || strlen(host) > 200)
		host = "localhost";
	snprintf(call->base, sizeof(call->base), "%s://%s" SIM_CALL_PREFIX,
		 options->tls_dir ? "https" : "http", host);
}

void sim_call_start(struct sim_call *call, struct sim_state *state,
		    const struct sim_request *request, struct sim_reply *reply)
{
	*call = (struct sim_call){
	    .state = state,
	    .request = request,
	    .reply = reply,
	    .now_ms = sim_state_now(state),
	    .version = state->options->version,
	};
	set_base(call);
}
