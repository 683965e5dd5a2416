/* SPDX-License-Identifier: MIT */
#include "import_fixture.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

/*
 * Archives that were made to do harm. Each import fails with a message, or stays inside; after each
 * failure nothing is left in the store.
 */

/* A file beside the store that no archive may read, change or link. */
static void put_victim(struct store *store, char path[96])
{
	(void)snprintf(path, 96, "%s/victim", store->dir);
	assert_int_equal(
		fs_replace_file(AT_FDCWD, path, "secret", 6, 0600, FS_VOLATILE, &store->err), 0);
}

static void assert_victim_untouched(struct store *store, const char *path)
{
	struct stat info;
	autostr text = STR_INIT;

	assert_int_equal(fs_read_file(AT_FDCWD, path, 100, &text, &store->err), 0);
	assert_string_equal(text.data, "secret");
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_nlink, 1);
	assert_int_equal(info.st_mode, S_IFREG | 0600);
	assert_int_equal(info.st_uid, geteuid());
}

static void name_with_two_dots_is_refused(void **state)
{
	static const char *const names[] = { "../victim", "a/../../victim", "a/..", "..",
					     "/../victim" };
	struct store *store = *state;
	char victim[96];

	put_victim(store, victim);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct tar *tar = tar_new("none");

		tar_file(tar, names[i], "harm");
		assert_import_fails(store, tar, CONTAINR_E_INVALID_ARCHIVE,
				    "points outside of the archive");
	}
	assert_victim_untouched(store, victim);
}

static void absolute_name_stays_inside(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;

	tar_file(tar, "//etc/hostname-of-a-test", "inside");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_string_equal(read_layer_file(layer, "etc/hostname-of-a-test"), "inside");
	assert_int_equal(access("/etc/hostname-of-a-test", F_OK), -1);
}

static void write_through_a_link_stays_inside(void **state)
{
	/* the second one leads from the folder that is unpacked into, in tmp/, to the victim's */
	static const char *const targets[] = { "..", "../../../../..", "/", "/proc/self/root",
					       "/proc/self/cwd" };
	struct store *store = *state;
	char victim[96];

	put_victim(store, victim);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		const char *names[] = { "out/victim", "out/a/victim", "", "victim" };
		char absolute[128];

		(void)snprintf(absolute, sizeof(absolute), "out%s", victim);
		names[2] = absolute;
		for (size_t j = 0; j < ARRAY_LEN(names); j++) {
			struct tar *tar = tar_new("none");

			tar_symlink(tar, "out", targets[i]);
			tar_file(tar, names[j], "harm");
			(void)import_tar(store, tar, "demo");
			assert_victim_untouched(store, victim);
		}
	}
}

static void link_to_outside_as_a_folder_is_refused(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	char victim[96];

	put_victim(store, victim);
	tar_symlink(tar, "out", store->dir);
	tar_file(tar, "out/victim", "harm");
	/* below the layer's root the link's target does not exist */
	assert_import_fails(store, tar, CONTAINR_E_INVALID_ARCHIVE, "cannot open folder 'out'");
	assert_victim_untouched(store, victim);
}

static void file_over_a_link_replaces_the_link(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	autoclose int layer = -1;
	struct stat info;
	char victim[96];

	put_victim(store, victim);
	tar_symlink(tar, "out", victim);
	tar_file(tar, "out", "mine");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	layer = open_layer(store, "demo");
	assert_int_equal(fstatat(layer, "out", &info, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(info.st_mode));
	assert_victim_untouched(store, victim);
}

static void owner_and_mode_never_follow_a_link(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	char victim[96];

	put_victim(store, victim);
	tar_symlink(tar, "out", victim);
	archive_entry_set_perm(tar->entry, 0777);
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	assert_victim_untouched(store, victim);
}

static void hard_link_to_outside_is_refused(void **state)
{
	struct store *store = *state;
	char victim[96];
	char up[128];
	const char *targets[] = { victim, up, "../../../../victim" };

	put_victim(store, victim);
	(void)snprintf(up, sizeof(up), "../../../../../..%s", victim);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct tar *tar = tar_new("none");

		tar_file(tar, "a", "1");
		tar_hard_link(tar, "b", targets[i]);
		assert_import_fails(store, tar, CONTAINR_E_INVALID_ARCHIVE, "at byte");
		assert_victim_untouched(store, victim);
	}
}

static void hard_link_through_a_link_stays_inside(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");
	char victim[96];

	put_victim(store, victim);
	tar_symlink(tar, "out", store->dir);
	tar_hard_link(tar, "b", "out/victim");
	assert_import_fails(store, tar, CONTAINR_E_INVALID_ARCHIVE, "hard link");
	assert_victim_untouched(store, victim);
	tar = tar_new("none");
	tar_symlink(tar, "out", victim);
	tar_hard_link(tar, "b", "out");
	tar_entry(tar, "");
	(void)import_tar(store, tar, "demo");
	assert_victim_untouched(store, victim);
}

static void hard_link_to_a_folder_is_refused(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");

	tar_folder(tar, "a");
	tar_hard_link(tar, "b", "a");
	assert_import_fails(store, tar, CONTAINR_E_INVALID_ARCHIVE, "cannot create hard link 'b'");
}

static void overlay_attributes_are_refused(void **state)
{
	static const char *const keys[] = { "trusted.overlay.redirect", "trusted.overlay.opaque",
					    "user.overlay.redirect" };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct tar *tar = tar_new("none");

		tar_file(tar, "a", "1");
		archive_entry_copy_pathname(tar->entry, "dir");
		archive_entry_set_filetype(tar->entry, AE_IFDIR);
		archive_entry_xattr_add_entry(tar->entry, keys[i], "/etc", 4);
		tar_entry(tar, "");
		assert_import_fails(store, tar, CONTAINR_E_INVALID_ARCHIVE,
				    "which is overlayfs's own");
	}
}

static void whiteout_of_nothing_is_refused(void **state)
{
	static const char *const names[] = { ".wh.", "a/.wh..", ".wh..." };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct tar *tar = tar_new("none");

		tar_file(tar, names[i], "");
		assert_import_fails(store, tar, CONTAINR_E_INVALID_ARCHIVE, "hides nothing");
	}
}

static void huge_sizes_are_refused(void **state)
{
	static const char *const sizes[] = { "77777777777",
					     "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
					     "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct tar *tar = tar_new("none");

		tar_finish(tar);
		tar->len = 0;
		/* base-256 sizes hold NULs: all twelve bytes count */
		tar_raw_header(tar, "big", '0', sizes[i]);
		if ((unsigned char)sizes[i][0] >= 0x80)
			memcpy(tar->bytes + 124, sizes[i], 12);
		tar_raw(tar, "some bytes", 10);
		assert_int_not_equal(import_bytes(store, tar->bytes, tar->len, "demo"), 0);
		assert_int_equal(store->err.code, CONTAINR_E_INVALID_ARCHIVE);
		assert_store_empty(store);
		tar_free(tar);
	}
}

/* Cuts an archive at every 97th byte: all are refused, by whatever notices first. */
static void truncated_archive_is_refused(void **state)
{
	static const char *const filters[] = { "none", "gzip", "zstd", "xz" };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct tar *tar = tar_new(filters[i]);
		size_t end;

		tar_folder(tar, "etc");
		tar_file(tar, "etc/motd", "hello");
		tar_file(tar, "etc/more", "hello again");
		tar_finish(tar);
		/* one of the two blocks of the end mark is enough */
		end = strcmp(filters[i], "none") == 0 ? tar->len - 1024 : tar->len - 1;
		for (size_t len = 0; len <= end; len += 97) {
			if (import_bytes(store, tar->bytes, len, "demo") == 0)
				fail_msg("%s: %zu of %zu bytes were taken", filters[i], len,
					 tar->len);
			assert_int_equal(store->err.code, CONTAINR_E_INVALID_ARCHIVE);
			assert_store_empty(store);
		}
		tar_free(tar);
	}
}

static void archive_cut_between_entries_is_told(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");

	tar_file(tar, "etc/motd", "hello");
	tar_finish(tar);
	assert_int_not_equal(import_bytes(store, tar->bytes, tar->len - 1024, "demo"), 0);
	assert_string_equal(store->err.message,
			    "the archive is cut off after 'etc/motd': it has no end mark");
	tar_free(tar);
}

static void damaged_compression_is_refused(void **state)
{
	static const char *const filters[] = { "gzip", "zstd", "xz" };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct tar *tar = tar_new(filters[i]);

		tar_file(tar, "etc/motd", "hello");
		tar_finish(tar);
		/* a checksum stands near the end; xz has its own index there */
		tar->bytes[tar->len - (strcmp(filters[i], "xz") == 0 ? 16 : 6)] ^= 0x55;
		assert_int_not_equal(import_bytes(store, tar->bytes, tar->len, "demo"), 0);
		assert_int_equal(store->err.code, CONTAINR_E_INVALID_ARCHIVE);
		assert_store_empty(store);
		tar_free(tar);
	}
}

static void garbage_after_a_compressed_archive_is_refused(void **state)
{
	static const char *const filters[] = { "gzip", "zstd" };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct tar *tar = tar_new(filters[i]);

		tar_file(tar, "etc/motd", "hello");
		tar_finish(tar);
		tar_raw(tar, "garbage", 7);
		assert_int_not_equal(import_bytes(store, tar->bytes, tar->len, "demo"), 0);
		assert_int_equal(store->err.code, CONTAINR_E_INVALID_ARCHIVE);
		tar_free(tar);
	}
}

static void what_is_no_archive_is_refused(void **state)
{
	static const char *const texts[] = { "x", "this is a letter, and not a short one",
					     "\x1f\x8b no gzip", "PK\003\004" };
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_not_equal(import_bytes(store, texts[i], strlen(texts[i]), "demo"), 0);
		assert_int_equal(store->err.code, CONTAINR_E_INVALID_ARCHIVE);
		assert_true(store->err.hint[0] != '\0');
		assert_store_empty(store);
	}
	assert_int_not_equal(import_bytes(store, "", 0, "demo"), 0);
	assert_string_equal(store->err.message, "'test.tar' is empty");
}

static void bomb_is_refused(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("zstd");
	static char zeros[1 << 20];

	/* 1.1 GiB of nothing in some kilobytes; as a sparse file it takes no memory here */
	tar_file(tar, "before", "");
	archive_entry_copy_pathname(tar->entry, "bomb");
	archive_entry_set_size(tar->entry, INT64_C(1100) << 20);
	assert_true(archive_write_header(tar->archive, tar->entry) >= ARCHIVE_WARN);
	for (int i = 0; i < 1100; i++)
		assert_int_equal(archive_write_data(tar->archive, zeros, sizeof(zeros)),
				 sizeof(zeros));
	assert_import_fails(store, tar, CONTAINR_E_INVALID_ARCHIVE,
			    "decompresses to more than 1000 times its size");
}

/* Mounts a file system of so many pages over the store's root. */
static bool mount_small(struct store *store, const char *path, int pages)
{
	struct containr_options options = { .root = path, .runroot = path, .log_fd = -1 };
	char size[32];

	(void)snprintf(size, sizeof(size), "size=%dk", pages * 4);
	if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, size) < 0)
		return false;
	containr_close(store->engine);
	assert_int_equal(containr_open(&options, &store->engine, &store->err), 0);
	return true;
}

/* With a page more each time, the disk gets full at one step after the other, to the last one. */
static void full_disk_leaves_nothing(void **state)
{
	struct store *store = *state;
	char path[96];
	int failures = 0;

	(void)snprintf(path, sizeof(path), "%s/root", store->dir);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		skip();
	for (int pages = 2; pages < 64; pages++) {
		struct tar *tar = tar_new("gzip");
		bool is_imported;

		tar_file(tar, "a", "some text");
		tar_file(tar, "b", "some more text");
		assert_true(mount_small(store, path, pages));
		is_imported = import_tar(store, tar, "demo") == 0;
		if (!is_imported) {
			assert_int_equal(store->err.code, CONTAINR_E_NO_SPACE);
			assert_string_equal(store->err.hint, "free some space, or choose another "
							     "place with --root");
			assert_store_empty(store);
			failures++;
		}
		containr_close(store->engine);
		store->engine = NULL;
		assert_int_equal(umount(path), 0);
		if (is_imported)
			break;
	}
	assert_true(failures >= 4);
}

static void cancelled_import_leaves_nothing(void **state)
{
	static const volatile sig_atomic_t cancelled = 1;
	static const struct input_watch watch = { .cancelled = &cancelled };
	static const struct changes none;
	struct store *store = *state;
	struct import_spec spec = { .name = "demo", .changes = &none };
	char id[DIGEST_SIZE];
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	spec.source = (struct input_source) { .fd = fds[0], .what = "pipe", .watch = &watch };
	assert_int_equal(image_import(store->engine, &spec, id, &store->err),
			 -CONTAINR_E_INVALID_STATE);
	assert_store_empty(store);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void what_a_killed_import_left_is_swept(void **state)
{
	struct store *store = *state;
	struct tar *tar = tar_new("none");

	assert_int_equal(fs_make_dirs(store->engine->root_fd, "tmp/import-dead/layer/fs/x", 0700,
				      &store->err),
			 0);
	assert_int_equal(fs_make_dirs(store->engine->root_fd, "tmp/other", 0700, &store->err), 0);
	tar_file(tar, "a", "1");
	assert_int_equal(import_tar(store, tar, "demo"), 0);
	assert_false(store_has(store, "tmp/import-dead"));
	assert_true(store_has(store, "tmp/other"));
}

int main(void)
{
#define IMPORT_TEST(test) cmocka_unit_test_setup_teardown(test, import_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(name_with_two_dots_is_refused),
		IMPORT_TEST(absolute_name_stays_inside),
		IMPORT_TEST(write_through_a_link_stays_inside),
		IMPORT_TEST(link_to_outside_as_a_folder_is_refused),
		IMPORT_TEST(file_over_a_link_replaces_the_link),
		IMPORT_TEST(owner_and_mode_never_follow_a_link),
		IMPORT_TEST(hard_link_to_outside_is_refused),
		IMPORT_TEST(hard_link_through_a_link_stays_inside),
		IMPORT_TEST(hard_link_to_a_folder_is_refused),
		IMPORT_TEST(overlay_attributes_are_refused),
		IMPORT_TEST(whiteout_of_nothing_is_refused),
		IMPORT_TEST(huge_sizes_are_refused),
		IMPORT_TEST(truncated_archive_is_refused),
		IMPORT_TEST(archive_cut_between_entries_is_told),
		IMPORT_TEST(damaged_compression_is_refused),
		IMPORT_TEST(garbage_after_a_compressed_archive_is_refused),
		IMPORT_TEST(what_is_no_archive_is_refused),
		IMPORT_TEST(bomb_is_refused),
		IMPORT_TEST(full_disk_leaves_nothing),
		IMPORT_TEST(cancelled_import_leaves_nothing),
		IMPORT_TEST(what_a_killed_import_left_is_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
