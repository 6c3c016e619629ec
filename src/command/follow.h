/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>

#include "command/options.h"
#include "command/source.h"
#include "tables/agent.h"

/*
 * --watch: fetches SOURCES, COUNT of them, again and again, and prints their tables each time,
 * until SIGINT or SIGTERM. Closes them. Each has a thread, so one that does not answer delays no
 * other. False when printing failed.
 */
bool follow_run(const struct options *options, struct agent_row *agent, struct source *sources,
		size_t count);

#endif
