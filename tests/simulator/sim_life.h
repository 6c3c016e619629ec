/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_LIFE_H
#define SIM_LIFE_H

#include <stdbool.h>

#include "sim_job.h"
#include "sim_tree.h"

/*
 * What happens to a job in the course of time: sets its state, its times and, where they change,
 * its volume and status, as they are at `now_ms`. The rest of the job is known before.
 *
 * With churn, about one job in four does not rest after its first end:
 *
 *     8 %  restart, within an hour, and end again, with another status and volume
 *     2 %  restart twice and end three times, all within seconds
 *     4 %  are deleted, within six hours
 *     2 %  are deleted, within three hours, and come back unchanged, after three at most
 *     6 %  are updated once more, within six hours: status or volume changes, the end does not
 *     1 %  are deleted while they run (of those that arrive after the start)
 *
 * Every change has the server's time of the change as its lastUpdateTime, except deletions and
 * returns, which leave none. Where jobs only vanish, there are just those of the last line. With
 * silent updates, 1 % change in status or volume within six hours, and lastUpdateTime stays what it
 * was. Delays are cubes of even draws: half of them are shorter than an eighth of the longest.
 */

/* A job that stays as it is, in one of the unfinished states. */
void sim_life_open(const struct sim_world *world, struct sim_job *job, int64_t now_ms);

/* A job that had ended when the server started, by `last_end_ms` at the latest. */
void sim_life_settled(const struct sim_world *world, struct sim_job *job, int64_t last_end_ms);

/* A job that arrived after the start: it waits, runs and ends while one looks. */
void sim_life_arrived(const struct sim_world *world, struct sim_job *job, int64_t now_ms);

/* A job of a tree, the one that was asked for. */
void sim_life_member(const struct sim_world *world, struct sim_job *job,
		     const struct sim_tree *tree, int64_t now_ms);

/* A job of a burst: it runs from its start on and ends within the tenth of a second at `end_ms`. */
void sim_life_burst(const struct sim_world *world, struct sim_job *job, int64_t end_ms,
		    int64_t now_ms);

/* What follows the first end of a settled or arrived job, if it shows at `now_ms`. */
void sim_life_continue(const struct sim_world *world, struct sim_job *job, int64_t now_ms);

/* Whether that job ends or is updated once more after its first end. */
bool sim_life_changes(const struct sim_world *world, int64_t ordinal);

/* A bound on how long after its start that job, if it ever ends, ends or is updated for the last
 * time.
 */
int64_t sim_life_longest_ms(const struct sim_world *world, int64_t ordinal);

#endif
