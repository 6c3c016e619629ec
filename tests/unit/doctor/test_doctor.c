/* SPDX-License-Identifier: BSD-2-Clause */
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor/doctor.h"
#include "doctor/finding.h"
#include "harness.h"

/*
 * What the doctor says about the user, the configuration and this host. The test has a file system
 * of its own, in which all users may look for their files, and which ends with it.
 */

#define ROOM "/mnt"
#define NOBODY 65534
#define AGENT 64999 /* of the user of the unit, where the test makes one */
#define TEXT_SIZE 16384
#define SITE(name)                                                                                 \
	"site \"" name "\" {\nurl = \"https://127.0.0.1:1/netbackup\"\n"                           \
	"api-key-file = \"" ROOM "/key\"\n}\n"
#define HOST(socket, state) "agentx-socket = \"" socket "\"\nstate-dir = \"" state "\"\n"
#define NO_SOCKET ROOM "/nothing"

/* A file at PATH for the user OWNER. */
static void put(const char *path, uid_t owner, mode_t mode, const char *text)
{
	FILE *file = fopen(path, "we");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_FATAL(fputs(text, file) >= 0 && fclose(file) == 0);
	CU_ASSERT_FATAL(chown(path, owner, owner) == 0 && chmod(path, mode) == 0);
}

static void put_folder(const char *path, uid_t owner, mode_t mode)
{
	CU_ASSERT_FATAL(mkdir(path, 0700) == 0 && chmod(path, mode) == 0);
	CU_ASSERT_FATAL(chown(path, owner, owner) == 0);
}

/* The users of this machine are root, nobody and MORE. */
static void put_users(const char *more)
{
	char text[400];

	snprintf(text, sizeof text, "root:x:0:0::/:/bin/sh\nnobody:x:%d:%d::/:/bin/sh\n%s", NOBODY,
		 NOBODY, more);
	put(ROOM "/passwd", 0, 0644, text);
	CU_ASSERT_FATAL(mount(ROOM "/passwd", "/etc/passwd", NULL, MS_BIND, NULL) == 0);
}

/* Begins a test. False where it cannot be made. */
static bool begin(const char *size)
{
	bool can = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
		   mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		   mount("none", ROOM, "tmpfs", 0, size) == 0;

	if (!can) {
		CU_PASS("needs root, and mounts that are allowed");
		return false;
	}
	CU_ASSERT_FATAL(chmod(ROOM, 0755) == 0);
	put_users("");
	return true;
}

static void become(uid_t user)
{
	if (user != 0 && (setgroups(0, NULL) < 0 || setgid(user) < 0 || setuid(user) < 0))
		_exit(99);
}

/* What the doctor says when USER asks, to be deleted. It changes its own process for good. */
static cJSON *ask(uid_t user, const struct doctor_order *order, int *status)
{
	int fd = open(ROOM, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	static char text[TEXT_SIZE];
	ssize_t got;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(fd, STDOUT_FILENO);
		become(user);
		exit(doctor_run(order));
	}
	CU_ASSERT_FATAL(waitpid(pid, status, 0) == pid && WIFEXITED(*status));
	*status = WEXITSTATUS(*status);
	got = pread(fd, text, sizeof text - 1, 0);
	text[got > 0 ? got : 0] = '\0';
	close(fd);
	return cJSON_Parse(text);
}

static const char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

	return text ? text : "";
}

/* What DOCUMENT has about STEP, the first of that name; NULL = nothing. */
static const cJSON *find_step(const cJSON *document, const char *step)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(document, "steps"))
	{
		if (strcmp(text_of(one, "step"), step) == 0)
			return one;
	}
	return NULL;
}

/* Who asks, for what, and what must be found. */
struct scene {
	uid_t as;	  /* who starts it */
	const char *user; /* --user */
	const char *site; /* --doctor SITE */
	const char *text; /* of the configuration */
	const char *step; /* that is looked at */
	const char *result;
	const char *found;  /* what the finding has in it */
	const char *remedy; /* what its remedy has in it; NULL = it has none */
};

static void check(const struct scene *scene, unsigned number)
{
	const struct doctor_order order = {.file = ROOM "/conf",
					   .site = scene->site,
					   .user = scene->user,
					   .snmpd = "no-such-host.invalid",
					   .community = "public",
					   .json = true};
	const cJSON *step;
	cJSON *document;
	int status;

	put(ROOM "/conf", scene->as, 0640, scene->text);
	put(ROOM "/key", scene->as, 0600, "A-secret_KEY.0123456789\n");
	document = ask(scene->as, &order, &status);
	step = find_step(document, scene->step);
	if (strcmp(text_of(step, "result"), scene->result) != 0 ||
	    !strstr(text_of(step, "found"), scene->found) ||
	    !strstr(text_of(step, "remedy"), scene->remedy ? scene->remedy : "") ||
	    (!scene->remedy && text_of(step, "remedy")[0])) {
		char *print = cJSON_Print(step);

		FAIL("scene %u, exit status %d: %s", number, status, print ? print : "nothing");
		free(print);
	}
	CU_PASS("looked");
	cJSON_Delete(document);
}

static void check_all(const struct scene *scenes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&scenes[i], (unsigned)i);
}
#define CHECK_ALL(scenes) check_all(scenes, sizeof(scenes) / sizeof((scenes)[0]))

static void test_user(void)
{
	static const struct scene scenes[] = {
	    {NOBODY, "root", NULL, SITE("paris"), "user", "failed", "only root can become root",
	     "run it as root"},
	    {0, "stranger", NULL, SITE("paris"), "user", "failed", "there is no user stranger",
	     "systemd-sysusers"},
	    {0, NULL, NULL, SITE("paris"), "user", "warning", "root",
	     "there is no user nbu-agentx"},
	    {NOBODY, NULL, NULL, SITE("paris"), "user", "warning", "nobody", "as root this looks"},
	    {0, "nobody", NULL, SITE("paris"), "user", "ok", "nobody", NULL},
	};
	static const struct scene agent = {0,	   NULL, NULL,	      SITE("paris"),
					   "user", "ok", DOCTOR_USER, NULL};

	if (!begin("size=4m"))
		return;
	CHECK_ALL(scenes);
	put_users(DOCTOR_USER ":x:64999:64999::/:/bin/sh\n");
	check(&agent, 99);
}

static void test_file(void)
{
	static const char wants[] = "site \"paris\" {\nurl = \"https://127.0.0.1:1/netbackup\"\n"
				    "  api-key-file = \"${CREDENTIALS_DIRECTORY}/paris\"\n}\n";
	static const char tells[] = "# ${CREDENTIALS_DIRECTORY}\nrefresh = \"never\"\n";
	static const struct scene scenes[] = {
	    {0, NULL, "rome", SITE("paris"), "file", "failed", "no site called rome",
	     "name one of its sites"},
	    {0, NULL, "paris", SITE("paris") SITE("lyon"), "file", "ok", "2 sites", NULL},
	    {0, NULL, NULL, SITE("paris"), "file", "ok", "1 site", NULL},
	    {0, "nobody", NULL, SITE("paris"), "file", "failed", "Permission denied",
	     "let nobody read it: chgrp"},
	    {0, NULL, NULL, wants, "file", "failed", "api-key-file /paris: ", "systemd-run --pipe"},
	    {0, NULL, NULL, tells, "file", "failed", "refresh", "nbu-agentx.conf(5)"},
	    {0, NULL, NULL, "", "file", "failed", "", "correct the file"},
	};

	if (!begin("size=4m"))
		return;
	unsetenv("CREDENTIALS_DIRECTORY");
	CHECK_ALL(scenes);
}

/* Only the site that is asked for is examined. */
static void test_one_site(void)
{
	struct doctor_order order = {.file = ROOM "/conf", .site = "lyon", .json = true};
	unsigned paris = 0, lyon = 0;
	const cJSON *one;
	cJSON *document;
	int status;

	if (!begin("size=4m"))
		return;
	put(ROOM "/conf", 0, 0640, HOST(NO_SOCKET, ":memory:") SITE("paris") SITE("lyon"));
	put(ROOM "/key", 0, 0600, "A-secret_KEY.0123456789\n");
	document = ask(0, &order, &status);
	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(document, "steps"))
	{
		paris += strcmp(text_of(one, "part"), "site paris") == 0;
		lyon += strcmp(text_of(one, "part"), "site lyon") == 0;
	}
	EQUAL_NUMBER(paris, 0);
	CU_ASSERT_TRUE(lyon > 0);
	EQUAL_NUMBER(status, FINDING_EXIT_CONNECTION);
	cJSON_Delete(document);
}

#define STATE(user, state, result, found, remedy)                                                  \
	{                                                                                          \
		user, NULL, NULL, HOST(NO_SOCKET, state) SITE("paris"), "state-dir", result,       \
		    found, remedy                                                                  \
	}

static void test_state(void)
{
	static const struct scene scenes[] = {
	    STATE(0, ":memory:", "warning", "is \":memory:\"", "begin anew"),
	    STATE(0, ROOM "/absent", "ok", "the agent makes it", NULL),
	    STATE(NOBODY, ROOM "/absent", "warning", "nobody may not make it",
		  "install -d -m 0700 -o nobody " ROOM "/absent"),
	    STATE(0, ROOM "/no/parent", "failed", "may not make it", "install -d"),
	    STATE(0, ROOM "/key", "failed", "is no directory", "name a directory"),
	    STATE(NOBODY, ROOM "/closed", "failed",
		  "0700 of root:root, cannot be written by nobody",
		  "chown -R nobody " ROOM "/closed"),
	    STATE(NOBODY, ROOM "/closed/inner", "warning", "may not make it", "install -d"),
	    STATE(NOBODY, ROOM "/mixed", "failed", ROOM "/mixed/theirs.db, 0600 of root:root",
		  "chown -R nobody " ROOM "/mixed"),
	    STATE(0, ROOM "/free", "warning", "no agent runs", "make room"),
	    STATE(0, ROOM "/locked", "warning", "in use by an agent that runs", "make room"),
	    STATE(0, ROOM "/odd", "warning", "whether an agent runs cannot be seen", "make room"),
	    STATE(0, ROOM "/fixed", "failed", "cannot be written by root", "mounted read-only"),
	};
	int lock;

	if (!begin("size=300m"))
		return;
	put_folder(ROOM "/closed", 0, 0700);
	put_folder(ROOM "/mixed", NOBODY, 0700);
	put(ROOM "/mixed/theirs.db", 0, 0600, "");
	put_folder(ROOM "/free", 0, 0700);
	put(ROOM "/free/paris.lock", 0, 0600, "");
	put_folder(ROOM "/locked", 0, 0700);
	put(ROOM "/locked/paris.lock", 0, 0600, "");
	lock = open(ROOM "/locked/paris.lock", O_RDWR | O_CLOEXEC);
	CU_ASSERT(flock(lock, LOCK_EX) == 0);
	put_folder(ROOM "/odd", 0, 0700);
	put_folder(ROOM "/odd/paris.lock", 0, 0700);
	put_folder(ROOM "/fixed", 0, 0700);
	CU_ASSERT(mount("none", ROOM "/fixed", "tmpfs", MS_RDONLY, NULL) == 0);
	CHECK_ALL(scenes);
	close(lock);
}

/* A disk that is all but full is no warning any more. */
static void test_room(void)
{
	static const struct scene scene =
	    STATE(0, ROOM "/state", "failed", " MiB free", "make room");

	if (!begin("size=40m"))
		return;
	put_folder(ROOM "/state", 0, 0700);
	check(&scene, 0);
}

#define MASTER(user, socket, found, remedy)                                                        \
	{                                                                                          \
		user, NULL, NULL, HOST(socket, ":memory:") SITE("paris"), "master agent",          \
		    "failed", found, remedy                                                        \
	}

static void test_master(void)
{
	static const struct scene scenes[] = {
	    MASTER(NOBODY, ROOM "/closed/master", "the user nobody may not enter " ROOM "/closed",
		   "chmod 0755 " ROOM "/closed"),
	    MASTER(NOBODY, ROOM "/master",
		   ROOM "/master: ", "the socket is 0700 of root:root: set agentXPerms"),
	    MASTER(0, ROOM "/nothing", ROOM "/nothing: ", "systemctl status snmpd"),
	    MASTER(0, "tcp:127.0.0.1:1", "tcp:127.0.0.1:1: ", "systemctl status snmpd"),
	};
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = ROOM "/master"};
	int fd;

	if (!begin("size=4m"))
		return;
	put_folder(ROOM "/closed", 0, 0700);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	CU_ASSERT_FATAL(listen(fd, 1) == 0 && chmod(ROOM "/master", 0700) == 0);
	CHECK_ALL(scenes);
	close(fd);
}

static const struct harness_test tests[] = {
    {"user", test_user},
    {"file", test_file},
    {"one site of two", test_one_site},
    {"state-dir", test_state},
    {"almost no room", test_room},
    {"master agent", test_master},
    {NULL, NULL},
};

const struct harness_suite doctor_suite = {"doctor", tests};
