/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/secret.h"
#include "command/daemon.h"
#include "command/fetch_ca.h"
#include "command/once.h"
#include "command/options.h"
#include "config/config.h"
#include "doctor/doctor.h"
#include "snmp/loop.h"

static int exit_code(bool fine)
{
	return fine ? OPTIONS_EXIT_FINE : OPTIONS_EXIT_FAILED;
}

static int check(void)
{
	puts("configuration OK");
	return exit_code(fflush(stdout) == 0);
}

/* --check-config and --once. */
static int run_command(const struct options *options, const struct config *config)
{
	if (options->site && !config_find_site(config, options->site)) {
		fprintf(stderr, "nbu-agentx: %s has no site called %s\n", options->file,
			options->site);
		return OPTIONS_EXIT_USAGE;
	}
	return options->check ? check() : exit_code(once_run(options, config));
}

/* Does what OPTIONS ask for; without LOOP that is not to serve. CONFIG now belongs to it. */
static int run(const struct options *options, struct config *config, struct loop *loop)
{
	int result;

	options_open_log(options, config);
	if (loop)
		return exit_code(daemon_run(options, config, loop));
	result = run_command(options, config);
	config_free(config);
	return result;
}

static int run_doctor(const struct options *options)
{
	struct doctor_order order = {options->file,  options->site,	 options->user,
				     options->snmpd, options->community, options->json};

	options_open_log(options, NULL);
	return doctor_run(&order);
}

/* If one of the first three is closed, a file or a socket would get its number, and then the log.
 */
static bool open_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	char error[CONFIG_ERROR_SIZE];
	struct config *config;
	struct loop *loop = NULL;
	int result = OPTIONS_EXIT_USAGE;

	if (!open_standard_descriptors()) {
		perror("nbu-agentx: /dev/null");
		return OPTIONS_EXIT_FAILED;
	}
	mem_keep_little();
	secret_guard_process();
	options_read(&options, argc, argv);
	if (options.fetch_ca)
		return fetch_ca_run(options.fetch_ca, options.fingerprint, options.output);
	if (options.doctor)
		return run_doctor(&options);
	if (!options.check && !options.once) {
		loop = loop_new();
		if (!loop)
			return OPTIONS_EXIT_FAILED;
	}
	config = config_load(options.file, error);
	if (config)
		result = run(&options, config, loop);
	else
		fprintf(stderr, "%s\n", error);
	loop_free(loop);
	return result;
}
