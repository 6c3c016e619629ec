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

static void note_success(struct history *history, const struct completion *end)
{
	if (!is_after(end->at, end->id, history->ok_at, history->ok_id))
		return;
	history->ok_at = end->at;
	history->ok_id = end->id;
	if (history->streak > 0 &&
	    is_after(history->failed_at, history->failed_id, end->at, end->id))
		history->uncertain = true;
	else
		history->streak = 0;
}

static void note_failure(struct history *history, const struct completion *end)
{
	/* Where ends are noted again it comes again. */
	if (end->at == history->failed_at && end->id == history->failed_id)
		return;
	if (is_after(end->at, end->id, history->ok_at, history->ok_id))
		history->streak++;
	if (!is_after(end->at, end->id, history->failed_at, history->failed_id))
		return;
	history->failed_at = end->at;
	history->failed_id = end->id;
}

void history_note(struct history *history, const struct completion *end)
{
	if (history_is_success(end->status))
		note_success(history, end);
	else
		note_failure(history, end);
	if (!is_after(end->at, end->id, history->last_at, history->last_id))
		return;
	history->last_at = end->at;
	history->last_id = end->id;
	history->last_status = end->status;
	history->last_type = end->policy_type;
}

bool history_retract(struct history *history, const struct completion *end)
{
	if ((end->at == history->ok_at && end->id == history->ok_id) ||
	    (end->at == history->failed_at && end->id == history->failed_id) ||
	    (end->at == history->last_at && end->id == history->last_id))
		return false;
	if (!history_is_success(end->status) &&
	    is_after(end->at, end->id, history->ok_at, history->ok_id))
		history->streak--;
	return true;
}

void history_recount(struct history *history)
{
	/* Only of the latest it is known when it was. It will not count again. */
	history->streak =
	    is_after(history->failed_at, history->failed_id, history->ok_at, history->ok_id);
	history->uncertain = false;
}

void history_cut(struct history *history, int64_t start)
{
	if (history->last_at >= start)
		history_recount(history);
}

bool history_equal(const struct history *a, const struct history *b)
{
	return a->ok_at == b->ok_at && a->ok_id == b->ok_id && a->failed_at == b->failed_at &&
	       a->failed_id == b->failed_id && a->last_at == b->last_at &&
	       a->last_id == b->last_id && a->last_status == b->last_status &&
	       a->streak == b->streak &&
	       (a->last_at == 0 || strcmp(a->last_type, b->last_type) == 0);
}
