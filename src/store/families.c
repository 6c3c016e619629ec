/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/families.h"

#include "tally/family.h"

/* What is kept of a job that is forgotten: what its children have told, and what it has told. */
#define KEPT (FAMILY_NAMED | FAMILY_BLAMED | ~(int64_t)(FAMILY_ONE_FAILED - 1))

static void set_blame(const struct store *store, struct row *row)
{
	bool failed = rows_has_failed(&store->cache, row);

	if (family_is_to_blame(row->family, row->state == JOB_DONE, failed))
		row->family |= FAMILY_BLAMED;
	else
		row->family &= ~(int64_t)FAMILY_BLAMED;
}

bool families_complete(struct store *store, struct row *old, struct row *row, struct fault *fault)
{
	int64_t told = 0;

	if (!old->id) {
		if (!rows_get_orphan(&store->cache, row->id, &told, fault) ||
		    (told && !rows_drop_orphan(&store->cache, row->id, fault)))
			return false;
		row->family |= told;
		if (told & FAMILY_BLAMED)
			*old = (struct row){.parent = row->parent, .family = FAMILY_KNOWN | told};
	}
	set_blame(store, row);
	store->cache.has_uncounted |= !(row->family & FAMILY_COUNTED);
	return true;
}

/* What changes for the parent of ROW, which has taken the place of OLD. */
struct news {
	bool named; /* it is a parent, which it may not know */
	int failed; /* so many more of its children have failed */
};

static struct news news_of(const struct store *store, const struct row *old, const struct row *row)
{
	bool same = old->family & FAMILY_KNOWN && old->parent == row->parent;
	bool before = same && old->family & FAMILY_BLAMED, now = row->family & FAMILY_BLAMED;

	/* A parent whose children are counted need not be told that it has some. */
	return (struct news){.named = !same && store->cache.has_uncounted, .failed = now - before};
}

static int64_t apply(int64_t family, struct news news)
{
	if (news.failed)
		family = family_add_failed(family, news.failed);
	return news.named ? family | FAMILY_NAMED : family;
}

/* Puts AFTER in the place of BEFORE, a parent of which NEWS has come. */
static bool change_parent(struct store *store, const struct row *before, const struct row *after,
			  struct fault *fault)
{
	/* That it failed is told by its children. */
	if (family_is_parent(after->family) && family_has_failed_child(after->family) &&
	    store->site->parents != CONFIG_PARENTS_COUNT) {
		event_forget_job(&store->pending, after->id);
		failures_forget(store->cache.failures, after->id);
	}
	return store_replace(store, before, after, fault);
}

/* A parent that is not held: it is told when it comes. */
static bool tell_orphan(struct store *store, const struct row *child, struct news news,
			struct fault *fault)
{
	int64_t family, seen = child->ended > child->started ? child->ended : child->started;

	return rows_get_orphan(&store->cache, child->parent, &family, fault) &&
	       rows_put_orphan(&store->cache, child->parent, apply(family, news), seen, fault);
}

bool families_tell(struct store *store, const struct row *old, const struct row *row,
		   struct fault *fault)
{
	struct row before, after, child = *row;
	struct news news = news_of(store, old, row);
	bool held, fine;

	while (child.parent > 0 && (news.named || news.failed)) {
		held = rows_get(&store->cache, child.parent, &before, &fine, fault);
		if (!held)
			return fine && tell_orphan(store, &child, news, fault);
		after = before;
		after.family = apply(before.family, news);
		set_blame(store, &after);
		if (after.family == before.family)
			return true;
		if (!change_parent(store, &before, &after, fault))
			return false;
		news = (struct news){.failed = !!(after.family & FAMILY_BLAMED) -
					       !!(before.family & FAMILY_BLAMED)};
		child = after;
	}
	return true;
}

bool families_keep(struct store *store, const struct row *row, struct fault *fault)
{
	int64_t kept = row->family & KEPT, newest = store->marks.newest_end;

	return !kept || rows_put_orphan(&store->cache, row->id, kept,
					row->started > newest ? row->started : newest, fault);
}
