/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "api/netbackup.h"
#include "site/intake.h"
#include "store/store.h"

/* What a refresh asks the server for, in which order, and what of it goes into the store. */

/*
 * Brings STORE up to date with the server, in a transaction that it begins and commits. BEGAN is
 * the local time. False with FAULT when that fails; the caller then rolls back. A first sweep has
 * saved its position and goes on from there the next time.
 */
bool fetch_run(struct fetch *fetch, struct netbackup *netbackup, struct store *store,
	       const struct config_site *site, int64_t began, struct fault *fault);

/* From this instant of the server's clock on, the store with MARKS knows all completions. */
int64_t fetch_known_since(const struct store_marks *marks);

/* Frees the members of FETCH, not FETCH itself. */
void fetch_clear(struct fetch *fetch);

#endif
