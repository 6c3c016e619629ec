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

#define PASSED_MAX 65536       /* octets of a PDU; see receive */
#define REFUSED_MAX (1 << 20)  /* a manager asks in 64 KiB for what becomes up to 512 KiB */
#define SEND_TIMEOUT_US 300000 /* nothing else of ours runs meanwhile */
#define RESPONSE_SIZE (PDU_HEADER_SIZE + 8)

/* There is one session at a time, so this is global, as the library is. */
static struct {
	int (*send)(netsnmp_transport *, const void *, int, void **, int *);
	uint8_t header[PDU_HEADER_SIZE]; /* of the PDU that comes in */
	size_t had;			 /* octets of a header that is not yet whole */
	size_t left;			 /* octets of the PDU behind it */
	bool refused;			 /* these do not reach the library */
} wire;

/* What has been sent in part cannot be taken back, so nothing can follow it. */
static int send_all(netsnmp_transport *transport, const void *buffer, int size, void **opaque,
		    int *opaque_length)
{
	int sent = wire.send(transport, buffer, size, opaque, opaque_length);

	if (sent < size)
		shutdown(transport->sock, SHUT_RDWR); /* the next read sees it */
	return sent;
}

static bool is_big_endian(void)
{
	return (wire.header[2] & PDU_NETWORK_ORDER) != 0;
}

static uint32_t payload_length(void)
{
	uint32_t length;

	memcpy(&length, wire.header + 16, sizeof length);
	return is_big_endian() ? be32toh(length) : le32toh(length);
}

/* Answers a request that was too long; the sender sees by the header which one. */
static void refuse(netsnmp_transport *transport)
{
	uint8_t response[RESPONSE_SIZE] = {0};
	uint32_t length = RESPONSE_SIZE - PDU_HEADER_SIZE;
	uint16_t error = SNMP_ERR_GENERR;

	length = is_big_endian() ? htobe32(length) : htole32(length);
	error = is_big_endian() ? htobe16(error) : htole16(error);
	memcpy(response, wire.header, PDU_HEADER_SIZE);
	response[1] = PDU_RESPONSE;
	response[2] &= PDU_NETWORK_ORDER;
	memcpy(response + 16, &length, sizeof length);
	memcpy(response + PDU_HEADER_SIZE + 4, &error, sizeof error);
	if (wire.header[1] != PDU_RESPONSE)
		send_all(transport, response, sizeof response, NULL, NULL);
	log_debug("refused a PDU of %zu octets", PDU_HEADER_SIZE + (size_t)payload_length());
}

/* Takes the header at OCTETS. False when what follows is too long even to be skipped. */
static bool begin(const uint8_t *octets)
{
	memcpy(wire.header, octets, PDU_HEADER_SIZE);
	wire.left = payload_length();
	wire.refused = wire.left > PASSED_MAX - PDU_HEADER_SIZE;
	return wire.left <= REFUSED_MAX;
}

/*
 * Keeps of the COUNT octets in BUFFER what the library gets, and returns how many these are; -1
 * when a PDU is too long. A header that is not yet whole is held back.
 */
static int keep(netsnmp_transport *transport, uint8_t *buffer, size_t count)
{
	size_t kept = 0, at = 0;

	while (at < count) {
		bool heading = wire.left == 0;
		size_t wanted = heading ? PDU_HEADER_SIZE : wire.left;
		size_t step = count - at < wanted ? count - at : wanted;

		if (heading && step < wanted) {
			memcpy(wire.header, buffer + at, step);
			wire.had = step;
			break;
		}
		if (!heading)
			wire.left -= step;
		else if (!begin(buffer + at))
			return -1;
		if (!wire.refused) {
			memmove(buffer + kept, buffer + at, step);
			kept += step;
		} else if (wire.left == 0) {
			refuse(transport);
		}
		at += step;
	}
	return (int)kept;
}

/*
 * In place of the library's function, which loses the memory for an address when the connection is
 * reset. A session of ours needs no address. The library would collect up to 2 GiB of a PDU and
 * leave one of more than 64 KiB without an answer, so that snmpd gives up the session. It takes
 * zero octets for the end of the connection. So where there are none for it, it gets a response
 * to nothing, which it drops. It has then seen whole PDUs only.
 */
static int receive(netsnmp_transport *transport, void *buffer, int size, void **address,
		   int *address_length)
{
	static const uint8_t nothing[RESPONSE_SIZE] = {
	    PDU_VERSION, PDU_RESPONSE, [16] = RESPONSE_SIZE - PDU_HEADER_SIZE};
	size_t had = wire.had;
	ssize_t got;
	int kept;

	*address = NULL;
	*address_length = 0;
	memcpy(buffer, wire.header, had);
	do
		got = recv(transport->sock, (uint8_t *)buffer + had, (size_t)size - had, 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return (int)got;
	wire.had = 0;
	kept = keep(transport, buffer, had + (size_t)got);
	if (kept < 0)
		log_warning(
		    "the master agent has sent a PDU of more than %d octets; connecting again",
		    REFUSED_MAX);
	if (kept != 0)
		return kept;
	memcpy(buffer, nothing, sizeof nothing);
	return (int)sizeof nothing;
}

void wire_attach(void *attached)
{
	netsnmp_transport *transport = attached;
	struct timeval timeout = {.tv_usec = SEND_TIMEOUT_US};

	wire.send = transport->f_send;
	wire.had = wire.left = 0;
	wire.refused = false;
	transport->f_recv = receive;
	transport->f_send = send_all;
	if (setsockopt(transport->sock, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0)
		log_warning("the connection to the master agent can have no timeout: %m");
}
