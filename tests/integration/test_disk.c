/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "manager.h"
#include "model.h"
#include "site/refresh.h"
#include "world.h"

/* What a disk may do to the store: it is full, slow, read-only, or gives back something else. */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE 4096
#define JOBS_MADE 1200
#define JOB_COUNT 8 /* column of nbuJobTable */

static void *manager;

static void site(const struct sim *sim)
{
	world_forget_sites();
	world_site("paris", sim, NULL);
}

/* Everything up, with a store that has been written. */
static struct process *begin(const struct sim *sim)
{
	struct process *agent;

	manager = manager_of_paris(sim, &agent);
	manager_await_refresh(manager, "paris");
	return agent;
}

static void check_rows(const struct sim *sim)
{
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	manager_await_refresh(manager, "paris");
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
}

/* Pages of a store. */

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	struct stat about;
	char *octets;

	if (!file || fstat(fileno(file), &about) < 0)
		world_fail(__FILE__, __LINE__, "%s cannot be read", path);
	octets = malloc((size_t)about.st_size);
	*size = fread(octets, 1, (size_t)about.st_size, file);
	fclose(file);
	return octets;
}

static void write_file(const char *path, const char *octets, size_t size)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(octets, 1, size, file) != size || fclose(file) != 0)
		world_fail(__FILE__, __LINE__, "%s cannot be written", path);
}

static uint64_t counted_jobs(struct refresh *refresh)
{
	struct snapshot *snapshot = refresh_snapshot(refresh);
	uint64_t counted = 0;

	for (size_t i = 0; i < COUNT_OF(snapshot, JOBS); i++)
		counted += ROWS(snapshot, JOBS, job_row)[i].count;
	snapshot_free(snapshot);
	return counted;
}

/* Opens the store as it is and refreshes until that succeeds; how many jobs are then told. */
static uint64_t recover(const struct config_site *site, const char *state)
{
	struct refresh *refresh = refresh_open(site, state);
	uint64_t counted;
	bool fine = false;

	counted_jobs(refresh);
	for (int i = 0; i < 4 && !fine; i++)
		fine = refresh_run(refresh);
	CU_ASSERT_TRUE(fine);
	counted = counted_jobs(refresh);
	refresh_close(refresh);
	return counted;
}

/* A letter for the kind of the page AT: its first octet tells, where it is one of a tree. */
static char kind_of(const char *at, size_t number)
{
	switch (number == 0 ? 's' : at[0]) {
	case 's':
		return 's';
	case 2:
		return 'i';
	case 5:
		return 't';
	case 10:
		return 'I';
	case 13:
		return 'T';
	default:
		return 'f';
	}
}

/*
 * Each page of a store in turn has other octets at its beginning, where its kind and its cells
 * stand, and all over. It never ends the agent. What SQLite sees of it, it sets aside; what it does
 * not see, in the values of jobs, the server tells again.
 */
static void test_pages(void)
{
	struct sim *sim = world_plain_sim("sim", "--clock manual --jobs 1200 --rate 0");
	struct config_site paris = {.name = (char *)"paris",
				    .url = sim->url,
				    .api_key = (char *)WORLD_KEY,
				    .timeout = 10,
				    .deadline = 60,
				    .refresh = 1,
				    .window = 86400,
				    .full_refresh = 86400,
				    .down_after = 1000,
				    .protecting_jobs = RESOLVE_PROTECTING,
				    .client_limit = 2000};
	const char *state = world_path("pages"), *path = world_path("pages/paris.db");
	unsigned random = harness_seed();
	char seen[128] = "", *octets, *bad;
	uint64_t true_count;
	unsigned anew = 0;
	size_t size;

	true_count = recover(&paris, state);
	CU_ASSERT_TRUE(true_count == JOBS_MADE);
	octets = read_file(path, &size);
	bad = malloc(size);
	for (size_t page = 0; page < size / PAGE; page++) {
		size_t length = page % 2 ? 64 : PAGE;
		char kind = kind_of(octets + page * PAGE, page);

		/* A few of each kind; the others only where there is time. */
		if (seen[(int)kind]++ >= 4 && page % 16)
			continue;
		memcpy(bad, octets, size);
		for (size_t i = 0; i < length; i++)
			bad[page * PAGE + i] = (char)rand_r(&random);
		write_file(path, bad, size);
		if (recover(&paris, state) != true_count)
			FAIL("page %zu of kind %c: another number of jobs", page, kind);
		anew += access(path, F_OK) == 0;
	}
	printf("pages: %zu; kinds s %d i %d t %d I %d T %d f %d\n", size / PAGE, seen['s'],
	       seen['i'], seen['t'], seen['I'], seen['T'], seen['f']);
	CU_ASSERT_TRUE(seen['t'] > 0 && seen['T'] > 0 && seen['I'] > 0);
	CU_ASSERT_TRUE(anew > 8);
	free(bad);
	free(octets);
}

/* The file, and then the whole folder, goes while it is open: rows go on, and a notice tells it. */
static void test_removed(void)
{
	struct sim *sim = world_sim("sim", "--jobs 300");
	struct process *agent = begin(sim);
	struct manager_cell notice;

	unlink(world_path("state/paris.db"));
	AWAIT(manager_site_cell(manager, "paris", SITE_NOTICE, &notice) && notice.text[0] != '\0',
	      10);
	check_rows(sim);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	site(sim);
	agent = world_agent(NULL);
	check_rows(sim);
	unlink(world_path("state/paris.db"));
	unlink(world_path("state/paris.db-wal"));
	unlink(world_path("state/paris.lock"));
	CU_ASSERT_TRUE(rmdir(world_path("state")) == 0);
	check_rows(sim);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	world_agent(NULL);
	check_rows(sim);
	CU_ASSERT_TRUE(access(world_path("state/paris.db"), F_OK) == 0);
}

/* Another file takes its place while it is open, as from a backup. */
static void test_replaced(void)
{
	struct sim *sim = world_sim("sim", "--jobs 300");
	struct process *agent = begin(sim);
	char *octets;
	size_t size;

	octets = read_file(world_path("state/paris.db"), &size);
	write_file(world_path("state/copy"), octets, size);
	free(octets);
	CU_ASSERT_TRUE(rename(world_path("state/copy"), world_path("state/paris.db")) == 0);
	check_rows(sim);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	world_agent(NULL);
	check_rows(sim);
}

/* What a kill, or another program, has left beside the file. */
static void test_leftovers(void)
{
	static const struct {
		const char *wal, *shm; /* "" = is taken away, NULL = stays as it is */
	} ways[] = {
	    {NULL, NULL}, {NULL, "rubbish"}, {"", NULL}, {"rubbish", NULL}, {"", "rubbish"}};
	struct sim *sim = world_sim("sim", "--jobs 300 --rate 60");
	struct process *agent = begin(sim);

	for (size_t i = 0; i < COUNT(ways); i++) {
		agent->want = WORLD_ANY;
		world_end_process(agent, SIGKILL, 5);
		CU_ASSERT_TRUE(access(world_path("state/paris.db-wal"), F_OK) == 0);
		if (ways[i].wal && ways[i].wal[0] == '\0')
			unlink(world_path("state/paris.db-wal"));
		else if (ways[i].wal)
			write_file(world_path("state/paris.db-wal"), ways[i].wal, 7);
		if (ways[i].shm)
			write_file(world_path("state/paris.db-shm"), ways[i].shm, 7);
		agent = world_agent(NULL);
		AWAIT(world_holds(agent->err, "site paris: up"), 20);
		AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
		manager_await_refresh(manager, "paris");
		CU_ASSERT_TRUE(manager_sum(manager, "paris", JOB_COUNT) >= 280);
	}
}

/* The lock is another's, and then the database itself is: the site says so, and comes by itself. */
static void test_locked(void)
{
	struct sim *sim = world_sim("sim", "--jobs 300");
	struct process *agent = begin(sim);
	sqlite3 *other = NULL;
	int lock;

	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	lock = open(world_path("state/paris.lock"), O_RDWR | O_CLOEXEC);
	CU_ASSERT_TRUE(flock(lock, LOCK_EX) == 0);
	agent = world_agent(NULL);
	AWAIT(world_holds(agent->err, "in use by another nbu-agentx"), 20);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, 10);
	close(lock);
	check_rows(sim);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	CU_ASSERT_TRUE(sqlite3_open(world_path("state/paris.db"), &other) == SQLITE_OK);
	CU_ASSERT_TRUE(sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL,
				    NULL, NULL) == SQLITE_OK);
	agent = world_agent(NULL);
	AWAIT(world_holds(agent->err, "is locked by another program"), 20);
	sqlite3_close(other);
	check_rows(sim);
	CU_ASSERT_FALSE(world_holds(agent->err, "set aside"));
}

/* A disk that does not come back from a flush: answers go on, and so does the end. */
static void test_slow(void)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 300 --rate 60");
	struct manager_cell cell;
	struct faults *faults;
	struct process *agent;
	int64_t limit;

	if (harness_sanitized()) {
		harness_skip("not with a sanitizer");
		return;
	}
	world_snmpd();
	site(sim);
	agent = world_agent_with_faults(&faults);
	manager = manager_open(WORLD_PUBLIC);
	check_rows(sim);
	for (int i = 0; i < 2; i++) {
		faults->hanging = 0;
		faults->slow_disk = 1;
		AWAIT(*(volatile int *)&faults->hanging > 0, 20);
		limit = world_deadline(3);
		while (!world_late(limit))
			if (!manager_get_cell(manager, "1.1.0", &cell))
				FAIL("no answer");
		AWAIT(manager_site(manager, "paris", SITE_DATA_AGE) >= 3, 10);
		if (i == 0) {
			faults->slow_disk = 0;
			AWAIT(manager_site(manager, "paris", SITE_DATA_AGE) <= 2, 10);
			manager_await_refresh(manager, "paris");
		}
	}
	limit = world_deadline(2);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	CU_ASSERT_FALSE(world_late(limit));
	site(sim);
	agent = world_agent(NULL);
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	CU_ASSERT_FALSE(world_holds(agent->err, "set aside"));
}

/* The agent with a small disk of its own, mounted with OPTIONS, as its state-dir. */
static struct process *agent_on_disk(const char *options)
{
	char text[500], words[300];

	mkdir(world_path("state"), 0700);
	snprintf(text, sizeof text,
		 "mount -t tmpfs -o size=2m none %s && mount -o remount,%s %s && exec \"$@\"\n",
		 world_path("state"), options, world_path("state"));
	snprintf(words, sizeof words, "unshare -m sh %s", world_write("become", 0600, text));
	return world_agent_by(words);
}

static bool can_mount(void)
{
	const char *const argv[] = {"unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt", NULL};
	int status = 1;

	if (geteuid() == 0)
		free(world_output(&status, argv));
	if (status != 0)
		harness_skip("needs root, and mounts that are allowed");
	return status == 0;
}

/* A real full disk: the site is down and says why, its rows stay; with room again it is up. */
static void test_full(void)
{
	struct sim *sim = world_plain_sim("sim", "--clock manual --jobs 300 --rate 600");
	char path[400], octets[PAGE] = "";
	struct process *agent;
	uint64_t before;
	int ballast;

	if (!can_mount())
		return;
	world_snmpd();
	site(sim);
	agent = agent_on_disk("rw");
	manager = manager_open(WORLD_PUBLIC);
	check_rows(sim);
	before = manager_sum(manager, "paris", JOB_COUNT);
	snprintf(path, sizeof path, "/proc/%d/root%s", (int)agent->pid,
		 world_path("state/ballast"));
	ballast = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CU_ASSERT_TRUE_FATAL(ballast >= 0);
	while (write(ballast, octets, sizeof octets) > 0)
		;
	/* New jobs, more than what room the files still have. */
	for (int i = 0; i < 40 && manager_site(manager, "paris", SITE_STATUS) == UP; i++) {
		before = manager_sum(manager, "paris", JOB_COUNT);
		sim_advance(sim, 120);
		manager_sum(manager, "paris", JOB_COUNT);
		AWAIT((manager_sum(manager, "paris", JOB_COUNT) > before ||
		       manager_site(manager, "paris", SITE_STATUS) == DOWN),
		      10);
	}
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, 10);
	AWAIT(world_holds(agent->err, "the disk is full"), 10);
	CU_ASSERT_TRUE(manager_sum(manager, "paris", JOB_COUNT) >= before);
	unlink(path);
	close(ballast);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 40);
	check_rows(sim);
}

/* A disk that cannot be written at the start, and then can. */
static void test_read_only(void)
{
	struct sim *sim = world_plain_sim("sim", "--jobs 300");
	struct process *agent;
	char pid[20];
	int status;

	if (!can_mount())
		return;
	world_snmpd();
	site(sim);
	agent = agent_on_disk("ro");
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(world_holds(agent->err, "Read-only file system"), 20);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == DOWN, 10);
	snprintf(pid, sizeof pid, "%d", (int)agent->pid);
	{
		const char *const argv[] = {"nsenter", "-t", pid,	   "-m",
					    "mount",   "-o", "remount,rw", world_path("state"),
					    NULL};

		free(world_output(&status, argv));
	}
	EQUAL_NUMBER(status, 0);
	check_rows(sim);
}

static const struct harness_test tests[] = {
    {"each kind of page is corrupt", test_pages},
    {"the store is removed while it is open", test_removed},
    {"the store is replaced while it is open", test_replaced},
    {"what a kill leaves behind", test_leftovers},
    {"the store is locked by another", test_locked},
    {"a disk that hangs", test_slow},
    {"a full disk", test_full},
    {"a read-only disk", test_read_only},
    {NULL, NULL},
};

const struct harness_suite disk_suite = {"disk", tests};
