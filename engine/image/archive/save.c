/* SPDX-License-Identifier: MIT */
#include "image/archive/save.h"

#include "base/cleanup.h"
#include "image/archive/save_sink.h"
#include "image/image.h"
#include "image/index.h"
#include "image/manifest.h"
#include "image/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One manifest, and the names under which it goes. */
struct saved {
	const struct index_entry *entry;
	struct strv names; /* in full */
	struct manifest manifest;
};

struct save {
	const struct containr *engine;
	const struct save_spec *spec;
	struct index index;
	struct saved *images;
	size_t count;
	struct save_sink sink;
	struct strv written; /* digests */
	struct str text;     /* of the document that is being written */
};

static void save_release(struct save *save)
{
	for (size_t i = 0; i < save->count; i++) {
		strv_release(&save->images[i].names);
		manifest_release(&save->images[i].manifest);
	}
	free(save->images);
	strv_release(&save->written);
	str_release(&save->text);
	index_release(&save->index);
	save_sink_release(&save->sink);
}

/* Adds what an entry stands for; @name NULL: it was asked for by id. */
static int add_image(struct save *save, const struct index_entry *entry, const char *name,
		     struct containr_error *err)
{
	struct saved *image = NULL;
	int r;

	for (size_t i = 0; i < save->count; i++)
		if (strcmp(save->images[i].entry->manifest.digest, entry->manifest.digest) == 0)
			image = &save->images[i];
	if (!image) {
		image = reallocarray(save->images, save->count + 1, sizeof(*image));
		if (!image)
			return fail_oom(err);
		save->images = image;
		image += save->count++;
		*image = (struct saved) { .entry = entry };
		r = manifest_load(save->engine, &entry->manifest, &image->manifest, err);
		if (r < 0)
			return r;
	}
	if (name && !strv_contains(&image->names, name))
		strv_push(&image->names, name);
	return image->names.failed ? fail_oom(err) : 0;
}

/* A name without a tag is all of its tags, as with docker; 1 when there is one. */
static int add_repository(struct save *save, const char *text, struct containr_error *err)
{
	struct reference wanted;
	struct containr_error ignored;
	bool is_found = false;

	if (reference_parse(text, &wanted, &ignored) < 0 || *wanted.digest ||
	    strcmp(wanted.tag, "latest") != 0 || str_ends_with(text, ":latest"))
		return 0;
	for (size_t i = 0; i < save->index.count; i++) {
		const struct index_entry *entry = &save->index.entries[i];
		struct reference reference;
		int r;

		if (!entry->name || reference_parse(entry->name, &reference, &ignored) < 0 ||
		    *reference.digest || strcmp(reference.domain, wanted.domain) != 0 ||
		    strcmp(reference.path, wanted.path) != 0)
			continue;
		r = add_image(save, entry, entry->name, err);
		if (r < 0)
			return r;
		is_found = true;
	}
	return is_found;
}

static int find_images(struct save *save, struct containr_error *err)
{
	int r = index_load(save->engine, &save->index, err);

	for (char *const *name = save->spec->names; r == 0 && *name; name++) {
		const struct index_entry *entry;
		enum image_match match;

		r = add_repository(save, *name, err);
		if (r != 0) {
			r = r < 0 ? r : 0;
			continue;
		}
		r = image_find(save->engine, &save->index, *name, &entry, &match, err);
		if (r == 0)
			r = add_image(save, entry, match == IMAGE_MATCH_NAME ? entry->name : NULL,
				      err);
	}
	return r;
}

static int write_blob(struct save *save, const struct descriptor *blob, struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];
	struct stat info;
	autoclose int fd = -1;

	if (strv_contains(&save->written, blob->digest))
		return 0;
	strv_push(&save->written, blob->digest);
	if (save->written.failed)
		return fail_oom(err);
	content_blob_path(blob->digest, path);
	fd = openat(save->engine->root_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "blob %s is missing", blob->digest);
	if (fd < 0 || fstat(fd, &info) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open blob %s", blob->digest);
	if (info.st_size != blob->size)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "blob %s does not have its size",
			    blob->digest);
	return save_sink_blob(&save->sink, blob->digest, fd, blob->size, err);
}

static int write_blobs(struct save *save, struct containr_error *err)
{
	int r = save_sink_folder(&save->sink, "blobs", err);

	if (r == 0)
		r = save_sink_folder(&save->sink, "blobs/sha256", err);
	for (size_t i = 0; r == 0 && i < save->count; i++) {
		const struct saved *image = &save->images[i];

		r = write_blob(save, &image->entry->manifest, err);
		if (r == 0)
			r = write_blob(save, &image->manifest.config, err);
		for (size_t k = 0; r == 0 && k < image->manifest.layer_count; k++)
			r = write_blob(save, &image->manifest.layers[k], err);
	}
	return r;
}

static void familiar(const char *full, char ret_shown[REFERENCE_TEXT_SIZE])
{
	struct reference reference;
	struct containr_error ignored;

	if (reference_parse(full, &reference, &ignored) == 0)
		reference_format_familiar(&reference, ret_shown);
	else
		(void)snprintf(ret_shown, REFERENCE_TEXT_SIZE, "%s", full);
}

/* One line for each name, as in the store; containerd and docker look for it in full, skopeo as shown. */
static void write_index_entry(struct json_writer *writer, const struct saved *image,
			      const char *name)
{
	char shown[REFERENCE_TEXT_SIZE];

	json_open_object(writer, NULL);
	descriptor_write(writer, &image->entry->manifest);
	if (name) {
		familiar(name, shown);
		json_open_object(writer, "annotations");
		json_string(writer, ANNOTATION_NAME, name);
		json_string(writer, ANNOTATION_REF, shown);
		json_close_object(writer);
	}
	json_close_object(writer);
}

static int write_index(struct save *save, struct containr_error *err)
{
	struct json_writer writer = JSON_WRITER(&save->text);

	json_open_object(&writer, NULL);
	json_int(&writer, "schemaVersion", 2);
	json_string(&writer, "mediaType", MEDIA_INDEX);
	json_open_array(&writer, "manifests");
	for (size_t i = 0; i < save->count; i++) {
		const struct saved *image = &save->images[i];

		for (size_t k = 0; k < image->names.len; k++)
			write_index_entry(&writer, image, image->names.items[k]);
		if (image->names.len == 0)
			write_index_entry(&writer, image, NULL);
	}
	json_close_array(&writer);
	json_close_object(&writer);
	return save_sink_text(&save->sink, "index.json", &save->text, err);
}

static void write_path(struct json_writer *writer, const char *key, const char *digest)
{
	char path[sizeof("blobs/sha256/") + DIGEST_HEX_LEN];

	(void)snprintf(path, sizeof(path), "blobs/sha256/%s", digest_hex(digest));
	json_string(writer, key, path);
}

/*
 * What docker load and podman load read (moby's image/spec, "Combined Image JSON + Filesystem"). Names are
 * in full: podman would take "busybox" for localhost/busybox.
 */
static int write_docker_list(struct save *save, struct containr_error *err)
{
	struct json_writer writer = JSON_WRITER(&save->text);

	str_clear(&save->text);
	json_open_array(&writer, NULL);
	for (size_t i = 0; i < save->count; i++) {
		const struct saved *image = &save->images[i];

		json_open_object(&writer, NULL);
		write_path(&writer, "Config", image->manifest.config.digest);
		json_open_array(&writer, "RepoTags");
		for (size_t k = 0; k < image->names.len; k++)
			json_string(&writer, NULL, image->names.items[k]);
		json_close_array(&writer);
		json_open_array(&writer, "Layers");
		for (size_t k = 0; k < image->manifest.layer_count; k++)
			write_path(&writer, NULL, image->manifest.layers[k].digest);
		json_close_array(&writer);
		json_close_object(&writer);
	}
	json_close_array(&writer);
	return save_sink_text(&save->sink, "manifest.json", &save->text, err);
}

static int write_layout(struct save *save, struct containr_error *err)
{
	str_clear(&save->text);
	str_append(&save->text, "{\"imageLayoutVersion\":\"1.0.0\"}");
	return save_sink_text(&save->sink, "oci-layout", &save->text, err);
}

int image_save_check(const struct containr *engine, char *const *names, struct containr_error *err)
{
	const struct save_spec spec = { .format = SAVE_OCI_FOLDER, .names = names };
	__attribute__((cleanup(save_release))) struct save save = { .engine = engine,
								    .spec = &spec,
								    .sink = SAVE_SINK_INIT(&spec) };

	return find_images(&save, err);
}

int image_save(const struct containr *engine, const struct save_spec *spec,
	       struct containr_error *err)
{
	__attribute__((cleanup(save_release))) struct save save = { .engine = engine,
								    .spec = spec,
								    .sink = SAVE_SINK_INIT(spec) };
	int r = find_images(&save, err);

	if (r == 0)
		r = save_sink_open(&save.sink, err);
	if (r == 0)
		r = write_blobs(&save, err);
	if (r == 0)
		r = write_index(&save, err);
	if (r == 0 && spec->format == SAVE_DOCKER_ARCHIVE)
		r = write_docker_list(&save, err);
	if (r == 0)
		r = write_layout(&save, err);
	return r == 0 ? save_sink_finish(&save.sink, err) : r;
}
