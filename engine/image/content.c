/* SPDX-License-Identifier: MIT */
#include "image/content.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char layout_text[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
static const char index_text[] =
	"{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_INDEX "\",\"manifests\":[]}";

int content_fail_corrupt(struct containr_error *err)
{
	if (err->code != CONTAINR_E_INVALID_CONFIG)
		return -err->code;
	err->code = CONTAINR_E_IMAGE_CORRUPT;
	return fail_hint(err, "%s", containr_error_default_hint(CONTAINR_E_IMAGE_CORRUPT));
}

int descriptor_read(const struct json *object, const char *path, struct descriptor *ret_descriptor,
		    struct containr_error *err)
{
	struct descriptor read = { .size = -1 };

	if (json_read_string(object, path, "mediaType", &read.media_type, err) < 0 ||
	    json_read_string(object, path, "digest", &read.digest, err) < 0 ||
	    json_read_int(object, path, "size", 0, INT64_MAX, &read.size, err) < 0)
		return content_fail_corrupt(err);
	if (!read.media_type || !read.digest || read.size < 0)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "%s: expected mediaType, digest and size", path);
	if (!digest_is_valid(read.digest))
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "%s.digest: '%.100s' is no digest", path,
			    read.digest);
	*ret_descriptor = read;
	return 0;
}

void descriptor_write(struct json_writer *writer, const struct descriptor *descriptor)
{
	json_string(writer, "mediaType", descriptor->media_type);
	json_string(writer, "digest", descriptor->digest);
	json_int(writer, "size", descriptor->size);
}

static int create_file(const struct containr *engine, const char *path, const char *text,
		       struct containr_error *err)
{
	if (faccessat(engine->root_fd, path, F_OK, 0) == 0)
		return 0;
	return fs_replace_file(engine->root_fd, path, text, strlen(text), 0644, FS_DURABLE, err);
}

int content_create(const struct containr *engine, struct containr_error *err)
{
	int r = fs_make_dirs(engine->root_fd, CONTENT_BLOBS, 0755, err);

	if (r == 0)
		r = create_file(engine, CONTENT_LAYOUT, layout_text, err);
	if (r == 0)
		r = create_file(engine, CONTENT_INDEX, index_text, err);
	return r;
}

void content_blob_path(const char *digest, char ret_path[CONTENT_PATH_SIZE])
{
	(void)snprintf(ret_path, CONTENT_PATH_SIZE, "%s/%s", CONTENT_BLOBS, digest_hex(digest));
}

int content_read_json(const struct containr *engine, const struct descriptor *blob,
		      const char *what, size_t max, struct json_doc *ret_doc,
		      struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];
	autostr text = STR_INIT;
	int r;

	if ((uint64_t)blob->size > max)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "%s %s has %" PRId64 " bytes, more than %zu", what, blob->digest,
			    blob->size, max);
	content_blob_path(blob->digest, path);
	r = fs_read_regular(engine->root_fd, path, max, &text, err);
	if (r < 0 && err->sys_errno == ENOENT)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "%s %s is missing", what, blob->digest);
	if (r < 0)
		return r;
	if (text.len != (size_t)blob->size)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "%s %s has %zu bytes instead of %" PRId64, what, blob->digest, text.len,
			    blob->size);
	r = json_parse(text.data, text.len, what, ret_doc, err);
	return r < 0 ? content_fail_corrupt(err) : 0;
}
