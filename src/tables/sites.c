/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/sites.h"

#include "config/config.h"
#include "tables/drawing.h"

_Static_assert(CONFIG_SITE_NAME_MAX <= INDEX_TYPE_MAX, "a site's name is never cut");

static const char *const status_words[] = {
    [SITE_UNKNOWN] = "unknown", [SITE_UP] = "up", [SITE_DOWN] = "down", NULL};
static const char *const mode_words[] = {
    [SITE_MODE_NONE] = "none", [SITE_MODE_FULL] = "full", [SITE_MODE_DELTA] = "delta", NULL};

#define HIDDEN .place = COLUMN_NOT_ON_PAPER
static const struct column columns[] = {
    COLUMN(2, "nbuSiteLabel", SITE, site_row, name),
    COLUMN(3, "nbuSiteUrl", TEXT, site_row, url, HIDDEN),
    COLUMN(4, "nbuSiteStatus", ENUM, site_row, status, .words = status_words,
	   .tones = COLUMN_STATE),
    COLUMN(5, "nbuSiteApiVersion", CHARS, site_row, api_version, .rank = COLUMN_MINOR),
    COLUMN(6, "nbuSiteDataAge", AGE, site_row, data_at, .heading = "DATA AGE"),
    COLUMN(7, "nbuSiteLastSuccess", DATE, site_row, last_success, HIDDEN),
    COLUMN(8, "nbuSiteRefreshMode", ENUM, site_row, mode, .words = mode_words, HIDDEN),
    COLUMN(9, "nbuSiteRefreshMillis", NUMBER, site_row, refresh_millis, .rank = COLUMN_DETAIL),
    COLUMN(10, "nbuSiteRefreshRequests", NUMBER, site_row, refresh_requests, .rank = COLUMN_DETAIL),
    COLUMN(11, "nbuSiteRefreshJobs", NUMBER, site_row, refresh_jobs, .rank = COLUMN_DETAIL),
    COLUMN(12, "nbuSiteRefreshes", AMOUNT, site_row, refreshes, HIDDEN),
    COLUMN(13, "nbuSiteRefreshFailures", AMOUNT, site_row, failures, HIDDEN),
    COLUMN(14, "nbuSiteFailureStreak", NUMBER, site_row, failure_streak, .heading = "STREAK",
	   .tones = COLUMN_BAD, .rank = COLUMN_MINOR),
    COLUMN(15, "nbuSiteErrorClass", ENUM, site_row, fault.class, .words = fault_class_names,
	   .tones = COLUMN_ERROR, .rank = COLUMN_USEFUL),
    COLUMN(16, "nbuSiteErrorText", CHARS, site_row, fault.text, .place = COLUMN_AT_END),
    COLUMN(17, "nbuSiteRequests", AMOUNT, site_row, requests, HIDDEN),
    COLUMN(18, "nbuSiteReceivedBytes", BYTES, site_row, received_bytes, HIDDEN),
    COLUMN(19, "nbuSiteJobsSkipped", AMOUNT, site_row, jobs_skipped, HIDDEN),
    COLUMN(20, "nbuSiteJobsHeld", NUMBER, site_row, jobs_held, .sum = true, .rank = COLUMN_MINOR),
    COLUMN(21, "nbuSiteWindow", NUMBER, site_row, window, HIDDEN),
    COLUMN(22, "nbuSiteRefreshInterval", NUMBER, site_row, refresh_interval, HIDDEN),
    COLUMN(23, "nbuSiteClockSkew", SIGNED, site_row, clock_skew, .rank = COLUMN_DETAIL),
    COLUMN(24, "nbuSiteNamesCut", COUNTER, site_row, names_cut, HIDDEN),
    COLUMN(25, "nbuSiteDiscontinuityTime", TIMESTAMP, site_row, started, HIDDEN),
    COLUMN(26, "nbuSiteSweepAge", AGE, site_row, swept_at, HIDDEN),
    COLUMN(27, "nbuSiteClientsLeftOut", NUMBER, site_row, clients_left_out, HIDDEN),
    COLUMN(28, "nbuSiteNotice", CHARS, site_row, notice, .place = COLUMN_AT_END,
	   .rank = COLUMN_MINOR),
    COLUMN(29, "nbuSiteCertificateExpires", DATE, site_row, certificate_expires, HIDDEN),
    COLUMN(30, "nbuSiteSucceeded", NUMBER, site_row, succeeded, .sum = true, .rank = COLUMN_USEFUL),
    COLUMN(31, "nbuSitePartial", NUMBER, site_row, partial, .sum = true, .tones = COLUMN_ODD,
	   .rank = COLUMN_MINOR),
    COLUMN(32, "nbuSiteFailed", NUMBER, site_row, failed, .sum = true, .tones = COLUMN_BAD),
    COLUMN(33, "nbuSiteActive", NUMBER, site_row, active, .sum = true, .rank = COLUMN_USEFUL),
    COLUMN(34, "nbuSiteQueued", NUMBER, site_row, queued, .sum = true, .rank = COLUMN_USEFUL),
    COLUMN(35, "nbuSiteOldestActiveAge", ELAPSED, site_row, oldest_active, HIDDEN),
    COLUMN(36, "nbuSiteOldestQueuedAge", ELAPSED, site_row, oldest_queued, HIDDEN),
    COLUMN(37, "nbuSiteLastEndAge", AGE, site_row, last_end, HIDDEN),
    COLUMN(38, "nbuSitePoliciesOverdue", COME, site_row, policies_overdue, .sum = true,
	   .tones = COLUMN_BAD, .rank = COLUMN_USEFUL),
    COLUMN(39, "nbuSiteClientsOverdue", COME, site_row, clients_overdue, .sum = true,
	   .tones = COLUMN_BAD, .rank = COLUMN_MINOR),
    COLUMN(40, "nbuSiteFailuresKept", NUMBER, site_row, failures_kept, HIDDEN),
};
#undef HIDDEN

/* Of two instants, 0 = there is none. */
static int64_t earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The sums of a site, not cut to 32 bits yet. Instants are of the server's clock. */
struct sums {
	uint64_t succeeded, partial, failed, active, queued;
	int64_t oldest_active, oldest_queued, last_end;
};

static void add_workload(struct tally_subject *subject, void *arg)
{
	const struct tally_workload *workload = tally_workload(subject);
	struct sums *sums = arg;

	sums->succeeded += subject->succeeded;
	sums->partial += subject->partial;
	sums->failed += subject->failed;
	sums->active += workload->jobs[JOB_ACTIVE];
	sums->queued += workload->jobs[JOB_QUEUED];
	sums->oldest_active = earlier(sums->oldest_active, workload->oldest[JOB_ACTIVE]);
	sums->oldest_queued = earlier(sums->oldest_queued, workload->oldest[JOB_QUEUED]);
	if (subject->history.last_at > sums->last_end)
		sums->last_end = subject->history.last_at;
}

/* One number for each question, for checks that can read only one. */
static void sum_up(struct drawing *drawing, struct site_row *row)
{
	struct sums sums = {0};

	tally_each_subject(drawing->tally, TALLY_WORKLOAD, add_workload, &sums);
	row->succeeded = drawing_gauge(sums.succeeded);
	row->partial = drawing_gauge(sums.partial);
	row->failed = drawing_gauge(sums.failed);
	row->active = drawing_gauge(sums.active);
	row->queued = drawing_gauge(sums.queued);
	row->oldest_active = drawing_local(drawing, sums.oldest_active);
	row->oldest_queued = drawing_local(drawing, sums.oldest_queued);
	row->last_end = drawing_local(drawing, sums.last_end);
	row->policies_overdue = drawing_take_overdue(drawing, TALLY_POLICY);
	row->clients_overdue = drawing_take_overdue(drawing, TALLY_CLIENT);
}

static void draw(struct drawing *drawing)
{
	struct snapshot *snapshot = drawing->snapshot;
	struct notice_facts facts = drawing->facts;
	struct site_row row = *drawing->row;

	row.url = drawing->site->url;
	row.window = (uint32_t)drawing->site->window;
	row.refresh_interval = (uint32_t)drawing->site->refresh;
	row.names_cut += snapshot->names_cut;
	row.clients_left_out = snapshot->tables[TABLE_CLIENTS].left_out;
	row.failures_kept = (uint32_t)snapshot->tables[TABLE_FAILURES].count;
	facts.clients_left_out = row.clients_left_out;
	facts.window = drawing->site->window;
	facts.certificate = row.certificate_expires;
	facts.skew = row.clock_skew;
	notice_write(&facts, drawing->now, row.notice);
	if (drawing->tally)
		sum_up(drawing, &row);
	snapshot_add(snapshot, TABLE_SITES, &row);
}

const struct table sites_table = {
    .name = "sites",
    .object = "nbuSiteTable",
    .title = "Sites: whether the numbers can be trusted",
    TABLE_AT(2, 1),
    TABLE_COLUMNS(columns),
    .row_size = sizeof(struct site_row),
    .draw = draw,
    .without_jobs = true,
};

struct site_row sites_unknown(void)
{
	struct site_row row = {.status = SITE_UNKNOWN, .mode = SITE_MODE_NONE};

	fault_clear(&row.fault);
	return row;
}

struct snapshot *sites_snapshot(const char *name, const char *url)
{
	struct snapshot *snapshot = snapshot_new(name);
	struct site_row row = sites_unknown();

	row.url = url;
	snapshot_add(snapshot, TABLE_SITES, &row);
	return snapshot;
}

struct site_row *sites_row(const struct snapshot *snapshot)
{
	return snapshot->tables[TABLE_SITES].rows;
}
