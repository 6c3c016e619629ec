/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ROWS_H
#define ROWS_H

#include "tables/failures.h"
#include "tables/jobs.h"
#include "tables/queue.h"
#include "tables/sites.h"
#include "tables/subject.h"
#include "tables/workloads.h"

/* The rows that SNAPSHOT has of a table, which are of struct ROW, and how many there are. */
#define ROWS(snapshot, id, row) ((struct row *)(snapshot)->tables[TABLE_##id].rows)
#define COUNT_OF(snapshot, id) ((snapshot)->tables[TABLE_##id].count)

#endif
