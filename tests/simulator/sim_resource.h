/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_RESOURCE_H
#define SIM_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_draw.h"
#include "sim_job.h"
#include "sim_writer.h"

/* What the server has besides jobs: lists of elements, each a function of the seed and its number.
 */
enum sim_resource {
	SIM_STORAGE_UNITS,
	SIM_DISK_POOLS,
	SIM_STORAGE_SERVERS,
	SIM_DRIVES,
	SIM_TAPE_MEDIA,
	SIM_VOLUME_POOLS,
	SIM_ANOMALIES,
	SIM_CERTIFICATES,
	SIM_API_KEYS,
	SIM_SCANS,
	SIM_RESOURCES,
};

struct sim_resource_options {
	int64_t counts[SIM_RESOURCES];
	int pool_volumes; /* of each disk pool */
	bool churn;	  /* elements come and go between requests */
	const char *fill; /* the disk pool that fills up, or NULL */
	double fill_rate; /* percent in a minute */
};

enum { SIM_RESOURCE_VOLUME_POOLS = 6 };

/* What a server has unless it is said otherwise. */
struct sim_resource_options sim_resource_usual(void);

/* Whether the disk pool that is to fill up is there, and has a capacity. */
bool sim_resource_can_fill(const struct sim_resource_options *options);

/* The API versions in which lists changed: those of NetBackup 10.5 and 11.0. */
enum {
	SIM_RESOURCE_TAPE_VERSION = 12000,
	SIM_RESOURCE_NEW_VERSION = 13000,
};

/* All that decides what the elements say. */
struct sim_scene {
	const struct sim_world *world;
	const struct sim_resource_options *options;
	int64_t counts[SIM_RESOURCES]; /* with what was added */
	int64_t now_ms;
	int version;
};

enum {
	SIM_RESOURCE_NAME_SIZE = 64,
	SIM_RESOURCE_ID_SIZE = 96,
};

/* A visitor is one that comes and goes. It is like the element of its number, but for the name. */
struct sim_element {
	const struct sim_scene *scene;
	enum sim_resource resource;
	int64_t number; /* from 0 */
	bool visitor;
	int64_t added_ms; /* when a test added it, 0: it has always been there */
	char name[SIM_RESOURCE_NAME_SIZE];
	char id[SIM_RESOURCE_ID_SIZE];
};

/* The path of a list, from /storage on, and the list of a path; SIM_RESOURCES for none. */
const char *sim_resource_path(enum sim_resource resource);
enum sim_resource sim_resource_find(const char *path);

/* How many elements a list can have, so that their names stay in order. */
int64_t sim_resource_most(enum sim_resource resource);

/* Makes the element with its names. */
void sim_resource_element(struct sim_element *element, const struct sim_scene *scene,
			  enum sim_resource resource, int64_t number, bool visitor);

/* Whether a visitor can come behind the element of that number. */
bool sim_resource_has_visitor(enum sim_resource resource, int64_t number);

/* The number of the element with that id, or that name, -1 for none. */
int64_t sim_resource_lookup(const struct sim_scene *scene, enum sim_resource resource,
			    const char *id);

/* Writes the element as it is sent, through the writer's edits. */
void sim_resource_write(struct sim_writer *writer, struct sim_buf *buf, struct sim_edits *edits,
			const struct sim_element *element);

/* What an element draws from a stream: a number from 0 to less than `limit`. */
int64_t sim_resource_draw(const struct sim_element *element, enum sim_stream stream, int64_t limit);

#endif
