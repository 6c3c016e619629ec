/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_storage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GIGABYTE (INT64_C(1) << 30)

enum {
	FILL_FROM = 60, /* percent */
	FILL_TO = 99,
	LEAST_USE = 300, /* in thousandths */
	USES = 450,
	UNITS_PER_TURN = 6, /* of which four write to disk pools */
	POOLS_PER_TURN = 4,
	CATALOG_FILES = 5000000,
};

enum category {
	MSDP,
	ADVANCED_DISK,
	CLOUD,
	POOLED, /* so many kinds of servers there are */
	BASIC_DISK = POOLED,
	TAPE,
};

static const struct {
	const char *name;
	const char *server_type;
	const char *type;
	const char *subtype;
	const char *capabilities;
} categories[] = {
    [MSDP] = {"MSDP", "PureDisk", "DISK", "PureDisk",
	      "\"OPEN_STORAGE\",\"ADMIN_UP\",\"INTERNAL_UP\",\"CPR\",\"RANDOM_WRITES\","
	      "\"OPTIMIZED_IMAGE\",\"REPLICATION_SOURCE\",\"REPLICATION_TARGET\""},
    [ADVANCED_DISK] = {"ADVANCED_DISK", "AdvancedDisk", "DISK", "AdvancedDisk",
		       "\"ADMIN_UP\",\"INTERNAL_UP\",\"SPAN_IMAGES\",\"CAPACITY_MANAGEMENT\","
		       "\"FRAGMENT_IMAGES\",\"RANDOM_WRITES\""},
    [CLOUD] = {"CLOUD", "amazon_raw", "DISK", "CloudStorage",
	       "\"OPEN_STORAGE\",\"ADMIN_UP\",\"INTERNAL_UP\",\"CPR\""},
    [BASIC_DISK] = {"BASIC_DISK", "BasicDisk", "DISK", "BasicDisk", ""},
    [TAPE] = {"TAPE", "TAPE", "MEDIA_MANAGER", "MEDIA_MANAGER", ""},
};

struct space {
	int64_t raw;
	int64_t usable;
	int64_t used;
};

static enum category server_category(int64_t server)
{
	return (enum category)(server % POOLED);
}

/* The server that a pool is on. Without servers it is on one that is not listed. */
static int64_t pool_server(const struct sim_scene *scene, int64_t pool)
{
	int64_t servers = scene->options->counts[SIM_STORAGE_SERVERS];

	return servers ? pool % servers : pool % POOLED;
}

static enum category pool_category(const struct sim_scene *scene, int64_t pool)
{
	return server_category(pool_server(scene, pool));
}

bool sim_storage_has_capacity(const struct sim_scene *scene, int64_t pool)
{
	return pool_category(scene, pool) != CLOUD;
}

/* The pool that a unit writes to, -1 for none. */
static int64_t unit_pool(const struct sim_scene *scene, int64_t unit)
{
	static const int places[UNITS_PER_TURN] = {0, 1, 2, -1, 3, -1};
	int64_t pools = scene->options->counts[SIM_DISK_POOLS];
	int place = places[unit % UNITS_PER_TURN];

	if (place < 0 || !pools)
		return -1;
	return (unit / UNITS_PER_TURN * POOLS_PER_TURN + place) % pools;
}

static enum category unit_category(const struct sim_scene *scene, int64_t unit)
{
	int64_t pool = unit_pool(scene, unit);

	if (pool >= 0)
		return pool_category(scene, pool);
	return unit % UNITS_PER_TURN == 3 ? TAPE : BASIC_DISK;
}

static bool is_worm_pool(const struct sim_scene *scene, int64_t pool)
{
	return pool_category(scene, pool) == MSDP && pool % POOLS_PER_TURN == 3;
}

static struct sim_element pool_element(const struct sim_scene *scene, int64_t pool)
{
	struct sim_element element;

	sim_resource_element(&element, scene, SIM_DISK_POOLS, pool, false);
	return element;
}

static bool is_filling(const struct sim_element *pool)
{
	const char *fill = pool->scene->options->fill;

	return fill && !pool->visitor &&
	       (strcmp(fill, pool->name) == 0 || strcmp(fill, pool->id) == 0);
}

/* How full a pool is, in percent, that fills up with the server's clock. */
static double filled(const struct sim_scene *scene)
{
	double minutes = (double)(scene->now_ms - scene->world->start_ms) / SIM_MINUTE_MS;

	return fmin(FILL_FROM + scene->options->fill_rate * minutes, FILL_TO);
}

static struct space disk_space(const struct sim_element *element, enum category category)
{
	struct space space;

	space.raw = (1 + sim_resource_draw(element, SIM_STREAM_SIZE, 100)) * 100 * GIGABYTE;
	/* MSDP keeps some for itself. */
	space.usable = category == MSDP ? space.raw / 25 * 24 : space.raw;
	space.used =
	    space.usable / 1000 * (LEAST_USE + sim_resource_draw(element, SIM_STREAM_USE, USES));
	return space;
}

static struct space pool_space(const struct sim_element *pool)
{
	struct space space = disk_space(pool, pool_category(pool->scene, pool->number));

	if (is_filling(pool))
		space.used = (int64_t)((double)space.usable * filled(pool->scene) / 100);
	return space;
}

/* What all pools on a server have together. */
static struct space server_space(const struct sim_element *server)
{
	const struct sim_scene *scene = server->scene;
	int64_t step = scene->options->counts[SIM_STORAGE_SERVERS];
	struct space sum = {0};

	/* One that was added later has none. */
	if (server->number >= step)
		return sum;
	for (int64_t i = server->number; i < scene->options->counts[SIM_DISK_POOLS]; i += step) {
		struct sim_element pool = pool_element(scene, i);
		struct space space = pool_space(&pool);

		sum.raw += space.raw;
		sum.usable += space.usable;
		sum.used += space.used;
	}
	return sum;
}

const char *sim_storage_prefix(const struct sim_element *element)
{
	if (element->resource == SIM_DISK_POOLS)
		return categories[pool_category(element->scene, element->number)].server_type;
	if (element->resource == SIM_STORAGE_SERVERS)
		return categories[server_category(element->number)].server_type;
	return NULL;
}

static void relate_unit(struct sim_writer *writer, const struct sim_element *unit)
{
	int64_t pool = unit_pool(unit->scene, unit->number);
	struct sim_element element;

	if (pool < 0) {
		sim_writer_json(writer, "relationships", "{}");
		return;
	}
	element = pool_element(unit->scene, pool);
	sim_writer_json(
	    writer, "relationships",
	    "{\"diskPool\":{\"links\":{\"related\":{\"href\":\"/storage/disk-pools/%s\"}},"
	    "\"data\":{\"type\":\"diskPool\",\"id\":\"%s\"}}}",
	    element.id, element.id);
}

static void relate_pool(struct sim_writer *writer, const struct sim_element *pool)
{
	struct sim_element server;

	sim_resource_element(&server, pool->scene, SIM_STORAGE_SERVERS,
			     pool_server(pool->scene, pool->number), false);
	sim_writer_json(writer, "relationships",
			"{\"storageServers\":{\"links\":{\"related\":{\"href\":"
			"\"/storage/storage-servers/%s\"}},\"data\":[{\"type\":\"storageServer\","
			"\"id\":\"%s\"}]}}",
			server.id, server.id);
}

void sim_storage_relate(struct sim_writer *writer, const struct sim_element *element)
{
	if (element->resource == SIM_STORAGE_UNITS)
		relate_unit(writer, element);
	else if (element->resource == SIM_DISK_POOLS)
		relate_pool(writer, element);
}

static void add_media_servers(struct sim_writer *writer, const char *name, int count)
{
	static const char form[] = "{\"name\":\"media-%02d.example.com\",\"operatingSystem\":"
				   "\"linux\",\"netbackupVersion\":\"11.0.0.0\"}";
	char first[160];
	char second[160];

	snprintf(first, sizeof(first), form, 1);
	snprintf(second, sizeof(second), form, 2);
	sim_writer_json(writer, name, "[%s%s%s]", count > 0 ? first : "", count > 1 ? "," : "",
			count > 1 ? second : "");
}

static void add_traits(struct sim_writer *writer, const struct sim_element *unit,
		       enum category category)
{
	int64_t pool = unit_pool(unit->scene, unit->number);
	bool worm = pool >= 0 && is_worm_pool(unit->scene, pool);

	sim_writer_bool(writer, "accelerator", category == MSDP || category == CLOUD);
	sim_writer_bool(writer, "replicationCapable", category == MSDP);
	sim_writer_bool(writer, "replicationSourceCapable", category == MSDP);
	sim_writer_bool(writer, "replicationTargetCapable", category == MSDP);
	sim_writer_bool(writer, "instantAccessEnabled", category == MSDP);
	sim_writer_bool(writer, "scaleOutEnabled", false);
	sim_writer_bool(writer, "isCloudSTU", category == CLOUD);
	sim_writer_number(writer, "maxFragmentSizeMegabytes", category == TAPE ? 1048576 : 51200);
	sim_writer_bool(writer, "onDemandOnly",
			unit->number % UNITS_PER_TURN == 1 ||
			    sim_resource_draw(unit, SIM_STREAM_TRAIT, 8) == 0);
	sim_writer_bool(writer, "wormCapable", worm);
	sim_writer_bool(writer, "useWorm", worm);
	sim_writer_bool(writer, "useAnyAvailableMediaServer", true);
	add_media_servers(writer, "mediaServerDetails", 1);
}

static void add_tape(struct sim_writer *writer)
{
	sim_writer_number(writer, "maxConcurrentDrives", 2);
	sim_writer_text(writer, "robotType", "TLD");
	sim_writer_number(writer, "robotNumber", 0);
	sim_writer_text(writer, "density", "DHCART2");
	sim_writer_number(writer, "multiplexing", 4);
}

static void add_disk(struct sim_writer *writer, const struct sim_element *unit,
		     enum category category)
{
	int64_t number = unit_pool(unit->scene, unit->number);
	struct sim_element pool;
	struct space space;

	sim_writer_number(writer, "maxConcurrentJobs",
			  5 * (1 + sim_resource_draw(unit, SIM_STREAM_SIZE, 20)));
	if (category == BASIC_DISK) {
		sim_writer_text(writer, "absolutePath", "/backup");
		sim_writer_bool(writer, "okOnRoot", false);
		sim_writer_bool(writer, "stageData", false);
	}
	if (category == CLOUD)
		return;
	space = disk_space(unit, category);
	if (number >= 0) {
		pool = pool_element(unit->scene, number);
		space = pool_space(&pool);
	}
	sim_writer_number(writer, "totalCapacityBytes", space.usable);
	sim_writer_number(writer, "freeCapacityBytes", space.usable - space.used);
	sim_writer_number(writer, "usedCapacityBytes", space.used);
}

void sim_storage_unit(struct sim_writer *writer, const struct sim_element *unit)
{
	enum category category = unit_category(unit->scene, unit->number);

	sim_writer_text(writer, "name", unit->name);
	sim_writer_text(writer, "storageType", categories[category].type);
	sim_writer_text(writer, "storageSubType", categories[category].subtype);
	sim_writer_text(writer, "storageServerType", categories[category].server_type);
	sim_writer_text(writer, "storageCategory", categories[category].name);
	add_traits(writer, unit, category);
	if (category == TAPE)
		add_tape(writer);
	else
		add_disk(writer, unit, category);
}

static void add_volume(struct sim_buf *list, const struct sim_element *pool, int volume)
{
	enum category category = pool_category(pool->scene, pool->number);
	bool worm = is_worm_pool(pool->scene, pool->number);
	int volumes = pool->scene->options->pool_volumes;
	struct space space = pool_space(pool);

	sim_buf_printf(list,
		       "%s{\"name\":\"%s-volume-%03d\",\"id\":\"%s:%s:%d\","
		       "\"diskMediaId\":\"@%04llx%03x\",\"state\":\"UP\"",
		       volume ? "," : "", pool->name, volume + 1, categories[category].server_type,
		       pool->name, volume + 1, (unsigned long long)pool->number, (unsigned)volume);
	if (category != CLOUD)
		sim_buf_printf(list, ",\"rawSizeBytes\":%lld,\"freeSizeBytes\":%lld",
			       (long long)(space.raw / volumes),
			       (long long)((space.usable - space.used) / volumes));
	sim_buf_printf(list,
		       ",\"isReplicationSource\":%s,\"isReplicationTarget\":false,"
		       "\"wormIndelibleMinimumInterval\":%d,\"wormIndelibleMaximumInterval\":%d,"
		       "\"diskVolumeCapabilities\":[%s]}",
		       category == MSDP ? "true" : "false", worm ? 3600 : 0, worm ? 31536000 : 0,
		       worm ? "\"WORM_INDELIBLE\",\"WORM_IMMUTABLE\"" : "");
}

static void add_volumes(struct sim_writer *writer, const struct sim_element *pool)
{
	struct sim_buf list = {0};

	sim_buf_text(&list, "");
	for (int i = 0; i < pool->scene->options->pool_volumes; i++)
		add_volume(&list, pool, i);
	sim_writer_json(writer, "diskVolumes", "[%s]", list.data);
	sim_buf_free(&list);
}

void sim_storage_pool(struct sim_writer *writer, const struct sim_element *pool)
{
	enum category category = pool_category(pool->scene, pool->number);
	bool limited = sim_resource_draw(pool, SIM_STREAM_TRAIT, 2) == 0;
	struct space space = pool_space(pool);

	sim_writer_text(writer, "name", pool->name);
	sim_writer_text(writer, "sType", categories[category].server_type);
	sim_writer_text(writer, "storageCategory", categories[category].name);
	add_volumes(writer, pool);
	sim_writer_number(writer, "highWaterMark", 98);
	sim_writer_number(writer, "lowWaterMark", 80);
	sim_writer_open(writer, "maximumIoStreams");
	sim_writer_bool(writer, "limitIoStreams", limited);
	if (limited)
		sim_writer_number(writer, "streamsPerVolume", 40);
	sim_writer_close(writer);
	sim_writer_text(writer, "diskPoolState", "UP");
	if (category != CLOUD) {
		sim_writer_number(writer, "rawSizeBytes", space.raw);
		sim_writer_number(writer, "usableSizeBytes", space.usable);
		sim_writer_number(writer, "availableSpaceBytes", space.usable - space.used);
		sim_writer_number(writer, "usedCapacityBytes", space.used);
	}
	sim_writer_bool(writer, "wormCapable", is_worm_pool(pool->scene, pool->number));
	sim_writer_bool(writer, "readOnly", false);
	sim_writer_json(writer, "diskPoolCapabilities", "[%s]", categories[category].capabilities);
	sim_writer_number(writer, "mediaServersCount",
			  1 + sim_resource_draw(pool, SIM_STREAM_PLACE, 3));
}

static void add_deduplication(struct sim_writer *writer, const struct sim_element *server)
{
	struct space space = server_space(server);

	sim_writer_open(writer, "msdpAttributes");
	sim_writer_text(writer, "storagePath", "/msdp");
	sim_writer_text(writer, "spaLogPath", "/msdp/log");
	sim_writer_text(writer, "deduplicationDBPath", "/msdp/databases");
	sim_writer_text(writer, "specificNetworkInterface", "");
	sim_writer_number(writer, "spaLogRetention", 90);
	sim_writer_number(writer, "verboseLevel", 3);
	sim_writer_bool(writer, "fipsEnabled", false);
	sim_writer_open(writer, "storagePoolDetails");
	sim_writer_number(writer, "rawSizeBytes", space.raw);
	sim_writer_number(writer, "reservedSpaceBytes", space.raw - space.usable);
	sim_writer_number(writer, "sizeBytes", space.usable);
	sim_writer_number(writer, "usedSpaceBytes", space.used);
	sim_writer_number(writer, "availableSpaceBytes", space.usable - space.used);
	sim_writer_close(writer);
	sim_writer_number(writer, "catalogLogicalSizeBytes", space.used * 12);
	sim_writer_number(writer, "catalogFilesCount",
			  sim_resource_draw(server, SIM_STREAM_FILES, CATALOG_FILES));
	sim_writer_json(writer, "deduplicationRatioPercentage", "%d.%d",
			80 + (int)sim_resource_draw(server, SIM_STREAM_USE, 19),
			(int)sim_resource_draw(server, SIM_STREAM_NOISE, 10));
	sim_writer_close(writer);
}

static void add_cloud(struct sim_writer *writer)
{
	sim_writer_open(writer, "cloudAttributes");
	sim_writer_text(writer, "providerId", "amazon");
	sim_writer_bool(writer, "compressionEnabled", false);
	sim_writer_bool(writer, "proxyServerEnabled", false);
	sim_writer_text(writer, "serviceEndpoint", "s3.example.com");
	sim_writer_text(writer, "urlAccessStyle", "VIRTUAL_STYLE");
	sim_writer_bool(writer, "serverSideEncryptionEnabled", false);
	sim_writer_text(writer, "storageClass", "STANDARD");
	sim_writer_number(writer, "readBufferSizeBytes", 16 << 20);
	sim_writer_number(writer, "writeBufferSizeBytes", 16 << 20);
	sim_writer_number(writer, "objectSizeMegabytes", 16);
	sim_writer_text(writer, "authType", "ACCESS_KEY");
	sim_writer_json(writer, "curlDetails", "{\"curlTimeOutSeconds\":900}");
	sim_writer_json(writer, "sslDetails", "{\"useSSLMode\":\"DATA\",\"httpsPort\":443}");
	sim_writer_close(writer);
}

static void add_server_traits(struct sim_writer *writer, enum category category)
{
	sim_writer_bool(writer, "encryptionEnabled", category == MSDP);
	sim_writer_bool(writer, "kmsEnabled", false);
	sim_writer_bool(writer, "isSnapshotSupported", false);
	sim_writer_bool(writer, "isAcceleratorSupported", category != ADVANCED_DISK);
	sim_writer_bool(writer, "isAIRSupported", category == MSDP);
	sim_writer_bool(writer, "isWormSupported", category == MSDP);
	sim_writer_bool(writer, "isUshareSupported", category == MSDP);
	sim_writer_json(writer, "storageServerCapabilities", "[%s]",
			category == MSDP ? "\"OPEN_STORAGE\",\"OPTIMIZED_IMAGE\",\"INSTANT_ACCESS\""
					 : "\"ADMIN_UP\",\"INTERNAL_UP\"");
}

void sim_storage_server(struct sim_writer *writer, const struct sim_element *server)
{
	enum category category = server_category(server->number);

	sim_writer_text(writer, "name", server->name);
	sim_writer_text(writer, "storageCategory", categories[category].name);
	sim_writer_text(writer, "sType", categories[category].server_type);
	sim_writer_text(writer, "nbuHostVersion", "11.0.0.0");
	add_media_servers(writer, "additionalMediaServersDetails", (int)(server->number % POOLED));
	add_server_traits(writer, category);
	sim_writer_text(writer, "storageServerState", "UP");
	if (category == MSDP)
		add_deduplication(writer, server);
	else if (category == CLOUD)
		add_cloud(writer);
	else
		sim_writer_json(writer, "advancedDiskAttributes",
				"{\"isPreferredForRestore\":false}");
}
