/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_resource.h"

#include <stdio.h>
#include <string.h>

#include "sim_security.h"
#include "sim_storage.h"
#include "sim_tape.h"

enum { VISITOR_DISTANCE = 10 };

static const struct form {
	const char *path;
	const char *type;   /* NULL: the element is a flat object, without attributes */
	const char *before; /* the number in the name, */
	int digits;	    /* which has so many digits, */
	const char *behind; /* and what comes then */
	int64_t most;	    /* elements, so that their names are in order */
	int first_visitor;  /* behind which of ten elements, -1 for none at all */
	void (*write)(struct sim_writer *writer, const struct sim_element *element);
} forms[SIM_RESOURCES] = {
    [SIM_STORAGE_UNITS] = {"/storage/storage-units", "storageUnit", "storage-unit-", 5, "", 99999,
			   0, sim_storage_unit},
    [SIM_DISK_POOLS] = {"/storage/disk-pools", "diskPool", "disk-pool-", 4, "", 9999, 0,
			sim_storage_pool},
    [SIM_STORAGE_SERVERS] = {"/storage/storage-servers", "storageServer", "server-", 3,
			     ".example.com", 999, 0, sim_storage_server},
    [SIM_DRIVES] = {"/storage/drives", "drive", "drive-", 3, "", 999, 0, sim_tape_drive},
    [SIM_TAPE_MEDIA] = {"/storage/tape-media", "volumeInfo", "A", 5, "", 99999, 8, sim_tape_medium},
    [SIM_VOLUME_POOLS] = {"/storage/tape-volume-pools", "volumePoolDetails", "", 1, "", 999, -1,
			  sim_tape_pool},
    [SIM_ANOMALIES] = {"/security/anomalies", "anomaly", "anomaly-", 5, "", 99999, 0,
		       sim_security_anomaly},
    [SIM_CERTIFICATES] = {"/security/certificates/current", NULL, "host-", 5, ".example.com", 99999,
			  -1, sim_security_certificate},
    [SIM_API_KEYS] = {"/security/api-keys", "apiKeyDetails", "api-key-", 4, "", 9999, 0,
		      sim_security_key},
    [SIM_SCANS] = {"/malware/latest-scan-results", "scanResult", "scan-", 5, "", 99999, 0,
		   sim_security_scan},
};

struct sim_resource_options sim_resource_usual(void)
{
	return (struct sim_resource_options){
	    .counts =
		{
		    [SIM_STORAGE_UNITS] = 6,
		    [SIM_DISK_POOLS] = 4,
		    [SIM_STORAGE_SERVERS] = 3,
		    [SIM_DRIVES] = 4,
		    [SIM_TAPE_MEDIA] = 120,
		    [SIM_VOLUME_POOLS] = SIM_RESOURCE_VOLUME_POOLS,
		    [SIM_ANOMALIES] = 7,
		    [SIM_CERTIFICATES] = 9,
		    [SIM_API_KEYS] = 1,
		    [SIM_SCANS] = 12,
		},
	    .pool_volumes = 2,
	};
}

bool sim_resource_can_fill(const struct sim_resource_options *options)
{
	struct sim_scene scene = {.options = options};
	int64_t pool;

	if (!options->fill)
		return true;
	scene.counts[SIM_DISK_POOLS] = options->counts[SIM_DISK_POOLS];
	pool = sim_resource_lookup(&scene, SIM_DISK_POOLS, options->fill);
	return pool >= 0 && sim_storage_has_capacity(&scene, pool);
}

const char *sim_resource_path(enum sim_resource resource)
{
	return forms[resource].path;
}

enum sim_resource sim_resource_find(const char *path)
{
	int i = 0;

	while (i < SIM_RESOURCES && strcmp(forms[i].path, path) != 0)
		i++;
	return (enum sim_resource)i;
}

int64_t sim_resource_most(enum sim_resource resource)
{
	return forms[resource].most;
}

/* The id of a tape has six characters, so that a visitor's replaces the last digit. */
static void set_name(struct sim_element *element)
{
	const struct form *form = &forms[element->resource];
	bool shortens = element->visitor && element->resource == SIM_TAPE_MEDIA;
	long long number = element->number + 1;

	snprintf(element->name, sizeof(element->name), "%s%0*lld%s%s", form->before,
		 form->digits - shortens, shortens ? number / 10 : number,
		 element->visitor ? "x" : "", form->behind);
}

void sim_resource_element(struct sim_element *element, const struct sim_scene *scene,
			  enum sim_resource resource, int64_t number, bool visitor)
{
	const char *prefix;

	*element = (struct sim_element){
	    .scene = scene, .resource = resource, .number = number, .visitor = visitor};
	set_name(element);
	prefix = sim_storage_prefix(element);
	snprintf(element->id, sizeof(element->id), "%s%s%s", prefix ? prefix : "",
		 prefix ? ":" : "", element->name);
}

bool sim_resource_has_visitor(enum sim_resource resource, int64_t number)
{
	return forms[resource].first_visitor == number % VISITOR_DISTANCE;
}

int64_t sim_resource_lookup(const struct sim_scene *scene, enum sim_resource resource,
			    const char *id)
{
	struct sim_element element;

	for (int64_t i = 0; i < scene->counts[resource]; i++) {
		sim_resource_element(&element, scene, resource, i, false);
		if (strcmp(element.id, id) == 0 || strcmp(element.name, id) == 0)
			return i;
	}
	return -1;
}

void sim_resource_write(struct sim_writer *writer, struct sim_buf *buf, struct sim_edits *edits,
			const struct sim_element *element)
{
	const struct form *form = &forms[element->resource];

	sim_writer_start(writer, buf, edits, element->visitor ? SIM_EDIT_OTHER : element->number);
	if (form->type) {
		sim_writer_json(writer, "links", "{\"self\":{\"href\":\"%s/%s\"}}", form->path,
				element->id);
		sim_writer_text(writer, "type", form->type);
		sim_writer_text(writer, "id", element->id);
		sim_storage_relate(writer, element);
		sim_security_relate(writer, element);
		sim_writer_attributes(writer);
	}
	form->write(writer, element);
	if (form->type)
		sim_writer_close(writer);
	sim_writer_close(writer);
}

int64_t sim_resource_draw(const struct sim_element *element, enum sim_stream stream, int64_t limit)
{
	int64_t ordinal = ((int64_t)element->resource + 1) << 40 | element->number;

	return sim_draw_below(element->scene->world->seed, ordinal, stream, limit);
}
