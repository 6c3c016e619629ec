/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X.509 certificates, as far as people must see and compare them. */

#define CERTIFICATE_NAME_SIZE 256
#define CERTIFICATE_FINGERPRINT_SIZE (32 * 3)

struct certificate {
	char subject[CERTIFICATE_NAME_SIZE]; /* such as "CN=nbu.example.com, O=Veritas" */
	char issuer[CERTIFICATE_NAME_SIZE];
	int64_t expires;   /* an instant; 0 = it cannot be told */
	bool is_authority; /* it may sign others */
	/* Bytes in hexadecimal with colons between, as openssl-x509(1) prints them. */
	char sha256[CERTIFICATE_FINGERPRINT_SIZE];
	char sha1[CERTIFICATE_FINGERPRINT_SIZE];
};

/*
 * Has libcrypto take its memory from mem.h. To be called before anything else makes use of the
 * library; later it changes nothing.
 */
void certificate_use_memory(void);

/* Reads the first certificate in the PEM text PEM. False when there is none. */
bool certificate_read(const char *pem, struct certificate *certificate);

/* The first certificate in PEM, as PEM and nothing else, to be freed; NULL when there is none. */
char *certificate_copy_pem(const char *pem);

/*
 * Whether TEXT, in whatever case and with or without colons and spaces, is its SHA-256. It may
 * stand behind "sha256 Fingerprint=", as openssl-x509(1) prints it.
 */
bool certificate_has_fingerprint(const struct certificate *certificate, const char *text);

#endif
