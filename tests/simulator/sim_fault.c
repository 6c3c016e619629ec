/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_fault.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_field.h"

/* Whether a fault replaces the whole answer, of which a request can have only one. */
enum effect {
	REPLACES,
	CHANGES,
	STANDS, /* it concerns all requests while it is set */
};

static const struct kind {
	const char *name;
	enum effect effect;
	const char *help;
} kinds[SIM_FAULT_KINDS] = {
    [SIM_FAULT_401] = {"401", REPLACES, "401[:n]          the key is refused"},
    [SIM_FAULT_429] = {"429", REPLACES, "429[:n]          too many requests, with Retry-After"},
    [SIM_FAULT_500] = {"500", REPLACES, "500[:n]          internal error"},
    [SIM_FAULT_503] = {"503", REPLACES, "503[:n]          busy, with Retry-After"},
    [SIM_FAULT_RESET] = {"reset", REPLACES, "reset[:n]        the connection ends unanswered"},
    [SIM_FAULT_HTML] = {"html", REPLACES, "html[:n]         200 with a login page in HTML"},
    [SIM_FAULT_ECHO_KEY] = {"echo-key", REPLACES, "echo-key[:n]     500 that shows the key"},
    [SIM_FAULT_REDIRECT] = {"redirect", REPLACES, "redirect[:n]     302 to /elsewhere"},
    [SIM_FAULT_HUGE] = {"huge", REPLACES, "huge[:n]         a body of 512 MiB"},
    [SIM_FAULT_ERROR_200] = {"error-200", REPLACES, "error-200[:n]    200 with an error document"},
    [SIM_FAULT_BARE_OBJECT] = {"bare-object", REPLACES,
			       "bare-object[:n]  200 with an object that is no list"},
    [SIM_FAULT_NO_RIGHTS] = {"no-rights", REPLACES,
			     "no-rights[:n]    200 with no job, as for a role without rights"},
    [SIM_FAULT_SLOW] = {"slow", CHANGES, "slow:ms[:n]      the body drips over that time"},
    [SIM_FAULT_TRUNCATE] = {"truncate", CHANGES, "truncate[:n]     half of the document"},
    [SIM_FAULT_SHORT] = {"short", CHANGES,
			 "short[:n]        less than Content-Length, then closed"},
    [SIM_FAULT_REPEAT_CURSOR] = {"repeat-cursor", CHANGES,
				 "repeat-cursor    next is the cursor that was asked for"},
    [SIM_FAULT_NEXT_EMPTY] = {"next-empty", CHANGES, "next-empty       at the end next is \"\""},
    [SIM_FAULT_NEXT_NULL] = {"next-null", CHANGES, "next-null        at the end next is null"},
    [SIM_FAULT_NEXT_NUMBER] = {"next-number", CHANGES,
			       "next-number      next is a number (for sort=jobId)"},
    [SIM_FAULT_DATA_NULL] = {"data-null", CHANGES,
			     "data-null        an extra last page with data null"},
    [SIM_FAULT_DATA_ABSENT] = {"data-absent", CHANGES,
			       "data-absent      an extra last page without data"},
    [SIM_FAULT_DATA_EMPTY] = {"data-empty", CHANGES,
			      "data-empty       an extra last page with no rows"},
    [SIM_FAULT_NO_META] = {"no-meta", CHANGES, "no-meta          the last page has no meta"},
    [SIM_FAULT_NEXT_IN_LINKS] = {"next-in-links", CHANGES,
				 "next-in-links    the next page is named by links only"},
    [SIM_FAULT_NO_NEXT] = {"no-next", CHANGES,
			   "no-next          pages with neither meta nor links"},
    [SIM_FAULT_BAD_JOB] = {"bad-job", STANDS, "bad-job          some finished jobs are odd"},
    [SIM_FAULT_ODD_END] = {"odd-end", STANDS,
			   "odd-end          end times null and \"\" of unfinished jobs"},
    [SIM_FAULT_NO_PING] = {"no-ping", STANDS, "no-ping          /ping is not found"},
    [SIM_FAULT_PING_NO_VERSION] = {"ping-no-version", STANDS,
				   "ping-no-version  /ping does not tell the version"},
    [SIM_FAULT_FILTER_400] = {"filter-400", CHANGES,
			      "filter-400:FIELD 400 to filters that use the field"},
    [SIM_FAULT_SAME_IDS] =
	{"same-ids", CHANGES,
	 "same-ids         a range of ids (gt A and le B) gets those of the one below"},
    [SIM_FAULT_IDS_OUTSIDE] =
	{"ids-outside", CHANGES,
	 "ids-outside[:E]  the end E (high or low) of a range does not count"},
    [SIM_FAULT_LAST_ID] =
	{"last-id", CHANGES,
	 "last-id:E        sort=-jobId begins too high, in the middle, or low (at 1)"},
    [SIM_FAULT_NO_DESCENDING] = {"no-descending", CHANGES, "no-descending    400 to sort=-jobId"},
};

static bool parse_number(const char **at, int64_t least, int64_t most, int64_t *number)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*number = strtoll(*at, &end, 10);
	*at = end;
	return !errno && *number >= least && *number <= most;
}

static bool parse_page(const char **at, struct sim_fault *fault)
{
	int64_t page;

	if (strncmp(*at, "page:", 5) != 0)
		return true;
	*at += 5;
	if (!parse_number(at, 1, INT_MAX, &page) || *(*at)++ != '=')
		return false;
	fault->page = (int)page;
	return true;
}

static bool parse_at(const char **at, struct sim_fault *fault)
{
	if (strncmp(*at, "at:", 3) != 0)
		return true;
	*at += 3;
	return parse_number(at, 1, INT64_MAX, &fault->wait) && *(*at)++ == '=';
}

static bool parse_field(const char **at, struct sim_fault *fault)
{
	size_t size = strcspn(*at, ":");
	enum sim_field field = sim_field_find(*at, size);

	*at += size;
	fault->fields = 1U << field;
	return field < SIM_FIELDS;
}

/* :high, :middle or :low; passed over when it is there. */
static bool parse_where(const char **at, struct sim_fault *fault)
{
	static const char *const words[] = {
	    [SIM_WHERE_HIGH] = ":high",
	    [SIM_WHERE_MIDDLE] = ":middle",
	    [SIM_WHERE_LOW] = ":low",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size = strlen(words[i]);

		if (strncmp(*at, words[i], size) != 0)
			continue;
		*at += size;
		fault->where = (enum sim_where)i;
		return true;
	}
	return false;
}

static bool parse_name(const char **at, struct sim_fault *fault)
{
	size_t size = strcspn(*at, ":");
	int i;

	for (i = 0; i < SIM_FAULT_KINDS; i++)
		if (strlen(kinds[i].name) == size && memcmp(kinds[i].name, *at, size) == 0)
			break;
	*at += size;
	fault->kind = (enum sim_fault_kind)i;
	return i < SIM_FAULT_KINDS;
}

static bool parse_argument(const char **at, struct sim_fault *fault)
{
	int64_t ms;

	switch (fault->kind) {
	case SIM_FAULT_FILTER_400:
		return *(*at)++ == ':' && parse_field(at, fault);
	case SIM_FAULT_IDS_OUTSIDE:
		parse_where(at, fault);
		return fault->where != SIM_WHERE_MIDDLE;
	case SIM_FAULT_LAST_ID:
		return parse_where(at, fault);
	case SIM_FAULT_SLOW:
		if (*(*at)++ != ':' || !parse_number(at, 1, INT_MAX, &ms))
			return false;
		fault->slow_ms = (int)ms;
		return true;
	default:
		return true;
	}
}

static bool parse_fault(const char *at, struct sim_fault *fault)
{
	*fault = (struct sim_fault){.left = -1};
	if (!parse_page(&at, fault) || !parse_at(&at, fault) || !parse_name(&at, fault))
		return false;
	if (fault->wait && (fault->page || kinds[fault->kind].effect == STANDS))
		return false;
	if (!parse_argument(&at, fault))
		return false;
	if (fault->wait) {
		fault->left = 1;
	} else if (*at == ':') {
		at++;
		if (!parse_number(&at, 1, INT64_MAX, &fault->left))
			return false;
	}
	return !*at;
}

bool sim_fault_add(struct sim_faults *faults, const char *spec,
		   char message[SIM_FAULT_MESSAGE_SIZE])
{
	struct sim_fault fault;

	if (!parse_fault(spec, &fault)) {
		snprintf(message, SIM_FAULT_MESSAGE_SIZE, "not a fault: '%.100s'", spec);
		return false;
	}
	if (faults->count == SIM_MAX_FAULTS) {
		snprintf(message, SIM_FAULT_MESSAGE_SIZE, "more than %d faults", SIM_MAX_FAULTS);
		return false;
	}
	faults->list[faults->count++] = fault;
	return true;
}

bool sim_fault_add_lines(struct sim_faults *faults, const char *lines,
			 char message[SIM_FAULT_MESSAGE_SIZE])
{
	while (*lines) {
		size_t size = strcspn(lines, "\r\n");
		char *line = strndup(lines, size);
		bool good = line && (!*line || sim_fault_add(faults, line, message));

		free(line);
		if (!good)
			return false;
		lines += size;
		lines += strspn(lines, "\r\n");
	}
	return true;
}

struct sim_hits sim_fault_take(struct sim_faults *faults, int page)
{
	struct sim_hits hits = {0};
	bool replaced = false;

	for (int i = 0; i < faults->count; i++) {
		struct sim_fault *fault = &faults->list[i];
		bool replaces = kinds[fault->kind].effect == REPLACES;

		if (fault->wait && --fault->wait > 0)
			continue;
		if (fault->left == 0 || (fault->page && fault->page != page))
			continue;
		if (replaces && replaced)
			continue;
		replaced = replaced || replaces;
		hits.kinds |= UINT64_C(1) << fault->kind;
		if (fault->slow_ms)
			hits.slow_ms = fault->slow_ms;
		hits.fields |= fault->fields;
		if (fault->kind == SIM_FAULT_IDS_OUTSIDE)
			hits.outside = fault->where;
		if (fault->kind == SIM_FAULT_LAST_ID)
			hits.last = fault->where;
		if (fault->left > 0)
			fault->left--;
	}
	return hits;
}

bool sim_fault_is_set(const struct sim_faults *faults, enum sim_fault_kind kind)
{
	for (int i = 0; i < faults->count; i++)
		if (faults->list[i].kind == kind && faults->list[i].left != 0)
			return true;
	return false;
}

const char *sim_fault_help(int index)
{
	return index < SIM_FAULT_KINDS ? kinds[index].help : NULL;
}

/* FNV-1a. */
static uint64_t hash(const char *text)
{
	uint64_t value = 0xcbf29ce484222325U;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 0x100000001b3U;
	return value;
}

static struct sim_chain *find_chain(struct sim_chains *chains, uint64_t list)
{
	struct sim_chain *chain;

	for (int i = 0; i < SIM_MAX_CHAINS; i++)
		if (chains->chain[i].page && chains->chain[i].list == list)
			return &chains->chain[i];
	chain = &chains->chain[chains->oldest];
	chains->oldest = (chains->oldest + 1) % SIM_MAX_CHAINS;
	*chain = (struct sim_chain){.list = list, .page = 1};
	return chain;
}

int sim_chain_page(struct sim_chains *chains, const char *key, const char *after)
{
	struct sim_chain *chain = find_chain(chains, hash(key));
	uint64_t cursor = after ? hash(after) : 0;

	/* The same cursor again is a second attempt at the same page. */
	if (!after)
		chain->page = 1;
	else if (chain->cursor != cursor)
		chain->page++;
	chain->cursor = cursor;
	return chain->page;
}
