/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "snapshot.h"
#include "world.h"

/*
 * What an agent must know of a simulated server after each refresh, worked out in the plainest way
 * from the list of all jobs that the simulator gives: nothing is forgotten, nothing is summed up in
 * passing.
 */
struct model;

/* A model of an agent that has not asked SIM for anything yet; the window is in seconds. */
struct model *model_new(const struct sim *sim, int window);

/* The agent has begun to refresh, at NOW of the server's clock; its first time may fail later. */
void model_begin(struct model *model, int64_t now);

/*
 * A refresh that began at NOW has succeeded. FULL: it asked for the whole window. MARK: from which
 * change on it asked for changes. SWEPT: a sweep may have seen more, or not.
 */
void model_refreshed(struct model *model, int64_t now, bool full, int64_t mark, bool swept);

/* A first sweep that began at NOW has failed: it may have kept what it had seen by then, or not. */
void model_glimpsed(struct model *model, int64_t now);

/* Compares all cells of SNAPSHOT with what must be in it; differences fail the test. CONTEXT is for
 * the message. */
void model_check(struct model *model, const struct snapshot *snapshot, int64_t now,
		 const char *context);

void model_free(struct model *model);

#endif
