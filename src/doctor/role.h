/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ROLE_H
#define ROLE_H

#include <stdbool.h>

#include "api/netbackup.h"
#include "config/config.h"
#include "doctor/finding.h"

/*
 * What the role of SITE's API key may view of GROUP, by asking for a page of each of its lists. It
 * fails where the configuration asks for what may not be viewed. NETBACKUP has begun.
 */
void role_examine(struct netbackup *netbackup, const struct config_site *site,
		  enum config_collect group, struct finding *finding);

/* Whether the server lets the key view anything that SITE collects. */
bool role_sees_any(struct netbackup *netbackup, const struct config_site *site);

#endif
