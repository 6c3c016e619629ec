/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "tally/tally.h"

/* Jobs for the tests of tallies. */

/* Finished job 1 of policy gold and client db1, which took 60 s. */
struct job sample_job(const char *type, const char *policy_type, uint32_t status);

/* Adds JOB to TALLY, removes it, or counts it. */
void sample_add(struct tally *tally, const struct job *job);
void sample_remove(struct tally *tally, const struct job *job);
void sample_count(struct tally *tally, const struct job *job);

/* A policy, a client or a workload of VMWARE, whose NAME is its job type. */
struct tally_subject *sample_subject(struct tally *tally, enum tally_kind kind, const char *name);

/* The one cell of that name, looked for among all: its strings are not copied. */
struct tally_cell sample_cell(const struct tally *tally, const char *type, const char *policy_type,
			      uint32_t status);

/* How many cells TALLY has. */
size_t sample_cells(const struct tally *tally);

/* Checks how the jobs of SUBJECT ended. */
void sample_expect(const struct tally_subject *subject, unsigned succeeded, unsigned partial,
		   unsigned failed, unsigned unfinished);

#endif
