/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_tape.h"

#include <stdio.h>

enum {
	SHARED_EVERY = 4,    /* drives, of which one is seen by two hosts */
	CLEANING_EVERY = 40, /* tapes */
	SLOTS = 500,
	TAPE_KILOBYTES = 2000000000,
	DAY_S = 86400,
};

#define DAY_MS (DAY_S * INT64_C(1000))

static const struct {
	const char *name;
	const char *type;
	const char *description;
} pools[SIM_RESOURCE_VOLUME_POOLS] = {
    {"NetBackup", "REGULAR_MEDIA_POOL", "The NetBackup pool"},
    {"DataStore", "REGULAR_MEDIA_POOL", "The DataStore pool"},
    {"CatalogBackup", "CATALOG_MEDIA_POOL", "The pool of backups of the catalog"},
    {"Scratch", "SCRATCH_MEDIA_POOL", "Where tapes come from"},
    {"Monthly", "REGULAR_MEDIA_POOL", ""},
    {"Offsite", "REGULAR_MEDIA_POOL", ""},
};

static void add_paths(struct sim_writer *writer, const struct sim_element *drive, bool shared,
		      const char *control)
{
	static const char form[] =
	    "%s{\"pathIndex\":%d,\"deviceHost\":\"media-%02d.example.com\",\"driveName\":\"%s\","
	    "\"devicePath\":\"/dev/nst%lld\",\"port\":0,\"bus\":0,\"target\":%lld,\"lun\":0,"
	    "\"driveControl\":\"%s\",\"isEnabled\":true,\"pathStatus\":\"PATH_STATUS_UP\","
	    "\"isNdmp\":false,\"robotControl\":\"TLD\",\"scsiProtection\":\"SCSI_DEFAULT\"}";
	long long number = drive->number;
	char first[512];
	char second[512];

	snprintf(first, sizeof(first), form, "", 0, 1, drive->name, number, number, control);
	snprintf(second, sizeof(second), form, ",", 1, 2, drive->name, number, number, control);
	sim_writer_json(writer, "devicePaths", "[%s%s]", first, shared ? second : "");
}

static void add_use(struct sim_writer *writer, const struct sim_element *drive, bool active)
{
	const struct sim_scene *scene = drive->scene;
	int64_t media = scene->options->counts[SIM_TAPE_MEDIA];
	struct sim_element medium;

	sim_writer_bool(writer, "ready", active);
	sim_writer_bool(writer, "writeEnabled", active);
	sim_writer_time(writer, "lastMountTime",
			scene->world->start_ms -
			    sim_resource_draw(drive, SIM_STREAM_START, DAY_MS));
	if (!active || !media)
		return;
	sim_resource_element(&medium, scene, SIM_TAPE_MEDIA, drive->number % media, false);
	sim_writer_text(writer, "recordedMediaId", medium.id);
	sim_writer_text(writer, "externalMediaId", medium.id);
	sim_writer_text(writer, "assignedHost", "media-01.example.com");
}

void sim_tape_drive(struct sim_writer *writer, const struct sim_element *drive)
{
	bool shared = drive->number % SHARED_EVERY == 1;
	bool active = sim_resource_draw(drive, SIM_STREAM_STATE, 2) == 0;
	const char *control = active ? "DRIVE_CONTROL_ACTIVE" : "DRIVE_CONTROL_ROBOT_STRING";

	sim_writer_text(writer, "controlHostname", "media-01.example.com");
	sim_writer_text(writer, "vendorDriveName", drive->name);
	sim_writer_json(writer, "serialNumber", "\"SIM%07lld\"", (long long)drive->number + 1);
	sim_writer_number(writer, "driveIndex", drive->number);
	add_paths(writer, drive, shared, control);
	sim_writer_text(writer, "driveType", "DT_HCART2");
	sim_writer_text(writer, "robotType", "TLD");
	sim_writer_number(writer, "robotNumber", 0);
	sim_writer_number(writer, "robotDriveNumber", drive->number + 1);
	sim_writer_text(writer, "driveComment", "");
	sim_writer_text(writer, "inquiryString", "IBM     ULT3580-TD8");
	sim_writer_number(writer, "cleaningFrequency", 0);
	sim_writer_text(writer, "cleaningComment", "");
	sim_writer_bool(writer, "tapeAlertEnabled", true);
	sim_writer_bool(writer, "sharedDrive", shared);
	sim_writer_text(writer, "driveControl", control);
	sim_writer_text(writer, "driveControlDisplayValue", active ? "ACTIVE" : "TLD");
	sim_writer_text(writer, "driveStatus", "DRIVE_STATUS_UP");
	sim_writer_bool(writer, "enabled", true);
	sim_writer_bool(writer, "localControl", true);
	sim_writer_bool(writer, "isControlUp", true);
	sim_writer_text(writer, "deviceHost", shared ? "<multiple>" : "media-01.example.com");
	add_use(writer, drive, active);
}

/* What is written on a tape, if it is. */
static void add_content(struct sim_writer *writer, const struct sim_element *medium, bool used)
{
	static const char *const states[] = {"ACTIVE", "FULL", "ACTIVE MULTIPLEXED", "FULL"};
	int64_t start_ms = medium->scene->world->start_ms;
	int64_t age_ms = sim_resource_draw(medium, SIM_STREAM_START, 300) * DAY_MS;
	int64_t images = used ? 1 + sim_resource_draw(medium, SIM_STREAM_FILES, 400) : 0;

	sim_writer_text(writer, "mediaStatus",
			used ? states[sim_resource_draw(medium, SIM_STREAM_STATUS, 4)] : "NONE");
	sim_writer_number(writer, "kiloBytes",
			  used ? sim_resource_draw(medium, SIM_STREAM_SIZE, TAPE_KILOBYTES) : 0);
	sim_writer_number(writer, "images", images);
	sim_writer_number(writer, "validImages", images);
	sim_writer_number(writer, "numberOfRestores", 0);
	sim_writer_text(writer, "mediaOwner", used ? "media-01.example.com" : "NONE");
	sim_writer_text(writer, "lastWriteHost", used ? "media-01.example.com" : "NONE");
	if (!used)
		return;
	sim_writer_time(writer, "timeAssigned", start_ms - age_ms - DAY_MS);
	sim_writer_time(writer, "firstMount", start_ms - age_ms - DAY_MS);
	sim_writer_time(writer, "lastMount", start_ms - age_ms);
	sim_writer_time(writer, "lastWritten", start_ms - age_ms);
	sim_writer_time(writer, "dateExpiration", start_ms - age_ms + 365 * DAY_MS);
	sim_writer_number(writer, "retentionPeriod", 8);
}

static const char *pool_of(const struct sim_element *medium, bool used)
{
	static const int places[] = {0, 0, 0, 1, 2, 4, 5};

	return pools[used ? places[sim_resource_draw(medium, SIM_STREAM_POLICY, 7)] : 3].name;
}

void sim_tape_medium(struct sim_writer *writer, const struct sim_element *medium)
{
	bool cleans = medium->number % CLEANING_EVERY == CLEANING_EVERY - 1;
	bool used = !cleans && sim_resource_draw(medium, SIM_STREAM_USE, 4) != 0;
	bool inside = sim_resource_draw(medium, SIM_STREAM_PLACE, 5) != 0;

	sim_writer_json(writer, "barcode", "\"%sL8\"", medium->id);
	sim_writer_text(writer, "mediaType", cleans ? "HC2_CLN" : "HCART2");
	sim_writer_open(writer, "robot");
	sim_writer_text(writer, "robotType", inside ? "TLD" : "NOT_ROBOTIC");
	if (inside) {
		sim_writer_number(writer, "robotNumber", 0);
		sim_writer_text(writer, "robotHost", "media-01.example.com");
	}
	sim_writer_close(writer);
	if (inside)
		sim_writer_number(writer, "slot", 1 + medium->number % SLOTS);
	sim_writer_text(writer, "volumeGroup", inside ? "000_00000_TLD" : "---");
	sim_writer_text(writer, "volumePool", cleans ? "None" : pool_of(medium, used));
	sim_writer_number(writer, "mounts",
			  used ? 1 + sim_resource_draw(medium, SIM_STREAM_AGAIN, 50) : 0);
	sim_writer_text(writer, "application", "NETBACKUP");
	sim_writer_number(writer, "maxMounts", 0);
	if (cleans)
		sim_writer_number(writer, "cleaningsRemaining", 40);
	sim_writer_time(writer, "created", medium->scene->world->start_ms - 400 * DAY_MS);
	sim_writer_text(writer, "originHost", "NONE");
	add_content(writer, medium, used);
}

void sim_tape_pool(struct sim_writer *writer, const struct sim_element *pool)
{
	int64_t number = pool->number;

	if (number < SIM_RESOURCE_VOLUME_POOLS) {
		sim_writer_text(writer, "volumePoolName", pools[number].name);
		sim_writer_text(writer, "description", pools[number].description);
		sim_writer_text(writer, "poolType", pools[number].type);
	} else {
		sim_writer_json(writer, "volumePoolName", "\"pool-%03lld\"", (long long)number + 1);
		sim_writer_text(writer, "description", "");
		sim_writer_text(writer, "poolType", "REGULAR_MEDIA_POOL");
	}
	sim_writer_number(writer, "partiallyFullMedia", sim_resource_draw(pool, SIM_STREAM_USE, 5));
}
