/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/skipped.h"

#include <stdio.h>

#include "base/log.h"

#define ONE_SIZE 80

void skipped_note(struct skipped *skipped, const struct job *job)
{
	if (skipped->count[job->flaw]++ == 0)
		skipped->first[job->flaw] = job->id;
}

static void write_one(const struct skipped *skipped, enum job_flaw flaw, char text[ONE_SIZE])
{
	unsigned long long count = skipped->count[flaw];
	const char *jobs = count == 1 ? "job" : "jobs", *attribute = job_flaw_attribute(flaw);

	if (skipped->first[flaw] > 0)
		snprintf(text, ONE_SIZE, "%llu %s skipped: no %s (first: %lld)", count, jobs,
			 attribute, (long long)skipped->first[flaw]);
	else
		snprintf(text, ONE_SIZE, "%llu %s skipped: no %s", count, jobs, attribute);
}

void skipped_text(const struct skipped *skipped, char *text, size_t size)
{
	char one[ONE_SIZE];
	size_t length = 0;

	text[0] = '\0';
	for (int flaw = 0; flaw < JOB_FLAWS; flaw++) {
		if (skipped->count[flaw] == 0 || length >= size)
			continue;
		write_one(skipped, (enum job_flaw)flaw, one);
		length += (size_t)snprintf(text + length, size - length, "%s%s",
					   length > 0 ? ", " : "", one);
	}
}

void skipped_log(const struct skipped *skipped, const struct skipped *before, const char *site)
{
	char one[ONE_SIZE];

	for (int flaw = 0; flaw < JOB_FLAWS; flaw++) {
		if (skipped->count[flaw] == 0 || before->count[flaw] > 0)
			continue;
		write_one(skipped, (enum job_flaw)flaw, one);
		log_warning("site %s: %s", site, one);
	}
}
