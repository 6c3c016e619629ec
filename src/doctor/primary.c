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
#include "resources/resources.h"

#define CLOCK_WARNING_MS 60000
#define CERTIFICATE_WARNING_MS (INT64_C(30) * 86400 * 1000)
#define JOBS_PERMISSION "|MANAGE|JOBS|"
#define TEXT_SIZE 400

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
	size_t length = strlen(text);

	if (getnameinfo(address->ai_addr, address->ai_addrlen, number, sizeof number, NULL, 0,
			NI_NUMERICHOST) == 0)
		snprintf(text + length, TEXT_SIZE - length, "%s%s", length ? ", " : "", number);
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
	switch (primary->peek.class) {
	case FAULT_DNS:
	case FAULT_CONNECT:
	case FAULT_TIMEOUT:
		finding_set(finding, FINDING_FAILED, "%s", primary->peek.text);
		finding_remedy(
		    finding,
		    "is the primary server up, is the port in url right (1556 is usual), and "
		    "does each firewall on the way let this host through?");
		break;
	default:
		finding_set(finding, FINDING_OK, "%s", primary->peer);
	}
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

static void examine_tls(void *subject, struct finding *finding)
{
	struct primary *primary = subject;
	struct certificate certificate;

	netbackup_begin(primary->netbackup, 0, &primary->ping);
	if (strncmp(primary->site->url, "http://", 7) == 0) {
		finding_set(finding, FINDING_WARNING, "none: url begins with http://");
		finding_remedy(finding, "anybody on the way can read the API key; use https://");
		return;
	}
	if (!primary->pem || !certificate_read(primary->pem, &certificate)) {
		finding_set(finding, FINDING_FAILED, "%s", primary->peek.text);
		finding_remedy(finding,
			       "check the port in url: it may be one that does not speak TLS");
		return;
	}
	describe(&certificate, finding);
	if (primary->ping.class == FAULT_TLS) {
		finding->result = FINDING_FAILED;
		finding_remedy(finding, "%s. nbu-agentx --fetch-ca %s shows the primary's own CA",
			       primary->ping.text, primary->site->url);
	} else if (!primary->site->tls_verify) {
		finding->result = FINDING_WARNING;
		finding_remedy(finding,
			       "tls-verify is false: anybody on the way can read the API key");
	}
}

static bool count_jobs(struct page *page, bool last, void *arg, struct fault *fault)
{
	(void)last;
	(void)fault;
	*(uint64_t *)arg += page_count(page);
	return true;
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
		finding_remedy(finding, fault->class == FAULT_VERSION
					    ? "check api-version; NetBackup must be 8.3 or later"
					    : "check url: it should end in /netbackup; look at the "
					      "services of the primary server");
	}
}

static void examine_api_key(void *subject, struct finding *finding)
{
	const struct primary *primary = subject;

	if (primary->jobs.status != 401) {
		finding_set(finding, FINDING_OK, "the server accepts it");
		return;
	}
	finding_set(finding, FINDING_FAILED, "%s", primary->jobs.text);
	finding_remedy(
	    finding,
	    "make a new API key in NetBackup's web UI (Security, Access keys) and put it into "
	    "the key file");
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

/* Whether the role may view RESOURCE: asks for its first page. */
static bool may_view(struct primary *primary, const struct resource *resource, struct fault *fault)
{
	struct field_clock clock = {.now = netbackup_time(primary->netbackup)};
	struct list list = resource->list;
	uint64_t seen = 0;
	char *filter;
	bool fine;

	clock.window_start = clock.now - primary->site->window * INT64_C(1000);
	filter = resource->filter ? resource->filter(&clock) : NULL;
	list.filter = filter;
	list.optional = true;
	list.max_pages = 1;
	list.visit = count_jobs;
	list.arg = &seen;
	fault_clear(fault);
	fine = list_fetch(primary->netbackup, &list, fault);
	free(filter);
	return fine;
}

/* What was seen of the resources of a group. */
struct group_view {
	char seen[TEXT_SIZE], unseen[TEXT_SIZE], permissions[TEXT_SIZE];
	bool refused;
};

static void add_word(char text[TEXT_SIZE], const char *word)
{
	size_t length = strlen(text);

	snprintf(text + length, TEXT_SIZE - length, "%s%s", length ? ", " : "", word);
}

static void look_at(struct primary *primary, const struct resource *resource,
		    struct group_view *view)
{
	char room[TEXT_SIZE];
	struct fault fault;

	fault_clear(&fault);
	if (atof(netbackup_version(primary->netbackup)) < resource->since) {
		snprintf(room, sizeof room, "%s (from API %.1f on)", resource->name,
			 resource->since);
	} else if (may_view(primary, resource, &fault)) {
		add_word(view->seen, resource->name);
		return;
	} else {
		snprintf(room, sizeof room, "%s (HTTP %d)", resource->name, fault.status);
	}
	add_word(view->unseen, room);
	if (fault.status != 401 && fault.status != 403)
		return;
	view->refused = true;
	if (resource->permission)
		add_word(view->permissions, resource->permission);
}

/* What the role may view of GROUP. That matters where the configuration asks for it. */
static void examine_group(struct primary *primary, enum config_collect group,
			  struct finding *finding)
{
	bool wanted = primary->site->collect.wanted[group];
	struct group_view view = {.refused = false};

	for (size_t i = 0; i < RESOURCE_COUNT; i++)
		if (resources_all[i]->group == group)
			look_at(primary, resources_all[i], &view);
	finding_set(finding, view.refused && wanted ? FINDING_FAILED : FINDING_OK, "%s%s%s%s%s%s",
		    view.seen[0] ? "may be viewed: " : "", view.seen,
		    view.seen[0] && view.unseen[0] ? "; " : "", view.unseen[0] ? "not: " : "",
		    view.unseen, wanted ? "" : " (collect does not ask for it)");
	if (finding->result == FINDING_FAILED)
		finding_remedy(
		    finding,
		    "give the key's role the operation View in %s, or take \"%s\" out of "
		    "collect",
		    view.permissions[0] ? view.permissions : "what is not seen",
		    value_collect_words[group]);
}

static void examine_storage(void *subject, struct finding *finding)
{
	examine_group(subject, CONFIG_COLLECT_STORAGE, finding);
}

static void examine_tape(void *subject, struct finding *finding)
{
	examine_group(subject, CONFIG_COLLECT_TAPE, finding);
}

static void examine_media(void *subject, struct finding *finding)
{
	examine_group(subject, CONFIG_COLLECT_MEDIA, finding);
}

static void examine_security(void *subject, struct finding *finding)
{
	examine_group(subject, CONFIG_COLLECT_SECURITY, finding);
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
    {"storage", FINDING_EXIT_ROLE, true, examine_storage},
    {"tape", FINDING_EXIT_ROLE, true, examine_tape},
    {"media", FINDING_EXIT_ROLE, true, examine_media},
    {"security", FINDING_EXIT_ROLE, true, examine_security},
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
