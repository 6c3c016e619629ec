/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/response.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "harness.h"
#include "snmp/pdu.h"

/* Answers that are made here instead of by net-snmp. */

static netsnmp_session session = {.version = 0xC0, .securityModel = SNMP_DEFAULT_SECMODEL};

/* The master agent finds the question of an answer by these numbers. */
static void test_new(void)
{
	const netsnmp_pdu request = {.version = 1,
				     .command = PDU_GET_BULK,
				     .flags = PDU_WITH_CONTEXT | PDU_NETWORK_ORDER,
				     .sessid = 77,
				     .transid = 88,
				     .reqid = 99,
				     .errstat = 5,
				     .errindex = 6};
	netsnmp_pdu *response = response_new(&session, &request);

	EQUAL_NUMBER(response->command, PDU_RESPONSE);
	EQUAL_NUMBER(response->version, session.version);
	EQUAL_NUMBER(response->flags, PDU_NETWORK_ORDER);
	EQUAL_NUMBER(response->sessid, 77);
	EQUAL_NUMBER(response->transid, 88);
	EQUAL_NUMBER(response->reqid, 99);
	EQUAL_NUMBER(response->errstat, 0);
	EQUAL_NUMBER(response->errindex, 0);
	snmp_free_pdu(response);
}

/* An answer for a session that is gone is dropped; AddressSanitizer sees whether it is freed. */
static void test_gone(void)
{
	const netsnmp_pdu request = {.command = PDU_GET};

	/* With and without an alarm that pings. */
	for (int alarm = -1; alarm <= 1; alarm += 2) {
		session.securityModel = alarm;
		response_send(&session, response_new(&session, &request));
		EQUAL_NUMBER(snmp_errno, SNMPERR_BAD_SESSION);
		snmp_errno = 0;
	}
}

static const struct harness_test tests[] = {
    {"what it repeats of the request", test_new},
    {"session that is gone", test_gone},
    {NULL, NULL},
};

const struct harness_suite response_suite = {"response", tests};
