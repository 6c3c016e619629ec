/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>

/*
 * Keeps from the library's handlers what they do not survive. A master agent can send that, too:
 * whoever may write to its socket, or is in its place.
 *
 * PDU is a netsnmp_pdu that has come in SESSION, a netsnmp_session. Returns true when it has been
 * answered or dropped here. A Close ends the
 * connection. It still belongs to the caller.
 */
bool guard_take(void *session, const void *pdu);

#endif
