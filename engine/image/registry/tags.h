/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_TAGS_H
#define IMAGE_REGISTRY_TAGS_H

#include "image/registry/registry.h"

#define TAGS_MAX 100000 /* of one repository */

/**
 * Lists the tags of a repository (distribution-spec 1.1, "Listing Tags"), page after page. What is no
 * tag by the grammar is left out.
 *
 * @repository: whose domain and path count
 * @ret_tags:   the caller's to release; as the registry sorts them
 * Errors: IMAGE_NOT_FOUND, REGISTRY_DENIED, REGISTRY_ERROR, REGISTRY_UNREACHABLE.
 */
int tags_list(const struct reference *repository, const struct registry_options *options,
	      struct strv *ret_tags, struct containr_error *err) MUST_CHECK;

/**
 * Parses a name that stands for all of its tags: one without a tag or a digest.
 *
 * Errors: INVALID_REFERENCE; INVALID_ARGUMENT when there is one.
 */
int tags_parse_repository(const char *text, struct reference *ret_repository,
			  struct containr_error *err) MUST_CHECK;

#endif
