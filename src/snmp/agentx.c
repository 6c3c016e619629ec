/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/agentx.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/sysORTable.h>
#include <net-snmp/library/large_fd_set.h>

#include "snmp/fastpath.h"
#include "snmp/handler.h"
#include "base/log.h"
#include "base/mem.h"
#include "snmp/probe.h"
#include "base/timefmt.h"
#include "snmp/wire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NAME "nbu-agentx"
#define CAPABILITY "NBU-JOBS-MIB: NetBackup job statistics, served by nbu-agentx"

/*
 * To open, register, ping and close a session, the library sends a request and waits for the
 * answer. Nothing else of ours runs meanwhile. So its timeout is short. And while there is no
 * session, its timers do not run until a probe has had an answer.
 */
#define SYNC_TIMEOUT_US 300000
#define PING_S 15	    /* between pings of the master agent */
#define RETRY_S 1	    /* between attempts to connect */
#define REREGISTER_S 30	    /* between attempts to register what was refused */
#define FIRST_ANSWER_MS 300 /* how long agentx_start waits for the first answer */
#define TRUST_MS 2500	    /* after an answer: time for two attempts to connect */
#define REFUSED_MAX 16

/* The library has one global state, so this is global too. */
static struct {
	char *socket;
	bool running;		  /* init_snmp has been called */
	bool was_connected;	  /* since the last warning */
	bool opening;		  /* a session has been created since the last was lost */
	netsnmp_session *session; /* NULL = not connected */
	struct probe *probe;
	bool probing;	       /* the first of the descriptors for poll is the probe's */
	int complaint;	       /* probe_error at the last warning */
	int64_t trusted_until; /* end of TRUST_MS, in timefmt_monotonic */
	netsnmp_large_fd_set fds;
	oid capability[MAX_OID_LEN];
	size_t capability_length;
	struct register_parameters registering; /* the present or last registration */
	long refusal;				/* error of that one, 0 = none */
	struct register_parameters refused[REFUSED_MAX];
	size_t refused_count;
	bool reregistering; /* the present registration is one of these */
	unsigned reregister_alarm;
} agent;

/* Logs one line for each change, not for each attempt. */
static void watch_link(void)
{
	int error = probe_error(agent.probe);

	if (error != 0 && error != agent.complaint) {
		log_warning("%s the master agent at %s: %s; will keep trying",
			    agent.was_connected ? "lost" : "cannot reach", agent.socket,
			    probe_hint(error));
		agent.was_connected = false;
	}
	agent.complaint = error;
}

/* Whether the timers of the library may run: its attempts to connect will not block. */
static bool trusted(void)
{
	return agent.session != NULL || timefmt_monotonic() < agent.trusted_until;
}

/* Callbacks from the library. */

static const struct {
	long error;
	const char *cause;
} causes[] = {
    {AGENTX_DUPLICATE, "another agent serves the same OID (is a second nbu-agentx running?)"},
    {266, "it did not understand the request"},
    {267, "it does not allow this OID to be served by a subagent"},
    {268, "it could not process the request"},
};

const char *agentx_cause(long error)
{
	for (size_t i = 0; i < COUNT(causes); i++)
		if (causes[i].error == error)
			return causes[i].cause;
	return "see RFC 2741, 7.1.4";
}

/*
 * The library adds one more timer that connects after some failures, and does not remove them when
 * it has connected. So all timers are removed just before it adds the one that is needed.
 */
static void forget_timers(void)
{
	snmp_alarm_unregister_all();
	agent.reregister_alarm = 0;
	agent.refused_count = 0;
}

/* The library itself does not repeat a refused registration as long as the session lasts. */
static void reregister(unsigned alarm, void *arg)
{
	size_t kept = 0;

	(void)alarm;
	(void)arg;
	for (size_t i = 0; i < agent.refused_count && agent.session != NULL; i++) {
		agent.refusal = 0;
		agent.reregistering = true;
		snmp_call_callbacks(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_REGISTER_OID,
				    &agent.refused[i]);
		agent.reregistering = false;
		if (agent.refusal != 0)
			agent.refused[kept++] = agent.refused[i];
		else
			log_info("the master agent now accepts %s",
				 agent.refused[i].reginfo->handlerName);
	}
	if (agent.session != NULL) {
		agent.refused_count = kept;
		if (kept == 0) {
			snmp_alarm_unregister(agent.reregister_alarm);
			agent.reregister_alarm = 0;
		}
	}
}

static void on_refusal(long error)
{
	const netsnmp_handler_registration *registration = agent.registering.reginfo;

	agent.refusal = error;
	if (agent.reregistering || registration == NULL || agent.refused_count == REFUSED_MAX)
		return;
	log_error("the master agent at %s refuses %s (error %ld): %s; trying again every %d s",
		  agent.socket, registration->handlerName, error, agentx_cause(error),
		  REREGISTER_S);
	agent.refused[agent.refused_count] = agent.registering;
	agent.refused[agent.refused_count++].name = registration->rootoid;
	if (agent.reregister_alarm == 0)
		agent.reregister_alarm =
		    snmp_alarm_register(REREGISTER_S, SA_REPEAT, reregister, NULL);
}

/* Runs before the library's own handling. So it is known what a refusal belongs to. */
static int on_register(int major, int minor, void *registering, void *arg)
{
	(void)major;
	(void)minor;
	(void)arg;
	agent.registering = *(const struct register_parameters *)registering;
	return 0;
}

/* The library reports a refused registration only by a line in its log. */
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

/* Called for each new session, after the library has set its defaults. */
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
	fastpath_attach(session);
	wire_attach(snmp_sess_transport(snmp_sess_pointer(session)));
	agent.was_connected = true;
	agent.complaint = 0;
	probe_reset(agent.probe);
	forget_timers();
	set_interval(PING_S); /* the library reads it when this callback has returned */
	log_info("connected to the master agent at %s", agent.socket);
	return 0;
}

/*
 * May come twice for one session. The second time the timer that connects again is already set and
 * must stay. Nothing is logged here: the probe finds out whether the master agent is lost.
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
	agent.trusted_until = 0;
	probe_hurry(agent.probe);
	return 0;
}

static const struct {
	int major;
	int minor;
	SNMPCallback *callback;
	int priority;
} callbacks[] = {
    {SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log, NETSNMP_CALLBACK_DEFAULT_PRIORITY},
    {SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT, on_session,
     NETSNMP_CALLBACK_DEFAULT_PRIORITY},
    {SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_REGISTER_OID, on_register,
     NETSNMP_CALLBACK_HIGHEST_PRIORITY},
    {SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, on_connected,
     NETSNMP_CALLBACK_DEFAULT_PRIORITY},
    {SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_lost,
     NETSNMP_CALLBACK_DEFAULT_PRIORITY},
};

void agentx_init(const char *socket)
{
	/* Otherwise the library reads MIB files and warns about those that are not installed. */
	setenv("MIBS", "", 1);
	agent.socket = mem_strdup(socket);
	agent.probe = probe_new(socket);
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
	set_interval(RETRY_S); /* init_agent has just set a default */
}

/* init_snmp connects. So it is called only when the master agent has answered the probe. */
static void start_library(void)
{
	agent.running = true;
	init_snmp(NAME);
	REGISTER_SYSOR_TABLE(agent.capability, agent.capability_length, CAPABILITY);
}

/* The library would look up a name by itself, and stand still meanwhile. */
static void tell_address(void)
{
	char spec[ADDRESS_SPEC_SIZE];

	if (strncmp(agent.socket, "tcp:", 4) != 0)
		return;
	probe_spec(agent.probe, spec);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, spec);
}

/* Once the master agent has answered the probe, the library may connect. */
static void dispatch_probe(const struct pollfd *fd)
{
	if (!probe_dispatch(agent.probe, fd))
		return;
	agent.trusted_until = timefmt_monotonic() + TRUST_MS;
	tell_address();
	if (!agent.running)
		start_library();
}

void agentx_start(const uint32_t *base, size_t base_length)
{
	int64_t end = timefmt_monotonic() + FIRST_ANSWER_MS;
	struct pollfd fd;
	int left = FIRST_ANSWER_MS;

	for (size_t i = 0; i < base_length; i++)
		agent.capability[i] = base[i];
	agent.capability[base_length] = 1;
	agent.capability_length = base_length + 1;
	while (!agent.running && left > 0 && probe_prepare(agent.probe, &fd, &left) == 1) {
		if (poll(&fd, 1, left) > 0)
			dispatch_probe(&fd);
		left = (int)(end - timefmt_monotonic());
	}
	watch_link();
}

/* The socket of the session; -1 = there is no session. */
static int connection(void)
{
	netsnmp_transport *transport =
	    agent.session ? snmp_sess_transport(snmp_sess_pointer(agent.session)) : NULL;

	return transport ? transport->sock : -1;
}

bool agentx_can_notify(void)
{
	struct pollfd fd = {connection(), POLLOUT, 0};

	return fd.fd >= 0 && poll(&fd, 1, 0) == 1 && fd.revents == POLLOUT;
}

/* Appends an empty varbind to LIST and returns it. */
static netsnmp_variable_list *append(netsnmp_variable_list **list)
{
	static const oid none[] = {0, 0};

	return mem_checked(snmp_varlist_add_variable(list, none, COUNT(none), ASN_NULL, NULL, 0));
}

bool agentx_notify(const uint32_t *name, size_t length, const struct agentx_object *objects,
		   size_t count)
{
	static const oid trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0}; /* snmpTrapOID.0 */
	netsnmp_variable_list *list = NULL;
	oid wide[LOOKUP_NAME_MAX];
	bool sent = agent.session != NULL;

	for (size_t i = 0; i < length; i++)
		wide[i] = name[i];
	mem_checked(snmp_varlist_add_variable(&list, trap_oid, COUNT(trap_oid), ASN_OBJECT_ID, wide,
					      length * sizeof(*wide)));
	for (size_t i = 0; i < count; i++)
		handler_fill(objects[i].table, &objects[i].cell, append(&list));
	if (sent) {
		agent.session->s_snmp_errno = 0;
		send_v2trap(list);
		sent = agent.session != NULL && agent.session->s_snmp_errno == 0;
	}
	snmp_free_varbind(list);
	return sent;
}

/* Adds the library's descriptors. They come and go, so it is asked for them each time. */
static size_t library_prepare(struct pollfd *fds, size_t room, int *timeout, bool notifying)
{
	int writing = notifying ? connection() : -1;
	struct timeval wait = {0};
	int count = 0;
	int block = 1;
	size_t used = 0;

	NETSNMP_LARGE_FD_ZERO(&agent.fds);
	snmp_select_info2(&count, &agent.fds, &wait, &block);
	for (int fd = 0; fd < count && used < room; fd++)
		if (NETSNMP_LARGE_FD_ISSET(fd, &agent.fds))
			fds[used++] =
			    (struct pollfd){fd, fd == writing ? POLLIN | POLLOUT : POLLIN, 0};
	/* Timers run only while trusted, see library_dispatch. */
	if (!block && trusted())
		probe_lower(timeout, (int64_t)wait.tv_sec * 1000 + (wait.tv_usec + 999) / 1000);
	return used;
}

size_t agentx_poll_prepare(struct pollfd *fds, int *timeout, bool notifying)
{
	size_t used = 0;

	if (agent.session != NULL)
		set_interval(RETRY_S); /* is used when the connection is lost */
	else if (trusted())
		probe_lower(timeout, agent.trusted_until - timefmt_monotonic());
	else
		used = probe_prepare(agent.probe, fds, timeout);
	agent.probing = used > 0;
	watch_link();
	if (agent.running)
		used += library_prepare(fds + used, AGENTX_FDS_MAX - used, timeout, notifying);
	return used;
}

/*
 * Reads first what poll has reported, then runs the timers, which read from the same sockets. A
 * socket that is only writable is left out: the library would block reading from it.
 */
static void library_dispatch(const struct pollfd *fds, size_t count)
{
	bool reported = false;

	NETSNMP_LARGE_FD_ZERO(&agent.fds);
	for (size_t i = 0; i < count; i++) {
		if ((fds[i].revents & ~POLLOUT) != 0) {
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
	if (agent.probing) {
		dispatch_probe(fds++);
		count--;
	}
	if (agent.running)
		library_dispatch(fds, count);
}

void agentx_stop(void)
{
	if (agent.running)
		UNREGISTER_SYSOR_TABLE(agent.capability, agent.capability_length);
	snmp_shutdown(NAME);
	agent.session = NULL;
	agent.running = false;
	netsnmp_large_fd_set_cleanup(&agent.fds);
	probe_free(agent.probe);
	agent.probe = NULL;
	free(agent.socket);
	agent.socket = NULL;
}
