/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/mailbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/mem.h"

struct mailbox {
	pthread_mutex_t mutex;
	struct snapshot *snapshot;
	bool closed;
	int wake_fd;
};

struct mailbox *mailbox_new(int wake_fd)
{
	struct mailbox *mailbox = mem_zalloc(1, sizeof *mailbox);

	pthread_mutex_init(&mailbox->mutex, NULL);
	mailbox->wake_fd = wake_fd;
	return mailbox;
}

void mailbox_put(struct mailbox *mailbox, struct snapshot *snapshot)
{
	struct snapshot *unread;

	pthread_mutex_lock(&mailbox->mutex);
	unread = mailbox->snapshot;
	/* Each snapshot has all rows, but an event is in one snapshot only. */
	if (unread) {
		event_move(&unread->events, &snapshot->events);
		event_move(&snapshot->events, &unread->events);
	}
	mailbox->snapshot = snapshot;
	pthread_mutex_unlock(&mailbox->mutex);
	snapshot_free(unread);
	/* Fails only when the counter is full. Then the reader is about to wake up anyway. */
	eventfd_write(mailbox->wake_fd, 1);
}

struct snapshot *mailbox_take(struct mailbox *mailbox)
{
	struct snapshot *snapshot;

	pthread_mutex_lock(&mailbox->mutex);
	snapshot = mailbox->snapshot;
	mailbox->snapshot = NULL;
	pthread_mutex_unlock(&mailbox->mutex);
	return snapshot;
}

void mailbox_close(struct mailbox *mailbox)
{
	pthread_mutex_lock(&mailbox->mutex);
	mailbox->closed = true;
	eventfd_write(mailbox->wake_fd, 1);
	pthread_mutex_unlock(&mailbox->mutex);
}

bool mailbox_closed(struct mailbox *mailbox)
{
	bool closed;

	pthread_mutex_lock(&mailbox->mutex);
	closed = mailbox->closed;
	pthread_mutex_unlock(&mailbox->mutex);
	return closed;
}

void mailbox_free(struct mailbox *mailbox)
{
	snapshot_free(mailbox->snapshot);
	pthread_mutex_destroy(&mailbox->mutex);
	free(mailbox);
}
