/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SECCOMP_JSON_PARTS_H
#define KERNEL_SECCOMP_JSON_PARTS_H

#include "base/json.h"

/*
 * Parts of the reader of seccomp profiles (kernel/seccomp_json.h), which is their only user.
 *
 * Errors are raised with paths relative to the innermost object, "action: unknown action 'X'", and
 * get the rest of the path on their way out: on the way in nobody has to print paths that nobody
 * will read. A message about the value itself, not a member of it, begins with ": ".
 */

/** Puts "KEY[INDEX]" in front of an INVALID_CONFIG error's path; returns its negated code. */
int seccomp_json_at(struct containr_error *err, const char *key, size_t index);

/** Puts @path in front of an INVALID_CONFIG error's path; returns its negated code. */
int seccomp_json_under(struct containr_error *err, const char *path);

/** Returns the text of item @index of the array @key, which must be a string. */
int seccomp_json_item(const struct json *item, const char *key, size_t index, const char **ret_text,
		      struct containr_error *err) MUST_CHECK;

/**
 * Tells whether an entry of docker's profile holds here: everything in its `includes` is there, and
 * nothing in its `excludes`. Both look at the native architecture, at @caps, and at the kernel's
 * version. Entries without them, as in OCI configurations, always hold.
 */
int seccomp_json_applies(const struct json *entry, uint64_t caps, bool *ret_applies,
			 struct containr_error *err) MUST_CHECK;

#endif
