/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness.h"
#include "snmp/agentx.h"
#include "snmp/loop.h"
#include "unit/scratch.h"

/* What wakes the main thread, and what it does when the kernel refuses. No master agent runs. */

struct seen {
	int mails, reloads, turns, pulses;
};

static void on_mail(void *arg)
{
	((struct seen *)arg)->mails++;
	kill(getpid(), SIGHUP);
}

static void on_reload(void *arg)
{
	((struct seen *)arg)->reloads++;
	kill(getpid(), SIGTERM);
}

static bool on_turn(void *arg)
{
	((struct seen *)arg)->turns++;
	return false;
}

static int on_pulse(void *arg)
{
	((struct seen *)arg)->pulses++;
	return -1;
}

static struct loop *start(struct loop_hooks *hooks, struct seen *seen)
{
	struct loop *loop;

	scratch_make();
	agentx_init(scratch_path("master"));
	*seen = (struct seen){0};
	*hooks = (struct loop_hooks){on_mail, on_reload, on_turn, on_pulse, seen};
	loop = loop_new();
	CU_ASSERT_PTR_NOT_NULL_FATAL(loop);
	return loop;
}

static void end(struct loop *loop)
{
	loop_free(loop);
	agentx_stop();
	scratch_remove();
}

/* Mail, a SIGHUP after it, and a SIGTERM after that. */
static void test_woken(void)
{
	uint64_t one = 1;
	struct loop_hooks hooks;
	struct seen seen;
	struct loop *loop = start(&hooks, &seen);

	CU_ASSERT(write(loop_wake_fd(loop), &one, sizeof one) == sizeof one);
	CU_ASSERT_TRUE(loop_run(loop, &hooks));
	EQUAL_NUMBER(seen.mails, 1);
	EQUAL_NUMBER(seen.reloads, 1);
	CU_ASSERT(seen.turns >= 3);
	CU_ASSERT(seen.pulses >= seen.turns);
	end(loop);
}

/* The descriptor of this process by which it reads signals. */
static int find_signals(void)
{
	char path[60], target[60];

	for (int fd = 0; fd < 1000; fd++) {
		ssize_t length;

		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof target - 1);
		target[length > 0 ? length : 0] = '\0';
		if (strcmp(target, "anon_inode:[signalfd]") == 0)
			return fd;
	}
	return -1;
}

/* What cannot be read would wake the loop for ever: it ends, so that systemd starts it again. */
static void check_broken(bool signals)
{
	struct loop_hooks hooks;
	struct seen seen;
	struct loop *loop = start(&hooks, &seen);
	int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	CU_ASSERT(dup2(folder, signals ? find_signals() : loop_wake_fd(loop)) >= 0);
	close(folder);
	alarm(10);
	CU_ASSERT_FALSE(loop_run(loop, &hooks));
	alarm(0);
	EQUAL_NUMBER(seen.mails, 0);
	EQUAL_NUMBER(seen.reloads, 0);
	end(loop);
}

static void test_cannot_be_woken(void)
{
	check_broken(false);
}

static void test_cannot_read_signals(void)
{
	check_broken(true);
}

/* More descriptors than the process may have. */
static void test_cannot_wait(void)
{
	struct loop_hooks hooks;
	struct seen seen;
	struct loop *loop = start(&hooks, &seen);
	struct rlimit before, none = {0, 0};

	CU_ASSERT(getrlimit(RLIMIT_NOFILE, &before) == 0);
	none.rlim_max = before.rlim_max;
	CU_ASSERT(setrlimit(RLIMIT_NOFILE, &none) == 0);
	CU_ASSERT_PTR_NULL(loop_new());
	alarm(10);
	CU_ASSERT_FALSE(loop_run(loop, &hooks));
	alarm(0);
	CU_ASSERT(setrlimit(RLIMIT_NOFILE, &before) == 0);
	EQUAL_NUMBER(seen.turns, 0);
	loop_free(NULL);
	end(loop);
}

static void test_causes(void)
{
	CU_ASSERT_STRING_EQUAL(agentx_cause(266), "it did not understand the request");
	CU_ASSERT_STRING_EQUAL(agentx_cause(12345), "see RFC 2741, 7.1.4");
}

static const struct harness_test tests[] = {
    {"woken", test_woken},
    {"cannot be woken", test_cannot_be_woken},
    {"cannot read signals", test_cannot_read_signals},
    {"cannot wait", test_cannot_wait},
    {"causes of the master agent", test_causes},
    {NULL, NULL},
};

const struct harness_suite loop_suite = {"loop", tests};
