/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/job.h"

#include <stddef.h>
#include <string.h>

#include "base/timefmt.h"

/* More kilobytes cannot be real, and would be counted inexactly. */
#define KILOBYTES_MAX (JSON_EXACT_MAX / 1024)

/* The attributes of a job that are read. A job has some 80. */
enum attribute {
	CLIENT_NAME,
	DEDUP_RATIO,
	END_TIME,
	JOB_ID,
	JOB_QUEUE_REASON,
	JOB_TYPE,
	KILOBYTES_TRANSFERRED,
	LAST_UPDATE_TIME,
	NUMBER_OF_FILES,
	POLICY_NAME,
	POLICY_TYPE,
	START_TIME,
	STATE,
	STATUS,
	ATTRIBUTE_COUNT
};

static const char *const attribute_names[ATTRIBUTE_COUNT] = {
    [CLIENT_NAME] = "clientName",
    [DEDUP_RATIO] = "dedupRatio",
    [END_TIME] = "endTime",
    [JOB_ID] = "jobId",
    [JOB_QUEUE_REASON] = "jobQueueReason",
    [JOB_TYPE] = "jobType",
    [KILOBYTES_TRANSFERRED] = "kilobytesTransferred",
    [LAST_UPDATE_TIME] = "lastUpdateTime",
    [NUMBER_OF_FILES] = "numberOfFiles",
    [POLICY_NAME] = "policyName",
    [POLICY_TYPE] = "policyType",
    [START_TIME] = "startTime",
    [STATE] = "state",
    [STATUS] = "status",
};

/* A counter. Absent, negative and absurd values are 0, so that they spoil no sum. */
static uint64_t read_amount(const struct json *value, double max)
{
	double number = json_number(value);

	return number > 0 && number <= max ? (uint64_t)number : 0;
}

/* A percentage, from 0 to 100. */
static double read_ratio(const struct json *value)
{
	double number = json_number(value);

	if (!(number > 0))
		return 0;
	return number < 100 ? number : 100;
}

/* The status code, or -1. Only a number is one, no string. */
static int64_t read_status(const struct json *value)
{
	int64_t status = json_string(value) ? -1 : json_whole(value);

	return status <= UINT32_MAX ? status : -1;
}

/* An instant, or 0. The server writes 1970 where there is none. */
static int64_t read_instant(const struct json *value)
{
	const char *text = json_string(value);
	int64_t instant;

	if (!text || !timefmt_parse_instant(text, &instant))
		return 0;
	return instant > 0 ? instant : 0;
}

/* A name, fit to be shown; FALLBACK when there is none. */
static const char *read_name(const struct json *value, const char *fallback)
{
	const char *name = json_clean_string(value);

	return name && name[0] != '\0' ? name : fallback;
}

static enum job_state read_state(const struct json *value)
{
	static const char *const states[] = {
	    [JOB_DONE] = "DONE",	   [JOB_QUEUED] = "QUEUED",
	    [JOB_ACTIVE] = "ACTIVE",	   [JOB_REQUEUED] = "REQUEUED",
	    [JOB_SUSPENDED] = "SUSPENDED", [JOB_INCOMPLETE] = "INCOMPLETE",
	};
	const char *text = json_string(value);

	for (size_t i = 0; text && i < sizeof states / sizeof states[0]; i++)
		if (strcmp(text, states[i]) == 0)
			return (enum job_state)i;
	return JOB_OTHER;
}

static void read_attributes(const struct json *const *of, struct job *job)
{
	job->id = json_whole(of[JOB_ID]);
	job->state = read_state(of[STATE]);
	job->type = read_name(of[JOB_TYPE], JOB_NONE);
	job->policy_type = read_name(of[POLICY_TYPE], JOB_NONE);
	job->policy = read_name(of[POLICY_NAME], "");
	job->client = read_name(of[CLIENT_NAME], "");
	job->started = read_instant(of[START_TIME]);
	job->ended = read_instant(of[END_TIME]);
	job->updated = read_instant(of[LAST_UPDATE_TIME]);
	job->bytes = read_amount(of[KILOBYTES_TRANSFERRED], KILOBYTES_MAX) * 1024;
	job->files = read_amount(of[NUMBER_OF_FILES], JSON_EXACT_MAX);
	job->dedup = (uint32_t)(read_ratio(of[DEDUP_RATIO]) * 100 + 0.5);
	job->queue_reason = (uint32_t)read_amount(of[JOB_QUEUE_REASON], UINT32_MAX);
}

enum job_result job_read(const struct json *element, struct job *job)
{
	const struct json *attributes[ATTRIBUTE_COUNT];
	int64_t status;

	if (!element)
		return JOB_END;
	json_members(json_member(element, "attributes"), attribute_names, ATTRIBUTE_COUNT,
		     attributes);
	read_attributes(attributes, job);
	if (job->id <= 0)
		job->id = json_whole(json_member(element, "id"));
	status = read_status(attributes[STATUS]);
	job->status = (uint32_t)status;
	if (job->state != JOB_DONE) {
		job->status = 0;
		job->ended = 0;
	}
	if (job->id <= 0 || (job->state == JOB_OTHER && status < 0) ||
	    (job->state == JOB_DONE && (status < 0 || job->ended == 0)))
		return JOB_SKIPPED;
	return JOB_READ;
}
