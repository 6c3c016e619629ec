/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "world.h"

/* What the agent tells a service manager, whose socket the test has. */

static int manager = -1;  /* closed with the process that runs the test */
static char heard[20000]; /* all messages, with a bar behind each */

/* Has the socket NAME and tells the agents that are started from now on, if TOLD. */
static void listen_at(const char *name, bool told)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(name);

	memcpy(address.sun_path, name, length);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(manager, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		world_fail(__FILE__, __LINE__, "%s: %s", name, strerror(errno));
	heard[0] = '\0';
	if (told)
		setenv("NOTIFY_SOCKET", name, 1);
}

static struct process *start_agent(const char *micros, const char *pid)
{
	struct process *agent;

	if (micros)
		setenv("WATCHDOG_USEC", micros, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	agent = world_agent(NULL);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return agent;
}

/* Takes what has come. The number of messages. */
static unsigned take(void)
{
	size_t length = strlen(heard);
	unsigned count = 0;
	ssize_t got;

	while (length + 400 < sizeof heard && (got = recv(manager, heard + length, 398, 0)) >= 0) {
		length += (size_t)got;
		heard[length++] = '|';
		heard[length] = '\0';
		count++;
	}
	return count;
}

static bool has(const char *text)
{
	take();
	return strstr(heard, text) != NULL;
}

/* Each of PARTS, which end with NULL, behind the one before it. */
static void check_order(const char *const *parts)
{
	const char *at = heard;

	for (; *parts; parts++) {
		const char *found = strstr(at, *parts);

		if (!found)
			FAIL("%s does not come in its place: %s", *parts, heard);
		else
			at = found + strlen(*parts);
	}
}

static void check_life(const char *socket)
{
	/* Before it, READY and the first site's state come in any order. */
	static const char *const reloads[] = {"RELOADING=1\nMONOTONIC_USEC=",
					      "STATUS=2 sites, 1 up|",
					      "READY=1|",
					      "RELOADING=1\n",
					      "READY=1|",
					      "STOPPING=1|",
					      NULL};
	struct sim *sim = world_sim("sim", "--jobs 20");
	struct process *agent;

	world_site("paris", sim, NULL);
	listen_at(socket, true);
	agent = start_agent(NULL, NULL);
	AWAIT(has("STATUS=1 site, 1 up|") && has("READY=1|"), 20);
	world_site("lyon", NULL, NULL);
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(has("STATUS=2 sites, 1 up|READY=1|"), 20);
	/* What cannot be read ends the reload, too. */
	world_config("refresh = \"never\"\n");
	world_config_file();
	kill(agent->pid, SIGHUP);
	AWAIT(world_holds(agent->err, "refresh is \"never\""), 10);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 10), 0);
	take();
	check_order(reloads);
	CU_ASSERT_PTR_NULL(strstr(heard, "WATCHDOG"));
	EQUAL_TEXT(heard + strlen(heard) - strlen("STOPPING=1|"), "STOPPING=1|");
}

static void test_life(void)
{
	check_life(world_path("manager"));
}

static void test_abstract(void)
{
	char name[60];

	snprintf(name, sizeof name, "@nbu-test-%d", (int)getpid());
	check_life(name);
}

static bool is_stopped(const struct process *process)
{
	char path[40], text[400] = "", *state;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)process->pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	(void)!fread(text, 1, sizeof text - 1, file);
	fclose(file);
	state = strrchr(text, ')');
	return state && state[2] == 'T';
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A site whose server hangs has no part in it; a main thread that stands still has. */
static void test_watchdog(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20 --fault slow:60000");
	struct process *agent;
	double begun;
	int64_t end;
	unsigned count = 0;

	world_site("paris", sim, NULL);
	listen_at(world_path("manager"), true);
	agent = start_agent("1000000", NULL);
	AWAIT(has("READY=1|") && has("WATCHDOG=1|"), 20);
	take();
	for (int64_t late = world_deadline(10); count < 4 && !world_late(late);)
		count += take();
	CU_ASSERT_TRUE(count >= 4);
	/* Twice in a second, and not much more often. */
	end = world_deadline(harness_sanitized() ? 0.4 : 2);
	begun = seconds();
	for (count = 0; !world_late(end);)
		count += take();
	CU_ASSERT_TRUE(count >= 2 && count <= 2 * (seconds() - begun) + 3);
	kill(agent->pid, SIGSTOP);
	AWAIT(is_stopped(agent), 10);
	take();
	end = world_deadline(1);
	for (count = 0; !world_late(end);)
		count += take();
	EQUAL_NUMBER(count, 0);
	kill(agent->pid, SIGCONT);
	AWAIT(take() > 0, 10);
}

/* The variables are meant for the process that has started this one. */
static void test_watchdog_of_another(void)
{
	struct process *agent;

	world_site("paris", world_sim("sim", "--jobs 20"), NULL);
	listen_at(world_path("manager"), true);
	agent = start_agent("100000", "1");
	AWAIT(has("STATUS=1 site, 1 up|"), 20);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 10), 0);
	CU_ASSERT_TRUE(has("STOPPING=1|"));
	CU_ASSERT_PTR_NULL(strstr(heard, "WATCHDOG"));
}

/* The manager is busy, and its queue is full, while the agent starts: it hears of it later. */
static void test_busy(void)
{
	const char *path = world_path("manager");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct process *agent;
	int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	world_site("paris", world_sim("sim", "--jobs 20"), "refresh = \"1s\"\n");
	listen_at(path, true);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	while (sendto(other, "X=1", 3, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof address) >
	       0)
		;
	close(other);
	agent = start_agent(NULL, NULL);
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	AWAIT(has("STATUS=1 site, 1 up|") && has("READY=1|"), 10);
}

/* Nobody listens at the socket, or its name is nonsense: the agent works as ever. */
static void test_nobody(void)
{
	static const char *const names[] = {"/nonexistent/manager", "relative", "/", "@", ""};
	struct process *agent;

	world_site("paris", world_sim("sim", "--jobs 20"), NULL);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		agent = start_agent("100000", NULL);
		AWAIT(world_holds(agent->err, "site paris: up"), 20);
		EQUAL_NUMBER(world_end_process(agent, SIGTERM, 10), 0);
	}
}

/* Where there is no NOTIFY_SOCKET, not even the watchdog's variable has it tell anything. */
static void test_not_asked(void)
{
	struct process *agent;

	world_site("paris", world_sim("sim", "--jobs 20"), NULL);
	listen_at(world_path("manager"), false);
	agent = start_agent("100000", NULL);
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 10), 0);
	EQUAL_NUMBER(take(), 0);
}

static const struct harness_test tests[] = {
    {"from start to end", test_life},
    {"a socket without a file", test_abstract},
    {"watchdog", test_watchdog},
    {"watchdog of another process", test_watchdog_of_another},
    {"a manager that is busy", test_busy},
    {"nobody listens", test_nobody},
    {"not asked for", test_not_asked},
    {NULL, NULL},
};

const struct harness_suite service_suite = {"service", tests};
