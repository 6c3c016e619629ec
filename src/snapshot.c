/* SPDX-License-Identifier: BSD-2-Clause */
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

struct snapshot *snapshot_new(const char *name, const char *url)
{
	struct snapshot *snapshot = mem_zalloc(1, sizeof *snapshot);

	snapshot->site.name = mem_strdup(name);
	snapshot->site.url = mem_strdup(url);
	snapshot->site.status = SNAPSHOT_UNKNOWN;
	snapshot->site.mode = SNAPSHOT_MODE_NONE;
	fault_clear(&snapshot->site.fault);
	index_add_string(&snapshot->site.index, name);
	return snapshot;
}

/* Room for one row more; doubling, so that adding stays linear. */
static struct snapshot_job *new_row(struct snapshot *snapshot)
{
	size_t count = snapshot->job_count;

	if ((count & (count - 1)) == 0)
		snapshot->jobs =
		    mem_resize(snapshot->jobs, count ? count * 2 : 1, sizeof *snapshot->jobs);
	return &snapshot->jobs[snapshot->job_count++];
}

void snapshot_add_job(struct snapshot *snapshot, const struct snapshot_job *row)
{
	struct snapshot_job *job = new_row(snapshot);
	char type[INDEX_TYPE_MAX + 1], policy[INDEX_TYPE_MAX + 1];

	*job = *row;
	job->site = snapshot->site.name;
	job->job_type = mem_strdup(row->job_type);
	job->policy_type = mem_strdup(row->policy_type);
	snapshot->site.names_cut += (uint32_t)index_name(job->job_type, INDEX_TYPE_MAX, type);
	snapshot->site.names_cut += (uint32_t)index_name(job->policy_type, INDEX_TYPE_MAX, policy);
	job->index = snapshot->site.index;
	index_add_string(&job->index, type);
	index_add_string(&job->index, policy);
	index_add_number(&job->index, job->status);
}

static int compare_jobs(const void *a, const void *b)
{
	const struct snapshot_job *left = a, *right = b;

	return index_compare(&left->index, &right->index);
}

void snapshot_seal(struct snapshot *snapshot)
{
	if (snapshot->job_count > 0)
		qsort(snapshot->jobs, snapshot->job_count, sizeof *snapshot->jobs, compare_jobs);
}

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	for (size_t i = 0; i < snapshot->job_count; i++) {
		free((char *)snapshot->jobs[i].job_type);
		free((char *)snapshot->jobs[i].policy_type);
	}
	free(snapshot->jobs);
	free((char *)snapshot->site.name);
	free((char *)snapshot->site.url);
	free(snapshot);
}
