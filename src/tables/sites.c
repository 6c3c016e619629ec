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
    COLUMN(4, "nbuSiteStatus", ENUM, site_row, status, .words = status_words),
    COLUMN(5, "nbuSiteApiVersion", CHARS, site_row, api_version),
    COLUMN(6, "nbuSiteDataAge", AGE, site_row, data_at, .heading = "DATA AGE"),
    COLUMN(7, "nbuSiteLastSuccess", DATE, site_row, last_success, HIDDEN),
    COLUMN(8, "nbuSiteRefreshMode", ENUM, site_row, mode, .words = mode_words, HIDDEN),
    COLUMN(9, "nbuSiteRefreshMillis", NUMBER, site_row, refresh_millis),
    COLUMN(10, "nbuSiteRefreshRequests", NUMBER, site_row, refresh_requests),
    COLUMN(11, "nbuSiteRefreshJobs", NUMBER, site_row, refresh_jobs),
    COLUMN(12, "nbuSiteRefreshes", AMOUNT, site_row, refreshes, HIDDEN),
    COLUMN(13, "nbuSiteRefreshFailures", AMOUNT, site_row, failures, HIDDEN),
    COLUMN(14, "nbuSiteFailureStreak", NUMBER, site_row, failure_streak, .heading = "STREAK"),
    COLUMN(15, "nbuSiteErrorClass", ENUM, site_row, fault.class, .words = fault_class_names),
    COLUMN(16, "nbuSiteErrorText", CHARS, site_row, fault.text, .place = COLUMN_AT_END),
    COLUMN(17, "nbuSiteRequests", AMOUNT, site_row, requests, HIDDEN),
    COLUMN(18, "nbuSiteReceivedBytes", AMOUNT, site_row, received_bytes, HIDDEN),
    COLUMN(19, "nbuSiteJobsSkipped", AMOUNT, site_row, jobs_skipped, HIDDEN),
    COLUMN(20, "nbuSiteJobsHeld", NUMBER, site_row, jobs_held),
    COLUMN(21, "nbuSiteWindow", NUMBER, site_row, window, HIDDEN),
    COLUMN(22, "nbuSiteRefreshInterval", NUMBER, site_row, refresh_interval, HIDDEN),
    COLUMN(23, "nbuSiteClockSkew", SIGNED, site_row, clock_skew),
    COLUMN(24, "nbuSiteNamesCut", COUNTER, site_row, names_cut, HIDDEN),
    COLUMN(25, "nbuSiteDiscontinuityTime", TIMESTAMP, site_row, started, HIDDEN),
    COLUMN(26, "nbuSiteSweepAge", AGE, site_row, swept_at, HIDDEN),
    COLUMN(27, "nbuSiteClientsLeftOut", NUMBER, site_row, clients_left_out, HIDDEN),
};
#undef HIDDEN

static void draw(struct drawing *drawing)
{
	struct snapshot *snapshot = drawing->snapshot;
	struct site_row row = *drawing->row;

	row.url = drawing->site->url;
	row.window = (uint32_t)drawing->site->window;
	row.refresh_interval = (uint32_t)drawing->site->refresh;
	row.names_cut += snapshot->names_cut;
	row.clients_left_out = snapshot->tables[TABLE_CLIENTS].left_out;
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
    .is_summary = true,
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
