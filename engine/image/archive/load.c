/* SPDX-License-Identifier: MIT */
#include "image/archive/load.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/load_image.h"
#include "image/index.h"
#include "image/manifest.h"
#include "image/reference.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LISTS_MAX 4

static void load_release(struct load *load)
{
	spool_release(&load->spool);
	workdir_remove(&load->dir);
}

static int fail_lacks(const struct load *load, const char *what, const char *digest,
		      struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s' lacks the %s %s", load->spool.what, what,
		    digest);
}

/* Of the archive, or of the store: layers that both sides have may be left out. */
static int open_blob(const struct load *load, const struct descriptor *blob, const char *what,
		     int *ret_fd, struct containr_error *err)
{
	const struct spool_file *file = spool_find_blob(&load->spool, blob->digest);
	char path[CONTENT_PATH_SIZE];

	if (file)
		return load_open(load, file, ret_fd, err);
	content_blob_path(blob->digest, path);
	*ret_fd = openat(load->engine->root_fd, path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? fail_lacks(load, what, blob->digest, err) : 0;
}

static int read_document(const struct load *load, const struct descriptor *blob, const char *what,
			 size_t max, struct str *out, struct containr_error *err)
{
	const struct spool_file *file = spool_find_blob(&load->spool, blob->digest);
	int r;

	if (!file)
		return fail_lacks(load, what, blob->digest, err);
	r = load_read(load, file, max, out, err);
	if (r == 0 && (int64_t)out->len != blob->size)
		r = fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s': the %s %s does not have its size",
			 load->spool.what, what, blob->digest);
	return r;
}

static int make_layer(struct load *load, struct load_image *image, const struct descriptor *blob,
		      const char *diff_id, struct containr_error *err)
{
	autoclose int fd = -1;
	autoclose int dir = -1;
	autofree char *name = NULL;
	struct layer made;
	int r = open_blob(load, blob, "layer", &fd, err);

	if (r == 0)
		r = load_make_folder(load, &name, &dir, err);
	if (r == 0)
		r = layer_from_archive(
			&(struct input_source) {
				.fd = fd, .what = blob->digest, .watch = load->spec->source.watch },
			&(struct layer_place) {
				.dir = dir, .has_blob = true, .storage = load->engine->storage },
			&made, err);
	if (r < 0)
		return r;
	if (strcmp(made.diff_id, diff_id) != 0)
		return fail(err, CONTAINR_E_DIGEST_MISMATCH,
			    "layer %s unpacks to %s, the configuration says %s", blob->digest,
			    made.diff_id, diff_id);
	return asprintf(&image->folders[image->count], "%s/" LAYER_FOLDER, name) < 0 ? fail_oom(err)
										     : 0;
}

static int add_layer(struct load *load, struct load_image *image, const struct descriptor *blob,
		     const char *diff_id, struct containr_error *err)
{
	struct new_layer *layer = &image->layers[image->count];
	const struct spool_file *file = spool_find_blob(&load->spool, blob->digest);
	int r = 0;

	if (load_image_has(image, diff_id))
		return 0;
	if (!load_has_layer(load, diff_id))
		r = make_layer(load, image, blob, diff_id, err);
	if (r < 0)
		return r;
	*layer = (struct new_layer) { .diff_id = diff_id, .folder = image->folders[image->count] };
	memcpy(layer->blob.digest, blob->digest, DIGEST_SIZE);
	layer->blob.size = blob->size;
	if (file)
		load_use_file(file, &layer->blob);
	image->count++;
	return 0;
}

static int load_manifest(struct load *load, const struct descriptor *blob, const char *name,
			 struct containr_error *err)
{
	autostr text = STR_INIT;
	autostr config = STR_INIT;
	autojson doc = { 0 };
	automanifest manifest = { 0 };
	autoloadimage image = { 0 };
	autostrv names = { 0 };
	int r = read_document(load, blob, "manifest", CONTENT_MANIFEST_MAX, &text, err);

	if (r == 0)
		r = json_parse(text.data, text.len, "manifest", &doc, err);
	if (r == 0)
		r = manifest_read(&doc, &manifest, err);
	if (r == 0)
		r = read_document(load, &manifest.config, "configuration", CONTENT_CONFIG_MAX,
				  &config, err);
	if (r == 0)
		r = load_image_init(&image, &config, manifest.layer_count, err);
	for (size_t i = 0; r == 0 && i < manifest.layer_count; i++)
		r = add_layer(load, &image, &manifest.layers[i], image.diff_ids[i], err);
	if (r < 0)
		return r;
	image.image.media_type = blob->media_type;
	load_use_file(spool_find_blob(&load->spool, blob->digest), &image.image.manifest);
	load_use_file(spool_find_blob(&load->spool, manifest.config.digest), &image.image.config);
	if (name)
		strv_push(&names, name);
	return load_publish(load, &image, &names, err);
}

/* Of the manifests of a list that are in the archive the best one. */
static int choose(struct load *load, const struct descriptor *list, struct json_doc *doc,
		  struct descriptor *ret_best, struct containr_error *err)
{
	autostr text = STR_INIT;
	int best_rate = 0;
	int r = read_document(load, list, "index", CONTENT_MANIFEST_MAX, &text, err);

	json_doc_release(doc);
	*doc = (struct json_doc) { 0 };
	if (r == 0)
		r = json_parse(text.data, text.len, "index", doc, err);
	if (r < 0)
		return r;
	for (const struct json *item = json_first(json_get(doc->root, "manifests")); item;
	     item = item->next) {
		struct descriptor found;
		int rate = platform_rate(item, &load->platform);

		if (rate <= best_rate)
			continue;
		r = descriptor_read(item, "manifests[]", &found, err);
		if (r < 0)
			return r;
		if (!spool_find_blob(&load->spool, found.digest))
			continue;
		*ret_best = found;
		best_rate = rate;
	}
	if (best_rate > 0)
		return 0;
	(void)fail(err, CONTAINR_E_IMAGE_NOT_FOUND, "there is no image for %s/%s%s%s",
		   load->platform.os, load->platform.architecture,
		   *load->platform.variant ? "/" : "", load->platform.variant);
	return fail_hint(err, "choose another one with --platform");
}

static int load_entry(struct load *load, const struct index_entry *entry,
		      struct containr_error *err)
{
	struct descriptor blob = entry->manifest;
	struct json_doc doc = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && manifest_is_list(blob.media_type); i++) {
		struct descriptor list = blob;

		/* the strings of the list lie in the document that is replaced */
		char digest[DIGEST_SIZE];

		memcpy(digest, list.digest, DIGEST_SIZE);
		list.digest = digest;
		r = i < LISTS_MAX
			    ? choose(load, &list, &doc, &blob, err)
			    : fail(err, CONTAINR_E_IMAGE_CORRUPT, "the index names another one");
	}
	if (r == 0 && !manifest_is_image(blob.media_type))
		r = fail(err, CONTAINR_E_UNSUPPORTED, "'%.100s' is no manifest of an image",
			 blob.media_type);
	if (r == 0)
		r = load_manifest(load, &blob, entry->name, err);
	json_doc_release(&doc);
	return r;
}

static int load_layout(struct load *load, const struct spool_file *file, struct containr_error *err)
{
	autostr text = STR_INIT;
	autoindex index = { 0 };
	int r = spool_read_text(&load->spool, file, CONTENT_MANIFEST_MAX, &text, err);

	if (r == 0)
		r = index_parse(text.data, text.len, &index, err);
	if (r == 0 && index.count == 0)
		r = fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s' holds no image", load->spool.what);
	for (size_t i = 0; r == 0 && i < index.count; i++)
		r = load_entry(load, &index.entries[i], err);
	return r;
}

static int load_all(struct load *load, struct containr_error *err)
{
	const struct load_spec *spec = load->spec;
	const struct spool_file *index;
	const struct spool_file *list;
	int r = spec->platform ? platform_parse(spec->platform, &load->platform, err)
			       : platform_of_host(&load->platform, err);

	workdir_sweep(load->engine);
	if (r == 0)
		r = workdir_create(load->engine, &load->dir, err);
	load->spool = (struct spool) { .dir = &load->dir, .what = spec->source.what };
	if (r == 0)
		r = spec->folder < 0 ? spool_read(&load->spool, &spec->source, err)
				     : spool_read_folder(&load->spool, spec->folder,
							 spec->source.watch, err);
	if (r < 0)
		return r;
	index = spool_find(&load->spool, "index.json");
	list = spool_find(&load->spool, "manifest.json");
	if (!index && !list) {
		(void)fail(err, CONTAINR_E_INVALID_ARCHIVE,
			   "'%s' holds no image: neither index.json nor manifest.json",
			   load->spool.what);
		return fail_hint(err, "archives of files become images with: containr import");
	}
	return index ? load_layout(load, index, err) : load_docker(load, list, err);
}

int image_load_archive(const struct containr *engine, const struct load_spec *spec,
		       struct containr_error *err)
{
	__attribute__((cleanup(load_release))) struct load load = { .engine = engine,
								    .spec = spec,
								    .dir = WORKDIR_INIT };
	int r = load_all(&load, err);

	if (r == -CONTAINR_E_NO_SPACE)
		return fail(err, CONTAINR_E_NO_SPACE, "no space left for the image in '%s'",
			    engine->root);
	return r;
}
