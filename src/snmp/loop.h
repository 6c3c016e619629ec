/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>

/* What the main thread does when something happens. ARG is passed to each. */
struct loop_hooks {
	void (*mail)(void *arg);   /* a mailbox has been filled */
	void (*reload)(void *arg); /* SIGHUP */
	/* Called in every turn, after the others. True = notifications are waiting: the next turn
	 * comes when one can be sent, if not before. */
	bool (*notify)(void *arg);
	/* Called before each turn waits. Returns how many milliseconds it may wait; -1 = any time.
	 */
	int (*pulse)(void *arg);
	void *arg;
};

struct loop;

/*
 * Blocks SIGTERM, SIGINT and SIGHUP, so that only the loop receives them. Threads that are started
 * later inherit that. Ignores SIGPIPE. NULL, with a log line, when the kernel refuses.
 */
struct loop *loop_new(void);

/* The eventfd that wakes the loop for new mail. It belongs to LOOP. */
int loop_wake_fd(const struct loop *loop);

/*
 * Serves SNMP and calls HOOKS until SIGTERM or SIGINT, and then returns true. False, with a log
 * line, when the kernel refuses to wait.
 */
bool loop_run(struct loop *loop, const struct loop_hooks *hooks);

/* Frees LOOP. The signals stay blocked and ignored. NULL is fine. */
void loop_free(struct loop *loop);

#endif
