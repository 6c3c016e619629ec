/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * What is set aside beyond what is open at the start. SNMP takes a pipe, a connection, a probe and
 * the look-up of a name; a reload takes some files; and a site may have one more for an instant
 * while it opens its store.
 */
#define ASIDE 32

#define LEAST 16 /* to be free at the start */
#define PART 8	 /* one of so many is kept for sites at work */
#define LOOK_MAX 1024

static struct {
	pthread_mutex_t mutex; /* of the next */
	int64_t aside;
	int64_t held, taken;
	int64_t sites;
	atomic_uint waiting;
} all = {.mutex = PTHREAD_MUTEX_INITIALIZER};

int64_t descriptors_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT32_MAX)
		return INT32_MAX;
	return (int64_t)limit.rlim_cur;
}

static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* if not, the limit stays as it was */
}

/* Whether COUNT more can be opened; else errno says why not. COUNT is LEAST at most. */
static bool are_free(int count)
{
	int spare[LEAST], opened = 0, error;

	while (opened < count && (spare[opened] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		opened++;
	error = errno;
	for (int i = 0; i < opened; i++)
		close(spare[i]);
	errno = error;
	return opened == count;
}

bool descriptors_start(void)
{
	int64_t open = 0, limit;

	raise_limit();
	limit = descriptors_limit();
	for (int fd = 0; fd < LOOK_MAX && fd < limit; fd++)
		open += fcntl(fd, F_GETFD) >= 0;
	pthread_mutex_lock(&all.mutex);
	all.aside = open + ASIDE;
	pthread_mutex_unlock(&all.mutex);
	return are_free(LEAST);
}

/*
 * What can be dealt out. The limit is asked for each time: prlimit(1) may change it while the
 * program runs.
 */
static int64_t budget(void)
{
	int64_t left = descriptors_limit() - all.aside;

	return left > 0 ? left : 0;
}

/* The most that can be held. At least one site must be able to work. */
static int64_t most_held(void)
{
	int64_t whole = budget(), kept = whole / PART;

	return whole - (kept > DESCRIPTORS_WORK ? kept : DESCRIPTORS_WORK);
}

/* What those at work can have together: all but what is held, or is yet to be. */
static int64_t most_taken(void)
{
	int64_t planned = all.sites * DESCRIPTORS_STORE, most = most_held();

	if (planned > most)
		planned = most;
	if (planned < all.held)
		planned = all.held;
	return budget() - planned;
}

/* The least limit with which all sites can be there. */
static int64_t needed(void)
{
	int64_t hold = all.sites * DESCRIPTORS_STORE, kept = (hold + PART - 2) / (PART - 1);

	return all.aside + hold + (kept > DESCRIPTORS_WORK ? kept : DESCRIPTORS_WORK);
}

/* Of people: 12,345. */
static void write_number(int64_t number, char text[20])
{
	if (number < 1000)
		snprintf(text, 20, "%d", (int)number);
	else if (number < 1000000)
		snprintf(text, 20, "%d,%03d", (int)(number / 1000), (int)(number % 1000));
	else
		snprintf(text, 20, "%lld", (long long)number);
}

/* Writes to TEXT how many are needed, and how many there may be, behind BEGIN. */
static void explain(const char *begin, char text[DESCRIPTORS_TEXT_SIZE])
{
	char sites[20], need[20], limit[20];

	write_number(all.sites, sites);
	write_number(needed(), need);
	write_number(descriptors_limit(), limit);
	snprintf(text, DESCRIPTORS_TEXT_SIZE, "%s: %s site%s need%s %s, and the limit is %s; %s",
		 begin, sites, all.sites == 1 ? "" : "s", all.sites == 1 ? "s" : "", need, limit,
		 DESCRIPTORS_REMEDY);
}

bool descriptors_plan(size_t sites, char text[DESCRIPTORS_TEXT_SIZE])
{
	int64_t at_once;

	pthread_mutex_lock(&all.mutex);
	all.sites = (int64_t)sites;
	at_once = most_taken() / DESCRIPTORS_WORK;
	if (needed() > descriptors_limit())
		explain("there are not enough file descriptors for all sites", text);
	else
		snprintf(text, DESCRIPTORS_TEXT_SIZE,
			 "with a limit of %lld file descriptors %lld of %lld sites can be fetched "
			 "at the same time, the others wait; " DESCRIPTORS_REMEDY,
			 (long long)descriptors_limit(), (long long)at_once, (long long)all.sites);
	pthread_mutex_unlock(&all.mutex);
	return at_once >= (int64_t)sites;
}

void descriptors_explain(char text[DESCRIPTORS_TEXT_SIZE])
{
	pthread_mutex_lock(&all.mutex);
	explain("no file descriptor is left for this site", text);
	pthread_mutex_unlock(&all.mutex);
}

bool descriptors_hold(unsigned count)
{
	bool fine;

	pthread_mutex_lock(&all.mutex);
	fine = all.held + count <= most_held() && all.held + all.taken + count <= budget();
	if (fine)
		all.held += count;
	pthread_mutex_unlock(&all.mutex);
	return fine;
}

bool descriptors_will_be_left(unsigned count)
{
	bool fine;

	pthread_mutex_lock(&all.mutex);
	fine = all.held + count <= most_held();
	pthread_mutex_unlock(&all.mutex);
	return fine;
}

void descriptors_release(unsigned count)
{
	pthread_mutex_lock(&all.mutex);
	all.held -= count;
	pthread_mutex_unlock(&all.mutex);
}

bool descriptors_take(unsigned count)
{
	bool fine;

	pthread_mutex_lock(&all.mutex);
	/* One can always try: if it fails the site says so, and else it would wait for ever. */
	fine = all.taken == 0 || all.taken + count <= most_taken();
	if (fine)
		all.taken += count;
	pthread_mutex_unlock(&all.mutex);
	return fine;
}

void descriptors_give(unsigned count)
{
	pthread_mutex_lock(&all.mutex);
	all.taken -= count;
	pthread_mutex_unlock(&all.mutex);
}

void descriptors_wait(bool begins)
{
	if (begins)
		atomic_fetch_add(&all.waiting, 1);
	else
		atomic_fetch_sub(&all.waiting, 1);
}

bool descriptors_wanted(void)
{
	return atomic_load(&all.waiting) > 0;
}

bool descriptors_are_meant(int error)
{
	return error == EMFILE || error == ENFILE;
}

const char *descriptors_advice(int error)
{
	return descriptors_are_meant(error) ? "; " DESCRIPTORS_REMEDY : "";
}

bool descriptors_are_scarce(void)
{
	return !are_free(DESCRIPTORS_WORK) && descriptors_are_meant(errno);
}
