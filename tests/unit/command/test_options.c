/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "command/options.h"
#include "command/report.h"
#include "harness.h"

#define WORDS_MAX 8

/* A command line with up to WORDS_MAX words behind the name of the program. */
struct line {
	char *words[WORDS_MAX + 2];
	int count;
};

static struct line line_of(const char *const *words)
{
	struct line line = {{(char *)"nbu-agentx"}, 1};

	for (; *words; words++)
		line.words[line.count++] = (char *)*words;
	return line;
}

static struct options read_words(const char *const *words)
{
	struct line line = line_of(words);
	struct options options = {0};

	optind = 0; /* as at the start of a program */
	options_read(&options, line.count, line.words);
	return options;
}

#define READ(...) read_words((const char *const[]){__VA_ARGS__, NULL})

/* Of a child that reads the same: its exit code, and nothing on the terminal. */
static int code_of_words(const char *const *words)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
		read_words(words);
		_exit(99); /* it was accepted */
	}
	CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define CODE(...) code_of_words((const char *const[]){__VA_ARGS__, NULL})

static void test_words(void)
{
	/* The next word is the site, unless it is an option. */
	EQUAL_TEXT(READ("--once", "paris").site, "paris");
	EQUAL_TEXT(READ("--once=paris").site, "paris");
	EQUAL_TEXT(READ("--doctor", "paris").site, "paris");
	EQUAL_TEXT(READ("--watch", "paris").site, "paris");
	CU_ASSERT_PTR_NULL(READ("--once").site);
	CU_ASSERT_PTR_NULL(READ("--once", "-v").site);
	EQUAL_NUMBER(READ("--once", "-v").verbosity, 1);
	CU_ASSERT_PTR_NULL(READ("--doctor", "--format=json").site);
	/* One of them names the site, in either order. */
	EQUAL_TEXT(READ("--once", "paris", "--watch").site, "paris");
	EQUAL_TEXT(READ("--once", "--watch", "paris").site, "paris");
}

static void test_defaults(void)
{
	struct options options = READ("-v");

	EQUAL_TEXT(options.file, CONFIG_DEFAULT_FILE);
	EQUAL_NUMBER(options.tables, REPORT_TABLE(TABLE_JOBS));
	CU_ASSERT_FALSE(options.check || options.once || options.json || options.watch ||
			options.detach || options.doctor);
	EQUAL_NUMBER(options.colour, 0);
	EQUAL_NUMBER(READ("-vvv", "-v").verbosity, 4);
	CU_ASSERT_TRUE(READ("-d").detach);
	CU_ASSERT_TRUE(READ("--check-config").check);
	CU_ASSERT_TRUE(READ("--once", "--format=json").json);
	CU_ASSERT_FALSE(READ("--once", "--format=json", "--format=table").json);
}

static void test_texts(void)
{
	struct options doctor = READ("--doctor", "--community=c", "--snmpd=s", "--user=u");
	struct options ca = READ("--fetch-ca=url", "--fingerprint=f", "--output=o", "-c", "file");

	EQUAL_TEXT(doctor.community, "c");
	EQUAL_TEXT(doctor.snmpd, "s");
	EQUAL_TEXT(doctor.user, "u");
	EQUAL_TEXT(ca.fetch_ca, "url");
	EQUAL_TEXT(ca.fingerprint, "f");
	EQUAL_TEXT(ca.output, "o");
	EQUAL_TEXT(ca.file, "file");
}

static void test_watch(void)
{
	struct options options = READ("--watch");

	CU_ASSERT_TRUE(options.once && options.watch);
	EQUAL_NUMBER(options.watch_seconds, 0);
	EQUAL_NUMBER(READ("--watch=1").watch_seconds, 1);
	EQUAL_NUMBER(READ("--watch=9").watch_seconds, 9);
	EQUAL_NUMBER(READ("--watch=86400").watch_seconds, 86400);
	for (size_t i = 0; i < 7; i++) {
		static const char *const wrong[] = {
		    "--watch=0",  "--watch=86401", "--watch=",	"--watch=-1",
		    "--watch=1x", "--watch= 5",	   "--watch=:5"};

		EQUAL_NUMBER(CODE(wrong[i]), OPTIONS_EXIT_USAGE);
	}
}

static void test_together(void)
{
	EQUAL_NUMBER(CODE("--help"), OPTIONS_EXIT_FINE);
	EQUAL_NUMBER(CODE("--version"), OPTIONS_EXIT_FINE);
	EQUAL_NUMBER(CODE("word"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--once", "paris", "london"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--check-config", "--once"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--once", "--doctor"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--doctor", "--fetch-ca=url"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--community=c"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--user=u"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--doctor", "--snmpd=s"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--fingerprint=f"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--fetch-ca=url", "--output=o"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--fetch-ca=url", "--fingerprint=f", "--output="), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--once", "--format=xml"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--once", "--table=x"), OPTIONS_EXIT_USAGE);
	EQUAL_NUMBER(CODE("--once", "--color=x"), OPTIONS_EXIT_USAGE);
}

static const struct harness_test tests[] = {
    {"words behind options", test_words},
    {"defaults", test_defaults},
    {"texts", test_texts},
    {"watch", test_watch},
    {"what goes together", test_together},
    {NULL, NULL},
};

const struct harness_suite options_suite = {"options", tests};
