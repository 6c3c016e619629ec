/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PRIMARY_H
#define PRIMARY_H

#include "config/config.h"
#include "doctor/finding.h"

/*
 * Goes the way from SITE's key to its primary server, step by step, as a refresh does: key file,
 * name, connection, TLS, version, what the role may view, clock. Adds what it finds to LIST. It
 * asks for a page of each list and keeps nothing.
 */
void primary_examine(const struct config_site *site, struct finding_list *list);

#endif
