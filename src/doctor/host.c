/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/host.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/timefmt.h"
#include "doctor/owner.h"
#include "snmp/agentx.h"
#include "snmp/manager.h"
#include "snmp/probe.h"
#include "snmp/rehearsal.h"
#include "store/store.h"
#include "tables/tables.h"

#define ROOM_WARNING_MIB 1024
#define ROOM_MIN_MIB 64
#define WALK_MS 8000
#define OID_MAX (CONFIG_BASE_OID_MAX + 8) /* of a table, with its path */

/* Whether an agent runs with our state directory. */
enum running { RUNNING_UNKNOWN, RUNNING_NO, RUNNING_YES };

struct host {
	const struct config *config;
	const char *snmpd;
	const char *community;
	enum running running;
};

/* Whether another process has locked the file PATH. The lock is taken for an instant. */
static enum running find_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	enum running running = fd >= 0 ? RUNNING_NO : RUNNING_UNKNOWN;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		running = RUNNING_YES;
	if (fd >= 0)
		close(fd);
	return running;
}

/* The names of the files in DIRECTORY that end with END. To be freed by globfree. */
static glob_t find_files(const char *directory, const char *end)
{
	char *pattern = mem_printf("%s/*%s", directory, end);
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0)
		found.gl_pathc = 0;
	free(pattern);
	return found;
}

/* Any site's lock will do: the running agent may have been started with others. */
static enum running find_agent(const char *directory)
{
	glob_t locks = find_files(directory, ".lock");
	enum running running = RUNNING_NO;

	for (size_t i = 0; i < locks.gl_pathc && running != RUNNING_YES; i++) {
		enum running one = find_lock(locks.gl_pathv[i]);

		if (one != RUNNING_NO)
			running = one;
	}
	globfree(&locks);
	return running;
}

/* A file in DIRECTORY that the agent could not write, to be freed; NULL = there is none. */
static char *find_foreign_file(const char *directory)
{
	glob_t files = find_files(directory, "");
	char *found = NULL;

	for (size_t i = 0; i < files.gl_pathc && !found; i++)
		if (access(files.gl_pathv[i], R_OK | W_OK) < 0)
			found = mem_strdup(files.gl_pathv[i]);
	globfree(&files);
	return found;
}

/* The state directory is not there. The agent makes it if it may; else systemd does. */
static void examine_absent(const char *directory, struct finding *finding)
{
	char *copy = mem_strdup(directory), user[OWNER_NAME_SIZE];
	const char *parent = dirname(copy);

	owner_user(user);
	if (access(parent, W_OK | X_OK) == 0) {
		finding_set(finding, FINDING_OK, "%s is not there yet; the agent makes it",
			    directory);
	} else {
		finding_set(finding, access(parent, F_OK) == 0 ? FINDING_WARNING : FINDING_FAILED,
			    "%s is not there yet, and %s may not make it", directory, user);
		finding_remedy(finding,
			       "systemd makes it at the start of the unit; by hand: install -d -m "
			       "0700 -o %s %s",
			       user, directory);
	}
	free(copy);
}

/* Free space in MiB; -1 = it cannot be told. */
static long long room_of(const char *directory)
{
	struct statvfs room;

	if (statvfs(directory, &room) < 0)
		return -1;
	return (long long)((uint64_t)room.f_bavail * room.f_frsize >> 20);
}

static void examine_room(const struct host *host, const struct stat *status,
			 struct finding *finding)
{
	static const char *const words[] = {
	    [RUNNING_UNKNOWN] = "whether an agent runs cannot be seen",
	    [RUNNING_NO] = "no agent runs",
	    [RUNNING_YES] = "in use by an agent that runs",
	};
	const char *directory = host->config->state_dir;
	long long room = room_of(directory);
	char owner[OWNER_SIZE];

	owner_print(status, owner);
	finding_set(finding, FINDING_OK, "%s, %s, %lld MiB free; %s", directory, owner, room,
		    words[host->running]);
	if (room >= ROOM_WARNING_MIB)
		return;
	finding->result = room >= 0 && room < ROOM_MIN_MIB ? FINDING_FAILED : FINDING_WARNING;
	finding_remedy(finding, "make room: half a million jobs take about 200 MiB");
}

/* The state directory cannot be used, or what is in it: FILE, which is freed, NULL = all of it. */
static void examine_useless(const char *directory, char *file, struct finding *finding)
{
	char user[OWNER_NAME_SIZE], owner[OWNER_SIZE] = "";
	const char *path = file ? file : directory;
	bool is_read_only = access(path, W_OK) < 0 && errno == EROFS;
	struct stat status;

	owner_user(user);
	if (stat(path, &status) == 0)
		owner_print(&status, owner);
	finding_set(finding, FINDING_FAILED, "%s, %s, cannot be written by %s", path, owner, user);
	if (is_read_only)
		finding_remedy(finding, "its file system is mounted read-only");
	else
		finding_remedy(finding, "chown -R %s %s", user, directory);
	free(file);
}

static void examine_state(void *subject, struct finding *finding)
{
	struct host *host = subject;
	const char *directory = host->config->state_dir;
	struct stat status;
	char *foreign;

	if (strcmp(directory, STORE_MEMORY) == 0) {
		finding_set(finding, FINDING_WARNING, "state-dir is \":memory:\"");
		finding_remedy(finding, "counters begin anew at each start; name a directory");
	} else if (stat(directory, &status) < 0) {
		host->running = errno == ENOENT ? RUNNING_NO : RUNNING_UNKNOWN;
		examine_absent(directory, finding);
	} else if (!S_ISDIR(status.st_mode)) {
		finding_set(finding, FINDING_FAILED, "%s is no directory", directory);
		finding_remedy(finding, "name a directory in state-dir");
	} else if (access(directory, R_OK | W_OK | X_OK) < 0) {
		examine_useless(directory, NULL, finding);
	} else if ((foreign = find_foreign_file(directory)) != NULL) {
		examine_useless(directory, foreign, finding);
	} else {
		host->running = find_agent(directory);
		examine_room(host, &status, finding);
	}
}

/* What is there at the socket PATH, in words. */
static void describe_socket(const char *path, char out[OWNER_SIZE])
{
	struct stat status;

	snprintf(out, OWNER_SIZE, "over TCP");
	if (path[0] == '/' && stat(path, &status) == 0)
		owner_print(&status, out);
}

static void examine_master(void *subject, struct finding *finding)
{
	const struct host *host = subject;
	const char *path = host->config->agentx_socket;
	char *barrier = path[0] == '/' ? owner_barrier(path) : NULL;
	int error = rehearsal_ping(path);
	char owner[OWNER_SIZE], user[OWNER_NAME_SIZE];

	describe_socket(path, owner);
	owner_user(user);
	if (error == 0) {
		finding_set(finding, FINDING_OK, "%s, %s; it answers", path, owner);
	} else if (barrier) {
		finding_set(finding, FINDING_FAILED, "%s: the user %s may not enter %s", path, user,
			    barrier);
		finding_remedy(finding, "chmod 0755 %s, and see agentXPerms in snmpd.conf(5)",
			       barrier);
	} else {
		finding_set(finding, FINDING_FAILED, "%s: %s", path, probe_hint(error));
		if (error == EACCES)
			finding_remedy(
			    finding,
			    "the socket is %s: set agentXPerms in snmpd.conf so that %s may "
			    "write to it, and restart snmpd",
			    owner, user);
		else
			finding_remedy(finding, "systemctl status snmpd; agentx-socket and snmpd's "
						"agentXSocket must be the same");
	}
	free(barrier);
}

/* The OID of the table ID, as an agent registers it. Returns its length. */
static size_t oid_of(const struct host *host, enum table_id id, uint32_t oid[OID_MAX])
{
	const struct config_oid *base = &host->config->base_oid;
	const struct table *table = tables_all[id];

	memcpy(oid, base->numbers, base->length * sizeof *oid);
	memcpy(oid + base->length, table->path, table->path_length * sizeof *oid);
	return base->length + table->path_length;
}

/* The master agent refuses a table: another agent serves it, which may be the one that runs. */
static void explain_refusal(const struct host *host, long refusal, struct finding *finding)
{
	if (refusal != AGENTX_DUPLICATE) {
		finding_set(finding, FINDING_FAILED, "refused: %s", agentx_cause(refusal));
		finding_remedy(finding, "look at the log of snmpd");
	} else if (host->running == RUNNING_YES) {
		finding_set(finding, FINDING_OK, "the agent that runs has registered its tables");
	} else if (host->running == RUNNING_UNKNOWN) {
		finding_set(finding, FINDING_WARNING,
			    "an agent has registered these tables; whether it is the one of this "
			    "configuration cannot be seen");
		finding_remedy(finding, "run the doctor as root, or as the user of the agent");
	} else {
		finding_set(finding, FINDING_FAILED, "refused: %s", agentx_cause(refusal));
		finding_remedy(finding,
			       "end the other program, or give one of them another base-oid");
	}
}

static void examine_registration(void *subject, struct finding *finding)
{
	const struct host *host = subject;
	uint32_t oid[OID_MAX];
	size_t length = oid_of(host, TABLE_SITES, oid);
	long refusal;
	int error = rehearsal_register(host->config->agentx_socket, oid, length, &refusal);

	if (error != 0) {
		finding_set(finding, FINDING_FAILED, "%s", probe_hint(error));
		finding_remedy(finding, "restart snmpd, and look at its log");
	} else if (refusal != 0) {
		explain_refusal(host, refusal, finding);
	} else if (host->running == RUNNING_YES) {
		finding_set(finding, FINDING_FAILED,
			    "an agent runs, but has registered no tables with this master agent");
		finding_remedy(finding, "does it run with the same configuration? See its log: "
					"journalctl -u nbu-agentx");
	} else {
		finding_set(finding, FINDING_OK, "the master agent accepts it");
	}
}

/* OID in numbers with a dot before each. */
static void print_oid(const struct config_oid *oid, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < oid->length && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, ".%" PRIu32, oid->numbers[i]);
}

/* What it means that snmpd answers, but shows nothing of ours. */
static void explain_nothing(const struct host *host, struct finding *finding)
{
	char base[CONFIG_BASE_OID_MAX * 11 + 1] = "";

	print_oid(&host->config->base_oid, base, sizeof base);
	finding_set(finding, FINDING_FAILED, "%s answers, but shows none of our objects",
		    host->snmpd);
	if (host->running == RUNNING_NO)
		finding_remedy(finding, "no agent runs: systemctl start nbu-agentx");
	else
		finding_remedy(
		    finding,
		    "the view of this community leaves them out: add \"view systemonly "
		    "included %s\" to snmpd.conf, or name another view, and restart snmpd",
		    base);
}

/* What MANAGER sees. Tables may be empty, but there is a row for each site. */
static void look(const struct host *host, struct manager *manager, struct finding *finding)
{
	unsigned seen[TABLE_COUNT] = {0}, count = 0;

	/* Who does not answer the first question answers none. */
	for (enum table_id id = 0; id < TABLE_COUNT && (id == 0 || manager_was_answered(manager));
	     id++) {
		uint32_t oid[OID_MAX];
		size_t length = oid_of(host, id, oid);

		seen[id] = manager_sees(manager, oid, length);
		count += seen[id];
	}
	if (!manager_was_answered(manager)) {
		finding_set(finding, FINDING_FAILED, "%s does not answer this community",
			    host->snmpd);
		finding_remedy(finding, "check rocommunity and agentAddress in snmpd.conf");
	} else if (count == 0) {
		explain_nothing(host, finding);
	} else {
		finding_set(finding, seen[TABLE_SITES] ? FINDING_OK : FINDING_WARNING,
			    "%s shows rows of %u of the %d tables", host->snmpd, count,
			    TABLE_COUNT);
		if (!seen[TABLE_SITES])
			finding_remedy(finding, "nbuSiteTable is not seen: the view leaves it out");
	}
}

static void examine_walk(void *subject, struct finding *finding)
{
	const struct host *host = subject;
	struct manager *manager;

	if (!host->community) {
		finding_set(finding, FINDING_SKIPPED, "not tried");
		finding_remedy(finding, "--community NAME asks snmpd as your monitoring would");
		return;
	}
	manager = manager_open(host->snmpd, host->community, timefmt_monotonic() + WALK_MS);
	if (manager) {
		look(host, manager, finding);
	} else {
		finding_set(finding, FINDING_FAILED, "%s is no address that can be asked",
			    host->snmpd);
		finding_remedy(finding, "check --snmpd: it must be HOST or HOST:PORT");
	}
	manager_close(manager);
}

static const struct finding_step steps[] = {
    {"state-dir", FINDING_EXIT_STATE, true, examine_state},
    {"master agent", FINDING_EXIT_MASTER, false, examine_master},
    {"registration", FINDING_EXIT_REGISTRATION, true, examine_registration},
    {"walk", FINDING_EXIT_WALK, false, examine_walk},
};

void host_examine(const struct config *config, const char *snmpd, const char *community,
		  struct finding_list *list)
{
	struct host host = {config, snmpd, community, RUNNING_UNKNOWN};

	finding_take(list, "this host", steps, sizeof steps / sizeof steps[0], &host);
}
