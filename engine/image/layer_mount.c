/* SPDX-License-Identifier: MIT */
#include "image/layer_mount.h"

#include "base/fs.h"
#include "base/fs_size.h"
#include "image/image.h"
#include "kernel/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define EROFS_SUPER_MAGIC 0xe0f5e1e2U
#define USERS_PATH_SIZE (sizeof(LAYER_USERS) + 2 + 2 * NAME_MAX)

bool layer_mount_is_needed(const char *lower)
{
	return str_ends_with(lower, "/" LAYER_MOUNT);
}

/* The digits of "layers/HEX/mnt". */
static int hex_len(const char *lower)
{
	return (int)strcspn(lower + sizeof(LAYERS_DIR), "/");
}

static const char *hex_of(const char *lower)
{
	return lower + sizeof(LAYERS_DIR);
}

static int lock_layers(const struct containr *engine)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	autoclose int fd =
		openat(engine->runroot_fd, LAYER_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	while (fcntl(fd, F_OFD_SETLKW, &lock) < 0)
		if (errno != EINTR)
			return -1;
	return steal_fd(&fd);
}

static int set_file(int context, const char *key, const char *folder, const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return mount_context_set(context, key, path);
}

int layer_mount_open(const char *folder)
{
	autoclose int context = mount_context_open("erofs");

	if (context < 0 || set_file(context, "source", folder, LAYER_INDEX) < 0 ||
	    set_file(context, "device", folder, LAYER_TAR) < 0 ||
	    mount_context_set(context, "ro", NULL) < 0)
		return -1;
	/* without it every page would be kept twice, the tar's and the file's; Linux 6.15 */
	error_ignore(mount_context_set(context, "directio", NULL));
	return mount_context_finish(context);
}

static int mount_one(const struct containr *engine, const char *lower, struct containr_error *err)
{
	char folder[PATH_MAX];
	autoclose int target =
		openat(engine->root_fd, lower, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autoclose int tree = -1;
	struct statfs info;

	if (target < 0 || fstatfs(target, &info) < 0)
		return fail_sys(err, CONTAINR_E_IMAGE_CORRUPT, "cannot open the layer '%s/%s'",
				engine->root, lower);
	if (info.f_type == EROFS_SUPER_MAGIC)
		return 0;
	(void)snprintf(folder, sizeof(folder), "%s/" LAYERS_DIR "/%.*s", engine->root,
		       hex_len(lower), hex_of(lower));
	tree = layer_mount_open(folder);
	if (tree < 0 || mount_attach(tree, target) < 0) {
		(void)fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the layer '%s'", folder);
		return fail_hint(err, "this needs root and Linux 6.12; import or pull the image "
				      "again with --storage-driver overlay");
	}
	return 0;
}

/* Without a user the folder alone tells that the layer may be mounted. The lock keeps it there. */
static int leave_note(const struct containr *engine, const char *lower, const char *user,
		      struct containr_error *err)
{
	char path[USERS_PATH_SIZE];
	const int folder_len =
		snprintf(path, sizeof(path), LAYER_USERS "/%.*s", hex_len(lower), hex_of(lower));
	autoclose int fd = -1;

	(void)mkdirat(engine->runroot_fd, LAYER_USERS, 0700);
	if (mkdirat(engine->runroot_fd, path, 0700) < 0 && errno != EEXIST)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->runroot, path);
	if (!user)
		return 0;
	(void)snprintf(path + folder_len, sizeof(path) - (size_t)folder_len, "/%s", user);
	fd = openat(engine->runroot_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->runroot, path);
	return 0;
}

int layer_mount_hold(const struct containr *engine, const struct strv *lower, const char *user,
		     struct layer_hold *ret_hold, struct containr_error *err)
{
	struct layer_hold hold = LAYER_HOLD_INIT;
	int r = 0;

	for (size_t i = 0; r == 0 && i < lower->len; i++) {
		if (!layer_mount_is_needed(lower->items[i]))
			continue;
		if (hold.lock < 0)
			hold.lock = lock_layers(engine);
		if (hold.lock < 0)
			return fail_sys(err, CONTAINR_E_LOCKED, "cannot lock '%s/%s'",
					engine->runroot, LAYER_LOCK);
		r = leave_note(engine, lower->items[i], user, err);
		if (r == 0)
			r = mount_one(engine, lower->items[i], err);
	}
	if (r == 0)
		*ret_hold = hold;
	else
		layer_mount_let_go(engine, &hold);
	return r;
}

int layer_mount_size(const struct containr *engine, const char *lower, int64_t *ret_bytes,
		     struct containr_error *err)
{
	char folder[PATH_MAX];
	size_t len = strlen(lower);

	if (layer_mount_is_needed(lower))
		len -= strlen("/" LAYER_MOUNT);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)len, lower);
	return fs_size(engine->root_fd, folder, ret_bytes, err);
}

static void unmount_layer(const struct containr *engine, const char *hex)
{
	char path[PATH_MAX];
	struct statfs info;

	(void)snprintf(path, sizeof(path), "%s/" LAYERS_DIR "/%s/" LAYER_MOUNT, engine->root, hex);
	if (statfs(path, &info) == 0 && info.f_type == EROFS_SUPER_MAGIC)
		(void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
}

/* Which notes of one layer are taken away. */
struct release {
	const struct containr *engine;
	const char *user; /* NULL: see is_gone */
	bool (*is_gone)(const struct containr *engine, const char *user);
};

static void sweep_notes(const struct release *release, int users, const char *hex)
{
	autoclose int fd = openat(users, hex, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclosedir DIR *listing = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!listing)
		return;
	(void)steal_fd(&fd);
	while ((entry = readdir(listing)))
		if (entry->d_name[0] != '.' && release->is_gone(release->engine, entry->d_name))
			(void)unlinkat(dirfd(listing), entry->d_name, 0);
}

static void take_notes(const struct release *release, int users, const char *hex)
{
	char path[2 * NAME_MAX + 2];

	if (release->user) {
		(void)snprintf(path, sizeof(path), "%s/%s", hex, release->user);
		(void)unlinkat(users, path, 0);
	}
	if (release->is_gone)
		sweep_notes(release, users, hex);
}

static bool set_lock(int fd, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

/*
 * Another one who unmounts may have passed the layer whose note was taken away just now: he is waited for,
 * as his lock is for one layer. Readers are not: the last of them unmounts.
 */
static bool lock_to_unmount(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct flock other = lock;
	int r;

	if (set_lock(fd, F_WRLCK))
		return true;
	if (fcntl(fd, F_OFD_GETLK, &other) < 0 || other.l_type == F_RDLCK)
		return false;
	do
		r = fcntl(fd, F_OFD_SETLKW, &lock);
	while (r < 0 && errno == EINTR);
	return r == 0;
}

/*
 * Unmounts a layer whose last note is gone. The lock is taken for one layer at a time: an unmount waits
 * for every processor, and a container that starts meanwhile waits for one of them, not for all.
 */
static bool unmount_unused(const struct containr *engine, int lock, int users, const char *hex)
{
	if (!lock_to_unmount(lock))
		return false;
	if (unlinkat(users, hex, AT_REMOVEDIR) == 0)
		unmount_layer(engine, hex);
	return set_lock(lock, F_UNLCK);
}

static void release_all(const struct release *release)
{
	const struct containr *engine = release->engine;
	autoclose int fd =
		openat(engine->runroot_fd, LAYER_USERS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclosedir DIR *listing = fd < 0 ? NULL : fdopendir(fd);
	autoclose int lock = -1;
	const struct dirent *entry;

	if (!listing)
		return;
	(void)steal_fd(&fd);
	while ((entry = readdir(listing)))
		if (entry->d_name[0] != '.')
			take_notes(release, dirfd(listing), entry->d_name);
	lock = openat(engine->runroot_fd, LAYER_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	rewinddir(listing);
	while (lock >= 0 && (entry = readdir(listing)))
		if (entry->d_name[0] != '.' &&
		    !unmount_unused(engine, lock, dirfd(listing), entry->d_name))
			break;
}

static bool is_anybody(const struct containr *engine, const char *user)
{
	(void)engine;
	(void)user;
	return true;
}

void layer_mount_drop(const struct containr *engine, const char *hex)
{
	const struct release release = { .engine = engine, .is_gone = is_anybody };
	autoclose int users =
		openat(engine->runroot_fd, LAYER_USERS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (users >= 0) {
		sweep_notes(&release, users, hex);
		(void)unlinkat(users, hex, AT_REMOVEDIR);
	}
	unmount_layer(engine, hex);
}

void layer_mount_let_go(const struct containr *engine, struct layer_hold *hold)
{
	if (hold->lock < 0)
		return;
	cleanup_close(&hold->lock);
	hold->lock = -1;
	release_all(&(struct release) { .engine = engine });
}

void layer_mount_release(const struct containr *engine, const char *user)
{
	release_all(&(struct release) { .engine = engine, .user = user });
}

void layer_mount_sweep(const struct containr *engine,
		       bool (*is_gone)(const struct containr *engine, const char *user))
{
	release_all(&(struct release) { .engine = engine, .is_gone = is_gone });
}
