/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/vanish.h"

#define REASON                                                                                     \
	"the API key's role may have lost its rights, or the list has been cleaned; rows stay as " \
	"they were (see vanish-hold)"

bool vanish_is_believed(int64_t vanished_at, const struct config_site *site, int64_t now)
{
	int64_t hold = site->vanish_hold * INT64_C(1000);

	return hold == 0 || (vanished_at && now - vanished_at >= hold);
}

int64_t vanish_since(int64_t vanished_at, int64_t now)
{
	return vanished_at && vanished_at < now ? vanished_at : now;
}

static bool too_many(uint64_t gone, uint64_t left)
{
	return gone >= VANISH_LEAST && gone > left;
}

bool vanish_is_little(uint64_t gone, uint64_t left, uint64_t listed)
{
	return !too_many(gone, left) && (gone == 0 || listed > 0);
}

void vanish_complain(uint64_t gone, uint64_t all, const char *things, struct fault *fault)
{
	fault_set(fault, FAULT_VANISHED,
		  "%llu of %llu %s have vanished from the server's list at once: " REASON,
		  (unsigned long long)gone, (unsigned long long)all, things);
}

bool vanish_check(struct store *store, struct fault *fault)
{
	uint64_t gone = store_vanished(store);
	uint64_t left = tally_jobs(store_tally(store))->finished - store_appeared(store);

	if (!too_many(gone, left))
		return true;
	vanish_complain(gone, gone + left, "finished jobs", fault);
	return false;
}

bool vanish_is_suspected(const struct store *store, uint64_t listed)
{
	return too_many(store_vanished(store), listed);
}

void vanish_complain_of_all(struct fault *fault)
{
	fault_set(fault, FAULT_VANISHED, "the server lists no job any more: " REASON);
}

void vanish_note(struct store *store, int64_t now)
{
	int64_t since = vanish_since(store_marks(store)->vanished_at, now);
	struct fault ignored;

	if (store_marks(store)->vanished_at == since || !store_begin(store, &ignored))
		return;
	store_marks(store)->vanished_at = since;
	store_commit(store, &ignored);
}
