/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_life.h"

#include "sim_draw.h"
#include "sim_kind.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum {
	ACTIVE_STEP_MS = 10 * SIM_SECOND_MS,
	MAX_RESTART_MS = SIM_HOUR_MS,
	MAX_ABSENCE_MS = 3 * SIM_HOUR_MS,
	MAX_DELAY_MS = SIM_MAX_LATENESS_MS - SIM_MINUTE_MS,
	QUICK_RESTARTS = 2,
	BURST_END_MS = 100, /* the update follows within the same second */
};

enum fate {
	FATE_REST,
	FATE_RESTART,
	FATE_RESTART_QUICKLY,
	FATE_DELETED,
	FATE_DELETED_FOR_A_WHILE,
	FATE_DELETED_RUNNING,
	FATE_UPDATED,
	FATE_UPDATED_SILENTLY,
};

static const struct chance {
	enum fate fate;
	int percent;
} chances[] = {
    {FATE_RESTART, 8},		{FATE_RESTART_QUICKLY, 2},
    {FATE_DELETED, 4},		{FATE_DELETED_FOR_A_WHILE, 2},
    {FATE_UPDATED, 6},		{FATE_DELETED_RUNNING, 1},
    {FATE_UPDATED_SILENTLY, 1},
};

static const enum sim_job_state unfinished_states[] = {
    SIM_ACTIVE, SIM_ACTIVE,   SIM_ACTIVE,    SIM_QUEUED,
    SIM_QUEUED, SIM_REQUEUED, SIM_SUSPENDED, SIM_INCOMPLETE,
};

static enum fate fate_of(const struct sim_world *world, int64_t ordinal)
{
	enum fate fate = FATE_REST;
	int left;

	if (!world->churn && !world->vanishing && !world->silent)
		return FATE_REST;
	left = (int)sim_draw_below(world->seed, ordinal, SIM_STREAM_FATE, 100);
	for (int i = 0; i < COUNT(chances) && fate == FATE_REST; i++) {
		left -= chances[i].percent;
		if (left < 0)
			fate = chances[i].fate;
	}
	if (fate == FATE_DELETED_RUNNING && world->vanishing)
		return fate;
	if (fate == FATE_UPDATED_SILENTLY ? world->silent : world->churn)
		return fate;
	return FATE_REST;
}

bool sim_life_changes(const struct sim_world *world, int64_t ordinal)
{
	enum fate fate = fate_of(world, ordinal);

	return fate == FATE_RESTART || fate == FATE_RESTART_QUICKLY || fate == FATE_UPDATED;
}

/* The same without what happens later. */
static int64_t longest_first_ms(const struct sim_world *world, int64_t ordinal)
{
	int64_t in_tree_ms = sim_tree_longest_ms(world, ordinal);
	int64_t longest_ms = SIM_MAX_WAIT_MS + SIM_MAX_RUN_MS;

	if (sim_order_place(world, ordinal).span < SIM_SPAN_ARRIVED)
		longest_ms =
		    sim_draw_cube(world->seed, ordinal, SIM_STREAM_DURATION, SIM_MAX_DURATION_MS);
	return in_tree_ms > longest_ms ? in_tree_ms : longest_ms;
}

int64_t sim_life_longest_ms(const struct sim_world *world, int64_t ordinal)
{
	uint64_t seed = world->seed;
	enum fate fate = fate_of(world, ordinal);
	int64_t longest_ms = longest_first_ms(world, ordinal) + SIM_MAX_UPDATE_LAG_MS;

	if (fate == FATE_RESTART)
		longest_ms += sim_draw_cube(seed, ordinal, SIM_STREAM_DELAY, MAX_RESTART_MS) +
			      SIM_MAX_RUN_MS + 2 * SIM_SECOND_MS;
	else if (fate == FATE_RESTART_QUICKLY)
		longest_ms += 10 * SIM_SECOND_MS;
	else if (fate == FATE_UPDATED)
		longest_ms +=
		    sim_draw_cube(seed, ordinal, SIM_STREAM_DELAY, MAX_DELAY_MS) + SIM_SECOND_MS;
	return longest_ms;
}

static void finish(const struct sim_world *world, struct sim_job *job, int64_t end_ms)
{
	uint64_t noise = sim_draw(world->seed, job->ordinal, SIM_STREAM_END);

	job->state = SIM_DONE;
	job->end_form = SIM_END_TIME;
	job->end_ms = end_ms;
	/* Every other end is a whole second, as real servers write them. */
	if (noise & 1 && end_ms - end_ms % 1000 >= job->active_ms)
		job->end_ms -= end_ms % 1000;
	job->update_ms =
	    job->end_ms + sim_draw_below(world->seed, job->ordinal, SIM_STREAM_UPDATE, 900);
}

static void leave_unfinished(const struct sim_world *world, struct sim_job *job,
			     enum sim_job_state state, int64_t now_ms)
{
	static const enum sim_end forms[] = {
	    SIM_END_ABSENT,
	    SIM_END_EPOCH,
	    SIM_END_NULL,
	    SIM_END_EMPTY,
	};
	int64_t choices = world->odd_ends || world->odd_jobs ? COUNT(forms) : 2;

	job->state = state;
	job->end_ms = -1;
	job->end_form = forms[sim_draw_below(world->seed, job->ordinal, SIM_STREAM_END, choices)];
	job->update_ms = job->active_ms;
	if (state == SIM_ACTIVE)
		job->update_ms += (now_ms - job->active_ms) / ACTIVE_STEP_MS * ACTIVE_STEP_MS;
}

void sim_life_open(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	int64_t choice =
	    sim_draw_below(world->seed, job->ordinal, SIM_STREAM_STATE, COUNT(unfinished_states));

	job->active_ms = job->start_ms;
	/* What has started others is not in the queue. */
	leave_unfinished(world, job, job->children ? SIM_ACTIVE : unfinished_states[choice],
			 now_ms);
}

void sim_life_settled(const struct sim_world *world, struct sim_job *job, int64_t last_end_ms)
{
	int64_t longest_ms = sim_kind_seconds(job->type) * (int64_t)SIM_SECOND_MS;
	int64_t duration_ms =
	    sim_draw_cube(world->seed, job->ordinal, SIM_STREAM_DURATION, longest_ms);
	int64_t room_ms = last_end_ms - job->start_ms;

	/* Where many are too long, their ends must not be all the same. */
	if (duration_ms > room_ms)
		duration_ms = world->spread_ms ? duration_ms % (room_ms + 1) : room_ms;
	job->active_ms = job->start_ms;
	if (duration_ms > 0)
		job->active_ms += sim_draw_below(world->seed, job->ordinal, SIM_STREAM_QUEUE,
						 duration_ms / 8 + 1);
	finish(world, job, job->start_ms + duration_ms);
}

/* Shows a job that leaves the queue and ends, as it is on its way. */
static void show(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	int64_t runs_ms = job->end_ms - job->active_ms;

	if (now_ms < job->active_ms) {
		leave_unfinished(world, job, SIM_QUEUED, now_ms);
		job->update_ms = job->start_ms;
		return;
	}
	job->deleted = now_ms >= job->active_ms + runs_ms / 2 &&
		       fate_of(world, job->ordinal) == FATE_DELETED_RUNNING;
	/* It shows as finished from its last update on, which therefore never lies ahead. */
	if (now_ms < job->update_ms)
		leave_unfinished(world, job, SIM_ACTIVE, now_ms);
}

void sim_life_member(const struct sim_world *world, struct sim_job *job,
		     const struct sim_tree *tree, int64_t now_ms)
{
	struct sim_times times = sim_tree_times(world, tree);

	job->state = SIM_DONE;
	job->end_form = SIM_END_TIME;
	job->active_ms = times.active_ms;
	job->end_ms = times.end_ms;
	job->update_ms = times.update_ms;
	if (sim_order_place(world, job->ordinal).span == SIM_SPAN_ARRIVED)
		show(world, job, now_ms);
}

void sim_life_arrived(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	int64_t runs_ms =
	    SIM_MIN_RUN_MS + sim_draw_below(world->seed, job->ordinal, SIM_STREAM_DURATION,
					    SIM_MAX_RUN_MS - SIM_MIN_RUN_MS);
	int64_t waits_ms =
	    SIM_MIN_WAIT_MS + sim_draw_below(world->seed, job->ordinal, SIM_STREAM_QUEUE,
					     SIM_MAX_WAIT_MS - SIM_MIN_WAIT_MS);

	job->active_ms = job->start_ms + waits_ms;
	finish(world, job, job->active_ms + runs_ms);
	show(world, job, now_ms);
}

void sim_life_burst(const struct sim_world *world, struct sim_job *job, int64_t end_ms,
		    int64_t now_ms)
{
	job->active_ms = job->start_ms;
	finish(world, job,
	       end_ms +
		   sim_draw_below(world->seed, job->ordinal, SIM_STREAM_DURATION, BURST_END_MS));
	if (now_ms < job->update_ms)
		leave_unfinished(world, job, SIM_ACTIVE, now_ms);
}

static void change_volume(struct sim_job *job, uint64_t noise)
{
	if (!job->kilobytes)
		return;
	job->kilobytes += (int64_t)(1 + noise % 100000);
	job->files += (int64_t)(noise >> 20) % 1000;
}

/* Another volume or another status. */
static void change(const struct sim_world *world, struct sim_job *job)
{
	uint64_t noise = sim_draw(world->seed, job->ordinal, SIM_STREAM_AGAIN);
	int statuses = sim_kind_statuses();

	if (job->kilobytes && noise & 1)
		change_volume(job, noise >> 1);
	else
		job->status =
		    (job->status + 1 + (int)(noise >> 8 & 0xff) % (statuses - 1)) % statuses;
}

/* A further try from `again_ms` on; false when it has not ended yet, or not even begun. */
static bool try_again(const struct sim_world *world, struct sim_job *job, int64_t again_ms,
		      int64_t runs_ms, int64_t now_ms)
{
	uint64_t noise = sim_draw(world->seed, job->ordinal, SIM_STREAM_AGAIN);

	if (now_ms < again_ms)
		return false;
	job->active_ms = again_ms;
	job->tries = job->tries ? job->tries + 1 : 2;
	finish(world, job, again_ms + runs_ms);
	if (now_ms < job->update_ms) {
		leave_unfinished(world, job, SIM_ACTIVE, now_ms);
		return false;
	}
	noise >>= 8 * job->tries;
	job->status = sim_kind_pick_status(noise);
	change_volume(job, noise);
	return true;
}

static void restart(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	int64_t delay_ms =
	    sim_draw_cube(world->seed, job->ordinal, SIM_STREAM_DELAY, MAX_RESTART_MS);
	int64_t runs_ms = sim_draw_below(world->seed, job->ordinal, SIM_STREAM_ABSENCE,
					 SIM_MAX_RUN_MS - SIM_MIN_RUN_MS);

	try_again(world, job, job->update_ms + SIM_SECOND_MS + delay_ms, SIM_MIN_RUN_MS + runs_ms,
		  now_ms);
}

static void restart_quickly(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	int64_t delay_ms = 500 + sim_draw_below(world->seed, job->ordinal, SIM_STREAM_DELAY, 1000);
	int64_t runs_ms = 300 + sim_draw_below(world->seed, job->ordinal, SIM_STREAM_ABSENCE, 600);

	for (int i = 0; i < QUICK_RESTARTS; i++)
		if (!try_again(world, job, job->update_ms + delay_ms, runs_ms, now_ms))
			break;
}

void sim_life_continue(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	uint64_t seed = world->seed;
	enum fate fate = fate_of(world, job->ordinal);
	int64_t limit_ms = fate == FATE_DELETED_FOR_A_WHILE ? MAX_ABSENCE_MS : MAX_DELAY_MS;
	int64_t delay_ms = sim_draw_cube(seed, job->ordinal, SIM_STREAM_DELAY, limit_ms);
	int64_t absence_ms = sim_draw_cube(seed, job->ordinal, SIM_STREAM_ABSENCE, MAX_ABSENCE_MS);
	int64_t when_ms = job->update_ms + SIM_SECOND_MS + delay_ms;

	/* Until its first end shows, none of this has begun. */
	if (job->state != SIM_DONE)
		return;
	if (fate == FATE_RESTART)
		restart(world, job, now_ms);
	else if (fate == FATE_RESTART_QUICKLY)
		restart_quickly(world, job, now_ms);
	if (now_ms < when_ms)
		return;
	if (fate == FATE_DELETED)
		job->deleted = true;
	else if (fate == FATE_DELETED_FOR_A_WHILE)
		job->deleted = now_ms < when_ms + SIM_SECOND_MS + absence_ms;
	else if (fate == FATE_UPDATED || fate == FATE_UPDATED_SILENTLY)
		change(world, job);
	if (fate == FATE_UPDATED)
		job->update_ms = when_ms;
}
