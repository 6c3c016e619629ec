/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"

#define CONFIG_DEFAULT_FILE "/etc/nbu-agentx/nbu-agentx.conf"
#define CONFIG_BASE_OID_MAX 22 /* leaves room for the longest row within 128 sub-identifiers */
#define CONFIG_ERROR_SIZE 512

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
	int row_hold;
	int timeout;
	int deadline;
};

struct config {
	char *agentx_socket;
	char *state_dir;
	uint32_t base_oid[CONFIG_BASE_OID_MAX];
	size_t base_oid_length;
	enum log_target log_target;
	enum log_level log_level;
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
