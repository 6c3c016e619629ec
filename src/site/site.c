/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/site.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "base/log.h"
#include "base/mem.h"
#include "site/refresh.h"
#include "tables/sites.h"
#include "base/timefmt.h"

#define BACK_OFF_MAX 300 /* seconds, unless the refresh interval is longer */
#define BACK_OFF_TIMES 8 /* limit in refresh intervals */
#define RETRY_AFTER_MAX 3600
#define PROGRESS_MS 10000
#define TURN_PAUSE_MS 100   /* before a site asks again whether it is its turn */
#define TURN_SHOWN_MS 10000 /* a site that waits for longer says so */
#define END_WITHIN 1500	    /* milliseconds from site_cancel, at the end of the program */
#define JOIN_PAUSE_NS 2000000

/*
 * By default each thread would have 8 MiB of address space, and a thousand of them more than a
 * container or ulimit -v may allow.
 */
#define STACK_SIZE (1 << 20)

struct site {
	const struct config_site *config;
	struct refresh *refresh;
	struct mailbox *mailbox;
	pthread_t thread;
	bool succeeds;
	int64_t end;   /* of the time to end in, in timefmt_monotonic */
	int64_t shown; /* when a snapshot was last put into the mailbox, in timefmt_monotonic */
	unsigned random;
	bool heard; /* a snapshot has been taken */
};

/*
 * Seconds from the begin of a refresh to the begin of the next. That is the interval, doubled for
 * each failure in a row up to a limit. If the server asked for longer, it is that.
 */
static int64_t next_delay(const struct site *site, const struct site_row *row)
{
	int64_t interval = site->config->refresh, delay = interval, limit;
	int64_t asked = row->fault.retry_after;

	limit = interval * BACK_OFF_TIMES < BACK_OFF_MAX ? interval * BACK_OFF_TIMES : BACK_OFF_MAX;
	if (limit < interval)
		limit = interval;
	for (uint32_t i = 1; i < row->failure_streak && delay < limit; i++)
		delay *= 2;
	if (delay > limit)
		delay = limit;
	if (asked > RETRY_AFTER_MAX)
		asked = RETRY_AFTER_MAX;
	return delay > asked ? delay : asked;
}

/* Milliseconds to wait now. A site that fails waits up to a tenth more at random, so that several
 * sites do not try at the same time.
 */
static int64_t pause_after(struct site *site, const struct site_row *row, int64_t took)
{
	int64_t delay = next_delay(site, row) * 1000;
	int64_t least = site->config->refresh * INT64_C(1000) / 10;

	if (row->failure_streak > 0)
		delay += rand_r(&site->random) % (delay / 10 + 1);
	/* Refreshes that take longer than their interval must not follow each other without a
	 * pause. */
	return delay - took > least ? delay - took : least;
}

static void show(struct site *site, struct snapshot *snapshot)
{
	site->shown = timefmt_monotonic();
	mailbox_put(site->mailbox, snapshot);
}

/* A first sweep may take long. Meanwhile the number of jobs so far is shown. */
static void on_progress(uint64_t jobs, uint64_t requests, void *arg)
{
	struct site *site = arg;

	(void)jobs;
	(void)requests;
	if (!refresh_complete(site->refresh) && timefmt_monotonic() - site->shown >= PROGRESS_MS)
		show(site, refresh_snapshot(site->refresh));
}

/* Refreshes the jobs. Returns when the next refresh of them is due, in timefmt_monotonic. */
static int64_t refresh_jobs(struct site *site)
{
	int64_t began = timefmt_monotonic(), ended;

	refresh_run(site->refresh);
	ended = timefmt_monotonic();
	return ended + pause_after(site, refresh_row(site->refresh), ended - began);
}

/*
 * Waits until there are descriptors for work. Who waits for long says so in the site's row. False
 * when cancelled.
 */
static bool await_turn(struct site *site)
{
	int64_t began = timefmt_monotonic();
	bool told = false, goes_on = true;

	while (goes_on && !refresh_take_turn(site->refresh)) {
		if (!told && timefmt_monotonic() - began >= TURN_SHOWN_MS) {
			refresh_show_waiting(site->refresh, true);
			show(site, refresh_snapshot(site->refresh));
			told = true;
		}
		goes_on = refresh_pause(site->refresh,
					TURN_PAUSE_MS + rand_r(&site->random) % TURN_PAUSE_MS);
	}
	refresh_show_waiting(site->refresh, false);
	return goes_on;
}

/*
 * Does what is due; the jobs are at *DUE. What is quick is shown together, for each snapshot costs
 * memory and time. A snapshot is shown even if cancelled: it has the events of what was saved, and
 * no later run makes these events again.
 */
static void take_turn(struct site *site, int64_t *due)
{
	bool done = timefmt_monotonic() >= *due;

	if (done)
		*due = refresh_jobs(site);
	if (refresh_collect(site->refresh, *due, true) || done)
		show(site, refresh_snapshot(site->refresh));
	if (refresh_collect(site->refresh, *due, false))
		show(site, refresh_snapshot(site->refresh));
}

/* Until the next refresh of jobs is due, at DUE, or something else is. */
static int64_t pause_until(const struct site *site, int64_t due)
{
	int64_t pause = due - timefmt_monotonic(), wait = refresh_collect_wait(site->refresh);

	if (wait < pause)
		pause = wait;
	return pause > 0 ? pause : 0;
}

static void *work(void *arg)
{
	struct site *site = arg;
	int64_t due = 0;

	cpu_take();
	if (site->succeeds)
		refresh_await_store(site->refresh, END_WITHIN);
	/* Shows the data of an earlier run before the first request is answered. */
	show(site, refresh_snapshot(site->refresh));
	refresh_on_progress(site->refresh, on_progress, site);
	while (refresh_pause(site->refresh, pause_until(site, due)) && await_turn(site))
		take_turn(site, &due);
	/* All close their stores at the same time, so that the file system syncs them together. */
	cpu_give();
	/* Closed here and not after site_join, because the thread may have been left behind. */
	refresh_release(site->refresh);
	mailbox_close(site->mailbox);
	return NULL;
}

void site_warn_of_risks(const struct config_site *config)
{
	if (strncmp(config->url, "http:", 5) == 0)
		log_warning("site %s: the API key is sent in the clear; use https in url",
			    config->name);
	else if (!config->tls_verify)
		log_warning("site %s: tls-verify is false: anybody on the way can read the API key",
			    config->name);
}

/* False with errno. */
static bool start_thread(struct site *site)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	errno = pthread_create(&site->thread, &attributes, work, site);
	pthread_attr_destroy(&attributes);
	return errno == 0;
}

struct site *site_start(const struct config_site *config, const char *state_dir, int wake_fd,
			bool succeeds)
{
	struct site *site = mem_zalloc(1, sizeof *site);

	site->config = config;
	site->succeeds = succeeds;
	site->refresh = refresh_open(config, state_dir);
	site->mailbox = mailbox_new(wake_fd);
	/* Each site has other random numbers, although they are started together. */
	site->random = (unsigned)timefmt_now() ^ (unsigned)((uintptr_t)site >> 4);
	if (start_thread(site))
		return site;
	log_error("site %s: cannot start a thread: %m", config->name);
	mailbox_free(site->mailbox);
	refresh_close(site->refresh);
	free(site);
	return NULL;
}

const struct config_site *site_config(const struct site *site)
{
	return site->config;
}

struct snapshot *site_take(struct site *site)
{
	struct snapshot *snapshot = mailbox_take(site->mailbox);

	site->heard = site->heard || snapshot;
	return snapshot;
}

bool site_heard(const struct site *site)
{
	return site->heard;
}

void site_cancel(struct site *site)
{
	site->end = timefmt_monotonic() + END_WITHIN;
	refresh_cancel(site->refresh);
}

bool site_join(struct site *site)
{
	static const struct timespec moment = {.tv_nsec = JOIN_PAUSE_NS};
	bool ended;

	/* The real-time clock may be set meanwhile, and ThreadSanitizer knows no timed join by the
	 * monotonic one. */
	while (!(ended = (pthread_tryjoin_np(site->thread, NULL) == 0)) &&
	       timefmt_monotonic() < site->end)
		nanosleep(&moment, NULL);
	/* Otherwise the thread still uses SITE, so SITE is not freed. */
	if (!ended)
		log_warning("site %s: still busy, not waited for", site->config->name);
	return ended;
}

bool site_ended(struct site *site)
{
	/* What the thread does after that is no more than to return. */
	return mailbox_closed(site->mailbox) && pthread_join(site->thread, NULL) == 0;
}

void site_free(struct site *site)
{
	mailbox_free(site->mailbox);
	refresh_close(site->refresh);
	free(site);
}
