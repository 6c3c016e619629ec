/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_EDIT_H
#define SIM_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which element an edit concerns: its number, or all. No edit but one of all is for the others. */
enum {
	SIM_EDIT_ALL = -1,
	SIM_EDIT_OTHER = -2,
};

/* What a test replaced or took out of the elements of one list. */
struct sim_edit {
	int64_t number;
	char *field;  /* its path: dots go into objects */
	char *value;  /* JSON, as it is sent; NULL: the field is absent */
	int64_t done; /* the last element that showed it, as sim_edits.element counts them */
};

/* All zero: none. */
struct sim_edits {
	struct sim_edit *list;
	size_t count;
	size_t room;
	int64_t element; /* how many were written */
};

void sim_edit_add(struct sim_edits *edits, int64_t number, const char *field, const char *value);
void sim_edit_clear(struct sim_edits *edits);

/* Whether the element has an edit at all: most have none, and are asked about often. */
bool sim_edit_concerns(const struct sim_edits *edits, int64_t number);

/* The last edit of that field of that element, NULL for none. */
struct sim_edit *sim_edit_find(const struct sim_edits *edits, int64_t number, const char *field);

#endif
