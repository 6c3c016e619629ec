/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/manager.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/mem.h"
#include "base/timefmt.h"

#define NAME "nbu-agentx-doctor"
#define TIMEOUT_US 1000000
#define RETRIES 1

struct manager {
	void *session;
	int64_t until;
	bool answered;
};

static void begin_library(void)
{
	/* Otherwise the library reads MIB files and warns about those that are not installed. */
	setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	snmp_disable_log();
	init_snmp(NAME);
}

struct manager *manager_open(const char *peer, const char *community, int64_t until)
{
	struct manager *manager = mem_zalloc(1, sizeof *manager);
	netsnmp_session session;

	begin_library();
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.peername = (char *)peer;
	session.community = (u_char *)community;
	session.community_len = strlen(community);
	session.timeout = TIMEOUT_US;
	session.retries = RETRIES;
	manager->session = snmp_sess_open(&session);
	manager->until = until;
	if (manager->session)
		return manager;
	manager_close(manager);
	return NULL;
}

/* Whether ANSWER, to a GetNext, has an object below ROOT. */
static bool is_below(const netsnmp_pdu *answer, const oid *root, size_t length)
{
	const netsnmp_variable_list *var = answer->variables;

	return answer->errstat == SNMP_ERR_NOERROR && var && var->type != SNMP_ENDOFMIBVIEW &&
	       netsnmp_oid_is_subtree(root, length, var->name, var->name_length) == 0;
}

bool manager_sees(struct manager *manager, const uint32_t *below, size_t length)
{
	netsnmp_pdu *request, *answer = NULL;
	oid root[MAX_OID_LEN];
	bool seen = false;

	if (timefmt_monotonic() >= manager->until)
		return false;
	for (size_t i = 0; i < length; i++)
		root[i] = below[i];
	request = snmp_pdu_create(SNMP_MSG_GETNEXT);
	snmp_add_null_var(request, root, length);
	if (snmp_sess_synch_response(manager->session, request, &answer) == STAT_SUCCESS &&
	    answer) {
		manager->answered = true;
		seen = is_below(answer, root, length);
	}
	if (answer)
		snmp_free_pdu(answer);
	return seen;
}

bool manager_was_answered(const struct manager *manager)
{
	return manager->answered;
}

void manager_close(struct manager *manager)
{
	if (!manager)
		return;
	if (manager->session)
		snmp_sess_close(manager->session);
	snmp_shutdown(NAME);
	free(manager);
}
