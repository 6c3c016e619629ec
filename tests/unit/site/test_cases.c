/* SPDX-License-Identifier: BSD-2-Clause */

/* What real primaries, and what stands before them, have been seen to send. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site/vanish.h"
#include "unit/clock.h"
#include "unit/scratch.h"
#include "unit/site/scripted.h"
#include "unit/store/stock.h"

#define OLD_PING                                                                                   \
	{                                                                                          \
		"/ping ", "200 OK\r\nX-NetBackup-API-Version: 4.0", "1782871204000"                \
	}
#define EMPTY "{\"data\":[],\"meta\":{\"pagination\":{\"limit\":100}}}"

/* The jobs FIRST to LAST, with TAIL behind the array; to be freed. */
static char *many(int first, int last, const char *tail)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("{\"data\":[", out);
	for (int id = first; id <= last; id++)
		fprintf(out,
			"%s{\"attributes\":{\"jobId\":%d,\"jobType\":\"BACKUP\",\"state\":\"DONE\","
			"\"status\":0,\"endTime\":\"2026-07-01T01:00:00.000Z\","
			"\"lastUpdateTime\":\"2026-07-01T01:00:01.000Z\"}}",
			id > first ? "," : "", id);
	fprintf(out, "]%s}", tail);
	fclose(out);
	return text;
}

/* A refresh that succeeds with so many jobs in so many requests. */
static void check_jobs(const struct answer *answers, uint32_t jobs, unsigned wanted)
{
	unsigned requests;
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	EQUAL_TEXT(sites_row(snapshot)->fault.text, "");
	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
	EQUAL_NUMBER(sites_row(snapshot)->jobs_held, jobs);
	EQUAL_NUMBER(requests, wanted);
	snapshot_free(snapshot);
}

/* The page is asked of the configured host, whatever the link says. */
static void test_next_in_links(void)
{
	static const struct answer encoded[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("abc"), JSON, "{\"data\":[" JOB(2) "]}"},
	    {ANY, JSON,
	     "{\"data\":[" JOB(
		 1) "],\"links\":{\"next\":{\"href\":\"https://other.example/netbackup/"
		    "admin/jobs?page%5Bafter%5D=abc\"}}}"},
	    END,
	};
	static const struct answer offset[] = {
	    PING,
	    UNFINISHED,
	    {"page%5Boffset%5D=1 ", JSON, "{\"data\":[" JOB(2) "]}"},
	    {ANY, JSON,
	     "{\"data\":[" JOB(1) "],\"links\":{\"next\":\"/admin/jobs?page[offset]=1\"}}"},
	    END,
	};

	/* A string behind the meta data, which must not be taken for a cursor. */
	static const struct answer behind[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("abc"), JSON, "{\"data\":[" JOB(2) "]}"},
	    {ANY, JSON,
	     "{\"data\":[" JOB(1) "],\"meta\":{\"pagination\":{\"limit\":100}},\"links\":{"
				  "\"next\":\"/admin/jobs?page[after]=abc\"}}"},
	    END,
	};
	/* Nobody knows what it means, but it says that there is more. */
	static const struct answer unknown[] = {
	    PING,
	    UNFINISHED,
	    {"jobId%20gt%201 ", JSON, "{\"data\":[" JOB(2) "]}"},
	    {ANY, JSON, "{\"data\":[" JOB(1) "],\"links\":{\"next\":\"/admin/jobs?cursor=1\"}}"},
	    END,
	};

	check_jobs(encoded, 2, 4);
	check_jobs(offset, 2, 4);
	check_jobs(behind, 2, 4);
	check_jobs(unknown, 2, 4);
}

/* A full page that names no other is not taken for the last. */
static void test_no_way_on(void)
{
	char *full = many(1, 100, ""), *rest = many(101, 140, "");
	char *ended = many(1, 100, ",\"meta\":{\"pagination\":{\"limit\":100}}");
	const struct answer open[] = {
	    PING, UNFINISHED, {"jobId%20gt%20100 ", JSON, rest}, {ANY, JSON, full}, END};
	const struct answer closed[] = {
	    PING, UNFINISHED, {"jobId%20gt%20100 ", JSON, EMPTY}, {ANY, JSON, ended}, END};
	const struct answer deaf[] = {PING, UNFINISHED, {ANY, JSON, full}, END};

	check_jobs(open, 140, 4);
	check_jobs(closed, 100, 4);
	scripted_check_failure(deaf, FAULT_PROTOCOL, "job 1 came after job 100");
	free(full);
	free(rest);
	free(ended);
}

/* The pages of an old server are found by ids; the number that it names as the next is none. */
static void test_old_server(void)
{
	char *full = many(1, 100,
			  ",\"meta\":{\"pagination\":{\"next\":100,\"offset\":0,\"limit\":100,"
			  "\"count\":140,\"page\":1,\"pages\":2}}");
	char *rest = many(101, 140, ",\"meta\":{\"pagination\":{\"offset\":100,\"limit\":100}}");
	const struct answer first[] = {
	    OLD_PING, UNFINISHED, {"jobId%20gt%20100 ", JSON, rest}, {ANY, JSON, full}, END};
	const struct answer later[] = {
	    OLD_PING,
	    UNFINISHED,
	    {"lastUpdateTime", "400 Bad Request", ""},
	    {"state%20eq%20%27DONE%27%20and%20endTime%20ge%202026-07-01T02:00:04",
	     "500 Not like that", ""},
	    {"DONE%27%20and%20endTime%20ge%202026-07-01T00%3A59%3A00", JSON,
	     "{\"data\":[" JOB(141) "]}"},
	    {"DONE%27%20and%20endTime%20ge%202026-07-01T01%3A59%3A04", JSON,
	     "{\"data\":[" JOB(141) "]}"},
	    {ANY, JSON, EMPTY},
	    END};
	struct snapshot *snapshot;
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	snapshot = scripted_run(&world, first);
	EQUAL_TEXT(sites_row(snapshot)->fault.text, "");
	EQUAL_TEXT(sites_row(snapshot)->api_version, "4.0");
	EQUAL_NUMBER(sites_row(snapshot)->jobs_held, 140);
	snapshot_free(snapshot);
	snapshot = scripted_run(&world, later);
	EQUAL_TEXT(sites_row(snapshot)->fault.text, "");
	EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_DELTA);
	EQUAL_NUMBER(sites_row(snapshot)->jobs_held, 141);
	snapshot_free(snapshot);
	scripted_close(&world);
	free(full);
	free(rest);
}

/* Who refuses /ping in a version of its future, or says only in the 406 what it speaks. */
static void test_versions(void)
{
	static const struct answer too_old[] = {
	    {"/ping ", "406 Not Acceptable\r\nX-NetBackup-API-Version: 3.0", ""},
	    {ANY, "406 Not Acceptable", "{\"errorCode\":8952,\"errorMessage\":\"no\"}"},
	    END};

	scripted_check_failure(too_old, FAULT_VERSION,
			       "its API version is 3.0, and the least that can be read is 4.0");
}

/* 200, and yet no list: the rows stay as they were. */
static void test_no_list(void)
{
	static const char *const bodies[] = {
	    "{\"errorCode\":8000,\"errorMessage\":\"no\",\"attributeErrors\":{}}", "{}",
	    "{\"something\":1}"};
	char *jobs = many(1, 99, "");
	const struct answer good[] = {PING, UNFINISHED, {ANY, JSON, jobs}, END};

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		const struct answer bad[] = {PING, {ANY, JSON, bodies[i]}, END};
		struct snapshot *snapshot;
		struct world world;

		scripted_open(&world, ":memory:");
		scripted_begin(&world);
		snapshot_free(scripted_run(&world, good));
		snapshot = scripted_run(&world, bad);
		EQUAL_NUMBER(sites_row(snapshot)->status, SITE_DOWN);
		EQUAL_NUMBER(sites_row(snapshot)->fault.class,
			     i == 0 ? FAULT_SERVER : FAULT_PROTOCOL);
		if (i == 0 && !strstr(sites_row(snapshot)->fault.text, "8000 no"))
			FAIL("%s", sites_row(snapshot)->fault.text);
		EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].count, 99);
		snapshot_free(snapshot);
		scripted_close(&world);
	}
	free(jobs);
}

/* What a role sees that has lost its rights: nothing, and no error. */
static const struct answer no_rights[] = {PING, {ANY, JSON, EMPTY}, END};

static void check_rows(struct snapshot *snapshot, enum fault_class class, uint32_t count)
{
	EQUAL_NUMBER(sites_row(snapshot)->fault.class, class);
	EQUAL_NUMBER(sites_row(snapshot)->status, class == FAULT_NONE ? SITE_UP : SITE_DOWN);
	CU_ASSERT_FATAL(COUNT_OF(snapshot, JOBS) == 1);
	EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].count, count);
	snapshot_free(snapshot);
}

/* A server that has JOBS finished jobs, in pages of 100. */
struct list {
	char *pages[4];
	struct answer answers[8];
};

static void make_list(struct list *list, int jobs)
{
	static const char *const behind[] = {"jobId%20gt%20100 ", "jobId%20gt%20200 ",
					     "jobId%20gt%20300 "};
	int count = 0;

	list->answers[count++] = (struct answer)PING;
	list->answers[count++] = (struct answer)UNFINISHED;
	for (int i = 2; i >= 0; i--) {
		int first = (i + 1) * 100 + 1;

		list->pages[i] = many(first, jobs < first + 99 ? jobs : first + 99, "");
		list->answers[count++] =
		    (struct answer){behind[i], JSON, jobs < first ? EMPTY : list->pages[i]};
	}
	list->pages[3] = many(1, jobs < 100 ? jobs : 100, "");
	list->answers[count++] = (struct answer){ANY, JSON, jobs < 1 ? EMPTY : list->pages[3]};
	list->answers[count] = (struct answer)END;
}

static void free_list(struct list *list)
{
	for (int i = 0; i < 4; i++)
		free(list->pages[i]);
}

static void test_vanished(void)
{
	struct snapshot *snapshot;
	struct world world;
	struct list all;

	make_list(&all, 300);
	scratch_make();
	scripted_open(&world, scratch_path("."));
	world.site.vanish_hold = 3600;
	scripted_begin(&world);
	check_rows(scripted_run(&world, all.answers), FAULT_NONE, 300);
	for (int i = 0; i < 3; i++) {
		snapshot = scripted_run(&world, no_rights);
		if (!strstr(sites_row(snapshot)->fault.text, "may have lost its rights"))
			FAIL("%s", sites_row(snapshot)->fault.text);
		check_rows(snapshot, FAULT_VANISHED, 300);
		scripted_begin(&world);
	}
	check_rows(scripted_run(&world, all.answers), FAULT_NONE, 300);
	check_rows(scripted_run(&world, no_rights), FAULT_VANISHED, 300);
	/* The time is up, and the list has been cleaned indeed. */
	world.site.vanish_hold = 0;
	scripted_begin(&world);
	check_rows(scripted_run(&world, no_rights), FAULT_NONE, 0);
	world.site.vanish_hold = 3600;
	scripted_begin(&world);
	check_rows(scripted_run(&world, no_rights), FAULT_NONE, 0);
	scripted_close(&world);
	free_list(&all);
	scratch_remove();
}

/* Too many are more than half, and 20; what is left decides, and not only an empty list. */
static void test_too_many(void)
{
	static const struct {
		int before, after;
		bool believed;
	} cases[] = {{300, 151, true}, {300, 150, true}, {300, 149, false},
		     {38, 19, true},   {19, 0, true},	 {20, 0, false}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world world;
		struct list all, some;
		struct snapshot *snapshot;
		char text[60];

		make_list(&all, cases[i].before);
		make_list(&some, cases[i].after);
		scripted_open(&world, ":memory:");
		world.site.vanish_hold = 3600;
		world.site.full_refresh = 1;
		scripted_begin(&world);
		check_rows(scripted_run(&world, all.answers), FAULT_NONE,
			   (uint32_t)cases[i].before);
		/* An hour later, so that all pages of the sweep are due. */
		some.answers[0].body = "1782874804000";
		snapshot = scripted_run(&world, some.answers);
		/* Of all that were held, those that are left included. */
		snprintf(text, sizeof text, "%d of %d finished jobs",
			 cases[i].before - cases[i].after, cases[i].before);
		CU_ASSERT_EQUAL(strstr(sites_row(snapshot)->fault.text, text) == NULL,
				cases[i].believed);
		check_rows(snapshot, cases[i].believed ? FAULT_NONE : FAULT_VANISHED,
			   (uint32_t)(cases[i].believed ? cases[i].after : cases[i].before));
		scripted_close(&world);
		free_list(&all);
		free_list(&some);
	}
}

/* In the part of the list that is due less have vanished than in all that is held. */
static void test_vanished_in_part(void)
{
	static const struct answer few[] = {PINGED_AT("1782878404000"),
					    UNFINISHED,
					    {"lastUpdateTime", JSON, EMPTY},
					    {AFTER("abc"), JSON, PAGE(JOB(299), "null")},
					    {ANY, JSON, PAGE(JOB(1) "," JOB(150), "\"abc\"")},
					    END};
	struct world world;
	struct list all;

	make_list(&all, 300);
	scripted_open(&world, ":memory:");
	world.site.vanish_hold = 3600;
	scripted_begin(&world);
	check_rows(scripted_run(&world, all.answers), FAULT_NONE, 300);
	check_rows(scripted_run(&world, few), FAULT_VANISHED, 300);
	scripted_close(&world);
	free_list(&all);
}

/* A refresh that fails behind 200 jobs, and one that can only succeed if it asks for the rest. */
static void check_goes_on(struct world *world, const struct list *all)
{
	const struct answer stops[] = {PING,
				       UNFINISHED,
				       {"lastUpdateTime", JSON, EMPTY},
				       {"jobId%20gt%20200 ", "401 Not now", ""},
				       {"jobId%20gt%20100 ", JSON, all->pages[0]},
				       {ANY, JSON, all->pages[3]},
				       END};
	const struct answer goes_on[] = {PING,
					 UNFINISHED,
					 {"lastUpdateTime", JSON, EMPTY},
					 {"jobId%20gt%20300 ", JSON, EMPTY},
					 {"jobId%20gt%20200 ", JSON, all->pages[1]},
					 END};

	check_rows(scripted_run(world, stops), FAULT_AUTH, 300);
	check_rows(scripted_run(world, goes_on), FAULT_NONE, 300);
}

/* The sweep that tells the parents of an older store goes on where it has failed. */
static void test_older_store(void)
{
	struct world world;
	struct list all;

	make_list(&all, 300);
	scratch_make();
	scripted_open(&world, scratch_path("."));
	scripted_begin(&world);
	check_rows(scripted_run(&world, all.answers), FAULT_NONE, 300);
	refresh_close(world.refresh);
	world.refresh = NULL;
	stock_change("UPDATE job SET family = 0; DELETE FROM meta WHERE key = 'families'");
	scripted_begin(&world);
	check_goes_on(&world, &all);
	scripted_close(&world);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM job WHERE family = 0"), 0);
	EQUAL_NUMBER(stock_ask("SELECT value FROM meta WHERE key = 'families'"), 1);
	free_list(&all);
	scratch_remove();
}

/* A server that has the jobs FIRST to LAST; the page is to be freed. */
static char *set_answers(struct answer answers[4], int first, int last)
{
	char *page = many(first, last, "");

	answers[0] = (struct answer)PING;
	answers[1] = (struct answer)UNFINISHED;
	answers[2] = (struct answer){ANY, JSON, page};
	answers[3] = (struct answer)END;
	return page;
}

/*
 * A primary that takes the place of another, with ids of its own: higher ones, lower ones as of one
 * that is installed anew, or some that are the same. What was there is shown until the new list is
 * believed; then that is the truth.
 */
static void test_failover(void)
{
	static const struct {
		int first, last;
		bool at_once; /* so many of the ids are still listed that it is nothing strange */
	} cases[] = {{501, 580, false}, {1, 60, false}, {131, 220, true}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint32_t count = (uint32_t)(cases[i].last - cases[i].first + 1);
		struct answer before[4], after[4];
		char *old = set_answers(before, 101, 199);
		char *new = set_answers(after, cases[i].first, cases[i].last);
		struct world world;

		scripted_open(&world, ":memory:");
		world.site.vanish_hold = 3600;
		world.site.full_refresh = 1;
		scripted_begin(&world);
		check_rows(scripted_run(&world, before), FAULT_NONE, 99);
		after[0].body = "1782874804000";
		if (!cases[i].at_once)
			check_rows(scripted_run(&world, after), FAULT_VANISHED, 99);
		clock_step(cases[i].at_once ? 0 : 3601000);
		check_rows(scripted_run(&world, after), FAULT_NONE, count);
		check_rows(scripted_run(&world, after), FAULT_NONE, count);
		scripted_close(&world);
		free(old);
		free(new);
	}
}

static void test_believed(void)
{
	struct config_site site = {.vanish_hold = 3600};
	struct store_marks marks = {.vanished_at = 0};

	CU_ASSERT_FALSE(vanish_is_believed(marks.vanished_at, &site, 10000000));
	marks.vanished_at = 10000000;
	CU_ASSERT_FALSE(vanish_is_believed(marks.vanished_at, &site, 10000000 + 3599999));
	CU_ASSERT_TRUE(vanish_is_believed(marks.vanished_at, &site, 10000000 + 3600000));
	site.vanish_hold = 0;
	CU_ASSERT_TRUE(vanish_is_believed(marks.vanished_at, &site, 10000000));
}

static const struct harness_test tests[] = {
    {"the next page stands in the links", test_next_in_links},
    {"a full page without a way on", test_no_way_on},
    {"an old server", test_old_server},
    {"versions", test_versions},
    {"200, and no list", test_no_list},
    {"all jobs vanish", test_vanished},
    {"how many may vanish", test_too_many},
    {"many vanish in the part that is asked for", test_vanished_in_part},
    {"when it is believed", test_believed},
    {"another primary, with ids of its own", test_failover},
    {"a store of an older version", test_older_store},
    {NULL, NULL},
};

const struct harness_suite cases_suite = {"cases", tests};
