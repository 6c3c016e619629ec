/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/response.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/mem.h"
#include "snmp/pdu.h"

void *response_new(const void *asked, const void *received)
{
	const netsnmp_session *session = asked;
	const netsnmp_pdu *request = received;
	netsnmp_pdu *response = mem_checked(snmp_pdu_create(PDU_RESPONSE));

	response->version = session->version;
	response->flags = request->flags & ~(u_long)PDU_WITH_CONTEXT; /* a response has none */
	response->sessid = request->sessid;
	response->transid = request->transid;
	response->reqid = request->reqid;
	response->errstat = SNMP_ERR_NOERROR;
	response->errindex = 0;
	return response;
}

void response_send(void *asked, void *response)
{
	netsnmp_session *session = asked;

	/* Puts off the next ping, as the library does. A master agent that sends requests is alive,
	 * and a busy one may answer a ping too late. The library keeps the number of the alarm that
	 * pings in securityModel. */
	if (session->securityModel != SNMP_DEFAULT_SECMODEL)
		snmp_alarm_reset((unsigned)session->securityModel);
	/* If the connection is lost, the next read from it shows that. */
	if (snmp_send(session, response) == 0)
		snmp_free_pdu(response);
}
