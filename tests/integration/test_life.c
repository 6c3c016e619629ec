/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "manager.h"
#include "world.h"

/* Starting, restarting, reloading and ending. */

static void *manager;

static struct process *begin(const struct sim *sim)
{
	struct process *agent;

	manager = manager_of_paris(sim, &agent);
	return agent;
}

static void test_snmpd_later(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *agent;

	world_site("paris", sim, NULL);
	agent = world_agent(NULL);
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	world_snmpd();
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 10);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
}

static void test_snmpd_restart(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *snmpd;

	world_site("paris", sim, NULL);
	snmpd = world_snmpd();
	world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	for (int i = 0; i < 2; i++) {
		/* once as it should be, once by surprise */
		world_end_process(snmpd, i == 0 ? SIGTERM : SIGKILL, 10);
		snmpd = world_snmpd();
		AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 10);
		CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	}
}

/* The agent goes on when snmpd does not answer for a while. */
static void test_snmpd_hangs(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *snmpd, *agent;
	int64_t requests;

	world_site("paris", sim, NULL);
	snmpd = world_snmpd();
	agent = world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	kill(snmpd->pid, SIGSTOP);
	requests = sim_count(sim, "jobs");
	AWAIT(sim_count(sim, "jobs") > requests + 12, 30);
	kill(snmpd->pid, SIGCONT);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	kill(snmpd->pid, SIGSTOP);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 4), 0);
	kill(snmpd->pid, SIGCONT);
}

/* snmpd hangs from the start on: the agent works, ends when told to, and connects when it can. */
static void test_snmpd_hangs_first(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *snmpd = world_snmpd(), *agent;
	int64_t limit;

	world_site("paris", sim, NULL);
	kill(snmpd->pid, SIGSTOP);
	agent = world_agent(NULL);
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	limit = world_deadline(2);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	CU_ASSERT_FALSE(world_late(limit));
	agent = world_agent(NULL);
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	kill(snmpd->pid, SIGCONT);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 15);
}

static void check_end(int signal)
{
	struct process *agent = begin(world_sim("sim", "--jobs 150"));
	int64_t limit = world_deadline(2);

	EQUAL_NUMBER(world_end_process(agent, signal, 5), 0);
	CU_ASSERT_FALSE(world_late(limit));
}

static void test_sigterm(void)
{
	check_end(SIGTERM);
}

static void test_sigint(void)
{
	check_end(SIGINT);
}

/* In the middle of a request that nobody answers. */
static void test_sigterm_busy(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *agent = begin(sim);
	int64_t requests, limit;

	sim_faults(sim, "slow:60000");
	requests = sim_count(sim, "jobs");
	AWAIT(sim_count(sim, "jobs") > requests, 10);
	limit = world_deadline(2);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	CU_ASSERT_FALSE(world_late(limit));
}

/* Nobody answers the connection at all. */
static void test_sigterm_stopped(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *agent = begin(sim);
	int64_t limit;

	kill(sim->process->pid, SIGSTOP);
	AWAIT(manager_site(manager, "paris", SITE_DATA_AGE) >= 3, 20);
	limit = world_deadline(2);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	CU_ASSERT_FALSE(world_late(limit));
	kill(sim->process->pid, SIGCONT);
}

static void test_reload(void)
{
	struct sim *first = world_sim("first", "--jobs 150");
	struct sim *second = world_sim("second", "--jobs 70 --seed 5");
	struct process *agent = begin(first);
	struct manager_cell cell;
	int64_t refreshes = manager_site(manager, "paris", SITE_REFRESHES);

	/* one is added; the other goes on as if nothing had been */
	world_site("lyon", second, NULL);
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 20);
	CHECK_ROWS(manager_rows(manager, "lyon", WITH_NEXT), second);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), first);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_REFRESHES) >= refreshes);
	CU_ASSERT_TRUE(manager_get_cell(manager, "1.4.0", &cell));
	EQUAL_NUMBER(cell.number, 2);
	/* one goes */
	world_forget_sites();
	world_site("lyon", second, NULL);
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == -1, 20);
	EQUAL_NUMBER(manager_sum(manager, "paris", 8), 0);
	CHECK_ROWS(manager_rows(manager, "lyon", WITH_NEXT), second);
	/* one changes */
	world_forget_sites();
	world_site("lyon", first, "window = \"12h\"\n");
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(manager_site(manager, "lyon", 21) == 12 * 3600, 20);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 20);
	CU_ASSERT_TRUE(manager_sum(manager, "lyon", 8) > 0);
	CU_ASSERT_TRUE(manager_sum(manager, "lyon", 8) < 150);
}

/* A wrong file is reported, and nothing changes. */
static void test_reload_wrong(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *agent = begin(sim);
	int64_t refreshes;

	world_config("refresh = \"never\"\n");
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(world_holds(agent->err, "refresh is \"never\""), 10);
	CU_ASSERT_TRUE(world_holds(agent->err, "nbu-agentx.conf:4: "));
	refreshes = manager_site(manager, "paris", SITE_REFRESHES);
	AWAIT(manager_site(manager, "paris", SITE_REFRESHES) > refreshes + 1, 20);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
}

/* In the middle of a request that hangs, the site that is taken away must not hold up the others.
 */
static void test_reload_busy(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *agent = begin(sim);
	struct sim *other = world_sim("other", "--jobs 20");
	int64_t requests;

	sim_faults(sim, "slow:60000");
	requests = sim_count(sim, "jobs");
	AWAIT(sim_count(sim, "jobs") > requests, 10);
	world_forget_sites();
	world_site("lyon", other, NULL);
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == -1, 5);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 10);
	CHECK_ROWS(manager_rows(manager, "lyon", WITH_NEXT), other);
}

/* Stops the threads of PROCESS but for the main one, as a disk that hangs does, or lets them go on.
 */
static void hold_workers(const struct process *process, bool held)
{
	char path[40];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof path, "/proc/%d/task", (int)process->pid);
	folder = opendir(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
	while ((entry = readdir(folder)) != NULL) {
		pid_t thread = (pid_t)atoi(entry->d_name);

		if (thread == 0 || thread == process->pid)
			continue;
		if (held) {
			EQUAL_NUMBER(ptrace(PTRACE_SEIZE, thread, NULL, NULL), 0);
			EQUAL_NUMBER(ptrace(PTRACE_INTERRUPT, thread, NULL, NULL), 0);
			EQUAL_NUMBER(waitpid(thread, NULL, __WALL), thread);
		} else {
			ptrace(PTRACE_DETACH, thread, NULL, NULL); /* not those that came later */
		}
	}
	closedir(folder);
}

/* A worker cannot end: its site is changed all the same, and nobody waits for it. */
static void test_reload_held(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *agent = begin(sim);
	int64_t limit;

	hold_workers(agent, true);
	world_forget_sites();
	world_site("paris", sim, "window = \"12h\"\n");
	world_site("lyon", sim, NULL);
	world_config_file();
	limit = world_deadline(1);
	kill(agent->pid, SIGHUP);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) >= 0, 10);
	CU_ASSERT_FALSE(world_late(limit));
	hold_workers(agent, false);
	AWAIT(manager_site(manager, "paris", 21) == 12 * 3600, 20);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	CU_ASSERT_TRUE(manager_sum(manager, "paris", 8) > 0);
}

/* Many reloads in a row, sites coming and going. */
static void test_reload_often(void)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	struct process *agent = begin(sim);
	char name[20];

	for (int i = 0; i < 20; i++) {
		world_forget_sites();
		for (int j = 0; j <= i % 4; j++) {
			snprintf(name, sizeof name, "site-%d", (i + j) % 6);
			world_site(name, sim, i % 3 ? NULL : "window = \"23h\"\n");
		}
		world_config_file();
		kill(agent->pid, SIGHUP);
		if (i % 3 == 0)
			AWAIT(manager_site(manager, name, SITE_STATUS) > 0, 20);
	}
	AWAIT(manager_site(manager, name, SITE_STATUS) == UP, 20);
}

/* One connection serves a whole refresh, and the next ones too. */
static void test_one_connection(void)
{
	struct sim *sim = world_sim("sim", "--jobs 1000");
	int64_t refreshes;

	begin(sim);
	sim_reset(sim);
	refreshes = manager_site(manager, "paris", SITE_REFRESHES);
	AWAIT(manager_site(manager, "paris", SITE_REFRESHES) >= refreshes + 6, 20);
	CU_ASSERT_TRUE(sim_count(sim, "jobs") >= 6);
	/* this question has one of its own */
	CU_ASSERT_TRUE(sim_count(sim, "connections") <= 3);
}

/* Two agents cannot have the same identifiers: the second says so. */
static void test_second_agent(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20");
	struct process *second;

	begin(sim);
	second = world_agent(NULL);
	second->want = WORLD_ANY;
	AWAIT(world_holds(second->err, " error: "), 20);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_STATUS), UP);
}

static void test_valgrind(void)
{
	struct sim *sim = world_sim("sim", "--jobs 1000 --fault bad-job");
	struct process *agent;

	if (harness_sanitized()) {
		harness_skip("not with a sanitizer");
		return;
	}
	world_slow(4);
	world_snmpd();
	world_site("paris", sim, NULL);
	agent = world_agent_valgrind();
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 30);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
	sim_faults(sim, "truncate");
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, 30);
	world_site("lyon", sim, NULL);
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == DOWN, 30);
	sim_faults(sim, "slow:60000");
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 20), 0);
}

static const struct harness_test tests[] = {
    {"snmpd is started after the agent", test_snmpd_later},
    {"snmpd is restarted", test_snmpd_restart},
    {"snmpd hangs", test_snmpd_hangs},
    {"snmpd hangs before the agent starts", test_snmpd_hangs_first},
    {"SIGTERM when idle", test_sigterm},
    {"SIGINT when idle", test_sigint},
    {"SIGTERM in a request", test_sigterm_busy},
    {"SIGTERM when the server has stopped", test_sigterm_stopped},
    {"SIGHUP: sites come, go and change", test_reload},
    {"SIGHUP with a wrong file", test_reload_wrong},
    {"SIGHUP in a request", test_reload_busy},
    {"SIGHUP while a worker hangs", test_reload_held},
    {"SIGHUP many times", test_reload_often},
    {"one connection for many refreshes", test_one_connection},
    {"a second agent", test_second_agent},
    {"no leak under valgrind", test_valgrind},
    {NULL, NULL},
};

const struct harness_suite life_suite = {"life", tests};
