/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "command/terminal.h"
#include "harness.h"
#include "world.h"

/* What --once and --watch show at a terminal. */

#define CLEAR "\033[H\033[2J"
#define RED "\033[31m"
#define GREEN "\033[32m"

/* The agent at a terminal. It ends with the test, for then the terminal hangs up. */
struct session {
	pid_t pid;
	int master;
	struct termios before; /* the terminal's modes at the start */
	char *text;	       /* all that it has shown, without carriage returns */
	size_t length;
};

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Whether messages go to the terminal, too. */
static bool with_messages;

/* In the new process. ENVIRONMENT is a NAME=VALUE, or NULL. */
static void become(const char *const *words, const char *environment)
{
	const char *argv[20] = {world_program("nbu-agentx"), "-c", world_path("nbu-agentx.conf")};
	size_t count = 3;

	for (int number = 1; number < 32; number++)
		signal(number, SIG_DFL);
	alarm(0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!with_messages)
		dup2(open(world_path("terminal.err"), O_WRONLY | O_CREAT | O_APPEND, 0600),
		     STDERR_FILENO);
	unsetenv("COLUMNS");
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	if (environment)
		putenv((char *)environment);
	while (*words && count < 19)
		argv[count++] = *words++;
	argv[count] = NULL;
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

static struct session start(unsigned short width, unsigned short height, const char *environment,
			    const char *const *words)
{
	struct winsize size = {.ws_col = width, .ws_row = height};
	struct session session = {.text = mem_strdup("")};

	world_config_file();
	fflush(stdout);
	session.pid = forkpty(&session.master, NULL, NULL, &size);
	if (session.pid == 0)
		become(words, environment);
	CU_ASSERT_FATAL(session.pid > 0);
	tcgetattr(session.master, &session.before);
	return session;
}

static void add(struct session *session, const char *text, size_t length)
{
	session->text = mem_resize(session->text, session->length + length + 1, 1);
	for (size_t i = 0; i < length; i++)
		if (text[i] != '\r')
			session->text[session->length++] = text[i];
	session->text[session->length] = '\0';
}

/* Takes what it shows within a short time. False when it has ended. */
static bool look(struct session *session)
{
	struct pollfd fd = {.fd = session->master, .events = POLLIN};
	char buffer[4096];
	ssize_t got;

	if (poll(&fd, 1, 50) <= 0)
		return true;
	got = read(session->master, buffer, sizeof buffer);
	if (got <= 0)
		return false; /* EIO: nobody has the terminal open any more */
	add(session, buffer, (size_t)got);
	return true;
}

/* Waits for its end, and frees it but for the text. Its exit status. */
static int end(struct session *session)
{
	int status;

	AWAIT(!look(session), 30);
	AWAIT(waitpid(session->pid, &status, WNOHANG) == session->pid, 10);
	close(session->master);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* TEXT without colours and the like, in place. */
static void take_off_escapes(char *text)
{
	char *to = text;

	while (*text) {
		if (*text == '\033') {
			text += 2 + strspn(text + 2, "0123456789;");
			text += *text != '\0';
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* What such a call shows, to be freed. */
static char *show(unsigned short width, const char *environment, const char *const *words)
{
	struct session session = start(width, 24, environment, words);

	EQUAL_NUMBER(end(&session), 0);
	return session.text;
}

/* All lines fit into WIDTH columns; how many they are. */
static size_t check_width(const char *text, size_t width)
{
	char *copy = mem_strdup(text), *save = NULL;
	size_t count = 0;

	take_off_escapes(copy);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (terminal_width(line) > width)
			FAIL("%zu columns, not %zu: %s", terminal_width(line), width, line);
		count++;
	}
	free(copy);
	return count;
}

static void set_up(const char *options)
{
	world_site("paris", world_sim("sim", options), NULL);
}

static void test_widths(void)
{
	static const unsigned short widths[] = {20, 40, 80, 132, 250};

	world_site("paris", world_sim("sim", "--jobs 250 --long-names"),
		   "collect = {\"storage\", \"tape\", \"media\", \"security\"}\nclient \"*\" { "
		   "max-age = \"20h\" }\n");
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		char *text = show(widths[i], NULL, WORDS("--once", "--table=all"));

		CU_ASSERT_TRUE(check_width(text, widths[i]) > 100);
		free(text);
	}
}

/* Each line of the table of jobs, whose last column is a number, ends where the others end. */
static void check_alignment(unsigned short width, const char *last)
{
	char *text = show(width, NULL, WORDS("--once")), *save = NULL, *line;
	size_t aligned = 0, expected;

	take_off_escapes(text);
	line = strtok_r(text, "\n", &save);
	expected = terminal_width(line);
	EQUAL_TEXT(strrchr(line, ' ') + 1, last);
	for (; line && strncmp(line, "TOTAL", 5) != 0; line = strtok_r(NULL, "\n", &save)) {
		EQUAL_NUMBER(terminal_width(line), expected);
		aligned++;
	}
	CU_ASSERT_TRUE(aligned > 10 && line);
	free(text);
}

static void test_alignment(void)
{
	set_up("--jobs 250");
	check_alignment(40, "COUNT");
	check_alignment(72, "FILES");
	check_alignment(80, "FILES");
	check_alignment(132, "PARENTS");
}

/* Bytes and ages have units; what never was is called so. */
static void test_units(void)
{
	char *text;

	set_up("--jobs 250");
	text = show(200, NULL, WORDS("--once", "--table=policies"));
	CU_ASSERT_TRUE(strstr(text, " GiB ") && strstr(text, "h ") && strstr(text, " never "));
	free(text);
}

/* What the agent prints into a file, with a variable of the environment. */
static char *into_file(const char *name, const char *value, const char *word)
{
	const char *const argv[] = {
	    world_program("nbu-agentx"), "-c", world_config_file(), "--once", word, NULL};
	char *text;
	int status;

	if (name)
		setenv(name, value, 1);
	text = world_output(&status, argv);
	if (name)
		unsetenv(name);
	EQUAL_NUMBER(status, 0);
	return text;
}

/* The server does not tell the sizes of a cloud pool, which programs get as zeros. */
static void test_unknown(void)
{
	char *text, *line;

	world_site("paris", world_sim("sim", "--jobs 5"), "collect = {\"storage\"}\n");
	text = show(200, NULL, WORDS("--once", "--table=disk-pools"));
	CU_ASSERT_PTR_NULL(strstr(text, " 0 B "));
	line = strstr(text, " CLOUD ");
	CU_ASSERT_FATAL(line != NULL);
	*strchr(line, '\n') = '\0';
	CU_ASSERT_PTR_NOT_NULL(strstr(line, " - "));
	free(text);
	text = into_file(NULL, NULL, "--table=disk-pools");
	line = strstr(text, " CLOUD ");
	CU_ASSERT_FATAL(line != NULL);
	*strchr(line, '\n') = '\0';
	CU_ASSERT_PTR_NOT_NULL(strstr(line, " 0 "));
	free(text);
}

static void test_colours(void)
{
	static const struct {
		const char *environment, *word;
		bool colours;
	} cases[] = {
	    {NULL, "--color=auto", true},	   {"NO_COLOR=1", "--color=auto", false},
	    {"NO_COLOR=", "--color=auto", true},   {"TERM=dumb", "--color=auto", false},
	    {NULL, "--color=never", false},	   {"NO_COLOR=1", "--color=always", true},
	    {"TERM=dumb", "--color=always", true},
	};

	set_up("--jobs 250");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = show(80, cases[i].environment, WORDS("--once", cases[i].word));

		EQUAL_NUMBER(strstr(text, RED) != NULL, cases[i].colours);
		EQUAL_NUMBER(strchr(text, '\033') != NULL, cases[i].colours);
		free(text);
	}
}

/* Programs get what they always got: exact numbers, all columns, no escape sequences. */
static void test_pipe(void)
{
	static const char head[] =
	    "  STATUS     COUNT                 BYTES         FILES  PARENTS\n";
	char *plain, *other;

	set_up("--jobs 250 --clock manual");
	unsetenv("COLUMNS");
	plain = into_file(NULL, NULL, "--table=jobs");
	EQUAL_NUMBER(strchr(plain, '\033') != NULL, 0);
	CU_ASSERT_PTR_NULL(strstr(plain, "TOTAL"));
	CU_ASSERT_PTR_NULL(strstr(plain, "GiB"));
	CU_ASSERT_TRUE(strncmp(plain, "SITE   JOB TYPE", 15) == 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(plain, head));
	other = into_file("COLUMNS", "40", "--table=jobs");
	EQUAL_TEXT(other, plain);
	free(other);
	/* Who asks for colours gets them, and nothing else. */
	other = into_file(NULL, NULL, "--color=always");
	CU_ASSERT_PTR_NOT_NULL(strstr(other, RED));
	take_off_escapes(other);
	EQUAL_TEXT(other, plain);
	free(other);
	free(plain);
}

/* The last picture that is there as a whole: behind it another has begun, or it has ended. */
static const char *last_picture(const struct session *session)
{
	const char *last = session->text, *at = last;

	while ((at = strstr(at, CLEAR)) != NULL)
		last = at++;
	return last;
}

/* Whether the last picture has TEXT in it. */
static bool shows(struct session *session, const char *text)
{
	look(session);
	return strstr(last_picture(session), text) != NULL;
}

/* Presses Ctrl-C: it ends soon and well, and leaves the terminal as it was. */
static void check_interrupt(struct session *session)
{
	struct termios after;

	tcgetattr(session->master, &after);
	CU_ASSERT_TRUE(after.c_iflag == session->before.c_iflag &&
		       after.c_oflag == session->before.c_oflag &&
		       after.c_lflag == session->before.c_lflag);
	EQUAL_NUMBER(write(session->master, "\x03", 1), 1);
	EQUAL_NUMBER(end(session), 0);
	EQUAL_NUMBER(session->text[session->length - 1], '\n');
	free(session->text);
}

/* How many jobs the server says are finished, as the line of sums has to show. */
static unsigned long long total_of(const struct sim *sim)
{
	char *expected = sim_expected(sim), *save = NULL;
	unsigned long long sum = 0, count;

	for (char *line = strtok_r(expected, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%*[^\t]\t%*[^\t]\t%*u\t%llu", &count) == 1)
			sum += count;
	}
	free(expected);
	CU_ASSERT_TRUE(sum > 0);
	return sum;
}

/* Whether the sum of COUNT in the last picture is TOTAL. */
static bool sums_to(struct session *session, unsigned long long total)
{
	const char *line;
	unsigned long long count;

	look(session);
	line = strstr(last_picture(session), "\nTOTAL ");
	return line && strchr(line + 1, '\n') && sscanf(line, " TOTAL %llu", &count) == 1 &&
	       count == total;
}

static void test_watch(void)
{
	struct sim *sim = world_sim("sim", "--jobs 100 --rate 60 --clock manual");
	struct session session;

	world_site("paris", sim, NULL);
	session = start(100, 1000, NULL, WORDS("--once", "--watch=1"));
	AWAIT(sums_to(&session, total_of(sim)), 20);
	CU_ASSERT_PTR_NOT_NULL(strstr(last_picture(&session), "paris " GREEN "up"));
	sim_advance(sim, 3600);
	AWAIT(sums_to(&session, total_of(sim)), 20);
	sim_faults(sim, "500");
	AWAIT(shows(&session, RED "paris: down (server): "), 30);
	AWAIT(shows(&session, "\nTOTAL "), 30); /* what is known stays */
	sim_faults(sim, "");
	AWAIT(shows(&session, "paris " GREEN "up"), 30);
	check_interrupt(&session);
}

static unsigned pictures(struct session *session)
{
	unsigned count = 0;

	look(session);
	for (const char *at = session->text; (at = strstr(at, CLEAR)) != NULL; at++)
		count++;
	return count;
}

/* Only the first picture needs all jobs: 20 pages. */
static void test_costs(void)
{
	struct sim *sim = world_sim("sim", "--jobs 2000");
	struct session session;
	unsigned first;

	world_site("paris", sim, NULL);
	session = start(80, 24, NULL, WORDS("--watch=1"));
	AWAIT(pictures(&session) >= 1, 20);
	CU_ASSERT_TRUE(sim_count(sim, "jobs") >= 20);
	first = pictures(&session);
	sim_reset(sim);
	AWAIT(pictures(&session) >= first + 3, 20);
	CU_ASSERT_TRUE(sim_count(sim, "jobs") >= 3 && sim_count(sim, "jobs") <= 4 * 4);
	check_interrupt(&session);
}

/* A site that is down delays no other. */
static void test_sites(void)
{
	struct session session;

	set_up("--jobs 50");
	world_site("lyon", NULL, NULL);
	session = start(132, 200, NULL, WORDS("--watch=1", "--table=sites"));
	AWAIT(shows(&session, "paris " GREEN "up\033[0m  lyon "), 20);
	AWAIT(shows(&session, "lyon: down (connect): "), 30);
	CU_ASSERT_PTR_NOT_NULL(strstr(last_picture(&session), "paris " GREEN "up"));
	check_interrupt(&session);
}

/* A picture never scrolls, and fits when the window has become another. */
static void test_window(void)
{
	struct winsize size = {.ws_col = 60, .ws_row = 8};
	struct session session;

	set_up("--jobs 250");
	session = start(120, 12, NULL, WORDS("--watch=600"));
	AWAIT(shows(&session, " more"), 20);
	EQUAL_NUMBER(check_width(last_picture(&session), 120), 10);
	ioctl(session.master, TIOCSWINSZ, &size);
	AWAIT(shows(&session, " more") && check_width(last_picture(&session), 120) == 6, 20);
	check_width(last_picture(&session), 60);
	check_interrupt(&session);
}

/* Messages stay away from the picture. Those that are asked for have lines of their own below. */
static void test_messages(void)
{
	struct sim *sim = world_sim("sim", "--jobs 250");
	struct session session;
	const char *warning;

	with_messages = true;
	world_site("paris", sim, NULL);
	session = start(120, 12, NULL, WORDS("--watch=1"));
	AWAIT(shows(&session, " more\n"), 20);
	sim_faults(sim, "500");
	AWAIT(shows(&session, "paris: down (server): "), 30);
	AWAIT(shows(&session, " more\n"), 20);
	CU_ASSERT_PTR_NULL(strstr(session.text, "warning: "));
	check_interrupt(&session);
	sim_faults(sim, "");
	session = start(120, 12, NULL, WORDS("--watch=1", "-v"));
	AWAIT(shows(&session, " more\n"), 20);
	sim_faults(sim, "500");
	AWAIT(shows(&session, "paris: down (server): "), 30);
	warning = strstr(session.text, "Z warning: site paris: down (server): ");
	CU_ASSERT_FATAL(warning != NULL);
	while (warning > session.text && warning[-1] != '\n')
		warning--;
	EQUAL_NUMBER(strncmp(warning, "20", 2), 0);
	check_interrupt(&session);
	with_messages = false;
}

/* Ctrl-C while the server takes its time. */
static void test_hanging(void)
{
	struct sim *sim = world_sim("sim", "--jobs 50 --latency 20000");
	struct session session;

	world_site("paris", sim, NULL);
	session = start(80, 24, NULL, WORDS("--watch"));
	AWAIT(sim_count(sim, "ping") >= 1, 20);
	check_interrupt(&session);
}

/* In a pipe the tables follow each other, below a line with the time. */
static void test_watch_pipe(void)
{
	const char *argv[] = {
	    world_program("nbu-agentx"), "-c", NULL, "--once", "--watch=1", NULL, NULL};
	struct process *process;
	char *text;

	set_up("--jobs 50 --clock manual");
	argv[2] = world_config_file();
	process = world_start("watch", argv);
	AWAIT(world_count(process->out, "\nSITE  ") >= 3, 20);
	EQUAL_NUMBER(world_end_process(process, SIGINT, 5), 0);
	text = world_read(process->out);
	CU_ASSERT_PTR_NULL(strchr(text, '\033'));
	CU_ASSERT_PTR_NULL(strstr(text, "TOTAL"));
	EQUAL_NUMBER(strncmp(text, "20", 2), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  paris up\nSITE "));
	free(text);
	argv[5] = "--format=json";
	process = world_start("watch", argv);
	AWAIT(world_count(process->out, "]}]}\n{\"sites\":[{\"site\":\"paris\",\"ok\":true,") >= 2,
	      20);
	EQUAL_NUMBER(world_end_process(process, SIGTERM, 5), 0);
}

static void check_usage(const char *word, const char *message)
{
	const char *const argv[] = {world_program("nbu-agentx"), "--once", word, NULL};
	struct process *process = world_start("usage", argv);

	EQUAL_NUMBER(world_wait(process, 10), 2);
	CU_ASSERT_TRUE(world_holds(process->err, message));
}

/* The site may stand behind --once or --watch. */
static void test_site(void)
{
	static const char *const calls[][3] = {{"--watch=1", "paris", NULL},
					       {"--watch", "paris", "--once"},
					       {"--once", "paris", "--watch"}};
	struct session session;

	set_up("--jobs 50");
	world_site("lyon", NULL, NULL);
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		session = start(132, 200, NULL, WORDS(calls[i][0], calls[i][1], calls[i][2]));
		AWAIT(shows(&session, "paris " GREEN "up"), 20);
		CU_ASSERT_PTR_NULL(strstr(session.text, "lyon"));
		check_interrupt(&session);
	}
}

static void test_options(void)
{
	check_usage("--watch=0", "the seconds must be a number from 1 to 86400, not 0");
	check_usage("--watch=", "the seconds must be");
	check_usage("--watch=1m", "the seconds must be");
	check_usage("--watch=-1", "the seconds must be");
	check_usage("--watch=86401", "the seconds must be");
	check_usage("--color=blue", "the colour must be auto, always or never, not blue");
	check_usage("--color", "requires an argument");
}

static const struct harness_test tests[] = {
    {"widths", test_widths},
    {"alignment", test_alignment},
    {"units", test_units},
    {"unknown sizes", test_unknown},
    {"colours", test_colours},
    {"a pipe", test_pipe},
    {"--watch", test_watch},
    {"--watch costs little", test_costs},
    {"--watch with a site that is down", test_sites},
    {"--watch in a window", test_window},
    {"--watch and messages", test_messages},
    {"--watch of a server that hangs", test_hanging},
    {"--watch in a pipe", test_watch_pipe},
    {"--watch of one site", test_site},
    {"options", test_options},
    {NULL, NULL},
};

const struct harness_suite terminal_suite = {"terminal", tests};
