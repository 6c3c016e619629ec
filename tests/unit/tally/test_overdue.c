/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/overdue.h"

#include <stdlib.h>

#include "harness.h"

#define NOW INT64_C(1780000000000)
#define HOUR_MS INT64_C(3600000)
#define HOUR 3600

static char gold_test[] = "gold-test", gold[] = "gold-*", payroll[] = "payroll", any[] = "*";

/* gold-test is exempt, payroll is expected, and all others are merely listed. */
static struct config_watch watches[] = {
    {gold_test, 0, false}, {gold, 25 * HOUR, false}, {payroll, 2 * HOUR, true}, {any, 0, false}};

static char site_name[] = "paris";
static struct config_site site = {.name = site_name, .policies = {watches, 4}};

static const struct config_watch_list *const policies = &site.policies;

static struct tally_subject *policy(struct tally *tally, const char *name)
{
	return tally_subject(tally, TALLY_POLICY, name, "");
}

/* A policy whose last success and last end are at OK and LAST, 0 = none. */
static struct tally_subject *ended(struct tally *tally, const char *name, int64_t ok, int64_t last)
{
	struct tally_subject *subject = policy(tally, name);

	subject->history.ok_at = ok;
	subject->history.last_at = last;
	return subject;
}

static void test_watch(void)
{
	struct tally *tally = tally_new(NULL);

	/* The second time the answer is remembered. */
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_PTR_EQUAL(overdue_watch(policy(tally, "gold-test"), policies), watches);
		CU_ASSERT_PTR_EQUAL(overdue_watch(policy(tally, "gold-db"), policies), watches + 1);
		CU_ASSERT_PTR_EQUAL(overdue_watch(policy(tally, "payroll"), policies), watches + 2);
		CU_ASSERT_PTR_EQUAL(overdue_watch(policy(tally, "silver"), policies), watches + 3);
		CU_ASSERT_PTR_NULL(overdue_watch(policy(tally, "none"), &site.clients));
	}
	tally_free(tally);
}

static void test_from(void)
{
	static const struct config_watch longest = {NULL, INT32_MAX, false};
	static const struct config_watch expected = {NULL, 25 * 3600, true};
	struct tally *tally = tally_new(NULL);
	struct tally_subject *subject = ended(tally, "gold-db", NOW - HOUR_MS, NOW);

	CU_ASSERT_TRUE(overdue_from(subject, NULL, 0) == OVERDUE_NEVER);
	CU_ASSERT_TRUE(overdue_from(subject, &watches[0], 0) == OVERDUE_NEVER);
	EQUAL_NUMBER(overdue_from(subject, &watches[1], 0), NOW + 24 * HOUR_MS);
	EQUAL_NUMBER(overdue_from(subject, &longest, 0), NOW - HOUR_MS + INT32_MAX * INT64_C(1000));
	subject->history.ok_at = 0;
	EQUAL_NUMBER(overdue_from(subject, &watches[1], NOW), 0);
	subject->history.last_at = 0;
	CU_ASSERT_TRUE(overdue_from(subject, &watches[1], 0) == OVERDUE_NEVER);
	EQUAL_NUMBER(overdue_from(subject, &expected, NOW - HOUR_MS), NOW + 24 * HOUR_MS);
	tally_free(tally);
}

static void count(struct tally_subject *subject, void *arg)
{
	EQUAL_TEXT(subject->name, subject->kind == TALLY_POLICY ? "payroll" : "db1");
	++*(int *)arg;
}

static void test_expect(void)
{
	char db1[] = "db1";
	struct config_watch client = {db1, 0, true};
	struct config_site both = {.policies = site.policies, .clients = {&client, 1}};
	struct tally *tally = tally_new(NULL);
	int found = 0;

	overdue_expect(tally, &both);
	overdue_expect(tally, &both);
	tally_each_subject(tally, TALLY_POLICY, count, &found);
	EQUAL_NUMBER(found, 1);
	tally_each_subject(tally, TALLY_CLIENT, count, &found);
	EQUAL_NUMBER(found, 2);
	tally_free(tally);
}

/* What is new at NOW: it is of KIND about NAME, or nothing where that is NULL. */
static void expect_news(unsigned line, struct tally *tally, int64_t now, enum event_kind kind,
			const char *name, int64_t last_success)
{
	struct event_list list = {0};
	struct event *event;

	overdue_update(tally, &site, now, NOW, 5000, &list);
	if (list.count != (name != NULL))
		harness_fail(__FILE__, line, "%zu news", list.count);
	event = event_take(&list);
	if (event && name) {
		EQUAL_NUMBER(event->kind, kind);
		EQUAL_TEXT(event->site, "paris");
		EQUAL_TEXT(event->policy, name);
		EQUAL_NUMBER(event->last_success, last_success);
		EQUAL_NUMBER(event->max_age, overdue_watch(policy(tally, name), policies)->max_age);
	}
	free(event);
	event_clear(&list);
	CU_PASS("the news have been looked at");
}
#define EXPECT_NEWS(now, kind, name, success) expect_news(__LINE__, tally, now, kind, name, success)
#define EXPECT_NONE(now) expect_news(__LINE__, tally, now, EVENT_KINDS, NULL, 0)

static void test_once(void)
{
	struct tally *tally = tally_new(NULL);
	struct tally_subject *subject = ended(tally, "gold-db", NOW, NOW);
	int64_t due = NOW + 25 * HOUR_MS;

	ended(tally, "gold-test", NOW, NOW);
	ended(tally, "silver", 0, NOW);
	EXPECT_NONE(due - 1);
	CU_ASSERT_FALSE(subject->overdue || subject->changed);
	EXPECT_NEWS(due, EVENT_POLICY_OVERDUE, "gold-db", NOW - 5000);
	CU_ASSERT_TRUE(subject->overdue && subject->changed);
	subject->changed = false;
	EXPECT_NONE(due + HOUR_MS);
	/* A failure is no help. */
	subject->history.last_at = due + HOUR_MS;
	EXPECT_NONE(due + 2 * HOUR_MS);
	CU_ASSERT_FALSE(subject->changed);
	subject->history.ok_at = due + HOUR_MS;
	EXPECT_NEWS(due + 2 * HOUR_MS, EVENT_POLICY_CLEARED, "gold-db", due + HOUR_MS - 5000);
	CU_ASSERT_TRUE(!subject->overdue && subject->changed);
	EXPECT_NONE(due + 3 * HOUR_MS);
	tally_free(tally);
}

static void test_never(void)
{
	struct tally *tally = tally_new(NULL);
	struct tally_subject *subject;

	overdue_expect(tally, &site);
	EXPECT_NONE(NOW + 2 * HOUR_MS - 1);
	EXPECT_NEWS(NOW + 2 * HOUR_MS, EVENT_POLICY_OVERDUE, "payroll", 0);
	/* One that has failed and never succeeded need not be waited for. */
	subject = ended(tally, "gold-db", 0, NOW);
	EXPECT_NEWS(NOW + 2 * HOUR_MS, EVENT_POLICY_OVERDUE, "gold-db", 0);
	subject->history.ok_at = NOW + 2 * HOUR_MS;
	EXPECT_NEWS(NOW + 2 * HOUR_MS, EVENT_POLICY_CLEARED, "gold-db", NOW + 2 * HOUR_MS - 5000);
	tally_free(tally);
}

/* What is so from the beginning is no news, nor is its end; later it is. */
static void test_baseline(void)
{
	struct tally *tally = tally_new(NULL);
	struct tally_subject *subject = ended(tally, "gold-db", NOW - 26 * HOUR_MS, NOW);

	overdue_update(tally, &site, NOW, NOW, 5000, NULL);
	CU_ASSERT_TRUE(subject->overdue && subject->changed);
	EXPECT_NONE(NOW);
	subject->history.ok_at = NOW;
	EXPECT_NONE(NOW);
	EXPECT_NEWS(NOW + 26 * HOUR_MS, EVENT_POLICY_OVERDUE, "gold-db", NOW - 5000);
	subject->history.ok_at = NOW + 2 * HOUR_MS;
	EXPECT_NEWS(NOW + 26 * HOUR_MS, EVENT_POLICY_CLEARED, "gold-db", NOW + 2 * HOUR_MS - 5000);
	tally_free(tally);
}

/* Whose section has been taken out of the file is not overdue any more. */
static void test_no_longer_watched(void)
{
	struct tally *tally = tally_new(NULL);
	struct config_site other = {.name = site_name};
	struct tally_subject *subject = ended(tally, "gold-db", NOW - 26 * HOUR_MS, NOW);
	struct event_list list = {0};

	subject->overdue = true;
	overdue_update(tally, &other, NOW, NOW, 0, &list);
	CU_ASSERT_FALSE(subject->overdue);
	EQUAL_NUMBER(list.count, 1);
	if (list.first) {
		EQUAL_NUMBER(list.first->kind, EVENT_POLICY_CLEARED);
		EQUAL_NUMBER(list.first->max_age, 0);
	}
	event_clear(&list);
	tally_free(tally);
}

/* Clients are shown to be overdue, but there is no notification of that. */
static void test_clients(void)
{
	struct tally *tally = tally_new(NULL);
	struct tally_subject *client = tally_subject(tally, TALLY_CLIENT, "gold-db", "");
	struct config_site both = {
	    .name = site_name, .policies = site.policies, .clients = site.policies};
	struct event_list list = {0};

	client->history.last_at = NOW;
	overdue_update(tally, &both, NOW, NOW, 0, &list);
	EQUAL_NUMBER(list.count, 0);
	CU_ASSERT_FALSE(client->overdue || client->changed);
	tally_free(tally);
}

static const struct harness_test tests[] = {
    {"the first watch that matches", test_watch},
    {"from when on", test_from},
    {"what is expected is there", test_expect},
    {"told once each way", test_once},
    {"never seen, never succeeded", test_never},
    {"so from the beginning", test_baseline},
    {"no longer watched", test_no_longer_watched},
    {"clients", test_clients},
    {NULL, NULL},
};

const struct harness_suite overdue_suite = {"overdue", tests};
