/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WAY_H
#define WAY_H

#include "world.h"

/*
 * The way to a server: a port of its own, from which requests go on to a simulator without TLS, and
 * answers come back, until the way does something else with them.
 */
struct way;

/* What happens to requests for lists; a ping always goes through. */
enum way_trick {
	WAY_OPEN,
	WAY_OLD,     /* answers in HTTP/1.0, behind which the connection ends */
	WAY_SAYS,    /* the bytes of way_says are the answer, behind which the connection ends */
	WAY_REPEATS, /* the same, and the last of these bytes come again and again */
	WAY_SILENT,  /* the request is read, and nothing is answered */
	WAY_CLOSES,  /* the connection ends without an answer */
	WAY_RESETS,  /* the connection is reset in the middle of the answer */
	WAY_GOES_ON, /* a page with one job more, which names another behind it */
	WAY_SHUT     /* no connection is accepted: whoever tries gets no sign of life */
};

/* It ends with the process. */
struct way *way_open(const struct sim *plain_sim);
int way_port(const struct way *way);

/* From now on; BYTES is for WAY_SAYS and WAY_REPEATS, and is copied. */
void way_set(struct way *way, enum way_trick trick, const char *bytes, size_t length);

/* How many requests for lists it has seen. */
unsigned way_requests(const struct way *way);

#endif
