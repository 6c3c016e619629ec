/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *memory)
{
	if (!memory) {
		fprintf(stderr, "nbu-sim: out of memory\n");
		abort();
	}
	return memory;
}

static struct sim_edit *find_same(struct sim_edits *edits, int64_t number, const char *field)
{
	for (size_t i = 0; i < edits->count; i++)
		if (edits->list[i].number == number && strcmp(edits->list[i].field, field) == 0)
			return &edits->list[i];
	return NULL;
}

void sim_edit_add(struct sim_edits *edits, int64_t number, const char *field, const char *value)
{
	struct sim_edit edit = {.number = number, .field = need(strdup(field))};
	struct sim_edit *old = find_same(edits, number, field);

	if (value)
		edit.value = need(strdup(value));
	/* The new one goes to the end, where it prevails over those of all elements, too. */
	if (old) {
		free(old->field);
		free(old->value);
		memmove(old, old + 1,
			(size_t)(edits->list + edits->count - (old + 1)) * sizeof(*old));
		edits->count--;
	}
	if (edits->count == edits->room) {
		edits->room = edits->room * 2 + 16;
		edits->list = need(realloc(edits->list, edits->room * sizeof(edit)));
	}
	edits->list[edits->count++] = edit;
}

void sim_edit_clear(struct sim_edits *edits)
{
	for (size_t i = 0; i < edits->count; i++) {
		free(edits->list[i].field);
		free(edits->list[i].value);
	}
	free(edits->list);
	*edits = (struct sim_edits){0};
}

bool sim_edit_concerns(const struct sim_edits *edits, int64_t number)
{
	for (size_t i = 0; i < edits->count; i++)
		if (edits->list[i].number == number || edits->list[i].number == SIM_EDIT_ALL)
			return true;
	return false;
}

struct sim_edit *sim_edit_find(const struct sim_edits *edits, int64_t number, const char *field)
{
	for (size_t i = edits->count; i > 0; i--) {
		struct sim_edit *edit = &edits->list[i - 1];

		if ((edit->number == number || edit->number == SIM_EDIT_ALL) &&
		    strcmp(edit->field, field) == 0)
			return edit;
	}
	return NULL;
}
