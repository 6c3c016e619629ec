/* SPDX-License-Identifier: BSD-2-Clause */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "preload/faults.h"

/*
 * To be preloaded into the agent: its clock, its threads and its disk are as the test says while it
 * runs, in the file that NBU_TEST_FAULTS names.
 */

static struct faults none, *faults = &none;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("NBU_TEST_FAULTS");
	int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *shared;

	if (file < 0)
		return;
	shared = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (shared != MAP_FAILED)
		faults = shared;
	close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);

	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += faults->clock;
	return result;
}

time_t time(time_t *to)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (to)
		*to = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict to, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*to = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
	return 0;
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
		   void *(*start)(void *), void *restrict arg)
{
	int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
	    (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))(
		uintptr_t)dlsym(RTLD_NEXT, "pthread_create");

	return faults->no_threads ? EAGAIN : next(thread, attributes, start, arg);
}

static void hang(void)
{
	if (!faults->slow_disk)
		return;
	__atomic_add_fetch(&faults->hanging, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&faults->slow_disk, __ATOMIC_SEQ_CST))
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

int fsync(int file)
{
	hang();
	return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
	hang();
	return (int)syscall(SYS_fdatasync, file);
}
