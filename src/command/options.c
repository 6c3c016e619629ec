/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "command/report.h"

static const char usage[] =
    "usage: nbu-agentx [-c FILE] [--check-config] [--once [SITE]] [--format=table|json]\n"
    "                  [--table=NAME] [-d] [-v]... [-V] [-h]\n"
    "\n"
    "  -c, --config FILE     configuration, default " CONFIG_DEFAULT_FILE "\n"
    "      --check-config    read and check the configuration, then exit\n"
    "      --once [SITE]     refresh once without SNMP, print tables, then exit\n"
    "      --format FORMAT   of --once: table (default) or json\n"
    "      --table NAME      of --once: a table (default jobs), or all\n"
    "  -d, --detach          go to the background\n"
    "  -v, --verbose         more messages; repeat for more\n"
    "  -V, --version         print the version and exit\n"
    "  -h, --help            print this and exit\n"
    "\n"
    "Tables: ";

enum { OPTION_CHECK = 256, OPTION_ONCE, OPTION_FORMAT, OPTION_TABLE };

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"once", optional_argument, NULL, OPTION_ONCE},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"table", required_argument, NULL, OPTION_TABLE},
    {"detach", no_argument, NULL, 'd'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void reject(const char *problem, const char *argument)
{
	fprintf(stderr, "nbu-agentx: %s%s\nTry 'nbu-agentx --help'.\n", problem, argument);
	exit(OPTIONS_EXIT_USAGE);
}

static void print_tables(FILE *out)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		fprintf(out, "%s%s", i ? ", " : "", tables_all[i]->name);
}

static void reject_table(const char *name)
{
	fputs("nbu-agentx: the table must be ", stderr);
	print_tables(stderr);
	fprintf(stderr, " or all, not %s\nTry 'nbu-agentx --help'.\n", name);
	exit(OPTIONS_EXIT_USAGE);
}

/* Takes one option. Ends the program after --version, --help and errors. */
static void take_option(struct options *options, int option, char *const *argv)
{
	switch (option) {
	case 'c':
		options->file = optarg;
		break;
	case 'd':
		options->detach = true;
		break;
	case 'v':
		options->verbosity++;
		break;
	case OPTION_CHECK:
		options->check = true;
		break;
	case OPTION_ONCE:
		options->once = true;
		/* getopt itself accepts an optional argument only as --once=SITE. */
		if (!optarg && argv[optind] && argv[optind][0] != '-')
			optarg = argv[optind++];
		options->site = optarg;
		break;
	case OPTION_FORMAT:
		if (strcmp(optarg, "json") != 0 && strcmp(optarg, "table") != 0)
			reject("the format must be table or json, not ", optarg);
		options->json = strcmp(optarg, "json") == 0;
		break;
	case OPTION_TABLE:
		options->tables = report_find_tables(optarg);
		if (options->tables == 0)
			reject_table(optarg);
		break;
	case 'V':
		puts("nbu-agentx " NBU_AGENTX_VERSION);
		exit(fflush(stdout) == 0 ? OPTIONS_EXIT_FINE : OPTIONS_EXIT_FAILED);
	case 'h':
		fputs(usage, stdout);
		print_tables(stdout);
		putchar('\n');
		exit(OPTIONS_EXIT_FINE);
	default:
		fputs("Try 'nbu-agentx --help'.\n", stderr);
		exit(OPTIONS_EXIT_USAGE);
	}
}

void options_read(struct options *options, int argc, char **argv)
{
	int option;

	options->file = CONFIG_DEFAULT_FILE;
	options->tables = REPORT_TABLE(TABLE_JOBS);
	while ((option = getopt_long(argc, argv, "c:dvVh", long_options, NULL)) != -1)
		take_option(options, option, argv);
	if (optind < argc)
		reject("unexpected argument: ", argv[optind]);
}

void options_open_log(const struct options *options, const struct config *config)
{
	int level = (int)config->log_level + options->verbosity;
	enum log_target target = config->log_target;

	if (options->once)
		target = LOG_TARGET_STDERR;
	else if (options->detach)
		target = LOG_TARGET_SYSLOG; /* there is no standard error in the background */
	if (options->once && !options->verbosity)
		level = LOG_LEVEL_WARNING;
	log_open(target, level < LOG_LEVEL_DEBUG ? (enum log_level)level : LOG_LEVEL_DEBUG);
}
