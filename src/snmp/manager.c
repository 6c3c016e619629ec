/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/manager.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#define NAME "nbu-agentx-doctor"
#define TIMEOUT_US 1000000
#define RETRIES 2

static void *open_session(const char *peer, const char *community)
{
	netsnmp_session session;

	/* Otherwise the library reads MIB files and warns about those that are not installed. */
	setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	snmp_disable_log();
	init_snmp(NAME);
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.peername = (char *)peer;
	session.community = (u_char *)community;
	session.community_len = strlen(community);
	session.timeout = TIMEOUT_US;
	session.retries = RETRIES;
	return snmp_sess_open(&session);
}

/* Asks for what follows NAME, which becomes the name of the answer. False when there is none. */
static bool ask_next(void *session, oid *name, size_t *length, bool *answered)
{
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GETNEXT), *answer = NULL;
	const netsnmp_variable_list *var;
	bool found = false;

	snmp_add_null_var(request, name, *length);
	*answered = snmp_sess_synch_response(session, request, &answer) == STAT_SUCCESS && answer;
	var = *answered && answer->errstat == SNMP_ERR_NOERROR ? answer->variables : NULL;
	if (var && var->type != SNMP_ENDOFMIBVIEW && var->name_length <= MAX_OID_LEN) {
		memcpy(name, var->name, var->name_length * sizeof *name);
		*length = var->name_length;
		found = true;
	}
	if (answer)
		snmp_free_pdu(answer);
	return found;
}

struct manager_view manager_walk(const char *peer, const char *community, const uint32_t *below,
				 size_t length, unsigned limit)
{
	struct manager_view view = {false, 0};
	oid root[MAX_OID_LEN], name[MAX_OID_LEN];
	void *session = open_session(peer, community);
	size_t name_length = length;

	for (size_t i = 0; i < length; i++)
		root[i] = name[i] = below[i];
	while (session && view.objects < limit &&
	       ask_next(session, name, &name_length, &view.answers) &&
	       netsnmp_oid_is_subtree(root, length, name, name_length) == 0)
		view.objects++;
	if (session)
		snmp_sess_close(session);
	snmp_shutdown(NAME);
	return view;
}
