/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "manager.h"
#include "site/refresh.h"
#include "store/store.h"
#include "world.h"

/* What the process lacks: descriptors, threads, a good file, a reader of its log, a steady clock.
 */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ENOUGH 256   /* descriptors */
#define LEAST_MAX 80 /* with so many one site is up */
#define MANY 60	     /* sites */
#define IN_TURNS 270 /* descriptors with which all of them can be there, but not all at work */
#define TOO_FEW 150  /* and with which they cannot */
#define TERMS (harness_sanitized() ? 15 : 60)
#define DAY 86400

static void *manager;

/* How many entries the folder NAME of /proc has for PROCESS: its descriptors, its threads. */
static int count_in(const struct process *process, const char *name)
{
	char path[60];
	DIR *folder;
	int count = 0;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)process->pid, name);
	folder = opendir(path);
	for (struct dirent *entry; folder && (entry = readdir(folder));)
		count += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return count;
}

static void reload(const struct process *agent, const char *line)
{
	unsigned before = world_count(agent->err, line);

	kill(agent->pid, SIGHUP);
	AWAIT(world_count(agent->err, line) > before, 10);
}

/* With each number of descriptors the agent either ends by itself and says so, or stays and does
 * what it can. Once there are enough, all is well without a restart. */
static void test_descriptors(void)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 60");
	const struct rlimit enough = {ENOUGH, ENOUGH};
	char words[60];
	int ended = 0, stayed = 0, up = 0;

	world_snmpd();
	world_site("paris", sim, NULL);
	manager = manager_open(WORLD_PUBLIC);
	for (int limit = 3; limit < LEAST_MAX && up < 4; limit++) {
		struct process *agent;

		snprintf(words, sizeof words, "prlimit --nofile=%d:%d", limit, limit);
		agent = world_agent_by(words);
		agent->want = WORLD_ANY;
		AWAIT((!world_running(agent) || world_holds(agent->err, " down (") ||
		       world_holds(agent->err, "site paris: up")),
		      20);
		if (!world_running(agent)) {
			ended++;
			CU_ASSERT_TRUE(WIFEXITED(agent->status) && agent->status != 0);
			continue;
		}
		stayed++;
		up += world_holds(agent->err, "site paris: up");
		if (!world_holds(agent->err, "site paris: up"))
			CU_ASSERT_TRUE(world_holds(agent->err, "no file descriptor is left"));
		/* Not even root may do so everywhere. */
		if (prlimit(agent->pid, RLIMIT_NOFILE, &enough, NULL) < 0 &&
		    !world_holds(agent->err, "site paris: up")) {
			EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
			continue;
		}
		AWAIT(world_holds(agent->err, "site paris: up"), 20);
		AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
		CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
		EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	}
	printf("%d ended, %d stayed\n", ended, stayed);
	CU_ASSERT_TRUE(ended > 0 && stayed > 0 && up == 4);
}

/* The soft limit does not count: it is raised. */
static void test_soft_limit(void)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 60");
	struct process *agent;

	world_snmpd();
	world_site("paris", sim, NULL);
	agent = world_agent_by("prlimit --nofile=16:256");
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	CU_ASSERT_FALSE(world_holds(agent->err, "file descriptor"));
}

/* Sites number FIRST to MANY - 1. */
static void configure_many(const struct sim *sim, int first)
{
	char name[20];

	world_forget_sites();
	for (int i = first; i < MANY; i++) {
		snprintf(name, sizeof name, "s%02d", i);
		world_site(name, sim, NULL);
	}
}

/* How many of these sites are up. */
static int count_up(int first)
{
	char name[20];
	int up = 0;

	for (int i = first; i < MANY; i++) {
		snprintf(name, sizeof name, "s%02d", i);
		up += manager_site(manager, name, SITE_STATUS) == UP;
	}
	return up;
}

/* MANY sites of SIM, *SNMPD, and an agent with LIMIT descriptors. */
static struct process *begin_many(const struct sim *sim, int limit, struct process **snmpd)
{
	char words[60];

	*snmpd = world_snmpd();
	world_config("log-level = \"info\"\n");
	configure_many(sim, 0);
	manager = manager_open(WORLD_PUBLIC);
	snprintf(words, sizeof words, "prlimit --nofile=%d:%d", limit, limit);
	return world_agent_by(words);
}

/* Not all sites can be at work at the same time: they take turns, and all are up. */
static void test_turns(void)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 60 --latency 20");
	struct process *snmpd, *agent = begin_many(sim, IN_TURNS, &snmpd);

	AWAIT(world_count(agent->err, ": up, ") == MANY, 60);
	AWAIT(count_up(0) == MANY, 20);
	CU_ASSERT_TRUE(
	    world_holds(agent->err, "of 60 sites can be fetched at the same time, the others"));
	/* Also when each has had its first turn. */
	manager_await_refresh(manager, "s00");
	manager_await_refresh(manager, "s59");
	CHECK_ROWS(manager_rows(manager, "s59", WITH_BULK), sim);
	CU_ASSERT_FALSE(world_holds(agent->err, "down ("));
	CU_ASSERT_FALSE(world_holds(agent->err, "Too many open files"));
}

/*
 * Not all sites can be there. Those that cannot say why, and the others, SNMP and a reload do not
 * feel it. When there is room they come up by themselves.
 */
static void test_too_many_sites(void)
{
	static const char why[] =
	    "down (other): no file descriptor is left for this site: 60 sites need 2";
	struct sim *sim = world_plain_sim("sim", "--jobs 60");
	struct process *snmpd, *agent = begin_many(sim, TOO_FEW, &snmpd);
	int up, down;

	AWAIT(world_count(agent->err, ": up, ") + world_count(agent->err, why) == MANY, 60);
	down = (int)world_count(agent->err, why);
	AWAIT((up = count_up(0)) == MANY - down, 20);
	printf("%d up, %d down\n", up, down);
	CU_ASSERT_TRUE(up >= MANY / 3 && down >= MANY / 3);
	CU_ASSERT_TRUE(world_holds(agent->err, "there are not enough file descriptors for all "
					       "sites: 60 sites need 2"));
	world_end_process(snmpd, SIGTERM, 10);
	world_snmpd();
	AWAIT(count_up(0) == up, 20);
	reload(agent, " read again; sites: 60");
	configure_many(sim, MANY / 2);
	world_config_file();
	reload(agent, " read again; sites: 30");
	AWAIT(count_up(MANY / 2) == MANY / 2, 60);
	CHECK_ROWS(manager_rows(manager, "s59", WITH_NEXT), sim);
	CU_ASSERT_FALSE(world_holds(agent->err, "Too many open files"));
	CU_ASSERT_FALSE(world_holds(agent->err, "(connect)"));
}

/* They run out while the agent runs, and snmpd is restarted then: all comes back when they do. */
static void test_descriptors_later(void)
{
	const struct rlimit few = {8, ENOUGH}, enough = {ENOUGH, ENOUGH};
	struct sim *sim = world_plain_sim("sim", "--jobs 60");
	struct process *agent, *snmpd = world_snmpd();

	world_site("paris", sim, NULL);
	agent = world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	prlimit(agent->pid, RLIMIT_NOFILE, &few, NULL);
	world_end_process(snmpd, SIGTERM, 10);
	world_snmpd();
	AWAIT(world_holds(agent->err, "Too many open files"), 20);
	prlimit(agent->pid, RLIMIT_NOFILE, &enough, NULL);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	manager_await_refresh(manager, "paris");
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
}

/* SIM, snmpd, and an agent that is up and takes FAULTS. NULL: the test is skipped. */
static struct process *begin_with_faults(const struct sim *sim, struct faults **faults)
{
	struct process *agent;

	if (harness_sanitized()) {
		harness_skip("not with a sanitizer");
		return NULL;
	}
	world_snmpd();
	world_site("paris", sim, "row-hold = \"0s\"\n");
	agent = world_agent_with_faults(faults);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	return agent;
}

/* Without a thread for a site, the others and SNMP go on; when there is one, the site comes. */
static void test_threads(void)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 60");
	struct faults *faults;
	struct process *agent;

	agent = begin_with_faults(sim, &faults);
	if (!agent)
		return;
	faults->no_threads = 1;
	world_site("lyon", sim, NULL);
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(world_holds(agent->err, "site lyon: cannot start a thread"), 10);
	manager_await_refresh(manager, "paris");
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	EQUAL_NUMBER(manager_site(manager, "lyon", SITE_STATUS), UNKNOWN);
	faults->no_threads = 0;
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 40);
	CHECK_ROWS(manager_rows(manager, "lyon", WITH_NEXT), sim);
}

/* Each way in which a file can be no good: it is told, and nothing changes. */
static void test_wrong_files(void)
{
	static const char binary[] = "\x7f\x45\x4c\x46\x01\x02\xff\xfe site {";
	static const struct {
		const char *text; /* NULL = there is none */
		const char *error;
	} files[] = {
	    {NULL, "No such file"},
	    {"", "no site"},
	    {binary, "nbu-agentx.conf:1"},
	    {"refresh = \"never\"\n", "refresh is \"never\""},
	    {"no-such-key = 1\n", "no-such-key"},
	    {"site \"paris\" {\n", "nbu-agentx.conf:"},
	    {"site \"paris\" {\nurl = \"https://127.0.0.1:1/netbackup\"\napi-key-file = "
	     "\"/none\"\n}\n",
	     "/none"},
	    {"site \"paris\" {\nurl = \"https://127.0.0.1:1/netbackup\"\n}\n", "api-key"},
	    {"site \"paris\" {\nurl = \"file:///etc/passwd\"\napi-key = \"x\"\n}\n", "url"},
	};
	struct sim *sim = world_sim("sim", "--jobs 60");
	struct process *agent;
	int descriptors;

	manager = manager_of_paris(sim, &agent);
	manager_await_refresh(manager, "paris");
	descriptors = count_in(agent, "fd");
	for (size_t i = 0; i < COUNT(files); i++) {
		unlink(world_path("nbu-agentx.conf"));
		if (files[i].text)
			world_write("nbu-agentx.conf", 0600, files[i].text);
		reload(agent, "the configuration stays as it was");
		if (!world_holds(agent->err, files[i].error))
			FAIL("file %zu: \"%s\" is not told", i, files[i].error);
	}
	unlink(world_path("nbu-agentx.conf"));
	mkdir(world_path("nbu-agentx.conf"), 0700);
	reload(agent, "the configuration stays as it was");
	rmdir(world_path("nbu-agentx.conf"));
	AWAIT(count_in(agent, "fd") <= descriptors, 10);
	manager_await_refresh(manager, "paris");
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
}

/* 1,000 SIGHUPs, a site coming and going: nothing is left over. */
static void test_many_reloads(void)
{
	int rounds = harness_sanitized() ? 200 : 1000, descriptors, threads;
	struct sim *sim = world_plain_sim("sim", "--jobs 60");
	struct process *agent;

	manager = manager_of_paris(sim, &agent);
	manager_await_refresh(manager, "paris");
	descriptors = count_in(agent, "fd");
	threads = count_in(agent, "task");
	for (int i = 1; i <= rounds; i++) {
		if (i % 50 == 1)
			world_site("lyon", sim, NULL);
		if (i % 50 == 26) {
			world_forget_sites();
			world_site("paris", sim, NULL);
		}
		if (i % 25 == 1)
			world_config_file();
		if (i % 10)
			kill(agent->pid, SIGHUP);
		else
			reload(agent, " read again;");
	}
	reload(agent, " read again;");
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == -1, 10);
	manager_await_refresh(manager, "paris");
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	AWAIT(count_in(agent, "fd") <= descriptors, 10);
	AWAIT(count_in(agent, "task") <= threads, 10);
}

/* A site is added and removed in the middle of a first sweep, which goes on. */
static void test_reload_in_sweep(void)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 8000 --latency 15");
	struct sim *other = world_plain_sim("other", "--jobs 60");
	struct process *agent;
	int64_t pages;

	world_snmpd();
	world_site("paris", sim, NULL);
	agent = world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	for (int i = 0; i < 3; i++) {
		pages = sim_count(sim, "jobs");
		AWAIT(sim_count(sim, "jobs") > pages + 5, 20);
		world_site("lyon", other, NULL);
		world_config_file();
		reload(agent, " read again;");
		AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 10);
		world_forget_sites();
		world_site("paris", sim, NULL);
		world_config_file();
		reload(agent, " read again;");
		AWAIT(manager_site(manager, "lyon", SITE_STATUS) == -1, 10);
	}
	AWAIT(world_holds(agent->err, "site paris: up"), 40);
	/* 80 pages of finished jobs and 2 of others: the sweep was never begun anew. */
	CU_ASSERT_TRUE(sim_count(sim, "jobs") < 82 + 8);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 10);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
}

/* Whether PROCESS has become the agent: before, it would take a signal as the test does. */
static bool is_agent(const struct process *process)
{
	char path[60], program[300] = "";

	snprintf(path, sizeof path, "/proc/%d/exe", (int)process->pid);
	return readlink(path, program, sizeof program - 1) > 0 &&
	       strcmp(program, world_program("nbu-agentx")) == 0;
}

/* SIGTERM at any moment: 2 s later it is gone, with 0, and its store is in order. */
static void test_term_at_random(void)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 3000 --rate 300 --latency 2");
	unsigned random = harness_seed();

	world_trapd(false);
	world_config("notify = { \"site\", \"job-failed\" }\n");
	world_snmpd();
	world_site("paris", sim, NULL);
	for (int i = 0; i < TERMS; i++) {
		struct process *agent = world_agent(NULL);
		unsigned millis = (unsigned)rand_r(&random) % (i % 2 ? 900 : 60);
		bool hup = rand_r(&random) % 3 == 0;
		int64_t limit;

		AWAIT(is_agent(agent), 10);
		nanosleep(&(struct timespec){millis / 1000, millis % 1000 * 1000000L}, NULL);
		agent->want = WORLD_ANY;
		if (hup && world_holds(agent->err, "starts; sites"))
			kill(agent->pid, SIGHUP);
		limit = world_deadline(2);
		world_end_process(agent, i % 5 ? SIGTERM : SIGINT, 5);
		CU_ASSERT_FALSE(world_late(limit));
		/* Before it has blocked the signal, it ends as the system has it. */
		if (agent->status != 0 &&
		    (WIFEXITED(agent->status) || world_holds(agent->err, "starts; sites")))
			FAIL("after %u ms: wait status %#x", millis, (unsigned)agent->status);
		CU_ASSERT_FALSE(world_holds(agent->err, "set aside"));
	}
	manager = manager_open(WORLD_PUBLIC);
	world_agent(NULL);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 30);
	CU_ASSERT_TRUE(access(world_path("state/paris.db"), R_OK) == 0);
}

/* A script that becomes the agent with its standard error as REDIRECTION says. */
static struct process *agent_with(const char *redirection)
{
	char text[300], words[300];

	snprintf(text, sizeof text, "exec \"$@\" %s\n", redirection);
	snprintf(words, sizeof words, "sh %s", world_write("become", 0600, text));
	return world_agent_by(words);
}

/* Nobody reads the log, and the pipe is full: all goes on. Once somebody reads, what was lost is
 * told. */
static void test_stuck_log(void)
{
	struct sim *sim = world_sim("sim", "--jobs 60");
	const char *pipe = world_path("log");
	char redirection[200], text[65536];
	struct process *agent;
	int64_t limit;
	ssize_t got;
	int fd;

	CU_ASSERT_TRUE_FATAL(mkfifo(pipe, 0600) == 0);
	fd = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	memset(text, '\n', sizeof text);
	while (write(fd, text, 4096) > 0)
		;
	world_snmpd();
	world_site("paris", sim, NULL);
	snprintf(redirection, sizeof redirection, "2<>%s", pipe);
	agent = agent_with(redirection);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	manager_await_refresh(manager, "paris");
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	limit = world_deadline(10);
	do {
		got = read(fd, text, sizeof text - 1);
		text[got > 0 ? got : 0] = '\0';
	} while (!strstr(text, " lines of the log were lost") && !world_late(limit));
	CU_ASSERT_FALSE(world_late(limit));
	while (write(fd, text, 4096) > 0)
		;
	limit = world_deadline(2);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	CU_ASSERT_FALSE(world_late(limit));
	close(fd);
}

static bool error_goes_to(const struct process *process, const char *file)
{
	char path[60], name[300] = "";

	snprintf(path, sizeof path, "/proc/%d/fd/2", (int)process->pid);
	return readlink(path, name, sizeof name - 1) > 0 && strcmp(name, file) == 0;
}

/* Descriptors that others expect to be open are closed, or lead nowhere. */
static void test_closed_log(void)
{
	static const char *const ways[] = {"0<&- 1>&- 2>&-", "2>&-", "2>/dev/full"};
	struct sim *sim = world_sim("sim", "--jobs 60");

	world_snmpd();
	world_site("paris", sim, NULL);
	manager = manager_open(WORLD_PUBLIC);
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct process *agent = agent_with(ways[i]);

		AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
		manager_await_refresh(manager, "paris");
		CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
		if (i < 2)
			CU_ASSERT_TRUE(error_goes_to(agent, "/dev/null"));
		EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	}
}

/* Who reads the log ends: the agent does not, by SIGPIPE. */
static void test_reader_gone(void)
{
	struct sim *sim = world_sim("sim", "--jobs 60");
	const char *pipe = world_path("log");
	char redirection[200];
	struct process *agent;
	int fd;

	CU_ASSERT_TRUE_FATAL(mkfifo(pipe, 0600) == 0);
	fd = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	world_snmpd();
	world_site("paris", sim, NULL);
	snprintf(redirection, sizeof redirection, "2>%s", pipe);
	agent = agent_with(redirection);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	close(fd);
	manager_await_refresh(manager, "paris");
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
}

/* The clock is set forth and back, also while the agent is suspended: rows stay true, for they go
 * by the server's clock. */
static void test_clock(void)
{
	static const int64_t clocks[] = {3600, -3600, DAY, -DAY, 0, 3650 * DAY, -3650 * DAY, 0};
	struct sim *sim = world_plain_sim("sim", "--jobs 500 --rate 60");
	struct faults *faults;
	struct process *agent;

	agent = begin_with_faults(sim, &faults);
	if (!agent)
		return;
	for (size_t i = 0; i < COUNT(clocks); i++) {
		if (i % 2)
			kill(agent->pid, SIGSTOP);
		faults->clock = clocks[i];
		kill(agent->pid, SIGCONT);
		manager_await_refresh(manager, "paris");
		AWAIT(labs(manager_site(manager, "paris", SITE_CLOCK_SKEW) + clocks[i]) <= 2, 10);
		AWAIT(manager_site(manager, "paris", SITE_DATA_AGE) <= 5, 10);
		EQUAL_NUMBER(manager_site(manager, "paris", SITE_STATUS), UP);
	}
	faults->clock = -DAY;
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 2), 0);
	CU_ASSERT_FALSE(world_holds(agent->err, "still busy"));
}

/* Suspended for a day, with the clock moved on: what it shows is true again after one refresh. */
static void test_suspended(void)
{
	struct sim *sim = world_plain_sim("sim", "--clock manual --jobs 500 --rate 60");
	struct faults *faults;
	struct process *agent;

	agent = begin_with_faults(sim, &faults);
	if (!agent)
		return;
	for (int i = 1; i <= 2; i++) {
		kill(agent->pid, SIGSTOP);
		sim_advance(sim, DAY);
		faults->clock = i * DAY;
		kill(agent->pid, SIGCONT);
		manager_await_refresh(manager, "paris");
		CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
	}
}

static const struct harness_test tests[] = {
    {"each small number of descriptors", test_descriptors},
    {"the soft limit of descriptors", test_soft_limit},
    {"descriptors run out later", test_descriptors_later},
    {"sites take turns for descriptors", test_turns},
    {"descriptors for some sites only", test_too_many_sites},
    {"no thread for a site", test_threads},
    {"SIGHUP with each kind of wrong file", test_wrong_files},
    {"1,000 SIGHUPs", test_many_reloads},
    {"SIGHUP in a first sweep", test_reload_in_sweep},
    {"SIGTERM at any moment", test_term_at_random},
    {"nobody reads the log", test_stuck_log},
    {"no standard descriptors", test_closed_log},
    {"the reader of the log ends", test_reader_gone},
    {"the clock is set", test_clock},
    {"suspended for a day", test_suspended},
    {NULL, NULL},
};

const struct harness_suite process_suite = {"process", tests};
