/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* All subjects of a kind. They are gone through several times at each refresh. */
struct subject_set {
	void *tree; /* of tsearch(3) */
	size_t count;
	struct tally_subject **listed; /* the same in their order, when it has as many */
	size_t listed_count;
};

struct tally {
	/* Trees of tsearch(3). */
	void *cells;
	void *queues;
	struct subject_set subjects[TALLY_KINDS];
	struct tally_jobs jobs;
};

struct tally *tally_new(void)
{
	return mem_zalloc(1, sizeof(struct tally));
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

static int compare_subjects(const void *a, const void *b)
{
	const struct tally_subject *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : strcmp(left->policy_type, right->policy_type);
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

struct tally_subject *tally_find_subject(const struct tally *tally, enum tally_kind kind,
					 const char *name, const char *policy_type)
{
	struct tally_subject key = {.name = name, .policy_type = policy_type};

	return find(&tally->subjects[kind].tree, &key, compare_subjects);
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
	cell->job_type = mem_strdup(job_type);
	cell->policy_type = mem_strdup(policy_type);
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
	struct tally_subject *subject = tally_find_subject(tally, kind, name, policy_type);

	if (subject)
		return subject;
	subject = mem_zalloc(1, size);
	subject->kind = kind;
	subject->name = mem_strdup(name);
	subject->policy_type = mem_strdup(policy_type);
	mem_checked(tsearch(subject, &tally->subjects[kind].tree, compare_subjects));
	tally->subjects[kind].count++;
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

static void list_subject(const void *node, VISIT order, void *arg)
{
	struct subject_set *set = arg;

	if (order == postorder || order == leaf)
		set->listed[set->listed_count++] = *(struct tally_subject *const *)node;
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

void tally_each_subject(struct tally *tally, enum tally_kind kind,
			void (*visit)(struct tally_subject *subject, void *arg), void *arg)
{
	struct subject_set *set = &tally->subjects[kind];

	if (set->listed_count < set->count) {
		set->listed = mem_resize(set->listed, set->count, sizeof(struct tally_subject *));
		set->listed_count = 0;
		twalk_r(set->tree, list_subject, set);
		qsort(set->listed, set->listed_count, sizeof *set->listed, compare_places);
	}
	for (size_t i = 0; i < set->listed_count; i++)
		visit(set->listed[i], arg);
}

void tally_each_queue(const struct tally *tally,
		      void (*visit)(struct tally_queue *queue, void *arg), void *arg)
{
	twalk_r(tally->queues, visit_node, &(struct visit){.queue = visit, .arg = arg});
}

static void free_cell(void *node)
{
	struct tally_cell *cell = node;

	free((char *)cell->job_type);
	free((char *)cell->policy_type);
	free(cell);
}

static void free_subject(void *node)
{
	struct tally_subject *subject = node;

	free((char *)subject->name);
	free((char *)subject->policy_type);
	free(subject);
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	tdestroy(tally->cells, free_cell);
	tdestroy(tally->queues, free);
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		tdestroy(tally->subjects[kind].tree, free_subject);
		free(tally->subjects[kind].listed);
	}
	free(tally);
}
