/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * walker: the manager of the benchmark. Asks for all columns of a table together by GETBULK, as a
 * collector should, or for one of them, as snmpbulkwalk does, and says how long it took.
 */

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cells.h"

static const char usage[] =
    "usage: walker [-r REPETITIONS] [-n REQUESTS] [-t SECONDS] [-p MS] [-d FILE] PORT ENTRY FIRST "
    "LAST\n"
    "       walker -w PORT ENTRY FIRST\n"
    "Walks the columns FIRST to LAST of the table below ENTRY, all in one request, and prints\n"
    "cells, requests, nanoseconds and those of the slowest request. -n ends it after so many\n"
    "requests, -t begins anew until so many seconds have passed, -p waits between requests,\n"
    "-d writes all cells to FILE.\n"
    "-w waits for the first cell of the column FIRST instead, for 10 minutes at most.";

#define COLUMNS_MAX 64
#define WAIT_S 600
#define WAIT_STEP_MS 50

struct walk {
	void *session;
	oid entry[MAX_OID_LEN];
	size_t entry_length;
	oid first, last; /* columns */
	long repetitions;
	uint64_t limit;	      /* of requests */
	uint64_t nanoseconds; /* 0 = none */
	long pause;	      /* between requests, in milliseconds */
	FILE *dump;
	bool wait;
	/* Where it has arrived. */
	oid names[COLUMNS_MAX][MAX_OID_LEN];
	size_t lengths[COLUMNS_MAX];
	/* What it has seen. */
	uint64_t cells, requests, slowest;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static size_t columns_of(const struct walk *walk)
{
	return walk->last - walk->first + 1;
}

static void rewind_walk(struct walk *walk)
{
	for (size_t i = 0; i < columns_of(walk); i++) {
		memcpy(walk->names[i], walk->entry, walk->entry_length * sizeof(oid));
		walk->names[i][walk->entry_length] = walk->first + i;
		walk->lengths[i] = walk->entry_length + 1;
	}
}

static void write_cell(FILE *file, const netsnmp_variable_list *var)
{
	for (size_t i = 0; i < var->name_length; i++)
		fprintf(file, "%s%lu", i == 0 ? "" : ".", (unsigned long)(uint32_t)var->name[i]);
	fprintf(file, " %u ", var->type);
	if (var->type == ASN_OCTET_STR)
		for (size_t i = 0; i < var->val_len; i++)
			fprintf(file, "%02x", var->val.string[i]);
	else if (var->type == ASN_COUNTER64)
		fprintf(file, "%" PRIu64,
			(uint64_t)var->val.counter64->high << 32 | var->val.counter64->low);
	else
		fprintf(file, "%ld", *var->val.integer);
	fputc('\n', file);
}

/* Whether VAR is still in the column it belongs to. */
static bool belongs(const struct walk *walk, const netsnmp_variable_list *var, size_t column)
{
	return var->type < SNMP_NOSUCHOBJECT && var->name_length > walk->entry_length + 1 &&
	       snmp_oid_compare(var->name, walk->entry_length, walk->entry, walk->entry_length) ==
		   0 &&
	       var->name[walk->entry_length] == walk->first + column;
}

/* Takes what was answered; false when a column has come to its end. An answer that was cut short
 * in the middle of a row counts up to there: each column goes on from where it is. */
static bool take(struct walk *walk, const netsnmp_pdu *answer)
{
	const netsnmp_variable_list *var = answer->variables;
	size_t columns = columns_of(walk);

	if (var == NULL || columns == 0)
		cells_fail("an answer without anything in it");
	for (size_t i = 0; var != NULL; var = var->next_variable, i = (i + 1) % columns) {
		if (!belongs(walk, var, i))
			return false;
		if (snmp_oid_compare(var->name, var->name_length, walk->names[i],
				     walk->lengths[i]) <= 0)
			cells_fail("an answer that does not rise");
		memcpy(walk->names[i], var->name, var->name_length * sizeof(oid));
		walk->lengths[i] = var->name_length;
		walk->cells++;
		if (walk->dump)
			write_cell(walk->dump, var);
	}
	return true;
}

/* One request; false at the end of the table. */
static bool request(struct walk *walk)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK), *answer = NULL;
	uint64_t began = now(), taken;
	bool more;

	pdu->non_repeaters = 0;
	pdu->max_repetitions = walk->repetitions;
	for (size_t i = 0; i < columns_of(walk); i++)
		snmp_add_null_var(pdu, walk->names[i], walk->lengths[i]);
	if (snmp_sess_synch_response(walk->session, pdu, &answer) != STAT_SUCCESS ||
	    answer == NULL || answer->errstat != SNMP_ERR_NOERROR)
		cells_fail("no answer, or an error");
	taken = now() - began;
	walk->requests++;
	if (taken > walk->slowest)
		walk->slowest = taken;
	more = take(walk, answer);
	snmp_free_pdu(answer);
	return more;
}

static void pause_for(long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

	if (milliseconds > 0)
		nanosleep(&time, NULL);
}

static void run(struct walk *walk)
{
	bool again = walk->nanoseconds > 0;
	uint64_t began = now(), end = again ? began + walk->nanoseconds : UINT64_MAX;
	bool more = true;

	rewind_walk(walk);
	while ((more || again) && walk->requests < walk->limit && now() < end) {
		if (!more)
			rewind_walk(walk);
		more = request(walk);
		pause_for(walk->pause);
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", walk->cells, walk->requests,
	       now() - began, walk->slowest);
}

static void await(struct walk *walk)
{
	uint64_t end = now() + (uint64_t)WAIT_S * 1000000000;

	for (rewind_walk(walk); !request(walk) && walk->cells == 0; rewind_walk(walk)) {
		if (now() > end)
			cells_fail("no row within %d s", WAIT_S);
		pause_for(WAIT_STEP_MS);
	}
}

static void *open_session(const char *port)
{
	char peer[40];
	netsnmp_session session;

	setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	init_snmp("walker");
	snmp_sess_init(&session);
	snprintf(peer, sizeof(peer), "udp:127.0.0.1:%s", port);
	session.peername = peer;
	session.version = SNMP_VERSION_2c;
	session.community = (u_char *)"public";
	session.community_len = strlen("public");
	session.timeout = 20 * 1000000L;
	session.retries = 0;
	return snmp_sess_open(&session);
}

static void read_options(struct walk *walk, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "r:n:t:p:d:w")) != -1) {
		switch (option) {
		case 'r':
			walk->repetitions = atol(optarg);
			break;
		case 'n':
			walk->limit = strtoull(optarg, NULL, 10);
			break;
		case 't':
			walk->nanoseconds = (uint64_t)(atof(optarg) * 1e9);
			break;
		case 'p':
			walk->pause = atol(optarg);
			break;
		case 'd':
			walk->dump = fopen(optarg, "we");
			if (walk->dump == NULL)
				cells_fail("cannot write %s", optarg);
			break;
		case 'w':
			walk->wait = true;
			break;
		default:
			cells_fail("%s", usage);
		}
	}
}

int main(int argc, char **argv)
{
	static struct walk walk = {.repetitions = 5, .limit = UINT64_MAX};
	uint32_t name[CELLS_NAME_MAX];

	read_options(&walk, argc, argv);
	if (argc - optind < (walk.wait ? 3 : 4))
		cells_fail("%s", usage);
	walk.entry_length = cells_parse_name(argv[optind + 1], name);
	for (size_t i = 0; i < walk.entry_length; i++)
		walk.entry[i] = name[i];
	walk.first = walk.last = strtoul(argv[optind + 2], NULL, 10);
	if (!walk.wait)
		walk.last = strtoul(argv[optind + 3], NULL, 10);
	if (walk.last < walk.first || columns_of(&walk) > COLUMNS_MAX)
		cells_fail("too many columns, or none");
	walk.session = open_session(argv[optind]);
	if (walk.session == NULL)
		cells_fail("cannot open a session");
	if (walk.wait)
		await(&walk);
	else
		run(&walk);
	if (walk.dump && fclose(walk.dump) != 0)
		cells_fail("cannot write all cells");
	snmp_sess_close(walk.session);
	return 0;
}
