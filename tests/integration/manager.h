/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MANAGER_H
#define MANAGER_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdbool.h>

#include "world.h"

/* An SNMP manager. Object identifiers are dotted numbers below nbuJobsObjects, unless they begin
 * with a dot. */

#define MANAGER_OBJECTS ".1.3.6.1.4.1.8072.9999.9999.1556.1.1"

struct manager_cell {
	oid id[MAX_OID_LEN];
	size_t length;
	u_char type; /* ASN_..., or SNMP_NOSUCHOBJECT, SNMP_NOSUCHINSTANCE, SNMP_ENDOFMIBVIEW */
	uint64_t number;
	int64_t integer;
	char text[256]; /* a string, with a NUL behind it */
	size_t text_length;
};

struct manager_cells {
	struct manager_cell *cells;
	size_t count;
};

enum manager_manner { WITH_NEXT, WITH_BULK };

/* A session with the world's snmpd; it ends with the process. */
void *manager_open(const char *community);
void *manager_open_v3(void);

/*
 * Starts snmpd and the agent with SIM as its one site, called paris, and waits until that is up.
 * *AGENT is the agent, where it is not NULL.
 */
void *manager_of_paris(const struct sim *sim, struct process **agent);

/* Parses OBJECT; its length. */
size_t manager_oid_of(const char *object, oid id[MAX_OID_LEN]);

/* Puts VARIABLE into CELL, which is all zeros. */
void manager_take_value(struct manager_cell *cell, const netsnmp_variable_list *variable);

/* One request; false when there was no answer or an error-status. */
bool manager_get_cell(void *manager, const char *object, struct manager_cell *cell);
bool manager_next_cell(void *manager, const oid *id, size_t length, struct manager_cell *cell);

/* SET of the integer 1; the error-status of the answer, or -1. */
long manager_set_integer(void *manager, const oid *id, size_t length);

/* All below OBJECT. An answer that does not increase ends the test as failed. */
struct manager_cells manager_walk(void *manager, const char *object, enum manager_manner manner);
void manager_free_cells(struct manager_cells *cells);

/*
 * The cell of the column COLUMN of the table TABLE in the row of SITE and KEY, a name; NULL = the
 * site is all there is of the index. False when there is none.
 */
bool manager_table_cell(void *manager, const char *site, unsigned table, unsigned column,
			const char *key, struct manager_cell *cell);

/* The state of a resource of SITE in nbuResourceTable, or -1 when there is no such row. */
int64_t manager_resource(void *manager, const char *site, const char *resource);
enum { RESOURCE_UP = 2, RESOURCE_DOWN = 3, RESOURCE_NOT_ALLOWED = 4, RESOURCE_NOT_IN_VERSION = 5 };

/* Columns of nbuSiteTable. */
bool manager_site_cell(void *manager, const char *site, unsigned column, struct manager_cell *cell);
/* The number there, or -1 when there is no such row. */
int64_t manager_site(void *manager, const char *site, unsigned column);

/* Names of the columns that tests ask for most. */
enum {
	SITE_STATUS = 4,
	SITE_API_VERSION = 5,
	SITE_DATA_AGE = 6,
	SITE_REFRESH_MODE = 8,
	SITE_REFRESH_REQUESTS = 10,
	SITE_REFRESH_JOBS = 11,
	SITE_REFRESHES = 12,
	SITE_FAILURES = 13,
	SITE_FAILURE_STREAK = 14,
	SITE_ERROR_CLASS = 15,
	SITE_ERROR_TEXT = 16,
	SITE_REQUESTS = 17,
	SITE_JOBS_SKIPPED = 19,
	SITE_JOBS_HELD = 20,
	SITE_CLOCK_SKEW = 23,
	SITE_NAMES_CUT = 24,
	SITE_CLIENTS_LEFT_OUT = 27,
	SITE_NOTICE = 28,
	SITE_CERTIFICATE = 29,
	SITE_FAILURES_KEPT = 40
};
enum { UNKNOWN = 1, UP = 2, DOWN = 3 };

/* Waits until a refresh of SITE that began after now has ended well. */
void manager_await_refresh(void *manager, const char *site);

/* Scalars of nbuAgent: the number there, or -1. */
enum { AGENT_SENT = 7, AGENT_SUPPRESSED = 8 };
int64_t manager_agent(void *manager, unsigned scalar);

/* The cells of the column COLUMN of the table TABLE that belong to SITE. */
struct manager_cells manager_column(void *manager, const char *site, unsigned table,
				    unsigned column, enum manager_manner manner);

/* The rows of nbuJobTable of SITE as lines in the form of sim_expected; to be freed. */
char *manager_rows(void *manager, const char *site, enum manager_manner manner);

/* The column NUMBER of nbuJobTable of SITE, added up. */
uint64_t manager_sum(void *manager, const char *site, unsigned number);

/* Checks that the lines are the same. */
void manager_check_lines(const char *file, unsigned line, const char *actual, const char *expected);
#define CHECK_LINES(actual, expected) manager_check_lines(__FILE__, __LINE__, actual, expected)

/* Checks that ROWS, which it frees, are those that SIM expects. */
void manager_check_rows(const char *file, unsigned line, char *rows, const struct sim *sim);
#define CHECK_ROWS(rows, sim) manager_check_rows(__FILE__, __LINE__, rows, sim)

/* Sorts the lines of TEXT by their bytes, in place. */
void manager_sort_lines(char *text);

#endif
