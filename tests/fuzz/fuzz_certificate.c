/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/certificate.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* What people see of a certificate, and what they compare it with. */
static void check_certificate(const struct certificate *certificate)
{
	assert(!strchr(certificate->subject, '\n') && !strchr(certificate->issuer, '\n'));
	assert(utf8_valid(certificate->subject) && utf8_valid(certificate->issuer));
	assert(certificate_has_fingerprint(certificate, certificate->sha256));
	assert(!certificate_has_fingerprint(certificate, certificate->sha1));
	assert(!certificate_has_fingerprint(certificate, ""));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct certificate certificate, again;
	char *pem = malloc(size + 1), *copy;
	bool good;

	memcpy(pem, data, size);
	pem[size] = '\0';
	good = certificate_read(pem, &certificate);
	copy = certificate_copy_pem(pem);
	assert(good == (copy != NULL));
	if (good) {
		check_certificate(&certificate);
		assert(certificate_read(copy, &again));
		assert(strcmp(certificate.sha256, again.sha256) == 0);
	}
	certificate_has_fingerprint(&certificate, pem);
	free(copy);
	free(pem);
	return 0;
}
