/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "manager.h"
#include "world.h"

/* What a site as a whole tells: its sums, its newest failures, and what people should know. */

#define KEPT 30

/* Each job that fails is shown then, whenever its children do. */
#define WITH_PARENTS "parents = \"count\"\n"

struct stage {
	struct sim *sim;
	struct process *agent;
	void *manager;
};

static void start_agent(struct stage *stage, const char *more)
{
	world_forget_sites();
	world_site("paris", stage->sim, more);
	stage->agent = world_agent(NULL);
}

static struct stage begin(const char *options, const char *more)
{
	struct stage stage;
	char words[300];

	snprintf(words, sizeof words, "--clock manual %s", options);
	stage.sim = world_sim("sim", words);
	world_config("policy \"*\" { max-age = \"10m\" }\nclient \"*\" { max-age = \"10m\" }\n");
	world_snmpd();
	start_agent(&stage, more);
	stage.manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(stage.manager, "paris", SITE_STATUS) == UP, 60);
	manager_await_refresh(stage.manager, "paris");
	return stage;
}

/* The jobs of the simulator that have failed. */
struct failures {
	struct job jobs[4000];
	size_t count;
	char texts[400000]; /* what the jobs say lives only as long as the visit */
	size_t used;
};

static const char *keep(struct failures *failures, const char *text)
{
	char *kept = failures->texts + failures->used;

	failures->used += strlen(text) + 1;
	CU_ASSERT_FATAL(failures->used < sizeof failures->texts);
	return strcpy(kept, text);
}

static void add_failure(const struct job *job, void *arg)
{
	struct failures *failures = arg;
	struct job *added = &failures->jobs[failures->count];

	if (job->state != JOB_DONE || job->status <= 1)
		return;
	CU_ASSERT_FATAL(++failures->count < 4000);
	*added = *job;
	added->client = keep(failures, job->client);
	added->policy = keep(failures, job->policy);
	added->schedule = keep(failures, job->schedule);
	added->schedule_type = keep(failures, job->schedule_type);
	added->type = keep(failures, job->type);
	added->policy_type = keep(failures, job->policy_type);
}

static int compare_ends(const void *a, const void *b)
{
	const struct job *left = a, *right = b;

	if (left->ended != right->ended)
		return left->ended > right->ended ? -1 : 1;
	return (left->id < right->id) - (left->id > right->id);
}

/* The newest failures of the simulator, a line for each, sorted; to be freed. */
static char *due_failures(const struct sim *sim, size_t count)
{
	static struct failures failures;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	failures.count = failures.used = 0;
	sim_each_job(sim, add_failure, &failures);
	CU_ASSERT(failures.count >= count);
	qsort(failures.jobs, failures.count, sizeof *failures.jobs, compare_ends);
	for (size_t i = 0; i < count && i < failures.count; i++) {
		const struct job *job = &failures.jobs[i];

		fprintf(out, "paris\t%" PRId64 "\t%s\t%s\t%s\t%s\t%s\t%s\t%u\n", job->id,
			job->client, job->policy, job->schedule, job->schedule_type, job->type,
			job->policy_type, job->status);
	}
	fclose(out);
	manager_sort_lines(text);
	return text;
}

/* The rows of nbuFailureTable, as lines like those. */
static char *shown_failures(void *manager)
{
	enum { FIRST = 2, LAST = 10, COLUMNS = LAST - FIRST + 1 };
	struct manager_cells columns[COLUMNS];
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (unsigned i = 0; i < COLUMNS; i++)
		columns[i] = manager_column(manager, "paris", 9, FIRST + i, WITH_BULK);
	for (size_t row = 0; row < columns[0].count; row++)
		for (unsigned i = 0; i < COLUMNS && row < columns[i].count; i++) {
			const struct manager_cell *cell = &columns[i].cells[row];

			if (cell->type == ASN_OCTET_STR)
				fputs(cell->text, out);
			else
				fprintf(out, "%" PRIu64, cell->number);
			fputs(i + 1 == COLUMNS ? "\n" : "\t", out);
		}
	for (unsigned i = 0; i < COLUMNS; i++)
		manager_free_cells(&columns[i]);
	fclose(out);
	manager_sort_lines(text);
	return text;
}

static void check_failures(const struct stage *stage)
{
	char *shown, *due;

	manager_await_refresh(stage->manager, "paris");
	shown = shown_failures(stage->manager);
	due = due_failures(stage->sim, KEPT);
	CHECK_LINES(shown, due);
	EQUAL_NUMBER(manager_site(stage->manager, "paris", SITE_FAILURES_KEPT), KEPT);
	free(shown);
	free(due);
}

/* They are right at first, later, and after a restart and a crash. */
static void test_failures(void)
{
	static const int ends[] = {SIGTERM, SIGKILL};
	struct stage stage =
	    begin("--jobs 3000 --rate 20 --unfinished 100", WITH_PARENTS "failures-kept = 30\n");
	char *before, *after;

	check_failures(&stage);
	for (size_t i = 0; i < 2; i++) {
		sim_advance(stage.sim, 120);
		check_failures(&stage);
		before = shown_failures(stage.manager);
		stage.agent->want = WORLD_ANY;
		world_end_process(stage.agent, ends[i], 10);
		/* What is shown is of the store: the server cannot be asked. */
		sim_faults(stage.sim, "500");
		start_agent(&stage, WITH_PARENTS "failures-kept = 30\n");
		AWAIT(manager_site(stage.manager, "paris", SITE_STATUS) == DOWN, 60);
		after = shown_failures(stage.manager);
		CHECK_LINES(after, before);
		sim_faults(stage.sim, "");
		AWAIT(manager_site(stage.manager, "paris", SITE_STATUS) == UP, 60);
		check_failures(&stage);
		free(before);
		free(after);
	}
	/* Fewer are shown, and more again as they come. */
	stage.agent->want = WORLD_ANY;
	world_end_process(stage.agent, SIGTERM, 10);
	start_agent(&stage, WITH_PARENTS "failures-kept = 0\n");
	AWAIT(manager_site(stage.manager, "paris", SITE_STATUS) == UP, 60);
	manager_await_refresh(stage.manager, "paris");
	EQUAL_NUMBER(manager_site(stage.manager, "paris", SITE_FAILURES_KEPT), 0);
}

/* The column of all rows that the site has in a table, added up; with EQUAL, how many equal it. */
static int64_t sum_of(void *manager, unsigned table, unsigned column)
{
	struct manager_cells cells = manager_column(manager, "paris", table, column, WITH_BULK);
	int64_t sum = 0;

	for (size_t i = 0; i < cells.count; i++)
		sum += (int64_t)cells.cells[i].number;
	manager_free_cells(&cells);
	return sum;
}

static int64_t count_true(void *manager, unsigned table, unsigned column)
{
	struct manager_cells cells = manager_column(manager, "paris", table, column, WITH_BULK);
	int64_t count = 0;

	for (size_t i = 0; i < cells.count; i++)
		count += cells.cells[i].integer == 1;
	manager_free_cells(&cells);
	return count;
}

/* The greatest age of a column of nbuWorkloadTable. */
static int64_t oldest_of(void *manager, unsigned column)
{
	struct manager_cells cells = manager_column(manager, "paris", 4, column, WITH_BULK);
	int64_t oldest = 0;

	for (size_t i = 0; i < cells.count; i++)
		if ((int64_t)cells.cells[i].number > oldest)
			oldest = (int64_t)cells.cells[i].number;
	manager_free_cells(&cells);
	return oldest;
}

/* Whether the site's notice has PART in it; "" = there is none. */
static bool notice_has(void *manager, const char *part)
{
	struct manager_cell cell = {.text = "?"};

	manager_site_cell(manager, "paris", SITE_NOTICE, &cell);
	return *part ? strstr(cell.text, part) != NULL : *cell.text == '\0';
}

/* The server's clock stands still, and so do all sums. */
static void test_sums(void)
{
	/* Succeeded, partial, failed, active and queued, and their columns of nbuWorkloadTable. */
	static const unsigned sums[][2] = {{30, 4}, {31, 5}, {32, 6}, {33, 8}, {34, 9}};
	static const unsigned ages[][2] = {{35, 13}, {36, 14}};
	struct stage stage =
	    begin("--jobs 3000 --unfinished 300 --rate 20 --policies 60 --clients 60",
		  "client-limit = 5\n");
	void *manager = stage.manager;
	int64_t difference;

	for (size_t i = 0; i < 5; i++) {
		EQUAL_NUMBER(manager_site(manager, "paris", sums[i][0]),
			     sum_of(manager, 4, sums[i][1]));
		CU_ASSERT(manager_site(manager, "paris", sums[i][0]) > 0);
	}
	for (size_t i = 0; i < 2; i++) {
		int64_t oldest = oldest_of(manager, ages[i][1]);

		difference = manager_site(manager, "paris", ages[i][0]) - oldest;
		CU_ASSERT(oldest > 0 && difference >= 0 && difference < 5);
	}
	CU_ASSERT(manager_site(manager, "paris", 37) < 3600);
	EQUAL_NUMBER(manager_site(manager, "paris", 38), count_true(manager, 5, 15));
	CU_ASSERT(manager_site(manager, "paris", 38) > 0);
	/* Those that are left out are counted, too. */
	CU_ASSERT(manager_site(manager, "paris", 39) > 5);
	CU_ASSERT(notice_has(manager, "clients without a row because of client-limit: "));
	sim_advance(stage.sim, 4 * 3600);
	manager_await_refresh(manager, "paris");
	EQUAL_NUMBER(manager_site(manager, "paris", 38), count_true(manager, 5, 15));
	CU_ASSERT(manager_site(manager, "paris", 39) >= count_true(manager, 6, 14));
	CU_ASSERT(manager_site(manager, "paris", 39) <=
		  manager_site(manager, "paris", SITE_CLIENTS_LEFT_OUT) + 5);
}

static void test_no_jobs(void)
{
	struct sim *sim = world_sim("sim", "--jobs 0 --clock manual");
	void *manager = manager_of_paris(sim, NULL);

	AWAIT(notice_has(manager, "no job is visible: "), 20);
}

/* The end of the certificate is shown, and told when it is near. */
static void test_certificate(void)
{
	struct sim *sim;
	void *manager;
	struct manager_cell cell;

	world_certificate_days("10");
	sim = world_sim("sim", "--jobs 10");
	manager = manager_of_paris(sim, NULL);
	AWAIT(notice_has(manager, "the server's certificate expires in 9 days, on 2"), 20);
	CU_ASSERT(manager_site_cell(manager, "paris", 29, &cell));
	EQUAL_NUMBER(cell.text_length, 11);
}

/* What is wrong is told as long as it is so. */
static void test_notices(void)
{
	struct stage stage = begin("--jobs 300 --clients 20", "full-refresh = \"1m\"\n");
	void *manager = stage.manager;
	struct manager_cell certificate = {.text_length = 0};

	AWAIT(notice_has(manager, ""), 20);
	/* It is good for a year. Where it were not known, there were 8 octets. */
	CU_ASSERT(manager_site_cell(manager, "paris", SITE_CERTIFICATE, &certificate));
	EQUAL_NUMBER(certificate.text_length, 11);
	sim_faults(stage.sim, "bad-job");
	sim_advance(stage.sim, 60);
	AWAIT(notice_has(manager, " skipped: no "), 20);
	sim_faults(stage.sim, "");
	/* Until the sweep has come round without one. */
	for (int i = 0; i < 3; i++) {
		sim_advance(stage.sim, 70);
		manager_await_refresh(manager, "paris");
	}
	AWAIT(!notice_has(manager, "skipped"), 20);
	sim_advance(stage.sim, 600);
	AWAIT(notice_has(manager, "the server's clock is 1"), 20);
	CU_ASSERT(notice_has(manager, " minutes ahead of that of the agent's host"));
	CU_ASSERT(rename(world_path("state/paris.db"), world_path("state/elsewhere.db")) == 0);
	AWAIT(notice_has(manager, "state/paris.db; the server's clock"), 20);
	CU_ASSERT(rename(world_path("state/elsewhere.db"), world_path("state/paris.db")) == 0);
	AWAIT(!notice_has(manager, "state/paris.db"), 20);
}

static const struct harness_test tests[] = {
    {"sums of a site", test_sums},
    {"the newest failures", test_failures},
    {"a notice that there are no jobs", test_no_jobs},
    {"a certificate that ends soon", test_certificate},
    {"notices", test_notices},
    {NULL, NULL},
};

const struct harness_suite sites_suite = {"sites", tests};
