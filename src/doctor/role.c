/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/list.h"
#include "base/timefmt.h"
#include "config/value.h"
#include "resources/resources.h"

#define TEXT_SIZE 600
#define GROUP_MS 20000 /* for all lists of a group */

/* What was seen of the lists of a group. */
struct view {
	char seen[TEXT_SIZE], unseen[TEXT_SIZE], permissions[TEXT_SIZE];
	bool refused;	    /* one that the role may not view */
	struct fault other; /* why another one cannot be read */
};

/* A page is all that is wanted. */
static bool ignore(struct page *page, bool last, void *arg, struct fault *fault)
{
	(void)page;
	(void)last;
	(void)arg;
	(void)fault;
	return true;
}

/* Asks for the first page of RESOURCE. */
static bool may_view(struct netbackup *netbackup, const struct config_site *site,
		     const struct resource *resource, struct fault *fault)
{
	struct field_clock clock = {.now = netbackup_time(netbackup)};
	struct list list = resource->list;
	char *filter;
	bool fine;

	clock.window_start = clock.now - site->window * INT64_C(1000);
	filter = resource->filter ? resource->filter(&clock) : NULL;
	list.filter = filter;
	list.optional = true;
	list.max_pages = 1;
	list.visit = ignore;
	fault_clear(fault);
	fine = list_fetch(netbackup, &list, fault);
	free(filter);
	return fine;
}

/* Whether the agreed version of the API is known to lack RESOURCE. */
static bool is_too_new(struct netbackup *netbackup, const struct resource *resource)
{
	const char *version = netbackup_version(netbackup);

	return version[0] && atof(version) < resource->since;
}

/* Notes in VIEW why RESOURCE cannot be read. */
static void note_unseen(const struct resource *resource, const struct fault *fault,
			struct view *view)
{
	char room[TEXT_SIZE];

	if (fault->status == 401 || fault->status == 403) {
		view->refused = true;
		if (resource->permission)
			finding_add_word(view->permissions, TEXT_SIZE, resource->permission);
	} else if (view->other.class == FAULT_NONE) {
		view->other = *fault;
	}
	if (fault->status)
		snprintf(room, sizeof room, "%s (HTTP %d)", resource->name, fault->status);
	else
		snprintf(room, sizeof room, "%s (%s)", resource->name,
			 fault_class_name(fault->class));
	finding_add_word(view->unseen, TEXT_SIZE, room);
}

static void look_at(struct netbackup *netbackup, const struct config_site *site,
		    const struct resource *resource, struct view *view)
{
	struct fault fault;

	if (is_too_new(netbackup, resource)) {
		fault_set(&fault, FAULT_VERSION, "%s are there from API %.1f on", resource->name,
			  resource->since);
		note_unseen(resource, &fault, view);
	} else if (may_view(netbackup, site, resource, &fault)) {
		finding_add_word(view->seen, TEXT_SIZE, resource->name);
	} else {
		note_unseen(resource, &fault, view);
	}
}

/* What VIEW comes to where the configuration asks for the group. */
static void judge(const struct view *view, const char *word, struct finding *finding)
{
	if (view->refused) {
		finding->result = FINDING_FAILED;
		finding_remedy(finding,
			       "give the key's role the operation View in %s, or take \"%s\" "
			       "out of collect",
			       view->permissions[0] ? view->permissions : "what is not seen", word);
	} else if (view->unseen[0]) {
		finding->result = FINDING_WARNING;
		finding_remedy(finding, "%s", view->other.text);
	}
}

void role_examine(struct netbackup *netbackup, const struct config_site *site,
		  enum config_collect group, struct finding *finding)
{
	bool wanted = site->collect.wanted[group];
	struct view view = {.refused = false};
	char text[2 * TEXT_SIZE + 100] = "";
	size_t length = 0;

	fault_clear(&view.other);
	netbackup_set_deadline(netbackup, timefmt_monotonic() + GROUP_MS);
	for (size_t i = 0; i < RESOURCE_COUNT; i++)
		if (resources_all[i]->group == group)
			look_at(netbackup, site, resources_all[i], &view);
	if (view.seen[0])
		length = (size_t)snprintf(text, sizeof text, "may be viewed: %s", view.seen);
	if (view.unseen[0])
		snprintf(text + length, sizeof text - length, "%snot: %s", length ? "; " : "",
			 view.unseen);
	finding_set(finding, FINDING_OK, "%s%s", text,
		    wanted ? "" : " (collect does not ask for it)");
	if (wanted)
		judge(&view, value_collect_words[group], finding);
}

bool role_sees_any(struct netbackup *netbackup, const struct config_site *site)
{
	bool seen = false;
	struct fault fault;

	netbackup_set_deadline(netbackup, timefmt_monotonic() + GROUP_MS);
	for (size_t i = 0; i < RESOURCE_COUNT && !seen; i++)
		seen = site->collect.wanted[resources_all[i]->group] &&
		       may_view(netbackup, site, resources_all[i], &fault);
	return seen;
}
