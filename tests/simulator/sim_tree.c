/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_tree.h"

#include "sim_draw.h"
#include "sim_kind.h"
#include "sim_name.h"

enum {
	MAX_DURATION_MS = 80 * SIM_MINUTE_MS,
	MAX_GROUP = 3, /* machines, or jobs under one parent */
	SNAPSHOT_FAILS_EVERY = 10,
	FAILS_ALONE_EVERY = 25,
	BACKUP_HOST_EVERY = 3,
	/* The update of a leaf follows its end in less than this, that of its parent in less than
	 * twice as much, but more than once. */
	LAG_MS = 300,
};

static int64_t draw(const struct sim_world *world, const struct sim_tree *tree, int member,
		    enum sim_stream stream, int64_t limit)
{
	return sim_draw_below(world->seed, tree->members[member].ordinal, stream, limit);
}

static int add(struct sim_tree *tree, int parent, int like)
{
	int member = tree->size++;

	tree->members[member].parent = parent;
	tree->members[member].like = like < 0 ? like : member;
	if (parent >= 0) {
		tree->members[parent].children++;
		tree->members[parent].branch = true;
	}
	return member;
}

static bool snapshot_fails(const struct sim_world *world, const struct sim_tree *tree, int member)
{
	return draw(world, tree, member, SIM_STREAM_MACHINE, SNAPSHOT_FAILS_EVERY) == 0;
}

static void grow_machines(const struct sim_world *world, struct sim_tree *tree, int count)
{
	add(tree, -1, -1);
	for (int i = 0; i < count; i++) {
		int snapshot = add(tree, 0, 0);

		tree->members[snapshot].snapshot = true;
		tree->members[snapshot].branch = true;
	}
	for (int i = 1; i <= count; i++)
		if (!snapshot_fails(world, tree, i))
			tree->members[add(tree, i, 0)].like = i;
}

static void grow_database(struct sim_tree *tree, int count)
{
	add(tree, -1, -1);
	add(tree, 0, 0);
	for (int i = 0; i < count; i++)
		tree->members[add(tree, 1, 0)].like = 1;
}

static void grow_streams(struct sim_tree *tree, int count)
{
	add(tree, -1, 0);
	for (int i = 0; i < count; i++)
		tree->members[add(tree, 0, 0)].like = 0;
}

static void grow(const struct sim_world *world, struct sim_tree *tree)
{
	int count = 1 + (int)draw(world, tree, 0, SIM_STREAM_MACHINE, MAX_GROUP);

	switch (sim_kind_shape(sim_name_policy_type(tree->policy))) {
	case SIM_SHAPE_MACHINES:
		grow_machines(world, tree, count);
		break;
	case SIM_SHAPE_DATABASE:
		grow_database(tree, count);
		break;
	default:
		grow_streams(tree, count);
		break;
	}
}

bool sim_tree_find(const struct sim_world *world, int64_t ordinal, struct sim_tree *tree)
{
	struct sim_place place = sim_order_place(world, ordinal);

	if (!sim_order_has_tree(world, place))
		return false;
	*tree = (struct sim_tree){.self = (int)(place.index % SIM_ORDER_BLOCK)};
	place.index -= tree->self;
	for (int i = 0; i < SIM_ORDER_BLOCK; i++, place.index++)
		tree->members[i].ordinal = sim_order_ordinal(world, place);
	tree->head = tree->members[0].ordinal;
	tree->policy = sim_name_pick_policy(world->policies, world->long_names,
					    sim_draw(world->seed, tree->head, SIM_STREAM_POLICY));
	grow(world, tree);
	return tree->self < tree->size;
}

/* Whether it fails on its own account, whatever becomes of those that it starts. */
static bool fails_alone(const struct sim_world *world, const struct sim_tree *tree, int member)
{
	return draw(world, tree, member, SIM_STREAM_MACHINE, FAILS_ALONE_EVERY) == 1;
}

static int failure_of(const struct sim_world *world, const struct sim_tree *tree, int member)
{
	int failures = sim_kind_statuses() - SIM_STATUS_FAILURES;

	return SIM_STATUS_FAILURES + (int)draw(world, tree, member, SIM_STREAM_STATUS, failures);
}

static int status_of_branch(const struct sim_world *world, const struct sim_tree *tree, int member,
			    int best, int worst)
{
	bool partly = worst >= SIM_STATUS_FAILURES && best < SIM_STATUS_FAILURES;

	if (worst < SIM_STATUS_FAILURES && fails_alone(world, tree, member))
		return failure_of(world, tree, member);
	return partly && tree->members[member + 1].snapshot ? SIM_STATUS_PARTIAL : worst;
}

int sim_tree_status(const struct sim_world *world, const struct sim_tree *tree)
{
	int best[SIM_ORDER_BLOCK] = {0}, worst[SIM_ORDER_BLOCK] = {0};
	int status = SIM_STATUS_SUCCESS;

	for (int i = 0; i < tree->size; i++)
		best[i] = sim_kind_statuses();
	for (int i = tree->size - 1; i >= tree->self; i--) {
		const struct sim_member *member = &tree->members[i];
		int parent = member->parent;

		if (member->children)
			status = status_of_branch(world, tree, i, best[i], worst[i]);
		else if (member->snapshot)
			status = SIM_STATUS_SNAPSHOT_FAILED;
		else
			status = sim_kind_pick_status(
			    sim_draw(world->seed, member->ordinal, SIM_STREAM_STATUS));
		if (parent >= 0 && best[parent] > status)
			best[parent] = status;
		if (parent >= 0 && worst[parent] < status)
			worst[parent] = status;
	}
	return status;
}

static int64_t start_of(const struct sim_world *world, const struct sim_tree *tree, int member)
{
	return sim_order_start_ms(world, tree->members[member].ordinal);
}

static int first_child(const struct sim_tree *tree, int member)
{
	int child = member + 1;

	while (tree->members[child].parent != member)
		child++;
	return child;
}

static bool has_arrived(const struct sim_world *world, const struct sim_tree *tree)
{
	return sim_order_place(world, tree->head).span == SIM_SPAN_ARRIVED;
}

/* Half of the instants are whole seconds, as long as they are not before `limit_ms`. */
static int64_t round_ms(const struct sim_world *world, const struct sim_tree *tree, int member,
			int64_t ms, int64_t limit_ms)
{
	int64_t whole_ms = ms - ms % SIM_SECOND_MS;

	if (whole_ms < limit_ms || !draw(world, tree, member, SIM_STREAM_END, 2))
		return ms;
	return whole_ms;
}

/* The end of the root, which no other one exceeds. */
static int64_t last_end(const struct sim_world *world, const struct sim_tree *tree)
{
	int64_t start_ms = start_of(world, tree, tree->size - 1);
	struct sim_place place = sim_order_place(world, tree->head);
	int64_t room_ms, rest_ms;

	if (place.span == SIM_SPAN_ARRIVED) {
		start_ms += SIM_MAX_WAIT_MS + SIM_MIN_RUN_MS;
		rest_ms =
		    draw(world, tree, 0, SIM_STREAM_DURATION, SIM_MAX_RUN_MS - SIM_MIN_RUN_MS);
		return round_ms(world, tree, 0, start_ms + rest_ms, start_ms);
	}
	rest_ms = sim_draw_cube(world->seed, tree->head, SIM_STREAM_DURATION, MAX_DURATION_MS);
	room_ms = sim_order_last_end_ms(world, place.span) - start_ms;
	if (rest_ms > room_ms)
		rest_ms = world->spread_ms ? rest_ms % (room_ms + 1) : room_ms;
	return round_ms(world, tree, 0, start_ms + rest_ms, start_ms);
}

static int64_t wait_of(const struct sim_world *world, const struct sim_tree *tree, int member,
		       int64_t most_ms)
{
	int64_t wait_ms;

	if (!has_arrived(world, tree))
		return draw(world, tree, member, SIM_STREAM_QUEUE, most_ms / 8 + 1);
	wait_ms = SIM_MIN_WAIT_MS +
		  draw(world, tree, member, SIM_STREAM_QUEUE, SIM_MAX_WAIT_MS - SIM_MIN_WAIT_MS);
	return wait_ms < most_ms ? wait_ms : most_ms;
}

static struct sim_times times_of_leaf(const struct sim_world *world, const struct sim_tree *tree,
				      int member)
{
	int64_t start_ms = start_of(world, tree, member);
	int64_t last_ms = last_end(world, tree);
	struct sim_times times;
	int64_t run_ms;

	if (has_arrived(world, tree)) {
		times.active_ms = start_ms + wait_of(world, tree, member, INT64_MAX);
		run_ms = SIM_MIN_RUN_MS + draw(world, tree, member, SIM_STREAM_DURATION,
					       SIM_MAX_RUN_MS - SIM_MIN_RUN_MS);
		if (run_ms > last_ms - times.active_ms)
			run_ms = last_ms - times.active_ms;
		times.end_ms = times.active_ms + run_ms;
	} else {
		run_ms = (last_ms - start_ms) / 4;
		run_ms += draw(world, tree, member, SIM_STREAM_DURATION, 3 * run_ms + 1);
		times.active_ms = start_ms + wait_of(world, tree, member, run_ms);
		times.end_ms = start_ms + run_ms;
	}
	times.end_ms = round_ms(world, tree, member, times.end_ms, times.active_ms);
	times.update_ms = times.end_ms + draw(world, tree, member, SIM_STREAM_UPDATE, LAG_MS);
	return times;
}

/* A parent leaves the queue before it starts others, and ends after them. */
static struct sim_times times_of_branch(const struct sim_world *world, const struct sim_tree *tree,
					int member)
{
	int64_t start_ms = start_of(world, tree, member);
	int64_t next_ms = start_of(world, tree, first_child(tree, member));
	int64_t last_ms = last_end(world, tree);
	int64_t least_ms = 0;
	int height = member ? 1 : 2;
	struct sim_times times = {.active_ms = start_ms, .end_ms = last_ms};

	times.active_ms += wait_of(world, tree, member, next_ms - start_ms);
	for (int i = member + 1; i < tree->size && member; i++) {
		struct sim_times child;

		if (tree->members[i].parent != member)
			continue;
		child = times_of_leaf(world, tree, i);
		if (least_ms < child.end_ms)
			least_ms = child.end_ms;
	}
	if (member) {
		times.end_ms = least_ms + draw(world, tree, member, SIM_STREAM_DURATION,
					       last_ms - least_ms + 1);
		times.end_ms = round_ms(world, tree, member, times.end_ms, least_ms);
	}
	times.update_ms =
	    times.end_ms + height * LAG_MS + draw(world, tree, member, SIM_STREAM_UPDATE, LAG_MS);
	return times;
}

struct sim_times sim_tree_times(const struct sim_world *world, const struct sim_tree *tree)
{
	return tree->members[tree->self].children ? times_of_branch(world, tree, tree->self)
						  : times_of_leaf(world, tree, tree->self);
}

int sim_tree_children(const struct sim_world *world, const struct sim_tree *tree, int64_t now_ms)
{
	int count = tree->members[tree->self].children;

	if (!count || !has_arrived(world, tree))
		return count;
	count = 0;
	for (int i = tree->self + 1; i < tree->size; i++)
		if (tree->members[i].parent == tree->self && start_of(world, tree, i) <= now_ms)
			count++;
	return count;
}

int64_t sim_tree_longest_ms(const struct sim_world *world, int64_t ordinal)
{
	struct sim_place place = sim_order_place(world, ordinal);
	int64_t longest_ms;

	if (!sim_order_has_tree(world, place))
		return 0;
	if (place.span == SIM_SPAN_ARRIVED)
		longest_ms = sim_order_block_ms(world) + SIM_MAX_WAIT_MS + SIM_MAX_RUN_MS;
	else
		longest_ms = SIM_ORDER_BLOCK * SIM_ORDER_GAP_MS +
			     sim_draw_cube(world->seed, sim_order_head(world, place),
					   SIM_STREAM_DURATION, MAX_DURATION_MS);
	return longest_ms + SIM_MAX_UPDATE_LAG_MS;
}
