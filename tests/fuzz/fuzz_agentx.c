/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A hostile master agent. The agent is in this process, as the daemon has it: with the library, its
 * session, all tables and both ways of answering. An input is a row of AgentX packets. Their
 * lengths are put right, as the library ends a session at a wrong one and that would be all.
 */

#include <assert.h>
#include <endian.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "fuzz/folder.h"
#include "snmp/agentx.h"
#include "snmp/fastpath.h"
#include "snmp/mib.h"
#include "snmp/probe.h"
#include "tables/jobs.h"
#include "tables/queue.h"
#include "tables/sites.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define HEADER 20
#define SESSION 77
#define SENTINEL 0x5e57157u /* the transaction of the request that must be answered */
#define ANSWER_MS 5000
#define RETURN_MS 10000 /* until the agent is back whose session has ended */

/* Of RFC 2741, 6.1: types of PDUs and a flag. */
enum { REGISTER = 3, GET = 5, RESPONSE = 18 };
enum { NETWORK_ORDER = 0x10 };

static const uint32_t base[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1556};
#define BASE_LENGTH (sizeof base / sizeof base[0])

static atomic_int session_fd = -1; /* the master agent's end of the session */
static atomic_uint answers;	   /* to requests with SENTINEL */

static void require(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static uint32_t read_32(const unsigned char *at, bool big)
{
	uint32_t number;

	memcpy(&number, at, sizeof number);
	return big ? be32toh(number) : le32toh(number);
}

static void write_32(unsigned char *at, uint32_t number, bool big)
{
	number = big ? htobe32(number) : htole32(number);
	memcpy(at, &number, sizeof number);
}

static bool is_big(const unsigned char *header)
{
	return (header[2] & NETWORK_ORDER) != 0;
}

/* The master agent: a thread for each connection says yes to all that the agent wants. */

static void agree(int fd, const unsigned char *header)
{
	unsigned char answer[HEADER + 8] = {1, RESPONSE, header[2] & NETWORK_ORDER};

	write_32(answer + 4, SESSION, is_big(header));
	memcpy(answer + 8, header + 8, 8);
	write_32(answer + 16, 8, is_big(header));
	if (send(fd, answer, sizeof answer, MSG_NOSIGNAL) < 0)
		return; /* the agent has gone, and will come again */
}

static bool drop(int fd, size_t length)
{
	char dropped[4096];
	ssize_t got = 1;

	while (length > 0 && got > 0) {
		got = recv(fd, dropped, length < sizeof dropped ? length : sizeof dropped, 0);
		length -= got > 0 ? (size_t)got : 0;
	}
	return length == 0;
}

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	unsigned char header[HEADER];

	while (recv(fd, header, HEADER, MSG_WAITALL) == HEADER &&
	       drop(fd, read_32(header + 16, is_big(header)))) {
		if (header[1] == RESPONSE) {
			answers += read_32(header + 8, is_big(header)) == SENTINEL;
			continue;
		}
		if (header[1] == REGISTER)
			session_fd = fd;
		agree(fd, header);
	}
	close(fd);
	return NULL;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	require(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		    listen(fd, 8) == 0,
		"cannot listen");
	return fd;
}

static void begin_thread(void *(*run)(void *arg), int fd)
{
	pthread_t thread;

	require(pthread_create(&thread, NULL, run, (void *)(intptr_t)fd) == 0, "pthread_create");
	pthread_detach(thread);
}

static void *accept_all(void *arg)
{
	int fd;

	while ((fd = accept((int)(intptr_t)arg, NULL, NULL)) >= 0)
		begin_thread(serve, fd);
	return NULL;
}

/* The agent. */

static void publish(struct mib *mib, const char *name)
{
	static const char *const types[] = {"BACKUP", "RESTORE", "DUPLICATE"};
	struct snapshot *snapshot = sites_snapshot(name, "https://primary.example.com/netbackup");

	for (uint32_t i = 0; i < 24; i++) {
		struct job_row row = {.job_type = types[i % 3],
				      .policy_type = i % 2 ? "VMWARE" : "STANDARD",
				      .status = i,
				      .count = i,
				      .bytes = UINT64_MAX - i};

		snapshot_add(snapshot, TABLE_JOBS, &row);
	}
	snapshot_seal(snapshot);
	mib_publish(mib, snapshot);
	mib_show(mib);
}

static void turn(int wait)
{
	struct pollfd fds[AGENTX_FDS_MAX];
	int timeout = wait;
	size_t count = agentx_poll_prepare(fds, &timeout, false);

	if (poll(fds, count, timeout) >= 0)
		agentx_poll_dispatch(fds, count);
}

static bool has_session(void)
{
	return agentx_can_notify();
}

static bool is_answered(void)
{
	return answers > 0;
}

/* Lets the agent run until DONE, or for LIMIT milliseconds. */
static bool run_until(bool (*done)(void), int limit)
{
	int64_t end = timefmt_monotonic() + limit;

	while (!done() && timefmt_monotonic() < end)
		turn(2);
	return done();
}

static void begin_agent(void)
{
	static char path[300];
	static struct mib *mib;

	signal(SIGPIPE, SIG_IGN);
	/* Below errors, so nothing at all. */
	log_open(LOG_TARGET_STDERR, (enum log_level) - 1);
	snprintf(path, sizeof path, "%s/agentx", folder_path());
	begin_thread(accept_all, listen_at(path));
	agentx_init(path);
	mib = mib_new(base, BASE_LENGTH);
	require(mib, "the tables cannot be registered");
	publish(mib, "paris");
	publish(mib, "rome");
	agentx_start(base, BASE_LENGTH);
	require(run_until(has_session, RETURN_MS), "the agent does not connect");
}

/* Writes a packet of DATA to OUT, with the length that it has room for. Returns its length. */
static size_t put_packet(const unsigned char *data, size_t size, unsigned char *out)
{
	size_t room = (size - HEADER) / 4 * 4, length = read_32(data + 16, is_big(data));

	if (length > room || length % 4 != 0)
		length = room;
	memcpy(out, data, HEADER + length);
	out[0] = 1;
	write_32(out + 16, (uint32_t)length, is_big(out));
	return HEADER + length;
}

static size_t put_packets(const unsigned char *data, size_t size, unsigned char *out)
{
	size_t at = 0;

	while (size - at >= HEADER)
		at += put_packet(data + at, size - at, out + at);
	return at;
}

/* What nobody of ours serves, so that the library has to answer it behind all others. */
static size_t put_sentinel(unsigned char *out)
{
	static const unsigned char range[] = {7, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0, 1, 0,
					      0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};

	memset(out, 0, HEADER);
	out[0] = 1;
	out[1] = GET;
	write_32(out + 4, SESSION, false);
	write_32(out + 8, SENTINEL, false);
	write_32(out + 16, sizeof range, false);
	memcpy(out + HEADER, range, sizeof range);
	return HEADER + sizeof range;
}

static void say(const unsigned char *octets, size_t length)
{
	answers = 0;
	send(session_fd, octets, length, MSG_NOSIGNAL);
}

/* Sends the packets, and sees that the agent serves afterwards: at once, or in a new session. */
static void attack(const unsigned char *data, size_t size, bool direct)
{
	unsigned char *octets = malloc(size + 2 * HEADER + 64);
	size_t length = put_packets(data, size, octets);

	fastpath_switch(direct);
	say(octets, length + put_sentinel(octets + length));
	if (!run_until(is_answered, has_session() ? ANSWER_MS : 0)) {
		require(run_until(has_session, RETURN_MS), "the agent does not come again");
		say(octets, put_sentinel(octets));
		require(run_until(is_answered, ANSWER_MS), "the agent does not answer any more");
	}
	free(octets);
}

/* What answers the probe may be no master agent at all. */
static void attack_probe(const unsigned char *data, size_t size)
{
	static char path[300];
	static int listener = -1;
	struct probe *probe;
	struct pollfd fd;
	int timeout = -1, peer;

	if (listener < 0) {
		snprintf(path, sizeof path, "%s/probed", folder_path());
		listener = listen_at(path);
	}
	probe = probe_new(path);
	if (probe_prepare(probe, &fd, &timeout) == 1) {
		peer = accept(listener, NULL, NULL);
		send(peer, data, size, MSG_NOSIGNAL);
		close(peer);
		for (int i = 0; i < 3 && probe_prepare(probe, &fd, &timeout) == 1; i++)
			if (poll(&fd, 1, 0) > 0)
				probe_dispatch(probe, &fd);
		assert(probe_hint(probe_error(probe)));
	}
	probe_free(probe);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (session_fd < 0)
		begin_agent();
	attack_probe(data, size);
	attack(data, size, true);
	attack(data, size, false);
	return 0;
}
