/* SPDX-License-Identifier: MIT */
#include "image/archive/load_image.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/config.h"
#include "image/image.h"
#include "image/reference.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void load_image_release(struct load_image *image)
{
	for (size_t i = 0; image->folders && i <= image->count; i++)
		free(image->folders[i]);
	for (size_t i = 0; image->files && i <= image->count; i++)
		free(image->files[i]);
	free(image->folders);
	free(image->files);
	free(image->layers);
	containr_strings_free(image->diff_ids);
}

int load_image_init(struct load_image *image, const struct str *config, size_t count,
		    struct containr_error *err)
{
	autoimage *read = calloc(1, sizeof(*read));
	autojson doc = { 0 };
	size_t found = 0;
	int r = read ? json_parse(config->data, config->len, "configuration", &doc, err)
		     : fail_oom(err);

	if (r == 0)
		r = config_read(doc.root, read, err);
	if (r < 0)
		return content_fail_corrupt(err);
	while (read->layers && read->layers[found])
		found++;
	if (found != count)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "the manifest has %zu layers, the configuration %zu", count, found);
	image->diff_ids = steal_ptr(&read->layers);
	image->layers = calloc(count + 1, sizeof(*image->layers));
	image->folders = calloc(count + 1, sizeof(*image->folders));
	image->files = calloc(count + 1, sizeof(*image->files));
	return image->layers && image->folders && image->files ? 0 : fail_oom(err);
}

bool load_image_has(const struct load_image *image, const char *diff_id)
{
	for (size_t i = 0; i < image->count; i++)
		if (strcmp(image->layers[i].diff_id, diff_id) == 0)
			return true;
	return false;
}

int load_make_folder(struct load *load, char **ret_name, int *ret_fd, struct containr_error *err)
{
	autofree char *name = NULL;
	int r;

	if (asprintf(&name, "l%zu", load->folders++) < 0)
		return fail_oom(err);
	r = fs_make_dirs(load->dir.fd, name, 0700, err);
	if (r == 0)
		r = fs_open_dir(load->dir.fd, name, ret_fd, err);
	if (r == 0)
		*ret_name = steal_ptr(&name);
	return r;
}

int load_open(const struct load *load, const struct spool_file *file, int *ret_fd,
	      struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];

	content_blob_path(file->digest, path);
	*ret_fd = file->is_published ? openat(load->engine->root_fd, path, O_RDONLY | O_CLOEXEC)
				     : openat(load->dir.fd, file->file, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot open '%.200s'", file->name) : 0;
}

int load_read(const struct load *load, const struct spool_file *file, size_t max, struct str *out,
	      struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];

	if (!file->is_published)
		return spool_read_text(&load->spool, file, max, out, err);
	content_blob_path(file->digest, path);
	return fs_read_file(load->engine->root_fd, path, max, out, err);
}

bool load_has_layer(const struct load *load, const char *diff_id)
{
	char path[sizeof(LAYERS_DIR) + 1 + DIGEST_HEX_LEN];

	(void)snprintf(path, sizeof(path), "%s/%s", LAYERS_DIR, digest_hex(diff_id));
	return faccessat(load->engine->root_fd, path, F_OK, 0) == 0;
}

void load_use_file(const struct spool_file *file, struct new_blob *ret_blob)
{
	ret_blob->file = file->is_published ? NULL : file->file;
	ret_blob->size = file->size;
	memcpy(ret_blob->digest, file->digest, DIGEST_SIZE);
}

static void mark_published(struct load *load, const struct new_blob *blob)
{
	for (size_t i = 0; blob->file && i < load->spool.count; i++)
		if (strcmp(load->spool.files[i].file, blob->file) == 0)
			load->spool.files[i].is_published = true;
}

/* All that was new is in the store now: a second name needs nothing more. */
static void note_published(struct load *load, struct load_image *image)
{
	mark_published(load, &image->image.manifest);
	mark_published(load, &image->image.config);
	image->image.manifest.file = NULL;
	image->image.config.file = NULL;
	for (size_t i = 0; i < image->count; i++) {
		mark_published(load, &image->layers[i].blob);
		image->layers[i].blob.file = NULL;
		image->layers[i].folder = NULL;
	}
}

static int publish_as(struct load *load, struct load_image *image, const char *name,
		      struct containr_error *err)
{
	const struct load_spec *spec = load->spec;
	int r;

	image->image.name = name;
	image->image.event = "load";
	image->image.layers = image->layers;
	image->image.layer_count = image->count;
	r = publish(load->engine, &load->dir, &image->image, err);
	if (r < 0)
		return r;
	note_published(load, image);
	if (spec->loaded)
		spec->loaded(spec->data, name, image->image.config.digest);
	return 0;
}

int load_publish(struct load *load, struct load_image *image, const struct strv *names,
		 struct containr_error *err)
{
	bool is_named = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->len; i++) {
		char full[REFERENCE_TEXT_SIZE];
		struct reference reference;
		struct containr_error ignored;

		if (reference_parse(names->items[i], &reference, &ignored) < 0 || *reference.digest)
			continue;
		reference_format(&reference, full);
		is_named = true;
		r = publish_as(load, image, full, err);
	}
	return r == 0 && !is_named ? publish_as(load, image, NULL, err) : r;
}
