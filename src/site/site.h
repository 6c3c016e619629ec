/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SITE_H
#define SITE_H

#include <stdbool.h>

#include "config/config.h"
#include "site/mailbox.h"

/* A site with its worker: a thread that refreshes it again and again. It puts a snapshot into the
 * site's mailbox each time.
 */
struct site;

/* Logs a warning if CONFIG lets others on the network read the API key. */
void site_warn_of_risks(const struct config_site *config);

/*
 * Starts the thread. CONFIG and STATE_DIR must outlive the site. Each new snapshot signals WAKE_FD,
 * and so does the end of the thread. SUCCEEDS: a site of that name was cancelled just now. Its
 * thread still has the store, so that this one waits for it, but not longer than 1.5 s.
 * NULL, with a log line, when no thread can be created.
 */
struct site *site_start(const struct config_site *config, const char *state_dir, int wake_fd,
			bool succeeds);

/* CONFIG of site_start. */
const struct config_site *site_config(const struct site *site);

/* The newest snapshot, which now belongs to the caller. NULL = none since the last call. */
struct snapshot *site_take(struct site *site);

/* Whether there has been a snapshot: the store has been opened, or cannot be. */
bool site_heard(const struct site *site);

/* Tells the thread to end. Does not wait for it. */
void site_cancel(struct site *site);

/*
 * Waits for the cancelled thread: for the end of the program, since the caller is blocked. False
 * when it has not ended 1.5 s after site_cancel. It is then left behind, so that the program can
 * end. What it uses must stay, also its configuration.
 */
bool site_join(struct site *site);

/* Whether the cancelled thread has ended. Does not wait. When it is true, the thread is joined. */
bool site_ended(struct site *site);

/* Frees SITE and a snapshot that nobody took. The thread must have been joined. */
void site_free(struct site *site);

#endif
