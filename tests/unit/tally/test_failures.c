/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/failures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static void note(struct failures *failures, int64_t id, int64_t ended)
{
	char policy[20], schedule[] = "weekly";
	struct job job = {.id = id,
			  .state = JOB_DONE,
			  .status = 96,
			  .type = "BACKUP",
			  .policy_type = "VMWARE",
			  .policy = policy,
			  .client = "db1",
			  .schedule = schedule,
			  .schedule_type = "FULL_BACKUP",
			  .ended = ended};

	snprintf(policy, sizeof policy, "gold-%d", (int)id);
	failures_note(failures, &job);
	/* The texts are copied. */
	memset(policy, '?', sizeof policy);
	memset(schedule, '?', sizeof schedule);
}

static char said[400];

static void say(const char *word, int64_t number)
{
	snprintf(said + strlen(said), sizeof said - strlen(said), "%s%s%" PRId64, *said ? " " : "",
		 word, number);
}

static void say_failure(const struct failure *failure, void *arg)
{
	(void)arg;
	say("", failure->id);
}

/* The ids of the newest. */
static const char *newest(const struct failures *failures, size_t kept)
{
	said[0] = '\0';
	failures_each(failures, kept, say_failure, NULL);
	return said;
}

static bool say_dropped(int64_t id, void *arg)
{
	say("-", id);
	return id != *(int64_t *)arg;
}

static bool say_put(const struct failure *failure, void *arg)
{
	say("+", failure->id);
	return failure->id != *(int64_t *)arg;
}

/* What is saved, where nothing goes wrong before the id WRONG. */
static const char *save(struct failures *failures, int64_t wrong)
{
	said[0] = '\0';
	CU_ASSERT(failures_save(failures, say_dropped, say_put, &wrong) == (wrong == 0));
	return said;
}

static void look(const struct failure *failure, void *arg)
{
	EQUAL_NUMBER(failure->id, 7);
	EQUAL_NUMBER(failure->ended, 1000);
	EQUAL_NUMBER(failure->status, 96);
	EQUAL_TEXT(failure->job_type, "BACKUP");
	EQUAL_TEXT(failure->policy_type, "VMWARE");
	EQUAL_TEXT(failure->policy, "gold-7");
	EQUAL_TEXT(failure->client, "db1");
	EQUAL_TEXT(failure->schedule, "weekly");
	EQUAL_TEXT(failure->schedule_type, "FULL_BACKUP");
	failures_load(arg, failure);
}

static void test_texts(void)
{
	struct failures *failures = failures_new(), *loaded = failures_new();

	note(failures, 7, 1000);
	failures_each(failures, 1, look, loaded);
	failures_free(failures);
	EQUAL_TEXT(newest(loaded, 9), "7");
	EQUAL_TEXT(save(loaded, 0), "");
	failures_free(loaded);
	failures_free(NULL);
}

static void test_newest(void)
{
	struct failures *failures = failures_new();

	EQUAL_TEXT(newest(failures, 9), "");
	note(failures, 5, 1000);
	note(failures, 3, 3000);
	note(failures, 9, 1000);
	note(failures, 1, 2000);
	EQUAL_TEXT(newest(failures, 0), "");
	EQUAL_TEXT(newest(failures, 1), "3");
	EQUAL_TEXT(newest(failures, 2), "1 3");
	EQUAL_TEXT(newest(failures, 3), "1 3 9");
	EQUAL_TEXT(newest(failures, 4), "1 3 5 9");
	note(failures, 5, 4000); /* restarted, and has failed again */
	EQUAL_TEXT(newest(failures, 1), "5");
	EQUAL_TEXT(newest(failures, 9), "1 3 5 9");
	failures_forget(failures, 5);
	failures_forget(failures, 6);
	EQUAL_TEXT(newest(failures, 9), "1 3 9");
	failures_free(failures);
}

static void test_trim(void)
{
	struct failures *failures = failures_new();

	for (int64_t id = 1; id <= 9; id++)
		note(failures, id, id);
	failures_trim(failures, 5);
	EQUAL_TEXT(newest(failures, 99), "1 2 3 4 5 6 7 8 9");
	failures_trim(failures, 2);
	EQUAL_TEXT(newest(failures, 99), "6 7 8 9");
	/* What would be trimmed is not even noted. */
	note(failures, 20, 5);
	note(failures, 21, 6);
	EQUAL_TEXT(newest(failures, 99), "6 7 8 9 21");
	failures_trim(failures, 2);
	EQUAL_TEXT(newest(failures, 99), "7 8 9 21");
	/* One that is forgotten makes room for one that is older. */
	failures_forget(failures, 9);
	EQUAL_TEXT(newest(failures, 2), "7 8");
	note(failures, 20, 5);
	EQUAL_TEXT(newest(failures, 99), "7 8 20 21");
	failures_trim(failures, 0);
	note(failures, 30, INT64_C(1) << 60);
	EQUAL_TEXT(newest(failures, 99), "");
	failures_free(failures);
}

static void test_save(void)
{
	struct failures *failures = failures_new();

	note(failures, 1, 1);
	note(failures, 2, 2);
	EQUAL_TEXT(save(failures, 0), "+1 +2");
	EQUAL_TEXT(save(failures, 0), "");
	note(failures, 3, 3);
	note(failures, 2, 4);
	failures_forget(failures, 1);
	note(failures, 4, 4);
	failures_forget(failures, 4);
	/* What could not be saved is tried again. */
	EQUAL_TEXT(save(failures, 1), "-2 -1");
	EQUAL_TEXT(save(failures, 3), "-2 -1 +2 +3");
	EQUAL_TEXT(save(failures, 0), "+3");
	failures_trim(failures, 1);
	EQUAL_TEXT(save(failures, 0), "");
	failures_trim(failures, 0);
	EQUAL_TEXT(save(failures, 0), "-2 -3");
	failures_free(failures);
}

/* As many as there can be, and more, in any order: against a simple model. */
static void test_random(void)
{
	enum { IDS = 400, KEPT = 50 };
	struct failures *failures = failures_new();
	int64_t ended[IDS + 1] = {0}, when = 0;
	unsigned seed = harness_seed();

	for (int i = 0; i < 5000; i++) {
		int64_t id = 1 + rand_r(&seed) % IDS;

		if (rand_r(&seed) % 8 == 0) {
			failures_forget(failures, id);
			ended[id] = 0;
		} else {
			ended[id] = when += rand_r(&seed) % 3;
			note(failures, id, when);
		}
		if (i % 50 == 0)
			failures_trim(failures, KEPT);
	}
	for (int64_t id = 1; id <= IDS; id++) {
		char word[24], all[sizeof said + 2];
		int newer = 0;

		for (int64_t other = 1; other <= IDS; other++)
			newer +=
			    ended[other] > ended[id] || (ended[other] == ended[id] && other > id);
		snprintf(all, sizeof all, " %s ", newest(failures, KEPT));
		snprintf(word, sizeof word, " %" PRId64 " ", id);
		if ((strstr(all, word) != NULL) != (ended[id] && newer < KEPT))
			FAIL("job %d: %s", (int)id, all);
	}
	CU_PASS("all have been compared");
	failures_free(failures);
}

static const struct harness_test tests[] = {
    {"texts", test_texts}, {"the newest", test_newest}, {"trimmed", test_trim},
    {"saved", test_save},  {"at random", test_random},	{NULL, NULL},
};

const struct harness_suite failures_suite = {"failures", tests};
