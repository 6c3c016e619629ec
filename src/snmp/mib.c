/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/mib.h"

#include <stdlib.h>
#include <string.h>

#include "snmp/agentx.h"
#include "base/mem.h"
#include "tables/reason.h"
#include "base/timefmt.h"
#include "base/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* NbuAge: never. */
#define AGE_NEVER UINT32_MAX

/* The one row of the scalars. */
struct agent {
	struct index index;
	int64_t started; /* instants of the local clock */
	int64_t config_read;
	uint32_t sites;
	uint32_t sites_down;
	uint64_t notifications_sent;
	uint64_t notifications_suppressed;
};

struct mib {
	struct agent agent;
	struct table *tables[MIB_TABLES];
	struct snapshot **snapshots; /* rising by the site's index */
	size_t count;
};

/* What columns get their values with; most take them as they stand in the row. */

static const void *member(const struct table_column *column, const void *row)
{
	return (const char *)row + column->offset;
}

static void get_enum(const struct table_column *column, const void *row, struct table_value *value)
{
	value->integer = *(const int *)member(column, row);
}

static void get_i32(const struct table_column *column, const void *row, struct table_value *value)
{
	value->integer = *(const int32_t *)member(column, row);
}

static void get_u32(const struct table_column *column, const void *row, struct table_value *value)
{
	value->number = *(const uint32_t *)member(column, row);
}

static void get_u64(const struct table_column *column, const void *row, struct table_value *value)
{
	value->number = *(const uint64_t *)member(column, row);
}

static void get_mebibytes(const struct table_column *column, const void *row,
			  struct table_value *value)
{
	value->number = *(const uint64_t *)member(column, row) / (1024 * 1024);
}

/* TEXT is cut between two characters where it is longer than a string may be. */
static void set_text(const char *text, struct table_value *value)
{
	value->string = text;
	value->length = utf8_cut(text, TABLE_STRING_MAX);
}

static void get_text(const struct table_column *column, const void *row, struct table_value *value)
{
	set_text(*(const char *const *)member(column, row), value);
}

static void get_chars(const struct table_column *column, const void *row, struct table_value *value)
{
	set_text(member(column, row), value);
}

static void get_version(const struct table_column *column, const void *row,
			struct table_value *value)
{
	(void)column;
	(void)row;
	set_text(NBU_AGENTX_VERSION, value);
}

static void get_date(const struct table_column *column, const void *row, struct table_value *value)
{
	_Static_assert(sizeof(value->scratch) >= TIMEFMT_DATE_AND_TIME_SIZE, "no room");
	value->length =
	    timefmt_date_and_time(*(const int64_t *)member(column, row), value->scratch);
	value->string = value->scratch;
}

/* Ages are those of the moment of the request; a clock that was set back makes none negative. */
static void get_age(const struct table_column *column, const void *row, struct table_value *value)
{
	int64_t instant = *(const int64_t *)member(column, row);
	int64_t age = (timefmt_now() - instant) / 1000;

	if (instant == 0)
		value->number = AGE_NEVER;
	else if (age < 0)
		value->number = 0;
	else
		value->number = age < AGE_NEVER ? (uint64_t)age : AGE_NEVER - 1;
}

/* How long something has lasted; 0 where there is no such thing. */
static void get_elapsed(const struct table_column *column, const void *row,
			struct table_value *value)
{
	get_age(column, row, value);
	if (value->number == AGE_NEVER)
		value->number = 0;
}

static void get_success_rate(const struct table_column *column, const void *row,
			     struct table_value *value)
{
	const struct snapshot_workload *workload = row;
	uint64_t good = (uint64_t)workload->succeeded + workload->partial;
	uint64_t all = good + workload->failed;

	(void)column;
	value->number = all > 0 ? good * 10000 / all : 10000;
}

/* A TruthValue. It turns true by the passing of time, without a refresh. */
static void get_reached(const struct table_column *column, const void *row,
			struct table_value *value)
{
	value->integer = timefmt_now() >= *(const int64_t *)member(column, row) ? 1 : 2;
}

static void get_reason(const struct table_column *column, const void *row,
		       struct table_value *value)
{
	set_text(reason_text(*(const uint32_t *)member(column, row)), value);
}

/* An instant as sysUpTime was then; 0 for what was before the master agent started. */
static void get_timestamp(const struct table_column *column, const void *row,
			  struct table_value *value)
{
	int64_t ago = (timefmt_now() - *(const int64_t *)member(column, row)) / 10;
	int64_t then = (int64_t)agentx_uptime() - (ago > 0 ? ago : 0);

	value->number = then > 0 ? (uint64_t)then : 0;
}

#define AT(member) offsetof(struct agent, member)
static const struct table_column agent_columns[] = {
    {1, "nbuAgentVersion", TABLE_STRING, get_version, 0},
    {2, "nbuAgentStartTime", TABLE_STRING, get_date, AT(started)},
    {3, "nbuAgentUptime", TABLE_GAUGE, get_age, AT(started)},
    {4, "nbuAgentSites", TABLE_GAUGE, get_u32, AT(sites)},
    {5, "nbuAgentSitesDown", TABLE_GAUGE, get_u32, AT(sites_down)},
    {6, "nbuAgentConfigAge", TABLE_GAUGE, get_age, AT(config_read)},
    {7, "nbuAgentNotificationsSent", TABLE_COUNTER64, get_u64, AT(notifications_sent)},
    {8, "nbuAgentNotificationsSuppressed", TABLE_COUNTER64, get_u64, AT(notifications_suppressed)},
};
#undef AT

#define AT(member) offsetof(struct snapshot_site, member)
static const struct table_column site_columns[] = {
    {2, "nbuSiteLabel", TABLE_STRING, get_text, AT(name)},
    {3, "nbuSiteUrl", TABLE_STRING, get_text, AT(url)},
    {4, "nbuSiteStatus", TABLE_INTEGER, get_enum, AT(status)},
    {5, "nbuSiteApiVersion", TABLE_STRING, get_chars, AT(api_version)},
    {6, "nbuSiteDataAge", TABLE_GAUGE, get_age, AT(data_at)},
    {7, "nbuSiteLastSuccess", TABLE_STRING, get_date, AT(last_success)},
    {8, "nbuSiteRefreshMode", TABLE_INTEGER, get_enum, AT(mode)},
    {9, "nbuSiteRefreshMillis", TABLE_GAUGE, get_u32, AT(refresh_millis)},
    {10, "nbuSiteRefreshRequests", TABLE_GAUGE, get_u32, AT(refresh_requests)},
    {11, "nbuSiteRefreshJobs", TABLE_GAUGE, get_u32, AT(refresh_jobs)},
    {12, "nbuSiteRefreshes", TABLE_COUNTER64, get_u64, AT(refreshes)},
    {13, "nbuSiteRefreshFailures", TABLE_COUNTER64, get_u64, AT(failures)},
    {14, "nbuSiteFailureStreak", TABLE_GAUGE, get_u32, AT(failure_streak)},
    {15, "nbuSiteErrorClass", TABLE_INTEGER, get_enum, AT(fault.class)},
    {16, "nbuSiteErrorText", TABLE_STRING, get_chars, AT(fault.text)},
    {17, "nbuSiteRequests", TABLE_COUNTER64, get_u64, AT(requests)},
    {18, "nbuSiteReceivedBytes", TABLE_COUNTER64, get_u64, AT(received_bytes)},
    {19, "nbuSiteJobsSkipped", TABLE_COUNTER64, get_u64, AT(jobs_skipped)},
    {20, "nbuSiteJobsHeld", TABLE_GAUGE, get_u32, AT(jobs_held)},
    {21, "nbuSiteWindow", TABLE_GAUGE, get_u32, AT(window)},
    {22, "nbuSiteRefreshInterval", TABLE_GAUGE, get_u32, AT(refresh_interval)},
    {23, "nbuSiteClockSkew", TABLE_INTEGER, get_i32, AT(clock_skew)},
    {24, "nbuSiteNamesCut", TABLE_COUNTER32, get_u32, AT(names_cut)},
    {25, "nbuSiteDiscontinuityTime", TABLE_TICKS, get_timestamp, AT(started)},
    {26, "nbuSiteSweepAge", TABLE_GAUGE, get_age, AT(swept_at)},
    {27, "nbuSiteClientsLeftOut", TABLE_GAUGE, get_u32, AT(clients_left_out)},
};
#undef AT

#define AT(member) offsetof(struct snapshot_job, member)
static const struct table_column job_columns[] = {
    {4, "nbuJobSiteLabel", TABLE_STRING, get_text, AT(site)},
    {5, "nbuJobTypeLabel", TABLE_STRING, get_text, AT(job_type)},
    {6, "nbuJobPolicyTypeLabel", TABLE_STRING, get_text, AT(policy_type)},
    {7, "nbuJobStatusCode", TABLE_GAUGE, get_u32, AT(status)},
    {8, "nbuJobCount", TABLE_GAUGE, get_u32, AT(count)},
    {9, "nbuJobBytes", TABLE_COUNTER64, get_u64, AT(bytes)},
    {10, "nbuJobMebibytes", TABLE_GAUGE, get_mebibytes, AT(bytes)},
    {11, "nbuJobFiles", TABLE_COUNTER64, get_u64, AT(files)},
    {12, "nbuJobMeanDuration", TABLE_GAUGE, get_u32, AT(mean_duration)},
    {13, "nbuJobMaxDuration", TABLE_GAUGE, get_u32, AT(max_duration)},
    {14, "nbuJobLastEndAge", TABLE_GAUGE, get_age, AT(last_end)},
    {15, "nbuJobFinished", TABLE_COUNTER64, get_u64, AT(finished)},
    {16, "nbuJobFinishedBytes", TABLE_COUNTER64, get_u64, AT(finished_bytes)},
    {17, "nbuJobFinishedFiles", TABLE_COUNTER64, get_u64, AT(finished_files)},
};
#undef AT

#define AT(member) offsetof(struct snapshot_workload, member)
static const struct table_column workload_columns[] = {
    {1, "nbuWorkloadSiteLabel", TABLE_STRING, get_text, AT(site)},
    {2, "nbuWorkloadJobTypeLabel", TABLE_STRING, get_text, AT(job_type)},
    {3, "nbuWorkloadPolicyTypeLabel", TABLE_STRING, get_text, AT(policy_type)},
    {4, "nbuWorkloadSucceeded", TABLE_GAUGE, get_u32, AT(succeeded)},
    {5, "nbuWorkloadPartial", TABLE_GAUGE, get_u32, AT(partial)},
    {6, "nbuWorkloadFailed", TABLE_GAUGE, get_u32, AT(failed)},
    {7, "nbuWorkloadSuccessRate", TABLE_GAUGE, get_success_rate, 0},
    {8, "nbuWorkloadActive", TABLE_GAUGE, get_u32, AT(active)},
    {9, "nbuWorkloadQueued", TABLE_GAUGE, get_u32, AT(queued)},
    {10, "nbuWorkloadRequeued", TABLE_GAUGE, get_u32, AT(requeued)},
    {11, "nbuWorkloadSuspended", TABLE_GAUGE, get_u32, AT(suspended)},
    {12, "nbuWorkloadIncomplete", TABLE_GAUGE, get_u32, AT(incomplete)},
    {13, "nbuWorkloadOldestActiveAge", TABLE_GAUGE, get_elapsed, AT(oldest_active)},
    {14, "nbuWorkloadOldestQueuedAge", TABLE_GAUGE, get_elapsed, AT(oldest_queued)},
    {15, "nbuWorkloadBytes", TABLE_COUNTER64, get_u64, AT(bytes)},
    {16, "nbuWorkloadMebibytes", TABLE_GAUGE, get_mebibytes, AT(bytes)},
    {17, "nbuWorkloadLastSuccessAge", TABLE_GAUGE, get_age, AT(last_success)},
    {18, "nbuWorkloadLastFailureAge", TABLE_GAUGE, get_age, AT(last_failure)},
    {19, "nbuWorkloadDedupPercent", TABLE_GAUGE, get_u32, AT(dedup)},
};
#undef AT

/* What policies and clients have in common, from column FIRST on. */
#define SUBJECT_COLUMNS(first, prefix)                                                             \
	{first, prefix "Succeeded", TABLE_GAUGE, get_u32, AT(succeeded)},                          \
	    {first + 1, prefix "Partial", TABLE_GAUGE, get_u32, AT(partial)},                      \
	    {first + 2, prefix "Failed", TABLE_GAUGE, get_u32, AT(failed)},                        \
	    {first + 3, prefix "LastStatus", TABLE_INTEGER, get_i32, AT(last_status)},             \
	    {first + 4, prefix "LastSuccessAge", TABLE_GAUGE, get_age, AT(last_success)},          \
	    {first + 5, prefix "LastFailureAge", TABLE_GAUGE, get_age, AT(last_failure)},          \
	    {first + 6, prefix "FailureStreak", TABLE_GAUGE, get_u32, AT(failure_streak)},         \
	    {first + 7, prefix "Bytes", TABLE_COUNTER64, get_u64, AT(bytes)},                      \
	    {first + 8, prefix "Mebibytes", TABLE_GAUGE, get_mebibytes, AT(bytes)},                \
	    {first + 9, prefix "MaxAge", TABLE_GAUGE, get_u32, AT(max_age)},                       \
	{                                                                                          \
		first + 10, prefix "Overdue", TABLE_INTEGER, get_reached, AT(overdue_at)           \
	}

#define AT(member) offsetof(struct snapshot_subject, member)
static const struct table_column policy_columns[] = {
    {2, "nbuPolicySiteLabel", TABLE_STRING, get_text, AT(site)},
    {3, "nbuPolicyLabel", TABLE_STRING, get_text, AT(name)},
    {4, "nbuPolicyPolicyTypeLabel", TABLE_STRING, get_text, AT(policy_type)},
    SUBJECT_COLUMNS(5, "nbuPolicy"),
};
static const struct table_column client_columns[] = {
    {2, "nbuClientSiteLabel", TABLE_STRING, get_text, AT(site)},
    {3, "nbuClientLabel", TABLE_STRING, get_text, AT(name)},
    SUBJECT_COLUMNS(4, "nbuClient"),
};
#undef AT

#define AT(member) offsetof(struct snapshot_queue, member)
static const struct table_column queue_columns[] = {
    {2, "nbuQueueSiteLabel", TABLE_STRING, get_text, AT(site)},
    {3, "nbuQueueReasonCode", TABLE_GAUGE, get_u32, AT(reason)},
    {4, "nbuQueueReasonText", TABLE_STRING, get_reason, AT(reason)},
    {5, "nbuQueueJobs", TABLE_GAUGE, get_u32, AT(jobs)},
};
#undef AT

#define AT(member) offsetof(struct mib_notify, member)
static const struct table_column notify_columns[] = {
    {1, "nbuNotifyJobId", TABLE_GAUGE, get_u64, AT(job_id)},
    {2, "nbuNotifyPolicy", TABLE_STRING, get_text, AT(policy)},
    {3, "nbuNotifyClient", TABLE_STRING, get_text, AT(client)},
};
#undef AT

static const uint32_t scalar_instance[] = {0};
const struct index mib_scalar_index = {1, scalar_instance};

static const uint32_t agent_path[] = {1, 1, 1};
static const uint32_t site_path[] = {1, 1, 2, 1};
static const uint32_t job_path[] = {1, 1, 3, 1};
static const uint32_t workload_path[] = {1, 1, 4, 1};
static const uint32_t policy_path[] = {1, 1, 5, 1};
static const uint32_t client_path[] = {1, 1, 6, 1};
static const uint32_t queue_path[] = {1, 1, 7, 1};
static const uint32_t notify_path[] = {1, 1, 8};

#define DESCRIBE(prefix, what, row)                                                                \
	{                                                                                          \
		.name = what, .path = prefix##_path, .path_length = COUNT(prefix##_path),          \
		.columns = prefix##_columns, .column_count = COUNT(prefix##_columns),              \
		.row_size = sizeof(row)                                                            \
	}

const struct table_description mib_tables[MIB_TABLES] = {
    [MIB_AGENT] = DESCRIBE(agent, "nbuAgent", struct agent),
    [MIB_SITES] = DESCRIBE(site, "nbuSiteTable", struct snapshot_site),
    [MIB_JOBS] = DESCRIBE(job, "nbuJobTable", struct snapshot_job),
    [MIB_WORKLOADS] = DESCRIBE(workload, "nbuWorkloadTable", struct snapshot_workload),
    [MIB_POLICIES] = DESCRIBE(policy, "nbuPolicyTable", struct snapshot_subject),
    [MIB_CLIENTS] = DESCRIBE(client, "nbuClientTable", struct snapshot_subject),
    [MIB_QUEUES] = DESCRIBE(queue, "nbuQueueTable", struct snapshot_queue),
};
const struct table_description mib_notify_objects =
    DESCRIBE(notify, "nbuNotify", struct mib_notify);

/* What TABLE shows of one snapshot; the scalars have no site's rows. */
static struct table_block rows_of(enum mib_table table, const struct snapshot *snapshot)
{
	switch (table) {
	case MIB_SITES:
		return (struct table_block){&snapshot->site, 1};
	case MIB_JOBS:
		return (struct table_block){snapshot->jobs, snapshot->job_count};
	case MIB_WORKLOADS:
		return (struct table_block){snapshot->workloads, snapshot->workload_count};
	case MIB_POLICIES:
		return (struct table_block){snapshot->policies, snapshot->policy_count};
	case MIB_CLIENTS:
		return (struct table_block){snapshot->clients, snapshot->client_count};
	case MIB_QUEUES:
		return (struct table_block){snapshot->queues, snapshot->queue_count};
	default:
		return (struct table_block){NULL, 0};
	}
}

static void show(struct mib *mib)
{
	struct table_block *blocks = mem_zalloc(mib->count + 1, sizeof(*blocks));

	for (size_t t = MIB_AGENT + 1; t < MIB_TABLES; t++) {
		for (size_t i = 0; i < mib->count; i++)
			blocks[i] = rows_of((enum mib_table)t, mib->snapshots[i]);
		table_set(mib->tables[t], blocks, mib->count);
	}
	free(blocks);
	mib->agent.sites = (uint32_t)mib->count;
	mib->agent.sites_down = 0;
	for (size_t i = 0; i < mib->count; i++)
		mib->agent.sites_down += mib->snapshots[i]->site.status == SNAPSHOT_DOWN;
}

struct mib *mib_new(const uint32_t *base, size_t base_length)
{
	struct mib *mib = mem_zalloc(1, sizeof(*mib));
	bool good = true;

	mib->agent.started = timefmt_now();
	mib->agent.config_read = mib->agent.started;
	mib->agent.index = mib_scalar_index;
	for (size_t t = 0; t < MIB_TABLES && good; t++) {
		mib->tables[t] = table_new(&mib_tables[t], base, base_length);
		good = mib->tables[t] != NULL && table_register(mib->tables[t]);
	}
	if (good) {
		table_set(mib->tables[MIB_AGENT], &(struct table_block){&mib->agent, 1}, 1);
	} else {
		mib_free(mib);
		mib = NULL;
	}
	return mib;
}

/* Where the site of that INDEX is, or would be. */
static size_t position(const struct mib *mib, const struct index *index)
{
	size_t at = 0;

	while (at < mib->count && index_compare(&mib->snapshots[at]->site.index, index) < 0)
		at++;
	return at;
}

void mib_publish(struct mib *mib, struct snapshot *snapshot)
{
	size_t at = position(mib, &snapshot->site.index);
	struct snapshot *old = NULL;

	if (at < mib->count &&
	    index_compare(&mib->snapshots[at]->site.index, &snapshot->site.index) == 0) {
		old = mib->snapshots[at];
	} else {
		mib->snapshots =
		    mem_resize(mib->snapshots, mib->count + 1, sizeof(*mib->snapshots));
		memmove(mib->snapshots + at + 1, mib->snapshots + at,
			(mib->count - at) * sizeof(*mib->snapshots));
		mib->count++;
	}
	mib->snapshots[at] = snapshot;
	show(mib);
	snapshot_free(old);
}

/* Where the site NAME is; mib->count when it is not there. */
static size_t find_site(const struct mib *mib, const char *name)
{
	size_t at = 0;

	while (at < mib->count && strcmp(mib->snapshots[at]->site.name, name) != 0)
		at++;
	return at;
}

bool mib_has_site(const struct mib *mib, const char *name)
{
	return find_site(mib, name) < mib->count;
}

void mib_remove_site(struct mib *mib, const char *name)
{
	size_t at = find_site(mib, name);

	if (at < mib->count) {
		struct snapshot *old = mib->snapshots[at];

		mib->count--;
		memmove(mib->snapshots + at, mib->snapshots + at + 1,
			(mib->count - at) * sizeof(*mib->snapshots));
		show(mib);
		snapshot_free(old);
	}
}

void mib_set_config_read(struct mib *mib, int64_t at)
{
	mib->agent.config_read = at;
}

void mib_set_notifications(struct mib *mib, uint64_t sent, uint64_t suppressed)
{
	mib->agent.notifications_sent = sent;
	mib->agent.notifications_suppressed = suppressed;
}

void mib_free(struct mib *mib)
{
	if (mib != NULL) {
		for (size_t t = 0; t < MIB_TABLES; t++)
			table_free(mib->tables[t]);
		for (size_t i = 0; i < mib->count; i++)
			snapshot_free(mib->snapshots[i]);
		free(mib->snapshots);
		free(mib);
	}
}
