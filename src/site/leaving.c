/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/leaving.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What was cancelled at once. */
struct group {
	struct config *config;
	struct site **sites; /* NULL = none, or ended */
	size_t count;
	struct group *next;
};

struct leaving {
	struct group *first;
	void (*take)(struct site *site, void *arg);
	void *arg;
};

struct leaving *leaving_new(void (*take)(struct site *site, void *arg), void *arg)
{
	struct leaving *leaving = mem_zalloc(1, sizeof *leaving);

	leaving->take = take;
	leaving->arg = arg;
	return leaving;
}

void leaving_add(struct leaving *leaving, struct config *config, struct site **sites, size_t count)
{
	struct group *group = mem_zalloc(1, sizeof *group);

	*group = (struct group){config, sites, count, leaving->first};
	leaving->first = group;
	for (size_t i = 0; i < count; i++)
		if (sites[i])
			site_cancel(sites[i]);
}

bool leaving_has(const struct leaving *leaving, const char *name)
{
	for (const struct group *group = leaving->first; group; group = group->next)
		for (size_t i = 0; i < group->count; i++)
			if (group->sites[i] &&
			    strcmp(site_config(group->sites[i])->name, name) == 0)
				return true;
	return false;
}

/* Frees the sites of GROUP of which HAS_ENDED. True when none is left. */
static bool free_ended(const struct leaving *leaving, struct group *group,
		       bool (*has_ended)(struct site *site))
{
	size_t left = 0;

	for (size_t i = 0; i < group->count; i++) {
		if (!group->sites[i])
			continue;
		if (has_ended(group->sites[i])) {
			leaving->take(group->sites[i], leaving->arg);
			site_free(group->sites[i]);
			group->sites[i] = NULL;
		} else {
			left++;
		}
	}
	return left == 0;
}

/* Frees the sites of which HAS_ENDED, each group when all of it has. */
static void free_groups(struct leaving *leaving, bool (*has_ended)(struct site *site))
{
	struct group **link = &leaving->first;

	while (*link) {
		struct group *group = *link;

		if (free_ended(leaving, group, has_ended)) {
			*link = group->next;
			config_free(group->config);
			free(group->sites);
			free(group);
		} else {
			link = &group->next;
		}
	}
}

void leaving_turn(struct leaving *leaving)
{
	free_groups(leaving, site_ended);
}

bool leaving_end(struct leaving *leaving)
{
	bool all;

	free_groups(leaving, site_join);
	all = leaving->first == NULL;
	while (leaving->first) {
		struct group *group = leaving->first;

		leaving->first = group->next;
		free(group->sites);
		free(group);
	}
	free(leaving);
	return all;
}
