/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

#define FIRST_PLACES 32 /* a power of two */

/* All subjects of a kind. They are gone through several times at each refresh. */
struct subject_set {
	/* Found by the hash of their names: at the first free place from there on. Never full. */
	struct tally_subject **places;
	size_t room, count;
	struct tally_subject **listed; /* the same in their order, when it has as many */
	size_t listed_count;
};

struct tally {
	/* Trees of tsearch(3). */
	void *cells;
	void *queues;
	struct subject_set subjects[TALLY_KINDS];
	struct tally_jobs jobs;
	struct pool *pool;
	struct arena *arena; /* has the subjects */
};

struct tally *tally_new(struct pool *pool)
{
	struct tally *tally = mem_zalloc(1, sizeof *tally);

	tally->pool = pool ? pool_hold(pool) : pool_new();
	tally->arena = arena_new(0);
	return tally;
}

struct pool *tally_pool(const struct tally *tally)
{
	return tally->pool;
}

static int compare_cells(const void *a, const void *b)
{
	const struct tally_cell *left = a, *right = b;
	int order = (left->status > right->status) - (left->status < right->status);

	if (order == 0)
		order = strcmp(left->job_type, right->job_type);
	if (order == 0)
		order = strcmp(left->policy_type, right->policy_type);
	return order;
}

static int compare_queues(const void *a, const void *b)
{
	const struct tally_queue *left = a, *right = b;

	return (left->reason > right->reason) - (left->reason < right->reason);
}

/* What TREE has that is equal to KEY, or NULL. */
static void *find(void *const *tree, const void *key, int (*compare)(const void *, const void *))
{
	void **found = tfind(key, tree, compare);

	return found ? *found : NULL;
}

struct tally_cell *tally_find_cell(const struct tally *tally, const char *job_type,
				   const char *policy_type, uint32_t status)
{
	struct tally_cell key = {
	    .job_type = job_type, .policy_type = policy_type, .status = status};

	return find(&tally->cells, &key, compare_cells);
}

/* The place of a subject, or where it belongs. Both names are in the pool, so each is there once.
 */
static struct tally_subject **place_of(const struct subject_set *set, const char *name,
				       const char *policy_type)
{
	size_t at = pool_hash(name) ^ pool_hash(policy_type);

	for (at &= set->room - 1; set->places[at]; at = (at + 1) & (set->room - 1))
		if (set->places[at]->name == name && set->places[at]->policy_type == policy_type)
			break;
	return &set->places[at];
}

static void grow(struct subject_set *set)
{
	struct tally_subject **old = set->places;
	size_t room = set->room;

	set->room = room ? room * 2 : FIRST_PLACES;
	set->places = mem_zalloc(set->room, sizeof(struct tally_subject *));
	for (size_t i = 0; i < room; i++)
		if (old[i])
			*place_of(set, old[i]->name, old[i]->policy_type) = old[i];
	free(old);
}

struct tally_subject *tally_find_subject(const struct tally *tally, enum tally_kind kind,
					 const char *name, const char *policy_type)
{
	const struct subject_set *set = &tally->subjects[kind];
	const char *pooled = pool_find(tally->pool, name);
	const char *pooled_type = pool_find(tally->pool, policy_type);

	return set->room && pooled && pooled_type ? *place_of(set, pooled, pooled_type) : NULL;
}

struct tally_queue *tally_find_queue(const struct tally *tally, uint32_t reason)
{
	struct tally_queue key = {.reason = reason};

	return find(&tally->queues, &key, compare_queues);
}

struct tally_cell *tally_cell(struct tally *tally, const char *job_type, const char *policy_type,
			      uint32_t status)
{
	struct tally_cell *cell = tally_find_cell(tally, job_type, policy_type, status);

	if (cell)
		return cell;
	cell = mem_zalloc(1, sizeof *cell);
	cell->job_type = pool_text(tally->pool, job_type);
	cell->policy_type = pool_text(tally->pool, policy_type);
	cell->status = status;
	cell->workload =
	    tally_workload(tally_subject(tally, TALLY_WORKLOAD, job_type, policy_type));
	mem_checked(tsearch(cell, &tally->cells, compare_cells));
	return cell;
}

struct tally_subject *tally_subject(struct tally *tally, enum tally_kind kind, const char *name,
				    const char *policy_type)
{
	size_t size =
	    kind == TALLY_WORKLOAD ? sizeof(struct tally_workload) : sizeof(struct tally_subject);
	struct subject_set *set = &tally->subjects[kind];
	struct tally_subject **place, *subject;

	name = pool_text(tally->pool, name);
	policy_type = pool_text(tally->pool, policy_type);
	if (set->count >= set->room - set->room / 4)
		grow(set);
	place = place_of(set, name, policy_type);
	subject = *place;
	if (subject)
		return subject;
	subject = memset(arena_alloc(tally->arena, size), 0, size);
	subject->kind = kind;
	subject->name = name;
	subject->policy_type = policy_type;
	*place = subject;
	set->count++;
	return subject;
}

struct tally_queue *tally_queue(struct tally *tally, uint32_t reason)
{
	struct tally_queue *queue = tally_find_queue(tally, reason);

	if (queue)
		return queue;
	queue = mem_zalloc(1, sizeof *queue);
	queue->reason = reason;
	mem_checked(tsearch(queue, &tally->queues, compare_queues));
	return queue;
}

struct tally_workload *tally_workload(struct tally_subject *subject)
{
	_Static_assert(offsetof(struct tally_workload, subject) == 0, "it comes first");
	return (struct tally_workload *)(void *)subject;
}

bool tally_is_among(const char *job_type, const char *types)
{
	size_t length = strlen(job_type);

	for (const char *word = types ? types : ""; *word; word += strspn(word, " ")) {
		size_t size = strcspn(word, " ");

		if (size == length && memcmp(word, job_type, size) == 0)
			return true;
		word += size;
	}
	return false;
}

struct tally_jobs *tally_jobs(struct tally *tally)
{
	return &tally->jobs;
}

/* Hands the visitor through twalk_r(3). */
struct visit {
	void (*cell)(struct tally_cell *cell, void *arg);
	void (*queue)(struct tally_queue *queue, void *arg);
	void *arg;
};

static void visit_node(const void *node, VISIT order, void *arg)
{
	const struct visit *visit = arg;

	if (order != postorder && order != leaf)
		return;
	if (visit->cell)
		visit->cell(*(struct tally_cell *const *)node, visit->arg);
	if (visit->queue)
		visit->queue(*(struct tally_queue *const *)node, visit->arg);
}

void tally_each(const struct tally *tally, void (*visit)(struct tally_cell *cell, void *arg),
		void *arg)
{
	twalk_r(tally->cells, visit_node, &(struct visit){.cell = visit, .arg = arg});
}

static int compare_subjects(const struct tally_subject *left, const struct tally_subject *right)
{
	int order = strcmp(left->name, right->name);

	return order ? order : strcmp(left->policy_type, right->policy_type);
}

static int compare_places(const void *a, const void *b)
{
	const struct tally_subject *left = *(struct tally_subject *const *)a;
	const struct tally_subject *right = *(struct tally_subject *const *)b;
	size_t left_length = strlen(left->name), right_length = strlen(right->name);

	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	return compare_subjects(left, right);
}

/* Lists all subjects in the order of their rows. */
static void list(struct subject_set *set)
{
	set->listed = mem_resize(set->listed, set->count, sizeof(struct tally_subject *));
	set->listed_count = 0;
	for (size_t i = 0; i < set->room; i++)
		if (set->places[i])
			set->listed[set->listed_count++] = set->places[i];
	qsort(set->listed, set->listed_count, sizeof *set->listed, compare_places);
}

void tally_each_subject(struct tally *tally, enum tally_kind kind,
			void (*visit)(struct tally_subject *subject, void *arg), void *arg)
{
	struct subject_set *set = &tally->subjects[kind];

	if (set->listed_count < set->count)
		list(set);
	for (size_t i = 0; i < set->listed_count; i++)
		visit(set->listed[i], arg);
}

void tally_each_queue(const struct tally *tally,
		      void (*visit)(struct tally_queue *queue, void *arg), void *arg)
{
	twalk_r(tally->queues, visit_node, &(struct visit){.queue = visit, .arg = arg});
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	tdestroy(tally->cells, free);
	tdestroy(tally->queues, free);
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		free(tally->subjects[kind].places);
		free(tally->subjects[kind].listed);
	}
	arena_free(tally->arena);
	pool_release(tally->pool);
	free(tally);
}
