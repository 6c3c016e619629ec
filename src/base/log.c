/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "base/utf8.h"

static const struct level {
	const char *name;
	int priority;
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", LOG_ERR},
    [LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
    [LOG_LEVEL_INFO] = {"info", LOG_INFO},
    [LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

/* Set by the main thread, read by all threads. A change may reach another thread a little later. */
static atomic_int current_target = LOG_TARGET_STDERR;
static atomic_int current_level = LOG_LEVEL_WARNING;

void log_open(enum log_target target, enum log_level level)
{
	if (target == LOG_TARGET_SYSLOG)
		openlog("nbu-agentx", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	current_target = target;
	current_level = level;
}

/* Nobody may read what a pipe or a terminal takes. */
static pthread_mutex_t stderr_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned lost; /* lines, since the last that was written */

static void write_line(enum log_level level, const char *text)
{
	char line[1200], now[TIMEFMT_INSTANT_SIZE];
	int length;

	timefmt_format_instant(timefmt_now(), now);
	length = snprintf(line, sizeof line, "%s %s: %s\n", now, levels[level].name, text);
	if (write(STDERR_FILENO, line, (size_t)length) < 0)
		return; /* there is no other place to report it */
}

/* True when a line can be written without waiting: a pipe then has room for PIPE_BUF octets. */
static bool can_write(void)
{
	struct pollfd fd = {STDERR_FILENO, POLLOUT, 0};

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLOUT) != 0;
}

/*
 * Each line is one write, so that the lines of several threads do not mix. A line that would have
 * to wait is left out: who does not read the log must not stop the answers. The mutex makes the
 * room that was seen that of this thread.
 */
static void write_stderr(enum log_level level, const char *text)
{
	char told[60];

	pthread_mutex_lock(&stderr_mutex);
	if (lost > 0 && can_write()) {
		snprintf(told, sizeof told, "%u lines of the log were lost: nobody read them",
			 lost);
		lost = 0;
		write_line(LOG_LEVEL_WARNING, told);
	}
	if (can_write())
		write_line(level, text);
	else
		lost++;
	pthread_mutex_unlock(&stderr_mutex);
}

__attribute__((format(printf, 2, 0))) static void
write_message(enum log_level level, const char *format, va_list arguments)
{
	char text[1100];

	if ((int)level > current_level)
		return;
	vsnprintf(text, sizeof text, format, arguments);
	utf8_clean(text);
	if (current_target == LOG_TARGET_SYSLOG)
		syslog(levels[level].priority, "%s", text);
	else
		write_stderr(level, text);
}

#define DEFINE(function, level)                                                                    \
	void function(const char *format, ...)                                                     \
	{                                                                                          \
		va_list arguments;                                                                 \
		va_start(arguments, format);                                                       \
		write_message(level, format, arguments);                                           \
		va_end(arguments);                                                                 \
	}

DEFINE(log_error, LOG_LEVEL_ERROR)
DEFINE(log_warning, LOG_LEVEL_WARNING)
DEFINE(log_info, LOG_LEVEL_INFO)
DEFINE(log_debug, LOG_LEVEL_DEBUG)
