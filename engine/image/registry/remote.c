/* SPDX-License-Identifier: MIT */
#include "image/registry/remote.h"

#include "base/cleanup.h"
#include "image/archive/sha256.h"
#include "image/config.h"
#include "image/image.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A list may name lists; more than this would be a joke. */
#define LISTS_MAX 4

static const char accept[] = "Accept: " MEDIA_MANIFEST ", " MEDIA_DOCKER_MANIFEST ", " MEDIA_INDEX
			     ", " MEDIA_DOCKER_LIST;

void remote_release(struct remote *remote)
{
	free(remote->media_type);
	str_release(&remote->manifest_text);
	str_release(&remote->config_text);
	manifest_release(&remote->manifest);
	containr_strings_free(remote->diff_ids);
	*remote = (struct remote) { 0 };
}

static int digest_of(const struct str *text, char ret_digest[DIGEST_SIZE],
		     struct containr_error *err)
{
	autosha256 hash = { 0 };
	int r = sha256_init(&hash, err);

	if (r == 0)
		r = sha256_update(&hash, text->data ? text->data : "", text->len, err);
	return r == 0 ? sha256_finish(&hash, ret_digest, err) : r;
}

static int request_manifest(struct registry *registry, struct http *http, const char *method,
			    const char *name, struct http_answer *answer,
			    struct containr_error *err)
{
	const char *headers[] = { accept, NULL };
	autostr url = STR_INIT;
	int r;

	str_appendf(&url, "manifests/%s", name);
	if (url.failed)
		return fail_oom(err);
	r = registry_do(
		registry, http,
		&(struct http_request) { .method = method, .url = url.data, .headers = headers },
		answer, err);
	if (r < 0 || answer->status == 200)
		return r;
	str_clear(&url);
	str_appendf(&url, "%s/%s%s%s", registry->domain, registry->path,
		    digest_is_valid(name) ? "@" : ":", name);
	return registry_fail(answer, url.failed ? name : url.data, err);
}

int remote_find(struct registry *registry, struct http *http, const char *name,
		char ret_digest[DIGEST_SIZE], struct containr_error *err)
{
	autoanswer answer = { 0 };
	int r = request_manifest(registry, http, "HEAD", name, &answer, err);

	if (r < 0)
		return r;
	/* a registry need not tell: then the manifest has to be fetched */
	if (!answer.digest || !digest_is_valid(answer.digest))
		return fail(err, CONTAINR_E_REGISTRY_ERROR, "%s tells no digest", registry->domain);
	memcpy(ret_digest, answer.digest, DIGEST_SIZE);
	return 0;
}

/* Fetches a manifest or a list. What a name stands for is told by the bytes, not by the registry. */
static int fetch_document(struct registry *registry, struct http *http, const char *name,
			  struct remote *remote, struct containr_error *err)
{
	autoanswer answer = { 0 };
	int r = request_manifest(registry, http, "GET", name, &answer, err);

	if (r == 0 && answer.body.len > CONTENT_MANIFEST_MAX)
		r = fail(err, CONTAINR_E_IMAGE_CORRUPT, "the manifest is larger than 4 MiB");
	if (r == 0)
		r = digest_of(&answer.body, remote->digest, err);
	if (r < 0)
		return r;
	if (digest_is_valid(name) && strcmp(name, remote->digest) != 0)
		return fail(err, CONTAINR_E_DIGEST_MISMATCH,
			    "%s: what was received has the digest %s", name, remote->digest);
	free(remote->media_type);
	remote->media_type = answer.content_type ? strndup(answer.content_type,
							   strcspn(answer.content_type, "; "))
						 : NULL;
	str_release(&remote->manifest_text);
	remote->manifest_text = answer.body;
	answer.body = (struct str)STR_INIT;
	return remote->media_type ? 0
				  : fail(err, CONTAINR_E_REGISTRY_ERROR,
					 "the registry does not say what the manifest is");
}

static int choose(const struct remote *remote, const struct platform *platform,
		  char ret_digest[DIGEST_SIZE], struct containr_error *err)
{
	autojson doc = { 0 };
	const struct json *manifests = NULL;
	struct descriptor best = { 0 };
	int best_rate = 0;
	int r = json_parse(remote->manifest_text.data, remote->manifest_text.len, "index", &doc,
			   err);

	if (r == 0)
		r = json_read_child(doc.root, "", "manifests", JSON_ARRAY, &manifests, err);
	if (r < 0)
		return content_fail_corrupt(err);
	for (const struct json *item = json_first(manifests); item; item = item->next) {
		int rate = platform_rate(item, platform);

		if (rate <= best_rate)
			continue;
		r = descriptor_read(item, "manifests[]", &best, err);
		if (r < 0)
			return r;
		best_rate = rate;
	}
	if (best_rate == 0) {
		(void)fail(err, CONTAINR_E_IMAGE_NOT_FOUND, "there is no image for %s/%s%s%s",
			   platform->os, platform->architecture, *platform->variant ? "/" : "",
			   platform->variant);
		return fail_hint(err, "choose another one with --platform");
	}
	memcpy(ret_digest, best.digest, DIGEST_SIZE);
	return 0;
}

static int read_manifest(struct remote *remote, struct containr_error *err)
{
	struct json_doc doc = { 0 };
	int r;

	if (strcmp(remote->media_type,
		   "application/vnd.docker.distribution.manifest.v1+prettyjws") == 0 ||
	    strcmp(remote->media_type, "application/vnd.docker.distribution.manifest.v1+json") == 0)
		return fail(
			err, CONTAINR_E_UNSUPPORTED,
			"this image is of docker's first format, which nobody writes since 2017");
	r = json_parse(remote->manifest_text.data, remote->manifest_text.len, "manifest", &doc,
		       err);
	if (r == 0)
		r = manifest_read(&doc, &remote->manifest, err);
	else
		r = content_fail_corrupt(err);
	return r < 0 ? fail_prefix(err, "manifest %s", remote->digest) : 0;
}

static int fetch_config(struct registry *registry, struct http *http, struct remote *remote,
			struct containr_error *err)
{
	const struct descriptor *config = &remote->manifest.config;
	char digest[DIGEST_SIZE];
	autoanswer answer = { 0 };
	autostr url = STR_INIT;
	int r;

	if (config->size > CONTENT_CONFIG_MAX)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "the configuration is larger than 8 MiB");
	str_appendf(&url, "blobs/%s", config->digest);
	if (url.failed)
		return fail_oom(err);
	r = registry_do(registry, http, &(struct http_request) { .method = "GET", .url = url.data },
			&answer, err);
	if (r == 0 && answer.status != 200)
		r = registry_fail(&answer, "configuration", err);
	if (r == 0)
		r = digest_of(&answer.body, digest, err);
	if (r < 0)
		return r;
	if (strcmp(digest, config->digest) != 0 || (int64_t)answer.body.len != config->size)
		return fail(err, CONTAINR_E_DIGEST_MISMATCH,
			    "%s: what was received has the digest %s", config->digest, digest);
	remote->config_text = answer.body;
	answer.body = (struct str)STR_INIT;
	return 0;
}

static int read_config(struct remote *remote, struct containr_error *err)
{
	autoimage *image = calloc(1, sizeof(*image));
	autojson doc = { 0 };
	size_t count = 0;
	int r;

	if (!image)
		return fail_oom(err);
	r = json_parse(remote->config_text.data, remote->config_text.len, "configuration", &doc,
		       err);
	r = r == 0 ? config_read(doc.root, image, err) : content_fail_corrupt(err);
	if (r < 0)
		return fail_prefix(err, "configuration %s", remote->manifest.config.digest);
	while (image->layers && image->layers[count])
		count++;
	if (count != remote->manifest.layer_count)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "the manifest has %zu layers, the configuration %zu",
			    remote->manifest.layer_count, count);
	(void)snprintf(remote->platform.os, sizeof(remote->platform.os), "%s", image->os);
	(void)snprintf(remote->platform.architecture, sizeof(remote->platform.architecture), "%s",
		       image->architecture);
	remote->diff_ids = steal_ptr(&image->layers);
	return 0;
}

int remote_fetch(struct registry *registry, struct http *http, const char *name,
		 const struct platform *platform, struct remote *ret_remote,
		 struct containr_error *err)
{
	autoremote remote = { 0 };
	char digest[DIGEST_SIZE];
	int r = fetch_document(registry, http, name, &remote, err);

	memcpy(remote.source, remote.digest, DIGEST_SIZE);
	for (int i = 0; r == 0 && manifest_is_list(remote.media_type); i++) {
		if (i == LISTS_MAX)
			return fail(err, CONTAINR_E_IMAGE_CORRUPT, "the index names another one");
		r = choose(&remote, platform, digest, err);
		if (r == 0)
			r = fetch_document(registry, http, digest, &remote, err);
	}
	if (r == 0)
		r = read_manifest(&remote, err);
	if (r == 0)
		r = fetch_config(registry, http, &remote, err);
	if (r == 0)
		r = read_config(&remote, err);
	if (r < 0)
		return r;
	*ret_remote = remote;
	remote = (struct remote) { 0 };
	return 0;
}
