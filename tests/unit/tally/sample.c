/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/tally/sample.h"

#include <string.h>

#include "harness.h"
#include "tally/totals.h"
#include "resolve.h"

struct job sample_job(const char *type, const char *policy, uint32_t status)
{
	return (struct job){.id = 1,
			    .state = JOB_DONE,
			    .type = type,
			    .policy_type = policy,
			    .policy = "gold",
			    .client = "db1",
			    .status = status,
			    .started = 1000000,
			    .ended = 1060999,
			    .bytes = 1024,
			    .files = 3};
}

void sample_add(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = resolve_job(tally, job);

	totals_add(tally, &resolved);
}

void sample_remove(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = resolve_job(tally, job);

	totals_remove(tally, &resolved);
}

void sample_count(struct tally *tally, const struct job *job)
{
	struct tally_job resolved = resolve_job(tally, job);

	totals_count(&resolved);
}

struct tally_subject *sample_subject(struct tally *tally, enum tally_kind kind, const char *name)
{
	return tally_subject(tally, kind, name, kind == TALLY_WORKLOAD ? "VMWARE" : "");
}

static void count_cell(struct tally_cell *cell, void *arg)
{
	(void)cell;
	++*(size_t *)arg;
}

size_t sample_cells(const struct tally *tally)
{
	size_t count = 0;

	tally_each(tally, count_cell, &count);
	return count;
}

/* What tally_each finds for one type, policy and status: strings not copied. */
struct wanted {
	const char *type, *policy;
	uint32_t status;
	struct tally_cell cell;
	int found;
};

static void match(struct tally_cell *cell, void *arg)
{
	struct wanted *wanted = arg;

	if (strcmp(cell->job_type, wanted->type) != 0 ||
	    strcmp(cell->policy_type, wanted->policy) != 0 || cell->status != wanted->status)
		return;
	wanted->cell = *cell;
	wanted->found++;
}

struct tally_cell sample_cell(const struct tally *tally, const char *type, const char *policy,
			      uint32_t status)
{
	struct wanted wanted = {.type = type, .policy = policy, .status = status};

	tally_each(tally, match, &wanted);
	EQUAL_NUMBER(wanted.found, 1);
	return wanted.cell;
}

void sample_expect(const struct tally_subject *subject, unsigned succeeded, unsigned partial,
		   unsigned failed, unsigned unfinished)
{
	if (subject->succeeded != succeeded || subject->partial != partial ||
	    subject->failed != failed || subject->unfinished != unfinished)
		FAIL("%s: %d + %d + %d + %d, not %u + %u + %u + %u", subject->name,
		     (int)subject->succeeded, (int)subject->partial, (int)subject->failed,
		     (int)subject->unfinished, succeeded, partial, failed, unfinished);
	CU_PASS("outcomes have been compared");
}
