/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>

/* What is to be examined, and how it is told. */
struct doctor_order {
	const char *file; /* the configuration */
	const char *site; /* NULL = all */
	const char
	    *user; /* as whom, which only root can ask; NULL = DOCTOR_USER, if there is one */
	const char *snmpd;     /* HOST or HOST:PORT; NULL = DOCTOR_SNMPD */
	const char *community; /* NULL = snmpd is not asked */
	bool json;
};

#define DOCTOR_USER "nbu-agentx" /* of the systemd unit */
#define DOCTOR_SNMPD "127.0.0.1"

/*
 * Goes the whole way from the configuration to a row, as the user of the unit, and prints what it
 * finds at each step, with the remedy where one fails. Changes the user of the process for good.
 * Returns an exit status: 0 = all is well; see finding.h.
 */
int doctor_run(const struct doctor_order *order);

#endif
