/* SPDX-License-Identifier: MIT */
#include "import_fixture.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

int import_setup(void **state)
{
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		exit(77);
	}
	return store_setup(state);
}

static int import(struct store *store, struct import_spec *spec, const char *name)
{
	static const struct changes none;
	char id[DIGEST_SIZE];

	spec->name = name;
	if (!spec->changes)
		spec->changes = &none;
	spec->created_ns = 1;
	error_clear(&store->err);
	return image_import(store->engine, spec, id, &store->err);
}

int import_bytes(struct store *store, const void *bytes, size_t len, const char *name)
{
	struct import_spec spec = {
		.source = { .fd = -1, .memory = bytes, .memory_len = len, .what = "test.tar" },
	};

	return import(store, &spec, name);
}

int import_tar(struct store *store, struct tar *tar, const char *name)
{
	int r;

	tar_finish(tar);
	r = import_bytes(store, tar->bytes, tar->len, name);
	tar_free(tar);
	return r;
}

int import_folder(struct store *store, const char *path, const char *name)
{
	struct import_spec spec = { .folder = path };

	return import(store, &spec, name);
}

int open_layer(struct store *store, const char *name)
{
	autoimage *image = NULL;
	autostrv dirs = { 0 };
	int fd = -1;

	if (containr_image_inspect(store->engine, name, &image, &store->err) < 0)
		fail_msg("%s", store->err.message);
	assert_int_equal(image_lower_dirs(store->engine, image, &dirs, &store->err), 0);
	assert_int_equal(dirs.len, 1);
	assert_int_equal(fs_open_dir(store->engine->root_fd, dirs.items[0], &fd, &store->err), 0);
	return fd;
}

const char *read_layer_file(int layer, const char *path)
{
	static char text[4096];
	autostr content = STR_INIT;
	struct containr_error err;

	if (fs_read_file(layer, path, sizeof(text) - 1, &content, &err) < 0)
		fail_msg("%s", err.message);
	(void)snprintf(text, sizeof(text), "%s", content.data);
	return text;
}

void assert_store_empty(struct store *store)
{
	assert_int_equal(store_count(store, "tmp"), 0);
	assert_int_equal(store_count(store, "trash"), 0);
	assert_int_equal(store_count(store, "layers"), 0);
	assert_int_equal(store_count(store, "images/blobs/sha256"), 0);
}

void assert_import_fails(struct store *store, struct tar *tar, enum containr_error_code code,
			 const char *message)
{
	if (import_tar(store, tar, "test") == 0)
		fail_msg("was imported; expected: %s", message);
	if (!strstr(store->err.message, message))
		fail_msg("'%s' does not say '%s'", store->err.message, message);
	assert_int_equal(store->err.code, code);
	assert_store_empty(store);
}
