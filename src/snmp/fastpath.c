/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/fastpath.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/mem.h"
#include "snmp/guard.h"
#include "snmp/handler.h"

/* Types of AgentX PDUs and a flag in their header (RFC 2741, 6.1). The library's headers do not
 * have them. */
enum { GET = 5, GET_NEXT = 6, RESPONSE = 18 };
#define NON_DEFAULT_CONTEXT 0x08

static bool switched_on;
static netsnmp_callback library_callback; /* the same for each session */

/* Whether our tables can answer all of PDU. */
static bool is_ours(const netsnmp_pdu *pdu)
{
	const netsnmp_variable_list *var = pdu->variables;

	if ((pdu->command != GET && pdu->command != GET_NEXT) ||
	    (pdu->flags & NON_DEFAULT_CONTEXT) != 0 || var == NULL)
		return false;
	while (var != NULL && handler_find(var, pdu->command == GET_NEXT) != NULL)
		var = var->next_variable;
	return var == NULL;
}

/* The varbinds of the request become those of the response. */
static void answer(netsnmp_session *session, netsnmp_pdu *pdu)
{
	netsnmp_pdu *response = mem_checked(snmp_pdu_create(RESPONSE));
	bool next = pdu->command == GET_NEXT;

	/* Puts off the next ping, as the library does. A master agent that sends requests is alive,
	 * and a busy one may answer a ping too late. The library keeps the number of the alarm that
	 * pings in securityModel. */
	if (session->securityModel != SNMP_DEFAULT_SECMODEL)
		snmp_alarm_reset((unsigned)session->securityModel);
	response->version = session->version;
	response->flags = pdu->flags;
	response->sessid = pdu->sessid;
	response->transid = pdu->transid;
	response->reqid = pdu->reqid;
	response->errstat = SNMP_ERR_NOERROR;
	response->errindex = 0;
	response->variables = pdu->variables;
	pdu->variables = NULL;
	for (netsnmp_variable_list *var = response->variables; var != NULL;
	     var = var->next_variable)
		handler_answer(handler_find(var, next), var, next);
	/* A response that cannot be sent is dropped. If the connection is lost, the next read from
	 * it shows that. */
	if (snmp_send(session, response) == 0)
		snmp_free_pdu(response);
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
