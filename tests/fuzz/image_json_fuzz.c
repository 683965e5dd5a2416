/* SPDX-License-Identifier: MIT */
#include "image/config.h"
#include "image/index.h"
#include "image/manifest.h"
#include "image/snapshot.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

/*
 * The documents of an image store: the first byte says which one the rest is, "i" an index, "m" a
 * manifest, "s" the record of a snapshot, else a configuration. Each is refused as corrupt, or what was read can be written, used
 * and freed.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct containr_error *err)
{
	if ((err->code != CONTAINR_E_IMAGE_CORRUPT && err->code != CONTAINR_E_UNSUPPORTED) ||
	    err->message[0] == '\0')
		abort();
}

static void read_index(const char *text, size_t len)
{
	static const struct descriptor manifest = {
		.media_type = MEDIA_MANIFEST,
		.digest = "sha256:"
			  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		.size = 1,
	};
	autoindex index = { 0 };
	autoindex again = { 0 };
	autostr out = STR_INIT;
	struct containr_error err;

	if (index_parse(text, len, &index, &err) < 0) {
		check_error(&err);
		return;
	}
	if (index_set_name(&index, "docker.io/library/x:1", &manifest, NULL, &err) < 0)
		abort();
	index_format(&index, &out);
	if (index_parse(out.data, out.len, &again, &err) < 0 || again.count != index.count)
		abort();
}

/* What was read is written as it was. */
static void read_snapshot(const char *text, size_t len)
{
	autosnapshot *snapshot = NULL;
	autosnapshot *again = NULL;
	autostr out = STR_INIT;
	autostr second = STR_INIT;
	struct containr_error err;

	if (snapshot_parse(text, len, &snapshot, &err) < 0) {
		if (err.code != CONTAINR_E_INVALID_CONFIG || err.message[0] == '\0')
			abort();
		return;
	}
	snapshot_format(snapshot, &out);
	if (!digest_is_valid(snapshot_layer(snapshot)) ||
	    snapshot_parse(out.data, out.len, &again, &err) < 0)
		abort();
	snapshot_format(again, &second);
	if (out.len != second.len || memcmp(out.data, second.data, out.len) != 0)
		abort();
}

static void read_manifest(struct json_doc *doc)
{
	automanifest manifest = { 0 };
	struct containr_error err;

	if (manifest_read(doc, &manifest, &err) < 0)
		check_error(&err);
	else if (manifest_content_size(&manifest) < 0)
		abort();
}

static void read_config(const struct json *root)
{
	struct containr_image *image = calloc(1, sizeof(*image));
	struct containr_error err;

	if (!image)
		return;
	if (config_read(root, image, &err) < 0)
		check_error(&err);
	else
		for (char **layer = image->layers; *layer; layer++)
			if (!digest_is_valid(*layer))
				abort();
	containr_image_free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	autojson doc = { 0 };
	struct containr_error err;

	if (size == 0)
		return 0;
	if (*data == 'i') {
		read_index(text, size - 1);
		return 0;
	}
	if (*data == 's') {
		read_snapshot(text, size - 1);
		return 0;
	}
	if (json_parse(text, size - 1, "fuzz", &doc, &err) < 0)
		return 0;
	if (*data == 'm')
		read_manifest(&doc);
	else
		read_config(doc.root);
	return 0;
}
