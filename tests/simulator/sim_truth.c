/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_truth.h"

#include <stdlib.h>
#include <string.h>

#include "sim_kind.h"
#include "sim_name.h"
#include "sim_order.h"

/* What a client makes of a job that is written oddly. */
static const struct verdict {
	bool skipped;
	bool no_bytes;
	int64_t kilobytes; /* in place of those of the job; 0 = none */
	bool no_files;
	bool no_duration;
	bool no_type;
	bool no_policy;
	bool unknown;
} verdicts[SIM_ODD_KINDS] = {
    [SIM_ODD_STATUS_TEXT] = {.skipped = true},
    [SIM_ODD_STATUS_ABSENT] = {.skipped = true},
    [SIM_ODD_NO_ID] = {.skipped = true},
    [SIM_ODD_VOLUME_NEGATIVE] = {.no_bytes = true, .no_files = true},
    [SIM_ODD_VOLUME_HUGE] = {.kilobytes = INT64_C(1) << 43, .no_files = true},
    [SIM_ODD_VOLUME_TEXT] = {.kilobytes = 4096, .no_files = true},
    [SIM_ODD_ATTRIBUTES_NULL] = {.skipped = true},
    [SIM_ODD_NOT_AN_OBJECT] = {.skipped = true},
    [SIM_ODD_POLICY_NUMBER] = {.no_policy = true},
    [SIM_ODD_TYPES_EMPTY] = {.no_type = true, .no_policy = true},
    [SIM_ODD_TYPES_NULL] = {.no_type = true, .no_policy = true},
    [SIM_ODD_TYPES_UNKNOWN] = {.unknown = true},
    [SIM_ODD_START_ABSENT] = {.no_duration = true},
    [SIM_ODD_END_BEFORE_START] = {.no_duration = true},
};

static int64_t read_kilobytes(const struct verdict *verdict, int64_t written)
{
	if (verdict->kilobytes)
		return verdict->kilobytes;
	return verdict->no_bytes ? 0 : written;
}

struct row {
	int64_t count;
	int64_t bytes;
	int64_t files;
	int64_t seconds;
	int64_t longest;
};

/* Behind the known names come these two, in both dimensions. */
enum { EXTRA_NONE, EXTRA_UNKNOWN, EXTRAS };

/* All rows that there can be: names are few, so that a row is found by its indices. */
struct table {
	int types;
	int policies;
	int statuses;
	struct row *rows;
};

static struct row *row_at(const struct table *table, int type, int policy, int status)
{
	return &table->rows[(type * table->policies + policy) * table->statuses + status];
}

static struct row *row_of(const struct table *table, const struct sim_job *job,
			  const struct verdict *verdict)
{
	int first_extra_type = sim_kind_types();
	int first_extra_policy = sim_kind_policy_types();
	int type = job->type;
	int policy = job->policy_type;

	if (verdict->no_type)
		type = first_extra_type + EXTRA_NONE;
	if (verdict->no_policy || policy < 0)
		policy = first_extra_policy + EXTRA_NONE;
	if (verdict->unknown) {
		type = first_extra_type + EXTRA_UNKNOWN;
		policy = first_extra_policy + EXTRA_UNKNOWN;
	}
	return row_at(table, type, policy, job->status);
}

static void count_job(const struct table *table, const struct sim_job *job)
{
	const struct verdict *verdict = &verdicts[job->odd];
	int64_t seconds = (job->end_ms - job->start_ms) / 1000;
	struct row *row;

	if (verdict->skipped)
		return;
	if (verdict->no_duration)
		seconds = 0;
	row = row_of(table, job, verdict);
	row->count++;
	row->bytes += read_kilobytes(verdict, job->kilobytes) * 1024;
	row->files += verdict->no_files ? 0 : job->files;
	row->seconds += seconds;
	if (row->longest < seconds)
		row->longest = seconds;
}

static const char *type_name(int type)
{
	if (type < sim_kind_types())
		return sim_kind_type_name(type);
	return type == sim_kind_types() + EXTRA_NONE ? "NONE" : "FUTURE_JOB";
}

static const char *policy_name(int policy)
{
	if (policy < sim_kind_policy_types())
		return sim_kind_policy_type_name(policy);
	return policy == sim_kind_policy_types() + EXTRA_NONE ? "NONE" : "FUTURE_POLICY";
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Splits the lines, sorts them and adds them to the result. */
static void add_sorted(struct sim_buf *buf, struct sim_buf *text, size_t count)
{
	char **lines = calloc(count + 1, sizeof(*lines));
	size_t found = 0;
	char *rest = NULL;

	if (!lines || !text->data) {
		free(lines);
		return;
	}
	for (char *line = strtok_r(text->data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		lines[found++] = line;
	qsort(lines, found, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < found; i++)
		sim_buf_printf(buf, "%s\n", lines[i]);
	free(lines);
}

static void write_rows(struct sim_buf *buf, const struct table *table)
{
	struct sim_buf text = {0};
	size_t lines = 0;
	int cells = table->types * table->policies * table->statuses;

	for (int i = 0; i < cells; i++) {
		const struct row *row = &table->rows[i];
		int status = i % table->statuses;
		int policy = i / table->statuses % table->policies;
		int type = i / table->statuses / table->policies;

		if (!row->count)
			continue;
		sim_buf_printf(&text, "%s\t%s\t%d\t%lld\t%lld\t%lld\t%lld\t%lld\n", type_name(type),
			       policy_name(policy), sim_kind_status_code(status),
			       (long long)row->count, (long long)row->bytes, (long long)row->files,
			       (long long)(row->seconds / row->count), (long long)row->longest);
		lines++;
	}
	add_sorted(buf, &text, lines);
	sim_buf_free(&text);
}

/* A client makes the name fit to be shown: of what is no UTF-8, an octet becomes a question mark.
 */
static void read_policy(const struct sim_job *job, char policy[SIM_NAME_SIZE])
{
	if (job->odd == SIM_ODD_INVALID_UTF8)
		strcpy(policy, "caf? ??");
	else
		sim_name_policy(job->policy, policy);
}

static int read_queue_reason(const struct sim_job *job)
{
	int reason = sim_job_is_sparse(job) ? 0 : sim_job_queue_reason(job);

	return reason > 0 ? reason : 0;
}

/* A client multiplies the percentage, which is a double, and cuts. */
static int read_dedup(const struct sim_job *job)
{
	return sim_job_is_sparse(job) ? 0 : (int)sim_job_dedup_tenths(job) * 10;
}

/* As a client reads the job: what is written oddly or not at all counts for nothing. */
static void add_job(struct sim_buf *buf, const struct sim_job *job)
{
	const struct verdict *verdict = &verdicts[job->odd];
	const char *type = sim_kind_type_name(job->type);
	const char *policy_type = "NONE";
	bool done = job->state == SIM_DONE;
	bool sparse = sim_job_is_sparse(job);
	int schedule = sim_job_schedule(job);
	char policy[SIM_NAME_SIZE], client[SIM_NAME_SIZE];

	if (verdict->unknown)
		type = type_name(sim_kind_types() + EXTRA_UNKNOWN);
	else if (verdict->no_type)
		type = "NONE";
	if (verdict->unknown)
		policy_type = policy_name(sim_kind_policy_types() + EXTRA_UNKNOWN);
	else if (!verdict->no_policy && job->policy_type >= 0)
		policy_type = sim_kind_policy_type_name(job->policy_type);
	read_policy(job, policy);
	sim_name_client(job->client, client);
	sim_buf_number(buf, job->id);
	sim_buf_printf(buf, "\t%s\t%s\t%s\t", sim_job_state_name(job->state), type, policy_type);
	if (done)
		sim_buf_number(buf, sim_kind_status_code(job->status));
	else
		sim_buf_text(buf, "-");
	sim_buf_printf(buf, "\t%lld\t%lld\t%lld\t%lld\t%lld\t%s\t%s\t%d\t%d\t%lld\t%lld\t%s\t%s\n",
		       (long long)read_kilobytes(verdict, sim_job_so_far(job, job->kilobytes)) *
			   1024,
		       (long long)(verdict->no_files ? 0 : sim_job_so_far(job, job->files)),
		       (long long)(job->odd == SIM_ODD_START_ABSENT ? 0 : job->start_ms),
		       (long long)(done ? job->end_ms : 0), (long long)job->update_ms, policy,
		       client, read_queue_reason(job), read_dedup(job),
		       (long long)(job->parent_id == job->id ? 0 : job->parent_id),
		       (long long)job->children, sparse ? "" : sim_job_schedule_name(job),
		       sparse ? "" : sim_kind_schedule_type_name(schedule));
}

void sim_truth_jobs(struct sim_buf *buf, const struct sim_world *world, int64_t now_ms,
		    int64_t since_ms)
{
	int64_t count = sim_order_count(world, now_ms);

	for (int64_t i = 0; i < count; i++) {
		struct sim_job job = sim_job_at(world, i, now_ms);

		if (job.deleted || verdicts[job.odd].skipped)
			continue;
		if (job.state != SIM_DONE || job.update_ms >= since_ms)
			add_job(buf, &job);
	}
}

void sim_truth_write(struct sim_buf *buf, const struct sim_world *world, int64_t now_ms,
		     int64_t window_ms)
{
	struct table table = {
	    .types = sim_kind_types() + EXTRAS,
	    .policies = sim_kind_policy_types() + EXTRAS,
	    .statuses = sim_kind_statuses(),
	};
	int64_t count = sim_order_count(world, now_ms);

	table.rows = calloc((size_t)table.types * (size_t)table.policies * (size_t)table.statuses,
			    sizeof(*table.rows));
	if (!table.rows)
		return;
	for (int64_t i = 0; i < count; i++) {
		struct sim_job job = sim_job_at(world, i, now_ms);

		if (!job.deleted && job.state == SIM_DONE && job.end_ms >= now_ms - window_ms)
			count_job(&table, &job);
	}
	write_rows(buf, &table);
	free(table.rows);
}
