/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "harness.h"
#include "model.h"
#include "site/refresh.h"
#include "base/timefmt.h"
#include "world.h"

/*
 * Refreshes against a server that lives on between them, by a clock that the test moves: days pass
 * in seconds. After all that can go wrong, every cell must be what the model says.
 */

#define WINDOW 86400
#define ROLLING 21600	/* full-refresh, where the sweep is to roll on between checks */
#define LIMIT 86400	/* full-refresh-limit */
#define NEVER INT32_MAX /* ... and where it is not */
#define UNFINISHED                                                                                 \
	600 /* unfinished-refresh: what vanishes unfinished stays as long between checks */

#define UPDATE_COLUMN 10 /* of /sim/jobs */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* All policies and clients are watched, some otherwise than the rest, and one that there is not. */
static struct config_watch policies[] = {
    {(char *)"policy-0000*", 3600, false},
    {(char *)"policy-00011", 0, true},
    {(char *)"never seen", 90000, true},
    {(char *)"*", 90000, false},
};
static struct config_watch clients[] = {
    {(char *)"client-000*", 0, false},
    {(char *)"client-001*", 7200, false},
    {(char *)"*-[!3]*", 90000, false},
};

/* Names of any length, and enough policies that some often fail and some are rare. */
#define CHURN                                                                                      \
	"--jobs 1500 --rate 5 --churn --policies 60 --clients 300 --long-names "                   \
	"--fail-policy policy-00003 --good-policy policy-00001"

struct trial {
	struct sim *sim;
	struct config_site site;
	struct refresh *refresh;
	struct model *model;
	int64_t now; /* of the server's clock */
	int64_t last_success;
	bool rolling;
	char name[16]; /* of the site */
	unsigned random;
	unsigned successes, failures, restarts, checks, stores;
};

static unsigned pick(struct trial *trial, unsigned below)
{
	return (unsigned)rand_r(&trial->random) % below;
}

static void advance(struct trial *trial, int64_t seconds)
{
	trial->now = sim_advance(trial->sim, seconds);
}

static void open_refresh(struct trial *trial)
{
	trial->refresh = refresh_open(&trial->site, world_path("state"));
}

static void restart(struct trial *trial)
{
	refresh_close(trial->refresh);
	open_refresh(trial);
	trial->restarts++;
}

/* The mark of the last question for changes, as the simulator has received it; 0 = there was none.
 */
static int64_t asked_mark(struct trial *trial)
{
	static const char question[] = "lastUpdateTime ge ";
	char *log = sim_control(trial->sim, "requests", NULL), *at = log, *last = NULL;
	char text[TIMEFMT_INSTANT_SIZE];
	int64_t mark = 0;

	while ((at = strstr(at, question)) != NULL) {
		at += strlen(question);
		last = at;
	}
	if (last) {
		snprintf(text, sizeof text, "%.*s", (int)strcspn(last, "\t\n )"), last);
		CU_ASSERT_TRUE(timefmt_parse_instant(text, &mark));
	}
	free(log);
	return mark;
}

/* One refresh, and what the model makes of it. */
static bool run(struct trial *trial)
{
	struct snapshot *snapshot;
	int64_t mark;

	sim_reset(trial->sim);
	model_begin(trial->model, trial->now);
	if (!refresh_run(trial->refresh)) {
		trial->failures++;
		if (!refresh_complete(trial->refresh))
			model_glimpsed(trial->model, trial->now);
		return false;
	}
	trial->successes++;
	snapshot = refresh_snapshot(trial->refresh);
	mark = asked_mark(trial);
	/* Nothing may fall between two questions. */
	if (mark && trial->last_success)
		CU_ASSERT_TRUE(mark <= trial->last_success);
	model_refreshed(trial->model, trial->now, sites_row(snapshot)->mode == SITE_MODE_FULL, mark,
			trial->rolling);
	trial->last_success = trial->now;
	snapshot_free(snapshot);
	return true;
}

static int64_t swept_at(struct trial *trial)
{
	struct snapshot *snapshot = refresh_snapshot(trial->refresh);
	int64_t at = sites_row(snapshot)->swept_at;

	snapshot_free(snapshot);
	return at;
}

/* Lets the sweep come round, so that the agent has seen everything, and compares. */
static void check(struct trial *trial, const char *when)
{
	struct snapshot *snapshot;
	char context[80];
	int rounds = 0;

	sim_faults(trial->sim, "");
	trial->site.full_refresh = trial->site.unfinished_refresh = trial->site.refresh;
	trial->site.full_refresh_limit = 0;
	/* Twice: the first round may have begun long ago. */
	for (int tries = 0; rounds < 2 && tries < 10; tries++) {
		int64_t before = swept_at(trial);

		advance(trial, trial->site.refresh * 3);
		if (!run(trial))
			CU_FAIL("a refresh without faults fails");
		rounds += swept_at(trial) != before;
	}
	CU_ASSERT_EQUAL(rounds, 2);
	trial->site.full_refresh = trial->rolling ? ROLLING : NEVER;
	trial->site.full_refresh_limit = LIMIT;
	trial->site.unfinished_refresh = UNFINISHED;
	snapshot = refresh_snapshot(trial->refresh);
	/* All that the server has now has been seen. */
	model_refreshed(trial->model, trial->now, true, 0, false);
	snprintf(context, sizeof context, "%s, after %u refreshes", when, trial->successes);
	model_check(trial->model, snapshot, trial->now, context);
	snapshot_free(snapshot);
	trial->checks++;
}

static void set_random_fault(struct trial *trial)
{
	static const char *const faults[] = {"500",   "reset", "truncate", "html",
					     "short", "503",   "429",	   "401"};
	char text[160];
	size_t length = 0;

	for (unsigned i = 0; i <= pick(trial, 3); i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "at:%u=%s\n",
					   1 + pick(trial, 8), faults[pick(trial, COUNT(faults))]);
	sim_faults(trial->sim, text);
}

/* Something that happens between two refreshes. */
static void live(struct trial *trial)
{
	unsigned chance = pick(trial, 100);

	if (chance < 45)
		advance(trial, 1 + pick(trial, 120));
	else if (chance < 70)
		advance(trial, 120 + pick(trial, 2400));
	else if (chance < 73)
		advance(trial, 90000 + pick(trial, 90000));
	if (pick(trial, 100) < 10)
		restart(trial);
	sim_faults(trial->sim, "");
	if (pick(trial, 100) < 12)
		set_random_fault(trial);
}

static void begin(struct trial *trial, const char *options, bool rolling)
{
	char words[320];

	memset(trial, 0, sizeof *trial);
	/* What the agent's parts log, for the end; it is shown where the test fails. */
	if (!freopen(world_path("log.err"), "a", stderr))
		world_fail(__FILE__, __LINE__, "the log cannot be kept");
	trial->random = harness_seed();
	snprintf(words, sizeof words, "--clock manual --seed %u --skew %d %s", trial->random % 1000,
		 (int)(trial->random % 3) * 90 - 90, options);
	trial->sim = world_plain_sim("sim", words);
	trial->rolling = rolling;
	trial->site = (struct config_site){.name = (char *)"paris",
					   .url = trial->sim->url,
					   .api_key = (char *)WORLD_KEY,
					   .refresh = 60,
					   .full_refresh = rolling ? ROLLING : NEVER,
					   .full_refresh_limit = LIMIT,
					   .unfinished_refresh = UNFINISHED,
					   .window = WINDOW,
					   .row_retention = 2 * WINDOW,
					   .timeout = 30,
					   .deadline = 600,
					   .policies = {policies, COUNT(policies)},
					   .clients = {clients, COUNT(clients)},
					   .protecting_jobs = RESOLVE_PROTECTING,
					   .client_limit = 100000,
					   .down_after = 2};
	trial->model = model_new(trial->sim, &trial->site);
	open_refresh(trial);
	advance(trial, 0);
}

static void end(struct trial *trial)
{
	/* Totals that have gone wrong are mended when a sweep has come round, and logged so. */
	CU_ASSERT_FALSE(world_holds(world_path("log.err"), " error: "));
	printf("%u refreshes succeeded, %u failed, %u restarts, %u checks\n", trial->successes,
	       trial->failures, trial->restarts, trial->checks);
	refresh_close(trial->refresh);
	model_free(trial->model);
}

/* Begins with a new store, so that the next refresh is a first sweep. */
static void begin_anew(struct trial *trial, int connections)
{
	trial->site.sweep_connections = connections;
	snprintf(trial->name, sizeof trial->name, "paris-%u", ++trial->stores);
	trial->site.name = trial->name;
	refresh_close(trial->refresh);
	model_free(trial->model);
	trial->model = model_new(trial->sim, &trial->site);
	trial->last_success = 0;
	open_refresh(trial);
}

#define STORES 4 /* that were swept by four connections, in half of a test */

/* Half of it with a store that was swept by one connection, and half by four. */
static void test_random(const char *options, bool rolling)
{
	/* Sanitizers look for faults in the code; the numbers are what the plain run is for. */
	unsigned wanted = harness_sanitized() ? 50 : 200, step = 0;
	struct trial trial;

	world_slow(4);
	begin(&trial, options, rolling);
	while (trial.successes < wanted) {
		live(&trial);
		run(&trial);
		if (++step % 12 == 0)
			check(&trial, "at random");
		if (step % 40 == 0) {
			restart(&trial);
			check(&trial, "after a restart");
		}
		if (trial.successes >= wanted / 2 + trial.stores * wanted / 2 / STORES &&
		    trial.stores < STORES) {
			check(&trial, "with a store of its own");
			begin_anew(&trial, 4);
		}
	}
	check(&trial, "at the end");
	end(&trial);
}

static void test_random_exact(void)
{
	test_random(CHURN, false);
}

static void test_random_rolling(void)
{
	test_random(CHURN, true);
}

/* The lines of the simulator's log of requests that hold PART. */
static unsigned requests_with(struct trial *trial, const char *part)
{
	char *log = sim_control(trial->sim, "requests", NULL), *save = NULL;
	unsigned count = 0;

	for (char *line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		count += strstr(line, part) != NULL;
	free(log);
	return count;
}

/* The lastUpdateTime in a LINE of /sim/jobs. */
static int64_t update_of(const char *line)
{
	for (int column = 1; line && column < UPDATE_COLUMN; column++) {
		line = strchr(line, '\t');
		line = line ? line + 1 : NULL;
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	return strtoll(line, NULL, 10);
}

/* How many jobs the simulator has that changed at or after MARK and have PART in their line. It
 * gives all unfinished ones, too. */
static unsigned changed_since(struct trial *trial, int64_t mark, const char *part)
{
	char page[60], *jobs, *save = NULL;
	unsigned count = 0;

	snprintf(page, sizeof page, "jobs?since=%" PRId64, mark);
	jobs = sim_control(trial->sim, page, NULL);
	for (char *line = strtok_r(jobs, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		count += strstr(line, part) != NULL && update_of(line) >= mark;
	free(jobs);
	return count;
}

/* The rows of A and B that have jobs are the same; their counters need not be. */
static void check_same_rows(const struct snapshot *a, const struct snapshot *b)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < COUNT_OF(a, JOBS) && ROWS(a, JOBS, job_row)[i].count == 0)
			i++;
		while (j < COUNT_OF(b, JOBS) && ROWS(b, JOBS, job_row)[j].count == 0)
			j++;
		if (i == COUNT_OF(a, JOBS) || j == COUNT_OF(b, JOBS))
			break;
		EQUAL_NUMBER(index_compare(&ROWS(a, JOBS, job_row)[i].index,
					   &ROWS(b, JOBS, job_row)[j].index),
			     0);
		EQUAL_NUMBER(ROWS(a, JOBS, job_row)[i].count, ROWS(b, JOBS, job_row)[j].count);
		EQUAL_NUMBER(ROWS(a, JOBS, job_row)[i].bytes, ROWS(b, JOBS, job_row)[j].bytes);
		EQUAL_NUMBER(ROWS(a, JOBS, job_row)[i].files, ROWS(b, JOBS, job_row)[j].files);
		EQUAL_NUMBER(ROWS(a, JOBS, job_row)[i].mean_duration,
			     ROWS(b, JOBS, job_row)[j].mean_duration);
		EQUAL_NUMBER(ROWS(a, JOBS, job_row)[i].max_duration,
			     ROWS(b, JOBS, job_row)[j].max_duration);
		/* By our clock, which has gone on since. */
		CU_ASSERT_TRUE(llabs(ROWS(a, JOBS, job_row)[i].last_end -
				     ROWS(b, JOBS, job_row)[j].last_end) < 60000);
		i++;
		j++;
	}
	EQUAL_NUMBER(i, COUNT_OF(a, JOBS));
	EQUAL_NUMBER(j, COUNT_OF(b, JOBS));
}

/* A refresh costs what has changed, and comes to the same as a sweep of everything. */
static void test_cost(void)
{
	struct snapshot *snapshot, *fresh;
	struct trial trial;
	struct refresh *other;
	int64_t mark;

	world_slow(2);
	begin(&trial, "--jobs 20000 --spread 23 --unfinished 150 --rate 350", false);
	CU_ASSERT_TRUE(run(&trial));
	advance(&trial, UNFINISHED);
	CU_ASSERT_TRUE(run(&trial));
	CU_ASSERT_TRUE(requests_with(&trial, "state ne") > 0);
	CU_ASSERT_TRUE(requests_with(&trial, "state eq") > 0);
	advance(&trial, 60);
	CU_ASSERT_TRUE(run(&trial));
	mark = asked_mark(&trial);
	printf("%u changes in %u requests\n", changed_since(&trial, mark, ""),
	       requests_with(&trial, "lastUpdateTime ge"));
	/* Behind a full page one more is asked for, even if it turns out empty. */
	EQUAL_NUMBER(requests_with(&trial, "lastUpdateTime ge"),
		     changed_since(&trial, mark, "") / 100 + 1);
	CU_ASSERT_TRUE(changed_since(&trial, mark, "\tDONE\t") > 250);
	EQUAL_NUMBER(requests_with(&trial, "endTime ge"), 0);
	EQUAL_NUMBER(requests_with(&trial, "state "), 0);
	snapshot = refresh_snapshot(trial.refresh);
	EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_DELTA);
	other = refresh_open(&trial.site, ":memory:");
	CU_ASSERT_TRUE(refresh_run(other));
	fresh = refresh_snapshot(other);
	CU_ASSERT_TRUE(COUNT_OF(fresh, JOBS) > 100);
	check_same_rows(snapshot, fresh);
	refresh_close(other);
	snapshot_free(fresh);
	snapshot_free(snapshot);
	end(&trial);
}

/* A server that cannot be asked for changes is swept each time. */
static void test_blind(void)
{
	struct snapshot *snapshot;
	struct trial trial;

	begin(&trial, "--jobs 1500 --rate 60 --churn", false);
	sim_faults(trial.sim, "filter-400:lastUpdateTime\n");
	for (int i = 0; i < 4; i++) {
		CU_ASSERT_TRUE(run(&trial));
		advance(&trial, 600);
	}
	CU_ASSERT_TRUE(run(&trial));
	EQUAL_NUMBER(requests_with(&trial, "lastUpdateTime"), 0);
	snapshot = refresh_snapshot(trial.refresh);
	EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_FULL);
	model_check(trial.model, snapshot, trial.now, "blind");
	snapshot_free(snapshot);
	end(&trial);
}

/* On a full disk nothing that is known is lost, and the site's row says what is wrong. */
static void test_full_disk(void)
{
	struct rlimit limit, all;
	struct snapshot *before, *after;
	struct trial trial;

	begin(&trial, "--jobs 1500 --rate 600", false);
	CU_ASSERT_TRUE(run(&trial));
	advance(&trial, 300);
	CU_ASSERT_TRUE(run(&trial));
	before = refresh_snapshot(trial.refresh);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	limit = all;
	limit.rlim_cur = 4096;
	setrlimit(RLIMIT_FSIZE, &limit);
	for (int i = 0; i < 3; i++) {
		advance(&trial, 300);
		CU_ASSERT_FALSE(run(&trial));
		after = refresh_snapshot(trial.refresh);
		EQUAL_NUMBER(sites_row(after)->status, SITE_DOWN);
		EQUAL_NUMBER(sites_row(after)->fault.class, FAULT_STORAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(sites_row(after)->fault.text, "disk is full"));
		EQUAL_NUMBER(COUNT_OF(after, JOBS), COUNT_OF(before, JOBS));
		check_same_rows(before, after);
		snapshot_free(after);
	}
	/* What there is shows even when the agent begins with a full disk. */
	restart(&trial);
	after = refresh_snapshot(trial.refresh);
	EQUAL_NUMBER(COUNT_OF(after, JOBS), COUNT_OF(before, JOBS));
	check_same_rows(before, after);
	snapshot_free(after);
	CU_ASSERT_FALSE(run(&trial));
	setrlimit(RLIMIT_FSIZE, &all);
	CU_ASSERT_TRUE(run(&trial));
	check(&trial, "after a full disk");
	restart(&trial);
	check(&trial, "after a full disk and a restart");
	snapshot_free(before);
	end(&trial);
}

/* Jobs that ended while the agent was away for longer than the window count, whatever it was doing.
 */
static void test_long_absence(void)
{
	static const char *const faults[] = {"at:1=401", "at:8=401", "filter-400:lastUpdateTime"};

	for (size_t i = 0; i < COUNT(faults); i++) {
		struct trial trial;

		begin(&trial, "--jobs 3000 --spread 0.9 --rate 30", false);
		trial.site.window = 3600;
		sim_faults(trial.sim, faults[i]);
		run(&trial);
		advance(&trial, 7200);
		CU_ASSERT_TRUE(run(&trial));
		advance(&trial, 60);
		sim_faults(trial.sim, "");
		CU_ASSERT_TRUE(run(&trial));
		check(&trial, faults[i]);
		end(&trial);
	}
}

/* What was dropped as too old is fetched again when it no longer is, and counts no second time. */
static void test_longer_window(void)
{
	struct snapshot *snapshot;
	struct trial trial;

	begin(&trial, "--jobs 6000 --rate 60", true);
	trial.site.window = WINDOW / 2;
	trial.site.full_refresh = 3600;
	CU_ASSERT_TRUE(run(&trial));
	advance(&trial, 1800);
	CU_ASSERT_TRUE(run(&trial));
	/* The rolling sweep is somewhere in the middle, and has to begin anew. */
	EQUAL_NUMBER(requests_with(&trial, "endTime ge"), 2);
	trial.site.window = WINDOW;
	restart(&trial);
	CU_ASSERT_TRUE(run(&trial));
	snapshot = refresh_snapshot(trial.refresh);
	EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_FULL);
	/* Longer by what the first window could not see; counters begin with the store all the
	 * same. */
	model_check(trial.model, snapshot, trial.now, "longer window");
	snapshot_free(snapshot);
	CU_ASSERT_TRUE(run(&trial));
	snapshot = refresh_snapshot(trial.refresh);
	EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_DELTA);
	snapshot_free(snapshot);
	end(&trial);
}

/* The rows of a snapshot, and how many of them have jobs. */
static size_t rows_of(struct trial *trial, size_t *with_jobs)
{
	struct snapshot *snapshot = refresh_snapshot(trial->refresh);
	size_t count = COUNT_OF(snapshot, JOBS);

	*with_jobs = 0;
	for (size_t i = 0; i < count; i++)
		*with_jobs += ROWS(snapshot, JOBS, job_row)[i].count > 0;
	snapshot_free(snapshot);
	return count;
}

/* A row without jobs stays, over a restart too, until row-hold is over. */
static void test_hold(void)
{
	struct trial trial;
	size_t with_jobs, rows;

	begin(&trial, "--jobs 1500", false);
	CU_ASSERT_TRUE(run(&trial));
	rows = rows_of(&trial, &with_jobs);
	CU_ASSERT_TRUE(rows > 50);
	EQUAL_NUMBER(with_jobs, rows);
	advance(&trial, 200000);
	CU_ASSERT_TRUE(run(&trial));
	EQUAL_NUMBER(rows_of(&trial, &with_jobs), rows);
	EQUAL_NUMBER(with_jobs, 0);
	restart(&trial);
	EQUAL_NUMBER(rows_of(&trial, &with_jobs), rows);
	trial.site.row_retention = 0;
	EQUAL_NUMBER(rows_of(&trial, &with_jobs), 0);
	end(&trial);
}

static const struct harness_test tests[] = {
    {"200 refreshes at random", test_random_exact},
    {"200 refreshes at random, sweeping on", test_random_rolling},
    {"a refresh costs what changed", test_cost},
    {"a server that cannot tell changes", test_blind},
    {"rows stay for a while", test_hold},
    {"a full disk", test_full_disk},
    {"away for longer than the window", test_long_absence},
    {"a longer window", test_longer_window},
    {NULL, NULL},
};

const struct harness_suite delta_suite = {"delta", tests};
