/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include "base/cleanup.h"
#include "base/exe.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"
#include "base/xdg.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h> /* RENAME_NOREPLACE */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CONTAINR_VERSION
#error "the build defines CONTAINR_VERSION"
#endif

static const char *const root_folders[] = { "containers", "names", "images",
					    "layers",	  "tmp",   "trash" };
static const char *const runroot_folders[] = { "containers", "monitors", "exits" };

const char *containr_version(void)
{
	return CONTAINR_VERSION;
}

/* Makes @path absolute: the engine's processes change their working directory. */
static char *make_absolute(const char *path)
{
	char cwd[PATH_MAX];
	autofree char *joined = NULL;

	if (path[0] == '/')
		return path_clean(path);
	if (!getcwd(cwd, sizeof(cwd)))
		return NULL;
	joined = path_join(cwd, path);
	return joined ? path_clean(joined) : NULL;
}

/* What is given counts most, then the environment, then the usual place. */
static int choose_folder(const char *given, const char *variable,
			 int (*usual)(const char *name, char **ret_path,
				      struct containr_error *err),
			 char **ret_path, struct containr_error *err)
{
	const char *value = given ? given : getenv(variable);

	if (!value || !*value)
		return usual("containr", ret_path, err);
	*ret_path = make_absolute(value);
	return *ret_path ? 0 : fail_oom(err);
}

int store_storage_parse(const char *name, const char *what, enum containr_storage *ret_storage,
			struct containr_error *err)
{
	static const char *const names[] = {
		[CONTAINR_STORAGE_OVERLAY] = "overlay", [CONTAINR_STORAGE_EROFS] = "erofs"
	};

	for (size_t i = CONTAINR_STORAGE_OVERLAY; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		*ret_storage = (enum containr_storage)i;
		return 0;
	}
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%.100s' is no storage driver", what,
		   name);
	return fail_hint(err, "known are: overlay erofs");
}

static int choose_storage(enum containr_storage given, enum containr_storage *ret_storage,
			  struct containr_error *err)
{
	const char *name = getenv("CONTAINR_STORAGE_DRIVER");

	*ret_storage = CONTAINR_STORAGE_OVERLAY;
	if (given != CONTAINR_STORAGE_DEFAULT)
		*ret_storage = given;
	else if (name && *name)
		return store_storage_parse(name, "CONTAINR_STORAGE_DRIVER", ret_storage, err);
	return 0;
}

/* Opens a state folder; only its first use finds it missing, so that creating is the exception. */
static int open_folder(const char *path, const char *const *folders, size_t count, int *ret_fd,
		       struct containr_error *err)
{
	autoclose int fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0 && errno == ENOENT) {
		r = fs_make_dirs(AT_FDCWD, path, 0711, err);
		if (r == 0)
			r = fs_open_dir(AT_FDCWD, path, &fd, err);
		if (r < 0)
			return r;
	}
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open state folder '%s'", path);
	/* the last one is made last: it tells whether all are there */
	if (faccessat(fd, folders[count - 1], F_OK, 0) < 0)
		for (size_t i = 0; i < count; i++)
			if (mkdirat(fd, folders[i], 0711) < 0 && errno != EEXIST)
				return fail_sys(err, CONTAINR_E_IO, "cannot create folder '%s/%s'",
						path, folders[i]);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int containr_open(const struct containr_options *options, struct containr **ret_engine,
		  struct containr_error *err)
{
	static const struct containr_options defaults = { .log_fd = -1 };
	struct containr *engine = calloc(1, sizeof(*engine));
	char libexec[PATH_MAX];
	int r;

	if (!engine)
		return fail_oom(err);
	if (!options)
		options = &defaults;
	engine->root_fd = engine->runroot_fd = -1;
	engine->log = (struct log) { .fd = options->log_fd,
				     .level = (enum log_level)options->log_level,
				     .json = options->log_json != 0 };
	r = choose_folder(options->root, "CONTAINR_ROOT", xdg_state_path, &engine->root, err);
	if (r == 0)
		r = choose_storage(options->storage, &engine->storage, err);
	if (r == 0)
		r = choose_folder(options->runroot, "CONTAINR_RUNROOT", xdg_runtime_path,
				  &engine->runroot, err);
	if (r < 0) {
		containr_close(engine);
		return r;
	}
	if (options->libexec) {
		engine->libexec = make_absolute(options->libexec);
	} else {
		r = exe_libexec(libexec, sizeof(libexec), err);
		if (r < 0) {
			containr_close(engine);
			return r;
		}
		engine->libexec = make_absolute(libexec);
	}
	if (!engine->libexec) {
		containr_close(engine);
		return fail_oom(err);
	}
	r = open_folder(engine->root, root_folders, ARRAY_LEN(root_folders), &engine->root_fd, err);
	if (r == 0)
		r = open_folder(engine->runroot, runroot_folders, ARRAY_LEN(runroot_folders),
				&engine->runroot_fd, err);
	if (r < 0) {
		containr_close(engine);
		return r;
	}
	*ret_engine = engine;
	return 0;
}

void containr_close(struct containr *engine)
{
	if (!engine)
		return;
	cleanup_close(&engine->root_fd);
	cleanup_close(&engine->runroot_fd);
	free(engine->root);
	free(engine->runroot);
	free(engine->libexec);
	free(engine);
}

int store_trash(const struct containr *engine, const char *path, struct containr_error *err)
{
	char unique[33];
	char target[64];
	int r = fs_random_hex(16, unique, err);

	if (r < 0)
		return r;
	(void)snprintf(target, sizeof(target), "trash/%s", unique);
	if (renameat(engine->root_fd, path, engine->root_fd, target) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot remove '%s/%s'", engine->root, path);
	return 0;
}

static int empty_trash(void *context, struct containr_error *err)
{
	const struct containr *engine = context;
	autoclosedir DIR *dir = NULL;
	autoclose int fd = -1;
	const struct dirent *entry;
	int r = fs_open_dir(engine->root_fd, "trash", &fd, err);

	if (r < 0)
		return r;
	dir = fdopendir(fd);
	if (!dir)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s/trash'", engine->root);
	fd = -1;
	while ((errno = 0, entry = readdir(dir))) {
		int one;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		one = fs_remove_tree(dirfd(dir), entry->d_name, err);
		if (one < 0 && r == 0)
			r = one;
	}
	return r;
}

/*
 * What an ordinary user's containers leave may belong to ids that are his in a user namespace only;
 * that costs two programs, and most leave nothing of the kind.
 */
int store_empty_trash(const struct containr *engine, struct containr_error *err)
{
	void *context = (void *)(uintptr_t)engine;
	int r = empty_trash(context, err);

	if (r < 0 && userns_is_rootless() && err->code == CONTAINR_E_PERMISSION_DENIED)
		r = userns_run(empty_trash, context, err);
	return r;
}

int store_make_temp(const struct containr *engine, char **ret_path, struct containr_error *err)
{
	char unique[33];
	autofree char *path = NULL;
	int r = fs_random_hex(16, unique, err);

	if (r < 0)
		return r;
	if (asprintf(&path, "tmp/%s", unique) < 0)
		return fail_oom(err);
	if (mkdirat(engine->root_fd, path, 0700) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root, path);
	*ret_path = steal_ptr(&path);
	return 0;
}

int store_lock(const struct containr *engine, const char *path, int *ret_fd,
	       struct containr_error *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autoclose int fd = openat(engine->root_fd, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s/%s'", engine->root, path);
	while (fcntl(fd, F_OFD_SETLKW, &lock) < 0)
		if (errno != EINTR)
			return fail_sys(err, CONTAINR_E_LOCKED, "cannot lock '%s/%s'", engine->root,
					path);
	*ret_fd = steal_fd(&fd);
	return 0;
}
