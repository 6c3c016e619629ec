/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/failures.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A failure in one block with its texts. */
struct entry {
	struct failure failure; /* first: see texts */
	bool saved;
};

/* When a job ended. Of two at the same time the one with the lower id is first. */
struct end {
	int64_t at;
	int64_t id;
};

struct failures {
	struct entry **entries; /* ids rise */
	size_t count, room;
	/* The ids of those that were saved and have been forgotten. */
	int64_t *dropped;
	size_t dropped_count, dropped_room;
	/* What is not newer than this would be forgotten at once. Zeros when there may be room. */
	struct end floor;
};

static const size_t texts[] = {
    offsetof(struct failure, job_type), offsetof(struct failure, policy_type),
    offsetof(struct failure, policy),	offsetof(struct failure, client),
    offsetof(struct failure, schedule), offsetof(struct failure, schedule_type),
};
#define TEXTS (sizeof texts / sizeof texts[0])

static const char **text_at(struct failure *failure, size_t index)
{
	return (const char **)(void *)((char *)failure + texts[index]);
}

/* A copy of FAILURE; a text that is NULL is empty in it. */
static struct entry *copy(const struct failure *failure, bool saved)
{
	struct entry entry = {*failure, saved};

	for (size_t i = 0; i < TEXTS; i++)
		if (!*text_at(&entry.failure, i))
			*text_at(&entry.failure, i) = "";
	return mem_copy(&entry, sizeof entry, texts, TEXTS);
}

struct failures *failures_new(void)
{
	return mem_zalloc(1, sizeof(struct failures));
}

static struct end end_of(const struct entry *entry)
{
	return (struct end){entry->failure.ended, entry->failure.id};
}

static int compare_ends(struct end a, struct end b)
{
	if (a.at != b.at)
		return a.at < b.at ? -1 : 1;
	return (a.id > b.id) - (a.id < b.id);
}

/* The place of job ID among the entries, or where it would be. */
static size_t place_of(const struct failures *failures, int64_t id)
{
	size_t low = 0, high = failures->count;

	/* Most come in the order of their ids. */
	if (high > 0 && failures->entries[high - 1]->failure.id < id)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (failures->entries[middle]->failure.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct failures *failures, size_t place, int64_t id)
{
	return place < failures->count && failures->entries[place]->failure.id == id;
}

static void insert(struct failures *failures, size_t place, struct entry *entry)
{
	failures->entries = mem_grow(failures->entries, &failures->room, failures->count,
				     sizeof *failures->entries);
	memmove(failures->entries + place + 1, failures->entries + place,
		(failures->count - place) * sizeof *failures->entries);
	failures->entries[place] = entry;
	failures->count++;
}

/* Frees ENTRY, which is no longer among the entries. */
static void drop(struct failures *failures, struct entry *entry)
{
	if (entry->saved) {
		failures->dropped = mem_grow(failures->dropped, &failures->dropped_room,
					     failures->dropped_count, sizeof *failures->dropped);
		failures->dropped[failures->dropped_count++] = entry->failure.id;
	}
	free(entry);
}

void failures_forget(struct failures *failures, int64_t id)
{
	size_t place = place_of(failures, id);

	if (!is_at(failures, place, id))
		return;
	drop(failures, failures->entries[place]);
	failures->count--;
	memmove(failures->entries + place, failures->entries + place + 1,
		(failures->count - place) * sizeof *failures->entries);
	failures->floor = (struct end){0, 0};
}

void failures_note(struct failures *failures, const struct job *job)
{
	struct failure failure = {
	    .id = job->id,
	    .ended = job->ended,
	    .status = job->status,
	    .job_type = job->type,
	    .policy_type = job->policy_type,
	    .policy = job->policy,
	    .client = job->client,
	    .schedule = job->schedule,
	    .schedule_type = job->schedule_type,
	};

	failures_forget(failures, job->id);
	if (compare_ends((struct end){job->ended, job->id}, failures->floor) > 0)
		insert(failures, place_of(failures, job->id), copy(&failure, false));
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *const *left = a, *const *right = b;

	return compare_ends(end_of(*left), end_of(*right));
}

/* The oldest of the KEPT newest. There are more than KEPT, which is not 0. */
static struct end oldest_of(const struct failures *failures, size_t kept)
{
	size_t size = failures->count * sizeof *failures->entries;
	struct entry **sorted = mem_zalloc(failures->count, sizeof *sorted);
	struct end oldest;

	memcpy(sorted, failures->entries, size);
	qsort(sorted, failures->count, sizeof *sorted, compare_entries);
	oldest = end_of(sorted[failures->count - kept]);
	free(sorted);
	return oldest;
}

void failures_trim(struct failures *failures, size_t kept)
{
	size_t left = 0;

	if (failures->count <= kept * 2)
		return;
	failures->floor = (struct end){INT64_MAX, 0};
	if (kept > 0)
		failures->floor = oldest_of(failures, kept * 2);
	for (size_t i = 0; i < failures->count; i++) {
		struct entry *entry = failures->entries[i];

		if (compare_ends(end_of(entry), failures->floor) < 0)
			drop(failures, entry);
		else
			failures->entries[left++] = entry;
	}
	failures->count = left;
}

void failures_each(const struct failures *failures, size_t kept,
		   void (*visit)(const struct failure *failure, void *arg), void *arg)
{
	struct end oldest = {INT64_MIN, 0};

	if (kept == 0)
		return;
	if (failures->count > kept)
		oldest = oldest_of(failures, kept);
	for (size_t i = 0; i < failures->count; i++)
		if (compare_ends(end_of(failures->entries[i]), oldest) >= 0)
			visit(&failures->entries[i]->failure, arg);
}

void failures_load(struct failures *failures, const struct failure *failure)
{
	insert(failures, failures->count, copy(failure, true));
}

bool failures_save(struct failures *failures, bool (*drop_id)(int64_t id, void *arg),
		   bool (*put)(const struct failure *failure, void *arg), void *arg)
{
	bool fine = true;

	for (size_t i = 0; fine && i < failures->dropped_count; i++)
		fine = drop_id(failures->dropped[i], arg);
	if (fine)
		failures->dropped_count = 0;
	for (size_t i = 0; fine && i < failures->count; i++) {
		struct entry *entry = failures->entries[i];

		fine = entry->saved || put(&entry->failure, arg);
		entry->saved = fine;
	}
	return fine;
}

void failures_free(struct failures *failures)
{
	if (!failures)
		return;
	for (size_t i = 0; i < failures->count; i++)
		free(failures->entries[i]);
	free(failures->entries);
	free(failures->dropped);
	free(failures);
}
