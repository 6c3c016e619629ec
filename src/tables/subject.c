/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/subject.h"

#include "tally/overdue.h"

/* The retention of a watched row begins when it is overdue, so that people can see that it is. */
bool subject_is_shown(const struct drawing *drawing, const struct tally_subject *subject,
		      const struct config_watch *watch)
{
	const struct history *history = &subject->history;
	int64_t since = history->last_at > history->run_at ? history->last_at : history->run_at;
	uint64_t jobs = subject->succeeded + subject->partial + subject->failed +
			subject->unfinished + subject->runs;
	int64_t overdue = overdue_from(subject, watch, drawing->known_since);
	bool ended = since > 0;

	if (overdue != OVERDUE_NEVER && overdue > since)
		since = overdue;
	return jobs > 0 || (watch && watch->expected) ||
	       (ended && drawing_retains(drawing, drawing_local(drawing, since)));
}

/* The status of what ended at AT. Statuses of NetBackup are small, so an Integer32 is enough. */
static int32_t status_at(int64_t at, uint32_t status)
{
	if (at == 0)
		return -1;
	return status < INT32_MAX ? (int32_t)status : INT32_MAX;
}

struct subject_row subject_row(const struct drawing *drawing, const struct tally_subject *subject,
			       const struct config_watch *watch)
{
	const struct history *history = &subject->history;
	int64_t overdue = overdue_from(subject, watch, drawing->known_since);

	return (struct subject_row){
	    .name = subject->name,
	    .policy_type = history->last_at ? history->last_type : "",
	    .succeeded = subject->succeeded,
	    .partial = subject->partial,
	    .failed = subject->failed,
	    .last_status = status_at(history->last_at, history->last_status),
	    .last_success = drawing_local(drawing, history->ok_at),
	    .last_failure = drawing_local(drawing, history->failed_at),
	    .failure_streak = history->streak,
	    .bytes = subject->bytes,
	    .max_age = watch ? (uint32_t)watch->max_age : 0,
	    .last_run_status = status_at(history->run_at, history->run_status),
	    .last_run = drawing_local(drawing, history->run_at),
	    .runs_active = subject->runs,
	    .overdue_at =
		overdue == OVERDUE_NEVER ? SUBJECT_NEVER : drawing_local(drawing, overdue),
	};
}
