/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LEAVING_H
#define LEAVING_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "site/site.h"

/*
 * The sites that have been cancelled, by a reload or at the end. Their threads end when they can:
 * one may wait for a disk that hangs, and requests are answered meanwhile. For the main thread.
 */
struct leaving;

/*
 * To be freed with leaving_end. Each site, after its thread has ended, is given to TAKE, with ARG,
 * for what it has left.
 */
struct leaving *leaving_new(void (*take)(struct site *site, void *arg), void *arg);

/*
 * Cancels SITES, an array of COUNT, of which NULL are none. Takes over the array, and CONFIG, which
 * the sites use.
 */
void leaving_add(struct leaving *leaving, struct config *config, struct site **sites, size_t count);

/* Whether a site called NAME has been cancelled and not ended. */
bool leaving_has(const struct leaving *leaving, const char *name);

/* Frees the sites that have ended. Does not wait. */
void leaving_turn(struct leaving *leaving);

/*
 * Waits for the sites as site_join does, and frees LEAVING. False when a thread is left behind:
 * what it uses must stay.
 */
bool leaving_end(struct leaving *leaving);

#endif
