/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/report.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsontext.h"
#include "base/mem.h"
#include "command/sheet.h"
#include "tables/sites.h"

unsigned report_find_tables(const char *name)
{
	enum table_id id = tables_find(name);

	if (id < TABLE_COUNT)
		return REPORT_TABLE(id);
	return strcmp(name, "all") == 0 ? REPORT_ALL : 0;
}

static bool is_wanted(const struct report *report, enum table_id id)
{
	return report->tables & REPORT_TABLE(id);
}

/* A table has a block of rows for each site. The table of the agent has one block. */

static size_t block_count(const struct report *report, enum table_id id)
{
	return id == TABLE_AGENT ? 1 : report->count;
}

static struct snapshot_rows block(const struct report *report, enum table_id id, size_t i)
{
	if (id == TABLE_AGENT)
		return (struct snapshot_rows){.rows = (void *)report->agent, .count = 1};
	return report->snapshots[i]->tables[id];
}

static const void *row_at(const struct snapshot_rows *rows, enum table_id id, size_t i)
{
	return (const char *)rows->rows + i * tables_all[id]->row_size;
}

/* Tables on paper. */

static void print_sheet(FILE *out, const struct report *report, enum table_id id)
{
	struct sheet *sheet =
	    sheet_new(tables_all[id], &report->terminal, report->now, report->count == 1);

	for (size_t i = 0; i < block_count(report, id); i++) {
		struct snapshot_rows rows = block(report, id, i);

		for (size_t j = 0; j < rows.count; j++)
			sheet_add(sheet, row_at(&rows, id, j));
	}
	sheet_print(sheet, out);
	sheet_free(sheet);
}

/* Prints TEXT in lines that fit. */
static void print_wrapped(FILE *out, const struct report *report, const char *text)
{
	size_t width = report->terminal.width;

	while (*text) {
		size_t length = width > 0 ? terminal_wrap(text, width) : strlen(text);

		fprintf(out, "%.*s\n", (int)length, text);
		text += length;
		text += strspn(text, " ");
	}
}

/* Each notice of a site begins a line. */
static void print_notices(FILE *out, const struct report *report, const struct site_row *site)
{
	const char *notice = site->notice, *end;
	char *text;

	for (; *notice; notice = end + (*end ? strlen(NOTICE_BETWEEN) : 0)) {
		end = strstr(notice, NOTICE_BETWEEN);
		if (!end)
			end = notice + strlen(notice);
		text = mem_printf("%s: notice: %.*s", site->name, (int)(end - notice), notice);
		print_wrapped(out, report, text);
		free(text);
	}
}

static void print_title(FILE *out, const struct report *report, const char *gap, const char *title)
{
	char *shown = terminal_shorten(title, report->terminal.width);

	fprintf(out, "%s%s\n", gap, shown);
	free(shown);
}

void report_table(FILE *out, const struct report *report)
{
	bool several = (report->tables & (report->tables - 1)) != 0;
	const char *gap = "";

	for (enum table_id id = 0; id < TABLE_COUNT; id++) {
		if (!is_wanted(report, id))
			continue;
		if (several)
			print_title(out, report, gap, tables_all[id]->title);
		print_sheet(out, report, id);
		gap = "\n";
	}
	for (size_t i = 0; i < report->count; i++)
		print_notices(out, report, sites_row(report->snapshots[i]));
}

/* JSON. */

/* Prints the cell of COLUMN as a member of a JSON object. PREFIX is table_prefix. */
static void print_member(FILE *out, const struct column *column, const char *prefix,
			 const void *row, int64_t now)
{
	char key[COLUMN_KEY_SIZE], room[COLUMN_ROOM];
	const char *text = column_print(column, row, now, room);

	column_key(column, prefix, key);
	fprintf(out, "\"%s\":", key);
	if (text && column->kind->is_text)
		jsontext_string(out, text);
	else
		fputs(text ? text : "null", out);
}

static void print_object(FILE *out, const struct table *table, const void *row, int64_t now)
{
	char prefix[TABLE_PREFIX_SIZE];

	table_prefix(table, prefix);
	for (size_t i = 0; i < table->column_count; i++) {
		fputc(i ? ',' : '{', out);
		print_member(out, &table->columns[i], prefix, row, now);
	}
	fputc('}', out);
}

static void print_rows(FILE *out, const struct report *report, enum table_id id, size_t site)
{
	const struct table *table = tables_all[id];
	struct snapshot_rows rows = block(report, id, site);

	fprintf(out, ",\"%s\":[", table->json ? table->json : table->name);
	for (size_t i = 0; i < rows.count; i++) {
		fputs(i ? "," : "", out);
		print_object(out, table, row_at(&rows, id, i), report->now);
	}
	fputc(']', out);
}

/* Whether COLUMN of nbuSiteTable is printed even if that table is not wanted. */
static bool is_summary(const struct column *column, const struct site_row *site)
{
	static const struct {
		const char *name;
		bool when_up;
	} summary[] = {
	    {"nbuSiteApiVersion", true}, {"nbuSiteErrorClass", false}, {"nbuSiteErrorText", false},
	    {"nbuSiteNotice", true},	 {"nbuSiteRequests", true},
	};

	for (size_t i = 0; i < sizeof summary / sizeof summary[0]; i++)
		if (strcmp(column->name, summary[i].name) == 0)
			return summary[i].when_up || site->status != SITE_UP;
	return false;
}

static void print_site(FILE *out, const struct report *report, size_t i)
{
	const struct site_row *site = sites_row(report->snapshots[i]);
	char prefix[TABLE_PREFIX_SIZE];

	table_prefix(&sites_table, prefix);
	fputs("{\"site\":", out);
	jsontext_string(out, site->name);
	fprintf(out, ",\"ok\":%s", site->status == SITE_UP ? "true" : "false");
	for (size_t c = 1; c < sites_table.column_count; c++) {
		const struct column *column = &sites_table.columns[c];

		if (!is_wanted(report, TABLE_SITES) && !is_summary(column, site))
			continue;
		fputc(',', out);
		print_member(out, column, prefix, site, report->now);
	}
	fprintf(out, ",\"jobs\":%" PRIu32, site->refresh_jobs);
	for (enum table_id id = TABLE_SITES + 1; id < TABLE_COUNT; id++)
		if (is_wanted(report, id))
			print_rows(out, report, id, i);
	fputc('}', out);
}

void report_json(FILE *out, const struct report *report)
{
	fputc('{', out);
	if (is_wanted(report, TABLE_AGENT)) {
		fprintf(out, "\"%s\":", agent_table.name);
		print_object(out, &agent_table, report->agent, report->now);
		fputc(',', out);
	}
	fputs("\"sites\":[", out);
	for (size_t i = 0; i < report->count; i++) {
		fputs(i ? "," : "", out);
		print_site(out, report, i);
	}
	fputs("]}\n", out);
}
