/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYSLOGGER_H
#define SYSLOGGER_H

#include <stdbool.h>

#define SYSLOGGER_SOCKET "/dev/log"

/*
 * The system's log, as syslog(3) with the facility daemon reaches it, but a line can be given up:
 * syslog(3) waits for as long as nobody reads. For one thread at a time.
 *
 * Sends TEXT with PRIORITY, such as LOG_ERR, to the socket PATH. False when nobody takes it now;
 * with WAIT it waits instead. A socket that is not there has nobody who could miss the line: true.
 */
bool syslogger_send(const char *path, int priority, const char *text, bool wait);

#endif
