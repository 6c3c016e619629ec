/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_FIELD_H
#define SIM_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim_job.h"
#include "sim_name.h"

/* What requests may filter and sort by. */
enum sim_field {
	SIM_FIELD_JOB_ID,
	SIM_FIELD_PARENT_JOB_ID,
	SIM_FIELD_START_TIME,
	SIM_FIELD_END_TIME,
	SIM_FIELD_LAST_UPDATE_TIME,
	SIM_FIELD_STATUS,
	SIM_FIELD_KILOBYTES_TRANSFERRED,
	SIM_FIELD_NUMBER_OF_FILES,
	SIM_FIELD_STATE,
	SIM_FIELD_JOB_TYPE,
	SIM_FIELD_POLICY_TYPE,
	SIM_FIELD_CLIENT_NAME,
	SIM_FIELDS,
};

enum sim_kind {
	SIM_KIND_NUMBER,
	SIM_KIND_TIME,
	SIM_KIND_TEXT,
};

/* The field of that name, or SIM_FIELDS. */
enum sim_field sim_field_find(const char *name, size_t size);
enum sim_kind sim_field_kind(enum sim_field field);

/* The value of a number or time. False when the job has none. */
bool sim_field_number(const struct sim_job *job, enum sim_field field, int64_t *value);

/* The value of a text, perhaps written to `room`; NULL when the job has none. */
const char *sim_field_text(const struct sim_job *job, enum sim_field field,
			   char room[SIM_NAME_SIZE]);

#endif
