/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_TAPE_H
#define SIM_TAPE_H

#include "sim_resource.h"

/* The attributes of tape drives, of the tapes, and of the pools that these are in. */
void sim_tape_drive(struct sim_writer *writer, const struct sim_element *element);
void sim_tape_medium(struct sim_writer *writer, const struct sim_element *element);
void sim_tape_pool(struct sim_writer *writer, const struct sim_element *element);

#endif
