/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/column.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "base/utf8.h"
#include "tables/reason.h"

#define AGE_NEVER UINT32_MAX
#define DAY_MS INT64_C(86400000)

/* The value of a member of a row, by its type. */
#define TEXT(member) (*(const char *const *)(member))
#define U32(member) (*(const uint32_t *)(member))
#define U64(member) (*(const uint64_t *)(member))
#define I32(member) (*(const int32_t *)(member))
#define INSTANT(member) (*(const int64_t *)(member))

/* Values for SNMP. */

static void set_string(struct column_value *value, const char *string)
{
	value->string = string;
	value->length = utf8_cut(string, COLUMN_STRING_MAX);
}

static void get_text(const void *member, struct column_value *value)
{
	set_string(value, TEXT(member));
}

static void get_chars(const void *member, struct column_value *value)
{
	set_string(value, member);
}

static void get_reason(const void *member, struct column_value *value)
{
	set_string(value, reason_text(U32(member)));
}

static void get_u32(const void *member, struct column_value *value)
{
	value->number = U32(member);
}

static void get_u64(const void *member, struct column_value *value)
{
	value->number = U64(member);
}

static void get_mebibytes(const void *member, struct column_value *value)
{
	value->number = U64(member) / (1024 * 1024);
}

static void get_enum(const void *member, struct column_value *value)
{
	value->integer = U32(member);
}

static void get_i32(const void *member, struct column_value *value)
{
	value->integer = I32(member);
}

/* Not negative, even if the clock was set back. */
static uint64_t seconds_since(int64_t instant, int64_t now)
{
	return now > instant ? (uint64_t)(now - instant) / 1000 : 0;
}

/* The age at the time of the request. */
static void get_age(const void *member, struct column_value *value)
{
	uint64_t age = seconds_since(INSTANT(member), timefmt_now());

	value->number = age < AGE_NEVER ? age : AGE_NEVER - 1;
	if (INSTANT(member) == 0)
		value->number = AGE_NEVER;
}

static void get_elapsed(const void *member, struct column_value *value)
{
	get_age(member, value);
	if (INSTANT(member) == 0)
		value->number = 0;
}

/* Compared at the time of the request: it can become true without a refresh. */
static void get_reached(const void *member, struct column_value *value)
{
	value->integer = timefmt_now() >= INSTANT(member) ? 1 : 2;
}

/* To count 20,000 instants takes less time than a request does, so they need not be sorted. */
static uint64_t count_come(const struct column_instants *instants, int64_t now)
{
	uint64_t come = 0;

	for (size_t i = 0; i < instants->count; i++)
		come += instants->at[i] <= now;
	return come;
}

static void get_come(const void *member, struct column_value *value)
{
	value->number = count_come(member, timefmt_now());
}

static void get_truth(const void *member, struct column_value *value)
{
	value->integer = *(const bool *)member ? 1 : 2;
}

static int64_t days_until(int64_t instant, int64_t now)
{
	if (instant == 0)
		return -1;
	return instant > now ? (instant - now) / DAY_MS : 0;
}

static void get_days(const void *member, struct column_value *value)
{
	value->integer = days_until(INSTANT(member), timefmt_now());
}

static void get_date(const void *member, struct column_value *value)
{
	_Static_assert(sizeof(value->scratch) >= TIMEFMT_DATE_AND_TIME_SIZE, "no room");
	value->length = timefmt_date_and_time(INSTANT(member), (unsigned char *)value->scratch);
	value->string = value->scratch;
}

static void get_timestamp(const void *member, struct column_value *value)
{
	value->integer = INSTANT(member);
}

/* Texts for people and for JSON, of kinds where they are not simply the value for SNMP. */

static const char *write_number(uint64_t number, char room[COLUMN_ROOM])
{
	snprintf(room, COLUMN_ROOM, "%" PRIu64, number);
	return room;
}

static const char *print_percent(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	(void)now;
	snprintf(room, COLUMN_ROOM, "%" PRIu32 ".%02" PRIu32, U32(member) / 100, U32(member) % 100);
	return room;
}

static const char *print_told(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	(void)now;
	return I32(member) < 0 ? NULL : write_number((uint64_t)I32(member), room);
}

static const char *print_share(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	return I32(member) < 0 ? NULL : print_percent(member, now, room);
}

static const char *print_truth(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	(void)now;
	(void)room;
	return *(const bool *)member ? "true" : "false";
}

static const char *print_days(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	int64_t days = days_until(INSTANT(member), now);

	return days < 0 ? NULL : write_number((uint64_t)days, room);
}

static const char *print_limit(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	(void)now;
	return U32(member) == 0 ? NULL : write_number(U32(member), room);
}

static const char *print_age(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	return INSTANT(member) == 0 ? NULL
				    : write_number(seconds_since(INSTANT(member), now), room);
}

static const char *print_reached(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	(void)room;
	return now >= INSTANT(member) ? "true" : "false";
}

static const char *print_come(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	return write_number(count_come(member, now), room);
}

static const char *print_instant(const void *member, int64_t now, char room[COLUMN_ROOM])
{
	_Static_assert(COLUMN_ROOM >= TIMEFMT_INSTANT_SIZE, "no room");
	(void)now;
	timefmt_format_instant(INSTANT(member), room);
	return INSTANT(member) == 0 ? NULL : room;
}

#define IN_BYTES .unit = COLUMN_IN_BYTES
#define IN_SECONDS .unit = COLUMN_IN_SECONDS
#define KIND(name, type_, get_, print_, is_text_, member_, ...)                                    \
	const struct column_kind column_##name = {.type = (type_),                                 \
						  .get = (get_),                                   \
						  .print = (print_),                               \
						  .is_text = (is_text_),                           \
						  .member = (member_),                             \
						  __VA_ARGS__}

KIND(SITE, COLUMN_STRING, get_text, NULL, true, COLUMN_OF_OTHER);
KIND(TEXT, COLUMN_STRING, get_text, NULL, true, COLUMN_OF_TEXT);
KIND(CHARS, COLUMN_STRING, get_chars, NULL, true, COLUMN_OF_OTHER);
KIND(REASON, COLUMN_STRING, get_reason, NULL, true, COLUMN_OF_U32);
KIND(DATE, COLUMN_STRING, get_date, print_instant, true, COLUMN_OF_I64);
KIND(ENUM, COLUMN_INTEGER, get_enum, NULL, true, COLUMN_OF_U32);
KIND(SIGNED, COLUMN_INTEGER, get_i32, NULL, false, COLUMN_OF_I32);
KIND(TOLD, COLUMN_INTEGER, get_i32, print_told, false, COLUMN_OF_I32);
KIND(SHARE, COLUMN_INTEGER, get_i32, print_share, false, COLUMN_OF_I32);
KIND(TRUTH, COLUMN_INTEGER, get_truth, print_truth, false, COLUMN_OF_BOOL);
KIND(DAYS, COLUMN_INTEGER, get_days, print_days, false, COLUMN_OF_I64);
KIND(REACHED, COLUMN_INTEGER, get_reached, print_reached, false, COLUMN_OF_I64);
KIND(NUMBER, COLUMN_GAUGE, get_u32, NULL, false, COLUMN_OF_U32);
KIND(LARGE, COLUMN_GAUGE, get_u64, NULL, false, COLUMN_OF_U64);
KIND(MEBIBYTES, COLUMN_GAUGE, get_mebibytes, NULL, false, COLUMN_OF_U64, IN_BYTES);
KIND(PERCENT, COLUMN_GAUGE, get_u32, print_percent, false, COLUMN_OF_U32);
KIND(LIMIT, COLUMN_GAUGE, get_u32, print_limit, false, COLUMN_OF_U32, IN_SECONDS);
KIND(DURATION, COLUMN_GAUGE, get_u32, NULL, false, COLUMN_OF_U32, IN_SECONDS);
KIND(AGE, COLUMN_GAUGE, get_age, print_age, false, COLUMN_OF_I64, IN_SECONDS, .none = "never");
KIND(ELAPSED, COLUMN_GAUGE, get_elapsed, print_age, false, COLUMN_OF_I64, IN_SECONDS);
KIND(COME, COLUMN_GAUGE, get_come, print_come, false, COLUMN_OF_OTHER);
KIND(COUNTER, COLUMN_COUNTER32, get_u32, NULL, false, COLUMN_OF_U32);
KIND(AMOUNT, COLUMN_COUNTER64, get_u64, NULL, false, COLUMN_OF_U64);
KIND(BYTES, COLUMN_COUNTER64, get_u64, NULL, false, COLUMN_OF_U64, IN_BYTES);
KIND(TIMESTAMP, COLUMN_TICKS, get_timestamp, print_instant, true, COLUMN_OF_I64);

void column_get(const struct column *column, const void *row, struct column_value *value)
{
	column->kind->get((const char *)row + column->offset, value);
}

const char *column_print(const struct column *column, const void *row, int64_t now,
			 char room[COLUMN_ROOM])
{
	struct column_value value;

	if (column->kind->print)
		return column->kind->print((const char *)row + column->offset, now, room);
	column_get(column, row, &value);
	if (column->words)
		return column->words[value.integer];
	if (column->kind->type == COLUMN_STRING)
		return value.string;
	if (column->kind->type != COLUMN_INTEGER)
		return write_number(value.number, room);
	snprintf(room, COLUMN_ROOM, "%" PRId64, value.integer);
	return room;
}

bool column_number(const struct column *column, const void *row, int64_t now, uint64_t *number)
{
	const void *member = (const char *)row + column->offset;
	char room[COLUMN_ROOM];
	const char *text;

	if (column->kind->member == COLUMN_OF_U64) {
		*number = U64(member);
		return true;
	}
	text = column->kind->is_text ? NULL : column_print(column, row, now, room);
	if (!text || *text < '0' || *text > '9')
		return false;
	*number = strtoull(text, NULL, 10);
	return true;
}

/* Removes END from the end of KEY. */
static void take_off(char *key, const char *end)
{
	size_t length = strlen(key), less = strlen(end);

	if (length >= less && strcmp(key + length - less, end) == 0)
		key[length - less] = '\0';
}

void column_key(const struct column *column, const char *prefix, char key[COLUMN_KEY_SIZE])
{
	if (column->key) {
		snprintf(key, COLUMN_KEY_SIZE, "%s", column->key);
		return;
	}
	snprintf(key, COLUMN_KEY_SIZE, "%s", column->name + strlen(prefix));
	take_off(key, "Label");
	take_off(key, "Code");
	if (!*key)
		snprintf(key, COLUMN_KEY_SIZE, "%s", prefix + strlen("nbu"));
	*key = (char)tolower((unsigned char)*key);
}

void column_heading(const struct column *column, const char *prefix, char heading[COLUMN_KEY_SIZE])
{
	char key[COLUMN_KEY_SIZE];
	size_t length = 0;

	column_key(column, prefix, key);
	for (const char *at = key; *at && length < COLUMN_KEY_SIZE - 2; at++) {
		if (isupper((unsigned char)*at))
			heading[length++] = ' ';
		heading[length++] = (char)toupper((unsigned char)*at);
	}
	heading[length] = '\0';
	if (column->kind == &column_AGE || column->kind == &column_ELAPSED)
		take_off(heading, " AGE");
	if (column->heading)
		snprintf(heading, COLUMN_KEY_SIZE, "%s", column->heading);
}
