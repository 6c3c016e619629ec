/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_LISTING_H
#define SIM_LISTING_H

#include "sim_call.h"

/* Answers a request for a list of resources, whose path is one that sim_resource_find knows. */
void sim_listing_answer(struct sim_call *call);

#endif
