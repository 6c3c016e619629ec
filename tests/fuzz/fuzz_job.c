/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/job.h"
#include "api/page.h"
#include "tally/completions.h"
#include "tally/totals.h"
#include "base/utf8.h"
#include "resolve.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* What the rest of the program relies on. */
static void check_job(const struct job *job)
{
	assert(job->id > 0);
	assert(job->type[0] != '\0' && utf8_valid(job->type));
	assert(job->policy_type[0] != '\0' && utf8_valid(job->policy_type));
	assert(job->state != JOB_DONE || job->ended > 0);
}

static void read_page(const char *text, size_t size)
{
	const char *complaint = NULL;
	struct page *page = page_parse(text, size, &complaint);
	struct tally *tally = tally_new(NULL);
	struct completions *completions = completions_new(tally);
	enum job_result result;
	struct tally_job resolved;
	struct job job;

	assert((page == NULL) == (complaint != NULL));
	while (page && (result = job_read(page_next(page), &job)) != JOB_END) {
		if (result != JOB_READ)
			continue;
		check_job(&job);
		resolved = resolve_job(tally, &job);
		totals_add(tally, &resolved);
		if (job.state == JOB_DONE)
			completions_note(completions, &resolved);
	}
	completions_free(completions);
	tally_free(tally);
	page_free(page);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	/* A block of its own, without a NUL behind it, so that a step too far is seen. */
	char *text = malloc(size ? size : 1);

	memcpy(text, data, size);
	read_page(text, size);
	free(page_peek_cursor(text, size));
	free(page_error_text(text, size));
	free(text);
	return 0;
}
