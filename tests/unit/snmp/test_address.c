/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>

#include "harness.h"
#include "snmp/address.h"

/* Seeks SOCKET until that has ended; how often it was asked is in *TIMES. */
static int seek(const char *socket, struct address *address, int *times)
{
	int error;

	*address = (struct address){.length = 0};
	for (*times = 1; (error = address_seek(socket, address)) == EINPROGRESS; ++*times)
		poll(NULL, 0, 5);
	return error;
}

static void check_tcp(const struct address *address, unsigned ip, unsigned port)
{
	struct sockaddr_in found;

	memcpy(&found, &address->storage, sizeof found);
	EQUAL_NUMBER(address->length, sizeof found);
	EQUAL_NUMBER(ntohl(found.sin_addr.s_addr), ip);
	EQUAL_NUMBER(ntohs(found.sin_port), port);
}

/* A path and a number are known at once; a name is looked up while other work goes on. */
static void test_seek(void)
{
	struct address address;
	struct sockaddr_un local;
	char spec[ADDRESS_SPEC_SIZE];
	int times;

	EQUAL_NUMBER(seek("/var/agentx/master", &address, &times), 0);
	EQUAL_NUMBER(times, 1);
	memcpy(&local, &address.storage, sizeof local);
	EQUAL_TEXT(local.sun_path, "/var/agentx/master");
	EQUAL_NUMBER(seek("tcp:127.0.0.2:705", &address, &times), 0);
	EQUAL_NUMBER(times, 1);
	check_tcp(&address, 0x7f000002, 705);
	address_spec(&address, spec);
	EQUAL_TEXT(spec, "tcp:127.0.0.2:705");
	EQUAL_NUMBER(seek("tcp:localhost:706", &address, &times), 0);
	CU_ASSERT(times > 1);
	check_tcp(&address, 0x7f000001, 706);
	EQUAL_NUMBER(seek("tcp:no-such-host.invalid:705", &address, &times), EADDRNOTAVAIL);
	CU_ASSERT(times > 1);
	EQUAL_NUMBER(seek("tcp:localhost", &address, &times), EADDRNOTAVAIL);
	/* One that has failed leaves nothing behind. */
	EQUAL_NUMBER(seek("tcp:localhost:707", &address, &times), 0);
	check_tcp(&address, 0x7f000001, 707);
}

static const struct harness_test tests[] = {
    {"sought without blocking", test_seek},
    {NULL, NULL},
};

const struct harness_suite address_suite = {"address", tests};
