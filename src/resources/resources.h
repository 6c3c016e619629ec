/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RESOURCES_H
#define RESOURCES_H

#include "resources/resource.h"

/* All resources. A new one is a line here and a file of its own. */
#define RESOURCES_LIST(RESOURCE)                                                                   \
	RESOURCE(STORAGE_UNITS, storage_units_resource)                                            \
	RESOURCE(DISK_POOLS, disk_pools_resource)                                                  \
	RESOURCE(STORAGE_SERVERS, storage_servers_resource)                                        \
	RESOURCE(DRIVES, drives_resource)                                                          \
	RESOURCE(TAPE_MEDIA, tape_media_resource)                                                  \
	RESOURCE(VOLUME_POOLS, volume_pools_resource)                                              \
	RESOURCE(ANOMALIES, anomalies_resource)                                                    \
	RESOURCE(MALWARE_SCANS, malware_scans_resource)                                            \
	RESOURCE(CERTIFICATES, certificates_resource)                                              \
	RESOURCE(API_KEYS, api_keys_resource)

/* RESOURCE_STORAGE_UNITS and so on: places in resources_all. */
enum resource_id {
#define RESOURCES_ID(id, name) RESOURCE_##id,
	RESOURCES_LIST(RESOURCES_ID) RESOURCE_COUNT
};

#define RESOURCES_DECLARE(id, name) extern const struct resource name;
RESOURCES_LIST(RESOURCES_DECLARE)

extern const struct resource *const resources_all[RESOURCE_COUNT];

struct drawing;
struct held;

/* What the tables of resources are drawn from. */
struct resources_view {
	struct {
		const struct held *held; /* NULL = the resource is not collected */
		bool known;		 /* it has been fetched, now or in an earlier run */
	} of[RESOURCE_COUNT];
};

/* The rows of a resource; NULL = it is not collected. And whether they are known. */
const struct held *resources_held(const struct drawing *drawing, enum resource_id id);
bool resources_known(const struct drawing *drawing, enum resource_id id);

/* Adds the rows of a resource that is a table of its own to TABLE of the snapshot. */
void resources_draw(const struct drawing *drawing, enum resource_id id, unsigned table);

#endif
