/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolve.h"

static struct tally_subject *resolve_subject(struct tally *tally, enum tally_kind kind,
					     const struct tally_cell *cell, const char *name)
{
	return tally_is_backup(cell) && *name ? tally_subject(tally, kind, name, "") : NULL;
}

struct tally_job resolve_job(struct tally *tally, const struct job *job)
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
	    .subjects = {[TALLY_WORKLOAD] = &cell->workload->subject,
			 [TALLY_POLICY] = resolve_subject(tally, TALLY_POLICY, cell, job->policy),
			 [TALLY_CLIENT] = resolve_subject(tally, TALLY_CLIENT, cell, job->client)},
	};
}
