/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A copy of what DRAFT has come to, as long-lived as the snapshot. */
static struct index keep_index(struct snapshot *snapshot, const struct index_draft *draft)
{
	return (struct index){draft->length, arena_copy(snapshot->arena, draft->ids,
							draft->length * sizeof *draft->ids)};
}

struct snapshot *snapshot_new(const char *name, const char *url)
{
	struct snapshot *snapshot = mem_zalloc(1, sizeof *snapshot);
	struct index_draft draft;

	snapshot->arena = arena_new(0);
	snapshot->site.name = arena_text(snapshot->arena, name);
	snapshot->site.url = arena_text(snapshot->arena, url);
	snapshot->site.status = SNAPSHOT_UNKNOWN;
	snapshot->site.mode = SNAPSHOT_MODE_NONE;
	fault_clear(&snapshot->site.fault);
	snapshot_index_site(&draft, name);
	snapshot->site.index = keep_index(snapshot, &draft);
	return snapshot;
}

/* A copy of ROW behind the COUNT rows of SIZE bytes at *ROWS; doubling, so that adding stays
 * linear.
 */
static void *add(void *rows, size_t *count, const void *row, size_t size)
{
	if ((*count & (*count - 1)) == 0)
		rows = mem_resize(rows, *count ? *count * 2 : 1, size);
	memcpy((char *)rows + *count * size, row, size);
	++*count;
	return rows;
}

static uint32_t add_name(struct index_draft *draft, const char *name, size_t max)
{
	char text[INDEX_NAME_MAX + 1];
	uint32_t cut = (uint32_t)index_name(name, max, text);

	index_add_string(draft, text);
	return cut;
}

void snapshot_index_site(struct index_draft *draft, const char *site)
{
	draft->length = 0;
	index_add_string(draft, site);
}

uint32_t snapshot_index_types(struct index_draft *draft, const char *site, const char *job_type,
			      const char *policy_type)
{
	uint32_t cut;

	snapshot_index_site(draft, site);
	cut = add_name(draft, job_type, INDEX_TYPE_MAX);
	return cut + add_name(draft, policy_type, INDEX_TYPE_MAX);
}

uint32_t snapshot_index_job(struct index_draft *draft, const char *site, const char *job_type,
			    const char *policy_type, uint32_t status)
{
	uint32_t cut = snapshot_index_types(draft, site, job_type, policy_type);

	index_add_number(draft, status);
	return cut;
}

uint32_t snapshot_index_subject(struct index_draft *draft, const char *site, const char *name)
{
	snapshot_index_site(draft, site);
	return add_name(draft, name, INDEX_NAME_MAX);
}

void snapshot_add_job(struct snapshot *snapshot, const struct snapshot_job *row)
{
	struct index_draft draft;
	struct snapshot_job job = *row;

	job.site = snapshot->site.name;
	job.job_type = arena_text(snapshot->arena, row->job_type);
	job.policy_type = arena_text(snapshot->arena, row->policy_type);
	snapshot->site.names_cut +=
	    snapshot_index_job(&draft, job.site, row->job_type, row->policy_type, row->status);
	job.index = keep_index(snapshot, &draft);
	snapshot->jobs = add(snapshot->jobs, &snapshot->job_count, &job, sizeof job);
}

void snapshot_add_workload(struct snapshot *snapshot, const struct snapshot_workload *row)
{
	struct index_draft draft;
	struct snapshot_workload workload = *row;

	workload.site = snapshot->site.name;
	workload.job_type = arena_text(snapshot->arena, row->job_type);
	workload.policy_type = arena_text(snapshot->arena, row->policy_type);
	snapshot->site.names_cut +=
	    snapshot_index_types(&draft, workload.site, row->job_type, row->policy_type);
	workload.index = keep_index(snapshot, &draft);
	snapshot->workloads =
	    add(snapshot->workloads, &snapshot->workload_count, &workload, sizeof workload);
}

static struct snapshot_subject make_subject(struct snapshot *snapshot,
					    const struct snapshot_subject *row)
{
	struct index_draft draft;
	struct snapshot_subject subject = *row;

	subject.site = snapshot->site.name;
	subject.name = arena_text(snapshot->arena, row->name);
	subject.policy_type = arena_text(snapshot->arena, row->policy_type);
	snapshot->site.names_cut += snapshot_index_subject(&draft, subject.site, row->name);
	subject.index = keep_index(snapshot, &draft);
	return subject;
}

void snapshot_add_policy(struct snapshot *snapshot, const struct snapshot_subject *row)
{
	struct snapshot_subject policy = make_subject(snapshot, row);

	snapshot->policies =
	    add(snapshot->policies, &snapshot->policy_count, &policy, sizeof policy);
}

void snapshot_add_client(struct snapshot *snapshot, const struct snapshot_subject *row)
{
	struct snapshot_subject client = make_subject(snapshot, row);

	snapshot->clients = add(snapshot->clients, &snapshot->client_count, &client, sizeof client);
}

void snapshot_add_queue(struct snapshot *snapshot, const struct snapshot_queue *row)
{
	struct index_draft draft;
	struct snapshot_queue queue = *row;

	queue.site = snapshot->site.name;
	snapshot_index_site(&draft, queue.site);
	index_add_number(&draft, row->reason);
	queue.index = keep_index(snapshot, &draft);
	snapshot->queues = add(snapshot->queues, &snapshot->queue_count, &queue, sizeof queue);
}

/* Every row begins with its index. */
static int compare_rows(const void *a, const void *b)
{
	return index_compare(a, b);
}

/* Whether COUNT rows rise, as they do where names are neither cut nor twice there. */
static bool is_sorted(const char *rows, size_t count, size_t size)
{
	size_t i = 1;

	while (i < count && compare_rows(rows + (i - 1) * size, rows + i * size) < 0)
		i++;
	return i >= count;
}

static void sort(void *rows, size_t *count, size_t size)
{
	char *base = rows;
	size_t kept = 0;

	if (is_sorted(base, *count, size))
		return;
	qsort(rows, *count, size, compare_rows);
	for (size_t i = 1; i < *count; i++) {
		if (compare_rows(base + kept * size, base + i * size) == 0)
			continue;
		if (++kept != i)
			memcpy(base + kept * size, base + i * size, size);
	}
	*count = kept + 1;
}

void snapshot_seal(struct snapshot *snapshot)
{
	sort(snapshot->jobs, &snapshot->job_count, sizeof *snapshot->jobs);
	sort(snapshot->workloads, &snapshot->workload_count, sizeof *snapshot->workloads);
	sort(snapshot->policies, &snapshot->policy_count, sizeof *snapshot->policies);
	sort(snapshot->clients, &snapshot->client_count, sizeof *snapshot->clients);
	sort(snapshot->queues, &snapshot->queue_count, sizeof *snapshot->queues);
}

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	free(snapshot->jobs);
	free(snapshot->workloads);
	free(snapshot->policies);
	free(snapshot->clients);
	free(snapshot->queues);
	event_clear(&snapshot->events);
	arena_free(snapshot->arena);
	free(snapshot);
}
