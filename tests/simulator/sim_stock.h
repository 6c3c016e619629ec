/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_STOCK_H
#define SIM_STOCK_H

#include <pthread.h>

#include "sim_buf.h"
#include "sim_resource.h"
#include "sim_trouble.h"

enum {
	SIM_STOCK_HISTORY = 10000,
	SIM_STOCK_ADDITIONS = 256,
	SIM_STOCK_MESSAGE_SIZE = 200,
};

/* What tests have changed about the resources, and what was asked about them. */
struct sim_stock {
	pthread_mutex_t
	    mutex; /* over all of it, to be held for the functions below the first two */
	struct sim_edits edits[SIM_RESOURCES];
	struct sim_buf removed[SIM_RESOURCES]; /* a byte for each number, up to the last removed */
	int additions;
	struct {
		enum sim_resource resource;
		int64_t first;
		int64_t count;
		int64_t ms;
	} addition[SIM_STOCK_ADDITIONS];
	struct sim_troubles troubles;
	int64_t requests[SIM_RESOURCES];
	int64_t lines;
	char *line[SIM_STOCK_HISTORY]; /* the last ones */
};

void sim_stock_init(struct sim_stock *stock);
void sim_stock_free(struct sim_stock *stock);

/* What the elements of this moment follow from. */
struct sim_scene sim_stock_scene(const struct sim_stock *stock, const struct sim_world *world,
				 const struct sim_resource_options *options, int64_t now_ms,
				 int version);

/*
 * Does what each line says: set, drop, remove, restore, add, fault, clear. False and a message that
 * names the line when one is wrong; those before it are done.
 */
bool sim_stock_command(struct sim_stock *stock, const struct sim_scene *scene, const char *lines,
		       char message[SIM_STOCK_MESSAGE_SIZE]);

/*
 * The elements that are there, in order: twice the number of each, and one more for a visitor. To
 * be freed. Visitors change with each request; `visitors` = false leaves them away.
 */
int64_t *sim_stock_rows(const struct sim_stock *stock, const struct sim_scene *scene,
			enum sim_resource resource, bool visitors, int64_t *count);

/* The element of such a row. */
void sim_stock_element(const struct sim_stock *stock, const struct sim_scene *scene,
		       enum sim_resource resource, int64_t row, struct sim_element *element);

/* Writes that element. With `watch` the writer tells where in the buffer that member is. */
void sim_stock_write(struct sim_stock *stock, const struct sim_element *element,
		     struct sim_writer *writer, struct sim_buf *buf);

/* Writes all elements but visitors, one a line. */
void sim_stock_write_all(struct sim_stock *stock, const struct sim_scene *scene,
			 enum sim_resource resource, struct sim_buf *buf);

/* Keeps a request that has been answered; `limit` and `place` may be NULL. */
void sim_stock_note(struct sim_stock *stock, enum sim_resource resource, int status,
		    const char *limit, const char *place, int rows);

/*
 * One line each, the oldest first, separated by tabs: number from 1, path, status, limit, offset or
 * cursor (- for none), rows returned.
 */
void sim_stock_write_history(const struct sim_stock *stock, struct sim_buf *buf);
void sim_stock_clear_history(struct sim_stock *stock);

#endif
