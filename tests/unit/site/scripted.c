/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/site/scripted.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http.h"
#include "base/mem.h"

/* Held while an answer is sent. Threads that serve may end later than their server. */
static pthread_mutex_t answering = PTHREAD_MUTEX_INITIALIZER;

static bool fits(const struct answer *answer, const char *request)
{
	size_t length = strcspn(answer->path, "\n");
	const char *end = strchr(request, '\n'), *header = answer->path + length;

	return memmem(request, (size_t)(end - request), answer->path, length) &&
	       (*header == '\0' || strstr(end, header + 1));
}

static const struct answer *choose(const struct answer *answers, const char *request)
{
	static const struct answer none = {"", "404 Not Found", ""};

	for (; answers->path; answers++)
		if (fits(answers, request))
			return answers;
	return &none;
}

static void answer_request(int fd, const struct answer *answer)
{
	char head[600];
	int length = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n",
			      answer->status, strlen(answer->body));

	send(fd, head, (size_t)length, MSG_NOSIGNAL);
	send(fd, answer->body, strlen(answer->body), MSG_NOSIGNAL);
}

struct connection {
	struct server *server;
	int fd;
};

/* Serves one connection to its end. */
static void *serve(void *arg)
{
	struct server *server = ((struct connection *)arg)->server;
	int fd = ((struct connection *)arg)->fd;
	char request[4000];
	size_t length = 0;
	ssize_t got;

	free(arg);
	while ((got = recv(fd, request + length, sizeof request - 1 - length, 0)) > 0) {
		length += (size_t)got;
		request[length] = '\0';
		if (!strstr(request, "\r\n\r\n"))
			continue;
		server->requests++;
		pthread_mutex_lock(&answering);
		answer_request(fd, choose(server->answers, request));
		pthread_mutex_unlock(&answering);
		length = 0;
	}
	close(fd);
	return NULL;
}

/* A client may have several connections. It ends them before the server ends. */
static void *work(void *arg)
{
	struct server *server = arg;
	pthread_t thread;
	int fd;

	while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
		struct connection *connection = mem_zalloc(1, sizeof *connection);

		*connection = (struct connection){server, fd};
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, serve, connection), 0);
		pthread_detach(thread);
	}
	return NULL;
}

static int listen_somewhere(struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(address, 0, sizeof *address);
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)address, length), 0);
	CU_ASSERT_EQUAL_FATAL(listen(fd, 8), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)address, &length), 0);
	return fd;
}

void scripted_open(struct world *world, const char *state_dir)
{
	static char name[] = "paris", key[] = KEY;
	struct sockaddr_in address;

	memset(world, 0, sizeof *world);
	http_global_init();
	world->server.fd = listen_somewhere(&address);
	snprintf(world->url, sizeof world->url, "http://127.0.0.1:%d/netbackup",
		 ntohs(address.sin_port));
	world->site = (struct config_site){.name = name,
					   .url = world->url,
					   .api_key = key,
					   .refresh = 60,
					   .full_refresh = 21600,
					   .window = 86400,
					   .row_retention = 604800,
					   .timeout = 10,
					   .deadline = 120,
					   .protecting_jobs = RESOLVE_PROTECTING,
					   .client_limit = 100,
					   .down_after = 2};
	world->state_dir = state_dir;
	CU_ASSERT_EQUAL_FATAL(pthread_create(&world->thread, NULL, work, &world->server), 0);
}

void scripted_begin(struct world *world)
{
	refresh_close(world->refresh);
	world->refresh = refresh_open(&world->site, world->state_dir);
}

void scripted_answer(struct world *world, const struct answer *answers)
{
	pthread_mutex_lock(&answering);
	world->server.answers = answers;
	pthread_mutex_unlock(&answering);
}

static const struct answer nothing[] = {END};

struct snapshot *scripted_run(struct world *world, const struct answer *answers)
{
	scripted_answer(world, answers);
	refresh_run(world->refresh);
	refresh_collect(world->refresh, INT64_MAX, false);
	/* What has been answered is no longer read: the caller may free it. */
	scripted_answer(world, nothing);
	return refresh_snapshot(world->refresh);
}

void scripted_close(struct world *world)
{
	refresh_close(world->refresh);
	scripted_answer(world, nothing);
	shutdown(world->server.fd, SHUT_RDWR);
	pthread_join(world->thread, NULL);
	close(world->server.fd);
	http_global_cleanup();
}

struct snapshot *scripted_refresh(const struct answer *answers, unsigned *requests)
{
	struct snapshot *snapshot;
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	snapshot = scripted_run(&world, answers);
	scripted_close(&world);
	*requests = world.server.requests;
	return snapshot;
}

void scripted_check_failure(const struct answer *answers, enum fault_class class, const char *part)
{
	unsigned requests;
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_DOWN);
	EQUAL_NUMBER(sites_row(snapshot)->fault.class, class);
	if (!strstr(sites_row(snapshot)->fault.text, part))
		FAIL("the text is \"%s\"", sites_row(snapshot)->fault.text);
	CU_ASSERT_PTR_NULL(strstr(sites_row(snapshot)->fault.text, KEY));
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), 0);
	EQUAL_NUMBER(sites_row(snapshot)->requests, requests);
	snapshot_free(snapshot);
}
