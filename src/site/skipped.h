/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SKIPPED_H
#define SKIPPED_H

#include <stddef.h>
#include <stdint.h>

#include "api/job.h"

/* The jobs of a refresh that cannot be used, by their flaw. Zeroed, there are none. */
struct skipped {
	uint64_t count[JOB_FLAWS];
	int64_t first[JOB_FLAWS]; /* the id of the first of them; below 1 = it has none */
};

/* Notes JOB, which has a flaw. */
void skipped_note(struct skipped *skipped, const struct job *job);

/*
 * Writes how many there are of each flaw, and which is the first; an empty text when there are
 * none. It is cut where it is longer than SIZE.
 */
void skipped_text(const struct skipped *skipped, char *text, size_t size);

/* Logs a warning for each flaw that SKIPPED has and BEFORE, the refresh before, had not. */
void skipped_log(const struct skipped *skipped, const struct skipped *before, const char *site);

#endif
