/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolve.h"

static struct tally_subject *resolve_subject(struct tally *tally, enum tally_kind kind,
					     const char *name)
{
	return *name ? tally_subject(tally, kind, name, "") : NULL;
}

struct tally_job resolve_job(struct tally *tally, const struct job *job)
{
	uint32_t status = job->state == JOB_DONE ? job->status : 0;
	struct tally_cell *cell = tally_cell(tally, job->type, job->policy_type, status);
	bool is_parent = job->children > 0,
	     protects = tally_is_among(job->type, RESOLVE_PROTECTING);
	struct tally_subject *policy =
	    protects ? resolve_subject(tally, TALLY_POLICY, job->policy) : NULL;

	return (struct tally_job){
	    .id = job->id,
	    .state = job->state,
	    .started = job->started,
	    .ended = job->ended,
	    .bytes = job->bytes,
	    .files = job->files,
	    .dedup = job->dedup,
	    .queue_reason = job->queue_reason,
	    .is_parent = is_parent,
	    .cell = cell,
	    .subjects = {[TALLY_WORKLOAD] = is_parent ? NULL : &cell->workload->subject,
			 [TALLY_POLICY] = is_parent ? NULL : policy,
			 [TALLY_CLIENT] = protects && !is_parent
					      ? resolve_subject(tally, TALLY_CLIENT, job->client)
					      : NULL},
	    .run = job->parent == 0 ? policy : NULL,
	};
}
