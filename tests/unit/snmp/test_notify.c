/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "tables/index.h"
#include "snmp/notify.h"

static const uint32_t base[] = {1, 3, 6};

static const struct config_notify everything = {
    .site = true, .job_failed = true, .policy_overdue = true, .limit = 2};

static struct notify *new_notify(const struct config_notify *wanted)
{
	return notify_new(base, sizeof base / sizeof base[0], wanted);
}

static void add_site(struct event_list *list, enum event_kind kind)
{
	struct event event = {.kind = kind,
			      .site = "paris",
			      .failure_streak = 3,
			      .error_class = kind == EVENT_SITE_DOWN ? FAULT_TLS : FAULT_NONE,
			      .error_text = kind == EVENT_SITE_DOWN ? "not trusted" : NULL};

	event_add(list, &event);
}

static void add_job(struct event_list *list, int64_t id, uint32_t status)
{
	struct event event = {.kind = EVENT_JOB_FAILED,
			      .site = "paris",
			      .job_id = id,
			      .status = status,
			      .job_type = "BACKUP",
			      .policy_type = "VMWARE",
			      .policy = "gold",
			      .client = "db1",
			      .schedule = "weekly",
			      .schedule_type = "FULL_BACKUP"};

	event_add(list, &event);
}

static void add_policy(struct event_list *list, enum event_kind kind, const char *policy)
{
	struct event event = {.kind = kind, .site = "paris", .policy = policy, .max_age = 90000};

	event_add(list, &event);
}

/* The object NAME of MESSAGE as text; "" when it has none. */
static const char *object(const struct notify_message *message, const char *name)
{
	static char text[300];

	text[0] = '\0';
	for (size_t i = 0; i < message->count; i++) {
		const struct lookup_cell *cell = &message->objects[i].cell;
		struct column_value value = {0};

		if (strcmp(cell->column->name, name) != 0)
			continue;
		column_get(cell->column, cell->row, &value);
		if (cell->column->kind->type == COLUMN_STRING)
			snprintf(text, sizeof text, "%.*s", (int)value.length,
				 (const char *)value.string);
		else
			snprintf(text, sizeof text, "%llu",
				 (unsigned long long)(cell->column->kind->type == COLUMN_INTEGER
							  ? (uint64_t)value.integer
							  : value.number));
	}
	return text;
}

/* What waits, by a word for each, as it would be sent. */
static const char *send_all(struct notify *notify)
{
	static char all[400];
	const struct notify_message *message;

	all[0] = '\0';
	while ((message = notify_next(notify)) != NULL) {
		const char *about = strcmp(message->name, "nbuJobFailed") == 0
					? object(message, "nbuNotifyJobId")
					: object(message, "nbuPolicyLabel");

		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s%s", all[0] ? " " : "",
			 message->name + strlen("nbu"), about);
		notify_done(notify, true);
	}
	return all;
}

static void test_empty(void)
{
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};

	notify_take(notify, &list);
	CU_ASSERT_PTR_NULL(notify_next(notify));
	CU_ASSERT_FALSE(notify_turn(notify));
	EQUAL_NUMBER(notify_sent(notify), 0);
	EQUAL_NUMBER(notify_suppressed(notify), 0);
	notify_free(notify);
	notify_free(NULL);
}

/* The number of each and its objects, in order, as the MIB has them. */
static void test_objects(void)
{
	static const struct {
		uint32_t number;
		const char *name, *objects;
	} expected[] = {
	    {1, "nbuSiteDown",
	     " nbuSiteLabel nbuSiteErrorClass nbuSiteErrorText nbuSiteFailureStreak"},
	    {2, "nbuSiteUp", " nbuSiteLabel nbuSiteFailureStreak"},
	    {3, "nbuJobFailed",
	     " nbuJobSiteLabel nbuJobTypeLabel nbuJobPolicyTypeLabel nbuJobStatusCode"
	     " nbuNotifyJobId nbuNotifyPolicy nbuNotifyClient"
	     " nbuNotifySchedule nbuNotifyScheduleType"},
	    {4, "nbuPolicyOverdueRaised",
	     " nbuPolicySiteLabel nbuPolicyLabel nbuPolicyLastSuccessAge nbuPolicyMaxAge"},
	    {5, "nbuPolicyOverdueCleared", " nbuPolicySiteLabel nbuPolicyLabel"},
	};
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};

	add_site(&list, EVENT_SITE_DOWN);
	add_site(&list, EVENT_SITE_UP);
	add_job(&list, 7, 96);
	add_policy(&list, EVENT_POLICY_OVERDUE, "gold");
	add_policy(&list, EVENT_POLICY_CLEARED, "gold");
	notify_take(notify, &list);
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		const uint32_t id[] = {1, 3, 6, 1, 0, expected[i].number};
		const struct notify_message *message = notify_next(notify);
		char objects[400] = "";

		CU_ASSERT_PTR_NOT_NULL_FATAL(message);
		EQUAL_TEXT(message->name, expected[i].name);
		EQUAL_NUMBER(message->id_length, sizeof id / sizeof id[0]);
		CU_ASSERT_TRUE(memcmp(message->id, id, sizeof id) == 0);
		for (size_t k = 0; k < message->count; k++)
			snprintf(objects + strlen(objects), sizeof objects - strlen(objects), " %s",
				 message->objects[k].cell.column->name);
		EQUAL_TEXT(objects, expected[i].objects);
		notify_done(notify, true);
	}
	EQUAL_NUMBER(notify_sent(notify), 5);
	notify_free(notify);
}

static void test_values(void)
{
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};
	const struct notify_message *message;

	add_site(&list, EVENT_SITE_DOWN);
	add_job(&list, 4294967296 + 7, 96);
	add_policy(&list, EVENT_POLICY_OVERDUE, "silver");
	notify_take(notify, &list);
	message = notify_next(notify);
	EQUAL_TEXT(object(message, "nbuSiteLabel"), "paris");
	EQUAL_TEXT(object(message, "nbuSiteErrorClass"), "4");
	EQUAL_TEXT(object(message, "nbuSiteErrorText"), "not trusted");
	EQUAL_TEXT(object(message, "nbuSiteFailureStreak"), "3");
	notify_done(notify, true);
	message = notify_next(notify);
	EQUAL_TEXT(object(message, "nbuJobSiteLabel"), "paris");
	EQUAL_TEXT(object(message, "nbuJobTypeLabel"), "BACKUP");
	EQUAL_TEXT(object(message, "nbuJobPolicyTypeLabel"), "VMWARE");
	EQUAL_TEXT(object(message, "nbuJobStatusCode"), "96");
	EQUAL_TEXT(object(message, "nbuNotifyPolicy"), "gold");
	EQUAL_TEXT(object(message, "nbuNotifyClient"), "db1");
	EQUAL_TEXT(object(message, "nbuNotifySchedule"), "weekly");
	EQUAL_TEXT(object(message, "nbuNotifyScheduleType"), "FULL_BACKUP");
	notify_done(notify, true);
	message = notify_next(notify);
	EQUAL_TEXT(object(message, "nbuPolicySiteLabel"), "paris");
	EQUAL_TEXT(object(message, "nbuPolicyLabel"), "silver");
	EQUAL_TEXT(object(message, "nbuPolicyLastSuccessAge"), "4294967295");
	EQUAL_TEXT(object(message, "nbuPolicyMaxAge"), "90000");
	notify_free(notify);
}

static void check_instance(const struct agentx_object *object, const uint32_t *name, size_t length)
{
	uint32_t found[LOOKUP_NAME_MAX];

	EQUAL_NUMBER(lookup_cell_name(object->table, &object->cell, found), length);
	CU_ASSERT_TRUE(memcmp(found, name, length * sizeof *name) == 0);
}

/* What is told of is named as in the tables, so that it can be asked for. */
static void test_instances(void)
{
	static const uint32_t site[] = {1, 3, 6, 1, 1, 2, 1, 2, 5, 'p', 'a', 'r', 'i', 's'};
	static const uint32_t job[] = {1,   3,	 6,   1,   1,	3,   1,	  4,   5,   'p',
				       'a', 'r', 'i', 's', 6,	'B', 'A', 'C', 'K', 'U',
				       'P', 6,	 'V', 'M', 'W', 'A', 'R', 'E', 96};
	static const uint32_t job_id[] = {1, 3, 6, 1, 1, 8, 1, 0};
	static const uint32_t policy[] = {1,   3,   6,	 1,   1, 5,   1,   2,	5,  'p',
					  'a', 'r', 'i', 's', 4, 'g', 'o', 'l', 'd'};
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};

	add_site(&list, EVENT_SITE_UP);
	add_job(&list, 7, 96);
	add_policy(&list, EVENT_POLICY_CLEARED, "gold");
	notify_take(notify, &list);
	check_instance(&notify_next(notify)->objects[0], site, sizeof site / sizeof site[0]);
	notify_done(notify, true);
	check_instance(&notify_next(notify)->objects[0], job, sizeof job / sizeof job[0]);
	check_instance(&notify_next(notify)->objects[4], job_id, sizeof job_id / sizeof job_id[0]);
	notify_done(notify, true);
	check_instance(&notify_next(notify)->objects[0], policy, sizeof policy / sizeof policy[0]);
	notify_free(notify);
}

/* Jobs have a limit, policies have one for both that they are told of, sites have none. */
static void test_limit(void)
{
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};

	for (int64_t i = 1; i <= 5; i++) {
		add_site(&list, EVENT_SITE_DOWN);
		add_job(&list, i, 96);
	}
	add_policy(&list, EVENT_POLICY_OVERDUE, "A");
	add_policy(&list, EVENT_POLICY_CLEARED, "B");
	add_policy(&list, EVENT_POLICY_OVERDUE, "C");
	notify_take(notify, &list);
	EQUAL_NUMBER(list.count, 0);
	EQUAL_NUMBER(notify_suppressed(notify), 3 + 1);
	EQUAL_TEXT(send_all(notify), "SiteDown JobFailed1 SiteDown JobFailed2 SiteDown SiteDown "
				     "SiteDown PolicyOverdueRaisedA PolicyOverdueClearedB");
	EQUAL_NUMBER(notify_sent(notify), 9);
	/* The next refresh has a limit of its own. */
	add_job(&list, 6, 96);
	add_job(&list, 7, 96);
	notify_take(notify, &list);
	EQUAL_TEXT(send_all(notify), "JobFailed6 JobFailed7");
	EQUAL_NUMBER(notify_suppressed(notify), 4);
	notify_free(notify);
}

/* What the list had no room for was wanted all the same. */
static void test_left_out(void)
{
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};

	list.left_out[EVENT_JOB_FAILED] = 10;
	list.left_out[EVENT_POLICY_OVERDUE] = 200;
	list.left_out[EVENT_POLICY_CLEARED] = 3000;
	notify_take(notify, &list);
	EQUAL_NUMBER(notify_suppressed(notify), 3210);
	EQUAL_NUMBER(list.left_out[EVENT_JOB_FAILED], 0);
	notify_take(notify, &list);
	EQUAL_NUMBER(notify_suppressed(notify), 3210);
	notify_free(notify);
}

/* What nobody wants is neither told nor counted; what waits already still is told. */
static void test_wanted(void)
{
	static const struct {
		struct config_notify wanted;
		const char *told;
		unsigned suppressed;
	} cases[] = {
	    {{.limit = 1}, "", 0},
	    {{.site = true, .limit = 1}, "SiteDown", 0},
	    {{.job_failed = true, .limit = 1}, "JobFailed1", 1 + 10},
	    {{.policy_overdue = true, .limit = 1}, "PolicyOverdueRaisedA", 1 + 300},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct notify *notify = new_notify(&everything);
		struct event_list list = {0};

		notify_configure(notify, &cases[i].wanted);
		add_site(&list, EVENT_SITE_DOWN);
		add_job(&list, 1, 96);
		add_job(&list, 2, 96);
		add_policy(&list, EVENT_POLICY_OVERDUE, "A");
		add_policy(&list, EVENT_POLICY_CLEARED, "B");
		list.left_out[EVENT_JOB_FAILED] = 10;
		list.left_out[EVENT_POLICY_OVERDUE] = 100;
		list.left_out[EVENT_POLICY_CLEARED] = 200;
		notify_take(notify, &list);
		notify_configure(notify, &(struct config_notify){0});
		EQUAL_TEXT(send_all(notify), cases[i].told);
		EQUAL_NUMBER(notify_suppressed(notify), cases[i].suppressed);
		notify_free(notify);
	}
}

/* A job that failed, was restarted and failed again is told of once, by its last status. */
static void test_same_job(void)
{
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};

	add_job(&list, 5, 1001);
	add_job(&list, 6, 1002);
	add_job(&list, 5, 1003);
	add_job(&list, 5, 1004);
	notify_take(notify, &list);
	EQUAL_NUMBER(notify_suppressed(notify), 0);
	EQUAL_TEXT(object(notify_next(notify), "nbuJobStatusCode"), "1002");
	notify_done(notify, true);
	EQUAL_TEXT(object(notify_next(notify), "nbuJobStatusCode"), "1004");
	notify_done(notify, true);
	CU_ASSERT_PTR_NULL(notify_next(notify));
	/* At another refresh it is told again. */
	add_job(&list, 5, 1005);
	notify_take(notify, &list);
	EQUAL_TEXT(send_all(notify), "JobFailed5");
	notify_free(notify);
}

/* Down and up that wait are both told, in their order: some stations keep a list of alarms. */
static void test_down_and_up(void)
{
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};

	add_site(&list, EVENT_SITE_DOWN);
	notify_take(notify, &list);
	add_site(&list, EVENT_SITE_UP);
	notify_take(notify, &list);
	EQUAL_TEXT(send_all(notify), "SiteDown SiteUp");
	notify_free(notify);
}

/* Without a master agent the newest are kept. */
static void test_full_queue(void)
{
	struct config_notify wanted = everything;
	struct notify *notify;
	struct event_list list = {0};

	wanted.limit = NOTIFY_WAITING_MAX;
	notify = new_notify(&wanted);
	for (int64_t i = 1; i <= NOTIFY_WAITING_MAX; i++)
		add_job(&list, i, 96);
	notify_take(notify, &list);
	EQUAL_NUMBER(notify_suppressed(notify), 0);
	CU_ASSERT_TRUE(notify_turn(notify)); /* there is nobody to send to */
	add_site(&list, EVENT_SITE_DOWN);
	add_job(&list, 5000, 96);
	notify_take(notify, &list);
	EQUAL_NUMBER(notify_suppressed(notify), 2);
	EQUAL_TEXT(object(notify_next(notify), "nbuNotifyJobId"), "3");
	for (int64_t i = 3; i <= NOTIFY_WAITING_MAX; i++)
		notify_done(notify, true);
	EQUAL_TEXT(send_all(notify), "SiteDown JobFailed5000");
	EQUAL_NUMBER(notify_sent(notify), NOTIFY_WAITING_MAX);
	notify_free(notify);
}

/* What could not be written is not tried again, and does not count as sent. */
static void test_not_sent(void)
{
	struct notify *notify = new_notify(&everything);
	struct event_list list = {0};

	add_site(&list, EVENT_SITE_DOWN);
	add_site(&list, EVENT_SITE_UP);
	notify_take(notify, &list);
	notify_done(notify, false);
	EQUAL_TEXT(send_all(notify), "SiteUp");
	EQUAL_NUMBER(notify_sent(notify), 1);
	EQUAL_NUMBER(notify_suppressed(notify), 1);
	notify_free(notify);
}

static const struct harness_test tests[] = {
    {"nothing", test_empty},
    {"numbers and objects", test_objects},
    {"values", test_values},
    {"instances are those of the tables", test_instances},
    {"limits of a refresh", test_limit},
    {"what was left out is counted", test_left_out},
    {"only what is wanted", test_wanted},
    {"failures of one job", test_same_job},
    {"down and up", test_down_and_up},
    {"too many wait", test_full_queue},
    {"not sent", test_not_sent},
    {NULL, NULL},
};

const struct harness_suite notify_suite = {"notify", tests};
