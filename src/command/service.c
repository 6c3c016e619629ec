/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/service.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/timefmt.h"

#define AGAIN_MS 100 /* before READY is tried again */

struct service {
	int fd; /* -1 = nobody wants to know */
	struct sockaddr_un address;
	socklen_t length;
	int64_t pace; /* milliseconds from one sign of life to the next; 0 = no watchdog */
	int64_t due;  /* the next, in timefmt_monotonic */
	bool unready; /* it is ready, but the manager could not be told so */
	char status[120];
};

/* False when the manager does not take it now: waiting for it would stop the answers. */
static bool tell(const struct service *service, const char *text)
{
	if (service->fd < 0)
		return true;
	return sendto(service->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&service->address, service->length) >= 0 ||
	       (errno != EAGAIN && errno != ENOBUFS);
}

/* The socket's name is a path, or one in the abstract namespace, with @ for its NUL. */
static void find_socket(struct service *service)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t length = name ? strlen(name) : 0;

	if (length < 2 || length >= sizeof service->address.sun_path || !strchr("/@", name[0]))
		return;
	service->address.sun_family = AF_UNIX;
	memcpy(service->address.sun_path, name, length);
	if (name[0] == '@')
		service->address.sun_path[0] = '\0';
	service->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	service->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/* The variables may be those of another process, from which this one has them. */
static void find_watchdog(struct service *service)
{
	const char *pid = getenv("WATCHDOG_PID"), *limit = getenv("WATCHDOG_USEC");
	long long micros = limit ? strtoll(limit, NULL, 10) : 0;

	if (micros <= 0 || (pid && strtoll(pid, NULL, 10) != getpid()))
		return;
	service->pace = micros / 2000 > 0 ? micros / 2000 : 1;
	service->due = timefmt_monotonic();
}

struct service *service_open(void)
{
	struct service *service = mem_zalloc(1, sizeof *service);

	service->fd = -1;
	find_socket(service);
	if (service->fd >= 0)
		find_watchdog(service);
	return service;
}

void service_ready(struct service *service)
{
	service->unready = !tell(service, "READY=1");
}

void service_reloading(struct service *service)
{
	struct timespec now;
	char text[80];

	/* By it the manager knows which of several reloads has ended. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	tell(service, text);
}

void service_stopping(struct service *service)
{
	tell(service, "STOPPING=1");
}

void service_status(struct service *service, const char *text)
{
	char message[sizeof service->status + 8];

	if (strcmp(service->status, text) == 0)
		return;
	snprintf(message, sizeof message, "STATUS=%s", text);
	if (tell(service, message))
		snprintf(service->status, sizeof service->status, "%s", text);
}

int service_turn(struct service *service)
{
	int64_t now = timefmt_monotonic(), wait = -1;

	if (service->unready)
		service_ready(service);
	if (service->pace > 0 && now >= service->due) {
		tell(service, "WATCHDOG=1");
		service->due = now + service->pace;
	}
	if (service->pace > 0)
		wait = service->due - now;
	if (service->unready && (wait < 0 || wait > AGAIN_MS))
		wait = AGAIN_MS;
	return wait < INT_MAX ? (int)wait : INT_MAX;
}

void service_close(struct service *service)
{
	if (service && service->fd >= 0)
		close(service->fd);
	free(service);
}
