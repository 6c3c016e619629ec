/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/job.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/attribute.h"

/* More kilobytes cannot be real, and would be counted inexactly. */
#define KILOBYTES_MAX (JSON_EXACT_MAX / 1024)

/* The attributes of a job that are read. A job has some 80. */
enum attribute {
	CHILD_COUNT,
	CLIENT_NAME,
	DEDUP_RATIO,
	END_TIME,
	JOB_ID,
	JOB_PATH,
	JOB_QUEUE_REASON,
	JOB_TYPE,
	KILOBYTES_TRANSFERRED,
	LAST_UPDATE_TIME,
	NUMBER_OF_FILES,
	PARENT_JOB_ID,
	POLICY_NAME,
	POLICY_TYPE,
	SCHEDULE_NAME,
	SCHEDULE_TYPE,
	START_TIME,
	STATE,
	STATUS,
	ATTRIBUTE_COUNT
};

static const char *const attribute_names[ATTRIBUTE_COUNT] = {
    [CHILD_COUNT] = "childCount",
    [CLIENT_NAME] = "clientName",
    [DEDUP_RATIO] = "dedupRatio",
    [END_TIME] = "endTime",
    [JOB_ID] = "jobId",
    [JOB_PATH] = "jobPath",
    [JOB_QUEUE_REASON] = "jobQueueReason",
    [JOB_TYPE] = "jobType",
    [KILOBYTES_TRANSFERRED] = "kilobytesTransferred",
    [LAST_UPDATE_TIME] = "lastUpdateTime",
    [NUMBER_OF_FILES] = "numberOfFiles",
    [PARENT_JOB_ID] = "parentJobId",
    [POLICY_NAME] = "policyName",
    [POLICY_TYPE] = "policyType",
    [SCHEDULE_NAME] = "scheduleName",
    [SCHEDULE_TYPE] = "scheduleType",
    [START_TIME] = "startTime",
    [STATE] = "state",
    [STATUS] = "status",
};

/* A word of an enumeration. */
static const char *read_word(const struct json *value)
{
	const char *word = json_word(value);

	return word && word[0] != '\0' ? word : JOB_NONE;
}

/* A state that nobody knows is one of a job that is not finished. */
static enum job_state read_state(const struct json *value)
{
	static const char *const states[] = {
	    [JOB_DONE] = "DONE",	   [JOB_QUEUED] = "QUEUED",
	    [JOB_ACTIVE] = "ACTIVE",	   [JOB_REQUEUED] = "REQUEUED",
	    [JOB_SUSPENDED] = "SUSPENDED", [JOB_INCOMPLETE] = "INCOMPLETE",
	};
	const char *text = json_word(value);

	for (size_t i = 0; text && i < sizeof states / sizeof states[0]; i++)
		if (strcmp(text, states[i]) == 0)
			return (enum job_state)i;
	return json_is_none(value) || (text && text[0] == '\0') ? JOB_OTHER : JOB_INCOMPLETE;
}

/* The last but one of the ids in PATH, such as 8 in "6.8.9"; 0 = there is none. */
static int64_t parent_in_path(const char *path)
{
	const char *dot = path ? strrchr(path, '.') : NULL, *start = dot;

	while (start && start > path && start[-1] != '.')
		start--;
	return start ? strtoll(start, NULL, 10) : 0;
}

/* The id of the parent of job ID. A root has none, 0, or names itself. */
static int64_t read_parent(const struct json *const *of, int64_t id)
{
	int64_t parent = json_is_none(of[PARENT_JOB_ID]) ? parent_in_path(json_string(of[JOB_PATH]))
							 : json_whole(of[PARENT_JOB_ID]);

	return parent > 0 && parent != id ? parent : 0;
}

/* The number of children, or -1. It came with API 10.0. */
static int32_t read_children(const struct json *value)
{
	int64_t children = json_whole(value);

	return children > INT32_MAX ? INT32_MAX : (int32_t)children;
}

static void read_attributes(const struct json *const *of, struct job *job)
{
	int64_t reason;

	job->id = json_whole(of[JOB_ID]);
	job->state = read_state(of[STATE]);
	job->type = read_word(of[JOB_TYPE]);
	job->policy_type = read_word(of[POLICY_TYPE]);
	job->policy = attribute_name(of[POLICY_NAME]);
	job->client = attribute_name(of[CLIENT_NAME]);
	job->schedule = attribute_name(of[SCHEDULE_NAME]);
	job->schedule_type = attribute_name(of[SCHEDULE_TYPE]);
	job->children = read_children(of[CHILD_COUNT]);
	job->started = attribute_instant(of[START_TIME]);
	job->ended = attribute_instant(of[END_TIME]);
	job->updated = attribute_instant(of[LAST_UPDATE_TIME]);
	job->bytes = attribute_amount(of[KILOBYTES_TRANSFERRED], KILOBYTES_MAX) * 1024;
	job->files = attribute_amount(of[NUMBER_OF_FILES], JSON_EXACT_MAX);
	job->dedup = attribute_percent(of[DEDUP_RATIO]);
	reason = attribute_code(of[JOB_QUEUE_REASON]);
	job->queue_reason = reason > 0 ? (uint32_t)reason : 0;
}

/* STATUS is -1 where the job has none. */
static enum job_flaw find_flaw(const struct job *job, int64_t status)
{
	if (job->id <= 0)
		return JOB_WITHOUT_ID;
	if (job->state == JOB_OTHER && status < 0)
		return JOB_WITHOUT_STATE;
	if (job->state == JOB_DONE && status < 0)
		return JOB_WITHOUT_STATUS;
	if (job->state == JOB_DONE && job->ended == 0)
		return JOB_WITHOUT_END;
	return JOB_SOUND;
}

const char *job_flaw_attribute(enum job_flaw flaw)
{
	static const char *const attributes[JOB_FLAWS] = {[JOB_SOUND] = "",
							  [JOB_WITHOUT_ID] = "jobId",
							  [JOB_WITHOUT_STATE] = "state",
							  [JOB_WITHOUT_STATUS] = "status",
							  [JOB_WITHOUT_END] = "endTime"};

	return attributes[flaw];
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
	job->parent = read_parent(attributes, job->id);
	job->end_guessed = job->state == JOB_DONE && job->ended == 0;
	if (job->end_guessed)
		job->ended = job->updated;
	status = attribute_code(attributes[STATUS]);
	job->flaw = find_flaw(job, status);
	job->status = (uint32_t)status;
	if (job->state == JOB_OTHER)
		job->state = JOB_INCOMPLETE;
	if (job->state != JOB_DONE) {
		job->status = 0;
		job->ended = 0;
	}
	return job->flaw ? JOB_SKIPPED : JOB_READ;
}
