/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_REGISTRIES_H
#define IMAGE_REGISTRY_REGISTRIES_H

#include "image/reference.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Where registries are reached: mirrors, other places, plain http, none at all
 * (containers-registries.conf(5), version 2):
 *
 *   $CONTAINERS_REGISTRIES_CONF, else ~/.config/containers/registries.conf, else
 *   /etc/containers/registries.conf; and the files *.conf of the folder NAME.d beside it
 *
 * Short names are not looked up there: "busybox" is docker.io/library/busybox, always, as docker has it.
 */

/* One place to try. */
struct endpoint {
	struct reference reference; /* with the name that the image has there */
	bool insecure;
	bool is_mirror;
};

struct endpoints {
	struct endpoint *items; /* in the order in which they are tried; the registry itself last */
	size_t count;
};

void endpoints_release(struct endpoints *endpoints);

#define autoendpoints __attribute__((cleanup(endpoints_release))) struct endpoints

/**
 * Finds the places of an image.
 *
 * @mirrors: false: only the registry itself, as for a push
 * Errors: INVALID_CONFIG; REGISTRY_DENIED for a registry that the configuration blocks.
 */
int registries_find(const struct reference *reference, bool mirrors,
		    struct endpoints *ret_endpoints, struct containr_error *err) MUST_CHECK;

#endif
