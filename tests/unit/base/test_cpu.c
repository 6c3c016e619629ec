/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cpu.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "base/timefmt.h"
#include "harness.h"

#define ROUNDS 500
#define MORE 6 /* threads than there are turns */
#define TURNS_MAX 1024
#define LONG_MS 600
#define WAIT_MS 20000

static atomic_int computing, most, hanging;

static int turns(void)
{
	cpu_set_t cpus;
	int count = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;

	return count > 2 ? count : 2;
}

static bool wait_for(const atomic_int *number, int least)
{
	int64_t end = timefmt_monotonic() + WAIT_MS;

	while (atomic_load(number) < least && timefmt_monotonic() < end)
		sched_yield();
	return atomic_load(number) >= least;
}

static void note_computing(void)
{
	int before = atomic_load(&most), now = atomic_fetch_add(&computing, 1) + 1;

	while (now > before && !atomic_compare_exchange_weak(&most, &before, now))
		;
}

static void *compute(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		cpu_take();
		note_computing();
		sched_yield();
		atomic_fetch_sub(&computing, 1);
		if (i % 2)
			cpu_share();
		CU_ASSERT_TRUE(cpu_give());
	}
	return arg;
}

/* With more threads than there are turns, never more compute at a time; and all end. */
static void check_limit(void *(*run)(void *arg))
{
	int count = turns() + MORE;
	pthread_t threads[TURNS_MAX + MORE];

	atomic_store(&most, 0);
	for (int i = 0; i < count; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, run, NULL), 0);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	CU_ASSERT_TRUE(atomic_load(&most) >= 1);
	CU_ASSERT_TRUE(atomic_load(&most) <= turns());
}

static void test_limit(void)
{
	check_limit(compute);
}

/* Takes a turn, and waits for WAKE with it. */
static void *hang(void *wake)
{
	cpu_take();
	atomic_fetch_add(&hanging, 1);
	while (sem_wait(wake) != 0)
		;
	CU_ASSERT_TRUE(cpu_give());
	return wake;
}

/* Computes until as many do as may, and for long. */
static void *compute_long(void *arg)
{
	int64_t end = timefmt_monotonic() + LONG_MS;

	cpu_take();
	note_computing();
	while (timefmt_monotonic() < end ||
	       (atomic_load(&most) < turns() && timefmt_monotonic() < end + WAIT_MS))
		;
	atomic_fetch_sub(&computing, 1);
	CU_ASSERT_TRUE(cpu_give());
	return arg;
}

/* However many hang, as many others compute as ever, and no more; and so it is later. */
static void check_hanging(int count)
{
	pthread_t threads[TURNS_MAX];
	sem_t wake;

	sem_init(&wake, 0, 0);
	atomic_store(&hanging, 0);
	for (int i = 0; i < count; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, hang, &wake), 0);
	CU_ASSERT_TRUE(wait_for(&hanging, count));
	check_limit(compute_long);
	CU_ASSERT_EQUAL(atomic_load(&most), turns());
	check_limit(compute);
	for (int i = 0; i < count; i++)
		sem_post(&wake);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	sem_destroy(&wake);
	check_limit(compute);
}

static void test_hanging(void)
{
	check_hanging(1);
	check_hanging(turns());
}

/* Who computes for long does not count less. */
static void test_long(void)
{
	check_limit(compute_long);
	CU_ASSERT_EQUAL(atomic_load(&most), turns());
}

static void test_none(void)
{
	CU_ASSERT_FALSE(cpu_give());
	cpu_share();
	CU_ASSERT_FALSE(cpu_give());
	cpu_take();
	cpu_share();
	CU_ASSERT_TRUE(cpu_give());
	CU_ASSERT_FALSE(cpu_give());
}

static const struct harness_test tests[] = {
    {"no more at a time than there are CPUs", test_limit},
    {"threads that hang", test_hanging},
    {"threads that compute for long", test_long},
    {"a thread without a turn", test_none},
    {NULL, NULL},
};

const struct harness_suite cpu_suite = {"cpu", tests};
