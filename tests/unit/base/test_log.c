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

/* Standard error as a pipe, in the daemon. */
static struct {
	int kept;
	int ends[2];
	char text[65536];
} unread;

/* Logs more than the pipe takes; then there is room again. */
static void begin_unread(void)
{
	unread.kept = dup(STDERR_FILENO);
	CU_ASSERT_FATAL(pipe2(unread.ends, O_CLOEXEC) == 0);
	dup2(unread.ends[1], STDERR_FILENO);
	log_never_wait();
	memset(unread.text, 'a', 900);
	alarm(10);
	for (int i = 0; i < 200; i++)
		log_error("%s", unread.text);
	alarm(0);
	CU_ASSERT(read(unread.ends[0], unread.text, sizeof unread.text) > 0);
}

/* What was logged since. */
static const char *end_unread(void)
{
	ssize_t length;

	dup2(unread.kept, STDERR_FILENO);
	close(unread.kept);
	close(unread.ends[1]);
	length = read(unread.ends[0], unread.text, sizeof unread.text - 1);
	unread.text[length > 0 ? length : 0] = '\0';
	close(unread.ends[0]);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(unread.text, " lines of the log were lost: nobody read them\n"));
	return unread.text;
}

/* Lines that nobody reads stop nobody; how many were lost is told once there is room again. */
static void test_lost(void)
{
	const char *text;

	begin_unread();
	log_error("after that");
	log_error("and that");
	log_end(); /* has nothing more to tell */
	text = end_unread();
	EQUAL_NUMBER(lines_of(text), 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "error: and that\n"));
}

/* How many were lost is told at the end, too, if there is room. */
static void test_lost_at_end(void)
{
	begin_unread();
	log_end();
	EQUAL_NUMBER(lines_of(end_unread()), 1);
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
