/* SPDX-License-Identifier: MIT */
#include "image/reference.h"

#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_DOMAIN "docker.io"
#define LEGACY_DOMAIN "index.docker.io"
#define OFFICIAL_PREFIX "library/"
#define DEFAULT_TAG "latest"

/* A part of the text that is being read. */
struct span {
	const char *start;
	size_t len;
};

static bool is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

static bool has_upper(struct span span)
{
	for (size_t i = 0; i < span.len; i++)
		if (span.start[i] >= 'A' && span.start[i] <= 'Z')
			return true;
	return false;
}

static bool has_any(struct span span, const char *set)
{
	for (size_t i = 0; i < span.len; i++)
		if (strchr(set, span.start[i]))
			return true;
	return false;
}

static bool equals(struct span span, const char *text)
{
	return strlen(text) == span.len && memcmp(span.start, text, span.len) == 0;
}

/* Cuts @span before the first @separator; false if there is none. */
static bool cut(struct span *span, char separator, struct span *ret_rest)
{
	const char *at = memchr(span->start, separator, span->len);

	if (!at)
		return false;
	ret_rest->start = at + 1;
	ret_rest->len = span->len - (size_t)(at + 1 - span->start);
	span->len = (size_t)(at - span->start);
	return true;
}

/* Length of the separator at @text: one of "." "_" "__" or any number of dashes; 0 for none. */
static size_t separator_len(const char *text, size_t left)
{
	size_t len = 0;

	if (left == 0)
		return 0;
	if (text[0] == '.')
		return 1;
	if (text[0] == '_')
		return left > 1 && text[1] == '_' ? 2 : 1;
	while (len < left && text[len] == '-')
		len++;
	return len;
}

/* alphanumeric (separator alphanumeric)*, these joined by slashes */
static bool is_path(struct span span)
{
	size_t i = 0;

	for (;;) {
		size_t start = i;

		while (i < span.len && is_lower_alnum(span.start[i]))
			i++;
		if (i == start)
			return false;
		if (i == span.len)
			return true;
		if (span.start[i] == '/') {
			i++;
			continue;
		}
		start = i;
		i += separator_len(span.start + i, span.len - i);
		if (i == start)
			return false;
	}
}

static bool is_ipv6(struct span span)
{
	if (span.len < 3 || span.start[0] != '[' || span.start[span.len - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < span.len; i++)
		if (!isxdigit((unsigned char)span.start[i]) && span.start[i] != ':')
			return false;
	return true;
}

/* Labels of letters, digits and inner dashes, joined by dots. */
static bool is_domain_name(struct span span)
{
	for (size_t i = 0; i < span.len; i++) {
		bool first = i == 0 || span.start[i - 1] == '.';
		bool last = i + 1 == span.len || span.start[i + 1] == '.';

		if (is_alnum(span.start[i]))
			continue;
		if (first || last || (span.start[i] != '-' && span.start[i] != '.'))
			return false;
	}
	return span.len > 0;
}

static bool is_domain(struct span span)
{
	size_t host_len = span.len;

	while (host_len > 0 && isdigit((unsigned char)span.start[host_len - 1]))
		host_len--;
	if (host_len > 0 && host_len < span.len && span.start[host_len - 1] == ':')
		span.len = host_len - 1;
	return is_ipv6(span) || is_domain_name(span);
}

static bool is_tag(struct span span)
{
	if (span.len == 0 || span.len > REFERENCE_TAG_MAX)
		return false;
	for (size_t i = 0; i < span.len; i++) {
		char c = span.start[i];

		if (!is_alnum(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return true;
}

/*
 * Docker takes the part before the first slash for a domain if it cannot be anything else: it holds
 * a dot, a colon or an upper-case letter, or is "localhost".
 */
static void split_domain(struct span *name, struct span *ret_domain)
{
	struct span first = *name;
	struct span rest;

	*ret_domain = (struct span) { DEFAULT_DOMAIN, sizeof(DEFAULT_DOMAIN) - 1 };
	if (!cut(&first, '/', &rest))
		return;
	if (!equals(first, "localhost") && !has_any(first, ".:") && !has_upper(first))
		return;
	if (!equals(first, LEGACY_DOMAIN))
		*ret_domain = first;
	*name = rest;
}

static void copy_span(char *out, size_t size, const char *prefix, struct span span)
{
	(void)snprintf(out, size, "%s%.*s", prefix, (int)span.len, span.start ? span.start : "");
}

static int fail_reference(struct containr_error *err, const char *text, const char *problem)
{
	/* A name may be of any length: the message keeps its beginning and the problem. */
	return fail(err, CONTAINR_E_INVALID_REFERENCE, "invalid reference '%.300s%s': %s", text,
		    strlen(text) > 300 ? "..." : "", problem);
}

static int check_parts(const char *text, struct span domain, struct span path, struct span tag,
		       bool is_official, struct containr_error *err)
{
	size_t path_max = REFERENCE_PATH_MAX - (is_official ? sizeof(OFFICIAL_PREFIX) - 1 : 0);

	if (path.len == 0)
		return fail_reference(err, text, "it has no name");
	if (has_upper(path))
		return fail_reference(err, text, "the name must be in lower case");
	if (path.len > path_max || domain.len > REFERENCE_DOMAIN_MAX)
		return fail_reference(err, text, "the name is too long");
	if (!is_domain(domain))
		return fail_reference(err, text, "the part before the slash is no host name");
	if (!is_path(path))
		return fail_reference(err, text,
				      "a name holds letters and digits, joined by . _ __ - or /");
	if (tag.start && !is_tag(tag))
		return fail_reference(err, text,
				      "a tag holds up to 128 letters, digits, _ . and -");
	return 0;
}

int reference_parse(const char *text, struct reference *ret_reference, struct containr_error *err)
{
	struct span path = { text, strlen(text) };
	struct span domain;
	struct span digest = { 0 };
	struct span tag = { 0 };
	bool is_official;
	int r;

	if (path.len == DIGEST_HEX_LEN && digest_is_hex(text, path.len))
		return fail_reference(err, text, "64 hexadecimal digits are an id, not a name");
	if (cut(&path, '@', &digest) && !digest_is_valid(digest.start))
		return fail_reference(err, text, "a digest is sha256: and 64 hexadecimal digits");
	split_domain(&path, &domain);
	(void)cut(&path, ':', &tag);
	is_official = equals(domain, DEFAULT_DOMAIN) && !has_any(path, "/");
	r = check_parts(text, domain, path, tag, is_official, err);
	if (r < 0)
		return r;
	copy_span(ret_reference->domain, sizeof(ret_reference->domain), "", domain);
	copy_span(ret_reference->path, sizeof(ret_reference->path),
		  is_official ? OFFICIAL_PREFIX : "", path);
	copy_span(ret_reference->digest, sizeof(ret_reference->digest), "", digest);
	if (!tag.start && !digest.start)
		tag = (struct span) { DEFAULT_TAG, sizeof(DEFAULT_TAG) - 1 };
	copy_span(ret_reference->tag, sizeof(ret_reference->tag), "", tag);
	return 0;
}

static void append_suffix(const struct reference *reference, char *text)
{
	size_t used = strlen(text);

	(void)snprintf(text + used, REFERENCE_TEXT_SIZE - used, "%s%s%s%s",
		       *reference->tag ? ":" : "", reference->tag, *reference->digest ? "@" : "",
		       reference->digest);
}

void reference_format(const struct reference *reference, char ret_text[REFERENCE_TEXT_SIZE])
{
	(void)snprintf(ret_text, REFERENCE_TEXT_SIZE, "%s/%s", reference->domain, reference->path);
	append_suffix(reference, ret_text);
}

void reference_format_repository(const struct reference *reference,
				 char ret_text[REFERENCE_TEXT_SIZE])
{
	const char *path = reference->path;

	if (strcmp(reference->domain, DEFAULT_DOMAIN) != 0) {
		(void)snprintf(ret_text, REFERENCE_TEXT_SIZE, "%s/%s", reference->domain, path);
		return;
	}
	if (str_starts_with(path, OFFICIAL_PREFIX) &&
	    !strchr(path + sizeof(OFFICIAL_PREFIX) - 1, '/'))
		path += sizeof(OFFICIAL_PREFIX) - 1;
	(void)snprintf(ret_text, REFERENCE_TEXT_SIZE, "%s", path);
}

void reference_format_familiar(const struct reference *reference,
			       char ret_text[REFERENCE_TEXT_SIZE])
{
	reference_format_repository(reference, ret_text);
	append_suffix(reference, ret_text);
}
