/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ONCE_H
#define ONCE_H

#include <stdbool.h>

#include "command/options.h"

/*
 * --once: refreshes the sites of CONFIG, or the one that OPTIONS name, and prints their tables.
 * Uses no SNMP and no store on disk. False when a site could not be refreshed, or when printing
 * failed.
 */
bool once_run(const struct options *options, const struct config *config);

#endif
