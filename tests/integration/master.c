/* SPDX-License-Identifier: BSD-2-Clause */
#include "master.h"

#include <endian.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "world.h"

#define CONNECTIONS_MAX 8 /* the agent has one, and one more while it looks for us */
#define HEADER 20
#define ANSWER_S 10

/* Of RFC 2741, 6.1: types of PDUs and flags. */
enum { RESPONSE = 18, TYPES };
enum { HAS_CONTEXT = 0x08, NETWORK_ORDER = 0x10 };
#define SESSION 77
#define TRANSACTION 4711
#define FIRST_ERROR 256 /* openFailed */
#define ERRORS 13	/* to processingError */
#define FIRST_ID 1000	/* of packets that the master sends */

struct connection {
	int fd;
	uint8_t octets[65536]; /* what has been read and not been served */
	size_t length;
	size_t taken;	    /* of the octets, by the last master_take */
	unsigned additions; /* registrations and capabilities */
};

static int listener = -1;
static struct connection connections[CONNECTIONS_MAX];
static size_t count;
static unsigned pings, notifications;
static unsigned replies[TYPES]; /* what is answered to each type */
static unsigned each;		/* how many errors have been answered one after the other */

static uint32_t read_32(const uint8_t *at, bool big)
{
	uint32_t number;

	memcpy(&number, at, sizeof number);
	return big ? be32toh(number) : le32toh(number);
}

static unsigned read_16(const uint8_t *at, bool big)
{
	return big ? at[0] << 8 | at[1] : at[1] << 8 | at[0];
}

static void write_32(uint8_t *at, uint32_t number, bool big)
{
	number = big ? htobe32(number) : htole32(number);
	memcpy(at, &number, sizeof number);
}

void master_start(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = world_path("agentx");

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(listener, CONNECTIONS_MAX) < 0)
		world_fail(__FILE__, __LINE__, "cannot listen at %s", path);
}

static void drop(size_t i)
{
	char unread[4096];

	/* Closed with something unread it would be a read error for the agent, and for each of
	 * these net-snmp loses the 110 octets of an address: nothing of ours, but a leak in its
	 * report. */
	shutdown(connections[i].fd, SHUT_RDWR);
	while (read(connections[i].fd, unread, sizeof unread) > 0)
		;
	close(connections[i].fd);
	count--;
	memmove(&connections[i], &connections[i + 1], (count - i) * sizeof *connections);
}

void master_hang_up(void)
{
	while (count > 0)
		drop(count - 1);
}

/* The connection with the agent's session, or NULL. */
static struct connection *session(void)
{
	for (size_t i = 0; i < count; i++)
		if (connections[i].additions > 0)
			return &connections[i];
	return NULL;
}

/* The length of the first packet of CONNECTION; 0 = it is not complete. */
static size_t packet_length(const struct connection *connection)
{
	const uint8_t *header = connection->octets;
	size_t length;

	if (connection->length < HEADER)
		return 0;
	length = HEADER + read_32(header + 16, (header[2] & NETWORK_ORDER) != 0);
	return connection->length < length ? 0 : length;
}

static void skip(struct connection *connection, size_t length)
{
	connection->length -= length;
	memmove(connection->octets, connection->octets + length, connection->length);
}

/* Answers the packet HEADER of the agent: yes, if the test has not said something else. */
static void reply(struct connection *connection, const uint8_t *header)
{
	unsigned error = header[1] < TYPES ? replies[header[1]] : 0;
	uint8_t answer[HEADER + 8] = {1, RESPONSE, header[2] & NETWORK_ORDER};
	bool big = (header[2] & NETWORK_ORDER) != 0;

	if (error == MASTER_EACH_ERROR)
		error = FIRST_ERROR + each++ % ERRORS;
	write_32(answer + 4, SESSION, big);
	memcpy(answer + 8, header + 8, 8);
	write_32(answer + 16, 8, big);
	answer[HEADER + (big ? 4 : 5)] = (uint8_t)(error >> 8);
	answer[HEADER + (big ? 5 : 4)] = (uint8_t)error;
	if (error == MASTER_SILENT)
		return;
	/* Where the agent has gone meanwhile, the next read tells. */
	if (send(connection->fd, answer, sizeof answer, MSG_NOSIGNAL) < 0)
		return;
}

/* Serves the packets of CONNECTION up to the first that is an answer and has not been taken. */
static void serve(struct connection *connection)
{
	size_t length;

	skip(connection, connection->taken);
	connection->taken = 0;
	while ((length = packet_length(connection)) > 0 && connection->octets[1] != RESPONSE) {
		if (connection->octets[1] != MASTER_CLOSE)
			reply(connection, connection->octets);
		connection->additions += connection->octets[1] == MASTER_REGISTER ||
					 connection->octets[1] == MASTER_ADD_CAPABILITIES;
		pings += connection->octets[1] == MASTER_PING;
		notifications += connection->octets[1] == MASTER_NOTIFY;
		skip(connection, length);
	}
}

unsigned master_pings(void)
{
	return pings;
}

unsigned master_notifications(void)
{
	return notifications;
}

void master_reply(int type, unsigned error)
{
	replies[type] = error;
}

/* Reads what there is on each connection, at most once. */
static void receive(int timeout)
{
	struct pollfd fds[CONNECTIONS_MAX + 1] = {{.fd = listener, .events = POLLIN}};

	for (size_t i = 0; i < count; i++)
		fds[i + 1] = (struct pollfd){.fd = connections[i].fd, .events = POLLIN};
	poll(fds, count + 1, timeout);
	for (size_t i = count; i-- > 0;) {
		struct connection *connection = &connections[i];
		size_t room = sizeof connection->octets - connection->length;
		ssize_t got = 0;

		if (fds[i + 1].revents == 0)
			continue;
		got = read(connection->fd, connection->octets + connection->length, room);
		if (got > 0)
			connection->length += (size_t)got;
		else
			drop(i);
	}
	if (fds[0].revents != 0 && count < CONNECTIONS_MAX) {
		connections[count] = (struct connection){.fd = accept(listener, NULL, NULL)};
		count++;
	}
}

bool master_serve(unsigned additions)
{
	const struct connection *connection;

	receive(0);
	for (size_t i = 0; i < count; i++)
		serve(&connections[i]);
	connection = session();
	return connection && connection->additions == additions;
}

static void add(struct master_pdu *pdu, const void *octets, size_t length)
{
	if (pdu->length + length > sizeof pdu->octets)
		world_fail(__FILE__, __LINE__, "the PDU is too long");
	memcpy(pdu->octets + pdu->length, octets, length);
	pdu->length += length;
	write_32(pdu->octets + 16, (uint32_t)(pdu->length - HEADER), pdu->big);
}

static void add_32(struct master_pdu *pdu, uint32_t number)
{
	uint8_t octets[4];

	write_32(octets, number, pdu->big);
	add(pdu, octets, sizeof octets);
}

void master_begin(struct master_pdu *pdu, int type, bool big, const char *context)
{
	uint8_t header[HEADER] = {
	    1, (uint8_t)type, (uint8_t)((big ? NETWORK_ORDER : 0) | (context ? HAS_CONTEXT : 0))};
	static const uint8_t padding[4] = {0};

	pdu->length = 0;
	pdu->big = big;
	write_32(header + 4, SESSION, big);
	write_32(header + 8, TRANSACTION, big);
	add(pdu, header, sizeof header);
	if (context) {
		add_32(pdu, (uint32_t)strlen(context));
		add(pdu, context, strlen(context));
		add(pdu, padding, -strlen(context) % 4);
	}
	if (type == MASTER_GET_BULK)
		add_32(pdu, pdu->big ? 1 : 1 << 16); /* no non-repeaters, one repetition */
}

/* Without the short form for what is in 1.3.6.1. */
static void add_oid(struct master_pdu *pdu, const uint32_t *ids, size_t length, bool include)
{
	const uint8_t header[4] = {(uint8_t)length, 0, include, 0};

	add(pdu, header, sizeof header);
	for (size_t i = 0; i < length; i++)
		add_32(pdu, ids[i]);
}

void master_add_range(struct master_pdu *pdu, const uint32_t *start, size_t start_length,
		      bool include, const uint32_t *end, size_t end_length)
{
	add_oid(pdu, start, start_length, include);
	add_oid(pdu, end, end_length, false);
}

void master_add_integer(struct master_pdu *pdu, const uint32_t *name, size_t length)
{
	add_32(pdu, pdu->big ? 2 << 16 : 2);
	add_oid(pdu, name, length, false);
	add_32(pdu, 1);
}

void master_ask(const struct master_pdu *const *pdus, unsigned asked)
{
	static uint8_t octets[3 * sizeof pdus[0]->octets];
	size_t length = 0;

	master_serve(0);
	if (!session())
		world_fail(__FILE__, __LINE__, "the agent has no session");
	for (unsigned i = 0; i < asked; i++) {
		memcpy(octets + length, pdus[i]->octets, pdus[i]->length);
		write_32(octets + length + 12, FIRST_ID + i, pdus[i]->big);
		length += pdus[i]->length;
	}
	if (send(session()->fd, octets, length, MSG_NOSIGNAL) != (ssize_t)length)
		world_fail(__FILE__, __LINE__, "the agent does not take a request");
}

/* The payload of a response. The library repeats the context in it, which RFC 2741 does not have.
 */
static const uint8_t *payload_of(const uint8_t *header, bool big)
{
	size_t skipped = 0;

	if ((header[2] & HAS_CONTEXT) != 0)
		skipped = 4 + (read_32(header + HEADER, big) + 3) / 4 * 4;
	return header + HEADER + skipped;
}

/* The packet of LENGTH that is the first of CONNECTION. */
static struct master_answer read_answer(const struct connection *connection, size_t length)
{
	const uint8_t *header = connection->octets;
	bool big = (header[2] & NETWORK_ORDER) != 0;
	const uint8_t *payload = payload_of(header, big);

	if (header + length < payload + 8 || read_32(header + 4, big) != SESSION ||
	    read_32(header + 8, big) != TRANSACTION || read_32(payload, big) != 0)
		world_fail(__FILE__, __LINE__, "this is no answer to what was asked");
	if (read_16(payload + 4, big) == 0 && read_16(payload + 6, big) != 0)
		world_fail(__FILE__, __LINE__, "an answer without an error has an error index");
	return (struct master_answer){.id = read_32(header + 12, big) - FIRST_ID,
				      .error = read_16(payload + 4, big),
				      .bindings = payload + 8,
				      .length = (size_t)(header + length - payload - 8),
				      .big = big};
}

/* Waits for an answer in the agent's session until DEADLINE; its length, 0 = there is none. */
static size_t await_answer(int64_t deadline)
{
	struct connection *connection = session();
	size_t length = 0;

	if (connection)
		serve(connection);
	while (connection && (length = packet_length(connection)) == 0) {
		receive(100);
		connection = session();
		if (connection)
			serve(connection);
		if (connection && packet_length(connection) == 0 && world_late(deadline))
			break;
	}
	if (length > 0)
		connection->taken = length;
	return length;
}

struct master_answer master_take(void)
{
	size_t length = await_answer(world_deadline(ANSWER_S));

	if (length == 0)
		world_fail(__FILE__, __LINE__, "the agent does not answer");
	return read_answer(session(), length);
}

bool master_is_answered(double seconds)
{
	int64_t deadline = world_deadline(seconds);
	bool answered = false;

	while (!answered && await_answer(deadline) > 0) {
		const uint8_t *header = session()->octets;

		answered = read_32(header + 12, (header[2] & NETWORK_ORDER) != 0) == FIRST_ID;
	}
	return answered;
}

bool master_send(const void *octets, size_t length)
{
	return session() &&
	       send(session()->fd, octets, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length;
}

bool master_is_read(void)
{
	int unread = 0;

	return session() && ioctl(session()->fd, SIOCOUTQ, &unread) == 0 && unread == 0;
}

size_t master_first(const struct master_answer *answer, unsigned *type, uint32_t name[128])
{
	static const uint32_t internet[] = {1, 3, 6, 1};
	const uint8_t *at = answer->bindings;
	size_t length = 0;

	*type = at[answer->big]; /* all are below 256 */
	if (at[5] != 0) {
		memcpy(name, internet, sizeof internet);
		length = 4;
		name[length++] = at[5];
	}
	for (size_t i = 0; i < at[4] && length < 128; i++)
		name[length++] = read_32(at + 8 + 4 * i, answer->big);
	return length;
}
