/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "manager.h"
#include "model.h"
#include "site/refresh.h"
#include "store/store.h"
#include "base/timefmt.h"
#include "world.h"

/* What the agent keeps on disk, through restarts and worse. */

#define KILLS (harness_sanitized() ? 30 : 100)
#define OUTS 25
#define UNFINISHED 600 /* unfinished-refresh */
#define FIRST_OUT 1000 /* behind the configuration, with which "memory: once" deals */

/* Lets the agent be for some time. What it is doing at the end of it is for chance to say. */
static void let_run(unsigned millis)
{
	struct timespec time = {millis / 1000, millis % 1000 * 1000000L};

	nanosleep(&time, NULL);
}

/* When the store began, by the server's clock. */
static int64_t store_began(const struct sim *sim)
{
	struct fault fault;
	struct config_site site = {.name = (char *)"paris",
				   .url = (char *)sim->url,
				   .protecting_jobs = RESOLVE_PROTECTING};
	struct store *store = store_open(world_path("state"), &site, &fault);
	int64_t began;

	if (!store)
		world_fail(__FILE__, __LINE__, "%s", fault.text);
	began = store_marks(store)->began;
	store_close(store);
	return began;
}

/*
 * Compares what the store holds with the truth, counters and all that is told of the past
 * included; the agent must not run. Returns how many jobs have been counted.
 */
static uint64_t check_store(const struct sim *sim)
{
	static struct config_watch all = {(char *)"*", 7200, false};
	struct config_site site = {.name = (char *)"paris",
				   .api_key = (char *)WORLD_KEY,
				   .url = (char *)sim->url,
				   .window = 86400,
				   .row_retention = 7 * 86400,
				   .policies = {&all, 1},
				   .clients = {&all, 1},
				   .protecting_jobs = RESOLVE_PROTECTING,
				   .client_limit = 2000};
	struct model *model = model_new(sim, &site);
	int64_t now = sim_advance(sim, 0);
	struct refresh *refresh;
	struct snapshot *snapshot;
	uint64_t counted = 0;

	model_begin(model, store_began(sim));
	model_refreshed(model, now, true, 0, false);
	refresh = refresh_open(&site, world_path("state"));
	snapshot = refresh_snapshot(refresh);
	model_check(model, snapshot, now, "killed");
	for (size_t i = 0; i < COUNT_OF(snapshot, JOBS); i++)
		counted += ROWS(snapshot, JOBS, job_row)[i].finished;
	snapshot_free(snapshot);
	refresh_close(refresh);
	model_free(model);
	return counted;
}

/* CONNECTIONS: of a sweep, at most. */
static struct process *start_sweeper(const struct sim *sim, int connections)
{
	char line[40];

	snprintf(line, sizeof line, "sweep-connections = %d", connections);
	world_forget_sites();
	world_site("paris", sim, line);
	return world_agent(NULL);
}

static struct process *start_agent(const struct sim *sim)
{
	return start_sweeper(sim, 4);
}

/* Starts the agent, waits for the end of a refresh that began after now, and ends it. */
static void run_to_the_end(const struct sim *sim)
{
	struct process *agent = start_agent(sim);
	int64_t before;

	AWAIT(world_holds(agent->err, "site paris: up"), 60);
	before = sim_count(sim, "ping");
	AWAIT(sim_count(sim, "ping") >= before + 3, 30);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 10), 0);
}

/* Killed at any moment of a first sweep or of a refresh, with jobs ending meanwhile: no job twice,
 * none lost. The agent sweeps by one connection and by four in turn. */
static void test_kills(void)
{
	struct sim *sim = world_plain_sim(
	    "sim", "--clock manual --jobs 12000 --rate 300 --latency 2 --vanishing");
	unsigned random = harness_seed();
	uint64_t counted;

	world_slow(6);
	for (int i = 0; i < KILLS; i++) {
		struct process *agent = start_sweeper(sim, i % 2 ? 4 : 1);

		agent->want = WORLD_ANY;
		for (unsigned left = (unsigned)rand_r(&random) % 900; left > 0;) {
			unsigned step = left < 150 ? left : 150;

			let_run(step);
			sim_advance(sim, 1 + (unsigned)rand_r(&random) % 5);
			left -= step;
		}
		world_end_process(agent, SIGKILL, 10);
	}
	/* By then it must show what has vanished unfinished. */
	sim_advance(sim, UNFINISHED);
	run_to_the_end(sim);
	counted = check_store(sim);
	printf("%" PRIu64 " jobs counted\n", counted);
	CU_ASSERT_TRUE(counted > 100);
}

/*
 * Runs an agent in which allocation AT fails until it has refreshed, or has ended for it. Returns
 * whether it has. A signal may end it, as net-snmp does not check all that it allocates: then only
 * what is on disk matters.
 */
static bool run_out_of_memory(const struct sim *sim, unsigned long at)
{
	struct process *agent;
	int64_t before = sim_count(sim, "ping");
	int status;

	world_fail_allocation(at);
	agent = start_agent(sim);
	agent->want = WORLD_ANY;
	AWAIT(!world_running(agent) || sim_count(sim, "ping") >= before + 2, 60);
	status = world_end_process(agent, SIGTERM, 10);
	if (status > 0 && (status != 1 || !world_holds(agent->err, "nbu-agentx: out of memory\n")))
		FAIL("allocation %lu: exit status %d, see %s", at, status, agent->err);
	return status != 0;
}

/* Ended at any moment because there is no memory, with jobs ending meanwhile. */
static void test_no_memory(void)
{
	struct sim *sim =
	    world_plain_sim("sim", "--clock manual --jobs 500 --unfinished 600 --rate 300");
	unsigned random = harness_seed(), ended = 0;
	unsigned long count;
	uint64_t counted;

	if (harness_sanitized()) {
		harness_skip("a sanitizer has a malloc of its own");
		return;
	}
	world_snmpd();
	CU_ASSERT_FALSE(run_out_of_memory(sim, 0));
	count = world_allocations();
	for (int i = 0; i < OUTS; i++) {
		sim_advance(sim, 10 + (unsigned)rand_r(&random) % 20);
		ended += run_out_of_memory(sim, FIRST_OUT + (unsigned long)rand_r(&random) %
								(count - FIRST_OUT));
	}
	printf("%lu allocations, %u of %d ended the program\n", count, ended, OUTS);
	CU_ASSERT_TRUE(ended > 0);
	world_fail_allocation(0);
	run_to_the_end(sim);
	counted = check_store(sim);
	CU_ASSERT_TRUE(counted > 50);
}

/*
 * SIGTERM in the middle of a first sweep: gone at once, and the sweep goes on where it was. MOST:
 * the requests of the second run.
 */
static void sweep_goes_on(int connections, int most)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 8000 --latency 20");
	struct process *agent = start_sweeper(sim, connections);
	int64_t limit;
	void *manager;

	AWAIT(sim_count(sim, "jobs") >= 65, 30);
	limit = world_deadline(2);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	CU_ASSERT_FALSE(world_late(limit));
	CU_ASSERT_FALSE(world_holds(agent->err, "site paris: up"));
	world_snmpd();
	sim_reset(sim);
	start_sweeper(sim, connections);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 30);
	/* 80 pages of finished and 2 of unfinished jobs, less those of the first run. */
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_REFRESH_REQUESTS) <= most ||
		       manager_site(manager, "paris", SITE_REFRESHES) > 1);
	CU_ASSERT_TRUE(sim_count(sim, "jobs") < 82);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
}

static void test_sweep_goes_on(void)
{
	sweep_goes_on(1, 25);
}

/* Those held and at work are asked for again, and so is what tells where the list ends. */
static void test_chains_go_on(void)
{
	sweep_goes_on(4, 25 + 2 * 4 + 7);
}

/* Killed in the middle of a first sweep behind its first commit, of 250 pages: it goes on there. */
static void killed_sweep_goes_on(int connections)
{
	struct sim *sim = world_plain_sim("sim", "--clock manual --jobs 30000 --latency 5");
	struct process *agent = start_sweeper(sim, connections);

	world_slow(3);
	/* 6 pages of unfinished jobs, as many of what has just changed, and then those of the
	 * sweep. Of these some are held, or on their way. */
	AWAIT(sim_count(sim, "jobs") >= 270 + 2 * (connections - 1), 60);
	agent->want = WORLD_ANY;
	world_end_process(agent, SIGKILL, 10);
	CU_ASSERT_FALSE(world_holds(agent->err, "site paris: up"));
	sim_reset(sim);
	agent = start_sweeper(sim, connections);
	AWAIT(world_holds(agent->err, "site paris: up"), 60);
	/* 300 pages of finished jobs, less those of the first run, and some of what has changed. */
	CU_ASSERT_TRUE(sim_count(sim, "jobs") < 150);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 10), 0);
	run_to_the_end(sim);
	check_store(sim);
}

static void test_killed_sweep_goes_on(void)
{
	killed_sweep_goes_on(1);
}

static void test_killed_chains_go_on(void)
{
	killed_sweep_goes_on(4);
}

/* Rows of an earlier run are there before the server has answered anything, and tell their age. */
static void test_warm_start(void)
{
	struct sim *sim = world_sim("sim", "--jobs 3000");
	struct process *agent = start_agent(sim);
	void *manager;
	int64_t since;

	AWAIT(world_holds(agent->err, "site paris: up"), 30);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	since = timefmt_monotonic();
	world_snmpd();
	AWAIT(timefmt_monotonic() - since > 2100, 10);
	sim_faults(sim, "slow:60000\nno-ping\n");
	start_agent(sim);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_sum(manager, "paris", 8) == 3000, 10);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_STATUS), UNKNOWN);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_DATA_AGE) >= 2);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
}

/* Two agents must not share a store. */
static void test_two_agents(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *first = start_agent(sim), *second;

	AWAIT(world_holds(first->err, "site paris: up"), 30);
	second = start_agent(sim);
	AWAIT(world_holds(second->err, "down (storage)"), 30);
	CU_ASSERT_TRUE(world_holds(second->err, "another nbu-agentx"));
	CU_ASSERT_FALSE(world_holds(second->err, "site paris: up"));
	EQUAL_NUMBER(world_end_process(first, SIGTERM, 5), 0);
	AWAIT(world_holds(second->err, "site paris: up"), 30);
}

/* A store that is no store any more is kept under another name, and a new one begun. */
static void test_damage(void)
{
	struct sim *sim = world_sim("sim", "--jobs 3000");
	struct process *agent = start_agent(sim);
	void *manager;
	FILE *file;

	AWAIT(world_holds(agent->err, "site paris: up"), 30);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	file = fopen(world_path("state/paris.db"), "r+");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	for (int i = 0; i < 40000; i++)
		fputs("rubbish ", file);
	fclose(file);
	world_snmpd();
	agent = start_agent(sim);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 30);
	CU_ASSERT_TRUE(world_holds(agent->err, "set aside"));
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
}

static const struct harness_test tests[] = {
    {"killed 100 times", test_kills},
    {"no memory", test_no_memory},
    {"a first sweep goes on", test_sweep_goes_on},
    {"a first sweep by 4 connections goes on", test_chains_go_on},
    {"a first sweep that is killed goes on", test_killed_sweep_goes_on},
    {"a first sweep by 4 connections that is killed goes on", test_killed_chains_go_on},
    {"warm start", test_warm_start},
    {"two agents", test_two_agents},
    {"a damaged store", test_damage},
    {NULL, NULL},
};

const struct harness_suite keep_suite = {"keep", tests};
