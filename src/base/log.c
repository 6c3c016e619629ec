/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "base/syslogger.h"
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

static atomic_bool never_waits;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned lost; /* lines, since the last that was written; under the mutex */

void log_open(enum log_target target, enum log_level level)
{
	current_target = target;
	current_level = level;
}

/* True when a line can be written without waiting: a pipe then has room for PIPE_BUF octets. */
static bool can_write(void)
{
	struct pollfd fd = {STDERR_FILENO, POLLOUT, 0};

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLOUT) != 0;
}

/* False when the line would have to wait, and must not. Each is one write. */
static bool write_stderr(enum log_level level, const char *text)
{
	char line[1200], now[TIMEFMT_INSTANT_SIZE];
	int length;

	if (never_waits && !can_write())
		return false;
	timefmt_format_instant(timefmt_now(), now);
	length = snprintf(line, sizeof line, "%s %s: %s\n", now, levels[level].name, text);
	/* There is no other place to report an error. */
	(void)!write(STDERR_FILENO, line, (size_t)length);
	return true;
}

static bool write_line(enum log_level level, const char *text)
{
	if (current_target == LOG_TARGET_SYSLOG)
		return syslogger_send(SYSLOGGER_SOCKET, levels[level].priority, text, !never_waits);
	return write_stderr(level, text);
}

static void tell_lost(void)
{
	char told[60];

	if (lost == 0)
		return;
	snprintf(told, sizeof told, "%u lines of the log were lost: nobody read them", lost);
	if (write_line(LOG_LEVEL_WARNING, told))
		lost = 0;
}

void log_never_wait(void)
{
	never_waits = true;
}

void log_end(void)
{
	pthread_mutex_lock(&mutex);
	tell_lost();
	pthread_mutex_unlock(&mutex);
}

__attribute__((format(printf, 2, 0))) static void
write_message(enum log_level level, const char *format, va_list arguments)
{
	char text[1100];

	if ((int)level > current_level)
		return;
	vsnprintf(text, sizeof text, format, arguments);
	utf8_clean(text);
	/* Lines of several threads do not mix, and the room that one has seen is not another's. */
	pthread_mutex_lock(&mutex);
	tell_lost();
	if (!write_line(level, text))
		lost++;
	pthread_mutex_unlock(&mutex);
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
