/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "harness.h"
#include "snmp/address.h"
#include "snmp/probe.h"
#include "snmp/rehearsal.h"
#include "unit/scratch.h"

/* What the doctor and the agent make of a master agent that answers well, badly or not at all. */

#define SESSION 0x12345678
#define ANSWERS_MAX 3

enum { OPEN = 1, REGISTER = 3, GET = 5, RESPONSE = 18, HEADER = 20 };

/* How a PDU is sent that is not as it should be. */
enum flaw {
	NONE,
	VERSION,  /* another version of AgentX */
	ORDER,	  /* the other byte order */
	ENDLESS,  /* it says that it is longer than any */
	WRAPPING, /* its length and that of its header are more than 32 bits hold */
	SHORT,	  /* without the error */
	HALF,	  /* the connection ends in the middle */
	SLOW,	  /* byte by byte */
};

/* An answer; its packet is that of an OPEN, a REGISTER or of another request. */
struct answer {
	unsigned type; /* 0 = the last one */
	uint32_t packet;
	unsigned error;
	enum flaw flaw;
};

struct master {
	const struct answer *answers;
	int listener;
	char *spec;
	unsigned char heard[400]; /* all that was sent to it */
	size_t heard_length;
	size_t pieces[ANSWERS_MAX + 1]; /* how much of it had come before each answer */
	pthread_t thread;
};

static void put_word(unsigned char *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, sizeof value);
}

static void send_answer(int fd, const struct answer *answer)
{
	unsigned char bytes[HEADER + 8] = {1, (unsigned char)answer->type, 0x10, 0};
	size_t length = sizeof bytes;
	uint32_t payload = 8;

	if (answer->flaw == VERSION)
		bytes[0] = 2;
	if (answer->flaw == ORDER)
		bytes[2] = 0;
	if (answer->flaw == SHORT)
		payload = 0, length = HEADER;
	if (answer->flaw == ENDLESS)
		payload = 100000;
	if (answer->flaw == WRAPPING)
		payload = UINT32_MAX - HEADER + 1;
	if (answer->flaw == HALF)
		length = HEADER + 3;
	put_word(bytes + 4, SESSION);
	put_word(bytes + 12, answer->packet);
	put_word(bytes + 16, payload);
	put_word(bytes + HEADER + 4, answer->error << 16);
	if (answer->flaw != SLOW) {
		CU_ASSERT(send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length);
		return;
	}
	for (size_t i = 0; i < length; i++)
		CU_ASSERT(send(fd, bytes + i, 1, MSG_NOSIGNAL) == 1);
}

/* Waits until the other side has sent something. False when it has ended. */
static bool hear(struct master *master, int fd)
{
	ssize_t got = recv(fd, master->heard + master->heard_length,
			   sizeof master->heard - master->heard_length, 0);

	master->heard_length += got > 0 ? (size_t)got : 0;
	return got > 0;
}

static void *serve(void *arg)
{
	struct master *master = arg;
	int fd = accept(master->listener, NULL, NULL);

	for (size_t i = 0; master->answers[i].type; i++) {
		/* A request of a manager comes without being asked for. */
		if (master->answers[i].type == RESPONSE && !hear(master, fd))
			break;
		master->pieces[i] = master->heard_length;
		send_answer(fd, &master->answers[i]);
	}
	close(fd);
	return NULL;
}

/* Listens at a path, or at a port of the loopback interface, and gives ANSWERS to the first. */
static void begin(struct master *master, const struct answer *answers, bool tcp)
{
	struct sockaddr_in host = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	const struct sockaddr *address = tcp ? (struct sockaddr *)&host : (struct sockaddr *)&path;
	socklen_t length = tcp ? sizeof host : sizeof path;

	memset(master, 0, sizeof *master);
	master->answers = answers;
	snprintf(path.sun_path, sizeof path.sun_path, "%s", scratch_path("master"));
	unlink(path.sun_path);
	master->listener = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(bind(master->listener, address, length) == 0);
	CU_ASSERT_FATAL(listen(master->listener, 4) == 0);
	if (tcp)
		CU_ASSERT(getsockname(master->listener, (struct sockaddr *)&host, &length) == 0);
	master->spec =
	    tcp ? mem_printf("tcp:127.0.0.1:%d", ntohs(host.sin_port)) : mem_strdup(path.sun_path);
	CU_ASSERT_FATAL(pthread_create(&master->thread, NULL, serve, master) == 0);
}

static void end(struct master *master)
{
	pthread_join(master->thread, NULL);
	close(master->listener);
	free(master->spec);
}

static const uint32_t subtree[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999};
#define SUBTREE_LENGTH (sizeof subtree / sizeof subtree[0])

/* Both requests are answered, or the answer that is wrong is the last. */
static void test_register(void)
{
	static const struct {
		struct answer answers[ANSWERS_MAX + 1];
		int error;
		long refusal;
	} cases[] = {
	    {{{RESPONSE, OPEN, 0, NONE}, {RESPONSE, REGISTER, 0, NONE}}, 0, 0},
	    {{{RESPONSE, OPEN, 0, SLOW}, {RESPONSE, REGISTER, 263, SLOW}}, 0, 263},
	    {{{RESPONSE, OPEN, 256, NONE}}, 0, 256},
	    {{{RESPONSE, OPEN, 0, NONE}, {GET, 99, 0, NONE}, {RESPONSE, REGISTER, 263, NONE}},
	     0,
	     263},
	    {{{GET, OPEN, 0, NONE}, {RESPONSE, OPEN, 256, NONE}}, 0, 256},
	    {{{RESPONSE, OPEN, 0, VERSION}}, EPROTO, 0},
	    {{{RESPONSE, OPEN, 0, ORDER}}, EPROTO, 0},
	    {{{RESPONSE, OPEN, 0, ENDLESS}}, EPROTO, 0},
	    {{{RESPONSE, OPEN, 0, WRAPPING}}, EPROTO, 0},
	    {{{RESPONSE, OPEN, 0, SHORT}}, EPROTO, 0},
	    {{{RESPONSE, OPEN, 0, NONE}, {RESPONSE, REGISTER, 0, SHORT}}, EPROTO, 0},
	    {{{RESPONSE, OPEN, 0, HALF}}, ECONNRESET, 0},
	};

	scratch_make();
	for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
		struct master master;
		long refusal = -1;
		int error;

		begin(&master, cases[i / 2].answers, i % 2 == 1);
		error = rehearsal_register(master.spec, subtree, SUBTREE_LENGTH, &refusal);
		/* Who ends in the middle of what was sent to it resets the connection at once. */
		if (error != cases[i / 2].error || refusal != cases[i / 2].refusal)
			FAIL("case %zu: %s, refusal %ld", i / 2, strerror(error), refusal);
		end(&master);
	}
	CU_PASS("all");
	scratch_remove();
}

/* The registration is taken back in the same piece, in the session that was opened. */
static void test_taken_back(void)
{
	static const struct answer answers[] = {
	    {RESPONSE, OPEN, 0, NONE}, {RESPONSE, REGISTER, 0, NONE}, {0, 0, 0, NONE}};
	static const unsigned char begins[] = {1, 3, 0x10, 0, 0x12, 0x34, 0x56, 0x78};
	static const unsigned char ends[] = {1, 2, 0x10, 0, 0x12, 0x34, 0x56, 0x78};
	struct master master;
	size_t at;
	long refusal;

	scratch_make();
	begin(&master, answers, false);
	EQUAL_NUMBER(rehearsal_register(master.spec, subtree, SUBTREE_LENGTH, &refusal), 0);
	end(&master);
	at = master.pieces[0];
	EQUAL_NUMBER(at, HEADER + 12);
	/* The header, a timeout and a priority, the subtree; then the header and a reason. */
	EQUAL_NUMBER(master.pieces[1] - at, HEADER + 8 + 4 * SUBTREE_LENGTH + HEADER + 4);
	CU_ASSERT(memcmp(master.heard + at, begins, sizeof begins) == 0);
	at = master.pieces[1] - HEADER - 4;
	CU_ASSERT(memcmp(master.heard + at, ends, sizeof ends) == 0);
	scratch_remove();
}

static void test_ping(void)
{
	static const struct {
		struct answer answers[2];
		int error;
	} cases[] = {
	    {{{RESPONSE, 0, 257, NONE}}, 0},
	    {{{RESPONSE, 0, 0, VERSION}}, EPROTO},
	    {{{GET, 0, 0, NONE}}, EPROTO},
	};

	scratch_make();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct master master;
		int error;

		begin(&master, cases[i].answers, i % 2 == 0);
		error = rehearsal_ping(master.spec);
		if (error != cases[i].error)
			FAIL("case %zu: %s", i, strerror(error));
		end(&master);
	}
	CU_PASS("all");
	scratch_remove();
}

/* Where nobody can be asked, it is said why at once. */
static void test_nobody(void)
{
	static const struct answer none[] = {{0, 0, 0, NONE}};
	char long_path[200], *plain;
	struct master gone;
	struct address address;
	long refusal;

	scratch_make();
	memset(long_path, 'a', sizeof long_path);
	long_path[sizeof long_path - 1] = '\0';
	EQUAL_NUMBER(rehearsal_ping(long_path), ENAMETOOLONG);
	EQUAL_NUMBER(rehearsal_register(long_path, subtree, SUBTREE_LENGTH, &refusal),
		     ENAMETOOLONG);
	EQUAL_NUMBER(rehearsal_ping(scratch_path("none")), ENOENT);
	EQUAL_NUMBER(rehearsal_register(scratch_path("none"), subtree, SUBTREE_LENGTH, &refusal),
		     ENOENT);
	EQUAL_NUMBER(refusal, 0);
	plain = mem_strdup(scratch_write("plain", 0600, ""));
	EQUAL_NUMBER(rehearsal_ping(plain), ECONNREFUSED);
	free(plain);
	EQUAL_NUMBER(address_find("tcp:127.0.0.1", &address), EADDRNOTAVAIL);
	EQUAL_NUMBER(address_find("tcp:127.0.0.1:none-such", &address), EADDRNOTAVAIL);

	/* What was there has gone: its port refuses, and one that accepts and ends resets. */
	begin(&gone, none, true);
	EQUAL_NUMBER(rehearsal_ping(gone.spec), ECONNRESET);
	pthread_join(gone.thread, NULL);
	close(gone.listener);
	EQUAL_NUMBER(rehearsal_ping(gone.spec), ECONNREFUSED);
	EQUAL_NUMBER(rehearsal_register(gone.spec, subtree, SUBTREE_LENGTH, &refusal),
		     ECONNREFUSED);
	free(gone.spec);
	scratch_remove();
}

static void test_hints(void)
{
	CU_ASSERT_PTR_NOT_NULL(strstr(probe_hint(ENOENT), "is snmpd running"));
	CU_ASSERT_PTR_NOT_NULL(strstr(probe_hint(EACCES), "agentXPerms"));
	EQUAL_TEXT(probe_hint(ENETUNREACH), "Network is unreachable");
}

/* The one place in which the loop's waiting is shortened. */
static void test_lower(void)
{
	static const struct {
		int timeout;
		long long to;
		int expected;
	} cases[] = {{-1, 5, 5}, {9, 5, 5}, {5, 9, 5}, {5, -3, 0}, {-1, -3, 0}, {0, 5, 0}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int timeout = cases[i].timeout;

		probe_lower(&timeout, cases[i].to);
		EQUAL_NUMBER(timeout, cases[i].expected);
	}
}

static const struct answer pong[] = {{RESPONSE, 0, 257, NONE}, {0, 0, 0, NONE}};

/* A probe whose first ping MASTER has answered. */
static struct probe *answered_probe(struct master *master)
{
	struct probe *probe;
	struct pollfd fd;
	bool answered = false;
	int timeout = 2000;

	begin(master, pong, false);
	probe = probe_new(master->spec);
	while (!answered && probe_prepare(probe, &fd, &timeout) == 1 && poll(&fd, 1, 2000) > 0)
		answered = probe_dispatch(probe, &fd);
	CU_ASSERT_TRUE(answered);
	EQUAL_NUMBER(probe_error(probe), 0);
	return probe;
}

/* A master agent that answers the ping, with which no session could be opened since. */
static void test_no_session(void)
{
	struct master master;
	struct probe *probe;
	struct pollfd fd;
	int timeout = -1;

	scratch_make();
	probe = answered_probe(&master);
	/* The next one is not due yet, and nobody waits for ever. */
	EQUAL_NUMBER(probe_prepare(probe, &fd, &timeout), 0);
	CU_ASSERT(timeout > 0 && timeout <= 1000);
	probe_hurry(probe);
	EQUAL_NUMBER(probe_prepare(probe, &fd, &timeout), 1);
	EQUAL_NUMBER(probe_error(probe), ECONNABORTED);
	probe_reset(probe);
	EQUAL_NUMBER(probe_error(probe), 0);
	probe_free(probe);
	probe_free(NULL);
	end(&master);
	scratch_remove();
}

/* A session was opened after the answer: the next ping knows of no trouble. */
static void test_session(void)
{
	struct master master;
	struct probe *probe;
	struct pollfd fd;
	int timeout = -1;

	scratch_make();
	probe = answered_probe(&master);
	probe_reset(probe);
	probe_hurry(probe);
	EQUAL_NUMBER(probe_prepare(probe, &fd, &timeout), 1);
	EQUAL_NUMBER(probe_error(probe), 0);
	probe_free(probe);
	end(&master);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"registration", test_register},
    {"taken back", test_taken_back},
    {"ping", test_ping},
    {"nobody there", test_nobody},
    {"hints", test_hints},
    {"waiting", test_lower},
    {"answers without a session", test_no_session},
    {"answers, and a session", test_session},
    {NULL, NULL},
};

const struct harness_suite rehearsal_suite = {"rehearsal", tests};
