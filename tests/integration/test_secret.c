/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "harness.h"
#include "manager.h"
#include "world.h"

/* Where the key is in a running agent, and what a link in its state folder can do. */

#define MEMORY_MAX (256ul << 20) /* of a mapping; what is larger is no heap of ours */

/* Copies of the key in the memory of a process: in pages of their own, and elsewhere. */
struct copies {
	unsigned apart;
	unsigned elsewhere;
};

/* How often the key is in the memory from BEGIN to END of the process that FD shows. */
static unsigned count_between(int fd, unsigned long begin, unsigned long end)
{
	size_t size = end - begin;
	char *memory = malloc(size + 1), *at = memory;
	ssize_t got = pread(fd, memory, size, (off_t)begin);
	unsigned count = 0;

	while (got > 0 && (at = memmem(at, (size_t)(memory + got - at), WORLD_KEY,
				       sizeof WORLD_KEY - 1)) != NULL) {
		at++;
		count++;
	}
	free(memory);
	return count;
}

/* Looks at all memory of PROCESS that can be written. False when it must not be seen. */
static bool find_copies(const struct process *process, struct copies *copies)
{
	char path[60], line[400], mode[8] = "";
	unsigned long begin = 0, end = 0, from, to;
	FILE *maps;
	int fd;

	*copies = (struct copies){0, 0};
	snprintf(path, sizeof path, "/proc/%d/smaps", (int)process->pid);
	maps = fopen(path, "re");
	snprintf(path, sizeof path, "/proc/%d/mem", (int)process->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (maps && fd >= 0 && fgets(line, sizeof line, maps)) {
		unsigned count;

		/* Other lines begin with letters, too. */
		if (sscanf(line, "%lx-%lx %4s ", &from, &to, mode) == 3) {
			begin = from;
			end = to;
		}
		if (strncmp(line, "VmFlags:", 8) != 0 || mode[1] != 'w' || end - begin > MEMORY_MAX)
			continue;
		count = count_between(fd, begin, end);
		*(strstr(line, " dd") ? &copies->apart : &copies->elsewhere) += count;
	}
	if (maps)
		fclose(maps);
	if (fd >= 0)
		close(fd);
	return maps && fd >= 0;
}

static bool only_apart(const struct process *process, struct copies *copies)
{
	return find_copies(process, copies) && copies->apart == 2 && copies->elsewhere == 0;
}

/*
 * Also after many requests, after a reload and after answers that repeat the key. A request that is
 * under way at this moment has copies of its own, so the test waits for a moment without.
 */
static void test_memory(void)
{
	struct sim *sim = world_sim("sim", "--jobs 500");
	struct process *agent;
	void *manager = manager_of_paris(sim, &agent);
	struct copies copies;
	int64_t refreshes;

	if (harness_sanitized() || geteuid() != 0) {
		harness_skip("needs root, who may see the memory, and no memory of a sanitizer");
		return;
	}
	AWAIT(only_apart(agent, &copies), 10);
	refreshes = manager_site(manager, "paris", SITE_REFRESHES);
	AWAIT(manager_site(manager, "paris", SITE_REFRESHES) > refreshes + 1, 20);
	world_config("client-limit = 17\n");
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(world_holds(agent->err, "read again"), 10);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	AWAIT(only_apart(agent, &copies), 10);
	EQUAL_NUMBER(copies.apart, 2);
	EQUAL_NUMBER(copies.elsewhere, 0);
}

/* The first value of the line of /proc/PID/limits about core files. */
static void read_core_limit(const struct process *process, char limit[20])
{
	char path[60], *text, *line;

	snprintf(path, sizeof path, "/proc/%d/limits", (int)process->pid);
	text = world_read(path);
	line = strstr(text, "Max core file size");
	limit[0] = '\0';
	if (line)
		sscanf(line, "Max core file size %*s %19s", limit);
	free(text);
}

/* Even where whoever starts it wants core files. */
static void test_core(void)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY}, before;
	struct sim *sim = world_sim("sim", "--jobs 20");
	struct process *agent;
	char limit[20];

	getrlimit(RLIMIT_CORE, &before);
	if (setrlimit(RLIMIT_CORE, &all) < 0) {
		all.rlim_cur = all.rlim_max = before.rlim_max;
		setrlimit(RLIMIT_CORE, &all);
	}
	world_site("paris", sim, NULL);
	/* One that is left after all goes with the world. */
	CU_ASSERT_EQUAL(chdir(world_path(".")), 0);
	agent = world_agent(NULL);
	all.rlim_cur = before.rlim_cur;
	setrlimit(RLIMIT_CORE, &all);
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	read_core_limit(agent, limit);
	EQUAL_TEXT(limit, "0");
	agent->want = WORLD_ANY;
	/* Ends it with a core file as a crash would, but no sanitizer takes it for one. */
	EQUAL_NUMBER(world_end_process(agent, SIGQUIT, 10), -1);
	CU_ASSERT_FALSE(WIFSIGNALED(agent->status) && WCOREDUMP(agent->status));
}

/*
 * No file of ours stays open in a program that somebody has this process start. The sockets of
 * net-snmp and libcurl do, which give no way to say so; the agent starts no program.
 */
static void test_descriptors(void)
{
	struct process *agent;
	char path[80], target[400], *text;
	unsigned found = 0;

	manager_of_paris(world_sim("sim", "--jobs 20"), &agent);
	for (int fd = 3; fd < 64; fd++) {
		const char *flags;
		ssize_t length;

		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)agent->pid, fd);
		length = readlink(path, target, sizeof target - 1);
		if (length < 1 || target[0] != '/')
			continue;
		target[length] = '\0';
		snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", (int)agent->pid, fd);
		text = world_read(path);
		flags = strstr(text, "flags:");
		if (!flags || !(strtol(flags + 6, NULL, 8) & O_CLOEXEC))
			FAIL("%s stays open in a program that is started", target);
		free(text);
		found++;
	}
	/* The store, its log and its lock. */
	CU_ASSERT_TRUE(found >= 3);
}

/* A link in the place of a store: the site says so, and goes on without. */
static void test_link(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20");
	const char *victim = world_write("victim", 0600, "somebody else's");
	struct process *agent;
	struct manager_cell cell;
	void *manager;
	char *text;

	CU_ASSERT_EQUAL(mkdir(world_path("state"), 0700), 0);
	CU_ASSERT_EQUAL(symlink(victim, world_path("state/paris.db")), 0);
	world_snmpd();
	world_site("paris", sim, NULL);
	agent = world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_ERROR_CLASS) == FAULT_STORAGE, 20);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", SITE_ERROR_TEXT, &cell));
	CU_ASSERT_PTR_NOT_NULL(strstr(cell.text, "paris.db: is a symbolic link"));
	CU_ASSERT_TRUE(world_holds(agent->err, "paris.db: is a symbolic link"));
	text = world_read(victim);
	EQUAL_TEXT(text, "somebody else's");
	free(text);
	/* And it is well as soon as the link is gone. */
	unlink(world_path("state/paris.db"));
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
}

static const struct harness_test tests[] = {
    {"no copy of a key in the heap", test_memory},
    {"no core file", test_core},
    {"no descriptor for other programs", test_descriptors},
    {"a link in the state folder", test_link},
    {NULL, NULL},
};

const struct harness_suite secret_suite = {"secret", tests};
