/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
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
		memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
		address->length = found->ai_addrlen;
		freeaddrinfo(found);
		error = 0;
	}
	free(host);
	return error;
}

/* A name that is looked up by a thread, which may wait for long. */
static struct lookup {
	char *spec;
	struct address address;
	int error;
	atomic_bool done; /* the rest is the main thread's again */
} * lookup;		  /* NULL = none */

static void *look_up(void *arg)
{
	struct lookup *own = arg;

	own->error = find_tcp(own->spec, 0, &own->address);
	own->done = true;
	return NULL;
}

static int begin_lookup(const char *spec)
{
	pthread_t thread;
	int error;

	lookup = mem_zalloc(1, sizeof *lookup);
	lookup->spec = mem_strdup(spec);
	error = pthread_create(&thread, NULL, look_up, lookup);
	if (error != 0)
		return error;
	pthread_detach(thread);
	return EINPROGRESS;
}

static int end_lookup(struct address *address)
{
	if (!lookup->done)
		return EINPROGRESS;
	if (lookup->error == 0)
		*address = lookup->address;
	return lookup->error;
}

int address_seek(const char *socket, struct address *address)
{
	int error;

	if (strncmp(socket, "tcp:", 4) != 0)
		return find_path(socket, address);
	if (lookup)
		error = end_lookup(address);
	else if (find_tcp(socket + 4, AI_NUMERICHOST, address) == 0)
		return 0;
	else
		error = begin_lookup(socket + 4);
	if (error != EINPROGRESS) {
		free(lookup->spec);
		free(lookup);
		lookup = NULL;
	}
	return error;
}

int address_find(const char *socket, struct address *address)
{
	if (strncmp(socket, "tcp:", 4) == 0)
		return find_tcp(socket + 4, 0, address);
	return find_path(socket, address);
}

void address_spec(const struct address *address, char spec[ADDRESS_SPEC_SIZE])
{
	struct sockaddr_in internet;
	char host[INET_ADDRSTRLEN] = "";

	memcpy(&internet, &address->storage, sizeof internet);
	inet_ntop(AF_INET, &internet.sin_addr, host, sizeof host);
	snprintf(spec, ADDRESS_SPEC_SIZE, "tcp:%s:%u", host, (unsigned)ntohs(internet.sin_port));
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
