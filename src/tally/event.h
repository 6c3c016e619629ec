/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EVENT_H
#define EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* What has happened and is worth a notification. The numbers are those of the notifications. */
enum event_kind {
	EVENT_NONE = 0,
	EVENT_SITE_DOWN = 1,
	EVENT_SITE_UP = 2,
	EVENT_JOB_FAILED = 3,
	EVENT_POLICY_OVERDUE = 4,
	EVENT_POLICY_CLEARED = 5,
	EVENT_DISK_POOL_DOWN = 6,
	EVENT_DISK_POOL_UP = 7,
	EVENT_DISK_POOL_ABOVE = 8,
	EVENT_DISK_POOL_BELOW = 9,
	EVENT_STORAGE_SERVER_DOWN = 10,
	EVENT_STORAGE_SERVER_UP = 11,
	EVENT_DRIVE_DOWN = 12,
	EVENT_DRIVE_UP = 13,
	EVENT_IMAGE_INFECTED = 14,
	EVENT_KINDS = 15
};

/* Only what belongs to the kind is set; the other strings are NULL. */
struct event {
	struct event *next;
	enum event_kind kind;
	const char *site;
	/* Of a site. */
	uint32_t failure_streak;
	enum fault_class error_class;
	const char *error_text;
	/* Of a job. */
	int64_t job_id;
	uint32_t status;
	const char *job_type;
	const char *policy_type;
	const char *client; /* also of an image */
	const char *schedule;
	const char *schedule_type;
	/* Of what is collected beside jobs. */
	const char *thing; /* what it is about, for the log */
	const char *row;   /* of its table, as text */
	/* Of a job, a policy or an image. */
	const char *policy;
	/* Of a policy. */
	int64_t last_success; /* instant of the local clock, 0 = never */
	uint32_t max_age;     /* seconds */
};

/* A list keeps at most so many events of jobs and policies together; the others are counted. */
#define EVENT_MAX 1000

/* Events in the order in which they happened. Zeroed, it is empty. */
struct event_list {
	struct event *first, *last;
	size_t count;
	uint64_t left_out[EVENT_KINDS];
};

/* Adds a copy of EVENT with its strings. */
void event_add(struct event_list *list, const struct event *event);

/* Drops the event that job ID has failed, if LIST has it. */
void event_forget_job(struct event_list *list, int64_t id);

/* Moves all events of FROM to the end of LIST; FROM is then empty. */
void event_move(struct event_list *list, struct event_list *from);

/* Takes the first event out of LIST, to be freed with free(); NULL when there is none. */
struct event *event_take(struct event_list *list);

/* Frees all events in LIST; it is then empty. */
void event_clear(struct event_list *list);

#endif
