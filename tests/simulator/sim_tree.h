/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_TREE_H
#define SIM_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_order.h"

/*
 * A tree of jobs, all of one policy, as a server makes them: the root comes first, and each job
 * before those that it starts. What it looks like depends on the type of the policy:
 *
 *     machines   the root is a BACKUP of the primary or a backup host; under it is a SNAPSHOT for
 *                each virtual machine, under that its BACKUP. A SNAPSHOT that fails starts none.
 *     database   three BACKUPs deep
 *     streams    a BACKUP of a client, under it one for each of its streams
 *
 * A job that starts others ends after them, with the worst of their statuses, or with 1 where only
 * some of the machines failed. A few fail though none under them did.
 */
struct sim_tree {
	int64_t head; /* the ordinal of the root */
	int policy;
	int size;
	int self; /* which member was asked for */
	struct sim_member {
		int64_t ordinal;
		int parent;   /* which member started it, -1 for none */
		int children; /* how many it starts in all */
		int like;     /* the member whose client it has, -1 for the primary */
		bool snapshot;
		bool branch; /* it is there to start others */
	} members[SIM_ORDER_BLOCK];
};

/* The tree that the job is in. False when it is in none. */
bool sim_tree_find(const struct sim_world *world, int64_t ordinal, struct sim_tree *tree);

/* How the member that was asked for ends, if nothing happens to it later. */
int sim_tree_status(const struct sim_world *world, const struct sim_tree *tree);

struct sim_times {
	int64_t active_ms;
	int64_t end_ms;
	int64_t update_ms;
};

/* When the member that was asked for leaves the queue and ends for the first time. */
struct sim_times sim_tree_times(const struct sim_world *world, const struct sim_tree *tree);

/* How many it has started at `now_ms`. */
int sim_tree_children(const struct sim_world *world, const struct sim_tree *tree, int64_t now_ms);

/* A bound on how long that job lasts if it is in a tree; costs little. 0 when it is in none. */
int64_t sim_tree_longest_ms(const struct sim_world *world, int64_t ordinal);

#endif
