/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TIMEFMT_H
#define TIMEFMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Instants are milliseconds since 1970-01-01T00:00:00Z, durations whole seconds. */

#define TIMEFMT_INSTANT_SIZE 32
#define TIMEFMT_DATE_AND_TIME_SIZE 11

/* The local clock, as an instant. */
int64_t timefmt_now(void);

/* Milliseconds of a clock that nobody sets and that never goes back. For measuring. */
int64_t timefmt_monotonic(void);

/*
 * Reads an ISO-8601 instant as the REST API writes them (2026-07-01T02:00:04.000Z). A space may
 * stand for the T. The fraction may be absent or of any length, the zone Z, +hh:mm, +hhmm, +hh or
 * absent, which is Z. False when TEXT is anything else.
 */
bool timefmt_parse_instant(const char *text, int64_t *instant);

/* The instant that NUMBER means, which is milliseconds or seconds since 1970; 0 = none. */
int64_t timefmt_instant_of(double number);

/* Writes INSTANT as 2026-07-01T02:00:04.000Z, as the filters of the REST API need it. */
void timefmt_format_instant(int64_t instant, char out[TIMEFMT_INSTANT_SIZE]);

/*
 * Reads a duration of the configuration: a whole number with s, m, h or d ("90s", "24h"). False
 * when TEXT is anything else or does not fit an int.
 */
bool timefmt_parse_duration(const char *text, int *seconds);

/*
 * Reads the date of an HTTP header, such as "Tue, 15 Nov 1994 08:12:31 GMT", or in one of the two
 * older forms that whoever reads such dates must know, too (RFC 9110, 5.6.7). False when TEXT is
 * anything else; then *INSTANT is not changed.
 */
bool timefmt_parse_http_date(const char *text, int64_t *instant);

/*
 * Reads the date of a certificate as OpenSSL prints it, such as "Nov 27 10:00:00 2027 GMT". False
 * when TEXT is anything else; then *INSTANT is not changed.
 */
bool timefmt_parse_certificate_date(const char *text, int64_t *instant);

/*
 * Reads the value of a Retry-After header: seconds or a date (RFC 9110, 10.2.3), or an ISO-8601
 * instant, as the vendor's servers send it. NOW is the server's time: the result for a date is
 * counted from it. Returns seconds, from 0 to a day; 0 also when TEXT is anything else.
 */
int timefmt_parse_retry_after(const char *text, int64_t now);

/*
 * Writes INSTANT in local time as a DateAndTime (RFC 2579) and returns its length, 11 octets.
 * Instant 0 means never and gives 8 octets that are zero.
 */
size_t timefmt_date_and_time(int64_t instant, unsigned char out[TIMEFMT_DATE_AND_TIME_SIZE]);

#endif
