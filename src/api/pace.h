/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How many requests a server bears at once, as its answers tell. It begins with one. After some
 * answers it is one more, as long as that brings something; and one less when a request fails or
 * when answers take much longer. After many good answers one more is tried again, and twice as many
 * answers later each time that this fails. Pure: the caller tells the time.
 */
#define PACE_MAX 8

struct pace {
	unsigned level;		    /* how many requests may be at work */
	unsigned limit;		    /* no more for now */
	unsigned most;		    /* never more */
	unsigned good;		    /* answers since the level last fell */
	unsigned enough;	    /* of them, to raise the limit by one */
	bool raised;		    /* it has been */
	unsigned turn;		    /* one more whenever the level changes */
	unsigned given_up;	    /* the turn that began when the level last fell */
	double usual[PACE_MAX + 1]; /* milliseconds for an answer at each level; 0 = not known */
	double best; /* the least time from one answer to the next at any level; 0 = not known */
	/* Since the last decision. */
	int64_t began;
	int64_t waited; /* milliseconds in which there was nothing to do but to wait */
	int64_t sum;	/* of the milliseconds for COUNT answers */
	unsigned count;
};

void pace_begin(struct pace *pace, unsigned limit, int64_t now);

/* The next two return why there is one less from now on (static); NULL = there is not. */

/*
 * At NOW an answer has come to a request that was sent in the turn TURN, after MILLIS milliseconds.
 */
const char *pace_answer(struct pace *pace, unsigned turn, int64_t millis, int64_t now);

/* A request that was sent in the turn TURN failed for the reason WORDS, which may pass. */
const char *pace_setback(struct pace *pace, unsigned turn, const char *words);

/* No more than LEVEL can be at work, since the caller lacks something. */
void pace_stay(struct pace *pace, unsigned level);

#endif
