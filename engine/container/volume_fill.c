/* SPDX-License-Identifier: MIT */
#include "container/volume_fill.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/overlay.h"
#include "image/layer_mount.h"
#include "kernel/mount.h"
#include "kernel/userns.h"
#include "volume/copy_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int is_empty(int folder, bool *ret_empty, struct containr_error *err)
{
	autoclosedir DIR *listing = NULL;
	const struct dirent *entry;
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	listing = fd < 0 ? NULL : fdopendir(fd);
	if (!listing) {
		cleanup_close(&fd);
		return fail_sys(err, CONTAINR_E_IO, "cannot read a volume");
	}
	*ret_empty = true;
	while (*ret_empty && (entry = readdir(listing)))
		*ret_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	return 0;
}

static int mount_image(const struct rootfs *rootfs, struct containr_error *err)
{
	const unsigned int flags = userns_is_rootless() ? OVERLAY_USERXATTR : 0u;
	autofree char *options = overlay_options(rootfs, flags);

	if (!options)
		return fail_oom(err);
	if (userns_enter(err) < 0)
		return -err->code;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    overlay_mount(rootfs, options, flags) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the image at '%s'",
				rootfs->path);
	return 0;
}

/* In a mount namespace of its own, where the image is put together as the container will see it. */
static int fill(const struct rootfs *rootfs, const char *target, int volume,
		struct containr_error *err)
{
	autoclose int root = -1;
	autoclose int place = -1;
	autoclose int source = -1;
	struct stat info;
	int r = mount_image(rootfs, err);

	if (r < 0)
		return r;
	root = openat(AT_FDCWD, rootfs->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s'", rootfs->path);
	if (root_open(root, target, &place, err) < 0 || fstat(place, &info) < 0 ||
	    !S_ISDIR(info.st_mode))
		return 0; /* the image has no folder there */
	source = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (source < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s' of the image", target);
	return copy_tree(source, volume, err);
}

/* The mounts end with the process that made them, whatever happens. */
static int fill_in_child(const struct rootfs *rootfs, const char *target, int volume,
			 struct containr_error *err)
{
	struct containr_error word = { 0 };
	int report[2];
	ssize_t got;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	pid = fork();
	if (pid == 0) {
		if (fill(rootfs, target, volume, &word) == 0)
			error_clear(&word);
		_exit(fs_write_all(report[1], &word, sizeof(word)) < 0);
	}
	cleanup_close(&report[1]);
	do
		got = pid < 0 ? -1 : read(report[0], &word, sizeof(word));
	while (got < 0 && pid > 0 && errno == EINTR);
	cleanup_close(&report[0]);
	if (pid < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a process");
	(void)waitpid(pid, NULL, 0);
	if (got != sizeof(word))
		return fail(err, CONTAINR_E_IO, "cannot fill the volume for '%s'", target);
	if (word.code == CONTAINR_E_OK)
		return 0;
	*err = word;
	return -word.code;
}

int volume_fill(const struct containr *engine, const struct rootfs *rootfs, const char *target,
		int volume, struct containr_error *err)
{
	struct layer_hold layers;
	bool empty = false;
	int r = is_empty(volume, &empty, err);

	if (r < 0 || !empty)
		return r;
	r = layer_mount_hold(engine, &rootfs->lower, NULL, &layers, err);
	if (r < 0)
		return r;
	r = fill_in_child(rootfs, target, volume, err);
	layer_mount_let_go(engine, &layers);
	return r;
}
