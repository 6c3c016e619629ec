/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/certificate.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/utf8.h"

static void *take_block(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return mem_malloc(size);
}

static void *resize_block(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return mem_realloc(old, size);
}

static void free_block(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

void certificate_use_memory(void)
{
	CRYPTO_set_mem_functions(take_block, resize_block, free_block);
}

/* There is no pass phrase: the library would ask for one on the terminal. */
static int refuse_phrase(char *phrase, int size, int writing, void *arg)
{
	(void)phrase;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

/* The first certificate in PEM, to be freed with X509_free; NULL when there is none. */
static X509 *parse(const char *pem)
{
	BIO *bio = mem_checked(BIO_new_mem_buf(pem, -1));
	X509 *x509 = PEM_read_bio_X509(bio, NULL, refuse_phrase, NULL);

	BIO_free(bio);
	return x509;
}

/* What is in BIO, which is freed, as a string to be freed. */
static char *take(BIO *bio)
{
	char *data = NULL;
	long length = BIO_get_mem_data(bio, &data);
	char *text = mem_printf("%.*s", length > 0 ? (int)length : 0, data ? data : "");

	BIO_free(bio);
	return text;
}

static void print_name(const X509_NAME *name, char out[CERTIFICATE_NAME_SIZE])
{
	BIO *bio = mem_checked(BIO_new(BIO_s_mem()));
	char *text;

	/* In the order of the certificate and in UTF-8, as openssl-x509(1) prints it. */
	X509_NAME_print_ex(bio, name, 0,
			   XN_FLAG_ONELINE & ~(ASN1_STRFLGS_ESC_MSB | XN_FLAG_SPC_EQ));
	text = take(bio);
	utf8_clean(text);
	snprintf(out, CERTIFICATE_NAME_SIZE, "%s", text);
	free(text);
}

static void print_digest(const X509 *x509, const EVP_MD *kind,
			 char out[CERTIFICATE_FINGERPRINT_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	out[0] = '\0';
	if (!X509_digest(x509, kind, digest, &length))
		return;
	for (unsigned i = 0; i < length; i++)
		snprintf(out + 3 * i, 4, "%02X%s", digest[i], i + 1 < length ? ":" : "");
}

bool certificate_read(const char *pem, struct certificate *certificate)
{
	X509 *x509 = parse(pem);
	struct tm end;

	*certificate = (struct certificate){.expires = 0};
	if (!x509)
		return false;
	print_name(X509_get_subject_name(x509), certificate->subject);
	print_name(X509_get_issuer_name(x509), certificate->issuer);
	if (ASN1_TIME_to_tm(X509_get0_notAfter(x509), &end))
		certificate->expires = (int64_t)timegm(&end) * 1000;
	certificate->is_authority = X509_check_ca(x509) != 0;
	print_digest(x509, EVP_sha256(), certificate->sha256);
	print_digest(x509, EVP_sha1(), certificate->sha1);
	X509_free(x509);
	return true;
}

char *certificate_copy_pem(const char *pem)
{
	X509 *x509 = parse(pem);
	BIO *bio;

	if (!x509)
		return NULL;
	bio = mem_checked(BIO_new(BIO_s_mem()));
	PEM_write_bio_X509(bio, x509);
	X509_free(x509);
	return take(bio);
}

/* The next hexadecimal digit of *TEXT, behind which it moves; '\0' at the end. */
static int next_digit(const char **text)
{
	while (**text == ':' || isspace((unsigned char)**text))
		++*text;
	return **text ? toupper((unsigned char)*(*text)++) : '\0';
}

bool certificate_has_fingerprint(const struct certificate *certificate, const char *text)
{
	const char *behind = strrchr(text, '=');
	const char *own = certificate->sha256;
	int digit;

	if (behind)
		text = behind + 1;
	do {
		digit = next_digit(&own);
		if (next_digit(&text) != digit)
			return false;
	} while (digit);
	return certificate->sha256[0] != '\0';
}
