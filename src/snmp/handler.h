/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HANDLER_H
#define HANDLER_H

#include <stdbool.h>

#include "snmp/lookup.h"

/*
 * Read-only tables as net-snmp has them: registered with it, and their values in its varbinds. A
 * VARBIND is a netsnmp_variable_list. The library is one to a process, and so is the list of what
 * has been registered.
 */

/*
 * Offers what LOOKUP finds to SNMP. A refusal by the library is logged; false then. LOOKUP must
 * stay until handler_withdraw.
 */
bool handler_register(struct lookup *lookup);

/* Takes LOOKUP back from SNMP, if it is registered. */
void handler_withdraw(const struct lookup *lookup);

/* Gives VARBIND the name and value of CELL. */
void handler_fill(const struct lookup *lookup, const struct lookup_cell *cell, void *varbind);

/*
 * For requests that do not come through the library. VARBIND is one of an AgentX Get or, with NEXT,
 * GetNext: a name, and a search range (RFC 2741, 5.2) as its value.
 *
 * Finds the registered table that has the answer, because the name, and for NEXT the range, lie in
 * it; NULL = there is none.
 */
const struct lookup *handler_find(const void *varbind, bool next);

/* Gives VARBIND the answer of LOOKUP, which handler_find has found: a value or an exception. */
void handler_answer(const struct lookup *lookup, void *varbind, bool next);

#endif
