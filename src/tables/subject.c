/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/subject.h"

#include "tally/overdue.h"

/* The retention of a watched row begins when it is overdue, so that people can see that it is. */
bool subject_is_shown(const struct drawing *drawing, const struct tally_subject *subject,
		      const struct config_watch *watch)
{
	int64_t since = subject->history.last_at;
	int64_t overdue = overdue_from(subject, watch, drawing->known_since);

	if (overdue != OVERDUE_NEVER && overdue > since)
		since = overdue;
	return subject->succeeded + subject->partial + subject->failed + subject->unfinished > 0 ||
	       (watch && watch->expected) ||
	       (subject->history.last_at &&
		drawing_retains(drawing, drawing_local(drawing, since)));
}

/* Statuses of NetBackup are small, so an Integer32 is enough. */
static int32_t last_status(const struct history *history)
{
	return history->last_status < INT32_MAX ? (int32_t)history->last_status : INT32_MAX;
}

struct subject_row subject_row(const struct drawing *drawing, const struct tally_subject *subject,
			       const struct config_watch *watch)
{
	const struct history *history = &subject->history;
	int64_t overdue = overdue_from(subject, watch, drawing->known_since);

	return (struct subject_row){
	    .name = subject->name,
	    .policy_type = history->last_at ? history->last_type : "",
	    .succeeded = drawing_gauge(subject->succeeded),
	    .partial = drawing_gauge(subject->partial),
	    .failed = drawing_gauge(subject->failed),
	    .last_status = history->last_at ? last_status(history) : -1,
	    .last_success = drawing_local(drawing, history->ok_at),
	    .last_failure = drawing_local(drawing, history->failed_at),
	    .failure_streak = history->streak,
	    .bytes = subject->bytes,
	    .max_age = watch ? (uint32_t)watch->max_age : 0,
	    .overdue_at =
		overdue == OVERDUE_NEVER ? SUBJECT_NEVER : drawing_local(drawing, overdue),
	};
}
