/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

#define CONFIG_DEFAULT_FILE "/etc/nbu-agentx/nbu-agentx.conf"
#define CONFIG_SITE_NAME_MAX 32 /* octets: a name is part of the index of each row */
#define CONFIG_BASE_OID_MAX 22	/* leaves room for the longest row within 128 sub-identifiers */
#define CONFIG_ERROR_SIZE 512

/*
 * What a policy or client section of the file says. It is expected, which gives it a row even
 * before it is seen, where it names one policy or client and stands in a site's own section.
 */
struct config_watch {
	char *pattern; /* of fnmatch(3); a name without *, ?, [ and \ where it is expected */
	int max_age;   /* seconds since the last success; 0 = not watched */
	bool expected;
};

struct config_watch_list {
	struct config_watch *watches; /* the first that matches a name counts */
	size_t count;
};

/* One primary server. Durations are seconds. */
struct config_site {
	char *name;
	char *url;	   /* without a slash at its end */
	char *api_key;	   /* secret */
	char *ca_file;	   /* NULL = the system's certificates */
	char *api_version; /* NULL = negotiate */
	bool tls_verify;
	int refresh;
	int full_refresh;
	int window;
	int row_retention;
	int timeout;
	int deadline;
	/* The site's own sections, then the file's. */
	struct config_watch_list policies;
	struct config_watch_list clients;
	int client_limit; /* rows of nbuClientTable */
	int down_after;	  /* failed refreshes in a row */
};

/* Which notifications are sent. */
struct config_notify {
	bool site;
	bool job_failed;
	bool policy_overdue;
	int limit; /* of jobs and of policies, each for one refresh */
};

struct config {
	char *agentx_socket;
	bool fastpath;
	char *state_dir;
	uint32_t base_oid[CONFIG_BASE_OID_MAX];
	size_t base_oid_length;
	enum log_target log_target;
	enum log_level log_level;
	struct config_notify notify;
	struct config_site **sites;
	size_t site_count;
	int64_t read_at; /* instant of the local clock */
};

/*
 * Reads and checks FILE and the key files that it names. Returns a configuration that nobody
 * changes any more, to be freed with config_free; or NULL and in ERROR one line "FILE:LINE: what
 * is wrong", with a remedy where there is one.
 */
struct config *config_load(const char *file, char error[CONFIG_ERROR_SIZE]);

/* The site called NAME, or NULL. */
const struct config_site *config_find_site(const struct config *config, const char *name);

/* True when A and B say the same about a site. */
bool config_site_equal(const struct config_site *a, const struct config_site *b);

/* Gives each site of NEW that equals the one of OLD by that name OLD's object, and OLD the new one.
 */
void config_keep_unchanged(struct config *new, struct config *old);

/* Frees CONFIG, with its secrets overwritten first; NULL is fine. */
void config_free(struct config *config);

#endif
