/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RESPONSE_H
#define RESPONSE_H

/*
 * A response to REQUEST, a netsnmp_pdu that has come in SESSION, a netsnmp_session: a netsnmp_pdu
 * without an error and without variable bindings, to be given to response_send.
 */
void *response_new(const void *session, const void *request);

/* Sends RESPONSE and frees it. One that cannot be sent is dropped. */
void response_send(void *session, void *response);

#endif
