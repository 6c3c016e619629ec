/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/notify.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "resources/resources.h"
#include "tables/jobs.h"
#include "tables/notification.h"
#include "tables/sites.h"
#include "tables/subject.h"

_Static_assert(NOTIFY_WAITING_MAX <= EVENT_MAX, "the queue is an event_list");

/* The rows that have the objects of a notification. */
enum row { SITE, JOB, POLICY, DISK_POOL, STORAGE_SERVER, DRIVE, SCALARS, ROWS };

static const struct {
	const struct table *table;
	const struct resource *resource; /* NULL = it is none */
} row_kinds[ROWS] = {
    [SITE] = {&sites_table, NULL},
    [JOB] = {&jobs_table, NULL},
    [POLICY] = {&policies_table, NULL},
    [DISK_POOL] = {&disk_pools_table, &disk_pools_resource},
    [STORAGE_SERVER] = {&storage_servers_table, &storage_servers_resource},
    [DRIVE] = {&drives_table, &drives_resource},
    [SCALARS] = {&notification_table, NULL},
};

/* Notifications that are configured and limited together. */
enum group { SITES, JOBS, POLICIES, STORAGE, TAPE, SECURITY, GROUPS };

#define DISK_POOL_OBJECTS                                                                          \
	{                                                                                          \
		"nbuDiskPoolSiteLabel", "nbuDiskPoolIdLabel", "nbuDiskPoolLabel",                  \
		    "nbuDiskPoolState", "nbuDiskPoolUsedPercent", "nbuDiskPoolHighWaterMark",      \
		    "nbuDiskPoolLowWaterMark", "nbuDiskPoolAvailableMebibytes"                     \
	}
#define STORAGE_SERVER_OBJECTS                                                                     \
	{                                                                                          \
		"nbuStorageServerSiteLabel", "nbuStorageServerIdLabel", "nbuStorageServerLabel",   \
		    "nbuStorageServerState"                                                        \
	}
#define DRIVE_OBJECTS                                                                              \
	{                                                                                          \
		"nbuDriveSiteLabel", "nbuDriveLabel", "nbuDriveStatus", "nbuDriveHost"             \
	}

/* The notifications of the MIB by number, with their objects. */
static const struct {
	const char *name;
	enum group group;
	enum row row; /* the one that is filled from the event */
	const char *objects[NOTIFY_OBJECTS_MAX];
} kinds[EVENT_KINDS] = {
    [EVENT_SITE_DOWN] = {"nbuSiteDown",
			 SITES,
			 SITE,
			 {"nbuSiteLabel", "nbuSiteErrorClass", "nbuSiteErrorText",
			  "nbuSiteFailureStreak"}},
    [EVENT_SITE_UP] = {"nbuSiteUp", SITES, SITE, {"nbuSiteLabel", "nbuSiteFailureStreak"}},
    [EVENT_JOB_FAILED] = {"nbuJobFailed",
			  JOBS,
			  JOB,
			  {"nbuJobSiteLabel", "nbuJobTypeLabel", "nbuJobPolicyTypeLabel",
			   "nbuJobStatusCode", "nbuNotifyJobId", "nbuNotifyPolicy",
			   "nbuNotifyClient", "nbuNotifySchedule", "nbuNotifyScheduleType"}},
    [EVENT_POLICY_OVERDUE] = {"nbuPolicyOverdueRaised",
			      POLICIES,
			      POLICY,
			      {"nbuPolicySiteLabel", "nbuPolicyLabel", "nbuPolicyLastSuccessAge",
			       "nbuPolicyMaxAge"}},
    [EVENT_POLICY_CLEARED] = {"nbuPolicyOverdueCleared",
			      POLICIES,
			      POLICY,
			      {"nbuPolicySiteLabel", "nbuPolicyLabel"}},
    [EVENT_DISK_POOL_DOWN] = {"nbuDiskPoolDown", STORAGE, DISK_POOL, DISK_POOL_OBJECTS},
    [EVENT_DISK_POOL_UP] = {"nbuDiskPoolUp", STORAGE, DISK_POOL, DISK_POOL_OBJECTS},
    [EVENT_DISK_POOL_ABOVE] = {"nbuDiskPoolAboveHighWater", STORAGE, DISK_POOL, DISK_POOL_OBJECTS},
    [EVENT_DISK_POOL_BELOW] = {"nbuDiskPoolBelowLowWater", STORAGE, DISK_POOL, DISK_POOL_OBJECTS},
    [EVENT_STORAGE_SERVER_DOWN] = {"nbuStorageServerDown", STORAGE, STORAGE_SERVER,
				   STORAGE_SERVER_OBJECTS},
    [EVENT_STORAGE_SERVER_UP] = {"nbuStorageServerUp", STORAGE, STORAGE_SERVER,
				 STORAGE_SERVER_OBJECTS},
    [EVENT_DRIVE_DOWN] = {"nbuDriveDown", TAPE, DRIVE, DRIVE_OBJECTS},
    [EVENT_DRIVE_UP] = {"nbuDriveUp", TAPE, DRIVE, DRIVE_OBJECTS},
    [EVENT_IMAGE_INFECTED] = {"nbuImageInfected",
			      SECURITY,
			      SITE,
			      {"nbuSiteLabel", "nbuNotifyClient", "nbuNotifyPolicy"}},
};

/* nbuJobsNotifications below the base. */
static const uint32_t notifications_path[] = {1, 0};

struct notify {
	struct config_notify wanted;
	uint32_t base[CONFIG_BASE_OID_MAX];
	size_t base_length;
	struct lookup *tables[ROWS];
	struct event_list waiting;
	uint64_t sent;
	uint64_t suppressed;
	/* The message of the first event that waits, and its rows. */
	void *rows[ROWS];
	char *row_text; /* in which the texts of a row live */
	struct index_draft draft;
	struct notify_message message;
};

struct notify *notify_new(const uint32_t *base, size_t base_length,
			  const struct config_notify *wanted)
{
	struct notify *notify = mem_zalloc(1, sizeof *notify);

	for (size_t i = 0; i < base_length; i++)
		notify->base[i] = base[i];
	notify->base_length = base_length;
	for (size_t i = 0; i < ROWS; i++) {
		const struct resource *resource = row_kinds[i].resource;

		notify->tables[i] = lookup_new(row_kinds[i].table, base, base_length);
		notify->rows[i] =
		    mem_zalloc(1, resource ? resource->row_size : row_kinds[i].table->row_size);
	}
	*(struct index *)notify->rows[SCALARS] = table_scalar_index;
	notify_configure(notify, wanted);
	return notify;
}

void notify_configure(struct notify *notify, const struct config_notify *wanted)
{
	notify->wanted = *wanted;
}

static bool is_wanted(const struct notify *notify, enum group group)
{
	const bool wanted[GROUPS] = {
	    [SITES] = notify->wanted.site,
	    [JOBS] = notify->wanted.job_failed,
	    [POLICIES] = notify->wanted.policy_overdue,
	    [STORAGE] = notify->wanted.storage,
	    [TAPE] = notify->wanted.tape,
	    [SECURITY] = notify->wanted.security,
	};

	return wanted[group];
}

/* Whether EVENT is a failed job and LATER or an event behind it is a failure of the same job. */
static bool is_superseded(const struct event *event, const struct event *later)
{
	while (later && !(later->kind == EVENT_JOB_FAILED && later->job_id == event->job_id))
		later = later->next;
	return event->kind == EVENT_JOB_FAILED && later;
}

static void enqueue(struct notify *notify, struct event *event)
{
	struct event_list one = {.first = event, .last = event, .count = 1};

	if (notify->waiting.count == NOTIFY_WAITING_MAX) {
		free(event_take(&notify->waiting));
		notify->suppressed++;
	}
	event_move(&notify->waiting, &one);
}

void notify_take(struct notify *notify, struct event_list *list)
{
	uint64_t before = notify->suppressed;
	int taken[GROUPS] = {0};
	struct event *event;

	for (size_t i = 0; i < EVENT_KINDS; i++)
		if (is_wanted(notify, kinds[i].group))
			notify->suppressed += list->left_out[i];
	while ((event = event_take(list)) != NULL) {
		enum group group = kinds[event->kind].group;

		if (!is_wanted(notify, group) || is_superseded(event, list->first)) {
			free(event);
		} else if (group != SITES && taken[group] >= notify->wanted.limit) {
			notify->suppressed++;
			free(event);
		} else {
			taken[group]++;
			enqueue(notify, event);
		}
	}
	event_clear(list);
	if (notify->suppressed > before)
		log_warning("%llu notifications suppressed: more than notify-limit at one refresh, "
			    "or too many that wait for the master agent",
			    (unsigned long long)(notify->suppressed - before));
}

static const char *or_empty(const char *string)
{
	return string ? string : "";
}

static void fill_site(struct notify *notify, const struct event *event)
{
	struct site_row *row = notify->rows[SITE];

	row->name = event->site;
	row->failure_streak = event->failure_streak;
	fault_set(&row->fault, event->error_class, "%s", or_empty(event->error_text));
}

static void fill_job(struct notify *notify, const struct event *event)
{
	struct job_row *row = notify->rows[JOB];

	row->site = event->site;
	row->job_type = or_empty(event->job_type);
	row->policy_type = or_empty(event->policy_type);
	row->status = event->status;
}

static void fill_policy(struct notify *notify, const struct event *event)
{
	struct subject_row *row = notify->rows[POLICY];

	row->site = event->site;
	row->name = or_empty(event->policy);
	row->last_success = event->last_success;
	row->max_age = event->max_age;
}

/* A row of what is collected beside jobs comes with the event. */
static void fill_resource(struct notify *notify, const struct event *event)
{
	enum row which = kinds[event->kind].row;
	struct resource_row *row = notify->rows[which];

	free(notify->row_text);
	notify->row_text = mem_strdup(or_empty(event->row));
	resource_parse(row_kinds[which].resource, notify->row_text, row);
	row->site = event->site;
}

static void fill_scalars(struct notify *notify, const struct event *event)
{
	struct notification_row *row = notify->rows[SCALARS];

	row->job_id = event->job_id > 0 ? (uint64_t)event->job_id : 0;
	row->policy = or_empty(event->policy);
	row->client = or_empty(event->client);
	row->schedule = or_empty(event->schedule);
	row->schedule_type = or_empty(event->schedule_type);
}

/* Fills the rows that have the objects of EVENT. */
static void fill(struct notify *notify, const struct event *event)
{
	static void (*const fill_row[ROWS])(struct notify *, const struct event *) = {
	    [SITE] = fill_site,
	    [JOB] = fill_job,
	    [POLICY] = fill_policy,
	    [DISK_POOL] = fill_resource,
	    [STORAGE_SERVER] = fill_resource,
	    [DRIVE] = fill_resource,
	};
	enum row which = kinds[event->kind].row;

	fill_row[which](notify, event);
	table_index(row_kinds[which].table, event->site, notify->rows[which], &notify->draft);
	*(struct index *)notify->rows[which] = index_of(&notify->draft);
	fill_scalars(notify, event);
}

static void set_id(struct notify *notify, enum event_kind kind)
{
	struct notify_message *message = &notify->message;

	message->id_length = 0;
	for (size_t i = 0; i < notify->base_length; i++)
		message->id[message->id_length++] = notify->base[i];
	for (size_t i = 0; i < sizeof notifications_path / sizeof notifications_path[0]; i++)
		message->id[message->id_length++] = notifications_path[i];
	message->id[message->id_length++] = (uint32_t)kind;
}

/* Adds the object NAME from the row that has it. */
static void add_object(struct notify *notify, const char *name)
{
	struct notify_message *message = &notify->message;
	const struct column *column = NULL;
	size_t row = ROWS;

	while (!column && row-- > 0)
		column = table_column_named(row_kinds[row].table, name);
	assert(column);
	message->objects[message->count++] =
	    (struct agentx_object){notify->tables[row], {column, notify->rows[row]}};
}

const struct notify_message *notify_next(struct notify *notify)
{
	struct notify_message *message = &notify->message;
	const struct event *event = notify->waiting.first;

	if (!event)
		return NULL;
	fill(notify, event);
	set_id(notify, event->kind);
	message->name = kinds[event->kind].name;
	message->count = 0;
	while (message->count < NOTIFY_OBJECTS_MAX && kinds[event->kind].objects[message->count])
		add_object(notify, kinds[event->kind].objects[message->count]);
	return message;
}

static void log_outcome(const struct event *event, bool sent)
{
	const char *about = or_empty(event->thing    ? event->thing
				     : event->policy ? event->policy
						     : event->error_text);
	char job[32] = "";

	if (event->kind == EVENT_JOB_FAILED)
		snprintf(job, sizeof job, ", job %lld", (long long)event->job_id);
	log_debug("%s %s: site %s%s%s%s", sent ? "sent" : "could not send", kinds[event->kind].name,
		  event->site, job, *about ? ", " : "", about);
}

void notify_done(struct notify *notify, bool sent)
{
	struct event *event = event_take(&notify->waiting);

	log_outcome(event, sent);
	if (sent)
		notify->sent++;
	else
		notify->suppressed++;
	free(event);
}

bool notify_turn(struct notify *notify)
{
	const struct notify_message *message =
	    notify->waiting.first && agentx_can_notify() ? notify_next(notify) : NULL;

	if (message)
		notify_done(notify, agentx_notify(message->id, message->id_length, message->objects,
						  message->count));
	return notify->waiting.first != NULL;
}

uint64_t notify_sent(const struct notify *notify)
{
	return notify->sent;
}

uint64_t notify_suppressed(const struct notify *notify)
{
	return notify->suppressed;
}

void notify_free(struct notify *notify)
{
	if (!notify)
		return;
	for (size_t i = 0; i < ROWS; i++) {
		lookup_free(notify->tables[i]);
		free(notify->rows[i]);
	}
	free(notify->row_text);
	event_clear(&notify->waiting);
	free(notify);
}
