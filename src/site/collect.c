/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "config/value.h"
#include "resources/held.h"
#include "resources/status.h"
#include "site/vanish.h"
#include "store/texts.h"

/* How long the rows of jobs wait to be shown together with what else is due. */
#define QUICK_MS 1000

/* What is collected more rarely is asked for again so soon after a failure. */
#define RETRY_MS INT64_C(300000)

/* What the role may not see, or the version does not have, may be there some day. */
#define REFUSED_INTERVAL_MS INT64_C(3600000)

/* A fetch of one resource, which may take several runs. */
struct fetching {
	const struct resource *resource;
	struct field_clock clock;
	struct list list;
	char *filter;
	struct walk *walk;
	struct held *held; /* what has come so far */
	void *scratch;	   /* room for a row */
	uint64_t requests;
	int64_t millis;
};

/* A resource of a site. */
struct part {
	const struct resource *resource;
	struct held *held;	   /* NULL = it is not collected */
	int64_t due;		   /* in timefmt_monotonic */
	bool loaded;		   /* its rows of an earlier run have been taken */
	bool complained;	   /* the log has its failure */
	bool slow;		   /* the last fetch took longer than QUICK_MS */
	struct fetching *fetching; /* NULL = none is under way */
	struct texts_marks marks;
	struct status_row row; /* without texts and index */
};

struct collect {
	const struct config_site *site;
	struct part parts[RESOURCE_COUNT];
	struct resources_view view;
};

struct collect *collect_new(const struct config_site *site)
{
	struct collect *collect = mem_zalloc(1, sizeof *collect);

	collect->site = site;
	for (size_t i = 0; i < RESOURCE_COUNT; i++) {
		struct part *part = &collect->parts[i];

		part->resource = resources_all[i];
		if (!site->collect.wanted[part->resource->group])
			continue;
		part->held = held_new(part->resource);
		part->row.state = STATUS_UNKNOWN;
		/* There may be very many. */
		part->slow = part->resource->group == CONFIG_COLLECT_MEDIA;
		fault_clear(&part->row.fault);
	}
	return collect;
}

/* The interval of PART in milliseconds. */
static int64_t interval(const struct collect *collect, const struct part *part)
{
	return collect->site->collect_interval[part->resource->group] * INT64_C(1000);
}

int64_t collect_wait(const struct collect *collect)
{
	int64_t first = INT64_MAX, now = timefmt_monotonic();

	for (size_t i = 0; i < RESOURCE_COUNT; i++)
		if (collect->parts[i].held && collect->parts[i].due < first)
			first = collect->parts[i].due;
	if (first == INT64_MAX)
		return first;
	return first > now ? first - now : 0;
}

static void take_text(const struct texts_row *row, void *arg)
{
	const struct part *part = arg;
	char *text = mem_strdup(row->text);
	void *scratch = mem_zalloc(1, part->resource->row_size);

	resource_parse(part->resource, text, scratch);
	held_take(part->held, scratch);
	free(scratch);
	free(text);
}

void collect_load(struct collect *collect, struct store *store)
{
	struct fault fault;

	for (size_t i = 0; i < RESOURCE_COUNT; i++) {
		struct part *part = &collect->parts[i];

		if (!part->held || part->loaded)
			continue;
		part->loaded = true;
		if (!texts_read(store, part->resource->name, &part->marks, take_text, part, &fault))
			log_warning("site %s: the last known %s cannot be read: %s",
				    collect->site->name, part->resource->list.things, fault.text);
	}
}

static bool take_page(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct fetching *fetching = arg;
	const struct resource *resource = fetching->resource;
	const struct json *element;
	size_t wanted = 0, news = 0;

	(void)last;
	(void)fault;
	while ((element = page_next(page)) != NULL) {
		news++;
		wanted += !resource->is_end || !resource->is_end(element, &fetching->clock);
		if (resource_read(resource, element, &fetching->clock, fetching->scratch))
			held_take(fetching->held, fetching->scratch);
	}
	/*
	 * One odd date must not hide those behind it. And a page that has been seen before says
	 * nothing about what follows.
	 */
	if (news > 0 && wanted == 0)
		page_stop(page);
	return true;
}

static struct fetching *begin_fetching(const struct collect *collect,
				       const struct resource *resource, struct netbackup *netbackup)
{
	struct fetching *fetching = mem_zalloc(1, sizeof *fetching);
	struct field_clock *clock = &fetching->clock;

	clock->skew = netbackup_skew(netbackup);
	clock->now = timefmt_now() + clock->skew;
	clock->window_start = clock->now - collect->site->window * INT64_C(1000);
	fetching->resource = resource;
	fetching->filter = resource->filter ? resource->filter(clock) : NULL;
	fetching->held = held_new(resource);
	fetching->scratch = mem_zalloc(1, resource->row_size);
	fetching->list = resource->list;
	fetching->list.filter = fetching->filter;
	fetching->list.optional = true;
	fetching->list.visit = take_page;
	fetching->list.arg = fetching;
	fetching->walk = list_begin(netbackup, &fetching->list);
	return fetching;
}

/* The rows that have come, which are the caller's now; the fetch is over. */
static struct held *end_fetching(struct part *part)
{
	struct fetching *fetching = part->fetching;
	struct held *held = fetching ? fetching->held : NULL;

	part->fetching = NULL;
	if (!fetching)
		return NULL;
	list_end(fetching->walk);
	free(fetching->filter);
	free(fetching->scratch);
	free(fetching);
	return held;
}

/* False with FAULT where the server's version does not have RESOURCE, which is then not asked for.
 */
static bool check_version(const struct resource *resource, const struct netbackup *netbackup,
			  struct fault *fault)
{
	const char *version = netbackup_version(netbackup);

	if (!version[0] || atof(version) >= resource->since)
		return true;
	fault_set(fault, FAULT_VERSION, "it came with API version %.1f, and the server speaks %s",
		  resource->since, version);
	fault->status = 404;
	return false;
}

/* How a run has left a fetch. */
enum outcome { FETCHED, NOT_YET, FAILED };

/*
 * Fetches the rows of PART, or goes on with that, until the instant UNTIL and with DEADLINE for
 * each request (both timefmt_monotonic). FAILED comes with FAULT.
 */
static enum outcome ask(const struct collect *collect, struct part *part,
			struct netbackup *netbackup, int64_t until, int64_t deadline,
			struct fault *fault)
{
	uint64_t before = netbackup_traffic(netbackup)->requests;
	int64_t began = timefmt_monotonic();
	bool fine, ended;

	part->row.requests = part->row.millis = 0;
	if (!check_version(part->resource, netbackup, fault))
		return FAILED;
	if (!part->fetching)
		part->fetching = begin_fetching(collect, part->resource, netbackup);
	netbackup_set_deadline(netbackup, deadline);
	fine = list_go_on(part->fetching->walk, until, &ended, fault);
	part->fetching->requests += netbackup_traffic(netbackup)->requests - before;
	part->fetching->millis += timefmt_monotonic() - began;
	part->row.requests = drawing_gauge(part->fetching->requests);
	part->row.millis = drawing_gauge((uint64_t)part->fetching->millis);
	if (!fine)
		return FAILED;
	return ended ? FETCHED : NOT_YET;
}

/*
 * False with FAULT where so many rows have vanished that it is not believed yet. What has happened
 * comes and goes as it likes.
 */
static bool check_vanished(const struct collect *collect, struct part *part,
			   const struct held *fresh, int64_t now, struct fault *fault)
{
	size_t gone = held_count_missing(fresh, part->held);
	size_t left = held_count(part->held) - gone;

	if (part->resource->is_history || vanish_is_little(gone, left, held_count(fresh)) ||
	    vanish_is_believed(part->marks.vanished_at, collect->site, now)) {
		part->marks.vanished_at = 0;
		return true;
	}
	part->marks.vanished_at = vanish_since(part->marks.vanished_at, now);
	vanish_complain(gone, gone + left, part->resource->list.things, fault);
	return false;
}

/* All rows as texts, in the order of their keys. */
struct draft {
	const struct resource *resource;
	struct texts_row *rows;
	size_t count;
};

static void add_text(const void *row, void *arg)
{
	struct draft *draft = arg;

	draft->rows[draft->count++] = (struct texts_row){((const struct resource_row *)row)->key,
							 resource_write(draft->resource, row)};
}

static bool save(const struct part *part, const struct held *held, struct store *store,
		 struct fault *fault)
{
	struct draft draft = {part->resource, mem_zalloc(held_count(held) + 1, sizeof *draft.rows),
			      0};
	bool fine;

	held_each(held, add_text, &draft);
	fine =
	    texts_save(store, part->resource->name, &part->marks, draft.rows, draft.count, fault);
	for (size_t i = 0; i < draft.count; i++)
		free((char *)draft.rows[i].text);
	free(draft.rows);
	return fine;
}

/*
 * Takes FRESH in the place of the rows of PART. Events are only made of what has been saved, so
 * that there is no second one after a restart.
 */
static bool accept(const struct collect *collect, struct part *part, struct held *fresh,
		   struct store *store, struct event_list *events, struct fault *fault)
{
	struct texts_marks before = part->marks;
	struct event_list news = {.first = NULL};
	int64_t now = timefmt_now();
	bool fine = check_vanished(collect, part, fresh, now, fault);

	if (!fine) {
		struct fault ignored;

		if (before.vanished_at != part->marks.vanished_at)
			texts_save_marks(store, part->resource->name, &part->marks, &ignored);
		return false;
	}
	held_watch(fresh, part->held, before.data_at == 0, collect->site->name, &news);
	part->marks.data_at = now;
	fine = save(part, fresh, store, fault);
	if (fine) {
		held_free(part->held);
		part->held = fresh;
		event_move(events, &news);
	} else {
		part->marks = before;
	}
	event_clear(&news);
	return fine;
}

/*
 * What a failure means. One that all requests to the server meet is no matter of this resource, but
 * for 403, which is always about the role.
 */
static enum status_state state_of(const struct fault *fault, const struct fault *site_fault)
{
	if (fault->status == site_fault->status && fault->status != 403)
		return STATUS_DOWN;
	switch (fault->status) {
	case 401:
	case 403:
		return STATUS_NOT_ALLOWED;
	case 404:
	case 406:
		return STATUS_NOT_IN_VERSION;
	default:
		return STATUS_DOWN;
	}
}

/* Says in words that fit a resource what the HTTP status of FAULT means. */
static void explain(struct fault *fault, const struct resource *resource,
		    const struct netbackup *netbackup)
{
	const char *version = netbackup_version(netbackup);
	int status = fault->status, asked = fault->retry_after;

	if (fault->class == FAULT_VERSION && status == 404)
		return;
	if (status == 404 || status == 406)
		fault_set(fault, FAULT_VERSION, "HTTP %d: the server does not have %s%s%s", status,
			  resource->list.path, version[0] ? " in API version " : "", version);
	fault->status = status;
	fault->retry_after = asked;
}

/* Notes the outcome of a fetch, and logs where it is another one than before. */
static void note(const struct collect *collect, struct part *part, enum status_state state,
		 const struct fault *fault)
{
	struct status_row *row = &part->row;

	if (state == STATUS_UP && part->complained)
		log_info("site %s: %s: up again", collect->site->name, part->resource->name);
	if (state != STATUS_UP && (state != row->state || !part->complained))
		log_warning("site %s: %s: %s", collect->site->name, part->resource->name,
			    fault->text);
	part->complained = state != STATUS_UP;
	row->state = state;
	row->fault = *fault;
}

/*
 * How long after a fetch, which has come from BEFORE to STATE by FAULT, the next one is due. A
 * server may wish for a longer pause.
 */
static int64_t wait_after(enum status_state state, enum status_state before,
			  const struct fault *fault, int64_t usual)
{
	int64_t asked = fault->retry_after * INT64_C(1000);

	/* What was well until now may be so again: all of the server may have been restarted. */
	if (state != STATUS_UP && before == STATUS_UP)
		state = STATUS_DOWN;
	switch (state) {
	case STATUS_NOT_ALLOWED:
	case STATUS_NOT_IN_VERSION:
		return usual > REFUSED_INTERVAL_MS ? usual : REFUSED_INTERVAL_MS;
	case STATUS_DOWN:
		usual = usual < RETRY_MS ? usual : RETRY_MS;
		asked = asked < REFUSED_INTERVAL_MS ? asked : REFUSED_INTERVAL_MS;
		return asked > usual ? asked : usual;
	default:
		return usual;
	}
}

/*
 * Goes on with PART until the instant UNTIL (timefmt_monotonic). What is QUICK must be there by
 * then; else it is still due, and so is a list that has not come to its end.
 */
static void run_part(struct collect *collect, struct part *part, struct netbackup *netbackup,
		     struct store *store, const struct fault *site_fault, int64_t until, bool quick,
		     struct event_list *events)
{
	int64_t deadline =
	    quick ? until : timefmt_monotonic() + collect->site->deadline * INT64_C(1000);
	enum status_state state = STATUS_UP;
	struct fault fault;
	enum outcome outcome = ask(collect, part, netbackup, until, deadline, &fault);
	struct held *fresh;

	part->slow = part->row.millis >= QUICK_MS || (quick && timefmt_monotonic() >= until);
	if (outcome == NOT_YET && !netbackup_cancelled(netbackup))
		return;
	fresh = end_fetching(part);
	if (netbackup_cancelled(netbackup) || (outcome == FAILED && quick && part->slow)) {
		held_free(fresh);
		return;
	}
	if (outcome == FETCHED && accept(collect, part, fresh, store, events, &fault)) {
		fault_clear(&fault);
	} else {
		held_free(fresh);
		state = state_of(&fault, site_fault);
		explain(&fault, part->resource, netbackup);
	}
	/* Never at once, so that a run comes to its end. */
	part->due = timefmt_monotonic() + 1 +
		    wait_after(state, part->row.state, &fault, interval(collect, part));
	note(collect, part, state, &fault);
}

/*
 * Whether nobody answers at the server's address. FAULT is that of the jobs, whose list may take
 * too long although the server is well.
 */
static bool is_unreachable(const struct netbackup *netbackup, const struct fault *fault)
{
	return !netbackup_answers(netbackup) || fault->class == FAULT_DNS ||
	       fault->class == FAULT_CONNECT || fault->class == FAULT_TLS;
}

/*
 * Nobody can be asked now. The next try comes with the next refresh of jobs, which finds out
 * whether the server is there again.
 */
static void put_off(const struct collect *collect, struct part *part, const struct fault *fault)
{
	int64_t wait = collect->site->refresh * INT64_C(1000), usual = interval(collect, part);

	held_free(end_fetching(part));
	part->due = timefmt_monotonic() + (wait < usual ? wait : usual) + 1;
	/* The log has it of the site itself. */
	part->row.state = STATUS_DOWN;
	part->row.fault = *fault;
}

/*
 * The part that had been due for longest at the instant NOW (timefmt_monotonic); of those that are
 * QUICK only, if so. NULL = none had.
 */
static struct part *find_due(struct collect *collect, int64_t now, bool quick)
{
	struct part *first = NULL;

	for (size_t i = 0; i < RESOURCE_COUNT; i++) {
		struct part *part = &collect->parts[i];

		if (part->held && part->due <= now && !(quick && part->slow) &&
		    (!first || part->due < first->due))
			first = part;
	}
	return first;
}

bool collect_run(struct collect *collect, struct netbackup *netbackup, struct store *store,
		 const struct fault *site_fault, int64_t until, bool quick,
		 struct event_list *events)
{
	int64_t began = timefmt_monotonic(), end = began + QUICK_MS;
	struct part *part;
	bool done = false;

	/* It comes forward even where a refresh of jobs is always due. */
	if (!quick && until > end)
		end = until;
	/* Each once. Those that are left come first the next time. */
	while (!netbackup_cancelled(netbackup) && timefmt_monotonic() < end &&
	       (part = find_due(collect, began, quick)) != NULL) {
		done = true;
		if (!store || is_unreachable(netbackup, site_fault))
			put_off(collect, part, site_fault);
		else
			run_part(collect, part, netbackup, store, site_fault, end, quick, events);
	}
	return done;
}

void collect_draw(struct collect *collect, struct drawing *drawing)
{
	drawing->resources = &collect->view;
	for (size_t i = 0; i < RESOURCE_COUNT; i++) {
		struct part *part = &collect->parts[i];
		struct status_row row = part->row;

		collect->view.of[i].held = part->held;
		collect->view.of[i].known = part->marks.data_at != 0;
		if (!part->held)
			continue;
		row.name = part->resource->name;
		row.group = value_collect_words[part->resource->group];
		row.data_at = part->marks.data_at;
		row.rows = drawing_gauge(held_count(part->held));
		row.interval = (uint32_t)(interval(collect, part) / 1000);
		snapshot_add(drawing->snapshot, TABLE_RESOURCES, &row);
	}
}

void collect_free(struct collect *collect)
{
	if (!collect)
		return;
	for (size_t i = 0; i < RESOURCE_COUNT; i++) {
		held_free(end_fetching(&collect->parts[i]));
		held_free(collect->parts[i].held);
	}
	free(collect);
}
