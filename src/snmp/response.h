/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RESPONSE_H
#define RESPONSE_H

/* Types of AgentX PDUs, and a flag in their header (RFC 2741, 6.1). The library's headers do not
 * have them. */
enum {
	RESPONSE_GET = 5,
	RESPONSE_GET_NEXT,
	RESPONSE_GET_BULK,
	RESPONSE_TEST_SET,
	RESPONSE_COMMIT_SET,
	RESPONSE_UNDO_SET,
	RESPONSE_CLEANUP_SET,
	RESPONSE_TYPE = 18
};
#define RESPONSE_CONTEXT 0x08

/*
 * A response to REQUEST, a netsnmp_pdu that has come in SESSION, a netsnmp_session: a netsnmp_pdu
 * without an error and without variable bindings, to be given to response_send.
 */
void *response_new(const void *session, const void *request);

/* Sends RESPONSE and frees it. One that cannot be sent is dropped. */
void response_send(void *session, void *response);

#endif
