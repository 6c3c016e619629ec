/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WIRE_H
#define WIRE_H

/*
 * Limits on the connection to the master agent. The library itself would wait for ever to send what
 * nobody reads. It would collect up to 2 GiB of a PDU whose length says so, and gives no answer to
 * one of more than 64 KiB.
 *
 * Installs them in TRANSPORT, the netsnmp_transport of a new session. A PDU of more than 64 KiB is
 * skipped and answered with genErr. One of more than 1 MiB, or an answer that is not read in time,
 * ends the connection; the library then connects again.
 */
void wire_attach(void *transport);

#endif
