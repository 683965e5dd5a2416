/* SPDX-License-Identifier: MIT */
#include "image/registry/pull.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/document.h"
#include "image/image.h"
#include "image/image_record.h"
#include "image/registry/fetch.h"
#include "image/registry/registries.h"
#include "image/registry/remote.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What was there when the pull began may be removed while it runs. */
#define ATTEMPTS_MAX 3

/* An image on its way. */
struct pull {
	const struct containr *engine;
	const struct pull_spec *spec;
	struct reference reference;
	char name[REFERENCE_TEXT_SIZE];		      /* in full */
	char target[REFERENCE_TAG_MAX + DIGEST_SIZE]; /* tag or digest */
	struct platform platform;
	struct registry registry;
	struct http *http;
	struct remote remote;
	struct workdir dir;
	struct fetch fetch;
	struct str text;
	struct new_image image;
	struct new_layer *layers;
};

static void pull_release(struct pull *pull)
{
	fetch_release(&pull->fetch);
	http_close(pull->http);
	registry_release(&pull->registry);
	remote_release(&pull->remote);
	workdir_remove(&pull->dir);
	/* others may have something there */
	(void)unlinkat(pull->engine->root_fd, DOWNLOAD_DIR, AT_REMOVEDIR);
	str_release(&pull->text);
	free(pull->layers);
}

static int parse_spec(struct pull *pull, struct containr_error *err)
{
	const struct pull_spec *spec = pull->spec;
	int r = reference_parse(spec->name, &pull->reference, err);

	if (r < 0)
		return r;
	reference_format(&pull->reference, pull->name);
	(void)snprintf(pull->target, sizeof(pull->target), "%s",
		       *pull->reference.digest ? pull->reference.digest : pull->reference.tag);
	return spec->platform ? platform_parse(spec->platform, &pull->platform, err)
			      : platform_of_host(&pull->platform, err);
}

/* A layer that is there is not looked into: its name says that it was whole once. */
static bool layers_are_there(const struct containr *engine, char *const *diff_ids)
{
	for (; *diff_ids; diff_ids++) {
		char path[sizeof(LAYERS_DIR) + 1 + DIGEST_HEX_LEN];

		(void)snprintf(path, sizeof(path), "%s/%s", LAYERS_DIR, digest_hex(*diff_ids));
		if (faccessat(engine->root_fd, path, F_OK, 0) < 0)
			return false;
	}
	return true;
}

static bool is_for(const struct containr_image *image, const struct platform *platform)
{
	return strcmp(image->os, platform->os) == 0 &&
	       strcmp(image->architecture, platform->architecture) == 0;
}

/* Whether the name stands for what the registry has under it; one request tells. */
static bool is_current(struct pull *pull, struct pull_result *ret_result)
{
	autoindex index = { 0 };
	autoimage *image = NULL;
	const struct index_entry *entry;
	struct containr_error ignored;

	if (index_load(pull->engine, &index, &ignored) < 0)
		return false;
	entry = index_find(&index, pull->name);
	if (!entry || !entry->source ||
	    containr_image_inspect((struct containr *)(uintptr_t)pull->engine, pull->name, &image,
				   &ignored) < 0 ||
	    !is_for(image, &pull->platform) || !layers_are_there(pull->engine, image->layers) ||
	    remote_find(&pull->registry, pull->http, pull->target, ret_result->source, &ignored) <
		    0 ||
	    strcmp(ret_result->source, entry->source) != 0)
		return false;
	(void)snprintf(ret_result->id, sizeof(ret_result->id), "%s", image->id);
	ret_result->is_new = false;
	return true;
}

static int write_documents(struct pull *pull, struct containr_error *err)
{
	struct remote *remote = &pull->remote;
	int r = document_write(&remote->config_text, &pull->dir, "config", &pull->image.config,
			       err);

	if (r == 0)
		r = document_write(&remote->manifest_text, &pull->dir, "manifest",
				   &pull->image.manifest, err);
	return r;
}

static int describe(struct pull *pull, struct containr_error *err)
{
	const struct remote *remote = &pull->remote;
	const struct fetch *fetch = &pull->fetch;

	pull->layers = calloc(fetch->count + 1, sizeof(*pull->layers));
	if (!pull->layers)
		return fail_oom(err);
	for (size_t i = 0; i < fetch->count; i++) {
		const struct fetch_layer *layer = &fetch->layers[i];

		pull->layers[i] = (struct new_layer) {
			.blob = { .file = layer->has_blob ? NULL : layer->file,
				  .size = layer->blob->size },
			.diff_id = layer->diff_id,
			.folder = layer->has_files ? NULL : layer->folder,
		};
		memcpy(pull->layers[i].blob.digest, layer->blob->digest, DIGEST_SIZE);
	}
	pull->image.name = pull->name;
	pull->image.event = "pull";
	pull->image.media_type = remote->media_type;
	pull->image.source = remote->source;
	pull->image.layers = pull->layers;
	pull->image.layer_count = fetch->count;
	return 0;
}

static int fetch_and_publish(struct pull *pull, struct containr_error *err)
{
	int r = workdir_create(pull->engine, &pull->dir, err);

	if (r == 0)
		r = fetch_init(&pull->fetch, pull->engine, &pull->remote.manifest,
			       pull->remote.diff_ids, &pull->dir, err);
	if (r == 0)
		r = fetch_run(&pull->fetch, &pull->registry, pull->spec, err);
	if (r == 0)
		r = write_documents(pull, err);
	if (r == 0)
		r = describe(pull, err);
	return r < 0 ? r : publish(pull->engine, &pull->dir, &pull->image, err);
}

static int pull_from(const struct containr *engine, const struct pull_spec *spec,
		     const struct endpoint *endpoint, struct pull_result *ret_result,
		     struct containr_error *err)
{
	__attribute__((cleanup(pull_release))) struct pull pull = { .engine = engine,
								    .spec = spec,
								    .dir = WORKDIR_INIT };
	struct registry_options options = spec->registry;
	int r = parse_spec(&pull, err);

	options.insecure |= endpoint->insecure;
	(void)pthread_mutex_init(&pull.registry.mutex, NULL);
	if (r == 0)
		r = registry_init(&pull.registry, &endpoint->reference, &options, err);
	if (r == 0)
		r = registry_http(&pull.registry, &pull.http, err);
	if (r < 0 || is_current(&pull, ret_result))
		return r;
	r = remote_fetch(&pull.registry, pull.http, pull.target, &pull.platform, &pull.remote, err);
	if (r < 0)
		return r;
	workdir_sweep(engine);
	r = fetch_and_publish(&pull, err);
	if (r < 0)
		return r;
	memcpy(ret_result->id, pull.image.config.digest, DIGEST_SIZE);
	memcpy(ret_result->source, pull.remote.source, DIGEST_SIZE);
	ret_result->is_new = true;
	return 0;
}

/* Whether another place may do better. */
static bool is_registrys_fault(int result)
{
	switch (-result) {
	case CONTAINR_E_REGISTRY_UNREACHABLE:
	case CONTAINR_E_REGISTRY_DENIED:
	case CONTAINR_E_REGISTRY_ERROR:
	case CONTAINR_E_IMAGE_NOT_FOUND:
	case CONTAINR_E_IMAGE_CORRUPT:
	case CONTAINR_E_DIGEST_MISMATCH:
		return true;
	default:
		return false;
	}
}

/* Mirrors come first; what they say counts only as long as the registry itself was not asked. */
static int pull_anywhere(const struct containr *engine, const struct pull_spec *spec,
			 struct pull_result *ret_result, struct containr_error *err)
{
	autoendpoints endpoints = { 0 };
	struct reference reference;
	int r = reference_parse(spec->name, &reference, err);

	if (r == 0)
		r = registries_find(&reference, true, &endpoints, err);
	for (size_t i = 0; i < endpoints.count; i++) {
		r = pull_from(engine, spec, &endpoints.items[i], ret_result, err);
		if (!is_registrys_fault(r) || i + 1 == endpoints.count)
			break;
		log_warn(&engine->log, "%s: %s", endpoints.items[i].reference.domain, err->message);
		error_clear(err);
	}
	return r;
}

/* One more time where a layer was removed that the image shares with another. */
int image_pull(const struct containr *engine, const struct pull_spec *spec,
	       struct pull_result *ret_result, struct containr_error *err)
{
	int r = -CONTAINR_E_LOCKED;

	for (int attempt = 0; attempt < ATTEMPTS_MAX && r == -CONTAINR_E_LOCKED; attempt++)
		r = pull_anywhere(engine, spec, ret_result, err);
	if (r == -CONTAINR_E_NO_SPACE)
		return fail(err, CONTAINR_E_NO_SPACE, "no space left for the image in '%s'",
			    engine->root);
	return r;
}
