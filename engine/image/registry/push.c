/* SPDX-License-Identifier: MIT */
#include "image/registry/push.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/config.h"
#include "image/image.h"
#include "image/index.h"
#include "image/registry/push_blob.h"
#include "image/registry/registries.h"

#include <stdlib.h>
#include <string.h>

/* An image on its way. */
struct push {
	const struct containr *engine;
	const struct push_spec *spec;
	struct index index;
	const struct index_entry *entry;
	struct reference reference; /* of the destination */
	char name[REFERENCE_TEXT_SIZE];
	char digest[DIGEST_SIZE]; /* of the manifest as it is sent */
	struct str text;	  /* of it */
	const char *media_type;
	struct manifest manifest;
	struct containr_image *image; /* NULL: its configuration is none of an image */
	struct reference origin;      /* whose blobs can be mounted; path "" for none */
	struct strv mountable;
	struct registry registry;
	struct workdir dir;
	struct push_blobs blobs;
};

static void push_release(struct push *push)
{
	push_blobs_release(&push->blobs);
	registry_release(&push->registry);
	workdir_remove(&push->dir);
	strv_release(&push->mountable);
	containr_image_free(push->image);
	manifest_release(&push->manifest);
	str_release(&push->text);
	index_release(&push->index);
}

static int parse_destination(struct push *push, struct containr_error *err)
{
	const char *text = push->spec->destination ? push->spec->destination : push->spec->name;
	int r = reference_parse(text, &push->reference, err);

	if (r < 0)
		return r;
	if (*push->reference.digest) {
		(void)fail(err, CONTAINR_E_INVALID_REFERENCE,
			   "an image cannot be pushed to a digest: '%.300s'", text);
		return fail_hint(err, "give NAME[:TAG]");
	}
	reference_format(&push->reference, push->name);
	return 0;
}

/* What is no configuration of an image (an artifact's) is sent as it is. */
static int load_config(struct push *push, struct containr_error *err)
{
	autoimage *image = calloc(1, sizeof(*image));
	autojson doc = { 0 };
	size_t count = 0;
	struct containr_error ignored;

	if (!image)
		return fail_oom(err);
	if (content_read_json(push->engine, &push->manifest.config, "configuration",
			      CONTENT_CONFIG_MAX, &doc, &ignored) < 0 ||
	    config_read(doc.root, image, &ignored) < 0)
		return 0;
	while (image->layers && image->layers[count])
		count++;
	if (count == push->manifest.layer_count)
		push->image = steal_ptr(&image);
	return 0;
}

static int digest_text(const struct str *text, char ret_digest[DIGEST_SIZE],
		       struct containr_error *err)
{
	autosha256 hash = { 0 };
	int r = sha256_init(&hash, err);

	if (r == 0)
		r = sha256_update(&hash, text->data, text->len, err);
	return r == 0 ? sha256_finish(&hash, ret_digest, err) : r;
}

static int load_image(struct push *push, struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];
	int r = index_load(push->engine, &push->index, err);

	if (r == 0)
		r = image_find(push->engine, &push->index, push->spec->name, &push->entry, NULL,
			       err);
	if (r == 0)
		r = manifest_load(push->engine, &push->entry->manifest, &push->manifest, err);
	if (r < 0)
		return r;
	content_blob_path(push->entry->manifest.digest, path);
	r = fs_read_file(push->engine->root_fd, path, CONTENT_MANIFEST_MAX, &push->text, err);
	if (r == 0)
		r = digest_text(&push->text, push->digest, err);
	if (r < 0)
		return r;
	if (strcmp(push->digest, push->entry->manifest.digest) != 0)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "manifest %s does not have its digest",
			    push->entry->manifest.digest);
	push->media_type = push->entry->manifest.media_type;
	return load_config(push, err);
}

/* Collects the blobs of this image that another one has too. */
static int collect_shared(const struct push *push, const struct index_entry *other,
			  struct strv *shared, struct containr_error *err)
{
	automanifest manifest = { 0 };
	struct containr_error ignored;

	if (manifest_load(push->engine, &other->manifest, &manifest, &ignored) < 0)
		return 0; /* damaged, or an index: nothing to gain */
	for (size_t i = 0; i < manifest.layer_count; i++)
		for (size_t k = 0; k < push->manifest.layer_count; k++)
			if (strcmp(manifest.layers[i].digest, push->manifest.layers[k].digest) == 0)
				strv_push(shared, manifest.layers[i].digest);
	if (strcmp(manifest.config.digest, push->manifest.config.digest) == 0)
		strv_push(shared, manifest.config.digest);
	return shared->failed ? fail_oom(err) : 0;
}

/*
 * Names in the store tell in which other repositories of the registry the blobs may be. One is asked,
 * that which shares most: access to each has to be asked for.
 */
static int find_origin(struct push *push, struct containr_error *err)
{
	for (size_t i = 0; i < push->index.count; i++) {
		const struct index_entry *other = &push->index.entries[i];
		struct reference reference;
		struct containr_error ignored;
		autostrv shared = { 0 };
		int r;

		if (!other->name || reference_parse(other->name, &reference, &ignored) < 0 ||
		    strcmp(reference.domain, push->reference.domain) != 0 ||
		    strcmp(reference.path, push->reference.path) == 0)
			continue;
		r = collect_shared(push, other, &shared, err);
		if (r < 0)
			return r;
		if (shared.len <= push->mountable.len)
			continue;
		strv_release(&push->mountable);
		push->mountable = shared;
		shared = (struct strv) { 0 };
		push->origin = reference;
	}
	return 0;
}

static const char *oci_layer_type(const char *docker)
{
	return strcmp(docker, MEDIA_DOCKER_LAYER) == 0	      ? MEDIA_LAYER
	       : strcmp(docker, MEDIA_DOCKER_LAYER_GZIP) == 0 ? MEDIA_LAYER_GZIP
							      : docker;
}

/* The type that a layer has in the manifest that is sent. */
static const char *layer_type(const struct push_blob *blob, bool is_docker)
{
	if (!blob->is_recompressed)
		return is_docker ? blob->stored->media_type
				 : oci_layer_type(blob->stored->media_type);
	if (blob->format == RECOMPRESS_ZSTD)
		return MEDIA_LAYER_ZSTD;
	return is_docker ? MEDIA_DOCKER_LAYER_GZIP : MEDIA_LAYER_GZIP;
}

/* What else a layer's descriptor says holds for a blob that stays the same only. */
static void write_layer(struct json_writer *writer, const struct json *old,
			const struct push_blob *blob, bool is_docker)
{
	json_open_object(writer, NULL);
	descriptor_write(writer, &(struct descriptor) { .media_type = layer_type(blob, is_docker),
							.digest = blob->upload.digest,
							.size = blob->upload.size });
	for (const struct json *item = json_first(old); item && !blob->is_recompressed;
	     item = item->next)
		if (strcmp(item->key, "mediaType") != 0 && strcmp(item->key, "digest") != 0 &&
		    strcmp(item->key, "size") != 0)
			json_copy(writer, item->key, item);
	json_close_object(writer);
}

static void write_manifest(const struct push *push, struct str *out, bool is_docker)
{
	struct json_writer writer = JSON_WRITER(out);
	const struct json *root = push->manifest.doc.root;
	size_t at = 0;

	json_open_object(&writer, NULL);
	json_int(&writer, "schemaVersion", 2);
	json_string(&writer, "mediaType", is_docker ? MEDIA_DOCKER_MANIFEST : MEDIA_MANIFEST);
	json_open_object(&writer, "config");
	descriptor_write(&writer,
			 &(struct descriptor) { .media_type = is_docker ? MEDIA_DOCKER_CONFIG
									: MEDIA_CONFIG,
						.digest = push->manifest.config.digest,
						.size = push->manifest.config.size });
	json_close_object(&writer);
	json_open_array(&writer, "layers");
	for (const struct json *item = json_first(json_get(root, "layers")); item;
	     item = item->next)
		write_layer(&writer, item,
			    push_blobs_find(&push->blobs, push->manifest.layers[at++].digest),
			    is_docker);
	json_close_array(&writer);
	for (const struct json *item = json_first(root); item; item = item->next)
		if (strcmp(item->key, "schemaVersion") != 0 &&
		    strcmp(item->key, "mediaType") != 0 && strcmp(item->key, "config") != 0 &&
		    strcmp(item->key, "layers") != 0)
			json_copy(&writer, item->key, item);
	json_close_object(&writer);
}

/* Docker's manifests know no zstd: with it the image becomes one of OCI. */
static int rewrite_manifest(struct push *push, struct containr_error *err)
{
	bool is_docker = strcmp(push->media_type, MEDIA_DOCKER_MANIFEST) == 0;
	bool is_changed = false;
	autostr text = STR_INIT;

	for (size_t i = 0; i < push->blobs.count; i++) {
		is_changed |= push->blobs.blobs[i].is_recompressed;
		is_docker &= !push->blobs.blobs[i].is_recompressed ||
			     push->blobs.blobs[i].format == RECOMPRESS_GZIP;
	}
	if (!is_changed)
		return 0;
	write_manifest(push, &text, is_docker);
	if (text.failed)
		return fail_oom(err);
	str_release(&push->text);
	push->text = text;
	text = (struct str)STR_INIT;
	push->media_type = is_docker ? MEDIA_DOCKER_MANIFEST : MEDIA_MANIFEST;
	return digest_text(&push->text, push->digest, err);
}

static int send_manifest(struct push *push, struct containr_error *err)
{
	autohttp *http = NULL;
	autoanswer answer = { 0 };
	autostr url = STR_INIT;
	autostr type = STR_INIT;
	const char *headers[] = { NULL, NULL };
	struct http_request request = { .method = "PUT",
					.headers = headers,
					.body = push->text.data,
					.body_len = (int64_t)push->text.len };
	int r = registry_http(&push->registry, &http, err);

	str_appendf(&url, "manifests/%s", push->reference.tag);
	str_appendf(&type, "Content-Type: %s", push->media_type);
	if (url.failed || type.failed)
		return fail_oom(err);
	request.url = url.data;
	headers[0] = type.data;
	if (r == 0)
		r = registry_do(&push->registry, http, &request, &answer, err);
	if (r < 0)
		return r;
	if (answer.status / 100 != 2)
		return registry_fail(&answer, push->name, err);
	if (answer.digest && strcmp(answer.digest, push->digest) != 0)
		return fail(err, CONTAINR_E_DIGEST_MISMATCH,
			    "%s: the registry took the manifest for %.100s instead of %s",
			    push->name, answer.digest, push->digest);
	return 0;
}

/* So the next pull knows that the image under this name is what the registry has. */
static int note_source(struct push *push, struct containr_error *err)
{
	autoclose int lock = -1;
	autoindex index = { 0 };
	const struct index_entry *entry;
	int r = store_lock(push->engine, CONTENT_LOCK, &lock, err);

	if (r == 0)
		r = index_load(push->engine, &index, err);
	if (r < 0)
		return r;
	entry = index_find(&index, push->name);
	if (!entry || strcmp(entry->manifest.digest, push->entry->manifest.digest) != 0 ||
	    (entry->source && strcmp(entry->source, push->digest) == 0))
		return 0;
	r = index_set_source(&index, push->name, push->digest, err);
	return r == 0 ? index_save(push->engine, &index, err) : r;
}

static int open_registry(struct push *push, struct containr_error *err)
{
	struct registry_options options = push->spec->registry;
	autoendpoints endpoints = { 0 };
	int r;

	options.access = REGISTRY_PUSH;
	options.mount_from = push->mountable.len > 0 ? push->origin.path : NULL;
	push->blobs = (struct push_blobs) { .engine = push->engine,
					    .dir = &push->dir,
					    .registry = &push->registry,
					    .spec = push->spec,
					    .mount_from = options.mount_from };
	r = registries_find(&push->reference, false, &endpoints, err);
	if (r < 0)
		return r;
	options.insecure |= endpoints.items[0].insecure;
	return registry_init(&push->registry, &endpoints.items[0].reference, &options, err);
}

static int push_all(struct push *push, struct containr_error *err)
{
	int r = parse_destination(push, err);

	if (r == 0)
		r = load_image(push, err);
	if (r == 0)
		r = find_origin(push, err);
	if (r == 0)
		r = open_registry(push, err);
	workdir_sweep(push->engine);
	if (r == 0)
		r = workdir_create(push->engine, &push->dir, err);
	if (r == 0)
		r = push_blobs_init(&push->blobs, &push->manifest,
				    push->image ? push->image->layers : NULL, &push->mountable,
				    err);
	if (r == 0)
		r = push_blobs_run(&push->blobs, err);
	if (r == 0)
		r = rewrite_manifest(push, err);
	if (r == 0)
		r = send_manifest(push, err);
	return r == 0 ? note_source(push, err) : r;
}

int image_push(const struct containr *engine, const struct push_spec *spec,
	       struct push_result *ret_result, struct containr_error *err)
{
	__attribute__((cleanup(push_release))) struct push push = { .engine = engine,
								    .spec = spec,
								    .dir = WORKDIR_INIT };
	char id[DIGEST_SIZE];
	int r;

	(void)pthread_mutex_init(&push.registry.mutex, NULL);
	r = push_all(&push, err);
	if (r == -CONTAINR_E_NO_SPACE)
		return fail(err, CONTAINR_E_NO_SPACE, "no space left to compress layers in '%s'",
			    engine->root);
	if (r < 0)
		return r;
	image_id_of(engine, push.entry, id);
	image_event(engine, "push", id, push.name);
	memcpy(ret_result->digest, push.digest, DIGEST_SIZE);
	ret_result->size = (int64_t)push.text.len;
	return 0;
}
