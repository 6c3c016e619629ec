/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_api.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim_truth.h"

enum { DEFAULT_WINDOW_S = 86400 };

/* No time is further away than this. */
#define MAX_CLOCK_MS 1e15

static void answer_stats(struct sim_state *state, const struct sim_request *request,
			 struct sim_reply *reply)
{
	(void)request;
	snprintf(reply->media, sizeof(reply->media), "application/json");
	sim_state_write_stats(state, &reply->body);
}

static void answer_reset(struct sim_state *state, const struct sim_request *request,
			 struct sim_reply *reply)
{
	(void)request;
	sim_state_reset_stats(state);
	sim_buf_text(&reply->body, "ok\n");
}

static void answer_faults(struct sim_state *state, const struct sim_request *request,
			  struct sim_reply *reply)
{
	char message[SIM_FAULT_MESSAGE_SIZE];

	if (sim_state_replace_faults(state, request->body, message)) {
		sim_buf_text(&reply->body, "ok\n");
		return;
	}
	reply->status = 400;
	sim_buf_printf(&reply->body, "%s\n", message);
}

static void answer_clock(struct sim_state *state, const struct sim_request *request,
			 struct sim_reply *reply)
{
	(void)request;
	sim_buf_printf(&reply->body, "%lld\n", (long long)sim_state_now(state));
}

/* Reads +SECONDS, -SECONDS or =EPOCHMS. */
static bool parse_clock(const char *text, int64_t *ms)
{
	const char *digits = text + (*text != '\0');
	size_t size = strspn(digits, *text == '=' ? "0123456789" : "0123456789.");
	double number;
	char *end;

	if (!*text || !strchr("+-=", *text) || !size)
		return false;
	number = strtod(digits, &end);
	if (*text != '=')
		number *= SIM_SECOND_MS;
	if (end != digits + size || end[strspn(end, "\r\n")] || number > MAX_CLOCK_MS)
		return false;
	*ms = llround(*text == '-' ? -number : number);
	return true;
}

static void answer_move(struct sim_state *state, const struct sim_request *request,
			struct sim_reply *reply)
{
	int64_t ms;

	if (!parse_clock(request->body, &ms)) {
		reply->status = 400;
		sim_buf_text(&reply->body, "+SECONDS, -SECONDS or =MILLISECONDS is wanted\n");
		return;
	}
	ms = request->body[0] == '=' ? sim_state_set_clock(state, ms)
				     : sim_state_move_clock(state, ms);
	sim_buf_printf(&reply->body, "%lld\n", (long long)ms);
}

static void answer_requests(struct sim_state *state, const struct sim_request *request,
			    struct sim_reply *reply)
{
	(void)request;
	sim_state_write_history(state, &reply->body);
}

static void answer_jobs(struct sim_state *state, const struct sim_request *request,
			struct sim_reply *reply)
{
	const char *text = sim_request_parameter(request, "since");
	struct sim_world world = sim_state_world(state);
	long long since_ms = 0;
	char *end = NULL;

	errno = 0;
	if (text)
		since_ms = strtoll(text, &end, 10);
	if (errno || (text && (*end || end == text))) {
		reply->status = 400;
		sim_buf_text(&reply->body, "since is not a number of milliseconds\n");
		return;
	}
	sim_truth_jobs(&reply->body, &world, sim_state_now(state), since_ms);
}

static void answer_expected(struct sim_state *state, const struct sim_request *request,
			    struct sim_reply *reply)
{
	const char *text = sim_request_parameter(request, "window");
	struct sim_world world = sim_state_world(state);
	long seconds = DEFAULT_WINDOW_S;
	char *end = NULL;

	errno = 0;
	if (text)
		seconds = strtol(text, &end, 10);
	if (errno || (text && (*end || end == text)) || seconds < 0 || seconds > INT32_MAX) {
		reply->status = 400;
		sim_buf_text(&reply->body, "window is not a number of seconds\n");
		return;
	}
	sim_truth_write(&reply->body, &world, sim_state_now(state),
			seconds * (int64_t)SIM_SECOND_MS);
}

static struct sim_scene scene_now(struct sim_state *state)
{
	const struct sim_options *options = state->options;

	return sim_stock_scene(&state->stock, &state->world, &options->resources,
			       sim_state_now(state), options->version);
}

static void answer_resources(struct sim_state *state, const struct sim_request *request,
			     struct sim_reply *reply)
{
	const char *path = sim_request_parameter(request, "path");
	enum sim_resource resource = sim_resource_find(path ? path : "");
	struct sim_scene scene;

	if (resource == SIM_RESOURCES) {
		reply->status = 400;
		sim_buf_text(&reply->body, "path is not one of a list of resources\n");
		return;
	}
	pthread_mutex_lock(&state->stock.mutex);
	scene = scene_now(state);
	sim_stock_write_all(&state->stock, &scene, resource, &reply->body);
	pthread_mutex_unlock(&state->stock.mutex);
}

static void answer_commands(struct sim_state *state, const struct sim_request *request,
			    struct sim_reply *reply)
{
	char message[SIM_STOCK_MESSAGE_SIZE];
	struct sim_scene scene;
	bool good;

	pthread_mutex_lock(&state->stock.mutex);
	scene = scene_now(state);
	good = sim_stock_command(&state->stock, &scene, request->body, message);
	pthread_mutex_unlock(&state->stock.mutex);
	if (!good)
		reply->status = 400;
	sim_buf_printf(&reply->body, "%s\n", good ? "ok" : message);
}

static void answer_resource_requests(struct sim_state *state, const struct sim_request *request,
				     struct sim_reply *reply)
{
	(void)request;
	pthread_mutex_lock(&state->stock.mutex);
	sim_stock_write_history(&state->stock, &reply->body);
	pthread_mutex_unlock(&state->stock.mutex);
}

static const struct route {
	const char *method;
	const char *path;
	void (*answer)(struct sim_state *state, const struct sim_request *request,
		       struct sim_reply *reply);
} routes[] = {
    {"GET", "/sim/stats", answer_stats},
    {"POST", "/sim/reset-stats", answer_reset},
    {"POST", "/sim/faults", answer_faults},
    {"GET", "/sim/expected", answer_expected},
    {"GET", "/sim/jobs", answer_jobs},
    {"GET", "/sim/requests", answer_requests},
    {"GET", "/sim/clock", answer_clock},
    {"POST", "/sim/clock", answer_move},
    {"GET", "/sim/resources", answer_resources},
    {"POST", "/sim/resources", answer_commands},
    {"GET", "/sim/resource-requests", answer_resource_requests},
};

void sim_control_answer(struct sim_state *state, const struct sim_request *request,
			struct sim_reply *reply)
{
	bool known = false;

	snprintf(reply->media, sizeof(reply->media), "text/plain;charset=utf-8");
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(request->path, routes[i].path) != 0)
			continue;
		known = true;
		if (strcmp(request->method, routes[i].method) == 0) {
			routes[i].answer(state, request, reply);
			return;
		}
	}
	reply->status = known ? 405 : 404;
	sim_buf_text(&reply->body, known ? "wrong method\n" : "no such control path\n");
}
