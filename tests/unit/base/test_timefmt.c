/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "base/timefmt.h"

#define NONE INT64_MIN

static const struct {
	const char *text;
	int64_t instant; /* NONE = not an instant */
} instants[] = {
    {"1970-01-01T00:00:00.000Z", 0},
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:01Z", 1000},
    {"1969-12-31T23:59:59.999Z", -1},
    {"2026-07-01T02:00:04.000Z", 1782871204000},
    {"2026-07-01T02:00:04.123Z", 1782871204123},
    {"2026-07-01T02:00:04.1Z", 1782871204100},
    {"2026-07-01T02:00:04.12Z", 1782871204120},
    {"2026-07-01T02:00:04.123999999999Z", 1782871204123},
    {"2026-07-01T04:00:04+02:00", 1782871204000},
    {"2026-06-30T21:30:04.5-04:30", 1782871204500},
    {"2026-07-01T02:00:04+00:00", 1782871204000},
    {"2026-07-01T02:00:04-00:00", 1782871204000},
    /* leap years: every fourth, not the hundredth, but the four hundredth */
    {"2024-02-29T00:00:00Z", 1709164800000},
    {"2024-03-01T00:00:00Z", 1709251200000},
    {"2023-03-01T00:00:00Z", 1677628800000},
    {"2000-02-29T12:00:00Z", 951825600000},
    {"2000-12-31T00:00:00Z", 978220800000},
    {"2100-03-01T00:00:00Z", 4107542400000},
    {"2100-02-28T00:00:00Z", 4107456000000},
    {"2023-02-29T00:00:00Z", NONE},
    {"2100-02-29T00:00:00Z", NONE},
    {"2026-04-31T00:00:00Z", NONE},
    /* bounds */
    {"0001-01-01T00:00:00Z", -62135596800000},
    {"9999-12-31T23:59:59.999Z", 253402300799999},
    {"2026-12-31T23:59:60Z", 1798761600000}, /* a leap second */
    {"0000-01-01T00:00:00Z", NONE},
    {"2026-00-01T00:00:00Z", NONE},
    {"2026-13-01T00:00:00Z", NONE},
    {"2026-01-00T00:00:00Z", NONE},
    {"2026-01-32T00:00:00Z", NONE},
    {"2026-01-01T24:00:00Z", NONE},
    {"2026-01-01T00:60:00Z", NONE},
    {"2026-01-01T00:00:61Z", NONE},
    {"2026-01-01T00:00:00+24:00", NONE},
    {"2026-01-01T00:00:00+00:60", NONE},
    /* what is none */
    {"2026-07-01T02:00:04", 1782871204000},
    {"2026-07-01T02:00:04.000", 1782871204000},
    {"2026-07-01 02:00:04Z", 1782871204000},
    {"2026-07-01 02:00:04+00:00", 1782871204000},
    {"2026-07-01T04:00:04.25+0200", 1782871204250},
    {"2026-07-01T04:00:04+02", 1782871204000},
    {"2026-07-01T02:00:04,5Z", 1782871204500},
    {"", NONE},
    {"Z", NONE},
    {"now", NONE},
    {"2026", NONE},
    {"2026-07-01", NONE},
    {"2026-07-01T02:00:04.Z", NONE},
    {"2026-07-01T02:00:04.000Zjunk", NONE},
    {"2026-07-01T02:00:04.000Z ", NONE},
    {" 2026-07-01T02:00:04.000Z", NONE},
    {"2026-7-1T2:0:4Z", NONE},
    {"-026-07-01T02:00:04Z", NONE},
    {"+026-07-01T02:00:04Z", NONE},
    {"2026-07-01T02:00:-4Z", NONE},
    {"2026-07-01T02:00:04+", NONE},
    {"2026-07-01T02:00:04+2", NONE},
    {"2026-07-01T02:00:04+02:", NONE},
    {"20260701T020004Z", NONE},
    {"1782871204", NONE},
};

static void test_certificate_date(void)
{
	int64_t instant = 7;

	CU_ASSERT_TRUE(timefmt_parse_certificate_date("Jul  1 02:00:04 2026 GMT", &instant));
	EQUAL_NUMBER(instant, 1782871204000);
	CU_ASSERT_FALSE(timefmt_parse_certificate_date("Jul  1 02:00:04 2026", &instant));
	CU_ASSERT_FALSE(timefmt_parse_certificate_date("", &instant));
	CU_ASSERT_FALSE(timefmt_parse_certificate_date("2026-07-01 02:00:04 GMT", &instant));
	EQUAL_NUMBER(instant, 1782871204000);
}

static void test_instant_of(void)
{
	EQUAL_NUMBER(timefmt_instant_of(1782871204000), 1782871204000);
	EQUAL_NUMBER(timefmt_instant_of(1782871204), 1782871204000);
	EQUAL_NUMBER(timefmt_instant_of(1782871204.25), 1782871204250);
	EQUAL_NUMBER(timefmt_instant_of(253402300799999), 253402300799999);
	EQUAL_NUMBER(timefmt_instant_of(253402300800000), 0);
	EQUAL_NUMBER(timefmt_instant_of(0), 0);
	EQUAL_NUMBER(timefmt_instant_of(-1), 0);
	EQUAL_NUMBER(timefmt_instant_of(1e300), 0);
	EQUAL_NUMBER(timefmt_instant_of(NAN), 0);
}

static void test_parse_instant(void)
{
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		int64_t instant = 0;
		bool read = timefmt_parse_instant(instants[i].text, &instant);

		if (read != (instants[i].instant != NONE))
			FAIL("\"%s\" is %staken", instants[i].text, read ? "" : "not ");
		else if (read && instant != instants[i].instant)
			FAIL("\"%s\" is %lld, not %lld", instants[i].text, (long long)instant,
			     (long long)instants[i].instant);
		else
			CU_PASS("as it should be");
	}
}

/* The C library's calendar is the other opinion. */
static void test_every_day(void)
{
	for (int64_t day = -719162; day < 2932897; day += 13) {
		time_t seconds = (time_t)(day * 86400 + day % 86400);
		char text[64];
		struct tm utc;
		int64_t instant = 0;

		gmtime_r(&seconds, &utc);
		snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900,
			 utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
		if (utc.tm_year + 1900 < 1)
			continue;
		if (!timefmt_parse_instant(text, &instant) || instant != (int64_t)seconds * 1000)
			FAIL("%s is %lld", text, (long long)instant);
	}
	CU_PASS("went through");
}

static void test_format_instant(void)
{
	static const struct {
		int64_t instant;
		const char *text;
	} cases[] = {
	    {0, "1970-01-01T00:00:00.000Z"},
	    {-1, "1969-12-31T23:59:59.999Z"},
	    {-1000, "1969-12-31T23:59:59.000Z"},
	    {1782871204007, "2026-07-01T02:00:04.007Z"},
	    {253402300799999, "9999-12-31T23:59:59.999Z"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[TIMEFMT_INSTANT_SIZE];
		int64_t back = 0;

		timefmt_format_instant(cases[i].instant, text);
		EQUAL_TEXT(text, cases[i].text);
		CU_ASSERT_TRUE(timefmt_parse_instant(text, &back));
		EQUAL_NUMBER(back, cases[i].instant);
	}
}

static void test_parse_duration(void)
{
	static const struct {
		const char *text;
		int seconds; /* -1 = not a duration */
	} cases[] = {
	    {"0s", 0},
	    {"1s", 1},
	    {"90s", 90},
	    {"007m", 420},
	    {"24h", 86400},
	    {"7d", 604800},
	    {"2147483647s", INT_MAX},
	    {"2147483648s", -1},
	    {"24855d", 2147472000},
	    {"24856d", -1},
	    {"99999999999999999999999d", -1},
	    {"", -1},
	    {"s", -1},
	    {"60", -1},
	    {"-1s", -1},
	    {"+1s", -1},
	    {" 1s", -1},
	    {"1s ", -1},
	    {"1 s", -1},
	    {"1.5h", -1},
	    {"1h30m", -1},
	    {"1S", -1},
	    {"1w", -1},
	    {"1ms", -1},
	    {"0x10s", -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int seconds = -1;
		bool read = timefmt_parse_duration(cases[i].text, &seconds);

		if (read != (cases[i].seconds >= 0) || (read && seconds != cases[i].seconds))
			FAIL("\"%s\" is %staken, %d", cases[i].text, read ? "" : "not ", seconds);
		else
			CU_PASS("as it should be");
	}
}

/* Seconds, a date of HTTP, an ISO-8601 instant. Counted from 2026-11-23T12:00:00.5Z. */
static void test_retry_after(void)
{
	static const struct {
		const char *text;
		int seconds;
	} cases[] = {
	    {"0", 0},
	    {"1", 1},
	    {"120", 120},
	    {"86400", 86400},
	    {"86401", 86400},
	    {"99999999999999999999", 86400},
	    {"Mon, 23 Nov 2026 12:00:31 GMT", 31}, /* rounded up: never too early */
	    {"Mon, 23 Nov 2026 12:00:00 GMT", 0},
	    {"Mon, 23 Nov 2026 11:59:00 GMT", 0},
	    {"Tue, 01 Dec 2026 12:00:00 GMT", 86400},
	    {"Monday, 23-Nov-26 12:00:31 GMT", 31},
	    {"Mon Nov 23 12:00:31 2026", 31},
	    {"Mon Nov  2 12:00:31 2026", 0},
	    {"Mon Dec  7 12:00:31 2026", 86400},
	    {"Monday, 23-Nov-26 12:00:31", 0},
	    {"Mon Nov 23 12:00:31 2026 GMT", 0},
	    {"2026-11-23T12:00:10.500Z", 10},
	    {"2026-11-23T13:00:10.5+01:00", 10},
	    {"2026-11-23T11:00:00Z", 0},
	    {"2027-11-23T11:00:00Z", 86400},
	    {"", 0},
	    {"soon", 0},
	    {"-5", 0},
	    {"5 s", 0},
	    {"1.5", 0},
	    {"Mon, 23 Nov 2026 12:01:00", 0},
	    {"Mon, 23 Xxx 2026 12:01:00 GMT", 0},
	    {"Mon, 23 anF 2026 12:01:00 GMT", 0},
	    {"23 Nov 2026 12:01:00 GMT", 0},
	    {"Mon, 23", 0},
	    {"Mon", 0},
	};
	int64_t now = 0;

	CU_ASSERT_TRUE_FATAL(timefmt_parse_instant("2026-11-23T12:00:00.5Z", &now));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int seconds = timefmt_parse_retry_after(cases[i].text, now);

		if (seconds != cases[i].seconds)
			FAIL("\"%s\" is %d s, not %d", cases[i].text, seconds, cases[i].seconds);
		else
			CU_PASS("as it should be");
	}
}

static void test_date_and_time(void)
{
	static const struct {
		const char *zone;
		int64_t instant;
		size_t length;
		unsigned char octets[TIMEFMT_DATE_AND_TIME_SIZE];
	} cases[] = {
	    {"UTC", 0, 8, {0}},
	    {"UTC", -5, 8, {0}},
	    {"UTC", 1782871204900, 11, {0x07, 0xea, 7, 1, 2, 0, 4, 9, '+', 0, 0}},
	    {"XXX-5:45", 1782871204099, 11, {0x07, 0xea, 7, 1, 7, 45, 4, 0, '+', 5, 45}},
	    {"YYY+3:30", 1782871204000, 11, {0x07, 0xea, 6, 30, 22, 30, 4, 0, '-', 3, 30}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned char octets[TIMEFMT_DATE_AND_TIME_SIZE];

		setenv("TZ", cases[i].zone, 1);
		tzset();
		EQUAL_NUMBER(timefmt_date_and_time(cases[i].instant, octets), cases[i].length);
		if (memcmp(octets, cases[i].octets, cases[i].length) != 0)
			FAIL("case %zu has other octets", i);
	}
}

static void test_clocks(void)
{
	int64_t before = timefmt_monotonic(), now = timefmt_now();

	CU_ASSERT_TRUE(now / 1000 - time(NULL) <= 1 && time(NULL) - now / 1000 <= 1);
	CU_ASSERT_TRUE(timefmt_monotonic() >= before);
}

static const struct harness_test tests[] = {
    {"instants", test_parse_instant},
    {"instants as numbers", test_instant_of},
    {"dates of certificates", test_certificate_date},
    {"the calendar of 9999 years", test_every_day},
    {"instants written", test_format_instant},
    {"durations", test_parse_duration},
    {"Retry-After in its three forms", test_retry_after},
    {"DateAndTime", test_date_and_time},
    {"clocks", test_clocks},
    {NULL, NULL},
};

const struct harness_suite timefmt_suite = {"timefmt", tests};
