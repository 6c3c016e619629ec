/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_TIME_H
#define SIM_TIME_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SIM_SECOND_MS = 1000,
	SIM_MINUTE_MS = 60 * SIM_SECOND_MS,
	SIM_HOUR_MS = 60 * SIM_MINUTE_MS,
};

/* Longest text of the two formats below, with its NUL. */
enum { SIM_TIME_SIZE = 40 };

/* The local clock in milliseconds since 1970. */
int64_t sim_time_now_ms(void);

/* Writes an instant as 2026-07-01T02:00:04.123Z. */
void sim_time_format(int64_t ms, char text[SIM_TIME_SIZE]);

/* Writes a span as an ISO-8601 duration of whole seconds: PT5H7S. */
void sim_time_format_span(int64_t ms, char text[SIM_TIME_SIZE]);

/*
 * Reads 2026-07-01T02:00:04Z with an optional fraction, of which milliseconds count.
 * The whole text must be the instant. False when it is not one.
 */
bool sim_time_parse(const char *text, int64_t *ms);

#endif
