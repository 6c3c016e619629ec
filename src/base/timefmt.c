/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/timefmt.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY 86400

static int64_t clock_millis(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t timefmt_now(void)
{
	return clock_millis(CLOCK_REALTIME);
}

int64_t timefmt_monotonic(void)
{
	return clock_millis(CLOCK_MONOTONIC);
}

/* Reads DIGITS digits at *AT and moves behind them; -1 when there are fewer. */
static int read_digits(const char **at, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static bool read_character(const char **at, char character)
{
	if (**at != character)
		return false;
	(*at)++;
	return true;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the given day of the proleptic Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t past = year - 1; /* whole years since year 1 */

	return past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1] + day -
	       1 + (is_leap(year) && month > 2);
}

static bool read_date(const char **at, int64_t *days)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;

	year = read_digits(at, 4);
	if (year < 1 || !read_character(at, '-'))
		return false;
	month = read_digits(at, 2);
	if (month < 1 || month > 12 || !read_character(at, '-'))
		return false;
	day = read_digits(at, 2);
	if (day < 1 || day > lengths[month - 1] + (month == 2 && is_leap(year)))
		return false;
	*days = days_of(year, month, day);
	return true;
}

static bool read_time(const char **at, int64_t *seconds)
{
	int hour, minute, second;

	hour = read_digits(at, 2);
	if (hour < 0 || hour > 23 || !read_character(at, ':'))
		return false;
	minute = read_digits(at, 2);
	if (minute < 0 || minute > 59 || !read_character(at, ':'))
		return false;
	second = read_digits(at, 2);
	if (second < 0 ||
	    second > 60) /* 60 is a leap second; it becomes the first of the next minute */
		return false;
	*seconds = (hour * 60 + minute) * 60 + second;
	return true;
}

/* A fraction of a second, where there is one. It may have any length; milliseconds are read. */
static bool read_fraction(const char **at, int64_t *millis)
{
	int weight = 100;

	*millis = 0;
	if (!read_character(at, '.') && !read_character(at, ','))
		return true;
	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at); (*at)++, weight /= 10)
		*millis += (**at - '0') * weight;
	return true;
}

static bool read_zone(const char **at, int64_t *seconds)
{
	int sign = **at == '-' ? -1 : 1;
	int hour, minute;

	*seconds = 0;
	if (read_character(at, 'Z') || **at == '\0')
		return true;
	if (!read_character(at, '+') && !read_character(at, '-'))
		return false;
	hour = read_digits(at, 2);
	if (hour < 0 || hour > 23)
		return false;
	minute = !read_character(at, ':') && **at == '\0' ? 0 : read_digits(at, 2);
	if (minute < 0 || minute > 59)
		return false;
	*seconds = sign * (hour * 60 + minute) * 60;
	return true;
}

bool timefmt_parse_instant(const char *text, int64_t *instant)
{
	int64_t days, seconds, millis, zone;
	const char *at = text;

	if (!read_date(&at, &days) || !(read_character(&at, 'T') || read_character(&at, ' ')) ||
	    !read_time(&at, &seconds) || !read_fraction(&at, &millis) || !read_zone(&at, &zone) ||
	    *at != '\0')
		return false;
	*instant = (days * DAY + seconds - zone) * 1000 + millis;
	return true;
}

int64_t timefmt_instant_of(double number)
{
	/* The one is 1973 in milliseconds and 5138 in seconds, the other the end of 9999. */
	if (number >= 1e11)
		return number < 253402300800000.0 ? (int64_t)number : 0;
	return number > 0 ? (int64_t)(number * 1000) : 0;
}

void timefmt_format_instant(int64_t instant, char out[TIMEFMT_INSTANT_SIZE])
{
	int64_t millis = instant % 1000;
	time_t seconds = (time_t)(instant / 1000);
	struct tm utc;
	size_t length;

	if (millis < 0) {
		millis += 1000;
		seconds--;
	}
	gmtime_r(&seconds, &utc);
	length = strftime(out, TIMEFMT_INSTANT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out + length, TIMEFMT_INSTANT_SIZE - length, ".%03dZ", (int)millis);
}

bool timefmt_parse_duration(const char *text, int *seconds)
{
	static const struct unit {
		char letter;
		int seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY}};
	int64_t number = 0;
	const char *at = text;

	for (; isdigit((unsigned char)*at) && number <= INT_MAX; at++)
		number = number * 10 + (*at - '0');
	if (at == text || *at == '\0' || at[1] != '\0')
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (units[i].letter != *at || number > INT_MAX / units[i].seconds)
			continue;
		*seconds = (int)number * units[i].seconds;
		return true;
	}
	return false;
}

static bool parse_by(const char *form, const char *text, int64_t *instant)
{
	struct tm utc = {0};
	const char *end = strptime(text, form, &utc);

	if (!end || *end != '\0')
		return false;
	*instant = (int64_t)timegm(&utc) * 1000;
	return true;
}

bool timefmt_parse_http_date(const char *text, int64_t *instant)
{
	static const char *const forms[] = {
	    "%a, %d %b %Y %H:%M:%S GMT", /* IMF-fixdate */
	    "%A, %d-%b-%y %H:%M:%S GMT", /* RFC 850 */
	    "%a %b %e %H:%M:%S %Y",	 /* asctime */
	};

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (parse_by(forms[i], text, instant))
			return true;
	return false;
}

bool timefmt_parse_certificate_date(const char *text, int64_t *instant)
{
	return parse_by("%b %d %H:%M:%S %Y GMT", text, instant);
}

int timefmt_parse_retry_after(const char *text, int64_t now)
{
	int64_t seconds = 0, instant;
	const char *at = text;

	while (isdigit((unsigned char)*at) && seconds <= DAY)
		seconds = seconds * 10 + (*at++ - '0');
	if (at == text || (*at != '\0' && seconds <= DAY)) {
		if (!timefmt_parse_instant(text, &instant) &&
		    !timefmt_parse_http_date(text, &instant))
			return 0;
		seconds = (instant - now + 999) / 1000;
	}
	if (seconds < 0)
		return 0;
	return seconds > DAY ? DAY : (int)seconds;
}

size_t timefmt_date_and_time(int64_t instant, unsigned char out[TIMEFMT_DATE_AND_TIME_SIZE])
{
	time_t seconds = (time_t)(instant / 1000);
	struct tm local;
	long offset;

	memset(out, 0, TIMEFMT_DATE_AND_TIME_SIZE);
	if (instant <= 0 || !localtime_r(&seconds, &local))
		return 8;
	offset = labs(local.tm_gmtoff) / 60;
	out[0] = (unsigned char)((local.tm_year + 1900) >> 8);
	out[1] = (unsigned char)((local.tm_year + 1900) & 0xff);
	out[2] = (unsigned char)(local.tm_mon + 1);
	out[3] = (unsigned char)local.tm_mday;
	out[4] = (unsigned char)local.tm_hour;
	out[5] = (unsigned char)local.tm_min;
	out[6] = (unsigned char)local.tm_sec;
	out[7] = (unsigned char)(instant % 1000 / 100);
	out[8] = local.tm_gmtoff < 0 ? '-' : '+';
	out[9] = (unsigned char)(offset / 60);
	out[10] = (unsigned char)(offset % 60);
	return TIMEFMT_DATE_AND_TIME_SIZE;
}
