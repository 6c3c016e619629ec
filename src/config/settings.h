/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

/* What the configuration says. The members are filled by the table of keys in key.c. */

#define CONFIG_SITE_NAME_MAX 32 /* octets: a name is part of the index of each row */
#define CONFIG_BASE_OID_MAX 22	/* leaves room for the longest row within 128 sub-identifiers */
#define CONFIG_ERROR_SIZE 512

/* What a policy or client section of the file says. */
struct config_watch {
	char *pattern; /* of fnmatch(3) */
	int max_age;   /* seconds since the last success; 0 = not watched */
	/*
	 * It has a row even before it is seen: the section stands in a site's own section, and the
	 * pattern is a plain name, without *, ?, [ and \.
	 */
	bool expected;
};

struct config_watch_list {
	struct config_watch *watches; /* the first that matches a name counts */
	size_t count;
};

/* What is fetched beside the jobs: the words of the key collect, in its order. */
enum config_collect {
	CONFIG_COLLECT_STORAGE,
	CONFIG_COLLECT_TAPE,
	CONFIG_COLLECT_MEDIA,
	CONFIG_COLLECT_SECURITY,
	CONFIG_COLLECT_COUNT
};

/* Those of them that are wanted. */
struct config_collects {
	bool wanted[CONFIG_COLLECT_COUNT];
};

/* Whether jobs that have children count beside their children. */
enum config_parents { CONFIG_PARENTS_LEAVE_OUT, CONFIG_PARENTS_COUNT };

/* One primary server. Durations are seconds. */
struct config_site {
	char *name;
	char *url;	    /* without a slash at its end */
	char *api_key;	    /* secret */
	char *api_key_file; /* that it was read from; NULL = it stands in the configuration */
	char *ca_file;	    /* NULL = the system's certificates */
	char *api_version;  /* NULL = negotiate */
	bool tls_verify;
	int refresh;
	int full_refresh;
	int sweep_connections;	/* of a sweep in full, at once at most */
	int full_refresh_limit; /* how long a round may get that comes after such without a find */
	int unfinished_refresh; /* how late it may be noticed that an unfinished job is gone */
	int window;
	int row_retention;
	int timeout;
	int deadline;
	/* The site's own sections, then the file's. */
	struct config_watch_list policies;
	struct config_watch_list clients;
	int client_limit; /* rows of nbuClientTable */
	int down_after;	  /* failed refreshes in a row */
	enum config_parents parents;
	char *protecting_jobs; /* the job types by which policies and clients are judged; a space
				  between them */
	int failures_kept;     /* rows of nbuFailureTable */
	int vanish_hold;       /* how long what vanishes all at once is still shown */
	struct config_collects collect;
	int collect_interval[CONFIG_COLLECT_COUNT];
};

/* Which notifications are sent. */
struct config_notify {
	bool site;
	bool job_failed;
	bool policy_overdue;
	bool storage;
	bool tape;
	bool security;
	int limit; /* of each of these but site, for one refresh */
};

struct config_oid {
	uint32_t numbers[CONFIG_BASE_OID_MAX];
	size_t length;
};

struct config {
	char *agentx_socket;
	bool fastpath;
	char *state_dir;
	struct config_oid base_oid;
	enum log_target log_target;
	enum log_level log_level;
	struct config_notify notify;
	struct config_site **sites;
	size_t site_count;
	int64_t read_at; /* instant of the local clock */
};

#endif
