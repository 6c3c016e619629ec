/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SWEEP_H
#define SWEEP_H

#include <stdbool.h>

#include "site/intake.h"

/*
 * The sweep: all finished jobs of the window by rising ids, in full or, of a rolling sweep, the
 * part that is due. It finds what the lists of changes have missed, and what is gone.
 */

/*
 * Whether the pages of a sweep are saved on the way, so that the next refresh goes on from there: a
 * first sweep, and one that tells which jobs are parents, may take longer than a refresh may.
 */
bool sweep_is_saved_by_pages(const struct store_marks *marks);

/* False with FAULT where too many jobs have vanished to be believed yet. */
bool sweep_may_vanish(const struct fetch *fetch, struct fault *fault);

/* Sweeps what FETCH has to. BEGAN is the local time of the begin. False with FAULT. */
bool sweep_run(struct fetch *fetch, int64_t began, struct fault *fault);

#endif
