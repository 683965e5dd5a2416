/* SPDX-License-Identifier: MIT */
#include "import_fixture.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <cmocka.h>

static struct tar *small_tar(const char *filter)
{
	struct tar *tar = tar_new(filter);

	tar_folder(tar, "etc");
	tar_file(tar, "etc/motd", "hello");
	tar_symlink(tar, "etc/link", "motd");
	return tar;
}

static void every_compression_gives_the_same_layer(void **state)
{
	static const char *const filters[] = { "none", "gzip", "zstd", "xz", "bzip2" };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		autoclose int layer = -1;

		if (import_tar(store, small_tar(filters[i]), "demo") < 0)
			fail_msg("%s: %s", filters[i], store->err.message);
		layer = open_layer(store, "demo");
		assert_string_equal(read_layer_file(layer, "etc/motd"), "hello");
		/* one diff_id, whatever the blob is */
		assert_int_equal(store_count(store, "layers"), 1);
		assert_int_equal(store_count(store, "tmp"), 0);
	}
}

static void compressed_archive_is_kept_byte_for_byte(void **state)
{
	static const char *const filters[] = { "gzip", "zstd" };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct tar *tar = small_tar(filters[i]);
		char path[CONTENT_PATH_SIZE];
		char digest[DIGEST_SIZE];
		autosha256 hash = { 0 };
		autostr blob = STR_INIT;

		tar_finish(tar);
		assert_int_equal(sha256_init(&hash, &store->err), 0);
		assert_int_equal(sha256_update(&hash, tar->bytes, tar->len, &store->err), 0);
		assert_int_equal(sha256_finish(&hash, digest, &store->err), 0);
		assert_int_equal(import_bytes(store, tar->bytes, tar->len, "demo"), 0);
		content_blob_path(digest, path);
		assert_int_equal(
			fs_read_file(store->engine->root_fd, path, 1 << 20, &blob, &store->err), 0);
		assert_int_equal(blob.len, tar->len);
		assert_memory_equal(blob.data, tar->bytes, tar->len);
		tar_free(tar);
	}
}

static void attributes_are_kept(void **state)
{
	struct store *store = *state;
	struct tar *tar = small_tar("none");
	autoclose int layer = -1;
	struct stat info;

	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_int_equal(fstatat(layer, "etc/motd", &info, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(info.st_mode, S_IFREG | 0640);
	assert_int_equal(info.st_uid, 1000);
	assert_int_equal(info.st_gid, 1001);
	assert_int_equal(info.st_mtim.tv_sec, 1000000000);
	assert_int_equal(info.st_mtim.tv_nsec, 123456789);
	assert_int_equal(fstatat(layer, "etc/link", &info, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISLNK(info.st_mode));
	assert_int_equal(info.st_uid, 1000);
	/* a folder's time is its own, though entries were written into it later */
	assert_int_equal(fstatat(layer, "etc", &info, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(info.st_mode, S_IFDIR | 0750);
	assert_int_equal(info.st_mtim.tv_sec, 1000000000);
}

static void setuid_and_capabilities_survive_the_owner(void **state)
{
	static const unsigned char capability[20] = { 1, 0, 0, 2, 0, 0x20, 0, 0 };
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;
	unsigned char read[32];
	char path[64];
	struct stat info;

	tar_file(tar, "before", "");
	archive_entry_copy_pathname(tar->entry, "ping");
	archive_entry_set_perm(tar->entry, 04755);
	archive_entry_xattr_add_entry(tar->entry, "security.capability", capability,
				      sizeof(capability));
	archive_entry_xattr_add_entry(tar->entry, "user.note", "hi", 2);
	archive_entry_xattr_add_entry(tar->entry, "security.selinux", "label", 5);
	tar_entry(tar, "x");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_int_equal(fstatat(layer, "ping", &info, 0), 0);
	assert_int_equal(info.st_mode, S_IFREG | 04755);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/ping", layer);
	assert_int_equal(getxattr(path, "security.capability", read, sizeof(read)),
			 sizeof(capability));
	assert_memory_equal(read, capability, sizeof(capability));
	assert_int_equal(getxattr(path, "security.selinux", read, sizeof(read)), -1);
}

static void special_files_are_made(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;
	struct stat info;

	tar_device(tar, "null", AE_IFCHR, 1, 3);
	tar_device(tar, "disk", AE_IFBLK, 8, 1);
	tar_device(tar, "pipe", AE_IFIFO, 0, 0);
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_int_equal(fstatat(layer, "null", &info, 0), 0);
	assert_int_equal(info.st_mode, S_IFCHR | 0620);
	assert_int_equal(info.st_rdev, makedev(1, 3));
	assert_int_equal(fstatat(layer, "disk", &info, 0), 0);
	assert_true(S_ISBLK(info.st_mode));
	assert_int_equal(fstatat(layer, "pipe", &info, 0), 0);
	assert_true(S_ISFIFO(info.st_mode));
}

static void hard_link_shares_its_file(void **state)
{
	struct store *store = *state;
	struct tar *tar = small_tar("none");
	autoclose int layer = -1;
	struct stat first;
	struct stat second;

	tar_hard_link(tar, "usr/share/motd", "./etc/motd");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_int_equal(fstatat(layer, "etc/motd", &first, 0), 0);
	assert_int_equal(fstatat(layer, "usr/share/motd", &second, 0), 0);
	assert_int_equal(first.st_ino, second.st_ino);
}

static void holes_stay_holes(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;
	struct stat info;
	char *zeros = calloc(1, 8 << 20);

	assert_non_null(zeros);
	tar_file(tar, "before", "");
	archive_entry_copy_pathname(tar->entry, "sparse");
	archive_entry_set_size(tar->entry, 8 << 20);
	archive_entry_sparse_add_entry(tar->entry, 0, 4096);
	archive_entry_sparse_add_entry(tar->entry, (8 << 20) - 4096, 4096);
	assert_true(archive_write_header(tar->archive, tar->entry) >= ARCHIVE_WARN);
	memcpy(zeros + (8 << 20) - 4, "end", 3);
	assert_int_equal(archive_write_data(tar->archive, zeros, 8 << 20), 8 << 20);
	free(zeros);
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_int_equal(fstatat(layer, "sparse", &info, 0), 0);
	assert_int_equal(info.st_size, 8 << 20);
	assert_true(info.st_blocks * 512 < 1 << 20);
}

static void names_are_bytes(void **state)
{
	static const char *const names[] = { "gr\xc3\xbc\xc3\x9f", "\xe6\x97\xa5", "latin-\xfc",
					     "with space\n" };
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;
	char longest[256];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		tar_file(tar, names[i], "x");
	memset(longest, 'n', 255);
	longest[255] = '\0';
	tar_file(tar, longest, "long");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(read_layer_file(layer, names[i]), "x");
	assert_string_equal(read_layer_file(layer, longest), "long");
}

static void later_entry_replaces_an_earlier_one(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;
	struct stat info;

	tar_file(tar, "a", "1");
	tar_file(tar, "a", "2");
	tar_folder(tar, "b");
	tar_file(tar, "b/x", "1");
	tar_file(tar, "b", "now a file");
	tar_symlink(tar, "c", "/etc");
	tar_folder(tar, "c");
	tar_file(tar, "c/x", "mine");
	tar_folder(tar, "d");
	tar_file(tar, "d/stays", "1");
	tar_folder(tar, "d");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_string_equal(read_layer_file(layer, "a"), "2");
	assert_string_equal(read_layer_file(layer, "b"), "now a file");
	assert_string_equal(read_layer_file(layer, "c/x"), "mine");
	assert_string_equal(read_layer_file(layer, "d/stays"), "1");
	assert_int_equal(fstatat(layer, "c", &info, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISDIR(info.st_mode));
}

static void link_on_the_way_leads_where_it_would_in_the_container(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;

	tar_folder(tar, "usr/lib");
	tar_symlink(tar, "lib", "/usr/lib");
	tar_file(tar, "lib/libc.so", "c");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_string_equal(read_layer_file(layer, "usr/lib/libc.so"), "c");
}

static void whiteouts_become_those_of_overlayfs(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;
	struct stat info;
	char path[64];
	char value[8];

	tar_file(tar, "etc/.wh.motd", "");
	tar_file(tar, "opt/.wh..wh..opq", "");
	tar_file(tar, "opt/mine", "1");
	tar_file(tar, "both", "1");
	tar_file(tar, ".wh.both", "");
	tar_file(tar, ".wh..wh.plnk", "");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_int_equal(fstatat(layer, "etc/motd", &info, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISCHR(info.st_mode));
	assert_int_equal(info.st_rdev, 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/opt", layer);
	assert_int_equal(getxattr(path, "trusted.overlay.opaque", value, sizeof(value)), 1);
	assert_string_equal(read_layer_file(layer, "both"), "1");
	assert_int_equal(faccessat(layer, ".wh..wh.plnk", F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

static void root_entry_describes_the_root(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;
	struct stat info;

	tar_folder(tar, "./");
	tar_file(tar, "./a", "1");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_int_equal(fstat(layer, &info), 0);
	assert_int_equal(info.st_mode, S_IFDIR | 0750);
	assert_int_equal(info.st_uid, 1000);
}

static void empty_archive_is_an_empty_image(void **state)
{
	static const char blocks[10240];
	struct store *store = *state;

	assert_int_equal(import_bytes(store, blocks, sizeof(blocks), "scratch"), 0);
	assert_int_equal(store_count(store, "layers"), 1);
}

static void folder_is_imported_with_all_it_has(void **state)
{
	struct store *store = *state;
	autoclose int tree = -1;
	autoclose int layer = -1;
	struct stat info;
	struct stat other;
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/tree", store->dir);
	assert_int_equal(fs_make_dirs(AT_FDCWD, path, 0755, &store->err), 0);
	tree = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(tree, "etc", 0711), 0);
	assert_int_equal(
		fs_replace_file(tree, "etc/motd", "hello", 5, 0600, FS_VOLATILE, &store->err), 0);
	assert_int_equal(fchownat(tree, "etc/motd", 5, 6, 0), 0);
	assert_int_equal(linkat(tree, "etc/motd", tree, "zweite", 0), 0);
	assert_int_equal(symlinkat("/nowhere", tree, "link"), 0);
	assert_int_equal(mknodat(tree, "null", S_IFCHR | 0666, makedev(1, 3)), 0);
	assert_int_equal(mkfifoat(tree, "pipe", 0600), 0);
	(void)snprintf(path, sizeof(path), "%s/tree/etc/motd", store->dir);
	(void)setxattr(path, "trusted.dropped", "1", 1, 0);
	(void)snprintf(path, sizeof(path), "%s/tree", store->dir);
	if (import_folder(store, path, "demo") < 0)
		fail_msg("%s", store->err.message);
	layer = open_layer(store, "demo");
	assert_string_equal(read_layer_file(layer, "etc/motd"), "hello");
	assert_int_equal(fstatat(layer, "etc/motd", &info, 0), 0);
	assert_int_equal(info.st_uid, 5);
	assert_int_equal(info.st_gid, 6);
	assert_int_equal(info.st_nlink, 2);
	assert_int_equal(fstatat(layer, "zweite", &other, 0), 0);
	assert_int_equal(info.st_ino, other.st_ino);
	assert_int_equal(fstatat(layer, "etc", &info, 0), 0);
	assert_int_equal(info.st_mode, S_IFDIR | 0711);
	assert_int_equal(fstatat(layer, "null", &info, 0), 0);
	assert_int_equal(info.st_rdev, makedev(1, 3));
	assert_int_equal(fstatat(layer, "link", &info, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISLNK(info.st_mode));
}

static void same_content_is_the_same_image(void **state)
{
	struct store *store = *state;
	struct containr_image **images;
	size_t count;

	assert_int_equal(import_tar(store, small_tar("gzip"), "one"), 0);
	assert_int_equal(import_tar(store, small_tar("gzip"), "two"), 0);
	assert_int_equal(import_tar(store, small_tar("gzip"), "two"), 0);
	assert_int_equal(containr_image_list(store->engine, &images, &count, &store->err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(images[0]->id, images[1]->id);
	containr_image_list_free(images, count);
}

int main(void)
{
#define IMPORT_TEST(test) cmocka_unit_test_setup_teardown(test, import_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(every_compression_gives_the_same_layer),
		IMPORT_TEST(compressed_archive_is_kept_byte_for_byte),
		IMPORT_TEST(attributes_are_kept),
		IMPORT_TEST(setuid_and_capabilities_survive_the_owner),
		IMPORT_TEST(special_files_are_made),
		IMPORT_TEST(hard_link_shares_its_file),
		IMPORT_TEST(holes_stay_holes),
		IMPORT_TEST(names_are_bytes),
		IMPORT_TEST(later_entry_replaces_an_earlier_one),
		IMPORT_TEST(link_on_the_way_leads_where_it_would_in_the_container),
		IMPORT_TEST(whiteouts_become_those_of_overlayfs),
		IMPORT_TEST(root_entry_describes_the_root),
		IMPORT_TEST(empty_archive_is_an_empty_image),
		IMPORT_TEST(folder_is_imported_with_all_it_has),
		IMPORT_TEST(same_content_is_the_same_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
