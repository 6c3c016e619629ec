/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/pace.h"

#include <stddef.h>

#define GOOD_FIRST 200
#define GOOD_MAX 100000
#define ANSWERS_LEAST 6	 /* that tell how long one takes */
#define SLACK_MS 10	 /* by so much answers vary anyway */
#define MUCH_LONGER 1.5	 /* than with one request less */
#define LATER_LONGER 2.0 /* than when this level was reached */
#define NO_GAIN 1.05	 /* from one answer to the next, compared with the best */
#define WAITING 0.1	 /* of the time: less of it, and another request would gain nothing */

static const char longer[] = "answers take much longer with more";
static const char slow[] = "answers take much longer than before";
static const char no_gain[] = "more bring no more answers";

void pace_begin(struct pace *pace, unsigned limit, int64_t now)
{
	unsigned most = limit < PACE_MAX ? limit : PACE_MAX;

	*pace = (struct pace){
	    .level = 1, .limit = most, .most = most, .enough = GOOD_FIRST, .began = now};
}

static void begin_window(struct pace *pace, int64_t now)
{
	pace->began = now;
	pace->waited = pace->sum = 0;
	pace->count = 0;
}

static const char *give_up(struct pace *pace, const char *why)
{
	if (pace->level > 1)
		pace->level--;
	pace->limit = pace->level;
	pace->good = 0;
	if (pace->raised && pace->enough < GOOD_MAX)
		pace->enough *= 2;
	pace->given_up = ++pace->turn;
	begin_window(pace, pace->began);
	return why;
}

/* What is wrong with a MEAN that has been measured at this level; NULL = nothing. */
static const char *judge(const struct pace *pace, double mean)
{
	unsigned level = pace->level;

	if (level == 1)
		return NULL;
	if (pace->usual[level] > 0)
		return mean > pace->usual[level] * LATER_LONGER + SLACK_MS ? slow : NULL;
	if (mean > pace->usual[level - 1] * MUCH_LONGER + SLACK_MS)
		return longer;
	return mean / level > pace->best * NO_GAIN + 0.5 ? no_gain : NULL;
}

static void note_mean(struct pace *pace, double mean)
{
	if (pace->usual[pace->level] > 0)
		return;
	pace->usual[pace->level] = mean > 0 ? mean : 0.1;
	if (pace->best == 0 || mean / pace->level < pace->best)
		pace->best = mean / pace->level;
}

static void rise(struct pace *pace)
{
	if (pace->level == pace->limit && pace->limit < pace->most && pace->good >= pace->enough) {
		pace->limit++;
		pace->good = 0;
		pace->raised = true;
	}
	if (pace->level < pace->limit) {
		pace->level++;
		pace->turn++;
	}
}

const char *pace_answer(struct pace *pace, unsigned turn, int64_t millis, int64_t now)
{
	unsigned enough = pace->level * 2 > ANSWERS_LEAST ? pace->level * 2 : ANSWERS_LEAST;
	const char *why;
	double mean;
	bool waits;

	if (turn != pace->turn)
		return NULL;
	pace->good++;
	pace->sum += millis;
	if (++pace->count < enough)
		return NULL;
	mean = (double)pace->sum / pace->count;
	waits = (double)pace->waited > (double)(now - pace->began) * WAITING;
	begin_window(pace, now);
	why = judge(pace, mean);
	if (why)
		return give_up(pace, why);
	note_mean(pace, mean);
	if (waits)
		rise(pace);
	return NULL;
}

/* Those that were on the way when the level fell tell nothing about the new one. */
const char *pace_setback(struct pace *pace, unsigned turn, const char *words)
{
	if (turn < pace->given_up)
		return NULL;
	pace->good = 0;
	if (pace->limit == 1)
		return NULL;
	return give_up(pace, words);
}

void pace_stay(struct pace *pace, unsigned level)
{
	pace->level = pace->limit = pace->most = level;
	pace->turn++;
}
