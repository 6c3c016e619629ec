/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/watch.h"

#include <string.h>
#include <time.h>

#include "harness.h"

static char gold_test[] = "gold-test", gold[] = "gold-*", gold_db[] = "gold-db", any[] = "*";
static struct config_watch watches[] = {
    {gold_test, 0, false}, {gold, 90000, false}, {gold_db, 3600, true}, {any, 60, false}};

/* The age of the watch that is found among the first COUNT, -1 for none. */
static int find(size_t count, const char *name)
{
	const struct config_watch_list list = {watches, count};
	const struct config_watch *watch = watch_find(&list, name);

	return watch ? watch->max_age : -1;
}

static void test_first(void)
{
	EQUAL_NUMBER(find(4, "gold-test"), 0);
	EQUAL_NUMBER(find(4, "gold-tests"), 90000);
	EQUAL_NUMBER(find(4, "gold-db"), 90000);
	EQUAL_NUMBER(find(4, "silver"), 60);
	EQUAL_NUMBER(find(4, ""), 60);
	EQUAL_NUMBER(find(3, "silver"), -1);
	EQUAL_NUMBER(find(3, "Gold-db"), -1);
	EQUAL_NUMBER(find(3, "gold"), -1);
	EQUAL_NUMBER(find(0, "gold-db"), -1);
}

static const struct pattern {
	const char *pattern, *name;
	bool match;
} patterns[] = {
    {"db*", "db", true},
    {"db*", "db/1", true},
    {"*", ".hidden/.too", true},
    {"db?", "db/", true},
    {"db?", "db", false},
    {"db?", "db12", false},
    {"db[0-9]", "db7", true},
    {"db[!0-9]", "db7", false},
    {"db[!0-9]", "dbx", true},
    {"[[:digit:]]*", "7x", true},
    {"\\*", "*", true},
    {"\\*", "a", false},
    {"[*]", "*", true},
    {"a[b", "a[b", true}, /* a bracket that is never closed means itself */
    {"Z*rich", "Z\xc3\xbcrich", true},
    {"Z\xc3\xbcrich", "Z\xc3\xbcrich", true},
    {"Z?rich", "Z\xc3\xbcrich", false}, /* one octet */
    {"Z??rich", "Z\xc3\xbcrich", true},
    {"a*", "\xff", false},
    {"*", "\xff\xfe", true},
    {"", "", true},
    {"", "a", false},
};

static void test_patterns(void)
{
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		char pattern[20];
		struct config_watch watch = {strcpy(pattern, patterns[i].pattern), 1, false};
		const struct config_watch_list list = {&watch, 1};
		const struct config_watch *found = watch_find(&list, patterns[i].name);

		CU_ASSERT_TRUE(!found || found == &watch);
		if (!found == patterns[i].match)
			FAIL("\"%s\" and \"%s\"", patterns[i].pattern, patterns[i].name);
	}
}

/* Tried all ways, the first of these would take longer than there has been time. */
static void test_hostile(void)
{
	static const char *const parts[] = {"*a", "*?", "**", "*[a-c]", "*[", "?*", "[a", "*a*"};
	char pattern[256], name[10001];
	struct config_watch watch = {pattern, 1, false};
	const struct config_watch_list list = {&watch, 1};
	clock_t begun = clock();

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		size_t length = strlen(parts[i]);

		pattern[0] = '\0';
		for (size_t at = 0; at + length < sizeof pattern - 1; at += length)
			strcpy(pattern + at, parts[i]);
		strcat(pattern, "b");
		CU_ASSERT_PTR_NULL(watch_find(&list, name));
	}
	CU_ASSERT_TRUE((clock() - begun) / CLOCKS_PER_SEC < 10);
}

static const struct harness_test tests[] = {
    {"the first that matches counts", test_first},
    {"what patterns match", test_patterns},
    {"no pattern takes long", test_hostile},
    {NULL, NULL},
};

const struct harness_suite watch_suite = {"watch", tests};
