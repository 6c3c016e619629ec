/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <sys/socket.h>

/* Where a master agent listens. */
struct address {
	struct sockaddr_storage storage;
	socklen_t length; /* 0 = it is not known yet */
};

/* Finds the address of SOCKET, a path or tcp:HOST:PORT. A name may block. An errno, or 0. */
int address_find(const char *socket, struct address *address);

/*
 * The same without blocking: EINPROGRESS while a name is looked up, until which this is called
 * again. For one socket of the process.
 */
int address_seek(const char *socket, struct address *address);

#define ADDRESS_SPEC_SIZE 32 /* octets, with the NUL */

/* ADDRESS, which is one of TCP, as tcp:NUMBERS:PORT. */
void address_spec(const struct address *address, char spec[ADDRESS_SPEC_SIZE]);

/* Begins to connect: *FD becomes a socket that does not block, or -1. An errno, or 0. */
int address_connect(const struct address *address, int *fd);

#endif
