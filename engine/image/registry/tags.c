/* SPDX-License-Identifier: MIT */
#include "image/registry/tags.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "image/registry/registries.h"

#include <string.h>

#define PAGE "tags/list?n=1000"

int tags_parse_repository(const char *text, struct reference *ret_repository,
			  struct containr_error *err)
{
	int r = reference_parse(text, ret_repository, err);

	if (r < 0)
		return r;
	if (*ret_repository->digest ||
	    (strcmp(ret_repository->tag, "latest") == 0 ? str_ends_with(text, ":latest")
							: *ret_repository->tag != '\0'))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "--all-tags takes a name without a tag: '%.300s'", text);
	return 0;
}

static bool is_tag(const struct reference *repository, const char *text)
{
	char full[REFERENCE_TEXT_SIZE];
	struct reference reference;
	struct containr_error ignored;
	int len = snprintf(full, sizeof(full), "%s/%s:%s", repository->domain, repository->path,
			   text);

	return len > 0 && (size_t)len < sizeof(full) &&
	       reference_parse(full, &reference, &ignored) == 0 && !*reference.digest &&
	       strcmp(reference.tag, text) == 0;
}

static int read_page(const struct reference *repository, const struct http_answer *answer,
		     struct strv *tags, struct containr_error *err)
{
	autojson doc = { 0 };
	autostrv found = { 0 };
	int r = json_parse(answer->body.data ? answer->body.data : "", answer->body.len, "tags",
			   &doc, err);

	if (r == 0)
		r = json_read_strings(doc.root, "", "tags", &found, err);
	if (r < 0) {
		err->code = CONTAINR_E_REGISTRY_ERROR;
		return fail_prefix(err, "%s", repository->domain);
	}
	for (size_t i = 0; i < found.len; i++)
		if (is_tag(repository, found.items[i]))
			strv_push(tags, found.items[i]);
	if (found.failed || tags->failed)
		return fail_oom(err);
	return tags->len > TAGS_MAX
		       ? fail(err, CONTAINR_E_REGISTRY_ERROR, "%s/%s has more than %d tags",
			      repository->domain, repository->path, TAGS_MAX)
		       : 0;
}

/*
 * Link: </v2/PATH/tags/list?last=b&n=1000>; rel="next" (RFC 5988). Only what follows the question mark
 * counts, so that the next page is one of this repository, too. False where there is none.
 */
static bool next_page(const char *link, struct str *url)
{
	const char *query = link ? strchr(link, '?') : NULL;
	size_t len = query ? strcspn(query, ">") : 0;

	if (!query || !query[len] || !strstr(query + len, "next"))
		return false;
	str_clear(url);
	str_append(url, "tags/list");
	str_append_len(url, query, len);
	return true;
}

int tags_list(const struct reference *repository, const struct registry_options *options,
	      struct strv *ret_tags, struct containr_error *err)
{
	autoregistry registry = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	struct registry_options wanted = *options;
	autoendpoints endpoints = { 0 };
	autohttp *http = NULL;
	autostrv tags = { 0 };
	autostr url = STR_INIT;
	bool is_more = true;
	int r = registries_find(repository, false, &endpoints, err);

	str_append(&url, PAGE);
	if (r < 0)
		return r;
	wanted.insecure |= endpoints.items[0].insecure;
	r = registry_init(&registry, &endpoints.items[0].reference, &wanted, err);
	if (r == 0)
		r = registry_http(&registry, &http, err);
	while (r == 0 && is_more) {
		autoanswer answer = { 0 };
		size_t before = tags.len;

		if (url.failed)
			return fail_oom(err);
		r = registry_do(&registry, http,
				&(struct http_request) { .method = "GET", .url = url.data },
				&answer, err);
		if (r == 0 && answer.status != 200)
			r = registry_fail(&answer, registry.path, err);
		if (r == 0)
			r = read_page(repository, &answer, &tags, err);
		/* a page without anything new would be followed by itself */
		is_more = r == 0 && tags.len > before && next_page(answer.link, &url);
	}
	if (r < 0)
		return r;
	*ret_tags = tags;
	tags = (struct strv) { 0 };
	return 0;
}
