/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "resolve.h"
#include "unit/rows.h"
#include "world.h"

/*
 * What an agent must know of a simulated server after each refresh, worked out in the plainest way
 * from the list of all jobs that the simulator gives: nothing is forgotten, nothing is summed up in
 * passing.
 *
 * An end of a job that the agent has seen for certain must be in all that is said of the past; one
 * that was there only while a refresh failed, or that only a part of a sweep may have met, may be.
 */
struct model;

/* A model of an agent that has not asked SIM for anything yet and is configured as SITE says, which
 * must outlive it and may change. */
struct model *model_new(const struct sim *sim, const struct config_site *site);

/* How far instants may be from the truth, in milliseconds; at first a second. */
void model_tolerate(struct model *model, int64_t millis);

/* The agent has begun to refresh, at NOW of the server's clock; its first time may fail later. */
void model_begin(struct model *model, int64_t now);

/*
 * A refresh that began at NOW has succeeded. FULL: it asked for the whole window. MARK: from which
 * change on it asked for changes. SWEPT: a sweep may have seen more, or not.
 */
void model_refreshed(struct model *model, int64_t now, bool full, int64_t mark, bool swept);

/* A first sweep that began at NOW has failed: it may have kept what it had seen by then, or not. */
void model_glimpsed(struct model *model, int64_t now);

/* Compares all rows of SNAPSHOT with what must be in it; differences fail the test. CONTEXT is for
 * the message. */
void model_check(struct model *model, const struct snapshot *snapshot, int64_t now,
		 const char *context);

void model_free(struct model *model);

#endif
