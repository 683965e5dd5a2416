/* SPDX-License-Identifier: MIT */
#include "image/registry/token.h"

#include "base/cleanup.h"
#include "image/archive/base64.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CLIENT_ID "containr"

void challenge_release(struct challenge *challenge)
{
	free(challenge->realm);
	free(challenge->service);
	free(challenge->scope);
	*challenge = (struct challenge) { 0 };
}

/* Reads a value, quoted or not, and moves behind it. */
static char *read_value(const char **at)
{
	autostr value = STR_INIT;
	const char *p = *at;

	str_append_len(&value, "", 0);
	if (*p != '"') {
		size_t len = strcspn(p, ", \t");

		str_append_len(&value, p, len);
		p += len;
	} else {
		for (p++; *p && *p != '"'; p++) {
			if (*p == '\\' && p[1])
				p++;
			str_append_char(&value, *p);
		}
		p += *p == '"';
	}
	*at = p;
	return value.failed ? NULL : str_steal(&value);
}

static bool is_key(const char *text, size_t len, const char *key)
{
	return strlen(key) == len && strncasecmp(text, key, len) == 0;
}

static int read_parameters(const char *at, struct challenge *challenge, struct containr_error *err)
{
	while (*(at += strspn(at, ", \t"))) {
		size_t len = strcspn(at, "=, \t");
		const char *key = at;
		char **slot = NULL;
		autofree char *value = NULL;

		at += len;
		if (*at != '=')
			continue;
		at++;
		value = read_value(&at);
		if (!value)
			return fail_oom(err);
		if (is_key(key, len, "realm"))
			slot = &challenge->realm;
		else if (is_key(key, len, "service"))
			slot = &challenge->service;
		else if (is_key(key, len, "scope"))
			slot = &challenge->scope;
		if (slot && !*slot)
			*slot = steal_ptr(&value);
	}
	return 0;
}

int challenge_parse(const char *text, struct challenge *ret_challenge, struct containr_error *err)
{
	autochallenge challenge = { 0 };
	size_t len = strcspn(text, " \t");
	int r;

	challenge.is_bearer = is_key(text, len, "Bearer");
	if (!challenge.is_bearer && !is_key(text, len, "Basic"))
		return fail(err, CONTAINR_E_REGISTRY_ERROR,
			    "the registry asks for '%.*s', which is not supported",
			    (int)(len < 50 ? len : 50), text);
	r = read_parameters(text + len, &challenge, err);
	if (r == 0 && challenge.is_bearer && !challenge.realm)
		r = fail(err, CONTAINR_E_REGISTRY_ERROR,
			 "the registry does not say where access is given");
	if (r < 0)
		return r;
	*ret_challenge = challenge;
	challenge = (struct challenge) { 0 };
	return 0;
}

static int basic_header(const struct registry *registry, char **ret_header,
			struct containr_error *err)
{
	autofree char *encoded = NULL;
	autofree char *header = NULL;
	int r = base64_encode_pair(registry->user, registry->password ? registry->password : "",
				   &encoded, err);

	if (r < 0)
		return r;
	if (asprintf(&header, "Authorization: Basic %s", encoded) < 0)
		return fail_oom(err);
	*ret_header = steal_ptr(&header);
	return 0;
}

/* Percent-encodes all but what needs none anywhere (RFC 3986, 2.3). */
static void append_encoded(struct str *out, const char *text)
{
	for (; *text; text++)
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			str_append_char(out, *text);
		else
			str_appendf(out, "%%%02X", (unsigned char)*text);
}

static void append_parameter(struct str *out, char separator, const char *key, const char *value)
{
	str_append_char(out, separator);
	str_appendf(out, "%s=", key);
	append_encoded(out, value);
}

/* What we are going to do with the repository; registries that say it themselves know best. */
static void append_scope(struct str *out, char separator, const struct registry *registry,
			 const struct challenge *challenge)
{
	autostr scope = STR_INIT;

	if (challenge->scope)
		str_append(&scope, challenge->scope);
	else if (*registry->path)
		str_appendf(&scope, "repository:%s:%s", registry->path,
			    registry->options.access == REGISTRY_PUSH ? "pull,push" : "pull");
	/* OAuth 2 has all scopes in one parameter; with GET each has its own */
	if (registry->options.mount_from && scope.len > 0 && registry->identity)
		str_appendf(&scope, " repository:%s:pull", registry->options.mount_from);
	if (!scope.failed && scope.len > 0)
		append_parameter(out, separator, "scope", scope.data);
	if (registry->options.mount_from && scope.len > 0 && !registry->identity) {
		str_clear(&scope);
		str_appendf(&scope, "repository:%s:pull", registry->options.mount_from);
		if (!scope.failed)
			append_parameter(out, '&', "scope", scope.data);
	}
	out->failed |= scope.failed;
}

static int check_realm(const struct registry *registry, const char *realm,
		       struct containr_error *err)
{
	if (str_starts_with(realm, "https://") ||
	    (registry->http.insecure && str_starts_with(realm, "http://")))
		return 0;
	(void)fail(err, CONTAINR_E_REGISTRY_ERROR,
		   "'%s' wants passwords to be sent to '%.200s', without encryption",
		   registry->domain, realm);
	return fail_hint(err, "if that is meant, use --tls-verify=false");
}

static int read_token(const struct http_answer *answer, char **ret_header,
		      struct containr_error *err)
{
	autojson doc = { 0 };
	autostr header = STR_INIT;
	const char *token = NULL;
	struct containr_error ignored;

	if (!answer->body.data ||
	    json_parse(answer->body.data, answer->body.len, "token", &doc, &ignored) < 0 ||
	    json_read_string(doc.root, "", "token", &token, &ignored) < 0 ||
	    (!token && json_read_string(doc.root, "", "access_token", &token, &ignored) < 0) ||
	    !token || token[strcspn(token, "\r\n")])
		return fail(err, CONTAINR_E_REGISTRY_ERROR,
			    "the registry's answer to the login has no token");
	str_appendf(&header, "Authorization: Bearer %s", token);
	if (header.failed)
		return fail_oom(err);
	*ret_header = str_steal(&header);
	return 0;
}

/* A refresh token is exchanged by POST (OAuth 2.0, RFC 6749); a password goes with a GET. */
static int request_token(const struct registry *registry, struct http *http,
			 const struct challenge *challenge, struct http_answer *answer,
			 struct containr_error *err)
{
	autostr url = STR_INIT;
	autostr form = STR_INIT;
	autofree char *basic = NULL;
	const char *headers[3] = { NULL };
	struct http_request request = { .method = "GET", .headers = headers };
	int r = 0;

	str_append(&url, challenge->realm);
	if (registry->identity) {
		str_append(&form, "grant_type=refresh_token&client_id=" CLIENT_ID);
		append_parameter(&form, '&', "refresh_token", registry->identity);
		append_parameter(&form, '&', "service",
				 challenge->service ? challenge->service : registry->domain);
		append_scope(&form, '&', registry, challenge);
		headers[0] = "Content-Type: application/x-www-form-urlencoded";
		request.method = "POST";
	} else {
		append_parameter(&url, strchr(challenge->realm, '?') ? '&' : '?', "client_id",
				 CLIENT_ID);
		if (challenge->service)
			append_parameter(&url, '&', "service", challenge->service);
		append_scope(&url, '&', registry, challenge);
		if (registry->user)
			r = basic_header(registry, &basic, err);
		headers[0] = basic;
	}
	if (r < 0)
		return r;
	if (url.failed || form.failed)
		return fail_oom(err);
	request.url = url.data;
	request.body = form.data;
	request.body_len = (int64_t)form.len;
	return http_do(http, &request, answer, err);
}

int token_fetch(const struct registry *registry, struct http *http, const char *challenge,
		char **ret_header, struct containr_error *err)
{
	autochallenge parsed = { 0 };
	autoanswer answer = { 0 };
	int r = challenge_parse(challenge ? challenge : "Basic", &parsed, err);

	if (r < 0)
		return r;
	if (!parsed.is_bearer && !registry->user) {
		(void)fail(err, CONTAINR_E_REGISTRY_DENIED, "%s wants a login", registry->domain);
		return fail_hint(err, "log in with: containr login %s", registry->domain);
	}
	if (!parsed.is_bearer)
		return basic_header(registry, ret_header, err);
	r = check_realm(registry, parsed.realm, err);
	if (r == 0)
		r = request_token(registry, http, &parsed, &answer, err);
	if (r < 0)
		return r;
	if (answer.status == 401 || answer.status == 403) {
		(void)fail(err, CONTAINR_E_REGISTRY_DENIED, "%s refuses the login of %s",
			   registry->domain, registry->user ? registry->user : "nobody");
		return fail_hint(err, "log in with: containr login %s", registry->domain);
	}
	if (answer.status != 200)
		return registry_fail(&answer, "login", err);
	return read_token(&answer, ret_header, err);
}
