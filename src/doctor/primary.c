/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/primary.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "api/certificate.h"
#include "api/http.h"
#include "api/list.h"
#include "api/netbackup.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "config/value.h"
#include "doctor/owner.h"
#include "doctor/role.h"
#include "tables/notice.h"

#define CLOCK_WARNING_MS 60000
#define CERTIFICATE_WARNING_MS (NOTICE_CERTIFICATE_DAYS * INT64_C(86400000))
#define JOBS_PERMISSION "|MANAGE|JOBS|"
#define TEXT_SIZE 400
#define SERVER_MS 60000 /* for all steps before those about the role */

/* A primary server that is being examined. */
struct primary {
	const struct config_site *site;
	char *host; /* of its url */
	struct netbackup *netbackup;
	struct fault peek; /* why nothing was seen without trust */
	char peer[HTTP_PEER_SIZE];
	char *pem;		 /* the certificate that it shows; NULL = none */
	struct fault ping, jobs; /* why /ping and the list of jobs failed */
	uint64_t jobs_seen;
};

static void examine_key(void *subject, struct finding *finding)
{
	const struct primary *primary = subject;
	const char *file = primary->site->api_key_file;
	char owner[OWNER_SIZE];
	struct stat status;

	if (!file) {
		finding_set(finding, FINDING_OK, "stands in the configuration");
	} else if (stat(file, &status) == 0) {
		owner_print(&status, owner);
		finding_set(finding, FINDING_OK, "%s, %s", file, owner);
	} else {
		finding_set(finding, FINDING_FAILED, "%s: %m", file);
		finding_remedy(finding, "it was there a moment ago: does anything replace it?");
	}
}

/* Adds what ADDRESS is in numbers to TEXT. */
static void add_address(char text[TEXT_SIZE], const struct addrinfo *address)
{
	char number[64];

	if (getnameinfo(address->ai_addr, address->ai_addrlen, number, sizeof number, NULL, 0,
			NI_NUMERICHOST) == 0)
		finding_add_word(text, TEXT_SIZE, number);
}

static void examine_name(void *subject, struct finding *finding)
{
	const struct primary *primary = subject;
	struct addrinfo want = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	int error = getaddrinfo(primary->host, NULL, &want, &found);
	char text[TEXT_SIZE] = "";

	if (error != 0) {
		finding_set(finding, FINDING_FAILED, "%s: %s", primary->host, gai_strerror(error));
		finding_remedy(finding,
			       "check the host name in url, /etc/hosts and the name servers");
		return;
	}
	for (const struct addrinfo *at = found; at; at = at->ai_next)
		add_address(text, at);
	freeaddrinfo(found);
	finding_set(finding, FINDING_OK, "%s is %s", primary->host, text);
}

/* Looks at the server without trust and without the key, so that what is wrong can be shown. */
static void peek(struct primary *primary)
{
	struct http_options options = {.tls_verify = false, .timeout = primary->site->timeout};
	struct http *http = http_open(&options);
	char *url = mem_printf("%s/ping", primary->site->url);
	const char *headers[] = {NULL};
	struct http_response response;

	fault_clear(&primary->peek);
	http_start(http, url, headers, 0);
	http_await(http, &response, &primary->peek);
	http_peer(http, primary->peer);
	primary->pem = http_certificate(http);
	http_response_free(&response);
	free(url);
	http_close(http);
}

static void examine_connection(void *subject, struct finding *finding)
{
	struct primary *primary = subject;

	peek(primary);
	/* Whoever fails in TLS is connected, though libcurl may tell no address then. */
	if (primary->peer[0] || primary->peek.class == FAULT_TLS) {
		finding_set(finding, FINDING_OK, "%s",
			    primary->peer[0] ? primary->peer : "something answers");
		return;
	}
	finding_set(finding, FINDING_FAILED, "%s", primary->peek.text);
	finding_remedy(
	    finding, "is the primary server up, is the port in url right (1556 is usual), and does "
		     "each firewall on the way let this host through?");
}

/* What the certificate says, and whether it ends soon. */
static void describe(const struct certificate *certificate, struct finding *finding)
{
	int64_t left = certificate->expires - timefmt_now();
	char end[TIMEFMT_INSTANT_SIZE];

	timefmt_format_instant(certificate->expires, end);
	finding_set(finding, left > CERTIFICATE_WARNING_MS ? FINDING_OK : FINDING_WARNING,
		    "subject %s; issuer %s; SHA-256 %s; ends %.10s", certificate->subject,
		    certificate->issuer, certificate->sha256, end);
	if (finding->result == FINDING_WARNING)
		finding_remedy(finding, "the certificate %s: renew it on the primary server",
			       left < 0 ? "has ended" : "ends soon");
}

/* What is wrong with the trust in the certificate, if anything is. */
static void judge_trust(const struct primary *primary, struct finding *finding)
{
	const char *text = primary->ping.text;

	if (primary->ping.class == FAULT_TLS) {
		finding->result = FINDING_FAILED;
		if (strstr(text, "ca-file"))
			finding_remedy(finding,
				       "%s. nbu-agentx --fetch-ca %s shows the primary's own CA",
				       text, primary->site->url);
		else
			finding_remedy(finding, "%s", text);
	} else if (!primary->site->tls_verify) {
		finding->result = FINDING_WARNING;
		finding_remedy(finding,
			       "tls-verify is false: anybody on the way can read the API key%s%s",
			       finding->remedy ? "; " : "", finding->remedy ? finding->remedy : "");
	}
}

static void examine_tls(void *subject, struct finding *finding)
{
	struct primary *primary = subject;
	struct certificate certificate;

	netbackup_begin(primary->netbackup, timefmt_monotonic() + SERVER_MS, &primary->ping);
	if (strncmp(primary->site->url, "http://", 7) == 0) {
		finding_set(finding, FINDING_WARNING, "none: url begins with http://");
		finding_remedy(finding, "anybody on the way can read the API key; use https://");
	} else if (!primary->pem || !certificate_read(primary->pem, &certificate)) {
		finding_set(finding, FINDING_FAILED, "%s", primary->peek.text);
		finding_remedy(finding,
			       "check the port in url: it may be one that does not speak TLS");
	} else {
		describe(&certificate, finding);
		judge_trust(primary, finding);
	}
}

static bool count_jobs(struct page *page, bool last, void *arg, struct fault *fault)
{
	(void)last;
	(void)fault;
	*(uint64_t *)arg += page_count(page);
	return true;
}

/* What to do when the list of jobs cannot be read by FAULT. */
static const char *version_advice(const struct fault *fault)
{
	switch (fault->class) {
	case FAULT_VERSION:
		return "check api-version; NetBackup must be 8.3 or later";
	case FAULT_REQUEST:
	case FAULT_PROTOCOL:
		return "check url: it should end in /netbackup, and its host and port be those of "
		       "the "
		       "primary server";
	default:
		return "look at the services of the primary server, and try again later";
	}
}

static void examine_version(void *subject, struct finding *finding)
{
	struct primary *primary = subject;
	struct list list = {.path = "/admin/jobs",
			    .things = "jobs",
			    .paging = LIST_BY_ID,
			    .sort = "jobId",
			    .max_pages = 1,
			    .visit = count_jobs,
			    .arg = &primary->jobs_seen};
	const struct fault *fault = &primary->ping;

	if (netbackup_answers(primary->netbackup)) {
		list_fetch(primary->netbackup, &list, &primary->jobs);
		fault = &primary->jobs;
	}
	if (fault->class == FAULT_NONE) {
		finding_set(finding, FINDING_OK, "API %s", netbackup_version(primary->netbackup));
	} else if (fault->class == FAULT_AUTH) {
		finding_set(finding, FINDING_OK, "the server speaks a version that we know");
	} else {
		finding_set(finding, FINDING_FAILED, "%s", fault->text);
		finding_remedy(finding, "%s", version_advice(fault));
	}
}

/* NetBackup may answer 401 also where a role lacks a right. */
static void examine_api_key(void *subject, struct finding *finding)
{
	const struct primary *primary = subject;

	if (primary->jobs.status != 401) {
		finding_set(finding, FINDING_OK, "the server accepts it");
	} else if (role_sees_any(primary->netbackup, primary->site)) {
		finding_set(finding, FINDING_OK, "the server accepts it for other lists than jobs");
	} else {
		finding_set(finding, FINDING_FAILED, "%s", primary->jobs.text);
		finding_remedy(
		    finding, "has the key ended? Then make a new one in NetBackup's web UI and put "
			     "it into the key file. Else give its role the operation View "
			     "in " JOBS_PERMISSION);
	}
}

static void examine_jobs(void *subject, struct finding *finding)
{
	const struct primary *primary = subject;

	if (primary->jobs.class != FAULT_NONE) {
		finding_set(finding, FINDING_FAILED, "%s", primary->jobs.text);
		finding_remedy(finding,
			       "give the key's role the operation View in " JOBS_PERMISSION);
	} else if (primary->jobs_seen == 0) {
		finding_set(finding, FINDING_WARNING, "no job is visible");
		finding_remedy(
		    finding,
		    "if there are jobs, the role lacks the operation View in " JOBS_PERMISSION);
	} else {
		finding_set(finding, FINDING_OK, "may be viewed");
	}
}

/* The step is called after the group. */
static void examine_group(void *subject, struct finding *finding)
{
	struct primary *primary = subject;
	enum config_collect group = 0;

	while (strcmp(value_collect_words[group], finding->step) != 0)
		group++;
	role_examine(primary->netbackup, primary->site, group, finding);
}

static void examine_clock(void *subject, struct finding *finding)
{
	const struct primary *primary = subject;
	double skew = (double)netbackup_skew(primary->netbackup) / 1000;
	bool far = llabs(netbackup_skew(primary->netbackup)) > CLOCK_WARNING_MS;

	finding_set(finding, far ? FINDING_WARNING : FINDING_OK, "the server's is %.1f s %s ours",
		    skew < 0 ? -skew : skew, skew < 0 ? "behind" : "ahead of");
	if (far)
		finding_remedy(finding, "rows are right all the same; but set both clocks by NTP");
}

static const struct finding_step steps[] = {
    {"key", FINDING_EXIT_KEY, false, examine_key},
    {"name", FINDING_EXIT_NAME, false, examine_name},
    {"connection", FINDING_EXIT_CONNECTION, false, examine_connection},
    {"TLS", FINDING_EXIT_TLS, false, examine_tls},
    {"version", FINDING_EXIT_VERSION, false, examine_version},
    {"API key", FINDING_EXIT_KEY, false, examine_api_key},
    {"clock", FINDING_EXIT_CLOCK, false, examine_clock},
    {"jobs", FINDING_EXIT_ROLE, true, examine_jobs},
    {"storage", FINDING_EXIT_ROLE, true, examine_group},
    {"tape", FINDING_EXIT_ROLE, true, examine_group},
    {"media", FINDING_EXIT_ROLE, true, examine_group},
    {"security", FINDING_EXIT_ROLE, true, examine_group},
};

void primary_examine(const struct config_site *site, struct finding_list *list)
{
	struct primary primary = {.site = site, .netbackup = netbackup_open(site)};
	char *part = mem_printf("site %s", site->name);

	primary.host = http_host(site->url);
	fault_clear(&primary.ping);
	fault_clear(&primary.jobs);
	finding_take(list, part, steps, sizeof steps / sizeof steps[0], &primary);
	netbackup_close(primary.netbackup);
	free(primary.host);
	free(primary.pem);
	free(part);
}
