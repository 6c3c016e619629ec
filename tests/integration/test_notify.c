/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "resolve.h"
#include "tables/index.h"
#include "manager.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "tally/tally.h"
#include "world.h"

/*
 * Notifications, as a real snmptrapd receives them from a real snmpd: each that is due comes once,
 * with the right objects, and no other. The server's clock is moved by the test.
 */

#define NOTIFICATIONS ".1.3.6.1.4.1.8072.9999.9999.1556.1.0."
#define SNMPD_SHUTDOWN " = OID: .1.3.6.1.4.1.8072.4.0.2"
#define SITE_PARIS ".5.112.97.114.105.115"
#define NEVER_AGE UINT64_C(4294967295)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum kind { ANY, SITE_DOWN, SITE_UP, JOB_FAILED, POLICY_RAISED, POLICY_CLEARED };

struct scene {
	struct sim *sim;
	struct process *snmpd, *agent;
	void *manager;
	int64_t began; /* by the server's clock */
};

static struct process *start_agent(struct scene *scene)
{
	world_forget_sites();
	world_site("paris", scene->sim, NULL);
	return world_agent(NULL);
}

static void restart_agent(struct scene *scene, int signal)
{
	scene->agent->want = WORLD_ANY;
	world_end_process(scene->agent, signal, 10);
	scene->agent = start_agent(scene);
}

/* Everything up, with LINES in the agent's configuration; the baseline has been fetched. */
static struct scene begin(const char *options, const char *lines, bool secure)
{
	struct scene scene;
	char words[200];

	snprintf(words, sizeof words, "--clock manual %s", options);
	scene.sim = world_sim("sim", words);
	scene.began = sim_advance(scene.sim, 0);
	world_trapd(secure);
	world_config(lines);
	scene.snmpd = world_snmpd();
	scene.agent = start_agent(&scene);
	scene.manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == UP, 30);
	manager_await_refresh(scene.manager, "paris");
	return scene;
}

/*
 * The objects of all notifications of KIND that have come, one line for each in the order in which
 * they came; to be freed. *COUNT of them.
 */
static char *received(enum kind kind, size_t *count)
{
	char *traps = world_traps(), *text = NULL, *save = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	*count = 0;
	for (char *line = strtok_r(traps, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *id = strstr(line, " = OID: " NOTIFICATIONS), *objects;
		unsigned long number;

		if (!id)
			continue;
		number = strtoul(strstr(id, NOTIFICATIONS) + strlen(NOTIFICATIONS), &objects, 10);
		if (*objects != '\t' || (kind != ANY && number != kind))
			continue;
		fprintf(out, "%s\n", objects + 1);
		++*count;
	}
	fclose(out);
	free(traps);
	return text;
}

static size_t count_of(enum kind kind)
{
	size_t count;

	free(received(kind, &count));
	return count;
}

/* All that was due has come once the agent has seen the server as it is now. */
static void settle(const struct scene *scene)
{
	manager_await_refresh(scene->manager, "paris");
	AWAIT(count_of(ANY) >= (size_t)manager_agent(scene->manager, AGENT_SENT), 20);
}

/* As snmptrapd -Oa does, which names no type where there is nothing. */
static void print_text(FILE *out, const char *text)
{
	fputs(*text ? " = STRING: \"" : " = \"", out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(isprint((unsigned char)*text) ? *text : '.', out);
	}
	fputc('"', out);
}

static void print_column(FILE *out, const char *column, const struct index_draft *draft)
{
	struct index index = index_of(draft);
	uint32_t ids[INDEX_SIZE];
	size_t length = index_unpack(&index, ids);

	fprintf(out, MANAGER_OBJECTS ".%s", column);
	for (size_t i = 0; i < length; i++)
		fprintf(out, ".%u", ids[i]);
}

/* The objects of nbuJobFailed for JOB, as a line. */
static void print_job(FILE *out, const struct job *job)
{
	static const char *const columns[] = {"3.1.4", "3.1.5", "3.1.6"};
	const char *const labels[] = {"paris", job->type, job->policy_type};
	struct index_draft draft = {.length = 0};

	for (size_t i = 0; i < COUNT(labels); i++)
		index_add_string(&draft, labels[i]);
	index_add_number(&draft, job->status);
	for (size_t i = 0; i < COUNT(labels); i++) {
		print_column(out, columns[i], &draft);
		print_text(out, labels[i]);
		fputc('\t', out);
	}
	print_column(out, "3.1.7", &draft);
	fprintf(out, " = Gauge32: %u", job->status);
	fprintf(out, "\t" MANAGER_OBJECTS ".8.1.0 = Gauge32: %" PRId64, job->id);
	fputs("\t" MANAGER_OBJECTS ".8.2.0", out);
	print_text(out, job->policy);
	fputs("\t" MANAGER_OBJECTS ".8.3.0", out);
	print_text(out, job->client);
	fputs("\t" MANAGER_OBJECTS ".8.4.0", out);
	print_text(out, job->schedule);
	fputs("\t" MANAGER_OBJECTS ".8.5.0", out);
	print_text(out, job->schedule_type);
	fputc('\n', out);
}

/* What is to be said of the jobs that have failed since the begin. */
struct failures {
	int64_t began;
	FILE *out;
	size_t count;
	/* All jobs, rising. */
	struct kin {
		int64_t id, parent;
		bool failed;	   /* it has, or one of those under it */
		bool failed_below; /* one of those under it has */
	} * kin;
	size_t kin_count, at;
};

static void note_kin(const struct job *job, void *arg)
{
	struct failures *failures = arg;

	failures->kin = mem_resize(failures->kin, failures->kin_count + 1, sizeof(struct kin));
	failures->kin[failures->kin_count++] =
	    (struct kin){.id = job->id,
			 .parent = job->parent,
			 .failed = job->state == JOB_DONE && job->status > 1};
}

/* Children have higher ids than their parents. */
static void blame_parents(const struct failures *failures)
{
	for (size_t i = failures->kin_count; i-- > 0;) {
		const struct kin *child = &failures->kin[i];

		for (size_t j = i; child->parent && child->failed && j-- > 0;)
			if (failures->kin[j].id == child->parent)
				failures->kin[j].failed = failures->kin[j].failed_below = true;
	}
}

/* A parent is told only if nothing under it has failed. */
static void add_failure(const struct job *job, void *arg)
{
	struct failures *failures = arg;
	const struct kin *kin = &failures->kin[failures->at++];

	if (job->state != JOB_DONE || job->status <= 1 || job->ended < failures->began)
		return;
	if (job->children > 0 && kin->failed_below)
		return;
	failures->count++;
	print_job(failures->out, job);
}

/* What nbuJobFailed must have said by now, lines sorted; to be freed. */
static char *due_failures(const struct scene *scene, size_t *count)
{
	char *text = NULL;
	size_t size = 0;
	struct failures failures = {.began = scene->began, .out = open_memstream(&text, &size)};

	/* The clock stands still: both times there are the same jobs. */
	sim_each_job(scene->sim, note_kin, &failures);
	blame_parents(&failures);
	sim_each_job(scene->sim, add_failure, &failures);
	fclose(failures.out);
	free(failures.kin);
	manager_sort_lines(text);
	*count = failures.count;
	return text;
}

/* Waits until all failed jobs have been told, and sees that nothing else has. */
static void check_failures(const struct scene *scene)
{
	size_t due, came;
	char *expected = due_failures(scene, &due), *actual;

	AWAIT(count_of(JOB_FAILED) >= due, 30);
	settle(scene);
	actual = received(JOB_FAILED, &came);
	manager_sort_lines(actual);
	EQUAL_NUMBER(came, due);
	CHECK_LINES(actual, expected);
	EQUAL_NUMBER(count_of(ANY), due);
	free(expected);
	free(actual);
}

/* Fails so many refreshes in a row, and waits until the site is up again. */
static void fail_refreshes(const struct scene *scene, unsigned times)
{
	int64_t before = manager_site(scene->manager, "paris", SITE_FAILURES);
	char fault[20];

	snprintf(fault, sizeof fault, "401:%u", times);
	sim_faults(scene->sim, fault);
	AWAIT(manager_site(scene->manager, "paris", SITE_FAILURES) == before + times, 60);
	AWAIT(manager_site(scene->manager, "paris", SITE_STATUS) == UP, 30);
	settle(scene);
	EQUAL_NUMBER(manager_site(scene->manager, "paris", SITE_FAILURES), before + times);
}

#define SITE_OBJECT(column) MANAGER_OBJECTS ".2.1." column SITE_PARIS

static char *line_of_up(unsigned streak)
{
	char *line;

	if (asprintf(&line,
		     SITE_OBJECT("2") " = STRING: \"paris\"\t" SITE_OBJECT("14") " = Gauge32: %u\n",
		     streak) < 0)
		line = NULL;
	return line;
}

/* The line of nbuSiteDown after three failures for a wrong key; the site must be down now. */
static char *line_of_down(const struct scene *scene)
{
	struct manager_cell text;
	char *line = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&line, &size);

	CU_ASSERT_TRUE(manager_site_cell(scene->manager, "paris", SITE_ERROR_TEXT, &text));
	fputs(SITE_OBJECT("2") " = STRING: \"paris\"\t" SITE_OBJECT("15") " = INTEGER: 6\t", out);
	fputs(SITE_OBJECT("16"), out);
	print_text(out, text.text);
	fputs("\t" SITE_OBJECT("14") " = Gauge32: 3\n", out);
	fclose(out);
	return line;
}

static void check_last(enum kind kind, size_t count, char *expected)
{
	size_t came, length;
	char *actual = received(kind, &came);
	const char *last = actual;

	EQUAL_NUMBER(came, count);
	while ((length = strcspn(last, "\n") + 1) < strlen(last))
		last += length;
	CHECK_LINES(last, expected);
	free(actual);
	free(expected);
}

/* Down after so many failures, once however long it lasts; up once. */
static void test_site(void)
{
	struct scene scene = begin("--jobs 150", "notify = { \"site\" }\ndown-after = 3\n", false);

	fail_refreshes(&scene, 2);
	EQUAL_NUMBER(count_of(ANY), 0);
	sim_faults(scene.sim, "401");
	AWAIT(count_of(SITE_DOWN) == 1, 60);
	check_last(SITE_DOWN, 1, line_of_down(&scene));
	AWAIT(manager_site(scene.manager, "paris", SITE_FAILURE_STREAK) == 4, 60);
	EQUAL_NUMBER(count_of(ANY), 1);
	sim_faults(scene.sim, "");
	AWAIT(count_of(SITE_UP) == 1, 60);
	check_last(SITE_UP, 1, line_of_up(4));
	settle(&scene);
	EQUAL_NUMBER(count_of(ANY), 2);
	EQUAL_NUMBER(manager_agent(scene.manager, AGENT_SENT), 2);
	EQUAL_NUMBER(manager_agent(scene.manager, AGENT_SUPPRESSED), 0);
}

#define JOBS "--jobs 500 --rate 30 --policies 20 --clients 30"
#define WANT_JOBS "notify = { \"job-failed\" }\nnotify-limit = 1000\n"

/* None for what there was at first; then one for each. */
static void test_jobs(void)
{
	struct scene scene = begin(JOBS, WANT_JOBS, false);
	size_t due;

	EQUAL_NUMBER(count_of(ANY), 0);
	for (int i = 0; i < 3; i++) {
		sim_advance(scene.sim, 600);
		check_failures(&scene);
	}
	free(due_failures(&scene, &due));
	CU_ASSERT_TRUE(due > 20);
	EQUAL_NUMBER(manager_agent(scene.manager, AGENT_SENT), due);
	EQUAL_NUMBER(manager_agent(scene.manager, AGENT_SUPPRESSED), 0);
}

/* Not again after a restart or a crash; what failed meanwhile is told. */
static void test_restarts(void)
{
	static const int ends[] = {SIGTERM, SIGKILL};
	struct scene scene = begin(JOBS, WANT_JOBS, false);

	sim_advance(scene.sim, 600);
	check_failures(&scene);
	for (size_t i = 0; i < COUNT(ends); i++) {
		restart_agent(&scene, ends[i]);
		AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == UP, 30);
		check_failures(&scene);
		scene.agent->want = WORLD_ANY;
		world_end_process(scene.agent, ends[i], 10);
		sim_advance(scene.sim, 600);
		scene.agent = start_agent(&scene);
		AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == UP, 30);
		check_failures(&scene);
	}
}

/* Each line of PART is one of WHOLE, and none is there twice; both are sorted. */
static void check_part(char *part, char *whole)
{
	char *save = NULL, *whole_save = NULL, *last = NULL;
	char *of_whole = strtok_r(whole, "\n", &whole_save);

	for (char *line = strtok_r(part, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (last && strcmp(line, last) == 0)
			FAIL("told twice: %s", line);
		last = line;
		while (of_whole && strcmp(of_whole, line) < 0)
			of_whole = strtok_r(NULL, "\n", &whole_save);
		if (!of_whole || strcmp(of_whole, line) != 0)
			FAIL("no such failure: %s", line);
	}
}

/* What a worker has saved when its site's configuration changes must be told all the same. */
static void test_reloads(void)
{
	struct scene scene = begin(JOBS, WANT_JOBS, false);
	char lines[80];

	for (int i = 0; i < 24; i++) {
		/* Each time somewhere else in the refresh. */
		int64_t due = sim_count(scene.sim, "requests") + 1 + i % 5;

		sim_advance(scene.sim, 120);
		AWAIT(sim_count(scene.sim, "requests") >= due, 20);
		snprintf(lines, sizeof lines, "policy \"reload-%d\" { }\n", i);
		world_config(lines);
		world_config_file();
		kill(scene.agent->pid, SIGHUP);
	}
	AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == UP, 30);
	check_failures(&scene);
}

/* Killed at any moment, also while it sends: what is lost then is lost, but nothing comes twice. */
static void test_kills(void)
{
	struct scene scene = begin(JOBS, WANT_JOBS, false);
	unsigned random = harness_seed();
	size_t due, came;
	char *expected, *actual;

	for (int i = 0; i < 15; i++) {
		int64_t moment = timefmt_monotonic() + rand_r(&random) % 1500;

		sim_advance(scene.sim, 300);
		AWAIT(timefmt_monotonic() >= moment, 5);
		restart_agent(&scene, SIGKILL);
	}
	AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == UP, 30);
	settle(&scene);
	expected = due_failures(&scene, &due);
	actual = received(JOB_FAILED, &came);
	printf("%zu of %zu came\n", came, due);
	CU_ASSERT_TRUE(came > due / 2);
	manager_sort_lines(actual);
	check_part(actual, expected);
	free(actual);
	free(expected);
}

/* Thousands fail at once: some are told, the rest is counted, and requests are answered all the
 * while. */
static void test_burst(void)
{
	struct scene scene =
	    begin("--jobs 300 --burst 10000@600", "notify = { \"job-failed\" }\n", false);
	unsigned walks = 0;

	world_slow(2);
	sim_advance(scene.sim, 700);
	while (manager_agent(scene.manager, AGENT_SENT) < 20 || walks < 20) {
		struct manager_cells cells = manager_walk(scene.manager, "", WITH_BULK);

		CU_ASSERT_TRUE(cells.count > 100);
		manager_free_cells(&cells);
		walks++;
	}
	settle(&scene);
	EQUAL_NUMBER(manager_agent(scene.manager, AGENT_SENT), 20);
	EQUAL_NUMBER(manager_agent(scene.manager, AGENT_SUPPRESSED), 9980);
	EQUAL_NUMBER(count_of(JOB_FAILED), 20);
	EQUAL_NUMBER(count_of(ANY), 20);
	CHECK_ROWS(manager_rows(scene.manager, "paris", WITH_BULK), scene.sim);
}

/* Whether a policy is overdue, worked out from its jobs. */
struct policy {
	char name[80];
	int64_t success;
	bool ended, overdue;
	bool untold; /* overdue from the beginning */
};

#define MAX_AGE 7200
#define STEP 1800

struct policies {
	int64_t since; /* what ended before is not known to the agent */
	struct policy list[64];
	size_t count;
};

static void note_completion(const struct job *job, void *arg)
{
	struct policies *policies = arg;
	size_t i = 0;

	if (job->state != JOB_DONE || job->ended < policies->since || job->policy[0] == '\0' ||
	    !tally_is_among(job->type, RESOLVE_PROTECTING) || job->children > 0)
		return;
	while (i < policies->count && strcmp(policies->list[i].name, job->policy) != 0)
		i++;
	if (i == COUNT(policies->list))
		world_fail(__FILE__, __LINE__, "too many policies");
	if (i == policies->count)
		snprintf(policies->list[policies->count++].name, sizeof policies->list[i].name,
			 "%s", job->policy);
	policies->list[i].ended = true;
	if (job->status <= 1 && job->ended > policies->list[i].success)
		policies->list[i].success = job->ended;
}

/* The objects that both notifications begin with. */
static void print_policy(FILE *out, const struct policy *policy, struct index_draft *draft)
{
	index_add_string(draft, "paris");
	index_add_string(draft, policy->name);
	print_column(out, "5.1.2", draft);
	print_text(out, "paris");
	fputc('\t', out);
	print_column(out, "5.1.3", draft);
	print_text(out, policy->name);
}

/* The line of what is to be said of POLICY now, its age hidden. */
static void print_change(FILE *out, const struct policy *policy)
{
	struct index_draft draft = {.length = 0};

	print_policy(out, policy, &draft);
	if (policy->overdue) {
		fputc('\t', out);
		print_column(out, "5.1.9", &draft);
		fputs(policy->success ? " = Gauge32: some\t" : " = Gauge32: never\t", out);
		print_column(out, "5.1.14", &draft);
		fprintf(out, " = Gauge32: %d", MAX_AGE);
	}
	fputc('\n', out);
}

/* Puts a word in the place of each age, having checked that it can be right. */
static void hide_ages(char *text)
{
	static const char column[] = MANAGER_OBJECTS ".5.1.9.", value[] = " = Gauge32: ";
	char *copy = strdup(text), *from = copy, *age;
	FILE *out = fmemopen(text, strlen(text) + 1, "w");

	while ((age = strstr(from, column)) != NULL && (age = strstr(age, value)) != NULL) {
		uint64_t number;

		age += strlen(value);
		fwrite(from, 1, (size_t)(age - from), out);
		number = strtoull(age, &from, 10);
		fputs(number == NEVER_AGE ? "never" : "some", out);
		/* It was not overdue a step before. */
		if (number != NEVER_AGE)
			CU_ASSERT_TRUE(number >= MAX_AGE - 3 && number <= MAX_AGE + STEP + 30);
	}
	fputs(from, out);
	fputc('\0', out);
	fclose(out);
	free(copy);
}

/* Writes what there is to say of all policies at NOW that was not so before; RAISED is NULL for
 * what is so from the beginning. */
static void judge(const struct scene *scene, struct policies *policies, int64_t now, FILE *raised,
		  FILE *cleared)
{
	sim_each_job(scene->sim, note_completion, policies);
	for (size_t i = 0; i < policies->count; i++) {
		struct policy *policy = &policies->list[i];
		bool was = policy->overdue;

		policy->overdue = !policy->success || policy->success + MAX_AGE * 1000 <= now;
		/* What was overdue from the beginning is not told, and neither is its end. */
		if (policy->overdue != was && raised && !policy->untold)
			print_change(policy->overdue ? raised : cleared, policy);
		policy->untold = policy->overdue && (policy->untold || !raised);
	}
}

static void check_changes(enum kind kind, FILE *memory, char **expected)
{
	size_t due = 0, came;
	char *actual, *sorted;

	fflush(memory);
	sorted = strdup(*expected);
	for (const char *at = sorted; *at; at++)
		due += *at == '\n';
	AWAIT(count_of(kind) >= due, 20);
	actual = received(kind, &came);
	EQUAL_NUMBER(came, due);
	hide_ages(actual);
	manager_sort_lines(actual);
	manager_sort_lines(sorted);
	CHECK_LINES(actual, sorted);
	free(actual);
	free(sorted);
}

/* What is overdue at first is in the rows; what becomes so later is told once, and so is the end of
 * it. */
static void test_overdue(void)
{
	struct scene scene = begin("--jobs 100 --rate 1 --policies 20",
				   "policy \"*\" { max-age = \"2h\" }\n"
				   "notify = { \"policy-overdue\" }\nnotify-limit = 1000\n",
				   false);
	struct policies policies = {.since = scene.began - 86400000};
	char *raised = NULL, *cleared = NULL;
	size_t size[2];
	FILE *raise_out = open_memstream(&raised, &size[0]);
	FILE *clear_out = open_memstream(&cleared, &size[1]);

	judge(&scene, &policies, scene.began, NULL, NULL);
	EQUAL_NUMBER(count_of(ANY), 0);
	for (int i = 0; i < 10; i++) {
		int64_t now = sim_advance(scene.sim, STEP);

		if (i == 5)
			restart_agent(&scene, SIGKILL);
		AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == UP, 30);
		judge(&scene, &policies, now, raise_out, clear_out);
		settle(&scene);
		check_changes(POLICY_RAISED, raise_out, &raised);
		check_changes(POLICY_CLEARED, clear_out, &cleared);
	}
	printf("%zu raised, %zu cleared\n", count_of(POLICY_RAISED), count_of(POLICY_CLEARED));
	CU_ASSERT_TRUE(count_of(POLICY_RAISED) > 3 && count_of(POLICY_CLEARED) > 0);
	EQUAL_NUMBER(count_of(ANY), count_of(POLICY_RAISED) + count_of(POLICY_CLEARED));
	fclose(raise_out);
	fclose(clear_out);
	free(raised);
	free(cleared);
}

static bool has_come(const char *text)
{
	char *traps = world_traps();
	bool found = strstr(traps, text) != NULL;

	free(traps);
	return found;
}

/* Nothing is sent that nobody asked for. */
static void check_none(const char *lines)
{
	struct scene scene = begin(JOBS, lines, false);
	size_t due;

	sim_advance(scene.sim, 86400);
	fail_refreshes(&scene, 2);
	free(due_failures(&scene, &due));
	CU_ASSERT_TRUE(due > 100);
	EQUAL_NUMBER(count_of(ANY), 0);
	EQUAL_NUMBER(manager_agent(scene.manager, AGENT_SENT), 0);
	EQUAL_NUMBER(manager_agent(scene.manager, AGENT_SUPPRESSED), 0);
	/* That there is a receiver, snmpd's own notification of its end shows. */
	world_end_process(scene.snmpd, SIGTERM, 10);
	AWAIT(has_come(SNMPD_SHUTDOWN), 10);
}

static void test_none(void)
{
	check_none("policy \"*\" { max-age = \"1h\" }\nnotify = { }\n");
}

static void test_default(void)
{
	check_none("policy \"*\" { max-age = \"1h\" }\n");
}

/* What comes up while there is no master agent is sent to the next. */
static void test_snmpd_restarted(void)
{
	struct scene scene = begin(JOBS, WANT_JOBS, false);
	int64_t pings;

	for (int i = 0; i < 2; i++) {
		world_end_process(scene.snmpd, i == 0 ? SIGTERM : SIGKILL, 10);
		sim_advance(scene.sim, 600);
		pings = sim_count(scene.sim, "ping");
		AWAIT(sim_count(scene.sim, "ping") >= pings + 3, 30);
		scene.snmpd = world_snmpd();
		AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == UP, 30);
		check_failures(&scene);
	}
}

static void test_v3(void)
{
	struct scene scene = begin(JOBS, WANT_JOBS, true);

	sim_advance(scene.sim, 600);
	check_failures(&scene);
}

static const struct harness_test tests[] = {
    {"a site goes down and comes up", test_site},
    {"jobs that fail", test_jobs},
    {"jobs that fail, with restarts", test_restarts},
    {"jobs that fail, with reloads", test_reloads},
    {"killed while sending", test_kills},
    {"10,000 jobs fail at once", test_burst},
    {"policies become overdue and recover", test_overdue},
    {"none are wanted", test_none},
    {"none by default", test_default},
    {"snmpd is restarted", test_snmpd_restarted},
    {"SNMPv3", test_v3},
    {NULL, NULL},
};

const struct harness_suite notify_suite = {"notify", tests};
