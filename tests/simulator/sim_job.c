/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_job.h"

#include "sim_draw.h"
#include "sim_kind.h"
#include "sim_life.h"
#include "sim_name.h"
#include "sim_order.h"
#include "sim_tree.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum {
	ODD_EVERY = 8,
	BIG_JOB_EVERY = 500,
	SPARSE_EVERY = 7,
};

static const int64_t big_job_kilobytes = 5LL << 30; /* 5 TiB */

struct sim_search sim_job_search(const struct sim_world *world, int64_t now_ms,
				 int64_t min_change_ms, bool unfinished)
{
	/* What has not ended will, after now, or else is one of those that never do. */
	struct sim_search search = {
	    .min_change_ms = unfinished ? now_ms : min_change_ms,
	    .unfinished = unfinished,
	};
	int64_t count = sim_order_count(world, now_ms);
	int64_t last_ms;
	int64_t min_start_ms = search.min_change_ms - SIM_MAX_DURATION_MS - SIM_MAX_UPDATE_LAG_MS;

	if (search.min_change_ms <= 0)
		return search;
	search.fresh = sim_order_first_start(world, count, min_start_ms);
	/* None of those that the server had at the start ended later than that. */
	last_ms = sim_order_last_end_ms(world, SIM_SPAN_MAIN) + SIM_MAX_UPDATE_LAG_MS;
	if (search.min_change_ms > last_ms && search.fresh < sim_order_settled(world))
		search.fresh = sim_order_settled(world);
	search.first = search.fresh;
	if (world->churn)
		search.first =
		    sim_order_first_start(world, count, min_start_ms - SIM_MAX_LATENESS_MS);
	return search;
}

bool sim_job_is_candidate(const struct sim_world *world, const struct sim_search *search,
			  int64_t ordinal)
{
	int64_t longest_ms;

	if (search->min_change_ms <= 0 || (search->unfinished && sim_order_is_open(world, ordinal)))
		return true;
	if (ordinal < search->first)
		return false;
	if (ordinal < search->fresh && !sim_life_changes(world, ordinal))
		return false;
	longest_ms = sim_life_longest_ms(world, ordinal);
	return sim_order_start_ms(world, ordinal) + longest_ms >= search->min_change_ms;
}

static int draw_client(const struct sim_world *world, int64_t ordinal)
{
	return sim_name_pick_client(world->clients, world->long_names,
				    sim_draw(world->seed, ordinal, SIM_STREAM_CLIENT));
}

static void set_root(struct sim_job *job)
{
	job->parent_id = job->noise & 1 ? job->id : 0;
	job->root_id = job->id;
	job->plan = job->noise;
}

/* Its place in the tree, and what it is there for. */
static void set_member(const struct sim_world *world, struct sim_job *job,
		       const struct sim_tree *tree, int64_t now_ms)
{
	const struct sim_member *member = &tree->members[tree->self];

	job->plan = sim_draw(world->seed, tree->head, SIM_STREAM_NOISE);
	job->root_id = sim_order_id(world, tree->head);
	job->parent_id = 0;
	if (member->parent >= 0)
		job->parent_id = sim_order_id(world, tree->members[member->parent].ordinal);
	job->children = sim_tree_children(world, tree, now_ms);
	job->branch = member->branch;
	job->type = member->snapshot ? SIM_TYPE_SNAPSHOT : SIM_TYPE_BACKUP;
	job->policy = tree->policy;
	job->client = job->plan & 1 ? SIM_NAME_PRIMARY : SIM_NAME_BACKUP_HOST;
	if (member->like >= 0)
		job->client = draw_client(world, tree->members[member->like].ordinal);
	job->status = sim_tree_status(world, tree);
}

static void set_single(const struct sim_world *world, struct sim_job *job, bool in_burst)
{
	uint64_t seed = world->seed;

	set_root(job);
	job->policy = -1;
	job->client = -1;
	if (!in_burst)
		job->type = sim_kind_pick_type(sim_draw(seed, job->ordinal, SIM_STREAM_TYPE));
	if (sim_kind_has_policy(job->type)) {
		job->policy = sim_name_pick_policy(world->policies, world->long_names,
						   sim_draw(seed, job->ordinal, SIM_STREAM_POLICY));
		job->client = draw_client(world, job->ordinal);
	}
	job->status = sim_kind_pick_status(sim_draw(seed, job->ordinal, SIM_STREAM_STATUS));
}

static void set_volume(const struct sim_world *world, struct sim_job *job)
{
	uint64_t noise = sim_draw(world->seed, job->ordinal, SIM_STREAM_VOLUME);

	if (!sim_kind_moves_data(job->type))
		return;
	/* Sizes spread evenly over the orders of magnitude, from 1 MiB to 512 GiB. */
	job->kilobytes = (int64_t)((1024 + noise % 1024) << (noise >> 32) % 19);
	if (sim_draw_below(world->seed, job->ordinal, SIM_STREAM_BIG, BIG_JOB_EVERY) == 0)
		job->kilobytes = big_job_kilobytes;
	job->files = sim_draw_below(world->seed, job->ordinal, SIM_STREAM_FILES, 500000);
}

static void make_odd(const struct sim_world *world, struct sim_job *job, int64_t place)
{
	if (!world->odd_jobs || job->state != SIM_DONE || place % ODD_EVERY != 5)
		return;
	job->odd = (enum sim_odd)(1 + place / ODD_EVERY % (SIM_ODD_KINDS - 1));
	if (job->odd == SIM_ODD_END_BEFORE_START)
		job->end_ms = job->start_ms - 5 * SIM_SECOND_MS;
}

/* The first job of the main stretch is always the same: it makes a row that tests can name. */
static void make_landmark(const struct sim_world *world, struct sim_job *job)
{
	job->type = SIM_TYPE_BACKUP;
	/* The least draw is the first name, and of the first policy type. */
	job->policy = sim_name_pick_policy(world->policies, false, 0);
	job->client = sim_name_pick_client(world->clients, false, 0);
	job->policy_type = sim_name_policy_type(job->policy);
	job->status = SIM_STATUS_SUCCESS;
	job->kilobytes = big_job_kilobytes;
	job->files = 418233;
}

static enum sim_outcome outcome_of(const struct sim_world *world, const struct sim_job *job,
				   bool in_burst)
{
	if (!sim_kind_protects(job->type))
		return SIM_OUTCOME_DRAWN;
	for (int i = 0; i < world->outcome_count; i++)
		if (world->outcomes[i].policy == job->policy)
			return world->outcomes[i].outcome;
	return in_burst ? SIM_OUTCOME_FAILURE : SIM_OUTCOME_DRAWN;
}

/* Where the status is not left to chance. What is drawn as a failure stays what it is. */
static void set_outcome(const struct sim_world *world, struct sim_job *job, bool in_burst)
{
	int failures = sim_kind_statuses() - SIM_STATUS_FAILURES;
	enum sim_outcome outcome = outcome_of(world, job, in_burst);

	if (outcome == SIM_OUTCOME_GOOD)
		job->status = SIM_STATUS_SUCCESS;
	else if (outcome == SIM_OUTCOME_FAILURE && job->status < SIM_STATUS_FAILURES)
		job->status = SIM_STATUS_FAILURES + (int)(job->noise % (uint64_t)failures);
}

/* What happens to a job that is in no tree. */
static void live(const struct sim_world *world, struct sim_job *job, struct sim_place place,
		 int64_t now_ms)
{
	switch (place.span) {
	case SIM_SPAN_BURST:
		sim_life_burst(world, job, sim_order_burst_end_ms(world), now_ms);
		break;
	case SIM_SPAN_ARRIVED:
		sim_life_arrived(world, job, now_ms);
		break;
	default:
		sim_life_settled(world, job, sim_order_last_end_ms(world, place.span));
		break;
	}
}

struct sim_job sim_job_at(const struct sim_world *world, int64_t ordinal, int64_t now_ms)
{
	struct sim_place place = sim_order_place(world, ordinal);
	bool in_burst = place.span == SIM_SPAN_BURST;
	bool is_landmark = place.span == SIM_SPAN_MAIN && place.index == 0;
	bool is_open = sim_order_is_open(world, ordinal);
	struct sim_job job = {
	    .ordinal = ordinal,
	    .id = sim_order_id(world, ordinal),
	    .start_ms = sim_order_start_ms(world, ordinal),
	    .noise = sim_draw(world->seed, ordinal, SIM_STREAM_NOISE),
	};
	struct sim_tree tree;
	bool in_tree = sim_tree_find(world, ordinal, &tree);

	if (in_tree)
		set_member(world, &job, &tree, now_ms);
	else
		set_single(world, &job, in_burst);
	job.policy_type = sim_name_policy_type(job.policy);
	set_volume(world, &job);
	if (is_landmark)
		make_landmark(world, &job);
	if (is_open)
		sim_life_open(world, &job, now_ms);
	else if (in_tree)
		sim_life_member(world, &job, &tree, now_ms);
	else
		live(world, &job, place, now_ms);
	if (!is_landmark && !is_open && !in_burst)
		sim_life_continue(world, &job, now_ms);
	if (place.span == SIM_SPAN_MAIN)
		make_odd(world, &job, place.index);
	set_outcome(world, &job, in_burst);
	return job;
}

static int64_t percent(const struct sim_job *job)
{
	return job->state == SIM_QUEUED ? 0 : (int64_t)(job->noise >> 44 & 0xff) % 99;
}

int64_t sim_job_percent(const struct sim_job *job)
{
	return job->state == SIM_DONE ? 100 : percent(job);
}

int64_t sim_job_so_far(const struct sim_job *job, int64_t total)
{
	return job->state == SIM_DONE ? total : total / 100 * percent(job);
}

const char *sim_job_state_name(enum sim_job_state state)
{
	static const char *const names[] = {
	    [SIM_QUEUED] = "QUEUED",	     [SIM_ACTIVE] = "ACTIVE",
	    [SIM_REQUEUED] = "REQUEUED",     [SIM_SUSPENDED] = "SUSPENDED",
	    [SIM_INCOMPLETE] = "INCOMPLETE", [SIM_DONE] = "DONE",
	};

	return names[state];
}

int sim_job_schedule(const struct sim_job *job)
{
	return (int)(job->plan >> 24 & 0xff) % sim_kind_schedules();
}

const char *sim_job_schedule_name(const struct sim_job *job)
{
	return job->branch ? "-" : sim_kind_schedule_name(sim_job_schedule(job));
}

bool sim_job_is_sparse(const struct sim_job *job)
{
	return job->noise % SPARSE_EVERY == 0;
}

int64_t sim_job_dedup_tenths(const struct sim_job *job)
{
	return job->noise >> 50 & 3 ? (int64_t)(job->noise >> 12) % 1001 : 0;
}

int sim_job_queue_reason(const struct sim_job *job)
{
	/* Neither 0 nor -99 says anything. */
	static const int reasons[] = {2, 2, 2, 4, 1, 3, 6, 7, 10, 13, 19, 22, 27, 31, 0, -99};

	if (job->state != SIM_QUEUED)
		return job->noise >> 58 & 1 ? -99 : 0;
	return reasons[(job->noise >> 20) % COUNT(reasons)];
}
