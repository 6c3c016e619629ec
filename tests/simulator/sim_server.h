/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "sim_state.h"

struct sim_server;

/* Binds the socket, but answers nobody yet. NULL after a message on stderr. */
struct sim_server *sim_server_open(const struct sim_options *options);

/* Starts to answer. False after a message on stderr. */
bool sim_server_start(struct sim_server *server);

/* Where it listens: https://127.0.0.1:1556/netbackup */
const char *sim_server_url(const struct sim_server *server);

/* The state, for what is not about requests. */
struct sim_state *sim_server_state(struct sim_server *server);

/* Ends all connections, however busy they are, and frees everything. */
void sim_server_close(struct sim_server *server);

#endif
