/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MASTER_H
#define MASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A master agent that asks what snmpd never would, at the world's AgentX socket. It says yes to all
 * that an agent wants of it (opening, registering, pings). Where a function waits, it serves the
 * agent meanwhile; elsewhere the test has to call master_serve, for the agent waits 0.3 s only.
 */
void master_start(void);

/* Serves what has come in by now; true when the agent has made COUNT registrations and capabilities
 * known in its session. */
bool master_serve(unsigned count);

/* How many pings have come. */
unsigned master_pings(void);

/* Closes all connections. The agent may come again. */
void master_hang_up(void);

/* Types of PDUs that the agent sends (RFC 2741, 6.1); a Close may come from either side. */
enum {
	MASTER_OPEN = 1,
	MASTER_CLOSE = 2,
	MASTER_REGISTER = 3,
	MASTER_NOTIFY = 12,
	MASTER_PING = 13,
	MASTER_ADD_CAPABILITIES = 16
};

/* From now on PDUs of TYPE are answered with ERROR (0 = yes), or not at all. */
void master_reply(int type, unsigned error);
#define MASTER_SILENT 0xffffffffu
#define MASTER_EACH_ERROR 0xfffffffeu /* the errors of RFC 2741, 6.2.16, one after the other */

/* How many notifications have come. */
unsigned master_notifications(void);

/* Types of PDUs that are asked with (RFC 2741, 6.1). The library answers the last, too. */
enum {
	MASTER_GET = 5,
	MASTER_GET_NEXT = 6,
	MASTER_GET_BULK = 7,
	MASTER_TEST_SET = 8,
	MASTER_COMMIT_SET = 9,
	MASTER_UNDO_SET = 10,
	MASTER_CLEANUP_SET = 11
};

/* A PDU that is written. */
struct master_pdu {
	uint8_t octets[65536];
	size_t length;
	bool big; /* in network byte order */
};

/* Begins one of TYPE; CONTEXT is NULL for the default one. */
void master_begin(struct master_pdu *pdu, int type, bool big, const char *context);

/* Adds a search range (RFC 2741, 5.2); an END of length 0 is the null identifier. */
void master_add_range(struct master_pdu *pdu, const uint32_t *start, size_t start_length,
		      bool include, const uint32_t *end, size_t end_length);

/* Adds a variable binding with the INTEGER 1. */
void master_add_integer(struct master_pdu *pdu, const uint32_t *name, size_t length);

/* An answer: its error and, to be looked at until the next is taken, its variable bindings. */
struct master_answer {
	unsigned id;	/* which of the PDUs it answers, from 0 */
	unsigned error; /* res.error */
	const uint8_t *bindings;
	size_t length;
	bool big;
};

/*
 * Sends COUNT PDUs in one piece, to be read by one read, and takes their answers in the order in
 * which they come.
 */
void master_ask(const struct master_pdu *const *pdus, unsigned count);
struct master_answer master_take(void);

/* Whether the first of what was asked last is answered within SECONDS; other answers are dropped.
 */
bool master_is_answered(double seconds);

/* Sends what need not be a PDU in the agent's session, and reads nothing; false when that is gone
 * or takes no more now. */
bool master_send(const void *octets, size_t length);

/* Whether the agent has read all that was sent in its session. */
bool master_is_read(void);

/* Type and name of the first variable binding of ANSWER, which has one; the name's length. */
size_t master_first(const struct master_answer *answer, unsigned *type, uint32_t name[128]);

#endif
