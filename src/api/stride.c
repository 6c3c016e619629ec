/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/stride.h"

#include <math.h>

#define WIDTH_MAX 4e18	/* below INT64_MAX */
#define DENSITY_SHARE 4 /* of what is new, a fourth counts */
#define VARIANCE_SHARE 8
#define CALM_FIRST 4
#define CALM_MAX 1024
#define SIMILAR 1.5 /* a density that differs by more is another one, and no chance */

/*
 * A block that fills its page costs a further request, so it is made narrower by one and a half
 * standard deviations and one. Dense ids leave nothing to chance.
 */
static double fit(const struct stride *stride, double density)
{
	double page = (double)stride->page;
	double margin = fmin(1.5 * sqrt(stride->variance) + 1, page / 2);

	return fmin(fmax((page - margin) * density, page), WIDTH_MAX);
}

/* As if each id were there or not by chance. */
static double guess_variance(const struct stride *stride)
{
	return (double)stride->page * (1 - 1 / stride->density);
}

/* The density in the later half of a page: what comes behind it is probably like that. */
static double density_of(const struct page_span *span)
{
	if (span->middle <= 0 || span->later == 0 || span->last <= span->middle)
		return 1;
	return fmax((double)(span->last - span->middle) / (double)span->later, 1);
}

/* Learns from a block of so many IDS that had COUNT elements, or had more where it was not WHOLE.
 */
static void learn(struct stride *stride, double ids, size_t count, bool whole)
{
	double off = (double)count - ids / stride->density;

	if (!whole)
		off = fmax(off, 1);
	stride->variance += (off * off - stride->variance) / VARIANCE_SHARE;
}

void stride_begin(struct stride *stride, const struct page_span *span, size_t most)
{
	*stride = (struct stride){.most = most, .page = most, .enough = CALM_FIRST};
	stride->density = density_of(span);
	stride->variance = guess_variance(stride);
	stride->width = fit(stride, stride->density);
}

int64_t stride_width(const struct stride *stride)
{
	return (int64_t)stride->width;
}

/* The block was full, or nearly so. */
static void note_full(struct stride *stride, double ids, const struct page_span *span, size_t count,
		      double density, bool whole)
{
	if (density < stride->density * SIMILAR && density * SIMILAR > stride->density) {
		learn(stride, ids, count, whole);
		stride->density += (density - stride->density) / DENSITY_SHARE;
	} else {
		stride->density = density_of(span);
		stride->variance = guess_variance(stride);
	}
	stride->width = fit(stride, stride->density);
}

/*
 * Learns how many elements fit on a page. One that was cut short says so only when something comes
 * behind it: some servers name a next page where there is none. It may have been a single one, so
 * more are tried later; each failure doubles the number of pages until then.
 */
static void note_page(struct stride *stride, size_t count, bool whole)
{
	if (stride->cut > 0 && count > 0) {
		stride->page = stride->cut;
		stride->calm = 0;
		if (stride->enough < CALM_MAX)
			stride->enough *= 2;
	}
	stride->cut = !whole && count < stride->page ? count : 0;
	if (count > stride->page)
		stride->page = count;
	if (stride->page >= stride->most || ++stride->calm < stride->enough)
		return;
	stride->page = stride->page * 2 < stride->most ? stride->page * 2 : stride->most;
	stride->calm = 0;
}

void stride_note(struct stride *stride, int64_t behind, int64_t upto, const struct page_span *span,
		 size_t count, bool whole)
{
	double ids = (double)(upto - behind), seen = whole ? ids : (double)(span->last - behind);
	bool rest = stride->rest;
	double density;

	note_page(stride, count, whole);
	stride->rest = !whole;
	if (count == 0) {
		/* What is left of a block is no sign of a gap, unless it is long. */
		if (!rest || ids >= stride->width)
			stride->width = fmin(stride->width * 2, WIDTH_MAX);
		return;
	}
	density = fmax(seen / (double)count, 1);
	if (!whole || count >= stride->page / 2)
		note_full(stride, ids, span, count, density, whole);
	else
		stride->width = fmin(stride->width * 2, fit(stride, density));
}
