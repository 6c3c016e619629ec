/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/fetch_ca.h"
#include "command/options.h"
#include "harness.h"
#include "unit/api/samples.h"
#include "unit/captured.h"
#include "unit/scratch.h"
#include "unit/site/scripted.h"

/* --fetch-ca where the certificate cannot be written: what was there stays, and nothing is left. */

#define OLD "the old one\n"
#define NOBODY 65534

static const struct answer answers[] = {
    {"/security/cacert ", "200 OK", "{\"webRootCert\":\"" SAMPLE("\\n") "\"}"}, END};

/* Fetches it to OUTPUT, and standard output goes to PATH. What was said is to be freed. */
static char *fetch(int *status, const char *fingerprint, const char *output, const char *path)
{
	struct world world;
	char *said;

	scripted_open(&world, ":memory:");
	scripted_answer(&world, answers);
	captured_begin(path);
	*status = fetch_ca_run(world.url, fingerprint, output);
	said = captured_end();
	scripted_close(&world);
	return said;
}

/* How many files the test's folder has. */
static unsigned files(void)
{
	DIR *folder = opendir(scratch_path("."));
	unsigned count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
	for (struct dirent *entry; (entry = readdir(folder));)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

static void check_text(const char *path, const char *expected)
{
	char text[2000] = "";
	FILE *file = fopen(path, "r");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	EQUAL_TEXT(text, expected);
}

/* The new file takes the place of the old one, and all may read it whatever the old one's mode. */
static void test_written(void)
{
	struct stat status;
	char *said;
	int result;

	scratch_make();
	scratch_write("ca.pem", 0600, OLD);
	said = fetch(&result, SAMPLE_SHA256, scratch_path("ca.pem"), NULL);
	EQUAL_NUMBER(result, OPTIONS_EXIT_FINE);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "ca-file = \""));
	check_text(scratch_path("ca.pem"), SAMPLE("\n"));
	CU_ASSERT(stat(scratch_path("ca.pem"), &status) == 0);
	EQUAL_NUMBER(status.st_mode & 07777, 0644);
	EQUAL_NUMBER(files(), 1);
	free(said);
	scratch_remove();
}

static void check_unwritten(const char *output, const char *why)
{
	int result;
	char *said = fetch(&result, SAMPLE_SHA256, output, NULL);

	EQUAL_NUMBER(result, OPTIONS_EXIT_FAILED);
	if (!strstr(said, "cannot write ") || !strstr(said, why) || strstr(said, "wrote"))
		FAIL("it says: %s", said);
	free(said);
}

static void test_no_folder(void)
{
	scratch_make();
	check_unwritten(scratch_path("none/ca.pem"), "No such file or directory");
	EQUAL_NUMBER(files(), 0);
	scratch_remove();
}

/* A file may have no more than some octets, as on a disk that gets full in the middle. */
static void test_full(void)
{
	struct rlimit limit, little;

	scratch_make();
	scratch_write("ca.pem", 0644, OLD);
	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_FATAL(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	little = limit;
	little.rlim_cur = strlen(SAMPLE("\n")) / 2;
	CU_ASSERT_FATAL(setrlimit(RLIMIT_FSIZE, &little) == 0);
	check_unwritten(scratch_path("ca.pem"), "No space left on device");
	CU_ASSERT_FATAL(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	check_text(scratch_path("ca.pem"), OLD);
	EQUAL_NUMBER(files(), 1);
	scratch_remove();
}

/* Somebody else's file in a folder as /tmp. It is named within the folder, as others may not enter
 * what that one lies in. */
static void test_foreign(void)
{
	if (geteuid() != 0) {
		CU_PASS("only root can give files to others");
		return;
	}
	scratch_make();
	scratch_write("ca.pem", 0644, OLD);
	CU_ASSERT_FATAL(chdir(scratch_path(".")) == 0 && chmod(".", 01777) == 0);
	CU_ASSERT_FATAL(setresuid(NOBODY, NOBODY, 0) == 0);
	check_unwritten("ca.pem", "Operation not permitted");
	CU_ASSERT_FATAL(setresuid(0, 0, 0) == 0 && chdir("/") == 0);
	check_text(scratch_path("ca.pem"), OLD);
	EQUAL_NUMBER(files(), 1);
	scratch_remove();
}

/* Whoever redirects the output into a full disk must not believe that all is there. */
static void test_full_output(void)
{
	static const struct {
		const char *fingerprint;
		bool to_file;
	} cases[] = {{NULL, false}, {SAMPLE_SHA256, false}, {SAMPLE_SHA256, true}};

	scratch_make();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int result;

		free(fetch(&result, cases[i].fingerprint,
			   cases[i].to_file ? scratch_path("ca.pem") : NULL, "/dev/full"));
		EQUAL_NUMBER(result, OPTIONS_EXIT_FAILED);
		free(fetch(&result, cases[i].fingerprint,
			   cases[i].to_file ? scratch_path("ca.pem") : NULL, "/dev/null"));
		EQUAL_NUMBER(result, OPTIONS_EXIT_FINE);
	}
	scratch_remove();
}

/* Another fingerprint: what the server has instead is shown, and nothing goes where a file may. */
static void test_other_fingerprint(void)
{
	int result;
	char *said = fetch(&result, "00:11:22", NULL, NULL);

	EQUAL_NUMBER(result, OPTIONS_EXIT_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, SAMPLE_SHA256));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "has this SHA-256: 00:11:22"));
	CU_ASSERT_PTR_NULL(strstr(said, "-----BEGIN"));
	free(said);
}

static const struct harness_test tests[] = {
    {"written", test_written},
    {"no folder", test_no_folder},
    {"full disk", test_full},
    {"somebody else's file", test_foreign},
    {"full output", test_full_output},
    {"another fingerprint", test_other_fingerprint},
    {NULL, NULL},
};

const struct harness_suite fetch_ca_suite = {"fetch_ca", tests};
