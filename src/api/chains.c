/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/chains.h"

#include <stdlib.h>

#include "api/http.h"
#include "api/pace.h"
#include "api/page.h"
#include "api/stride.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "base/timefmt.h"

#define PAGES_LEAST 3 /* that must be expected; for fewer, the last id would cost too much */

#define HELD_MAX (32u << 20) /* bytes of pages that wait for their turn, for another request */

/*
 * Each connection has a block at work and one that waits for its turn, at most. Besides there is
 * what is left of a block that did not fit on its page, and all behind them.
 */
#define BLOCKS_MAX (2 * CHAINS_MAX + 4)

/* A connection. The first is the one that the refresh has anyway. */
struct chain {
	struct netbackup *netbackup;
	bool at_work;
	bool proven; /* it has had an answer: the next one tells how long an answer takes */
};

/* The ids (BEHIND, UPTO]. */
struct block {
	int64_t behind;
	int64_t upto;
	enum { BLOCK_WAITS, BLOCK_AT_WORK, BLOCK_HELD } state;
	struct chain *chain;	       /* that asks for it, or has its answer */
	int64_t sent;		       /* when */
	unsigned turn;		       /* of the pace then */
	struct http_response response; /* of one that is held */
};

struct chains {
	struct list list; /* its visitor is the caller's; BEHIND and UPTO are those of a request */
	struct chain chain[CHAINS_MAX];
	unsigned open;
	unsigned at_work;
	struct block block[BLOCKS_MAX]; /* what has not been visited, by rising ids */
	unsigned blocks;
	struct stride stride;
	struct pace pace;
	unsigned setbacks; /* those that the pace has been told */
	int64_t looked;	   /* when it was last known what had come */
	struct chains_use *use;
};

/* The first page of a list, and what it tells about the rest. */
struct opening {
	const struct list *list;
	struct page_span span;
	size_t most; /* elements on a page */
	bool ended;
};

static size_t limit_of(const struct list *list)
{
	return list->limit ? list->limit : LIST_LIMIT;
}

/* A page with fewer may have been short by chance, so what counts is what it says. */
static size_t most_of(const struct page *page, const struct list *list)
{
	int64_t own = page_limit(page);
	size_t limit = limit_of(list);

	return own > 0 && (uint64_t)own < limit ? (size_t)own : limit;
}

static bool visit_first(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct opening *opening = arg;

	opening->span = page_span(page, opening->list->sort);
	opening->most = most_of(page, opening->list);
	if (!opening->list->visit(page, last, opening->list->arg, fault))
		return false;
	opening->ended = last || page_is_stopped(page);
	return true;
}

static bool fetch_first(struct netbackup *netbackup, struct opening *opening, struct fault *fault)
{
	struct list first = *opening->list;

	first.visit = visit_first;
	first.arg = opening;
	first.max_pages = 1;
	return list_fetch(netbackup, &first, fault);
}

/* Whether after FAULT all else would fail as well. */
static bool is_final(struct netbackup *netbackup, const struct fault *fault)
{
	return fault->class == FAULT_AUTH || netbackup_cancelled(netbackup) ||
	       netbackup_is_over(netbackup);
}

/*
 * Finds the last id of LIST behind BEHIND: *LAST, 0 where the server does not tell. It may be
 * wrong: then it costs requests, and no element. The list can be had without it, so it is optional.
 */
static bool find_last(struct netbackup *netbackup, const struct list *list, int64_t behind,
		      int64_t *last, struct fault *fault)
{
	struct http_response response = {.body = NULL};
	struct list end = *list;
	struct page *page = NULL;

	*last = 0;
	end.behind = behind;
	end.falls = true;
	end.limit = 1;
	end.optional = true;
	list_request(netbackup, &end);
	if (netbackup_await(netbackup, &response, fault))
		page = list_read(netbackup, &end, &response, fault);
	if (page)
		*last = page_span(page, list->sort).first;
	else
		log_info("site %s: one connection for all %s, as the last id is not known: %s",
			 netbackup_site_name(netbackup), list->things, fault->text);
	page_free(page);
	http_response_free(&response);
	if (!page && is_final(netbackup, fault))
		return false;
	fault_clear(fault);
	return true;
}

/* Says in the log WHY there are fewer, or that there may be more than BEFORE. */
static void tell(struct chains *chains, const char *why, unsigned before)
{
	const char *site = netbackup_site_name(chains->chain[0].netbackup);
	unsigned level = chains->pace.level;

	if (why)
		log_info("site %s: %u connection%s from now on: %s", site, level,
			 level == 1 ? "" : "s", why);
	else if (chains->pace.limit > before)
		log_info("site %s: up to %u connections again: all has been well for a while", site,
			 chains->pace.limit);
}

/* Tells the pace of requests that have failed since; that of BLOCK, NULL = of an earlier one. */
static bool note_setbacks(struct chains *chains, const struct block *block)
{
	const char *words;
	unsigned setbacks = netbackup_setbacks(chains->chain[0].netbackup, &words);
	bool some = setbacks > chains->setbacks;

	if (some)
		tell(chains, pace_setback(&chains->pace, block ? block->turn : 0, words), PACE_MAX);
	chains->setbacks = setbacks;
	return some;
}

/* False where the sites have no descriptor left for a further connection. */
static bool open_chain(struct chains *chains)
{
	struct chain *chain = &chains->chain[chains->open];

	/* Who waits for a turn needs several at once. */
	if (descriptors_wanted() || !descriptors_take(1))
		return false;
	*chain = (struct chain){.netbackup = netbackup_beside(chains->chain[0].netbackup)};
	chains->open++;
	return true;
}

static void close_chain(struct chain *chain)
{
	netbackup_close(chain->netbackup);
	chain->netbackup = NULL;
	descriptors_give(1);
}

/* The blocks of FROM belong to TO. */
static void hand_over(struct chains *chains, const struct chain *from, struct chain *to)
{
	for (unsigned i = 0; i < chains->blocks; i++)
		if (chains->block[i].chain == from)
			chains->block[i].chain = to;
}

/* Closes those that have nothing to do and are too many. */
static void trim(struct chains *chains, unsigned level)
{
	struct chain *chain = chains->chain;

	for (unsigned i = chains->open; i-- > 1 && chains->open > level;)
		if (!chain[i].at_work) {
			hand_over(chains, &chain[i], &chain[0]);
			close_chain(&chain[i]);
			chains->open--;
			/* The last one takes its place. */
			hand_over(chains, &chain[chains->open], &chain[i]);
			chain[i] = chain[chains->open];
		}
}

/* One that has nothing to do, opened where need be. NULL = there is none. */
static struct chain *find_chain(struct chains *chains)
{
	if (chains->at_work >= chains->pace.level)
		return NULL;
	if (chains->at_work == chains->open && !open_chain(chains)) {
		pace_stay(&chains->pace, chains->open);
		return NULL;
	}
	for (unsigned i = 0; i < chains->open; i++)
		if (!chains->chain[i].at_work)
			return &chains->chain[i];
	return NULL;
}

/* Leaves in the block at INDEX as many ids as should fit, and puts the others behind it. */
static void split(struct chains *chains, unsigned index)
{
	struct block *block = &chains->block[index];
	int64_t width = stride_width(&chains->stride);

	if (block->upto - block->behind <= width || chains->blocks == BLOCKS_MAX)
		return;
	for (unsigned i = chains->blocks++; i > index; i--)
		chains->block[i] = chains->block[i - 1];
	block[0].upto = block[1].behind = block->behind + width;
}

static void ask(struct chains *chains, struct block *block, struct chain *chain)
{
	chains->list.behind = block->behind;
	chains->list.upto = block->upto;
	block->state = BLOCK_AT_WORK;
	block->chain = chain;
	block->sent = timefmt_monotonic();
	block->turn = chains->pace.turn;
	chain->at_work = true;
	chains->at_work++;
	list_request(chain->netbackup, &chains->list);
}

/* Whether so much waits for its turn that no more should be asked for. */
static bool holds_enough(const struct chains *chains)
{
	size_t held = 0;

	for (unsigned i = 0; i < chains->blocks; i++)
		if (chains->block[i].state == BLOCK_HELD)
			held += chains->block[i].response.length;
	return held >= HELD_MAX;
}

/* Gives each connection that has nothing to do the next block. */
static void deal(struct chains *chains)
{
	struct chain *chain;
	unsigned next = 0;

	for (;;) {
		while (next < chains->blocks && chains->block[next].state != BLOCK_WAITS)
			next++;
		if (next == chains->blocks)
			return;
		/* What is held takes memory. The first block is what the others wait for. */
		if (next > 0 && (next >= 2 * chains->pace.level || holds_enough(chains)))
			return;
		chain = find_chain(chains);
		if (!chain)
			return;
		split(chains, next);
		ask(chains, &chains->block[next], chain);
	}
}

/* Tells the pace of an answer that came between the last look and NOW. */
static void note_answer(struct chains *chains, const struct block *block, int64_t now)
{
	int64_t millis = chains->looked - block->sent;
	unsigned limit = chains->pace.limit;
	const char *why;

	/* Opening a connection takes time of its own, and so does a second try. */
	if (!note_setbacks(chains, block) && block->chain->proven) {
		why = pace_answer(&chains->pace, block->turn, millis > 0 ? millis : 0, now);
		tell(chains, why, limit);
	}
	block->chain->proven = true;
}

/* Takes the answers that are there. They are not parsed before it is their turn. */
static bool collect(struct chains *chains, struct fault *fault)
{
	int64_t now = timefmt_monotonic();
	bool fine = true;

	for (unsigned i = 0; fine && i < chains->blocks; i++) {
		struct block *block = &chains->block[i];

		if (block->state != BLOCK_AT_WORK || !netbackup_is_ready(block->chain->netbackup))
			continue;
		block->chain->at_work = false;
		chains->at_work--;
		block->state = BLOCK_HELD;
		fine = netbackup_await(block->chain->netbackup, &block->response, fault);
		note_answer(chains, block, now);
	}
	chains->looked = timefmt_monotonic();
	trim(chains, chains->pace.level);
	return fine;
}

static bool wait_for_answer(struct chains *chains, struct fault *fault)
{
	int64_t began = timefmt_monotonic();
	bool fine = netbackup_wait_any(chains->chain[0].netbackup);

	if (!fine)
		fault_set(fault, FAULT_OTHER, "stopped");
	chains->looked = timefmt_monotonic();
	chains->pace.waited += chains->looked - began;
	return fine;
}

static bool check_span(const struct chains *chains, const struct block *block,
		       const struct page_span *span, struct fault *fault)
{
	const char *things = chains->list.things;

	if (span->first == 0 ||
	    (span->rises && span->first > block->behind && span->last <= block->upto))
		return true;
	if (!span->rises)
		fault_set(fault, FAULT_PROTOCOL, "the server's list of %s is out of order", things);
	else
		fault_set(
		    fault, FAULT_PROTOCOL,
		    "the server was asked for %s behind %lld up to %lld, and has sent %lld; set "
		    "sweep-connections = 1",
		    things, (long long)block->behind, (long long)block->upto,
		    (long long)(span->first <= block->behind ? span->first : span->last));
	return false;
}

/* Removes the first block, but for what of it is behind its page, where that was not WHOLE. */
static void move_on(struct chains *chains, bool whole, int64_t last)
{
	struct block *first = &chains->block[0];

	if (!whole) {
		first->behind = last;
		first->state = BLOCK_WAITS;
		return;
	}
	chains->blocks--;
	for (unsigned i = 0; i < chains->blocks; i++)
		chains->block[i] = chains->block[i + 1];
}

/* Visits the page of the first block. */
static bool take_page(struct chains *chains, struct page *page, struct fault *fault)
{
	const struct block *first = &chains->block[0];
	struct page_span span = page_span(page, chains->list.sort);
	size_t count = page_count(page);
	bool whole = true;

	if (!check_span(chains, first, &span, fault))
		return false;
	if (page_names_next(page) || page_is_full(page, limit_of(&chains->list)))
		whole = span.last == 0 || span.last == first->upto;
	stride_note(&chains->stride, first->behind, first->upto, &span, count, whole);
	chains->use->connections = chains->pace.level;
	if (chains->use->most < chains->open)
		chains->use->most = chains->open;
	if (count > 0 && !chains->list.visit(page, false, chains->list.arg, fault))
		return false;
	move_on(chains, whole, span.last);
	return true;
}

static bool take(struct chains *chains, struct fault *fault)
{
	struct block *first = &chains->block[0];
	struct http_response response = first->response;
	struct page *page = list_read(first->chain->netbackup, &chains->list, &response, fault);
	bool fine;

	first->response.body = NULL;
	http_response_free(&response);
	fine = page && take_page(chains, page, fault);
	page_free(page);
	return fine;
}

/* Visits all blocks. */
static bool run(struct chains *chains, struct fault *fault)
{
	bool fine = true;

	while (fine && chains->blocks > 0) {
		fine = collect(chains, fault);
		if (!fine)
			break;
		deal(chains);
		if (chains->block[0].state == BLOCK_HELD)
			fine = take(chains, fault);
		else
			fine = wait_for_answer(chains, fault);
	}
	return fine;
}

static void finish(struct chains *chains)
{
	for (unsigned i = 0; i < chains->blocks; i++)
		http_response_free(&chains->block[i].response);
	netbackup_abandon(chains->chain[0].netbackup);
	for (unsigned i = 1; i < chains->open; i++)
		close_chain(&chains->chain[i]);
	chains->use->connections = 0;
}

/*
 * Fetches by blocks the elements of LIST up to LAST. *BEHIND: all up to there has been visited. A
 * server that refuses blocks is no failure: then *BEHIND is below LAST.
 */
static bool fetch_blocks(struct chains *chains, int64_t *behind, int64_t last, struct fault *fault)
{
	bool fine;

	chains->block[0] = (struct block){.behind = *behind, .upto = last};
	chains->blocks = 1;
	fine = run(chains, fault);
	*behind = chains->blocks > 0 ? chains->block[0].behind : last;
	finish(chains);
	return fine || fault->status == 400;
}

bool chains_fetch(struct netbackup *netbackup, const struct list *list, unsigned limit,
		  struct chains_use *use, struct fault *fault)
{
	struct opening opening = {.list = list};
	struct chains chains = {.list = *list, .use = use};
	struct list rest = *list;
	const char *words;
	int64_t last = 0;

	*use = (struct chains_use){.connections = 0};
	if (limit <= 1)
		return list_fetch(netbackup, list, fault);
	chains.setbacks = netbackup_setbacks(netbackup, &words);
	if (!fetch_first(netbackup, &opening, fault))
		return false;
	if (opening.ended)
		return true;
	if (opening.span.last > rest.behind)
		rest.behind = opening.span.last;
	if (!find_last(netbackup, list, rest.behind, &last, fault))
		return false;
	stride_begin(&chains.stride, &opening.span, opening.most);
	if (last - rest.behind > 0 &&
	    (last - rest.behind) / PAGES_LEAST >= stride_width(&chains.stride)) {
		chains.chain[0] = (struct chain){.netbackup = netbackup, .proven = true};
		chains.open = 1;
		pace_begin(&chains.pace, limit, timefmt_monotonic());
		note_setbacks(&chains, NULL);
		if (!fetch_blocks(&chains, &rest.behind, last, fault))
			return false;
	}
	return list_fetch(netbackup, &rest, fault);
}
