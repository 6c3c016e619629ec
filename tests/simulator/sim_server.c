/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_server.h"

#include <ctype.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "sim_api.h"

enum {
	URL_SIZE = 320,
	PRIORITIES_SIZE = 80,
	BACKLOG = 128,
	MAX_BODY = 65536,
	IDLE_S = 300,
	DRIPS = 10,
	ID_SIZE = 64,
};

static const size_t huge_size = 512U << 20;

struct sim_server {
	struct sim_state state;
	struct MHD_Daemon *daemon;
	int socket;
	char url[URL_SIZE];
	struct sim_buf certificate;
	struct sim_buf key;
	char priorities[PRIORITIES_SIZE]; /* of GnuTLS */
};

/* What libmicrohttpd keeps for us from the first line of a request to its end. */
struct visit {
	char *uri;
	bool begun;
	struct sim_buf body;
};

/* A body that is made while it is sent. */
struct stream {
	struct sim_state *state;
	struct sim_buf body;
	int slow_ms;
	bool packed;
	size_t left; /* of a huge body, not yet made */
	z_stream zip;
};

const char *sim_request_header(const struct sim_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *sim_request_parameter(const struct sim_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

static struct stream *new_stream(struct sim_state *state, struct sim_reply *reply)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->state = state;
	stream->body = reply->body;
	stream->slow_ms = reply->slow_ms;
	reply->body = (struct sim_buf){0};
	return stream;
}

static void free_stream(void *cls)
{
	struct stream *stream = cls;

	if (stream->packed)
		deflateEnd(&stream->zip);
	sim_buf_free(&stream->body);
	free(stream);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static ssize_t read_slowly(void *cls, uint64_t position, char *to, size_t room)
{
	struct stream *stream = cls;
	size_t left = stream->body.size - (size_t)position;
	size_t size = least(least(left, stream->body.size / DRIPS + 1), room);

	if (!sim_state_sleep(stream->state, stream->slow_ms / DRIPS))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	memcpy(to, stream->body.data + position, size);
	return (ssize_t)size;
}

static ssize_t read_half(void *cls, uint64_t position, char *to, size_t room)
{
	struct stream *stream = cls;
	size_t half = stream->body.size / 2;
	size_t size;

	if (position >= half)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	size = least(half - (size_t)position, room);
	memcpy(to, stream->body.data + position, size);
	return (ssize_t)size;
}

/* The first bytes of a huge body are the reply's, all others spaces. */
static size_t make_huge(struct stream *stream, char *to, size_t room)
{
	size_t size = least(stream->body.size, room);

	if (size) {
		memcpy(to, stream->body.data, size);
		stream->body.size = 0;
		return size;
	}
	size = least(stream->left, room);
	memset(to, ' ', size);
	stream->left -= size;
	return size;
}

static ssize_t read_huge(void *cls, uint64_t position, char *to, size_t room)
{
	size_t size = make_huge(cls, to, room);

	(void)position;
	return size ? (ssize_t)size : MHD_CONTENT_READER_END_OF_STREAM;
}

static ssize_t read_huge_packed(void *cls, uint64_t position, char *to, size_t room)
{
	struct stream *stream = cls;
	char plain[16384];
	int result = Z_OK;

	(void)position;
	stream->zip.next_out = (unsigned char *)to;
	stream->zip.avail_out = (unsigned int)least(room, 1U << 20);
	while (stream->zip.total_out == position && result != Z_STREAM_END) {
		size_t size = make_huge(stream, plain, sizeof(plain));

		stream->zip.next_in = (unsigned char *)plain;
		stream->zip.avail_in = (unsigned int)size;
		/* One flush for each piece, so that bytes flow from the start. */
		result = deflate(&stream->zip, size ? Z_SYNC_FLUSH : Z_FINISH);
		if (result != Z_OK && result != Z_STREAM_END)
			break;
	}
	if (stream->zip.total_out == position)
		return MHD_CONTENT_READER_END_OF_STREAM;
	return (ssize_t)(stream->zip.total_out - position);
}

static struct MHD_Response *huge_response(struct sim_state *state, struct sim_reply *reply,
					  bool packed)
{
	struct stream *stream = new_stream(state, reply);

	if (!stream)
		return NULL;
	stream->left = huge_size;
	stream->packed = packed && deflateInit2(&stream->zip, 1, Z_DEFLATED, 15 + 16, 8,
						Z_DEFAULT_STRATEGY) == Z_OK;
	return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 65536,
						 stream->packed ? read_huge_packed : read_huge,
						 stream, free_stream);
}

static struct MHD_Response *stream_response(struct sim_state *state, struct sim_reply *reply,
					    MHD_ContentReaderCallback reader)
{
	size_t size = reply->body.size;
	struct stream *stream = new_stream(state, reply);

	if (!stream)
		return NULL;
	return MHD_create_response_from_callback(size, 65536, reader, stream, free_stream);
}

static struct MHD_Response *whole_response(struct sim_reply *reply)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    reply->body.size, reply->body.data, MHD_RESPMEM_MUST_FREE);

	if (response)
		reply->body = (struct sim_buf){0};
	return response;
}

static struct MHD_Response *make_response(struct sim_state *state, struct sim_reply *reply,
					  bool packed)
{
	switch (reply->delivery) {
	case SIM_DELIVER_SLOWLY:
		return stream_response(state, reply, read_slowly);
	case SIM_DELIVER_HALF:
		return stream_response(state, reply, read_half);
	case SIM_DELIVER_HUGE:
		return huge_response(state, reply, packed);
	default:
		return whole_response(reply);
	}
}

static bool takes_gzip(const struct sim_request *request)
{
	const char *accept = sim_request_header(request, "Accept-Encoding");
	const char *at = accept ? strcasestr(accept, "gzip") : NULL;

	/* gzip;q=0 is a refusal. */
	return at && strncmp(at, "gzip;q=0", 8) != 0;
}

/* The client's own id if it is harmless, else a new one. */
static void choose_id(const struct sim_request *request, char id[ID_SIZE])
{
	const char *given = sim_request_header(request, "X-Request-ID");
	size_t size = 0;

	while (given && (isalnum((unsigned char)given[size]) ||
			 (given[size] && strchr("-_.:", given[size]))))
		size++;
	if (given && size && size < ID_SIZE && !given[size]) {
		memcpy(id, given, size + 1);
		return;
	}
	snprintf(id, ID_SIZE, "sim-%llx-%llx", (unsigned long long)sim_time_now_ms(),
		 (unsigned long long)(uintptr_t)request->connection >> 4);
}

static void format_date(int64_t ms, char *text, size_t size)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm parts;

	gmtime_r(&seconds, &parts);
	strftime(text, size, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	if (value[0])
		MHD_add_response_header(response, name, value);
}

static void add_headers(struct sim_state *state, const struct sim_request *request,
			const struct sim_reply *reply, struct MHD_Response *response, bool packed)
{
	char date[64];
	char id[ID_SIZE];

	format_date(sim_state_now(state), date, sizeof(date));
	choose_id(request, id);
	add_header(response, "Date", date);
	add_header(response, "Content-Type", reply->media);
	add_header(response, "X-Request-ID", id);
	add_header(response, "Retry-After", reply->retry_after);
	add_header(response, "X-NetBackup-API-Version", reply->api_version);
	add_header(response, "Location", reply->location);
	if (reply->may_pack)
		add_header(response, "Vary", "Accept-Encoding");
	if (packed)
		add_header(response, "Content-Encoding", "gzip");
}

static enum MHD_Result send_reply(struct sim_state *state, const struct sim_request *request,
				  struct sim_reply *reply)
{
	bool packed = reply->may_pack && takes_gzip(request);
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t size;

	if (packed && reply->delivery != SIM_DELIVER_HUGE)
		sim_buf_gzip(&reply->body);
	size = reply->body.size;
	response = make_response(state, reply, packed);
	if (!response)
		return MHD_NO;
	if (packed)
		SIM_STATE_COUNT(state, gzip);
	add_headers(state, request, reply, response, packed);
	sim_state_log(state, request->method, request->uri, reply->status, (int64_t)size);
	result = MHD_queue_response(request->connection, (unsigned int)reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result drop(struct sim_state *state, const struct sim_request *request)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	/* Without lingering, close sends a reset instead of a polite end. */
	if (info)
		setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	sim_state_log(state, request->method, request->uri, 0, 0);
	return MHD_NO;
}

/* Counts a connection with its first request that is not for the simulator itself. */
static void count_connection(struct sim_state *state, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	bool *counted = info ? info->socket_context : NULL;

	if (!counted || *counted)
		return;
	*counted = true;
	SIM_STATE_COUNT(state, connections);
}

static void notice_connection(void *cls, struct MHD_Connection *connection, void **context,
			      enum MHD_ConnectionNotificationCode code)
{
	(void)cls;
	(void)connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = calloc(1, sizeof(bool));
	} else {
		free(*context);
		*context = NULL;
	}
}

static void *begin_visit(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct visit *visit = calloc(1, sizeof(*visit));

	(void)cls;
	(void)connection;
	if (visit)
		visit->uri = strdup(uri);
	return visit;
}

static void end_visit(void *cls, struct MHD_Connection *connection, void **context,
		      enum MHD_RequestTerminationCode code)
{
	struct visit *visit = *context;

	(void)cls;
	(void)connection;
	(void)code;
	if (!visit)
		return;
	free(visit->uri);
	sim_buf_free(&visit->body);
	free(visit);
	*context = NULL;
}

static enum MHD_Result answer(struct sim_state *state, const struct sim_request *request)
{
	struct sim_reply reply = {.status = MHD_HTTP_OK};
	enum MHD_Result result;

	if (strncmp(request->path, "/sim/", 5) == 0) {
		sim_control_answer(state, request, &reply);
	} else {
		count_connection(state, request->connection);
		sim_api_answer(state, request, &reply);
	}
	if (reply.delivery == SIM_DELIVER_NOTHING)
		result = drop(state, request);
	else
		result = send_reply(state, request, &reply);
	sim_buf_free(&reply.body);
	return result;
}

/* Called once when the head has been read, for every piece of a body, and once at the end. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *path,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **context)
{
	struct sim_server *server = cls;
	struct visit *visit = *context;
	struct sim_request request = {
	    .connection = connection,
	    .method = method,
	    .path = path,
	};

	(void)version;
	if (!visit || !visit->uri)
		return MHD_NO;
	if (!visit->begun) {
		visit->begun = true;
		return MHD_YES;
	}
	if (*upload_size) {
		if (visit->body.size + *upload_size > MAX_BODY)
			return MHD_NO;
		sim_buf_add(&visit->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	request.uri = visit->uri;
	request.body = visit->body.data ? visit->body.data : "";
	return answer(&server->state, &request);
}

static bool read_file(const char *directory, const char *name, struct sim_buf *content)
{
	struct sim_buf path = {0};
	char piece[4096];
	size_t size;
	FILE *file;

	sim_buf_printf(&path, "%s/%s", directory, name);
	file = fopen(path.data, "r");
	if (!file) {
		fprintf(stderr, "nbu-sim: %s: %s\n", path.data, strerror(errno));
		sim_buf_free(&path);
		return false;
	}
	while ((size = fread(piece, 1, sizeof(piece), file)) > 0)
		sim_buf_add(content, piece, size);
	fclose(file);
	sim_buf_free(&path);
	return content->data != NULL;
}

static bool read_certificates(struct sim_server *server)
{
	const char *directory = server->state.options->tls_dir;

	return !directory || (read_file(directory, "server.pem", &server->certificate) &&
			      read_file(directory, "server.key", &server->key) &&
			      read_file(directory, "ca.pem", &server->state.ca));
}

static bool open_log(struct sim_server *server)
{
	const char *path = server->state.options->log;

	if (!path)
		return true;
	server->state.log = fopen(path, "a");
	if (!server->state.log) {
		fprintf(stderr, "nbu-sim: %s: %s\n", path, strerror(errno));
		return false;
	}
	setvbuf(server->state.log, NULL, _IOLBF, 0);
	return true;
}

static int listen_at(const struct addrinfo *info)
{
	int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	on = errno;
	close(fd);
	errno = on;
	return -1;
}

static bool open_socket(struct sim_server *server)
{
	const struct sim_options *options = server->state.options;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *info;
	const char *reason;
	int failed = getaddrinfo(options->address, options->port, &hints, &info);

	if (failed) {
		reason = gai_strerror(failed);
	} else {
		server->socket = listen_at(info);
		reason = strerror(errno);
		freeaddrinfo(info);
	}
	if (server->socket >= 0)
		return true;
	fprintf(stderr, "nbu-sim: cannot listen on %s port %s: %s\n", options->address,
		options->port, reason);
	return false;
}

static void set_url(struct sim_server *server)
{
	const struct sim_options *options = server->state.options;
	bool brackets = strchr(options->address, ':') != NULL;
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof(address);
	uint16_t port = 0;

	getsockname(server->socket, (struct sockaddr *)&address, &size);
	if (address.ss_family == AF_INET6)
		port = ((struct sockaddr_in6 *)&address)->sin6_port;
	else if (address.ss_family == AF_INET)
		port = ((struct sockaddr_in *)&address)->sin_port;
	snprintf(server->url, sizeof(server->url), "%s://%s%.250s%s:%d/netbackup",
		 options->tls_dir ? "https" : "http", brackets ? "[" : "", options->address,
		 brackets ? "]" : "", ntohs(port));
}

struct sim_server *sim_server_open(const struct sim_options *options)
{
	struct sim_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->socket = -1;
	sim_state_init(&server->state, options);
	if (!read_certificates(server) || !open_log(server) || !open_socket(server)) {
		sim_server_close(server);
		return NULL;
	}
	set_url(server);
	return server;
}

/* What GnuTLS may speak: all that is safe, or one version, be it ever so old. */
static void set_priorities(struct sim_server *server)
{
	const char *version = server->state.options->tls_version;

	if (version)
		snprintf(server->priorities, sizeof(server->priorities),
			 "NORMAL:-VERS-ALL:+VERS-TLS%.8s:%%VERIFY_ALLOW_SIGN_WITH_SHA1", version);
	else
		snprintf(server->priorities, sizeof(server->priorities), "NORMAL");
}

bool sim_server_start(struct sim_server *server)
{
	unsigned int flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
			     MHD_USE_POLL | MHD_USE_ITC;
	struct MHD_OptionItem tls[] = {
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate.data},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.data},
	    {MHD_OPTION_HTTPS_PRIORITIES, 0, server->priorities},
	    {MHD_OPTION_END, 0, NULL},
	};

	set_priorities(server);
	if (server->certificate.data)
		flags |= MHD_USE_TLS;
	else
		tls[0].option = MHD_OPTION_END;
	server->daemon = MHD_start_daemon(
	    flags, 0, NULL, NULL, handle, server, MHD_OPTION_LISTEN_SOCKET, server->socket,
	    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_NOTIFY_COMPLETED, end_visit, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, notice_connection, NULL, MHD_OPTION_URI_LOG_CALLBACK,
	    begin_visit, NULL, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (!server->daemon) {
		fprintf(stderr, "nbu-sim: cannot start the web server%s\n",
			server->certificate.data ? " (is the certificate good?)" : "");
		return false;
	}
	/* The daemon closes the socket from here on. */
	server->socket = -1;
	return true;
}

const char *sim_server_url(const struct sim_server *server)
{
	return server->url;
}

struct sim_state *sim_server_state(struct sim_server *server)
{
	return &server->state;
}

void sim_server_close(struct sim_server *server)
{
	sim_state_stop(&server->state);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	if (server->socket >= 0)
		close(server->socket);
	sim_buf_free(&server->certificate);
	sim_buf_free(&server->key);
	sim_state_free(&server->state);
	free(server);
}
