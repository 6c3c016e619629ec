/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>

/* What the main thread does when something happens; each gets ARG. */
struct loop_hooks {
	void (*mail)(void *arg);   /* a mailbox has been filled */
	void (*reload)(void *arg); /* SIGHUP */
	/* Every turn, after the others. True = there are notifications to send: it is called again
	 * as soon as the master agent can take one. */
	bool (*notify)(void *arg);
	void *arg;
};

struct loop;

/*
 * Takes SIGTERM, SIGINT and SIGHUP out of the process' normal handling (they are blocked: threads
 * started later inherit that) and ignores SIGPIPE. NULL, with a log line, when the
 * kernel refuses.
 */
struct loop *loop_new(void);

/* The eventfd that mailboxes signal; it stays the loop's. */
int loop_wake_fd(const struct loop *loop);

/*
 * Serves SNMP and calls HOOKS until SIGTERM or SIGINT arrives: true. False, with a log line, when
 * the kernel no longer lets it wait.
 */
bool loop_run(struct loop *loop, const struct loop_hooks *hooks);

/* Frees LOOP; signals stay as loop_new has set them. NULL is fine. */
void loop_free(struct loop *loop);

#endif
