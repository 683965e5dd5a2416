/* SPDX-License-Identifier: MIT */
#include "container/overlay.h"

#include "base/cleanup.h"
#include "kernel/mount.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

char *overlay_options(const struct rootfs *rootfs, unsigned int flags)
{
	struct str options = STR_INIT;

	str_append(&options, "lowerdir=");
	if (flags & OVERLAY_READ_ONLY)
		str_appendf(&options, "%s:", rootfs->upper);
	for (size_t i = 0; i < rootfs->lower.len; i++)
		str_appendf(&options, "%s%s", i ? ":" : "", rootfs->lower.items[i]);
	if (!(flags & OVERLAY_READ_ONLY))
		str_appendf(&options, ",upperdir=%s,workdir=%s", rootfs->upper, rootfs->work);
	if (flags & OVERLAY_VOLATILE)
		str_append(&options, ",volatile");
	if (flags & OVERLAY_USERXATTR)
		str_append(&options, ",userxattr");
	return str_steal(&options);
}

static int set_all(int context, const struct rootfs *rootfs, unsigned int flags)
{
	if (flags & OVERLAY_READ_ONLY && mount_context_set(context, "lowerdir+", rootfs->upper) < 0)
		return -1;
	for (size_t i = 0; i < rootfs->lower.len; i++)
		if (mount_context_set(context, "lowerdir+", rootfs->lower.items[i]) < 0)
			return -1;
	if (!(flags & OVERLAY_READ_ONLY) &&
	    (mount_context_set(context, "upperdir", rootfs->upper) < 0 ||
	     mount_context_set(context, "workdir", rootfs->work) < 0))
		return -1;
	if (flags & OVERLAY_READ_ONLY && mount_context_set(context, "ro", NULL) < 0)
		return -1;
	if (flags & OVERLAY_VOLATILE && mount_context_set(context, "volatile", NULL) < 0)
		return -1;
	return flags & OVERLAY_USERXATTR ? mount_context_set(context, "userxattr", NULL) : 0;
}

static int mount_one_by_one(const struct rootfs *rootfs, unsigned int flags)
{
	autoclose int context = mount_context_open("overlay");
	autoclose int target = openat(AT_FDCWD, rootfs->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int tree = -1;

	if (context < 0 || target < 0 || set_all(context, rootfs, flags) < 0)
		return -1;
	tree = mount_context_finish(context);
	return tree < 0 ? -1 : mount_attach(tree, target);
}

int overlay_mount(const struct rootfs *rootfs, const char *options, unsigned int flags)
{
	if (chdir(rootfs->base) < 0)
		return -1;
	if (strlen(options) >= (size_t)getpagesize())
		return mount_one_by_one(rootfs, flags);
	return mount("overlay", rootfs->path, "overlay", flags & OVERLAY_READ_ONLY ? MS_RDONLY : 0,
		     options);
}
