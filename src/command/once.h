/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ONCE_H
#define ONCE_H

#include <stdbool.h>

#include "command/options.h"

/*
 * --once: refreshes the sites of CONFIG, or the one that OPTIONS name, without SNMP and without the
 * store on disk, and prints their tables. False when a site could not be refreshed, or nothing
 * could be printed.
 */
bool once_run(const struct options *options, const struct config *config);

#endif
