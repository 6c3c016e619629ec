/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/fetch_ca.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/authority.h"
#include "api/http.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "command/options.h"
#include "config/link.h"
#include "config/value.h"

#define TIMEOUT 30 /* seconds */

/* Shows CERTIFICATE to OUT, so that it can be compared. */
static void show(FILE *out, const struct certificate *certificate)
{
	char end[TIMEFMT_INSTANT_SIZE];

	timefmt_format_instant(certificate->expires, end);
	fprintf(out, "subject  %s\nissuer   %s\nends     %.10s\nSHA-256  %s\nSHA-1    %s\n\n",
		certificate->subject, certificate->issuer, end, certificate->sha256,
		certificate->sha1);
}

static void advise(const char *url, const struct certificate *certificate)
{
	printf(
	    "Nothing has been written, as anybody on the way could have answered. Compare the\n"
	    "SHA-256 by another way than the network. On the primary server itself this shows it:\n"
	    "\n"
	    "    openssl x509 -noout -fingerprint -sha256 -in "
	    "/usr/openv/var/webtruststore/cacert.pem\n"
	    "\n"
	    "If it is the same, write the certificate:\n"
	    "\n"
	    "    nbu-agentx --fetch-ca %s \\\n"
	    "        --output /etc/nbu-agentx/ca.pem \\\n"
	    "        --fingerprint %s\n",
	    url, certificate->sha256);
}

/* The certificate with FINGERPRINT, or NULL. */
static const char *find(const struct authorities *authorities, const char *fingerprint)
{
	for (size_t i = 0; i < authorities->count; i++)
		if (certificate_has_fingerprint(&authorities->list[i].certificate, fingerprint))
			return authorities->list[i].pem;
	return NULL;
}

/* Writes PEM to the new file of the descriptor FD. */
static bool fill(int fd, const char *pem)
{
	size_t length = strlen(pem);

	errno = ENOSPC; /* what a short write means */
	/* Whoever runs the agent must be able to read it, and it is no secret. */
	return write(fd, pem, length) == (ssize_t)length && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
}

/*
 * Where OUTPUT leads, behind symbolic links, to be freed. NULL, with a message, where there is
 * something else than a plain file, or a link that anybody may have put there.
 */
static char *find_target(const char *output)
{
	char *target = realpath(output, NULL);
	struct stat status;

	if (lstat(output, &status) == 0 && S_ISLNK(status.st_mode) && !link_is_trusted(output)) {
		fprintf(stderr, "nbu-agentx: %s %s\n", output, link_error(EPERM));
		free(target);
		return NULL;
	}
	if (!target)
		target = mem_strdup(output);
	if (stat(target, &status) < 0 || S_ISREG(status.st_mode))
		return target;
	fprintf(stderr, "nbu-agentx: %s is there and is no plain file\n", output);
	free(target);
	return NULL;
}

/* Writes PEM to a new file beside TARGET, which then takes its place. */
static bool replace(const char *target, const char *pem)
{
	char *new = mem_printf("%s.XXXXXX", target);
	int fd = mkostemp(new, O_CLOEXEC);
	bool fine = fd >= 0 && fill(fd, pem);

	if (fd >= 0 && close(fd) < 0)
		fine = false;
	if (fine && rename(new, target) < 0)
		fine = false;
	if (!fine) {
		fprintf(stderr, "nbu-agentx: cannot write %s: %s\n", target, strerror(errno));
		if (fd >= 0)
			unlink(new);
	}
	free(new);
	return fine;
}

static bool write_file(const char *output, const char *pem)
{
	char *target = find_target(output);
	bool fine = target && replace(target, pem);

	if (fine)
		printf("wrote %s; in the configuration of the site: ca-file = \"%s\"\n", target,
		       target);
	free(target);
	return fine && fflush(stdout) == 0;
}

static bool deliver(const char *pem, const char *output)
{
	if (output)
		return write_file(output, pem);
	return fputs(pem, stdout) >= 0 && fflush(stdout) == 0;
}

static bool settle(const struct authorities *authorities, const char *url, const char *fingerprint,
		   const char *output)
{
	const char *pem = fingerprint ? find(authorities, fingerprint) : NULL;

	if (pem)
		return deliver(pem, output);
	for (size_t i = 0; i < authorities->count; i++)
		show(fingerprint ? stderr : stdout, &authorities->list[i].certificate);
	if (!fingerprint) {
		advise(url, &authorities->list[0].certificate);
		return fflush(stdout) == 0;
	}
	fprintf(stderr, "nbu-agentx: no certificate of %s has this SHA-256: %s\n", url,
		fingerprint);
	return false;
}

/* Asks the server at URL, which is as in the configuration. */
static bool run(const char *url, const char *fingerprint, const char *output)
{
	struct authorities authorities;
	struct fault fault;
	bool fine = authorities_fetch(url, TIMEOUT, &authorities, &fault);

	if (fine) {
		fine = settle(&authorities, url, fingerprint, output);
		authorities_free(&authorities);
	} else {
		fprintf(stderr, "nbu-agentx: %s\n", fault.text);
	}
	return fine;
}

int fetch_ca_run(const char *url, const char *fingerprint, const char *output)
{
	struct value value = {.key = "the url", .text = url};
	char *address = NULL;
	int status = OPTIONS_EXIT_USAGE;

	if (value_read(VALUE_URL, &value, &address)) {
		http_global_init();
		status =
		    run(address, fingerprint, output) ? OPTIONS_EXIT_FINE : OPTIONS_EXIT_FAILED;
		http_global_cleanup();
	} else {
		fprintf(stderr, "nbu-agentx: %s\n", value.complaint);
	}
	free(address);
	return status;
}
