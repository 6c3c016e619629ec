/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/rehearsal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "snmp/address.h"
#include "snmp/probe.h"

#define WAIT_MS 3000

/* PDUs of AgentX (RFC 2741, 6.1 and 6.2), in network byte order. */
enum { OPEN = 1, CLOSE = 2, REGISTER = 3, RESPONSE = 18 };
enum { HEADER_SIZE = 20, PDU_SIZE = 1024, PRIORITY = 127, REASON_SHUTDOWN = 5 };

struct pdu {
	unsigned char bytes[PDU_SIZE];
	size_t length;
};

static void put_byte(struct pdu *pdu, unsigned value)
{
	pdu->bytes[pdu->length++] = (unsigned char)value;
}

static void put_word(struct pdu *pdu, uint32_t value)
{
	value = htonl(value);
	memcpy(pdu->bytes + pdu->length, &value, sizeof value);
	pdu->length += sizeof value;
}

static uint32_t word_at(const struct pdu *pdu, size_t at)
{
	uint32_t value;

	memcpy(&value, pdu->bytes + at, sizeof value);
	return ntohl(value);
}

/* Four bytes, three of which mean nothing. */
static void put_padded_byte(struct pdu *pdu, unsigned value)
{
	put_byte(pdu, value);
	for (int i = 0; i < 3; i++)
		put_byte(pdu, 0);
}

static void put_oid(struct pdu *pdu, const uint32_t *oid, size_t length)
{
	put_padded_byte(pdu, (unsigned)length);
	for (size_t i = 0; i < length; i++)
		put_word(pdu, oid[i]);
}

static void begin(struct pdu *pdu, unsigned type, uint32_t session)
{
	static uint32_t packet;

	pdu->length = 0;
	put_byte(pdu, 1); /* the version */
	put_byte(pdu, type);
	put_byte(pdu, 0x10); /* the byte order */
	put_byte(pdu, 0);
	put_word(pdu, session);
	put_word(pdu, 0);
	put_word(pdu, ++packet);
	put_word(pdu, 0); /* the length of what follows; see converse */
}

/* Waits for EVENTS of FD until END (timefmt_monotonic). An errno, or 0. */
static int await(int fd, short events, int64_t end)
{
	struct pollfd poll_fd = {fd, events, 0};
	int64_t left = end - timefmt_monotonic();
	int ready = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;

	if (ready < 0)
		return errno;
	return ready == 0 ? ETIMEDOUT : 0;
}

static int send_all(int fd, const struct pdu *pdu, int64_t end)
{
	size_t sent = 0;

	while (sent < pdu->length) {
		ssize_t now;
		int error = await(fd, POLLOUT, end);

		if (error != 0)
			return error;
		now = send(fd, pdu->bytes + sent, pdu->length - sent, MSG_NOSIGNAL);
		if (now < 0 && errno != EAGAIN)
			return errno;
		sent += now > 0 ? (size_t)now : 0;
	}
	return 0;
}

/* Reads until PDU has WANTED bytes. */
static int receive(int fd, struct pdu *pdu, size_t wanted, int64_t end)
{
	if (wanted > sizeof pdu->bytes)
		return EPROTO;
	while (pdu->length < wanted) {
		ssize_t now;
		int error = await(fd, POLLIN, end);

		if (error != 0)
			return error;
		now = recv(fd, pdu->bytes + pdu->length, wanted - pdu->length, 0);
		if (now == 0)
			return ECONNRESET;
		if (now < 0 && errno != EAGAIN)
			return errno;
		pdu->length += now > 0 ? (size_t)now : 0;
	}
	return 0;
}

/* Sends PDU, which becomes the answer. */
static int converse(int fd, struct pdu *pdu)
{
	int64_t end = timefmt_monotonic() + WAIT_MS;
	uint32_t length = htonl((uint32_t)(pdu->length - HEADER_SIZE));
	int error;

	memcpy(pdu->bytes + HEADER_SIZE - sizeof length, &length, sizeof length);
	error = send_all(fd, pdu, end);
	pdu->length = 0;
	if (error == 0)
		error = receive(fd, pdu, HEADER_SIZE, end);
	if (error == 0 && (pdu->bytes[1] != RESPONSE || !(pdu->bytes[2] & 0x10)))
		error = EPROTO;
	if (error == 0)
		error = receive(fd, pdu, HEADER_SIZE + word_at(pdu, HEADER_SIZE - 4), end);
	if (error == 0 && pdu->length < HEADER_SIZE + 8)
		error = EPROTO;
	return error;
}

/* The error that the answer PDU tells; 0 = none. */
static long refusal_of(const struct pdu *pdu)
{
	return (long)(word_at(pdu, HEADER_SIZE + 4) >> 16);
}

static void begin_open(struct pdu *pdu)
{
	begin(pdu, OPEN, 0);
	put_padded_byte(pdu, 0); /* no timeout of its own */
	put_oid(pdu, NULL, 0);
	put_word(pdu, 0); /* an empty description */
}

static void begin_register(struct pdu *pdu, uint32_t session, const uint32_t *oid, size_t length)
{
	begin(pdu, REGISTER, session);
	put_byte(pdu, 0);
	put_byte(pdu, PRIORITY);
	put_byte(pdu, 0);
	put_byte(pdu, 0);
	put_oid(pdu, oid, length);
}

static void begin_close(struct pdu *pdu, uint32_t session)
{
	begin(pdu, CLOSE, session);
	put_padded_byte(pdu, REASON_SHUTDOWN);
}

static int rehearse(int fd, const uint32_t *oid, size_t length, long *refusal)
{
	struct pdu pdu;
	uint32_t session;
	int error;

	begin_open(&pdu);
	error = converse(fd, &pdu);
	if (error != 0)
		return error;
	*refusal = refusal_of(&pdu);
	if (*refusal != 0)
		return 0;
	session = word_at(&pdu, 4);
	begin_register(&pdu, session, oid, length);
	error = converse(fd, &pdu);
	if (error != 0)
		return error;
	*refusal = refusal_of(&pdu);
	begin_close(&pdu, session);
	return converse(fd, &pdu);
}

int rehearsal_register(const char *socket, const uint32_t *oid, size_t length, long *refusal)
{
	struct address address = {.length = 0};
	int fd = -1, error = address_find(socket, &address);

	*refusal = 0;
	if (error == 0)
		error = address_connect(&address, &fd);
	if (error == 0)
		error = rehearse(fd, oid, length, refusal);
	if (fd >= 0)
		close(fd);
	return error;
}

int rehearsal_ping(const char *socket)
{
	int64_t end = timefmt_monotonic() + WAIT_MS;
	struct probe *probe = probe_new(socket);
	bool answered = false;
	struct pollfd fd;
	int error, left = WAIT_MS;

	while (!answered && left > 0 && probe_prepare(probe, &fd, &left) == 1) {
		if (poll(&fd, 1, left) > 0)
			answered = probe_dispatch(probe, &fd);
		left = (int)(end - timefmt_monotonic());
	}
	error = probe_error(probe);
	probe_free(probe);
	return answered ? 0 : error != 0 ? error : ETIMEDOUT;
}
