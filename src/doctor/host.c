/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/host.h"

#include <errno.h>
#include <fcntl.h>
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
#include "doctor/owner.h"
#include "snmp/agentx.h"
#include "snmp/manager.h"
#include "snmp/probe.h"
#include "snmp/rehearsal.h"
#include "store/store.h"
#include "tables/tables.h"

#define ROOM_WARNING_MIB 1024
#define ROOM_MIN_MIB 64
#define WALK_LIMIT 50
#define DUPLICATE 263 /* an error of AgentX: duplicateRegistration */

struct host {
	const struct config *config;
	const char *snmpd;
	const char *community;
	bool running; /* an agent has the state directory */
};

/* Whether another process has the lock of SITE's store. */
static bool is_locked(const char *directory, const char *site)
{
	char *path = mem_printf("%s/%s.lock", directory, site);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	free(path);
	return locked;
}

/* Whether an agent runs with the state directory of CONFIG. */
static bool is_in_use(const struct config *config)
{
	for (size_t i = 0; i < config->site_count; i++)
		if (is_locked(config->state_dir, config->sites[i]->name))
			return true;
	return false;
}

/* The state directory is not there. The agent makes it if it may. */
static void examine_absent(const char *directory, struct finding *finding)
{
	char *copy = mem_strdup(directory), user[OWNER_SIZE];
	const char *parent = dirname(copy);

	owner_user(user);
	if (access(parent, W_OK | X_OK) == 0) {
		finding_set(finding, FINDING_OK, "%s is not there yet; the agent makes it",
			    directory);
	} else {
		finding_set(finding, FINDING_FAILED,
			    "%s is not there, and %s cannot be written: %m", directory, parent);
		finding_remedy(finding, "install -d -m 0700 -o %s %s; systemd does so by itself",
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
	return (long long)(room.f_bavail * (room.f_frsize >> 10) >> 10);
}

static void examine_room(const struct host *host, const struct stat *status,
			 struct finding *finding)
{
	const char *directory = host->config->state_dir;
	long long room = room_of(directory);
	char owner[OWNER_SIZE];

	owner_print(status, owner);
	finding_set(finding, room >= ROOM_WARNING_MIB ? FINDING_OK : FINDING_WARNING,
		    "%s, %s, %lld MiB free; %s", directory, owner, room,
		    host->running ? "in use by an agent that runs" : "no agent runs");
	if (room >= ROOM_WARNING_MIB)
		return;
	if (room < ROOM_MIN_MIB)
		finding->result = FINDING_FAILED;
	finding_remedy(finding, "make room: half a million jobs take about 200 MiB");
}

/* There is something at the state directory's place that is of no use. */
static void examine_useless(const char *directory, const struct stat *status,
			    struct finding *finding)
{
	char user[OWNER_SIZE], owner[OWNER_SIZE];

	owner_user(user);
	owner_print(status, owner);
	if (!S_ISDIR(status->st_mode)) {
		finding_set(finding, FINDING_FAILED, "%s is no directory", directory);
		finding_remedy(finding, "name a directory in state-dir");
	} else {
		finding_set(finding, FINDING_FAILED, "%s, %s, cannot be written by %s", directory,
			    owner, user);
		finding_remedy(finding, "chown -R %s %s", user, directory);
	}
}

static void examine_state(void *subject, struct finding *finding)
{
	struct host *host = subject;
	const char *directory = host->config->state_dir;
	struct stat status;

	if (strcmp(directory, STORE_MEMORY) == 0) {
		finding_set(finding, FINDING_WARNING, "state-dir is \":memory:\"");
		finding_remedy(finding, "counters begin anew at each start; name a directory");
	} else if (stat(directory, &status) < 0) {
		examine_absent(directory, finding);
	} else if (!S_ISDIR(status.st_mode) || access(directory, R_OK | W_OK | X_OK) < 0) {
		examine_useless(directory, &status, finding);
	} else {
		host->running = is_in_use(host->config);
		examine_room(host, &status, finding);
	}
}

/* The first folder on the way to PATH that may not be entered, to be freed; NULL = all may. */
static char *find_barrier(const char *path)
{
	for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
		char *folder = mem_printf("%.*s", (int)(end - path), path);

		if (access(folder, X_OK) < 0 && errno == EACCES)
			return folder;
		free(folder);
	}
	return NULL;
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
	char *barrier = path[0] == '/' ? find_barrier(path) : NULL;
	int error = rehearsal_ping(path);
	char owner[OWNER_SIZE], user[OWNER_SIZE];

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

/* The OID of the entry of nbuSiteTable, which an agent registers. Returns its length. */
static size_t entry_of_sites(const struct config_oid *base, uint32_t oid[CONFIG_BASE_OID_MAX + 5])
{
	static const uint32_t below[] = {1, 1, 2, 1};
	size_t length = base->length;

	memcpy(oid, base->numbers, length * sizeof *oid);
	memcpy(oid + length, below, sizeof below);
	return length + sizeof below / sizeof below[0];
}

static void examine_registration(void *subject, struct finding *finding)
{
	const struct host *host = subject;
	uint32_t oid[CONFIG_BASE_OID_MAX + 5];
	size_t length = entry_of_sites(&host->config->base_oid, oid);
	long refusal;
	int error = rehearsal_register(host->config->agentx_socket, oid, length, &refusal);

	if (error != 0) {
		finding_set(finding, FINDING_FAILED, "%s", probe_hint(error));
		finding_remedy(finding, "restart snmpd, and look at its log");
	} else if (refusal == DUPLICATE && host->running) {
		finding_set(finding, FINDING_OK, "the agent that runs has registered its tables");
	} else if (refusal != 0) {
		finding_set(finding, FINDING_FAILED, "refused: %s", agentx_cause(refusal));
		finding_remedy(finding,
			       refusal == DUPLICATE
				   ? "end the other program, or give one of them another base-oid"
				   : "look at the log of snmpd");
	} else if (host->running) {
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

/* What a walk that shows none of our objects means. */
static void explain_nothing(const struct host *host, struct finding *finding)
{
	char base[CONFIG_BASE_OID_MAX * 11 + 1] = "";

	print_oid(&host->config->base_oid, base, sizeof base);
	finding_set(finding, FINDING_FAILED, "%s answers \"%s\", but shows none of our objects",
		    host->snmpd, host->community);
	if (host->running)
		finding_remedy(
		    finding,
		    "the view of this community leaves them out: add \"view systemonly "
		    "included %s\" to snmpd.conf, or name another view, and restart snmpd",
		    base);
	else
		finding_remedy(finding, "no agent runs: systemctl start nbu-agentx");
}

static void examine_walk(void *subject, struct finding *finding)
{
	const struct host *host = subject;
	const struct config_oid *base = &host->config->base_oid;
	struct manager_view view;

	if (!host->community) {
		finding_set(finding, FINDING_SKIPPED, "not tried");
		finding_remedy(finding, "--community NAME asks snmpd as your monitoring would");
		return;
	}
	view = manager_walk(host->snmpd, host->community, base->numbers, base->length, WALK_LIMIT);
	if (view.objects > 0) {
		finding_set(finding, FINDING_OK, "%s shows %s%u objects", host->snmpd,
			    view.objects == WALK_LIMIT ? "more than " : "", view.objects);
	} else if (view.answers) {
		explain_nothing(host, finding);
	} else {
		finding_set(finding, FINDING_FAILED, "%s does not answer \"%s\"", host->snmpd,
			    host->community);
		finding_remedy(finding, "check rocommunity and agentAddress in snmpd.conf");
	}
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
	struct host host = {config, snmpd, community, false};

	finding_take(list, "this host", steps, sizeof steps / sizeof steps[0], &host);
}
