/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/once.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "command/report.h"
#include "site/refresh.h"
#include "site/site.h"
#include "tables/sites.h"

static void show_progress(uint64_t jobs, uint64_t requests, void *arg)
{
	fprintf(stderr, "\r%s: %llu jobs, %llu requests", (const char *)arg,
		(unsigned long long)jobs, (unsigned long long)requests);
}

/* Whether one of TABLES is made of what is collected beside the jobs. */
static bool wants_collected(unsigned tables)
{
	return tables >= REPORT_TABLE(TABLE_STORAGE_UNITS);
}

static struct snapshot *refresh_once(const struct config_site *site, unsigned tables)
{
	struct refresh *refresh = refresh_open(site, ":memory:");
	struct snapshot *snapshot;
	bool terminal = isatty(STDERR_FILENO);

	if (terminal)
		refresh_on_progress(refresh, show_progress, site->name);
	refresh_run(refresh);
	if (wants_collected(tables))
		refresh_collect(refresh, INT64_MAX, false);
	snapshot = refresh_snapshot(refresh);
	if (terminal)
		fputs("\r\033[K", stderr);
	refresh_close(refresh);
	return snapshot;
}

static bool print(const struct options *options, struct agent_row *agent,
		  struct snapshot *const *snapshots, size_t count)
{
	struct report report = {options->tables, agent, snapshots, count, timefmt_now()};

	agent_count_sites(agent, snapshots, count);
	(options->json ? report_json : report_table)(stdout, &report);
	if (fflush(stdout) == 0)
		return true;
	log_error("cannot write to standard output");
	return false;
}

bool once_run(const struct options *options, const struct config *config)
{
	struct snapshot **snapshots = mem_zalloc(config->site_count, sizeof(struct snapshot *));
	struct agent_row agent = agent_new();
	size_t count = 0;
	bool fine = true;

	agent.config_read = config->read_at;
	http_global_init();
	for (size_t i = 0; i < config->site_count; i++) {
		const struct config_site *site = config->sites[i];

		if (options->site && strcmp(options->site, site->name) != 0)
			continue;
		site_warn_of_risks(site);
		snapshots[count] = refresh_once(site, options->tables);
		fine = fine && sites_row(snapshots[count])->status == SITE_UP;
		count++;
	}
	fine = print(options, &agent, snapshots, count) && fine;
	for (size_t i = 0; i < count; i++)
		snapshot_free(snapshots[i]);
	free(snapshots);
	http_global_cleanup();
	return fine;
}
