/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_NAME_FILES_H
#define CONTAINER_NAME_FILES_H

#include <containr/container.h>

#include "container/oci.h"

/*
 * /etc/hosts, /etc/hostname and, where its content was asked for, /etc/resolv.conf: files in the
 * container's folder that are bound into it. Who shares another container's network shares its
 * files as well.
 */
struct name_files {
	char *hosts; /* contents; NULL: no file of the container's own */
	char *hostname;
	char *resolv;
};

void name_files_release(struct name_files *files);

/**
 * Decides what the files contain and adds their mounts to @config.
 *
 * @hostname: as the container will see it
 * Errors: INVALID_ARGUMENT, UNSUPPORTED.
 */
int name_files_design(const struct containr *engine, const struct containr_spec *spec,
		      const char *id, const char *hostname, struct oci_config *config,
		      struct name_files *ret_files, struct containr_error *err) MUST_CHECK;

/** Writes the files into the folder of the container. */
int name_files_write(int dir, const struct name_files *files,
		     struct containr_error *err) MUST_CHECK;

#endif
