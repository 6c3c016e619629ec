/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/family.h"

/* What the server says of a job by itself. */
#define TOLD (FAMILY_KNOWN | FAMILY_PARENT | FAMILY_COUNTED)

static int64_t told_by(const struct job *job)
{
	int64_t told = FAMILY_KNOWN;

	if (job->children >= 0)
		told |= FAMILY_COUNTED;
	if (job->children > 0)
		told |= FAMILY_PARENT;
	return told;
}

int64_t family_of(const struct job *job, int64_t before)
{
	return (before & ~(int64_t)TOLD) | told_by(job);
}

bool family_agrees(int64_t family, const struct job *job)
{
	return (family & TOLD) == told_by(job);
}

bool family_is_parent(int64_t family)
{
	return family & FAMILY_PARENT || (family & FAMILY_NAMED && !(family & FAMILY_COUNTED));
}

bool family_has_failed_child(int64_t family)
{
	return family >= FAMILY_ONE_FAILED;
}

bool family_is_to_blame(int64_t family, bool done, bool failed)
{
	return family_has_failed_child(family) || (done ? failed : family & FAMILY_BLAMED);
}

int64_t family_add_failed(int64_t family, int by)
{
	if (by < 0 && !family_has_failed_child(family))
		return family;
	return family + (int64_t)by * FAMILY_ONE_FAILED;
}
