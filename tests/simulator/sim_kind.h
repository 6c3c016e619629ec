/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_KIND_H
#define SIM_KIND_H

#include <stdbool.h>
#include <stdint.h>

/* Types, usual policies and statuses of jobs: each is an index into a table. */

/* Places that are fixed. */
enum {
	SIM_TYPE_BACKUP = 0,
	SIM_TYPE_SNAPSHOT = 3,
	SIM_STATUS_SUCCESS = 0,
	SIM_STATUS_PARTIAL = 1,
	SIM_STATUS_FAILURES = 2, /* from here on all statuses are failures */
	SIM_STATUS_SNAPSHOT_FAILED = 14,
};

/* What the jobs of one run of a policy are like, as sim_tree.h says. */
enum sim_shape {
	SIM_SHAPE_STREAMS,
	SIM_SHAPE_MACHINES,
	SIM_SHAPE_DATABASE,
};

/* Draws one by its weight. */
int sim_kind_pick_type(uint64_t noise);
int sim_kind_pick_policy(uint64_t noise);
int sim_kind_pick_status(uint64_t noise);

/* Sizes of the tables of names, and the names. */
int sim_kind_types(void);
int sim_kind_policies(void);
int sim_kind_policy_types(void);
int sim_kind_statuses(void);
const char *sim_kind_type_name(int type);
const char *sim_kind_sub_type_name(int type);
int sim_kind_operation(int type);
const char *sim_kind_policy_type_name(int policy_type);
enum sim_shape sim_kind_shape(int policy_type);
const char *sim_kind_policy_name(int policy);
int sim_kind_status_code(int status);
int sim_kind_schedules(void);
const char *sim_kind_schedule_name(int schedule);
const char *sim_kind_schedule_type_name(int schedule);

/* What jobs of a type are like, and the policy type of a policy. */
int sim_kind_policy_type(int policy);
bool sim_kind_has_policy(int type);
bool sim_kind_protects(int type); /* BACKUP, DBBACKUP and SNAPSHOT */
bool sim_kind_moves_data(int type);
int sim_kind_seconds(int type); /* the longest duration */

#endif
