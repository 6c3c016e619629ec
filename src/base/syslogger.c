/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/syslogger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static int logger = -1; /* connected to a socket */

/* The logger may have been started anew, so a failure leads to a new connection. */
static void connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (logger >= 0)
		close(logger);
	logger = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (logger >= 0 && connect(logger, (struct sockaddr *)&address, sizeof address) < 0) {
		close(logger);
		logger = -1;
	}
}

/* What a message begins with, in the form that syslog(3) gives it. */
static void make_line(char *line, size_t size, int priority, const char *text)
{
	time_t now = time(NULL);
	char stamp[32] = "";
	struct tm local = {0};

	localtime_r(&now, &local);
	strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &local);
	snprintf(line, size, "<%d>%s nbu-agentx[%d]: %s", LOG_DAEMON | priority, stamp,
		 (int)getpid(), text);
}

static bool is_full(void)
{
	return errno == EAGAIN || errno == ENOBUFS;
}

bool syslogger_send(const char *path, int priority, const char *text, bool wait)
{
	int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
	char line[1200];

	make_line(line, sizeof line, priority, text);
	if (logger < 0)
		connect_to(path);
	if (send(logger, line, strlen(line), flags) >= 0)
		return true;
	if (is_full())
		return false;
	connect_to(path);
	return logger < 0 || send(logger, line, strlen(line), flags) >= 0 || !is_full();
}
