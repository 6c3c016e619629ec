/* SPDX-License-Identifier: BSD-2-Clause */

/* Servers of all versions: how they are found out, and what happens when they change theirs. */

#include <string.h>

#include "unit/site/scripted.h"

#define SPEAKS(version) "200 OK\r\nX-NetBackup-API-Version: " version
#define REFUSED "406 Not Acceptable"
#define NOW "1782871204000" /* 02:00:04 */

/* Asked in that version. */
#define IN(version) "\n;version=" version "\r\n"
#define LISTS_IN(version, body)                                                                    \
	{                                                                                          \
		ANY IN(version), JSON, body                                                        \
	}
#define EMPTY "{\"data\":[]}"
#define ENDED(id, end, update)                                                                     \
	"{\"attributes\":{\"jobId\":" #id ",\"state\":\"DONE\",\"status\":0,\"endTime\":" INSTANT( \
	    end) ",\"lastUpdateTime\":" INSTANT(update) "}}"

/* A refresh of WORLD succeeds in VERSION, with so many REQUESTS. */
static void check_run(unsigned line, struct world *world, const struct answer *answers,
		      const char *version, unsigned requests)
{
	unsigned before = world->server.requests;
	struct snapshot *snapshot = scripted_run(world, answers);
	const struct site_row *row = sites_row(snapshot);

	if (row->status != SITE_UP || strcmp(row->api_version, version) != 0 ||
	    world->server.requests - before != requests)
		harness_fail(__FILE__, line, "status %d, version %s, %u requests; %s",
			     (int)row->status, row->api_version, world->server.requests - before,
			     row->fault.text);
	CU_PASS("it has been looked at");
	snapshot_free(snapshot);
}
#define CHECK_RUN(answers, version, requests)                                                      \
	check_run(__LINE__, &world, answers, version, requests)

/* /ping is asked in 10.0, which an old server does not know; later at once as it likes it. */
static void test_ping(void)
{
	static const struct answer old[] = {{"/ping " IN("4.0"), SPEAKS("4.0"), NOW},
					    {"/ping ", REFUSED, ""},
					    LISTS_IN("4.0", EMPTY),
					    {ANY, REFUSED, ""},
					    END};
	static const struct answer new[] = {{"/ping " IN("10.0"), SPEAKS("13.0"), NOW},
					    {"/ping ", REFUSED, ""},
					    LISTS_IN("13.0", EMPTY),
					    {ANY, REFUSED, ""},
					    END};
	/* What it is can be read from a refusal, too. */
	static const struct answer said[] = {
	    {"/ping ",
	     REFUSED "\r\nX-NetBackup-API-Version: 6.0\r\nDate: Wed, 01 Jul 2026 02:00:04 GMT", ""},
	    LISTS_IN("6.0", EMPTY),
	    {ANY, "404 Not like that", ""},
	    END};
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	CHECK_RUN(old, "4.0", 2 + 2);
	CHECK_RUN(old, "4.0", 1 + 2);
	/* It is upgraded, and goes back. */
	CHECK_RUN(new, "13.0", 2 + 2);
	CHECK_RUN(new, "13.0", 1 + 2);
	CHECK_RUN(old, "4.0", 2 + 2);
	CHECK_RUN(said, "6.0", 2 + 2);
	scripted_close(&world);
}

/* Where /ping tells nothing, versions are tried; a refusal may tell which to try next. */
static void test_silent(void)
{
	static const struct answer old[] = {LISTS_IN("4.0", EMPTY), {ANY, REFUSED, ""}, END};
	static const struct answer new[] = {LISTS_IN("13.0", EMPTY), {ANY, REFUSED, ""}, END};
	static const struct answer said[] = {
	    LISTS_IN("5.0", EMPTY), {ANY, REFUSED "\r\nX-NetBackup-API-Version: 5.1", ""}, END};
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	CHECK_RUN(old, "4.0", 2 + 11 + 1);
	CHECK_RUN(old, "4.0", 1 + 2);
	/* Behind the oldest the newest is tried. */
	CHECK_RUN(new, "13.0", 1 + 3 + 1);
	CHECK_RUN(said, "5.0", 1 + 2 + 1);
	scripted_close(&world);
}

/* As the configuration says, whatever the server would like. */
static void test_named(void)
{
	static const struct answer good[] = {{"/ping " IN("4.0"), SPEAKS("13.0"), NOW},
					     {"state%20ne" IN("4.0"), JSON, EMPTY},
					     {"endTime%20ge" IN("4.0"), JSON, EMPTY},
					     END};
	static const struct answer bad[] = {
	    {"/ping ", REFUSED "\r\nX-NetBackup-API-Version: 13.0", ""}, {ANY, REFUSED, ""}, END};
	static char version[] = "4.0";
	struct snapshot *snapshot;
	struct world world;

	scripted_open(&world, ":memory:");
	world.site.api_version = version;
	scripted_begin(&world);
	CHECK_RUN(good, "4.0", 1 + 2);
	CHECK_RUN(good, "4.0", 1 + 2);
	snapshot = scripted_run(&world, bad);
	EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_VERSION);
	EQUAL_TEXT(sites_row(snapshot)->fault.text,
		   "HTTP 406: the server does not speak version 4.0, which api-version names; its "
		   "own is 13.0; remove api-version");
	snapshot_free(snapshot);
	scripted_close(&world);
}

/* A refresh whose changes are asked for from MARK on by FIELD; any other question fails. */
static void check_mark(unsigned line, struct world *world, const char *version, const char *field,
		       const char *mark, const char *body)
{
	char ping[80], path[120];
	const struct answer answers[] = {{"/ping ", ping, NOW}, {"state%20ne", JSON, EMPTY},
					 {path, JSON, body},	{"DONE", "404 Not like that", ""},
					 {ANY, JSON, EMPTY},	END};
	struct snapshot *snapshot;

	snprintf(ping, sizeof ping, SPEAKS("%s"), version);
	snprintf(path, sizeof path, "DONE%%27%%20and%%20%s%%20ge%%202026-07-01T%s.000Z", field,
		 mark);
	snapshot = scripted_run(world, answers);
	if (sites_row(snapshot)->status != SITE_UP || sites_row(snapshot)->mode != SITE_MODE_DELTA)
		harness_fail(__FILE__, line, "not asked by %s from %s on: %s", field, mark,
			     sites_row(snapshot)->fault.text);
	CU_PASS("the filter has been looked at");
	snapshot_free(snapshot);
}
#define CHECK_MARK(version, field, mark, body)                                                     \
	check_mark(__LINE__, &world, version, field, mark, body)

/* The mark is one of changes, or of ends; when that turns, nothing falls between. */
static void test_mark(void)
{
	static const struct answer first[] = {
	    {"/ping ", SPEAKS("4.0"), NOW}, {ANY, JSON, EMPTY}, END};
	static const char ended[] = "{\"data\":[" ENDED(1, "01:59:30", "01:59:50") "]}";
	static const char later[] = "{\"data\":[" ENDED(2, "02:00:01", "02:00:03") "]}";
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	CHECK_RUN(first, "4.0", 3);
	CHECK_MARK("4.0", "endTime", "01%3A59%3A04", EMPTY);
	CHECK_MARK("4.0", "endTime", "01%3A59%3A04", later);
	CHECK_MARK("4.0", "endTime", "01%3A59%3A04", EMPTY);
	/* Upgraded. */
	CHECK_MARK("13.0", "lastUpdateTime", "01%3A58%3A04", ended);
	CHECK_MARK("13.0", "lastUpdateTime", "01%3A59%3A45", later);
	CHECK_MARK("9.0", "lastUpdateTime", "01%3A59%3A58", EMPTY);
	/* And back: what ended before the mark may have become known since. */
	CHECK_MARK("8.0", "endTime", "01%3A58%3A58", ended);
	CHECK_MARK("8.0", "endTime", "01%3A58%3A58", EMPTY);
	scripted_close(&world);
}

/* Who cannot tell changes is swept each time, until it speaks another version. */
static void test_blind(void)
{
	static const struct answer nine[] = {{"/ping ", SPEAKS("9.0"), NOW},
					     {"lastUpdateTime", "400 Bad Request", ""},
					     {ANY, JSON, EMPTY},
					     END};
	static const struct answer eight[] = {{"/ping ", SPEAKS("8.0"), NOW},
					      {"DONE%27%20and", "400 Bad Request", ""},
					      {ANY, JSON, EMPTY},
					      END};
	struct snapshot *snapshot;
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	CHECK_RUN(nine, "9.0", 1 + 2);
	CHECK_RUN(nine, "9.0", 1 + 3);
	CHECK_RUN(nine, "9.0", 1 + 2);
	CHECK_MARK("10.0", "lastUpdateTime", "01%3A59%3A59", EMPTY);
	/* An old server is never taken for one that must be swept each time. */
	for (int i = 0; i < 2; i++) {
		snapshot = scripted_run(&world, eight);
		EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_REQUEST);
		snapshot_free(snapshot);
	}
	scripted_close(&world);
}

static const struct harness_test tests[] = {
    {"ping", test_ping},
    {"a server that does not tell", test_silent},
    {"a version that is named", test_named},
    {"the mark", test_mark},
    {"no changes are told", test_blind},
    {NULL, NULL},
};

const struct harness_suite versions_suite = {"versions", tests};
