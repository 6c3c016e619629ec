/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_WRITER_H
#define SIM_WRITER_H

#include <stdbool.h>

#include "sim_buf.h"
#include "sim_edit.h"

enum {
	SIM_WRITER_DEPTH = 8,
	SIM_WRITER_PATH_SIZE = 200,
};

/*
 * Writes the JSON of one element of a list. It knows the path of the member that it writes, and
 * asks the edits first: what they replace or take out is not what the caller says.
 */
struct sim_writer {
	struct sim_buf *buf;
	struct sim_edits *edits;
	int64_t number;	   /* of the element */
	bool edited;	   /* whether there are edits of it */
	const char *watch; /* the path of a member that is looked for, or NULL */
	size_t watch_from; /* where its value is in the buffer; both 0: nowhere */
	size_t watch_to;

	char path[SIM_WRITER_PATH_SIZE];
	size_t size; /* of the path of the open object, with its dot */
	size_t sizes[SIM_WRITER_DEPTH];
	int depth;
	int muted; /* objects that are open, but not shown */
	bool comma;
	bool has_attributes; /* which are then where added members go */
};

/* Opens an element; sim_writer_close ends it. */
void sim_writer_start(struct sim_writer *writer, struct sim_buf *buf, struct sim_edits *edits,
		      int64_t number);

/*
 * Opens an object; sim_writer_close ends it, behind the edits' members that it has not got of its
 * own. The attributes are an object whose name is not part of paths.
 */
void sim_writer_open(struct sim_writer *writer, const char *name);
void sim_writer_attributes(struct sim_writer *writer);
void sim_writer_close(struct sim_writer *writer);

/* Members: a string, an instant as a string, a number, a truth value, JSON as it is. */
void sim_writer_text(struct sim_writer *writer, const char *name, const char *text);
void sim_writer_time(struct sim_writer *writer, const char *name, int64_t ms);
void sim_writer_number(struct sim_writer *writer, const char *name, int64_t number);
void sim_writer_bool(struct sim_writer *writer, const char *name, bool value);
void sim_writer_json(struct sim_writer *writer, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
