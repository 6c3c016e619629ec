/* SPDX-License-Identifier: BSD-2-Clause */
#include "../harness.h"

#include <string.h>

#include <CUnit/CUnit.h>

#include "sim_job.h"
#include "sim_kind.h"
#include "sim_name.h"
#include "sim_order.h"

extern const struct harness_suite sim_tree_suite;

/* 2026-07-01T10:00:00Z */
static const int64_t noon_ms = 1782900000000;

static const struct sim_world calm_world = {
    .seed = 7,
    .jobs = 3000,
    .rate = 60,
    .start_ms = 1782900000000,
};

/* What of each kind there has been. */
struct seen {
	int jobs, members, parents, roots_with_children, third_level;
	int failed_snapshots, partial_roots, failed_alone;
	int lone_snapshots, database_backups;
};

static bool is_root(const struct sim_job *job)
{
	return job->parent_id == 0 || job->parent_id == job->id;
}

static struct sim_job parent_of(const struct sim_world *world, const struct sim_job *job,
				int64_t now_ms)
{
	struct sim_job parent =
	    sim_job_at(world, sim_order_first_id(world, job->parent_id), now_ms);

	CU_ASSERT_EQUAL(parent.id, job->parent_id);
	return parent;
}

/* A child beside its parent, whatever has happened to both. */
static void check_place(const struct sim_job *parent, const struct sim_job *child)
{
	CU_ASSERT(parent->id < child->id && parent->start_ms <= child->start_ms);
	CU_ASSERT(parent->children > 0 && parent->branch);
	CU_ASSERT_EQUAL(parent->root_id, child->root_id);
	CU_ASSERT_EQUAL(parent->policy, child->policy);
	CU_ASSERT_EQUAL(is_root(parent), child->parent_id == child->root_id);
	CU_ASSERT(child->client != SIM_NAME_PRIMARY && child->client != SIM_NAME_BACKUP_HOST);
	CU_ASSERT(parent->active_ms <= child->start_ms || parent->tries);
}

/* The same where nothing happens after the first end. */
static void check_ends(const struct sim_job *parent, const struct sim_job *child)
{
	if (parent->state == SIM_DONE) {
		CU_ASSERT_EQUAL(child->state, SIM_DONE);
		CU_ASSERT(parent->end_ms >= child->end_ms);
		CU_ASSERT(parent->update_ms > child->update_ms);
	}
	CU_ASSERT_NOT_EQUAL(parent->state, SIM_QUEUED);
}

/* The children of a job, by their states. */
struct brood {
	int count, done, failed, worst;
	bool machines;
};

static struct brood brood_of(const struct sim_world *world, const struct sim_job *job,
			     int64_t now_ms)
{
	struct brood brood = {0};
	int64_t end = sim_order_count(world, now_ms);

	if (end > job->ordinal + 600)
		end = job->ordinal + 600;
	for (int64_t i = job->ordinal + 1; i < end; i++) {
		struct sim_job child = sim_job_at(world, i, now_ms);

		if (child.parent_id != job->id)
			continue;
		brood.count++;
		brood.done += child.state == SIM_DONE;
		brood.failed += child.status >= SIM_STATUS_FAILURES;
		brood.machines |= child.type == SIM_TYPE_SNAPSHOT;
		if (brood.worst < child.status)
			brood.worst = child.status;
	}
	return brood;
}

/* The status of a parent that has ended follows from those of its children. */
static void check_status(const struct sim_job *job, const struct brood *brood, struct seen *seen)
{
	bool failed = job->status >= SIM_STATUS_FAILURES;

	if (failed && brood->failed == 0) {
		seen->failed_alone++;
	} else if (brood->machines && brood->failed && brood->failed < brood->count) {
		CU_ASSERT_EQUAL(job->status, SIM_STATUS_PARTIAL);
		seen->partial_roots++;
	} else {
		CU_ASSERT_EQUAL(job->status, brood->worst);
	}
}

static void see(const struct sim_world *world, const struct sim_job *job, int64_t now_ms,
		struct seen *seen)
{
	struct brood brood = brood_of(world, job, now_ms);

	CU_ASSERT_EQUAL(brood.count, job->children);
	CU_ASSERT(!job->children || job->branch);
	seen->jobs++;
	seen->members += !is_root(job) || job->branch;
	seen->parents += job->children > 0;
	seen->roots_with_children += is_root(job) && job->children;
	seen->third_level += !is_root(job) && job->parent_id != job->root_id;
	seen->lone_snapshots += is_root(job) && job->type == SIM_TYPE_SNAPSHOT;
	seen->database_backups +=
	    strcmp(sim_kind_type_name(job->type), "DBBACKUP") == 0 && is_root(job);
	if (job->branch && !job->children && job->state == SIM_DONE) {
		CU_ASSERT_EQUAL(sim_kind_status_code(job->status), 156);
		seen->failed_snapshots++;
	}
	if (job->children && job->state == SIM_DONE)
		check_status(job, &brood, seen);
}

static void test_shapes(void)
{
	int64_t now = noon_ms + SIM_HOUR_MS;
	int64_t count = sim_order_count(&calm_world, now);
	struct seen seen = {0};

	for (int64_t i = 0; i < count; i++) {
		struct sim_job job = sim_job_at(&calm_world, i, now);

		see(&calm_world, &job, now, &seen);
		if (!is_root(&job)) {
			struct sim_job parent = parent_of(&calm_world, &job, now);

			check_place(&parent, &job);
			check_ends(&parent, &job);
		} else {
			CU_ASSERT_EQUAL(job.root_id, job.id);
		}
	}
	CU_ASSERT(seen.members > seen.jobs / 4 && seen.members < seen.jobs * 2 / 5);
	CU_ASSERT(seen.parents > seen.roots_with_children + 100);
	CU_ASSERT(seen.third_level > 200);
	CU_ASSERT(seen.failed_snapshots > 20);
	CU_ASSERT(seen.partial_roots > 20);
	CU_ASSERT(seen.failed_alone > 20);
	CU_ASSERT(seen.lone_snapshots > 50);
	CU_ASSERT(seen.database_backups > 20);
}

/* Parents become so while they run, and no job goes on under one that has ended. */
static void test_growth(void)
{
	int64_t first = sim_order_count(&calm_world, noon_ms);
	int grown = 0, childless_first = 0;

	for (int64_t i = first; i < first + 700; i++) {
		int64_t start_ms = sim_order_start_ms(&calm_world, i);
		struct sim_job old = sim_job_at(&calm_world, i, start_ms);

		CU_ASSERT_EQUAL(old.children, 0);
		childless_first += old.branch;
		for (int64_t now = start_ms; now < start_ms + 8 * SIM_MINUTE_MS; now += 1000) {
			struct sim_job job = sim_job_at(&calm_world, i, now);
			struct brood brood = brood_of(&calm_world, &job, now);

			CU_ASSERT(job.children >= old.children);
			CU_ASSERT_EQUAL(job.children, brood.count);
			CU_ASSERT(job.state != SIM_DONE || brood.done == brood.count);
			grown += job.children > old.children && job.state == SIM_ACTIVE;
			old = job;
		}
		CU_ASSERT_EQUAL(old.state, SIM_DONE);
	}
	CU_ASSERT(childless_first > 50);
	CU_ASSERT(grown > 100);
}

/* Restarts, late changes and deletions leave a job in its place. */
static void test_churn(void)
{
	struct sim_world world = calm_world;
	int64_t now = noon_ms + SIM_HOUR_MS;
	int64_t count = sim_order_count(&world, now);
	int restarted = 0, deleted = 0;

	world.churn = true;
	for (int64_t i = 0; i < count; i++) {
		struct sim_job calm = sim_job_at(&calm_world, i, now);
		struct sim_job job = sim_job_at(&world, i, now);

		CU_ASSERT_EQUAL(job.parent_id, calm.parent_id);
		CU_ASSERT_EQUAL(job.root_id, calm.root_id);
		CU_ASSERT_EQUAL(job.children, calm.children);
		if (!job.branch && is_root(&job))
			continue;
		restarted += job.tries > 1;
		deleted += job.deleted;
		if (!is_root(&job)) {
			struct sim_job parent = parent_of(&world, &job, now);

			check_place(&parent, &job);
		}
	}
	CU_ASSERT(restarted > 30);
	CU_ASSERT(deleted > 30);
}

/* However many jobs never end: their number is as it was asked for, and none of their parents has
 * ended. */
static void test_open(void)
{
	struct sim_world world = {.seed = 3, .jobs = 2000, .start_ms = noon_ms};
	int under_way = 0;

	for (world.done_per_open = 1; world.done_per_open < 100; world.done_per_open += 7) {
		int64_t count = sim_order_count(&world, noon_ms);
		int64_t open = 0;

		for (int64_t i = 0; i < count; i++) {
			struct sim_job job = sim_job_at(&world, i, noon_ms);

			open += job.state != SIM_DONE;
			if (!is_root(&job)) {
				struct sim_job parent = parent_of(&world, &job, noon_ms);

				check_place(&parent, &job);
				check_ends(&parent, &job);
				under_way += job.state != SIM_DONE;
			}
		}
		CU_ASSERT_EQUAL(open, 2000 / world.done_per_open);
	}
	CU_ASSERT(under_way > 100);
}

/* Where jobs arrive too rarely, there is none. */
static void test_rare_arrivals(void)
{
	struct sim_world world = {.seed = 3, .jobs = 10, .rate = 0.2, .start_ms = noon_ms};
	int64_t now = noon_ms + 40 * (int64_t)SIM_HOUR_MS;
	int64_t count = sim_order_count(&world, now);

	for (int64_t i = sim_order_count(&world, noon_ms); i < count; i++) {
		struct sim_job job = sim_job_at(&world, i, now);

		CU_ASSERT(is_root(&job) && !job.branch);
		if (job.state == SIM_DONE && job.update_ms - job.start_ms > SIM_MAX_DURATION_MS)
			CU_FAIL("a job takes too long");
	}
	CU_ASSERT(count > 100);
}

static const struct harness_test tests[] = {
    {"shapes and statuses", test_shapes},
    {"parents become so", test_growth},
    {"with churn", test_churn},
    {"jobs that never end", test_open},
    {"rare arrivals", test_rare_arrivals},
    {NULL, NULL},
};

const struct harness_suite sim_tree_suite = {"simulator: trees", tests};
