/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/report.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tables/reason.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a column holds, which also says of what type the member is that it is read from. */
enum kind {
	KIND_TEXT,    /* const char * */
	KIND_NUMBER,  /* uint32_t */
	KIND_AMOUNT,  /* uint64_t */
	KIND_PERCENT, /* uint32_t, in 1/100 % */
	KIND_AGE,     /* int64_t, an instant; 0 = none */
	KIND_LIMIT,   /* uint32_t, seconds; 0 = none */
	KIND_STATUS,  /* int32_t; -1 = none */
	KIND_DUE,     /* int64_t, the instant from which on it is true */
	KIND_REASON   /* uint32_t, of which the text is shown */
};

struct column {
	const char *head; /* in an aligned table */
	const char *key;  /* in JSON; NULL = not there */
	enum kind kind;
	int width; /* at least, in an aligned table */
	size_t offset;
};

struct table {
	const char *name;
	const char *member; /* in JSON, of a site */
	const char *title;
	const struct column *columns;
	size_t column_count;
	size_t row_size;
	size_t rows; /* offsets in struct snapshot: of the pointer to the rows, of their number */
	size_t row_count;
};

#define SITE(row)                                                                                  \
	{                                                                                          \
		"SITE", NULL, KIND_TEXT, 0, offsetof(struct row, site)                             \
	}
#define COLUMN(head, key, kind, row, member)                                                       \
	{                                                                                          \
		head, key, KIND_##kind, 0, offsetof(struct row, member)                            \
	}
#define WIDE(head, key, kind, width, row, member)                                                  \
	{                                                                                          \
		head, key, KIND_##kind, width, offsetof(struct row, member)                        \
	}

static const struct column job_columns[] = {
    SITE(snapshot_job),
    COLUMN("JOB TYPE", "jobType", TEXT, snapshot_job, job_type),
    COLUMN("POLICY TYPE", "policyType", TEXT, snapshot_job, policy_type),
    WIDE("STATUS", "status", NUMBER, 6, snapshot_job, status),
    WIDE("COUNT", "count", NUMBER, 8, snapshot_job, count),
    WIDE("BYTES", "bytes", AMOUNT, 20, snapshot_job, bytes),
    WIDE("FILES", "files", AMOUNT, 12, snapshot_job, files),
};

static const struct column workload_columns[] = {
    SITE(snapshot_workload),
    COLUMN("JOB TYPE", "jobType", TEXT, snapshot_workload, job_type),
    COLUMN("POLICY TYPE", "policyType", TEXT, snapshot_workload, policy_type),
    COLUMN("SUCCEEDED", "succeeded", NUMBER, snapshot_workload, succeeded),
    COLUMN("PARTIAL", "partial", NUMBER, snapshot_workload, partial),
    COLUMN("FAILED", "failed", NUMBER, snapshot_workload, failed),
    COLUMN("ACTIVE", "active", NUMBER, snapshot_workload, active),
    COLUMN("QUEUED", "queued", NUMBER, snapshot_workload, queued),
    COLUMN("REQUEUED", "requeued", NUMBER, snapshot_workload, requeued),
    COLUMN("SUSPENDED", "suspended", NUMBER, snapshot_workload, suspended),
    COLUMN("INCOMPLETE", "incomplete", NUMBER, snapshot_workload, incomplete),
    COLUMN("OLDEST ACTIVE", "oldestActiveAge", AGE, snapshot_workload, oldest_active),
    COLUMN("OLDEST QUEUED", "oldestQueuedAge", AGE, snapshot_workload, oldest_queued),
    COLUMN("BYTES", "bytes", AMOUNT, snapshot_workload, bytes),
    COLUMN("LAST SUCCESS", "lastSuccessAge", AGE, snapshot_workload, last_success),
    COLUMN("LAST FAILURE", "lastFailureAge", AGE, snapshot_workload, last_failure),
    COLUMN("DEDUP %", "dedupPercent", PERCENT, snapshot_workload, dedup),
};

/* What policies and clients have in common. */
#define SUBJECT_COLUMNS                                                                            \
	COLUMN("SUCCEEDED", "succeeded", NUMBER, snapshot_subject, succeeded),                     \
	    COLUMN("PARTIAL", "partial", NUMBER, snapshot_subject, partial),                       \
	    COLUMN("FAILED", "failed", NUMBER, snapshot_subject, failed),                          \
	    COLUMN("LAST STATUS", "lastStatus", STATUS, snapshot_subject, last_status),            \
	    COLUMN("LAST SUCCESS", "lastSuccessAge", AGE, snapshot_subject, last_success),         \
	    COLUMN("LAST FAILURE", "lastFailureAge", AGE, snapshot_subject, last_failure),         \
	    COLUMN("STREAK", "failureStreak", NUMBER, snapshot_subject, failure_streak),           \
	    COLUMN("BYTES", "bytes", AMOUNT, snapshot_subject, bytes),                             \
	    COLUMN("MAX AGE", "maxAge", LIMIT, snapshot_subject, max_age),                         \
	    COLUMN("OVERDUE", "overdue", DUE, snapshot_subject, overdue_at)

static const struct column policy_columns[] = {
    SITE(snapshot_subject),
    COLUMN("POLICY", "policy", TEXT, snapshot_subject, name),
    COLUMN("POLICY TYPE", "policyType", TEXT, snapshot_subject, policy_type),
    SUBJECT_COLUMNS,
};

static const struct column client_columns[] = {
    SITE(snapshot_subject),
    COLUMN("CLIENT", "client", TEXT, snapshot_subject, name),
    SUBJECT_COLUMNS,
};

static const struct column queue_columns[] = {
    SITE(snapshot_queue),
    COLUMN("REASON", "reason", NUMBER, snapshot_queue, reason),
    COLUMN("JOBS", "jobs", NUMBER, snapshot_queue, jobs),
    COLUMN("TEXT", "text", REASON, snapshot_queue, reason),
};

#define TABLE(name, member, title, columns, row, rows, count)                                      \
	{                                                                                          \
		name, member, title, columns, COUNT(columns), sizeof(struct row),                  \
		    offsetof(struct snapshot, rows), offsetof(struct snapshot, count)              \
	}

/* In the order of their bits in enum report_tables. */
static const struct table tables_known[] = {
    TABLE("jobs", "rows", "Jobs that ended within the window, by status", job_columns, snapshot_job,
	  jobs, job_count),
    TABLE("workloads", "workloads", "Workloads: outcomes within the window, and jobs under way now",
	  workload_columns, snapshot_workload, workloads, workload_count),
    TABLE("policies", "policies", "Policies: their backups", policy_columns, snapshot_subject,
	  policies, policy_count),
    TABLE("clients", "clients", "Clients: their backups", client_columns, snapshot_subject, clients,
	  client_count),
    TABLE("queue", "queue", "Queue: what jobs wait for", queue_columns, snapshot_queue, queues,
	  queue_count),
};

unsigned report_find_tables(const char *name)
{
	for (size_t i = 0; i < COUNT(tables_known); i++)
		if (strcmp(name, tables_known[i].name) == 0)
			return 1U << i;
	return strcmp(name, "all") == 0 ? REPORT_ALL : 0;
}

static size_t row_count(const struct table *table, const struct snapshot *snapshot)
{
	return *(const size_t *)(const void *)((const char *)snapshot + table->row_count);
}

static const char *row_at(const struct table *table, const struct snapshot *snapshot, size_t i)
{
	const char *rows;

	/* A copy, as C does not let pointers of one type be read as those of another. */
	memcpy(&rows, (const char *)snapshot + table->rows, sizeof rows);
	return rows + i * table->row_size;
}

enum { CELL_SIZE = 32 };

static const char *write_number(uint64_t number, char room[CELL_SIZE])
{
	snprintf(room, CELL_SIZE, "%" PRIu64, number);
	return room;
}

/* In whole seconds. */
static const char *write_age(int64_t instant, int64_t now, char room[CELL_SIZE])
{
	if (instant == 0)
		return NULL;
	return write_number(now > instant ? (uint64_t)(now - instant) / 1000 : 0, room);
}

static const char *write_percent(uint32_t hundredths, char room[CELL_SIZE])
{
	snprintf(room, CELL_SIZE, "%" PRIu32 ".%02" PRIu32, hundredths / 100, hundredths % 100);
	return room;
}

/*
 * What the cell of COLUMN in ROW says, perhaps written to ROOM; NULL where there is nothing to say.
 * Numbers and truth values are as JSON has them.
 */
static const char *cell(const struct column *column, const char *row, int64_t now,
			char room[CELL_SIZE])
{
	const void *at = row + column->offset;

	switch (column->kind) {
	case KIND_TEXT:
		return *(const char *const *)at;
	case KIND_REASON:
		return reason_text(*(const uint32_t *)at);
	case KIND_DUE:
		return now >= *(const int64_t *)at ? "true" : "false";
	case KIND_AGE:
		return write_age(*(const int64_t *)at, now, room);
	case KIND_PERCENT:
		return write_percent(*(const uint32_t *)at, room);
	case KIND_STATUS:
		if (*(const int32_t *)at < 0)
			return NULL;
		break;
	case KIND_LIMIT:
		if (*(const uint32_t *)at == 0)
			return NULL;
		break;
	case KIND_AMOUNT:
		return write_number(*(const uint64_t *)at, room);
	case KIND_NUMBER:
		break;
	}
	return write_number(*(const uint32_t *)at, room);
}

static bool is_text(const struct column *column)
{
	return column->kind == KIND_TEXT || column->kind == KIND_REASON;
}

/* Columns that UTF-8 text takes on a terminal, near enough: one for each character. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* What an aligned table shows of a cell. */
static const char *shown(const struct column *column, const char *row, int64_t now,
			 char room[CELL_SIZE])
{
	const char *text = cell(column, row, now, room);

	if (text && column->kind == KIND_DUE)
		return strcmp(text, "true") == 0 ? "yes" : "no";
	return text && *text ? text : "-";
}

/* Texts begin at the left of their column, numbers end at its right. */
static void print_cell(FILE *out, const struct table *table, size_t i, const char *text,
		       const int *widths)
{
	int gap = widths[i] - width_of(text);
	bool last = i + 1 == table->column_count;

	if (is_text(&table->columns[i]))
		fprintf(out, "%s%*s", text, last ? 0 : gap, "");
	else
		fprintf(out, "%*s%s", gap, "", text);
	fputs(last ? "\n" : "  ", out);
}

static void measure(const struct table *table, struct snapshot *const *snapshots, size_t count,
		    int64_t now, int *widths)
{
	char room[CELL_SIZE];

	for (size_t c = 0; c < table->column_count; c++) {
		const struct column *column = &table->columns[c];

		widths[c] = width_of(column->head);
		if (widths[c] < column->width)
			widths[c] = column->width;
		for (size_t i = 0; i < count; i++) {
			for (size_t j = 0; j < row_count(table, snapshots[i]); j++) {
				const char *row = row_at(table, snapshots[i], j);
				int width = width_of(shown(column, row, now, room));

				if (widths[c] < width)
					widths[c] = width;
			}
		}
	}
}

static void print_table(FILE *out, const struct table *table, struct snapshot *const *snapshots,
			size_t count, int64_t now)
{
	int *widths = mem_zalloc(table->column_count, sizeof *widths);
	char room[CELL_SIZE];

	measure(table, snapshots, count, now, widths);
	for (size_t c = 0; c < table->column_count; c++)
		print_cell(out, table, c, table->columns[c].head, widths);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < row_count(table, snapshots[i]); j++) {
			const char *row = row_at(table, snapshots[i], j);

			for (size_t c = 0; c < table->column_count; c++)
				print_cell(out, table, c, shown(&table->columns[c], row, now, room),
					   widths);
		}
	}
	free(widths);
}

void report_table(FILE *out, struct snapshot *const *snapshots, size_t count, unsigned tables,
		  int64_t now)
{
	bool several = (tables & (tables - 1)) != 0;
	const char *gap = "";

	for (size_t i = 0; i < COUNT(tables_known); i++) {
		if (!(tables >> i & 1))
			continue;
		if (several)
			fprintf(out, "%s%s\n", gap, tables_known[i].title);
		print_table(out, &tables_known[i], snapshots, count, now);
		gap = "\n";
	}
}

/* TEXT is well-formed UTF-8. */
static void print_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (strchr("\"\\", *text))
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", (unsigned)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void print_member(FILE *out, const char *name, const char *text)
{
	fprintf(out, "\"%s\":", name);
	print_string(out, text);
	fputc(',', out);
}

static void print_object(FILE *out, const struct table *table, const char *row, int64_t now)
{
	const char *gap = "{";
	char room[CELL_SIZE];

	for (size_t c = 0; c < table->column_count; c++) {
		const struct column *column = &table->columns[c];
		const char *text = cell(column, row, now, room);

		if (!column->key)
			continue;
		fprintf(out, "%s\"%s\":", gap, column->key);
		if (is_text(column))
			print_string(out, text);
		else
			fputs(text ? text : "null", out);
		gap = ",";
	}
	fputc('}', out);
}

static void print_rows(FILE *out, const struct table *table, const struct snapshot *snapshot,
		       int64_t now)
{
	fprintf(out, ",\"%s\":[", table->member);
	for (size_t i = 0; i < row_count(table, snapshot); i++) {
		fputs(i ? "," : "", out);
		print_object(out, table, row_at(table, snapshot, i), now);
	}
	fputc(']', out);
}

static void print_site(FILE *out, const struct snapshot *snapshot, unsigned tables, int64_t now)
{
	const struct snapshot_site *site = &snapshot->site;

	fputc('{', out);
	print_member(out, "site", site->name);
	fprintf(out, "\"ok\":%s,", site->status == SNAPSHOT_UP ? "true" : "false");
	print_member(out, "apiVersion", site->api_version);
	if (site->status != SNAPSHOT_UP) {
		print_member(out, "errorClass", fault_class_name(site->fault.class));
		print_member(out, "errorText", site->fault.text);
	}
	fprintf(out, "\"requests\":%" PRIu64 ",\"jobs\":%" PRIu32, site->requests,
		site->refresh_jobs);
	for (size_t i = 0; i < COUNT(tables_known); i++)
		if (tables >> i & 1)
			print_rows(out, &tables_known[i], snapshot, now);
	fputc('}', out);
}

void report_json(FILE *out, struct snapshot *const *snapshots, size_t count, unsigned tables,
		 int64_t now)
{
	fputs("{\"sites\":[", out);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? "," : "", out);
		print_site(out, snapshots[i], tables, now);
	}
	fputs("]}\n", out);
}
