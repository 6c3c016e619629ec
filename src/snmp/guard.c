/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/guard.h"

#include <string.h>
#include <sys/socket.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "snmp/pdu.h"
#include "snmp/response.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { PARSE_ERROR = 266 }; /* RFC 2741, 6.2.16 */

/* What becomes of a PDU by its type. */
enum fate {
	DROPPED, /* no master agent sends it */
	ENDING,	 /* the connection; the library would only drop it */
	PASSED,	 /* to the library, if names and context are sound */
	ANSWERED /* here */
};

/*
 * Nothing of ours can be set. The library ends in a segmentation fault when the PDUs of a set come
 * in an order that makes no sense. A CleanupSet has no answer in the RFC, but snmpd waits for one.
 */
static const struct {
	enum fate fate;
	int error;
} fates[] = {
    [PDU_CLOSE] = {ENDING, 0},
    [PDU_GET] = {PASSED, PARSE_ERROR},
    [PDU_GET_NEXT] = {PASSED, PARSE_ERROR},
    [PDU_GET_BULK] = {PASSED, PARSE_ERROR},
    [PDU_TEST_SET] = {ANSWERED, SNMP_ERR_NOTWRITABLE},
    [PDU_COMMIT_SET] = {ANSWERED, SNMP_ERR_COMMITFAILED},
    [PDU_UNDO_SET] = {ANSWERED, SNMP_ERR_UNDOFAILED},
    [PDU_CLEANUP_SET] = {ANSWERED, SNMP_ERR_NOERROR},
    [PDU_RESPONSE] = {PASSED, 0},
};

/* The response has no variable bindings. */
static void respond(netsnmp_session *session, const netsnmp_pdu *pdu, int error)
{
	netsnmp_pdu *response = response_new(session, pdu);

	response->errstat = error;
	response->errindex = pdu->command == PDU_TEST_SET ? 1 : 0; /* the first name */
	response_send(session, response);
}

/*
 * The library reads names of up to 260 numbers, but its handlers have room for MAX_OID_LEN. It
 * copies a context by its length, of which a NUL has cut off the end.
 */
static bool is_sound(const netsnmp_pdu *pdu)
{
	const netsnmp_variable_list *var = pdu->variables;

	while (var != NULL && var->name_length <= MAX_OID_LEN &&
	       (var->type == ASN_OCTET_STR || var->val_len <= MAX_OID_LEN * sizeof(oid)))
		var = var->next_variable;
	return var == NULL &&
	       (pdu->contextName == NULL || strlen(pdu->contextName) == pdu->contextNameLen);
}

/* The library reads the end of the connection next. Then it connects again. */
static void end_connection(netsnmp_session *session)
{
	netsnmp_transport *transport = snmp_sess_transport(snmp_sess_pointer(session));

	if (transport != NULL)
		shutdown(transport->sock, SHUT_RDWR);
}

bool guard_take(void *session, const void *received)
{
	const netsnmp_pdu *pdu = received;
	size_t type = (size_t)pdu->command;
	enum fate fate = type < COUNT(fates) ? fates[type].fate : DROPPED;

	if (fate == PASSED && is_sound(pdu))
		return false;
	if (fate == ENDING)
		end_connection(session);
	else if (fate != DROPPED && type != PDU_RESPONSE)
		respond(session, pdu, fates[type].error);
	return true;
}
