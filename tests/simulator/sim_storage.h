/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_STORAGE_H
#define SIM_STORAGE_H

#include "sim_resource.h"

/* Storage servers, the disk pools on them, and the units that write to pools, folders and tapes. */

/* What stands before the name in the id, NULL for nothing. */
const char *sim_storage_prefix(const struct sim_element *element);

/* The member "relationships", for those that have it. */
void sim_storage_relate(struct sim_writer *writer, const struct sim_element *element);

/* Whether the disk pool of that number can fill up: those in clouds have no capacity. */
bool sim_storage_has_capacity(const struct sim_scene *scene, int64_t pool);

/* The attributes. */
void sim_storage_unit(struct sim_writer *writer, const struct sim_element *element);
void sim_storage_pool(struct sim_writer *writer, const struct sim_element *element);
void sim_storage_server(struct sim_writer *writer, const struct sim_element *element);

#endif
