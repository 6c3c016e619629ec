/* SPDX-License-Identifier: BSD-2-Clause */
#include "way.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAYS_MAX 40
#define REQUEST_SIZE 8192
#define PLACES 4    /* connections that may wait to be accepted */
#define REPEATED 64 /* the last bytes that come again and again */
#define TIMES 1024  /* so many of them at once */

struct way {
	int fd, port, server_port;
	atomic_uint requests;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* These are under the mutex. */
	enum way_trick trick;
	char *bytes;
	size_t length;
};

/* A connection on a way, for its thread. */
struct guest {
	struct way *way;
	int fd;
};

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int connect_to(int port, int flags)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool send_all(int fd, const char *data, size_t length)
{
	ssize_t sent;

	for (; length > 0; data += sent, length -= (size_t)sent)
		if ((sent = send(fd, data, length, MSG_NOSIGNAL)) <= 0)
			return false;
	return true;
}

/* Reads the head of a request, which is all there is of a GET. */
static bool read_request(int fd, char request[REQUEST_SIZE])
{
	size_t length = 0;
	ssize_t got;

	while (length < REQUEST_SIZE - 1 &&
	       (got = recv(fd, request + length, REQUEST_SIZE - 1 - length, 0)) > 0) {
		length += (size_t)got;
		request[length] = '\0';
		if (strstr(request, "\r\n\r\n"))
			return true;
	}
	return false;
}

/* The whole answer of the server, to be freed. It ends with the connection. */
static char *ask_server(const struct way *way, const char *request, size_t *length)
{
	const char *line_end = strstr(request, "\r\n");
	int fd = connect_to(way->server_port, 0);
	char buffer[16384], *text = NULL;
	FILE *memory = open_memstream(&text, length);
	ssize_t got;

	if (fd >= 0 && send_all(fd, request, (size_t)(line_end - request)) &&
	    send_all(fd, "\r\nConnection: close", 19) && send_all(fd, line_end, strlen(line_end)))
		while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0)
			fwrite(buffer, 1, (size_t)got, memory);
	if (fd >= 0)
		close(fd);
	fclose(memory);
	return text;
}

static void reset(int fd)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Passes REQUEST on, and the answer back, with what TRICK does to that. */
static void pass(const struct guest *guest, const char *request, enum way_trick trick)
{
	size_t length;
	char *text = ask_server(guest->way, request, &length);

	if (trick == WAY_OLD && length > 8)
		text[7] = '0'; /* of HTTP/1.1 */
	if (trick == WAY_RESETS) {
		length /= 2;
		reset(guest->fd);
	}
	send_all(guest->fd, text, length);
	free(text);
}

/* BYTES, and the last of them until the other side ends the connection. */
static void repeat(int fd, const char *bytes, size_t length)
{
	char *many = malloc((size_t)REPEATED * TIMES);

	for (size_t i = 0; i < TIMES; i++)
		memcpy(many + i * REPEATED, bytes + length - REPEATED, REPEATED);
	if (send_all(fd, bytes, length))
		while (send_all(fd, many, (size_t)REPEATED * TIMES))
			;
	free(many);
}

/* A list that no client has seen the end of. */
static void go_on(const struct guest *guest)
{
	unsigned id = guest->way->requests + 1000000;
	char page[400], body[300];
	int length = snprintf(body, sizeof body,
			      "{\"data\":[{\"attributes\":{\"jobId\":%u,\"state\":\"DONE\","
			      "\"status\":0,\"endTime\":\"2026-07-01T01:00:00.000Z\"}}],"
			      "\"meta\":{\"pagination\":{\"next\":\"c%u\"}}}",
			      id, id);

	length = snprintf(page, sizeof page,
			  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			  "Connection: close\r\nContent-Length: %d\r\n\r\n%s",
			  length, body);
	send_all(guest->fd, page, (size_t)length);
}

/* Until the other side ends the connection. */
static void await_end(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, 0) > 0)
		;
}

static char *copy(const char *bytes, size_t length)
{
	char *copied = malloc(length + 1);

	if (length > 0)
		memcpy(copied, bytes, length);
	return copied;
}

static void answer(const struct guest *guest, const char *request)
{
	struct way *way = guest->way;
	bool is_ping = strstr(request, "/ping ") != NULL;
	enum way_trick trick;
	char *bytes;
	size_t length;

	pthread_mutex_lock(&way->mutex);
	trick = is_ping ? WAY_OPEN : way->trick;
	length = way->length;
	bytes = copy(way->bytes, length);
	pthread_mutex_unlock(&way->mutex);
	way->requests += !is_ping;
	switch (trick) {
	case WAY_SAYS:
		send_all(guest->fd, bytes, length);
		break;
	case WAY_REPEATS:
		repeat(guest->fd, bytes, length);
		break;
	case WAY_SILENT:
		await_end(guest->fd);
		break;
	case WAY_GOES_ON:
		go_on(guest);
		break;
	case WAY_CLOSES:
		break;
	default:
		pass(guest, request, trick);
	}
	free(bytes);
}

static void *serve(void *arg)
{
	struct guest *guest = arg;
	char request[REQUEST_SIZE];

	if (read_request(guest->fd, request))
		answer(guest, request);
	close(guest->fd);
	free(guest);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct way *way = arg;
	int fd;

	while ((fd = accept4(way->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct guest *guest = malloc(sizeof *guest);
		pthread_t thread;

		pthread_mutex_lock(&way->mutex);
		while (way->trick == WAY_SHUT)
			pthread_cond_wait(&way->changed, &way->mutex);
		pthread_mutex_unlock(&way->mutex);
		*guest = (struct guest){way, fd};
		if (pthread_create(&thread, NULL, serve, guest) != 0)
			abort();
		pthread_detach(thread);
	}
	return NULL;
}

struct way *way_open(const struct sim *plain_sim)
{
	static struct way ways[WAYS_MAX];
	static size_t count;
	struct way *way = &ways[count++];
	struct sockaddr_in address = loopback(0);
	socklen_t length = sizeof address;
	pthread_t thread;

	if (count == WAYS_MAX)
		world_fail(__FILE__, __LINE__, "too many ways");
	way->server_port = plain_sim->port;
	way->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(way->fd, (struct sockaddr *)&address, length) < 0 || listen(way->fd, PLACES) < 0 ||
	    getsockname(way->fd, (struct sockaddr *)&address, &length) < 0)
		world_fail(__FILE__, __LINE__, "no port for a way");
	way->port = ntohs(address.sin_port);
	pthread_mutex_init(&way->mutex, NULL);
	pthread_cond_init(&way->changed, NULL);
	if (pthread_create(&thread, NULL, accept_all, way) != 0)
		world_fail(__FILE__, __LINE__, "no thread for a way");
	pthread_detach(thread);
	return way;
}

int way_port(const struct way *way)
{
	return way->port;
}

void way_set(struct way *way, enum way_trick trick, const char *bytes, size_t length)
{
	pthread_mutex_lock(&way->mutex);
	way->trick = trick;
	free(way->bytes);
	way->bytes = copy(bytes, length);
	way->length = length;
	pthread_cond_broadcast(&way->changed);
	pthread_mutex_unlock(&way->mutex);
	/* The places are taken by connections that say nothing and end with the process. */
	for (int i = 0; trick == WAY_SHUT && i < PLACES + 2; i++)
		connect_to(way->port, SOCK_NONBLOCK);
}

unsigned way_requests(const struct way *way)
{
	return way->requests;
}
