/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_security.h"

#include <stdio.h>

#include "sim_name.h"

#define DAY_MS (24 * (int64_t)SIM_HOUR_MS)

enum {
	SCAN_HOURS = 72, /* over how long before the start they were made */
	ANOMALY_DAYS = 30,
	YEAR_DAYS = 365,
	KEY_DAYS = 300,
};

/* Which certificates are not as the others. */
enum {
	SOON_ENDING = 1,
	ENDED,
	REVOKED,
	DELETED,
};

enum {
	STATE_ACTIVE = 1,
	STATE_REVOKED = 2,
};

/*
 * Elements of so many at the start are evenly spread over a span before it, the later in number the
 * younger. Those that were added are of that moment.
 */
static int64_t spread(const struct sim_element *element, int64_t span_ms)
{
	const struct sim_scene *scene = element->scene;
	int64_t count = scene->options->counts[element->resource];
	int64_t offset = sim_resource_draw(element, SIM_STREAM_START, span_ms);

	if (element->added_ms)
		return element->added_ms;
	return scene->world->start_ms - span_ms + (element->number * span_ms + offset) / count +
	       element->visitor;
}

static void client_name(const struct sim_element *element, char name[SIM_NAME_SIZE])
{
	const struct sim_world *world = element->scene->world;
	uint64_t noise = (uint64_t)sim_resource_draw(element, SIM_STREAM_CLIENT, INT64_MAX);

	sim_name_client(sim_name_pick_client(world->clients, world->long_names, noise), name);
}

static void policy_name(const struct sim_element *element, char name[SIM_NAME_SIZE])
{
	const struct sim_world *world = element->scene->world;
	uint64_t noise = (uint64_t)sim_resource_draw(element, SIM_STREAM_POLICY, INT64_MAX);

	sim_name_policy(sim_name_pick_policy(world->policies, world->long_names, noise), name);
}

static void add_severity(struct sim_writer *writer, const struct sim_element *anomaly)
{
	static const char *const severities[] = {"LOW", "MEDIUM", "HIGH"};
	static const char *const states[] = {"NOT_REVIEWED", "NOT_REVIEWED",
					     "NOT_REVIEWED", "ANOMALY",
					     "IGNORED",	     "REPORTED_FALSE_POSITIVE"};
	static const char *const types[] = {"JOB_BASED", "FILE_BASED", "FILE_ENTROPY"};
	bool is_new = anomaly->scene->version >= SIM_RESOURCE_NEW_VERSION;
	int severity = (int)sim_resource_draw(anomaly, SIM_STREAM_USE, 3);

	sim_writer_text(writer, "anomalyStatus",
			states[sim_resource_draw(anomaly, SIM_STREAM_STATUS, 6)]);
	sim_writer_text(writer, "anomalyType",
			types[is_new ? sim_resource_draw(anomaly, SIM_STREAM_TYPE, 3) : 0]);
	sim_writer_number(writer, "anomalyCount", 1 + severity);
	sim_writer_json(writer, "anomalyScore", "\"%d.%02d\"", 2 + 5 * severity,
			(int)sim_resource_draw(anomaly, SIM_STREAM_SIZE, 100));
	sim_writer_text(writer, "anomalySeverity", severities[severity]);
	sim_writer_text(writer, "anomalySummary", "Simulated: the image is larger than usual.");
	sim_writer_json(writer, "extendedAttributes", "{}");
}

void sim_security_anomaly(struct sim_writer *writer, const struct sim_element *anomaly)
{
	static const char *const types[] = {"STANDARD", "WINDOWS_NT", "VMWARE", "SQL_SERVER"};
	int64_t created_ms = spread(anomaly, ANOMALY_DAYS * DAY_MS);
	int64_t backup_ms = created_ms - SIM_HOUR_MS;
	char client[SIM_NAME_SIZE];
	char policy[SIM_NAME_SIZE];
	char backup[SIM_NAME_SIZE + 24];

	client_name(anomaly, client);
	policy_name(anomaly, policy);
	sim_writer_time(writer, "createdDateTime", created_ms);
	sim_writer_time(writer, "backupTime", backup_ms);
	sim_writer_json(writer, "jobid", "\"%lld\"", (long long)anomaly->number + 1);
	snprintf(backup, sizeof(backup), "%s_%lld", client, (long long)(backup_ms / SIM_SECOND_MS));
	sim_writer_text(writer, "backupId", backup);
	sim_writer_text(writer, "clientName", client);
	sim_writer_text(writer, "policyName", policy);
	sim_writer_text(writer, "policyType",
			types[sim_resource_draw(anomaly, SIM_STREAM_MACHINE, 4)]);
	sim_writer_text(writer, "scheduleName", "Full");
	sim_writer_text(writer, "scheduleType", "FULL_BACKUP");
	sim_writer_text(writer, "destinationStorage", "storage-unit-00001");
	add_severity(writer, anomaly);
}

/* When a certificate began, in days before the start; and how many after it, it ends. */
static void draw_days(const struct sim_element *certificate, int64_t *age, int64_t *rest)
{
	*age = 30 + sim_resource_draw(certificate, SIM_STREAM_END, 60);
	*rest = YEAR_DAYS;
	if (certificate->number == SOON_ENDING)
		*rest = 10;
	else if (certificate->number == ENDED)
		*rest = -5;
	else
		return;
	*age = YEAR_DAYS - *rest;
}

void sim_security_certificate(struct sim_writer *writer, const struct sim_element *certificate)
{
	int64_t start_ms = certificate->scene->world->start_ms;
	int64_t number = certificate->number;
	int64_t age;
	int64_t rest;

	draw_days(certificate, &age, &rest);
	sim_writer_number(writer, "certificateKey", number + 1);
	sim_writer_json(writer, "hostId", "\"00000000-0000-4000-8000-%012llx\"",
			(unsigned long long)number + 1);
	sim_writer_text(writer, "hostName", certificate->name);
	sim_writer_number(writer, "serialNumber", 1000 + number);
	sim_writer_number(writer, "notBefore", start_ms - age * DAY_MS);
	sim_writer_number(writer, "notAfter", start_ms + rest * DAY_MS);
	sim_writer_number(writer, "tokenType", 0);
	sim_writer_number(writer, "state", number == REVOKED ? STATE_REVOKED : STATE_ACTIVE);
	sim_writer_text(writer, "publicKey", "c2ltdWxhdGVk");
	sim_writer_number(writer, "keySize", 2048);
	sim_writer_number(writer, "revocationReason", 0);
	sim_writer_number(writer, "hostType", number == 0 ? 1 : 2);
	sim_writer_number(writer, "createOn", start_ms - age * DAY_MS);
	sim_writer_number(writer, "updatedOn", start_ms - age * DAY_MS);
	if (certificate->scene->version >= SIM_RESOURCE_NEW_VERSION)
		sim_writer_bool(writer, "isCertDeleted", number == DELETED);
}

void sim_security_key(struct sim_writer *writer, const struct sim_element *key)
{
	int64_t start_ms = key->scene->world->start_ms;

	sim_writer_json(writer, "userName", "\"user-%lld\"", (long long)key->number + 1);
	sim_writer_text(writer, "userDomain", "example.com");
	sim_writer_text(writer, "userDomainType", "unixpwd");
	sim_writer_time(writer, "createdDateTime", start_ms - (YEAR_DAYS - KEY_DAYS) * DAY_MS);
	sim_writer_time(writer, "expiryDateTime", start_ms + KEY_DAYS * DAY_MS);
	sim_writer_time(writer, "lastModifiedDateTime", start_ms - (YEAR_DAYS - KEY_DAYS) * DAY_MS);
	sim_writer_text(writer, "description", "Simulated");
	sim_writer_bool(writer, "samlSessionValidated", false);
}

enum verdict {
	CLEAN,
	IMPACTED,
	FAILED,
};

/* Not drawn, so that few scans have all verdicts. */
static enum verdict verdict_of(const struct sim_element *scan)
{
	if (scan->added_ms || scan->number % 3 == 1)
		return IMPACTED;
	return scan->number % 6 == 3 ? FAILED : CLEAN;
}

static void add_files(struct sim_writer *writer, const struct sim_element *scan,
		      enum verdict verdict)
{
	bool is_new = scan->scene->version >= SIM_RESOURCE_NEW_VERSION;
	int64_t files = 1000 + sim_resource_draw(scan, SIM_STREAM_FILES, 1000000);
	int64_t bad = 1 + sim_resource_draw(scan, SIM_STREAM_SIZE, 1000);

	sim_writer_number(writer, is_new ? "numberOfFilesImpacted" : "noOfFilesImpacted",
			  verdict == IMPACTED ? bad : 0);
	sim_writer_number(writer, "numberOfFilesScanned", verdict == FAILED ? 0 : files);
	sim_writer_number(writer, "totalNumberOfFiles", files);
}

void sim_security_scan(struct sim_writer *writer, const struct sim_element *scan)
{
	static const char *const results[] = {"CLEAN", "IMPACTED", "NOT_SCANNED"};
	static const char *const kinds[] = {"FULL", "DIFFERENTIAL_INCREMENTAL",
					    "CUMULATIVE_INCREMENTAL"};
	int64_t date_ms = spread(scan, SCAN_HOURS * (int64_t)SIM_HOUR_MS);
	enum verdict verdict = verdict_of(scan);
	char client[SIM_NAME_SIZE];

	client_name(scan, client);
	sim_writer_text(writer, "scanState", verdict == FAILED ? "SCAN_FAILED" : "SCAN_COMPLETED");
	sim_writer_text(writer, "scanResult", results[verdict]);
	sim_writer_text(writer, "policyType",
			sim_resource_draw(scan, SIM_STREAM_TYPE, 2) ? "STANDARD" : "MS-WINDOWS");
	sim_writer_text(writer, "backupType", kinds[sim_resource_draw(scan, SIM_STREAM_TRAIT, 3)]);
	sim_writer_text(writer, "signature", "Simulated 1.0");
	sim_writer_text(writer, "scanHostId", "scan-host-1");
	sim_writer_text(writer, "malwareToolId", "malware-tool-1");
	sim_writer_time(writer, "dateOfScan", date_ms);
	sim_writer_time(writer, "startDateOfScan", date_ms - 5 * SIM_MINUTE_MS);
	sim_writer_time(writer, "endDateOfScan", date_ms);
	sim_writer_text(writer, "result",
			verdict == FAILED ? "Simulated: cannot mount the image." : "");
	sim_writer_text(writer, "client", client);
	sim_writer_number(writer, "backupTime", (date_ms - SIM_HOUR_MS) / SIM_SECOND_MS);
	sim_writer_text(writer, "displayName", client);
	sim_writer_text(writer, "triggerMethod", "AUTOMATIC");
	sim_writer_text(writer, "mediaServerName", "media-01.example.com");
	add_files(writer, scan, verdict);
}

void sim_security_relate(struct sim_writer *writer, const struct sim_element *element)
{
	if (element->resource == SIM_SCANS)
		sim_writer_json(writer, "relationships",
				"{\"malwareTool\":{\"data\":{\"type\":\"malwareTool\","
				"\"id\":\"malware-tool-1\"}},\"scanHost\":{\"data\":{\"type\":"
				"\"scanHost\",\"id\":\"scan-host-1\"}}}");
}
