/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/screen.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "command/humane.h"
#include "tables/sites.h"

#define HOME_AND_CLEAR "\033[H\033[2J"

static const struct column *column_named(const char *name)
{
	return table_column_named(&sites_table, name);
}

/* The word for the state of SITE, and its tone. */
static const char *state_of(const struct site_row *site, enum humane_tone *tone)
{
	const struct column *status = column_named("nbuSiteStatus");
	const char *word = status->words[site->status];

	*tone = humane_tone(status->tones, word);
	return word;
}

static size_t write_time(int64_t instant, char *text, size_t size)
{
	time_t seconds = (time_t)(instant / 1000);
	struct tm parts;

	localtime_r(&seconds, &parts);
	return strftime(text, size, "%Y-%m-%d %H:%M:%S %z", &parts);
}

/* A line; of many sites only those that fit into it. */
static void print_head(FILE *out, const struct report *report)
{
	size_t limit = report->terminal.width, taken;
	char now[64];

	taken = write_time(report->now, now, sizeof now);
	fprintf(out, "%s", now);
	for (size_t i = 0; i < report->count; i++) {
		const struct site_row *site = sites_row(report->snapshots[i]);
		enum humane_tone tone;
		const char *state = state_of(site, &tone);

		taken += strlen(site->name) + strlen(state) + strlen("   ");
		if (limit > 0 && taken + strlen("  ") > limit) {
			fputs(" " TERMINAL_ELLIPSIS, out);
			break;
		}
		fprintf(out, "  %s ", site->name);
		humane_put(out, report->terminal.colour, tone, state);
	}
	fputc('\n', out);
}

/* Why a site is down. */
static void print_fault(FILE *out, const struct report *report, const struct site_row *site)
{
	enum humane_tone tone;
	char *line, *shown;

	if (site->status != SITE_DOWN)
		return;
	line = mem_printf("%s: %s (%s): %s", site->name, state_of(site, &tone),
			  fault_class_name(site->fault.class), site->fault.text);
	shown = terminal_shorten(line, report->terminal.width);
	humane_put(out, report->terminal.colour, tone, shown);
	fputc('\n', out);
	free(shown);
	free(line);
}

static void print_all(FILE *out, const struct report *report)
{
	print_head(out, report);
	for (size_t i = 0; i < report->count; i++)
		print_fault(out, report, sites_row(report->snapshots[i]));
	if (report->terminal.is)
		fputc('\n', out);
	report_table(out, report);
}

/* How many lines of the screen the line of LENGTH octets at TEXT takes. Lines with colours fit. */
static size_t lines_of(const char *text, size_t length, size_t width)
{
	char *line = mem_printf("%.*s", (int)length, text);
	size_t taken = strchr(line, '\033') ? 0 : terminal_width(line);

	free(line);
	return width > 0 && taken > width ? (taken + width - 1) / width : 1;
}

/* Prints TEXT, and of a terminal no more than fits above its last line. */
static void print_lines(FILE *out, const struct terminal *terminal, const char *text)
{
	size_t room = terminal->clears && terminal->height > 2 ? terminal->height - 2 : SIZE_MAX;
	size_t left_out = 0;

	while (*text) {
		size_t length = strcspn(text, "\n"), lines;

		lines = lines_of(text, length, terminal->width);
		if (left_out == 0 && lines <= room) {
			fprintf(out, "%.*s\n", (int)length, text);
			room -= lines;
		} else {
			left_out++;
		}
		text += length + (text[length] == '\n');
	}
	if (left_out > 0)
		fprintf(out, TERMINAL_ELLIPSIS " %zu more\n", left_out);
}

void screen_show(FILE *out, const struct report *report)
{
	char *text = NULL;
	size_t size = 0;
	FILE *frame = mem_checked(open_memstream(&text, &size));

	print_all(frame, report);
	mem_close(frame);
	if (report->terminal.clears)
		fputs(HOME_AND_CLEAR, out);
	print_lines(out, &report->terminal, text);
	free(text);
}
