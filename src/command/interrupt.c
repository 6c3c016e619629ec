/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

/* Tells the thread that nobody waits for a signal any more; never sent to the process. */
#define OVER SIGUSR1

struct interrupt {
	void (*end)(void *arg);
	void *arg;
	pthread_t thread;
	sigset_t signals;
};

static void *work(void *arg)
{
	struct interrupt *interrupt = arg;
	int signal_number = OVER;

	sigwait(&interrupt->signals, &signal_number);
	if (signal_number != OVER)
		interrupt->end(interrupt->arg);
	return NULL;
}

struct interrupt *interrupt_await(void (*end)(void *arg), void *arg)
{
	struct interrupt *interrupt = mem_zalloc(1, sizeof *interrupt);
	int error;

	interrupt->end = end;
	interrupt->arg = arg;
	sigemptyset(&interrupt->signals);
	sigaddset(&interrupt->signals, SIGINT);
	sigaddset(&interrupt->signals, SIGTERM);
	sigaddset(&interrupt->signals, OVER);
	pthread_sigmask(SIG_BLOCK, &interrupt->signals, NULL);
	error = pthread_create(&interrupt->thread, NULL, work, interrupt);
	if (error == 0)
		return interrupt;
	log_error("cannot start a thread: %s", strerror(error));
	pthread_sigmask(SIG_UNBLOCK, &interrupt->signals, NULL);
	free(interrupt);
	return NULL;
}

void interrupt_free(struct interrupt *interrupt)
{
	if (!interrupt)
		return;
	pthread_kill(interrupt->thread, OVER);
	pthread_join(interrupt->thread, NULL);
	free(interrupt);
}
