/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_order.h"

#include <math.h>

#include "sim_draw.h"

enum {
	DONE_PER_OPEN = 50,
	OLDER_PART = 20,
	LATEST_START_MS = 5 * SIM_SECOND_MS,
	TREE_EVERY = 2,
	MAX_BLOCK_MS = 28 * SIM_MINUTE_MS,
};

static int64_t older_count(const struct sim_world *world)
{
	return world->jobs / OLDER_PART;
}

/* In the main span, one job is left open after each so many that ended. */
static int64_t done_per_open(const struct sim_world *world)
{
	return world->done_per_open ? world->done_per_open : DONE_PER_OPEN;
}

static int64_t main_count(const struct sim_world *world)
{
	return world->jobs + world->jobs / done_per_open(world);
}

int64_t sim_order_settled(const struct sim_world *world)
{
	return older_count(world) + main_count(world);
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
int64_t sim_order_burst_end_ms(const struct sim_world *world)
{
	int64_t end_ms = world->start_ms + world->burst_s * SIM_SECOND_MS + SIM_SECOND_MS - 1;

	return end_ms - end_ms % SIM_SECOND_MS;
}

static int64_t burst_start_ms(const struct sim_world *world)
{
	int64_t begin_ms = sim_order_burst_end_ms(world) - SIM_BURST_RUN_MS;

	return begin_ms > world->start_ms ? begin_ms : world->start_ms;
}

/* How many jobs arrive before the burst. */
static int64_t before_burst(const struct sim_world *world)
{
	return world->burst ? arrived_count(world, burst_start_ms(world)) : 0;
}

int64_t sim_order_count(const struct sim_world *world, int64_t now_ms)
{
	int64_t count = sim_order_settled(world) + arrived_count(world, now_ms);

	if (world->burst && now_ms >= burst_start_ms(world))
		count += world->burst;
	return count;
}

struct sim_place sim_order_place(const struct sim_world *world, int64_t ordinal)
{
	int64_t first = older_count(world);
	int64_t early;

	if (ordinal < first)
		return (struct sim_place){SIM_SPAN_OLDER, ordinal};
	ordinal -= first;
	if (ordinal < main_count(world))
		return (struct sim_place){SIM_SPAN_MAIN, ordinal};
	ordinal -= main_count(world);
	early = before_burst(world);
	if (!world->burst || ordinal < early)
		return (struct sim_place){SIM_SPAN_ARRIVED, ordinal};
	if (ordinal < early + world->burst)
		return (struct sim_place){SIM_SPAN_BURST, ordinal - early};
	return (struct sim_place){SIM_SPAN_ARRIVED, ordinal - world->burst};
}

int64_t sim_order_ordinal(const struct sim_world *world, struct sim_place place)
{
	int64_t first = sim_order_settled(world);

	switch (place.span) {
	case SIM_SPAN_OLDER:
		return place.index;
	case SIM_SPAN_MAIN:
		return older_count(world) + place.index;
	case SIM_SPAN_BURST:
		return first + before_burst(world) + place.index;
	default:
		if (world->burst && place.index >= before_burst(world))
			first += world->burst;
		return first + place.index;
	}
}

/* A stretch of time over which `count` jobs start, one in each of as many equal slots. */
struct stretch {
	int64_t count;
	int64_t from_ms;
	int64_t to_ms; /* all have ended a second before */
};

static struct stretch stretch_of(const struct sim_world *world, enum sim_span span)
{
	int64_t spread_ms = world->spread_ms ? world->spread_ms : 23 * (int64_t)SIM_HOUR_MS;

	if (span == SIM_SPAN_OLDER)
		return (struct stretch){
		    .count = older_count(world),
		    .from_ms = world->start_ms - 48 * (int64_t)SIM_HOUR_MS,
		    .to_ms = world->start_ms - 25 * (int64_t)SIM_HOUR_MS,
		};
	return (struct stretch){
	    .count = main_count(world),
	    .from_ms = world->start_ms - spread_ms + 5 * SIM_MINUTE_MS,
	    .to_ms = world->start_ms,
	};
}

int64_t sim_order_last_end_ms(const struct sim_world *world, enum sim_span span)
{
	return stretch_of(world, span).to_ms - SIM_SECOND_MS;
}

/* When a job starts in the slot that is its own. */
static int64_t slot_start_ms(const struct sim_world *world, const struct stretch *stretch,
			     struct sim_place place)
{
	int64_t span = stretch->to_ms - LATEST_START_MS - stretch->from_ms;
	int64_t from = span * place.index / stretch->count;
	int64_t width = span * (place.index + 1) / stretch->count - from;

	if (width > 1)
		from += sim_draw_below(world->seed, sim_order_ordinal(world, place),
				       SIM_STREAM_START, width);
	return stretch->from_ms + from;
}

static struct sim_place head_of(struct sim_place place)
{
	place.index -= place.index % SIM_ORDER_BLOCK;
	return place;
}

int64_t sim_order_head(const struct sim_world *world, struct sim_place place)
{
	return sim_order_ordinal(world, head_of(place));
}

int64_t sim_order_block_ms(const struct sim_world *world)
{
	return (int64_t)ceil(SIM_ORDER_BLOCK * (double)SIM_MINUTE_MS / world->rate);
}

/* Where jobs arrive too rarely, a tree would take too long. The first main job is not part of a
 * tree, as tests know what it is like. */
static bool has_room(const struct sim_world *world, struct sim_place head)
{
	switch (head.span) {
	case SIM_SPAN_OLDER:
		return head.index + SIM_ORDER_BLOCK <= older_count(world);
	case SIM_SPAN_MAIN:
		return head.index && head.index + SIM_ORDER_BLOCK <= main_count(world);
	case SIM_SPAN_ARRIVED:
		return sim_order_block_ms(world) <= MAX_BLOCK_MS;
	default:
		return false;
	}
}

bool sim_order_has_tree(const struct sim_world *world, struct sim_place place)
{
	struct sim_place head = head_of(place);

	return has_room(world, head) && sim_draw_below(world->seed, sim_order_ordinal(world, head),
						       SIM_STREAM_FAMILY, TREE_EVERY) == 0;
}

/* Jobs of a tree start sooner than their slots say, but in the same order. */
static int64_t settled_start_ms(const struct sim_world *world, struct sim_place place)
{
	struct stretch stretch = stretch_of(world, place.span);
	int64_t start_ms = slot_start_ms(world, &stretch, place);
	int64_t behind = place.index % SIM_ORDER_BLOCK;
	int64_t soon_ms;

	if (!behind || !sim_order_has_tree(world, place))
		return start_ms;
	soon_ms = slot_start_ms(world, &stretch, head_of(place)) + behind * SIM_ORDER_GAP_MS;
	return soon_ms < start_ms ? soon_ms : start_ms;
}

int64_t sim_order_start_ms(const struct sim_world *world, int64_t ordinal)
{
	struct sim_place place = sim_order_place(world, ordinal);

	switch (place.span) {
	case SIM_SPAN_ARRIVED:
		return arrival_ms(world, place.index);
	case SIM_SPAN_BURST:
		return burst_start_ms(world);
	default:
		return settled_start_ms(world, place);
	}
}

static struct sim_ids ids_of(const struct sim_world *world)
{
	struct sim_ids ids = world->ids;

	ids.seed = world->seed;
	ids.settled = sim_order_settled(world);
	return ids;
}

int64_t sim_order_id(const struct sim_world *world, int64_t ordinal)
{
	struct sim_ids ids = ids_of(world);

	return sim_ids_at(&ids, ordinal);
}

int64_t sim_order_first_id(const struct sim_world *world, int64_t id)
{
	struct sim_ids ids = ids_of(world);

	return sim_ids_find(&ids, id);
}

int64_t sim_order_first_start(const struct sim_world *world, int64_t count, int64_t wanted_ms)
{
	int64_t low = 0;
	int64_t high = count;

	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		if (sim_order_start_ms(world, middle) < wanted_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool sim_order_is_open(const struct sim_world *world, int64_t ordinal)
{
	int64_t run = done_per_open(world) + 1;
	struct sim_place place = {SIM_SPAN_MAIN, ordinal - older_count(world)};
	int64_t behind, open;
	bool is_last;

	if (place.index < 0 || place.index >= main_count(world))
		return false;
	/* Each last of a run is open, wherever it stands; a block has as many open ones. */
	behind = place.index % SIM_ORDER_BLOCK;
	open = (place.index - behind) % run;
	is_last = (open + behind) % run == run - 1;
	open = (open + SIM_ORDER_BLOCK) / run;
	if (!is_last && behind >= open)
		return false;
	return sim_order_has_tree(world, place) ? behind < open : is_last;
}
