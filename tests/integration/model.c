/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "tally/tally.h"

#define REASONS 64
#define GUESSES_MAX 16
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How well something is known. */
enum known { UNKNOWN, PERHAPS, CERTAIN };

/* An end of a job, and what was last told of it. */
struct end {
	int64_t ended, id;
	enum known seen;
	enum known counted;
	uint32_t status;
	int64_t parent;
	bool is_parent;
	char *type, *policy_type, *policy, *client;
};

/* What is known of a job, listed or not, for its parent. Least is what is known for certain. */
struct member {
	int64_t id, parent;
	bool held;			    /* it is listed, or an end of it is known */
	bool unfinished;		    /* as it is listed */
	int64_t ended;			    /* last, as far as is known */
	bool failed_least, failed_most;	    /* its last end was a failure */
	bool children_least, children_most; /* so was that of one of its descendants */
};

struct counters {
	uint64_t jobs, bytes, files;
};

/* A row of nbuJobTable. */
struct cell {
	char *type, *policy_type;
	uint32_t status;
	/* In the window now. */
	uint64_t count, parents, bytes, files, duration_sum;
	uint32_t duration_max;
	int64_t last_end;
	/* Counted for certain, and perhaps on top of that. */
	struct counters finished, perhaps;
	bool shown;
};

enum kind { WORKLOAD, POLICY, CLIENT };

/* A number that must lie between these. */
struct range {
	int64_t least, most;
};

/* A row of one of the tables that say something of the past; a workload is called by two names. */
struct subject {
	enum kind kind;
	char *name, *more;
	/* In the window now. */
	uint64_t succeeded, partial, failed, bytes, dedup_sum, kilobytes;
	/* Of these, jobs that may count or not. */
	uint64_t vague, vague_bytes;
	/* Now, by enum job_state. */
	uint64_t jobs[JOB_INCOMPLETE + 1];
	int64_t oldest[JOB_INCOMPLETE + 1];
	/* Ever. The last end is one of the guesses; none is known for certain = 0 may be it too. */
	struct range success, failure, streak, ended;
	const struct end *guesses[GUESSES_MAX + 1];
	size_t guess_count;
	/* The same of a policy's runs. */
	struct range run;
	const struct end *run_guesses[GUESSES_MAX + 1];
	size_t run_guess_count;
	uint64_t runs; /* unfinished ones */
	bool expected; /* the configuration names it */
	bool shown;
};

struct queue {
	uint64_t jobs;
	enum known known;
	int64_t seen; /* when it last had jobs for certain */
	bool shown;
};

struct model {
	const struct sim *sim;
	const struct config_site *site;
	int64_t tolerance;
	int64_t began;	      /* 0 = not yet */
	int64_t window_start; /* as of the last success; never goes back */
	int64_t newest_end;
	uint64_t held;		       /* jobs in the window and unfinished ones */
	void *ends, *cells, *subjects; /* trees of tsearch(3) */
	void *members;		       /* the same */
	struct member **listed;	       /* all of them, rising */
	size_t listed_count;
	struct queue queues[REASONS];
	/* Of the comparison at hand. */
	const char *context;
	int64_t now, skew;
};

struct model *model_new(const struct sim *sim, const struct config_site *site)
{
	struct model *model = mem_zalloc(1, sizeof *model);

	model->sim = sim;
	model->site = site;
	model->tolerance = 1000;
	return model;
}

void model_tolerate(struct model *model, int64_t millis)
{
	model->tolerance = millis;
}

static int64_t window_of(const struct model *model)
{
	return model->site->window * INT64_C(1000);
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_ends(const void *a, const void *b)
{
	const struct end *left = a, *right = b;
	int order = compare_numbers(left->ended, right->ended);

	return order ? order : compare_numbers(left->id, right->id);
}

static int compare_cells(const void *a, const void *b)
{
	const struct cell *left = a, *right = b;
	int order = strcmp(left->type, right->type);

	if (order == 0)
		order = strcmp(left->policy_type, right->policy_type);
	return order ? order : compare_numbers(left->status, right->status);
}

static int compare_subjects(const void *a, const void *b)
{
	const struct subject *left = a, *right = b;
	int order = compare_numbers(left->kind, right->kind);

	if (order == 0)
		order = strcmp(left->name, right->name);
	return order ? order : strcmp(left->more, right->more);
}

/* What equals KEY (of SIZE bytes) in TREE; a copy of KEY where there is none yet, *NEW then. */
static void *find(void **tree, const void *key, size_t size,
		  int (*compare)(const void *a, const void *b), bool *new)
{
	void **found = tfind(key, tree, compare), *item;

	*new = found == NULL;
	if (found)
		return *found;
	item = mem_zalloc(1, size);
	memcpy(item, key, size);
	mem_checked(tsearch(item, tree, compare));
	return item;
}

/* The end of JOB, with what is told of it now. */
static struct end *completion_of(struct model *model, const struct job *job)
{
	struct end key = {.ended = job->ended, .id = job->id}, *end;
	bool new;

	end = find(&model->ends, &key, sizeof key, compare_ends, &new);
	if (new) {
		end->type = mem_strdup(job->type);
		end->policy_type = mem_strdup(job->policy_type);
		end->policy = mem_strdup(job->policy);
		end->client = mem_strdup(job->client);
	}
	end->status = job->status;
	end->parent = job->parent;
	end->is_parent = job->children > 0;
	return end;
}

static struct cell *cell_of(struct model *model, const char *type, const char *policy_type,
			    uint32_t status)
{
	struct cell key = {
	    .type = (char *)type, .policy_type = (char *)policy_type, .status = status};
	struct cell *cell;
	bool new;

	cell = find(&model->cells, &key, sizeof key, compare_cells, &new);
	if (new) {
		cell->type = mem_strdup(type);
		cell->policy_type = mem_strdup(policy_type);
	}
	return cell;
}

static struct subject *subject_of(struct model *model, enum kind kind, const char *name,
				  const char *more)
{
	struct subject key = {.kind = kind, .name = (char *)name, .more = (char *)more}, *subject;
	bool new;

	subject = find(&model->subjects, &key, sizeof key, compare_subjects, &new);
	if (new) {
		subject->name = mem_strdup(name);
		subject->more = mem_strdup(more);
	}
	return subject;
}

static int compare_members(const void *a, const void *b)
{
	return compare_numbers(((const struct member *)a)->id, ((const struct member *)b)->id);
}

static struct member *member_of(struct model *model, int64_t id)
{
	struct member key = {.id = id};
	bool new;

	return find(&model->members, &key, sizeof key, compare_members, &new);
}

/* How a job, or an end of it, counts. */
struct share {
	const char *type, *policy_type, *policy, *client;
	const void *what; /* the job or the end */
	bool is_run;	  /* of its policy */
	bool is_vague;	  /* it may count or not */
	/* It may have been judged before its children were known. */
	bool may_be_alone;
};

typedef void share_visit(struct subject *subject, const struct share *share);

static void count_run(struct model *model, const struct share *share, share_visit *visit_run)
{
	if (share->is_run && share->policy[0] != '\0')
		visit_run(subject_of(model, POLICY, share->policy, ""), share);
}

/*
 * Calls VISIT for each of the rows in which a job counts that is a parent or not, and has FAILED or
 * not; and VISIT_RUN for the policy of which it is a run.
 */
static void each_subject_of(struct model *model, const struct member *member, bool is_parent,
			    bool failed, struct share share, share_visit *visit,
			    share_visit *visit_run)
{
	const char *types = model->site->protecting_jobs;
	bool protects = tally_is_among(share.type, types);

	share.is_run = protects && member->parent == 0;
	count_run(model, &share, visit_run);
	/* A parent counts if it has failed and none of its descendants has, as far as is known. */
	if (is_parent && (!failed || (member->children_least && !share.may_be_alone)))
		return;
	share.is_vague = is_parent && member->children_most;
	visit(subject_of(model, WORKLOAD, share.type, share.policy_type), &share);
	if (!protects || (is_parent && strcmp(share.type, "SNAPSHOT") == 0))
		return;
	if (share.policy[0] != '\0')
		visit(subject_of(model, POLICY, share.policy, ""), &share);
	if (share.client[0] != '\0')
		visit(subject_of(model, CLIENT, share.client, ""), &share);
}

void model_begin(struct model *model, int64_t now)
{
	if (model->began)
		return;
	model->began = now;
	model->window_start = now - window_of(model);
}

/* What a refresh has asked for. */
struct question {
	struct model *model;
	int64_t now;
	bool full;
	int64_t mark;
	bool swept;
	int64_t since; /* the window's start when it began */
};

static void count(struct cell *cell, const struct job *job, enum known known)
{
	struct counters *counters = known == CERTAIN ? &cell->finished : &cell->perhaps;

	counters->jobs++;
	counters->bytes += job->bytes;
	counters->files += job->files;
}

static void see_queued(const struct question *question, const struct job *job)
{
	struct queue *queue = &question->model->queues[job->queue_reason % REASONS];

	if (question->full || question->mark) {
		queue->known = CERTAIN;
		queue->seen = question->now;
	} else if (queue->known == UNKNOWN) {
		queue->known = PERHAPS;
	}
}

/* Whether the answer has had the finished JOB in it. */
static enum known known_of(const struct question *question, const struct job *job)
{
	int64_t start = question->now - window_of(question->model);

	if (question->full && question->since < start)
		start = question->since;
	if ((question->full && job->ended >= start) ||
	    (question->mark && job->updated >= question->mark))
		return CERTAIN;
	return question->swept && job->ended >= start ? PERHAPS : UNKNOWN;
}

static void see(const struct job *job, void *arg)
{
	const struct question *question = arg;
	struct model *model = question->model;
	enum known known = known_of(question, job);
	struct end *end;

	/* Its parent is told by way of it even when it is not listed any more. */
	member_of(model, job->id)->parent = job->parent;
	if (job->state == JOB_QUEUED)
		see_queued(question, job);
	if (job->state != JOB_DONE || known == UNKNOWN)
		return;
	if (known == CERTAIN && job->ended > model->newest_end)
		model->newest_end = job->ended;
	end = completion_of(model, job);
	if (known > end->seen)
		end->seen = known;
	if (job->ended < model->began || job->ended < question->since || known <= end->counted)
		return;
	/* What was perhaps counted then stays so in the sums: a little room is left. */
	end->counted = known;
	count(cell_of(model, job->type, job->policy_type, job->status), job, known);
}

void model_refreshed(struct model *model, int64_t now, bool full, int64_t mark, bool swept)
{
	struct question question = {model, now, full, mark, swept, model->window_start};
	int64_t start = now - window_of(model);

	sim_each_job(model->sim, see, &question);
	if (start > model->newest_end + 1)
		start = model->newest_end + 1;
	if (start > model->window_start)
		model->window_start = start;
}

void model_glimpsed(struct model *model, int64_t now)
{
	struct question question = {model, now, false, 0, true, model->window_start};

	sim_each_job(model->sim, see, &question);
}

/* The item of NODE, once for each and rising; else NULL. For the callbacks of twalk_r(3). */
static void *item_at(const void *node, VISIT order)
{
	return order == postorder || order == leaf ? *(void *const *)node : NULL;
}

static void clear_cell(const void *node, VISIT order, void *arg)
{
	struct cell *cell = item_at(node, order);

	(void)arg;
	if (!cell)
		return;
	cell->count = cell->parents = cell->bytes = cell->files = cell->duration_sum = 0;
	cell->duration_max = 0;
	cell->last_end = 0;
	cell->shown = false;
}

static void clear_subject(const void *node, VISIT order, void *arg)
{
	struct subject *subject = item_at(node, order);

	(void)arg;
	if (subject)
		*subject = (struct subject){
		    .kind = subject->kind, .name = subject->name, .more = subject->more};
}

static void add_to_cell(struct cell *cell, const struct job *job)
{
	uint32_t duration = job->started && job->ended > job->started
				? (uint32_t)((job->ended - job->started) / 1000)
				: 0;

	cell->count++;
	cell->parents += job->children > 0;
	cell->bytes += job->bytes;
	cell->files += job->files;
	cell->duration_sum += duration;
	if (duration > cell->duration_max)
		cell->duration_max = duration;
	if (job->ended > cell->last_end)
		cell->last_end = job->ended;
}

static void add_finished(struct subject *subject, const struct share *share)
{
	const struct job *job = share->what;

	if (share->is_vague) {
		subject->vague++;
		subject->vague_bytes += job->bytes;
		return;
	}
	subject->succeeded += job->status == 0;
	subject->partial += job->status == 1;
	subject->failed += job->status > 1;
	subject->bytes += job->bytes;
	subject->kilobytes += job->bytes / 1024;
	subject->dedup_sum += job->bytes / 1024 * job->dedup;
}

static void add_unfinished(struct subject *subject, const struct share *share)
{
	const struct job *job = share->what;
	int64_t *oldest = &subject->oldest[job->state];

	subject->jobs[job->state]++;
	if (job->started && (*oldest == 0 || job->started < *oldest))
		*oldest = job->started;
}

static void add_active_run(struct subject *subject, const struct share *share)
{
	(void)share;
	subject->runs++;
}

static void ignore_run(struct subject *subject, const struct share *share)
{
	(void)subject;
	(void)share;
}

static void sum_up(const struct job *job, void *arg)
{
	struct model *model = arg;
	const struct member *member = member_of(model, job->id);
	bool is_parent = job->children > 0;
	struct share share = {.type = job->type,
			      .policy_type = job->policy_type,
			      .policy = job->policy,
			      .client = job->client,
			      .what = job};

	if (job->state == JOB_QUEUED)
		model->queues[job->queue_reason % REASONS].jobs++;
	if (job->state != JOB_DONE) {
		each_subject_of(model, member, is_parent, false, share, add_unfinished,
				add_active_run);
	} else if (job->ended >= model->now - window_of(model)) {
		add_to_cell(cell_of(model, job->type, job->policy_type, job->status), job);
		each_subject_of(model, member, is_parent, job->status > 1, share, add_finished,
				ignore_run);
	} else {
		return;
	}
	model->held++;
}

/* Ends come in their order. What is least and most takes those that are perhaps known as it must.
 */
static void add_end(struct subject *subject, const struct share *share)
{
	const struct end *end = share->what;
	bool good = end->status <= 1, certain = end->seen == CERTAIN && !share->is_vague;
	struct range *newest = good ? &subject->success : &subject->failure;

	newest->most = subject->ended.most = end->ended;
	if (certain)
		newest->least = subject->ended.least = end->ended;
	if (good)
		subject->streak.least = 0;
	else if (certain)
		subject->streak.least++;
	if (!good)
		subject->streak.most++;
	else if (certain)
		subject->streak.most = 0;
	if (certain)
		subject->guess_count = 0;
	if (subject->guess_count <= GUESSES_MAX)
		subject->guesses[subject->guess_count++] = end;
}

static void add_run(struct subject *subject, const struct share *share)
{
	const struct end *end = share->what;

	subject->run.most = end->ended;
	if (end->seen == CERTAIN) {
		subject->run.least = end->ended;
		subject->run_guess_count = 0;
	}
	if (subject->run_guess_count <= GUESSES_MAX)
		subject->run_guesses[subject->run_guess_count++] = end;
}

/*
 * Whether END had left the window before that was made longer. What is known of the past then stays
 * as it was, also where a parent has failed whose children are only known now.
 */
static bool was_out(const struct model *model, const struct end *end)
{
	return end->ended < model->window_start && end->ended >= model->now - window_of(model);
}

/* Whether MEMBER was restarted after END. How that one was judged then stays as it was. */
static bool was_restarted(const struct member *member, const struct end *end)
{
	return member->unfinished || member->ended > end->ended;
}

static void visit_end(const void *node, VISIT order, void *arg)
{
	const struct end *end = item_at(node, order);
	struct member *member;

	if (!end || end->seen == UNKNOWN)
		return;
	member = member_of(arg, end->id);
	each_subject_of(
	    arg, member, end->is_parent, end->status > 1,
	    (struct share){.type = end->type,
			   .policy_type = end->policy_type,
			   .policy = end->policy,
			   .client = end->client,
			   .may_be_alone = was_out(arg, end) || was_restarted(member, end),
			   .what = end},
	    add_end, add_run);
}

/* Ends come in their order, so that the last one of a job is what stays known. */
static void note_member_end(const void *node, VISIT order, void *arg)
{
	const struct end *end = item_at(node, order);
	struct member *member;
	bool failed;

	if (!end || end->seen == UNKNOWN)
		return;
	failed = end->status > 1;
	member = member_of(arg, end->id);
	member->parent = end->parent;
	member->held = true;
	member->ended = end->ended;
	member->failed_most |= failed;
	member->failed_least = failed && (end->seen == CERTAIN || member->failed_least);
}

static void note_member(const struct job *job, void *arg)
{
	const struct model *model = arg;
	struct member *member = member_of(arg, job->id);

	member->parent = job->parent;
	/* One that was not listed while it was in the window is never seen. */
	if (job->state != JOB_DONE || job->ended >= model->now - window_of(model))
		member->held = true;
	member->unfinished = job->state != JOB_DONE;
}

static void clear_member(const void *node, VISIT order, void *arg)
{
	struct member *member = item_at(node, order);

	(void)arg;
	if (member)
		*member = (struct member){.id = member->id, .parent = member->parent};
}

static void list_member(const void *node, VISIT order, void *arg)
{
	struct member *member = item_at(node, order);
	struct model *model = arg;

	if (!member)
		return;
	model->listed = mem_resize(model->listed, model->listed_count + 1, sizeof(struct member *));
	model->listed[model->listed_count++] = member;
}

/* Finds out which jobs have failed descendants. Children have higher ids than their parents. */
static void work_out_families(struct model *model)
{
	model->listed_count = 0;
	twalk_r(model->members, clear_member, NULL);
	twalk_r(model->ends, note_member_end, model);
	sim_each_job(model->sim, note_member, model);
	twalk_r(model->members, list_member, model);
	for (size_t i = model->listed_count; i-- > 0;) {
		const struct member *member = model->listed[i];
		struct member *parent;

		if (member->parent == 0)
			continue;
		parent = member_of(model, member->parent);
		/* What is not held any more has told its parent only what was known by then. */
		if (member->held)
			parent->children_least |= member->failed_least || member->children_least;
		parent->children_most |= member->failed_most || member->children_most;
	}
}

static void note_expected(struct model *model, enum kind kind, const struct config_watch_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->watches[i].expected)
			subject_of(model, kind, list->watches[i].pattern, "")->expected = true;
}

/* Works out all rows as they must be at NOW. */
static void work_out(struct model *model, int64_t now)
{
	model->now = now;
	model->held = 0;
	for (size_t i = 0; i < REASONS; i++) {
		model->queues[i].jobs = 0;
		model->queues[i].shown = false;
	}
	twalk_r(model->cells, clear_cell, NULL);
	twalk_r(model->subjects, clear_subject, NULL);
	work_out_families(model);
	sim_each_job(model->sim, sum_up, model);
	twalk_r(model->ends, visit_end, model);
	note_expected(model, POLICY, &model->site->policies);
	note_expected(model, CLIENT, &model->site->clients);
}

/* A row that is being compared. */
struct place {
	const struct model *model;
	const char *table;
	const char *name, *more;
};

static void wrong(const struct place *place, const char *what)
{
	printf("%s: %s \"%s\" %s: %s\n", place->model->context, place->table, place->name,
	       place->more, what);
	CU_FAIL("a row differs from the truth");
}

static void between(const struct place *place, const char *member, int64_t shown, int64_t least,
		    int64_t most)
{
	char text[160];

	if (shown >= least && shown <= most) {
		CU_PASS(member);
		return;
	}
	snprintf(text, sizeof text, "%s is %" PRId64 ", and not %" PRId64 " to %" PRId64, member,
		 shown, least, most);
	wrong(place, text);
}

static void equal(const struct place *place, const char *member, uint64_t shown, uint64_t truth)
{
	between(place, member, (int64_t)shown, (int64_t)truth, (int64_t)truth);
}

/* SHOWN is by the local clock, the truth by the server's; 0 = never. */
static void instant(const struct place *place, const char *member, int64_t shown,
		    struct range truth)
{
	const struct model *model = place->model;

	if (shown == 0 && truth.least == 0) {
		CU_PASS(member);
		return;
	}
	between(place, member, shown ? shown + model->skew : 0, truth.least - model->tolerance,
		truth.most + model->tolerance);
}

static void same_instant(const struct place *place, const char *member, int64_t shown,
			 int64_t truth)
{
	instant(place, member, shown, (struct range){truth, truth});
}

static void check_cell(struct model *model, const struct job_row *row)
{
	struct cell *cell = cell_of(model, row->job_type, row->policy_type, row->status);
	char more[300];
	struct place place = {model, "job", row->job_type, more};

	snprintf(more, sizeof more, "%s %u", row->policy_type, row->status);
	cell->shown = true;
	subject_of(model, WORKLOAD, row->job_type, row->policy_type)->expected = true;
	equal(&place, "count", row->count, cell->count);
	equal(&place, "parents", row->parents, cell->parents);
	equal(&place, "bytes", row->bytes, cell->bytes);
	equal(&place, "files", row->files, cell->files);
	equal(&place, "max_duration", row->max_duration, cell->duration_max);
	equal(&place, "mean_duration", row->mean_duration,
	      cell->count ? cell->duration_sum / cell->count : 0);
	same_instant(&place, "last_end", row->last_end, cell->last_end);
	between(&place, "finished", (int64_t)row->finished, (int64_t)cell->finished.jobs,
		(int64_t)(cell->finished.jobs + cell->perhaps.jobs));
	between(&place, "finished_bytes", (int64_t)row->finished_bytes,
		(int64_t)cell->finished.bytes,
		(int64_t)(cell->finished.bytes + cell->perhaps.bytes));
	between(&place, "finished_files", (int64_t)row->finished_files,
		(int64_t)cell->finished.files,
		(int64_t)(cell->finished.files + cell->perhaps.files));
}

static void check_workload(struct model *model, const struct workload_row *row)
{
	struct subject *truth = subject_of(model, WORKLOAD, row->job_type, row->policy_type);
	struct place place = {model, "workload", row->job_type, row->policy_type};

	truth->shown = true;
	equal(&place, "succeeded", row->succeeded, truth->succeeded);
	equal(&place, "partial", row->partial, truth->partial);
	between(&place, "failed", row->failed, (int64_t)truth->failed,
		(int64_t)(truth->failed + truth->vague));
	equal(&place, "active", row->active, truth->jobs[JOB_ACTIVE]);
	equal(&place, "queued", row->queued, truth->jobs[JOB_QUEUED]);
	equal(&place, "requeued", row->requeued, truth->jobs[JOB_REQUEUED]);
	equal(&place, "suspended", row->suspended, truth->jobs[JOB_SUSPENDED]);
	equal(&place, "incomplete", row->incomplete, truth->jobs[JOB_INCOMPLETE]);
	same_instant(&place, "oldest_active", row->oldest_active, truth->oldest[JOB_ACTIVE]);
	same_instant(&place, "oldest_queued", row->oldest_queued, truth->oldest[JOB_QUEUED]);
	between(&place, "bytes", (int64_t)row->bytes, (int64_t)truth->bytes,
		(int64_t)(truth->bytes + truth->vague_bytes));
	instant(&place, "last_success", row->last_success, truth->success);
	instant(&place, "last_failure", row->last_failure, truth->failure);
	if (truth->vague == 0)
		equal(&place, "dedup", row->dedup,
		      truth->kilobytes ? truth->dedup_sum / truth->kilobytes : 0);
}

/* Whether SHOWN and, where it is not NULL, TYPE can be those of the last end. */
static bool is_guess(const struct subject *truth, int32_t shown, const char *type)
{
	bool found = truth->guess_count > GUESSES_MAX;

	if (truth->ended.least == 0 && shown == -1)
		found = !type || type[0] == '\0';
	for (size_t i = 0; i < truth->guess_count && !found; i++)
		found = shown == (int32_t)truth->guesses[i]->status &&
			(!type || strcmp(type, truth->guesses[i]->policy_type) == 0);
	return found;
}

static void check_last(const struct place *place, const struct subject_row *row,
		       const struct subject *truth)
{
	char text[200];

	if (is_guess(truth, row->last_status, truth->kind == POLICY ? row->policy_type : NULL)) {
		CU_PASS("last_status");
		return;
	}
	snprintf(text, sizeof text, "last_status is %d (%s), and not %d (%s)", row->last_status,
		 row->policy_type ? row->policy_type : "?",
		 truth->guess_count ? (int)truth->guesses[0]->status : -1,
		 truth->guess_count ? truth->guesses[0]->policy_type : "");
	wrong(place, text);
}

/* The latest run of a policy, and those that are under way. */
static void check_runs(const struct place *place, const struct subject_row *row,
		       const struct subject *truth)
{
	bool found = truth->run_guess_count > GUESSES_MAX;

	equal(place, "runs_active", row->runs_active, truth->runs);
	instant(place, "last_run", row->last_run, truth->run);
	if (truth->run.least == 0 && row->last_run_status == -1)
		found = true;
	for (size_t i = 0; i < truth->run_guess_count && !found; i++)
		found = row->last_run_status == (int32_t)truth->run_guesses[i]->status;
	if (!found)
		equal(place, "last_run_status", (uint64_t)row->last_run_status,
		      truth->run_guess_count ? truth->run_guesses[0]->status : UINT64_MAX);
}

static const struct config_watch *watch_of(const struct config_watch_list *list, const char *name)
{
	size_t i = 0;

	while (i < list->count && fnmatch(list->watches[i].pattern, name, 0) != 0)
		i++;
	return i < list->count ? &list->watches[i] : NULL;
}

static const struct config_watch *watch_of_subject(const struct model *model,
						   const struct subject *subject)
{
	return watch_of(subject->kind == POLICY ? &model->site->policies : &model->site->clients,
			subject->name);
}

static void check_overdue(const struct place *place, const struct subject_row *row,
			  const struct subject *truth, const struct config_watch *watch)
{
	int64_t at = row->overdue_at;

	equal(place, "max_age", row->max_age, watch ? (uint64_t)watch->max_age : 0);
	if (row->max_age == 0)
		equal(place, "overdue_at", (uint64_t)at, (uint64_t)SUBJECT_NEVER);
	else if (row->last_success)
		equal(place, "overdue_at", (uint64_t)at,
		      (uint64_t)row->last_success + UINT64_C(1000) * row->max_age);
	else if (truth->ended.least)
		between(place, "overdue_at", at, INT64_MIN, timefmt_now());
	else if (truth->expected && truth->ended.most == 0)
		between(place, "overdue_at", at, 1, SUBJECT_NEVER - 1);
}

static void check_subject(struct model *model, enum kind kind, const struct subject_row *row)
{
	struct subject *truth = subject_of(model, kind, row->name, "");
	struct place place = {model, kind == POLICY ? "policy" : "client", row->name, ""};

	truth->shown = true;
	equal(&place, "succeeded", row->succeeded, truth->succeeded);
	equal(&place, "partial", row->partial, truth->partial);
	between(&place, "failed", row->failed, (int64_t)truth->failed,
		(int64_t)(truth->failed + truth->vague));
	between(&place, "bytes", (int64_t)row->bytes, (int64_t)truth->bytes,
		(int64_t)(truth->bytes + truth->vague_bytes));
	instant(&place, "last_success", row->last_success, truth->success);
	instant(&place, "last_failure", row->last_failure, truth->failure);
	between(&place, "failure_streak", row->failure_streak, truth->streak.least,
		truth->streak.most);
	check_last(&place, row, truth);
	if (kind == POLICY)
		check_runs(&place, row, truth);
	check_overdue(
	    &place, row, truth,
	    watch_of(kind == POLICY ? &model->site->policies : &model->site->clients, row->name));
}

/* Whether a row that last had a reason to be there at SINCE is still held. */
static bool is_held(const struct model *model, int64_t since, int64_t slack)
{
	return since && model->now - since < model->site->row_retention * INT64_C(1000) + slack;
}

/* Since when a row is held whose last end was at ENDED and whose last success at SUCCESS: one that
 * is watched must have been overdue for a while before it goes. */
static int64_t held_since(const struct config_watch *watch, int64_t ended, int64_t success)
{
	int64_t overdue = 0;

	if (watch && watch->max_age && success)
		overdue = success + watch->max_age * INT64_C(1000);
	return ended && overdue > ended ? overdue : ended;
}

static void check_queue(struct model *model, const struct queue_row *row)
{
	struct queue *queue = &model->queues[row->reason % REASONS];
	char name[20];
	struct place place = {model, "queue", name, ""};

	snprintf(name, sizeof name, "%u", row->reason);
	queue->shown = true;
	equal(&place, "jobs", row->jobs, queue->jobs);
	if (queue->known == UNKNOWN)
		wrong(&place, "has never had jobs");
}

/* What of a table must be shown, may be shown and is. */
struct presence {
	struct model *model;
	enum kind kind;
	size_t must, may, shown;
	bool limited; /* not all that may be shown is */
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void find_presence(const struct presence *presence, const struct subject *subject,
			  bool *must, bool *may)
{
	const struct model *model = presence->model;
	const struct config_watch *watch;
	uint64_t now = subject->succeeded + subject->partial + subject->failed + subject->runs;
	bool is_workload = presence->kind == WORKLOAD;
	struct range ended = {later(subject->ended.least, subject->run.least),
			      later(subject->ended.most, subject->run.most)};

	for (size_t i = 0; i < COUNT(subject->jobs); i++)
		now += subject->jobs[i];
	/* A workload has a row as long as one of its cells has, unless they have parents only. */
	*must = now > 0 || (subject->expected && (!is_workload || ended.least));
	*may = now + subject->vague > 0 || (subject->expected && (!is_workload || ended.most));
	if (is_workload)
		return;
	watch = watch_of_subject(model, subject);
	*must = *must || is_held(model, held_since(watch, ended.least, subject->success.least),
				 -model->tolerance);
	*may = *may || is_held(model, held_since(watch, ended.most, subject->success.most),
			       model->tolerance);
	if (presence->kind == CLIENT && !watch)
		*must = *may = false;
}

static void count_presence(const void *node, VISIT order, void *arg)
{
	const struct subject *subject = item_at(node, order);
	struct presence *presence = arg;
	bool must, may;

	if (!subject || subject->kind != presence->kind)
		return;
	find_presence(presence, subject, &must, &may);
	presence->must += must;
	presence->may += may;
	presence->shown += subject->shown;
}

static void check_presence(const void *node, VISIT order, void *arg)
{
	static const char *const tables[] = {"workload", "policy", "client"};
	const struct subject *subject = item_at(node, order);
	const struct presence *presence = arg;
	struct place place = {presence->model, NULL, NULL, NULL};
	bool must, may;

	if (!subject || subject->kind != presence->kind)
		return;
	place.table = tables[subject->kind];
	place.name = subject->name;
	place.more = subject->more;
	find_presence(presence, subject, &must, &may);
	if (must && !subject->shown && !presence->limited)
		wrong(&place, "has no row");
	else if (!may && subject->shown)
		wrong(&place, "has a row that it should not have");
}

/* Every row that must be there is, and no other. LEFT_OUT: how many are said to be too many. */
static void check_all_present(struct model *model, enum kind kind, int limit, uint32_t left_out)
{
	struct presence presence = {.model = model, .kind = kind};
	struct place place = {model, "all rows", "", ""};

	twalk_r(model->subjects, count_presence, &presence);
	presence.limited = presence.shown == (size_t)limit;
	twalk_r(model->subjects, check_presence, &presence);
	if (kind == CLIENT)
		between(&place, "clients shown and left out", (int64_t)(presence.shown + left_out),
			(int64_t)presence.must, (int64_t)presence.may);
	if (kind == CLIENT && !presence.limited)
		equal(&place, "clients_left_out", left_out, 0);
	between(&place, "rows", (int64_t)presence.shown, 0, limit);
}

/* Every cell that has jobs, or has counted any, must have a row. */
static void check_cell_shown(const void *node, VISIT order, void *arg)
{
	const struct cell *cell = item_at(node, order);

	if (!cell || cell->shown || (cell->count == 0 && cell->finished.jobs == 0))
		return;
	wrong(&(struct place){arg, "job", cell->type, cell->policy_type}, "has no row");
}

static void check_queues_shown(struct model *model)
{
	for (size_t i = 0; i < REASONS; i++) {
		const struct queue *queue = &model->queues[i];

		if (!queue->shown &&
		    (queue->jobs || is_held(model, queue->seen, -model->tolerance)))
			wrong(&(struct place){model, "queue", "", ""}, "a reason has no row");
	}
}

static void check_rows(struct model *model, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < COUNT_OF(snapshot, JOBS); i++)
		check_cell(model, &ROWS(snapshot, JOBS, job_row)[i]);
	for (size_t i = 0; i < COUNT_OF(snapshot, WORKLOADS); i++)
		check_workload(model, &ROWS(snapshot, WORKLOADS, workload_row)[i]);
	for (size_t i = 0; i < COUNT_OF(snapshot, POLICIES); i++)
		check_subject(model, POLICY, &ROWS(snapshot, POLICIES, subject_row)[i]);
	for (size_t i = 0; i < COUNT_OF(snapshot, CLIENTS); i++)
		check_subject(model, CLIENT, &ROWS(snapshot, CLIENTS, subject_row)[i]);
	for (size_t i = 0; i < COUNT_OF(snapshot, QUEUE); i++)
		check_queue(model, &ROWS(snapshot, QUEUE, queue_row)[i]);
}

void model_check(struct model *model, const struct snapshot *snapshot, int64_t now,
		 const char *context)
{
	model->context = context;
	model->skew = sites_row(snapshot)->clock_skew * INT64_C(1000);
	work_out(model, now);
	check_rows(model, snapshot);
	twalk_r(model->cells, check_cell_shown, model);
	check_all_present(model, WORKLOAD, INT32_MAX, 0);
	check_all_present(model, POLICY, INT32_MAX, 0);
	check_all_present(model, CLIENT, model->site->client_limit,
			  sites_row(snapshot)->clients_left_out);
	check_queues_shown(model);
	equal(&(struct place){model, "site", model->site->name, ""}, "jobs_held",
	      sites_row(snapshot)->jobs_held, model->held);
}

static void free_end(void *item)
{
	struct end *end = item;

	free(end->type);
	free(end->policy_type);
	free(end->policy);
	free(end->client);
	free(end);
}

static void free_cell(void *item)
{
	struct cell *cell = item;

	free(cell->type);
	free(cell->policy_type);
	free(cell);
}

static void free_subject(void *item)
{
	struct subject *subject = item;

	free(subject->name);
	free(subject->more);
	free(subject);
}

void model_free(struct model *model)
{
	tdestroy(model->ends, free_end);
	tdestroy(model->cells, free_cell);
	tdestroy(model->subjects, free_subject);
	tdestroy(model->members, free);
	free(model->listed);
	free(model);
}
