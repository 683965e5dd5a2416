/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CONFIG_H
#define CONTAINER_CONFIG_H

#include <containr/container.h>
#include <containr/image.h>

#include "container/oci.h"

/*
 * From what a user asks for to an OCI configuration: docker's defaults, the image's own wishes and
 * the user's options, in that order of growing weight.
 */

/**
 * Fills in what every container gets: namespaces, mounts, devices, masked and read-only paths,
 * capabilities. The base of `containr spec` too.
 */
int config_defaults(struct oci_config *config, struct containr_error *err) MUST_CHECK;

/**
 * Makes the configuration of a container.
 *
 * @image:      what the image says
 * @id:         its first 12 digits are the default host name
 * @init_path:  containr-init of the host, for spec->init
 * @ret_config: the caller's to release; what depends on the container's folder is not in it yet
 * Errors: INVALID_ARGUMENT, INVALID_CONFIG (of a seccomp profile).
 */
int config_of_spec(const struct containr_spec *spec, const struct containr_image_config *image,
		   const char *id, const char *init_path, struct oci_config *ret_config,
		   struct containr_error *err) MUST_CHECK;

/**
 * Decides where the cgroup of a container will be: linux.cgroupsPath, for --cgroup-manager and
 * --cgroup-parent. Without them it is the usual place, of which nothing is said.
 *
 * Errors: INVALID_ARGUMENT; INVALID_CONFIG for what is no slice.
 */
int config_set_cgroup(const struct containr_spec *spec, const char *id, struct oci_config *config,
		      struct containr_error *err) MUST_CHECK;

#endif
