/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

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

/* Each line is one write, so that the lines of several threads do not mix. */
static void write_stderr(enum log_level level, const char *text)
{
	char line[1200], now[TIMEFMT_INSTANT_SIZE];
	int length;

	timefmt_format_instant(timefmt_now(), now);
	length = snprintf(line, sizeof line, "%s %s: %s\n", now, levels[level].name, text);
	if (write(STDERR_FILENO, line, (size_t)length) < 0)
		return; /* there is no other place to report it */
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
