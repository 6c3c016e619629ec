/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>

#include "command/options.h"
#include "snmp/loop.h"

/*
 * Serves the sites of CONFIG, which now belongs to it, over SNMP until SIGTERM or SIGINT. At SIGHUP
 * it reads the configuration again. LOOP must be created before the configuration is read: a signal
 * that comes meanwhile then waits for the loop. False, with a log line, when it had to give up.
 */
bool daemon_run(const struct options *options, struct config *config, struct loop *loop);

#endif
