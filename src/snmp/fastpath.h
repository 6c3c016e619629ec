/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FASTPATH_H
#define FASTPATH_H

#include <stdbool.h>

/*
 * The fast path: the callback of the AgentX session answers requests for our tables itself. The
 * library would copy each request twice and pass it through an internal session with a pipe. The
 * library still answers all other requests that guard lets pass: GetBulk, those with a context, and
 * those whose answer may lie outside our tables. The answers are the same either way.
 */

/* Switches the fast path on or off. At the start it is off. */
void fastpath_switch(bool on);

/* Installs the fast path in SESSION, the netsnmp_session of a new connection. */
void fastpath_attach(void *session);

#endif
