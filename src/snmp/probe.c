/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/probe.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/timefmt.h"
#include "snmp/address.h"
#include "snmp/pdu.h"

#define AGAIN_MS 1000	      /* from the end of one ping to the next */
#define SLOW_ANSWER_MS 1000   /* later than this, the error is that there is no answer */
#define LIFE_MS 60000	      /* later than this, it is given up: the peer may be gone for good */
#define LOOKUP_MS 200	      /* between questions whether a host name has been looked up */
#define LOOKUP_RETRY_MS 60000 /* after one that nobody knows */

/* Times are of timefmt_monotonic. */
struct probe {
	char *socket;
	int fd; /* -1 = no ping is under way */
	bool sent;
	bool answered; /* but no session has been opened since */
	int error;
	int64_t began;
	int64_t next; /* time of the next ping */
	struct address address;
};

static const struct {
	int error;
	const char *hint;
} hints[] = {
    {ENOENT, "no such socket (is snmpd running, with 'master agentx' in snmpd.conf?)"},
    {ECONNREFUSED, "nobody listens (is snmpd running, with 'master agentx' in snmpd.conf?)"},
    {EACCES, "permission denied (see agentXPerms in snmpd.conf; its directory counts, too)"},
    {ECONNRESET, "it closed the connection (is it starting or stopping?)"},
    {ETIMEDOUT, "it does not answer (does snmpd hang?)"},
    {ECONNABORTED, "it answers, but opens no session (see the log of snmpd)"},
    {EPROTO, "what answers there is no AgentX master agent"},
    {EADDRNOTAVAIL, "its host is not known (give an address instead of a name)"},
};

void probe_spec(const struct probe *probe, char spec[ADDRESS_SPEC_SIZE])
{
	address_spec(&probe->address, spec);
}

const char *probe_hint(int error)
{
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
		if (hints[i].error == error)
			return hints[i].hint;
	return strerror(error);
}

void probe_lower(int *timeout, long long to)
{
	if (to < 0)
		to = 0;
	if (*timeout < 0 || to < *timeout)
		*timeout = (int)to;
}

struct probe *probe_new(const char *socket)
{
	struct probe *probe = mem_zalloc(1, sizeof *probe);

	probe->socket = mem_strdup(socket);
	probe->fd = -1;
	return probe;
}

int probe_error(const struct probe *probe)
{
	return probe->error;
}

/* Ends the ping under way. */
static void hang_up(struct probe *probe)
{
	if (probe->fd >= 0)
		close(probe->fd);
	probe->fd = -1;
	probe->sent = false;
	probe->next = timefmt_monotonic() + AGAIN_MS;
}

static void give_up(struct probe *probe, int error)
{
	hang_up(probe);
	/* EAGAIN: the backlog is full, for the master agent accepts no connections. */
	probe->error = error == EAGAIN ? ETIMEDOUT : error;
}

void probe_reset(struct probe *probe)
{
	hang_up(probe);
	probe->answered = false;
	probe->error = 0;
}

void probe_hurry(struct probe *probe)
{
	probe->next = 0;
}

void probe_free(struct probe *probe)
{
	if (!probe)
		return;
	hang_up(probe);
	free(probe->socket);
	free(probe);
}

static void begin(struct probe *probe)
{
	int error = 0;

	probe->began = timefmt_monotonic();
	if (probe->answered)
		probe->error = ECONNABORTED;
	probe->answered = false;
	if (probe->address.length == 0)
		error = address_seek(probe->socket, &probe->address);
	if (error == EINPROGRESS) {
		probe->next = probe->began + LOOKUP_MS;
		return;
	}
	if (error != 0) {
		give_up(probe, error);
		probe->next += LOOKUP_RETRY_MS;
		return;
	}
	error = address_connect(&probe->address, &probe->fd);
	if (error != 0)
		give_up(probe, error);
}

size_t probe_prepare(struct probe *probe, struct pollfd *fd, int *timeout)
{
	int64_t now = timefmt_monotonic();

	if (probe->fd >= 0 && now - probe->began >= LIFE_MS)
		give_up(probe, ETIMEDOUT);
	else if (probe->fd < 0 && now >= probe->next)
		begin(probe);
	if (probe->fd < 0) {
		probe_lower(timeout, probe->next - now);
		return 0;
	}
	if (now - probe->began >= SLOW_ANSWER_MS)
		probe->error = ETIMEDOUT;
	probe_lower(timeout,
		    probe->began + (probe->error == ETIMEDOUT ? LIFE_MS : SLOW_ANSWER_MS) - now);
	*fd = (struct pollfd){probe->fd, probe->sent ? POLLIN : POLLOUT, 0};
	return 1;
}

/*
 * Sends the ping and reads the answer, as far as that is possible without blocking. The ping is an
 * AgentX-Ping-PDU in network byte order, outside of a session (RFC 2741, 6.2.5). Any Response is an
 * answer; mostly it is the error notOpen. Returns 0 = answered, else an errno.
 */
static int converse(struct probe *probe)
{
	static const unsigned char ping[PDU_HEADER_SIZE] = {PDU_VERSION, PDU_PING,
							    PDU_NETWORK_ORDER};
	unsigned char answer[64] = {0};
	ssize_t got;

	if (!probe->sent && send(probe->fd, ping, sizeof ping, MSG_NOSIGNAL) < 0)
		return errno;
	probe->sent = true;
	got = recv(probe->fd, answer, sizeof answer, 0);
	if (got <= 0)
		return got == 0 ? ECONNRESET : errno;
	return answer[0] == ping[0] && answer[1] == PDU_RESPONSE ? 0 : EPROTO;
}

bool probe_dispatch(struct probe *probe, const struct pollfd *fd)
{
	int error;

	if (fd->revents == 0)
		return false;
	error = converse(probe);
	if (error == 0) {
		hang_up(probe);
		probe->answered = true;
	} else if (error != EAGAIN && error != ENOTCONN && error != EINTR) {
		give_up(probe, error);
	}
	return error == 0;
}
