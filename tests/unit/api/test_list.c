/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/list.h"

#include <string.h>

#include "api/netbackup.h"
#include "base/timefmt.h"
#include "harness.h"
#include "unit/site/scripted.h"

/* Lists of things that are no jobs: nobody but the list looks at their ids. */

#define DISK(id) "{\"attributes\":{\"diskId\":" #id "}}"
#define DISKS(disks, next) "{\"data\":[" disks "],\"links\":{\"next\":\"" next "\"}}"

static bool count(struct page *page, bool last, void *arg, struct fault *fault)
{
	size_t *disks = arg;

	(void)last;
	(void)fault;
	*disks += page_count(page);
	return true;
}

/* Fetches a list of a server that answers with ANSWERS; *DISKS is how many came. */
static bool fetch(const struct answer *answers, size_t *disks, struct fault *fault)
{
	struct list list = {.path = "/disks",
			    .things = "disks",
			    .sort = "diskId",
			    .filter = "size gt 1",
			    .visit = count,
			    .arg = disks};
	struct netbackup *netbackup;
	struct world world;
	bool fine;

	*disks = 0;
	fault_clear(fault);
	scripted_open(&world, ":memory:");
	scripted_answer(&world, answers);
	netbackup = netbackup_open(&world.site);
	fine = netbackup_begin(netbackup, 0, fault) && list_fetch(netbackup, &list, fault);
	netbackup_close(netbackup);
	scripted_close(&world);
	return fine;
}

static void test_behind(void)
{
	static const struct answer answers[] = {
	    PING,
	    {"sort=diskId&filter=size%20gt%201%20and%20diskId%20gt%202 ", JSON, DISKS(DISK(3), "")},
	    {"/disks", JSON, DISKS(DISK(1) "," DISK(2), "?x=1")},
	    END};
	struct fault fault;
	size_t disks;

	CU_ASSERT_TRUE(fetch(answers, &disks, &fault));
	EQUAL_TEXT(fault.text, "");
	EQUAL_NUMBER(disks, 3);
}

/* Who does not mind the filter gives the first page again and again. */
static void test_circles(void)
{
	static const struct answer deaf[] = {
	    PING, {"/disks", JSON, DISKS(DISK(1) "," DISK(2), "?x=1")}, END};
	static const struct answer nameless[] = {PING, {"/disks", JSON, DISKS("{}", "?x=1")}, END};
	struct fault fault;
	size_t disks;

	CU_ASSERT_FALSE(fetch(deaf, &disks, &fault));
	EQUAL_TEXT(fault.text, "the server's list of disks goes round in circles");
	EQUAL_NUMBER(fault.class, FAULT_PROTOCOL);
	EQUAL_NUMBER(disks, 4);
	CU_ASSERT_FALSE(fetch(nameless, &disks, &fault));
	EQUAL_TEXT(fault.text, "the server's list of disks goes round in circles");
	EQUAL_NUMBER(disks, 1);
}

/* Errors speak of what was asked for. */
static void test_words(void)
{
	static const struct {
		const char *status, *body, *text;
	} cases[] = {
	    {"403 Forbidden", "",
	     "HTTP 403: the API key's role may not view disks; check its role"},
	    {"401 Unauthorized", "",
	     "HTTP 401: the API key is wrong or has expired, or its role may not view disks; check "
	     "the key"},
	    {JSON, "{}", "a page of disks has none of data, meta and links"},
	    {JSON, "{\"errorCode\":5,\"errorMessage\":\"broken\"}",
	     "the server answered with an error instead of disks: 5 broken"},
	    {JSON, "{\"errorCode\":5,\"data\":[]}", "a page of disks is an error document"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct answer answers[] = {
		    PING, {"/disks", cases[i].status, cases[i].body}, END};
		struct fault fault;
		size_t disks;

		CU_ASSERT_FALSE(fetch(answers, &disks, &fault));
		EQUAL_TEXT(fault.text, cases[i].text);
	}
}

static const struct harness_test tests[] = {
    {"behind the last id", test_behind},
    {"circles", test_circles},
    {"words of errors", test_words},
    {NULL, NULL},
};

const struct harness_suite list_suite = {"list", tests};
