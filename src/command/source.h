/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "command/options.h"
#include "site/refresh.h"

/* A site that --once fetches, without a store on disk. */
struct source {
	const struct config_site *site;
	struct refresh *refresh; /* NULL = closed */
	bool collected;		 /* its tables need what is collected beside the jobs */
};

/*
 * The sites of CONFIG that OPTIONS want, *COUNT of them. Nothing is fetched yet. To be freed, once
 * each is closed; CONFIG must outlive them.
 */
struct source *source_open_all(const struct options *options, const struct config *config,
			       size_t *count);

/* Shows on standard error what the next fetches have done so far, or no longer. */
void source_show_progress(struct source *source, bool shown);

/* Fetches what is new, or all at first. A new snapshot, which belongs to the caller. */
struct snapshot *source_fetch(struct source *source);

void source_close(struct source *source);

#endif
