/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VANISH_H
#define VANISH_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "store/store.h"

/*
 * Jobs that vanish all at once are not taken for gone at once. NetBackup answers with an empty list
 * and no error when the role of an API key loses its rights. So such a refresh fails, and the rows
 * stay as they were. Only when it has been so for the time of vanish-hold the list is believed: it
 * may have been cleaned.
 */

/* Fewer jobs may vanish at any time. */
#define VANISH_LEAST 20

/*
 * Whether what has vanished from a list of SITE since VANISHED_AT (0 = just now) is to be taken for
 * gone at the instant NOW. Both are of the local clock.
 */
bool vanish_is_believed(int64_t vanished_at, const struct config_site *site, int64_t now);

/*
 * Since when it has vanished, where VANISHED_AT was noted (0 = nothing) and it is NOW: an instant
 * to note. One that is still to come tells nothing, for the clock has been set back.
 */
int64_t vanish_since(int64_t vanished_at, int64_t now);

/*
 * False with FAULT (class vanished) where the present transaction of STORE takes away too many
 * finished jobs: VANISH_LEAST or more, and more than half of those held.
 */
bool vanish_check(struct store *store, struct fault *fault);

/*
 * Whether a part of the list, which had LISTED jobs, makes it likely that too many have vanished
 * from the whole of it.
 */
bool vanish_is_suspected(const struct store *store, uint64_t listed);

/*
 * The same rule for the rows of a resource, which are few: whether it is nothing strange that GONE
 * are no longer listed, LEFT still are, and LISTED are in all. None left of any is strange.
 */
bool vanish_is_little(uint64_t gone, uint64_t left, uint64_t listed);

/* Sets FAULT for GONE of ALL things that have vanished. */
void vanish_complain(uint64_t gone, uint64_t all, const char *things, struct fault *fault);

/* Sets FAULT for a server that lists nothing any more. */
void vanish_complain_of_all(struct fault *fault);

/*
 * Remembers in STORE that a refresh has failed so, since NOW if it did not before. In a transaction
 * of its own; where the store cannot be written the next failure does it.
 */
void vanish_note(struct store *store, int64_t now);

#endif
