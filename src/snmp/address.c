/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/mem.h"

static int find_path(const char *path, struct address *address)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof local.sun_path)
		return ENAMETOOLONG;
	memcpy(local.sun_path, path, strlen(path) + 1);
	memcpy(&address->storage, &local, sizeof local);
	address->length = sizeof local;
	return 0;
}

/* A lookup of HOST and PORT that goes on in a thread of the C library. */
static struct {
	char *host; /* NULL = there is none */
	char *port; /* behind it */
	struct addrinfo want;
	struct gaicb request;
} lookup;

/* Takes over FOUND. */
static void take(struct addrinfo *found, struct address *address)
{
	memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
	address->length = found->ai_addrlen;
	freeaddrinfo(found);
}

/* SPEC is HOST:PORT. FLAGS are those of getaddrinfo(3). */
static int find_tcp(const char *spec, int flags, struct address *address)
{
	struct addrinfo want = {
	    .ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
	struct addrinfo *found = NULL;
	char *host = mem_strdup(spec), *port = strrchr(host, ':');
	int error = EADDRNOTAVAIL;

	if (port)
		*port++ = '\0';
	if (port && getaddrinfo(host, port, &want, &found) == 0) {
		take(found, address);
		error = 0;
	}
	free(host);
	return error;
}

/* Begins to look SPEC up. */
static int begin_lookup(const char *spec)
{
	struct gaicb *list[] = {&lookup.request};

	lookup.host = mem_strdup(spec);
	lookup.port = strrchr(lookup.host, ':');
	if (lookup.port)
		*lookup.port++ = '\0';
	lookup.want = (struct addrinfo){.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	lookup.request = (struct gaicb){
	    .ar_name = lookup.host, .ar_service = lookup.port, .ar_request = &lookup.want};
	return lookup.port && getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == 0 ? EINPROGRESS
									    : EADDRNOTAVAIL;
}

/* What the lookup has found, if it has ended. */
static int end_lookup(struct address *address)
{
	int error = gai_error(&lookup.request);

	if (error == EAI_INPROGRESS)
		return EINPROGRESS;
	if (error != 0)
		return EADDRNOTAVAIL;
	take(lookup.request.ar_result, address);
	return 0;
}

int address_seek(const char *socket, struct address *address)
{
	int error;

	if (strncmp(socket, "tcp:", 4) != 0)
		return find_path(socket, address);
	if (lookup.host)
		error = end_lookup(address);
	else if (find_tcp(socket + 4, AI_NUMERICHOST, address) == 0)
		return 0;
	else
		error = begin_lookup(socket + 4);
	if (error != EINPROGRESS) {
		free(lookup.host);
		lookup.host = NULL;
	}
	return error;
}

int address_find(const char *socket, struct address *address)
{
	if (strncmp(socket, "tcp:", 4) == 0)
		return find_tcp(socket + 4, 0, address);
	return find_path(socket, address);
}

int address_connect(const struct address *address, int *fd)
{
	*fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return errno;
	if (connect(*fd, (const struct sockaddr *)&address->storage, address->length) == 0 ||
	    errno == EINPROGRESS)
		return 0;
	return errno;
}
