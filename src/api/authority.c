/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/authority.h"

#include <stdlib.h>
#include <string.h>

#include "api/http.h"
#include "api/json.h"
#include "base/mem.h"

#define PATH "/security/cacert"
#define COUNT_MAX 16 /* more is no list of a primary server's authorities */
#define BEGIN "-----BEGIN CERTIFICATE-----"

/*
 * Servers give the certificates as plain texts to those who ask for version 2.0, in objects
 * otherwise. All strings of the answer are looked at, so either will do.
 */
static const char *const accepts[] = {
    "Accept: application/vnd.netbackup+json;version=2.0",
    "Accept: application/vnd.netbackup+json;version=10.0",
    "Accept: application/vnd.netbackup+json;version=12.0",
};

/* Whether AUTHORITY may sign others, and is not in AUTHORITIES yet. */
static bool is_wanted(const struct authorities *authorities, const struct authority *authority)
{
	for (size_t i = 0; i < authorities->count; i++)
		if (strcmp(authorities->list[i].pem, authority->pem) == 0)
			return false;
	return authority->certificate.is_authority;
}

/* Adds the certificates in TEXT. */
static void add(const char *text, void *arg)
{
	struct authorities *authorities = arg;

	for (; (text = strstr(text, BEGIN)) && authorities->count < COUNT_MAX; text++) {
		struct authority found = {.pem = certificate_copy_pem(text)};

		if (found.pem && certificate_read(found.pem, &found.certificate) &&
		    is_wanted(authorities, &found)) {
			authorities->list = mem_resize(authorities->list, authorities->count + 1,
						       sizeof *authorities->list);
			authorities->list[authorities->count++] = found;
		} else {
			free(found.pem);
		}
	}
}

/* Asks for the answer in one form after the other until the server knows it. */
static bool request(struct http *http, const char *url, struct http_response *response,
		    struct fault *fault)
{
	for (size_t i = 0; i < sizeof accepts / sizeof accepts[0]; i++) {
		const char *headers[] = {accepts[i], NULL};

		http_start(http, url, headers, 0);
		if (!http_await(http, response, fault))
			return false;
		if (response->status == 200)
			return true;
		fault_set(fault, FAULT_REQUEST, "HTTP %d: the server does not tell its CA at %s%s",
			  response->status, url,
			  response->status == 404 ? "; url should end in /netbackup" : "");
		if (response->status == 404)
			break;
		http_response_free(response);
	}
	http_response_free(response);
	return false;
}

static bool take(const struct http_response *response, struct authorities *authorities,
		 struct fault *fault)
{
	const char *complaint;
	struct json_document *document = json_parse(response->body, response->length, &complaint);

	if (!document) {
		fault_set(fault, FAULT_PROTOCOL, "the answer %s; check url", complaint);
		return false;
	}
	json_each_string(json_root(document), add, authorities);
	json_free(document);
	if (authorities->count > 0)
		return true;
	fault_set(fault, FAULT_PROTOCOL, "there is no certificate of a CA in the answer");
	return false;
}

bool authorities_fetch(const char *url, int timeout, struct authorities *authorities,
		       struct fault *fault)
{
	struct http_options options = {.tls_verify = false, .timeout = timeout};
	struct http *http = http_open(&options);
	char *address = mem_printf("%s" PATH, url);
	struct http_response response;
	bool fine;

	*authorities = (struct authorities){NULL, 0};
	fault_clear(fault);
	fine = request(http, address, &response, fault);
	if (fine) {
		fine = take(&response, authorities, fault);
		http_response_free(&response);
	}
	free(address);
	http_close(http);
	return fine;
}

void authorities_free(struct authorities *authorities)
{
	for (size_t i = 0; i < authorities->count; i++)
		free(authorities->list[i].pem);
	free(authorities->list);
}
