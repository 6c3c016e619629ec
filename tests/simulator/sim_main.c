/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim_farm.h"
#include "sim_name.h"
#include "sim_order.h"
#include "sim_truth.h"

enum {
	EXIT_USAGE = 2,
	DEFAULT_JOBS = 1000,
	MAX_JOBS = 100000000,
	MAX_PRIMARIES = 2000,
	MAX_RATE = 1000000,
	MAX_CROWDING = 1000,
	MAX_VOLUMES = 1000,
	DAY_MS = 24 * SIM_HOUR_MS,
};

/* The years 1971 to 2100: there must be room for the days before the start. */
#define MIN_CLOCK_MS 31536000000
#define MAX_CLOCK_MS 4102444800000

enum option_code {
	OPTION_LISTEN = 256,
	OPTION_PRIMARIES,
	OPTION_JOBS,
	OPTION_SEED,
	OPTION_RATE,
	OPTION_BURST,
	OPTION_SPARSE_IDS,
	OPTION_POLICIES,
	OPTION_CLIENTS,
	OPTION_LONG_NAMES,
	OPTION_GOOD_POLICY,
	OPTION_FAIL_POLICY,
	OPTION_SPREAD,
	OPTION_UNFINISHED,
	OPTION_CHURN,
	OPTION_VANISHING,
	OPTION_SILENT,
	OPTION_CLOCK,
	OPTION_API_KEY,
	OPTION_STORAGE_UNITS,
	OPTION_DISK_POOLS,
	OPTION_POOL_VOLUMES,
	OPTION_STORAGE_SERVERS,
	OPTION_DRIVES,
	OPTION_MEDIA,
	OPTION_ANOMALIES,
	OPTION_SCANS,
	OPTION_CERTIFICATES,
	OPTION_API_KEYS,
	OPTION_STORAGE_CHURN,
	OPTION_FILL,
	OPTION_API_VERSION,
	OPTION_TLS_DIR,
	OPTION_TLS_VERSION,
	OPTION_EXPECTED,
	OPTION_LATENCY,
	OPTION_CROWDING,
	OPTION_LIMIT_AT_WORK,
	OPTION_SKEW,
	OPTION_FAULT,
	OPTION_LOG,
	OPTION_HELP,
};

static const struct option options_known[] = {
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"primaries", required_argument, NULL, OPTION_PRIMARIES},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"burst", required_argument, NULL, OPTION_BURST},
    {"sparse-ids", required_argument, NULL, OPTION_SPARSE_IDS},
    {"policies", required_argument, NULL, OPTION_POLICIES},
    {"clients", required_argument, NULL, OPTION_CLIENTS},
    {"long-names", no_argument, NULL, OPTION_LONG_NAMES},
    {"good-policy", required_argument, NULL, OPTION_GOOD_POLICY},
    {"fail-policy", required_argument, NULL, OPTION_FAIL_POLICY},
    {"spread", required_argument, NULL, OPTION_SPREAD},
    {"unfinished", required_argument, NULL, OPTION_UNFINISHED},
    {"churn", no_argument, NULL, OPTION_CHURN},
    {"vanishing", no_argument, NULL, OPTION_VANISHING},
    {"silent-updates", no_argument, NULL, OPTION_SILENT},
    {"clock", required_argument, NULL, OPTION_CLOCK},
    {"api-key", required_argument, NULL, OPTION_API_KEY},
    {"storage-units", required_argument, NULL, OPTION_STORAGE_UNITS},
    {"disk-pools", required_argument, NULL, OPTION_DISK_POOLS},
    {"pool-volumes", required_argument, NULL, OPTION_POOL_VOLUMES},
    {"storage-servers", required_argument, NULL, OPTION_STORAGE_SERVERS},
    {"drives", required_argument, NULL, OPTION_DRIVES},
    {"media", required_argument, NULL, OPTION_MEDIA},
    {"anomalies", required_argument, NULL, OPTION_ANOMALIES},
    {"scans", required_argument, NULL, OPTION_SCANS},
    {"certificates", required_argument, NULL, OPTION_CERTIFICATES},
    {"api-keys", required_argument, NULL, OPTION_API_KEYS},
    {"storage-churn", no_argument, NULL, OPTION_STORAGE_CHURN},
    {"fill", required_argument, NULL, OPTION_FILL},
    {"api-version", required_argument, NULL, OPTION_API_VERSION},
    {"tls-dir", required_argument, NULL, OPTION_TLS_DIR},
    {"tls-version", required_argument, NULL, OPTION_TLS_VERSION},
    {"expected", required_argument, NULL, OPTION_EXPECTED},
    {"latency", required_argument, NULL, OPTION_LATENCY},
    {"crowding", required_argument, NULL, OPTION_CROWDING},
    {"limit-at-work", required_argument, NULL, OPTION_LIMIT_AT_WORK},
    {"skew", required_argument, NULL, OPTION_SKEW},
    {"fault", required_argument, NULL, OPTION_FAULT},
    {"log", required_argument, NULL, OPTION_LOG},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static const char help_text[] =
    "Usage: nbu-sim [OPTION]...\n"
    "A simulated NetBackup primary server: its REST API for jobs, storage,\n"
    "tapes and security.\n"
    "\n"
    "  --listen ADDR:PORT    where to listen (127.0.0.1:0; port 0: any that is free)\n"
    "  --primaries N         so many servers in one process, each with a port, a state and\n"
    "                        control paths of its own, and with jobs from the seed, the seed plus\n"
    "                        1 and so on; not together with --fault, --log, --expected or a port\n"
    "  --jobs N              jobs that ended within the spread (1000); besides them come\n"
    "                        N/50 unfinished and N/20 older ones; a third are in trees of a\n"
    "                        parent and others under it\n"
    "  --spread HOURS        over how long before the start they end, 0.25 to 24 (23); when it\n"
    "                        is given, also the last of them end at different times\n"
    "  --unfinished N        about so many unfinished jobs, which never end, instead of N/50\n"
    "  --seed N              what the jobs are drawn from (1)\n"
    "  --rate N              jobs that arrive in a minute (0)\n"
    "  --burst N@SECONDS     so long after the start N backups fail within one second; they begin\n"
    "                        10 seconds before and change no more, whatever else is asked for\n"
    "  --sparse-ids IDS      the ids of jobs, which about every third number is, are chosen by\n"
    "                        words with commas between: N (one of N numbers is an id, in runs and\n"
    "                        with gaps of all sizes), even:N (the same evenly, 1: no gaps),\n"
    "                        gap[:N] (N ids, 10^12, are left out in the middle), last:ID (the\n"
    "                        last one at the start, such as 9007199254740991)\n"
    "  --policies N          N policies, policy-00000 and so on, instead of the usual 16: the\n"
    "                        n-th has 1/n of the jobs of the first, each eighth 1/100 of that\n"
    "  --clients N           N clients, client-00000 and so on, all about equally often, instead\n"
    "                        of the usual 320\n"
    "  --long-names          one in ten policies and clients that jobs name has a long name, of\n"
    "                        64, 65, 72 or 255 octets; two differ behind octet 64 only\n"
    "  --fail-policy NAME    every job of that policy that protects (BACKUP, DBBACKUP,\n"
    "                        SNAPSHOT) ends with a status above 1, and\n"
    "  --good-policy NAME    every one with 0; both may be given more than once\n"
    "  --churn               jobs restart after their end, are updated up to 6 hours later, are\n"
    "                        deleted and come back\n"
    "  --vanishing           of all that only: one in a hundred is deleted while it runs\n"
    "  --silent-updates      one in a hundred changes and its lastUpdateTime does not tell\n"
    "  --clock manual[:MS]   the server's clock stands still at the start, in whole seconds, or\n"
    "                        MS milliseconds after 1970; it moves by POST /sim/clock only. What\n"
    "                        happens so long after the start is the same in every run\n"
    "  --api-key KEY         the key that clients must send (sim-key)\n"
    "  --api-version V       the newest version of the API that is spoken (13.0)\n"
    "  --storage-units N     storage units (6)\n"
    "  --disk-pools N        disk pools (4), each with\n"
    "  --pool-volumes N      N volumes (2), on\n"
    "  --storage-servers N   so many storage servers in turn (3)\n"
    "  --drives N            tape drives (4)\n"
    "  --media N             tapes (120); the lists of tapes and their pools are there from\n"
    "                        API 12.0 on\n"
    "  --anomalies N         anomalies of backups (7)\n"
    "  --scans N             results of malware scans of the 72 hours before the start (12),\n"
    "                        about a third of them IMPACTED\n"
    "  --certificates N      certificates of hosts (9): the second ends in 10 days, the third\n"
    "                        ended 5 days ago, the fourth is revoked, the fifth deleted\n"
    "  --api-keys N          API keys (1), which end 300 days after the start\n"
    "  --storage-churn       besides the elements of these lists, others come and go between\n"
    "                        requests\n"
    "  --fill POOL@PERCENT   the use of that disk pool rises from 60 % to 99 %, by so much in a\n"
    "                        minute of the server's clock\n"
    "  --tls-dir DIR         use TLS with DIR/server.pem, server.key and ca.pem\n"
    "  --tls-version V       speak that version only: 1.0, 1.1, 1.2 or 1.3\n"
    "  --expected FILE       write the rows that a client must show, again on SIGUSR1\n"
    "  --latency MS          wait before each answer about jobs, storage, tapes and security\n"
    "  --crowding F          each further request for a list of jobs that is at work when one\n"
    "                        comes in makes it wait F times as long, F from 1 to 1000 (1)\n"
    "  --limit-at-work N     a request for a list of jobs that comes in while N are at work gets\n"
    "                        429 at once, with Retry-After: 1; no fault counts it\n"
    "  --skew SECONDS        how far the server's clock is ahead of the local one at the start;\n"
    "                        later POST /sim/clock changes it, and all times with it\n"
    "  --fault SPEC          do something wrong; may be given more than once\n"
    "  --log FILE            one line for each request\n"
    "  --help                show this\n"
    "\n"
    "Control paths, for tests:\n"
    "  GET  /sim/stats             counters and the last filters, in JSON\n"
    "  GET  /sim/requests          the last 10000 requests: number, ping/jobs/resource/other,\n"
    "                              status (0: none), filter, limit, cursor or offset, rows\n"
    "                              returned\n"
    "  POST /sim/reset-stats       forget these\n"
    "  POST /sim/faults            the body's lines replace all faults\n"
    "  GET  /sim/expected?window=S the rows that a client must show for that many seconds (86400)\n"
    "  GET  /sim/jobs?since=MS     all jobs that exist: id, state, type, policyType, status,\n"
    "                              bytes, files, start, end, lastUpdateTime (in ms), policyName,\n"
    "                              clientName, queue reason, dedup ratio (1/100 %), scheduleName,\n"
    "                              scheduleType, each as a client reads it; since: the unfinished\n"
    "                              and what was updated since\n"
    "  GET  /sim/resources?path=P  what the list of path P (/storage/disk-pools) has now: the\n"
    "                              JSON of an element a line\n"
    "  POST /sim/resources         each line of the body is a command; see below\n"
    "  GET  /sim/resource-requests the last 10000 requests for these lists: number, path, status\n"
    "                              (0: none), limit, offset or cursor, rows returned\n"
    "  GET  /sim/clock             the server's time in ms, which all of its times follow\n"
    "  POST /sim/clock             the body +SECONDS or -SECONDS moves it, =MS sets it, but\n"
    "                              never to before the start; answers the new time\n"
    "\n"
    "Commands about the lists of storage, tapes and security, until the next clear. PATH is such\n"
    "as /storage/disk-pools, ID an element's id or name, or * for all, FIELD an attribute or id;\n"
    "dots go into objects:\n"
    "  set PATH ID FIELD JSON      the value from now on: the rest of the line, as it is\n"
    "  drop PATH ID FIELD          the attribute is absent\n"
    "  remove PATH ID              the element is absent\n"
    "  restore PATH ID             it is back\n"
    "  add PATH N                  N more elements; new scans are of now, and IMPACTED\n"
    "  fault PATH WHAT [TIMES]     the next requests for PATH, or for all lists in the folder\n"
    "                              PATH, get WHAT: 401, 403, 404, 406, 429, 500, 503, reset,\n"
    "                              html, bare-object, error-200, truncate, empty (no rows),\n"
    "                              ignore-offset (always the first page), short-pages (10 rows\n"
    "                              at most), no-meta (neither meta nor links), next-number,\n"
    "                              next-text (what next is in meta), next-link (it is in links\n"
    "                              only)\n"
    "  clear                       all is as at the start\n"
    "\n"
    "SPEC is one of these, behind page:K= if it is to hit only page K of each list, or behind\n"
    "at:N= to hit the N-th request for a list, counted from when it is set, and no other;\n"
    "with :n it strikes n times, then no more:\n";

struct arguments {
	struct sim_options options;
	const char *outcome_names[SIM_MAX_OUTCOMES]; /* the policies of world.outcomes */
	const char *expected;
	int64_t primaries;
	int64_t unfinished; /* -1 for the usual number */
	char address[256];
};

static bool complain(const char *option, const char *text, const char *wanted)
{
	fprintf(stderr, "nbu-sim: --%s: %s is wanted, not '%s'\n", option, wanted, text);
	return false;
}

static bool parse_integer(const char *option, const char *text, int64_t low, int64_t high,
			  int64_t *number)
{
	char wanted[80];
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	if (!errno && end != text && !*end && *number >= low && *number <= high)
		return true;
	snprintf(wanted, sizeof(wanted), "a whole number from %lld to %lld", (long long)low,
		 (long long)high);
	return complain(option, text, wanted);
}

static bool parse_real(const char *option, const char *text, int low, int high, double *number)
{
	char wanted[80];
	char *end;

	*number = strtod(text, &end);
	if (end != text && !*end && *number >= low && *number <= high)
		return true;
	snprintf(wanted, sizeof(wanted), "a number from %d to %d", low, high);
	return complain(option, text, wanted);
}

static bool parse_spread(const char *text, int64_t *spread_ms)
{
	char *end;
	double hours = strtod(text, &end);

	if (end == text || *end || !(hours >= 0.25 && hours <= 24))
		return complain("spread", text, "a number of hours from 0.25 to 24");
	*spread_ms = llround(hours * SIM_HOUR_MS);
	return true;
}

/* N@SECONDS */
static bool parse_burst(const char *text, struct sim_world *world)
{
	int used = 0;

	if (sscanf(text, "%9" SCNd64 "@%9" SCNd64 "%n", &world->burst, &world->burst_s, &used) ==
		2 &&
	    !text[used] && world->burst > 0 && world->burst_s >= 0)
		return true;
	return complain("burst", text, "N@SECONDS");
}

/* The names are looked up when all options are known. */
static bool note_outcome(const char *name, enum sim_outcome outcome, struct arguments *arguments)
{
	struct sim_world *world = &arguments->options.world;

	if (world->outcome_count == SIM_MAX_OUTCOMES)
		return complain("good-policy, --fail-policy", name, "no further policy");
	arguments->outcome_names[world->outcome_count] = name;
	world->outcomes[world->outcome_count++].outcome = outcome;
	return true;
}

static bool find_outcomes(struct arguments *arguments)
{
	struct sim_world *world = &arguments->options.world;

	for (int i = 0; i < world->outcome_count; i++) {
		const char *name = arguments->outcome_names[i];

		world->outcomes[i].policy =
		    sim_name_find_policy(world->policies, world->long_names, name);
		if (world->outcomes[i].policy < 0)
			return complain("good-policy, --fail-policy", name,
					"the name of a policy that has jobs");
	}
	return true;
}

static bool parse_clock(const char *text, struct sim_options *options)
{
	options->manual_clock = true;
	if (strncmp(text, "manual:", 7) == 0)
		return parse_integer("clock", text + 7, MIN_CLOCK_MS, MAX_CLOCK_MS,
				     &options->clock_ms);
	return strcmp(text, "manual") == 0 || complain("clock", text, "manual[:MS]");
}

static bool parse_version(const char *text, int *version)
{
	int major;
	int minor;
	int used = 0;

	if (sscanf(text, "%3d.%3d%n", &major, &minor, &used) == 2 && !text[used] && major >= 1 &&
	    minor >= 0) {
		*version = major * SIM_VERSION_MINORS + minor;
		return true;
	}
	return complain("api-version", text, "a version such as 13.0, at least 1.0,");
}

/* ADDR:PORT or [ADDR]:PORT, the latter for IPv6. */
static bool parse_listen(const char *text, struct arguments *arguments)
{
	const char *colon = strrchr(text, ':');
	size_t size = colon ? (size_t)(colon - text) : 0;
	int64_t port;

	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	if (!size || size >= sizeof(arguments->address))
		return complain("listen", text, "ADDR:PORT");
	memcpy(arguments->address, text, size);
	arguments->address[size] = '\0';
	arguments->options.address = arguments->address;
	arguments->options.port = colon + 1;
	return parse_integer("listen", colon + 1, 0, 65535, &port);
}

static bool parse_fault(const char *text, struct sim_faults *faults)
{
	char message[SIM_FAULT_MESSAGE_SIZE];

	if (sim_fault_add(faults, text, message))
		return true;
	fprintf(stderr, "nbu-sim: --fault: %s\n", message);
	return false;
}

/* The options that say how many elements a list of resources has. */
static const struct {
	int code;
	const char *name;
	enum sim_resource resource;
} counts_known[] = {
    {OPTION_STORAGE_UNITS, "storage-units", SIM_STORAGE_UNITS},
    {OPTION_DISK_POOLS, "disk-pools", SIM_DISK_POOLS},
    {OPTION_STORAGE_SERVERS, "storage-servers", SIM_STORAGE_SERVERS},
    {OPTION_DRIVES, "drives", SIM_DRIVES},
    {OPTION_MEDIA, "media", SIM_TAPE_MEDIA},
    {OPTION_ANOMALIES, "anomalies", SIM_ANOMALIES},
    {OPTION_SCANS, "scans", SIM_SCANS},
    {OPTION_CERTIFICATES, "certificates", SIM_CERTIFICATES},
    {OPTION_API_KEYS, "api-keys", SIM_API_KEYS},
};

/* POOL@PERCENT. Whether there is such a pool shows when all options are known. */
static bool parse_fill(char *text, struct sim_resource_options *resources)
{
	char *at = strrchr(text, '@');
	char *end = NULL;

	if (at)
		resources->fill_rate = strtod(at + 1, &end);
	if (!at || end == at + 1 || *end || !(resources->fill_rate >= 0) ||
	    resources->fill_rate > MAX_RATE)
		return complain("fill", text, "POOL@PERCENT_PER_MINUTE");
	*at = '\0';
	resources->fill = text;
	return true;
}

static bool set_resource(int code, char *text, struct sim_resource_options *resources)
{
	int64_t number = 0;
	bool good;

	switch (code) {
	case OPTION_STORAGE_CHURN:
		resources->churn = true;
		return true;
	case OPTION_FILL:
		return parse_fill(text, resources);
	case OPTION_POOL_VOLUMES:
		good = parse_integer("pool-volumes", text, 0, MAX_VOLUMES, &number);
		resources->pool_volumes = (int)number;
		return good;
	default:
		break;
	}
	for (size_t i = 0; i < sizeof(counts_known) / sizeof(counts_known[0]); i++) {
		enum sim_resource resource = counts_known[i].resource;

		if (counts_known[i].code == code)
			return parse_integer(counts_known[i].name, text, 0,
					     sim_resource_most(resource),
					     &resources->counts[resource]);
	}
	return true;
}

static bool set_number(int code, char *text, struct arguments *arguments)
{
	struct sim_options *options = &arguments->options;
	int64_t number = 0;
	bool good = true;

	switch (code) {
	case OPTION_PRIMARIES:
		good = parse_integer("primaries", text, 1, MAX_PRIMARIES, &arguments->primaries);
		break;
	case OPTION_JOBS:
		good = parse_integer("jobs", text, 0, MAX_JOBS, &options->world.jobs);
		break;
	case OPTION_UNFINISHED:
		good = parse_integer("unfinished", text, 0, MAX_JOBS, &arguments->unfinished);
		break;
	case OPTION_SEED:
		good = parse_integer("seed", text, 0, INT64_MAX, &number);
		options->world.seed = (uint64_t)number;
		break;
	case OPTION_LATENCY:
		good = parse_integer("latency", text, 0, INT_MAX, &number);
		options->latency_ms = (int)number;
		break;
	case OPTION_LIMIT_AT_WORK:
		good = parse_integer("limit-at-work", text, 1, INT_MAX, &options->limit_at_work);
		break;
	case OPTION_SKEW:
		good = parse_integer("skew", text, -INT_MAX, INT_MAX, &number);
		options->skew_ms = number * SIM_SECOND_MS;
		break;
	case OPTION_POLICIES:
		good = parse_integer("policies", text, 1, SIM_NAME_MAX, &number);
		options->world.policies = (int)number;
		break;
	case OPTION_CLIENTS:
		good = parse_integer("clients", text, 1, SIM_NAME_MAX, &number);
		options->world.clients = (int)number;
		break;
	default:
		return set_resource(code, text, &options->resources);
	}
	return good;
}

static bool set_world(int code, char *text, struct arguments *arguments)
{
	struct sim_world *world = &arguments->options.world;

	switch (code) {
	case OPTION_RATE:
		return parse_real("rate", text, 0, MAX_RATE, &world->rate);
	case OPTION_SPREAD:
		return parse_spread(text, &world->spread_ms);
	case OPTION_BURST:
		return parse_burst(text, world);
	case OPTION_SPARSE_IDS:
		return sim_ids_parse(&world->ids, text) ||
		       complain("sparse-ids", text,
				"N, even:N, gap[:N] or last:ID, or some with commas between,");
	case OPTION_CHURN:
		world->churn = true;
		return true;
	case OPTION_VANISHING:
		world->vanishing = true;
		return true;
	case OPTION_SILENT:
		world->silent = true;
		return true;
	case OPTION_LONG_NAMES:
		world->long_names = true;
		return true;
	case OPTION_GOOD_POLICY:
		return note_outcome(text, SIM_OUTCOME_GOOD, arguments);
	case OPTION_FAIL_POLICY:
		return note_outcome(text, SIM_OUTCOME_FAILURE, arguments);
	default:
		return set_number(code, text, arguments);
	}
}

static bool set_option(int code, char *text, struct arguments *arguments)
{
	struct sim_options *options = &arguments->options;

	switch (code) {
	case OPTION_LISTEN:
		return parse_listen(text, arguments);
	case OPTION_CLOCK:
		return parse_clock(text, options);
	case OPTION_API_KEY:
		options->key = text;
		return true;
	case OPTION_API_VERSION:
		return parse_version(text, &options->version);
	case OPTION_TLS_DIR:
		options->tls_dir = text;
		return true;
	case OPTION_TLS_VERSION:
		options->tls_version = text;
		return true;
	case OPTION_EXPECTED:
		arguments->expected = text;
		return true;
	case OPTION_FAULT:
		return parse_fault(text, &options->faults);
	case OPTION_CROWDING:
		return parse_real("crowding", text, 1, MAX_CROWDING, &options->crowding);
	case OPTION_LOG:
		options->log = text;
		return true;
	default:
		return set_world(code, text, arguments);
	}
}

static void show_help(void)
{
	const char *line;

	fputs(help_text, stdout);
	for (int i = 0; (line = sim_fault_help(i)); i++)
		printf("  %s\n", line);
}

/* What only one server can have. */
static bool check_primaries(const struct arguments *arguments)
{
	const struct sim_options *options = &arguments->options;

	if (arguments->primaries == 1 || (!options->log && !options->faults.count &&
					  !arguments->expected && strcmp(options->port, "0") == 0))
		return true;
	fputs("nbu-sim: --primaries: not with --fault, --log, --expected or a port\n", stderr);
	return false;
}

/* They stand at equal distances among the finished ones, which decides how many fit. */
static void set_unfinished(struct sim_world *world, int64_t wanted)
{
	if (wanted == 0)
		world->done_per_open = MAX_JOBS + 1;
	else if (wanted > 0)
		world->done_per_open = world->jobs > wanted ? world->jobs / wanted : 1;
}

/* Returns an exit code, or -1 to go on. */
static int parse_arguments(int argc, char **argv, struct arguments *arguments)
{
	int code;

	while ((code = getopt_long(argc, argv, "", options_known, NULL)) != -1) {
		if (code == OPTION_HELP) {
			show_help();
			return EXIT_SUCCESS;
		}
		if (code == '?' || !set_option(code, optarg, arguments))
			return EXIT_USAGE;
	}
	if (optind < argc) {
		fprintf(stderr, "nbu-sim: unexpected argument '%s'\n", argv[optind]);
		return EXIT_USAGE;
	}
	if (!sim_resource_can_fill(&arguments->options.resources)) {
		complain("fill", arguments->options.resources.fill,
			 "a disk pool that has a capacity");
		return EXIT_USAGE;
	}
	if (!find_outcomes(arguments) || !check_primaries(arguments))
		return EXIT_USAGE;
	set_unfinished(&arguments->options.world, arguments->unfinished);
	if (sim_order_id(&arguments->options.world, 0) < 1) {
		fprintf(stderr, "nbu-sim: --sparse-ids: below the last id is no room for all\n");
		return EXIT_USAGE;
	}
	return -1;
}

static bool write_all(int fd, const struct sim_buf *buf)
{
	size_t done = 0;

	while (done < buf->size) {
		ssize_t size = write(fd, buf->data + done, buf->size - done);

		if (size < 0 && errno != EINTR)
			return false;
		done += size < 0 ? 0 : (size_t)size;
	}
	return true;
}

/* Readers see the old file or the new one, never half of it. */
static bool replace_file(const char *path, const struct sim_buf *content)
{
	struct sim_buf name = {0};
	bool good;
	int fd;

	sim_buf_printf(&name, "%s.XXXXXX", path);
	fd = mkstemp(name.data);
	good = fd >= 0 && write_all(fd, content) && fchmod(fd, 0644) == 0 &&
	       rename(name.data, path) == 0;
	if (!good)
		fprintf(stderr, "nbu-sim: %s: %s\n", path, strerror(errno));
	if (!good && fd >= 0)
		unlink(name.data);
	if (fd >= 0)
		close(fd);
	sim_buf_free(&name);
	return good;
}

static bool write_expected(struct sim_server *server, const char *path)
{
	struct sim_state *state = sim_server_state(server);
	struct sim_world world = sim_state_world(state);
	struct sim_buf rows = {0};
	bool good;

	if (!path)
		return true;
	sim_truth_write(&rows, &world, sim_state_now(state), DAY_MS);
	good = replace_file(path, &rows);
	sim_buf_free(&rows);
	return good;
}

/* Blocked in all threads, as they inherit the mask; the main thread waits for them. */
static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void serve(struct sim_farm *farm, const char *expected, const sigset_t *signals)
{
	struct sim_server *server;
	int number;

	for (int i = 0; (server = sim_farm_server(farm, i)); i++)
		printf("nbu-sim: listening on %s\n", sim_server_url(server));
	fflush(stdout);
	while (sigwait(signals, &number) == 0 && number == SIGUSR1)
		write_expected(sim_farm_server(farm, 0), expected);
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
	    .primaries = 1,
	    .unfinished = -1,
	    .options =
		{
		    .address = "127.0.0.1",
		    .port = "0",
		    .key = "sim-key",
		    .version = 13 * SIM_VERSION_MINORS,
		    .world = {.seed = 1, .jobs = DEFAULT_JOBS},
		    .resources = sim_resource_usual(),
		},
	};
	int code = parse_arguments(argc, argv, &arguments);
	struct sim_farm *farm;
	sigset_t signals;

	if (code >= 0)
		return code;
	block_signals(&signals);
	farm = sim_farm_open(&arguments.options, (int)arguments.primaries);
	if (!farm)
		return EXIT_FAILURE;
	code = EXIT_FAILURE;
	if (write_expected(sim_farm_server(farm, 0), arguments.expected) && sim_farm_start(farm)) {
		serve(farm, arguments.expected, &signals);
		code = EXIT_SUCCESS;
	}
	sim_farm_close(farm);
	return code;
}
