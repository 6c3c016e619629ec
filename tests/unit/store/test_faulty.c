/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "store/texts.h"
#include "unit/scratch.h"
#include "unit/store/faulty.h"
#include "unit/store/stock.h"

/*
 * A day of a store on a disk that fails at every call there is, once or from then on. The day of a
 * disk that is well says what must be known after each step, and after the end.
 */

static struct fault fault;

enum { ACTIVE = -1, QUEUED = -2 }; /* instead of a status */

/* What a refresh finds; 0 ends a list. */
struct step {
	bool restart;	    /* the store is closed and opened again, and nothing else */
	const char *texts;  /* one row for each letter, and nothing else */
	int64_t fill;	    /* so many jobs of their own first */
	int64_t jobs[8][4]; /* id, minute of the end, status, parent */
	int64_t listed[12]; /* the whole list of finished jobs */
	int64_t open[4];    /* that of unfinished ones; nothing is dropped where both are empty */
	int64_t expire;	    /* minute */
};

static const struct step small_day[] = {
    {.jobs = {{1, 10, 0}, {2, 11, 71}, {3, 0, ACTIVE}, {4, 0, QUEUED}}},
    {.jobs = {{5, 12, 1}, {6, 13, 0}, {7, 14, 96, 3}}},
    {.texts = "abc"},
    {.jobs = {{3, 20, 0}, {8, 21, 58}, {9, 0, QUEUED}}},
    {.restart = true},
    {.jobs = {{10, 25, 0}, {2, 0, ACTIVE}}, .listed = {1, 3, 5, 7, 8, 10}, .open = {2, 9}},
    {.texts = "bcde"},
    {.jobs = {{2, 30, 71}, {11, 31, 6, 3}}, .expire = 12},
    {.jobs = {{9, 33, 0}, {12, 34, 0}}, .listed = {2, 3, 5, 7, 9, 10, 11, 12}, .open = {4}},
    {.restart = true},
    {.texts = ""},
    {.jobs = {{6, 13, 0}, {13, 40, 50}}, .expire = 22},
    {.jobs = {{13, 40, 50}, {14, 41, 0}}},
};

/* With a write-ahead log that is long enough to be copied into the file more than once. */
static const struct step large_day[] = {
    {.fill = 4000, .jobs = {{1, 10, 0}, {2, 11, 71}, {3, 0, ACTIVE}}},
    {.texts = "abc"},
    {.fill = 4000, .jobs = {{3, 20, 0}, {4, 21, 58}}},
    {.restart = true},
    {.jobs = {{5, 25, 7}}, .listed = {1, 2, 3, 4, 5}, .open = {9}},
    {.jobs = {{6, 30, 9}}, .expire = 12},
    {.restart = true},
    {.jobs = {{7, 31, 9}}},
};

#define STEPS_MAX 16
#define JOBS_MAX 16
#define FILLED 1000 /* ids of jobs that a step makes are above it */

/* What a day on a good disk has come to. */
struct truth {
	const struct step *steps;
	size_t count;
	char *known[STEPS_MAX + 1]; /* before the first step, and after each */
	char *texts;		    /* at the end */
	unsigned told[JOBS_MAX];    /* how often a job was told of */
	unsigned calls[FAULTY_CALLS];
};

/* A day that is being played. */
struct day {
	const struct truth *truth;
	const struct faulty *faulty; /* NULL = the disk is well */
	unsigned at;
	bool ever, restart, lose;
	bool healed;
	struct store *store;
	unsigned told[JOBS_MAX];
};

static const struct faulty faults[] = {
    {"a read fails", FAULTY_READ, SQLITE_IOERR_READ, EIO, false},
    {"a read fails half-way", FAULTY_READ, SQLITE_IOERR_READ, EIO, true},
    {"a checksum is wrong", FAULTY_READ, SQLITE_IOERR_CORRUPTFS, EIO, false},
    {"a write fails", FAULTY_WRITE, SQLITE_IOERR_WRITE, EIO, false},
    {"a write fails half-way", FAULTY_WRITE, SQLITE_IOERR_WRITE, EIO, true},
    {"the disk is full", FAULTY_WRITE, SQLITE_FULL, ENOSPC, false},
    {"a sync fails", FAULTY_SYNC, SQLITE_IOERR_FSYNC, EIO, false},
    {"a truncation fails", FAULTY_TRUNCATE, SQLITE_IOERR_TRUNCATE, EIO, false},
    {"a size cannot be had", FAULTY_SIZE, SQLITE_IOERR_FSTAT, EIO, false},
    {"a lock fails", FAULTY_LOCK, SQLITE_IOERR_LOCK, EIO, false},
    {"a lock is held", FAULTY_LOCK, SQLITE_BUSY, 0, false},
    {"a file cannot be opened", FAULTY_OPEN, SQLITE_CANTOPEN, EMFILE, false},
    {"a file cannot be deleted", FAULTY_DELETE, SQLITE_IOERR_DELETE, EIO, false},
    {"a file cannot be looked for", FAULTY_ACCESS, SQLITE_IOERR_ACCESS, EIO, false},
    {"memory cannot be shared", FAULTY_MAP, SQLITE_IOERR_SHMMAP, EIO, false},
};

static const struct faulty stops[] = {
    {"the computer stops", FAULTY_ANY, 0, EIO, false},
    {"the computer stops in a write", FAULTY_WRITE, 0, EIO, true},
};

static void print_cell(struct tally_cell *cell, void *out)
{
	fprintf(out, "%s %s %u: %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %u",
		cell->job_type, cell->policy_type, cell->status, cell->count, cell->parents,
		cell->finished, cell->finished_bytes, cell->finished_files, cell->duration_max);
	fprintf(out, " %" PRId64 " %d\n", cell->last_end, cell->empty_since > 0);
}

static void print_subject(struct tally_subject *subject, void *out)
{
	const struct history *history = &subject->history;

	fprintf(out, "%d %s: %u %u %u %u", subject->kind, subject->name, subject->succeeded,
		subject->partial, subject->failed, subject->unfinished);
	fprintf(out, " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %u %u\n", history->ok_at,
		history->failed_at, history->last_at, history->run_at, history->last_status,
		history->streak);
}

static void print_queue(struct tally_queue *queue, void *out)
{
	fprintf(out, "queue %u: %" PRIu64 "\n", queue->reason, queue->jobs);
}

static void print_failure(const struct failure *failure, void *out)
{
	fprintf(out, "failure %" PRId64 ": %u %" PRId64 "\n", failure->id, failure->status,
		failure->ended);
}

/* All that STORE has in memory of the jobs, to be freed. */
static char *known(struct store *store)
{
	struct tally *tally = store_tally(store);
	const struct store_marks *marks = store_marks(store);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	tally_each(tally, print_cell, out);
	for (int kind = 0; kind < TALLY_KINDS; kind++)
		tally_each_subject(tally, (enum tally_kind)kind, print_subject, out);
	tally_each_queue(tally, print_queue, out);
	failures_each(store_failures(store), JOBS_MAX, print_failure, out);
	fprintf(out, "%" PRIu64 " jobs, marks %" PRId64 " %" PRId64 " %" PRId64 "\n",
		store_jobs(store), marks->began, marks->window_start, marks->mark);
	fclose(out);
	return text;
}

static void print_text(const struct texts_row *row, void *out)
{
	fprintf(out, "%s=%s ", row->key, row->text);
}

static char *texts_of(struct store *store)
{
	struct texts_marks marks;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	FINE(texts_read(store, "pools", &marks, print_text, out, &fault));
	fprintf(out, "at %" PRId64, marks.data_at);
	fclose(out);
	return text;
}

static struct job job_of(const int64_t *numbers)
{
	struct job job = numbers[2] == ACTIVE ? stock_unfinished(numbers[0])
			 : numbers[2] == QUEUED
			     ? stock_queued(numbers[0], 40)
			     : stock_ended(numbers[0], numbers[1], (uint32_t)numbers[2]);

	job.parent = numbers[3];
	job.policy = numbers[0] % 3 ? "daily" : "weekly";
	return job;
}

static size_t count_ids(const int64_t *ids, size_t most)
{
	size_t count = 0;

	while (count < most && ids[count])
		count++;
	return count;
}

static bool fill(struct store *store, int64_t number, int64_t count)
{
	bool fine = true;

	for (int64_t id = 1; fine && id <= count; id++) {
		struct job job = stock_ended(FILLED + number * 10000 + id, 15, 0);
		char client[20];

		snprintf(client, sizeof client, "client %d", (int)(id % 500));
		job.client = client;
		fine = store_put(store, &job, &fault);
	}
	return fine;
}

static bool put_jobs(struct store *store, const struct step *step, int64_t number)
{
	size_t listed = count_ids(step->listed, 12), open = count_ids(step->open, 4);
	int64_t start = STOCK_BEGAN + step->expire * STOCK_MINUTE;
	bool fine = fill(store, number, step->fill);

	for (size_t i = 0; fine && i < 8 && step->jobs[i][0]; i++) {
		struct job job = job_of(step->jobs[i]);

		fine = store_put(store, &job, &fault);
	}
	if (listed || open)
		fine = fine && store_merge(store, 0, FILLED, 0, step->listed, listed, &fault) &&
		       store_drop_unfinished(store, step->open, open, &fault);
	if (step->expire) {
		store_marks(store)->window_start = store_marks(store)->expired = start;
		fine = fine && store_expire(store, start, &fault);
	}
	return fine;
}

static bool save_texts(struct store *store, const struct step *step, int64_t number)
{
	struct texts_row rows[8];
	char keys[8][2], values[8][24];
	size_t count = strlen(step->texts);

	for (size_t i = 0; i < count; i++) {
		snprintf(keys[i], sizeof keys[i], "%c", step->texts[i]);
		snprintf(values[i], sizeof values[i], "%d", (int)(i % 2 ? number : 0));
		rows[i] = (struct texts_row){keys[i], values[i]};
	}
	return texts_save(store, "pools", &(struct texts_marks){number, 0}, rows, count, &fault);
}

/* One step; false with the fault. Where the store had to be closed there is none then. */
static bool take_step(struct day *day, size_t number)
{
	const struct step *step = &day->truth->steps[number];
	struct store_marks *marks;

	if (step->restart) {
		store_close(day->store);
		day->store = store_open(scratch_path("."), &stock_site, &fault);
		return day->store != NULL;
	}
	if (step->texts)
		return save_texts(day->store, step, (int64_t)number);
	if (!store_begin(day->store, &fault))
		return false;
	marks = store_marks(day->store);
	marks->began = STOCK_BEGAN;
	marks->complete = number > 0;
	marks->mark = (int64_t)number;
	if (put_jobs(day->store, step, (int64_t)number))
		return store_commit(day->store, &fault);
	store_rollback(day->store);
	return false;
}

static void take_events(struct day *day)
{
	struct event *event;

	while ((event = event_take(store_events(day->store))) != NULL) {
		CU_ASSERT(event->job_id > 0 && event->job_id < JOBS_MAX);
		day->told[event->job_id % JOBS_MAX]++;
		free(event);
	}
}

/* What the test says of a fault: where in the day, and which. */
#define BAD(day, number, format, ...)                                                              \
	FAIL("%s%s%s, call %u, step %zu: " format,                                                 \
	     (day)->faulty ? (day)->faulty->name : "no fault", (day)->ever ? " for ever" : "",     \
	     (day)->restart ? ", restart" : "", (day)->at, number, __VA_ARGS__)

/* The store knows what was known before step NUMBER; or, if EITHER, after it. */
static void expect_known(const struct day *day, size_t number, bool either)
{
	char *text = known(day->store);

	if (strcmp(text, day->truth->known[number]) != 0 &&
	    !(either && strcmp(text, day->truth->known[number + 1]) == 0))
		BAD(day, number, "known is\n%snot\n%s", text, day->truth->known[number]);
	free(text);
}

static bool has_stopped(const struct day *day)
{
	return day->faulty && day->faulty->code == 0 && !day->healed && faulty_hits() > 0;
}

static void heal(struct day *day)
{
	faulty_disarm();
	day->healed = true;
}

static bool reopen(struct day *day)
{
	store_close(day->store);
	day->store = store_open(scratch_path("."), &stock_site, &fault);
	return day->store != NULL;
}

/* A step has failed: the fault says so in words, and all that was known still is. */
static void check_failure(struct day *day, size_t number)
{
	if (fault.class != FAULT_STORAGE || !strstr(fault.text, "paris.db: "))
		BAD(day, number, "the fault is %d \"%s\"", fault.class, fault.text);
	if (faulty_hits() == 0)
		BAD(day, number, "without a fault: %s", fault.text);
	if (!day->store)
		return;
	if (store_damaged(day->store)) {
		store_close(day->store);
		day->store = NULL;
		return;
	}
	expect_known(day, number, false);
	take_events(day);
}

/* The computer has stopped in step NUMBER, which is DONE or not, and is started again. */
static bool start_again(struct day *day, size_t number, bool done)
{
	store_close(day->store);
	day->store = NULL;
	if (day->lose)
		faulty_lose();
	heal(day);
	if (!reopen(day)) {
		BAD(day, number, "cannot be opened: %s", fault.text);
		return false;
	}
	expect_known(day, done ? number + 1 : number, !done);
	return true;
}

/* Step NUMBER, again and again until it is done: the first time, the second, or on a good disk. */
static bool complete_step(struct day *day, size_t number)
{
	for (int tries = 1; tries <= 3; tries++) {
		bool done = (day->store || reopen(day)) && take_step(day, number);

		if (has_stopped(day)) {
			if (!start_again(day, number, done))
				return false;
			if (done)
				return true;
			continue;
		}
		if (done)
			return true;
		if (!day->faulty || day->healed)
			break;
		check_failure(day, number);
		if (tries < 2 || !day->ever)
			continue;
		if (day->restart) {
			store_close(day->store);
			day->store = NULL;
		}
		heal(day);
	}
	BAD(day, number, "not done: %s", fault.text);
	return false;
}

static void wipe(void)
{
	static const char *const names[] = {"paris.db", "paris.db-wal", "paris.db-shm",
					    "paris.lock"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		remove(scratch_path(names[i]));
	faulty_keep();
}

/*
 * No event is made of what was saved when the program was killed. The same holds where it had to be
 * ended after a sync that had failed: what was to be saved may be in the file nevertheless.
 */
static bool may_lose_events(const struct day *day)
{
	return day->faulty->code == 0 || (day->faulty->call == FAULTY_SYNC && day->restart);
}

/* The end of the day: the disk is well, and all is as on a good day, also in the file. */
static void check_end(struct day *day)
{
	const struct truth *truth = day->truth;
	char *texts;

	store_close(day->store);
	day->store = NULL;
	heal(day);
	if (!reopen(day)) {
		BAD(day, truth->count, "%s", fault.text);
		return;
	}
	expect_known(day, truth->count, false);
	if (!store_verify(day->store, &fault))
		BAD(day, truth->count, "the store does not verify%s", "");
	texts = texts_of(day->store);
	EQUAL_TEXT(texts, truth->texts);
	free(texts);
	for (int i = 0; i < JOBS_MAX; i++)
		if (day->told[i] > truth->told[i] ||
		    (day->told[i] < truth->told[i] && !may_lose_events(day)))
			BAD(day, truth->count, "job %d was told of %u times", i, day->told[i]);
	EQUAL_NUMBER(stock_files("paris.db."), 0);
}

/* A whole day with a fault. False when the fault never came: there is no such call any more. */
static bool play(const struct truth *truth, const struct faulty *faulty, unsigned at, bool ever,
		 bool restart, bool lose)
{
	struct day day = {.truth = truth,
			  .faulty = faulty,
			  .at = at,
			  .ever = ever,
			  .restart = restart,
			  .lose = lose};
	bool hit;
	size_t i;

	faulty_arm(faulty, at, ever);
	for (i = 0; i < truth->count && complete_step(&day, i); i++) {
		take_events(&day);
		expect_known(&day, i + 1, false);
	}
	hit = day.healed || faulty_hits() > 0;
	if (i == truth->count)
		check_end(&day);
	store_close(day.store);
	faulty_disarm();
	wipe();
	return hit;
}

/* Plays DAY on a good disk, for what must be known of it. */
static void learn(struct truth *truth, const struct step *steps, size_t count)
{
	struct day day = {.truth = truth};

	*truth = (struct truth){.steps = steps, .count = count};
	wipe();
	faulty_disarm();
	day.store = stock_open_here();
	truth->known[0] = known(day.store);
	for (size_t i = 0; i < count; i++) {
		if (!take_step(&day, i))
			BAD(&day, i, "%s", fault.text);
		take_events(&day);
		truth->known[i + 1] = known(day.store);
	}
	truth->texts = texts_of(day.store);
	memcpy(truth->told, day.told, sizeof truth->told);
	store_close(day.store);
	for (int call = 0; call < FAULTY_CALLS; call++)
		truth->calls[call] = faulty_count((enum faulty_call)call);
	wipe();
}

static void unlearn(struct truth *truth)
{
	for (size_t i = 0; i <= truth->count; i++)
		free(truth->known[i]);
	free(truth->texts);
}

/* The ways in which a fault may come. */
static const struct way {
	bool ever, restart;
} ways[] = {{false, false}, {true, false}, {true, true}};

/*
 * Plays the small day with each of COUNT FAULTS at each call there is, in each way. A sanitizer
 * makes it slow; there, only some calls fail, other ones each time.
 */
static void play_all(const struct faulty *all, size_t count)
{
	unsigned stride = harness_sanitized() ? 5 : 1, seed = stride > 1 ? harness_seed() : 0;
	unsigned played = 0;
	struct truth truth;

	scratch_make();
	faulty_begin();
	learn(&truth, small_day, sizeof small_day / sizeof small_day[0]);
	for (size_t i = 0; i < count; i++) {
		for (size_t way = 0; way < (all[i].code ? 3 : 2); way++) {
			const struct way *in = &ways[way];
			bool lose = all[i].code == 0 && way == 1;
			unsigned at = 1 + seed % stride, from = played;

			while (CU_get_number_of_failures() == 0 &&
			       play(&truth, &all[i], at, in->ever, in->restart, lose)) {
				at += stride;
				played++;
			}
			printf("%s%s%s: %u\n", all[i].name, in->ever ? " for ever" : "",
			       in->restart ? ", restart" : "", played - from);
		}
	}
	printf("%u days, each %u. call\n", played, stride);
	unlearn(&truth);
	scratch_remove();
	CU_ASSERT(played > 100 / stride);
}

static void test_faults(void)
{
	play_all(faults, sizeof faults / sizeof faults[0]);
}

static void test_stops(void)
{
	play_all(stops, sizeof stops / sizeof stops[0]);
}

/* Any fault at any call of the large day, at random: a day for each of TURNS. */
static void test_large(void)
{
	unsigned seed = harness_seed(), turns = harness_sanitized() ? 8 : 20;
	const size_t kinds = sizeof faults / sizeof faults[0];
	struct truth truth;

	scratch_make();
	faulty_begin();
	learn(&truth, large_day, sizeof large_day / sizeof large_day[0]);
	if (getenv("NBU_TEST_WHOLE"))
		turns = 2000;
	for (unsigned i = 0; i < turns && CU_get_number_of_failures() == 0; i++) {
		size_t kind = (size_t)rand_r(&seed) % (kinds + 2), way = (size_t)rand_r(&seed) % 3;
		const struct faulty *one = kind < kinds ? &faults[kind] : &stops[kind - kinds];
		unsigned calls = truth.calls[one->call];

		play(&truth, one, 1 + (unsigned)rand_r(&seed) % (calls + 1), ways[way].ever,
		     ways[way].restart, way == 1);
	}
	printf("%u reads, %u writes\n", truth.calls[FAULTY_READ], truth.calls[FAULTY_WRITE]);
	unlearn(&truth);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"a disk that fails", test_faults},
    {"a computer that stops", test_stops},
    {"a large day at random", test_large},
    {NULL, NULL},
};

const struct harness_suite store_faulty_suite = {"store on a bad disk", tests};
