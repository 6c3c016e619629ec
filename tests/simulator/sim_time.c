/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_time.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

enum { DAY_S = 86400 };

struct date {
	int64_t year;
	int month;
	int day;
};

int64_t sim_time_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Years begin in March here, so that the leap day is the last one and months need no table. */
static int64_t days_from_date(struct date date)
{
	int64_t year = date.month > 2 ? date.year : date.year - 1;
	int64_t era = year / 400;
	int64_t in_era = year % 400;
	int64_t in_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static struct date date_from_days(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = shifted / 146097;
	int64_t in_era = shifted % 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153;
	struct date date = {
	    .year = year + era * 400 + (month >= 10),
	    .month = (int)(month < 10 ? month + 3 : month - 9),
	    .day = (int)(in_year - (153 * month + 2) / 5 + 1),
	};

	return date;
}

static char *put_digits(char *at, int64_t number, int width)
{
	for (int i = width - 1; i >= 0; i--) {
		at[i] = (char)('0' + number % 10);
		number /= 10;
	}
	return at + width;
}

void sim_time_format(int64_t ms, char text[SIM_TIME_SIZE])
{
	int64_t seconds = ms / 1000;
	struct date date = date_from_days(seconds / DAY_S);
	int64_t clock = seconds % DAY_S;
	char *at = text;

	at = put_digits(at, date.year, 4);
	*at++ = '-';
	at = put_digits(at, date.month, 2);
	*at++ = '-';
	at = put_digits(at, date.day, 2);
	*at++ = 'T';
	at = put_digits(at, clock / 3600, 2);
	*at++ = ':';
	at = put_digits(at, clock / 60 % 60, 2);
	*at++ = ':';
	at = put_digits(at, clock % 60, 2);
	*at++ = '.';
	at = put_digits(at, ms % 1000, 3);
	*at++ = 'Z';
	*at = '\0';
}

void sim_time_format_span(int64_t ms, char text[SIM_TIME_SIZE])
{
	int hours = (int)(ms / SIM_HOUR_MS);
	int minutes = (int)(ms / SIM_MINUTE_MS % 60);
	int seconds = (int)(ms / SIM_SECOND_MS % 60);
	int at = snprintf(text, SIM_TIME_SIZE, "PT");

	if (hours)
		at += snprintf(text + at, SIM_TIME_SIZE - (size_t)at, "%dH", hours);
	if (minutes)
		at += snprintf(text + at, SIM_TIME_SIZE - (size_t)at, "%dM", minutes);
	if (seconds || at == 2)
		snprintf(text + at, SIM_TIME_SIZE - (size_t)at, "%dS", seconds);
}

/* Reads exactly as many digits as `pattern` has 'd'; every other character stands for itself. */
static const char *read_pattern(const char *text, const char *pattern, int *fields)
{
	int field = -1;
	bool inside = false;

	for (; *pattern; pattern++, text++) {
		if (*pattern != 'd') {
			inside = false;
			if (*text != *pattern)
				return NULL;
			continue;
		}
		if (!isdigit((unsigned char)*text))
			return NULL;
		if (!inside)
			fields[++field] = 0;
		inside = true;
		fields[field] = fields[field] * 10 + (*text - '0');
	}
	return text;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static const char *read_fraction(const char *text, int *ms)
{
	int weight = 100;

	*ms = 0;
	if (*text != '.')
		return text;
	if (!isdigit((unsigned char)*++text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++, weight /= 10)
		*ms += (*text - '0') * weight;
	return text;
}

bool sim_time_parse(const char *text, int64_t *ms)
{
	enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FIELDS };
	int at[FIELDS];
	int fraction;
	int64_t days;

	text = read_pattern(text, "dddd-dd-ddTdd:dd:dd", at);
	if (text)
		text = read_fraction(text, &fraction);
	if (!text || text[0] != 'Z' || text[1])
		return false;
	if (at[YEAR] < 1970 || at[MONTH] < 1 || at[MONTH] > 12 || at[DAY] < 1 || at[HOUR] > 23 ||
	    at[MINUTE] > 59 || at[SECOND] > 59)
		return false;
	if (at[DAY] > days_in_month(at[YEAR], at[MONTH]))
		return false;
	days = days_from_date((struct date){at[YEAR], at[MONTH], at[DAY]});
	*ms = ((days * 24 + at[HOUR]) * 60 + at[MINUTE]) * 60000 + at[SECOND] * 1000 + fraction;
	return true;
}
