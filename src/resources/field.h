/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIELD_H
#define FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/json.h"

/*
 * The description of an attribute and of the member of a row that it becomes. What is absent, null,
 * of another type or beyond all reason costs that member only: it is then 0, false or "", a word of
 * an enumeration is the first one, "unknown", and a share is -1.
 */

/* The clocks at the time of a fetch. */
struct field_clock {
	int64_t now;	      /* instant of the server's clock */
	int64_t skew;	      /* milliseconds, server's clock less local clock */
	int64_t window_start; /* of the site's window; of the server's clock */
};

struct field {
	const char *path; /* names of members with a slash between: "msdpAttributes/fipsEnabled" */
	void (*read)(const struct field *field, const struct json *value,
		     const struct field_clock *clock, void *member);
	size_t offset; /* of the member in the row */
	/* Exceptions; most fields have none. */
	const char *const *words; /* of an enumeration, indexed by value from 1; NULL ends them */
	const char *prefix;	  /* taken off a word, where it has it */
};

/*
 * FIELD(path, KIND, row, member[, exceptions]) describes the attribute that becomes MEMBER of
 * struct ROW. It does not compile if the member does not have the type that KIND makes.
 */
#define FIELD(path_, KIND, row, member, ...)                                                       \
	{                                                                                          \
		.path = (path_), .read = field_##KIND,                                             \
		.offset = offsetof(struct row, member) +                                           \
			  0 * sizeof(_Generic(((struct row *)0)->member, FIELD_##KIND##_OF : 1)),  \
		__VA_ARGS__                                                                        \
	}

#define FIELD_NAME_OF const char *
#define FIELD_WORD_OF const char * /* in capitals */
#define FIELD_ENUM_OF unsigned	   /* needs .words */
#define FIELD_FLAG_OF bool
#define FIELD_COUNT_OF uint32_t
#define FIELD_SIZE_OF uint64_t	  /* bytes */
#define FIELD_PERCENT_OF uint32_t /* of a percentage: in 1/100 % */
#define FIELD_SHARE_OF int32_t	  /* the same; -1 = not told */
#define FIELD_INSTANT_OF int64_t  /* of the local clock */

#define FIELD_KIND(KIND)                                                                           \
	void field_##KIND(const struct field *field, const struct json *value,                     \
			  const struct field_clock *clock, void *member)
FIELD_KIND(NAME);
FIELD_KIND(WORD);
FIELD_KIND(ENUM);
FIELD_KIND(FLAG);
FIELD_KIND(COUNT);
FIELD_KIND(SIZE);
FIELD_KIND(PERCENT);
FIELD_KIND(SHARE);
FIELD_KIND(INSTANT);

/* The value at PATH in ELEMENT, or NULL. */
const struct json *field_find(const struct json *element, const char *path);

/* Sets the members of ROW that FIELDS describe, COUNT of them, from ELEMENT. */
void field_read_all(const struct field *fields, size_t count, const struct json *element,
		    const struct field_clock *clock, void *row);

/*
 * Counts the elements of LIST, an attribute of ELEMENT: ALL of them, and those that are DOWN, whose
 * member STATE has the word WORD.
 */
void field_count_parts(const struct json *element, const char *list, const char *state,
		       const char *word, uint32_t *all, uint32_t *down);

/* An instant of the server's clock, or 0. One before the year 2000 is none. */
int64_t field_instant(const struct json *value);

/*
 * How much of TOTAL is used, in 1/100 %; -1 = not known. USED and FREE are the paths of attributes
 * of ELEMENT; the second helps where the first is not told or makes no sense. TOTAL is 0 where it
 * is not told.
 */
int32_t field_share(const struct json *element, const char *used, const char *free, uint64_t total);

#endif
