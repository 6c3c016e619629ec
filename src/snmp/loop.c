/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "snmp/agentx.h"
#include "base/log.h"
#include "base/mem.h"

/* Places in the array for poll. Those of agentx follow. */
enum { SIGNALS, WAKE, OWN_FDS };

struct loop {
	int fds[OWN_FDS];
	bool notifying; /* the last result of hooks->notify */
	bool done;	/* this turn is the last */
	bool failed;
};

struct loop *loop_new(void)
{
	struct loop *loop = mem_zalloc(1, sizeof(*loop));
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	/* The library writes to sockets that the master agent may have closed. */
	signal(SIGPIPE, SIG_IGN);
	loop->fds[SIGNALS] = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	loop->fds[WAKE] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->fds[SIGNALS] < 0 || loop->fds[WAKE] < 0) {
		log_error("cannot wait for signals: %s", strerror(errno));
		loop_free(loop);
		loop = NULL;
	}
	return loop;
}

int loop_wake_fd(const struct loop *loop)
{
	return loop->fds[WAKE];
}

/* Ends the loop: it could no longer wait and would only use CPU. */
static void fail(struct loop *loop, const char *what)
{
	log_error("cannot %s any more: %s", what, strerror(errno));
	loop->done = true;
	loop->failed = true;
}

static void take_signal(struct loop *loop, const struct loop_hooks *hooks)
{
	struct signalfd_siginfo info;

	if (read(loop->fds[SIGNALS], &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			hooks->reload(hooks->arg);
		else
			loop->done = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		fail(loop, "read signals");
	}
}

/* Reads the eventfd before the mailboxes, so that a snapshot put in between wakes the loop again.
 */
static void take_mail(struct loop *loop, const struct loop_hooks *hooks)
{
	uint64_t count;

	if (read(loop->fds[WAKE], &count, sizeof(count)) == (ssize_t)sizeof(count))
		hooks->mail(hooks->arg);
	else if (errno != EAGAIN && errno != EINTR)
		fail(loop, "be woken");
}

static void turn(struct loop *loop, const struct loop_hooks *hooks)
{
	struct pollfd fds[OWN_FDS + AGENTX_FDS_MAX];
	int timeout = -1, pulse;
	size_t count = agentx_poll_prepare(fds + OWN_FDS, &timeout, loop->notifying);

	pulse = hooks->pulse(hooks->arg);
	if (pulse >= 0 && (timeout < 0 || pulse < timeout))
		timeout = pulse;
	for (size_t i = 0; i < OWN_FDS; i++)
		fds[i] = (struct pollfd){.fd = loop->fds[i], .events = POLLIN};
	if (poll(fds, OWN_FDS + count, timeout) >= 0) {
		agentx_poll_dispatch(fds + OWN_FDS, count);
		if (fds[SIGNALS].revents != 0)
			take_signal(loop, hooks);
		if (fds[WAKE].revents != 0)
			take_mail(loop, hooks);
		loop->notifying = hooks->notify(hooks->arg);
	} else if (errno != EINTR) {
		fail(loop, "wait");
	}
}

bool loop_run(struct loop *loop, const struct loop_hooks *hooks)
{
	loop->done = false;
	loop->failed = false;
	while (!loop->done)
		turn(loop, hooks);
	return !loop->failed;
}

void loop_free(struct loop *loop)
{
	if (loop != NULL) {
		for (size_t i = 0; i < OWN_FDS; i++)
			if (loop->fds[i] >= 0)
				close(loop->fds[i]);
		free(loop);
	}
}
