/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit/scratch.h"

static struct fault fault;

static void damage(off_t at, const void *bytes, size_t size)
{
	int file = open(scratch_path("paris.db"), O_WRONLY);

	CU_ASSERT(pwrite(file, bytes, size, at) == (ssize_t)size);
	close(file);
}

/* A new store takes the place of the file, which is set aside with REASON. */
static void expect_begun_anew(const char *reason)
{
	struct store *store = stock_open_here();

	EQUAL_NUMBER(stock_files(reason), 1);
	EQUAL_NUMBER(store_jobs(store), 0);
	EQUAL_NUMBER(store_marks(store)->began, 0);
	stock_fill(store, 1, 10);
	store_close(store);
	store = stock_open_here();
	EXPECT(store, 10, 10);
	store_close(store);
	EQUAL_NUMBER(stock_files(reason), 1);
	scratch_remove();
}

static void test_corrupt(void)
{
	char rubbish[8192];
	off_t size = stock_make_filled();

	memset(rubbish, 0xa5, sizeof rubbish);
	for (off_t at = 4096; at + (off_t)sizeof rubbish <= size; at += 65536)
		damage(at, rubbish, sizeof rubbish);
	expect_begun_anew(".db.corrupt-");
}

static void test_truncated(void)
{
	off_t size = stock_make_filled();

	CU_ASSERT(truncate(scratch_path("paris.db"), size / 2 / 4096 * 4096) == 0);
	expect_begun_anew(".db.corrupt-");
}

static void test_cut_short(void)
{
	stock_make_filled();
	CU_ASSERT(truncate(scratch_path("paris.db"), 700) == 0);
	expect_begun_anew(".db.corrupt-");
}

/* Rubbish in an index is found when it is used. The file is then set aside when it is closed. */
static void test_corrupt_index(void)
{
	char rubbish[4096];
	struct store *store;
	long long page;
	bool fine;

	stock_make_filled();
	page = stock_ask("SELECT rootpage FROM sqlite_schema WHERE name = 'job_end'");
	memset(rubbish, 0xa5, sizeof rubbish);
	damage((page - 1) * 4096, rubbish, sizeof rubbish);
	store = stock_open_here();
	CU_ASSERT(!store_damaged(store));
	FINE(store_begin(store, &fault));
	fine = store_expire(store, STOCK_BEGAN + 1000, &fault);
	CU_ASSERT(!fine && store_damaged(store));
	EQUAL_NUMBER(fault.class, FAULT_STORAGE);
	CU_ASSERT(strstr(fault.text, "paris.db: is corrupt") != NULL);
	CU_ASSERT(!store_commit(store, &fault));
	EXPECT(store, 3000, 3000);
	CU_ASSERT(!store_begin(store, &fault));
	store_close(store);
	expect_begun_anew(".db.corrupt-");
}

static void test_foreign_text(void)
{
	scratch_make();
	scratch_write("paris.db", 0600, "Dear diary, today I was opened by a stranger.\n");
	expect_begun_anew(".db.foreign-");
}

static void test_foreign_database(void)
{
	scratch_make();
	stock_change("CREATE TABLE recipe(name TEXT)");
	expect_begun_anew(".db.foreign-");
	/* No version of the agent has made this one, whatever it says of itself. */
	stock_make_filled();
	stock_change("PRAGMA user_version = -3");
	expect_begun_anew(".db.foreign-");
}

static void test_tables_missing(void)
{
	stock_make_filled();
	stock_change("DROP TABLE job");
	expect_begun_anew(".db.corrupt-");
}

/* It would take more memory than a system may have, at each start again. */
static void test_huge_text(void)
{
	stock_make_filled();
	stock_change("UPDATE name SET text = zeroblob(68000000) WHERE id = 1");
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM name WHERE length(text) = 68000000"), 1);
	expect_begun_anew(".db.corrupt-");
}

#define INTO_SUBJECT                                                                               \
	"INSERT INTO subject(kind, name, ptype, ok_at, ok_id, failed_at, failed_id, last_at, "     \
	"last_id, last_cell, streak, overdue) "

static void test_nonsense(void)
{
	static const char *const nonsense[] = {
	    "UPDATE job SET cell = 99 WHERE id = 7",
	    "UPDATE job SET policy = 999999 WHERE id = 7",
	    "UPDATE cell SET id = 5",
	    "INSERT INTO cell SELECT 2, type, ptype, status, 0, 0, 0, 0 FROM cell",
	    "INSERT INTO name VALUES(1 << 40, 'far')",
	    "INSERT INTO name VALUES((1 << 24) + 1, 'not so far')",
	    INTO_SUBJECT "VALUES(-1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
	    INTO_SUBJECT "VALUES(3, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
	    INTO_SUBJECT "VALUES(1, 999999, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
	    INTO_SUBJECT "VALUES(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
	    INTO_SUBJECT "VALUES(1, 1, 1, 7, 7, 0, 0, 7, 7, 0, 0, 0)",
	    INTO_SUBJECT "VALUES(1, 1, 1, 7, 7, 0, 0, 7, 7, 2, 0, 0)",
	    ("INSERT INTO earlier VALUES(1, 1, 2, 1, 1, 0, 0);"
	     "INSERT INTO meta VALUES('complete', 1)")};

	for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
		stock_make_filled();
		stock_change(nonsense[i]);
		expect_begun_anew(".db.corrupt-");
	}
}

static void test_never_overwrites(void)
{
	struct store *store;

	scratch_make();
	for (int i = 0; i < 5; i++) {
		stock_change("PRAGMA application_id = 7");
		store = stock_open_here();
		store_close(store);
	}
	EQUAL_NUMBER(stock_files(".db.foreign-"), 5);
	EQUAL_NUMBER(stock_files("paris.db"), 6);
	scratch_remove();
}

static void expect_refused(const char *directory, const char *text)
{
	struct store *store = store_open(directory, &stock_site, &fault);

	CU_ASSERT(!store);
	EQUAL_NUMBER(fault.class, FAULT_STORAGE);
	if (!strstr(fault.text, text))
		FAIL("\"%s\" does not say \"%s\"", fault.text, text);
	store_close(store);
}

static void test_newer(void)
{
	stock_make_filled();
	stock_change("PRAGMA user_version = 7");
	expect_refused(scratch_path("."), "schema 7");
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM job"), 3000);
	stock_change("PRAGMA user_version = 5");
	store_close(stock_open_here());
	EQUAL_NUMBER(stock_files("paris.db."), 0);
	scratch_remove();
}

static void test_other_url(void)
{
	struct config_site moved = stock_site;
	struct store *store;

	stock_make_filled();
	moved.url = (char *)STOCK_URL "2";
	store = store_open(scratch_path("."), &moved, &fault);
	EQUAL_NUMBER(store_jobs(store), 0);
	store_close(store);
	EQUAL_NUMBER(stock_files(".db.other-url-"), 1);
	scratch_remove();
}

static void test_modes(void)
{
	struct stat status;
	struct store *store;
	char *folder;

	scratch_make();
	folder = mem_strdup(scratch_path("state"));
	store = stock_open(folder);
	stock_fill(store, 1, 10);
	CU_ASSERT(stat(folder, &status) == 0 && (status.st_mode & 07777) == 0700);
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {"db", "db-wal", "lock"};
		char *path = mem_printf("%s/paris.%s", folder, names[i]);

		CU_ASSERT(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
		free(path);
	}
	store_close(store);
	CU_ASSERT(chdir(folder) == 0);
	unlink("paris.db");
	unlink("paris.lock");
	CU_ASSERT(chdir("/") == 0 && rmdir(folder) == 0);
	free(folder);
	expect_refused(scratch_path("no/such/folder"), "No such file");
	scratch_remove();
}

/* Runs FUNCTION in a process of its own, which ends with its result. */
static pid_t spawn(int (*function)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(function());
	return pid;
}

static int result_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static int open_second(void)
{
	struct store *store = store_open(scratch_path("."), &stock_site, &fault);

	return store ? 1 : strstr(fault.text, "in use by another nbu-agentx") ? 0 : 2;
}

static void test_two_agents(void)
{
	struct store *store;

	scratch_make();
	store = stock_open_here();
	EQUAL_NUMBER(result_of(spawn(open_second)), 0);
	expect_refused(scratch_path("."), "in use by another nbu-agentx");
	stock_fill(store, 1, 10);
	store_close(store);
	EQUAL_NUMBER(result_of(spawn(open_second)), 1);
	scratch_remove();
}

static int open_unwritable(void)
{
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 3;
	return store_open(scratch_path("."), &stock_site, &fault)	      ? 1
	       : fault.class == FAULT_STORAGE && strstr(fault.text, "denied") ? 0
									      : 2;
}

static void test_unwritable(void)
{
	scratch_make();
	if (geteuid() == 0) {
		CU_ASSERT(chmod(scratch_path("."), 0755) == 0);
		EQUAL_NUMBER(result_of(spawn(open_unwritable)), 0);
		store_close(stock_open_here());
		CU_ASSERT(chmod(scratch_path("paris.lock"), 0666) == 0);
		EQUAL_NUMBER(result_of(spawn(open_unwritable)), 0);
	} else {
		CU_ASSERT(chmod(scratch_path("."), 0500) == 0);
		expect_refused(scratch_path("."), "denied");
		CU_ASSERT(chmod(scratch_path("."), 0700) == 0);
	}
	scratch_remove();
}

static void limit_files(rlim_t size)
{
	struct rlimit limit = {size, RLIM_INFINITY};

	setrlimit(RLIMIT_FSIZE, &limit);
}

/* A file that cannot grow is refused as a full disk is. */
static int fill_the_disk(void)
{
	struct store *store = stock_open_here();
	bool failed = false;
	struct job job;

	signal(SIGXFSZ, SIG_IGN);
	stock_fill(store, 1, 100);
	limit_files(200000);
	for (int64_t id = 101; !failed && id < 100000; id += 1000) {
		failed = !store_begin(store, &fault);
		for (int64_t i = id; !failed && i < id + 1000; i++) {
			job = stock_finished(i, STOCK_BEGAN + i);
			failed = !store_put(store, &job, &fault);
		}
		if (failed)
			store_rollback(store);
		else if (!store_commit(store, &fault))
			failed = true;
		if (store_jobs(store) > (uint64_t)(id + 999))
			return 4;
	}
	if (!failed || fault.class != FAULT_STORAGE || !strstr(fault.text, "the disk is full"))
		return printf("  %s\n", fault.text), fflush(stdout), 1;
	if (store_jobs(store) != stock_cell(store)->count ||
	    stock_cell(store)->finished != stock_cell(store)->count || store_damaged(store))
		return 2;
	if (!store_verify(store, &fault))
		return 3;
	/* There is room again. */
	limit_files(RLIM_INFINITY);
	stock_fill(store, 500000, 10);
	store_close(store);
	return CU_get_number_of_failures() > 0 ? 5 : 0;
}

static void test_full_disk(void)
{
	struct store *store;

	scratch_make();
	EQUAL_NUMBER(result_of(spawn(fill_the_disk)), 0);
	store = stock_open_here();
	EQUAL_NUMBER(stock_cell(store)->count, stock_cell(store)->finished);
	CU_ASSERT(stock_cell(store)->count >= 110);
	FINE(store_verify(store, &fault));
	store_close(store);
	scratch_remove();
}

static int open_on_full_disk(void)
{
	signal(SIGXFSZ, SIG_IGN);
	limit_files(100);
	return store_open(scratch_path("."), &stock_site, &fault) ? 1
	       : strstr(fault.text, "the disk is full")		  ? 0
							: (puts(fault.text), fflush(stdout), 2);
}

static void test_open_on_full_disk(void)
{
	scratch_make();
	EQUAL_NUMBER(result_of(spawn(open_on_full_disk)), 0);
	store_close(stock_open_here());
	scratch_remove();
}

/* Whatever goes wrong with the file: nothing changes, and the reason is that of the file. */
static bool is_told(const struct fault *told)
{
	return told->class == FAULT_STORAGE && strstr(told->text, "paris.db: ");
}

/* Puts, ends and forgets jobs, a commit each, and verifies. False with FAULT where that failed. */
static bool use(struct store *store, int64_t first)
{
	bool fine = store_begin(store, &fault), answer;
	uint64_t unlisted;
	int64_t reached;
	struct job job;

	for (int64_t id = first; fine && id < first + 300; id++) {
		job = stock_finished(id, STOCK_BEGAN + id);
		fine = store_put(store, &job, &fault);
	}
	fine = fine && store_holds(store, STOCK_BEGAN, 100, &answer, &fault) &&
	       store_reach(store, STOCK_BEGAN, &reached, &unlisted, &fault) &&
	       store_commit(store, &fault);
	store_rollback(store);
	fine = fine && store_begin(store, &fault);
	if (fine) {
		store_marks(store)->complete = 1;
		/* So late that the subjects are forgotten. */
		store_marks(store)->window_start = STOCK_BEGAN + INT64_C(900) * 86400 * 1000;
		fine = store_expire(store, store_marks(store)->window_start, &fault) &&
		       store_commit(store, &fault);
	}
	store_rollback(store);
	return fine && store_verify(store, &fault);
}

/* Rubbish in one page of the file, each in turn: it is set aside, or what is in it is not needed.
 */
static void test_any_page(void)
{
	off_t size = stock_make_filled();
	int aside = 0, rounds = 0;
	char rubbish[4096];

	memset(rubbish, 0xa5, sizeof rubbish);
	for (off_t page = 1; page < size / 4096; page += 1 + size / 4096 / 10) {
		struct store *store;
		bool fine;

		if (rounds++ > 0)
			stock_make_filled();
		damage(page * 4096, rubbish, sizeof rubbish);
		store = stock_open_here();
		fault_clear(&fault);
		fine = use(store, 5000);
		if (!fine && !(is_told(&fault) && store_damaged(store)))
			FAIL("page %lld: %s", (long long)page, fault.text);
		store_close(store);
		store = stock_open_here();
		if (!use(store, 6000))
			FAIL("page %lld: not begun anew: %s", (long long)page, fault.text);
		store_close(store);
		aside += stock_files("paris.db.corrupt-");
		scratch_remove();
	}
	CU_ASSERT(aside > rounds / 2);
}

/* The disk has room for some more bytes only. */
static int use_with_room(rlim_t room)
{
	struct store *store = stock_open_here();
	bool fine;

	signal(SIGXFSZ, SIG_IGN);
	limit_files(room);
	fault_clear(&fault);
	fine = use(store, 5000);
	if (!fine && !(is_told(&fault) && strstr(fault.text, "the disk is full")))
		return printf("  %s\n", fault.text), fflush(stdout), 1;
	if (store_damaged(store))
		return 2;
	limit_files(RLIM_INFINITY);
	if (!use(store, 6000))
		return printf("  %s\n", fault.text), fflush(stdout), 3;
	store_close(store);
	store = stock_open_here();
	if (stock_files("paris.db.") > 0 || !store_verify(store, &fault))
		return 4;
	store_close(store);
	return fine ? 10 : 0;
}

/* A disk that becomes full at any moment: it is said, nothing is lost, and it goes on by itself. */
static void test_full_at_any_moment(void)
{
	int full = 0;

	for (rlim_t room = 0; room < 600000; room += 60000) {
		static rlim_t current;
		int result;
		pid_t pid;

		current = room;
		stock_make_filled();
		fflush(stdout);
		pid = fork();
		if (pid == 0)
			_exit(use_with_room(current));
		result = result_of(pid);
		if (result != 0 && result != 10)
			FAIL("room for %lu bytes: result %d", (unsigned long)room, result);
		full += result == 0;
		scratch_remove();
	}
	CU_ASSERT(full > 1);
}

/* At the start, too, wherever the room ends. */
static void test_full_at_any_start(void)
{
	for (rlim_t room = 0; room < 60000; room += 9000) {
		int result;
		pid_t pid;

		scratch_make();
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			struct store *store;

			signal(SIGXFSZ, SIG_IGN);
			limit_files(room);
			store = store_open(scratch_path("."), &stock_site, &fault);
			_exit(store		? 0
			      : is_told(&fault) ? 1
						: (puts(fault.text), fflush(stdout), 2));
		}
		result = result_of(pid);
		if (result != 0 && result != 1)
			FAIL("room for %lu bytes: result %d", (unsigned long)room, result);
		store_close(stock_open_here());
		EQUAL_NUMBER(stock_files("paris.db."), 0);
		scratch_remove();
	}
}

/* What is not within a transaction is refused, and a transaction within another. */
/* Without descriptors that is said, wherever the start comes to; with them all is there. */
static void test_no_descriptor(void)
{
	struct store *store = NULL;
	struct rlimit limit, few;
	int told = 0;

	stock_make_filled();
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	for (few.rlim_cur = 3; !store && few.rlim_cur < 64; few.rlim_cur++) {
		CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &few), 0);
		store = store_open(scratch_path("."), &stock_site, &fault);
		CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
		if (store)
			continue;
		CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "Too many open files"));
		CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "; raise LimitNOFILE"));
		told++;
	}
	CU_ASSERT_TRUE(told >= 3);
	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	EQUAL_NUMBER(store_jobs(store), 3000);
	store_close(store);
	EQUAL_NUMBER(stock_files(".db.corrupt-"), 0);
	scratch_remove();
}

static void test_order(void)
{
	struct store *store = stock_begun();
	struct job job = stock_finished(1, STOCK_BEGAN + 1);
	bool answer;

	CU_ASSERT(!store_put(store, &job, &fault));
	CU_ASSERT(strstr(fault.text, "no transaction") != NULL);
	CU_ASSERT(!store_holds(store, STOCK_BEGAN, 1, &answer, &fault));
	CU_ASSERT(!store_holds_undated(store, &answer, &fault));
	CU_ASSERT(!store_settle(store, &fault));
	CU_ASSERT(!store_expire(store, STOCK_BEGAN, &fault));
	CU_ASSERT(!store_commit(store, &fault));
	FINE(store_begin(store, &fault));
	CU_ASSERT(!store_begin(store, &fault));
	CU_ASSERT(strstr(fault.text, "begun already") != NULL);
	FINE(store_put(store, &job, &fault));
	FINE(store_commit(store, &fault));
	EQUAL_NUMBER(store_jobs(store), 1);
	store_close(store);
}

static unsigned seed;

/* The last id that was committed, in memory shared with the process that is killed. */
static volatile int64_t *acknowledged;

static int work_until_killed(void)
{
	struct store *store = stock_open_here();
	int64_t id = *acknowledged;
	struct job job;

	for (;;) {
		store_begin(store, &fault);
		store_marks(store)->began = STOCK_BEGAN;
		for (int i = rand_r(&seed) % 40; i > 0; i--) {
			id++;
			job = stock_finished(id, STOCK_BEGAN + id);
			store_put(store, &job, &fault);
		}
		store_marks(store)->sweep_id = id;
		store_expire(store, STOCK_BEGAN + id - 500, &fault);
		if (!store_commit(store, &fault))
			return 1;
		*acknowledged = id;
	}
}

static void test_killed(void)
{
	int rounds = 50;
	struct store *store;
	pid_t pid;

	seed = harness_seed();
	scratch_make();
	acknowledged = mmap(NULL, sizeof *acknowledged, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < rounds; i++) {
		pid = spawn(work_until_killed);
		usleep(5000 + (unsigned)rand_r(&seed) % (harness_sanitized() ? 100000 : 40000));
		kill(pid, SIGKILL);
		EQUAL_NUMBER(result_of(pid), 100 + SIGKILL);
		store = stock_open_here();
		CU_ASSERT(store_marks(store)->sweep_id >= *acknowledged);
		EQUAL_NUMBER(stock_cell(store)->finished, store_marks(store)->sweep_id);
		FINE(store_verify(store, &fault));
		*acknowledged = store_marks(store)->sweep_id;
		store_close(store);
	}
	CU_ASSERT(*acknowledged > 100);
	EQUAL_NUMBER(stock_files("paris.db."), 0);
	munmap((void *)acknowledged, sizeof *acknowledged);
	scratch_remove();
}

/*
 * Whoever can write in the folder puts a link in the place of a file of the store. It is refused,
 * and what it leads to stays as it is, whether it was there or not.
 */
static void test_links(void)
{
	static const char *const names[] = {"paris.db", "paris.lock", "paris.db-wal",
					    "paris.db-journal"};
	static const char victim[] = "somebody else's";
	char text[sizeof victim] = "";

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct store *store;
		int file;

		stock_make_filled();
		scratch_write("victim", 0600, victim);
		unlink(scratch_path(names[i]));
		CU_ASSERT_EQUAL(symlink(scratch_path("victim"), scratch_path(names[i])), 0);
		fault_clear(&fault);
		store = store_open(scratch_path("."), &stock_site, &fault);
		if (store || fault.class != FAULT_STORAGE || !strstr(fault.text, "symbolic link"))
			FAIL("%s: %s: %s", names[i], store ? "opened" : "refused", fault.text);
		store_close(store);
		file = open(scratch_path("victim"), O_RDONLY);
		CU_ASSERT_EQUAL(read(file, text, sizeof text), (ssize_t)strlen(victim));
		close(file);
		EQUAL_TEXT(text, victim);
		unlink(scratch_path("victim"));
		/* SQLite does not miss a journal that is not there, so this may even open. */
		store_close(store_open(scratch_path("."), &stock_site, &fault));
		CU_ASSERT(access(scratch_path("victim"), F_OK) < 0);
		scratch_remove();
	}
}

/* The folder itself may be a link: the administrator has put it there, on another disk. */
static void test_folder_behind_link(void)
{
	char path[700];
	struct store *store;

	scratch_make();
	snprintf(path, sizeof path, "%s/real", scratch_path("."));
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	CU_ASSERT_EQUAL(symlink("real", scratch_path("link")), 0);
	store = stock_open(scratch_path("link"));
	CU_ASSERT_EQUAL(access(scratch_path("real/paris.db"), F_OK), 0);
	store_close(store);
	unlink(scratch_path("real/paris.db"));
	unlink(scratch_path("real/paris.lock"));
	CU_ASSERT_EQUAL(rmdir(path), 0);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"a corrupt file", test_corrupt},
    {"a truncated file", test_truncated},
    {"a file cut short", test_cut_short},
    {"a corrupt index", test_corrupt_index},
    {"a text file", test_foreign_text},
    {"a database of another program", test_foreign_database},
    {"a table is missing", test_tables_missing},
    {"a text of 68 MB", test_huge_text},
    {"rows that make no sense", test_nonsense},
    {"what is set aside is never overwritten", test_never_overwrites},
    {"a newer schema", test_newer},
    {"another url", test_other_url},
    {"folder and modes", test_modes},
    {"links in the place of its files", test_links},
    {"a folder behind a link", test_folder_behind_link},
    {"two agents", test_two_agents},
    {"a folder that cannot be written", test_unwritable},
    {"a full disk", test_full_disk},
    {"a full disk at the start", test_open_on_full_disk},
    {"no descriptor for the file", test_no_descriptor},
    {"rubbish in any page", test_any_page},
    {"a disk that is full at any moment", test_full_at_any_moment},
    {"a disk that is full at any start", test_full_at_any_start},
    {"order of transactions", test_order},
    {"killed at random", test_killed},
    {NULL, NULL},
};

const struct harness_suite store_database_suite = {"store database", tests};
