/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CONFIG_PARTS_H
#define CONTAINER_CONFIG_PARTS_H

#include "container/config.h"

/* The parts of config_of_spec(), each in its own file. */

#define CONFIG_HOSTNAME_MAX 64 /* of the kernel, uname(2); the C library may say more */

struct config_maker {
	const struct containr_spec *spec;
	const struct containr_image_config *image;
	struct oci_config *config;
	struct containr_error *err;
	char hostname[CONFIG_HOSTNAME_MAX + 1]; /* what the container will see */
};

/** Returns the length of a public list; NULL is an empty one. */
size_t config_list_len(const char *const *list);

/** The public lists are of constant strings; the engine's own take what execve(2) takes. */
char *const *config_list(const char *const *list);

/** Namespaces, host name, /dev/shm. */
int config_set_namespaces(struct config_maker *maker, const char *id) MUST_CHECK;
/** The user namespace: that of the caller, or one of his own for an ordinary user. */
int config_set_userns(struct config_maker *maker) MUST_CHECK;
/** Capabilities and the options of --security-opt. */
int config_set_security(struct config_maker *maker) MUST_CHECK;
/** Memory, CPUs, processes. */
int config_set_limits(struct config_maker *maker) MUST_CHECK;
/** Limits of single block devices. */
int config_set_block_limits(struct config_maker *maker) MUST_CHECK;
/** --device, --device-cgroup-rule, and all that the host has for --privileged. */
int config_set_devices(struct config_maker *maker) MUST_CHECK;
/** --volume, --mount, --tmpfs, --read-only. */
int config_set_mounts(struct config_maker *maker) MUST_CHECK;

#endif
