/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define DIGEST_BUFFERS 16

int store_setup(void **state)
{
	struct store *store = calloc(1, sizeof(*store));
	char root[80];
	char runroot[80];
	struct containr_options options = { .root = root, .runroot = runroot, .log_fd = -1 };

	if (!store)
		return -1;
	(void)snprintf(store->dir, sizeof(store->dir), "/dev/shm/containr-test-XXXXXX");
	if (!mkdtemp(store->dir))
		return -1;
	(void)snprintf(root, sizeof(root), "%s/root", store->dir);
	(void)snprintf(runroot, sizeof(runroot), "%s/run", store->dir);
	*state = store;
	return containr_open(&options, &store->engine, &store->err);
}

int store_teardown(void **state)
{
	struct store *store = *state;
	int r;

	containr_close(store->engine);
	r = fs_remove_tree(AT_FDCWD, store->dir, &store->err);
	free(store);
	return r;
}

const char *store_digest(int number)
{
	static char buffers[DIGEST_BUFFERS][DIGEST_SIZE];
	static const char hex[] = "0123456789abcdef";
	static unsigned int next;
	char *digest = buffers[next++ % DIGEST_BUFFERS];

	(void)snprintf(digest, DIGEST_SIZE, "%s", DIGEST_PREFIX);
	memset(digest + sizeof(DIGEST_PREFIX) - 1, hex[number & 15], DIGEST_HEX_LEN);
	digest[DIGEST_LEN - 1] = hex[number >> 4];
	digest[DIGEST_LEN] = '\0';
	return digest;
}

void store_put_blob(struct store *store, const char *digest, const char *text)
{
	char path[CONTENT_PATH_SIZE];

	assert_int_equal(content_create(store->engine, &store->err), 0);
	content_blob_path(digest, path);
	assert_int_equal(fs_replace_file(store->engine->root_fd, path, text, strlen(text), 0644,
					 FS_VOLATILE, &store->err),
			 0);
}

static void put_config(struct store *store, int number, const char *layers)
{
	autostr text = STR_INIT;
	struct json_writer writer = JSON_WRITER(&text);

	json_open_object(&writer, NULL);
	json_string(&writer, "architecture", "amd64");
	json_string(&writer, "os", "linux");
	str_appendf(&text, ",\"created\":\"2026-01-%02dT00:00:00Z\"", number + 1);
	str_append(&text, ",\"config\":{\"Cmd\":[\"sh\"],\"Env\":[\"A=b\"],"
			  "\"Labels\":{\"k\":\"v\"},\"User\":\"1:2\"}");
	json_open_object(&writer, "rootfs");
	json_string(&writer, "type", "layers");
	json_open_array(&writer, "diff_ids");
	for (const char *layer = layers; *layer; layer++)
		json_string(&writer, NULL, store_digest(*layer - '0'));
	json_close_array(&writer);
	json_close_object(&writer);
	json_close_object(&writer);
	store_put_blob(store, store_digest(number), text.data);
}

/* A layer's blob has the digest "b" and its digit: other than the unpacked layer, as in life. */
static void write_layer_digest(char digest[DIGEST_SIZE], char layer)
{
	(void)snprintf(digest, DIGEST_SIZE, "%s", store_digest(layer - '0'));
	digest[sizeof(DIGEST_PREFIX) - 1] = 'b';
}

static void put_layers(struct store *store, const char *layers, struct json_writer *writer)
{
	for (const char *layer = layers; *layer; layer++) {
		char digest[DIGEST_SIZE];
		char path[128];

		write_layer_digest(digest, *layer);
		store_put_blob(store, digest, "layer");
		(void)snprintf(path, sizeof(path), "layers/%s/fs",
			       digest_hex(store_digest(*layer - '0')));
		assert_int_equal(fs_make_dirs(store->engine->root_fd, path, 0755, &store->err), 0);
		json_open_object(writer, NULL);
		json_string(writer, "mediaType", MEDIA_LAYER_ZSTD);
		json_string(writer, "digest", digest);
		json_int(writer, "size", 5);
		json_close_object(writer);
	}
}

static int64_t blob_size(const struct store *store, const char *digest)
{
	char path[CONTENT_PATH_SIZE];
	struct stat info;

	content_blob_path(digest, path);
	assert_int_equal(fstatat(store->engine->root_fd, path, &info, 0), 0);
	return info.st_size;
}

void store_put_image(struct store *store, const char *name, int number, const char *layers)
{
	autostr text = STR_INIT;
	autoindex index = { 0 };
	struct json_writer writer = JSON_WRITER(&text);
	struct descriptor manifest = { .media_type = MEDIA_MANIFEST,
				       .digest = store_digest(number + 1) };

	put_config(store, number, layers);
	json_open_object(&writer, NULL);
	json_int(&writer, "schemaVersion", 2);
	json_open_object(&writer, "config");
	descriptor_write(&writer,
			 &(struct descriptor) { .media_type = MEDIA_CONFIG,
						.digest = store_digest(number),
						.size = blob_size(store, store_digest(number)) });
	json_close_object(&writer);
	json_open_array(&writer, "layers");
	put_layers(store, layers, &writer);
	json_close_array(&writer);
	json_close_object(&writer);
	store_put_blob(store, manifest.digest, text.data);
	manifest.size = blob_size(store, manifest.digest);
	assert_int_equal(index_load(store->engine, &index, &store->err), 0);
	assert_int_equal(index_set_name(&index, name, &manifest, NULL, &store->err), 0);
	assert_int_equal(index_save(store->engine, &index, &store->err), 0);
}

bool store_has(const struct store *store, const char *path)
{
	return faccessat(store->engine->root_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool store_has_blob(const struct store *store, const char *digest)
{
	char path[CONTENT_PATH_SIZE];

	content_blob_path(digest, path);
	return store_has(store, path);
}

size_t store_count(const struct store *store, const char *path)
{
	autoclosedir DIR *dir = NULL;
	const struct dirent *entry;
	size_t count = 0;
	int fd = openat(store->engine->root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	dir = fdopendir(fd);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	return count;
}

void store_put_container(struct store *store, const char *id, const char *record)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "containers/%s", id);
	assert_int_equal(fs_make_dirs(store->engine->root_fd, path, 0711, &store->err), 0);
	(void)snprintf(path, sizeof(path), "containers/%s/container.json", id);
	assert_int_equal(fs_replace_file(store->engine->root_fd, path, record, strlen(record), 0644,
					 FS_VOLATILE, &store->err),
			 0);
}
