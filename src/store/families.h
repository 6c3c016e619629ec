/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FAMILIES_H
#define FAMILIES_H

#include "store/inside.h"

/* What jobs tell of their parents is noted in the rows of the parents. See family.h. */

/*
 * Completes ROW, which is about to be put in the place of OLD, by what its children have told. OLD
 * without an id, a job that is not held, gets what its parent has been told of it before.
 */
bool families_complete(struct store *store, struct row *old, struct row *row, struct fault *fault);

/*
 * Tells the parent of ROW, which has taken the place of OLD, what has changed for it; and that
 * one's parent, as far as something changes there.
 */
bool families_tell(struct store *store, const struct row *old, const struct row *row,
		   struct fault *fault);

/* The job of ROW is about to be forgotten. What its children have told of it, and what it has told
 * its parent, is kept. */
bool families_keep(struct store *store, const struct row *row, struct fault *fault);

#endif
