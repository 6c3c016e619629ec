/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SITE_H
#define SITE_H

#include <stdbool.h>

#include "config/config.h"
#include "site/mailbox.h"

/* A site at work: a thread that refreshes it again and again and puts snapshots into its mailbox.
 */
struct site;

/* Warns in the log where CONFIG lets others on the network read the API key. */
void site_warn_of_risks(const struct config_site *config);

/*
 * Starts the thread. CONFIG and STATE_DIR must outlive the site. WAKE_FD is signalled when there is
 * mail. NULL, with a log line, when there is no thread to be had.
 */
struct site *site_start(const struct config_site *config, const char *state_dir, int wake_fd);

const struct config_site *site_config(const struct site *site);

/* The newest snapshot, which now belongs to the caller; NULL when there is none since the last
 * call. */
struct snapshot *site_take(struct site *site);

/* Tells the thread to end, and does not wait for it. */
void site_cancel(struct site *site);

/*
 * Waits for the cancelled thread. False when it has not ended 1.5 s after site_cancel: then it is
 * left behind with what it uses, its configuration included, so that the program can end.
 */
bool site_join(struct site *site);

/* Frees SITE, whose thread has been joined, and the mail that nobody took. */
void site_free(struct site *site);

#endif
