/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <inttypes.h>
#include <string.h>

/* Columns that UTF-8 text takes on a terminal, near enough: one for each character. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_padded(FILE *out, const char *text, int width)
{
	fprintf(out, "%s%*s  ", text, width - width_of(text), "");
}

enum { WIDTH_SITE, WIDTH_TYPE, WIDTH_POLICY, WIDTHS };

static void widen(int *width, const char *text)
{
	if (width_of(text) > *width)
		*width = width_of(text);
}

static void print_row(FILE *out, const struct snapshot_job *job, const int *widths)
{
	print_padded(out, job->site, widths[WIDTH_SITE]);
	print_padded(out, job->job_type, widths[WIDTH_TYPE]);
	print_padded(out, job->policy_type, widths[WIDTH_POLICY]);
	fprintf(out, "%6" PRIu32 "  %8" PRIu32 "  %20" PRIu64 "  %12" PRIu64 "\n", job->status,
		job->count, job->bytes, job->files);
}

void report_table(FILE *out, struct snapshot *const *snapshots, size_t count)
{
	static const char *const heads[WIDTHS] = {"SITE", "JOB TYPE", "POLICY TYPE"};
	int widths[WIDTHS];

	for (int i = 0; i < WIDTHS; i++)
		widths[i] = width_of(heads[i]);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < snapshots[i]->job_count; j++) {
			const struct snapshot_job *job = &snapshots[i]->jobs[j];

			widen(&widths[WIDTH_SITE], job->site);
			widen(&widths[WIDTH_TYPE], job->job_type);
			widen(&widths[WIDTH_POLICY], job->policy_type);
		}
	}
	for (int i = 0; i < WIDTHS; i++)
		print_padded(out, heads[i], widths[i]);
	fprintf(out, "%6s  %8s  %20s  %12s\n", "STATUS", "COUNT", "BYTES", "FILES");
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < snapshots[i]->job_count; j++)
			print_row(out, &snapshots[i]->jobs[j], widths);
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

static void print_job(FILE *out, const struct snapshot_job *job)
{
	fputc('{', out);
	print_member(out, "jobType", job->job_type);
	print_member(out, "policyType", job->policy_type);
	fprintf(out,
		"\"status\":%" PRIu32 ",\"count\":%" PRIu32 ",\"bytes\":%" PRIu64
		",\"files\":%" PRIu64 "}",
		job->status, job->count, job->bytes, job->files);
}

static void print_site(FILE *out, const struct snapshot *snapshot)
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
	fprintf(out, "\"requests\":%" PRIu64 ",\"jobs\":%" PRIu32 ",\"rows\":[", site->requests,
		site->refresh_jobs);
	for (size_t i = 0; i < snapshot->job_count; i++) {
		fputs(i ? "," : "", out);
		print_job(out, &snapshot->jobs[i]);
	}
	fputs("]}", out);
}

void report_json(FILE *out, struct snapshot *const *snapshots, size_t count)
{
	fputs("{\"sites\":[", out);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? "," : "", out);
		print_site(out, snapshots[i]);
	}
	fputs("]}\n", out);
}
