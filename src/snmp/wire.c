/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/wire.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/log.h"
#include "snmp/pdu.h"

#define PDU_MAX 65536	       /* the library ignores longer ones */
#define SEND_TIMEOUT_US 300000 /* nothing else of ours runs meanwhile */

/* There is one session at a time, so this is global, as the library is. */
static struct {
	int (*send)(netsnmp_transport *, const void *, int, void **, int *);
	uint8_t header[PDU_HEADER_SIZE]; /* of the PDU that comes in */
	size_t had;			 /* octets of the header */
	size_t left;			 /* octets of the PDU behind it */
} wire;

static uint32_t payload_length(const uint8_t *header)
{
	uint32_t length;

	memcpy(&length, header + 16, sizeof length);
	return (header[2] & PDU_NETWORK_ORDER) != 0 ? be32toh(length) : le32toh(length);
}

/* Follows COUNT octets that have come in. False when a PDU is too long. */
static bool follow(const uint8_t *octets, size_t count)
{
	while (count > 0) {
		size_t wanted = wire.left > 0 ? wire.left : PDU_HEADER_SIZE - wire.had;
		size_t step = count < wanted ? count : wanted;

		if (wire.left > 0) {
			wire.left -= step;
		} else {
			memcpy(wire.header + wire.had, octets, step);
			wire.had += step;
		}
		octets += step;
		count -= step;
		if (wire.had == PDU_HEADER_SIZE) {
			wire.had = 0;
			wire.left = payload_length(wire.header);
		}
		if (wire.left > PDU_MAX - PDU_HEADER_SIZE)
			return false;
	}
	return true;
}

/*
 * In place of the library's function, which loses the memory for an address when the connection is
 * reset. A session of ours needs no address.
 */
static int receive(netsnmp_transport *transport, void *buffer, int size, void **address,
		   int *address_length)
{
	ssize_t got;

	*address = NULL;
	*address_length = 0;
	do
		got = recv(transport->sock, buffer, (size_t)size, 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0 || follow(buffer, (size_t)got))
		return (int)got;
	log_warning("the master agent has sent a PDU of more than %d octets; connecting again",
		    PDU_MAX);
	return -1;
}

/* What has been sent in part cannot be taken back, so nothing can follow it. */
static int send_all(netsnmp_transport *transport, const void *buffer, int size, void **opaque,
		    int *opaque_length)
{
	int sent = wire.send(transport, buffer, size, opaque, opaque_length);

	if (sent < size)
		shutdown(transport->sock, SHUT_RDWR); /* the next read sees it */
	return sent;
}

void wire_attach(void *attached)
{
	netsnmp_transport *transport = attached;
	struct timeval timeout = {.tv_usec = SEND_TIMEOUT_US};

	wire.send = transport->f_send;
	wire.had = wire.left = 0;
	transport->f_recv = receive;
	transport->f_send = send_all;
	if (setsockopt(transport->sock, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0)
		log_warning("the connection to the master agent can have no timeout: %m");
}
