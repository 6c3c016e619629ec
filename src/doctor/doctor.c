/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/doctor.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"
#include "config/config.h"
#include "doctor/finding.h"
#include "doctor/host.h"
#include "doctor/owner.h"
#include "doctor/primary.h"

#define CREDENTIALS "CREDENTIALS_DIRECTORY" /* see systemd.exec(5), LoadCredential= */

/* What the first steps have come to. */
struct start {
	const struct doctor_order *order;
	struct config *config;
};

/* Whom to become: NULL = nobody else. */
static const struct passwd *find_user(const struct doctor_order *order)
{
	return geteuid() == 0 ? getpwnam(order->user ? order->user : DOCTOR_USER) : NULL;
}

/* Becomes USER; NULL = stays who it is. */
static bool become(const struct passwd *user)
{
	return !user || (initgroups(user->pw_name, user->pw_gid) == 0 &&
			 setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0);
}

/* Whether those who look are those who will run the agent. */
static void judge_user(const char *name, struct finding *finding)
{
	if (strcmp(name, DOCTOR_USER) == 0)
		return;
	finding->result = FINDING_WARNING;
	if (geteuid() == 0)
		finding_remedy(finding,
			       "there is no user " DOCTOR_USER ", so permissions cannot be "
			       "judged; systemd-sysusers makes it");
	else
		finding_remedy(finding, "the unit runs as " DOCTOR_USER "; as root this looks as "
					"that user does");
}

static void become_user(void *subject, struct finding *finding)
{
	const struct start *start = subject;
	const struct passwd *user = find_user(start->order);
	const char *wanted = start->order->user;
	char name[OWNER_NAME_SIZE];

	if (wanted && geteuid() != 0) {
		finding_set(finding, FINDING_FAILED, "only root can become %s", wanted);
		finding_remedy(finding, "run it as root, or without --user");
	} else if (wanted && !user) {
		finding_set(finding, FINDING_FAILED, "there is no user %s", wanted);
		finding_remedy(finding, "systemd-sysusers makes the user of the unit");
	} else if (!become(user)) {
		finding_set(finding, FINDING_FAILED, "cannot become %s: %m", user->pw_name);
	} else {
		owner_user(name);
		finding_set(finding, FINDING_OK, "%s", name);
		if (!user)
			judge_user(name, finding);
	}
}

/* Whether the configuration wants its keys from systemd, which gives them to the unit alone. */
static bool wants_credentials(const char *file)
{
	FILE *stream = getenv(CREDENTIALS) ? NULL : fopen(file, "r");
	bool found = false;
	char line[1000];

	while (stream && !found && fgets(line, sizeof line, stream))
		found = line[strspn(line, " \t")] != '#' && strstr(line, CREDENTIALS);
	if (stream)
		fclose(stream);
	return found;
}

/* What to do about ERROR of the configuration FILE. */
static void advise(const char *file, const char *error, struct finding *finding)
{
	char *barrier = owner_barrier(file), user[OWNER_NAME_SIZE], group[OWNER_NAME_SIZE];

	owner_user(user);
	owner_group(group);
	if (barrier)
		finding_remedy(finding, "%s may not enter %s", user, barrier);
	else if (wants_credentials(file))
		finding_remedy(finding,
			       "only the unit has " CREDENTIALS
			       "; look with: systemd-run --pipe -p "
			       "User=%s -p LoadCredential=NAME:FILE nbu-agentx --doctor",
			       user);
	else if (strstr(error, strerror(EACCES)))
		/* It is about the file itself, or about one that it names. */
		finding_remedy(finding, "let %s read it: chgrp %s, then chmod 0640", user, group);
	else
		finding_remedy(finding, "correct the file; nbu-agentx.conf(5) explains every key");
	free(barrier);
}

static void read_file(void *subject, struct finding *finding)
{
	struct start *start = subject;
	const char *file = start->order->file, *site = start->order->site;
	char error[CONFIG_ERROR_SIZE];

	start->config = config_load(file, error);
	if (!start->config) {
		finding_set(finding, FINDING_FAILED, "%s", error);
		advise(file, error, finding);
	} else if (site && !config_find_site(start->config, site)) {
		finding_set(finding, FINDING_FAILED, "%s has no site called %s", file, site);
		finding_remedy(finding, "name one of its sites, or none for all");
	} else {
		finding_set(finding, FINDING_OK, "%s: %zu site%s", file, start->config->site_count,
			    start->config->site_count == 1 ? "" : "s");
	}
}

static const struct finding_step steps[] = {
    {"user", FINDING_EXIT_CONFIGURATION, false, become_user},
    {"file", FINDING_EXIT_CONFIGURATION, false, read_file},
};

static void examine(const struct doctor_order *order, struct finding_list *list)
{
	struct start start = {order, NULL};

	finding_take(list, "configuration", steps, sizeof steps / sizeof steps[0], &start);
	if (list->exit_status == 0) {
		for (size_t i = 0; i < start.config->site_count; i++)
			if (!order->site || strcmp(order->site, start.config->sites[i]->name) == 0)
				primary_examine(start.config->sites[i], list);
		host_examine(start.config, order->snmpd ? order->snmpd : DOCTOR_SNMPD,
			     order->community, list);
	}
	config_free(start.config);
}

int doctor_run(const struct doctor_order *order)
{
	struct finding_list list = {.live = order->json ? NULL : stdout};
	int status;

	http_global_init();
	examine(order, &list);
	if (order->json)
		finding_print_json(&list, stdout);
	/* What was printed step by step has been flushed, and may have been lost then. */
	status = fflush(stdout) == 0 && !ferror(stdout) ? list.exit_status : 1;
	finding_clear(&list);
	http_global_cleanup();
	return status;
}
