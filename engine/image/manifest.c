/* SPDX-License-Identifier: MIT */
#include "image/manifest.h"

#include <stdlib.h>
#include <string.h>

void manifest_release(struct manifest *manifest)
{
	json_doc_release(&manifest->doc);
	free(manifest->layers);
	*manifest = (struct manifest) { 0 };
}

bool manifest_is_image(const char *media_type)
{
	return strcmp(media_type, MEDIA_MANIFEST) == 0 ||
	       strcmp(media_type, MEDIA_DOCKER_MANIFEST) == 0;
}

bool manifest_is_list(const char *media_type)
{
	return strcmp(media_type, MEDIA_INDEX) == 0 || strcmp(media_type, MEDIA_DOCKER_LIST) == 0;
}

static int read_layers(const struct json *array, struct manifest *manifest,
		       struct containr_error *err)
{
	if (array->len == 0)
		return 0;
	manifest->layers = calloc(array->len, sizeof(*manifest->layers));
	if (!manifest->layers)
		return fail_oom(err);
	for (const struct json *item = json_first(array); item; item = item->next) {
		int r = descriptor_read(item, "layers[]", &manifest->layers[manifest->layer_count],
					err);

		if (r < 0)
			return r;
		manifest->layer_count++;
	}
	return 0;
}

int manifest_read(struct json_doc *doc, struct manifest *ret_manifest, struct containr_error *err)
{
	automanifest manifest = { .doc = *doc };
	const struct json *root = doc->root;
	const struct json *config;
	const struct json *layers;
	const char *media_type = MEDIA_MANIFEST;
	int r;

	*doc = (struct json_doc) { 0 };
	if (json_read_string(root, "", "mediaType", &media_type, err) < 0 ||
	    json_read_child(root, "", "config", JSON_OBJECT, &config, err) < 0 ||
	    json_read_child(root, "", "layers", JSON_ARRAY, &layers, err) < 0)
		return content_fail_corrupt(err);
	if (!manifest_is_image(media_type))
		return fail(err, CONTAINR_E_UNSUPPORTED, "mediaType: '%.100s' is no image manifest",
			    media_type);
	if (!config || !layers || json_get(root, "manifests"))
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "expected config and layers, and no manifests");
	r = descriptor_read(config, "config", &manifest.config, err);
	if (r == 0)
		r = read_layers(layers, &manifest, err);
	if (r < 0)
		return r;
	*ret_manifest = manifest;
	manifest = (struct manifest) { 0 };
	return 0;
}

int manifest_load(const struct containr *engine, const struct descriptor *blob,
		  struct manifest *ret_manifest, struct containr_error *err)
{
	autojson doc = { 0 };
	int r;

	if (!manifest_is_image(blob->media_type))
		return fail(err, CONTAINR_E_UNSUPPORTED, "'%.100s' is no manifest of one image",
			    blob->media_type);
	r = content_read_json(engine, blob, "manifest", CONTENT_MANIFEST_MAX, &doc, err);
	if (r < 0)
		return r;
	r = manifest_read(&doc, ret_manifest, err);
	return r < 0 ? fail_prefix(err, "manifest %s", blob->digest) : 0;
}

int64_t manifest_content_size(const struct manifest *manifest)
{
	int64_t size = manifest->config.size;

	for (size_t i = 0; i < manifest->layer_count; i++)
		if (__builtin_add_overflow(size, manifest->layers[i].size, &size))
			return INT64_MAX;
	return size;
}
