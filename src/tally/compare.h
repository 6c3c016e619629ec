/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COMPARE_H
#define COMPARE_H

#include "tally/tally.h"

/*
 * Whether A and B have the same totals and histories. Counters are not compared, and what is in one
 * without jobs may be missing in the other. The histories of both must be settled. Pure.
 */
bool compare_equal(struct tally *a, struct tally *b);

#endif
