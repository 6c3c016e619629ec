/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "tally/tally.h"

/* The default of the key protecting-jobs, for a struct config_site. */
#define RESOLVE_PROTECTING ((char *)"BACKUP DBBACKUP SNAPSHOT")

/* JOB with all that it counts in, found by name: what the store finds by ids. A parent is
 * one by its children, and never counts itself. */
struct tally_job resolve_job(struct tally *tally, const struct job *job);

#endif
