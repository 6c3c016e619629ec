/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/timefmt.h"
#include "harness.h"
#include "tables/drawing.h"
#include "tally/failures.h"
#include "tally/overdue.h"
#include "unit/rows.h"
#include "unit/tally/sample.h"

/* The columns of nbuSiteTable that sum up the other tables. */

#define SECOND INT64_C(1000)
#define HOUR 3600
#define SKEW (40 * SECOND) /* the server's clock is ahead */

static char gold[] = "gold*", expected[] = "payroll", any[] = "*", name[] = "paris", url[] = "";

static struct config_watch policy_watches[] = {{gold, HOUR, false}, {expected, 2 * HOUR, true}};
static struct config_watch client_watches[] = {{any, HOUR, false}};

static struct config_site site = {.name = name,
				  .url = url,
				  .window = 5 * HOUR,
				  .refresh = 90,
				  .row_retention = 10 * HOUR,
				  .policies = {policy_watches, 2},
				  .clients = {client_watches, 1},
				  .client_limit = 1};

static int64_t now;

/* The instant of the server's clock so many seconds before now. */
static int64_t ago(int64_t seconds)
{
	return now + SKEW - seconds * SECOND;
}

static struct snapshot *draw(struct tally *tally)
{
	struct site_row row = sites_unknown();
	struct drawing drawing = {.snapshot = snapshot_new(name),
				  .site = &site,
				  .row = &row,
				  .tally = tally,
				  .now = now,
				  .skew = SKEW,
				  .known_since = ago(HOUR)};

	drawing_run(&drawing);
	return drawing.snapshot;
}

/* The number in column NUMBER of the site's row. */
static uint64_t number_of(const struct snapshot *snapshot, uint32_t number)
{
	const struct column *column = table_column(&sites_table, number);
	struct column_value value = {0};

	CU_ASSERT_PTR_NOT_NULL_FATAL(column);
	column_get(column, sites_row(snapshot), &value);
	return value.number;
}

/* The same as it is printed for a moment AFTER seconds from now. */
static const char *text_of(const struct snapshot *snapshot, uint32_t number, int64_t after)
{
	static char room[COLUMN_ROOM];
	const char *text = column_print(table_column(&sites_table, number), sites_row(snapshot),
					now + after * SECOND, room);

	return text ? text : "null";
}

static void add(struct tally *tally, const char *type, uint32_t status, enum job_state state,
		int64_t started)
{
	struct job job = sample_job(type, "VMWARE", status);

	job.state = state;
	job.started = started;
	sample_add(tally, &job);
}

static void test_sums(void)
{
	struct tally *tally = tally_new(NULL);
	struct snapshot *snapshot;

	now = timefmt_now();
	for (uint32_t status = 0; status < 5; status++)
		add(tally, "BACKUP", status, JOB_DONE, ago(900));
	add(tally, "RESTORE", 0, JOB_DONE, ago(900));
	add(tally, "BACKUP", 0, JOB_ACTIVE, ago(100));
	add(tally, "RESTORE", 0, JOB_ACTIVE, ago(200));
	add(tally, "RESTORE", 0, JOB_QUEUED, ago(300));
	add(tally, "RESTORE", 0, JOB_SUSPENDED, ago(400));
	sample_subject(tally, TALLY_WORKLOAD, "BACKUP")->history.last_at = ago(70);
	sample_subject(tally, TALLY_WORKLOAD, "RESTORE")->history.last_at = ago(60);
	snapshot = draw(tally);
	EQUAL_NUMBER(number_of(snapshot, 21), 5 * HOUR);
	EQUAL_NUMBER(number_of(snapshot, 22), 90);
	EQUAL_NUMBER(number_of(snapshot, 30), 2);
	EQUAL_NUMBER(number_of(snapshot, 31), 1);
	EQUAL_NUMBER(number_of(snapshot, 32), 3);
	EQUAL_NUMBER(number_of(snapshot, 33), 2);
	EQUAL_NUMBER(number_of(snapshot, 34), 1);
	EQUAL_TEXT(text_of(snapshot, 35, 0), "200");
	EQUAL_TEXT(text_of(snapshot, 36, 0), "300");
	EQUAL_TEXT(text_of(snapshot, 37, 0), "60");
	snapshot_free(snapshot);
	tally_free(tally);
}

/* Gives NAME a last success and a last end so many seconds ago. */
static void end(struct tally *tally, enum tally_kind kind, const char *subject_name,
		int64_t success, int64_t last)
{
	struct history *history = &tally_subject(tally, kind, subject_name, "")->history;

	history->ok_at = success ? ago(success) : 0;
	history->last_at = ago(last);
	history->last_type = "VMWARE";
}

/* It goes by the clock, and not only by refreshes. */
static void test_overdue(void)
{
	struct tally *tally = tally_new(NULL);
	struct snapshot *snapshot;

	now = timefmt_now();
	end(tally, TALLY_POLICY, "gold-1", HOUR - 100, HOUR - 100);
	end(tally, TALLY_POLICY, "gold-2", HOUR - 300, 5);
	end(tally, TALLY_POLICY, "gold-3", HOUR + 1, HOUR + 1);
	end(tally, TALLY_POLICY, "gold-4", 0, 5);
	end(tally, TALLY_POLICY, "silver", 9 * HOUR, 9 * HOUR);	  /* not watched */
	end(tally, TALLY_POLICY, "gold-5", 12 * HOUR, 12 * HOUR); /* has no row any more */
	end(tally, TALLY_CLIENT, "a", HOUR + 1, 5);
	end(tally, TALLY_CLIENT, "b", HOUR + 1, 5); /* beyond the limit */
	end(tally, TALLY_CLIENT, "c", 5, 5);
	overdue_expect(tally, &site); /* payroll: overdue an hour from now on */
	snapshot = draw(tally);
	EQUAL_NUMBER(number_of(snapshot, 38), 2);
	EQUAL_NUMBER(number_of(snapshot, 39), 2);
	EQUAL_NUMBER(COUNT_OF(snapshot, CLIENTS), 1);
	EQUAL_TEXT(text_of(snapshot, 38, 99), "2");
	EQUAL_TEXT(text_of(snapshot, 38, 100), "3");
	EQUAL_TEXT(text_of(snapshot, 38, 299), "3");
	EQUAL_TEXT(text_of(snapshot, 38, 300), "4");
	EQUAL_TEXT(text_of(snapshot, 38, HOUR), "5");
	EQUAL_TEXT(text_of(snapshot, 39, HOUR - 6), "2");
	EQUAL_TEXT(text_of(snapshot, 39, HOUR - 5), "3");
	snapshot_free(snapshot);
	tally_free(tally);
}

/* The newest have rows, in the order of their ids, as far as an index can hold these. */
static void test_failures(void)
{
	struct snapshot *snapshot = snapshot_new(name);
	struct failures *failures = failures_new();
	struct site_row row = sites_unknown();
	struct tally *tally = tally_new(NULL);
	struct drawing drawing = {.snapshot = snapshot,
				  .site = &site,
				  .row = &row,
				  .tally = tally,
				  .failures = failures,
				  .skew = SKEW};
	struct job job = sample_job("RESTORE", "VMWARE", 5);

	for (int64_t id = UINT32_MAX - INT64_C(2); id <= UINT32_MAX + INT64_C(1); id++) {
		job.id = id;
		job.ended = SKEW + 1000000 - id % 10;
		failures_note(failures, &job);
	}
	site.failures_kept = 4;
	drawing_run(&drawing);
	EQUAL_NUMBER(number_of(snapshot, 40), 3);
	EQUAL_NUMBER(COUNT_OF(snapshot, FAILURES), 3);
	for (uint32_t i = 0; i < COUNT_OF(snapshot, FAILURES); i++) {
		const struct failure_row *failure = &ROWS(snapshot, FAILURES, failure_row)[i];

		EQUAL_NUMBER(failure->job_id, UINT32_MAX - 2 + i);
		EQUAL_NUMBER(failure->status, 5);
		EQUAL_NUMBER(failure->ended, 1000000 - (UINT32_MAX - 2 + i) % 10);
		EQUAL_TEXT(failure->site, name);
		EQUAL_TEXT(failure->job_type, "RESTORE");
		EQUAL_TEXT(failure->client, "db1");
	}
	snapshot_free(snapshot);
	failures_free(failures);
	tally_free(tally);
}

/* What nobody waits for any more stays as a row of none for the time of the retention. */
static void test_queues(void)
{
	static const int64_t since[] = {0, 1, 10 * HOUR - 1, 10 * HOUR};
	struct tally *tally = tally_new(NULL);
	struct snapshot *snapshot;

	now = timefmt_now();
	tally_queue(tally, 40)->jobs = 2;
	for (uint32_t i = 0; i < sizeof since / sizeof since[0]; i++)
		tally_queue(tally, 41 + i)->empty_since = now - since[i] * SECOND;
	snapshot = draw(tally);
	EQUAL_NUMBER(COUNT_OF(snapshot, QUEUE), 4);
	for (uint32_t i = 0; i < COUNT_OF(snapshot, QUEUE); i++) {
		EQUAL_NUMBER(ROWS(snapshot, QUEUE, queue_row)[i].reason, 40 + i);
		EQUAL_NUMBER(ROWS(snapshot, QUEUE, queue_row)[i].jobs, i == 0 ? 2 : 0);
	}
	snapshot_free(snapshot);
	tally_free(tally);
}

static void test_before_the_first_sweep(void)
{
	struct snapshot *snapshot = draw(NULL);

	for (uint32_t number = 30; number <= 39; number++)
		EQUAL_NUMBER(number_of(snapshot, number), number == 37 ? UINT32_MAX : 0);
	snapshot_free(snapshot);
}

static const struct harness_test tests[] = {
    {"sums of a site", test_sums},
    {"how many are overdue", test_overdue},
    {"the newest failures", test_failures},
    {"queues that have become empty", test_queues},
    {"nothing is known yet", test_before_the_first_sweep},
    {NULL, NULL},
};

const struct harness_suite sites_suite = {"sites", tests};
