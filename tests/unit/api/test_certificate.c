/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "api/certificate.h"
#include "harness.h"
#include "unit/api/samples.h"

static const char sample[] = SAMPLE("\n");

static void test_read(void)
{
	struct certificate certificate;

	CU_ASSERT_TRUE(certificate_read(sample, &certificate));
	EQUAL_TEXT(certificate.subject, "CN=primary, O=\"Größe , Söhne\"");
	EQUAL_TEXT(certificate.issuer, certificate.subject);
	EQUAL_TEXT(certificate.sha256, SAMPLE_SHA256);
	EQUAL_NUMBER(strlen(certificate.sha1), 59);
	EQUAL_NUMBER(certificate.expires, INT64_C(2426573497000));
}

static void test_fingerprint(void)
{
	struct certificate certificate;
	char plain[100] = "", *out = plain;

	CU_ASSERT_TRUE(certificate_read(sample, &certificate));
	for (const char *at = SAMPLE_SHA256; *at; at++)
		if (*at != ':')
			*out++ = (char)(*at | 0x20);
	CU_ASSERT_TRUE(certificate_has_fingerprint(&certificate, SAMPLE_SHA256));
	CU_ASSERT_TRUE(certificate_has_fingerprint(&certificate, plain));
	CU_ASSERT_TRUE(certificate_has_fingerprint(&certificate, " " SAMPLE_SHA256 "\n"));
	CU_ASSERT_TRUE(
	    certificate_has_fingerprint(&certificate, "sha256 Fingerprint=" SAMPLE_SHA256));
	CU_ASSERT_FALSE(certificate_has_fingerprint(&certificate, SAMPLE_SHA256 ":00"));
	CU_ASSERT_FALSE(certificate_has_fingerprint(&certificate, ""));
	plain[62] = '\0';
	CU_ASSERT_FALSE(certificate_has_fingerprint(&certificate, plain));
	CU_ASSERT_FALSE(certificate_has_fingerprint(&certificate, certificate.sha1));
	CU_ASSERT_FALSE(certificate_has_fingerprint(&(struct certificate){.expires = 0}, ""));
}

static void test_none(void)
{
	struct certificate certificate;

	CU_ASSERT_FALSE(certificate_read("", &certificate));
	CU_ASSERT_FALSE(certificate_read("-----BEGIN CERTIFICATE-----\nnonsense\n", &certificate));
	EQUAL_TEXT(certificate.sha256, "");
	/* Nobody is asked for a pass phrase. */
	CU_ASSERT_FALSE(certificate_read("-----BEGIN CERTIFICATE-----\n"
					 "Proc-Type: 4,ENCRYPTED\n"
					 "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n"
					 "\n"
					 "MIIB\n"
					 "-----END CERTIFICATE-----\n",
					 &certificate));
	CU_ASSERT_PTR_NULL(certificate_copy_pem("no certificate"));
}

/* What stands around it is left out. */
static void test_copy(void)
{
	char text[4000], *copy;

	strcpy(text, "subject=something\n");
	strcat(text, sample);
	strcat(text, sample);
	copy = certificate_copy_pem(text);
	EQUAL_TEXT(copy, sample);
	free(copy);
}

static const struct harness_test tests[] = {
    {"read", test_read}, {"fingerprint", test_fingerprint},
    {"none", test_none}, {"copy", test_copy},
    {NULL, NULL},
};

const struct harness_suite certificate_suite = {"certificate", tests};
