/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/event.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const size_t texts[] = {
    offsetof(struct event, site),     offsetof(struct event, error_text),
    offsetof(struct event, job_type), offsetof(struct event, policy_type),
    offsetof(struct event, client),   offsetof(struct event, policy),
    offsetof(struct event, schedule), offsetof(struct event, schedule_type),
    offsetof(struct event, thing),    offsetof(struct event, row),
};

static struct event *copy(const struct event *event)
{
	struct event *made = mem_copy(event, sizeof *event, texts, sizeof texts / sizeof texts[0]);

	made->next = NULL;
	return made;
}

static bool fits(const struct event_list *list, const struct event *event)
{
	return event->kind == EVENT_SITE_DOWN || event->kind == EVENT_SITE_UP ||
	       list->count < EVENT_MAX;
}

static void append(struct event_list *list, struct event *event)
{
	if (list->last)
		list->last->next = event;
	else
		list->first = event;
	list->last = event;
	list->count++;
}

void event_add(struct event_list *list, const struct event *event)
{
	if (fits(list, event))
		append(list, copy(event));
	else
		list->left_out[event->kind]++;
}

void event_forget_job(struct event_list *list, int64_t id)
{
	struct event *before = NULL, *event = list->first;

	while (event && (event->kind != EVENT_JOB_FAILED || event->job_id != id)) {
		before = event;
		event = event->next;
	}
	if (!event)
		return;
	if (before)
		before->next = event->next;
	else
		list->first = event->next;
	if (list->last == event)
		list->last = before;
	list->count--;
	free(event);
}

void event_move(struct event_list *list, struct event_list *from)
{
	struct event *event;

	for (size_t i = 0; i < EVENT_KINDS; i++)
		list->left_out[i] += from->left_out[i];
	while ((event = event_take(from)) != NULL) {
		if (fits(list, event)) {
			append(list, event);
		} else {
			list->left_out[event->kind]++;
			free(event);
		}
	}
	event_clear(from);
}

struct event *event_take(struct event_list *list)
{
	struct event *event = list->first;

	if (event) {
		list->first = event->next;
		if (!list->first)
			list->last = NULL;
		list->count--;
		event->next = NULL;
	}
	return event;
}

void event_clear(struct event_list *list)
{
	struct event *event;

	while ((event = event_take(list)) != NULL)
		free(event);
	memset(list, 0, sizeof *list);
}
