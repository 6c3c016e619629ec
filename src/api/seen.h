/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>

/* The keys of all elements of a list that have been seen so far. */
struct seen;

/* None yet; to be freed with seen_free. */
struct seen *seen_new(void);

bool seen_has(const struct seen *seen, const char *key);

/* Adds a copy of KEY. False when it was there already. */
bool seen_add(struct seen *seen, const char *key);

/* NULL is fine. */
void seen_free(struct seen *seen);

#endif
