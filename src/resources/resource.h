/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RESOURCE_H
#define RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/list.h"
#include "config/config.h"
#include "resources/field.h"
#include "tables/table.h"
#include "tally/event.h"

/*
 * The description of a resource: what is fetched beside the jobs. Each has a file of its own with
 * all of it: where it is found, how its pages are asked for, how an element becomes a row, and what
 * of a row is worth a notification. Those that are a table of their own have it there, too.
 */

/* A row is a struct that begins with this one. */
struct resource_row {
	struct index index;
	const char *site; /* set by snapshot_add */
	const char *key;  /* by which the row is known from one fetch to the next */
	uint32_t alarms; /* those that are raised, a bit for each, in the order of the resource's */
};

/* Room for a key that is put together. */
#define RESOURCE_KEY_SIZE 256

/* A condition of a row that is notified once when it comes, and once when it is over. */
struct resource_alarm {
	enum event_kind raised, cleared; /* EVENT_NONE: it is not notified */
	/* Of an enumeration of the row: its place, and its values when the condition is there, and
	 * when it is over (0 = it never is). */
	size_t offset;
	unsigned bad, good;
	/* Or, where it is about anything else. They need not be each other's contrary. */
	bool (*holds)(const void *row);
	bool (*is_over)(const void *row);
};

struct resource {
	const char *name; /* in nbuResourceTable, and on disk, where it must not change */
	enum config_collect group;
	const char *permission; /* the namespace that the role must view; NULL = none */
	double since;		/* the API version that brought it; 0 = it is in all */
	struct list list;	/* all but what is known only when it is fetched */
	/* The filter, to be freed; NULL = there is none. */
	char *(*filter)(const struct field_clock *clock);
	size_t row_size;
	const struct column *columns; /* what is kept of a row: those of its table */
	size_t column_count;
	const struct field *fields;
	size_t field_count;
	/*
	 * Completes ROW, whose fields and key, the id, have been read from ELEMENT. False: it is of
	 * no interest. NULL = there is nothing to complete.
	 */
	bool (*finish)(void *row, const struct json *element, const struct field_clock *clock);
	/* Elements with the same key are added up, by columns; else the later one takes the place.
	 */
	bool is_sum;
	/* Whether no element behind ELEMENT is of interest; NULL = all are. */
	bool (*is_end)(const struct json *element, const struct field_clock *clock);
	const struct resource_alarm *alarms;
	size_t alarm_count;
	/* Sets what a notification of ROW tells beside ROW itself; NULL = nothing. */
	void (*tell)(const void *row, struct event *event);
	/*
	 * Its rows are of what has happened: none of the first fetch is news, and it is nothing
	 * strange that there is none.
	 */
	bool is_history;
};

/* Set the members of a struct resource that are arrays. */
#define RESOURCE_COLUMNS(array)                                                                    \
	.columns = (array), .column_count = sizeof(array) / sizeof((array)[0])
#define RESOURCE_FIELDS(array) .fields = (array), .field_count = sizeof(array) / sizeof((array)[0])
#define RESOURCE_ALARMS(array) .alarms = (array), .alarm_count = sizeof(array) / sizeof((array)[0])

/*
 * Reads ELEMENT into ROW, which has room for row_size bytes. The texts of ROW live as long as the
 * page. False when it is of no interest, or has nothing by which it could be known.
 */
bool resource_read(const struct resource *resource, const struct json *element,
		   const struct field_clock *clock, void *row);

/*
 * The key of an element that has no id, put together of FIRST and SECOND in ROOM; NULL where there
 * is nothing of it.
 */
const char *resource_make_key(const char *first, const char *second, char room[RESOURCE_KEY_SIZE]);

/* Whether ALARM is to be raised for ROW, and whether it is over. */
bool resource_alarm_holds(const struct resource_alarm *alarm, const void *row);
bool resource_alarm_is_over(const struct resource_alarm *alarm, const void *row);

/* What is kept of ROW, as text; to be freed. */
char *resource_write(const struct resource *resource, const void *row);

/*
 * Reads a text of resource_write, be it of another version, into ROW, which has room for row_size
 * bytes. TEXT is changed; the texts of ROW live in it.
 */
void resource_parse(const struct resource *resource, char *text, void *row);

#endif
