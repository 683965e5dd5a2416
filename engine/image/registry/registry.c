/* SPDX-License-Identifier: MIT */
#include "image/registry/registry.h"

#include "base/cleanup.h"
#include "image/registry/credentials.h"
#include "image/registry/token.h"

#include <containr/containr.h>

#include <ctype.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define TRIES_MAX 5
#define WAIT_FIRST_MS 250
#define WAIT_MAX_MS 30000

/* Who is reached without leaving the machine needs no certificate (docker's rule). */
static bool is_loopback(const char *host)
{
	return strncmp(host, "localhost:", 10) == 0 || strcmp(host, "localhost") == 0 ||
	       strncmp(host, "127.", 4) == 0 || strncmp(host, "[::1]", 5) == 0;
}

static int set_user(struct registry *registry, struct containr_error *err)
{
	const struct registry_options *options = &registry->options;
	size_t len;

	if (!options->user)
		return credentials_find(registry->domain, registry->path, &registry->user,
					&registry->password, &registry->identity, err);
	len = options->password ? strlen(options->user) : strcspn(options->user, ":");
	registry->user = strndup(options->user, len);
	registry->password = strdup(options->password	 ? options->password
				    : options->user[len] ? options->user + len + 1
							 : "");
	return registry->user && registry->password ? 0 : fail_oom(err);
}

int registry_init(struct registry *registry, const struct reference *reference,
		  const struct registry_options *options, struct containr_error *err)
{
	*registry = (struct registry) { .options = *options, .scheme = "https" };
	(void)pthread_mutex_init(&registry->mutex, NULL);
	(void)snprintf(registry->domain, sizeof(registry->domain), "%s", reference->domain);
	(void)snprintf(registry->path, sizeof(registry->path), "%s", reference->path);
	(void)snprintf(registry->host, sizeof(registry->host), "%s",
		       strcmp(reference->domain, "docker.io") == 0 ? "registry-1.docker.io"
								   : reference->domain);
	registry->http = (struct http_options) {
		.user_agent = "containr/" CONTAINR_VERSION,
		.ca_file = options->ca_file,
		.insecure = options->insecure || is_loopback(registry->host),
		.cancelled = options->cancelled,
	};
	return set_user(registry, err);
}

void registry_release(struct registry *registry)
{
	(void)pthread_mutex_destroy(&registry->mutex);
	free(registry->user);
	if (registry->password)
		explicit_bzero(registry->password, strlen(registry->password));
	free(registry->password);
	free(registry->identity);
	free(registry->authorization);
}

int registry_http(const struct registry *registry, struct http **ret_http,
		  struct containr_error *err)
{
	return http_open(&registry->http, ret_http, err);
}

/* A copy of the header, as another thread may replace it; NULL for none. */
static int copy_authorization(struct registry *registry, char **ret_header,
			      unsigned int *ret_generation, struct containr_error *err)
{
	bool failed;

	(void)pthread_mutex_lock(&registry->mutex);
	*ret_generation = registry->generation;
	*ret_header = registry->authorization ? strdup(registry->authorization) : NULL;
	failed = registry->authorization && !*ret_header;
	(void)pthread_mutex_unlock(&registry->mutex);
	return failed ? fail_oom(err) : 0;
}

/* Asks for access, unless another thread has done so since @generation. */
static int ask_access(struct registry *registry, struct http *http, unsigned int generation,
		      const char *challenge, struct containr_error *err)
{
	char *authorization = NULL;
	int r = 0;

	(void)pthread_mutex_lock(&registry->mutex);
	if (registry->generation == generation) {
		r = token_fetch(registry, http, challenge, &authorization, err);
		if (r == 0) {
			free(registry->authorization);
			registry->authorization = authorization;
			registry->generation++;
		}
	}
	(void)pthread_mutex_unlock(&registry->mutex);
	return r;
}

static int send_once(const struct registry *registry, struct http *http, const char *scheme,
		     const struct http_request *request, const char *authorization,
		     struct http_answer *answer, struct containr_error *err)
{
	struct http_request copy = *request;
	const char *headers[16] = { NULL };
	autostr url = STR_INIT;
	size_t count = 0;
	bool is_whole = strncmp(request->url, "http", 4) == 0;

	while (request->headers && request->headers[count] && count < ARRAY_LEN(headers) - 2) {
		headers[count] = request->headers[count];
		count++;
	}
	/* a place that the registry has sent us to may be somebody else's */
	str_appendf(&url, "%s://%s/", scheme, registry->host);
	if (authorization &&
	    (!is_whole || (!url.failed && str_starts_with(request->url, url.data))))
		headers[count] = authorization;
	if (is_whole)
		str_clear(&url);
	else if (request->url[0])
		str_appendf(&url, "v2/%s/", registry->path);
	else
		str_append(&url, "v2/");
	str_append(&url, request->url);
	if (url.failed)
		return fail_oom(err);
	copy.url = url.data;
	copy.headers = headers;
	return http_do(http, &copy, answer, err);
}

/* A registry on this machine often speaks plain http; whatever it answers to https is then no TLS. */
static int send_anyhow(struct registry *registry, struct http *http,
		       const struct http_request *request, const char *authorization,
		       struct http_answer *answer, struct containr_error *err)
{
	const char *scheme = registry->scheme; /* another thread may change it */
	int r = send_once(registry, http, scheme, request, authorization, answer, err);

	if (r != -CONTAINR_E_REGISTRY_UNREACHABLE || !registry->http.insecure ||
	    strcmp(scheme, "https") != 0)
		return r;
	/* a login goes without encryption only where another thread has found that there is none */
	if (authorization && strcmp(registry->scheme, "https") == 0)
		return r;
	r = send_once(registry, http, "http", request, authorization, answer, err);
	if (r == 0)
		registry->scheme = "http";
	return r;
}

bool registry_is_busy(long status)
{
	return status == 429 || (status >= 500 && status != 501);
}

/* Retry-After in seconds, else twice as long as before; a date is not worth the trouble. */
void registry_wait(const struct http_answer *answer, int attempt)
{
	int ms = WAIT_FIRST_MS << attempt;

	if (answer->retry_after && isdigit((unsigned char)*answer->retry_after))
		ms = (int)(strtoul(answer->retry_after, NULL, 10) % 3600) * 1000;
	(void)poll(NULL, 0, ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
}

static int fail_denied(const struct registry *registry, struct containr_error *err)
{
	(void)fail(err, CONTAINR_E_REGISTRY_DENIED, "%s does not let %s at '%s'", registry->domain,
		   registry->user ? registry->user : "anybody", registry->path);
	return fail_hint(err, "log in with: containr login %s", registry->domain);
}

int registry_do(struct registry *registry, struct http *http, const struct http_request *request,
		struct http_answer *ret_answer, struct containr_error *err)
{
	bool asked = false;

	for (int attempt = 0;;) {
		autofree char *authorization = NULL;
		unsigned int generation;
		int r = copy_authorization(registry, &authorization, &generation, err);

		if (r == 0)
			r = send_anyhow(registry, http, request, authorization, ret_answer, err);
		if (r < 0)
			return r;
		if (ret_answer->status == 401) {
			if (asked)
				return fail_denied(registry, err);
			asked = true;
			r = ask_access(registry, http, generation, ret_answer->challenge, err);
			if (r < 0)
				return r;
			continue;
		}
		if (!registry_is_busy(ret_answer->status) || request->is_once ||
		    ++attempt == TRIES_MAX)
			return 0;
		registry_wait(ret_answer, attempt - 1);
	}
}

/* {"errors":[{"code":"MANIFEST_UNKNOWN","message":"..."}]} */
static const char *first_error(const struct json_doc *doc, const char *key)
{
	const struct json *errors = json_get(doc->root, "errors");
	const struct json *value = json_get(json_first(errors), key);

	return value && value->type == JSON_STRING ? value->string : NULL;
}

int registry_fail(const struct http_answer *answer, const char *what, struct containr_error *err)
{
	enum containr_error_code code = CONTAINR_E_REGISTRY_ERROR;
	autojson doc = { 0 };
	struct containr_error ignored;
	const char *message = NULL;

	if (answer->body.len > 0 &&
	    json_parse(answer->body.data, answer->body.len, "answer", &doc, &ignored) == 0)
		message = first_error(&doc, "message");
	if (answer->status == 404)
		code = CONTAINR_E_IMAGE_NOT_FOUND;
	else if (answer->status == 401 || answer->status == 403)
		code = CONTAINR_E_REGISTRY_DENIED;
	(void)fail(err, code, "%.200s: the registry answers %ld%s%.150s", what, answer->status,
		   message ? ", " : "", message ? message : "");
	if (code == CONTAINR_E_IMAGE_NOT_FOUND)
		return fail_hint(err, "check the name and the tag");
	return -(int)code;
}
