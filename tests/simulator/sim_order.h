/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_ORDER_H
#define SIM_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_job.h"

/*
 * The order of jobs: their ordinals count from 0, and ids and start times rise with them. First
 * come older jobs, then the main ones, then those that arrive after the start, with the burst
 * between two of them.
 */
enum sim_span {
	SIM_SPAN_OLDER,
	SIM_SPAN_MAIN,
	SIM_SPAN_ARRIVED,
	SIM_SPAN_BURST,
};

struct sim_place {
	enum sim_span span;
	int64_t index; /* within it */
};

struct sim_place sim_order_place(const struct sim_world *world, int64_t ordinal);
int64_t sim_order_ordinal(const struct sim_world *world, struct sim_place place);

/* How many jobs there are at `now_ms`. */
int64_t sim_order_count(const struct sim_world *world, int64_t now_ms);

/* How many older and main jobs there are. */
int64_t sim_order_settled(const struct sim_world *world);

int64_t sim_order_id(const struct sim_world *world, int64_t ordinal);
int64_t sim_order_start_ms(const struct sim_world *world, int64_t ordinal);

/* The first ordinal whose id is at least `id`; it need not exist. */
int64_t sim_order_first_id(const struct sim_world *world, int64_t id);

/* The first of `count` ordinals whose start time is at least `start_ms`, else `count`. */
int64_t sim_order_first_start(const struct sim_world *world, int64_t count, int64_t start_ms);

/* The end of the last older or main job; and when the ends of a burst begin. */
int64_t sim_order_last_end_ms(const struct sim_world *world, enum sim_span span);
int64_t sim_order_burst_end_ms(const struct sim_world *world);

/* Jobs come in blocks of so many. About half of the blocks begin with a tree of jobs. */
enum { SIM_ORDER_BLOCK = 7 };

/* Jobs of an older or main block with a tree start so soon after each other. */
enum { SIM_ORDER_GAP_MS = 15 * SIM_SECOND_MS };

/* Jobs of a block that arrive after the start do so within this. */
int64_t sim_order_block_ms(const struct sim_world *world);

/* Whether the block of that place begins with a tree, and the ordinal of its first job. */
bool sim_order_has_tree(const struct sim_world *world, struct sim_place place);
int64_t sim_order_head(const struct sim_world *world, struct sim_place place);

/* Whether that job never ends. In a block with a tree, these are the first ones, so that no job is
 * open under a parent that has ended. */
bool sim_order_is_open(const struct sim_world *world, int64_t ordinal);

#endif
