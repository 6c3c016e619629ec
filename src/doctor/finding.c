/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jsontext.h"
#include "base/mem.h"
#include "base/utf8.h"

#define STEP_WIDTH 14

static const struct {
	const char *paper, *json;
} words[] = {
    [FINDING_OK] = {"ok", "ok"},
    [FINDING_WARNING] = {"warn", "warning"},
    [FINDING_FAILED] = {"FAIL", "failed"},
    [FINDING_SKIPPED] = {"-", "skipped"},
};

/* TEXT becomes what FORMAT says, which may be about TEXT, or hold what a server has sent. */
__attribute__((format(printf, 2, 0))) static void set_text(char **text, const char *format,
							   va_list arguments)
{
	char *new = NULL;

	if (vasprintf(&new, format, arguments) < 0)
		new = NULL;
	mem_checked(new);
	utf8_clean(new);
	free(*text);
	*text = new;
}

void finding_set(struct finding *finding, enum finding_result result, const char *format, ...)
{
	va_list arguments;

	finding->result = result;
	va_start(arguments, format);
	set_text(&finding->found, format, arguments);
	va_end(arguments);
}

void finding_remedy(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_text(&finding->remedy, format, arguments);
	va_end(arguments);
}

void finding_add_word(char *text, size_t size, const char *word)
{
	size_t length = strlen(text);

	snprintf(text + length, size - length, "%s%s", length ? ", " : "", word);
}

static struct finding *add(struct finding_list *list, const char *part, const char *step)
{
	struct finding *finding;

	list->findings = mem_resize(list->findings, list->count + 1, sizeof *list->findings);
	finding = &list->findings[list->count++];
	*finding = (struct finding){.part = mem_strdup(part), .step = step};
	return finding;
}

/* Prints the newest finding, below the name of its part where that is another one than before. */
static void print_newest(const struct finding_list *list)
{
	const struct finding *finding = &list->findings[list->count - 1];

	if (list->count == 1 || strcmp(finding[-1].part, finding->part) != 0)
		fprintf(list->live, "%s%s\n", list->count > 1 ? "\n" : "", finding->part);
	fprintf(list->live, "  %-5s %-*s  %s\n", words[finding->result].paper, STEP_WIDTH,
		finding->step, finding->found);
	if (finding->remedy)
		fprintf(list->live, "  %-5s %-*s  -> %s\n", "", STEP_WIDTH, "", finding->remedy);
	fflush(list->live);
}

/* Shows on a terminal what is being done, until it is done: it may take a while. */
static void say_begin(const struct finding_list *list, const char *step)
{
	fprintf(list->live, "  ...   %s\r", step);
	fflush(list->live);
}

/* Takes STEP, and sets the exit status where it is the first that fails. */
static void take(struct finding_list *list, const struct finding_step *step, void *subject,
		 struct finding *finding)
{
	step->take(subject, finding);
	if (finding->result == FINDING_FAILED && list->exit_status == 0)
		list->exit_status = (int)step->exit_status;
}

void finding_take(struct finding_list *list, const char *part, const struct finding_step *steps,
		  size_t count, void *subject)
{
	bool stuck = false;

	for (size_t i = 0; i < count; i++) {
		struct finding *finding = add(list, part, steps[i].name);

		if (list->live && isatty(STDOUT_FILENO))
			say_begin(list, steps[i].name);
		if (stuck)
			finding_set(finding, FINDING_SKIPPED, "not reached");
		else
			take(list, &steps[i], subject, finding);
		stuck = stuck || (finding->result == FINDING_FAILED && !steps[i].soft);
		if (list->live)
			print_newest(list);
	}
}

/* Prints a member of an object. GAP is what stands before it. */
static void print_member(FILE *out, const char *gap, const char *key, const char *text)
{
	fprintf(out, "%s\"%s\":", gap, key);
	jsontext_string(out, text);
}

void finding_print_json(const struct finding_list *list, FILE *out)
{
	fprintf(out, "{\"ok\":%s,\"exitStatus\":%d,\"steps\":[",
		list->exit_status == 0 ? "true" : "false", list->exit_status);
	for (size_t i = 0; i < list->count; i++) {
		const struct finding *finding = &list->findings[i];

		print_member(out, i ? ",{" : "{", "part", finding->part);
		print_member(out, ",", "step", finding->step);
		print_member(out, ",", "result", words[finding->result].json);
		print_member(out, ",", "found", finding->found);
		print_member(out, ",", "remedy", finding->remedy);
		fputc('}', out);
	}
	fputs("]}\n", out);
}

void finding_clear(struct finding_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->findings[i].part);
		free(list->findings[i].found);
		free(list->findings[i].remedy);
	}
	free(list->findings);
	list->findings = NULL;
	list->count = 0;
}
