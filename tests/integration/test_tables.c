/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "manager.h"
#include "model.h"
#include "base/timefmt.h"
#include "world.h"

/*
 * The tables of workloads, policies, clients and the queue, as a manager sees them. What it reads
 * is made into a snapshot again and compared with the model; the server's clock is moved by the
 * test, so that it stands still meanwhile.
 */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NEVER_AGE 4294967295
#define DAY 86400

/* Ages are whole seconds, and the rows are a refresh old. */
#define TOLERANCE (harness_sanitized() ? 20000 : 4000)

static const char watch_all[] = "policy \"*\" { max-age = \"25h\" }\n"
				"client \"*\" { max-age = \"25h\" }\n";
static struct config_watch all[] = {{(char *)"*", 25 * 3600, false}};

struct stage {
	struct sim *sim;
	struct config_site site; /* what the agent is configured with, for the model */
	struct model *model;
	struct process *agent;
	void *manager;
	int64_t now; /* by the server's clock */
};

static struct process *start_agent(struct stage *stage, const char *more)
{
	world_forget_sites();
	world_site("paris", stage->sim, more);
	return world_agent(NULL);
}

/* All that the agent could see at this time of the server's clock it has seen. */
static void await_refresh(struct stage *stage)
{
	manager_await_refresh(stage->manager, "paris");
	model_refreshed(stage->model, stage->now, true, 0, false);
}

static void advance(struct stage *stage, int64_t seconds)
{
	stage->now = sim_advance(stage->sim, seconds);
	await_refresh(stage);
}

/* The agent has TOP and, for its site, MORE in its configuration; STAGE->site says the same. */
static void begin(struct stage *stage, const char *options, const char *top, const char *more)
{
	char words[300];

	snprintf(words, sizeof words, "--clock manual %s", options);
	stage->sim = world_sim("sim", words);
	stage->now = sim_advance(stage->sim, 0);
	stage->site.name = (char *)"paris";
	stage->model = model_new(stage->sim, &stage->site);
	model_tolerate(stage->model, TOLERANCE);
	model_begin(stage->model, stage->now);
	world_config(top);
	world_snmpd();
	stage->agent = start_agent(stage, more);
	stage->manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(stage->manager, "paris", SITE_STATUS) == UP, 60);
	await_refresh(stage);
}

static struct stage usual_stage(void)
{
	return (struct stage){.site = {.window = DAY,
				       .row_retention = 7 * DAY,
				       .policies = {all, COUNT(all)},
				       .clients = {all, COUNT(all)},
				       .protecting_jobs = RESOLVE_PROTECTING,
				       .client_limit = 2000}};
}

/* How a cell becomes a member of a row. */
enum form { TEXT, NUMBER32, INTEGER32, NUMBER64, AGE };

struct field {
	unsigned column;
	enum form form;
	size_t offset;
};

/* A table, and what is to be checked of a row beside its members. */
struct layout {
	unsigned number;
	const struct field *fields;
	size_t field_count;
	unsigned derived[3]; /* columns that are worked out of others, 0 = no more */
	/* Adds ROW, as it was at NOW, to SNAPSHOT; its index there. DERIVED has those columns. */
	const struct index *(*add)(struct snapshot *snapshot, void *row,
				   const struct manager_cell *derived, int64_t now);
};

#define AT(type, member) offsetof(struct type, member)
#define FIELDS(fields) fields, COUNT(fields)

/* A sum in MiB stands beside the same in bytes. */
static void check_mebibytes(uint64_t bytes, const struct manager_cell *cell)
{
	EQUAL_NUMBER(cell->number, bytes >> 20);
}

static const struct field job_fields[] = {
    {5, TEXT, AT(job_row, job_type)},
    {6, TEXT, AT(job_row, policy_type)},
    {7, NUMBER32, AT(job_row, status)},
    {8, NUMBER32, AT(job_row, count)},
    {9, NUMBER64, AT(job_row, bytes)},
    {11, NUMBER64, AT(job_row, files)},
    {12, NUMBER32, AT(job_row, mean_duration)},
    {13, NUMBER32, AT(job_row, max_duration)},
    {14, AGE, AT(job_row, last_end)},
    {15, NUMBER64, AT(job_row, finished)},
    {16, NUMBER64, AT(job_row, finished_bytes)},
    {17, NUMBER64, AT(job_row, finished_files)},
    {18, NUMBER32, AT(job_row, parents)},
};

static const struct index *add_job(struct snapshot *snapshot, void *memory,
				   const struct manager_cell *derived, int64_t now)
{
	struct job_row *row = memory;

	(void)now;
	check_mebibytes(row->bytes, &derived[0]);
	snapshot_add(snapshot, TABLE_JOBS, row);
	return &ROWS(snapshot, JOBS, job_row)[COUNT_OF(snapshot, JOBS) - 1].index;
}

static const struct field workload_fields[] = {
    {2, TEXT, AT(workload_row, job_type)},	 {3, TEXT, AT(workload_row, policy_type)},
    {4, NUMBER32, AT(workload_row, succeeded)},	 {5, NUMBER32, AT(workload_row, partial)},
    {6, NUMBER32, AT(workload_row, failed)},	 {8, NUMBER32, AT(workload_row, active)},
    {9, NUMBER32, AT(workload_row, queued)},	 {10, NUMBER32, AT(workload_row, requeued)},
    {11, NUMBER32, AT(workload_row, suspended)}, {12, NUMBER32, AT(workload_row, incomplete)},
    {13, AGE, AT(workload_row, oldest_active)},	 {14, AGE, AT(workload_row, oldest_queued)},
    {15, NUMBER64, AT(workload_row, bytes)},	 {17, AGE, AT(workload_row, last_success)},
    {18, AGE, AT(workload_row, last_failure)},	 {19, NUMBER32, AT(workload_row, dedup)},
};

static const struct index *add_workload(struct snapshot *snapshot, void *memory,
					const struct manager_cell *derived, int64_t now)
{
	struct workload_row *row = memory;
	uint64_t good = (uint64_t)row->succeeded + row->partial, whole = good + row->failed;

	(void)now;
	/* These two are 0 where there is none: no age of never. */
	if (row->active == 0)
		row->oldest_active = 0;
	if (row->queued == 0)
		row->oldest_queued = 0;
	EQUAL_NUMBER(derived[0].number, whole ? good * 10000 / whole : 10000);
	check_mebibytes(row->bytes, &derived[1]);
	snapshot_add(snapshot, TABLE_WORKLOADS, row);
	return &ROWS(snapshot, WORKLOADS, workload_row)[COUNT_OF(snapshot, WORKLOADS) - 1].index;
}

/* The columns from succeeded on, which is the column FIRST, are the same of policies and clients.
 */
#define SUBJECT_FIELDS(first)                                                                      \
	{first, NUMBER32, AT(subject_row, succeeded)},                                             \
	    {(first) + 1, NUMBER32, AT(subject_row, partial)},                                     \
	    {(first) + 2, NUMBER32, AT(subject_row, failed)},                                      \
	    {(first) + 3, INTEGER32, AT(subject_row, last_status)},                                \
	    {(first) + 4, AGE, AT(subject_row, last_success)},                                     \
	    {(first) + 5, AGE, AT(subject_row, last_failure)},                                     \
	    {(first) + 6, NUMBER32, AT(subject_row, failure_streak)},                              \
	    {(first) + 7, NUMBER64, AT(subject_row, bytes)},                                       \
	    {(first) + 9, NUMBER32, AT(subject_row, max_age)},

static const struct field policy_fields[] = {
    {3, TEXT, AT(subject_row, name)},
    {4, TEXT, AT(subject_row, policy_type)},
    SUBJECT_FIELDS(5){16, INTEGER32, AT(subject_row, last_run_status)},
    {17, AGE, AT(subject_row, last_run)},
    {18, NUMBER32, AT(subject_row, runs_active)}};

static const struct field client_fields[] = {{3, TEXT, AT(subject_row, name)}, SUBJECT_FIELDS(4)};

/* DERIVED: MiB and whether it is overdue. */
static void check_subject(struct subject_row *row, const struct manager_cell *derived, int64_t now)
{
	int64_t limit = row->last_success + row->max_age * INT64_C(1000);
	bool ended = row->last_status >= 0, overdue = derived[1].integer == 1;

	check_mebibytes(row->bytes, &derived[0]);
	if (!overdue)
		EQUAL_NUMBER(derived[1].integer, 2);
	row->overdue_at = row->max_age == 0 ? SUBJECT_NEVER : limit;
	if (row->max_age == 0)
		CU_ASSERT_FALSE(overdue);
	if (row->max_age == 0 || (!row->last_success && !ended))
		return;
	if (!row->last_success)
		CU_ASSERT_TRUE(overdue);
	if (llabs(now - limit) > TOLERANCE)
		EQUAL_NUMBER(overdue, now >= limit);
}

static const struct index *add_policy(struct snapshot *snapshot, void *row,
				      const struct manager_cell *derived, int64_t now)
{
	check_subject(row, derived, now);
	snapshot_add(snapshot, TABLE_POLICIES, row);
	return &ROWS(snapshot, POLICIES, subject_row)[COUNT_OF(snapshot, POLICIES) - 1].index;
}

static const struct index *add_client(struct snapshot *snapshot, void *memory,
				      const struct manager_cell *derived, int64_t now)
{
	struct subject_row *row = memory;

	/* There is no such column. */
	row->policy_type = "";
	check_subject(row, derived, now);
	snapshot_add(snapshot, TABLE_CLIENTS, row);
	return &ROWS(snapshot, CLIENTS, subject_row)[COUNT_OF(snapshot, CLIENTS) - 1].index;
}

static const struct field queue_fields[] = {{3, NUMBER32, AT(queue_row, reason)},
					    {5, NUMBER32, AT(queue_row, jobs)}};

/* The text begins with the vendor's word, such as MEDIA_IN_USE, where there is one. */
static void check_reason(uint32_t reason, const struct manager_cell *text)
{
	size_t capitals = strspn(text->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

	CU_ASSERT_TRUE(text->text_length > 0);
	if (reason == 0)
		EQUAL_TEXT(text->text, "no reason given");
	else if (reason == 1)
		EQUAL_NUMBER(strncmp(text->text, "MEDIA_IN_USE", 12), 0);
	else if (reason <= 31 && capitals < 5)
		FAIL("the text of reason %u is \"%s\"", reason, text->text);
}

static const struct index *add_queue(struct snapshot *snapshot, void *memory,
				     const struct manager_cell *derived, int64_t now)
{
	struct queue_row *row = memory;

	(void)now;
	check_reason(row->reason, &derived[0]);
	snapshot_add(snapshot, TABLE_QUEUE, row);
	return &ROWS(snapshot, QUEUE, queue_row)[COUNT_OF(snapshot, QUEUE) - 1].index;
}

static const struct layout layouts[] = {
    {3, FIELDS(job_fields), {10}, add_job},
    {4, FIELDS(workload_fields), {7, 16}, add_workload},
    {5, FIELDS(policy_fields), {13, 15}, add_policy},
    {6, FIELDS(client_fields), {12, 14}, add_client},
    {7, FIELDS(queue_fields), {4}, add_queue},
};

/* Sets the member of ROW that FIELD is about; NOW is when the walk began. */
static void set_member(char *row, const struct field *field, const struct manager_cell *cell,
		       int64_t now)
{
	void *member = row + field->offset;

	switch (field->form) {
	case TEXT:
		*(const char **)member = cell->text;
		break;
	case NUMBER32:
		*(uint32_t *)member = (uint32_t)cell->number;
		break;
	case INTEGER32:
		*(int32_t *)member = (int32_t)cell->integer;
		break;
	case NUMBER64:
		*(uint64_t *)member = cell->number;
		break;
	case AGE:
		*(int64_t *)member =
		    cell->number == NEVER_AGE ? 0 : now - (int64_t)cell->number * 1000;
		break;
	}
}

/* The index part of CELL must be that of the row's names. */
static void check_index(const struct manager_cell *cell, const struct index *index)
{
	oid id[MAX_OID_LEN];
	/* The column's own name has three more: table, entry and column. */
	size_t before = manager_oid_of("", id) + 3;
	uint32_t ids[INDEX_SIZE];
	size_t length = index_unpack(index, ids);
	bool same = cell->length == before + length;

	for (size_t i = 0; same && i < length; i++)
		same = cell->id[before + i] == ids[i];
	if (!same)
		FAIL("a row is not called by its names");
	else
		CU_PASS("index");
	CU_ASSERT_TRUE(cell->length <= 128);
}

#define FIELDS_MAX 16
#define DERIVED_MAX 3

static void read_row(struct snapshot *snapshot, const struct layout *layout,
		     const struct manager_cells *columns, size_t number, int64_t now)
{
	union {
		struct job_row job;
		struct workload_row workload;
		struct subject_row subject;
		struct queue_row queue;
	} row;
	struct manager_cell derived[DERIVED_MAX];

	memset(&row, 0, sizeof row);
	for (size_t i = 0; i < layout->field_count; i++)
		set_member((char *)&row, &layout->fields[i], &columns[i].cells[number], now);
	for (size_t i = 0; i < DERIVED_MAX && layout->derived[i]; i++)
		derived[i] = columns[layout->field_count + i].cells[number];
	check_index(&columns[0].cells[number], layout->add(snapshot, &row, derived, now));
}

static void read_table(void *manager, struct snapshot *snapshot, const struct layout *layout,
		       enum manager_manner manner, int64_t now)
{
	struct manager_cells columns[FIELDS_MAX + DERIVED_MAX] = {{.count = 0}};
	size_t count = 0;

	for (; count < layout->field_count; count++)
		columns[count] = manager_column(manager, "paris", layout->number,
						layout->fields[count].column, manner);
	for (size_t i = 0; i < DERIVED_MAX && layout->derived[i]; i++)
		columns[count++] =
		    manager_column(manager, "paris", layout->number, layout->derived[i], manner);
	for (size_t i = 0; i < count; i++)
		if (columns[i].count != columns[0].count)
			world_fail(__FILE__, __LINE__, "table %u: %zu and %zu rows", layout->number,
				   columns[i].count, columns[0].count);
	for (size_t row = 0; row < columns[0].count; row++)
		read_row(snapshot, layout, columns, row, now);
	for (size_t i = 0; i < count; i++)
		manager_free_cells(&columns[i]);
}

/*
 * All tables of the site paris, read column by column; to be freed. Ages stay the same while the
 * server's clock stands still, however long the reading takes.
 */
static struct snapshot *read_tables(void *manager, enum manager_manner manner)
{
	struct snapshot *snapshot = sites_snapshot("paris", "");
	struct site_row *site = sites_row(snapshot);
	int64_t now = timefmt_now();

	site->clock_skew = (int32_t)manager_site(manager, "paris", SITE_CLOCK_SKEW);
	for (size_t i = 0; i < COUNT(layouts); i++)
		read_table(manager, snapshot, &layouts[i], manner, now);
	site->jobs_held = (uint32_t)manager_site(manager, "paris", SITE_JOBS_HELD);
	site->clients_left_out = (uint32_t)manager_site(manager, "paris", SITE_CLIENTS_LEFT_OUT);
	return snapshot;
}

/* Compares all tables with the truth. */
static struct snapshot *check(struct stage *stage, enum manager_manner manner, const char *when)
{
	struct snapshot *snapshot = read_tables(stage->manager, manner);

	model_check(stage->model, snapshot, stage->now, when);
	return snapshot;
}

static void check_all(struct stage *stage, const char *when)
{
	snapshot_free(check(stage, WITH_BULK, when));
}

static void test_truth(void)
{
	struct stage stage = usual_stage();
	struct snapshot *snapshot;

	begin(&stage,
	      "--jobs 3000 --unfinished 300 --rate 20 --policies 40 --clients 60 --long-names",
	      watch_all, NULL);
	snapshot = check(&stage, WITH_NEXT, "getnext");
	CU_ASSERT_TRUE(COUNT_OF(snapshot, WORKLOADS) > 20);
	CU_ASSERT_TRUE(COUNT_OF(snapshot, POLICIES) > 30);
	CU_ASSERT_TRUE(COUNT_OF(snapshot, CLIENTS) > 50);
	CU_ASSERT_TRUE(COUNT_OF(snapshot, QUEUE) > 5);
	snapshot_free(snapshot);
	snapshot_free(check(&stage, WITH_BULK, "getbulk"));
	advance(&stage, 7200);
	snapshot_free(check(&stage, WITH_BULK, "later"));
	model_free(stage.model);
}

/* What is found among the names of a table. */
struct lengths {
	unsigned of_64, of_65, of_255, alike; /* alike: the first 64 octets are those of another */
};

static struct lengths lengths_of(const struct subject_row *rows, size_t count)
{
	struct lengths found = {0, 0, 0, 0};

	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(rows[i].name);

		found.of_64 += length == 64;
		found.of_65 += length == 65;
		found.of_255 += length == 255;
		for (size_t j = 0; j < i; j++)
			found.alike += strncmp(rows[i].name, rows[j].name, 64) == 0 && length > 64;
	}
	return found;
}

/* Names longer than an index can be make rows of their own, and the label has them whole. */
static void test_long_names(void)
{
	struct stage stage = usual_stage();
	struct manager_cells whole;
	struct snapshot *snapshot;
	struct lengths policies, clients;

	begin(&stage, "--jobs 4000 --policies 20 --clients 20 --long-names", watch_all, NULL);
	snapshot = check(&stage, WITH_NEXT, "long names");
	policies = lengths_of(ROWS(snapshot, POLICIES, subject_row), COUNT_OF(snapshot, POLICIES));
	clients = lengths_of(ROWS(snapshot, CLIENTS, subject_row), COUNT_OF(snapshot, CLIENTS));
	CU_ASSERT_TRUE(policies.of_64 && policies.of_65 && policies.of_255 && policies.alike);
	CU_ASSERT_TRUE(clients.of_64 && clients.of_65 && clients.of_255 && clients.alike);
	/* They count each time that the rows are made. */
	CU_ASSERT_TRUE(manager_site(stage.manager, "paris", SITE_NAMES_CUT) >=
		       (int64_t)snapshot->names_cut);
	CU_ASSERT_TRUE(snapshot->names_cut >= policies.of_65 + policies.of_255);
	snapshot_free(snapshot);
	/* That it rises is for the walk itself to see. */
	whole = manager_walk(stage.manager, "", WITH_BULK);
	CU_ASSERT_TRUE(whole.count > 1000);
	for (size_t i = 0; i < whole.count; i++)
		if (whole.cells[i].length > 128)
			FAIL("a name of %zu sub-identifiers", whole.cells[i].length);
	manager_free_cells(&whole);
	model_free(stage.model);
}

/* The cell of COLUMN of the policy NAME. */
static int64_t policy_cell(const struct stage *stage, const char *name, unsigned column)
{
	struct manager_cell cell;
	char object[600];
	int length = snprintf(object, sizeof object, "5.1.%u.5.112.97.114.105.115.%zu", column,
			      strlen(name));

	for (const char *at = name; *at; at++)
		length += snprintf(object + length, sizeof object - (size_t)length, ".%u",
				   (unsigned char)*at);
	if (!manager_get_cell(stage->manager, object, &cell) || cell.type == SNMP_NOSUCHINSTANCE)
		return -2;
	return cell.integer;
}

static void check_watch(const struct stage *stage, const char *policy, uint32_t max_age,
			int overdue)
{
	EQUAL_NUMBER(policy_cell(stage, policy, 14), max_age);
	EQUAL_NUMBER(policy_cell(stage, policy, 15), overdue);
}

/* The first rows say which backups are missing. */
static void test_overdue(void)
{
	static struct config_watch watches[] = {
	    {(char *)"never seen", 60, true},
	    {(char *)"policy-0000[01]", 25 * 3600, false},
	};
	struct stage stage = usual_stage();

	stage.site.policies = (struct config_watch_list){watches, COUNT(watches)};
	stage.site.clients.count = 0;
	begin(&stage,
	      "--jobs 2000 --policies 20 --good-policy policy-00000 --fail-policy policy-00001",
	      "policy \"policy-0000[01]\" { max-age = \"25h\" }\n",
	      "policy \"never seen\" { max-age = \"60s\" }\n");
	check_watch(&stage, "policy-00000", 25 * 3600, 2);
	check_watch(&stage, "policy-00001", 25 * 3600, 1);
	EQUAL_NUMBER(policy_cell(&stage, "policy-00001", 9), NEVER_AGE);
	CU_ASSERT_TRUE(policy_cell(&stage, "policy-00001", 11) > 10);
	check_watch(&stage, "policy-00002", 0, 2);
	/* The window is longer than that: it should have been there. */
	check_watch(&stage, "never seen", 60, 1);
	EQUAL_NUMBER(policy_cell(&stage, "never seen", 8), -1);
	EQUAL_NUMBER(policy_cell(&stage, "never seen", 9), NEVER_AGE);
	check_all(&stage, "overdue");
	/* Nothing runs any more, and what was good is so no longer. */
	advance(&stage, 26 * 3600);
	check_watch(&stage, "policy-00000", 25 * 3600, 1);
	check_watch(&stage, "policy-00002", 0, 2);
	check_all(&stage, "overdue, a day later");
	model_free(stage.model);
}

/* What is told of the past is so after the window has passed, and after a restart and a crash. */
static void test_past(void)
{
	static const int ends[] = {SIGTERM, SIGKILL};
	struct stage stage = usual_stage();
	struct snapshot *snapshot;

	begin(&stage, "--jobs 2000 --rate 2 --policies 40 --clients 40 --unfinished 20", watch_all,
	      NULL);
	advance(&stage, 600);
	check_all(&stage, "before");
	/* The jobs that come later end within the window: none must. */
	for (size_t i = 0; i < COUNT(ends); i++) {
		stage.agent->want = WORLD_ANY;
		world_end_process(stage.agent, ends[i], 10);
		stage.agent = start_agent(&stage, NULL);
		AWAIT(manager_site(stage.manager, "paris", SITE_STATUS) == UP, 30);
		check_all(&stage, "after a restart");
		advance(&stage, DAY + 3600);
		check_all(&stage, "after the window");
	}
	snapshot = read_tables(stage.manager, WITH_BULK);
	CU_ASSERT_TRUE(COUNT_OF(snapshot, POLICIES) > 10);
	snapshot_free(snapshot);
	model_free(stage.model);
}

/* A policy's row goes when it has had no job for row-hold. */
static void test_hold(void)
{
	struct stage stage = usual_stage();
	struct snapshot *before, *after;

	stage.site.window = 3600;
	stage.site.row_retention = 7200;
	stage.site.policies.count = 0;
	stage.site.clients.count = 0;
	begin(&stage, "--jobs 1000 --spread 0.9 --unfinished 3 --policies 60", "",
	      "window = \"1h\"\nrow-hold = \"2h\"\n");
	before = check(&stage, WITH_BULK, "at first");
	EQUAL_NUMBER(COUNT_OF(before, CLIENTS), 0);
	CU_ASSERT_TRUE(COUNT_OF(before, POLICIES) > 40);
	advance(&stage, 3700);
	after = check(&stage, WITH_BULK, "after the window");
	EQUAL_NUMBER(COUNT_OF(after, POLICIES), COUNT_OF(before, POLICIES));
	snapshot_free(after);
	advance(&stage, 3600);
	after = check(&stage, WITH_BULK, "after row-hold");
	CU_ASSERT_TRUE(COUNT_OF(after, POLICIES) < 6);
	snapshot_free(after);
	snapshot_free(before);
	model_free(stage.model);
}

static void test_client_limit(void)
{
	static struct config_watch some[] = {{(char *)"client-*", 0, false}};
	struct stage stage = usual_stage();
	struct snapshot *snapshot;

	stage.site.policies.count = 0;
	stage.site.clients = (struct config_watch_list){some, COUNT(some)};
	stage.site.client_limit = 10;
	begin(&stage, "--jobs 3000 --clients 50 --long-names",
	      "client \"client-*\" { }\nclient-limit = 10\n", NULL);
	snapshot = check(&stage, WITH_NEXT, "client-limit");
	EQUAL_NUMBER(COUNT_OF(snapshot, CLIENTS), 10);
	/* All fifty, and the long ones, are called so. */
	CU_ASSERT_TRUE(sites_row(snapshot)->clients_left_out > 40);
	snapshot_free(snapshot);
	model_free(stage.model);
}

/* All reasons there are, and that a row stays when its last job has left the queue. */
static void test_queue(void)
{
	struct stage stage = usual_stage();
	struct snapshot *snapshot;
	size_t reasons, empty = 0;

	begin(&stage, "--jobs 300 --unfinished 40 --rate 1000", watch_all, NULL);
	/* Those that come wait for some seconds. */
	advance(&stage, 60);
	snapshot = check(&stage, WITH_NEXT, "queue");
	reasons = COUNT_OF(snapshot, QUEUE);
	CU_ASSERT_TRUE(reasons > 5);
	snapshot_free(snapshot);
	for (int i = 0; i < 5; i++)
		advance(&stage, 3);
	snapshot = check(&stage, WITH_NEXT, "queue, later");
	CU_ASSERT_TRUE(COUNT_OF(snapshot, QUEUE) >= reasons);
	for (size_t i = 0; i < COUNT_OF(snapshot, QUEUE); i++)
		empty += ROWS(snapshot, QUEUE, queue_row)[i].jobs == 0;
	printf("%zu reasons, %zu of them without jobs now\n", COUNT_OF(snapshot, QUEUE), empty);
	snapshot_free(snapshot);
	model_free(stage.model);
}

/* A large site: each policy has its row, and a walk of one column meets them all. */
static void test_many_policies(void)
{
	struct stage stage = usual_stage();
	struct manager_cells labels;
	struct snapshot *snapshot;

	world_slow(4);
	stage.site.clients.count = 0;
	begin(&stage, "--jobs 60000 --policies 10000", "policy \"*\" { max-age = \"25h\" }\n",
	      NULL);
	labels = manager_column(stage.manager, "paris", 5, 3, WITH_BULK);
	printf("%zu policies\n", labels.count);
	CU_ASSERT_TRUE(labels.count >= 4000);
	manager_free_cells(&labels);
	snapshot = check(&stage, WITH_BULK, "many policies");
	snapshot_free(snapshot);
	model_free(stage.model);
}

static const struct harness_test tests[] = {
    {"all tables, getnext and getbulk", test_truth},
    {"long names", test_long_names},
    {"overdue from the first rows on", test_overdue},
    {"the past outlives window, restart and crash", test_past},
    {"rows go after row-hold", test_hold},
    {"client-limit", test_client_limit},
    {"reasons of the queue", test_queue},
    {"thousands of policies", test_many_policies},
    {NULL, NULL},
};

const struct harness_suite tables_suite = {"tables", tests};
