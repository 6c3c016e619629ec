/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/fastpath.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "snmp/guard.h"
#include "snmp/handler.h"
#include "snmp/pdu.h"
#include "snmp/response.h"

static bool switched_on;
static netsnmp_callback library_callback; /* the same for each session */

/* Whether our tables can answer all of PDU. */
static bool is_ours(const netsnmp_pdu *pdu)
{
	const netsnmp_variable_list *var = pdu->variables;

	if ((pdu->command != PDU_GET && pdu->command != PDU_GET_NEXT) ||
	    (pdu->flags & PDU_WITH_CONTEXT) != 0 || var == NULL)
		return false;
	while (var != NULL && handler_find(var, pdu->command == PDU_GET_NEXT) != NULL)
		var = var->next_variable;
	return var == NULL;
}

/* The varbinds of the request become those of the response. */
static void answer(netsnmp_session *session, netsnmp_pdu *pdu)
{
	netsnmp_pdu *response = response_new(session, pdu);
	bool next = pdu->command == PDU_GET_NEXT;

	response->variables = pdu->variables;
	pdu->variables = NULL;
	for (netsnmp_variable_list *var = response->variables; var != NULL;
	     var = var->next_variable)
		handler_answer(handler_find(var, next), var, next);
	response_send(session, response);
}

/* The callback of the session. It returns 1 when done, like the library's. */
static int receive(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *magic)
{
	bool received = operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE;

	if (received && guard_take(session, pdu))
		return 1;
	if (received && switched_on && is_ours(pdu)) {
		answer(session, pdu);
		return 1;
	}
	return library_callback(operation, session, id, pdu, magic);
}

void fastpath_switch(bool on)
{
	switched_on = on;
}

void fastpath_attach(void *session)
{
	netsnmp_session *new = session;

	library_callback = new->callback;
	new->callback = receive;
}
