/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_PLATFORM_H
#define IMAGE_ARCHIVE_PLATFORM_H

#include "base/error.h"
#include "base/json.h"

/* What an image runs on, in the words of Go (image-spec, config.md): linux/arm64/v8. */
struct platform {
	char os[32];
	char architecture[32];
	char variant[32]; /* "" for none */
};

/** Tells the platform of this host. */
int platform_of_host(struct platform *ret_platform, struct containr_error *err) MUST_CHECK;

/** Parses OS/ARCH[/VARIANT]; only linux runs here. Errors: INVALID_ARGUMENT. */
int platform_parse(const char *text, struct platform *ret_platform,
		   struct containr_error *err) MUST_CHECK;

/**
 * How well a manifest of a list fits: 0 not at all; the exact variant is best.
 *
 * @entry: its descriptor in the list (image-spec, image-index.md)
 */
int platform_rate(const struct json *entry, const struct platform *wanted);

#endif
