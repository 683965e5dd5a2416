/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_CREDENTIALS_H
#define IMAGE_REGISTRY_CREDENTIALS_H

#include "base/error.h"

#include <stdbool.h>

/*
 * Logins, in the files that podman and docker keep them in (containers-auth.json(5), docker's
 * config.json), so that a login by either counts for all:
 *
 *   $REGISTRY_AUTH_FILE, else $XDG_RUNTIME_DIR/containers/auth.json (root: /run/containers/UID/...)
 *   $XDG_CONFIG_HOME/containers/auth.json, $DOCKER_CONFIG/config.json, ~/.docker/config.json
 *
 * The first that knows the registry decides; of its keys the longest that is the repository or one of
 * the folders above it. credHelpers and credsStore name programs docker-credential-NAME.
 */

/**
 * Finds the login for a repository. All results are NULL where there is none, else the caller's to free.
 *
 * @ret_identity: a refresh token, where the login is one
 * Errors: REGISTRY_DENIED when a helper fails; OUT_OF_MEMORY. A file that cannot be read or parsed is
 * INVALID_CONFIG.
 */
int credentials_find(const char *domain, const char *path, char **ret_user, char **ret_password,
		     char **ret_identity, struct containr_error *err) MUST_CHECK;

/**
 * Stores a login, replacing an older one.
 *
 * @key: a registry, or a registry and the beginning of a repository's path
 * Errors: INVALID_CONFIG, IO, REGISTRY_DENIED when a helper fails.
 */
int credentials_store(const char *key, const char *user, const char *password,
		      struct containr_error *err) MUST_CHECK;

/**
 * Forgets a login; @key NULL: all of them.
 *
 * @ret_found: whether there was one
 */
int credentials_erase(const char *key, bool *ret_found, struct containr_error *err) MUST_CHECK;

#endif
