/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/completions.h"

#include <stdlib.h>

#include "base/mem.h"

/* Above this it is cheaper to make the histories again. */
#define NOTED_MAX 200000

/*
 * A completion that is taken back is looked for among so many that were noted last. Most are
 * parents, which come just before the child that tells their failure.
 */
#define NOTED_RECENT 1000

/* A completion that its history does not show yet. */
struct noted {
	struct tally_subject *subject;
	struct completion completion;
};

struct completions {
	struct tally *tally;
	struct noted *noted;
	size_t noted_count, noted_room;
	struct tally_subject **stale; /* those whose history must be made again */
	size_t stale_count;
	bool distrusted; /* all must be made again */
	bool replaying;	 /* all are being made again */
};

struct completions *completions_new(struct tally *tally)
{
	struct completions *completions = mem_zalloc(1, sizeof *completions);

	completions->tally = tally;
	return completions;
}

void completions_free(struct completions *completions)
{
	if (!completions)
		return;
	free(completions->noted);
	free(completions->stale);
	free(completions);
}

/* What KIND of subject must know of the completion of JOB; NULL = nothing. */
static struct tally_subject *subject_of(const struct tally_job *job, int kind)
{
	if (kind == TALLY_POLICY && job->run)
		return job->run;
	return job->subjects[kind];
}

/* The completion of JOB as the subject of that KIND has it. */
static struct completion completion_of(const struct tally_job *job, int kind)
{
	return (struct completion){
	    .at = job->ended,
	    .id = job->id,
	    .status = job->cell->status,
	    .job_type = job->cell->job_type,
	    .policy_type = job->cell->policy_type,
	    .counts = job->subjects[kind] != NULL,
	    .is_run = kind == TALLY_POLICY && job->run != NULL,
	};
}

static void mark_stale(struct completions *completions, struct tally_subject *subject)
{
	if (subject->stale)
		return;
	subject->stale = true;
	completions->stale = mem_resize(completions->stale, completions->stale_count + 1,
					sizeof *completions->stale);
	completions->stale[completions->stale_count++] = subject;
}

static void add_noted(struct completions *completions, struct noted noted)
{
	completions->noted = mem_grow(completions->noted, &completions->noted_room,
				      completions->noted_count, sizeof *completions->noted);
	completions->noted[completions->noted_count++] = noted;
}

void completions_note(struct completions *completions, const struct tally_job *job)
{
	if (completions->noted_count > NOTED_MAX)
		completions_distrust(completions);
	if (completions->distrusted)
		return;
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		struct tally_subject *subject = subject_of(job, kind);

		if (subject)
			add_noted(completions, (struct noted){subject, completion_of(job, kind)});
	}
}

static int compare_noted(const void *a, const void *b)
{
	const struct completion *left = &((const struct noted *)a)->completion;
	const struct completion *right = &((const struct noted *)b)->completion;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

/*
 * Adds to the histories what has been noted. Pages come in the order of ids. In the order of
 * completions nearly all streaks stay known.
 */
static void apply_noted(struct completions *completions)
{
	if (completions->noted_count > 0)
		qsort(completions->noted, completions->noted_count, sizeof *completions->noted,
		      compare_noted);
	for (size_t i = 0; i < completions->noted_count; i++) {
		struct tally_subject *subject = completions->noted[i].subject;

		history_note(&subject->history, &completions->noted[i].completion);
		/* No table shows the streak of a workload. */
		if (subject->history.uncertain && subject->kind != TALLY_WORKLOAD)
			mark_stale(completions, subject);
	}
	completions->noted_count = 0;
}

/* Drops NOTED if it is one of the last; false = it is not, and may be in its history. */
static bool drop_noted(struct completions *completions, const struct noted *noted)
{
	size_t count = completions->noted_count;
	size_t first = count > NOTED_RECENT ? count - NOTED_RECENT : 0;

	for (size_t i = count; i-- > first;) {
		struct noted *known = &completions->noted[i];

		if (known->subject != noted->subject || compare_noted(known, noted) != 0)
			continue;
		*known = completions->noted[--completions->noted_count];
		return true;
	}
	return false;
}

void completions_retract(struct completions *completions, const struct tally_job *job)
{
	if (completions->distrusted)
		return;
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		struct tally_subject *subject = subject_of(job, kind);
		struct noted noted = {subject, completion_of(job, kind)};

		if (!subject || drop_noted(completions, &noted))
			continue;
		apply_noted(completions);
		if (history_retract(&subject->history, &noted.completion))
			continue;
		subject->stale_whole = true;
		mark_stale(completions, subject);
	}
}

void completions_expire(const struct tally_job *job)
{
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		struct tally_subject *subject = subject_of(job, kind);
		struct completion completion = completion_of(job, kind);

		if (!subject)
			continue;
		history_note(&subject->expired, &completion);
		subject->changed = true;
	}
}

static void for_all(struct completions *completions,
		    void (*visit)(struct tally_subject *subject, void *arg), void *arg)
{
	for (int kind = 0; kind < TALLY_KINDS; kind++)
		tally_each_subject(completions->tally, (enum tally_kind)kind, visit, arg);
}

static void unexpire(struct tally_subject *subject, void *arg)
{
	history_reopen(&subject->expired, *(const int64_t *)arg);
	subject->changed = true;
}

void completions_unexpire(struct completions *completions, int64_t start)
{
	completions_distrust(completions);
	for_all(completions, unexpire, &start);
}

void completions_distrust(struct completions *completions)
{
	completions->distrusted = true;
	completions->noted_count = 0;
}

static void mark_stale_whole(struct tally_subject *subject, void *arg)
{
	subject->stale_whole = true;
	mark_stale(arg, subject);
}

/* Makes the history of SUBJECT ready to be made again; the time from which on it is to be. */
static int64_t start_again(struct tally_subject *subject, int64_t kept)
{
	struct history *history = &subject->history;

	if (subject->stale_whole || history->ok_at < kept) {
		*history = subject->expired;
		return kept;
	}
	history_recount(history);
	return history->ok_at;
}

bool completions_settle(struct completions *completions, int64_t kept, int64_t *since)
{
	apply_noted(completions);
	completions->replaying = completions->distrusted;
	*since = completions->replaying ? kept : INT64_MAX;
	if (completions->distrusted)
		for_all(completions, mark_stale_whole, completions);
	completions->distrusted = false;
	for (size_t i = 0; i < completions->stale_count; i++) {
		int64_t from = start_again(completions->stale[i], kept);

		if (from < *since)
			*since = from;
	}
	return completions->replaying || completions->stale_count > 0;
}

void completions_replay(const struct completions *completions, const struct tally_job *job)
{
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		struct tally_subject *subject = subject_of(job, kind);
		struct completion completion = completion_of(job, kind);

		/* Where all are made again, one of them may be new. */
		if (subject && (subject->stale || completions->replaying))
			history_note(&subject->history, &completion);
	}
}

void completions_replayed(struct completions *completions)
{
	for (size_t i = 0; i < completions->stale_count; i++)
		completions->stale[i]->stale = completions->stale[i]->stale_whole = false;
	completions->stale_count = 0;
}
