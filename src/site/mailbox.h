/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <stdbool.h>

#include "tables/snapshot.h"

/*
 * A slot for one snapshot: the site's worker fills it, and the main thread empties it. It is the
 * only place where two threads meet.
 */
struct mailbox;

/* An empty mailbox. Each put signals the eventfd WAKE_FD, which stays the caller's. */
struct mailbox *mailbox_new(int wake_fd);

/*
 * Puts SNAPSHOT, which now belongs to the mailbox. A snapshot that nobody took is freed, and its
 * events move to this one. Never blocks.
 */
void mailbox_put(struct mailbox *mailbox, struct snapshot *snapshot);

/* The snapshot in the mailbox, which now belongs to the caller, or NULL. */
struct snapshot *mailbox_take(struct mailbox *mailbox);

/* The worker is about to end and puts nothing any more. Signals the eventfd, too. */
void mailbox_close(struct mailbox *mailbox);
bool mailbox_closed(struct mailbox *mailbox);

/* Frees MAILBOX and what is in it. No other thread may use it any more. */
void mailbox_free(struct mailbox *mailbox);

#endif
