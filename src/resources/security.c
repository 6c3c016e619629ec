/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/security.h"

#include "resources/held.h"
#include "resources/resources.h"
#include "tables/drawing.h"

/* Numbers are -1 where they are not known. */
struct security_row {
	struct index index;
	const char *site;
	int32_t anomalies;
	int32_t anomalies_high;
	int32_t anomalies_medium;
	int32_t anomalies_low;
	int32_t infected;
	int32_t scans_failed;
	int32_t certificates_ending;
	int32_t certificates_ended;
	int64_t key_expires; /* instant of the local clock; 0 = not known */
};

static const struct column columns[] = {
    COLUMN(2, "nbuSecuritySiteLabel", SITE, security_row, site),
    COLUMN(3, "nbuSecurityAnomalies", TOLD, security_row, anomalies, .sum = true),
    COLUMN(4, "nbuSecurityAnomaliesHigh", TOLD, security_row, anomalies_high, .sum = true,
	   .tones = COLUMN_BAD),
    COLUMN(5, "nbuSecurityAnomaliesMedium", TOLD, security_row, anomalies_medium, .sum = true,
	   .tones = COLUMN_ODD, .rank = COLUMN_USEFUL),
    COLUMN(6, "nbuSecurityAnomaliesLow", TOLD, security_row, anomalies_low, .sum = true,
	   .rank = COLUMN_MINOR),
    COLUMN(7, "nbuSecurityImagesInfected", TOLD, security_row, infected, .sum = true,
	   .tones = COLUMN_BAD),
    COLUMN(8, "nbuSecurityScansFailed", TOLD, security_row, scans_failed, .sum = true,
	   .tones = COLUMN_ODD, .rank = COLUMN_USEFUL),
    COLUMN(9, "nbuSecurityCertificatesEnding", TOLD, security_row, certificates_ending, .sum = true,
	   .tones = COLUMN_ODD, .rank = COLUMN_MINOR),
    COLUMN(10, "nbuSecurityCertificatesEnded", TOLD, security_row, certificates_ended, .sum = true,
	   .tones = COLUMN_BAD, .rank = COLUMN_MINOR),
    COLUMN(11, "nbuSecurityApiKeyExpires", DATE, security_row, key_expires,
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(12, "nbuSecurityApiKeyDays", DAYS, security_row, key_expires, .rank = COLUMN_MINOR),
};

/* The row that stands for a whole list; NULL where the list was empty. */
static const void *all_of(const struct drawing *drawing, enum resource_id id)
{
	return held_find(resources_held(drawing, id), SECURITY_ALL);
}

static void set_anomalies(struct security_row *row, const struct drawing *drawing)
{
	static const struct anomalies_row none = {.high = 0};
	const struct anomalies_row *of = all_of(drawing, RESOURCE_ANOMALIES);

	if (!of)
		of = &none;
	row->anomalies_high = drawing_integer(of->high);
	row->anomalies_medium = drawing_integer(of->medium);
	row->anomalies_low = drawing_integer(of->low);
	row->anomalies = drawing_integer((uint64_t)of->high + of->medium + of->low + of->other);
}

struct scans {
	uint64_t infected, failed;
	int64_t since; /* instant of the local clock */
};

/* Those that have left the window since the last fetch do not count. */
static void count_scan(const void *of, void *arg)
{
	const struct malware_scan_row *row = of;
	struct scans *scans = arg;

	if (row->scanned && row->scanned < scans->since)
		return;
	scans->infected += row->outcome == SCAN_INFECTED;
	scans->failed += row->outcome == SCAN_FAILED;
}

static void set_scans(struct security_row *row, const struct drawing *drawing)
{
	struct scans scans = {.since = drawing->now - drawing->site->window * INT64_C(1000)};

	held_each(resources_held(drawing, RESOURCE_MALWARE_SCANS), count_scan, &scans);
	row->infected = drawing_integer(scans.infected);
	row->scans_failed = drawing_integer(scans.failed);
}

static void set_certificates(struct security_row *row, const struct drawing *drawing)
{
	const struct certificates_row *of = all_of(drawing, RESOURCE_CERTIFICATES);

	row->certificates_ending = of ? drawing_integer(of->ending) : 0;
	row->certificates_ended = of ? drawing_integer(of->ended) : 0;
}

static void note_key(const void *of, void *arg)
{
	*(int64_t *)arg = ((const struct api_key_row *)of)->expires;
}

/*
 * The API does not say which key is asking. Every role may see its own, so where one key only is
 * listed it is that one.
 */
static void set_key(struct security_row *row, const struct drawing *drawing)
{
	const struct held *held = resources_held(drawing, RESOURCE_API_KEYS);

	if (held_count(held) == 1)
		held_each(held, note_key, &row->key_expires);
}

static void draw(struct drawing *drawing)
{
	static const struct {
		enum resource_id id;
		void (*set)(struct security_row *row, const struct drawing *drawing);
	} parts[] = {
	    {RESOURCE_ANOMALIES, set_anomalies},
	    {RESOURCE_MALWARE_SCANS, set_scans},
	    {RESOURCE_CERTIFICATES, set_certificates},
	    {RESOURCE_API_KEYS, set_key},
	};
	struct security_row row = {.anomalies = -1,
				   .anomalies_high = -1,
				   .anomalies_medium = -1,
				   .anomalies_low = -1,
				   .infected = -1,
				   .scans_failed = -1,
				   .certificates_ending = -1,
				   .certificates_ended = -1};

	if (!resources_held(drawing, RESOURCE_ANOMALIES))
		return;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (resources_known(drawing, parts[i].id))
			parts[i].set(&row, drawing);
	snapshot_add(drawing->snapshot, TABLE_SECURITY, &row);
}

const struct table security_table = {
    .name = "security",
    .object = "nbuSecurityTable",
    .title = "Security: anomalies, malware, certificates, the API key",
    TABLE_AT(15, 1),
    TABLE_COLUMNS(columns),
    .row_size = sizeof(struct security_row),
    .draw = draw,
    .without_jobs = true,
};
