/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/sheet.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/humane.h"

#define BETWEEN "  "
#define GAP (sizeof BETWEEN - 1)
#define TEXT_LEAST 16 /* to what texts are shortened before a column is left out */

struct sheet_column {
	const struct column *column;
	char heading[COLUMN_KEY_SIZE];
	size_t width, wish; /* wish = that of the longest text */
	uint64_t sum;
	bool has_sum;
};

struct sheet {
	const struct table *table;
	const struct terminal *terminal;
	int64_t now;
	bool one_site;
	const void **rows;
	size_t row_count, row_room;
	struct sheet_column *columns; /* those that are left out stand behind the others */
	size_t count, all;
};

struct sheet *sheet_new(const struct table *table, const struct terminal *terminal, int64_t now,
			bool one_site)
{
	struct sheet *sheet = mem_zalloc(1, sizeof *sheet);

	*sheet =
	    (struct sheet){.table = table, .terminal = terminal, .now = now, .one_site = one_site};
	return sheet;
}

void sheet_add(struct sheet *sheet, const void *row)
{
	sheet->rows =
	    mem_grow(sheet->rows, &sheet->row_room, sheet->row_count, sizeof *sheet->rows);
	sheet->rows[sheet->row_count++] = row;
}

void sheet_free(struct sheet *sheet)
{
	free(sheet->columns);
	free(sheet->rows);
	free(sheet);
}

/* How wide TEXT is. Programs count a character as one, however wide it is at a terminal. */
static size_t width_of(const struct sheet *sheet, const char *text)
{
	size_t width = 0;

	if (sheet->terminal->is)
		return terminal_width(text);
	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* Texts of cells. */

static const char *cell_text(const struct sheet *sheet, const struct column *column,
			     const void *row, char room[COLUMN_ROOM])
{
	const char *text = column_print(column, row, sheet->now, room);

	if (text && (column->kind == &column_REACHED || column->kind == &column_TRUTH))
		return strcmp(text, "true") == 0 ? "yes" : "no";
	if (sheet->terminal->is)
		return humane_print(column, row, sheet->now, room);
	return text && *text ? text : "-";
}

static enum humane_tone cell_tone(const struct sheet *sheet, const struct column *column,
				  const void *row)
{
	char room[COLUMN_ROOM];

	if (!sheet->terminal->colour || column->tones == COLUMN_NO_TONES)
		return HUMANE_CALM;
	return humane_tone(column->tones, column_print(column, row, sheet->now, room));
}

/* The text of the sum of COLUMN, or of its place. */
static const char *sum_text(const struct sheet *sheet, const struct sheet_column *column,
			    char room[COLUMN_ROOM])
{
	if (!column->has_sum)
		return column == sheet->columns ? "TOTAL" : "";
	humane_number(column->sum, column->column->kind->unit, room);
	return room;
}

static enum humane_tone sum_tone(const struct sheet_column *column)
{
	char room[COLUMN_ROOM];

	if (!column->has_sum)
		return HUMANE_CALM;
	humane_number(column->sum, COLUMN_PLAIN, room);
	return humane_tone(column->column->tones, room);
}

/* Columns. */

static void set_heading(const struct sheet *sheet, struct sheet_column *added, const char *prefix)
{
	static const char unit[] = " MIB";
	size_t length;

	column_heading(added->column, prefix, added->heading);
	length = strlen(added->heading);
	/* At a terminal each number has its own unit. */
	if (sheet->terminal->is && length > strlen(unit) &&
	    strcmp(added->heading + length - strlen(unit), unit) == 0)
		added->heading[length - strlen(unit)] = '\0';
	added->width = width_of(sheet, added->heading);
	if (!sheet->terminal->is && added->width < (size_t)added->column->width)
		added->width = (size_t)added->column->width;
}

/* Adds the columns with PLACE. */
static void add_columns(struct sheet *sheet, enum column_place place)
{
	char prefix[TABLE_PREFIX_SIZE];

	table_prefix(sheet->table, prefix);
	for (size_t i = 0; i < sheet->table->column_count; i++) {
		if (sheet->table->columns[i].place != place)
			continue;
		sheet->columns[sheet->count].column = &sheet->table->columns[i];
		set_heading(sheet, &sheet->columns[sheet->count], prefix);
		sheet->count++;
	}
	sheet->all = sheet->count;
}

static void sum_up(const struct sheet *sheet, struct sheet_column *column)
{
	uint64_t number;

	for (size_t i = 0; i < sheet->row_count; i++) {
		if (!humane_count(column->column, sheet->rows[i], sheet->now, &number))
			continue;
		column->sum += number;
		column->has_sum = true;
	}
}

static void widen(const struct sheet *sheet, struct sheet_column *column, const char *text)
{
	size_t width = width_of(sheet, text);

	if (column->width < width)
		column->width = width;
}

/* Whether there is a line of sums: they are for people, and of one row there is none. */
static bool has_sums(const struct sheet *sheet)
{
	bool any = false;

	for (size_t c = 0; c < sheet->count; c++)
		any = any || sheet->columns[c].has_sum;
	return any;
}

static void measure(struct sheet *sheet)
{
	char room[COLUMN_ROOM];

	for (size_t c = 0; c < sheet->count; c++) {
		struct sheet_column *column = &sheet->columns[c];

		for (size_t i = 0; i < sheet->row_count; i++)
			widen(sheet, column,
			      cell_text(sheet, column->column, sheet->rows[i], room));
		if (sheet->terminal->is && sheet->row_count > 1 && column->column->sum)
			sum_up(sheet, column);
	}
	for (size_t c = 0; c < sheet->count && has_sums(sheet); c++)
		widen(sheet, &sheet->columns[c], sum_text(sheet, &sheet->columns[c], room));
}

/* Fitting into a terminal. */

static size_t line_width(const struct sheet *sheet)
{
	size_t width = (sheet->count - 1) * GAP;

	for (size_t c = 0; c < sheet->count; c++)
		width += sheet->columns[c].width;
	return width;
}

/* How little COLUMN is needed. The first says what a row is about and stays, unless it is the site,
 * of which there is one, and the rows have other names: that is needed less than what is useful. */
static int dispensable(const struct sheet *sheet, const struct sheet_column *column)
{
	if (column > sheet->columns)
		return 2 * (int)column->column->rank;
	if (sheet->one_site && sheet->table->key_count > 0 && column->column->kind == &column_SITE)
		return 2 * COLUMN_USEFUL + 1;
	return -1;
}

/* Leaves out the least important column. */
static void leave_out(struct sheet *sheet)
{
	struct sheet_column *columns = sheet->columns, least;
	size_t at = 0;

	for (size_t c = 1; c < sheet->count; c++)
		if (dispensable(sheet, &columns[c]) >= dispensable(sheet, &columns[at]))
			at = c;
	least = columns[at];
	memmove(&columns[at], &columns[at + 1], (sheet->count - at - 1) * sizeof *columns);
	columns[--sheet->count] = least;
}

/* The narrowest column whose texts are still shortened; NULL = there is none. */
static struct sheet_column *narrowest(const struct sheet *sheet)
{
	struct sheet_column *found = NULL;

	for (size_t c = 0; c < sheet->count; c++) {
		struct sheet_column *column = &sheet->columns[c];

		if (column->width < column->wish && (!found || column->width < found->width))
			found = column;
	}
	return found;
}

static void fit(struct sheet *sheet)
{
	size_t limit = sheet->terminal->width;
	struct sheet_column *column;

	for (size_t c = 0; c < sheet->count; c++) {
		column = &sheet->columns[c];
		column->wish = column->width;
		if (column->column->kind->is_text && column->width > TEXT_LEAST)
			column->width = TEXT_LEAST;
	}
	while (line_width(sheet) > limit && sheet->count > 1)
		leave_out(sheet);
	while (line_width(sheet) < limit && (column = narrowest(sheet)))
		column->width++;
	if (sheet->columns->width > limit)
		sheet->columns->width = limit;
}

/* Printing. */

/* Texts are aligned to the left, numbers to the right. Only at a terminal a text may be too wide.
 */
static void print_cell(const struct sheet *sheet, FILE *out, size_t c, enum humane_tone tone,
		       const char *text)
{
	size_t width = sheet->columns[c].width, taken;
	bool last = c + 1 == sheet->count, is_text = sheet->columns[c].column->kind->is_text;
	char *shown = width_of(sheet, text) > width ? terminal_shorten(text, width) : NULL;
	int gap;

	text = shown ? shown : text;
	taken = width_of(sheet, text);
	gap = taken < width ? (int)(width - taken) : 0;
	fprintf(out, "%*s", is_text ? 0 : gap, "");
	humane_put(out, sheet->terminal->colour, tone, text);
	fprintf(out, "%*s%s", is_text && !last ? gap : 0, "", last ? "\n" : BETWEEN);
	free(shown);
}

static void print_headings(const struct sheet *sheet, FILE *out)
{
	for (size_t c = 0; c < sheet->count; c++)
		print_cell(sheet, out, c, HUMANE_CALM, sheet->columns[c].heading);
}

static void print_row(const struct sheet *sheet, FILE *out, const void *row)
{
	char room[COLUMN_ROOM];

	for (size_t c = 0; c < sheet->count; c++) {
		const struct column *column = sheet->columns[c].column;

		print_cell(sheet, out, c, cell_tone(sheet, column, row),
			   cell_text(sheet, column, row, room));
	}
}

/* The line ends with the last sum. */
static void print_sums(const struct sheet *sheet, FILE *out)
{
	struct sheet sums = *sheet;
	char room[COLUMN_ROOM];

	while (!sums.columns[sums.count - 1].has_sum)
		sums.count--;
	for (size_t c = 0; c < sums.count; c++)
		print_cell(&sums, out, c, sum_tone(&sums.columns[c]),
			   sum_text(&sums, &sums.columns[c], room));
}

/* A line that says what a narrow terminal does not show. */
static void print_left_out(const struct sheet *sheet, FILE *out)
{
	char *line = mem_strdup("Not shown: "), *shown;

	for (size_t c = sheet->count; c < sheet->all; c++) {
		char *longer = mem_printf("%s%s%s", line, c > sheet->count ? ", " : "",
					  sheet->columns[c].heading);

		free(line);
		line = longer;
	}
	shown = terminal_shorten(line, sheet->terminal->width);
	fprintf(out, "%s\n", shown);
	free(shown);
	free(line);
}

void sheet_print(struct sheet *sheet, FILE *out)
{
	sheet->columns = mem_zalloc(sheet->table->column_count, sizeof *sheet->columns);
	add_columns(sheet, COLUMN_IN_ORDER);
	add_columns(sheet, COLUMN_AT_END);
	measure(sheet);
	if (sheet->terminal->width > 0)
		fit(sheet);
	print_headings(sheet, out);
	for (size_t i = 0; i < sheet->row_count; i++)
		print_row(sheet, out, sheet->rows[i]);
	if (has_sums(sheet))
		print_sums(sheet, out);
	if (sheet->count < sheet->all)
		print_left_out(sheet, out);
}
