/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_job.h"

#include <math.h>

#include "sim_draw.h"
#include "sim_kind.h"
#include "sim_life.h"
#include "sim_name.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum {
	FIRST_ID = 10001,
	ID_STEP = 3,
	FAMILY_SIZE = 6,
	DONE_PER_OPEN = 50,
	OLDER_PART = 20,
	ODD_EVERY = 8,
	LATEST_START_MS = 5 * SIM_SECOND_MS,
	BIG_JOB_EVERY = 500,
	SPARSE_EVERY = 7,
};

static const int64_t big_job_kilobytes = 5LL << 30; /* 5 TiB */

static int64_t older_count(const struct sim_world *world)
{
	return world->jobs / OLDER_PART;
}

/* In the main stretch, one job is left open after each so many that ended. */
static int64_t done_per_open(const struct sim_world *world)
{
	return world->done_per_open ? world->done_per_open : DONE_PER_OPEN;
}

static int64_t main_count(const struct sim_world *world)
{
	return world->jobs + world->jobs / done_per_open(world);
}

static int64_t arrival_ms(const struct sim_world *world, int64_t arrival)
{
	return world->start_ms + (int64_t)ceil((double)(arrival + 1) * SIM_MINUTE_MS / world->rate);
}

static int64_t arrived_count(const struct sim_world *world, int64_t now_ms)
{
	int64_t count;

	if (world->rate <= 0 || now_ms <= world->start_ms)
		return 0;
	count = (int64_t)((double)(now_ms - world->start_ms) * world->rate / SIM_MINUTE_MS);
	/* The division and the rounding of arrival_ms may disagree by one. */
	while (count > 0 && arrival_ms(world, count - 1) > now_ms)
		count--;
	while (arrival_ms(world, count) <= now_ms)
		count++;
	return count;
}

/* A whole second, so that the ends do not fall before it. */
static int64_t burst_end_ms(const struct sim_world *world)
{
	int64_t end_ms = world->start_ms + world->burst_s * SIM_SECOND_MS + SIM_SECOND_MS - 1;

	return end_ms - end_ms % SIM_SECOND_MS;
}

static int64_t burst_start_ms(const struct sim_world *world)
{
	int64_t begin_ms = burst_end_ms(world) - SIM_BURST_RUN_MS;

	return begin_ms > world->start_ms ? begin_ms : world->start_ms;
}

/* The first of them stands behind the jobs that arrived before. */
static int64_t burst_first(const struct sim_world *world)
{
	return older_count(world) + main_count(world) + arrived_count(world, burst_start_ms(world));
}

static bool in_burst(const struct sim_world *world, int64_t ordinal)
{
	int64_t place;

	if (!world->burst)
		return false;
	place = ordinal - burst_first(world);
	return place >= 0 && place < world->burst;
}

int64_t sim_job_count(const struct sim_world *world, int64_t now_ms)
{
	int64_t count = older_count(world) + main_count(world) + arrived_count(world, now_ms);

	if (world->burst && now_ms >= burst_start_ms(world))
		count += world->burst;
	return count;
}

/* A stretch of time over which `count` jobs start, one in each of as many equal slots. */
struct stretch {
	int64_t first; /* ordinal */
	int64_t count;
	int64_t from_ms;
	int64_t to_ms; /* all have ended a second before */
};

static struct stretch older_stretch(const struct sim_world *world)
{
	return (struct stretch){
	    .first = 0,
	    .count = older_count(world),
	    .from_ms = world->start_ms - 48 * (int64_t)SIM_HOUR_MS,
	    .to_ms = world->start_ms - 25 * (int64_t)SIM_HOUR_MS,
	};
}

static struct stretch main_stretch(const struct sim_world *world)
{
	int64_t spread_ms = world->spread_ms ? world->spread_ms : 23 * (int64_t)SIM_HOUR_MS;

	return (struct stretch){
	    .first = older_count(world),
	    .count = main_count(world),
	    .from_ms = world->start_ms - spread_ms + 5 * SIM_MINUTE_MS,
	    .to_ms = world->start_ms,
	};
}

static int64_t stretch_start(const struct sim_world *world, const struct stretch *stretch,
			     int64_t ordinal)
{
	int64_t span = stretch->to_ms - LATEST_START_MS - stretch->from_ms;
	int64_t i = ordinal - stretch->first;
	int64_t from = span * i / stretch->count;
	int64_t width = span * (i + 1) / stretch->count - from;

	if (width > 1)
		from += sim_draw_below(world->seed, ordinal, SIM_STREAM_START, width);
	return stretch->from_ms + from;
}

static int64_t start_ms(const struct sim_world *world, int64_t ordinal)
{
	struct stretch stretch = older_stretch(world);

	if (ordinal < stretch.count)
		return stretch_start(world, &stretch, ordinal);
	stretch = main_stretch(world);
	if (ordinal < stretch.first + stretch.count)
		return stretch_start(world, &stretch, ordinal);
	if (in_burst(world, ordinal))
		return burst_start_ms(world);
	if (world->burst && ordinal >= burst_first(world))
		ordinal -= world->burst;
	return arrival_ms(world, ordinal - stretch.first - stretch.count);
}

static int64_t id_at(const struct sim_world *world, int64_t ordinal)
{
	return FIRST_ID + ordinal * ID_STEP +
	       sim_draw_below(world->seed, ordinal, SIM_STREAM_ID, ID_STEP);
}

int64_t sim_job_first_id(const struct sim_world *world, int64_t id)
{
	int64_t ordinal;

	if (id <= FIRST_ID)
		return 0;
	ordinal = (id - FIRST_ID) / ID_STEP;
	return id_at(world, ordinal) < id ? ordinal + 1 : ordinal;
}

int64_t sim_job_first_start(const struct sim_world *world, int64_t count, int64_t wanted_ms)
{
	int64_t low = 0;
	int64_t high = count;

	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		if (start_ms(world, middle) < wanted_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether that job never ends. */
static bool is_left_open(const struct sim_world *world, int64_t ordinal)
{
	int64_t place = ordinal - older_count(world);
	int64_t run = done_per_open(world);

	return place >= 0 && place < main_count(world) && place % (run + 1) == run;
}

struct sim_search sim_job_search(const struct sim_world *world, int64_t now_ms,
				 int64_t min_change_ms, bool unfinished)
{
	/* What has not ended will, after now, or else is one of those that never do. */
	struct sim_search search = {
	    .min_change_ms = unfinished ? now_ms : min_change_ms,
	    .unfinished = unfinished,
	};
	int64_t count = sim_job_count(world, now_ms);
	int64_t min_start_ms = search.min_change_ms - SIM_MAX_DURATION_MS - SIM_MAX_UPDATE_LAG_MS;

	if (search.min_change_ms <= 0)
		return search;
	search.fresh = sim_job_first_start(world, count, min_start_ms);
	search.first = search.fresh;
	if (world->churn)
		search.first =
		    sim_job_first_start(world, count, min_start_ms - SIM_MAX_LATENESS_MS);
	return search;
}

bool sim_job_is_candidate(const struct sim_world *world, const struct sim_search *search,
			  int64_t ordinal)
{
	bool arrived = ordinal >= older_count(world) + main_count(world);
	int64_t longest_ms;

	if (search->min_change_ms <= 0 || (search->unfinished && is_left_open(world, ordinal)))
		return true;
	if (ordinal < search->first)
		return false;
	if (ordinal < search->fresh && !sim_life_changes(world, ordinal))
		return false;
	longest_ms = sim_life_longest_ms(world, ordinal, arrived);
	return start_ms(world, ordinal) + longest_ms >= search->min_change_ms;
}

static bool in_family(const struct sim_world *world, int64_t ordinal)
{
	if (in_burst(world, ordinal))
		return false;
	return sim_draw_below(world->seed, ordinal / FAMILY_SIZE, SIM_STREAM_FAMILY, 4) == 0;
}

static void set_kinship(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	int64_t head = job->ordinal - job->ordinal % FAMILY_SIZE;
	bool family = in_family(world, job->ordinal);

	if (family && head != job->ordinal) {
		job->parent_id = id_at(world, head);
		return;
	}
	job->parent_id = job->noise & 1 ? job->id : 0;
	if (family) {
		int64_t left = sim_job_count(world, now_ms) - head - 1;

		job->children = left < FAMILY_SIZE - 1 ? left : FAMILY_SIZE - 1;
	}
}

/* A family are backups by one policy. */
static void set_kind(const struct sim_world *world, struct sim_job *job)
{
	bool family = in_family(world, job->ordinal);
	int64_t decider = family ? job->ordinal - job->ordinal % FAMILY_SIZE : job->ordinal;

	job->policy = -1;
	job->client = -1;
	if (!family && !in_burst(world, job->ordinal))
		job->type =
		    sim_kind_pick_type(sim_draw(world->seed, job->ordinal, SIM_STREAM_TYPE));
	if (sim_kind_has_policy(job->type)) {
		job->policy =
		    sim_name_pick_policy(world->policies, world->long_names,
					 sim_draw(world->seed, decider, SIM_STREAM_POLICY));
		job->client =
		    sim_name_pick_client(world->clients, world->long_names,
					 sim_draw(world->seed, job->ordinal, SIM_STREAM_CLIENT));
	}
	job->policy_type = sim_name_policy_type(job->policy);
	job->status = sim_kind_pick_status(sim_draw(world->seed, job->ordinal, SIM_STREAM_STATUS));
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

static enum sim_outcome outcome_of(const struct sim_world *world, const struct sim_job *job)
{
	if (job->type != SIM_TYPE_BACKUP)
		return SIM_OUTCOME_DRAWN;
	for (int i = 0; i < world->outcome_count; i++)
		if (world->outcomes[i].policy == job->policy)
			return world->outcomes[i].outcome;
	return in_burst(world, job->ordinal) ? SIM_OUTCOME_FAILURE : SIM_OUTCOME_DRAWN;
}

/* Where the status is not left to chance. What is drawn as a failure stays what it is. */
static void set_outcome(const struct sim_world *world, struct sim_job *job)
{
	int failures = sim_kind_statuses() - SIM_STATUS_FAILURES;
	enum sim_outcome outcome = outcome_of(world, job);

	if (outcome == SIM_OUTCOME_GOOD)
		job->status = SIM_STATUS_SUCCESS;
	else if (outcome == SIM_OUTCOME_FAILURE && job->status < SIM_STATUS_FAILURES)
		job->status = SIM_STATUS_FAILURES + (int)(job->noise % (uint64_t)failures);
}

struct sim_job sim_job_at(const struct sim_world *world, int64_t ordinal, int64_t now_ms)
{
	struct sim_job job = {
	    .ordinal = ordinal,
	    .id = id_at(world, ordinal),
	    .start_ms = start_ms(world, ordinal),
	    .noise = sim_draw(world->seed, ordinal, SIM_STREAM_NOISE),
	};
	struct stretch older = older_stretch(world);
	struct stretch recent = main_stretch(world);
	int64_t place = ordinal - recent.first;

	set_kind(world, &job);
	set_volume(world, &job);
	set_kinship(world, &job, now_ms);
	if (place == 0 && recent.count)
		make_landmark(world, &job);
	if (in_burst(world, ordinal))
		sim_life_burst(world, &job, burst_end_ms(world), now_ms);
	else if (place >= recent.count)
		sim_life_arrived(world, &job, now_ms);
	else if (is_left_open(world, ordinal))
		sim_life_open(world, &job, now_ms);
	else
		sim_life_settled(world, &job,
				 (place < 0 ? older.to_ms : recent.to_ms) - SIM_SECOND_MS);
	if (place && !is_left_open(world, ordinal) && !in_burst(world, ordinal))
		sim_life_continue(world, &job, now_ms);
	if (place >= 0 && place < recent.count)
		make_odd(world, &job, place);
	set_outcome(world, &job);
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
