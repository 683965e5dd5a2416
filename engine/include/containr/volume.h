/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_VOLUME_H
#define CONTAINR_VOLUME_H

#include <containr/containr.h>

#include <stddef.h>
#include <stdint.h>

/*
 * Volumes: folders that outlive the containers that write to them. A volume is known by its name;
 * an anonymous one, made for a single container, has 64 hexadecimal digits for a name.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct containr_volume {
	char *name;
	char *driver;	  /* "local" */
	char *mountpoint; /* absolute path of its content */
	char **labels;	  /* KEY=VALUE, NULL-terminated */
	char **options;	  /* KEY=VALUE, NULL-terminated */
	int64_t created_ns;
	int is_anonymous;
};

/* What a volume is to be; borrowed for the call, lists are NULL-terminated or NULL. */
struct containr_volume_spec {
	const char *name;	    /* NULL: an anonymous one */
	const char *driver;	    /* NULL or "local" */
	const char *const *labels;  /* KEY=VALUE */
	const char *const *options; /* "type=tmpfs", "o=size=1m", "device=/srv" as of mount(8) */
};

/**
 * Creates a volume; one of that name that exists is returned as it is.
 *
 * @ret_volume: the caller's to free with containr_volume_free()
 * Errors: INVALID_ARGUMENT, UNSUPPORTED (another driver), NO_SPACE, IO.
 */
int containr_volume_create(struct containr *engine, const struct containr_volume_spec *spec,
			   struct containr_volume **ret_volume, struct containr_error *err);

/** Finds a volume by its whole name. Errors: VOLUME_NOT_FOUND. */
int containr_volume_inspect(struct containr *engine, const char *name,
			    struct containr_volume **ret_volume, struct containr_error *err);

void containr_volume_free(struct containr_volume *volume);

/**
 * Lists all volumes by name.
 *
 * @ret_volumes: array of @ret_count pointers, the caller's to free with containr_volume_list_free()
 */
int containr_volume_list(struct containr *engine, struct containr_volume ***ret_volumes,
			 size_t *ret_count, struct containr_error *err);

void containr_volume_list_free(struct containr_volume **volumes, size_t count);

/**
 * Finds a container that mounts a volume, running or not.
 *
 * @ret_container: its id, the caller's to free(3); NULL where there is none
 */
int containr_volume_user(struct containr *engine, const char *name, char **ret_container,
			 struct containr_error *err);

/**
 * Removes a volume with its content.
 *
 * Errors: VOLUME_NOT_FOUND, VOLUME_IN_USE (names the container).
 */
int containr_volume_remove(struct containr *engine, const char *name, struct containr_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
