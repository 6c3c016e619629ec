/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "manager.h"
#include "world.h"

/* The rows that are served are those that a correct client must arrive at. */

static void test_ten_thousand(void)
{
	struct sim *sim = world_sim("sim", "--jobs 10000");
	void *manager = manager_of_paris(sim, NULL), *secure = manager_open_v3();

	EQUAL_NUMBER(manager_sum(manager, "paris", 8), 10000);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
	CHECK_ROWS(manager_rows(secure, "paris", WITH_NEXT), sim);
	CHECK_ROWS(manager_rows(secure, "paris", WITH_BULK), sim);
}

/* The line that snmpwalk -On -Oe -Oq prints for CELL. */
static void print_cell(FILE *out, const struct manager_cell *cell)
{
	for (size_t i = 0; i < cell->length; i++)
		fprintf(out, ".%lu", cell->id[i]);
	if (cell->type == ASN_OCTET_STR)
		fprintf(out, " \"%s\"\n", cell->text);
	else
		fprintf(out, " %llu\n", (unsigned long long)cell->number);
}

/* Takes the lines of ages, which may differ from moment to moment, out of TEXT. */
static void drop_ages(char *text)
{
	char *out = text, *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t length = strlen(line);

		if (strncmp(line, MANAGER_OBJECTS ".3.1.14.", strlen(MANAGER_OBJECTS) + 8) == 0)
			continue;
		memmove(out, line, length);
		out += length;
		*out++ = '\n';
	}
	*out = '\0';
}

/* What the walk with the library gives, in the form of the tools. */
static char *walked(void *manager)
{
	struct manager_cells cells = manager_walk(manager, "3", WITH_BULK);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < cells.count; i++)
		print_cell(out, &cells.cells[i]);
	fclose(out);
	manager_free_cells(&cells);
	drop_ages(text);
	return text;
}

static void check_tool(const char *const *argv, const char *expected)
{
	int status;
	char *output = world_output(&status, argv);

	EQUAL_NUMBER(status, 0);
	drop_ages(output);
	if (strcmp(output, expected) != 0)
		FAIL("%s has another opinion of the table", argv[0]);
	free(output);
}

static void test_tools(void)
{
	struct sim *sim = world_sim("sim", "--jobs 10000 --seed 7");
	void *manager = manager_of_paris(sim, NULL);
	char *expected = walked(manager), host[40];
	const char *const walk[] = {"snmpwalk", "-v2c", "-c", WORLD_PUBLIC,
				    "-Oneq",	"-t3",	host, (MANAGER_OBJECTS ".3"),
				    NULL};
	const char *const bulk[] = {"snmpbulkwalk", "-v2c", "-c", WORLD_PUBLIC,		  "-Cr50",
				    "-Oneq",	    "-t3",  host, (MANAGER_OBJECTS ".3"), NULL};
	const char *const secure[] = {"snmpwalk", "-v3",
				      "-u",	  WORLD_USER,
				      "-l",	  "authPriv",
				      "-a",	  "SHA-256",
				      "-A",	  WORLD_AUTH_PASSWORD,
				      "-x",	  "AES",
				      "-X",	  WORLD_PRIV_PASSWORD,
				      "-Oneq",	  "-t3",
				      host,	  (MANAGER_OBJECTS ".3"),
				      NULL};

	snprintf(host, sizeof host, "127.0.0.1:%d", world_snmp_port());
	CU_ASSERT_TRUE(strlen(expected) > 10000);
	check_tool(walk, expected);
	check_tool(bulk, expected);
	check_tool(secure, expected);
	free(expected);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
}

/* Which column of the table that snmptable prints is called NAME; -1 when none is. */
static int column_of(const char *head, const char *name)
{
	int column = 0;
	size_t length = strlen(name);

	for (const char *at = head;; at++, column++) {
		if (strncmp(at, name, length) == 0 && (at[length] == '|' || at[length] == '\0'))
			return column;
		at = strchr(at, '|');
		if (!at)
			return -1;
	}
}

/* Copies field COLUMN of LINE, without the quotes of a string. */
static void print_field(FILE *out, const char *line, int column)
{
	while (line && column-- > 0) {
		line = strchr(line, '|');
		line = line ? line + 1 : NULL;
	}
	for (; line && *line && *line != '|'; line++)
		if (*line != '"')
			fputc(*line, out);
}

/* Turns the output of snmptable into the form of sim_expected; frees it. */
static char *rows_of_table(char *output)
{
	static const char *const names[] = {
	    "nbuJobTypeLabel", "nbuJobPolicyTypeLabel", "nbuJobStatusCode",   "nbuJobCount",
	    "nbuJobBytes",     "nbuJobFiles",		"nbuJobMeanDuration", "nbuJobMaxDuration"};
	char *text = NULL, *save = NULL, *head = NULL;
	size_t size = 0, count = sizeof names / sizeof names[0];
	FILE *out = open_memstream(&text, &size);

	for (char *line = strtok_r(output, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strchr(line, '|'))
			continue;
		if (!head) {
			head = line;
			continue;
		}
		for (size_t i = 0; i < count; i++) {
			print_field(out, line, column_of(head, names[i]));
			fputc(i + 1 < count ? '\t' : '\n', out);
		}
	}
	fclose(out);
	free(output);
	manager_sort_lines(text);
	return text;
}

static void test_table(void)
{
	struct sim *sim = world_sim("sim", "--jobs 10000 --seed 3");
	const char *mibs = world_mib_path();
	char host[40], *output;
	const char *const table[] = {
	    "snmptable", "-v2c", "-c",		 WORLD_PUBLIC, "-M",
	    mibs,	 "-m",	 "NBU-JOBS-MIB", "-OU",	       "-t3",
	    "-Cf",	 "|",	 "-CB",		 host,	       "NBU-JOBS-MIB::nbuJobTable",
	    NULL};
	int status;

	manager_of_paris(sim, NULL);
	snprintf(host, sizeof host, "127.0.0.1:%d", world_snmp_port());
	output = world_output(&status, table);
	EQUAL_NUMBER(status, 0);
	CHECK_ROWS(rows_of_table(output), sim);
}

/* What a first sweep of 1000 jobs costs: from LEAST to MOST requests for jobs. */
static void check_requests(int connections, int64_t least, int64_t most)
{
	struct sim *sim = world_sim("sim", "--jobs 1000");
	const char *const once[] = {
	    world_program("nbu-agentx"), "-c", NULL, "--once", "--format=json", NULL};
	const char *argv[6];
	int status;
	char *output, line[40];

	memcpy(argv, once, sizeof argv);
	snprintf(line, sizeof line, "sweep-connections = %d", connections);
	world_site("paris", sim, line);
	argv[2] = world_config_file();
	sim_reset(sim);
	output = world_output(&status, argv);
	EQUAL_NUMBER(status, 0);
	CU_ASSERT_TRUE(sim_count(sim, "jobs") >= least && sim_count(sim, "jobs") <= most);
	EQUAL_NUMBER(sim_count(sim, "ping"), 1);
	EQUAL_NUMBER(sim_count(sim, "unauthorized"), 0);
	/* the control page has its own */
	CU_ASSERT_TRUE(sim_count(sim, "connections") <= connections + 1);
	EQUAL_NUMBER(sim_count(sim, "gzip"), sim_count(sim, "jobs"));
	free(output);
}

/* N jobs cost a page for each 100 of them. */
static void test_requests(void)
{
	/* 10, perhaps an empty last one, and one for the 20 jobs that have not ended */
	check_requests(1, 11, 12);
}

/* Blocks are narrower than pages, and two more tell where the list ends. */
static void test_requests_at_once(void)
{
	check_requests(4, 13, 16);
}

static void check_size(const char *options, uint64_t jobs)
{
	struct sim *sim = world_sim("sim", options);
	void *manager = manager_of_paris(sim, NULL);

	EQUAL_NUMBER(manager_sum(manager, "paris", 8), jobs);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_REFRESH_JOBS) >= (int64_t)jobs);
}

static void test_150(void)
{
	check_size("--jobs 150", 150);
}

static void test_exact_pages(void)
{
	check_size("--jobs 200", 200);
}

static void test_three(void)
{
	check_size("--jobs 3", 3);
}

static void test_none(void)
{
	check_size("--jobs 0", 0);
}

/* 5 TiB in one job: neither 32 bits nor a double in between may cost a byte. */
static void test_large(void)
{
	struct sim *sim = world_sim("sim", "--jobs 1");
	void *manager = manager_of_paris(sim, NULL);

	EQUAL_NUMBER(manager_sum(manager, "paris", 8), 1);
	EQUAL_NUMBER(manager_sum(manager, "paris", 9), 5497558138880);
	EQUAL_NUMBER(manager_sum(manager, "paris", 10), 5242880);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
}

/* All the ways in which a server may say that a page is the last one. */
static void test_ends(void)
{
	static const char *const ways[] = {"next-empty",  "next-null",	"next-number", "data-null",
					   "data-absent", "data-empty", "no-meta"};
	struct sim *sim = world_sim("sim", "--jobs 250");
	void *manager = manager_of_paris(sim, NULL);

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		sim_faults(sim, ways[i]);
		manager_await_refresh(manager, "paris");
		if (manager_site(manager, "paris", SITE_STATUS) != UP)
			FAIL("%s: the site is not up", ways[i]);
		if (manager_site(manager, "paris", SITE_FAILURES) != 0)
			FAIL("%s: a refresh has failed", ways[i]);
		EQUAL_NUMBER(manager_sum(manager, "paris", 8), 250);
		CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	}
}

/* An odd job costs itself at most. */
static void test_odd_jobs(void)
{
	struct sim *sim = world_sim("sim", "--jobs 2000 --fault bad-job --fault odd-end");
	void *manager = manager_of_paris(sim, NULL);

	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_JOBS_SKIPPED) > 0);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_FAILURES), 0);
}

static void check_skew(const char *options, int64_t skew)
{
	struct sim *sim = world_sim("sim", options);
	void *manager = manager_of_paris(sim, NULL);
	int64_t shown = manager_site(manager, "paris", SITE_CLOCK_SKEW);
	struct manager_cells ages;

	if (shown < skew - 1 || shown > skew + 1)
		FAIL("the skew is shown as %lld", (long long)shown);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), sim);
	/* Ages are by our clock: within the window, whatever the server's says. */
	ages = manager_walk(manager, "3.1.14", WITH_BULK);
	CU_ASSERT_TRUE(ages.count > 0);
	for (size_t i = 0; i < ages.count; i++)
		if (ages.cells[i].number > 24 * 3600)
			FAIL("an age of %llu s", (unsigned long long)ages.cells[i].number);
	manager_free_cells(&ages);
}

static void test_ahead(void)
{
	check_skew("--jobs 500 --skew 90", 90);
}

static void test_behind(void)
{
	check_skew("--jobs 500 --skew -90", -90);
}

static void test_days_ahead(void)
{
	check_skew("--jobs 500 --skew 400000", 400000);
}

static void test_days_behind(void)
{
	check_skew("--jobs 500 --skew -400000", -400000);
}

/* Site names share nothing and are in the order of a walk: by length first. */
static void test_two_sites(void)
{
	struct sim *paris = world_sim("paris", "--jobs 300");
	struct sim *lyon = world_sim("lyon", "--jobs 400 --seed 9");
	void *manager;

	world_site("lyon", lyon, NULL);
	manager = manager_of_paris(paris, NULL);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 20);
	EQUAL_NUMBER(manager_sum(manager, "lyon", 8), 400);
	EQUAL_NUMBER(manager_sum(manager, "paris", 8), 300);
	CHECK_ROWS(manager_rows(manager, "lyon", WITH_NEXT), lyon);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_NEXT), paris);
}

/* Each primary has rows of its own, though one process simulates them all. */
static void test_one_process(void)
{
	enum { SITES = 12 };
	struct sim *sims = world_sims("primaries", SITES, "--jobs 200");
	void *manager;
	char name[20];

	for (int i = 1; i < SITES; i++) {
		snprintf(name, sizeof name, "site-%d", i);
		world_site(name, &sims[i], NULL);
	}
	manager = manager_of_paris(&sims[0], NULL);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), &sims[0]);
	for (int i = 1; i < SITES; i++) {
		snprintf(name, sizeof name, "site-%d", i);
		AWAIT(manager_site(manager, name, SITE_STATUS) == UP, 20);
		CHECK_ROWS(manager_rows(manager, name, WITH_BULK), &sims[i]);
	}
}

static const struct harness_test tests[] = {
    {"10,000 mixed jobs, v2c and v3, getnext and getbulk", test_ten_thousand},
    {"snmpwalk and snmpbulkwalk", test_tools},
    {"snmptable", test_table},
    {"requests, connections and gzip of 1000 jobs", test_requests},
    {"the same by 4 connections at most", test_requests_at_once},
    {"150 jobs", test_150},
    {"200 jobs, whole pages", test_exact_pages},
    {"3 jobs", test_three},
    {"no jobs", test_none},
    {"5 TiB in one job", test_large},
    {"every way to say that the list has ended", test_ends},
    {"odd jobs", test_odd_jobs},
    {"server's clock 90 s ahead", test_ahead},
    {"server's clock 90 s behind", test_behind},
    {"server's clock days ahead", test_days_ahead},
    {"server's clock days behind", test_days_behind},
    {"two sites", test_two_sites},
    {"primaries of one process", test_one_process},
    {NULL, NULL},
};

const struct harness_suite rows_suite = {"rows", tests};
