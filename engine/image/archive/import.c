/* SPDX-License-Identifier: MIT */
#include "image/archive/import.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "image/archive/document.h"
#include "image/archive/layer.h"
#include "image/archive/platform.h"

#include <string.h>

/* An import on its way from an archive to an image. */
struct import {
	const struct import_spec *spec;
	struct workdir dir;
	struct platform platform;
	char name[REFERENCE_TEXT_SIZE]; /* in full */
	int64_t created_ns;
	struct layer layer;
	struct new_layer new_layer;
	struct str text; /* of the document that is being written */
	struct new_image image;
};

static void import_release(struct import *import)
{
	workdir_remove(&import->dir);
	str_release(&import->text);
}

static int check_spec(struct import *import, struct containr_error *err)
{
	const struct import_spec *spec = import->spec;
	struct reference reference;
	int r = reference_parse(spec->name, &reference, err);

	if (r < 0)
		return r;
	if (*reference.digest) {
		(void)fail(err, CONTAINR_E_INVALID_REFERENCE,
			   "a new name cannot hold a digest: '%.300s'", spec->name);
		return fail_hint(err, "give NAME[:TAG]");
	}
	reference_format(&reference, import->name);
	import->created_ns = spec->created_ns ? spec->created_ns : time_now_ns();
	return spec->platform ? platform_parse(spec->platform, &import->platform, err)
			      : platform_of_host(&import->platform, err);
}

static int make_layer(const struct containr *engine, struct import *import,
		      struct containr_error *err)
{
	const struct import_spec *spec = import->spec;
	const struct layer_place place = { .dir = import->dir.fd, .storage = engine->storage };

	if (spec->folder)
		return layer_from_folder(spec->folder, spec->source.watch, &place, &import->layer,
					 err);
	return layer_from_archive(&spec->source, &place, &import->layer, err);
}

static void write_history(struct import *import, struct json_writer *writer, const char *created)
{
	json_open_array(writer, "history");
	json_open_object(writer, NULL);
	json_string(writer, "created", created);
	json_string(writer, "created_by", "containr import");
	if (import->spec->message)
		json_string(writer, "comment", import->spec->message);
	json_close_object(writer);
	json_close_array(writer);
}

static int write_config(struct import *import, struct containr_error *err)
{
	struct json_writer writer = JSON_WRITER(&import->text);
	char created[TIME_TEXT_SIZE];

	time_format_utc(import->created_ns, created);
	json_open_object(&writer, NULL);
	json_string(&writer, "created", created);
	json_string(&writer, "architecture", import->platform.architecture);
	if (*import->platform.variant)
		json_string(&writer, "variant", import->platform.variant);
	json_string(&writer, "os", import->platform.os);
	changes_write(import->spec->changes, &writer);
	json_open_object(&writer, "rootfs");
	json_string(&writer, "type", "layers");
	json_open_array(&writer, "diff_ids");
	json_string(&writer, NULL, import->layer.diff_id);
	json_close_array(&writer);
	json_close_object(&writer);
	write_history(import, &writer, created);
	json_close_object(&writer);
	return document_write(&import->text, &import->dir, "config", &import->image.config, err);
}

static int write_manifest(struct import *import, struct containr_error *err)
{
	struct json_writer writer = JSON_WRITER(&import->text);

	json_open_object(&writer, NULL);
	json_int(&writer, "schemaVersion", 2);
	json_string(&writer, "mediaType", MEDIA_MANIFEST);
	json_open_object(&writer, "config");
	descriptor_write(&writer, &(struct descriptor) { .media_type = MEDIA_CONFIG,
							 .digest = import->image.config.digest,
							 .size = import->image.config.size });
	json_close_object(&writer);
	json_open_array(&writer, "layers");
	json_open_object(&writer, NULL);
	descriptor_write(&writer, &(struct descriptor) { .media_type = import->layer.media_type,
							 .digest = import->layer.blob_digest,
							 .size = import->layer.blob_size });
	json_close_object(&writer);
	json_close_array(&writer);
	json_close_object(&writer);
	return document_write(&import->text, &import->dir, "manifest", &import->image.manifest,
			      err);
}

static void describe_layer(struct import *import)
{
	struct new_image *image = &import->image;

	image->name = import->name;
	image->event = "import";
	image->media_type = MEDIA_MANIFEST;
	import->new_layer = (struct new_layer) { .blob = { .file = LAYER_BLOB,
							   .size = import->layer.blob_size },
						 .diff_id = import->layer.diff_id,
						 .folder = LAYER_FOLDER };
	memcpy(import->new_layer.blob.digest, import->layer.blob_digest, DIGEST_SIZE);
	image->layers = &import->new_layer;
	image->layer_count = 1;
}

static int import_all(const struct containr *engine, const struct import_spec *spec,
		      char ret_id[DIGEST_SIZE], struct containr_error *err)
{
	__attribute__((cleanup(import_release))) struct import import = { .spec = spec,
									  .dir = WORKDIR_INIT };
	int r = check_spec(&import, err);

	if (r < 0)
		return r;
	workdir_sweep(engine);
	r = workdir_create(engine, &import.dir, err);
	if (r == 0)
		r = make_layer(engine, &import, err);
	if (r == 0)
		r = write_config(&import, err);
	if (r == 0)
		r = write_manifest(&import, err);
	if (r < 0)
		return r;
	describe_layer(&import);
	r = publish(engine, &import.dir, &import.image, err);
	if (r == 0)
		memcpy(ret_id, import.image.config.digest, DIGEST_SIZE);
	return r;
}

/*
 * Several files are written at the same time, by two threads: which of them meets the end of the disk
 * first is chance, and of no use to anybody.
 */
int image_import(const struct containr *engine, const struct import_spec *spec,
		 char ret_id[DIGEST_SIZE], struct containr_error *err)
{
	int r = import_all(engine, spec, ret_id, err);

	if (r < 0 && err->code == CONTAINR_E_NO_SPACE)
		return fail(err, CONTAINR_E_NO_SPACE, "no space left for the image in '%s'",
			    engine->root);
	return r;
}
