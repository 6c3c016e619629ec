/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HANDLER_H
#define HANDLER_H

#include <stdbool.h>

#include "snmp/lookup.h"

/*
 * Registers read-only tables with net-snmp and writes their values into its varbinds. A VARBIND is
 * a netsnmp_variable_list. The list of registered tables is global, as the library is.
 */

/*
 * Registers LOOKUP. False, with a log line, when the library refuses. LOOKUP must live until
 * handler_withdraw.
 */
bool handler_register(struct lookup *lookup);

/* Ends the registration of LOOKUP, if there is one. */
void handler_withdraw(const struct lookup *lookup);

/* Gives VARBIND the name and value of CELL. */
void handler_fill(const struct lookup *lookup, const struct lookup_cell *cell, void *varbind);

/*
 * For the fast path. VARBIND is from an AgentX Get, or with NEXT from a GetNext: it has a name, and
 * as its value the end of the search range (RFC 2741, 5.2).
 *
 * Finds the registered table that must have the answer. The name lies in it, and with NEXT the
 * whole search range does. NULL = there is none.
 */
const struct lookup *handler_find(const void *varbind, bool next);

/* Answers VARBIND from LOOKUP, the result of handler_find, with a value or an exception. */
void handler_answer(const struct lookup *lookup, void *varbind, bool next);

#endif
