/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "command/service.h"
#include "site/leaving.h"
#include "site/site.h"
#include "snmp/agentx.h"
#include "snmp/fastpath.h"
#include "snmp/mib.h"
#include "snmp/notify.h"
#include "tables/sites.h"

/* A store that hangs must not keep the others from being served: milliseconds. */
#define READY_WITHIN 20000

#define START_AGAIN_MS 10000 /* between attempts to start the thread of a site */

/* All that the main thread works with. */
struct program {
	const struct options *options;
	struct config *config;
	struct loop *loop;
	struct mib *mib;
	struct notify *notify;
	struct service *service;
	bool ready;	     /* and the service manager knows it */
	int64_t ready_by;    /* at the latest, in timefmt_monotonic */
	char *state_dir;     /* as configured at the start */
	struct site **sites; /* in the order of the configuration; NULL where none could start */
	struct leaving *leaving;
	bool left_behind;    /* a thread was: what it uses must stay */
	bool missing;	     /* one of them is NULL */
	int64_t start_again; /* when that is tried, in timefmt_monotonic */
};

/* Shows SITE before anything is known of it. */
static void show_site(struct program *program, const struct config_site *site)
{
	struct snapshot *snapshot = sites_snapshot(site->name, site->url);
	struct site_row *row = sites_row(snapshot);

	row->window = (uint32_t)site->window;
	row->refresh_interval = (uint32_t)site->refresh;
	row->started = timefmt_now();
	snapshot_seal(snapshot);
	mib_publish(program->mib, snapshot);
}

/* Starts the worker of SITE. Rows from before a reload stay until the first snapshot. */
static struct site *start_site(struct program *program, const struct config_site *site)
{
	if (!mib_has_site(program->mib, site->name))
		show_site(program, site);
	return site_start(site, program->state_dir, loop_wake_fd(program->loop),
			  leaving_has(program->leaving, site->name));
}

/* Starts the sites that have no worker. */
static void start_sites(struct program *program)
{
	program->missing = false;
	for (size_t i = 0; i < program->config->site_count; i++) {
		if (!program->sites[i])
			program->sites[i] = start_site(program, program->config->sites[i]);
		program->missing = program->missing || !program->sites[i];
	}
	mib_show(program->mib);
	program->start_again = timefmt_monotonic() + START_AGAIN_MS;
}

/* Of the sites that are about to be started. */
static void warn_of_risks(const struct program *program)
{
	for (size_t i = 0; i < program->config->site_count; i++)
		if (!program->sites[i])
			site_warn_of_risks(program->config->sites[i]);
}

/* Deals out the descriptors to all sites, and logs what follows where there are not many. */
static void plan_descriptors(const struct program *program)
{
	char text[DESCRIPTORS_TEXT_SIZE];

	if (!descriptors_plan(program->config->site_count, text))
		log_warning("%s", text);
}

static void start_missing_sites(struct program *program)
{
	if (program->missing && timefmt_monotonic() >= program->start_again)
		start_sites(program);
}

/* Takes the newest snapshot of SITE. Its events are notified. If SHOWN, so will its rows be. */
static void take_mail(struct program *program, struct site *site, bool shown)
{
	struct snapshot *snapshot = site_take(site);
	struct event_list events = {0};

	if (!snapshot)
		return;
	/* A notification is sent later, when the rows are shown: it never names one that is not
	 * there. */
	event_move(&events, &snapshot->events);
	if (shown)
		mib_publish(program->mib, snapshot);
	else
		snapshot_free(snapshot);
	notify_take(program->notify, &events);
}

/* Of a site that has ended, only the events count. */
static void take_last_mail(struct site *site, void *program)
{
	take_mail(program, site, false);
}

static void tell_status(struct program *program)
{
	size_t up, count = mib_count_sites(program->mib, &up);
	char text[80];

	snprintf(text, sizeof text, "%zu site%s, %zu up", count, count == 1 ? "" : "s", up);
	service_status(program->service, text);
}

static void on_mail(void *arg)
{
	struct program *program = arg;

	leaving_turn(program->leaving);
	for (size_t i = 0; i < program->config->site_count; i++)
		if (program->sites[i])
			take_mail(program, program->sites[i], true);
	mib_show(program->mib);
	tell_status(program);
}

/* Whether all stores have been opened, or there is no more waiting for them. */
static bool all_heard(const struct program *program)
{
	for (size_t i = 0; i < program->config->site_count; i++)
		if (program->sites[i] && !site_heard(program->sites[i]))
			return timefmt_monotonic() >= program->ready_by;
	return true;
}

/* The shorter of WAIT, of which -1 is the longest, and the time until the instant DUE. */
static int until(int wait, int64_t due)
{
	int64_t left = due - timefmt_monotonic();

	if (left < 0)
		left = 0;
	return wait < 0 || wait > left ? (int)left : wait;
}

static int on_pulse(void *arg)
{
	struct program *program = arg;
	int wait;

	start_missing_sites(program);
	if (!program->ready && all_heard(program)) {
		program->ready = true;
		service_ready(program->service);
	}
	wait = service_turn(program->service);
	if (program->missing)
		wait = until(wait, program->start_again);
	return program->ready ? wait : until(wait, program->ready_by);
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
	    memcmp(&new->base_oid, &old->base_oid, sizeof new->base_oid) != 0 ||
	    strcmp(new->state_dir, program->state_dir) != 0)
		log_warning(
		    "%s: agentx-socket, base-oid and state-dir take effect at a restart only",
		    program->options->file);
}

/*
 * The sites for the configuration NEW: those that it leaves unchanged go on, and the others leave,
 * with the old configuration.
 */
static struct site **keep_sites(struct program *program, const struct config *new)
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
	leaving_add(program->leaving, program->config, ended, program->config->site_count);
	free(program->sites);
	return kept;
}

static void reload(struct program *program)
{
	struct config *old = program->config, *new;
	char error[CONFIG_ERROR_SIZE];

	new = config_load(program->options->file, error);
	if (!new) {
		log_error("%s; the configuration stays as it was", error);
		return;
	}
	config_keep_unchanged(new, old);
	warn_of_restart(program, new);
	program->sites = keep_sites(program, new);
	program->config = new;
	fastpath_switch(new->fastpath);
	notify_configure(program->notify, &new->notify);
	for (size_t i = 0; i < old->site_count; i++)
		if (!config_find_site(new, old->sites[i]->name))
			mib_remove_site(program->mib, old->sites[i]->name);
	warn_of_risks(program);
	plan_descriptors(program);
	start_sites(program);
	mib_set_config_read(program->mib, new->read_at);
	options_open_log(program->options, new);
	log_info("%s read again; sites: %zu", program->options->file, new->site_count);
	leaving_turn(program->leaving);
}

static void on_reload(void *arg)
{
	struct program *program = arg;

	service_reloading(program->service);
	reload(program);
	tell_status(program);
	if (program->ready)
		service_ready(program->service);
}

/* Starts the sites, serves until the end, and ends the sites. */
static bool serve(struct program *program)
{
	struct loop_hooks hooks = {on_mail, on_reload, on_notify, on_pulse, program};
	const struct config *config = program->config;
	bool fine;

	mib_set_config_read(program->mib, config->read_at);
	program->leaving = leaving_new(take_last_mail, program);
	program->sites = mem_zalloc(config->site_count, sizeof(struct site *));
	warn_of_risks(program);
	plan_descriptors(program);
	start_sites(program);
	agentx_start(config->base_oid.numbers, config->base_oid.length);
	program->ready_by = timefmt_monotonic() + READY_WITHIN;
	fine = loop_run(program->loop, &hooks);
	service_stopping(program->service);
	log_info("nbu-agentx ends");
	leaving_add(program->leaving, program->config, program->sites, program->config->site_count);
	program->config = NULL;
	program->left_behind = !leaving_end(program->leaving);
	while (agentx_can_notify() && notify_turn(program->notify))
		;
	return fine;
}

/*
 * Whether there are descriptors enough to begin with. net-snmp opens a pipe to itself once, at the
 * start: without it there would be no SNMP until a restart, and no word of it.
 */
static bool has_descriptors(void)
{
	if (descriptors_start())
		return true;
	log_error("there are too few file descriptors to begin with (%m); the limit is "
		  "%lld; " DESCRIPTORS_REMEDY,
		  (long long)descriptors_limit());
	return false;
}

/* Goes to the background if wanted, and serves until the end. */
static bool run(struct program *program)
{
	const struct config *config = program->config;
	bool fine;

	if (program->options->detach && daemon(1, 0) < 0) {
		log_error("cannot go to the background: %m");
		return false;
	}
	if (!has_descriptors())
		return false;
	log_info("nbu-agentx " NBU_AGENTX_VERSION " starts; sites: %zu", config->site_count);
	program->service = service_open();
	http_global_init();
	agentx_init(config->agentx_socket);
	fastpath_switch(config->fastpath);
	program->state_dir = mem_strdup(config->state_dir);
	program->mib = mib_new(config->base_oid.numbers, config->base_oid.length);
	program->notify =
	    notify_new(config->base_oid.numbers, config->base_oid.length, &config->notify);
	fine = program->mib && serve(program);
	agentx_stop();
	notify_free(program->notify);
	mib_free(program->mib);
	service_close(program->service);
	if (!program->left_behind) {
		http_global_cleanup();
		free(program->state_dir);
	}
	return fine;
}

bool daemon_run(const struct options *options, struct config *config, struct loop *loop)
{
	struct program program = {.options = options, .config = config, .loop = loop};
	bool fine;

	log_never_wait();
	fine = run(&program);
	log_end();
	config_free(program.config);
	return fine;
}
