/* SPDX-License-Identifier: BSD-2-Clause */

/* How long a round of the rolling sweep takes: longer from round to round, until it finds
 * something. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"
#include "unit/scratch.h"
#include "unit/site/scripted.h"

#define START INT64_C(1782871204000) /* 02:00:04 of 1 July 2026 */
#define HOUR 3600
#define SPEAKS(version) "200 OK\r\nX-NetBackup-API-Version: " version
#define EMPTY "{\"data\":[]}"
#define ENDED(id, update)                                                                          \
	SOME(id, "BACKUP", "gold", "db1",                                                          \
	     "\"state\":\"DONE\",\"status\":0,\"endTime\":" INSTANT(                               \
		 "01:30:00") ",\"lastUpdateTime\":\"" update "\",")
#define LONG_AGO "2026-07-01T01:30:01.000Z"
#define TWO ENDED(1, LONG_AGO) "," ENDED(2, LONG_AGO)
#define UNUSABLE "{\"attributes\":{\"jobId\":9}}"

static struct world world;
static const char *ping; /* how it is answered */
static int64_t now;	 /* seconds of the server's clock since the first refresh */

/* An old server is asked for all that is unfinished, and then for ends. */
static bool is_old(void)
{
	return strstr(ping, "8.0") != NULL;
}

/* A refresh; CHANGES and SWEPT are what it gets if it asks. True when it has asked for a page of
 * the sweep. */
static bool run(const char *changes, const char *swept)
{
	char clock[24];
	const struct answer answers[] = {{"/ping ", ping, clock},
					 {"state%20ne", JSON, EMPTY},
					 {"DONE%27%20and%20endTime", JSON, changes},
					 {"lastUpdateTime", JSON, changes},
					 {ANY, JSON, swept},
					 END};
	unsigned before = world.server.requests;
	struct snapshot *snapshot;

	snprintf(clock, sizeof clock, "%lld", (long long)(START + now * 1000));
	snapshot = scripted_run(&world, answers);
	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
	snapshot_free(snapshot);
	return world.server.requests - before == (is_old() ? 4 : 3);
}

/* The round takes HOURS, and no second less. Its last refresh gets CHANGES and SWEPT. */
static void check_round(unsigned line, int64_t hours, const char *changes, const char *swept)
{
	now += hours * HOUR - 1;
	if (run(EMPTY, PAGE(TWO, "null")))
		harness_fail(__FILE__, line, "it is shorter than %lld hours", (long long)hours);
	now++;
	if (!run(changes, swept))
		harness_fail(__FILE__, line, "it is longer than %lld hours", (long long)hours);
	CU_PASS("it has been looked at");
}
#define CHECK_ROUND(hours, changes, swept) check_round(__LINE__, hours, changes, swept)
#define CHECK_QUIET(hours) CHECK_ROUND(hours, EMPTY, PAGE(TWO, "null"))

static void begin(int full_refresh)
{
	now = 0;
	ping = SPEAKS("13.0");
	scratch_make();
	scripted_open(&world, scratch_path("."));
	world.site.full_refresh = full_refresh;
	world.site.full_refresh_limit = 24 * HOUR;
	world.site.unfinished_refresh = INT32_MAX;
	world.site.window = 31 * 24 * HOUR;
	scripted_begin(&world);
	run(EMPTY, PAGE(TWO, "null"));
}

static void end(void)
{
	scripted_close(&world);
	scratch_remove();
}

/* In steps to a day, over restarts. */
static void test_slower(void)
{
	begin(6 * HOUR);
	CHECK_QUIET(6);
	CHECK_QUIET(12);
	scripted_begin(&world);
	CHECK_QUIET(24);
	CHECK_QUIET(24);
	scripted_begin(&world);
	CHECK_QUIET(24);
	end();
}

/* It stays between the two keys, also where they have been changed. */
static void test_limits(void)
{
	begin(48 * HOUR);
	CHECK_QUIET(48);
	CHECK_QUIET(48);
	world.site.full_refresh = 10 * HOUR;
	CHECK_QUIET(24);
	world.site.full_refresh_limit = 0;
	CHECK_QUIET(10);
	CHECK_QUIET(10);
	world.site.full_refresh_limit = 15 * HOUR;
	CHECK_QUIET(15);
	end();
}

/* A round with FIND in its page is followed by one at the usual pace, over a restart, and with SEEN
 * by a slower one. */
static void check_find(unsigned line, int64_t hours, const char *find, const char *seen)
{
	check_round(line, hours, EMPTY, find);
	scripted_begin(&world);
	check_round(line, 6, EMPTY, seen);
}
#define CHECK_FIND(hours, find, seen) check_find(__LINE__, hours, find, seen)

/* What no list of changes has told: a job that was missed, one that is gone, one that has changed.
 */
static void test_finds(void)
{
	static const char three[] = PAGE(TWO "," ENDED(3, LONG_AGO), "null");
	static const char changed[] =
	    PAGE(ENDED(1, LONG_AGO) "," ENDED(2, "2026-07-01T01:40:00.000Z"), "null");

	begin(6 * HOUR);
	CHECK_QUIET(6);
	CHECK_FIND(12, three, three);
	CHECK_FIND(12, PAGE(TWO, "null"), PAGE(TWO, "null"));
	CHECK_FIND(12, changed, changed);
	CHECK_ROUND(12, EMPTY, changed);
	CHECK_ROUND(24, EMPTY, changed);
	end();
}

/* While a job cannot be used its notice stays, so the round that has met it is short at once. */
static void test_unusable(void)
{
	begin(6 * HOUR);
	CHECK_QUIET(6);
	CHECK_QUIET(12);
	now += HOUR;
	CU_ASSERT_FALSE(run(PAGE(UNUSABLE, "null"), EMPTY));
	CHECK_QUIET(5);
	CHECK_FIND(6, PAGE(TWO "," UNUSABLE, "null"), PAGE(TWO, "null"));
	CHECK_QUIET(12);
	end();
}

/* A page with a third job that ended SECONDS after the first refresh; in a buffer of its own. */
static const char *with_third(int64_t seconds)
{
	static char page[1000];
	char ended[TIMEFMT_INSTANT_SIZE];

	timefmt_format_instant(START + seconds * 1000, ended);
	snprintf(page, sizeof page,
		 PAGE(TWO ",{\"attributes\":{\"jobId\":3,\"state\":\"DONE\",\"status\":0,"
			  "\"endTime\":\"%s\",\"lastUpdateTime\":\"%s\"}}",
		      "null"),
		 ended, ended);
	return page;
}

/* What the changes of the same refresh have told, or those of the next will tell, is no find. */
static void test_no_finds(void)
{
	const char *page = with_third(18 * HOUR);

	begin(6 * HOUR);
	CHECK_QUIET(6);
	CHECK_ROUND(12, page, page);
	end();
	/* It has ended while the refresh was under way. */
	begin(6 * HOUR);
	CHECK_QUIET(6);
	CHECK_ROUND(12, EMPTY, with_third(18 * HOUR + 1));
	CHECK_ROUND(24, EMPTY, page);
	end();
}

/* A sweep of all, for the window has become longer, begins anew. */
static void test_full(void)
{
	begin(6 * HOUR);
	CHECK_QUIET(6);
	CHECK_QUIET(12);
	world.site.window += HOUR;
	run(EMPTY, PAGE(TWO, "null"));
	CHECK_QUIET(6);
	CHECK_QUIET(12);
	end();
}

/* Where only ends can be asked for, the sweep is the only way to see a change: it stays as fast. */
static void test_old(void)
{
	begin(6 * HOUR);
	CHECK_QUIET(6);
	ping = SPEAKS("8.0");
	CHECK_QUIET(12);
	CHECK_QUIET(6);
	CHECK_QUIET(6);
	end();
}

static const struct harness_test tests[] = {
    {"slower in steps", test_slower},
    {"limits", test_limits},
    {"finds", test_finds},
    {"a job that cannot be used", test_unusable},
    {"no finds", test_no_finds},
    {"all is swept", test_full},
    {"an old server", test_old},
    {NULL, NULL},
};

const struct harness_suite rounds_suite = {"rounds of the sweep", tests};
