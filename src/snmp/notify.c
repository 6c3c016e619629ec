/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/notify.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fault.h"
#include "tables/index.h"
#include "base/log.h"
#include "base/mem.h"
#include "snmp/mib.h"
#include "tables/snapshot.h"

_Static_assert(NOTIFY_WAITING_MAX <= EVENT_MAX, "the queue is a list of news");

/* The rows that a notification's objects are of. */
enum row { SITE, JOB, POLICY, SCALARS, ROWS };

static const struct table_description *const descriptions[ROWS] = {
    [SITE] = &mib_tables[MIB_SITES],
    [JOB] = &mib_tables[MIB_JOBS],
    [POLICY] = &mib_tables[MIB_POLICIES],
    [SCALARS] = &mib_notify_objects,
};

/* What is wanted or not, and limited, together. */
enum group { SITES, JOBS, POLICIES, GROUPS };

/* The notifications of the MIB, by their numbers. */
static const struct {
	const char *name;
	enum group group;
	struct {
		enum row row;
		uint32_t column; /* 0 ends the objects */
	} objects[NOTIFY_OBJECTS_MAX];
} kinds[EVENT_KINDS] = {
    [EVENT_SITE_DOWN] = {"nbuSiteDown", SITES, {{SITE, 2}, {SITE, 15}, {SITE, 16}, {SITE, 14}}},
    [EVENT_SITE_UP] = {"nbuSiteUp", SITES, {{SITE, 2}, {SITE, 14}}},
    [EVENT_JOB_FAILED] =
	{"nbuJobFailed",
	 JOBS,
	 {{JOB, 4}, {JOB, 5}, {JOB, 6}, {JOB, 7}, {SCALARS, 1}, {SCALARS, 2}, {SCALARS, 3}}},
    [EVENT_POLICY_OVERDUE] = {"nbuPolicyOverdueRaised",
			      POLICIES,
			      {{POLICY, 2}, {POLICY, 3}, {POLICY, 9}, {POLICY, 14}}},
    [EVENT_POLICY_CLEARED] = {"nbuPolicyOverdueCleared", POLICIES, {{POLICY, 2}, {POLICY, 3}}},
};

/* nbuJobsNotifications below the base. */
static const uint32_t notifications_path[] = {1, 0};

struct notify {
	struct config_notify wanted;
	uint32_t base[CONFIG_BASE_OID_MAX];
	size_t base_length;
	struct table *tables[ROWS];
	struct event_list waiting;
	uint64_t sent;
	uint64_t suppressed;
	/* What is shown of the first that waits. */
	struct snapshot_site site;
	struct snapshot_job job;
	struct snapshot_subject policy;
	struct mib_notify scalars;
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
	for (size_t i = 0; i < ROWS; i++)
		notify->tables[i] = table_new(descriptions[i], base, base_length);
	notify->scalars.index = mib_scalar_index;
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
	};

	return wanted[group];
}

/* Whether the same job has failed once more by what comes LATER. */
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

/* Absent strings are empty ones. */
static const char *text(const char *string)
{
	return string ? string : "";
}

static void fill_site(struct notify *notify, const struct event *event)
{
	snapshot_index_site(&notify->draft, event->site);
	notify->site.index = index_of(&notify->draft);
	notify->site.name = event->site;
	notify->site.failure_streak = event->failure_streak;
	fault_set(&notify->site.fault, event->error_class, "%s", text(event->error_text));
}

static void fill_job(struct notify *notify, const struct event *event)
{
	snapshot_index_job(&notify->draft, event->site, text(event->job_type),
			   text(event->policy_type), event->status);
	notify->job.index = index_of(&notify->draft);
	notify->job.site = event->site;
	notify->job.job_type = text(event->job_type);
	notify->job.policy_type = text(event->policy_type);
	notify->job.status = event->status;
	notify->scalars.job_id = event->job_id > 0 ? (uint64_t)event->job_id : 0;
	notify->scalars.policy = text(event->policy);
	notify->scalars.client = text(event->client);
}

static void fill_policy(struct notify *notify, const struct event *event)
{
	snapshot_index_subject(&notify->draft, event->site, text(event->policy));
	notify->policy.index = index_of(&notify->draft);
	notify->policy.site = event->site;
	notify->policy.name = text(event->policy);
	notify->policy.last_success = event->last_success;
	notify->policy.max_age = event->max_age;
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

const struct notify_message *notify_next(struct notify *notify)
{
	static void (*const fill[GROUPS])(struct notify *, const struct event *) = {
	    [SITES] = fill_site, [JOBS] = fill_job, [POLICIES] = fill_policy};
	const void *const rows[ROWS] = {[SITE] = &notify->site,
					[JOB] = &notify->job,
					[POLICY] = &notify->policy,
					[SCALARS] = &notify->scalars};
	struct notify_message *message = &notify->message;
	const struct event *event = notify->waiting.first;

	if (!event)
		return NULL;
	fill[kinds[event->kind].group](notify, event);
	set_id(notify, event->kind);
	message->name = kinds[event->kind].name;
	message->count = 0;
	while (message->count < NOTIFY_OBJECTS_MAX &&
	       kinds[event->kind].objects[message->count].column != 0) {
		enum row row = kinds[event->kind].objects[message->count].row;
		uint32_t column = kinds[event->kind].objects[message->count].column;

		message->objects[message->count++] = (struct agentx_object){
		    notify->tables[row], {table_column(descriptions[row], column), rows[row]}};
	}
	return message;
}

static void log_outcome(const struct event *event, bool sent)
{
	const char *about = event->policy ? event->policy : text(event->error_text);
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
	if (notify->waiting.first && agentx_can_notify()) {
		const struct notify_message *message = notify_next(notify);

		notify_done(notify, agentx_notify(message->id, message->id_length, message->objects,
						  message->count));
	}
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
	for (size_t i = 0; i < ROWS; i++)
		table_free(notify->tables[i]);
	event_clear(&notify->waiting);
	free(notify);
}
