/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#define PROCESSES_MAX 160
#define SIMS_MAX 1000
#define STRINGS_MAX 4000
#define CONFIG_SIZE 400000 /* a section for each of a thousand sites */
#define WORDS_MAX 40
#define JOB_FIELDS 18
#define ENGINE "0x80001f8804746573747472617073" /* of snmpd; senders are known by it */
#define STARTS_MAX 5 /* tries to get a port that somebody else may take in between */

static char folder[120];
static struct process processes[PROCESSES_MAX];
static size_t process_count;
static struct sim sims[SIMS_MAX];
static size_t sim_total;
static char *strings[STRINGS_MAX]; /* results of world_path */
static size_t string_count;
static char config_top[CONFIG_SIZE], config_sites[CONFIG_SIZE];
static char snmpd_more[CONFIG_SIZE]; /* lines of its configuration */
static int snmp_port, agentx_port;   /* the second: 0 = AgentX does not go over TCP */
static const char *trap_log;
static int slow_factor = 1;

/* Where a sanitizer begins its report. */
static const char *const reports[] = {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
				      "WARNING: ThreadSanitizer", "runtime error:"};

static const char last_words[] =
    "cd \"$0\" && if [ \"$1\" = tell ]; then for file in *.err *.log; do "
    "[ ! -s \"$file\" ] || { echo \"  --- the end of $file:\"; "
    "tail -n 15 \"$file\" | cut -c 1-300 | sed 's/^/  /'; }; done; fi; "
    "rm -rf -- \"$0\"";

/* Prints what the processes had to say, if TELL, and removes the folder. Safe in a signal handler.
 */
static void remove_folder(bool apply_pending)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", last_words, folder, apply_pending ? "tell" : "quiet",
		      (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 &&
	       errno == EINTR) /* NOLINT(bugprone-signal-handler,cert-sig30-c) */
		;
}

static void kill_all(void)
{
	for (size_t i = 0; i < process_count; i++)
		if (processes[i].pid > 0)
			kill(processes[i].pid, SIGKILL);
	/* Where nobody takes in orphans, they would stay as zombies. */
	for (size_t i = 0; i < process_count; i++)
		if (processes[i].pid > 0)
			waitpid(processes[i].pid, NULL, 0);
}

/*
 * The time limit, or somebody who has had enough. It ends the process, so what it disturbs by
 * functions that are not safe in a handler does not matter any more.
 */
static void on_signal(int number)
{
	fflush(stdout); /* NOLINT(bugprone-signal-handler,cert-sig30-c) */
	kill_all();
	remove_folder(number == SIGALRM);
	signal(number, SIG_DFL);
	raise(number);
}

static int64_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t world_deadline(double seconds)
{
	return monotonic() +
	       (int64_t)(seconds * 1000 * (harness_sanitized() ? 5 : 1) * slow_factor);
}

bool world_late(int64_t deadline)
{
	static const struct timespec moment = {.tv_nsec = 10000000};

	nanosleep(&moment, NULL);
	return monotonic() > deadline;
}

void world_slow(int factor)
{
	slow_factor = factor;
}

void world_fail(const char *file, unsigned line, const char *format, ...)
{
	char text[2000];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	CU_assertImplementation(CU_FALSE, line, text, file, "", CU_TRUE);
	abort(); /* not reached: a fatal assertion does not come back */
}

#define GIVE_UP(...) world_fail(__FILE__, __LINE__, __VA_ARGS__)

/* True, with a line printed, when the output of PROCESS has a sanitizer's report. */
static bool has_report(const struct process *process)
{
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
		if (!world_holds(process->err, reports[i]))
			continue;
		printf("  %s: %s\n", process->name, reports[i]);
		return true;
	}
	return false;
}

/* Ends PROCESS at the end of the test; returns how much is wrong with it. */
static int end_and_check(struct process *process)
{
	int64_t deadline = world_deadline(5);
	int complaints = 0;
	pid_t gone;

	if (process->pid > 0) {
		kill(process->pid, SIGTERM);
		while ((gone = waitpid(process->pid, &process->status, WNOHANG)) == 0 &&
		       !world_late(deadline))
			;
		if (gone == 0) {
			kill(process->pid, SIGKILL);
			waitpid(process->pid, &process->status, 0);
			printf("  %s: still there 5 s after SIGTERM\n", process->name);
			complaints++;
		}
		process->pid = 0;
	}
	if (process->want != WORLD_ANY && process->status != process->want << 8) {
		printf("  %s: wait status %#x, not exit %d\n", process->name,
		       (unsigned)process->status, process->want);
		complaints++;
	}
	return complaints + has_report(process);
}

/* The last started ends first: the agent before those that it talks to. */
static int end_world(bool failed)
{
	int complaints = 0;

	for (size_t i = process_count; i-- > 0;)
		complaints += end_and_check(&processes[i]);
	fflush(stdout);
	remove_folder(failed || complaints > 0);
	for (size_t i = 0; i < string_count; i++)
		free(strings[i]);
	string_count = 0;
	curl_global_cleanup();
	return complaints;
}

/* The world begins when it is first needed. */
static void begin(void)
{
	const char *parent = getenv("TMPDIR");

	if (folder[0] != '\0')
		return;
	snprintf(folder, sizeof folder, "%s/nbu-world.XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(folder))
		GIVE_UP("%s: %s", folder, strerror(errno));
	harness_at_end(end_world);
	signal(SIGALRM, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	/* No library and no tool may read what is configured on this machine. */
	setenv("SNMPCONFPATH", folder, 1);
	setenv("SNMP_PERSISTENT_DIR", world_path("snmp-state"), 1);
	setenv("MIBS", "", 1);
	setenv("LC_ALL", "C", 1);
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("ALL_PROXY");
}

/* Takes STRING over. One that is asked for again is kept once. */
static const char *keep(char *string)
{
	if (!string)
		GIVE_UP("no memory");
	for (size_t i = 0; i < string_count; i++) {
		if (strcmp(strings[i], string) != 0)
			continue;
		free(string);
		return strings[i];
	}
	if (string_count == STRINGS_MAX)
		GIVE_UP("too many strings");
	return strings[string_count++] = string;
}

const char *world_path(const char *format, ...)
{
	char name[400], *path;
	va_list arguments;

	begin();
	va_start(arguments, format);
	vsnprintf(name, sizeof name, format, arguments);
	va_end(arguments);
	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : keep(path);
}

const char *world_write(const char *name, mode_t mode, const char *text)
{
	const char *path = world_path("%s", name);
	FILE *file = fopen(path, "w");

	if (!file || fchmod(fileno(file), mode) < 0 || fputs(text, file) < 0 || fclose(file) != 0)
		GIVE_UP("%s: %s", path, strerror(errno));
	return path;
}

char *world_read(const char *path)
{
	char *text = NULL;
	size_t size = 0, got;
	FILE *memory = open_memstream(&text, &size), *file = fopen(path, "r");
	char buffer[8192];

	while (file && (got = fread(buffer, 1, sizeof buffer, file)) > 0)
		fwrite(buffer, 1, got, memory);
	if (file)
		fclose(file);
	fclose(memory);
	return text;
}

unsigned world_count(const char *path, const char *text)
{
	char *whole = world_read(path);
	unsigned count = 0;

	for (const char *at = whole; (at = strstr(at, text)) != NULL; at++)
		count++;
	free(whole);
	return count;
}

bool world_holds(const char *path, const char *text)
{
	return world_count(path, text) > 0;
}

/* The folder of the build: BUILD/tests/integration is the program that runs. */
static const char *build_folder(void)
{
	static char *build;
	char *slash;

	if (build)
		return build;
	build = realpath(harness_program, NULL);
	for (int i = 0; build && i < 2; i++)
		if ((slash = strrchr(build, '/')))
			*slash = '\0';
	if (!build)
		GIVE_UP("%s: %s", harness_program, strerror(errno));
	return build;
}

const char *world_program(const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", build_folder(), name) < 0 ? NULL : keep(path);
}

/* The source lies somewhere above the build. */
const char *world_source(const char *name)
{
	char *path, *above = strdup(build_folder());

	while (above[0] != '\0') {
		bool found;

		if (asprintf(&path, "%s/mibs/NBU-JOBS-MIB.txt", above) < 0)
			break;
		found = access(path, R_OK) == 0;
		free(path);
		if (found && asprintf(&path, "%s/%s", above, name) > 0) {
			free(above);
			return keep(path);
		}
		*strrchr(above, '/') = '\0';
	}
	free(above);
	GIVE_UP("no folder mibs above %s", build_folder());
	return NULL;
}

const char *world_mib_path(void)
{
	const char *base = world_program("mibs-base");
	const char *const argv[] = {world_source("tests/base-mibs"), base, NULL};
	char *path, *output;
	int status;

	output = world_output(&status, argv);
	free(output);
	if (status != 0)
		GIVE_UP("tests/base-mibs failed");
	return asprintf(&path, "%s:%s", base, world_source("mibs")) < 0 ? NULL : keep(path);
}

/* In the new process. */
static void become(const struct process *process, const char *const *argv)
{
	int out = open(process->out, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int err = open(process->err, O_WRONLY | O_CREAT | O_APPEND, 0600);

	for (int number = 1; number < 32; number++)
		signal(number, SIG_DFL);
	alarm(0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	execvp(argv[0], (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

struct process *world_start(const char *name, const char *const *argv)
{
	struct process *process = &processes[process_count];

	begin();
	if (process_count == PROCESSES_MAX)
		GIVE_UP("too many processes");
	snprintf(process->name, sizeof process->name, "%s", name);
	snprintf(process->out, sizeof process->out, "%s/%s-%zu.out", folder, name, process_count);
	snprintf(process->err, sizeof process->err, "%s/%s-%zu.err", folder, name, process_count);
	process->want = WORLD_ANY;
	fflush(stdout);
	process->pid = fork();
	if (process->pid == 0)
		become(process, argv);
	if (process->pid < 0)
		GIVE_UP("fork: %s", strerror(errno));
	process_count++;
	return process;
}

bool world_running(struct process *process)
{
	if (process->pid > 0 && waitpid(process->pid, &process->status, WNOHANG) == process->pid)
		process->pid = 0;
	return process->pid > 0;
}

int world_wait(struct process *process, double seconds)
{
	int64_t deadline = world_deadline(seconds);

	while (world_running(process) && !world_late(deadline))
		;
	if (process->pid > 0)
		GIVE_UP("%s has not ended within %.1f s", process->name, seconds);
	return WIFEXITED(process->status) ? WEXITSTATUS(process->status) : -1;
}

int world_end_process(struct process *process, int signal, double seconds)
{
	if (process->pid > 0)
		kill(process->pid, signal);
	return world_wait(process, seconds);
}

char *world_output(int *status, const char *const *argv)
{
	const char *name = strrchr(argv[0], '/');
	struct process *process = world_start(name ? name + 1 : argv[0], argv);
	char *output;

	*status = world_wait(process, 60);
	output = world_read(process->out);
	if (*status == 0 && !has_report(process)) {
		/* Used up, and nothing to tell: its place can be taken again. */
		unlink(process->out);
		if (process == &processes[process_count - 1])
			process_count--;
	}
	return output;
}

/* Splits WORDS at spaces behind the COUNT words that ARGV has; COPY must outlive ARGV. */
static void add_words(const char **argv, size_t count, char *copy)
{
	for (char *word = strtok(copy, " "); word && count < WORDS_MAX - 1;
	     word = strtok(NULL, " "))
		argv[count++] = word;
	argv[count] = NULL;
}

static const char *certificate_days; /* NULL = as long as they last by default */

void world_certificate_days(const char *days)
{
	certificate_days = days;
}

static const char *certificates(void)
{
	const char *path = world_path("tls");
	const char *const argv[] = {world_source("tests/simulator/make-certs"), path,
				    certificate_days, NULL};
	int status;

	if (access(world_path("tls/ca.pem"), R_OK) < 0) {
		free(world_output(&status, argv));
		if (status != 0)
			GIVE_UP("make-certs failed");
	}
	return path;
}

/* Reads the lines that COUNT servers print; false while some are still to come. */
static bool read_urls(const char *output, struct sim *first, size_t count)
{
	static const char before[] = "listening on ";

	for (size_t i = 0; i < count; i++) {
		output = strstr(output, before);
		if (!output || !strchr(output, '\n'))
			return false;
		output += strlen(before);
		sscanf(output, "%79s", first[i].url);
		first[i].port = atoi(strrchr(first[i].url, ':') + 1);
	}
	return true;
}

static struct sim *start_sims(const char *name, const char **argv, size_t words,
			      const char *options, size_t count)
{
	char *copy = strdup(options ? options : ""), *output;
	struct sim *first = &sims[sim_total];
	int64_t deadline = world_deadline(20);
	bool all = false;

	if (sim_total + count > SIMS_MAX)
		GIVE_UP("too many simulators");
	sim_total += count;
	add_words(argv, words, copy);
	first->process = world_start(name, argv);
	first->process->want = 0;
	for (size_t i = 1; i < count; i++)
		first[i].process = first->process;
	while (!all) {
		output = world_read(first->process->out);
		all = read_urls(output, first, count);
		free(output);
		if (!all && (!world_running(first->process) || world_late(deadline)))
			GIVE_UP("nbu-sim does not start");
	}
	free(copy);
	return first;
}

struct sim *world_sim(const char *name, const char *options)
{
	return world_sims(name, 1, options);
}

struct sim *world_sims(const char *name, size_t count, const char *options)
{
	char number[20];
	const char *argv[WORDS_MAX] = {world_program("nbu-sim"),
				       "--listen",
				       "127.0.0.1:0",
				       "--api-key",
				       WORLD_KEY,
				       "--tls-dir",
				       certificates(),
				       "--primaries",
				       number};

	snprintf(number, sizeof number, "%zu", count);
	return start_sims(name, argv, 9, options, count);
}

struct sim *world_plain_sim(const char *name, const char *options)
{
	const char *argv[WORDS_MAX] = {world_program("nbu-sim"), "--listen", "127.0.0.1:0",
				       "--api-key", WORLD_KEY};

	return start_sims(name, argv, 5, options, 1);
}

static size_t collect(char *data, size_t size, size_t count, void *memory)
{
	return fwrite(data, size, count, memory);
}

/* Talks to the simulator's own pages. The answer is to be freed. */
char *sim_control(const struct sim *sim, const char *page, const char *body)
{
	char url[120], *text = NULL;
	size_t size = 0;
	long status = 0;
	FILE *memory = open_memstream(&text, &size);
	CURL *curl = curl_easy_init();

	snprintf(url, sizeof url, "%.*s/sim/%s", (int)strlen(sim->url) - (int)strlen("/netbackup"),
		 sim->url, page);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, memory);
	if (body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	fclose(memory);
	if (status < 200 || status > 299) {
		free(text);
		GIVE_UP("%s answers %ld", url, status);
	}
	return text;
}

int64_t sim_count(const struct sim *sim, const char *name)
{
	char *text = sim_control(sim, "stats", NULL);
	cJSON *stats = cJSON_Parse(text);
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(stats, name);
	int64_t count = cJSON_IsNumber(item) ? (int64_t)item->valuedouble : -1;

	cJSON_Delete(stats);
	free(text);
	if (count < 0)
		GIVE_UP("the simulator does not count %s", name);
	return count;
}

void sim_reset(const struct sim *sim)
{
	free(sim_control(sim, "reset-stats", ""));
}

void sim_faults(const struct sim *sim, const char *faults)
{
	free(sim_control(sim, "faults", faults));
}

char *sim_expected(const struct sim *sim)
{
	return sim_control(sim, "expected", NULL);
}

int64_t sim_advance(const struct sim *sim, int64_t seconds)
{
	char body[40], *answer;
	int64_t now;

	snprintf(body, sizeof body, "+%" PRId64, seconds);
	answer = sim_control(sim, "clock", body);
	now = strtoll(answer, NULL, 10);
	free(answer);
	return now;
}

static enum job_state state_of(const char *name)
{
	static const char *const names[] = {
	    [JOB_DONE] = "DONE",	   [JOB_QUEUED] = "QUEUED",
	    [JOB_ACTIVE] = "ACTIVE",	   [JOB_REQUEUED] = "REQUEUED",
	    [JOB_SUSPENDED] = "SUSPENDED", [JOB_INCOMPLETE] = "INCOMPLETE"};
	size_t count = sizeof names / sizeof names[0];

	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum job_state)i;
	return JOB_OTHER;
}

/* The fields of a line are those of sim_truth_jobs, in their order. */
static bool read_job(char *line, struct job *job)
{
	char *fields[JOB_FIELDS] = {NULL}, *field;
	int count = 0;

	while ((field = strsep(&line, "\t")) != NULL && count < JOB_FIELDS)
		fields[count++] = field;
	if (field || count < JOB_FIELDS)
		return false;
	*job =
	    (struct job){.id = strtoll(fields[0], NULL, 10),
			 .state = state_of(fields[1]),
			 .type = fields[2],
			 .policy_type = fields[3],
			 .status = (uint32_t)strtoul(fields[4], NULL, 10),
			 .bytes = strtoull(fields[5], NULL, 10),
			 .files = strtoull(fields[6], NULL, 10),
			 .started = strtoll(fields[7], NULL, 10),
			 .ended = strtoll(fields[8], NULL, 10),
			 .updated = strtoll(fields[9], NULL, 10),
			 .policy = fields[10],
			 .client = fields[11],
			 .queue_reason = (uint32_t)strtoul(fields[12] ? fields[12] : "0", NULL, 10),
			 .dedup = (uint32_t)strtoul(fields[13] ? fields[13] : "0", NULL, 10),
			 .parent = strtoll(fields[14] ? fields[14] : "0", NULL, 10),
			 .children = (int32_t)strtol(fields[15] ? fields[15] : "0", NULL, 10),
			 .schedule = fields[16],
			 .schedule_type = fields[17]};
	return true;
}

void sim_each_job(const struct sim *sim, void (*visit)(const struct job *job, void *arg), void *arg)
{
	char *text = sim_control(sim, "jobs", NULL), *save = NULL;
	struct job job;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (read_job(line, &job))
			visit(&job, arg);
		else
			CU_FAIL("a line of the simulator's jobs is not understood");
	}
	free(text);
}

/* A port of SOCKET_TYPE that nobody has at this moment. */
static int free_port(int socket_type)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, socket_type | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		GIVE_UP("no free port: %s", strerror(errno));
	close(fd);
	return ntohs(address.sin_port);
}

static const char *agentx_address(void)
{
	static char tcp[40];

	snprintf(tcp, sizeof tcp, "tcp:127.0.0.1:%d", agentx_port);
	return agentx_port ? tcp : world_path("agentx");
}

void world_agentx_by_tcp(void)
{
	agentx_port = free_port(SOCK_STREAM);
}

static const char *snmpd_config(void)
{
	char text[CONFIG_SIZE + 2000];

	snprintf(text, sizeof text,
		 "exactEngineID " ENGINE "\n"
		 "rocommunity " WORLD_PUBLIC " 127.0.0.1\n"
		 "rwcommunity " WORLD_PRIVATE " 127.0.0.1\n"
		 "rocommunity " WORLD_NARROW " 127.0.0.1 .1.3.6.1.2.1\n"
		 "createUser " WORLD_USER " SHA-256 \"" WORLD_AUTH_PASSWORD
		 "\" AES \"" WORLD_PRIV_PASSWORD "\"\n"
		 "rouser " WORLD_USER " authPriv\n"
		 "dontLogTCPWrappersConnects yes\n"
		 "master agentx\n"
		 "agentXSocket %s\n%s",
		 agentx_address(), snmpd_more);
	return world_write("snmpd.conf", 0600, text);
}

/* snmpd and snmptrapd say so when they have bound their port. */
static bool listens(struct process *process, const char *log)
{
	int64_t deadline = world_deadline(20);

	while (!world_holds(log, "NET-SNMP version"))
		if (!world_running(process) || world_late(deadline))
			return false;
	return world_running(process);
}

/*
 * Starts snmpd or snmptrapd with the WORDS, to log into LOG. *PORT is the one to listen on; where
 * it is 0, one is found.
 */
static struct process *start_listener(const char *const *words, const char *log, int *port)
{
	const char *argv[WORDS_MAX];
	char address[40];
	size_t count = 0;

	for (; words[count]; count++)
		argv[count] = words[count];
	argv[count++] = "-Lf";
	argv[count++] = log;
	argv[count++] = address;
	argv[count] = NULL;
	for (int i = 0; i < STARTS_MAX; i++) {
		int number = *port ? *port : free_port(SOCK_DGRAM);
		struct process *process;

		snprintf(address, sizeof address, "udp:127.0.0.1:%d", number);
		process = world_start(words[0], argv);
		if (listens(process, log)) {
			*port = number;
			return process;
		}
	}
	GIVE_UP("%s does not start", words[0]);
	return NULL;
}

struct process *world_snmpd(void)
{
	const char *const words[] = {"snmpd",	     "-f", "-r",    "-C", "-c",
				     snmpd_config(), "-I", "-smux", NULL};

	return start_listener(words, world_path("snmpd-%zu.log", process_count), &snmp_port);
}

int world_snmp_port(void)
{
	return snmp_port;
}

__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, CONFIG_SIZE - length, format, arguments);
	va_end(arguments);
}

struct process *world_trapd(bool secure)
{
	const char *config =
	    world_write("snmptrapd.conf", 0600,
			"disableAuthorization yes\n"
			"createUser -e " ENGINE " " WORLD_USER " SHA-256 \"" WORLD_AUTH_PASSWORD
			"\" AES \"" WORLD_PRIV_PASSWORD "\"\n");
	const char *const words[] = {"snmptrapd", "-f",	 "-n",	"-X",  "-C", "-c",   config, "-On",
				     "-Oe",	  "-Oa", "-OU", "-Ot", "-F", "%v\n", NULL};
	struct process *process;
	int port = 0;

	trap_log = world_path("snmptrapd.log");
	process = start_listener(words, trap_log, &port);
	if (secure)
		append(snmpd_more,
		       "trapsess -v 3 -u " WORLD_USER
		       " -l authPriv -a SHA-256 -A " WORLD_AUTH_PASSWORD
		       " -x AES -X " WORLD_PRIV_PASSWORD " 127.0.0.1:%d\n",
		       port);
	else
		append(snmpd_more, "trap2sink 127.0.0.1:%d " WORLD_PUBLIC "\n", port);
	return process;
}

char *world_traps(void)
{
	return world_read(trap_log);
}

void world_config(const char *lines)
{
	append(config_top, "%s", lines);
}

void world_site(const char *name, const struct sim *sim, const char *more)
{
	append(config_sites, "site \"%s\" {\n", name);
	append(config_sites, "url = \"%s\"\n", sim ? sim->url : "https://127.0.0.1:1/netbackup");
	if (!more || !strstr(more, "api-key"))
		append(config_sites, "api-key-file = \"%s\"\n",
		       world_write("key", 0600, WORLD_KEY "\n"));
	/* Tests about jobs count requests, and fail some of them. */
	if ((!more || !strstr(more, "collect")) && !strstr(config_top, "collect"))
		append(config_sites, "collect = {}\n");
	append(config_sites, "ca-file = \"%s/ca.pem\"\nrefresh = \"1s\"\n%s}\n", certificates(),
	       more ? more : "");
}

void world_forget_sites(void)
{
	config_sites[0] = '\0';
}

const char *world_config_file(void)
{
	char text[2 * CONFIG_SIZE + 600];

	snprintf(text, sizeof text,
		 "agentx-socket = \"%s\"\nstate-dir = \"%s\"\nlog-level = \"debug\"\n%s%s",
		 agentx_address(), world_path("state"), config_top, config_sites);
	return world_write("nbu-agentx.conf", 0600, text);
}

/* What env(1) gives to the agent, or "". */
static char no_memory[300];

void world_fail_allocation(unsigned long at)
{
	char number[24];

	snprintf(number, sizeof number, "%lu", at);
	setenv("NBU_NOMEM_AT", number, 1);
	setenv("NBU_NOMEM_COUNT", world_path("allocations"), 1);
	/* In the agent only: not in what starts it. */
	snprintf(no_memory, sizeof no_memory, "LD_PRELOAD=%s", world_program("tests/nomem.so"));
}

unsigned long world_allocations(void)
{
	char *text = world_read(world_path("allocations"));
	unsigned long count = strtoul(text, NULL, 10);

	free(text);
	return count;
}

static struct process *start_agent(const char **argv, size_t count, const char *options)
{
	char *copy = strdup(options ? options : "");
	struct process *process;

	if (no_memory[0]) {
		argv[count++] = "env";
		argv[count++] = no_memory;
	}
	argv[count++] = world_program("nbu-agentx");
	argv[count++] = "-c";
	argv[count++] = world_config_file();
	add_words(argv, count, copy);
	process = world_start("nbu-agentx", argv);
	process->want = 0;
	free(copy);
	return process;
}

struct process *world_agent(const char *options)
{
	const char *argv[WORDS_MAX] = {NULL};

	return start_agent(argv, 0, options);
}

struct process *world_agent_by(const char *words)
{
	const char *argv[WORDS_MAX] = {NULL};
	char *copy = strdup(words);
	struct process *process;
	size_t count = 0;

	add_words(argv, 0, copy);
	while (argv[count])
		count++;
	process = start_agent(argv, count, NULL);
	free(copy);
	return process;
}

struct process *world_agent_with_faults(struct faults **faults)
{
	const char *path = world_path("faults");
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char preload[400], control[400];
	const char *argv[WORDS_MAX] = {"env", preload, control};

	if (file < 0 || ftruncate(file, sizeof **faults) < 0)
		GIVE_UP("%s: %s", path, strerror(errno));
	*faults = mmap(NULL, sizeof **faults, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (*faults == MAP_FAILED)
		GIVE_UP("%s: %s", path, strerror(errno));
	snprintf(preload, sizeof preload, "LD_PRELOAD=%s", world_program("tests/faults.so"));
	snprintf(control, sizeof control, "NBU_TEST_FAULTS=%s", path);
	return start_agent(argv, 3, NULL);
}

struct process *world_agent_valgrind(void)
{
	const char *argv[WORDS_MAX] = {"valgrind",
				       "--quiet",
				       "--leak-check=full",
				       "--show-leak-kinds=definite,indirect",
				       "--errors-for-leak-kinds=definite,indirect",
				       "--error-exitcode=97",
				       "--num-callers=30"};

	return start_agent(argv, 7, NULL);
}
