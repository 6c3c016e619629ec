/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/fastpath.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/mem.h"
#include "snmp/handler.h"

/* Types of AgentX PDUs and a flag in their header (RFC 2741, 6.1); no header of the library has
 * them. */
enum { GET = 5, GET_NEXT = 6, RESPONSE = 18 };
#define NON_DEFAULT_CONTEXT 0x08

static bool switched_on;
static netsnmp_callback the_librarys; /* the same for each session */

/* Whether our tables have the whole answer to PDU. */
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

/* What it asks for turns into what it is answered with. */
static void answer(netsnmp_session *session, netsnmp_pdu *pdu)
{
	netsnmp_pdu *response = mem_checked(snmp_pdu_create(RESPONSE));
	bool next = pdu->command == GET_NEXT;

	/* A master agent that asks needs no ping, which a busy one would not answer in time. In the
	 * session of a subagent this is the number of the alarm that pings. */
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
	/* What cannot be sent is lost; that the connection is, shows when it is read from. */
	if (snmp_send(session, response) == 0)
		snmp_free_pdu(response);
}

/* The callback of the session; 1 = what it was called for is done, as the library's says too. */
static int receive(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *magic)
{
	if (switched_on && operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && is_ours(pdu)) {
		answer(session, pdu);
		return 1;
	}
	return the_librarys(operation, session, id, pdu, magic);
}

void fastpath_switch(bool on)
{
	switched_on = on;
}

void fastpath_attach(void *session)
{
	netsnmp_session *new = session;

	the_librarys = new->callback;
	new->callback = receive;
}
