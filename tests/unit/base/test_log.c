/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "harness.h"

/* What reaches standard error, which is a file meanwhile. */
static const char *written(enum log_target target, enum log_level level)
{
	static char text[8192];
	int kept = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	size_t length;

	dup2(fileno(file), STDERR_FILENO);
	log_open(target, level);
	log_error("error %d", 1);
	log_warning("warning\n2%s", "\x1b[31m");
	log_info("info %s", "3");
	log_debug("debug 4");
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	length = fread(text, 1, sizeof text - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static int lines_of(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* Each level shows itself and what is worse. */
static void test_levels(void)
{
	static const char *const last[] = {"error: error 1", "warning: warning 2 [31m",
					   "info: info 3", "debug: debug 4"};

	for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
		const char *text = written(LOG_TARGET_STDERR, (enum log_level)level);

		EQUAL_NUMBER(lines_of(text), level + 1);
		if (!strstr(text, last[level]))
			FAIL("no %s in %s", last[level], text);
	}
}

/* What goes to the system's log does not stand in the service's output as well. */
static void test_syslog(void)
{
	EQUAL_TEXT(written(LOG_TARGET_SYSLOG, LOG_LEVEL_ERROR), "");
}

/* A line is one line, however long its text: a server may say anything. */
static void test_long(void)
{
	static char text[5000];
	int kept = dup(STDERR_FILENO), ends[2];
	char line[4096];
	ssize_t length;

	memset(text, 'a', sizeof text - 1);
	CU_ASSERT_FATAL(pipe(ends) == 0);
	dup2(ends[1], STDERR_FILENO);
	log_error("%s", text);
	dup2(kept, STDERR_FILENO);
	close(ends[1]);
	length = read(ends[0], line, sizeof line);
	CU_ASSERT(length > 1000 && length < 1200);
	EQUAL_NUMBER(line[length - 1], '\n');
	EQUAL_NUMBER(read(ends[0], line, sizeof line), 0);
	close(ends[0]);

	/* Nobody can read it: the agent goes on. */
	close(STDERR_FILENO);
	log_error("lost");
	dup2(kept, STDERR_FILENO);
	close(kept);
}

/* Lines that nobody reads stop nobody; how many were lost is told once there is room again. */
static void test_lost(void)
{
	static char text[65536];
	int kept = dup(STDERR_FILENO), ends[2];
	ssize_t length;

	CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
	dup2(ends[1], STDERR_FILENO);
	log_never_wait();
	memset(text, 'a', 900);
	alarm(10);
	for (int i = 0; i < 200; i++)
		log_error("%s", text);
	CU_ASSERT(read(ends[0], text, sizeof text) > 0);
	log_error("after that");
	log_error("and that");
	log_end(); /* has nothing more to tell */
	alarm(0);
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(ends[1]);
	length = read(ends[0], text, sizeof text - 1);
	text[length > 0 ? length : 0] = '\0';
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " lines of the log were lost: nobody read them\n"));
	EQUAL_NUMBER(lines_of(text), 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "error: and that\n"));
	close(ends[0]);
}

/* How many were lost is told at the end, too, if there is room. */
static void test_lost_at_end(void)
{
	static char text[65536];
	int kept = dup(STDERR_FILENO), ends[2];
	ssize_t length;

	CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
	dup2(ends[1], STDERR_FILENO);
	log_never_wait();
	memset(text, 'a', 900);
	for (int i = 0; i < 100; i++)
		log_error("%s", text);
	CU_ASSERT(read(ends[0], text, sizeof text) > 0);
	log_end();
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(ends[1]);
	length = read(ends[0], text, sizeof text - 1);
	text[length > 0 ? length : 0] = '\0';
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " lines of the log were lost: nobody read them\n"));
	close(ends[0]);
}

static const struct harness_test tests[] = {
    {"levels", test_levels},
    {"the system's log", test_syslog},
    {"lines that nobody reads", test_lost},
    {"lines that nobody reads, at the end", test_lost_at_end},
    {"a long line, and nowhere to write", test_long},
    {NULL, NULL},
};

const struct harness_suite log_suite = {"log", tests};
