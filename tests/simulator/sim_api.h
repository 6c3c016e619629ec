/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_API_H
#define SIM_API_H

#include <stdbool.h>

#include "sim_buf.h"
#include "sim_state.h"

struct MHD_Connection;

struct sim_request {
	struct MHD_Connection *connection;
	const char *method;
	const char *path; /* decoded, without the query */
	const char *uri;  /* as it was sent */
	const char *body; /* "" when there is none */
};

enum sim_delivery {
	SIM_DELIVER_ALL,
	SIM_DELIVER_SLOWLY,
	SIM_DELIVER_HALF,    /* then close */
	SIM_DELIVER_HUGE,    /* the body, then spaces without end */
	SIM_DELIVER_NOTHING, /* not even a status line */
};

enum { SIM_MEDIA_SIZE = 80 };

struct sim_reply {
	int status;
	char media[SIM_MEDIA_SIZE];
	struct sim_buf body;
	bool may_pack; /* gzip, if the client takes it */
	enum sim_delivery delivery;
	int slow_ms;
	char retry_after[SIM_TIME_SIZE]; /* "" for none */
	char api_version[SIM_TIME_SIZE]; /* "" for none */
	char location[256];		 /* "" for none */
};

/* Headers and decoded parameters of a request, NULL when absent. */
const char *sim_request_header(const struct sim_request *request, const char *name);
const char *sim_request_parameter(const struct sim_request *request, const char *name);

/* Answers everything but the control paths. */
void sim_api_answer(struct sim_state *state, const struct sim_request *request,
		    struct sim_reply *reply);

/* Answers the control paths, those under /sim/. */
void sim_control_answer(struct sim_state *state, const struct sim_request *request,
			struct sim_reply *reply);

#endif
