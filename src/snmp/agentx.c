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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NAME "nbu-agentx"
#define CAPABILITY "NBU-JOBS-MIB: NetBackup job statistics, served by nbu-agentx"

/*
 * The library talks to the master agent synchronously: to open, register, ping and close it waits
 * for the answer in a loop of its own, while nothing else of ours runs. So it is told not to wait
 * long, and while there is no connection it is kept from trying until a probe has had an answer.
 */
#define SYNC_TIMEOUT_US 300000
#define PING_S 15	    /* between pings of a connected master agent */
#define RETRY_S 1	    /* between attempts to connect */
#define OFFER_S 30	    /* between offers of what the master agent has refused */
#define FIRST_ANSWER_MS 300 /* that agentx_start waits for */
#define TRUST_MS 2500	    /* how long an answer lets the library try: twice */
#define REFUSED_MAX 16

/* The library is one to a process, and hence so is this. */
static struct {
	char *socket;
	bool running;		  /* init_snmp has been called */
	bool was_connected;	  /* since the last complaint */
	bool opening;		  /* a session has been made since the last was lost */
	netsnmp_session *session; /* NULL = not connected */
	struct probe *probe;
	bool probing;	       /* the first of the descriptors in poll is the probe's */
	int complaint;	       /* what the probe last said is wrong */
	int64_t trusted_until; /* of timefmt_monotonic: an answer is too old to go by then */
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

/* One line for each change, however often it is tried. */
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

/* True when the library may try to connect without being stopped in its tracks. */
static bool trusted(void)
{
	return agent.session != NULL || timefmt_monotonic() < agent.trusted_until;
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
	fastpath_attach(session);
	agent.was_connected = true;
	agent.complaint = 0;
	probe_reset(agent.probe);
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
	agent.trusted_until = 0;
	probe_hurry(agent.probe);
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
	set_interval(RETRY_S); /* init_agent has just put its default there */
}

/* init_snmp is what makes the library connect, hence not before the master agent has answered. */
static void run(void)
{
	agent.running = true;
	init_snmp(NAME);
	REGISTER_SYSOR_TABLE(agent.capability, agent.capability_length, CAPABILITY);
}

/* What poll has reported for the probe. Where a master agent has answered, the library may try. */
static void dispatch_probe(const struct pollfd *fd)
{
	if (!probe_dispatch(agent.probe, fd))
		return;
	agent.trusted_until = timefmt_monotonic() + TRUST_MS;
	if (!agent.running)
		run();
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

/* The descriptor of the connection to the master agent; -1 = there is none. */
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

/* An empty varbind at the end of *LIST. */
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

/* The library's part of what there is to wait for: the set is asked for anew each time, because
 * the descriptors in it come and go. */
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
	/* A timer that must not run yet is no reason to wake up. */
	if (!block && trusted())
		probe_lower(timeout, (int64_t)wait.tv_sec * 1000 + (wait.tv_usec + 999) / 1000);
	return used;
}

size_t agentx_poll_prepare(struct pollfd *fds, int *timeout, bool notifying)
{
	size_t used = 0;

	if (agent.session != NULL)
		set_interval(RETRY_S); /* for when the connection is lost */
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
 * First what poll has reported, then the timers: they read from the same descriptors. The library
 * would wait for input where poll has only said that there is room for output.
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
