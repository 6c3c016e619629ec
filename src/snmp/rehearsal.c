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
#include "snmp/pdu.h"
#include "snmp/probe.h"

#define WAIT_MS 3000

/* What is sent is in network byte order (RFC 2741, 6.2). */
enum { BUFFER_SIZE = 8192, PRIORITY = 127, REASON_SHUTDOWN = 5 };

/* PDUs that are sent, one behind the other; or one that is received. */
struct buffer {
	unsigned char bytes[BUFFER_SIZE];
	size_t length;
	size_t start; /* of the last PDU */
};

static void put_byte(struct buffer *buffer, unsigned value)
{
	buffer->bytes[buffer->length++] = (unsigned char)value;
}

static void set_word(struct buffer *buffer, size_t at, uint32_t value)
{
	value = htonl(value);
	memcpy(buffer->bytes + at, &value, sizeof value);
}

static void put_word(struct buffer *buffer, uint32_t value)
{
	set_word(buffer, buffer->length, value);
	buffer->length += sizeof value;
}

static uint32_t word_at(const struct buffer *buffer, size_t at)
{
	uint32_t value;

	memcpy(&value, buffer->bytes + at, sizeof value);
	return ntohl(value);
}

/* Four bytes, three of which mean nothing. */
static void put_padded_byte(struct buffer *buffer, unsigned value)
{
	put_byte(buffer, value);
	for (int i = 0; i < 3; i++)
		put_byte(buffer, 0);
}

static void put_oid(struct buffer *buffer, const uint32_t *oid, size_t length)
{
	put_padded_byte(buffer, (unsigned)length);
	for (size_t i = 0; i < length; i++)
		put_word(buffer, oid[i]);
}

/* Begins a PDU, of which the answer will name PACKET. */
static void begin(struct buffer *buffer, unsigned type, uint32_t session, uint32_t packet)
{
	buffer->start = buffer->length;
	put_byte(buffer, PDU_VERSION);
	put_byte(buffer, type);
	put_byte(buffer, PDU_NETWORK_ORDER);
	put_byte(buffer, 0);
	put_word(buffer, session);
	put_word(buffer, 0);
	put_word(buffer, packet);
	put_word(buffer, 0); /* the length of what follows; see end */
}

static void end(struct buffer *buffer)
{
	set_word(buffer, buffer->start + PDU_HEADER_SIZE - 4,
		 (uint32_t)(buffer->length - buffer->start - PDU_HEADER_SIZE));
}

/* Waits for EVENTS of FD until UNTIL (timefmt_monotonic). An errno, or 0. */
static int await(int fd, short events, int64_t until)
{
	struct pollfd poll_fd = {fd, events, 0};
	int64_t left = until - timefmt_monotonic();
	int ready = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;

	if (ready < 0)
		return errno;
	return ready == 0 ? ETIMEDOUT : 0;
}

static int send_all(int fd, const struct buffer *buffer, int64_t until)
{
	size_t sent = 0;
	int error = 0;

	while (error == 0 && sent < buffer->length) {
		ssize_t now = 0;

		error = await(fd, POLLOUT, until);
		if (error == 0)
			now = send(fd, buffer->bytes + sent, buffer->length - sent, MSG_NOSIGNAL);
		if (now < 0 && errno != EAGAIN)
			error = errno;
		sent += now > 0 ? (size_t)now : 0;
	}
	return error;
}

/* Reads until BUFFER has WANTED bytes. */
static int receive(int fd, struct buffer *buffer, size_t wanted, int64_t until)
{
	int error = wanted > sizeof buffer->bytes ? EPROTO : 0;

	while (error == 0 && buffer->length < wanted) {
		ssize_t now = -1;

		error = await(fd, POLLIN, until);
		if (error == 0)
			now = recv(fd, buffer->bytes + buffer->length, wanted - buffer->length, 0);
		if (error == 0 && now == 0)
			error = ECONNRESET;
		else if (error == 0 && now < 0 && errno != EAGAIN)
			error = errno;
		buffer->length += now > 0 ? (size_t)now : 0;
	}
	return error;
}

static int receive_pdu(int fd, struct buffer *buffer, int64_t until)
{
	int error;

	buffer->length = 0;
	error = receive(fd, buffer, PDU_HEADER_SIZE, until);
	if (error == 0 &&
	    (buffer->bytes[0] != PDU_VERSION || !(buffer->bytes[2] & PDU_NETWORK_ORDER)))
		error = EPROTO;
	if (error == 0)
		error = receive(fd, buffer, PDU_HEADER_SIZE + word_at(buffer, PDU_HEADER_SIZE - 4),
				until);
	return error;
}

/*
 * Reads the answer to PACKET into BUFFER. While a subtree is registered, requests of managers may
 * come in between; they get no answer, and the end of the session frees snmpd from them.
 */
static int await_answer(int fd, struct buffer *buffer, uint32_t packet, int64_t until)
{
	int error;

	do
		error = receive_pdu(fd, buffer, until);
	while (error == 0 && (buffer->bytes[1] != PDU_RESPONSE || word_at(buffer, 12) != packet));
	return error == 0 && buffer->length < PDU_HEADER_SIZE + 8 ? EPROTO : error;
}

/* The error that the answer in BUFFER tells; 0 = none. */
static long refusal_of(const struct buffer *buffer)
{
	return (long)(word_at(buffer, PDU_HEADER_SIZE + 4) >> 16);
}

static void put_open(struct buffer *buffer)
{
	begin(buffer, PDU_OPEN, 0, PDU_OPEN);
	put_padded_byte(buffer, 0); /* no timeout of its own */
	put_oid(buffer, NULL, 0);
	put_word(buffer, 0); /* an empty description */
	end(buffer);
}

static void put_register(struct buffer *buffer, uint32_t session, const uint32_t *oid,
			 size_t length)
{
	begin(buffer, PDU_REGISTER, session, PDU_REGISTER);
	put_byte(buffer, 0);
	put_byte(buffer, PRIORITY);
	put_byte(buffer, 0);
	put_byte(buffer, 0);
	put_oid(buffer, oid, length);
	end(buffer);
}

static void put_close(struct buffer *buffer, uint32_t session)
{
	begin(buffer, PDU_CLOSE, session, PDU_CLOSE);
	put_padded_byte(buffer, REASON_SHUTDOWN);
	end(buffer);
}

/* Sends what is in BUFFER and waits for the answer to PACKET, which is then in it. */
static int converse(int fd, struct buffer *buffer, uint32_t packet)
{
	int64_t until = timefmt_monotonic() + WAIT_MS;
	int error = send_all(fd, buffer, until);

	return error == 0 ? await_answer(fd, buffer, packet, until) : error;
}

/*
 * The registration and the end of the session are sent in one piece, so that the master agent takes
 * the subtree back before it asks us for anything in it.
 */
static int rehearse(int fd, const uint32_t *oid, size_t length, long *refusal)
{
	struct buffer buffer = {.length = 0};
	uint32_t session;
	int error;

	put_open(&buffer);
	error = converse(fd, &buffer, PDU_OPEN);
	*refusal = error == 0 ? refusal_of(&buffer) : 0;
	if (error == 0 && *refusal == 0) {
		session = word_at(&buffer, 4);
		buffer.length = 0;
		put_register(&buffer, session, oid, length);
		put_close(&buffer, session);
		error = converse(fd, &buffer, PDU_REGISTER);
		*refusal = error == 0 ? refusal_of(&buffer) : 0;
	}
	return error;
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
	int64_t until = timefmt_monotonic() + WAIT_MS;
	struct probe *probe = probe_new(socket);
	bool answered = false;
	struct pollfd fd;
	int error, left = WAIT_MS;

	while (!answered && left > 0 && probe_prepare(probe, &fd, &left) == 1) {
		if (poll(&fd, 1, left) > 0)
			answered = probe_dispatch(probe, &fd);
		left = (int)(until - timefmt_monotonic());
	}
	error = probe_error(probe);
	probe_free(probe);
	return answered ? 0 : error != 0 ? error : ETIMEDOUT;
}
