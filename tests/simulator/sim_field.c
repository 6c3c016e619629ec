/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_field.h"

#include <string.h>

#include "sim_kind.h"

static const struct field {
	const char *name;
	enum sim_kind kind;
} fields[SIM_FIELDS] = {
    [SIM_FIELD_JOB_ID] = {"jobId", SIM_KIND_NUMBER},
    [SIM_FIELD_PARENT_JOB_ID] = {"parentJobId", SIM_KIND_NUMBER},
    [SIM_FIELD_START_TIME] = {"startTime", SIM_KIND_TIME},
    [SIM_FIELD_END_TIME] = {"endTime", SIM_KIND_TIME},
    [SIM_FIELD_LAST_UPDATE_TIME] = {"lastUpdateTime", SIM_KIND_TIME},
    [SIM_FIELD_STATUS] = {"status", SIM_KIND_NUMBER},
    [SIM_FIELD_KILOBYTES_TRANSFERRED] = {"kilobytesTransferred", SIM_KIND_NUMBER},
    [SIM_FIELD_NUMBER_OF_FILES] = {"numberOfFiles", SIM_KIND_NUMBER},
    [SIM_FIELD_STATE] = {"state", SIM_KIND_TEXT},
    [SIM_FIELD_JOB_TYPE] = {"jobType", SIM_KIND_TEXT},
    [SIM_FIELD_POLICY_TYPE] = {"policyType", SIM_KIND_TEXT},
    [SIM_FIELD_CLIENT_NAME] = {"clientName", SIM_KIND_TEXT},
};

enum sim_field sim_field_find(const char *name, size_t size)
{
	int i;

	for (i = 0; i < SIM_FIELDS; i++)
		if (strlen(fields[i].name) == size && memcmp(fields[i].name, name, size) == 0)
			break;
	return (enum sim_field)i;
}

enum sim_kind sim_field_kind(enum sim_field field)
{
	return fields[field].kind;
}

bool sim_field_number(const struct sim_job *job, enum sim_field field, int64_t *value)
{
	const int64_t values[SIM_FIELDS] = {
	    [SIM_FIELD_JOB_ID] = job->id,
	    [SIM_FIELD_PARENT_JOB_ID] = job->parent_id,
	    [SIM_FIELD_START_TIME] = job->start_ms,
	    [SIM_FIELD_END_TIME] = job->end_ms,
	    [SIM_FIELD_LAST_UPDATE_TIME] = job->update_ms,
	    [SIM_FIELD_STATUS] = sim_kind_status_code(job->status),
	    [SIM_FIELD_KILOBYTES_TRANSFERRED] = job->kilobytes,
	    [SIM_FIELD_NUMBER_OF_FILES] = job->files,
	};

	*value = values[field];
	if (field == SIM_FIELD_END_TIME || field == SIM_FIELD_STATUS)
		return job->state == SIM_DONE;
	return true;
}

const char *sim_field_text(const struct sim_job *job, enum sim_field field,
			   char room[SIM_NAME_SIZE])
{
	switch (field) {
	case SIM_FIELD_STATE:
		return sim_job_state_name(job->state);
	case SIM_FIELD_JOB_TYPE:
		return sim_kind_type_name(job->type);
	case SIM_FIELD_POLICY_TYPE:
		return job->policy_type < 0 ? NULL : sim_kind_policy_type_name(job->policy_type);
	case SIM_FIELD_CLIENT_NAME:
		sim_name_client(job->client, room);
		return room;
	default:
		return NULL;
	}
}
