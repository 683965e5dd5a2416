/* SPDX-License-Identifier: MIT */
#include "image/archive/load_image.h"

#include "base/cleanup.h"
#include "image/archive/document.h"

#include <stdlib.h>
#include <string.h>

/*
 * manifest.json, docker's list of images until its version 24 and podman's (moby's image/spec, "Combined
 * Image JSON + Filesystem"): [{"Config":"HEX.json","RepoTags":["app:1"],"Layers":["HEX/layer.tar"]}].
 * There is no manifest of the image in it, so one is made.
 */

static struct spool_file *find_file(const struct load *load, const char *name,
				    struct containr_error *err)
{
	struct spool_file *file = spool_find(&load->spool, name);

	if (!file)
		(void)fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s' lacks '%.200s'", load->spool.what,
			   name);
	return file;
}

/* Once for each file of the archive; its blob is compressed as that of an import. */
static int make_layer(struct load *load, struct spool_file *file, char **ret_folder,
		      char **ret_blob, struct containr_error *err)
{
	autoclose int fd = -1;
	autoclose int dir = -1;
	autofree char *name = NULL;
	int r = load_open(load, file, &fd, err);

	if (r == 0)
		r = load_make_folder(load, &name, &dir, err);
	if (r == 0)
		r = layer_from_archive(
			&(struct input_source) {
				.fd = fd, .what = file->name, .watch = load->spec->source.watch },
			&(struct layer_place) { .dir = dir, .storage = load->engine->storage },
			&file->layer, err);
	if (r < 0)
		return r;
	file->has_layer = true;
	if (asprintf(ret_folder, "%s/" LAYER_FOLDER, name) < 0 ||
	    asprintf(ret_blob, "%s/" LAYER_BLOB, name) < 0)
		return fail_oom(err);
	return 0;
}

static int add_layer(struct load *load, struct load_image *image, const char *name,
		     const char *diff_id, struct layer *ret_layer, struct containr_error *err)
{
	struct spool_file *file = find_file(load, name, err);
	size_t at = image->count;
	int r = 0;

	if (!file)
		return -err->code;
	if (!file->has_layer)
		r = make_layer(load, file, &image->folders[at], &image->files[at], err);
	if (r < 0)
		return r;
	if (strcmp(file->layer.diff_id, diff_id) != 0)
		return fail(err, CONTAINR_E_DIGEST_MISMATCH,
			    "layer '%.200s' unpacks to %s, the configuration says %s", name,
			    file->layer.diff_id, diff_id);
	*ret_layer = file->layer;
	if (load_image_has(image, diff_id))
		return 0;
	image->layers[at] = (struct new_layer) {
		.blob = { .file = image->files[at], .size = file->layer.blob_size },
		.diff_id = diff_id,
		.folder = image->folders[at],
	};
	memcpy(image->layers[at].blob.digest, file->layer.blob_digest, DIGEST_SIZE);
	image->count++;
	return 0;
}

static void write_descriptor(struct json_writer *writer, const char *key, const char *media_type,
			     const char *digest, int64_t size)
{
	json_open_object(writer, key);
	descriptor_write(writer, &(struct descriptor) { .media_type = media_type,
							.digest = digest,
							.size = size });
	json_close_object(writer);
}

static int add_layers(struct load *load, struct load_image *image, const struct strv *names,
		      struct json_writer *writer, struct containr_error *err)
{
	int r = 0;

	json_open_array(writer, "layers");
	for (size_t i = 0; r == 0 && i < names->len; i++) {
		struct layer layer = { 0 };

		r = add_layer(load, image, names->items[i], image->diff_ids[i], &layer, err);
		if (r == 0)
			write_descriptor(writer, NULL, layer.media_type, layer.blob_digest,
					 layer.blob_size);
	}
	json_close_array(writer);
	return r;
}

static int load_one(struct load *load, const struct json *item, size_t number,
		    struct containr_error *err)
{
	const char *config_name = NULL;
	autostrv layers = { 0 };
	autostrv names = { 0 };
	autostr config = STR_INIT;
	autostr text = STR_INIT;
	struct json_writer writer = JSON_WRITER(&text);
	autoloadimage image = { 0 };
	const struct spool_file *file;
	char manifest[32];
	int r;

	if (json_read_string(item, "manifest.json", "Config", &config_name, err) < 0 ||
	    json_read_strings(item, "manifest.json", "Layers", &layers, err) < 0 ||
	    json_read_strings(item, "manifest.json", "RepoTags", &names, err) < 0)
		return content_fail_corrupt(err);
	if (layers.failed || names.failed)
		return fail_oom(err);
	file = find_file(load, config_name ? config_name : "", err);
	if (!file)
		return -err->code;
	r = load_read(load, file, CONTENT_CONFIG_MAX, &config, err);
	if (r == 0)
		r = load_image_init(&image, &config, layers.len, err);
	if (r < 0)
		return r;
	load_use_file(file, &image.image.config);
	json_open_object(&writer, NULL);
	json_int(&writer, "schemaVersion", 2);
	json_string(&writer, "mediaType", MEDIA_MANIFEST);
	write_descriptor(&writer, "config", MEDIA_CONFIG, file->digest, file->size);
	r = add_layers(load, &image, &layers, &writer, err);
	json_close_object(&writer);
	(void)snprintf(manifest, sizeof(manifest), "manifest%zu", number);
	if (r == 0)
		r = document_write(&text, &load->dir, manifest, &image.image.manifest, err);
	image.image.media_type = MEDIA_MANIFEST;
	return r == 0 ? load_publish(load, &image, &names, err) : r;
}

int load_docker(struct load *load, const struct spool_file *list, struct containr_error *err)
{
	autostr text = STR_INIT;
	autojson doc = { 0 };
	size_t number = 0;
	int r = spool_read_text(&load->spool, list, CONTENT_MANIFEST_MAX, &text, err);

	if (r == 0)
		r = json_parse(text.data, text.len, "manifest.json", &doc, err);
	if (r < 0)
		return content_fail_corrupt(err);
	if (!doc.root || doc.root->type != JSON_ARRAY || doc.root->len == 0)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "'%s' holds no image: manifest.json "
			    "lists none",
			    load->spool.what);
	for (const struct json *item = json_first(doc.root); r == 0 && item; item = item->next)
		r = load_one(load, item, number++, err);
	return r;
}
