/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/mib.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "snmp/handler.h"
#include "tables/agent.h"
#include "tables/sites.h"

struct mib {
	struct agent_row agent;
	struct lookup *tables[TABLE_COUNT];
	struct snapshot **snapshots; /* rising by the site's index */
	size_t count;
	bool shown; /* all of them are, and nothing else */
	/* What is shown until the next mib_show, and to be freed then. */
	struct snapshot **replaced;
	size_t replaced_count;
};

static void free_replaced(struct mib *mib)
{
	for (size_t i = 0; i < mib->replaced_count; i++)
		snapshot_free(mib->replaced[i]);
	free(mib->replaced);
	mib->replaced = NULL;
	mib->replaced_count = 0;
}

void mib_show(struct mib *mib)
{
	struct lookup_block *blocks;

	if (mib->shown)
		return;
	blocks = mem_zalloc(mib->count + 1, sizeof(*blocks));
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		for (size_t i = 0; i < mib->count; i++) {
			const struct snapshot_rows *rows = &mib->snapshots[i]->tables[t];

			blocks[i] = (struct lookup_block){rows->rows, rows->count};
		}
		if (t != TABLE_AGENT)
			lookup_set(mib->tables[t], blocks, mib->count);
	}
	free(blocks);
	agent_count_sites(&mib->agent, mib->snapshots, mib->count);
	free_replaced(mib);
	mib->shown = true;
}

struct mib *mib_new(const uint32_t *base, size_t base_length)
{
	struct mib *mib = mem_zalloc(1, sizeof(*mib));
	bool good = true;

	mib->agent = agent_new();
	for (size_t t = 0; t < TABLE_COUNT && good; t++) {
		mib->tables[t] = lookup_new(tables_all[t], base, base_length);
		good = mib->tables[t] != NULL && handler_register(mib->tables[t]);
	}
	if (good) {
		lookup_set(mib->tables[TABLE_AGENT], &(struct lookup_block){&mib->agent, 1}, 1);
	} else {
		mib_free(mib);
		mib = NULL;
	}
	return mib;
}

/* Keeps SNAPSHOT, which may be shown, until the next mib_show. */
static void replace(struct mib *mib, struct snapshot *snapshot)
{
	mib->replaced =
	    mem_resize(mib->replaced, mib->replaced_count + 1, sizeof(struct snapshot *));
	mib->replaced[mib->replaced_count++] = snapshot;
}

/* The place of the site with INDEX, or where it belongs. */
static size_t position(const struct mib *mib, const struct index *index)
{
	size_t at = 0;

	while (at < mib->count && index_compare(&sites_row(mib->snapshots[at])->index, index) < 0)
		at++;
	return at;
}

void mib_publish(struct mib *mib, struct snapshot *snapshot)
{
	const struct index *index = &sites_row(snapshot)->index;
	size_t at = position(mib, index);

	if (at < mib->count && index_compare(&sites_row(mib->snapshots[at])->index, index) == 0) {
		replace(mib, mib->snapshots[at]);
	} else {
		mib->snapshots =
		    mem_resize(mib->snapshots, mib->count + 1, sizeof(*mib->snapshots));
		memmove(mib->snapshots + at + 1, mib->snapshots + at,
			(mib->count - at) * sizeof(*mib->snapshots));
		mib->count++;
	}
	mib->snapshots[at] = snapshot;
	mib->shown = false;
}

/* The place of the site NAME; mib->count = there is none. */
static size_t find_site(const struct mib *mib, const char *name)
{
	size_t at = 0;

	while (at < mib->count && strcmp(mib->snapshots[at]->site, name) != 0)
		at++;
	return at;
}

bool mib_has_site(const struct mib *mib, const char *name)
{
	return find_site(mib, name) < mib->count;
}

size_t mib_count_sites(const struct mib *mib, size_t *up)
{
	*up = 0;
	for (size_t i = 0; i < mib->count; i++)
		*up += sites_row(mib->snapshots[i])->status == SITE_UP;
	return mib->count;
}

void mib_remove_site(struct mib *mib, const char *name)
{
	size_t at = find_site(mib, name);

	if (at < mib->count) {
		replace(mib, mib->snapshots[at]);
		mib->count--;
		memmove(mib->snapshots + at, mib->snapshots + at + 1,
			(mib->count - at) * sizeof(*mib->snapshots));
		mib->shown = false;
	}
}

void mib_set_config_read(struct mib *mib, int64_t at)
{
	mib->agent.config_read = at;
}

void mib_set_notifications(struct mib *mib, uint64_t sent, uint64_t suppressed)
{
	mib->agent.notifications_sent = sent;
	mib->agent.notifications_suppressed = suppressed;
}

void mib_free(struct mib *mib)
{
	if (mib != NULL) {
		for (size_t t = 0; t < TABLE_COUNT; t++) {
			handler_withdraw(mib->tables[t]);
			lookup_free(mib->tables[t]);
		}
		for (size_t i = 0; i < mib->count; i++)
			snapshot_free(mib->snapshots[i]);
		free(mib->snapshots);
		free_replaced(mib);
		free(mib);
	}
}
