/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAILBOX_H
#define MAILBOX_H

#include "tables/snapshot.h"

/*
 * The one place where two threads meet: a slot for one snapshot, filled by the site's worker and
 * emptied by the main thread.
 */
struct mailbox;

/*
 * An empty mailbox. WAKE_FD is an eventfd that is signalled at each put; it stays the caller's.
 */
struct mailbox *mailbox_new(int wake_fd);

/*
 * Puts SNAPSHOT, which now belongs to the mailbox; one that nobody took is freed, but its news are
 * told with this one. Never blocks.
 */
void mailbox_put(struct mailbox *mailbox, struct snapshot *snapshot);

/* The snapshot in the mailbox, which now belongs to the caller, or NULL. */
struct snapshot *mailbox_take(struct mailbox *mailbox);

/* Frees MAILBOX and what is in it. No other thread may use it any more. */
void mailbox_free(struct mailbox *mailbox);

#endif
