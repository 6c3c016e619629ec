/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/field.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/attribute.h"

#define NAME_SIZE 64

/* More bytes cannot be real. */
#define SIZE_MAX_REAL 9e18

/* 2000-01-01. NetBackup has no earlier dates; what looks like one is a number of another kind. */
#define EARLIEST INT64_C(946684800000)

/* WORD without the prefix of FIELD. */
static const char *strip(const struct field *field, const char *word)
{
	size_t length = field->prefix ? strlen(field->prefix) : 0;

	return length && strncasecmp(word, field->prefix, length) == 0 ? word + length : word;
}

FIELD_KIND(NAME)
{
	(void)field;
	(void)clock;
	*(const char **)member = attribute_name(value);
}

FIELD_KIND(WORD)
{
	const char *word = json_word(value);

	(void)clock;
	*(const char **)member = word ? strip(field, word) : "";
}

FIELD_KIND(ENUM)
{
	const char *text = json_string(value), *word = text ? strip(field, text) : "";
	unsigned i = 1;

	(void)clock;
	while (field->words[i] && strcasecmp(field->words[i], word) != 0)
		i++;
	*(unsigned *)member = field->words[i] ? i : 1;
}

FIELD_KIND(FLAG)
{
	(void)field;
	(void)clock;
	*(bool *)member = json_is_true(value);
}

FIELD_KIND(COUNT)
{
	(void)field;
	(void)clock;
	*(uint32_t *)member = (uint32_t)attribute_amount(value, UINT32_MAX);
}

FIELD_KIND(SIZE)
{
	double number = json_amount(value);

	(void)field;
	(void)clock;
	*(uint64_t *)member = number > 0 && number < SIZE_MAX_REAL ? (uint64_t)number : 0;
}

FIELD_KIND(PERCENT)
{
	(void)field;
	(void)clock;
	*(uint32_t *)member = attribute_percent(value);
}

FIELD_KIND(SHARE)
{
	(void)field;
	(void)clock;
	*(int32_t *)member = json_amount(value) >= 0 ? (int32_t)attribute_percent(value) : -1;
}

int64_t field_instant(const struct json *value)
{
	int64_t instant = attribute_instant(value);

	return instant >= EARLIEST ? instant : 0;
}

FIELD_KIND(INSTANT)
{
	int64_t instant = field_instant(value);

	(void)field;
	*(int64_t *)member = instant ? instant - clock->skew : 0;
}

const struct json *field_find(const struct json *element, const char *path)
{
	char name[NAME_SIZE];

	for (const char *end; path && element; path = *end ? end + 1 : NULL) {
		end = path + strcspn(path, "/");
		snprintf(name, sizeof name, "%.*s", (int)(end - path), path);
		element = json_member(element, name);
	}
	return element;
}

void field_read_all(const struct field *fields, size_t count, const struct json *element,
		    const struct field_clock *clock, void *row)
{
	const struct json *attributes = json_member(element, "attributes");

	for (size_t i = 0; i < count; i++)
		fields[i].read(&fields[i], field_find(attributes, fields[i].path), clock,
			       (char *)row + fields[i].offset);
}

void field_count_parts(const struct json *element, const char *list, const char *state,
		       const char *word, uint32_t *all, uint32_t *down)
{
	const struct json *parts = json_member(json_member(element, "attributes"), list);

	*all = *down = 0;
	for (const struct json *at = json_first(parts); at; at = json_next(at)) {
		const char *found = json_word(json_member(at, state));

		++*all;
		*down += found && strcmp(found, word) == 0;
	}
}

/* A little more than all there is may be in use; far more is a mistake. */
#define MOST 2.0

/* So that 57 of 100 is not a little less than 57 %. */
#define INEXACT 1e-6

int32_t field_share(const struct json *element, const char *used, const char *free, uint64_t total)
{
	const struct json *attributes = json_member(element, "attributes");
	double in_use = json_amount(field_find(attributes, used)) / (double)total;
	double left = json_amount(field_find(attributes, free)) / (double)total;

	if (total == 0 || (in_use == 0 && left == 0))
		return -1;
	/* What is not told is no number, and compares with nothing. */
	if (in_use >= 0 && in_use <= MOST)
		return in_use < 1 ? (int32_t)(in_use * 10000 + INEXACT) : 10000;
	if (left >= 0 && left <= 1)
		return (int32_t)((1 - left) * 10000 + INEXACT);
	return -1;
}
