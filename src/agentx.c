/* SPDX-License-Identifier: BSD-2-Clause */
#include "agentx.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/sysORTable.h>
#include <net-snmp/library/large_fd_set.h>

#include "log.h"
#include "mem.h"
#include "timefmt.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NAME "nbu-agentx"
#define CAPABILITY "NBU-JOBS-MIB: NetBackup job statistics, served by nbu-agentx"

/*
 * The library talks to the master agent synchronously: to open, register, ping and close it waits
 * for the answer in a loop of its own, while nothing else of ours runs. So it is told not to wait
 * long, and while there is no connection it is kept from trying until a probe, which never blocks,
 * has had an answer: the library's connect would block for ever once the backlog of a hanging
 * master agent's socket is full.
 */
#define SYNC_TIMEOUT_US 300000
#define PING_S 5	      /* between pings of a connected master agent */
#define RETRY_S 1	      /* between attempts to connect */
#define OFFER_S 30	      /* between offers of what the master agent has refused */
#define FIRST_ANSWER_MS 300   /* that agentx_start waits for */
#define SLOW_ANSWER_MS 1000   /* after which a master agent is said not to answer */
#define PROBE_LIFE_MS 60000   /* after which a probe is given up: its peer may be gone for good */
#define LOOKUP_RETRY_MS 60000 /* for a host's name, because looking it up may block */
#define TRUST_MS 2500	      /* how long an answer lets the library try: twice */
#define REFUSED_MAX 16
#define RESPONSE 18 /* a type of AgentX PDU (RFC 2741, 6.1) */

/* The question "do you answer?" to the master agent. Times are of timefmt_monotonic. */
struct probe {
	int fd; /* -1 = none is under way */
	bool sent;
	bool answered; /* and nothing has come of it yet */
	int64_t began;
	int64_t next;	       /* when to ask again */
	int64_t trusted_until; /* when its last answer is too old to go by */
	int complaint;	       /* the errno that was logged last, 0 = none */
	struct sockaddr_storage address;
	socklen_t address_length; /* 0 = the host is yet to be looked up */
};

/* The library is one to a process, and hence so is this. */
static struct {
	char *socket;
	bool running;		  /* init_snmp has been called */
	bool was_connected;	  /* since the last complaint */
	bool opening;		  /* a session has been made since the last was lost */
	netsnmp_session *session; /* NULL = not connected */
	struct probe probe;
	netsnmp_large_fd_set fds;
	oid capability[MAX_OID_LEN];
	size_t capability_length;
	/* What the master agent is being offered, and what it has refused. */
	struct register_parameters offer;
	long refusal; /* of the offer, 0 = none */
	struct register_parameters refused[REFUSED_MAX];
	size_t refused_count;
	bool again; /* the offer is one of these */
	unsigned offer_alarm;
} agent;

/* The probe. */

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

static const char *hint_for(int error)
{
	for (size_t i = 0; i < COUNT(hints); i++)
		if (hints[i].error == error)
			return hints[i].hint;
	return strerror(error);
}

/* One line for each change, however often it is tried. */
static void complain(int error)
{
	if (error != agent.probe.complaint) {
		log_warning("%s the master agent at %s: %s; will keep trying",
			    agent.was_connected ? "lost" : "cannot reach", agent.socket,
			    hint_for(error));
		agent.probe.complaint = error;
		agent.was_connected = false;
	}
}

static void probe_end(void)
{
	if (agent.probe.fd >= 0)
		close(agent.probe.fd);
	agent.probe.fd = -1;
	agent.probe.sent = false;
	agent.probe.next = timefmt_monotonic() + RETRY_S * 1000;
}

static void probe_failed(int error)
{
	probe_end();
	/* A full backlog: the master agent accepts no connections. */
	complain(error == EAGAIN ? ETIMEDOUT : error);
}

/* The address of tcp:HOST:PORT or a path; false, with errno, when there is none. */
static bool probe_address(const char *spec, struct probe *probe)
{
	struct addrinfo want = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct addrinfo *found = NULL;
	char *host = NULL;
	char *port;

	errno = 0;
	if (strncmp(spec, "tcp:", 4) != 0) {
		if (strlen(spec) < sizeof(local.sun_path)) {
			memcpy(local.sun_path, spec, strlen(spec) + 1);
			memcpy(&probe->address, &local, sizeof(local));
			probe->address_length = sizeof(local);
		} else {
			errno = ENAMETOOLONG;
		}
	} else {
		host = mem_strdup(spec + 4);
		port = strrchr(host, ':');
		if (port != NULL)
			*port++ = '\0';
		if (port != NULL && getaddrinfo(host, port, &want, &found) == 0) {
			memcpy(&probe->address, found->ai_addr, found->ai_addrlen);
			probe->address_length = found->ai_addrlen;
			freeaddrinfo(found);
		} else {
			errno = EADDRNOTAVAIL;
		}
	}
	free(host);
	return errno == 0;
}

static void probe_begin(void)
{
	struct probe *probe = &agent.probe;
	int error = 0;

	probe->began = timefmt_monotonic();
	if (probe->answered)
		complain(ECONNABORTED);
	probe->answered = false;
	if (probe->address_length == 0 && !probe_address(agent.socket, probe)) {
		probe_failed(errno);
		probe->next += LOOKUP_RETRY_MS;
		return;
	}
	probe->fd = socket(probe->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (probe->fd < 0 ||
	    connect(probe->fd, (struct sockaddr *)&probe->address, probe->address_length) != 0)
		error = errno;
	if (error != 0 && error != EINPROGRESS)
		probe_failed(error);
}

/*
 * Goes on with the probe as far as that is possible without waiting; true when the master agent
 * has answered. The question is an AgentX Ping of no session (RFC 2741, 6.2.5), in network
 * byte order; any Response will do, as a rule it is the error notOpen.
 */
static bool probe_step(void)
{
	static const unsigned char ping[20] = {1, 13, 0x10};
	struct probe *probe = &agent.probe;
	unsigned char answer[64] = {0};
	ssize_t got = 0;
	int error = 0;

	if (!probe->sent) {
		if (send(probe->fd, ping, sizeof(ping), MSG_NOSIGNAL) > 0)
			probe->sent = true;
		else
			error = errno;
	}
	if (probe->sent) {
		got = recv(probe->fd, answer, sizeof(answer), 0);
		if (got <= 0)
			error = got == 0 ? ECONNRESET : errno;
		else if (answer[0] != ping[0] || answer[1] != RESPONSE)
			error = EPROTO;
	}
	if (error == 0) {
		probe_end();
		probe->answered = true;
		probe->trusted_until = timefmt_monotonic() + TRUST_MS;
	} else if (error != EAGAIN && error != ENOTCONN && error != EINTR) {
		probe_failed(error);
	}
	return error == 0;
}

/* True when the library may try to connect without being stopped in its tracks. */
static bool trusted(void)
{
	return agent.session != NULL || timefmt_monotonic() < agent.probe.trusted_until;
}

static void lower(int *timeout, int64_t to)
{
	if (to < 0)
		to = 0;
	if (*timeout < 0 || to < *timeout)
		*timeout = (int)to;
}

/* Keeps a probe under way for as long as it is needed. Returns how many entries of FDS it used. */
static size_t probe_prepare(struct pollfd *fds, int *timeout)
{
	struct probe *probe = &agent.probe;
	int64_t now = timefmt_monotonic();
	size_t used = 0;

	if (probe->fd >= 0 && now - probe->began >= PROBE_LIFE_MS)
		probe_failed(ETIMEDOUT);
	else if (probe->fd < 0 && now >= probe->next)
		probe_begin();
	if (probe->fd >= 0) {
		if (now - probe->began >= SLOW_ANSWER_MS)
			complain(ETIMEDOUT);
		lower(timeout,
		      probe->began +
			  (probe->complaint == ETIMEDOUT ? PROBE_LIFE_MS : SLOW_ANSWER_MS) - now);
		fds[0] = (struct pollfd){probe->fd, probe->sent ? POLLIN : POLLOUT, 0};
		used = 1;
	} else {
		lower(timeout, probe->next - now);
	}
	return used;
}

/* What the library tells us. */

static const struct {
	long error;
	const char *cause;
} causes[] = {
    {263, "another agent serves the same OID (is a second nbu-agentx running?)"},
    {266, "it did not understand the request"},
    {267, "it does not allow this OID to be served by a subagent"},
    {268, "it could not process the request"},
};

static const char *cause_of(long error)
{
	for (size_t i = 0; i < COUNT(causes); i++)
		if (causes[i].error == error)
			return causes[i].cause;
	return "see RFC 2741, 7.1.4";
}

/*
 * The library adds a timer for connecting each time that it fails in some ways, and forgets them
 * when it succeeds: all are taken away before it adds the one that counts.
 */
static void forget_timers(void)
{
	snmp_alarm_unregister_all();
	agent.offer_alarm = 0;
	agent.refused_count = 0;
}

/* The library never offers again what was refused, for as long as the session lives. */
static void offer_again(unsigned alarm, void *arg)
{
	size_t kept = 0;

	(void)alarm;
	(void)arg;
	for (size_t i = 0; i < agent.refused_count && agent.session != NULL; i++) {
		agent.refusal = 0;
		agent.again = true;
		snmp_call_callbacks(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_REGISTER_OID,
				    &agent.refused[i]);
		agent.again = false;
		if (agent.refusal != 0)
			agent.refused[kept++] = agent.refused[i];
		else
			log_info("the master agent now accepts %s",
				 agent.refused[i].reginfo->handlerName);
	}
	if (agent.session != NULL) {
		agent.refused_count = kept;
		if (kept == 0) {
			snmp_alarm_unregister(agent.offer_alarm);
			agent.offer_alarm = 0;
		}
	}
}

static void on_refusal(long error)
{
	const netsnmp_handler_registration *registration = agent.offer.reginfo;

	agent.refusal = error;
	if (agent.again || registration == NULL || agent.refused_count == REFUSED_MAX)
		return;
	log_error("the master agent at %s refuses %s (error %ld): %s; trying again every %d s",
		  agent.socket, registration->handlerName, error, cause_of(error), OFFER_S);
	agent.refused[agent.refused_count] = agent.offer;
	agent.refused[agent.refused_count++].name = registration->rootoid;
	if (agent.offer_alarm == 0)
		agent.offer_alarm = snmp_alarm_register(OFFER_S, SA_REPEAT, offer_again, NULL);
}

/* Comes before the library's own handling of an offer, so that a refusal can be told whose it is.
 */
static int on_offer(int major, int minor, void *offer, void *arg)
{
	(void)major;
	(void)minor;
	(void)arg;
	agent.offer = *(const struct register_parameters *)offer;
	return 0;
}

/* The library has no other way to tell of a refusal than this line. */
static int on_log(int major, int minor, void *message, void *arg)
{
	static const char refusal[] = "registering pdu failed: ";
	const char *text = ((const struct snmp_log_message *)message)->msg;
	size_t length = text == NULL ? 0 : strcspn(text, "\n");

	(void)major;
	(void)minor;
	(void)arg;
	if (length > 0)
		log_debug("net-snmp: %.*s", (int)length, text);
	if (length > 0 && strncmp(text, refusal, sizeof(refusal) - 1) == 0)
		on_refusal(strtol(text + sizeof(refusal) - 1, NULL, 10));
	return 0;
}

static void set_interval(int seconds)
{
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
			   seconds);
}

/* Every session gets these, after the library's defaults. */
static int on_session(int major, int minor, void *session, void *arg)
{
	(void)major;
	(void)minor;
	(void)arg;
	((netsnmp_session *)session)->timeout = SYNC_TIMEOUT_US;
	((netsnmp_session *)session)->retries = 0;
	agent.opening = true;
	return 0;
}

static int on_connected(int major, int minor, void *session, void *arg)
{
	(void)major;
	(void)minor;
	(void)arg;
	agent.session = session;
	agent.was_connected = true;
	agent.probe.complaint = 0;
	agent.probe.answered = false;
	probe_end();
	forget_timers();
	set_interval(PING_S); /* the library takes it right after this */
	log_info("connected to the master agent at %s", agent.socket);
	return 0;
}

/*
 * May come twice for one session, the second time when the timer for the next one is already set.
 * Whether it is worth a line is for the probe to find out.
 */
static int on_lost(int major, int minor, void *session, void *arg)
{
	(void)major;
	(void)minor;
	(void)session;
	(void)arg;
	if (agent.session != NULL || agent.opening)
		forget_timers();
	agent.opening = false;
	agent.session = NULL;
	agent.probe.next = 0;
	agent.probe.trusted_until = 0;
	return 0;
}

/* What we tell the library. */

static const struct {
	int major;
	int minor;
	SNMPCallback *callback;
	int priority;
} callbacks[] = {
    {SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log, NETSNMP_CALLBACK_DEFAULT_PRIORITY},
    {SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT, on_session,
     NETSNMP_CALLBACK_DEFAULT_PRIORITY},
    {SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_REGISTER_OID, on_offer,
     NETSNMP_CALLBACK_HIGHEST_PRIORITY},
    {SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, on_connected,
     NETSNMP_CALLBACK_DEFAULT_PRIORITY},
    {SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_lost,
     NETSNMP_CALLBACK_DEFAULT_PRIORITY},
};

void agentx_init(const char *socket)
{
	/* Else it reads MIB files, and complains of those that are not installed. */
	setenv("MIBS", "", 1);
	agent.socket = mem_strdup(socket);
	agent.probe.fd = -1;
	netsnmp_large_fd_set_init(&agent.fds, FD_SETSIZE);
	netsnmp_enable_subagent();
	snmp_disable_log();
	snmp_enable_calllog();
	for (size_t i = 0; i < COUNT(callbacks); i++)
		netsnmp_register_callback(callbacks[i].major, callbacks[i].minor,
					  callbacks[i].callback, NULL, callbacks[i].priority);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, agent.socket);
	init_agent(NAME);
	set_interval(RETRY_S); /* init_agent has just put its default there */
}

/* init_snmp is what makes the library connect, hence not before the master agent has answered. */
static void run(void)
{
	agent.running = true;
	init_snmp(NAME);
	REGISTER_SYSOR_TABLE(agent.capability, agent.capability_length, CAPABILITY);
}

void agentx_start(const uint32_t *base, size_t base_length)
{
	int64_t end = timefmt_monotonic() + FIRST_ANSWER_MS;
	bool answered = false;

	for (size_t i = 0; i < base_length; i++)
		agent.capability[i] = base[i];
	agent.capability[base_length] = 1;
	agent.capability_length = base_length + 1;
	probe_begin();
	while (!answered && agent.probe.fd >= 0 && timefmt_monotonic() < end) {
		struct pollfd fd = {agent.probe.fd, agent.probe.sent ? POLLIN : POLLOUT, 0};
		int left = -1;

		lower(&left, end - timefmt_monotonic());
		if (poll(&fd, 1, left) > 0)
			answered = probe_step();
	}
	if (answered)
		run();
}

bool agentx_connected(void)
{
	return agent.session != NULL;
}

unsigned long agentx_uptime(void)
{
	return netsnmp_get_agent_uptime();
}

/* The library's part of what there is to wait for: the set is asked for anew each time, because
 * the descriptors in it come and go. */
static size_t library_prepare(struct pollfd *fds, size_t room, int *timeout)
{
	struct timeval wait = {0};
	int count = 0;
	int block = 1;
	size_t used = 0;

	NETSNMP_LARGE_FD_ZERO(&agent.fds);
	snmp_select_info2(&count, &agent.fds, &wait, &block);
	for (int fd = 0; fd < count && used < room; fd++)
		if (NETSNMP_LARGE_FD_ISSET(fd, &agent.fds))
			fds[used++] = (struct pollfd){fd, POLLIN, 0};
	/* A timer that must not run yet is no reason to wake up. */
	if (!block && trusted())
		lower(timeout, (int64_t)wait.tv_sec * 1000 + (wait.tv_usec + 999) / 1000);
	return used;
}

size_t agentx_poll_prepare(struct pollfd *fds, int *timeout)
{
	size_t used = 0;

	if (agent.session != NULL)
		set_interval(RETRY_S); /* for when the connection is lost */
	else if (!trusted())
		used = probe_prepare(fds, timeout);
	else
		lower(timeout, agent.probe.trusted_until - timefmt_monotonic());
	if (agent.running)
		used += library_prepare(fds + used, AGENTX_FDS_MAX - used, timeout);
	return used;
}

/* First what poll has reported, then the timers: they read from the same descriptors. */
static void library_dispatch(const struct pollfd *fds, size_t count)
{
	bool reported = false;

	NETSNMP_LARGE_FD_ZERO(&agent.fds);
	for (size_t i = 0; i < count; i++) {
		if (fds[i].revents != 0) {
			NETSNMP_LARGE_FD_SET(fds[i].fd, &agent.fds);
			reported = true;
		}
	}
	if (reported)
		snmp_read2(&agent.fds);
	else
		snmp_timeout();
	if (trusted())
		run_alarms();
	netsnmp_check_outstanding_agent_requests();
}

void agentx_poll_dispatch(const struct pollfd *fds, size_t count)
{
	if (count > 0 && fds[0].fd == agent.probe.fd) {
		if (fds[0].revents != 0 && probe_step() && !agent.running)
			run();
		fds++;
		count--;
	}
	if (agent.running)
		library_dispatch(fds, count);
}

void agentx_stop(void)
{
	probe_end();
	if (agent.running)
		UNREGISTER_SYSOR_TABLE(agent.capability, agent.capability_length);
	snmp_shutdown(NAME);
	agent.session = NULL;
	agent.running = false;
	netsnmp_large_fd_set_cleanup(&agent.fds);
	free(agent.socket);
	agent.socket = NULL;
}
