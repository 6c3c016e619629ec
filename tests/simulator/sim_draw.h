/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_DRAW_H
#define SIM_DRAW_H

#include <stdint.h>

/* Every property of a job, or of another element, draws from its own stream, so that no two are
 * correlated. */
enum sim_stream {
	SIM_STREAM_ID,
	SIM_STREAM_START,
	SIM_STREAM_TYPE,
	SIM_STREAM_POLICY,
	SIM_STREAM_STATUS,
	SIM_STREAM_STATE,
	SIM_STREAM_DURATION,
	SIM_STREAM_QUEUE,
	SIM_STREAM_END,
	SIM_STREAM_UPDATE,
	SIM_STREAM_VOLUME,
	SIM_STREAM_BIG,
	SIM_STREAM_FILES,
	SIM_STREAM_FAMILY,
	SIM_STREAM_NOISE,
	SIM_STREAM_FATE,
	SIM_STREAM_DELAY,
	SIM_STREAM_ABSENCE,
	SIM_STREAM_AGAIN,
	SIM_STREAM_CLIENT,
	SIM_STREAM_MACHINE,
	SIM_STREAM_TRAIT,
	SIM_STREAM_SIZE,
	SIM_STREAM_USE,
	SIM_STREAM_PLACE,
	SIM_STREAM_VISIT,
	SIM_STREAM_GAP,
};

/* What job `ordinal` draws from a stream: any number, or one from 0 to less than `limit`. */
uint64_t sim_draw(uint64_t seed, int64_t ordinal, enum sim_stream stream);
int64_t sim_draw_below(uint64_t seed, int64_t ordinal, enum sim_stream stream, int64_t limit);

/* The cube of an even draw, up to less than `limit`: most are small, few are large. */
int64_t sim_draw_cube(uint64_t seed, int64_t ordinal, enum sim_stream stream, int64_t limit);

#endif
