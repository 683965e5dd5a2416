/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_H
#define CONTAINR_H

#include <containr/error.h>

/*
 * The engine as a handle: two folders and a place for messages. Nothing runs behind it; a handle
 * may be opened and closed as often as one likes, by any number of processes at once.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct containr;

enum containr_log_level {
	CONTAINR_LOG_OFF,
	CONTAINR_LOG_ERROR,
	CONTAINR_LOG_WARN,
	CONTAINR_LOG_INFO,
	CONTAINR_LOG_DEBUG
};

/* How layers of images that are made or fetched are kept; those that are there stay as they are. */
enum containr_storage {
	CONTAINR_STORAGE_DEFAULT, /* $CONTAINR_STORAGE_DRIVER, else overlay */
	CONTAINR_STORAGE_OVERLAY, /* unpacked */
	CONTAINR_STORAGE_EROFS,	  /* not unpacked: the tar with an index; root, Linux 6.12 */
};

struct containr_options {
	const char *root;    /* durable state; NULL: $CONTAINR_ROOT, else /var/lib/containr */
	const char *runroot; /* state of this boot; NULL: $CONTAINR_RUNROOT, else /run/containr */
	const char *libexec; /* folder of the helper executables; NULL: beside the executable */
	enum containr_storage storage;
	enum containr_log_level log_level;
	int log_fd;   /* where messages go, borrowed; -1: nowhere */
	int log_json; /* not 0: one JSON object a line */
};

/** Returns the version of the library, "MAJOR.MINOR.PATCH". */
const char *containr_version(void);

/**
 * Opens the engine; creates its folders where they are missing.
 *
 * @options:    copied; NULL for the defaults with no log
 * @ret_engine: the caller's to close
 * Errors: PERMISSION_DENIED, NO_SPACE, IO; INVALID_ARGUMENT for an unknown storage driver.
 */
int containr_open(const struct containr_options *options, struct containr **ret_engine,
		  struct containr_error *err);

/** Closes the engine; NULL is fine. Containers are not affected. */
void containr_close(struct containr *engine);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
