/* SPDX-License-Identifier: MIT */
#ifndef BASE_FS_H
#define BASE_FS_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Files by directory descriptor. @dir may be AT_FDCWD; names in errors are as the caller gave them.
 */

/**
 * Appends the content of a file to @out.
 *
 * @max: refuse more bytes than this (IO); files of /proc and cgroups report no size, so it is
 * counted Errors: IO, PERMISSION_DENIED; sys_errno tells ENOENT.
 */
int fs_read_file(int dir, const char *path, size_t max, struct str *out,
		 struct containr_error *err) MUST_CHECK;

/**
 * The same for a file on disk: one that fits a buffer is read in one call, because there, unlike in
 * /proc, less than was asked for means the end.
 */
int fs_read_regular(int dir, const char *path, size_t max, struct str *out,
		    struct containr_error *err) MUST_CHECK;

/** Writes all of @len bytes, again after EINTR and short writes; 0, or -1 with errno. */
int fs_write_all(int fd, const void *bytes, size_t len) MUST_CHECK;

enum fs_durability {
	FS_VOLATILE, /* may be lost with the power, never half written */
	FS_BEGUN,    /* on its way to the disk: fs_sync() then has little left to wait for */
	FS_DURABLE,  /* fsync of the file and its folder */
};

/**
 * Replaces or creates a file as a whole: readers see the old content or the new one, never a part.
 * Nothing stays behind on failure.
 */
int fs_replace_file(int dir, const char *path, const void *bytes, size_t len, mode_t mode,
		    enum fs_durability durability, struct containr_error *err) MUST_CHECK;

/** Waits until a file is on the disk, fsync(2); 0, or -1 with errno. Its folder is not looked at. */
int fs_sync(int dir, const char *path) MUST_CHECK;

/** Creates the folder @path and what is missing above it; one that exists is fine. */
int fs_make_dirs(int dir, const char *path, mode_t mode, struct containr_error *err) MUST_CHECK;

/** Opens a folder (O_RDONLY, close-on-exec). */
int fs_open_dir(int dir, const char *path, int *ret_fd, struct containr_error *err) MUST_CHECK;

/**
 * Removes @path with everything below it, never following a symbolic link and never leaving the
 * file system it is on (a mount below it is IO with EBUSY). A path that is not there is fine.
 */
int fs_remove_tree(int dir, const char *path, struct containr_error *err) MUST_CHECK;

/** Fills @ret_hex with @bytes*2 lower-case hexadecimal digits from the kernel's random source and a
 * NUL. */
int fs_random_hex(size_t bytes, char *ret_hex, struct containr_error *err) MUST_CHECK;

#endif
