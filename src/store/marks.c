/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/marks.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/schema.h"

/* The marks and their keys in table meta, which must not change. */
static const struct {
	const char *key;
	size_t offset;
} keys[] = {
#define MARK(member, key)                                                                          \
	{                                                                                          \
		key, offsetof(struct store_marks, member)                                          \
	}
    MARK(began, "began"),
    MARK(known_since, "known_since"),
    MARK(created, "created"),
    MARK(window_start, "window_start"),
    MARK(newest_end, "newest_end"),
    MARK(expired, "expired"),
    MARK(mark, "mark"),
    MARK(by_end, "mark_by_end"),
    MARK(complete, "complete"),
    MARK(sweep_id, "sweep_id"),
    MARK(sweep_pages, "sweep_pages"),
    MARK(sweep_began, "sweep_began"),
    MARK(sweep_ended, "sweep_ended"),
    MARK(data_at, "data_at"),
    MARK(skew, "skew"),
    MARK(down_notified, "down_told"),
    MARK(families, "families"),
    MARK(learning, "learning"),
    MARK(vanished_at, "vanished_at"),
    MARK(unfinished_at, "unfinished_at"),
    MARK(sweep_pace, "sweep_pace"),
    MARK(sweep_found, "sweep_found"),
#undef MARK
};
#define MARK_COUNT (sizeof keys / sizeof keys[0])

/* What table meta has for KEY, to be freed. NULL when it has nothing, or with FINE false. */
static char *get(struct database *database, const char *key, bool *fine, struct fault *fault)
{
	char *value = NULL;

	database_bind_text(database, GET_META, 1, key);
	while (database_next(database, GET_META, fine, fault))
		value = mem_strdup(database_text(database, GET_META, 0));
	return value;
}

bool marks_check_url(struct database *database, const char *url, struct fault *fault)
{
	bool fine;
	char *known = get(database, "url", &fine, fault);

	if (fine && !known) {
		database_bind_text(database, PUT_META, 1, "url");
		database_bind_text(database, PUT_META, 2, url);
		fine = database_write(database, PUT_META, NULL, fault);
	} else if (fine && strcmp(known, url) != 0) {
		database_reject(database, "other-url");
		fault_set(fault, FAULT_STORAGE, "%s: made for %s", database_path(database), known);
		fine = false;
	}
	free(known);
	return fine;
}

/* The mark at INDEX of keys. */
static int64_t *at(const struct store_marks *marks, size_t index)
{
	return (int64_t *)(void *)((char *)marks + keys[index].offset);
}

bool marks_read(struct store_marks *marks, struct database *database, struct fault *fault)
{
	bool fine = true;

	memset(marks, 0, sizeof *marks);
	for (size_t i = 0; fine && i < MARK_COUNT; i++) {
		char *value = get(database, keys[i].key, &fine, fault);

		if (value)
			*at(marks, i) = strtoll(value, NULL, 10);
		free(value);
	}
	return fine;
}

bool marks_save(const struct store_marks *marks, const struct store_marks *saved,
		struct database *database, struct fault *fault)
{
	bool fine = true;

	for (size_t i = 0; fine && i < MARK_COUNT; i++) {
		if (*at(marks, i) == *at(saved, i))
			continue;
		database_bind_text(database, PUT_META, 1, keys[i].key);
		database_bind_number(database, PUT_META, 2, *at(marks, i));
		fine = database_write(database, PUT_META, NULL, fault);
	}
	return fine;
}
