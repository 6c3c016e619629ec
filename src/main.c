/* SPDX-License-Identifier: BSD-2-Clause */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snmp/agentx.h"
#include "config/config.h"
#include "snmp/fastpath.h"
#include "api/http.h"
#include "base/log.h"
#include "snmp/loop.h"
#include "base/mem.h"
#include "snmp/mib.h"
#include "tally/event.h"
#include "snmp/notify.h"
#include "site/refresh.h"
#include "command/report.h"
#include "site/site.h"
#include "base/timefmt.h"

enum { EXIT_FINE = 0, EXIT_RUN = 1, EXIT_USAGE = 2 };

struct options {
	const char *file;
	const char *site; /* of --once; NULL = all */
	bool check;
	bool once;
	bool json;
	unsigned tables; /* of --once, as report has them */
	bool detach;
	int verbosity;
};

/* The daemon's state, all of the main thread. */
struct program {
	const struct options *options;
	struct config *config;
	struct loop *loop;
	struct mib *mib;
	struct notify *notify;
	char *state_dir;     /* as it was at the start */
	struct site **sites; /* in the order of the configuration; NULL where none could start */
};

static const char usage[] =
    "usage: nbu-agentx [-c FILE] [--check-config] [--once [SITE]] [--format=table|json]\n"
    "                  [--table=NAME] [-d] [-v]... [-V] [-h]\n"
    "\n"
    "  -c, --config FILE     configuration, default " CONFIG_DEFAULT_FILE "\n"
    "      --check-config    read and check the configuration, then exit\n"
    "      --once [SITE]     refresh once without SNMP, print tables, then exit\n"
    "      --format FORMAT   of --once: table (default) or json\n"
    "      --table NAME      of --once: jobs (default), workloads, policies, clients, queue\n"
    "                        or all\n"
    "  -d, --detach          go to the background\n"
    "  -v, --verbose         more messages; repeat for more\n"
    "  -V, --version         print the version and exit\n"
    "  -h, --help            print this and exit\n";

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
	exit(EXIT_USAGE);
}

/* Takes one option; ends the program where that is what the option asks for. */
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
		/* getopt takes only --once=SITE for an optional argument. */
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
			reject("the table must be jobs, workloads, policies, clients, queue or "
			       "all, not ",
			       optarg);
		break;
	case 'V':
		puts("nbu-agentx " NBU_AGENTX_VERSION);
		exit(fflush(stdout) == 0 ? EXIT_FINE : EXIT_RUN);
	case 'h':
		fputs(usage, stdout);
		exit(EXIT_FINE);
	default:
		fputs("Try 'nbu-agentx --help'.\n", stderr);
		exit(EXIT_USAGE);
	}
}

static void read_options(struct options *options, int argc, char **argv)
{
	int option;

	options->file = CONFIG_DEFAULT_FILE;
	options->tables = REPORT_JOBS;
	while ((option = getopt_long(argc, argv, "c:dvVh", long_options, NULL)) != -1)
		take_option(options, option, argv);
	if (optind < argc)
		reject("unexpected argument: ", argv[optind]);
}

static void open_log(const struct options *options, const struct config *config)
{
	int level = (int)config->log_level + options->verbosity;
	enum log_target target = config->log_target;

	if (options->once)
		target = LOG_TARGET_STDERR;
	else if (options->detach)
		target = LOG_TARGET_SYSLOG; /* there is no standard error any more */
	if (options->once && !options->verbosity)
		level = LOG_LEVEL_WARNING;
	log_open(target, level < LOG_LEVEL_DEBUG ? (enum log_level)level : LOG_LEVEL_DEBUG);
}

static void warn_of_risks(const struct config_site *site)
{
	if (strncmp(site->url, "http:", 5) == 0)
		log_warning("site %s: the API key is sent in the clear; use https in url",
			    site->name);
	else if (!site->tls_verify)
		log_warning("site %s: tls-verify is false: anybody on the way can read the API key",
			    site->name);
}

static void show_progress(uint64_t jobs, uint64_t requests, void *arg)
{
	fprintf(stderr, "\r%s: %llu jobs, %llu requests", (const char *)arg,
		(unsigned long long)jobs, (unsigned long long)requests);
}

static struct snapshot *refresh_once(const struct config_site *site)
{
	struct refresh *refresh = refresh_open(site, ":memory:");
	struct snapshot *snapshot;
	bool terminal = isatty(STDERR_FILENO);

	if (terminal)
		refresh_on_progress(refresh, show_progress, site->name);
	refresh_run(refresh);
	snapshot = refresh_snapshot(refresh);
	if (terminal)
		fputs("\r\033[K", stderr);
	refresh_close(refresh);
	return snapshot;
}

/* --once: all sites, or the one that was asked for. */
static int run_once(const struct options *options, const struct config *config)
{
	struct snapshot **snapshots = mem_zalloc(config->site_count, sizeof(struct snapshot *));
	size_t count = 0;
	int result = EXIT_FINE;

	http_global_init();
	for (size_t i = 0; i < config->site_count; i++) {
		const struct config_site *site = config->sites[i];

		if (options->site && strcmp(options->site, site->name) != 0)
			continue;
		warn_of_risks(site);
		snapshots[count] = refresh_once(site);
		if (snapshots[count]->site.status != SNAPSHOT_UP)
			result = EXIT_RUN;
		count++;
	}
	(options->json ? report_json : report_table)(stdout, snapshots, count, options->tables,
						     timefmt_now());
	if (fflush(stdout) != 0) {
		log_error("cannot write to standard output");
		result = EXIT_RUN;
	}
	for (size_t i = 0; i < count; i++)
		snapshot_free(snapshots[i]);
	free(snapshots);
	http_global_cleanup();
	return result;
}

/* Shows SITE, of which nothing is known yet. */
static void show_site(struct program *program, const struct config_site *site)
{
	struct snapshot *snapshot = snapshot_new(site->name, site->url);

	snapshot->site.window = (uint32_t)site->window;
	snapshot->site.refresh_interval = (uint32_t)site->refresh;
	snapshot->site.started = timefmt_now();
	snapshot_seal(snapshot);
	mib_publish(program->mib, snapshot);
}

/* Starts to refresh SITE. Rows that it has already stay until it has others. */
static struct site *start_site(struct program *program, const struct config_site *site)
{
	warn_of_risks(site);
	if (!mib_has_site(program->mib, site->name))
		show_site(program, site);
	return site_start(site, program->state_dir, loop_wake_fd(program->loop));
}

static void start_sites(struct program *program)
{
	size_t count = program->config->site_count;

	program->sites = mem_zalloc(count, sizeof(struct site *));
	for (size_t i = 0; i < count; i++)
		program->sites[i] = start_site(program, program->config->sites[i]);
}

/* Takes the mail of SITE: its news are told, and where SHOWN its rows take the place of the old. */
static void take_mail(struct program *program, struct site *site, bool shown)
{
	struct snapshot *snapshot = site_take(site);
	struct event_list events = {0};

	if (!snapshot)
		return;
	/* Whoever asks for a row that a notification names must find it. */
	event_move(&events, &snapshot->events);
	if (shown)
		mib_publish(program->mib, snapshot);
	else
		snapshot_free(snapshot);
	notify_take(program->notify, &events);
}

/*
 * Ends SITES and frees the array. All are told to end before the first is waited for. False when a
 * thread had to be left behind, with the configuration that it uses.
 */
static bool stop_sites(struct program *program, struct site **sites, size_t count)
{
	bool ended = true;

	for (size_t i = 0; i < count; i++)
		if (sites[i])
			site_cancel(sites[i]);
	for (size_t i = 0; i < count; i++) {
		if (!sites[i])
			continue;
		if (site_join(sites[i])) {
			take_mail(program, sites[i], false);
			site_free(sites[i]);
		} else {
			ended = false;
		}
	}
	free(sites);
	return ended;
}

static void on_mail(void *arg)
{
	struct program *program = arg;

	for (size_t i = 0; i < program->config->site_count; i++)
		if (program->sites[i])
			take_mail(program, program->sites[i], true);
}

static bool on_notify(void *arg)
{
	struct program *program = arg;
	bool more = notify_turn(program->notify);

	mib_set_notifications(program->mib, notify_sent(program->notify),
			      notify_suppressed(program->notify));
	return more;
}

static void warn_of_restart(const struct program *program, const struct config *new)
{
	const struct config *old = program->config;

	if (strcmp(new->agentx_socket, old->agentx_socket) != 0 ||
	    new->base_oid_length != old->base_oid_length ||
	    memcmp(new->base_oid, old->base_oid, sizeof new->base_oid) != 0 ||
	    strcmp(new->state_dir, program->state_dir) != 0)
		log_warning(
		    "%s: agentx-socket, base-oid and state-dir take effect at a restart only",
		    program->options->file);
}

/*
 * Hands the running sites over: those that NEW has unchanged go on, the others end. *ALL_ENDED is
 * what stop_sites says.
 */
static struct site **keep_sites(struct program *program, const struct config *new, bool *all_ended)
{
	struct site **kept = mem_zalloc(new->site_count, sizeof(struct site *));
	struct site **ended = mem_zalloc(program->config->site_count, sizeof(struct site *));

	for (size_t i = 0; i < program->config->site_count; i++) {
		ended[i] = program->sites[i];
		for (size_t j = 0; ended[i] && j < new->site_count; j++) {
			if (site_config(ended[i]) != new->sites[j])
				continue;
			kept[j] = ended[i];
			ended[i] = NULL;
		}
	}
	*all_ended = stop_sites(program, ended, program->config->site_count);
	free(program->sites);
	return kept;
}

static void on_reload(void *arg)
{
	struct program *program = arg;
	struct config *old = program->config, *new;
	char error[CONFIG_ERROR_SIZE];
	bool all_ended;

	new = config_load(program->options->file, error);
	if (!new) {
		log_error("%s; the configuration stays as it was", error);
		return;
	}
	config_keep_unchanged(new, old);
	warn_of_restart(program, new);
	program->sites = keep_sites(program, new, &all_ended);
	program->config = new;
	fastpath_switch(new->fastpath);
	notify_configure(program->notify, &new->notify);
	for (size_t i = 0; i < old->site_count; i++)
		if (!config_find_site(new, old->sites[i]->name))
			mib_remove_site(program->mib, old->sites[i]->name);
	for (size_t i = 0; i < new->site_count; i++)
		if (!program->sites[i])
			program->sites[i] = start_site(program, new->sites[i]);
	mib_set_config_read(program->mib, new->read_at);
	open_log(program->options, new);
	log_info("%s read again; sites: %zu", program->options->file, new->site_count);
	if (all_ended)
		config_free(old);
}

/* From the first site to the last; everything else is there. */
static bool serve(struct program *program)
{
	struct loop_hooks hooks = {on_mail, on_reload, on_notify, program};
	const struct config *config = program->config;
	bool fine;

	mib_set_config_read(program->mib, config->read_at);
	start_sites(program);
	agentx_start(config->base_oid, config->base_oid_length);
	fine = loop_run(program->loop, &hooks);
	log_info("nbu-agentx ends");
	if (!stop_sites(program, program->sites, program->config->site_count))
		program->config = NULL; /* a thread that was left behind still reads it */
	while (agentx_can_notify() && notify_turn(program->notify))
		;
	return fine;
}

static int run_daemon(struct program *program)
{
	const struct config *config = program->config;
	int result = EXIT_RUN;

	if (program->options->detach && daemon(1, 0) < 0) {
		log_error("cannot go to the background: %m");
		return EXIT_RUN;
	}
	log_info("nbu-agentx " NBU_AGENTX_VERSION " starts; sites: %zu", config->site_count);
	http_global_init();
	agentx_init(config->agentx_socket);
	fastpath_switch(config->fastpath);
	program->state_dir = mem_strdup(config->state_dir);
	program->mib = mib_new(config->base_oid, config->base_oid_length);
	program->notify = notify_new(config->base_oid, config->base_oid_length, &config->notify);
	if (program->mib && serve(program))
		result = EXIT_FINE;
	agentx_stop();
	notify_free(program->notify);
	mib_free(program->mib);
	if (program->config) {
		http_global_cleanup();
		free(program->state_dir);
	}
	return result;
}

/* Does what OPTIONS say, by the configuration that has been read. */
static int run(struct program *program)
{
	const struct options *options = program->options;

	if (options->once && options->site && !config_find_site(program->config, options->site)) {
		fprintf(stderr, "nbu-agentx: %s has no site called %s\n", options->file,
			options->site);
		return EXIT_USAGE;
	}
	if (options->check) {
		puts("configuration OK");
		return fflush(stdout) == 0 ? EXIT_FINE : EXIT_RUN;
	}
	return options->once ? run_once(options, program->config) : run_daemon(program);
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct program program = {.options = &options};
	char error[CONFIG_ERROR_SIZE];
	int result = EXIT_USAGE;

	read_options(&options, argc, argv);
	/* Before all else: a signal that comes early waits, and does not kill. */
	if (!options.check && !options.once) {
		program.loop = loop_new();
		if (!program.loop)
			return EXIT_RUN;
	}
	program.config = config_load(options.file, error);
	if (program.config) {
		open_log(&options, program.config);
		result = run(&program);
	} else {
		fprintf(stderr, "%s\n", error);
	}
	config_free(program.config);
	loop_free(program.loop);
	return result;
}
