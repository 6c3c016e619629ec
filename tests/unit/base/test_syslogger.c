/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/syslogger.h"
#include "harness.h"
#include "unit/scratch.h"

/* A logger at PATH. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static bool hears(int fd, const char *text)
{
	char line[2000];
	ssize_t got = recv(fd, line, sizeof line - 1, 0);

	line[got > 0 ? got : 0] = '\0';
	return strstr(line, text) != NULL;
}

/* The form is that of syslog(3); a logger that is started anew is found again. */
static void test_send(void)
{
	const char *path;
	char tag[60];
	int fd;

	scratch_make();
	path = scratch_path("log");
	CU_ASSERT_TRUE(syslogger_send(path, LOG_ERR, "nobody there", false));
	fd = listen_at(path);
	CU_ASSERT_TRUE(syslogger_send(path, LOG_ERR, "first", false));
	snprintf(tag, sizeof tag, " nbu-agentx[%d]: first", (int)getpid());
	CU_ASSERT_TRUE(hears(fd, tag));
	CU_ASSERT_TRUE(syslogger_send(path, LOG_WARNING, "second", false));
	CU_ASSERT_TRUE(hears(fd, "<28>"));
	close(fd);
	unlink(path);
	fd = listen_at(path);
	CU_ASSERT_TRUE(syslogger_send(path, LOG_ERR, "third", true));
	CU_ASSERT_TRUE(hears(fd, ": third"));
	close(fd);
	scratch_remove();
}

/* Nobody reads: the line is given up at once, and the next is taken when there is room. */
static void test_full(void)
{
	const char *path;
	int fd, taken = 0;

	scratch_make();
	path = scratch_path("log");
	fd = listen_at(path);
	alarm(10);
	while (taken < 100000 && syslogger_send(path, LOG_ERR, "text", false))
		taken++;
	alarm(0);
	CU_ASSERT(taken > 0 && taken < 100000);
	while (hears(fd, "text"))
		;
	CU_ASSERT_TRUE(syslogger_send(path, LOG_ERR, "again", false));
	CU_ASSERT_TRUE(hears(fd, ": again"));
	close(fd);
	scratch_remove();
}

/* Without a descriptor for it a line cannot be sent, and nobody waits for that. */
static void test_no_descriptor(void)
{
	struct rlimit before, none = {0, 0};

	CU_ASSERT_EQUAL(getrlimit(RLIMIT_NOFILE, &before), 0);
	none.rlim_max = before.rlim_max;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	CU_ASSERT_TRUE(syslogger_send("/nonexistent", LOG_ERR, "text", true));
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static const struct harness_test tests[] = {
    {"lines", test_send},
    {"nobody reads", test_full},
    {"no descriptor", test_no_descriptor},
    {NULL, NULL},
};

const struct harness_suite syslogger_suite = {"syslogger", tests};
