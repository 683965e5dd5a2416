/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <containr/containr.h>

#include "base/error.h"
#include "base/log.h"

/*
 * Where state lies. May use: base. All paths below are relative to one of the two folder
 * descriptors.
 *
 *   root:     containers/ID/{config.json,container.json,state,container.log,upper/,work/}
 *             names/NAME -> ID       images/ (an OCI image layout)       layers/HEX/
 *             tmp/  trash/  events.jsonl
 *   runroot:  containers/ID/         what is worth nothing after a reboot
 *             monitors/ID            socket of a running container's monitor
 *             health/ID              how healthy it is, where it has a check
 */
struct containr {
	char *root;    /* absolute */
	char *runroot; /* absolute */
	char *libexec; /* absolute */
	int root_fd;
	int runroot_fd;
	enum containr_storage storage; /* not DEFAULT */
	struct log log;
};

/**
 * Finds a storage driver by its name, "overlay" or "erofs".
 *
 * @what: names it in the error, e.g. "--storage-driver"
 * Errors: INVALID_ARGUMENT.
 */
int store_storage_parse(const char *name, const char *what, enum containr_storage *ret_storage,
			struct containr_error *err) MUST_CHECK;

/**
 * Moves a file or folder below root into trash/, in one step, and so out of everybody's sight.
 * What lies in trash/ is deleted by store_empty_trash().
 *
 * Errors: IO with sys_errno ENOENT when it is not there.
 */
int store_trash(const struct containr *engine, const char *path,
		struct containr_error *err) MUST_CHECK;

/** Deletes what lies in trash/; leftovers of commands that were killed included. */
int store_empty_trash(const struct containr *engine, struct containr_error *err) MUST_CHECK;

/**
 * Creates a fresh folder in tmp/ and returns its path relative to root, the caller's to free.
 * The folder holds nobody's lock: store_trash() it when the work fails.
 */
int store_make_temp(const struct containr *engine, char **ret_path,
		    struct containr_error *err) MUST_CHECK;

/**
 * Takes the write lock of a file below root (created when missing); waits for other holders.
 * The lock is given back by closing the descriptor, and by the kernel when its holder dies.
 */
int store_lock(const struct containr *engine, const char *path, int *ret_fd,
	       struct containr_error *err) MUST_CHECK;

#endif
