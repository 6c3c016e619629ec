/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * responder SOCKET SUBTREE FILE: the least that an AgentX subagent can be (RFC 2741), without any
 * SNMP library: it connects, registers SUBTREE, and from then on blocks for a request, looks up
 * rows that are encoded already, and answers. The lower bound in the benchmark.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cells.h"

enum { OPEN = 1, CLOSE = 2, REGISTER = 3, GET = 5, GET_NEXT = 6, GET_BULK = 7, RESPONSE = 18 };
enum { END_OF_MIB_VIEW = 130, NO_SUCH_INSTANCE = 129 };
enum { PROCESSING_ERROR = 268 };

#define FLAG_CONTEXT 0x08
#define FLAG_NETWORK_ORDER 0x10
#define NATIVE_ORDER (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? FLAG_NETWORK_ORDER : 0)
#define INTERNET 4 /* sub-identifiers that a prefix stands for: 1.3.6.1 */
#define PDU_MAX 65536

/* Numbers are in the byte order of the machine, as the master agent's are: it is on the same one.
 */
struct header {
	uint8_t version;
	uint8_t type;
	uint8_t flags;
	uint8_t reserved;
	uint32_t session;
	uint32_t transaction;
	uint32_t packet;
	uint32_t length; /* of what follows */
};

/* What is being read or written; header and payload as they are on the wire. */
struct buffer {
	struct header header;
	unsigned char payload[PDU_MAX];
	size_t at;
};

struct name {
	uint32_t ids[CELLS_NAME_MAX];
	size_t length;
	bool include;
};

static void put(struct buffer *out, const void *data, size_t size)
{
	if (size > PDU_MAX - out->at)
		cells_fail("an answer is too long");
	if (size > 0)
		memcpy(out->payload + out->at, data, size);
	out->at += size;
}

static void put_32(struct buffer *out, uint32_t value)
{
	put(out, &value, sizeof(value));
}

static void put_64(struct buffer *out, uint64_t value)
{
	put(out, &value, sizeof(value));
}

static void put_name(struct buffer *out, const uint32_t *ids, size_t length)
{
	static const uint32_t internet[INTERNET] = {1, 3, 6, 1};
	bool prefixed = length > INTERNET && memcmp(ids, internet, sizeof(internet)) == 0 &&
			ids[INTERNET] < 256;
	size_t skip = prefixed ? INTERNET + 1 : 0;
	unsigned char head[4] = {(unsigned char)(length - skip)};

	if (prefixed)
		head[1] = (unsigned char)ids[INTERNET];
	put(out, head, sizeof(head));
	put(out, ids + skip, (length - skip) * sizeof(*ids));
}

static void put_string(struct buffer *out, const unsigned char *text, size_t length)
{
	static const unsigned char padding[3];

	put_32(out, (uint32_t)length);
	put(out, text, length);
	put(out, padding, (4 - length % 4) % 4);
}

static const unsigned char *take(struct buffer *in, size_t size)
{
	const unsigned char *data = in->payload + in->at;

	if (size > in->header.length - in->at)
		cells_fail("a request is too short");
	in->at += size;
	return data;
}

static struct name take_name(struct buffer *in)
{
	struct name name = {.length = 0};
	const unsigned char *head = take(in, 4);

	name.include = head[2] != 0;
	if (head[1] != 0) {
		memcpy(name.ids, (const uint32_t[]){1, 3, 6, 1, head[1]}, 5 * sizeof(uint32_t));
		name.length = 5;
	}
	if (name.length + head[0] > CELLS_NAME_MAX)
		cells_fail("a name is too long");
	memcpy(name.ids + name.length, take(in, head[0] * 4u), head[0] * 4u);
	name.length += head[0];
	return name;
}

static void receive(int fd, void *data, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t got = recv(fd, (char *)data + done, size - done, 0);

		if (got <= 0)
			cells_fail("the master agent is gone");
		done += (size_t)got;
	}
}

/* One system call for a request, as the header says how much follows and all is sent at once. */
static void receive_pdu(int fd, struct buffer *in)
{
	ssize_t got = recv(fd, in, offsetof(struct buffer, at), 0);
	size_t have = got > 0 ? (size_t)got : 0;

	if (have < sizeof(in->header))
		receive(fd, (char *)in + have, sizeof(in->header) - have);
	have = have > sizeof(in->header) ? have - sizeof(in->header) : 0;
	if (in->header.length > PDU_MAX || have > in->header.length)
		cells_fail("a request is too long");
	receive(fd, in->payload + have, in->header.length - have);
	in->at = 0;
	if ((in->header.flags & FLAG_NETWORK_ORDER) != NATIVE_ORDER)
		cells_fail("the master agent uses the other byte order");
}

static void send_pdu(int fd, struct buffer *out)
{
	size_t size = sizeof(out->header) + out->at;

	out->header.length = (uint32_t)out->at;
	if (send(fd, out, size, 0) != (ssize_t)size)
		cells_fail("the master agent does not take an answer");
}

static void make_ready(struct cell *cell)
{
	static struct buffer out;

	out.at = 0;
	put_32(&out, cell->type);
	put_name(&out, cell->name, cell->length);
	if (cell->type == 4)
		put_string(&out, cell->value, cell->value_length);
	else if (cell->type == 70)
		put_64(&out, cell->number);
	else
		put_32(&out, (uint32_t)cell->number);
	cell->ready_length = out.at;
	cell->ready = cells_memory(out.at);
	memcpy(cell->ready, out.payload, out.at);
}

/* The cell, or a varbind that says that there is none. */
static void put_cell(struct buffer *out, const struct cell *cell, const struct name *name,
		     uint32_t otherwise)
{
	if (cell) {
		put(out, cell->ready, cell->ready_length);
	} else {
		put_32(out, otherwise);
		put_name(out, name->ids, name->length);
	}
}

#define RANGES_MAX 128

/* The first cell behind START, as a rule the one behind what was last answered in the same PLACE.
 */
static const struct cell *behind(const struct cells *cells, const struct name *start, size_t place)
{
	static const struct cell *last[RANGES_MAX];
	const struct cell *cell = last[place];

	if (cell && cell + 1 < cells->cells + cells->count &&
	    cells_compare(cell->name, cell->length, start->ids, start->length) == 0)
		cell++;
	else
		cell = cells_next(cells, start->ids, start->length, 1);
	last[place] = cell;
	return cell;
}

/*
 * The one behind START, or at it, and before END, which has no sub-identifiers where there is no
 * end.
 */
static const struct cell *next(const struct cells *cells, const struct name *start,
			       const struct name *end, size_t place)
{
	const struct cell *cell = start->include ? cells_next(cells, start->ids, start->length, 0)
						 : behind(cells, start, place);

	if (cell && end->length > 0 &&
	    cells_compare(cell->name, cell->length, end->ids, end->length) >= 0)
		cell = NULL;
	return cell;
}

/* What follows START, from where the next repetition then goes on. */
static void put_next(struct buffer *out, const struct cells *cells, struct name *start,
		     const struct name *end, size_t place)
{
	const struct cell *cell = next(cells, start, end, place % RANGES_MAX);

	put_cell(out, cell, start, END_OF_MIB_VIEW);
	if (cell) {
		memcpy(start->ids, cell->name, cell->length * sizeof(*cell->name));
		start->length = cell->length;
		start->include = false;
	}
}

static void answer_each(struct buffer *in, struct buffer *out, const struct cells *cells)
{
	for (size_t i = 0; in->at < in->header.length; i++) {
		struct name start = take_name(in), end = take_name(in);

		if (in->header.type == GET)
			put_cell(out, cells_find(cells, start.ids, start.length), &start,
				 NO_SUCH_INSTANCE);
		else
			put_next(out, cells, &start, &end, i);
	}
}

/* The repetitions go round: one of each range, then the next of each. */
static void answer_bulk(struct buffer *in, struct buffer *out, const struct cells *cells)
{
	static struct name starts[RANGES_MAX], ends[RANGES_MAX];
	uint16_t numbers[2]; /* of ranges that are not repeated, and of repetitions */
	size_t count = 0;

	memcpy(numbers, take(in, sizeof(numbers)), sizeof(numbers));
	for (; in->at < in->header.length && count < RANGES_MAX; count++) {
		starts[count] = take_name(in);
		ends[count] = take_name(in);
	}
	for (size_t i = 0; i < numbers[0] && i < count; i++)
		put_next(out, cells, &starts[i], &ends[i], i);
	for (unsigned turn = 0; turn < numbers[1]; turn++)
		for (size_t i = numbers[0]; i < count; i++)
			put_next(out, cells, &starts[i], &ends[i], i);
}

/* What an answer begins with: sysUpTime, which is the master agent's own affair, error and index.
 */
static void put_outcome(struct buffer *out, uint16_t error)
{
	uint16_t outcome[4] = {0, 0, error, 0};

	put(out, outcome, sizeof(outcome));
}

static void answer(struct buffer *in, struct buffer *out, const struct cells *cells)
{
	uint8_t type = in->header.type;
	bool fine = type >= GET && type <= GET_BULK && (in->header.flags & FLAG_CONTEXT) == 0;

	out->header = in->header;
	out->header.type = RESPONSE;
	out->header.flags = NATIVE_ORDER;
	out->at = 0;
	put_outcome(out, fine ? 0 : PROCESSING_ERROR);
	if (fine && type == GET_BULK)
		answer_bulk(in, out, cells);
	else if (fine)
		answer_each(in, out, cells);
}

/* Sends a request of our own, which must be answered with error 0. */
static void ask(int fd, struct buffer *in, struct buffer *out, uint8_t type)
{
	uint16_t outcome[4];

	out->header.version = 1;
	out->header.type = type;
	out->header.flags = NATIVE_ORDER;
	out->header.packet++;
	send_pdu(fd, out);
	receive_pdu(fd, in);
	memcpy(outcome, take(in, sizeof(outcome)), sizeof(outcome));
	if (in->header.type != RESPONSE || outcome[2] != 0)
		cells_fail("the master agent refuses: error %u", outcome[2]);
	out->header.session = in->header.session;
	out->at = 0;
}

static void open_session(int fd, struct buffer *in, struct buffer *out, const char *subtree)
{
	static const unsigned char timeout[4], priority[4] = {0, 127};
	uint32_t ids[CELLS_NAME_MAX];

	put(out, timeout, sizeof(timeout));
	put_name(out, NULL, 0);
	put_string(out, (const unsigned char *)"responder", 9);
	ask(fd, in, out, OPEN);
	put(out, priority, sizeof(priority));
	put_name(out, ids, cells_parse_name(subtree, ids));
	ask(fd, in, out, REGISTER);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		cells_fail("cannot connect to %s", path);
	return fd;
}

int main(int argc, char **argv)
{
	static struct buffer in, out;
	struct cells cells;
	int fd;

	if (argc != 4)
		cells_fail("usage: responder SOCKET SUBTREE FILE");
	cells = cells_load(argv[3]);
	for (size_t i = 0; i < cells.count; i++)
		make_ready(&cells.cells[i]);
	fd = connect_to(argv[1]);
	open_session(fd, &in, &out, argv[2]);
	for (receive_pdu(fd, &in); in.header.type != CLOSE; receive_pdu(fd, &in)) {
		answer(&in, &out, &cells);
		send_pdu(fd, &out);
	}
	close(fd);
	return 0;
}
