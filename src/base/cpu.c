/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cpu.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <time.h>

#include "base/condition.h"
#include "base/timefmt.h"

#define TURNS_LEAST 2	   /* where one may wait for a disk */
#define LOOK_MS 250	   /* between two looks at who computes */
#define NOTHING_NS 1000000 /* who has computed for less in between hangs */

/* A thread that has a turn or waits for one. */
struct turn {
	pthread_cond_t granted;
	clockid_t clock;      /* that of its CPU time */
	int64_t computed;     /* nanoseconds of it, at the last look; -1 = it had no turn then */
	bool has, counts;     /* it has a turn; that is counted */
	struct turn *next;    /* behind it */
	struct turn **before; /* that which points to it */
};

static struct {
	pthread_mutex_t mutex; /* of the next, and of all turns */
	unsigned limit;
	unsigned taken; /* turns that count */
	int64_t looked; /* when, in timefmt_monotonic */
	struct turn *holders;
	struct turn *first, **end; /* of those that wait */
} all = {.mutex = PTHREAD_MUTEX_INITIALIZER, .end = &all.first};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static _Thread_local struct turn own;

static void begin(void)
{
	cpu_set_t cpus;

	all.limit = TURNS_LEAST;
	if (sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > TURNS_LEAST)
		all.limit = (unsigned)CPU_COUNT(&cpus);
}

static void hold(struct turn *turn)
{
	turn->has = turn->counts = true;
	turn->computed = -1;
	turn->next = all.holders;
	turn->before = &all.holders;
	if (turn->next)
		turn->next->before = &turn->next;
	all.holders = turn;
	all.taken++;
}

/* Grants what is left to those that wait, the first one first. */
static void grant(void)
{
	while (all.first && all.taken < all.limit) {
		struct turn *turn = all.first;

		all.first = turn->next;
		if (!all.first)
			all.end = &all.first;
		hold(turn);
		pthread_cond_signal(&turn->granted);
	}
}

/* Nanoseconds of CPU time that the thread of TURN has used. */
static int64_t used(const struct turn *turn)
{
	struct timespec time = {.tv_sec = 0};

	clock_gettime(turn->clock, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Looks now and then for those that hang. */
static void look(void)
{
	int64_t now = timefmt_monotonic(), computed;

	if (now - all.looked < LOOK_MS)
		return;
	all.looked = now;
	for (struct turn *turn = all.holders; turn; turn = turn->next) {
		if (!turn->counts)
			continue;
		computed = used(turn);
		if (turn->computed >= 0 && computed - turn->computed < NOTHING_NS) {
			turn->counts = false;
			all.taken--;
		}
		turn->computed = computed;
	}
	grant();
}

static void await_grant(struct turn *turn)
{
	condition_init(&turn->granted);
	turn->next = NULL;
	*all.end = turn;
	all.end = &turn->next;
	look();
	while (!turn->has) {
		condition_await(&turn->granted, &all.mutex, timefmt_monotonic() + LOOK_MS);
		look();
	}
	pthread_cond_destroy(&turn->granted);
}

void cpu_take(void)
{
	pthread_once(&once, begin);
	pthread_getcpuclockid(pthread_self(), &own.clock);
	pthread_mutex_lock(&all.mutex);
	if (all.taken < all.limit)
		hold(&own);
	else
		await_grant(&own);
	pthread_mutex_unlock(&all.mutex);
}

bool cpu_give(void)
{
	if (!own.has)
		return false;
	pthread_mutex_lock(&all.mutex);
	*own.before = own.next;
	if (own.next)
		own.next->before = own.before;
	if (own.counts)
		all.taken--;
	own.has = own.counts = false;
	grant();
	pthread_mutex_unlock(&all.mutex);
	return true;
}

void cpu_share(void)
{
	if (cpu_give())
		cpu_take();
}
