/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "tally/tally.h"

/* JOB with all that it counts in, found by name: what the store finds by ids. */
struct tally_job resolve_job(struct tally *tally, const struct job *job);

#endif
