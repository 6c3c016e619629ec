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

_Static_assert(NOTIFY_WAITING_MAX <= NEWS_MAX, "the queue is a list of news");

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
} kinds[NEWS_KINDS] = {
    [NEWS_SITE_DOWN] = {"nbuSiteDown", SITES, {{SITE, 2}, {SITE, 15}, {SITE, 16}, {SITE, 14}}},
    [NEWS_SITE_UP] = {"nbuSiteUp", SITES, {{SITE, 2}, {SITE, 14}}},
    [NEWS_JOB_FAILED] =
	{"nbuJobFailed",
	 JOBS,
	 {{JOB, 4}, {JOB, 5}, {JOB, 6}, {JOB, 7}, {SCALARS, 1}, {SCALARS, 2}, {SCALARS, 3}}},
    [NEWS_POLICY_OVERDUE] = {"nbuPolicyOverdueRaised",
			     POLICIES,
			     {{POLICY, 2}, {POLICY, 3}, {POLICY, 9}, {POLICY, 14}}},
    [NEWS_POLICY_CLEARED] = {"nbuPolicyOverdueCleared", POLICIES, {{POLICY, 2}, {POLICY, 3}}},
};

/* nbuJobsNotifications below the base. */
static const uint32_t notifications_path[] = {1, 0};

struct notify {
	struct config_notify wanted;
	uint32_t base[CONFIG_BASE_OID_MAX];
	size_t base_length;
	struct table *tables[ROWS];
	struct news_list waiting;
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
static bool is_superseded(const struct news *news, const struct news *later)
{
	while (later && !(later->kind == NEWS_JOB_FAILED && later->job_id == news->job_id))
		later = later->next;
	return news->kind == NEWS_JOB_FAILED && later;
}

static void enqueue(struct notify *notify, struct news *news)
{
	struct news_list one = {.first = news, .last = news, .count = 1};

	if (notify->waiting.count == NOTIFY_WAITING_MAX) {
		free(news_take(&notify->waiting));
		notify->suppressed++;
	}
	news_move(&notify->waiting, &one);
}

void notify_take(struct notify *notify, struct news_list *list)
{
	uint64_t before = notify->suppressed;
	int taken[GROUPS] = {0};
	struct news *news;

	for (size_t i = 0; i < NEWS_KINDS; i++)
		if (is_wanted(notify, kinds[i].group))
			notify->suppressed += list->left_out[i];
	while ((news = news_take(list)) != NULL) {
		enum group group = kinds[news->kind].group;

		if (!is_wanted(notify, group) || is_superseded(news, list->first)) {
			free(news);
		} else if (group != SITES && taken[group] >= notify->wanted.limit) {
			notify->suppressed++;
			free(news);
		} else {
			taken[group]++;
			enqueue(notify, news);
		}
	}
	news_clear(list);
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

static void fill_site(struct notify *notify, const struct news *news)
{
	snapshot_index_site(&notify->draft, news->site);
	notify->site.index = index_of(&notify->draft);
	notify->site.name = news->site;
	notify->site.failure_streak = news->failure_streak;
	fault_set(&notify->site.fault, news->error_class, "%s", text(news->error_text));
}

static void fill_job(struct notify *notify, const struct news *news)
{
	snapshot_index_job(&notify->draft, news->site, text(news->job_type),
			   text(news->policy_type), news->status);
	notify->job.index = index_of(&notify->draft);
	notify->job.site = news->site;
	notify->job.job_type = text(news->job_type);
	notify->job.policy_type = text(news->policy_type);
	notify->job.status = news->status;
	notify->scalars.job_id = news->job_id > 0 ? (uint64_t)news->job_id : 0;
	notify->scalars.policy = text(news->policy);
	notify->scalars.client = text(news->client);
}

static void fill_policy(struct notify *notify, const struct news *news)
{
	snapshot_index_subject(&notify->draft, news->site, text(news->policy));
	notify->policy.index = index_of(&notify->draft);
	notify->policy.site = news->site;
	notify->policy.name = text(news->policy);
	notify->policy.last_success = news->last_success;
	notify->policy.max_age = news->max_age;
}

static void set_id(struct notify *notify, enum news_kind kind)
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
	static void (*const fill[GROUPS])(struct notify *, const struct news *) = {
	    [SITES] = fill_site, [JOBS] = fill_job, [POLICIES] = fill_policy};
	const void *const rows[ROWS] = {[SITE] = &notify->site,
					[JOB] = &notify->job,
					[POLICY] = &notify->policy,
					[SCALARS] = &notify->scalars};
	struct notify_message *message = &notify->message;
	const struct news *news = notify->waiting.first;

	if (!news)
		return NULL;
	fill[kinds[news->kind].group](notify, news);
	set_id(notify, news->kind);
	message->name = kinds[news->kind].name;
	message->count = 0;
	while (message->count < NOTIFY_OBJECTS_MAX &&
	       kinds[news->kind].objects[message->count].column != 0) {
		enum row row = kinds[news->kind].objects[message->count].row;
		uint32_t column = kinds[news->kind].objects[message->count].column;

		message->objects[message->count++] = (struct agentx_object){
		    notify->tables[row], {table_column(descriptions[row], column), rows[row]}};
	}
	return message;
}

static void log_outcome(const struct news *news, bool sent)
{
	const char *about = news->policy ? news->policy : text(news->error_text);
	char job[32] = "";

	if (news->kind == NEWS_JOB_FAILED)
		snprintf(job, sizeof job, ", job %lld", (long long)news->job_id);
	log_debug("%s %s: site %s%s%s%s", sent ? "sent" : "could not send", kinds[news->kind].name,
		  news->site, job, *about ? ", " : "", about);
}

void notify_done(struct notify *notify, bool sent)
{
	struct news *news = news_take(&notify->waiting);

	log_outcome(news, sent);
	if (sent)
		notify->sent++;
	else
		notify->suppressed++;
	free(news);
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
	news_clear(&notify->waiting);
	free(notify);
}
