/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/doctor.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"
#include "config/config.h"
#include "doctor/finding.h"
#include "doctor/host.h"
#include "doctor/owner.h"
#include "doctor/primary.h"

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

static void become_user(void *subject, struct finding *finding)
{
	const struct start *start = subject;
	const struct passwd *user = find_user(start->order);
	char name[OWNER_SIZE];

	if (!user && start->order->user && geteuid() == 0) {
		finding_set(finding, FINDING_FAILED, "there is no user %s", start->order->user);
		finding_remedy(finding, "systemd-sysusers makes the user of the unit");
		return;
	}
	if (user && (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
		     setuid(user->pw_uid) < 0)) {
		finding_set(finding, FINDING_FAILED, "cannot become %s: %m", user->pw_name);
		return;
	}
	owner_user(name);
	finding_set(finding, FINDING_OK, "%s", name);
	if (user || strcmp(name, DOCTOR_USER) == 0)
		return;
	finding->result = FINDING_WARNING;
	finding_remedy(finding, geteuid() == 0 ? "there is no user " DOCTOR_USER
						 "; systemd-sysusers makes it"
					       : "the unit runs as " DOCTOR_USER
						 "; as root this looks as that "
						 "user does");
}

static void read_file(void *subject, struct finding *finding)
{
	struct start *start = subject;
	char error[CONFIG_ERROR_SIZE], user[OWNER_SIZE];
	size_t count;

	start->config = config_load(start->order->file, error);
	if (!start->config) {
		finding_set(finding, FINDING_FAILED, "%s", error);
		owner_user(user);
		/* It is about the file itself, or about one that it names. */
		if (strstr(error, strerror(EACCES)))
			finding_remedy(finding, "let %s read it: chgrp nbu-agentx, then chmod 0640",
				       user);
		else
			finding_remedy(finding,
				       "correct the file; nbu-agentx.conf(5) explains every key");
		return;
	}
	count = start->config->site_count;
	finding_set(finding, FINDING_OK, "%s: %zu site%s", start->order->file, count,
		    count == 1 ? "" : "s");
	if (!start->order->site || config_find_site(start->config, start->order->site))
		return;
	finding_set(finding, FINDING_FAILED, "%s has no site called %s", start->order->file,
		    start->order->site);
	finding_remedy(finding, "name one of its sites, or none for all");
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
		host_examine(start.config, order->snmpd, order->community, list);
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
	status = fflush(stdout) == 0 ? list.exit_status : 1;
	finding_clear(&list);
	http_global_cleanup();
	return status;
}
