/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_PACK_H
#define IMAGE_ARCHIVE_PACK_H

#include "image/archive/folder.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Files of a container as a tar. The container may run and be hostile: every file is opened below
 * the folder that was handed in, no link is followed, nothing but regular files and folders is opened
 * for reading, and what goes away meanwhile is left out.
 */
struct pack_options {
	const char *name; /* of what is packed, in the tar; NULL: only what is in the folder, with
				names that begin there */
	bool one_filesystem; /* mounts are empty */
	bool whiteouts;	     /* a writable layer: what overlayfs notes becomes .wh. files (OCI) */
	const char *const *skipped; /* paths that are left out, NULL-terminated; NULL for none */
	bool replace_owner;	    /* everything is that of the next two */
	uid_t uid;
	gid_t gid;
};

/**
 * Packs a file, or a folder with all that is in it, as a pax tar. Hard links, holes, devices,
 * attributes and times of nanoseconds are kept, sockets left out. The same files give the same bytes,
 * wherever they lie: so a digest of the tar tells whether they have changed.
 *
 * @fd: of what is packed; O_PATH is enough
 * @write, @data: where the tar goes
 * Errors: those of @write; IO, PERMISSION_DENIED for what cannot be read.
 */
int pack_write_tar(int fd, const struct pack_options *options, folder_write_function *write,
		   void *data, struct containr_error *err) MUST_CHECK;

#endif
