/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/once.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "command/interrupt.h"
#include "command/report.h"
#include "command/screen.h"
#include "site/refresh.h"
#include "site/site.h"
#include "tables/sites.h"

/* A site that is fetched. */
struct source {
	const struct config_site *site;
	bool collected; /* also what is collected beside the jobs */
	struct refresh *refresh;
	struct snapshot *snapshot;
	int64_t not_before; /* in timefmt_monotonic: the server asked for it */
	pthread_t thread;
	bool has_thread;
};

struct once {
	const struct options *options;
	struct source *sources;
	struct snapshot **snapshots; /* those of the sources */
	size_t count;
	struct agent_row agent;
	bool progress; /* is shown */
	atomic_bool over;
};

static void show_progress(uint64_t jobs, uint64_t requests, void *arg)
{
	fprintf(stderr, "\r\033[K%s: %llu jobs, %llu requests", (const char *)arg,
		(unsigned long long)jobs, (unsigned long long)requests);
}

static void end_progress(const struct once *once)
{
	if (once->progress)
		fputs("\r\033[K", stderr);
}

/* Whether one of TABLES is made of what is collected beside the jobs. */
static bool wants_collected(unsigned tables)
{
	return tables >= REPORT_TABLE(TABLE_STORAGE_UNITS);
}

/* The sites that are wanted, none of them fetched. */
static void open_sources(struct once *once, const struct config *config)
{
	const char *wanted = once->options->site;

	once->sources = mem_zalloc(config->site_count, sizeof *once->sources);
	once->snapshots = mem_zalloc(config->site_count, sizeof *once->snapshots);
	for (size_t i = 0; i < config->site_count; i++) {
		const struct config_site *site = config->sites[i];
		struct source *source = &once->sources[once->count];

		if (wanted && strcmp(wanted, site->name) != 0)
			continue;
		site_warn_of_risks(site);
		source->site = site;
		source->collected = wants_collected(once->options->tables);
		source->refresh = refresh_open(site, ":memory:");
		if (once->progress)
			refresh_on_progress(source->refresh, show_progress, site->name);
		once->count++;
	}
}

static void close_sources(struct once *once)
{
	for (size_t i = 0; i < once->count; i++) {
		snapshot_free(once->sources[i].snapshot);
		refresh_close(once->sources[i].refresh);
	}
	free(once->sources);
	free(once->snapshots);
}

/* Fetches what is new of a source. A server that asks for a pause has it. */
static void *fetch(void *arg)
{
	struct source *source = arg;

	if (timefmt_monotonic() >= source->not_before) {
		refresh_run(source->refresh);
		source->not_before =
		    timefmt_monotonic() +
		    refresh_row(source->refresh)->fault.retry_after * INT64_C(1000);
		if (source->collected)
			refresh_collect(source->refresh, INT64_MAX, false);
	}
	snapshot_free(source->snapshot);
	source->snapshot = refresh_snapshot(source->refresh);
	return NULL;
}

/* What the sources show now. False when a site is not up. */
static bool take_snapshots(struct once *once)
{
	bool fine = true;

	for (size_t i = 0; i < once->count; i++) {
		once->snapshots[i] = once->sources[i].snapshot;
		fine = fine && sites_row(once->snapshots[i])->status == SITE_UP;
	}
	agent_count_sites(&once->agent, once->snapshots, once->count);
	return fine;
}

static struct report report_of(const struct once *once)
{
	return (struct report){
	    once->options->tables, &once->agent,
	    once->snapshots,	   once->count,
	    timefmt_now(),	   terminal_of(STDOUT_FILENO, once->options->colour)};
}

static bool flush(void)
{
	if (fflush(stdout) == 0)
		return true;
	log_error("cannot write to standard output");
	return false;
}

/* One site after the other. What a site has fetched is not needed once there is a snapshot. */
static bool run_once(struct once *once)
{
	struct report report;
	bool fine;

	for (size_t i = 0; i < once->count; i++) {
		fetch(&once->sources[i]);
		refresh_close(once->sources[i].refresh);
		once->sources[i].refresh = NULL;
		end_progress(once);
	}
	fine = take_snapshots(once);
	report = report_of(once);
	(once->options->json ? report_json : report_table)(stdout, &report);
	return flush() && fine;
}

/* All sites at the same time, so that one that does not answer delays the others once only. */
static void fetch_all(struct once *once)
{
	for (size_t i = 0; i < once->count; i++) {
		struct source *source = &once->sources[i];

		source->has_thread = pthread_create(&source->thread, NULL, fetch, source) == 0;
		if (!source->has_thread)
			fetch(source);
	}
	for (size_t i = 0; i < once->count; i++) {
		if (once->sources[i].has_thread)
			pthread_join(once->sources[i].thread, NULL);
		refresh_on_progress(once->sources[i].refresh, NULL, NULL);
	}
	end_progress(once);
	once->progress = false;
}

/* For another thread. */
static void end_watch(void *arg)
{
	struct once *once = arg;

	atomic_store(&once->over, true);
	for (size_t i = 0; i < once->count; i++)
		refresh_cancel(once->sources[i].refresh);
}

/* Milliseconds from the begin of one turn to that of the next. */
static int64_t interval_of(const struct once *once)
{
	int64_t seconds = once->options->watch_seconds;

	for (size_t i = 0; i < once->count && once->options->watch_seconds == 0; i++)
		if (seconds == 0 || once->sources[i].site->refresh < seconds)
			seconds = once->sources[i].site->refresh;
	return seconds * 1000;
}

/* Waits for the next turn; the present one began at BEGAN. Never without a pause. */
static void pause_turn(const struct once *once, int64_t began)
{
	int64_t interval = interval_of(once), rest = began + interval - timefmt_monotonic();

	refresh_pause(once->sources[0].refresh, rest > interval / 10 ? rest : interval / 10);
}

/* Fetches and shows until the user ends it. False when standard output fails. */
static bool watch(struct once *once)
{
	bool fine = true;

	while (fine) {
		int64_t began = timefmt_monotonic();
		struct report report;

		fetch_all(once);
		if (atomic_load(&once->over))
			break;
		take_snapshots(once);
		report = report_of(once);
		(once->options->json ? report_json : screen_show)(stdout, &report);
		fine = flush();
		if (fine)
			pause_turn(once, began);
	}
	return fine;
}

static bool run_watch(struct once *once)
{
	struct interrupt *interrupt = interrupt_await(end_watch, once);
	bool fine = interrupt && watch(once);

	interrupt_free(interrupt);
	/* The shell's prompt begins a line, behind what the terminal has shown of Ctrl-C. */
	if (isatty(STDOUT_FILENO))
		puts("");
	return flush() && fine;
}

bool once_run(const struct options *options, const struct config *config)
{
	struct once once = {
	    .options = options, .agent = agent_new(), .progress = isatty(STDERR_FILENO)};
	bool fine;

	once.agent.config_read = config->read_at;
	http_global_init();
	open_sources(&once, config);
	fine = options->watch && once.count > 0 ? run_watch(&once) : run_once(&once);
	close_sources(&once);
	http_global_cleanup();
	return fine;
}
