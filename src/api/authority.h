/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AUTHORITY_H
#define AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>

#include "api/certificate.h"
#include "base/fault.h"

struct authority {
	char *pem;
	struct certificate certificate; /* what PEM says */
};

/* The certificates of the authorities (CAs) that a primary server says it is trusted by. */
struct authorities {
	struct authority *list; /* each once */
	size_t count;
};

/*
 * Asks the server at URL, as in the key url of a site, for its own CA certificates: GET
 * /security/cacert of the vendor's security API, which needs no key. Nothing is trusted: anybody on
 * the way could have answered. TIMEOUT is in seconds. False with FAULT set, and nothing to be
 * freed; else authorities_free frees what is in AUTHORITIES, which has one certificate at least.
 */
bool authorities_fetch(const char *url, int timeout, struct authorities *authorities,
		       struct fault *fault);

void authorities_free(struct authorities *authorities);

#endif
