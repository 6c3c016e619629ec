/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/follow.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "command/report.h"
#include "command/screen.h"
#include "site/mailbox.h"
#include "tables/sites.h"

/* How long those that have something new wait for the others, so that one print shows them all. */
#define GRACE_MS 1000

/* A source with its thread, which uses the first four. */
struct follower {
	struct source *source;
	int64_t interval; /* milliseconds from the begin of a fetch to that of the next */
	struct mailbox *mailbox;
	bool progress; /* is shown until the first fetch has ended */
	pthread_t thread;
	bool has_thread;
	bool fresh; /* it has something that was not printed yet */
};

struct follow {
	const struct options *options;
	struct agent_row *agent;
	struct follower *followers;
	struct snapshot **snapshots; /* the newest of each */
	size_t count;
	int wake_fd, signal_fd;
	int64_t print_at; /* in timefmt_monotonic; INT64_MAX = nothing is new */
	bool over;
};

/* Milliseconds until the next fetch. There is always a pause, and as long as the server asked. */
static int64_t pause_after(const struct follower *follower, int64_t took)
{
	const struct site_row *row = refresh_row(follower->source->refresh);
	int64_t rest = follower->interval - took, least = follower->interval / 10;
	int64_t asked = row->fault.retry_after * INT64_C(1000);

	rest = rest > least ? rest : least;
	return rest > asked ? rest : asked;
}

static void *work(void *arg)
{
	struct follower *follower = arg;
	int64_t began;

	do {
		struct snapshot *snapshot;

		began = timefmt_monotonic();
		snapshot = source_fetch(follower->source);
		if (follower->progress)
			source_show_progress(follower->source, false);
		follower->progress = false;
		mailbox_put(follower->mailbox, snapshot);
	} while (refresh_pause(follower->source->refresh,
			       pause_after(follower, timefmt_monotonic() - began)));
	return NULL;
}

/* The signals that end the program, or tell that the terminal has another size. */
static bool open_signals(struct follow *follow)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGWINCH);
	/* Threads that are started later inherit it. */
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	follow->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	follow->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (follow->wake_fd >= 0 && follow->signal_fd >= 0)
		return true;
	log_error("cannot wait for signals: %s", strerror(errno));
	return false;
}

static bool start(struct follow *follow, struct follower *follower, struct source *source)
{
	int seconds = follow->options->watch_seconds;
	int error;

	follower->source = source;
	follower->interval = (seconds ? seconds : source->site->refresh) * INT64_C(1000);
	follower->mailbox = mailbox_new(follow->wake_fd);
	/* Lines of several sites would take the place of each other. */
	follower->progress = follow->count == 1 && isatty(STDERR_FILENO);
	if (follower->progress)
		source_show_progress(source, true);
	error = pthread_create(&follower->thread, NULL, work, follower);
	follower->has_thread = error == 0;
	if (error != 0)
		log_error("cannot start a thread: %s", strerror(error));
	return follower->has_thread;
}

static bool start_all(struct follow *follow, struct source *sources)
{
	bool fine = true;

	for (size_t i = 0; i < follow->count; i++) {
		const struct config_site *site = sources[i].site;

		/* What is shown as long as nothing is known. */
		follow->snapshots[i] = sites_snapshot(site->name, site->url);
		snapshot_seal(follow->snapshots[i]);
	}
	for (size_t i = 0; i < follow->count; i++)
		fine = start(follow, &follow->followers[i], &sources[i]) && fine;
	return fine;
}

static void stop_all(struct follow *follow)
{
	for (size_t i = 0; i < follow->count; i++)
		if (follow->followers[i].has_thread)
			refresh_cancel(follow->followers[i].source->refresh);
	for (size_t i = 0; i < follow->count; i++) {
		struct follower *follower = &follow->followers[i];

		if (follower->has_thread)
			pthread_join(follower->thread, NULL);
		if (follower->mailbox)
			mailbox_free(follower->mailbox);
		snapshot_free(follow->snapshots[i]);
	}
}

/* Takes what the threads have put into their mailboxes, and decides when to print it. */
static void take_mail(struct follow *follow)
{
	int64_t now = timefmt_monotonic();
	size_t fresh = 0;

	for (size_t i = 0; i < follow->count; i++) {
		struct follower *follower = &follow->followers[i];
		struct snapshot *snapshot = mailbox_take(follower->mailbox);

		if (snapshot) {
			snapshot_free(follow->snapshots[i]);
			follow->snapshots[i] = snapshot;
			follower->fresh = true;
		}
		fresh += follower->fresh;
	}
	if (fresh > 0 && follow->print_at == INT64_MAX)
		follow->print_at = now + GRACE_MS;
	if (fresh > 0 && fresh == follow->count)
		follow->print_at = now;
}

static void take_signals(struct follow *follow)
{
	struct signalfd_siginfo info;

	while (read(follow->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGWINCH)
			follow->print_at = timefmt_monotonic();
		else
			follow->over = true;
	}
}

/* Waits for a signal, for something new, or for the time to print. */
static void wait_for(struct follow *follow)
{
	struct pollfd fds[] = {{.fd = follow->wake_fd, .events = POLLIN},
			       {.fd = follow->signal_fd, .events = POLLIN}};
	int64_t rest = follow->print_at - timefmt_monotonic();
	eventfd_t count;

	if (follow->print_at == INT64_MAX)
		rest = -1;
	else if (rest < 0)
		rest = 0;
	poll(fds, 2, (int)rest);
	eventfd_read(follow->wake_fd, &count);
	take_signals(follow);
	take_mail(follow);
}

static bool print(struct follow *follow)
{
	struct report report = {
	    follow->options->tables, follow->agent,
	    follow->snapshots,	     follow->count,
	    timefmt_now(),	     terminal_of(STDOUT_FILENO, follow->options->colour)};

	agent_count_sites(follow->agent, follow->snapshots, follow->count);
	(follow->options->json ? report_json : screen_show)(stdout, &report);
	for (size_t i = 0; i < follow->count; i++)
		follow->followers[i].fresh = false;
	follow->print_at = INT64_MAX;
	if (fflush(stdout) == 0)
		return true;
	log_error("cannot write to standard output");
	return false;
}

static bool go_on(struct follow *follow)
{
	bool fine = true;

	while (fine) {
		wait_for(follow);
		if (follow->over)
			break;
		if (timefmt_monotonic() >= follow->print_at)
			fine = print(follow);
	}
	/* The shell's prompt begins a line, behind what the terminal has shown of Ctrl-C. */
	if (isatty(STDOUT_FILENO))
		puts("");
	return fflush(stdout) == 0 && fine;
}

/* Lines of the log would push the picture away, which says itself what is wrong with a site. */
static void hold_log(const struct options *options)
{
	bool has_screen = !options->json && terminal_of(STDOUT_FILENO, options->colour).clears;

	if (has_screen && isatty(STDERR_FILENO) && options->verbosity == 0)
		log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
}

bool follow_run(const struct options *options, struct agent_row *agent, struct source *sources,
		size_t count)
{
	struct follow follow = {.options = options,
				.agent = agent,
				.followers = mem_zalloc(count, sizeof(struct follower)),
				.snapshots = mem_zalloc(count, sizeof(struct snapshot *)),
				.count = count,
				.print_at = INT64_MAX};
	bool fine;

	hold_log(options);
	fine = open_signals(&follow) && start_all(&follow, sources) && go_on(&follow);

	stop_all(&follow);
	for (size_t i = 0; i < count; i++)
		source_close(&sources[i]);
	close(follow.wake_fd);
	close(follow.signal_fd);
	free(follow.followers);
	free(follow.snapshots);
	return fine;
}
