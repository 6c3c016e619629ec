/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STRIDE_H
#define STRIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/page.h"

/*
 * How many ids a block should span so that its elements just fit on a page: as dense as the ids of
 * the last pages were, less what the number of elements in a block varies by. Pure.
 */
struct stride {
	size_t most;	 /* elements that a page may have */
	size_t page;	 /* that fit on one, as those that were cut short tell */
	bool rest;	 /* the next block is what the last page did not have of its block */
	size_t cut;	 /* those of the last one, if it was cut short; else 0 */
	unsigned calm;	 /* pages since the last that was cut short, or since more were tried */
	unsigned enough; /* of them, to try more */
	double density;	 /* ids for an element, 1 at least */
	double variance; /* of the elements in a block */
	double width;
};

/* SPAN is of the first page. A page has MOST elements at most. */
void stride_begin(struct stride *stride, const struct page_span *span, size_t most);

/* How many ids the next block should span. */
int64_t stride_width(const struct stride *stride);

/*
 * The block (BEHIND, UPTO] had a page of COUNT elements with SPAN. WHOLE: it was all of the block,
 * and else only what fits on a page.
 */
void stride_note(struct stride *stride, int64_t behind, int64_t upto, const struct page_span *span,
		 size_t count, bool whole);

#endif
