/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>

#include "command/options.h"
#include "snmp/loop.h"

/*
 * Serves the sites of CONFIG, which now belongs to it, over SNMP until SIGTERM or SIGINT. SIGHUP
 * makes it read the configuration anew. LOOP has been there since before the configuration was
 * read, so that a signal which came meanwhile waits and does not kill. False, with a log line,
 * where it had to give up.
 */
bool daemon_run(const struct options *options, struct config *config, struct loop *loop);

#endif
