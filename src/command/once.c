/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/once.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/http.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "command/follow.h"
#include "command/report.h"
#include "command/source.h"
#include "tables/sites.h"

static struct snapshot *fetch(struct source *source)
{
	bool terminal = isatty(STDERR_FILENO);
	struct snapshot *snapshot;

	if (terminal)
		source_show_progress(source, true);
	snapshot = source_fetch(source);
	if (terminal)
		source_show_progress(source, false);
	source_close(source);
	return snapshot;
}

static bool print(const struct options *options, struct agent_row *agent,
		  struct snapshot *const *snapshots, size_t count)
{
	struct report report = {options->tables, agent,
				snapshots,	 count,
				timefmt_now(),	 terminal_of(STDOUT_FILENO, options->colour)};

	agent_count_sites(agent, snapshots, count);
	(options->json ? report_json : report_table)(stdout, &report);
	if (fflush(stdout) == 0)
		return true;
	log_error("cannot write to standard output");
	return false;
}

/* One site after the other. */
static bool fetch_and_print(const struct options *options, struct agent_row *agent,
			    struct source *sources, size_t count)
{
	struct snapshot **snapshots = mem_zalloc(count, sizeof(struct snapshot *));
	bool fine = true;

	for (size_t i = 0; i < count; i++) {
		snapshots[i] = fetch(&sources[i]);
		fine = fine && sites_row(snapshots[i])->status == SITE_UP;
	}
	fine = print(options, agent, snapshots, count) && fine;
	for (size_t i = 0; i < count; i++)
		snapshot_free(snapshots[i]);
	free(snapshots);
	return fine;
}

bool once_run(const struct options *options, const struct config *config)
{
	struct agent_row agent = agent_new();
	struct source *sources;
	size_t count;
	bool fine;

	agent.config_read = config->read_at;
	(void)descriptors_start(); /* with too few, the sites say so */
	http_global_init();
	sources = source_open_all(options, config, &count);
	fine = (options->watch ? follow_run : fetch_and_print)(options, &agent, sources, count);
	free(sources);
	http_global_cleanup();
	return fine;
}
