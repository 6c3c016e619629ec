/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FASTPATH_H
#define FASTPATH_H

#include <stdbool.h>

/*
 * Answers requests for our tables where they come in, in the callback of the AgentX session. The
 * library would copy each of them twice and hand it through a session of its own with a pipe. All
 * else is left to the library: what is not a Get or GetNext, is for a context, or asks for anything
 * that is not surely in one of the tables. The answers are the same either way.
 */

/* Whether it does so, from now on. At the start it does not. */
void fastpath_switch(bool on);

/* Has SESSION, the netsnmp_session of a new connection to the master agent, answered like that. */
void fastpath_attach(void *session);

#endif
