/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/source.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "command/report.h"
#include "site/site.h"

#define TURN_PAUSE_MS 100

/* Whether one of TABLES is made of what is collected beside the jobs. */
static bool wants_collected(unsigned tables)
{
	return tables >= REPORT_TABLE(TABLE_STORAGE_UNITS);
}

struct source *source_open_all(const struct options *options, const struct config *config,
			       size_t *count)
{
	struct source *sources = mem_zalloc(config->site_count, sizeof *sources);

	*count = 0;
	for (size_t i = 0; i < config->site_count; i++) {
		const struct config_site *site = config->sites[i];

		if (options->site && strcmp(options->site, site->name) != 0)
			continue;
		site_warn_of_risks(site);
		sources[(*count)++] = (struct source){site, refresh_open(site, ":memory:"),
						      wants_collected(options->tables)};
	}
	return sources;
}

static void print_progress(uint64_t jobs, uint64_t requests, void *arg)
{
	fprintf(stderr, "\r\033[K%s: %llu jobs, %llu requests", (const char *)arg,
		(unsigned long long)jobs, (unsigned long long)requests);
}

void source_show_progress(struct source *source, bool shown)
{
	if (!shown)
		fputs("\r\033[K", stderr);
	refresh_on_progress(source->refresh, shown ? print_progress : NULL, source->site->name);
}

/* Waits until there are descriptors. One that is cancelled meanwhile fails soon without. */
static void await_turn(struct source *source)
{
	while (!refresh_take_turn(source->refresh) && refresh_pause(source->refresh, TURN_PAUSE_MS))
		;
}

struct snapshot *source_fetch(struct source *source)
{
	await_turn(source);
	refresh_run(source->refresh);
	if (source->collected)
		refresh_collect(source->refresh, INT64_MAX, false);
	return refresh_snapshot(source->refresh);
}

void source_close(struct source *source)
{
	refresh_close(source->refresh);
	source->refresh = NULL;
}
