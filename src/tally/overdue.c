/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/overdue.h"

#include "config/watch.h"

/* The values of tally_subject.watch; any other is 1 + the place in the list. */
enum { NOT_ASKED = 0, NOT_WATCHED = -1 };

const struct config_watch *overdue_watch(struct tally_subject *subject,
					 const struct config_watch_list *list)
{
	const struct config_watch *watch;

	if (subject->watch == NOT_ASKED) {
		watch = watch_find(list, subject->name);
		subject->watch = watch ? (int)(watch - list->watches) + 1 : NOT_WATCHED;
	}
	return subject->watch == NOT_WATCHED ? NULL : &list->watches[subject->watch - 1];
}

int64_t overdue_from(const struct tally_subject *subject, const struct config_watch *watch,
		     int64_t since)
{
	const struct history *history = &subject->history;

	if (!watch || watch->max_age == 0)
		return OVERDUE_NEVER;
	if (history->ok_at)
		return history->ok_at + watch->max_age * INT64_C(1000);
	if (history->last_at)
		return 0;
	return watch->expected ? since + watch->max_age * INT64_C(1000) : OVERDUE_NEVER;
}

static void expect(struct tally *tally, enum tally_kind kind, const struct config_watch_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->watches[i].expected)
			tally_subject(tally, kind, list->watches[i].pattern, "");
}

void overdue_expect(struct tally *tally, const struct config_site *site)
{
	expect(tally, TALLY_POLICY, &site->policies);
	expect(tally, TALLY_CLIENT, &site->clients);
}

/* What update_policy needs to know. */
struct update {
	const struct config_site *site;
	int64_t now;
	int64_t since;
	int64_t skew;
	struct event_list *events;
};

static void update_policy(struct tally_subject *policy, void *arg)
{
	const struct update *update = arg;
	const struct config_watch *watch = overdue_watch(policy, &update->site->policies);
	bool overdue = overdue_from(policy, watch, update->since) <= update->now;
	int64_t success = policy->history.ok_at;
	struct event event = {
	    .kind = overdue ? EVENT_POLICY_OVERDUE : EVENT_POLICY_CLEARED,
	    .site = update->site->name,
	    .policy = policy->name,
	    .last_success = success ? success - update->skew : 0,
	    .max_age = watch ? (uint32_t)watch->max_age : 0,
	};

	if (overdue == (policy->overdue != TALLY_IN_TIME))
		return;
	/* Without an event for it there is none for its end. */
	if (update->events && policy->overdue != TALLY_OVERDUE_AT_FIRST)
		event_add(update->events, &event);
	policy->overdue = !overdue	   ? TALLY_IN_TIME
			  : update->events ? TALLY_NOTIFIED
					   : TALLY_OVERDUE_AT_FIRST;
	policy->changed = true;
}

void overdue_update(struct tally *tally, const struct config_site *site, int64_t now, int64_t since,
		    int64_t skew, struct event_list *events)
{
	struct update update = {site, now, since, skew, events};

	tally_each_subject(tally, TALLY_POLICY, update_policy, &update);
}
