/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FAMILY_H
#define FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include "api/job.h"

/*
 * What is known of a job's parent and children. Many backups are a tree of jobs: the root starts a
 * job for each machine, which may start others. The same work, and the same failure, is then told
 * by several jobs.
 *
 * A job is a parent if the server says that it has children (childCount). Where the server does not
 * say how many, before API 10.0, it is a parent if another job names it.
 *
 * It is all in one number, which is on disk: flags, and above them the number of children that have
 * failed, or have failed children themselves. They stay failed when the server's list loses them.
 */
enum family_flag {
	FAMILY_KNOWN = 1,   /* the server has told it; not so in a store of an older version */
	FAMILY_PARENT = 2,  /* the server says that it has children */
	FAMILY_COUNTED = 4, /* the server says how many, perhaps none */
	FAMILY_NAMED = 8,   /* another job names it as its parent */
	FAMILY_BLAMED = 16, /* it is one of the failed children of its parent */
	FAMILY_ONE_FAILED = 32
};

/* The family of JOB, of which BEFORE is what was known; 0 = nothing. */
int64_t family_of(const struct job *job, int64_t before);

/* Whether FAMILY is what JOB tells of it. */
bool family_agrees(int64_t family, const struct job *job);

bool family_is_parent(int64_t family);
bool family_has_failed_child(int64_t family);

/*
 * Whether a job is to be one of the failed children of its parent. FAILED says whether it ended so.
 * One that is not DONE, perhaps restarted, stays what it was.
 */
bool family_is_to_blame(int64_t family, bool done, bool failed);

/* FAMILY with one failed child more, or, where BY is -1, one less. */
int64_t family_add_failed(int64_t family, int by);

#endif
