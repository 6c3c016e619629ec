/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "harness.h"
#include "resources/held.h"
#include "resources/media_pools.h"
#include "resources/resources.h"
#include "tables/drawing.h"

/* How elements of the lists of the API become rows, one resource after the other. */

/* By the server's clock, which is an hour ahead. */
static const struct field_clock clock_now = {
    .now = INT64_C(1782871200000), .skew = 3600000, .window_start = INT64_C(1782784800000)};

#define FIELDS_MAX 24

/* An element, and the row that it becomes, as lines NUMBER=VALUE. */
static const struct sample {
	enum resource_id id;
	const char *key;
	struct {
		const char *name, *value; /* JSON text; a name with a slash is in an object */
		int lines;		  /* so many lines of the row depend on it */
	} fields[FIELDS_MAX];
	const char *row;
} samples[] = {
    {RESOURCE_STORAGE_UNITS,
     "stu-1",
     {{"name", "\"Stu 1\"", 1},
      {"storageCategory", "\"msdp\"", 1},
      {"storageType", "\"DISK\"", 1},
      {"storageServerType", "\"PureDisk\"", 1},
      {"totalCapacityBytes", "12000000000000", 2},
      {"usedCapacityBytes", "3000000000000", 2},
      {"freeCapacityBytes", "9000000000000", 1},
      {"maxConcurrentJobs", "40", 1},
      {"onDemandOnly", "true", 1},
      {"useWorm", "true", 1},
      {"replicationSourceCapable", "true", 1}},
     "3=stu-1\n4=Stu 1\n5=MSDP\n6=DISK\n7=PureDisk\n8=12000000000000\n9=3000000000000\n"
     "10=9000000000000\n14=2500\n15=40\n16=1\n17=1\n18=1\n"},
    {RESOURCE_DISK_POOLS,
     "PureDisk:dp-1",
     {{"name", "\"dp-1\"", 1},
      {"storageCategory", "\"MSDP\"", 1},
      {"diskPoolState", "\"DOWN\"", 1},
      {"rawSizeBytes", "2000", 1},
      {"usableSizeBytes", "1000", 3},
      {"usedCapacityBytes", "980", 3},
      {"availableSpaceBytes", "20", 1},
      {"highWaterMark", "98", 2},
      {"lowWaterMark", "80", 1},
      {"mediaServersCount", "3", 1},
      {"wormCapable", "true", 1},
      {"diskVolumes", "[{\"state\":\"UP\"},{\"state\":\"DOWN\"},{},{\"state\":\"UP\"}]", 2}},
     "3=PureDisk:dp-1\n4=dp-1\n5=MSDP\n6=3\n7=2000\n8=1000\n9=980\n10=20\n15=9800\n16=9800\n"
     "17=8000\n18=1\n19=4\n20=1\n21=3\n22=1\n"},
    {RESOURCE_STORAGE_SERVERS,
     "PureDisk:ms1",
     {{"name", "\"ms1\"", 1},
      {"storageCategory", "\"MSDP\"", 1},
      {"sType", "\"PureDisk\"", 1},
      {"storageServerState", "\"UP\"", 1},
      {"nbuHostVersion", "\"11.0\"", 1},
      {"msdpAttributes",
       "{\"storagePoolDetails\":{\"sizeBytes\":1000,\"usedSpaceBytes\":250,"
       "\"availableSpaceBytes\":750},\"deduplicationRatioPercentage\":93.5}",
       5}},
     "3=PureDisk:ms1\n4=ms1\n5=MSDP\n6=PureDisk\n7=2\n8=11.0\n9=1000\n10=250\n11=750\n15=2500\n"
     "16=9350\n"},
    {RESOURCE_DRIVES,
     "drive-1",
     {{"driveType", "\"DT_HCART2\"", 1},
      {"robotType", "\"TLD\"", 1},
      {"driveStatus", "\"DRIVE_STATUS_MIXED\"", 1},
      {"driveControl", "\"DRIVE_CONTROL_AVR\"", 1},
      {"externalMediaId", "\"A00001\"", 1},
      {"deviceHost", "\"<multiple>\"", 1},
      {"assignedHost", "\"ms2\"", 1},
      {"lastCleaningTime", "\"2026-06-01T00:00:00.000Z\"", 1},
      {"tapeAlert1", "\"WRITE,\"", 1},
      {"tapeAlert2", "\"CLEAN_NOW\"", 1},
      {"devicePaths",
       "[{\"pathStatus\":\"PATH_STATUS_UP\"},{\"pathStatus\":\"PATH_STATUS_DOWN\"},"
       "{\"pathStatus\":\"PATH_STATUS_UP\"}]",
       2}},
     "3=drive-1\n4=HCART2\n5=TLD\n6=4\n7=AVR\n8=A00001\n9=ms2\n10=3\n11=1\n12=1780268400000\n"
     "14=WRITE CLEAN_NOW\n"},
    {RESOURCE_TAPE_MEDIA,
     "Scratch",
     {{"volumePool", "\"Scratch\"", 0},
      {"mediaType", "\"HCART2\"", 0},
      {"mediaStatus", "\"ACTIVE FROZEN\"", 1},
      {"volumeExpiration", "\"2026-06-30T00:00:00.000Z\"", 1}},
     "1=1\n2=1\n3=1\n4=1\n"},
    {RESOURCE_VOLUME_POOLS,
     "Scratch",
     {{"volumePoolName", "\"Scratch\"", 0},
      {"poolType", "\"SCRATCH_MEDIA_POOL\"", 1},
      {"partiallyFullMedia", "5", 1}},
     "1=SCRATCH_MEDIA_POOL\n2=5\n"},
    {RESOURCE_ANOMALIES,
     "all",
     {{"anomalyStatus", "\"NOT_REVIEWED\"", 0}, {"anomalySeverity", "\"HIGH\"", 2}},
     "1=1\n2=0\n3=0\n4=0\n"},
    {RESOURCE_MALWARE_SCANS,
     "17",
     {{"scanState", "\"SCAN_COMPLETED\"", 0},
      {"numberOfFilesImpacted", "2", 0},
      {"scanResult", "\"IMPACTED\"", 0},
      {"client", "\"db1\"", 1},
      {"policyName", "\"gold\"", 1},
      {"dateOfScan", "\"2026-06-30T12:00:00.000Z\"", 1}},
     "1=1\n2=db1\n3=gold\n4=1782817200000\n"},
    {RESOURCE_API_KEYS,
     "tag-1",
     {{"expiryDateTime", "\"2026-07-10T02:00:00.000Z\"", 1}},
     "1=1783645200000\n"},
};
#define SAMPLE_COUNT (sizeof samples / sizeof samples[0])

/* The element of SAMPLE with VALUE in the place of its field AT; NULL = without the field. */
static char *make_element(const struct sample *sample, int at, const char *value)
{
	char *text = mem_printf("{\"id\":\"%s\",\"attributes\":{\"x\":0", sample->key);

	for (int i = 0; i < FIELDS_MAX && sample->fields[i].name; i++) {
		const char *shown = i == at ? value : sample->fields[i].value;
		char *longer = shown
				   ? mem_printf("%s,\"%s\":%s", text, sample->fields[i].name, shown)
				   : mem_strdup(text);

		free(text);
		text = longer;
	}
	return text;
}

/* The row that the element TEXT becomes, without key and alarms; NULL = none. To be freed. */
static char *read_row(const struct resource *resource, char *text, char **key)
{
	const char *complaint;
	char *whole = mem_printf("%s}}", text), *row = NULL, *kept;
	struct json_document *document = json_parse(whole, strlen(whole), &complaint);
	void *scratch = mem_zalloc(1, resource->row_size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(document);
	*key = NULL;
	if (resource_read(resource, json_root(document), &clock_now, scratch)) {
		*key = mem_strdup(((struct resource_row *)scratch)->key);
		kept = resource_write(resource, scratch);
		row = mem_strdup(strchr(strchr(kept, '\n') + 1, '\n') + 1);
		free(kept);
	}
	json_free(document);
	free(scratch);
	free(whole);
	free(text);
	return row;
}

static void test_samples(void)
{
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		const struct resource *resource = resources_all[samples[i].id];
		char *key, *row = read_row(resource, make_element(&samples[i], -1, NULL), &key);

		EQUAL_TEXT(row, samples[i].row);
		EQUAL_TEXT(key, samples[i].key);
		free(row);
		free(key);
	}
}

/* How many lines of A and B differ. Both have the same numbers. */
static int count_differences(const char *a, const char *b)
{
	int count = 0;

	while (*a && *b) {
		size_t la = strcspn(a, "\n"), lb = strcspn(b, "\n");

		count += la != lb || memcmp(a, b, la) != 0;
		a += la + 1;
		b += lb + 1;
	}
	return count + (*a != *b);
}

/* What is wrong with a field costs that field, and what follows from it, and no more. */
static void test_odd_fields(void)
{
	static const char *const odd[] = {NULL,
					  "null",
					  "\"\"",
					  "\"?\\u0000\\n\"",
					  "-1",
					  "1e300",
					  "-1e300",
					  "99999999999999999999",
					  "1.5",
					  "true",
					  "[]",
					  "[null,1,[],{}]",
					  "{}",
					  "{\"a\":1}",
					  "\"9999999999999999999999999\""};

	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		const struct sample *sample = &samples[i];

		for (int field = 0; field < FIELDS_MAX && sample->fields[field].name; field++) {
			for (size_t v = 0; v < sizeof odd / sizeof odd[0]; v++) {
				char *key,
				    *row = read_row(resources_all[sample->id],
						    make_element(sample, field, odd[v]), &key);
				int differ = row ? count_differences(row, sample->row) : 0;

				/* Those that say of what interest it is, too. */
				if (!row && sample->fields[field].lines > 0)
					FAIL("%s %s: no row", sample->fields[field].name, odd[v]);
				if (differ > sample->fields[field].lines)
					FAIL("%s %s costs %d lines:\n%s",
					     sample->fields[field].name, odd[v], differ, row);
				free(row);
				free(key);
			}
		}
	}
	CU_PASS("all");
}

/* Words may lack the prefix that the specification gives them, and may be shorter than it. */
static void test_prefixes(void)
{
	char *key, *row = read_row(&drives_resource,
				   mem_strdup("{\"id\":\"d\",\"attributes\":{\"driveType\":\"A\","
					      "\"driveStatus\":\"UP\","
					      "\"driveControl\":\"drive_control_TLD\""),
				   &key);

	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	CU_ASSERT_PTR_NOT_NULL(strstr(row, "\n4=A\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(row, "\n6=2\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(row, "\n7=TLD\n"));
	free(row);
	free(key);
}

/* A certificate that is revoked or deleted does not count, however soon it ends. */
static void test_certificates(void)
{
	static const struct {
		const char *text, *row;
	} cases[] = {
	    {"{\"notAfter\":\"2000-06-01T00:00:00.000Z\",\"a\":{", "1=0\n2=1\n"},
	    {"{\"notAfter\":\"2000-06-01T00:00:00.000Z\",\"state\":1,\"a\":{", "1=0\n2=1\n"},
	    {"{\"notAfter\":\"2000-06-01T00:00:00.000Z\",\"state\":2,\"a\":{", NULL},
	    {"{\"notAfter\":\"2000-06-01T00:00:00.000Z\",\"isCertDeleted\":true,\"a\":{", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *key, *row = read_row(&certificates_resource, mem_strdup(cases[i].text), &key);

		if (cases[i].row && row)
			EQUAL_TEXT(row, cases[i].row);
		if (!row != !cases[i].row)
			FAIL("%s: %s", cases[i].text, row ? row : "no row");
		free(row);
		free(key);
	}
	CU_PASS("all");
}

/* The host of a drive is the one that is told; of several that share it, the one that uses it. */
static void test_drive_host(void)
{
	static const struct {
		const char *fields, *line;
	} cases[] = {
	    {"\"deviceHost\":\"ms1\",\"assignedHost\":\"ms2\"", "\n9=ms1\n"},
	    {"\"deviceHost\":\"<multiple>\",\"assignedHost\":\"ms2\"", "\n9=ms2\n"},
	    {"\"deviceHost\":\"<multiple>\"", "\n9=<multiple>\n"},
	    {"\"assignedHost\":\"ms2\"", "\n9=ms2\n"},
	    {"\"externalMediaId\":\"E\",\"recordedMediaId\":\"R\"", "\n8=E\n"},
	    {"\"recordedMediaId\":\"R\"", "\n8=R\n"},
	    {"\"tapeAlert1\":\"WRITE,\"", "\n14=WRITE\n"},
	    {"\"tapeAlert2\":\"WRITE\"", "\n14=WRITE\n"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *key,
		    *row = read_row(&drives_resource,
				    mem_printf("{\"id\":\"d\",\"attributes\":{%s", cases[i].fields),
				    &key);

		if (!row || !strstr(row, cases[i].line))
			FAIL("%s: %s", cases[i].fields, row ? row : "no row");
		free(row);
		free(key);
	}
	CU_PASS("all");
}

/* The row is found again when its id or its name is not told; without both it has no place. */
static void test_keys(void)
{
	static const struct {
		const struct resource *resource;
		const char *text, *key;
	} cases[] = {
	    {&storage_units_resource, "{\"id\":\"a\",\"attributes\":{\"name\":\"b\"", "a"},
	    {&storage_units_resource, "{\"id\":null,\"attributes\":{\"name\":\"b\"", "b"},
	    {&storage_units_resource, "{\"attributes\":{\"name\":\"b\"", "b"},
	    {&storage_units_resource, "{\"id\":[],\"attributes\":{\"name\":{}", NULL},
	    {&storage_units_resource, "{\"id\":\"\",\"attributes\":{\"name\":\"\"", NULL},
	    {&drives_resource, "{\"id\":\"a\",\"attributes\":{\"serialNumber\":\"s\"", "a"},
	    {&drives_resource, "{\"attributes\":{\"serialNumber\":\"s\"", "s"},
	    {&drives_resource, "{\"attributes\":{\"serialNumber\":\"\"", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *key, *row = read_row(cases[i].resource, mem_strdup(cases[i].text), &key);

		if (cases[i].key)
			EQUAL_TEXT(key, cases[i].key);
		else
			CU_ASSERT_PTR_NULL(row);
		free(row);
		free(key);
	}
}

static void count_text(const void *row, void *arg)
{
	char *text = resource_write(&tape_media_resource, row);

	strcat(strcat(arg, text), "|");
	free(text);
}

/* Media of one pool are one row, of which each number is a sum. */
static void test_sums(void)
{
	static const char *const media[] = {
	    "{\"id\":\"A\",\"attributes\":{\"volumePool\":\"p\",\"images\":3}}",
	    "{\"id\":\"B\",\"attributes\":{\"volumePool\":\"q\",\"mediaStatus\":\"FROZEN\"}}",
	    "{\"id\":\"C\",\"attributes\":{\"volumePool\":\"p\"}}",
	};
	struct held *held = held_new(&tape_media_resource);
	void *row = mem_zalloc(1, tape_media_resource.row_size);
	char found[200] = "";

	for (size_t i = 0; i < sizeof media / sizeof media[0]; i++) {
		const char *complaint;
		struct json_document *document = json_parse(media[i], strlen(media[i]), &complaint);

		CU_ASSERT_TRUE(
		    resource_read(&tape_media_resource, json_root(document), &clock_now, row));
		held_take(held, row);
		json_free(document);
	}
	held_each(held, count_text, found);
	EQUAL_TEXT(found, "p\n0\n1=2\n2=1\n3=0\n4=0\n|q\n0\n1=1\n2=1\n3=0\n4=1\n|");
	free(row);
	held_free(held);
}

/* A row of another version: lines that are not known, and lines that are missing. */
static void test_versions(void)
{
	char text[] = "dp-1\n3\n3=dp-1\n6=77\n15=-1\n99=new\n9=5", *written;
	void *row = mem_zalloc(1, disk_pools_resource.row_size);

	resource_parse(&disk_pools_resource, text, row);
	written = resource_write(&disk_pools_resource, row);
	EQUAL_TEXT(written, "dp-1\n3\n3=dp-1\n4=\n5=\n6=1\n7=0\n8=0\n9=5\n10=0\n15=-1\n16=0\n17=0\n"
			    "18=0\n19=0\n20=0\n21=0\n22=0\n");
	free(written);
	free(row);
}

static void test_share(void)
{
	static const struct {
		const char *used, *free;
		uint64_t total;
		int32_t share;
	} cases[] = {
	    {"1", "3", 4, 2500},      {"null", "3", 4, 2500},	 {"0", "4", 4, 0},
	    {"4", "0", 4, 10000},     {"null", "0", 4, 10000},	 {"5", "0", 4, 10000},
	    {"9", "3", 4, 2500},      {"9", "9", 4, -1},	 {"null", "null", 4, -1},
	    {"0", "0", 4, -1},	      {"1", "1", 0, -1},	 {"-1", "1", 4, 7500},
	    {"57", "43", 100, 5700},  {"null", "43", 100, 5700}, {"1e300", "1", 4, 7500},
	    {"\"2\"", "[]", 4, 5000}, {"{}", "-3", 4, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = mem_printf("{\"attributes\":{\"used\":%s,\"free\":%s}}", cases[i].used,
					cases[i].free);
		const char *complaint;
		struct json_document *document = json_parse(text, strlen(text), &complaint);

		EQUAL_NUMBER(field_share(json_root(document), "used", "free", cases[i].total),
			     cases[i].share);
		json_free(document);
		free(text);
	}
}

/* Reads TEXT, an element without its last two braces, into ROW. Its texts live in the document. */
static struct json_document *read_into(const struct resource *resource, const char *text, void *row,
				       bool *wanted)
{
	const char *complaint;
	char *whole = mem_printf("%s}}", text);
	struct json_document *document = json_parse(whole, strlen(whole), &complaint);

	CU_ASSERT_PTR_NOT_NULL_FATAL(document);
	*wanted = resource_read(resource, json_root(document), &clock_now, row);
	free(whole);
	return document;
}

/* What is known by something else than its id, where the server tells none. */
static void test_made_keys(void)
{
	static const struct {
		const struct resource *resource;
		const char *text, *key;
	} cases[] = {
	    {&disk_pools_resource, "\"sType\":\"PureDisk\",\"name\":\"dp\"", "PureDisk:dp"},
	    {&disk_pools_resource, "\"name\":\"dp\"", "dp"},
	    {&disk_pools_resource, "\"sType\":\"PureDisk\"", "PureDisk"},
	    {&disk_pools_resource, "\"x\":1", NULL},
	    {&storage_servers_resource, "\"sType\":\"A\",\"name\":\"ms\"", "A:ms"},
	    {&storage_servers_resource, "\"x\":1", NULL},
	    {&malware_scans_resource,
	     "\"client\":\"db\",\"backupTime\":1782800000,\"scanState\":\"SCAN_FAILED\"",
	     "db:1782800000"},
	    {&api_keys_resource, "\"createdDateTime\":\"2026-01-01\"", "2026-01-01"},
	    {&tape_media_resource, "\"volumePool\":\"\"", MEDIA_POOLS_NONE},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *key, *row = read_row(cases[i].resource,
					   mem_printf("{\"attributes\":{%s", cases[i].text), &key);

		if (cases[i].key)
			EQUAL_TEXT(key, cases[i].key);
		else
			CU_ASSERT_PTR_NULL(row);
		free(row);
		free(key);
	}
}

/* A key that has no room is cut between two characters. */
static void test_long_key(void)
{
	char room[RESOURCE_KEY_SIZE], first[400];
	const char *key;

	memset(first, 'a', sizeof first);
	first[sizeof first - 1] = '\0';
	key = resource_make_key(first, "b", room);
	EQUAL_NUMBER(strlen(key), RESOURCE_KEY_SIZE - 4);
	for (size_t i = 0; i + 1 < sizeof first; i += 2)
		memcpy(first + i, "\xc3\xa4", 2);
	first[sizeof first - 2] = '\0';
	key = resource_make_key("x", first, room);
	CU_ASSERT_TRUE(strlen(key) < RESOURCE_KEY_SIZE - 3);
	EQUAL_NUMBER(strlen(key) % 2, 0);
}

/* Whether each alarm of a resource is on ('1'), over ('0') or neither ('-'). */
static void test_alarms(void)
{
#define POOL(used, high, low)                                                                      \
	"\"usableSizeBytes\":100,\"usedCapacityBytes\":" #used ",\"availableSpaceBytes\":0"        \
	",\"highWaterMark\":" #high ",\"lowWaterMark\":" #low
	static const struct {
		const struct resource *resource;
		const char *text, *states;
	} cases[] = {
	    {&disk_pools_resource, "\"diskPoolState\":\"DOWN\"", "1-"},
	    {&disk_pools_resource, "\"diskPoolState\":\"UP\"", "0-"},
	    {&disk_pools_resource, "\"diskPoolState\":\"TRANSIENT\"", "--"},
	    {&disk_pools_resource, "\"diskPoolState\":\"NEW\"", "--"},
	    /* between the marks nothing changes */
	    {&disk_pools_resource, POOL(98, 98, 80), "-1"},
	    {&disk_pools_resource, POOL(97, 98, 80), "--"},
	    {&disk_pools_resource, POOL(81, 98, 80), "--"},
	    {&disk_pools_resource, POOL(80, 98, 80), "-0"},
	    /* without a low one, or with one above the other, there is nothing between them */
	    {&disk_pools_resource, POOL(97, 98, 0), "-0"},
	    {&disk_pools_resource, POOL(97, 98, 99), "-0"},
	    {&disk_pools_resource, POOL(97, 97, 97), "-1"},
	    {&disk_pools_resource, POOL(100, 0, 80), "--"},
	    {&storage_servers_resource, "\"storageServerState\":\"DOWN\"", "1"},
	    {&storage_servers_resource, "\"storageServerState\":\"UP\"", "0"},
	    {&storage_servers_resource, "\"storageServerState\":\"?\"", "-"},
	    {&malware_scans_resource, "\"scanResult\":\"INFECTED\"", "1"},
	};
#undef POOL

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct resource *resource = cases[i].resource;
		void *row = mem_zalloc(1, resource->row_size);
		char found[8] = "", *text;
		bool wanted;
		struct json_document *document;

		text = mem_printf("{\"id\":\"a\",\"attributes\":{%s", cases[i].text);
		document = read_into(resource, text, row, &wanted);
		CU_ASSERT_TRUE(wanted);
		for (size_t k = 0; k < resource->alarm_count; k++) {
			bool holds = resource_alarm_holds(&resource->alarms[k], row);
			bool over = resource_alarm_is_over(&resource->alarms[k], row);

			CU_ASSERT_FALSE(holds && over);
			found[k] = (char)(holds ? '1' : over ? '0' : '-');
		}
		if (strcmp(found, cases[i].states) != 0)
			FAIL("%s: %s, not %s", cases[i].text, found, cases[i].states);
		json_free(document);
		free(row);
		free(text);
	}
	CU_PASS("all");
}

/* Which elements of a list of what has happened are of interest: the row, or NULL. */
static void test_interest(void)
{
	static const struct {
		const struct resource *resource;
		const char *text, *row;
	} cases[] = {
	    /* by the server's clock: it ends now, and has ended a second ago */
	    {&api_keys_resource, "\"expiryDateTime\":\"2026-07-01T02:00:00Z\"",
	     "1=1782867600000\n"},
	    {&api_keys_resource, "\"expiryDateTime\":\"2026-07-01T01:59:59Z\"", NULL},
	    {&api_keys_resource, "\"x\":1", "1=0\n"},
	    {&malware_scans_resource, "\"scanState\":\"SCAN_FAILED\"", "1=2\n2=\n3=\n4=0\n"},
	    {&malware_scans_resource, "\"scanState\":\"SCAN_COMPLETED\"", NULL},
	    {&malware_scans_resource, "\"scanResult\":\"NOT_IMPACTED\",\"numberOfFilesImpacted\":1",
	     NULL},
	    {&malware_scans_resource, "\"numberOfFilesImpacted\":1", "1=1\n2=\n3=\n4=0\n"},
	    {&malware_scans_resource, "\"noOfFilesImpacted\":1", "1=1\n2=\n3=\n4=0\n"},
	    {&malware_scans_resource, "\"noOfFilesImpacted\":0", NULL},
	    /* the day of a scan is that of its end, or else of its start; the day before is over */
	    {&malware_scans_resource,
	     "\"scanResult\":\"INFECTED\",\"endDateOfScan\":\"2026-06-30T13:00:00Z\","
	     "\"startDateOfScan\":\"2026-06-30T12:00:00Z\"",
	     "1=1\n2=\n3=\n4=1782820800000\n"},
	    {&malware_scans_resource,
	     "\"scanResult\":\"INFECTED\",\"startDateOfScan\":\"2026-06-30T12:00:00Z\"",
	     "1=1\n2=\n3=\n4=1782817200000\n"},
	    {&malware_scans_resource,
	     "\"scanResult\":\"INFECTED\",\"dateOfScan\":\"2026-06-01T12:00:00Z\"", NULL},
	    /* used in any way, for cleaning, and what nobody writes to */
	    {&tape_media_resource, "\"lastWritten\":\"2026-06-01T12:00:00Z\"",
	     "1=1\n2=0\n3=0\n4=0\n"},
	    {&tape_media_resource, "\"timeAssigned\":\"2026-06-01T12:00:00Z\"",
	     "1=1\n2=0\n3=0\n4=0\n"},
	    {&tape_media_resource, "\"kiloBytes\":1", "1=1\n2=0\n3=0\n4=0\n"},
	    {&tape_media_resource, "\"images\":1", "1=1\n2=0\n3=0\n4=0\n"},
	    {&tape_media_resource, "\"mediaType\":\"HC_CLN\"", "1=1\n2=0\n3=0\n4=0\n"},
	    {&tape_media_resource, "\"mediaStatus\":\"SUSPENDED\"", "1=1\n2=1\n3=0\n4=1\n"},
	    {&tape_media_resource, "\"mediaStatus\":\"IMPORTED ERROR\"", "1=1\n2=1\n3=0\n4=1\n"},
	    {&tape_media_resource, "\"volumeExpiration\":\"2026-07-05T00:00:00Z\"",
	     "1=1\n2=1\n3=0\n4=0\n"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *key;
		char *row =
		    read_row(cases[i].resource,
			     mem_printf("{\"id\":\"a\",\"attributes\":{%s", cases[i].text), &key);

		if (cases[i].row || row)
			EQUAL_TEXT(row, cases[i].row ? cases[i].row : "none");
		free(row);
		free(key);
	}
}

/* Of scans the newest come first: the list ends at the first that is too old. */
static void test_end_of_scans(void)
{
	static const struct {
		const char *date;
		bool end;
	} cases[] = {
	    {"\"2026-06-30T12:00:00Z\"", false},
	    {"\"2026-06-01T12:00:00Z\"", true},
	    {"\"\"", false},
	    {"null", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *complaint;
		char *text = mem_printf("{\"attributes\":{\"dateOfScan\":%s}}", cases[i].date);
		struct json_document *document = json_parse(text, strlen(text), &complaint);

		EQUAL_NUMBER(malware_scans_resource.is_end(json_root(document), &clock_now),
			     cases[i].end);
		json_free(document);
		free(text);
	}
}

/* Takes the element TEXT into a new set of rows of RESOURCE. */
static struct held *hold(const struct resource *resource, const char *text)
{
	void *row = mem_zalloc(1, resource->row_size);
	struct held *held = held_new(resource);
	bool wanted;
	struct json_document *document = read_into(resource, text, row, &wanted);

	CU_ASSERT_TRUE(wanted);
	held_take(held, row);
	json_free(document);
	free(row);
	return held;
}

/* A pool without a tape is a row, too: that is what one wants to know of a scratch pool. */
static void test_empty_pool(void)
{
	static const struct config_site site = {.name = (char *)"paris"};
	struct resources_view view = {0};
	struct drawing drawing = {
	    .snapshot = snapshot_new("paris"), .site = &site, .resources = &view};
	const struct index *first;
	size_t size = media_pools_table.row_size;

	view.of[RESOURCE_TAPE_MEDIA].held =
	    hold(&tape_media_resource, "{\"id\":\"A\",\"attributes\":{\"volumePool\":\"full\"");
	view.of[RESOURCE_VOLUME_POOLS].held = hold(
	    &volume_pools_resource, "{\"id\":\"4\",\"attributes\":{\"volumePoolName\":\"none\"");
	/* Before the first list of media nothing is known of any pool. */
	media_pools_table.draw(&drawing);
	EQUAL_NUMBER(drawing.snapshot->tables[TABLE_MEDIA_POOLS].count, 0);
	view.of[RESOURCE_TAPE_MEDIA].known = true;
	media_pools_table.draw(&drawing);
	EQUAL_NUMBER(drawing.snapshot->tables[TABLE_MEDIA_POOLS].count, 2);
	first = drawing.snapshot->tables[TABLE_MEDIA_POOLS].rows;
	for (size_t i = 0; i < 2; i++) {
		const void *row = (const char *)first + i * size;
		struct column_value name = {0}, media = {0};

		column_get(table_column(&media_pools_table, 3), row, &name);
		column_get(table_column(&media_pools_table, 5), row, &media);
		EQUAL_NUMBER(media.number, name.length == 4 && name.string[0] == 'f' ? 1 : 0);
	}
	held_free((struct held *)view.of[RESOURCE_TAPE_MEDIA].held);
	held_free((struct held *)view.of[RESOURCE_VOLUME_POOLS].held);
	snapshot_free(drawing.snapshot);
}

static const struct harness_test tests[] = {
    {"samples", test_samples},
    {"odd fields", test_odd_fields},
    {"words without a prefix", test_prefixes},
    {"certificates that count", test_certificates},
    {"keys", test_keys},
    {"drives", test_drive_host},
    {"sums", test_sums},
    {"versions", test_versions},
    {"share", test_share},
    {"keys that are put together", test_made_keys},
    {"a long key", test_long_key},
    {"alarms", test_alarms},
    {"of what interest", test_interest},
    {"end of the scans", test_end_of_scans},
    {"a pool without a tape", test_empty_pool},
    {NULL, NULL},
};

const struct harness_suite resources_suite = {"resources", tests};
