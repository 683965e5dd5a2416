/* SPDX-License-Identifier: MIT */
#include "kernel/mount.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct option_case {
	const char *options[6];
	unsigned long flags;
	unsigned long cleared;
	unsigned long propagation;
	const char *data;
};

static void options_are_taken_apart(void **state)
{
	static const struct option_case cases[] = {
		{ { NULL }, 0, 0, 0, "" },
		{ { "defaults" }, 0, 0, 0, "" },
		{ { "ro", "nosuid", "nodev", "noexec" },
		  MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  0,
		  0,
		  "" },
		{ { "rbind", "rprivate" }, MS_BIND | MS_REC, 0, MS_PRIVATE | MS_REC, "" },
		/* what comes later wins */
		{ { "ro", "rw" }, 0, MS_RDONLY, 0, "" },
		{ { "rw", "ro" }, MS_RDONLY, 0, 0, "" },
		{ { "noexec", "exec", "suid" }, 0, MS_NOEXEC | MS_NOSUID, 0, "" },
		{ { "mode=755", "ro", "size=64k" }, MS_RDONLY, 0, 0, "mode=755,size=64k" },
		/* the file system's own option that only looks like ours */
		{ { "RO", "ro=1", "" }, 0, 0, 0, "RO,ro=1," },
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mount_options parsed;

		assert_int_equal(mount_options_parse((char *const *)(uintptr_t)cases[i].options,
						     &parsed, &err),
				 0);
		assert_int_equal(parsed.flags, cases[i].flags);
		assert_int_equal(parsed.cleared, cases[i].cleared);
		assert_int_equal(parsed.propagation, cases[i].propagation);
		assert_string_equal(parsed.data.data ? parsed.data.data : "", cases[i].data);
		str_release(&parsed.data);
	}
}

static void no_list_is_no_options(void **state)
{
	struct mount_options parsed;
	struct containr_error err;

	(void)state;
	assert_int_equal(mount_options_parse(NULL, &parsed, &err), 0);
	assert_int_equal(parsed.flags, 0);
	assert_null(parsed.data.data);
}

static void recursive_options_are_kept_apart(void **state)
{
	char rro[] = "rro", exec[] = "rexec", noexec[] = "rnoexec", nosuid[] = "nosuid";
	char *options[] = { rro, noexec, exec, nosuid, NULL };
	struct containr_error err;
	struct mount_options parsed;

	(void)state;
	assert_int_equal(mount_options_parse(options, &parsed, &err), 0);
	assert_int_equal(parsed.flags, MS_NOSUID);
	assert_int_equal(parsed.all_flags, MS_RDONLY);
	assert_int_equal(parsed.all_cleared, MS_NOEXEC);
	assert_null(parsed.data.data);
}

static void switches_are_no_options_of_the_file_system(void **state)
{
	char copyup[] = "tmpcopyup", idmap[] = "idmap", ridmap[] = "ridmap";
	char *options[] = { copyup, idmap, ridmap, NULL };
	struct containr_error err;
	struct mount_options parsed;

	(void)state;
	assert_int_equal(mount_options_parse(options, &parsed, &err), 0);
	assert_true(parsed.copies_up);
	assert_true(parsed.is_idmapped);
	assert_true(parsed.is_idmapped_recursively);
	assert_int_equal(parsed.flags | parsed.all_flags, 0);
	assert_null(parsed.data.data);
}

static void every_listed_option_is_known(void **state)
{
	struct containr_error err;
	size_t count = 0;

	(void)state;
	for (; mount_option_name(count); count++) {
		char *options[] = { (char *)(uintptr_t)mount_option_name(count), NULL };
		struct mount_options parsed;

		assert_int_equal(mount_options_parse(options, &parsed, &err), 0);
		assert_int_equal(parsed.data.len, 0);
	}
	assert_true(count > 30);
}

static void propagations_have_names_and_nothing_else_is_one(void **state)
{
	(void)state;
	assert_int_equal(mount_propagation_from_name("rslave"), MS_SLAVE | MS_REC);
	assert_int_equal(mount_propagation_from_name("private"), MS_PRIVATE);
	assert_int_equal(mount_propagation_from_name("ro"), 0);
	assert_int_equal(mount_propagation_from_name("bind"), 0);
	assert_int_equal(mount_propagation_from_name(""), 0);
}

/* A folder with "root" and, beside it, "outside", which nothing may reach. */
struct place {
	char path[64];
	int dir;
	int root;
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return -1;
	(void)snprintf(place->path, sizeof(place->path), "/tmp/containr-mount-test.XXXXXX");
	if (!mkdtemp(place->path))
		return -1;
	place->dir = openat(AT_FDCWD, place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(place->dir, "root", 0755) < 0 || mkdirat(place->dir, "outside", 0755) < 0)
		return -1;
	place->root = openat(place->dir, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = place;
	return place->root < 0 ? -1 : 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;
	struct containr_error err;
	int r = fs_remove_tree(AT_FDCWD, place->path, &err);

	(void)close(place->root);
	(void)close(place->dir);
	free(place);
	return r;
}

/* Where a descriptor leads, below the place. */
static const char *path_of(const struct place *place, int fd)
{
	static char target[PATH_MAX];
	char link[64];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, target, sizeof(target) - 1);
	assert_true(len > 0);
	target[len] = '\0';
	assert_true(str_starts_with(target, place->path));
	return target + strlen(place->path);
}

static void assert_outside_is_empty(const struct place *place)
{
	/* a folder that holds anything cannot be removed */
	assert_int_equal(unlinkat(place->dir, "outside", AT_REMOVEDIR), 0);
	assert_int_equal(mkdirat(place->dir, "outside", 0755), 0);
}

static void missing_folders_and_files_are_made(void **state)
{
	static const struct {
		const char *path;
		enum root_node node;
		const char *leads_to;
		mode_t type;
	} cases[] = {
		{ "/a", ROOT_FOLDER, "/root/a", S_IFDIR },
		{ "/b/c/d", ROOT_FOLDER, "/root/b/c/d", S_IFDIR },
		{ "b/c/e", ROOT_FOLDER, "/root/b/c/e", S_IFDIR },
		{ "//b//f/", ROOT_FOLDER, "/root/b/f", S_IFDIR },
		{ "/file", ROOT_FILE, "/root/file", S_IFREG },
		{ "/x/y/file", ROOT_FILE, "/root/x/y/file", S_IFREG },
		{ "/", ROOT_FOLDER, "/root", S_IFDIR },
		{ "", ROOT_FOLDER, "/root", S_IFDIR },
		/* what is there is taken as it is */
		{ "/b", ROOT_FILE, "/root/b", S_IFDIR },
		{ "/../../../a", ROOT_FOLDER, "/root/a", S_IFDIR },
	};
	const struct place *place = *state;
	struct containr_error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autoclose int fd = -1;
		struct stat info;

		if (root_make(place->root, cases[i].path, cases[i].node, &fd, &err) < 0)
			fail_msg("%s: %s", cases[i].path, err.message);
		assert_string_equal(path_of(place, fd), cases[i].leads_to);
		assert_int_equal(fstat(fd, &info), 0);
		assert_int_equal(info.st_mode & S_IFMT, cases[i].type);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	}
	assert_outside_is_empty(place);
}

static void links_are_followed_inside_the_root_only(void **state)
{
	static const struct {
		const char *target;
		const char *leads_to; /* of link/new; NULL: refused */
	} cases[] = {
		{ "/inside", "/root/inside/new" },
		{ "inside", "/root/inside/new" },
		{ "../../../../inside", "/root/inside/new" },
		{ "/../inside", "/root/inside/new" },
		{ "../outside", NULL },
		{ "/nowhere", NULL },
		{ "link", NULL },
	};
	const struct place *place = *state;
	struct containr_error err;

	assert_int_equal(mkdirat(place->root, "inside", 0755), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autoclose int fd = -1;
		int r;

		(void)unlinkat(place->root, "link", 0);
		assert_int_equal(symlinkat(cases[i].target, place->root, "link"), 0);
		r = root_make(place->root, "/link/new", ROOT_FOLDER, &fd, &err);
		if (cases[i].leads_to) {
			assert_int_equal(r, 0);
			assert_string_equal(path_of(place, fd), cases[i].leads_to);
		} else {
			assert_int_equal(r, -CONTAINR_E_ROOTFS_MOUNT);
		}
		assert_outside_is_empty(place);
	}
}

static void absolute_link_to_the_host_ends_inside_the_root(void **state)
{
	const struct place *place = *state;
	char outside[PATH_MAX];
	struct containr_error err;

	(void)snprintf(outside, sizeof(outside), "%s/outside", place->path);
	assert_int_equal(symlinkat(outside, place->root, "link"), 0);
	for (int node = ROOT_FOLDER; node <= ROOT_FILE; node++) {
		int fd = -1;

		assert_int_equal(root_make(place->root, "link/new", (enum root_node)node, &fd,
					   &err),
				 -CONTAINR_E_ROOTFS_MOUNT);
		assert_int_equal(root_open(place->root, "link", &fd, &err),
				 -CONTAINR_E_ROOTFS_MOUNT);
		assert_int_equal(err.sys_errno, ENOENT);
		assert_int_equal(fd, -1);
		assert_outside_is_empty(place);
	}
}

/* /proc/self/fd/N is no path: it would leave the root however it is resolved. */
static void magic_links_are_refused(void **state)
{
	const struct place *place = *state;
	autoclose int proc = openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct containr_error err;
	char path[64];
	int fd = -1;

	(void)snprintf(path, sizeof(path), "%d/fd/%d", (int)getpid(), place->dir);
	assert_int_equal(root_open(proc, path, &fd, &err), -CONTAINR_E_ROOTFS_MOUNT);
	assert_int_equal(err.sys_errno, ELOOP);
	assert_int_equal(root_open(proc, "self/root", &fd, &err), -CONTAINR_E_ROOTFS_MOUNT);
	assert_int_equal(fd, -1);
}

static void file_in_the_way_of_a_folder_is_an_error(void **state)
{
	const struct place *place = *state;
	autoclose int made = -1;
	struct containr_error err;
	int fd = -1;

	assert_int_equal(root_make(place->root, "/file", ROOT_FILE, &made, &err), 0);
	assert_int_equal(root_make(place->root, "/file/in", ROOT_FOLDER, &fd, &err),
			 -CONTAINR_E_ROOTFS_MOUNT);
	assert_int_equal(root_make(place->root, "/file/in", ROOT_FILE, &fd, &err),
			 -CONTAINR_E_ROOTFS_MOUNT);
}

static void path_that_is_too_long_is_an_error(void **state)
{
	const struct place *place = *state;
	struct containr_error err;
	char path[PATH_MAX + 10];
	int fd = -1;

	memset(path, 'a', sizeof(path));
	for (size_t i = 0; i < sizeof(path); i += 100)
		path[i] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(root_make(place->root, path, ROOT_FOLDER, &fd, &err),
			 -CONTAINR_E_ROOTFS_MOUNT);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_taken_apart),
		cmocka_unit_test(no_list_is_no_options),
		cmocka_unit_test(recursive_options_are_kept_apart),
		cmocka_unit_test(switches_are_no_options_of_the_file_system),
		cmocka_unit_test(every_listed_option_is_known),
		cmocka_unit_test(propagations_have_names_and_nothing_else_is_one),
		IN_PLACE(missing_folders_and_files_are_made),
		IN_PLACE(links_are_followed_inside_the_root_only),
		IN_PLACE(absolute_link_to_the_host_ends_inside_the_root),
		IN_PLACE(magic_links_are_refused),
		IN_PLACE(file_in_the_way_of_a_folder_is_an_error),
		IN_PLACE(path_that_is_too_long_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
