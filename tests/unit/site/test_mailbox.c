/* SPDX-License-Identifier: BSD-2-Clause */
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness.h"
#include "site/mailbox.h"
#include "unit/rows.h"

#define THREADS 4
#define PUTS 5000

/* A snapshot that can be told from others. Rows make a forgotten free cost something. */
static struct snapshot *numbered(uint64_t number)
{
	struct snapshot *snapshot = sites_snapshot("paris", "https://paris");
	struct job_row row = {.job_type = "BACKUP", .policy_type = "VMWARE", .count = 1};

	sites_row(snapshot)->refreshes = number;
	snapshot_add(snapshot, TABLE_JOBS, &row);
	snapshot_seal(snapshot);
	return snapshot;
}

static bool readable(int fd)
{
	struct pollfd waiting = {.fd = fd, .events = POLLIN};

	return poll(&waiting, 1, 0) == 1;
}

static void test_one(void)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct mailbox *mailbox = mailbox_new(wake);
	struct snapshot *snapshot = numbered(1);

	CU_ASSERT_PTR_NULL(mailbox_take(mailbox));
	CU_ASSERT_FALSE(readable(wake));
	mailbox_put(mailbox, snapshot);
	CU_ASSERT_TRUE(readable(wake));
	CU_ASSERT_PTR_EQUAL(mailbox_take(mailbox), snapshot);
	CU_ASSERT_PTR_NULL(mailbox_take(mailbox));
	snapshot_free(snapshot);
	mailbox_free(mailbox);
	close(wake);
}

/* The end of the worker is told like a snapshot, and what it has put before stays. */
static void test_close(void)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct mailbox *mailbox = mailbox_new(wake);
	struct snapshot *snapshot = numbered(1);
	eventfd_t count;

	mailbox_put(mailbox, snapshot);
	CU_ASSERT_FALSE(mailbox_closed(mailbox));
	eventfd_read(wake, &count);
	mailbox_close(mailbox);
	CU_ASSERT_TRUE(readable(wake));
	CU_ASSERT_TRUE(mailbox_closed(mailbox));
	CU_ASSERT_PTR_EQUAL(mailbox_take(mailbox), snapshot);
	snapshot_free(snapshot);
	mailbox_free(mailbox);
	close(wake);
}

/* An unread snapshot is freed for the next one; what is left is freed with the mailbox. (Whether
 * that is so is for the leak checker to say.) */
static void test_unread(void)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct mailbox *mailbox = mailbox_new(wake);
	struct snapshot *snapshot;

	mailbox_put(mailbox, numbered(1));
	mailbox_put(mailbox, numbered(2));
	snapshot = mailbox_take(mailbox);
	EQUAL_NUMBER(sites_row(snapshot)->refreshes, 2);
	snapshot_free(snapshot);
	mailbox_put(mailbox, numbered(3));
	mailbox_free(mailbox);
	close(wake);
}

static void put_news(struct mailbox *mailbox, uint64_t number, enum event_kind kind)
{
	struct snapshot *snapshot = numbered(number);
	struct event event = {.kind = kind, .site = "paris", .job_id = (int64_t)number};

	event_add(&snapshot->events, &event);
	snapshot->events.left_out[EVENT_JOB_FAILED] = number;
	mailbox_put(mailbox, snapshot);
}

/* Rows may be overwritten unread, news may not: they come with the next snapshot, in order. */
static void test_unread_news(void)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct mailbox *mailbox = mailbox_new(wake);
	struct snapshot *snapshot;

	put_news(mailbox, 1, EVENT_SITE_DOWN);
	put_news(mailbox, 2, EVENT_SITE_UP);
	mailbox_put(mailbox, numbered(3));
	put_news(mailbox, 4, EVENT_JOB_FAILED);
	snapshot = mailbox_take(mailbox);
	EQUAL_NUMBER(sites_row(snapshot)->refreshes, 4);
	EQUAL_NUMBER(snapshot->events.count, 3);
	EQUAL_NUMBER(snapshot->events.left_out[EVENT_JOB_FAILED], 1 + 2 + 4);
	for (int64_t number = 1; number <= 4; number += number) {
		struct event *event = event_take(&snapshot->events);

		EQUAL_NUMBER(event ? event->job_id : 0, number);
		free(event);
	}
	snapshot_free(snapshot);
	/* What has been taken is not told again. */
	mailbox_put(mailbox, numbered(5));
	snapshot = mailbox_take(mailbox);
	EQUAL_NUMBER(snapshot->events.count, 0);
	snapshot_free(snapshot);
	mailbox_free(mailbox);
	close(wake);
}

/* A put must not block even when nobody has read the eventfd for ages. */
static void test_full_counter(void)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct mailbox *mailbox = mailbox_new(wake);
	struct snapshot *snapshot;

	CU_ASSERT_EQUAL(eventfd_write(wake, UINT64_MAX - 1), 0);
	mailbox_put(mailbox, numbered(1));
	snapshot = mailbox_take(mailbox);
	CU_ASSERT_PTR_NOT_NULL(snapshot);
	snapshot_free(snapshot);
	mailbox_free(mailbox);
	close(wake);
}

static void *put_many(void *arg)
{
	for (uint64_t i = 1; i <= PUTS; i++)
		mailbox_put(arg, numbered(i));
	return NULL;
}

static void test_threads(void)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct mailbox *mailbox = mailbox_new(wake);
	pthread_t threads[THREADS];
	uint64_t last = 0;

	for (int i = 0; i < THREADS; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, put_many, mailbox), 0);
	/* All have put their last one when no wake-up comes any more. */
	while (last < PUTS) {
		struct pollfd waiting = {.fd = wake, .events = POLLIN};
		struct snapshot *snapshot;
		eventfd_t count;

		if (poll(&waiting, 1, 5000) != 1)
			break;
		eventfd_read(wake, &count);
		snapshot = mailbox_take(mailbox);
		if (snapshot)
			last = sites_row(snapshot)->refreshes;
		if (snapshot && (COUNT_OF(snapshot, JOBS) != 1 ||
				 strcmp(ROWS(snapshot, JOBS, job_row)[0].job_type, "BACKUP") != 0))
			FAIL("a snapshot arrived damaged");
		snapshot_free(snapshot);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	EQUAL_NUMBER(last, PUTS);
	mailbox_free(mailbox);
	close(wake);
}

static const struct harness_test tests[] = {
    {"put and take", test_one},
    {"an unread one gives way", test_unread},
    {"the worker ends", test_close},
    {"news of an unread one", test_unread_news},
    {"put never blocks", test_full_counter},
    {"many threads", test_threads},
    {NULL, NULL},
};

const struct harness_suite mailbox_suite = {"mailbox", tests};
