/* SPDX-License-Identifier: BSD-2-Clause */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "manager.h"
#include "base/mem.h"
#include "world.h"

/* The command line: what is printed where, and exit codes. */

/* How the agent is called; WORDS is an array that ends with NULL. */
static int call(const char *const *words, char **out, char **err)
{
	const char *argv[20] = {world_program("nbu-agentx")};
	struct process *process;
	size_t count = 1;
	int status;

	while (*words && count < 19)
		argv[count++] = *words++;
	argv[count] = NULL;
	process = world_start("call", argv);
	process->want = WORLD_ANY;
	status = world_wait(process, 60);
	*out = world_read(process->out);
	*err = world_read(process->err);
	return status;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Checks a call's exit status, and that its output and its errors hold OUT and ERR (NULL = are
 * empty). */
static void check_call(unsigned line, const char *const *words, int status, const char *out,
		       const char *err)
{
	char *got_out, *got_err;
	int got = call(words, &got_out, &got_err);

	if (got != status)
		harness_fail(__FILE__, line, "exit status %d, not %d", got, status);
	else
		CU_assertImplementation(CU_TRUE, line, "status", __FILE__, "", CU_FALSE);
	if (out ? !strstr(got_out, out) : got_out[0] != '\0')
		harness_fail(__FILE__, line, "output \"%s\"", got_out);
	if (err ? !strstr(got_err, err) : got_err[0] != '\0')
		harness_fail(__FILE__, line, "errors \"%s\"", got_err);
	free(got_out);
	free(got_err);
}
#define CHECK_CALL(...) check_call(__LINE__, __VA_ARGS__)

static void test_options(void)
{
	CHECK_CALL(WORDS("-V"), 0, "nbu-agentx " NBU_AGENTX_VERSION "\n", NULL);
	CHECK_CALL(WORDS("--version"), 0, NBU_AGENTX_VERSION, NULL);
	CHECK_CALL(WORDS("-h"), 0, "--check-config", NULL);
	CHECK_CALL(WORDS("--help"), 0, "usage: nbu-agentx", NULL);
	CHECK_CALL(WORDS("--nonsense"), 2, NULL, "nonsense");
	CHECK_CALL(WORDS("-x"), 2, NULL, "x");
	CHECK_CALL(WORDS("-c"), 2, NULL, "requires an argument");
	CHECK_CALL(WORDS("word"), 2, NULL, "word");
	CHECK_CALL(WORDS("--once", "--format=xml"), 2, NULL, "xml");
	CHECK_CALL(WORDS("--once", "--table=policy"), 2, NULL,
		   "the table must be agent, sites, jobs, workloads, policies, clients, queue, "
		   "failures, storage-units, disk-pools, storage-servers, drives, media-pools, "
		   "security, resources or all, not "
		   "policy\n");
	CHECK_CALL(WORDS("--once", "--table="), 2, NULL, "the table must be");
	CHECK_CALL(WORDS("--once", "--table"), 2, NULL, "requires an argument");
	CHECK_CALL(WORDS("--help"), 0, "--table", NULL);
	CHECK_CALL(WORDS("--doctor", "--once"), 2, NULL, "only one of");
	CHECK_CALL(WORDS("--check-config", "--fetch-ca=https://paris"), 2, NULL, "only one of");
	CHECK_CALL(WORDS("--user=root"), 2, NULL, "need --doctor");
	CHECK_CALL(WORDS("--doctor", "--snmpd=localhost"), 2, NULL, "--snmpd needs --community");
	CHECK_CALL(WORDS("--fingerprint=00"), 2, NULL, "needs --fetch-ca");
	CHECK_CALL(WORDS("--fetch-ca=https://paris", "--output=ca.pem"), 2, NULL,
		   "needs --fingerprint");
}

static void test_check_config(void)
{
	const char *good, *bad, *none = world_path("nothing.conf");
	char start[300];

	world_site("paris", NULL, NULL);
	good = world_config_file();
	CHECK_CALL(WORDS("-c", good, "--check-config"), 0, "configuration OK\n", NULL);
	bad = world_write("bad.conf", 0600, "log-level = \"info\"\n\nwindow = \"1 day\"\n");
	snprintf(start, sizeof start, "%s:3: window", bad);
	CHECK_CALL(WORDS("-c", bad, "--check-config"), 2, NULL, start);
	CHECK_CALL(WORDS("-c", bad), 2, NULL, start);
	CHECK_CALL(WORDS("-c", bad, "--once"), 2, NULL, start);
	snprintf(start, sizeof start, "%s: cannot be read", none);
	CHECK_CALL(WORDS("-c", none, "--check-config"), 2, NULL, start);
}

/* The rows of a site in the output of --format=json, as lines like those of sim_expected without
 * the durations. */
static char *rows_of_json(const cJSON *site)
{
	const cJSON *row;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(site, "rows"))
	{
		static const char *const numbers[] = {"status", "count", "bytes", "files"};

		fprintf(out, "%s\t%s",
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "jobType")),
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "policyType")));
		for (size_t i = 0; i < 4; i++)
			fprintf(out, "\t%.0f",
				cJSON_GetNumberValue(
				    cJSON_GetObjectItemCaseSensitive(row, numbers[i])));
		fputc('\n', out);
	}
	fclose(out);
	manager_sort_lines(text);
	return text;
}

/* sim_expected without the last two fields of each line. */
static char *expected_short(const struct sim *sim)
{
	char *expected = sim_expected(sim), *text = NULL, *save = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (char *line = strtok_r(expected, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		*strrchr(line, '\t') = '\0';
		*strrchr(line, '\t') = '\0';
		fprintf(out, "%s\n", line);
	}
	fclose(out);
	free(expected);
	manager_sort_lines(text);
	return text;
}

static void check_json_rows(const cJSON *site, const struct sim *sim)
{
	char *rows = rows_of_json(site), *expected = expected_short(sim);

	EQUAL_TEXT(rows, expected);
	free(rows);
	free(expected);
}

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void test_once_json(void)
{
	struct sim *first = world_sim("first", "--jobs 250");
	struct sim *second = world_sim("second", "--jobs 120 --seed 4");
	const cJSON *sites;
	char *out, *err;
	cJSON *document;

	world_site("paris", first, NULL);
	world_site("lyon", second, NULL);
	EQUAL_NUMBER(call(WORDS("-c", world_config_file(), "--once", "--format=json"), &out, &err),
		     0);
	EQUAL_TEXT(err, "");
	document = cJSON_Parse(out);
	sites = member(document, "sites");
	EQUAL_NUMBER(cJSON_GetArraySize(sites), 2);
	for (int i = 0; i < 2 && cJSON_GetArraySize(sites) == 2; i++) {
		const cJSON *site = cJSON_GetArrayItem(sites, i);

		EQUAL_TEXT(cJSON_GetStringValue(member(site, "site")), i ? "lyon" : "paris");
		CU_ASSERT_TRUE(cJSON_IsTrue(member(site, "ok")));
		EQUAL_TEXT(cJSON_GetStringValue(member(site, "apiVersion")), "13.0");
		CU_ASSERT_TRUE(cJSON_GetNumberValue(member(site, "requests")) >= 3);
		EQUAL_NUMBER(cJSON_GetNumberValue(member(site, "jobs")), i ? 122 : 255);
		check_json_rows(site, i ? second : first);
	}
	cJSON_Delete(document);
	free(out);
	free(err);
}

/* Which of the lists of rows the first site has in the JSON of TABLE, a bit for each. */
static unsigned lists_of(const char *file, const char *table)
{
	static const char *const lists[] = {"rows", "workloads", "policies", "clients", "queue"};
	char *option = mem_printf("--table=%s", table);
	const cJSON *site;
	cJSON *document;
	char *out, *err;
	unsigned found = 0;

	EQUAL_NUMBER(call(WORDS("-c", file, "--once", "--format=json", option), &out, &err), 0);
	document = cJSON_Parse(out);
	site = cJSON_GetArrayItem(member(document, "sites"), 0);
	EQUAL_TEXT(cJSON_GetStringValue(member(site, "site")), "paris");
	for (unsigned i = 0; i < 5; i++)
		found |= (unsigned)cJSON_IsArray(member(site, lists[i])) << i;
	cJSON_Delete(document);
	free(option);
	free(out);
	free(err);
	return found;
}

static void test_once_tables(void)
{
	static const char *const tables[] = {"jobs", "workloads", "policies", "clients", "queue"};
	const char *file;

	world_site("paris", world_sim("sim", "--jobs 20"), NULL);
	file = world_config_file();
	for (unsigned i = 0; i < 5; i++)
		EQUAL_NUMBER(lists_of(file, tables[i]), 1U << i);
	EQUAL_NUMBER(lists_of(file, "all"), 31);
	CHECK_CALL(WORDS("-c", file, "--once", "--table=queue"), 0, "SITE  REASON  JOBS  TEXT",
		   NULL);
	CHECK_CALL(WORDS("-c", file, "--once", "--table=all"), 0, "\n\nClients: ", NULL);
}

/* What should be known stands below the table. */
static void test_once_notice(void)
{
	world_site("paris", world_sim("sim", "--jobs 0"), NULL);
	CHECK_CALL(WORDS("-c", world_config_file(), "--once"), 0,
		   "\nparis: notice: no job is visible: the API key's role may not see jobs ",
		   NULL);
	CHECK_CALL(WORDS("-c", world_config_file(), "--once", "--format=json"), 0,
		   "\"notice\":\"no job is visible: ", NULL);
}

static void test_once_site(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20");
	const char *file;
	cJSON *document;
	char *out, *err;

	world_site("paris", sim, NULL);
	world_site("lyon", NULL, NULL); /* would fail */
	file = world_config_file();
	EQUAL_NUMBER(call(WORDS("-c", file, "--format=json", "--once", "paris"), &out, &err), 0);
	document = cJSON_Parse(out);
	EQUAL_NUMBER(cJSON_GetArraySize(member(document, "sites")), 1);
	cJSON_Delete(document);
	free(out);
	free(err);
	CHECK_CALL(WORDS("-c", file, "--once", "nice"), 2, NULL, "nice");
}

static void test_once_fails(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20");
	const cJSON *sites;
	cJSON *document;
	char *out, *err;

	world_site("lyon", NULL, NULL);
	world_site("paris", sim, NULL);
	EQUAL_NUMBER(call(WORDS("-c", world_config_file(), "--once", "--format=json"), &out, &err),
		     1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "site lyon: down (connect)"));
	document = cJSON_Parse(out);
	sites = member(document, "sites");
	EQUAL_NUMBER(cJSON_GetArraySize(sites), 2);
	CU_ASSERT_TRUE(cJSON_IsFalse(member(cJSON_GetArrayItem(sites, 0), "ok")));
	CU_ASSERT_TRUE(cJSON_IsTrue(member(cJSON_GetArrayItem(sites, 1), "ok")));
	check_json_rows(cJSON_GetArrayItem(sites, 1), sim);
	cJSON_Delete(document);
	free(out);
	free(err);
}

/* The table holds the same, under a head line, each line as wide as the others. */
static void test_once_table(void)
{
	struct sim *sim = world_sim("sim", "--jobs 250");
	char *out, *err, *save = NULL, *text = NULL, *expected;
	size_t size = 0, width = 0;
	FILE *rows = open_memstream(&text, &size);

	world_site("paris", sim, NULL);
	EQUAL_NUMBER(call(WORDS("-c", world_config_file(), "--once"), &out, &err), 0);
	EQUAL_TEXT(err, "");
	for (char *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char site[64], type[64], policy[64];
		unsigned long long status, count, bytes, files;

		if (width == 0) {
			width = strlen(line);
			CU_ASSERT_TRUE(strncmp(line, "SITE ", 5) == 0);
			continue;
		}
		EQUAL_NUMBER(strlen(line), width);
		EQUAL_NUMBER(sscanf(line, "%63s %63s %63s %llu %llu %llu %llu", site, type, policy,
				    &status, &count, &bytes, &files),
			     7);
		EQUAL_TEXT(site, "paris");
		fprintf(rows, "%s\t%s\t%llu\t%llu\t%llu\t%llu\n", type, policy, status, count,
			bytes, files);
	}
	fclose(rows);
	manager_sort_lines(text);
	expected = expected_short(sim);
	EQUAL_TEXT(text, expected);
	free(expected);
	free(text);
	free(out);
	free(err);
}

static void test_once_secret(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20 --fault echo-key");
	char *out, *err;

	world_site("paris", sim, NULL);
	EQUAL_NUMBER(call(WORDS("-c", world_config_file(), "--once", "--format=json", "-v", "-v"),
			  &out, &err),
		     1);
	CU_ASSERT_TRUE(strstr(out, "errorText") && strstr(err, "GET https://"));
	CU_ASSERT_PTR_NULL(strstr(out, WORLD_KEY));
	CU_ASSERT_PTR_NULL(strstr(err, WORLD_KEY));
	free(out);
	free(err);
}

/* The key may come from the environment, and the certificate need not be known when told so. */
static void test_other_ways(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20");
	char more[400];

	setenv("NBU_TEST_KEY", WORLD_KEY, 1);
	world_site("paris", sim, "api-key = \"${NBU_TEST_KEY}\"\n");
	CHECK_CALL(WORDS("-c", world_config_file(), "--once"), 0, "paris", NULL);
	world_forget_sites();
	snprintf(more, sizeof more, "ca-file = \"%s\"\n", world_path("tls/other-ca.pem"));
	world_site("paris", sim, more);
	CHECK_CALL(WORDS("-c", world_config_file(), "--once"), 1, "SITE", "down (tls)");
	world_forget_sites();
	strcat(more, "tls-verify = false\n");
	world_site("paris", sim, more);
	CHECK_CALL(WORDS("-c", world_config_file(), "--once"), 0, "paris", "tls-verify is false");
}

/* What cannot be printed is no success, for it may have been meant for a file. */
static void test_full_disk(void)
{
	static const char *const options[] = {"--help", "--version"};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		struct process *process = world_start(
		    "full", (const char *const[]){"/bin/sh", "-c", "exec \"$0\" \"$1\" >/dev/full",
						  world_program("nbu-agentx"), options[i], NULL});

		process->want = WORLD_ANY;
		EQUAL_NUMBER(world_wait(process, 60), 1);
	}
}

static const struct harness_test tests[] = {
    {"options", test_options},
    {"output to a full disk", test_full_disk},
    {"--check-config", test_check_config},
    {"--once in JSON", test_once_json},
    {"--once with other tables", test_once_tables},
    {"--once with a notice", test_once_notice},
    {"--once of one site", test_once_site},
    {"--once when a site fails", test_once_fails},
    {"--once in a table", test_once_table},
    {"--once shows no key", test_once_secret},
    {"key from the environment, no verification", test_other_ways},
    {NULL, NULL},
};

const struct harness_suite command_suite = {"command", tests};
