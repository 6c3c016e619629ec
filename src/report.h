/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "snapshot.h"

/* Job rows on paper, for --once. */

/* An aligned table of the rows of all SNAPSHOTS, with a head line. */
void report_table(FILE *out, struct snapshot *const *snapshots, size_t count);

/* The same as one JSON document, with what there is to say about each site. */
void report_json(FILE *out, struct snapshot *const *snapshots, size_t count);

#endif
