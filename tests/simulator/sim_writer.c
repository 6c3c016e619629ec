/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_time.h"

void sim_writer_start(struct sim_writer *writer, struct sim_buf *buf, struct sim_edits *edits,
		      int64_t number)
{
	writer->buf = buf;
	writer->edits = edits;
	writer->number = number;
	writer->edited = sim_edit_concerns(edits, number);
	writer->watch_from = writer->watch_to = 0;
	writer->size = 0;
	writer->depth = 0;
	writer->muted = 0;
	writer->comma = false;
	writer->has_attributes = false;
	writer->sizes[writer->depth++] = 0;
	edits->element++;
	sim_buf_text(buf, "{");
}

static void add_name(struct sim_writer *writer, const char *name)
{
	if (writer->comma)
		sim_buf_text(writer->buf, ",");
	writer->comma = true;
	sim_buf_json(writer->buf, name);
	sim_buf_text(writer->buf, ":");
}

static bool is_watched(const struct sim_writer *writer)
{
	return writer->watch && strcmp(writer->watch, writer->path) == 0;
}

/* Writes the name of a member, or all of it when it was edited. False: no value is wanted. */
static bool begin(struct sim_writer *writer, const char *name)
{
	struct sim_edit *edit = NULL;

	if (writer->muted)
		return false;
	snprintf(writer->path + writer->size, sizeof(writer->path) - writer->size, "%s", name);
	if (writer->edited)
		edit = sim_edit_find(writer->edits, writer->number, writer->path);
	if (edit)
		edit->done = writer->edits->element;
	if (edit && !edit->value)
		return false;
	add_name(writer, name);
	if (is_watched(writer))
		writer->watch_from = writer->buf->size;
	if (edit)
		sim_buf_text(writer->buf, edit->value);
	if (is_watched(writer))
		writer->watch_to = writer->buf->size;
	return !edit;
}

static void end(struct sim_writer *writer)
{
	if (is_watched(writer))
		writer->watch_to = writer->buf->size;
}

static void enter(struct sim_writer *writer, const char *name, bool in_path)
{
	if (!begin(writer, name)) {
		writer->muted++;
		return;
	}
	writer->sizes[writer->depth++] = writer->size;
	if (in_path)
		writer->size += (size_t)snprintf(writer->path + writer->size,
						 sizeof(writer->path) - writer->size, "%s.", name);
	writer->comma = false;
	sim_buf_text(writer->buf, "{");
}

void sim_writer_open(struct sim_writer *writer, const char *name)
{
	enter(writer, name, true);
}

void sim_writer_attributes(struct sim_writer *writer)
{
	enter(writer, "attributes", false);
	writer->has_attributes = true;
}

/* The name of an edit's field as a member of the open object, NULL when it is not one. */
static const char *member_name(const struct sim_writer *writer, const struct sim_edit *edit)
{
	const char *name = edit->field + writer->size;

	if (strncmp(edit->field, writer->path, writer->size) != 0 || strchr(name, '.'))
		return NULL;
	return name;
}

/* Members that the element has not got, but a test has set. */
static void add_rest(struct sim_writer *writer)
{
	for (size_t i = 0; writer->edited && i < writer->edits->count; i++) {
		struct sim_edit *edit = &writer->edits->list[i];
		const char *name = member_name(writer, edit);

		if (!name || edit->done == writer->edits->element ||
		    sim_edit_find(writer->edits, writer->number, edit->field) != edit)
			continue;
		begin(writer, name);
	}
}

void sim_writer_close(struct sim_writer *writer)
{
	if (writer->muted) {
		writer->muted--;
		return;
	}
	if (writer->depth > 1 || !writer->has_attributes)
		add_rest(writer);
	writer->size = writer->sizes[--writer->depth];
	writer->comma = true;
	sim_buf_text(writer->buf, "}");
}

void sim_writer_text(struct sim_writer *writer, const char *name, const char *text)
{
	if (!begin(writer, name))
		return;
	sim_buf_json(writer->buf, text);
	end(writer);
}

void sim_writer_time(struct sim_writer *writer, const char *name, int64_t ms)
{
	char text[SIM_TIME_SIZE];

	sim_time_format(ms, text);
	sim_writer_text(writer, name, text);
}

void sim_writer_number(struct sim_writer *writer, const char *name, int64_t number)
{
	if (!begin(writer, name))
		return;
	sim_buf_number(writer->buf, number);
	end(writer);
}

void sim_writer_bool(struct sim_writer *writer, const char *name, bool value)
{
	sim_writer_json(writer, name, "%s", value ? "true" : "false");
}

void sim_writer_json(struct sim_writer *writer, const char *name, const char *format, ...)
{
	va_list args;
	int size;

	if (!begin(writer, name))
		return;
	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0)
		abort();
	va_start(args, format);
	vsnprintf(sim_buf_reserve(writer->buf, (size_t)size + 1), (size_t)size + 1, format, args);
	va_end(args);
	writer->buf->size += (size_t)size;
	end(writer);
}
