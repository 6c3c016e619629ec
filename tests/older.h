/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OLDER_H
#define OLDER_H

/* How many schemas of a store there have been, with the present one. */
#define OLDER_VERSIONS 5

/*
 * SQL that makes of a store with version N + 1 of its schema one with version N, by N. What is at 0
 * is NULL.
 */
extern const char *const older_steps[OLDER_VERSIONS];

#endif
