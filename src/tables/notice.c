/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/notice.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/descriptors.h"
#include "base/timefmt.h"
#include "base/utf8.h"

#define SECOND INT64_C(1000)
#define DAY (86400 * SECOND)
#define SKEW_MAX 300

/* The notices so far. It has room for more than is shown. */
struct draft {
	char text[NOTICE_SIZE * 8];
	size_t length;
};

static void add(struct draft *draft, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct draft *draft, const char *format, ...)
{
	char text[NOTICE_SIZE * 4];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	draft->length +=
	    (size_t)snprintf(draft->text + draft->length, sizeof draft->text - draft->length,
			     "%s%s", draft->length ? NOTICE_BETWEEN : "", text);
	if (draft->length >= sizeof draft->text)
		draft->length = sizeof draft->text - 1;
}

/* About how long SECONDS are, in the largest unit of which there are two at least. */
#define SPAN_SIZE 40
static const char *span(int64_t seconds, char room[SPAN_SIZE])
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {{"days", 86400}, {"hours", 3600}, {"minutes", 60}, {"seconds", 1}};
	size_t i = 0;

	while (units[i].seconds > 1 && seconds < units[i].seconds * 2)
		i++;
	snprintf(room, SPAN_SIZE, "%" PRId64 " %s", seconds / units[i].seconds, units[i].name);
	return room;
}

static void add_store(struct draft *draft, const struct notice_facts *facts)
{
	if (facts->lost_file)
		add(draft,
		    "the store's file has been moved or deleted under the running agent, restart "
		    "it "
		    "to begin a new one: %s",
		    facts->lost_file);
}

static void add_waits(struct draft *draft, const struct notice_facts *facts)
{
	if (facts->waits)
		add(draft, "the site waits for its turn, for other sites have all file "
			   "descriptors; " DESCRIPTORS_REMEDY);
}

static void add_no_jobs(struct draft *draft, const struct notice_facts *facts)
{
	if (facts->no_jobs)
		add(draft, "no job is visible: the API key's role may not see jobs (NetBackup then "
			   "answers with an empty list), or there are none in the window");
}

static void add_certificate(struct draft *draft, const struct notice_facts *facts, int64_t now)
{
	char date[TIMEFMT_INSTANT_SIZE], left[SPAN_SIZE];

	if (facts->certificate == 0 || facts->certificate - now >= NOTICE_CERTIFICATE_DAYS * DAY)
		return;
	timefmt_format_instant(facts->certificate, date);
	if (facts->certificate <= now)
		add(draft, "the server's certificate has expired on %.10s", date);
	else
		add(draft, "the server's certificate expires in %s, on %.10s",
		    span((facts->certificate - now) / SECOND, left), date);
}

static void add_skipped(struct draft *draft, const struct notice_facts *facts)
{
	if (facts->skipped)
		add(draft, "%s", facts->skipped);
}

static void add_skew(struct draft *draft, const struct notice_facts *facts)
{
	char room[SPAN_SIZE];

	if (facts->skew > SKEW_MAX || facts->skew < -SKEW_MAX)
		add(draft, "the server's clock is %s %s that of the agent's host",
		    span(facts->skew < 0 ? -facts->skew : facts->skew, room),
		    facts->skew < 0 ? "behind" : "ahead of");
}

static void add_listed(struct draft *draft, const struct notice_facts *facts)
{
	char listed[SPAN_SIZE], window[SPAN_SIZE];

	if (facts->listed)
		add(draft,
		    "the server's list goes back for %s only, less than the window of %s: see "
		    "KEEP_JOBS_HOURS of NetBackup",
		    span(facts->listed, listed), span(facts->window, window));
}

static void add_left_out(struct draft *draft, const struct notice_facts *facts)
{
	if (facts->clients_left_out)
		add(draft, "clients without a row because of client-limit: %" PRIu32,
		    facts->clients_left_out);
}

void notice_write(const struct notice_facts *facts, int64_t now, char text[NOTICE_SIZE])
{
	struct draft draft = {"", 0};
	size_t length;

	add_store(&draft, facts);
	add_waits(&draft, facts);
	add_no_jobs(&draft, facts);
	add_certificate(&draft, facts, now);
	add_skipped(&draft, facts);
	add_skew(&draft, facts);
	add_listed(&draft, facts);
	add_left_out(&draft, facts);
	utf8_clean(draft.text);
	length = utf8_cut(draft.text, NOTICE_SIZE - 1);
	memcpy(text, draft.text, length);
	text[length] = '\0';
}
