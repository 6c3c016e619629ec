/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* From here on it is cheaper to make the histories anew. */
#define SEEN_MAX 200000

/* An end of which a history has not been told yet. */
struct seen {
	struct tally_subject *subject;
	struct completion end;
};

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
	uint64_t jobs;
	uint64_t unfinished;
	bool oldest_left; /* an unfinished job that may have been the oldest */
	struct seen *seen;
	size_t seen_count, seen_room;
	struct tally_subject **stale; /* histories that must be made anew */
	size_t stale_count, stale_room;
	bool distrusted; /* all must */
	bool replaying;	 /* all are */
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

static struct tally_cell *find_cell(const struct tally *tally, const char *job_type,
				    const char *policy_type, uint32_t status)
{
	struct tally_cell key = {
	    .job_type = job_type, .policy_type = policy_type, .status = status};
	struct tally_cell **found = tfind(&key, &tally->cells, compare_cells);

	return found ? *found : NULL;
}

struct tally_cell *tally_cell(struct tally *tally, const char *job_type, const char *policy_type,
			      uint32_t status)
{
	struct tally_cell *cell = find_cell(tally, job_type, policy_type, status);

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

static struct tally_subject *find_subject(const struct tally *tally, enum tally_kind kind,
					  const char *name, const char *policy_type)
{
	struct tally_subject key = {.name = name, .policy_type = policy_type};
	struct tally_subject **found = tfind(&key, &tally->subjects[kind].tree, compare_subjects);

	return found ? *found : NULL;
}

struct tally_subject *tally_subject(struct tally *tally, enum tally_kind kind, const char *name,
				    const char *policy_type)
{
	size_t size =
	    kind == TALLY_WORKLOAD ? sizeof(struct tally_workload) : sizeof(struct tally_subject);
	struct tally_subject *subject = find_subject(tally, kind, name, policy_type);

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

struct tally_workload *tally_workload(struct tally_subject *subject)
{
	_Static_assert(offsetof(struct tally_workload, subject) == 0, "it comes first");
	return (struct tally_workload *)(void *)subject;
}

struct tally_queue *tally_queue(struct tally *tally, uint32_t reason)
{
	struct tally_queue key = {.reason = reason}, *queue;
	struct tally_queue **found = tfind(&key, &tally->queues, compare_queues);

	if (found)
		return *found;
	queue = mem_zalloc(1, sizeof *queue);
	queue->reason = reason;
	mem_checked(tsearch(queue, &tally->queues, compare_queues));
	return queue;
}

bool tally_is_backup(const struct tally_cell *cell)
{
	return strcmp(cell->job_type, "BACKUP") == 0;
}

static struct tally_subject *resolve_subject(struct tally *tally, enum tally_kind kind,
					     const struct tally_cell *cell, const char *name)
{
	return tally_is_backup(cell) && *name ? tally_subject(tally, kind, name, "") : NULL;
}

struct tally_job tally_resolve(struct tally *tally, const struct job *job)
{
	uint32_t status = job->state == JOB_DONE ? job->status : 0;
	struct tally_cell *cell = tally_cell(tally, job->type, job->policy_type, status);

	return (struct tally_job){
	    .id = job->id,
	    .state = job->state,
	    .started = job->started,
	    .ended = job->ended,
	    .bytes = job->bytes,
	    .files = job->files,
	    .dedup = job->dedup,
	    .queue_reason = job->queue_reason,
	    .cell = cell,
	    .policy = resolve_subject(tally, TALLY_POLICY, cell, job->policy),
	    .client = resolve_subject(tally, TALLY_CLIENT, cell, job->client),
	};
}

uint32_t tally_duration(const struct tally_job *job)
{
	int64_t seconds = job->started ? (job->ended - job->started) / 1000 : 0;

	if (seconds < 0)
		return 0;
	return seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

/* What JOB counts in beside its cell; NULL behind the last. */
struct subjects {
	struct tally_subject *of[TALLY_KINDS + 1];
};

static struct subjects subjects_of(const struct tally_job *job)
{
	struct subjects subjects = {{&job->cell->workload->subject}};
	size_t count = 1;

	if (job->policy)
		subjects.of[count++] = job->policy;
	if (job->client)
		subjects.of[count++] = job->client;
	return subjects;
}

static uint64_t *outcome_of(struct tally_subject *subject, uint32_t status)
{
	if (status == 0)
		return &subject->succeeded;
	return history_is_success(status) ? &subject->partial : &subject->failed;
}

static void add_finished(struct tally *tally, const struct tally_job *job)
{
	struct tally_cell *cell = job->cell;
	struct tally_workload *workload = cell->workload;
	struct subjects subjects = subjects_of(job);
	uint32_t duration = tally_duration(job);

	tally->jobs++;
	cell->changed |= cell->count == 0;
	cell->count++;
	cell->bytes += job->bytes;
	cell->files += job->files;
	cell->duration_sum += duration;
	/* Who is up to one that has left takes its place. */
	if (duration >= cell->duration_max) {
		cell->duration_max = duration;
		cell->longest_left = false;
	}
	if (job->ended >= cell->last_end) {
		cell->last_end = job->ended;
		cell->last_left = false;
	}
	workload->dedup_sum += job->bytes / 1024 * job->dedup;
	workload->dedup_weight += job->bytes / 1024;
	for (size_t i = 0; subjects.of[i]; i++) {
		++*outcome_of(subjects.of[i], cell->status);
		subjects.of[i]->bytes += job->bytes;
	}
}

static void remove_finished(struct tally *tally, const struct tally_job *job)
{
	struct tally_cell *cell = job->cell;
	struct tally_workload *workload = cell->workload;
	struct subjects subjects = subjects_of(job);
	uint32_t duration = tally_duration(job);

	tally->jobs--;
	cell->count--;
	cell->changed |= cell->count == 0;
	cell->bytes -= job->bytes;
	cell->files -= job->files;
	cell->duration_sum -= duration;
	cell->longest_left |= duration == cell->duration_max;
	cell->last_left |= job->ended == cell->last_end;
	workload->dedup_sum -= job->bytes / 1024 * job->dedup;
	workload->dedup_weight -= job->bytes / 1024;
	for (size_t i = 0; subjects.of[i]; i++) {
		--*outcome_of(subjects.of[i], cell->status);
		subjects.of[i]->bytes -= job->bytes;
	}
}

/* MORE is 1 for an unfinished job that comes, -1 for one that goes; unsigned arithmetic allows it.
 */
static void count_unfinished(struct tally *tally, const struct tally_job *job, uint64_t more)
{
	struct subjects subjects = subjects_of(job);
	struct tally_queue *queue;

	tally->unfinished += more;
	job->cell->workload->jobs[job->state] += more;
	for (size_t i = 0; subjects.of[i]; i++)
		subjects.of[i]->unfinished += more;
	if (job->state != JOB_QUEUED)
		return;
	queue = tally_queue(tally, job->queue_reason);
	queue->changed |= queue->jobs == 0;
	queue->jobs += more;
	queue->changed |= queue->jobs == 0;
}

void tally_note_unfinished(struct tally *tally, const struct tally_job *job)
{
	int64_t *oldest = &job->cell->workload->oldest[job->state];

	(void)tally;
	if (job->started && (*oldest == 0 || job->started < *oldest))
		*oldest = job->started;
}

void tally_add(struct tally *tally, const struct tally_job *job)
{
	if (job->state == JOB_DONE) {
		add_finished(tally, job);
	} else {
		count_unfinished(tally, job, 1);
		tally_note_unfinished(tally, job);
	}
}

void tally_remove(struct tally *tally, const struct tally_job *job)
{
	if (job->state == JOB_DONE) {
		remove_finished(tally, job);
		return;
	}
	count_unfinished(tally, job, UINT64_MAX);
	if (job->started && job->started == job->cell->workload->oldest[job->state])
		tally->oldest_left = true;
}

static void forget_oldest(struct tally_subject *subject, void *arg)
{
	struct tally_workload *workload = tally_workload(subject);

	(void)arg;
	memset(workload->oldest, 0, sizeof workload->oldest);
}

bool tally_forget_oldest(struct tally *tally)
{
	if (!tally->oldest_left)
		return false;
	tally->oldest_left = false;
	tally_each_subject(tally, TALLY_WORKLOAD, forget_oldest, NULL);
	return true;
}

void tally_count(struct tally *tally, const struct tally_job *job)
{
	struct tally_cell *cell = job->cell;

	(void)tally;
	cell->changed = true;
	cell->finished++;
	cell->finished_bytes += job->bytes;
	cell->finished_files += job->files;
}

uint64_t tally_jobs(const struct tally *tally)
{
	return tally->jobs;
}

uint64_t tally_unfinished(const struct tally *tally)
{
	return tally->unfinished;
}

/*
 * Histories.
 */

static struct completion completion_of(const struct tally_job *job)
{
	return (struct completion){job->ended, job->id, job->cell->status, job->cell->policy_type};
}

static void mark_stale(struct tally *tally, struct tally_subject *subject)
{
	if (subject->stale)
		return;
	subject->stale = true;
	if (tally->stale_count == tally->stale_room) {
		tally->stale_room = tally->stale_room ? tally->stale_room * 2 : 16;
		tally->stale = mem_resize(tally->stale, tally->stale_room, sizeof *tally->stale);
	}
	tally->stale[tally->stale_count++] = subject;
}

void tally_note_completion(struct tally *tally, const struct tally_job *job)
{
	struct subjects subjects = subjects_of(job);

	if (tally->seen_count > SEEN_MAX)
		tally_distrust(tally, false, 0);
	if (tally->distrusted)
		return;
	for (size_t i = 0; subjects.of[i]; i++) {
		if (tally->seen_count == tally->seen_room) {
			tally->seen_room = tally->seen_room ? tally->seen_room * 2 : 256;
			tally->seen =
			    mem_resize(tally->seen, tally->seen_room, sizeof *tally->seen);
		}
		tally->seen[tally->seen_count++] =
		    (struct seen){subjects.of[i], completion_of(job)};
	}
}

static int compare_seen(const void *a, const void *b)
{
	const struct completion *left = &((const struct seen *)a)->end;
	const struct completion *right = &((const struct seen *)b)->end;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

/*
 * Tells the histories what has been seen. Pages come in the order of ids; told in the order of
 * ends, nearly all streaks are known at once.
 */
static void apply_pending(struct tally *tally)
{
	if (tally->seen_count > 0)
		qsort(tally->seen, tally->seen_count, sizeof *tally->seen, compare_seen);
	for (size_t i = 0; i < tally->seen_count; i++) {
		struct tally_subject *subject = tally->seen[i].subject;

		history_note(&subject->history, &tally->seen[i].end);
		/* Nobody asks for the streak of a workload. */
		if (subject->history.uncertain && subject->kind != TALLY_WORKLOAD)
			mark_stale(tally, subject);
	}
	tally->seen_count = 0;
}

void tally_retract_completion(struct tally *tally, const struct tally_job *job)
{
	struct subjects subjects = subjects_of(job);
	struct completion end = completion_of(job);

	if (tally->distrusted)
		return;
	apply_pending(tally);
	for (size_t i = 0; subjects.of[i]; i++) {
		if (history_retract(&subjects.of[i]->history, &end))
			continue;
		subjects.of[i]->remade = true;
		mark_stale(tally, subjects.of[i]);
	}
}

void tally_expire_completion(struct tally *tally, const struct tally_job *job)
{
	struct subjects subjects = subjects_of(job);
	struct completion end = completion_of(job);

	(void)tally;
	for (size_t i = 0; subjects.of[i]; i++) {
		history_note(&subjects.of[i]->past, &end);
		subjects.of[i]->changed = true;
	}
}

static void distrust(struct tally_subject *subject, void *arg)
{
	struct tally *tally = arg;

	subject->remade = true;
	mark_stale(tally, subject);
}

static void cut(struct tally_subject *subject, void *arg)
{
	history_cut(&subject->past, *(const int64_t *)arg);
	subject->changed = true;
}

void tally_distrust(struct tally *tally, bool do_cut, int64_t start)
{
	tally->distrusted = true;
	tally->seen_count = 0;
	for (int kind = 0; do_cut && kind < TALLY_KINDS; kind++)
		tally_each_subject(tally, (enum tally_kind)kind, cut, &start);
}

bool tally_settle(struct tally *tally, int64_t kept, int64_t *since)
{
	apply_pending(tally);
	tally->replaying = tally->distrusted;
	*since = tally->replaying ? kept : INT64_MAX;
	for (int kind = 0; tally->distrusted && kind < TALLY_KINDS; kind++)
		tally_each_subject(tally, (enum tally_kind)kind, distrust, tally);
	tally->distrusted = false;
	for (size_t i = 0; i < tally->stale_count; i++) {
		struct tally_subject *subject = tally->stale[i];

		int64_t from = subject->history.ok_at;

		if (subject->remade || from < kept) {
			subject->history = subject->past;
			from = kept;
		} else {
			history_recount(&subject->history);
		}
		if (from < *since)
			*since = from;
	}
	return tally->replaying || tally->stale_count > 0;
}

void tally_replay_completion(struct tally *tally, const struct tally_job *job)
{
	struct subjects subjects = subjects_of(job);
	struct completion end = completion_of(job);

	for (size_t i = 0; subjects.of[i]; i++)
		if (subjects.of[i]->stale || tally->replaying)
			history_note(&subjects.of[i]->history, &end);
}

void tally_replayed(struct tally *tally)
{
	for (size_t i = 0; i < tally->stale_count; i++)
		tally->stale[i]->stale = tally->stale[i]->remade = false;
	tally->stale_count = 0;
}

/*
 * Going through all of it.
 */

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

/* A tally to compare with, and whether it has been equal so far. */
struct comparison {
	const struct tally *other;
	bool equal;
};

static void compare_cell(struct tally_cell *cell, void *arg)
{
	struct comparison *comparison = arg;
	const struct tally_cell *other =
	    find_cell(comparison->other, cell->job_type, cell->policy_type, cell->status);

	if (cell->count == 0 && (!other || other->count == 0))
		return;
	comparison->equal = comparison->equal && other && cell->count == other->count &&
			    cell->bytes == other->bytes && cell->files == other->files &&
			    cell->duration_sum == other->duration_sum &&
			    cell->duration_max == other->duration_max &&
			    cell->last_end == other->last_end;
}

static bool is_blank(const struct tally_subject *subject)
{
	return subject->succeeded + subject->partial + subject->failed + subject->unfinished == 0 &&
	       subject->history.last_at == 0;
}

static bool workloads_equal(const struct tally_workload *a, const struct tally_workload *b)
{
	return memcmp(a->jobs, b->jobs, sizeof a->jobs) == 0 &&
	       memcmp(a->oldest, b->oldest, sizeof a->oldest) == 0 &&
	       a->dedup_sum == b->dedup_sum && a->dedup_weight == b->dedup_weight;
}

/* The streak of a workload is not kept up. */
static bool histories_equal(const struct tally_subject *a, const struct tally_subject *b)
{
	struct history left = a->history, right = b->history;

	if (a->kind == TALLY_WORKLOAD)
		left.streak = right.streak = 0;
	return history_equal(&left, &right);
}

static void compare_subject(struct tally_subject *subject, void *arg)
{
	struct comparison *comparison = arg;
	struct tally_subject *other =
	    find_subject(comparison->other, subject->kind, subject->name, subject->policy_type);

	if (is_blank(subject) && (!other || is_blank(other)))
		return;
	comparison->equal = comparison->equal && other && subject->succeeded == other->succeeded &&
			    subject->partial == other->partial &&
			    subject->failed == other->failed && subject->bytes == other->bytes &&
			    subject->unfinished == other->unfinished &&
			    histories_equal(subject, other) &&
			    (subject->kind != TALLY_WORKLOAD ||
			     workloads_equal(tally_workload(subject), tally_workload(other)));
}

static void compare_queue(struct tally_queue *queue, void *arg)
{
	struct comparison *comparison = arg;
	struct tally_queue **other = tfind(queue, &comparison->other->queues, compare_queues);

	comparison->equal = comparison->equal && queue->jobs == (other ? (*other)->jobs : 0);
}

bool tally_equal(struct tally *a, struct tally *b)
{
	struct comparison comparison = {b, a->jobs == b->jobs && a->unfinished == b->unfinished};

	for (int i = 0; i < 2; i++) {
		struct tally *one = i == 0 ? a : b;

		comparison.other = i == 0 ? b : a;
		tally_each(one, compare_cell, &comparison);
		for (int kind = 0; kind < TALLY_KINDS; kind++)
			tally_each_subject(one, (enum tally_kind)kind, compare_subject,
					   &comparison);
		tally_each_queue(one, compare_queue, &comparison);
	}
	return comparison.equal;
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

static void free_subjects(struct subject_set *set)
{
	tdestroy(set->tree, free_subject);
	free(set->listed);
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	tdestroy(tally->cells, free_cell);
	for (int kind = 0; kind < TALLY_KINDS; kind++)
		free_subjects(&tally->subjects[kind]);
	tdestroy(tally->queues, free);
	free(tally->seen);
	free(tally->stale);
	free(tally);
}
