/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/held.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct held {
	const struct resource *resource;
	void *tree; /* of tsearch(3), rows by their keys */
	size_t count;
	size_t *texts; /* offsets of the members of a row that are texts */
	size_t text_count;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct resource_row *)a)->key, ((const struct resource_row *)b)->key);
}

struct held *held_new(const struct resource *resource)
{
	struct held *held = mem_zalloc(1, sizeof *held);

	held->resource = resource;
	held->texts = mem_zalloc(resource->column_count + 1, sizeof *held->texts);
	held->texts[held->text_count++] = offsetof(struct resource_row, key);
	for (size_t i = 0; i < resource->column_count; i++)
		if (resource->columns[i].kind->member == COLUMN_OF_TEXT)
			held->texts[held->text_count++] = resource->columns[i].offset;
	return held;
}

static struct resource_row *find(const struct held *held, const char *key)
{
	struct resource_row wanted = {.key = key};
	void *const *node = tfind(&wanted, &held->tree, compare);

	return node ? *node : NULL;
}

static void insert(struct held *held, const void *row)
{
	mem_checked(tsearch(mem_copy(row, held->resource->row_size, held->texts, held->text_count),
			    &held->tree, compare));
	held->count++;
}

static void drop(struct held *held, struct resource_row *row)
{
	tdelete(row, &held->tree, compare);
	free(row);
	held->count--;
}

/* All columns of sums are numbers. */
static void add(const struct resource *resource, void *row, const void *more)
{
	for (size_t i = 0; i < resource->column_count; i++) {
		size_t offset = resource->columns[i].offset;

		*(uint32_t *)(void *)((char *)row + offset) +=
		    *(const uint32_t *)(const void *)((const char *)more + offset);
	}
}

void held_take(struct held *held, const void *row)
{
	struct resource_row *same = find(held, ((const struct resource_row *)row)->key);

	if (same && held->resource->is_sum) {
		add(held->resource, same, row);
		return;
	}
	if (same)
		drop(held, same);
	insert(held, row);
}

size_t held_count(const struct held *held)
{
	return held->count;
}

const void *held_find(const struct held *held, const char *key)
{
	return find(held, key);
}

struct visit {
	void (*visit)(const void *row, void *arg);
	void *arg;
};

static void on_node(const void *node, VISIT order, void *arg)
{
	const struct visit *visit = arg;

	if (order == postorder || order == leaf)
		visit->visit(*(void *const *)node, visit->arg);
}

void held_each(const struct held *held, void (*visit)(const void *row, void *arg), void *arg)
{
	twalk_r(held->tree, on_node, &(struct visit){visit, arg});
}

struct missing {
	const struct held *held;
	size_t count;
};

static void count_missing(const void *row, void *arg)
{
	struct missing *missing = arg;

	missing->count += !find(missing->held, ((const struct resource_row *)row)->key);
}

size_t held_count_missing(const struct held *held, const struct held *before)
{
	struct missing missing = {held, 0};

	held_each(before, count_missing, &missing);
	return missing.count;
}

struct watch {
	const struct held *held, *before;
	bool silent;
	const char *site;
	struct event_list *events;
};

static void notify(const struct watch *watch, const struct resource_row *row, enum event_kind kind)
{
	const struct resource *resource = watch->held->resource;
	struct event event = {.kind = kind, .site = watch->site, .thing = row->key};
	char *text;

	if (kind == EVENT_NONE)
		return;
	event.row = text = resource_write(resource, row);
	if (resource->tell)
		resource->tell(row, &event);
	event_add(watch->events, &event);
	free(text);
}

static void watch_row(const void *node, void *arg)
{
	const struct watch *watch = arg;
	const struct resource *resource = watch->held->resource;
	struct resource_row *row = find(watch->held, ((const struct resource_row *)node)->key);
	const struct resource_row *old;

	assert(row); /* it is NODE, to be written */
	old = find(watch->before, row->key);
	row->alarms = old ? old->alarms : 0;
	for (size_t i = 0; i < resource->alarm_count; i++) {
		const struct resource_alarm *alarm = &resource->alarms[i];
		uint32_t bit = UINT32_C(1) << i;

		if (!(row->alarms & bit) && resource_alarm_holds(alarm, row)) {
			row->alarms |= bit;
			if (!watch->silent)
				notify(watch, row, alarm->raised);
		} else if (row->alarms & bit && resource_alarm_is_over(alarm, row)) {
			row->alarms &= ~bit;
			notify(watch, row, alarm->cleared);
		}
	}
}

/* What is no longer listed is no longer in trouble. */
static void clear_missing(const void *row, void *arg)
{
	const struct watch *watch = arg;
	const struct resource_row *head = row;
	const struct resource *resource = watch->held->resource;

	for (size_t i = 0; i < resource->alarm_count; i++)
		if (head->alarms & UINT32_C(1) << i && !find(watch->held, head->key))
			notify(watch, head, resource->alarms[i].cleared);
}

void held_watch(struct held *held, const struct held *before, bool first, const char *site,
		struct event_list *events)
{
	struct watch watch = {held, before, first && held->resource->is_history, site, events};

	held_each(held, watch_row, &watch);
	held_each(before, clear_missing, &watch);
}

void held_free(struct held *held)
{
	if (!held)
		return;
	tdestroy(held->tree, free);
	free(held->texts);
	free(held);
}
