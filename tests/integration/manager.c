/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define REPETITIONS 50

#define SESSIONS_MAX 16

static void *sessions[SESSIONS_MAX];
static size_t session_count;

static void close_sessions(void)
{
	while (session_count > 0)
		snmp_sess_close(sessions[--session_count]);
	snmp_shutdown("nbu-agentx-tests");
}

static void begin(void)
{
	static bool begun;

	if (begun)
		return;
	begun = true;
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	snmp_disable_log();
	init_snmp("nbu-agentx-tests");
	atexit(close_sessions);
}

static void *open_session(netsnmp_session *session)
{
	char peer[40];
	void *manager;

	snprintf(peer, sizeof peer, "udp:127.0.0.1:%d", world_snmp_port());
	session->peername = peer;
	session->timeout = 500000 * (harness_sanitized() ? 6 : 1);
	session->retries = 5;
	manager = snmp_sess_open(session);
	if (!manager || session_count == SESSIONS_MAX)
		world_fail(__FILE__, __LINE__, "no SNMP session");
	return sessions[session_count++] = manager;
}

void *manager_open(const char *community)
{
	netsnmp_session session;

	begin();
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.community = (u_char *)community;
	session.community_len = strlen(community);
	return open_session(&session);
}

void *manager_open_v3(void)
{
	static oid authentication[] = {1, 3, 6, 1, 6, 3, 10, 1, 1, 5}; /* HMAC-192-SHA-256 */
	netsnmp_session session;

	begin();
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_3;
	session.securityName = (char *)WORLD_USER;
	session.securityNameLen = strlen(WORLD_USER);
	session.securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
	session.securityAuthProto = authentication;
	session.securityAuthProtoLen = OID_LENGTH(authentication);
	session.securityAuthKeyLen = USM_AUTH_KU_LEN;
	session.securityPrivProto = usmAESPrivProtocol;
	session.securityPrivProtoLen = USM_PRIV_PROTO_AES_LEN;
	session.securityPrivKeyLen = USM_PRIV_KU_LEN;
	if (generate_Ku(authentication, OID_LENGTH(authentication),
			(const u_char *)WORLD_AUTH_PASSWORD, strlen(WORLD_AUTH_PASSWORD),
			session.securityAuthKey, &session.securityAuthKeyLen) != SNMPERR_SUCCESS ||
	    generate_Ku(authentication, OID_LENGTH(authentication),
			(const u_char *)WORLD_PRIV_PASSWORD, strlen(WORLD_PRIV_PASSWORD),
			session.securityPrivKey, &session.securityPrivKeyLen) != SNMPERR_SUCCESS)
		world_fail(__FILE__, __LINE__, "no key from a password");
	return open_session(&session);
}

void *manager_of_paris(const struct sim *sim, struct process **agent)
{
	struct process *process;
	void *manager;

	world_snmpd();
	world_site("paris", sim, NULL);
	process = world_agent(NULL);
	if (agent)
		*agent = process;
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	return manager;
}

size_t manager_oid_of(const char *object, oid id[MAX_OID_LEN])
{
	char text[1000];
	size_t length = 0;

	snprintf(text, sizeof text, "%s%s%s", object[0] == '.' ? "" : MANAGER_OBJECTS,
		 object[0] == '.' || object[0] == '\0' ? "" : ".", object);
	for (char *at = text; *at == '.' && length < MAX_OID_LEN;)
		id[length++] = strtoul(at + 1, &at, 10);
	return length;
}

void manager_take_value(struct manager_cell *cell, const netsnmp_variable_list *variable)
{
	memcpy(cell->id, variable->name, variable->name_length * sizeof(oid));
	cell->length = variable->name_length;
	cell->type = variable->type;
	switch (variable->type) {
	case ASN_INTEGER:
		cell->integer = *variable->val.integer;
		cell->number = (uint64_t)cell->integer;
		break;
	case ASN_GAUGE:
	case ASN_COUNTER:
	case ASN_TIMETICKS:
		cell->number = (u_long)*variable->val.integer & 0xffffffff;
		cell->integer = (int64_t)cell->number;
		break;
	case ASN_COUNTER64:
		cell->number =
		    (uint64_t)variable->val.counter64->high << 32 | variable->val.counter64->low;
		cell->integer = (int64_t)cell->number;
		break;
	case ASN_OCTET_STR:
		cell->text_length = variable->val_len < sizeof cell->text ? variable->val_len
									  : sizeof cell->text - 1;
		memcpy(cell->text, variable->val.string, cell->text_length);
		break;
	default:
		break;
	}
}

/* Sends PDU, which is used up. The answer, to be freed, or NULL. */
static netsnmp_pdu *ask(void *manager, netsnmp_pdu *pdu)
{
	netsnmp_pdu *answer = NULL;
	int status = snmp_sess_synch_response(manager, pdu, &answer);

	if (status == STAT_SUCCESS)
		return answer;
	if (answer)
		snmp_free_pdu(answer);
	return NULL;
}

static bool ask_one(void *manager, int command, const oid *id, size_t length,
		    struct manager_cell *cell)
{
	netsnmp_pdu *answer, *pdu = snmp_pdu_create(command);
	bool good;

	memset(cell, 0, sizeof *cell);
	snmp_add_null_var(pdu, id, length);
	answer = ask(manager, pdu);
	good = answer && answer->errstat == SNMP_ERR_NOERROR && answer->variables;
	if (good)
		manager_take_value(cell, answer->variables);
	if (answer)
		snmp_free_pdu(answer);
	return good;
}

bool manager_get_cell(void *manager, const char *object, struct manager_cell *cell)
{
	oid id[MAX_OID_LEN];
	size_t length = manager_oid_of(object, id);

	return ask_one(manager, SNMP_MSG_GET, id, length, cell);
}

bool manager_next_cell(void *manager, const oid *id, size_t length, struct manager_cell *cell)
{
	return ask_one(manager, SNMP_MSG_GETNEXT, id, length, cell);
}

long manager_set_integer(void *manager, const oid *id, size_t length)
{
	netsnmp_pdu *answer, *pdu = snmp_pdu_create(SNMP_MSG_SET);
	long one = 1, status;

	snmp_pdu_add_variable(pdu, id, length, ASN_INTEGER, &one, sizeof one);
	answer = ask(manager, pdu);
	status = answer ? answer->errstat : -1;
	if (answer)
		snmp_free_pdu(answer);
	return status;
}

/* The answer to one step of a walk from ID. */
static netsnmp_pdu *step(void *manager, const oid *id, size_t length, enum manager_manner manner)
{
	netsnmp_pdu *answer,
	    *pdu = snmp_pdu_create(manner == WITH_BULK ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT);

	if (manner == WITH_BULK) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = REPETITIONS;
	}
	snmp_add_null_var(pdu, id, length);
	answer = ask(manager, pdu);
	if (!answer || answer->errstat != SNMP_ERR_NOERROR || !answer->variables)
		world_fail(__FILE__, __LINE__, "no good answer in the middle of a walk (%s)",
			   answer ? snmp_errstring((int)answer->errstat) : "none at all");
	return answer;
}

static void add_cell(struct manager_cells *cells, const netsnmp_variable_list *variable)
{
	if ((cells->count & (cells->count - 1)) == 0)
		cells->cells = realloc(cells->cells, (cells->count ? 2 * cells->count : 1) *
							 sizeof *cells->cells);
	memset(&cells->cells[cells->count], 0, sizeof *cells->cells);
	manager_take_value(&cells->cells[cells->count++], variable);
}

struct manager_cells manager_walk(void *manager, const char *object, enum manager_manner manner)
{
	oid root[MAX_OID_LEN], id[MAX_OID_LEN];
	size_t root_length = manager_oid_of(object, root), length = root_length;
	struct manager_cells cells = {NULL, 0};
	bool inside = true;

	memcpy(id, root, sizeof root);
	while (inside) {
		netsnmp_pdu *answer = step(manager, id, length, manner);

		for (netsnmp_variable_list *at = answer->variables; at && inside;
		     at = at->next_variable) {
			inside = at->type != SNMP_ENDOFMIBVIEW &&
				 netsnmp_oid_is_subtree(root, root_length, at->name,
							at->name_length) == 0;
			if (!inside)
				break;
			if (snmp_oid_compare(at->name, at->name_length, id, length) <= 0)
				world_fail(__FILE__, __LINE__,
					   "the walk does not increase at cell %zu", cells.count);
			add_cell(&cells, at);
			memcpy(id, at->name, at->name_length * sizeof(oid));
			length = at->name_length;
		}
		snmp_free_pdu(answer);
	}
	return cells;
}

void manager_free_cells(struct manager_cells *cells)
{
	free(cells->cells);
	cells->cells = NULL;
	cells->count = 0;
}

/* Appends the index object NAME to OBJECT, which has room for 400. */
static void append_name(char *object, const char *name)
{
	size_t length = strlen(object);

	length += (size_t)snprintf(object + length, 400 - length, ".%zu", strlen(name));
	for (; *name; name++)
		length +=
		    (size_t)snprintf(object + length, 400 - length, ".%u", (unsigned char)*name);
}

bool manager_table_cell(void *manager, const char *site, unsigned table, unsigned column,
			const char *key, struct manager_cell *cell)
{
	char object[400];

	snprintf(object, sizeof object, "%u.1.%u", table, column);
	append_name(object, site);
	if (key)
		append_name(object, key);
	return manager_get_cell(manager, object, cell) && cell->type < SNMP_NOSUCHOBJECT;
}

bool manager_site_cell(void *manager, const char *site, unsigned column, struct manager_cell *cell)
{
	return manager_table_cell(manager, site, 2, column, NULL, cell);
}

int64_t manager_resource(void *manager, const char *site, const char *resource)
{
	struct manager_cell cell;

	return manager_table_cell(manager, site, 16, 5, resource, &cell) ? cell.integer : -1;
}

int64_t manager_site(void *manager, const char *site, unsigned column)
{
	struct manager_cell cell;

	return manager_site_cell(manager, site, column, &cell) ? cell.integer : -1;
}

void manager_await_refresh(void *manager, const char *site)
{
	int64_t refreshes = manager_site(manager, site, SITE_REFRESHES);

	/* One may have begun already. */
	AWAIT(manager_site(manager, site, SITE_REFRESHES) >= refreshes + 2, 30);
}

int64_t manager_agent(void *manager, unsigned scalar)
{
	struct manager_cell cell;
	char object[20];

	snprintf(object, sizeof object, "1.%u.0", scalar);
	return manager_get_cell(manager, object, &cell) ? cell.integer : -1;
}

struct manager_cells manager_column(void *manager, const char *site, unsigned table,
				    unsigned column, enum manager_manner manner)
{
	char object[400];

	snprintf(object, sizeof object, "%u.1.%u", table, column);
	append_name(object, site);
	return manager_walk(manager, object, manner);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void manager_sort_lines(char *text)
{
	size_t count = 0, size = strlen(text) + 1;
	char *copy = strdup(text), **lines = calloc(size, sizeof *lines), *save = NULL, *out = text;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		lines[count++] = line;
	qsort(lines, count, sizeof *lines, compare_lines);
	for (size_t i = 0; i < count; i++)
		out += sprintf(out, "%s\n", lines[i]);
	free(lines);
	free(copy);
}

/* One line for row NUMBER: columns 5 to 9 and 11 to 13. */
static void print_row(FILE *out, const struct manager_cells *columns, size_t row)
{
	fprintf(out, "%s\t%s", columns[0].cells[row].text, columns[1].cells[row].text);
	for (size_t i = 2; i < 8; i++)
		fprintf(out, "\t%llu", (unsigned long long)columns[i].cells[row].number);
	fputc('\n', out);
}

char *manager_rows(void *manager, const char *site, enum manager_manner manner)
{
	static const unsigned numbers[] = {5, 6, 7, 8, 9, 11, 12, 13};
	struct manager_cells columns[8];
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < 8; i++) {
		columns[i] = manager_column(manager, site, 3, numbers[i], manner);
		if (columns[i].count != columns[0].count)
			world_fail(__FILE__, __LINE__, "column %u has %zu rows, and not %zu",
				   numbers[i], columns[i].count, columns[0].count);
	}
	for (size_t row = 0; row < columns[0].count; row++)
		print_row(out, columns, row);
	fclose(out);
	for (size_t i = 0; i < 8; i++)
		manager_free_cells(&columns[i]);
	manager_sort_lines(text);
	return text;
}

uint64_t manager_sum(void *manager, const char *site, unsigned number)
{
	struct manager_cells cells = manager_column(manager, site, 3, number, WITH_BULK);
	uint64_t sum = 0;

	for (size_t i = 0; i < cells.count; i++)
		sum += cells.cells[i].number;
	manager_free_cells(&cells);
	return sum;
}

void manager_check_lines(const char *file, unsigned line, const char *actual, const char *expected)
{
	size_t same;

	/* Skip the lines that are equal; show the first ones that are not. */
	while (*actual && (same = strcspn(actual, "\n") + 1) > 1 &&
	       strncmp(actual, expected, same) == 0) {
		actual += same;
		expected += same;
	}
	if (strcmp(actual, expected) == 0)
		CU_assertImplementation(CU_TRUE, line, "lines", file, "", CU_FALSE);
	else
		harness_fail(file, line, "lines differ: \"%.*s\" is served, \"%.*s\" expected",
			     (int)strcspn(actual, "\n"), actual, (int)strcspn(expected, "\n"),
			     expected);
}

void manager_check_rows(const char *file, unsigned line, char *rows, const struct sim *sim)
{
	char *expected = sim_expected(sim);

	manager_check_lines(file, line, rows, expected);
	free(expected);
	free(rows);
}
