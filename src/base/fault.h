/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

/*
 * Why a refresh failed. The numbers are those of nbuSiteErrorClass in NBU-JOBS-MIB and must not
 * change.
 */
enum fault_class {
	FAULT_NONE = 1,
	FAULT_DNS = 2,
	FAULT_CONNECT = 3,
	FAULT_TLS = 4,
	FAULT_TIMEOUT = 5,
	FAULT_AUTH = 6,
	FAULT_VERSION = 7,
	FAULT_REQUEST = 8,
	FAULT_SERVER = 9,
	FAULT_PROTOCOL = 10,
	FAULT_STORAGE = 11,
	FAULT_OTHER = 12,
	FAULT_VANISHED = 13 /* jobs, all at once: see site/vanish.h */
};

/* An SnmpAdminString holds 255 octets. */
#define FAULT_TEXT_SIZE 256

struct fault {
	enum fault_class class;
	bool passing;		    /* it may pass: asking again soon can help */
	int retry_after;	    /* seconds that the server asked us to wait; 0 = it did not */
	int status;		    /* of HTTP; 0 = there was none */
	char text[FAULT_TEXT_SIZE]; /* one line of UTF-8 for a person */
};

/* Sets FAULT to none: nothing has gone wrong. */
void fault_clear(struct fault *fault);

/*
 * Sets class and text of FAULT and clears the rest. The text becomes one line (utf8_clean). Where
 * it is too long it is cut between two characters.
 */
void fault_set(struct fault *fault, enum fault_class class, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The word for CLASS, such as "tls"; and all of them, by their numbers. */
const char *fault_class_name(enum fault_class class);
extern const char *const fault_class_names[];

#endif
