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

/* SPEC is HOST:PORT. */
static int find_tcp(const char *spec, struct address *address)
{
	struct addrinfo want = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char *host = mem_strdup(spec), *port = strrchr(host, ':');
	int error = EADDRNOTAVAIL;

	if (port)
		*port++ = '\0';
	if (port && getaddrinfo(host, port, &want, &found) == 0) {
		memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
		address->length = found->ai_addrlen;
		freeaddrinfo(found);
		error = 0;
	}
	free(host);
	return error;
}

int address_find(const char *socket, struct address *address)
{
	if (strncmp(socket, "tcp:", 4) == 0)
		return find_tcp(socket + 4, address);
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
