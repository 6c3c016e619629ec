/* SPDX-License-Identifier: BSD-2-Clause */
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "manager.h"
#include "master.h"
#include "way.h"
#include "world.h"

/* --doctor and --fetch-ca: each step of the way fails once, and says so. */

enum {
	EXIT_CONFIGURATION = 2,
	EXIT_KEY = 10,
	EXIT_NAME,
	EXIT_CONNECTION,
	EXIT_TLS,
	EXIT_VERSION,
	EXIT_ROLE,
	EXIT_CLOCK,
	EXIT_STATE,
	EXIT_MASTER,
	EXIT_REGISTRATION,
	EXIT_WALK
};

static char snmpd_option[40];

/* What the doctor says, to be freed; WORDS (NULL = none) are more words for it. */
static char *ask(int *status, const char *word)
{
	/* The files of the world belong to whoever runs the test. */
	const char *argv[8] = {world_program("nbu-agentx"),
			       "-c",
			       world_config_file(),
			       "--doctor",
			       "--user=root",
			       word};

	snprintf(snmpd_option, sizeof snmpd_option, "--snmpd=127.0.0.1:%d", world_snmp_port());
	if (word && strncmp(word, "--community", 11) == 0)
		argv[6] = snmpd_option;
	return world_output(status, argv);
}

/* The line of TEXT about STEP, to be freed; "" when there is none. */
static char *line_of(const char *text, const char *step)
{
	char start[40];
	const char *found;

	snprintf(start, sizeof start, "  %s  ", step);
	found = strstr(text, start);
	while (found && found > text && found[-1] != '\n')
		found--;
	return found ? strndup(found, strcspn(found, "\n")) : strdup("");
}

/* Checks that the doctor ends with STATUS, that STEP has RESULT, and what it tells of it. */
static void check(unsigned line, const char *word, int status, const char *step, const char *result,
		  const char *told)
{
	int got;
	char *text = ask(&got, word), *about = line_of(text, step);

	if (got != status)
		harness_fail(__FILE__, line, "exit status %d, not %d: %s", got, status, text);
	if (!strstr(about, result) || !strstr(text, told))
		harness_fail(__FILE__, line, "%s is not %s with %s: %s", step, result, told, text);
	CU_PASS("checked");
	free(about);
	free(text);
}
#define CHECK(...) check(__LINE__, __VA_ARGS__)

static void test_well(void)
{
	struct sim *sim = world_sim("sim", "--jobs 50");
	struct process *agent;
	void *manager;

	world_config("collect = { \"storage\", \"security\" }\n");
	manager = manager_of_paris(sim, &agent);
	CU_ASSERT_PTR_NOT_NULL(manager);
	CHECK("--community=" WORLD_PUBLIC, 0, "walk", "ok", "shows rows of");
	CHECK(NULL, 0, "walk", "-", "--community NAME");
	CHECK(NULL, 0, "TLS", "ok", "subject CN=localhost; issuer CN=nbu-sim CA; SHA-256 ");
	CHECK(NULL, 0, "storage", "ok",
	      "may be viewed: storage-units, disk-pools, storage-servers");
	CHECK(NULL, 0, "tape", "ok", "drives (collect does not ask for it)");
	CHECK(NULL, 0, "state-dir", "ok", "in use by an agent that runs");
	CHECK(NULL, 0, "registration", "ok", "the agent that runs has registered");
	CHECK("--community=stranger", EXIT_WALK, "walk", "FAIL", "does not answer");
	CHECK("--community=" WORLD_NARROW, EXIT_WALK, "walk", "FAIL",
	      "view systemonly included .1.3.6");
	world_end_process(agent, SIGTERM, 5);
	CHECK("--community=" WORLD_PUBLIC, EXIT_WALK, "walk", "FAIL", "systemctl start nbu-agentx");
	CHECK(NULL, 0, "registration", "ok", "the master agent accepts it");
}

/* It goes on with the host when a site has failed, and the first failure makes the exit status. */
static void test_primary(void)
{
	struct sim *sim = world_sim("sim", "--jobs 50");

	world_snmpd();
	world_site("paris", sim, NULL);
	sim_faults(sim, "401\n");
	CHECK(NULL, EXIT_KEY, "API key", "FAIL", "make a new one");
	CHECK(NULL, EXIT_KEY, "jobs", "-", "not reached");
	CHECK(NULL, EXIT_KEY, "master agent", "ok", "it answers");
	sim_faults(sim, "no-rights\n");
	CHECK(NULL, 0, "jobs", "warn", "|MANAGE|JOBS|");
	sim_faults(sim, "html\n");
	CHECK(NULL, EXIT_VERSION, "version", "FAIL", "/netbackup");
	sim_faults(sim, "");
	free(sim_control(sim, "resources", "fault /storage/disk-pools 403 1000\n"));
	CHECK(NULL, 0, "storage", "ok", "not: disk-pools (HTTP 403) (collect does not ask for it)");
	world_forget_sites();
	world_site("paris", sim, "collect = { \"storage\" }\n");
	CHECK(NULL, EXIT_ROLE, "storage", "FAIL", "View in |STORAGE|DISK-POOLS|, or take");
	CHECK(NULL, EXIT_ROLE, "security", "ok", "may be viewed");
	free(sim_control(sim, "resources", "clear\nfault /storage/disk-pools 500 1000\n"));
	CHECK(NULL, 0, "storage", "warn", "disk-pools (HTTP 500)");
	free(sim_control(sim, "resources", "clear\n"));
	sim_faults(sim, "401\n");
	CHECK(NULL, EXIT_ROLE, "API key", "ok", "for other lists than jobs");
	CHECK(NULL, EXIT_ROLE, "jobs", "FAIL", "|MANAGE|JOBS|");
}

static void test_way(void)
{
	struct sim *sim = world_sim("sim", "--jobs 50 --skew -300"), *plain;
	char more[300];

	world_snmpd();
	world_site("paris", NULL, NULL);
	CHECK(NULL, EXIT_CONNECTION, "connection", "FAIL", "does each firewall");
	CHECK(NULL, EXIT_CONNECTION, "TLS", "-", "not reached");
	world_forget_sites();
	world_site("paris", sim, NULL);
	CHECK(NULL, 0, "clock", "warn", "300.");
	world_forget_sites();
	snprintf(more, sizeof more, "ca-file = \"%s\"\n", world_path("tls/other-ca.pem"));
	world_site("paris", sim, more);
	CHECK(NULL, EXIT_TLS, "TLS", "FAIL", "--fetch-ca https://127.0.0.1:");
	strcat(more, "tls-verify = false\n");
	world_forget_sites();
	world_site("paris", sim, more);
	CHECK(NULL, 0, "TLS", "warn", "tls-verify is false");
	world_forget_sites();
	world_site("paris", sim, "api-version = \"99.0\"\n");
	CHECK(NULL, EXIT_VERSION, "version", "FAIL", "check api-version");
	world_forget_sites();
	world_site("paris", sim, "url = \"https://no-such-host.invalid:1556/netbackup\"\n");
	CHECK(NULL, EXIT_NAME, "name", "FAIL", "check the host name in url");
	world_forget_sites();
	plain = world_plain_sim("plain", "--jobs 50");
	world_site("paris", plain, NULL);
	CHECK(NULL, 0, "TLS", "warn", "use https://");
}

/* What is wrong with the certificate, beside the one who has signed it. */
static void test_ends_soon(void)
{
	world_certificate_days("5");
	world_snmpd();
	world_site("paris", world_sim("sim", "--jobs 50"), NULL);
	CHECK(NULL, 0, "TLS", "warn", "ends soon: renew it on the primary server");
}

static void test_ended(void)
{
	struct sim *plain;
	char more[200];

	world_certificate_days("-1");
	world_snmpd();
	world_site("paris", world_sim("sim", "--jobs 50"), NULL);
	CHECK(NULL, EXIT_TLS, "TLS", "FAIL", "expired; renew it on the primary");
	world_forget_sites();
	plain = world_plain_sim("plain", "--jobs 50");
	snprintf(more, sizeof more, "url = \"https://127.0.0.1:%d/netbackup\"\n", plain->port);
	world_site("paris", NULL, more);
	CHECK(NULL, EXIT_TLS, "TLS", "FAIL", "may be one that does not speak TLS");
}

/* A server of before the lists of tapes, and one whose services are down. */
static void test_services(void)
{
	struct sim *sim = world_sim("sim", "--jobs 50 --api-version 10.0");

	world_snmpd();
	world_site("paris", sim, "collect = { \"media\" }\napi-key = \"" WORLD_KEY "\"\n");
	CHECK(NULL, 0, "key", "ok", "stands in the configuration");
	CHECK(NULL, 0, "media", "warn", "are there from API 12.0 on");
	CHECK(NULL, 0, "media", "warn", "not: tape-media (");
	sim_faults(sim, "500\n");
	CHECK(NULL, EXIT_VERSION, "version", "FAIL", "look at the services of the primary");
}

/* The doctor's line about STEP while the test's own master agent serves it; to be freed. */
static char *ask_served(const char *step)
{
	const char *argv[] = {world_program("nbu-agentx"),
			      "-c",
			      world_config_file(),
			      "--doctor",
			      "--user=root",
			      NULL};
	struct process *process = world_start("doctor", argv);
	char *text, *line;

	process->want = WORLD_ANY;
	AWAIT((master_serve(1), !world_running(process)), 20);
	text = world_read(process->out);
	line = line_of(text, step);
	if (!strstr(line, "FAIL"))
		FAIL("%s has not failed: %s", step, text);
	free(line);
	return text;
}

/* A master agent that is there, but does not do as it should. */
static void test_refused(void)
{
	static const struct {
		unsigned error;
		const char *told;
	} refusals[] = {
	    {0, "an agent runs, but has registered no tables"},
	    {268, "look at the log of snmpd"},
	    {MASTER_SILENT, "restart snmpd, and look at its log"},
	};
	int lock;

	world_site("paris", world_sim("sim", "--jobs 50"), NULL);
	CU_ASSERT_EQUAL(mkdir(world_path("state"), 0700), 0);
	lock = open(world_write("state/rome.lock", 0600, ""), O_RDWR | O_CLOEXEC);
	CU_ASSERT_EQUAL(flock(lock, LOCK_EX), 0);
	master_start();
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		char *text;

		master_reply(MASTER_REGISTER, refusals[i].error);
		text = ask_served("registration");
		if (!strstr(text, refusals[i].told))
			FAIL("%u is not told: %s", refusals[i].error, text);
		free(text);
	}
	close(lock);
}

/* An address of snmpd that is none. */
static void test_no_address(void)
{
	const char *argv[] = {world_program("nbu-agentx"),
			      "-c",
			      NULL,
			      "--doctor",
			      "--user=root",
			      ("--community=" WORLD_PUBLIC),
			      "--snmpd=no-such-host.invalid",
			      NULL};
	int status;
	char *text;

	world_snmpd();
	world_site("paris", world_sim("sim", "--jobs 50"), NULL);
	argv[2] = world_config_file();
	text = world_output(&status, argv);
	EQUAL_NUMBER(status, EXIT_WALK);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "is no address that can be asked"));
	free(text);
}

static void test_host(void)
{
	struct sim *sim = world_sim("sim", "--jobs 50");

	world_site("paris", sim, NULL);
	CHECK(NULL, EXIT_MASTER, "master agent", "FAIL", "no such socket");
	CHECK(NULL, EXIT_MASTER, "registration", "-", "not reached");
	CHECK(NULL, EXIT_MASTER, "state-dir", "ok", "is not there yet");
	world_snmpd();
	world_agent(NULL);
	AWAIT(manager_site(manager_open(WORLD_PUBLIC), "paris", SITE_STATUS) == UP, 20);
	world_config("state-dir = \":memory:\"\n");
	CHECK(NULL, 0, "registration", "warn", "whether it is the one of this configuration");
	world_config("state-dir = \"/tmp\"\n");
	CHECK(NULL, EXIT_REGISTRATION, "registration", "FAIL", "end the other program");
	world_config("state-dir = \"/etc/passwd\"\n");
	CHECK(NULL, EXIT_STATE, "state-dir", "FAIL", "is no directory");
	world_config("window = \"never\"\n");
	CHECK(NULL, EXIT_CONFIGURATION, "file", "FAIL", "nbu-agentx.conf(5) explains");
}

/* As another user than root it finds what that user may not do. */
static void test_user(void)
{
	const char *argv[] = {
	    world_program("nbu-agentx"), "-c", NULL, "--doctor", "--user=nobody", NULL};
	char *text;
	int status;

	world_site("paris", NULL, NULL);
	argv[2] = world_config_file();
	text = world_output(&status, argv);
	if (geteuid() == 0) {
		EQUAL_NUMBER(status, EXIT_CONFIGURATION);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, "nobody may not enter /"));
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  user  "));
	free(text);
}

static void test_json(void)
{
	struct sim *sim = world_sim("sim", "--jobs 50");
	const cJSON *step, *steps;
	unsigned failed = 0;
	cJSON *document;
	int status;
	char *text;

	world_snmpd();
	world_site("paris", sim, NULL);
	sim_faults(sim, "401\n");
	text = ask(&status, "--format=json");
	EQUAL_NUMBER(status, EXIT_KEY);
	CU_ASSERT_PTR_NULL(strstr(text, WORLD_KEY));
	document = cJSON_Parse(text);
	steps = cJSON_GetObjectItemCaseSensitive(document, "steps");
	EQUAL_NUMBER(cJSON_GetArraySize(steps), 18);
	cJSON_ArrayForEach(step, steps)
	{
		const char *result =
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step, "result"));

		failed += result && strcmp(result, "failed") == 0;
	}
	EQUAL_NUMBER(failed, 1);
	EQUAL_NUMBER(cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(document, "exitStatus")),
		     EXIT_KEY);
	cJSON_Delete(document);
	free(text);
}

/* The SHA-256 that TEXT shows. */
static const char *fingerprint_in(const char *text)
{
	static char found[100];

	found[0] = '\0';
	if (strstr(text, "SHA-256  "))
		sscanf(strstr(text, "SHA-256  "), "SHA-256 %99s", found);
	return found;
}

static void test_fetch_ca(void)
{
	struct sim *sim = world_sim("sim", "--jobs 50");
	const char *output = world_path("fetched.pem");
	const char *argv[] = {
	    world_program("nbu-agentx"), "--fetch-ca", sim->url, NULL, NULL, NULL, NULL, NULL};
	char *shown, *fetched, *ca, target[200];
	struct stat device;
	int status;

	shown = world_output(&status, argv);
	EQUAL_NUMBER(status, 0);
	EQUAL_NUMBER(strlen(fingerprint_in(shown)), 95);
	CU_ASSERT_PTR_NOT_NULL(strstr(shown, "subject  CN=nbu-sim CA\n"));
	argv[3] = "--fingerprint";
	argv[4] = "00:11";
	argv[5] = "--output";
	argv[6] = output;
	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 1);
	CU_ASSERT_TRUE(access(output, F_OK) < 0);
	argv[4] = fingerprint_in(shown);
	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 0);
	fetched = world_read(output);
	ca = world_read(world_path("tls/ca.pem"));
	EQUAL_TEXT(fetched, ca);
	free(ca);
	free(fetched);
	/* A device stays what it is; a link goes on leading where it led. */
	argv[6] = "/dev/null";
	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 1);
	CU_ASSERT_TRUE(stat("/dev/null", &device) == 0 && S_ISCHR(device.st_mode));
	argv[6] = world_path("link.pem");
	CU_ASSERT_TRUE(symlink(output, argv[6]) == 0);
	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 0);
	CU_ASSERT_TRUE(readlink(argv[6], target, sizeof target) > 0);
	/* But not one that anybody may have put there. */
	CU_ASSERT_EQUAL(mkdir(world_path("shared"), 0700), 0);
	CU_ASSERT_EQUAL(chmod(world_path("shared"), 0777), 0);
	argv[6] = world_path("shared/link.pem");
	CU_ASSERT_EQUAL(symlink(world_write("victim", 0600, "theirs"), argv[6]), 0);
	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 1);
	CU_ASSERT_TRUE(world_holds(world_path("victim"), "theirs"));
	argv[5] = NULL;
	fetched = world_output(&status, argv);
	CU_ASSERT_TRUE(strncmp(fetched, "-----BEGIN CERTIFICATE-----\n", 28) == 0);
	free(fetched);
	free(shown);
}

static void test_fetch_ca_fails(void)
{
	struct sim *plain = world_plain_sim("plain", "--jobs 50");
	const char *argv[] = {world_program("nbu-agentx"), "--fetch-ca", plain->url, NULL};
	int status;

	/* It has no CA. */
	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 1);
	argv[2] = "https://127.0.0.1:1/netbackup";
	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 1);
	argv[2] = "127.0.0.1:1556/netbackup";
	free(world_output(&status, argv));
	EQUAL_NUMBER(status, 2);
}

/* An answer with STATUS and BODY, which goes with the next. */
static void set_answer(struct way *way, const char *status, const char *body)
{
	static char answer[20000];
	int length = snprintf(answer, sizeof answer,
			      "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
			      "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
			      status, strlen(body), body);

	way_set(way, WAY_SAYS, answer, (size_t)length);
}

/* Runs --fetch-ca with the server behind WAY: its exit status, and the process. */
static struct process *fetch_by(const struct way *way, int *status)
{
	const char *argv[] = {world_program("nbu-agentx"), "--fetch-ca", NULL, NULL};
	char url[60];
	struct process *process;

	snprintf(url, sizeof url, "http://127.0.0.1:%d/netbackup", way_port(way));
	argv[2] = url;
	process = world_start("fetch", argv);
	*status = world_wait(process, 20);
	return process;
}

/* What other servers answer. */
static void test_fetch_ca_answers(void)
{
	static const struct {
		const char *status, *body;
		unsigned requests;
		const char *told;
	} cases[] = {
	    {"404 Not Found", "{}", 1, "url should end in /netbackup"},
	    {"406 Not Acceptable", "{}", 3, "HTTP 406: the server does not tell its CA at "},
	    {"200 OK", "<html>log in</html>", 1, "; check url"},
	    {"200 OK", "{\"cacert\":[\"none\"]}", 1, "there is no certificate of a CA"},
	};
	struct way *way = way_open(world_plain_sim("plain", "--jobs 50"));
	struct process *process;
	int status;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned before = way_requests(way);

		set_answer(way, cases[i].status, cases[i].body);
		process = fetch_by(way, &status);
		EQUAL_NUMBER(status, 1);
		EQUAL_NUMBER(way_requests(way) - before, cases[i].requests);
		if (!world_holds(process->err, cases[i].told))
			FAIL("case %zu is not told", i);
	}
}

/* A CA that is told twice is shown once; what may sign nothing, or cannot be read, is not. */
static void test_fetch_ca_many(void)
{
	struct way *way = way_open(world_plain_sim("plain", "--jobs 50"));
	char *ca, *server, *body;
	cJSON *document = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(document, "data");
	struct process *process;
	char text[16000];
	int status;

	world_sim("sim", "--jobs 50");
	ca = world_read(world_path("tls/ca.pem"));
	server = world_read(world_path("tls/server.pem"));
	snprintf(text, sizeof text, "%s%s%s%s", server, ca,
		 "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n", ca);
	cJSON_AddItemToArray(list, cJSON_CreateString(text));
	cJSON_AddItemToArray(list, cJSON_CreateString(ca));
	body = cJSON_PrintUnformatted(document);
	set_answer(way, "200 OK", body);
	process = fetch_by(way, &status);
	EQUAL_NUMBER(status, 0);
	EQUAL_NUMBER(world_count(process->out, "subject  "), 1);
	CU_ASSERT_TRUE(world_holds(process->out, "subject  CN=nbu-sim CA\n"));
	cJSON_Delete(document);
	free(body);
	free(server);
	free(ca);
}

/* Runs SCRIPT of sh(1) with the agent's --fetch-ca and the server's URL behind it; its status. */
static int fetch_in(const char *script, const struct sim *sim, const char *fingerprint,
		    const char *output)
{
	const char *argv[] = {"sh",
			      "-c",
			      script,
			      world_program("nbu-agentx"),
			      "--fetch-ca",
			      sim->url,
			      fingerprint ? "--fingerprint" : NULL,
			      fingerprint,
			      output ? "--output" : NULL,
			      output,
			      NULL};
	int status;

	free(world_output(&status, argv));
	return status;
}

/* What cannot be written is told by the exit status. */
static void test_fetch_ca_unwritten(void)
{
	static const char well[] = "exec \"$0\" \"$@\"", full[] = "exec \"$0\" \"$@\" >/dev/full";
	struct sim *sim = world_sim("sim", "--jobs 50");
	const char *argv[] = {world_program("nbu-agentx"), "--fetch-ca", sim->url, NULL};
	const char *output = world_path("fetched.pem"), *absent = world_path("no/fetched.pem");
	char fingerprint[100], *shown;
	int status;

	shown = world_output(&status, argv);
	snprintf(fingerprint, sizeof fingerprint, "%s", fingerprint_in(shown));
	free(shown);
	EQUAL_NUMBER(fetch_in(well, sim, fingerprint, NULL), 0);
	EQUAL_NUMBER(fetch_in(full, sim, NULL, NULL), 1);
	EQUAL_NUMBER(fetch_in(full, sim, fingerprint, NULL), 1);
	EQUAL_NUMBER(fetch_in(well, sim, fingerprint, absent), 1);
	EQUAL_NUMBER(fetch_in(full, sim, fingerprint, output), 1);
	CU_ASSERT_EQUAL(access(output, F_OK), 0);
}

static const struct harness_test tests[] = {
    {"all is well", test_well},
    {"primary server", test_primary},
    {"the way to it", test_way},
    {"certificate that ends soon", test_ends_soon},
    {"certificate that has ended", test_ended},
    {"services of the primary server", test_services},
    {"master agent that refuses", test_refused},
    {"no address of snmpd", test_no_address},
    {"this host", test_host},
    {"as another user", test_user},
    {"in JSON", test_json},
    {"--fetch-ca", test_fetch_ca},
    {"--fetch-ca that fails", test_fetch_ca_fails},
    {"--fetch-ca: answers of servers", test_fetch_ca_answers},
    {"--fetch-ca: many certificates", test_fetch_ca_many},
    {"--fetch-ca: what cannot be written", test_fetch_ca_unwritten},
    {NULL, NULL},
};

const struct harness_suite doctor_suite = {"doctor", tests};
