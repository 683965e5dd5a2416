/* SPDX-License-Identifier: MIT */
#include "cli/image_filter.h"

#include "base/cleanup.h"
#include "cli/filter.h"

#include <fnmatch.h>
#include <string.h>

int image_filter_check(const struct strv *filters, struct containr_error *err)
{
	static const char *const keys[] = { "before",	 "dangling", "label",
					    "reference", "since",    NULL };

	return filter_check(filters, keys, err);
}

static bool is_true(const char *text, const char *wanted)
{
	return strcmp(text, *wanted == 't' || *wanted == '1' ? "true" : "false") == 0;
}

static bool matches(const char *text, const char *pattern)
{
	return fnmatch(pattern, text, 0) == 0;
}

/* A pattern for the name with or without its tag, as people know it. */
static bool passes_reference(const struct strv *filters, const struct containr_image *image)
{
	autofree char *whole = NULL;

	if (!filter_has(filters, "reference"))
		return true;
	if (!image->repository || !image->tag ||
	    asprintf(&whole, "%s:%s", image->repository, image->tag) < 0) {
		whole = NULL;
		return false;
	}
	return filter_passes(filters, "reference", image->repository, matches) ||
	       filter_passes(filters, "reference", whole, matches);
}

static bool passes(const struct strv *filters, const struct containr_image *image)
{
	static char *no_labels[] = { NULL };

	return filter_passes(filters, "dangling", image->name ? "false" : "true", is_true) &&
	       filter_passes_labels(filters,
				    image->config.labels ? image->config.labels : no_labels) &&
	       passes_reference(filters, image);
}

static int created_of(struct containr *engine, const char *name, int64_t *ret_ns,
		      struct containr_error *err)
{
	struct containr_image *image = NULL;
	int r = containr_image_inspect(engine, name, &image, err);

	if (r == 0)
		*ret_ns = image->created_ns;
	containr_image_free(image);
	return r;
}

int image_filter_apply(struct containr *engine, const struct strv *filters,
		       struct containr_image **images, size_t *count, struct containr_error *err)
{
	int64_t before_ns = INT64_MAX;
	int64_t since_ns = INT64_MIN;
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < filters->len && r == 0; i++) {
		const char *item = filters->items[i];

		if (str_starts_with(item, "before="))
			r = created_of(engine, item + strlen("before="), &before_ns, err);
		else if (str_starts_with(item, "since="))
			r = created_of(engine, item + strlen("since="), &since_ns, err);
	}
	if (r < 0)
		return r;
	for (size_t i = 0; i < *count; i++) {
		struct containr_image *image = images[i];

		if (image->created_ns < before_ns && image->created_ns > since_ns &&
		    passes(filters, image))
			images[kept++] = image;
		else
			containr_image_free(image);
	}
	*count = kept;
	return 0;
}
