/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "api/job.h"
#include "preload/faults.h"

/*
 * The world that a test runs in: a folder, and in it real processes (simulated primary servers,
 * a private snmpd, the agent, tools) that talk over loopback. A test has one world. At its
 * end, however it ends, all processes are gone and so is the folder; and the test has failed if
 * the agent did not exit with 0 or a process printed a report of a sanitizer.
 */

struct process {
	char name[40];
	pid_t pid;     /* 0 once it has been waited for */
	int status;    /* of waitpid */
	int want;      /* exit status that is fine at the end, or WORLD_ANY */
	char out[200]; /* files that take its standard output and error */
	char err[200];
};

#define WORLD_ANY (-1)
#define WORLD_PUBLIC "public"
#define WORLD_PRIVATE "private"
#define WORLD_NARROW "narrow" /* sees mib-2 and nothing else */
#define WORLD_USER "tester"
#define WORLD_AUTH_PASSWORD "authentication"
#define WORLD_PRIV_PASSWORD "privacy-is-good"
#define WORLD_KEY "K3y.of-the_TESTS.0123456789abcdef"

/* Waiting. Limits are seconds; under a sanitizer or valgrind they are a few times as long. */
int64_t world_deadline(double seconds);
bool world_late(int64_t deadline);

/* Waits until CONDITION is true, and ends the test as failed when that takes over SECONDS. */
#define AWAIT(condition, seconds)                                                                  \
	do {                                                                                       \
		int64_t await_deadline_ = world_deadline(seconds);                                 \
		bool await_true_;                                                                  \
		while (!(await_true_ = (condition)) && !world_late(await_deadline_))               \
			;                                                                          \
		if (!await_true_)                                                                  \
			world_fail(__FILE__, __LINE__, "not within " #seconds " s: " #condition);  \
		else                                                                               \
			CU_PASS(#condition);                                                       \
	} while (0)

/* Ends the test at once, as failed. */
void world_fail(const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));

/* Makes the limits of this world longer. */
void world_slow(int factor);

/* Files. Results stay valid until the world ends. */
const char *world_path(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *world_write(const char *name, mode_t mode, const char *text);
char *world_read(const char *path);			  /* to be freed; "" when there is none */
unsigned world_count(const char *path, const char *text); /* how often the file has TEXT in it */
bool world_holds(const char *path, const char *text);	  /* whether the file has TEXT in it */

/* Places of the build and of the source. */
const char *world_program(const char *name);
const char *world_source(const char *name);
const char *world_mib_path(void); /* folders for net-snmp's parser, with a colon between */

/* Processes. ARGV ends with NULL. */
struct process *world_start(const char *name, const char *const *argv);
bool world_running(struct process *process);
/* Sends SIGNAL and waits until the process has ended, at most SECONDS; its exit status, -1 when a
 * signal ended it. */
int world_end_process(struct process *process, int signal, double seconds);
/* Waits for the end of the process by itself; its exit status. */
int world_wait(struct process *process, double seconds);
/* Runs a tool to its end; its standard output, to be freed. */
char *world_output(int *status, const char *const *argv);

/*
 * Allocation number AT fails in each agent that is started from now on, in itself or in a library;
 * 0 = none does. World_allocations is how many there were in the last that has ended by itself.
 */
void world_fail_allocation(unsigned long at);
unsigned long world_allocations(void);

/* A simulated primary server. */
struct sim {
	struct process *process;
	int port;
	char url[80];
};

/* How many days the certificate of the simulators lasts. To be called before the first is started.
 */
void world_certificate_days(const char *days);

/* Starts it with the option words of OPTIONS, separated by spaces (NULL = none). */
struct sim *world_sim(const char *name, const char *options);
/* COUNT of them in one process: an array. All have the same options but for their ports and seeds.
 */
struct sim *world_sims(const char *name, size_t count, const char *options);
/* One without TLS. */
struct sim *world_plain_sim(const char *name, const char *options);
/* What GET /sim/stats says of NAME. */
int64_t sim_count(const struct sim *sim, const char *name);
void sim_reset(const struct sim *sim);
/* Sets its faults, one a line; "" for none. */
void sim_faults(const struct sim *sim, const char *faults);
/* The rows that a correct client must arrive at; to be freed. */
char *sim_expected(const struct sim *sim);
/* What the control page NAME says; BODY is posted to it, NULL = it is only read. To be freed. */
char *sim_control(const struct sim *sim, const char *name, const char *body);
/* Moves its clock, which must be a manual one, on by SECONDS; what it says now, in milliseconds. */
int64_t sim_advance(const struct sim *sim, int64_t seconds);
/* Calls VISIT with each job that it lists now, ids rising, as a client must read it. */
void sim_each_job(const struct sim *sim, void (*visit)(const struct job *job, void *arg),
		  void *arg);

/* snmpd. Its port stays the same when it is started again. */
struct process *world_snmpd(void);
int world_snmp_port(void);
/* From now on snmpd and the agent speak AgentX over TCP. */
void world_agentx_by_tcp(void);

/*
 * A receiver of notifications, to which each snmpd that is started later sends. SECURE: by SNMPv3
 * with privacy, else by v2c. World_traps reads what it has received, to be freed: a line for each,
 * with the variable bindings as snmptrapd -On -Oa prints them and a tab between them.
 */
struct process *world_trapd(bool secure);
char *world_traps(void);

/*
 * The configuration. world_site adds a section for SIM (NULL = at URL https://127.0.0.1:1/) with
 * more lines MORE (NULL = none), which win over those that it writes itself. Nothing is collected
 * beside the jobs where neither says so.
 */
void world_config(const char *lines);
void world_site(const char *name, const struct sim *sim, const char *more);
void world_forget_sites(void);
const char *world_config_file(void); /* writes it; its path */

/* The agent, with the option words of OPTIONS (NULL = none). */
struct process *world_agent(const char *options);
/* The same by way of the option words of a program that becomes it, such as "prlimit --nofile=20".
 */
struct process *world_agent_by(const char *words);
/* The same with faults that the test sets while it runs, see preload/faults.h. Not with a
 * sanitizer. */
struct process *world_agent_with_faults(struct faults **faults);
/* The same under valgrind. */
struct process *world_agent_valgrind(void);

#endif
