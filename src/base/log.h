/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOG_H
#define LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_target { LOG_TARGET_STDERR, LOG_TARGET_SYSLOG };

/*
 * Sets where messages go, and the least urgent level that is written. The main thread may call it
 * again at any time. Before the first call errors and warnings go to standard error.
 */
void log_open(enum log_target target, enum log_level level);

/*
 * From now on a line that would have to wait is left out, for who does not read the log must not
 * stop the answers. How many were lost is told with the next line that can be written, or by
 * log_end.
 */
void log_never_wait(void);
void log_end(void);

/*
 * Each logs one line; FORMAT has no newline at its end. Any thread may call them. A message must
 * not hold secrets.
 */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
