/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_H
#define HOST_H

#include "config/config.h"
#include "doctor/finding.h"

/*
 * Goes the way from the agent to a management station, step by step: the state directory, the
 * socket of the master agent, the registration, and a walk through snmpd at SNMPD (HOST or
 * HOST:PORT) with COMMUNITY; NULL = no walk. Adds what it finds to LIST. It changes nothing; the
 * registration is taken back at once.
 */
void host_examine(const struct config *config, const char *snmpd, const char *community,
		  struct finding_list *list);

#endif
