/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INTERRUPT_H
#define INTERRUPT_H

/*
 * Waits in a thread of its own until the user or the system wants the program to end (SIGINT or
 * SIGTERM). So what is done then need not be fit for a signal handler.
 */
struct interrupt;

/*
 * Begins to wait; calls END with ARG, once at most. To be called before other threads are started,
 * which must not get these signals. NULL, with a log line, when the kernel refuses.
 */
struct interrupt *interrupt_await(void (*end)(void *arg), void *arg);

/* Ends the waiting. The signals stay blocked, for the program is about to end. NULL is fine. */
void interrupt_free(struct interrupt *interrupt);

#endif
