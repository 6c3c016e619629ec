/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/history.h"

#include <string.h>

static bool is_after(int64_t at, int64_t id, int64_t other_at, int64_t other_id)
{
	return at != other_at ? at > other_at : id > other_id;
}

bool history_is_success(uint32_t status)
{
	return status <= 1;
}

static void note_success(struct history *history, const struct completion *completion)
{
	if (!is_after(completion->at, completion->id, history->ok_at, history->ok_id))
		return;
	history->ok_at = completion->at;
	history->ok_id = completion->id;
	if (history->streak > 0 &&
	    is_after(history->failed_at, history->failed_id, completion->at, completion->id))
		history->uncertain = true;
	else
		history->streak = 0;
}

static void note_failure(struct history *history, const struct completion *completion)
{
	/* When completions are noted again, this one comes a second time. */
	if (completion->at == history->failed_at && completion->id == history->failed_id)
		return;
	if (is_after(completion->at, completion->id, history->ok_at, history->ok_id))
		history->streak++;
	if (!is_after(completion->at, completion->id, history->failed_at, history->failed_id))
		return;
	history->failed_at = completion->at;
	history->failed_id = completion->id;
}

static void note_run(struct history *history, const struct completion *completion)
{
	if (!completion->is_run ||
	    !is_after(completion->at, completion->id, history->run_at, history->run_id))
		return;
	history->run_at = completion->at;
	history->run_id = completion->id;
	history->run_status = completion->status;
}

void history_note(struct history *history, const struct completion *completion)
{
	note_run(history, completion);
	if (!completion->counts)
		return;
	if (history_is_success(completion->status))
		note_success(history, completion);
	else
		note_failure(history, completion);
	if (!is_after(completion->at, completion->id, history->last_at, history->last_id))
		return;
	history->last_at = completion->at;
	history->last_id = completion->id;
	history->last_status = completion->status;
	history->last_job_type = completion->job_type;
	history->last_type = completion->policy_type;
}

bool history_retract(struct history *history, const struct completion *completion)
{
	if (completion->is_run && completion->at == history->run_at &&
	    completion->id == history->run_id)
		return false;
	if (!completion->counts)
		return true;
	if ((completion->at == history->ok_at && completion->id == history->ok_id) ||
	    (completion->at == history->failed_at && completion->id == history->failed_id) ||
	    (completion->at == history->last_at && completion->id == history->last_id))
		return false;
	if (!history_is_success(completion->status) &&
	    is_after(completion->at, completion->id, history->ok_at, history->ok_id))
		history->streak--;
	return true;
}

void history_recount(struct history *history)
{
	/* Only the time of the latest failure is known. Noted again, it does not count twice. */
	history->streak =
	    is_after(history->failed_at, history->failed_id, history->ok_at, history->ok_id);
	history->uncertain = false;
}

void history_reopen(struct history *history, int64_t start)
{
	if (history->last_at >= start)
		history_recount(history);
}

bool history_equal(const struct history *a, const struct history *b)
{
	return a->ok_at == b->ok_at && a->ok_id == b->ok_id && a->failed_at == b->failed_at &&
	       a->failed_id == b->failed_id && a->last_at == b->last_at &&
	       a->last_id == b->last_id && a->last_status == b->last_status &&
	       a->streak == b->streak && a->run_at == b->run_at && a->run_id == b->run_id &&
	       a->run_status == b->run_status &&
	       (a->last_at == 0 || (strcmp(a->last_job_type, b->last_job_type) == 0 &&
				    strcmp(a->last_type, b->last_type) == 0));
}
