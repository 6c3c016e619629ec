/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_FARM_H
#define SIM_FARM_H

#include "sim_server.h"

/* Several servers in one process, each with a port, jobs and a state of its own. */
struct sim_farm;

/*
 * Binds the sockets of `count` servers, but answers nobody yet. Each draws from a seed that is one
 * higher than that of the one before it. Raises the limit of descriptors as far as it goes. NULL
 * after a message on stderr.
 */
struct sim_farm *sim_farm_open(const struct sim_options *options, int count);

/* Starts to answer. False after a message on stderr. */
bool sim_farm_start(struct sim_farm *farm);

/* Server number `i` from 0, NULL behind the last. */
struct sim_server *sim_farm_server(struct sim_farm *farm, int i);

/* Ends and frees all of them. */
void sim_farm_close(struct sim_farm *farm);

#endif
