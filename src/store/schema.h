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
	DROP_PARENTS_CLIENTS,
	GET_ORPHAN,
	ANY_ORPHAN,
	PUT_ORPHAN,
	DROP_ORPHAN,
	EXPIRE_ORPHANS,
	SOME_ENDED,
	FIRST_ENDED,
	PUT_QUEUE,
	ALL_FAILURES,
	PUT_FAILURE,
	DROP_FAILURE,
	LONGEST,
	LATEST_OF_FEW,
	LATEST_OF_MANY,
	STATEMENT_COUNT
};

#endif
