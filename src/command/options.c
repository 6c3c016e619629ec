/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "command/report.h"
#include "doctor/doctor.h"

static const char usage[] =
    "usage: nbu-agentx [-c FILE] [--check-config] [--once [SITE]] [--format=table|json]\n"
    "                  [--table=NAME] [--watch[=SECONDS] [SITE]] [--color=WHEN]\n"
    "                  [-d] [-v]... [-V] [-h]\n"
    "       nbu-agentx [-c FILE] --doctor [SITE] [--community NAME [--snmpd HOST:PORT]]\n"
    "                  [--user NAME] [--format=table|json] [-v]...\n"
    "       nbu-agentx --fetch-ca URL [--fingerprint SHA256 [--output FILE]]\n"
    "\n"
    "  -c, --config FILE     configuration, default " CONFIG_DEFAULT_FILE "\n"
    "      --check-config    read and check the configuration, then exit\n"
    "      --once [SITE]     refresh once without SNMP, print tables, then exit\n"
    "      --format FORMAT   of --once: table (default) or json\n"
    "      --table NAME      of --once: a table (default jobs), or all\n"
    "      --watch[=SECONDS] with --once, or instead: go on until Ctrl-C\n"
    "      --color WHEN      of --once: auto (default), always or never\n"
    "      --doctor [SITE]   go the whole way to a row, and say what is wrong\n"
    "      --community NAME  of --doctor: also ask snmpd, by SNMPv2c\n"
    "      --snmpd HOST:PORT of --doctor: where snmpd answers, default " DOCTOR_SNMPD "\n"
    "      --user NAME       of --doctor: look as that user, default " DOCTOR_USER "\n"
    "      --fetch-ca URL    show the CA certificate of a primary server\n"
    "      --fingerprint FP  of --fetch-ca: what its SHA-256 must be; then it is written\n"
    "      --output FILE     of --fetch-ca: where to, default standard output\n"
    "  -d, --detach          go to the background\n"
    "  -v, --verbose         more messages; repeat for more\n"
    "  -V, --version         print the version and exit\n"
    "  -h, --help            print this and exit\n"
    "\n"
    "Tables: ";

enum {
	OPTION_CHECK = 256,
	OPTION_ONCE,
	OPTION_FORMAT,
	OPTION_TABLE,
	OPTION_WATCH,
	OPTION_COLOUR,
	OPTION_DOCTOR,
	OPTION_COMMUNITY,
	OPTION_SNMPD,
	OPTION_USER,
	OPTION_FETCH_CA,
	OPTION_FINGERPRINT,
	OPTION_OUTPUT
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"once", optional_argument, NULL, OPTION_ONCE},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"table", required_argument, NULL, OPTION_TABLE},
    {"watch", optional_argument, NULL, OPTION_WATCH},
    {"color", required_argument, NULL, OPTION_COLOUR},
    {"doctor", optional_argument, NULL, OPTION_DOCTOR},
    {"community", required_argument, NULL, OPTION_COMMUNITY},
    {"snmpd", required_argument, NULL, OPTION_SNMPD},
    {"user", required_argument, NULL, OPTION_USER},
    {"fetch-ca", required_argument, NULL, OPTION_FETCH_CA},
    {"fingerprint", required_argument, NULL, OPTION_FINGERPRINT},
    {"output", required_argument, NULL, OPTION_OUTPUT},
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

/* Takes the next argument if it is no option; else NULL. */
static const char *next_word(char *const *argv)
{
	return argv[optind] && argv[optind][0] != '-' ? argv[optind++] : NULL;
}

/* getopt itself accepts an optional argument only as --once=SITE. */
static const char *optional_word(char *const *argv)
{
	return optarg ? optarg : next_word(argv);
}

/* --once and --watch may both be there, and one of them names the site. */
static void take_site(struct options *options, const char *site)
{
	if (site)
		options->site = site;
}

/* The options that are nothing but a text, and where it goes. */
static const struct text_option {
	int option;
	size_t offset;
} text_options[] = {
    {'c', offsetof(struct options, file)},
    {OPTION_COMMUNITY, offsetof(struct options, community)},
    {OPTION_SNMPD, offsetof(struct options, snmpd)},
    {OPTION_USER, offsetof(struct options, user)},
    {OPTION_FETCH_CA, offsetof(struct options, fetch_ca)},
    {OPTION_FINGERPRINT, offsetof(struct options, fingerprint)},
    {OPTION_OUTPUT, offsetof(struct options, output)},
};

/* Takes an option that is nothing but a text. False when it is another one. */
static bool take_text(struct options *options, int option)
{
	for (size_t i = 0; i < sizeof text_options / sizeof text_options[0]; i++) {
		if (text_options[i].option != option)
			continue;
		*(const char **)((char *)options + text_options[i].offset) = optarg;
		return true;
	}
	return false;
}

#define WATCH_MAX 86400

/* --watch is a form of --once. TEXT is its argument, or NULL. */
static void take_watch(struct options *options, const char *text)
{
	char *end = NULL;
	long seconds = text ? strtol(text, &end, 10) : 0;

	if (text && (*text < '0' || *text > '9' || *end || seconds < 1 || seconds > WATCH_MAX))
		reject("the seconds must be a number from 1 to 86400, not ", text);
	options->once = true;
	options->watch = true;
	options->watch_seconds = (int)seconds;
}

/* Takes one option. Ends the program after --version, --help and errors. */
static void take_option(struct options *options, int option, char *const *argv)
{
	switch (option) {
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
		take_site(options, optional_word(argv));
		break;
	case OPTION_DOCTOR:
		options->doctor = true;
		take_site(options, optional_word(argv));
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
	case OPTION_WATCH:
		take_watch(options, optarg);
		take_site(options, next_word(argv));
		break;
	case OPTION_COLOUR:
		if (!terminal_find_colour(optarg, &options->colour))
			reject("the colour must be auto, always or never, not ", optarg);
		break;
	case 'V':
		puts("nbu-agentx " NBU_AGENTX_VERSION);
		exit(fflush(stdout) == 0 ? OPTIONS_EXIT_FINE : OPTIONS_EXIT_FAILED);
	case 'h':
		fputs(usage, stdout);
		print_tables(stdout);
		putchar('\n');
		exit(fflush(stdout) == 0 ? OPTIONS_EXIT_FINE : OPTIONS_EXIT_FAILED);
	default:
		fputs("Try 'nbu-agentx --help'.\n", stderr);
		exit(OPTIONS_EXIT_USAGE);
	}
}

/* An option that makes no sense without another one, or beside it. */
struct rule {
	bool broken;
	const char *complaint;
};

/* Refuses options that would have no effect. */
static void check_together(const struct options *options)
{
	bool doctor = options->doctor, ca = options->fetch_ca != NULL;
	const struct rule rules[] = {
	    {options->check + options->once + doctor + ca > 1,
	     "only one of --check-config, --once, --doctor and --fetch-ca can be done"},
	    {!doctor && (options->community || options->user),
	     "--community and --user need --doctor"},
	    {!options->community && options->snmpd, "--snmpd needs --community"},
	    {!ca && options->fingerprint, "--fingerprint needs --fetch-ca"},
	    {!options->fingerprint && options->output, "--output needs --fingerprint"},
	    {options->output && options->output[0] == '\0', "--output needs the name of a file"},
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i].broken)
			reject(rules[i].complaint, "");
}

void options_read(struct options *options, int argc, char **argv)
{
	int option;

	options->file = CONFIG_DEFAULT_FILE;
	options->tables = REPORT_TABLE(TABLE_JOBS);
	while ((option = getopt_long(argc, argv, "c:dvVh", long_options, NULL)) != -1)
		if (!take_text(options, option))
			take_option(options, option, argv);
	if (optind < argc)
		reject("unexpected argument: ", argv[optind]);
	check_together(options);
}

void options_open_log(const struct options *options, const struct config *config)
{
	bool is_tool = options->once || !config;
	int level = (config ? (int)config->log_level : LOG_LEVEL_WARNING) + options->verbosity;
	enum log_target target = config ? config->log_target : LOG_TARGET_STDERR;

	if (is_tool)
		target = LOG_TARGET_STDERR;
	else if (options->detach)
		target = LOG_TARGET_SYSLOG; /* there is no standard error in the background */
	if (is_tool && !options->verbosity)
		level = LOG_LEVEL_WARNING;
	log_open(target, level < LOG_LEVEL_DEBUG ? (enum log_level)level : LOG_LEVEL_DEBUG);
}
