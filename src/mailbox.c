/* SPDX-License-Identifier: BSD-2-Clause */
#include "mailbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "mem.h"

struct mailbox {
	pthread_mutex_t mutex;
	struct snapshot *snapshot;
	int wake_fd;
};

struct mailbox *mailbox_new(int wake_fd)
{
	struct mailbox *mailbox = mem_zalloc(1, sizeof *mailbox);

	pthread_mutex_init(&mailbox->mutex, NULL);
	mailbox->wake_fd = wake_fd;
	return mailbox;
}

static struct snapshot *exchange(struct mailbox *mailbox, struct snapshot *snapshot)
{
	struct snapshot *old;

	pthread_mutex_lock(&mailbox->mutex);
	old = mailbox->snapshot;
	mailbox->snapshot = snapshot;
	pthread_mutex_unlock(&mailbox->mutex);
	return old;
}

void mailbox_put(struct mailbox *mailbox, struct snapshot *snapshot)
{
	struct snapshot *unread = exchange(mailbox, NULL);

	/* Rows are whole in each snapshot; what has happened is told once. */
	if (unread) {
		news_move(&unread->news, &snapshot->news);
		news_move(&snapshot->news, &unread->news);
		snapshot_free(unread);
	}
	exchange(mailbox, snapshot);
	/* Fails only when the counter is full, and then a wake-up is due anyway. */
	eventfd_write(mailbox->wake_fd, 1);
}

struct snapshot *mailbox_take(struct mailbox *mailbox)
{
	return exchange(mailbox, NULL);
}

void mailbox_free(struct mailbox *mailbox)
{
	snapshot_free(mailbox->snapshot);
	pthread_mutex_destroy(&mailbox->mutex);
	free(mailbox);
}
