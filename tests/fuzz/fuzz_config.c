/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* A file with DATA that is only in memory; writes its name to PATH. Returns its descriptor. */
static int make_file(const unsigned char *data, size_t size, char path[40])
{
	int fd = memfd_create("nbu-agentx.conf", MFD_CLOEXEC);

	/* With a key in it, it must not be readable by others: the last octet decides. */
	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    fchmod(fd, size > 0 && data[size - 1] == ' ' ? 0644 : 0600) < 0) {
		perror("memfd");
		exit(1);
	}
	snprintf(path, 40, "/proc/self/fd/%d", fd);
	return fd;
}

/* What the rest of the program relies on. */
static void check_site(const struct config_site *site)
{
	assert(site->name && strlen(site->name) <= CONFIG_SITE_NAME_MAX && utf8_valid(site->name));
	assert(site->url && site->api_key && site->protecting_jobs);
	assert(site->refresh > 0 && site->window > 0 && site->timeout > 0 && site->deadline > 0);
	for (size_t i = 0; i < site->policies.count; i++)
		assert(site->policies.watches[i].pattern);
	for (size_t i = 0; i < site->clients.count; i++)
		assert(site->clients.watches[i].pattern);
}

static void check_config(const struct config *config)
{
	assert(config->site_count > 0 && config->agentx_socket && config->state_dir);
	assert(config->base_oid.length > 0 && config->base_oid.length <= CONFIG_BASE_OID_MAX);
	for (size_t i = 0; i < config->site_count; i++) {
		check_site(config->sites[i]);
		assert(config_find_site(config, config->sites[i]->name) == config->sites[i]);
	}
}

/* The same file, read again as at SIGHUP, changes nothing. */
static void reload(const char *path, struct config *old)
{
	char error[CONFIG_ERROR_SIZE];
	struct config *new = config_load(path, error);

	assert(new &&new->site_count == old->site_count);
	for (size_t i = 0; i < new->site_count; i++)
		assert(config_site_equal(new->sites[i], old->sites[i]));
	config_keep_unchanged(new, old);
	check_config(new);
	config_free(new);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char error[CONFIG_ERROR_SIZE], path[40];
	int fd = make_file(data, size, path);
	struct config *config = config_load(path, error);

	assert((config == NULL) == (error[0] != '\0'));
	assert(utf8_valid(error) && !strchr(error, '\n'));
	if (config) {
		check_config(config);
		reload(path, config);
	}
	config_free(config);
	close(fd);
	return 0;
}
