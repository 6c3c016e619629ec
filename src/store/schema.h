/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SCHEMA_H
#define SCHEMA_H

#include "store/database.h"

/* The tables of a store, how older ones are brought forward, and all statements on them. */
extern const struct database_schema schema;

/* The statements' places in the schema. */
enum schema_statement {
	GET_META,
	PUT_META,
	ALL_NAMES,
	ALL_CELLS,
	ALL_JOBS,
	ALL_SUBJECTS,
	ALL_QUEUES,
	ADD_NAME,
	DROP_NAME,
	ADD_CELL,
	SAVE_CELL,
	GET_JOB,
	PUT_JOB,
	DROP_JOB,
	UNLIST_JOB,
	LIST_FINISHED,
	LIST_UNFINISHED,
	LIST_EXPIRED,
	DROP_EXPIRED,
	LIST_COMPLETIONS,
	GET_EARLIER,
	PUT_EARLIER,
	DROP_EARLIER,
	EXPIRE_EARLIER,
	PUT_SUBJECT,
	DROP_SUBJECTS,
	PUT_QUEUE,
	LONGEST,
	LATEST_OF_FEW,
	LATEST_OF_MANY,
	STATEMENT_COUNT
};

#endif
