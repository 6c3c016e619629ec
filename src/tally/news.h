/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEWS_H
#define NEWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* What has happened and is worth a notification. The numbers are those of the notifications. */
enum news_kind {
	NEWS_SITE_DOWN = 1,
	NEWS_SITE_UP = 2,
	NEWS_JOB_FAILED = 3,
	NEWS_POLICY_OVERDUE = 4,
	NEWS_POLICY_CLEARED = 5,
	NEWS_KINDS = 6
};

/* Only what belongs to the kind is set; strings that do not are NULL. */
struct news {
	struct news *next;
	enum news_kind kind;
	const char *site;
	/* A site. */
	uint32_t failure_streak;
	enum fault_class error_class;
	const char *error_text;
	/* A job. */
	int64_t job_id;
	uint32_t status;
	const char *job_type;
	const char *policy_type;
	const char *client;
	/* A job or a policy. */
	const char *policy;
	/* A policy. */
	int64_t last_success; /* instant of the local clock, 0 = never */
	uint32_t max_age;     /* seconds */
};

/* No more than this of jobs and of policies together are kept in a list; the rest is counted. */
#define NEWS_MAX 1000

/* In the order in which it happened. Zeroed, it is empty. */
struct news_list {
	struct news *first, *last;
	size_t count;
	uint64_t left_out[NEWS_KINDS];
};

/* Adds a copy of NEWS, its strings included. */
void news_add(struct news_list *list, const struct news *news);

/* Moves all of FROM behind what is in LIST; FROM is then empty. */
void news_move(struct news_list *list, struct news_list *from);

/* Takes the first out of LIST, to be freed with free(); NULL when there is none. */
struct news *news_take(struct news_list *list);

/* Frees what is in LIST; it is then empty. */
void news_clear(struct news_list *list);

#endif
