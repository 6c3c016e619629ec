/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "tally/event.h"

static void add(struct event_list *list, enum event_kind kind, int64_t job_id)
{
	struct event event = {.kind = kind, .site = "paris", .job_id = job_id};

	event_add(list, &event);
}

/* Takes the first out of LIST: the id of its job; -1 when there is none. */
static int64_t take(struct event_list *list)
{
	struct event *event = event_take(list);
	int64_t id = event ? event->job_id : -1;

	free(event);
	return id;
}

static void test_order(void)
{
	struct event_list list = {0};

	CU_ASSERT_PTR_NULL(event_take(&list));
	add(&list, EVENT_JOB_FAILED, 1);
	add(&list, EVENT_SITE_DOWN, 2);
	EQUAL_NUMBER(take(&list), 1);
	add(&list, EVENT_SITE_UP, 3);
	EQUAL_NUMBER(list.count, 2);
	EQUAL_NUMBER(take(&list), 2);
	EQUAL_NUMBER(take(&list), 3);
	EQUAL_NUMBER(take(&list), -1);
	add(&list, EVENT_SITE_UP, 4);
	EQUAL_NUMBER(take(&list), 4);
	EQUAL_NUMBER(list.count, 0);
}

/* Nothing of the caller's may be needed any more after a call. */
static void test_copies(void)
{
	char site[] = "paris", policy[] = "gold", client[2] = "", schedule[] = "weekly";
	struct event event = {.kind = EVENT_JOB_FAILED,
			      .site = site,
			      .job_id = 5,
			      .status = 96,
			      .policy = policy,
			      .client = client,
			      .schedule = schedule,
			      .schedule_type = "FULL_BACKUP"};
	struct event_list list = {0};
	struct event *taken;

	event_add(&list, &event);
	memset(site, 'x', 5);
	memset(policy, 'x', 4);
	client[0] = 'x'; /* cppcheck-suppress unreadVariable ; EVENT has its address */
	memset(schedule, 'x', 6);
	memset(&event, 0xff, sizeof event);
	taken = event_take(&list);
	EQUAL_NUMBER(taken->kind, EVENT_JOB_FAILED);
	EQUAL_NUMBER(taken->job_id, 5);
	EQUAL_NUMBER(taken->status, 96);
	EQUAL_TEXT(taken->site, "paris");
	EQUAL_TEXT(taken->policy, "gold");
	EQUAL_TEXT(taken->client, "");
	EQUAL_TEXT(taken->schedule, "weekly");
	EQUAL_TEXT(taken->schedule_type, "FULL_BACKUP");
	CU_ASSERT_PTR_NULL(taken->job_type);
	CU_ASSERT_PTR_NULL(taken->error_text);
	free(taken);
}

/* Jobs and policies are limited and the rest counted; a site always gets through. */
static void test_limit(void)
{
	struct event_list list = {0};

	for (int i = 0; i < EVENT_MAX + 3; i++)
		add(&list, EVENT_JOB_FAILED, i);
	add(&list, EVENT_POLICY_OVERDUE, -2);
	add(&list, EVENT_SITE_DOWN, -3);
	EQUAL_NUMBER(list.count, EVENT_MAX + 1);
	EQUAL_NUMBER(list.left_out[EVENT_JOB_FAILED], 3);
	EQUAL_NUMBER(list.left_out[EVENT_POLICY_OVERDUE], 1);
	EQUAL_NUMBER(list.left_out[EVENT_SITE_DOWN], 0);
	EQUAL_NUMBER(take(&list), 0);
	EQUAL_NUMBER(list.last->kind, EVENT_SITE_DOWN);
	event_clear(&list);
	EQUAL_NUMBER(list.count, 0);
	EQUAL_NUMBER(list.left_out[EVENT_JOB_FAILED], 0);
	CU_ASSERT_PTR_NULL(list.first);
}

static void test_move(void)
{
	struct event_list list = {0}, from = {0};

	add(&list, EVENT_JOB_FAILED, 1);
	add(&from, EVENT_SITE_DOWN, 2);
	add(&from, EVENT_JOB_FAILED, 3);
	from.left_out[EVENT_JOB_FAILED] = 7;
	list.left_out[EVENT_JOB_FAILED] = 1;
	event_move(&list, &from);
	EQUAL_NUMBER(from.count, 0);
	EQUAL_NUMBER(from.left_out[EVENT_JOB_FAILED], 0);
	EQUAL_NUMBER(list.left_out[EVENT_JOB_FAILED], 8);
	for (int64_t id = 1; id <= 3; id++)
		EQUAL_NUMBER(take(&list), id);
	CU_ASSERT_PTR_NULL(event_take(&from));
}

/* What does not fit is counted, wherever it was counted before. */
static void test_move_too_many(void)
{
	struct event_list list = {0}, from = {0};

	for (int i = 0; i < EVENT_MAX - 1; i++)
		add(&list, EVENT_JOB_FAILED, i);
	for (int i = 0; i < 3; i++)
		add(&from, EVENT_POLICY_CLEARED, i);
	add(&from, EVENT_SITE_UP, 9);
	event_move(&list, &from);
	EQUAL_NUMBER(list.count, EVENT_MAX + 1);
	EQUAL_NUMBER(list.left_out[EVENT_POLICY_CLEARED], 2);
	EQUAL_NUMBER(list.last->job_id, 9);
	event_clear(&list);
}

static const struct harness_test tests[] = {
    {"first in, first out", test_order},
    {"copies what it is given", test_copies},
    {"what is too much is counted", test_limit},
    {"one list behind the other", test_move},
    {"one list behind the other, too many", test_move_too_many},
    {NULL, NULL},
};

const struct harness_suite event_suite = {"event", tests};
