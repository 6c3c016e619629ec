/* SPDX-License-Identifier: BSD-2-Clause */

/* The lists of storage, tapes and security, as a client sees them. */

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "sim_server.h"

extern const struct harness_suite sim_resource_suite;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define JSON "application/vnd.netbackup+json;version="
#define NOW INT64_C(1782900000000) /* 2026-07-01T10:00:00Z */

enum { MOST = 3000 };

static struct {
	struct sim_options options;
	struct sim_server *server;
	char site[64]; /* http://127.0.0.1:PORT */
	const char *version;
	const char *key;
	int status; /* of the last answer */
} sim;

static void start(void)
{
	const char *url;

	sim.server = sim_server_open(&sim.options);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sim.server);
	CU_ASSERT_TRUE_FATAL(sim_server_start(sim.server));
	url = sim_server_url(sim.server);
	snprintf(sim.site, sizeof(sim.site), "%.*s", (int)(strlen(url) - strlen("/netbackup")),
		 url);
}

static void set_usual(void)
{
	sim.options = (struct sim_options){
	    .address = "127.0.0.1",
	    .port = "0",
	    .key = "secret",
	    .version = 13 * SIM_VERSION_MINORS,
	    .manual_clock = true,
	    .clock_ms = NOW,
	    .world = {.seed = 7, .jobs = 10},
	    .resources = sim_resource_usual(),
	};
	sim.version = "13.0";
	sim.key = "secret";
}

static void start_usual(void)
{
	set_usual();
	start();
}

static void stop(void)
{
	sim_server_close(sim.server);
}

static size_t receive(char *data, size_t size, size_t count, void *to)
{
	sim_buf_add(to, data, size * count);
	return size * count;
}

/* What the simulator says to PATH, to be freed; a BODY is posted. */
static char *ask(const char *path, const char *body)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = NULL;
	struct sim_buf url = {0}, text = {0};
	char line[128];
	long status = 0;

	sim_buf_printf(&url, "%s%s", sim.site, path);
	snprintf(line, sizeof(line), "Accept: " JSON "%s", sim.version);
	headers = curl_slist_append(headers, line);
	snprintf(line, sizeof(line), "Authorization: %s", sim.key);
	headers = curl_slist_append(headers, line);
	curl_easy_setopt(curl, CURLOPT_URL, url.data);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
	if (body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	sim_buf_text(&text, "");
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	sim.status = (int)status;
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	sim_buf_free(&url);
	return text.data;
}

/* The document at PATH of the API, NULL when it is none. */
static cJSON *get(const char *path)
{
	struct sim_buf whole = {0};
	cJSON *document;
	char *text;

	sim_buf_printf(&whole, "/netbackup%s", path);
	text = ask(whole.data, NULL);
	document = cJSON_Parse(text);
	free(text);
	sim_buf_free(&whole);
	return document;
}

static void expect_status(const char *path, int status)
{
	cJSON_Delete(get(path));
	if (sim.status != status)
		FAIL("%s: status %d, not %d", path, sim.status, status);
}

static void command(const char *lines)
{
	char *answer = ask("/sim/resources", lines);

	EQUAL_TEXT(answer, "ok\n");
	free(answer);
}

/* A member of an object, by a path with dots. */
static const cJSON *member(const cJSON *object, const char *path)
{
	char name[64];

	while (object && *path) {
		size_t size = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)size, path);
		object = cJSON_GetObjectItemCaseSensitive(object, name);
		path += size + (path[size] != '\0');
	}
	return object;
}

static double number(const cJSON *object, const char *path)
{
	return cJSON_GetNumberValue(member(object, path));
}

static const char *text_of(const cJSON *object, const char *path)
{
	const char *text = cJSON_GetStringValue(member(object, path));

	return text ? text : "(none)";
}

static const cJSON *rows_of(const cJSON *document)
{
	const cJSON *rows = member(document, "data");

	return rows ? rows : member(document, "certificateList");
}

static const char *id_of(const cJSON *row)
{
	return member(row, "id") ? text_of(row, "id") : text_of(row, "hostName");
}

/* How many rows DOCUMENT has, -1 when it has no list. Frees it. */
static int row_count(cJSON *document)
{
	const cJSON *rows = rows_of(document);
	int count = rows ? cJSON_GetArraySize(rows) : -1;

	cJSON_Delete(document);
	return count;
}

/* The element of that id in the list at PATH; *DOCUMENT, which it is in, is to be freed. */
static const cJSON *element(const char *path, const char *id, cJSON **document)
{
	const cJSON *row;

	*document = get(path);
	cJSON_ArrayForEach(row, rows_of(*document)) if (strcmp(id_of(row), id) == 0) return row;
	return NULL;
}

/* An attribute's text, or the JSON of another value; to be freed. "(none)": there is none. */
static char *value(const char *path, const char *id, const char *field)
{
	cJSON *document;
	const cJSON *row = element(path, id, &document);
	const cJSON *found = member(row, field);
	char *text = found ? cJSON_PrintUnformatted(found) : strdup("(none)");

	cJSON_Delete(document);
	return text;
}

static void expect_value(const char *path, const char *id, const char *field, const char *wanted)
{
	char *found = value(path, id, field);

	EQUAL_TEXT(found, wanted);
	free(found);
}

/* The ids of a list, as its pages of LIMIT rows give them. */
struct ids {
	int count;
	int pages;
	char *id[MOST];
};

static struct ids ids;

static void forget_ids(void)
{
	for (int i = 0; i < ids.count; i++)
		free(ids.id[i]);
	ids = (struct ids){0};
}

static int times(const char *id)
{
	int found = 0;

	for (int i = 0; i < ids.count; i++)
		found += strcmp(ids.id[i], id) == 0;
	return found;
}

static void add_page(const cJSON *document)
{
	const cJSON *row;

	ids.pages++;
	cJSON_ArrayForEach(row, rows_of(document)) if (ids.count < MOST) ids.id[ids.count++] =
	    strdup(id_of(row));
}

static void read_pages(const char *path, int limit, const char *more)
{
	char url[256];
	const cJSON *next;
	cJSON *document;

	forget_ids();
	snprintf(url, sizeof(url), "%s?page%%5Blimit%%5D=%d%s", path, limit, more);
	do {
		document = get(url);
		EQUAL_NUMBER(sim.status, 200);
		add_page(document);
		next = member(document, "meta.pagination.next");
		if (cJSON_IsNumber(next))
			snprintf(url, sizeof(url),
				 "%s?page%%5Blimit%%5D=%d%s&page%%5Boffset%%5D=%d", path, limit,
				 more, next->valueint);
		else if (cJSON_IsString(next))
			snprintf(url, sizeof(url), "%s?page%%5Blimit%%5D=%d%s&page%%5Bafter%%5D=%s",
				 path, limit, more, next->valuestring);
		cJSON_Delete(document);
	} while (next && ids.pages < MOST);
}

static const struct {
	const char *path;
	const char *first;
	const char *last;
	int count;
} lists[] = {
    {"/storage/storage-units", "storage-unit-00001", "storage-unit-00006", 6},
    {"/storage/disk-pools", "PureDisk:disk-pool-0001", "PureDisk:disk-pool-0004", 4},
    {"/storage/storage-servers", "PureDisk:server-001.example.com",
     "amazon_raw:server-003.example.com", 3},
    {"/storage/drives", "drive-001", "drive-004", 4},
    {"/storage/tape-media", "A00001", "A00120", 120},
    {"/storage/tape-volume-pools", "1", "6", 6},
    {"/security/anomalies", "anomaly-00001", "anomaly-00007", 7},
    {"/security/certificates/current", "host-00001.example.com", "host-00009.example.com", 9},
    {"/security/api-keys", "api-key-0001", "api-key-0001", 1},
    {"/malware/latest-scan-results", "scan-00012", "scan-00001", 12},
};

/* Pages of any size give each element once. */
static void test_pages(void)
{
	static const int limits[] = {1, 2, 5, 100};

	start_usual();
	for (size_t i = 0; i < COUNT(lists); i++) {
		for (size_t j = 0; j < COUNT(limits); j++) {
			read_pages(lists[i].path, limits[j], "");
			EQUAL_NUMBER(ids.count, lists[i].count);
			EQUAL_TEXT(ids.count ? ids.id[0] : "", lists[i].first);
			EQUAL_TEXT(ids.count ? ids.id[ids.count - 1] : "", lists[i].last);
			for (int k = 0; k < ids.count; k++)
				EQUAL_NUMBER(times(ids.id[k]), 1);
		}
	}
	forget_ids();
	stop();
}

/* What pages tell of themselves. */
static void test_meta(void)
{
	static const char path[] = "/security/api-keys?page%5Blimit%5D=4&page%5Boffset%5D=8";
	cJSON *document;

	set_usual();
	sim.options.resources.counts[SIM_API_KEYS] = 17;
	start();
	document = get(path);
	EQUAL_NUMBER(number(document, "meta.pagination.count"), 17);
	EQUAL_NUMBER(number(document, "meta.pagination.limit"), 4);
	EQUAL_NUMBER(number(document, "meta.pagination.offset"), 8);
	EQUAL_NUMBER(number(document, "meta.pagination.pages"), 5);
	EQUAL_NUMBER(number(document, "meta.pagination.page"), 2);
	EQUAL_NUMBER(number(document, "meta.pagination.first"), 0);
	EQUAL_NUMBER(number(document, "meta.pagination.last"), 16);
	EQUAL_NUMBER(number(document, "meta.pagination.next"), 12);
	EQUAL_NUMBER(number(document, "meta.pagination.prev"), 4);
	CU_ASSERT_PTR_NOT_NULL(strstr(text_of(document, "links.next.href"),
				      "/netbackup/security/api-keys?page%5Blimit%5D=4"
				      "&page%5Boffset%5D=12"));
	CU_ASSERT_PTR_NOT_NULL(member(document, "links.last"));
	cJSON_Delete(document);
	document = get("/security/api-keys?page%5Boffset%5D=16");
	EQUAL_NUMBER(number(document, "meta.pagination.limit"), 10);
	CU_ASSERT_PTR_NULL(member(document, "meta.pagination.next"));
	CU_ASSERT_PTR_NULL(member(document, "links.next"));
	cJSON_Delete(document);
	document = get("/storage/tape-media?page%5Blimit%5D=3");
	CU_ASSERT(cJSON_IsString(member(document, "meta.pagination.next")));
	CU_ASSERT_PTR_NOT_NULL(member(document, "links.pagination.next.href"));
	cJSON_Delete(document);
	stop();
}

/* What is asked for must be right. */
static void test_parameters(void)
{
	static const struct {
		const char *path;
		int status;
	} cases[] = {
	    {"/storage/storage-units?page%5Blimit%5D=500", 200},
	    {"/storage/storage-units?page%5Blimit%5D=501", 400},
	    {"/storage/disk-pools?page%5Blimit%5D=501", 400},
	    {"/storage/storage-servers?page%5Blimit%5D=101", 400},
	    {"/storage/drives?page%5Blimit%5D=0", 400},
	    {"/storage/drives?page%5Blimit%5D=x", 400},
	    {"/storage/drives?page%5Boffset%5D=-1", 400},
	    {"/storage/drives?page%5Boffset%5D=1000", 200},
	    {"/storage/tape-media?page%5Blimit%5D=101", 400},
	    {"/storage/tape-media?page%5Bafter%5D=nonsense", 400},
	    {"/storage/tape-media?sort=mediaId", 200},
	    {"/storage/tape-media?sort=-mediaId", 200},
	    {"/storage/tape-media?sort=nonsense", 400},
	    {"/storage/drives?sort=id", 200},
	    {"/storage/drives?sort=name", 400},
	    {"/storage/disk-pools?sort=name", 200},
	    {"/storage/tape-volume-pools?sort=volumePoolName", 200},
	    {"/malware/latest-scan-results?sort=-dateOfScan", 200},
	    {"/security/anomalies?filter=anomalyStatus%20eq%20'ANOMALY'", 200},
	    {"/security/anomalies?filter=anomalyStatus%20eq%20ANOMALY", 400},
	    {"/security/anomalies?filter=anomalyStatus%20gt%20'ANOMALY'", 400},
	    {"/security/anomalies?filter=anomalyStatus", 400},
	    {"/security/anomalies?filter=colour%20eq%20'X'", 400},
	    {"/security/api-keys?filter=expiryDateTime%20ge%20yesterday", 400},
	    {"/security/certificates/current?sort=nonsense", 200},
	    {"/security/api-keys/", 404},
	    {"/storage", 404},
	};

	start_usual();
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_status(cases[i].path, cases[i].status);
	/* What has no pages takes no parameters. */
	EQUAL_NUMBER(row_count(get("/security/certificates/current?sort=nonsense")), 9);
	stop();
}

/* Key and version, as for jobs; older servers have no lists of tapes. */
static void test_access(void)
{
	start_usual();
	sim.key = "wrong";
	expect_status("/storage/drives", 401);
	sim.key = "secret";
	sim.version = "14.0";
	expect_status("/storage/drives", 406);
	sim.version = "12.0";
	expect_status("/storage/tape-media", 200);
	sim.version = "11.1";
	expect_status("/storage/tape-media", 404);
	expect_status("/storage/tape-volume-pools", 404);
	expect_status("/storage/drives", 200);
	stop();
}

/* What came with newer versions is not in answers to older ones. */
static void test_versions(void)
{
	start_usual();
	expect_value("/security/certificates/current", "host-00005.example.com", "isCertDeleted",
		     "true");
	sim.version = "10.0";
	expect_value("/security/certificates/current", "host-00005.example.com", "isCertDeleted",
		     "(none)");
	expect_value("/malware/latest-scan-results", "scan-00012",
		     "attributes.numberOfFilesImpacted", "(none)");
	expect_value("/security/anomalies", "anomaly-00003", "attributes.anomalyType",
		     "\"JOB_BASED\"");
	stop();
}

static void test_filters(void)
{
	start_usual();
	read_pages("/security/anomalies", 100, "&filter=anomalyStatus%20eq%20'IGNORED'");
	CU_ASSERT(ids.count < 7);
	command("set /security/anomalies * anomalyStatus \"ANOMALY\"\n"
		"set /security/anomalies anomaly-00003 anomalyStatus \"IGNORED\"\n"
		"set /security/anomalies anomaly-00005 anomalyStatus \"IGNORED\"");
	read_pages("/security/anomalies", 1, "&filter=anomalyStatus%20eq%20'IGNORED'");
	EQUAL_NUMBER(ids.count, 2);
	EQUAL_NUMBER(times("anomaly-00003") + times("anomaly-00005"), 2);
	/* Keys end 300 days after the start. */
	read_pages("/security/api-keys", 10, "&filter=expiryDateTime%20ge%202027-04-27T10:00:00Z");
	EQUAL_NUMBER(ids.count, 1);
	read_pages("/security/api-keys", 10,
		   "&filter=expiryDateTime%20ge%202027-04-27T10:00:00.001Z");
	EQUAL_NUMBER(ids.count, 0);
	forget_ids();
	stop();
}

static void test_sort(void)
{
	start_usual();
	read_pages("/storage/tape-volume-pools", 2, "&sort=volumePoolName");
	EQUAL_NUMBER(ids.count, 6);
	EQUAL_TEXT(ids.count ? ids.id[0] : "", "3"); /* CatalogBackup */
	read_pages("/storage/disk-pools", 2, "&sort=-name");
	EQUAL_TEXT(ids.count ? ids.id[0] : "", "PureDisk:disk-pool-0004");
	/* Also by what tests have set. */
	command("set /malware/latest-scan-results scan-00004 dateOfScan "
		"\"2026-07-01T11:00:00.000Z\"");
	read_pages("/malware/latest-scan-results", 5, "");
	EQUAL_NUMBER(ids.count, 12);
	EQUAL_TEXT(ids.count ? ids.id[0] : "", "scan-00004");
	EQUAL_TEXT(ids.count ? ids.id[1] : "", "scan-00012");
	forget_ids();
	stop();
}

static void test_set(void)
{
	static const char pools[] = "/storage/disk-pools";
	static const char pool[] = "PureDisk:disk-pool-0001";
	static const char servers[] = "/storage/storage-servers";
	static const char server[] = "PureDisk:server-001.example.com";

	start_usual();
	expect_value(pools, pool, "attributes.diskPoolState", "\"UP\"");
	command("set /storage/disk-pools PureDisk:disk-pool-0001 diskPoolState \"DOWN\"\n"
		"set /storage/disk-pools PureDisk:disk-pool-0001 diskVolumes [null, {}]\n"
		"set /storage/disk-pools PureDisk:disk-pool-0001 colour \"red and blue\"\n"
		"set /storage/disk-pools * highWaterMark 90\n"
		"set /storage/disk-pools disk-pool-0004 highWaterMark 70\n"
		"drop /storage/disk-pools * lowWaterMark\n"
		"set /storage/storage-servers server-001.example.com "
		"msdpAttributes.storagePoolDetails.usedSpaceBytes -5\n"
		"drop /storage/storage-servers server-001.example.com "
		"msdpAttributes.storagePoolDetails.sizeBytes");
	expect_value(pools, pool, "attributes.diskPoolState", "\"DOWN\"");
	expect_value(pools, pool, "attributes.diskVolumes", "[null,{}]");
	expect_value(pools, pool, "attributes.colour", "\"red and blue\"");
	expect_value(pools, pool, "attributes.highWaterMark", "90");
	expect_value(pools, pool, "attributes.lowWaterMark", "(none)");
	expect_value(pools, "AdvancedDisk:disk-pool-0002", "attributes.diskPoolState", "\"UP\"");
	expect_value(pools, "AdvancedDisk:disk-pool-0002", "attributes.highWaterMark", "90");
	expect_value(pools, "PureDisk:disk-pool-0004", "attributes.highWaterMark", "70");
	expect_value(servers, server, "attributes.msdpAttributes.storagePoolDetails.usedSpaceBytes",
		     "-5");
	expect_value(servers, server, "attributes.msdpAttributes.storagePoolDetails.sizeBytes",
		     "(none)");
	command("set /storage/disk-pools disk-pool-0001 id \"other\"");
	expect_value(pools, "other", "attributes.diskPoolState", "\"DOWN\"");
	command("clear");
	expect_value(pools, pool, "attributes.diskPoolState", "\"UP\"");
	stop();
}

/* An element whose attributes are no object has no others either. */
static void test_set_attributes(void)
{
	char *text;

	start_usual();
	command("set /storage/drives * attributes null\nset /storage/drives drive-002 label \"x\"");
	text = ask("/sim/resources?path=/storage/drives", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"id\":\"drive-002\",\"attributes\":null}\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "label"));
	free(text);
	stop();
}

static void test_add(void)
{
	start_usual();
	command("remove /storage/storage-units storage-unit-00002\n"
		"add /storage/storage-units 2");
	read_pages("/storage/storage-units", 3, "");
	EQUAL_NUMBER(ids.count, 7);
	EQUAL_NUMBER(times("storage-unit-00002"), 0);
	EQUAL_NUMBER(times("storage-unit-00008"), 1);
	command("restore /storage/storage-units storage-unit-00002");
	read_pages("/storage/storage-units", 3, "");
	EQUAL_NUMBER(ids.count, 8);
	sim_state_move_clock(sim_server_state(sim.server), SIM_HOUR_MS);
	command("add /malware/latest-scan-results 3");
	read_pages("/malware/latest-scan-results", 4, "");
	EQUAL_NUMBER(ids.count, 15);
	EQUAL_TEXT(ids.count ? ids.id[0] : "", "scan-00015");
	expect_value("/malware/latest-scan-results", "scan-00013", "attributes.scanResult",
		     "\"IMPACTED\"");
	expect_value("/malware/latest-scan-results", "scan-00013", "attributes.dateOfScan",
		     "\"2026-07-01T11:00:00.000Z\"");
	command("clear\nremove /storage/drives *");
	read_pages("/malware/latest-scan-results", 4, "");
	EQUAL_NUMBER(ids.count, 12);
	read_pages("/storage/drives", 4, "");
	EQUAL_NUMBER(ids.count, 0);
	forget_ids();
	stop();
}

/* A wrong command is named. */
static void test_wrong_commands(void)
{
	static const struct {
		const char *lines;
		const char *message;
	} cases[] = {
	    {"clear\nnonsense", "line 2: no such command: nonsense\n"},
	    {"remove /storage drive-001", "line 1: no such path: remove /storage drive-001\n"},
	    {"remove /storage/drives x", "line 1: no such element: remove /storage/drives x\n"},
	    {"set /storage/drives drive-001 label",
	     "line 1: no value: set /storage/drives drive-001 label\n"},
	    {"drop /storage/drives drive-001",
	     "line 1: no field: drop /storage/drives drive-001\n"},
	    {"fault /storage odd", "line 1: no such fault: fault /storage odd\n"},
	    {"fault /storage 500 0", "line 1: not a number of times: fault /storage 500 0\n"},
	    {"fault /sto 500", "line 1: no such path: fault /sto 500\n"},
	    {"clear up", "line 1: something is left over: clear up\n"},
	};

	start_usual();
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *answer = ask("/sim/resources", cases[i].lines);

		EQUAL_NUMBER(sim.status, 400);
		EQUAL_TEXT(answer, cases[i].message);
		free(answer);
	}
	stop();
}

static void test_faults(void)
{
	static const int statuses[] = {401, 403, 404, 406, 429, 500, 503};
	char line[64];
	char *text;

	start_usual();
	for (size_t i = 0; i < COUNT(statuses); i++) {
		snprintf(line, sizeof(line), "fault /storage/drives %d 1", statuses[i]);
		command(line);
		expect_status("/storage/disk-pools", 200);
		expect_status("/storage/drives", statuses[i]);
		expect_status("/storage/drives", 200);
	}
	command("fault /storage 500");
	for (size_t i = 0; i < COUNT(lists); i++)
		expect_status(lists[i].path,
			      strncmp(lists[i].path, "/storage/", 9) == 0 ? 500 : 200);
	expect_status("/admin/jobs", 200);
	command("clear\nfault /storage/drives html");
	text = ask("/netbackup/storage/drives", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "<html>"));
	EQUAL_NUMBER(sim.status, 200);
	free(text);
	command("clear\nfault /storage/drives truncate");
	CU_ASSERT_PTR_NULL(get("/storage/drives"));
	EQUAL_NUMBER(sim.status, 200);
	stop();
}

/* Faults of the pages. */
static void test_odd_pages(void)
{
	cJSON *document;

	start_usual();
	command("fault /storage/storage-units empty");
	document = get("/storage/storage-units");
	EQUAL_NUMBER(number(document, "meta.pagination.count"), 0);
	EQUAL_NUMBER(row_count(document), 0);
	command("fault /security bare-object 1\nfault /malware error-200");
	EQUAL_NUMBER(row_count(get("/security/anomalies")), -1);
	EQUAL_NUMBER(row_count(get("/security/anomalies")), 7);
	EQUAL_NUMBER(row_count(get("/malware/latest-scan-results")), -1);
	EQUAL_NUMBER(sim.status, 200);
	command("clear\nfault /storage/tape-media short-pages\nfault /storage/drives no-meta");
	document = get("/storage/tape-media?page%5Blimit%5D=100");
	EQUAL_NUMBER(number(document, "meta.pagination.limit"), 10);
	EQUAL_NUMBER(row_count(document), 10);
	read_pages("/storage/tape-media", 100, "");
	EQUAL_NUMBER(ids.count, 120);
	document = get("/storage/drives");
	CU_ASSERT_PTR_NULL(member(document, "meta"));
	EQUAL_NUMBER(row_count(document), 4);
	forget_ids();
	stop();
}

/* The first page, whatever is asked for; and next in other places and of other types. */
static void test_odd_next(void)
{
	static const char first[] = "/storage/disk-pools?page%5Blimit%5D=1";
	static const char third[] = "/storage/disk-pools?page%5Blimit%5D=1&page%5Boffset%5D=2";
	cJSON *document;

	start_usual();
	document = get(third);
	EQUAL_TEXT(id_of(cJSON_GetArrayItem(rows_of(document), 0)), "amazon_raw:disk-pool-0003");
	cJSON_Delete(document);
	command("fault /storage ignore-offset 1\nfault /storage next-text 2");
	document = get(third);
	EQUAL_TEXT(id_of(cJSON_GetArrayItem(rows_of(document), 0)), "PureDisk:disk-pool-0001");
	EQUAL_TEXT(text_of(document, "meta.pagination.next"), "1");
	cJSON_Delete(document);
	document = get(third);
	EQUAL_TEXT(text_of(document, "meta.pagination.next"), "3");
	cJSON_Delete(document);
	command("clear\nfault /storage next-number 1");
	document = get("/storage/tape-media?page%5Blimit%5D=1");
	CU_ASSERT(cJSON_IsNumber(member(document, "meta.pagination.next")));
	cJSON_Delete(document);
	command("clear\nfault /storage next-link");
	document = get(first);
	CU_ASSERT_PTR_NULL(member(document, "meta.pagination.next"));
	CU_ASSERT_PTR_NOT_NULL(member(document, "links.next.href"));
	cJSON_Delete(document);
	stop();
}

/* Elements come and go: pages by offset shift, pages by cursor do not. */
static void test_churn(void)
{
	int shifted = 0;

	set_usual();
	sim.options.resources.churn = true;
	sim.options.resources.counts[SIM_STORAGE_UNITS] = 60;
	sim.options.resources.counts[SIM_TAPE_MEDIA] = 300;
	start();
	for (int i = 0; i < 20; i++) {
		char name[32];

		read_pages("/storage/storage-units", 10, "");
		for (int j = 1; j <= 60; j++) {
			snprintf(name, sizeof(name), "storage-unit-%05d", j);
			shifted += times(name) != 1;
		}
	}
	CU_ASSERT(shifted > 0);
	read_pages("/storage/tape-media", 10, "");
	CU_ASSERT(ids.count > 300 && ids.count < 330);
	for (int i = 0; i < ids.count; i++) {
		CU_ASSERT(i == 0 || strcmp(ids.id[i - 1], ids.id[i]) < 0);
		CU_ASSERT(strlen(ids.id[i]) <= 6);
	}
	for (int j = 1; j <= 300; j++) {
		char name[32];

		snprintf(name, sizeof(name), "A%05d", j);
		EQUAL_NUMBER(times(name), 1);
	}
	forget_ids();
	stop();
}

static double use_of(const char *id)
{
	cJSON *document;
	const cJSON *pool = element("/storage/disk-pools", id, &document);
	double usable = number(pool, "attributes.usableSizeBytes");
	double used = number(pool, "attributes.usedCapacityBytes");

	CU_ASSERT(used + number(pool, "attributes.availableSpaceBytes") == usable);
	cJSON_Delete(document);
	return used / usable * 100;
}

static void test_fill(void)
{
	static const char pool[] = "AdvancedDisk:disk-pool-0002";
	double other;

	set_usual();
	sim.options.resources.fill = "disk-pool-0002";
	sim.options.resources.fill_rate = 2;
	CU_ASSERT_TRUE(sim_resource_can_fill(&sim.options.resources));
	start();
	other = use_of("PureDisk:disk-pool-0001");
	CU_ASSERT_DOUBLE_EQUAL(use_of(pool), 60, 0.01);
	sim_state_move_clock(sim_server_state(sim.server), 10 * SIM_MINUTE_MS);
	CU_ASSERT_DOUBLE_EQUAL(use_of(pool), 80, 0.01);
	sim_state_move_clock(sim_server_state(sim.server), SIM_HOUR_MS);
	CU_ASSERT_DOUBLE_EQUAL(use_of(pool), 99, 0.01);
	CU_ASSERT_DOUBLE_EQUAL(use_of("PureDisk:disk-pool-0001"), other, 0.01);
	stop();
	/* A pool in a cloud has no capacity. */
	sim.options.resources.fill = "disk-pool-0003";
	CU_ASSERT_FALSE(sim_resource_can_fill(&sim.options.resources));
}

/* What certificates and scans are there to show. */
static void test_ends(void)
{
	static const char path[] = "/security/certificates/current";

	start_usual();
	expect_value(path, "host-00002.example.com", "notAfter", "1783764000000");
	expect_value(path, "host-00003.example.com", "notAfter", "1782468000000");
	expect_value(path, "host-00004.example.com", "state", "2");
	expect_value(path, "host-00006.example.com", "state", "1");
	read_pages("/malware/latest-scan-results", 100, "&filter=scanResult%20eq%20'IMPACTED'");
	EQUAL_NUMBER(ids.count, 4);
	forget_ids();
	stop();
}

static void test_requests(void)
{
	char *text;

	start_usual();
	cJSON_Delete(get("/storage/drives?page%5Blimit%5D=3&page%5Boffset%5D=2"));
	cJSON_Delete(get("/storage/tape-media?page%5Bafter%5D=41"));
	cJSON_Delete(get("/security/api-keys?filter=nonsense"));
	cJSON_Delete(get("/admin/jobs"));
	text = ask("/sim/resource-requests", NULL);
	EQUAL_TEXT(text, "1\t/storage/drives\t200\t3\t2\t2\n"
			 "2\t/storage/tape-media\t200\t-\t41\t10\n"
			 "3\t/security/api-keys\t400\t-\t-\t0\n");
	free(text);
	text = ask("/sim/requests", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "1\tresource\t200\t-\t3\t2\t2\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "3\tresource\t400\tnonsense\t-\t-\t0\n4\tjobs"));
	free(text);
	free(ask("/sim/reset-stats", ""));
	text = ask("/sim/resource-requests", NULL);
	EQUAL_TEXT(text, "");
	free(text);
	stop();
}

static const struct harness_test tests[] = {
    {"pages", test_pages},
    {"what pages tell", test_meta},
    {"parameters", test_parameters},
    {"key and version", test_access},
    {"older versions", test_versions},
    {"filters", test_filters},
    {"order", test_sort},
    {"set and drop", test_set},
    {"set attributes", test_set_attributes},
    {"add and remove", test_add},
    {"wrong commands", test_wrong_commands},
    {"faults", test_faults},
    {"faults of pages", test_odd_pages},
    {"faults of next", test_odd_next},
    {"churn", test_churn},
    {"a pool fills up", test_fill},
    {"certificates and scans", test_ends},
    {"log of requests", test_requests},
    {NULL, NULL},
};

const struct harness_suite sim_resource_suite = {"simulator: resources", tests};
