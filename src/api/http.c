/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "api/certificate.h"
#include "base/condition.h"
#include "base/cpu.h"
#include "base/descriptors.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/timefmt.h"

/*
 * A page of 100 jobs has some 200 KB; a body that is a hundred times larger is no page. The size is
 * counted after decompression: a small body may become a huge one.
 */
#define BODY_MAX (32u << 20)

/* Those of a server have some 500 bytes, and gateways add little to them. */
#define HEADERS_MAX (256u << 10)

#define REST_MS 100 /* before poll(2) is tried again */

struct http {
	struct http *owner; /* that has the multi handle: itself, unless it was opened beside one */
	CURLM *multi;	    /* of an owner, with the connection; NULL = at rest */
	/* Of an owner, the sessions of TLS, which outlive its connection; else the connection. */
	CURLSH *share;
	CURL *easy;
	struct curl_slist *headers;
	char *ca_file;
	bool tls_verify;
	int timeout;
	bool running; /* a request is under way */
	bool done;    /* it is over, with RESULT */
	CURLcode result;
	int64_t arrived;       /* when it was over */
	unsigned ready;	       /* of an owner: how many requests are over and not yet awaited */
	bool broken;	       /* of an owner: curl could not go on with them */
	bool too_large;	       /* the body is */
	size_t headers_length; /* of all heads of the present answer */
	bool near_deadline;    /* the deadline comes before the timeout */
	char names[160];       /* for which the server's certificate is; "" = not known */
	int64_t expires;       /* when it ends */
	char *body;
	size_t length;
	size_t capacity;
	char error[CURL_ERROR_SIZE];
	int socket_error; /* why there was no socket for the present request; 0 = there was */
	atomic_bool cancelled;
	/* Between the thread that waits and the one that cancels. The first is for multi, too. */
	pthread_mutex_t mutex;
	pthread_cond_t cancellation;
};

/* CURLE_TOO_LARGE, which curl 8.6 brought: a header is far too long. */
#define CURLE_TOO_LARGE_CODE ((CURLcode)100)

#define TLS_PORT "; url begins with http://, and this may be a TLS port: try https://"

/* What the errors of curl mean. Any other is FAULT_OTHER. */
static const struct meaning {
	CURLcode code;
	enum fault_class class;
	bool passing;
	const char *advice;
	const char *plain_advice; /* for http://, where it is not the same */
} meanings[] = {
    {CURLE_COULDNT_RESOLVE_HOST, FAULT_DNS, false, "; check the host name in url", NULL},
    {CURLE_COULDNT_CONNECT, FAULT_CONNECT, true, "", NULL},
    {CURLE_RECV_ERROR, FAULT_CONNECT, true, "", NULL},
    {CURLE_SEND_ERROR, FAULT_CONNECT, true, "", NULL},
    {CURLE_GOT_NOTHING, FAULT_CONNECT, true, "", TLS_PORT},
    {CURLE_PARTIAL_FILE, FAULT_CONNECT, true, "", NULL},
    {CURLE_SSL_CACERT_BADFILE, FAULT_TLS, false, "; check ca-file", NULL},
    {CURLE_SSL_CONNECT_ERROR, FAULT_TLS, false,
     "; check the port in url: it may be one that does not speak TLS", NULL},
    {CURLE_SSL_CERTPROBLEM, FAULT_TLS, false, "", NULL},
    {CURLE_SSL_CIPHER, FAULT_TLS, false, "", NULL},
    {CURLE_SSL_ENGINE_INITFAILED, FAULT_TLS, false, "", NULL},
    /* Memory never fails: older ones report this when a header is far too long. */
    {CURLE_OUT_OF_MEMORY, FAULT_PROTOCOL, false, "; the answer is too large to be one", NULL},
    {CURLE_TOO_LARGE_CODE, FAULT_PROTOCOL, false, "; the answer is too large to be one", NULL},
    {CURLE_BAD_CONTENT_ENCODING, FAULT_PROTOCOL, false, "", NULL},
    {CURLE_WEIRD_SERVER_REPLY, FAULT_PROTOCOL, false, "; check the port in url", TLS_PORT},
    {CURLE_UNSUPPORTED_PROTOCOL, FAULT_PROTOCOL, false, "; check the port in url", TLS_PORT},
};

/* What is wrong with a certificate: the error codes of X509_verify_cert(3). Else it is the CA. */
static const struct {
	long code;
	const char *advice;
} certificate_flaws[] = {
    {9, "; it is not valid yet: check the clocks"},
    {10, "; renew it on the primary"},
};

/*
 * What curl sends goes through buffers of its own, which it does not overwrite. It uses these
 * functions for them, and for the list of headers.
 */
void http_global_init(void)
{
	certificate_use_memory();
	curl_global_init_mem(CURL_GLOBAL_DEFAULT, mem_malloc, secret_wipe, secret_realloc,
			     mem_strdup, mem_zalloc);
}

void http_global_cleanup(void)
{
	curl_global_cleanup();
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct http *http = arg;
	size_t more = size * count;

	if (more > BODY_MAX - http->length) {
		http->too_large = true;
		return 0;
	}
	if (http->length + more + 1 > http->capacity) {
		http->capacity = (http->length + more + 1) * 2;
		http->body = mem_resize(http->body, http->capacity, 1);
	}
	memcpy(http->body + http->length, data, more);
	http->length += more;
	return more;
}

/* An answer may have many heads, such as 100 Continue, without end. */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct http *http = arg;

	(void)data;
	http->headers_length += size * count;
	return http->headers_length > HEADERS_MAX ? 0 : size * count;
}

/* As curl does it, but who has no descriptor is told so. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http *http = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	(void)purpose;
	/* Another address may have one after all: then it is not what the request fails of. */
	http->socket_error = fd < 0 ? errno : 0;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Options that are the same for all requests. */
static void set_options(struct http *http)
{
	CURL *easy = http->easy;
	long verify = http->tls_verify ? 1 : 0;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, http);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "nbu-agentx/" NBU_AGENTX_VERSION);
	/* Signals would hit any thread. */
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, http);
	curl_easy_setopt(easy, CURLOPT_SHARE, http->share);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	/* One request at a time gains nothing from HTTP/2. */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	/* Through a redirect or a proxy the key would go elsewhere. */
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify * 2);
	/* What the certificate says is kept for http_certificate_expires. */
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	if (http->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Without this, giving up a request waits for a name server that does not answer. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void init_waiting(struct http *http)
{
	pthread_mutex_init(&http->mutex, NULL);
	condition_init(&http->cancellation);
}

/* What one that has a multi handle and one beside it have in common. OWNER NULL = it is its own. */
static struct http *new_http(const struct http_options *options, struct http *owner)
{
	struct http *http = mem_zalloc(1, sizeof *http);

	http->owner = owner ? owner : http;
	http->ca_file = mem_strdup(options->ca_file);
	http->tls_verify = options->tls_verify;
	http->timeout = options->timeout;
	http->easy = mem_checked(curl_easy_init());
	http->share = mem_checked(curl_share_init());
	curl_share_setopt(http->share, CURLSHOPT_SHARE,
			  owner ? CURL_LOCK_DATA_CONNECT : CURL_LOCK_DATA_SSL_SESSION);
	init_waiting(http);
	set_options(http);
	return http;
}

struct http *http_open(const struct http_options *options)
{
	return new_http(options, NULL);
}

/*
 * The multi handle would keep the connection when the easy handle has gone, until it is pushed out.
 * A share of its own ends with it, and the connection with the share.
 */
struct http *http_open_beside(struct http *http)
{
	struct http_options options = {http->ca_file, http->tls_verify, http->timeout};

	return new_http(&options, http->owner);
}

static void set_multi(struct http *owner, CURLM *multi)
{
	pthread_mutex_lock(&owner->mutex);
	owner->multi = multi;
	pthread_mutex_unlock(&owner->mutex);
}

/* Where there is none yet. Without descriptors there may be none, and no request is started. */
static bool has_multi(struct http *owner)
{
	CURLM *multi;

	if (owner->multi)
		return true;
	multi = curl_multi_init();
	if (multi)
		curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1L);
	set_multi(owner, multi);
	return multi != NULL;
}

void http_rest(struct http *http)
{
	CURLM *multi = http->multi;

	http_abandon(http);
	/* From here on http_cancel does not find it. */
	set_multi(http, NULL);
	curl_multi_cleanup(multi);
}

/* They hold the key, and curl needs them only as long as the request lasts. */
static void free_headers(struct http *http)
{
	curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(http->headers);
	http->headers = NULL;
}

static void set_headers(struct http *http, const char *const *headers)
{
	for (; *headers; headers++)
		http->headers = mem_checked(curl_slist_append(http->headers, *headers));
	curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, http->headers);
}

char *http_host(const char *url)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	if (*host == '[')
		return mem_printf("%.*s", (int)strcspn(host + 1, "]/"), host + 1);
	return mem_printf("%.*s", (int)strcspn(host, ":/"), host);
}

static void note_result(struct http *http, CURLcode result)
{
	http->done = true;
	http->result = result;
	http->arrived = timefmt_monotonic();
	http->owner->ready++;
}

/* Lets all requests of OWNER and of those beside it go on, and notes which of them are over. */
static void perform(struct http *owner)
{
	struct http *http = NULL;
	CURLMsg *message;
	int count;

	if (!owner->multi)
		return;
	owner->broken = curl_multi_perform(owner->multi, &count) != CURLM_OK;
	while ((message = curl_multi_info_read(owner->multi, &count)) != NULL) {
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &http);
		if (message->msg == CURLMSG_DONE && http)
			note_result(http, message->data.result);
	}
}

void http_start(struct http *http, const char *url, const char *const *headers, int64_t deadline)
{
	int64_t limit = (int64_t)http->timeout * 1000;
	int64_t left = deadline > 0 ? deadline - timefmt_monotonic() : limit;

	http_abandon(http);
	http->near_deadline = left < limit;
	if (http->near_deadline)
		limit = left;
	http->length = 0;
	http->too_large = false;
	http->headers_length = 0;
	http->error[0] = '\0';
	http->socket_error = 0;
	set_headers(http, headers);
	curl_easy_setopt(http->easy, CURLOPT_URL, url);
	curl_easy_setopt(http->easy, CURLOPT_TIMEOUT_MS, (long)(limit > 0 ? limit : 1));
	http->running = has_multi(http->owner) &&
			curl_multi_add_handle(http->owner->multi, http->easy) == CURLM_OK;
	if (!http->running)
		note_result(http, CURLE_FAILED_INIT);
	/* On an open connection this sends the request. The answer can wait in the socket. */
	perform(http->owner);
}

void http_abandon(struct http *http)
{
	if (http->running)
		curl_multi_remove_handle(http->owner->multi, http->easy);
	if (http->done)
		http->owner->ready--;
	http->running = http->done = false;
	/* They are there where a request could not be started, too. */
	free_headers(http);
}

/* Says which limit was reached: curl tells only how long it has waited. */
static void set_timeout(struct http *http, struct fault *fault)
{
	if (http->near_deadline)
		fault_set(fault, FAULT_TIMEOUT,
			  "the refresh was not done within its deadline; raise deadline if the "
			  "server answers, but slowly");
	else
		fault_set(fault, FAULT_TIMEOUT,
			  "no complete answer within the timeout of %d s; raise timeout if the "
			  "server is only slow",
			  http->timeout);
	fault->passing = true;
}

/* The url of the present or last request. */
static const char *url_of(const struct http *http)
{
	char *url = NULL;

	curl_easy_getinfo(http->easy, CURLINFO_EFFECTIVE_URL, &url);
	return url ? url : "";
}

/* Says what is wrong with a certificate: its time, its names, or else who signed it. */
static void set_certificate_fault(struct http *http, const char *text, struct fault *fault)
{
	const char *advice = "; set ca-file to the certificate of the primary's CA";
	bool is_name;
	long code = 0;

	curl_easy_getinfo(http->easy, CURLINFO_SSL_VERIFYRESULT, &code);
	/* No code of OpenSSL: the chain is in order, and curl itself has compared the names. */
	is_name = code <= 1;
	if (is_name && http->names[0]) {
		char *host = http_host(url_of(http));

		fault_set(
		    fault, FAULT_TLS,
		    "the server's certificate is for %s, not for %s; use a name that it has in url",
		    http->names, host);
		free(host);
		return;
	}
	if (is_name)
		advice = "; use a name that the certificate has in url";
	for (size_t i = 0; i < sizeof certificate_flaws / sizeof certificate_flaws[0]; i++)
		if (certificate_flaws[i].code == code)
			advice = certificate_flaws[i].advice;
	fault_set(fault, FAULT_TLS, "%s%s", text, advice);
}

/* Whether TEXT, an error of OpenSSL, is about the version of TLS: one of ours, and an alert. */
static bool is_old_tls(const char *text)
{
	return strstr(text, "unsupported protocol") || strstr(text, "alert protocol version");
}

/* TEXT is what curl says. */
static const char *advice_of(const struct http *http, const struct meaning *meaning,
			     const char *text)
{
	bool plain = strncmp(url_of(http), "http://", 7) == 0;

	if (meaning->code == CURLE_SSL_CONNECT_ERROR && is_old_tls(text))
		return "; the server speaks no TLS that is new enough: 1.2 at least";
	return plain && meaning->plain_advice ? meaning->plain_advice : meaning->advice;
}

/*
 * Whether CODE comes of it that no descriptor was left. curl tells it as anything else: a name that
 * is not known, a server that cannot be reached, authorities that cannot be read.
 */
static bool lacks_descriptor(const struct http *http, CURLcode code)
{
	static const CURLcode codes[] = {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,
					 CURLE_SSL_CACERT_BADFILE,   CURLE_PEER_FAILED_VERIFICATION,
					 CURLE_FAILED_INIT,	     CURLE_OUT_OF_MEMORY};

	if (descriptors_are_meant(http->socket_error))
		return true;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i] == code)
			return descriptors_are_scarce();
	return false;
}

static void set_fault(struct http *http, CURLcode code, struct fault *fault)
{
	const char *text = http->error[0] ? http->error : curl_easy_strerror(code);

	if (lacks_descriptor(http, code)) {
		fault_set(fault, FAULT_OTHER,
			  "no file descriptor is left for a connection: the limit is "
			  "%lld; " DESCRIPTORS_REMEDY,
			  (long long)descriptors_limit());
		fault->passing = true;
		return;
	}
	if (http->too_large) {
		fault_set(fault, FAULT_PROTOCOL, "the answer has more than %u MiB; check url",
			  BODY_MAX >> 20);
		return;
	}
	if (http->headers_length > HEADERS_MAX) {
		fault_set(fault, FAULT_PROTOCOL,
			  "the answer has more than %u KiB of headers; check url",
			  HEADERS_MAX >> 10);
		return;
	}
	if (code == CURLE_OPERATION_TIMEDOUT) {
		set_timeout(http, fault);
		return;
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION) {
		set_certificate_fault(http, text, fault);
		return;
	}
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
		if (meanings[i].code != code)
			continue;
		fault_set(fault, meanings[i].class, "%s%s", text,
			  advice_of(http, &meanings[i], text));
		fault->passing = meanings[i].passing;
		return;
	}
	fault_set(fault, FAULT_OTHER, "%s", text);
}

/*
 * Copies the header NAME of the present response into OUT, or "" where it does not fit. It is not
 * cut: a server may repeat the key in it, and half a key would not be found and hidden later.
 */
static void copy_header(struct http *http, const char *name, char *out, size_t size)
{
	struct curl_header *header;

	out[0] = '\0';
	if (curl_easy_header(http->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
	    strlen(header->value) < size)
		snprintf(out, size, "%s", header->value);
}

static void fill_response(struct http *http, struct http_response *response)
{
	curl_off_t wire = 0;
	long status = 0;

	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(http->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
	response->status = (int)status;
	response->wire_bytes = (uint64_t)wire;
	copy_header(http, "Content-Type", response->content_type, sizeof response->content_type);
	copy_header(http, "Retry-After", response->retry_after, sizeof response->retry_after);
	copy_header(http, "X-NetBackup-API-Version", response->api_version,
		    sizeof response->api_version);
	copy_header(http, "Date", response->date, sizeof response->date);
	copy_header(http, "Location", response->location, sizeof response->location);
	/* The response keeps the body: the next request may start while it is still being read. */
	response->body = http->body ? http->body : mem_zalloc(1, 1);
	response->length = http->body ? http->length : 0;
	response->body[response->length] = '\0';
	http->body = NULL;
	http->capacity = 0;
}

/*
 * Takes from "DNS:a, IP Address:1.2.3.4" the names alone. Those that do not fit are left out.
 */
static void read_names(struct http *http, const char *text)
{
	size_t length = 0;

	http->names[0] = '\0';
	while (*text) {
		const char *name = text + strcspn(text, ":,");
		size_t size;

		name += *name == ':';
		size = strcspn(name, ",");
		if (length + size + 3 < sizeof http->names)
			length +=
			    (size_t)snprintf(http->names + length, sizeof http->names - length,
					     "%s%.*s", length > 0 ? ", " : "", (int)size, name);
		text = name + size + strspn(name + size, ", ");
	}
}

/*
 * What the server's certificate says, line by line: the first of the chain that a new connection
 * brings. NULL when there is none.
 */
static const struct curl_slist *certificate_lines(const struct http *http)
{
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(http->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
	    info->num_of_certs < 1)
		return NULL;
	return info->certinfo[0];
}

/* Keeps what the server's certificate says. */
static void note_certificate(struct http *http)
{
	static const char expire[] = "Expire date:", names[] = "X509v3 Subject Alternative Name:";
	const struct curl_slist *lines = certificate_lines(http);

	if (lines)
		http->expires = 0;
	for (const struct curl_slist *at = lines; at; at = at->next) {
		if (strncmp(at->data, expire, sizeof expire - 1) == 0)
			timefmt_parse_certificate_date(at->data + sizeof expire - 1,
						       &http->expires);
		if (strncmp(at->data, names, sizeof names - 1) == 0)
			read_names(http, at->data + sizeof names - 1);
	}
}

char *http_certificate(const struct http *http)
{
	static const char pem[] = "Cert:";

	for (const struct curl_slist *at = certificate_lines(http); at; at = at->next)
		if (strncmp(at->data, pem, sizeof pem - 1) == 0)
			return mem_strdup(at->data + sizeof pem - 1);
	return NULL;
}

void http_peer(const struct http *http, char peer[HTTP_PEER_SIZE])
{
	const char *address = NULL;
	curl_off_t connected = 0;
	long port = 0;

	curl_easy_getinfo(http->easy, CURLINFO_CONNECT_TIME_T, &connected);
	curl_easy_getinfo(http->easy, CURLINFO_PRIMARY_IP, &address);
	curl_easy_getinfo(http->easy, CURLINFO_PRIMARY_PORT, &port);
	peer[0] = '\0';
	if (connected > 0 && address && *address && port > 0)
		snprintf(peer, HTTP_PEER_SIZE, "%s port %ld", address, port);
}

int64_t http_certificate_expires(const struct http *http)
{
	return http->expires;
}

/*
 * Waits for the network or http_cancel, MILLIS at most. Where poll(2) fails, it would do so again
 * at once.
 */
static void wait_for_news(struct http *http, int millis)
{
	bool had_turn = cpu_give();

	if (curl_multi_poll(http->owner->multi, NULL, 0, millis, NULL) != CURLM_OK)
		poll(NULL, 0, millis < REST_MS ? millis : REST_MS);
	if (had_turn)
		cpu_take();
}

bool http_is_ready(struct http *http)
{
	if (http->running && !http->done)
		perform(http->owner);
	return !http->running || http->done || http->owner->broken;
}

bool http_wait_any(struct http *http)
{
	while (!http_cancelled(http)) {
		perform(http->owner);
		if (http->owner->ready > 0 || http->owner->broken)
			return true;
		wait_for_news(http, 1000);
	}
	return false;
}

/* Drives the request until it is over. False when it was cancelled. */
static bool drive(struct http *http, CURLcode *result)
{
	while (!http_cancelled(http)) {
		if (http_is_ready(http)) {
			*result = http->done ? http->result : CURLE_FAILED_INIT;
			return true;
		}
		wait_for_news(http, 1000);
	}
	return false;
}

bool http_await(struct http *http, struct http_response *response, struct fault *fault)
{
	CURLcode result = CURLE_OK;
	bool answered = false;

	memset(response, 0, sizeof *response);
	if (!drive(http, &result)) {
		fault_set(fault, FAULT_OTHER, "stopped");
		http_abandon(http);
		return false;
	}
	response->arrived = http->arrived;
	note_certificate(http);
	if (result != CURLE_OK) {
		set_fault(http, result, fault);
	} else {
		fill_response(http, response);
		answered = true;
	}
	http_abandon(http);
	return answered;
}

/* Waits for http_cancel, until the instant END at most. */
static void wait_at_rest(struct http *owner, int64_t end)
{
	bool had_turn = cpu_give();

	pthread_mutex_lock(&owner->mutex);
	if (!atomic_load(&owner->cancelled))
		condition_await(&owner->cancellation, &owner->mutex, end);
	pthread_mutex_unlock(&owner->mutex);
	if (had_turn)
		cpu_take();
}

/* Meanwhile the requests beside it go on: else their answers would be there and still too late. */
bool http_pause(struct http *http, int64_t millis)
{
	int64_t end = timefmt_monotonic() + millis, left;

	while (!http_cancelled(http) && (left = end - timefmt_monotonic()) > 0) {
		if (http->owner->multi)
			wait_for_news(http, left < INT32_MAX ? (int)left : INT32_MAX);
		else
			wait_at_rest(http->owner, end);
		perform(http->owner);
	}
	return !http_cancelled(http);
}

void http_cancel(struct http *http)
{
	struct http *owner = http->owner;

	pthread_mutex_lock(&owner->mutex);
	atomic_store(&owner->cancelled, true);
	if (owner->multi)
		curl_multi_wakeup(owner->multi);
	pthread_cond_signal(&owner->cancellation);
	pthread_mutex_unlock(&owner->mutex);
}

bool http_cancelled(const struct http *http)
{
	return atomic_load(&http->owner->cancelled);
}

void http_response_free(struct http_response *response)
{
	free(response->body);
	response->body = NULL;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	if (http->owner == http)
		http_rest(http);
	else
		http_abandon(http);
	curl_easy_cleanup(http->easy);
	curl_share_cleanup(http->share);
	pthread_cond_destroy(&http->cancellation);
	pthread_mutex_destroy(&http->mutex);
	free(http->ca_file);
	free(http->body);
	free(http);
}
