/* SPDX-License-Identifier: MIT */
#include "image/registry/http.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_S 30L
#define STALL_BYTES 1L /* less than this a second ... */
#define STALL_S 60L    /* ... for so long, and the connection is dead */
#define REDIRECTS_MAX 5L
#define HEADERS_MAX (1 << 20)

struct http {
	CURL *curl;
	struct http_options options;
	char problem[CURL_ERROR_SIZE];
};

/* One request on its way. */
struct exchange {
	struct http *http;
	const struct http_request *request;
	struct http_answer *answer;
	int64_t sent;
	size_t header_bytes;
	bool begun;
	bool failed; /* without memory, or more than fits */
};

int http_open(const struct http_options *options, struct http **ret_http,
	      struct containr_error *err)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http)
		return fail_oom(err);
	http->options = *options;
	http->curl = curl_easy_init();
	if (!http->curl) {
		free(http);
		return fail_oom(err);
	}
	*ret_http = http;
	return 0;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	free(http);
}

struct field {
	const char *name;
	size_t offset; /* of the char * that gets it, in struct http_answer */
};

/* What of an answer's header is kept. */
static const struct field fields[] = {
	{ "Content-Type", offsetof(struct http_answer, content_type) },
	{ "Docker-Content-Digest", offsetof(struct http_answer, digest) },
	{ "Location", offsetof(struct http_answer, location) },
	{ "WWW-Authenticate", offsetof(struct http_answer, challenge) },
	{ "Range", offsetof(struct http_answer, range) },
	{ "OCI-Chunk-Min-Length", offsetof(struct http_answer, chunk_min) },
	{ "Link", offsetof(struct http_answer, link) },
	{ "Retry-After", offsetof(struct http_answer, retry_after) },
};

static char **field_slot(struct http_answer *answer, const struct field *field)
{
	return (char **)(void *)((char *)answer + field->offset);
}

static void clear_fields(struct http_answer *answer)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		char **slot = field_slot(answer, &fields[i]);

		free(*slot);
		*slot = NULL;
	}
}

void http_answer_release(struct http_answer *answer)
{
	clear_fields(answer);
	str_release(&answer->body);
	answer->status = 0;
}

/* Of several challenges Bearer is the one that registries mean. */
static bool is_better(const struct field *field, const char *old, const char *value)
{
	return !old || field->offset != offsetof(struct http_answer, challenge) ||
	       strncasecmp(value, "Bearer", 6) == 0;
}

static const struct field *find_field(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strlen(fields[i].name) == len && strncasecmp(fields[i].name, name, len) == 0)
			return &fields[i];
	return NULL;
}

static void take_field(struct exchange *x, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	const struct field *field = colon ? find_field(line, (size_t)(colon - line)) : NULL;
	const char *value = colon ? colon + 1 : line;
	const char *end = line + len;
	char **slot;

	if (!field)
		return;
	while (value < end && isspace((unsigned char)*value))
		value++;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	slot = field_slot(x->answer, field);
	if (!is_better(field, *slot, value))
		return;
	free(*slot);
	*slot = strndup(value, (size_t)(end - value));
	x->failed |= !*slot;
}

/* Called for each line; a new status line begins a new answer (100-continue, redirects). */
static size_t take_header(char *bytes, size_t size, size_t count, void *data)
{
	struct exchange *x = data;
	size_t len = size * count;

	x->header_bytes += len;
	if (len > 5 && strncmp(bytes, "HTTP/", 5) == 0)
		clear_fields(x->answer);
	else
		take_field(x, bytes, len);
	if (x->header_bytes > HEADERS_MAX)
		x->failed = true;
	return x->failed ? 0 : len;
}

static bool goes_to_sink(struct exchange *x)
{
	long status = 0;

	if (!x->request->sink)
		return false;
	(void)curl_easy_getinfo(x->http->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200 && status != 206)
		return false;
	if (!x->begun && x->request->begin)
		x->request->begin(x->request->data, status);
	x->begun = true;
	return true;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
	struct exchange *x = data;
	size_t len = size * count;

	if (goes_to_sink(x))
		return x->request->sink(x->request->data, bytes, len);
	if (x->answer->body.len + len > HTTP_TEXT_MAX)
		x->failed = true;
	else
		str_append_len(&x->answer->body, bytes, len);
	return x->failed || x->answer->body.failed ? 0 : len;
}

static size_t give_body(char *buffer, size_t size, size_t count, void *data)
{
	struct exchange *x = data;
	const struct http_request *request = x->request;
	int64_t left = request->body_len - x->sent;
	size_t len = size * count;
	ssize_t got;

	if (left < (int64_t)len)
		len = (size_t)left;
	if (request->body) {
		memcpy(buffer, (const char *)request->body + x->sent, len);
		got = (ssize_t)len;
	} else {
		do
			got = pread(request->body_fd, buffer, len, request->body_offset + x->sent);
		while (got < 0 && errno == EINTR);
	}
	if (got < 0 || (got == 0 && len > 0))
		return CURL_READFUNC_ABORT;
	x->sent += got;
	if (request->sent && request->sent(request->data, x->sent) != 0)
		return CURL_READFUNC_ABORT;
	return (size_t)got;
}

/* A redirect of an upload makes curl begin again. */
static int seek_body(void *data, curl_off_t offset, int origin)
{
	struct exchange *x = data;

	if (origin != SEEK_SET)
		return CURL_SEEKFUNC_CANTSEEK;
	x->sent = offset;
	return CURL_SEEKFUNC_OK;
}

static int on_progress(void *data, curl_off_t total, curl_off_t now, curl_off_t up_total,
		       curl_off_t up_now)
{
	const struct exchange *x = data;
	const volatile sig_atomic_t *cancelled = x->http->options.cancelled;

	(void)total;
	(void)now;
	(void)up_total;
	(void)up_now;
	return cancelled && *cancelled ? 1 : 0;
}

static struct curl_slist *copy_headers(const struct http_request *request, bool *ret_failed)
{
	struct curl_slist *list = NULL;

	for (const char *const *header = request->headers; header && *header; header++) {
		struct curl_slist *longer = curl_slist_append(list, *header);

		*ret_failed |= !longer;
		list = longer ? longer : list;
	}
	return list;
}

static void set_method(CURL *curl, const struct http_request *request)
{
	if (strcmp(request->method, "HEAD") == 0)
		(void)curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else if (request->body_len > 0)
		(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	if (strcmp(request->method, "POST") == 0 && request->body_len == 0) {
		(void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
	}
	if (strcmp(request->method, "PUT") == 0 && request->body_len == 0) {
		(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)0);
	}
	if (strcmp(request->method, "HEAD") != 0)
		(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	(void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_len);
}

static void set_safety(CURL *curl, const struct http_options *options)
{
	const char *protocols = options->insecure ? "http,https" : "https";

	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
	(void)curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	(void)curl_easy_setopt(curl, CURLOPT_UNRESTRICTED_AUTH, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALL_S);
	if (options->ca_file)
		(void)curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
	if (options->insecure) {
		(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

static void set_exchange(CURL *curl, struct exchange *x)
{
	(void)curl_easy_setopt(curl, CURLOPT_URL, x->request->url);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, x->http->options.user_agent);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, x->http->problem);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
	(void)curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 256L << 10);
	(void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
	(void)curl_easy_setopt(curl, CURLOPT_READDATA, x);
	(void)curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, seek_body);
	(void)curl_easy_setopt(curl, CURLOPT_SEEKDATA, x);
	(void)curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, x);
}

/* The host of the URL is what people know; the rest of it may hold a token. */
static int fail_transfer(const struct exchange *x, CURLcode result, struct containr_error *err)
{
	const char *host = strstr(x->request->url, "://");
	const char *problem = *x->http->problem ? x->http->problem : curl_easy_strerror(result);

	if (result == CURLE_ABORTED_BY_CALLBACK)
		return fail(err, CONTAINR_E_INVALID_STATE, "the transfer was interrupted");
	if (result == CURLE_OUT_OF_MEMORY || x->answer->body.failed)
		return fail_oom(err);
	host = host ? host + 3 : x->request->url;
	return fail(err, CONTAINR_E_REGISTRY_UNREACHABLE, "%.*s: %.300s", (int)strcspn(host, "/"),
		    host, problem);
}

int http_do(struct http *http, const struct http_request *request, struct http_answer *ret_answer,
	    struct containr_error *err)
{
	struct exchange x = { .http = http, .request = request, .answer = ret_answer };
	struct curl_slist *headers;
	bool failed = false;
	CURLcode result;

	http_answer_release(ret_answer);
	*http->problem = '\0';
	curl_easy_reset(http->curl); /* keeps connections */
	set_exchange(http->curl, &x);
	set_safety(http->curl, &http->options);
	set_method(http->curl, request);
	headers = copy_headers(request, &failed);
	if (failed) {
		curl_slist_free_all(headers);
		return fail_oom(err);
	}
	(void)curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
	result = curl_easy_perform(http->curl);
	curl_slist_free_all(headers);
	(void)curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &ret_answer->status);
	return result == CURLE_OK ? 0 : fail_transfer(&x, result, err);
}
