/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_H
#define CONFIG_H

#include "config/settings.h"

#define CONFIG_DEFAULT_FILE "/etc/nbu-agentx/nbu-agentx.conf"

/*
 * Reads and checks FILE and the key files that it names. Returns a configuration that nobody
 * changes any more, to be freed with config_free; or NULL and in ERROR one line "FILE:LINE: what
 * is wrong", with a remedy where there is one. For the main thread only.
 */
struct config *config_load(const char *file, char error[CONFIG_ERROR_SIZE]);

/* The site called NAME, or NULL. */
const struct config_site *config_find_site(const struct config *config, const char *name);

/* True when A and B say the same about a site. */
bool config_site_equal(const struct config_site *a, const struct config_site *b);

/*
 * For each site that both have and that is equal in both: NEW gets the object of OLD, and OLD that
 * of NEW.
 */
void config_keep_unchanged(struct config *new, struct config *old);

/* Frees CONFIG, with its secrets overwritten first; NULL is fine. */
void config_free(struct config *config);

#endif
