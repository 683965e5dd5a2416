/* SPDX-License-Identifier: MIT */
#include "cli/image/cp_place.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

void cp_place_release(struct cp_place *place)
{
	free(place->container);
	*place = (struct cp_place) { 0 };
}

void cp_target_release(struct cp_target *target)
{
	free(target->folder);
	free(target->name);
	*target = (struct cp_target) { 0 };
}

int cp_place_parse(const char *operand, struct cp_place *ret_place, struct containr_error *err)
{
	const char *colon = strchr(operand, ':');

	*ret_place = (struct cp_place) { .path = operand };
	if (!colon || colon == operand || operand[0] == '/' || operand[0] == '.')
		return 0;
	ret_place->container = strndup(operand, (size_t)(colon - operand));
	ret_place->path = colon[1] ? colon + 1 : "/";
	return ret_place->container ? 0 : fail_oom(err);
}

/* Length without slashes at the end. */
static size_t trimmed(const char *path)
{
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] == '/')
		len--;
	return len;
}

bool cp_means_content(const char *path)
{
	return trimmed(path) == 0 || strcmp(path, ".") == 0 || str_ends_with(path, "/.") ||
	       strcmp(path, "..") == 0 || str_ends_with(path, "/..");
}

bool cp_says_folder(const char *path)
{
	return str_ends_with(path, "/") || cp_means_content(path);
}

static size_t leaf_start(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len;
}

/* The folder that something lies in: "." or "/" where the path names none. */
static char *folder_of(const char *path)
{
	size_t start = leaf_start(path, trimmed(path));

	if (start == 0)
		return strdup(path[0] == '/' ? "/" : ".");
	return strndup(path, start > 1 ? start - 1 : start);
}

static char *leaf_of(const char *path)
{
	size_t len = trimmed(path);
	size_t start = leaf_start(path, len);

	return strndup(path + start, len - start);
}

int cp_decide(const struct cp_place *source, const struct cp_place *target,
	      struct cp_target *ret_target, struct containr_error *err)
{
	bool into = target->exists && target->is_folder;
	bool content = source->is_folder && cp_means_content(source->path);

	if (target->exists && !into && (source->is_folder || cp_says_folder(target->path)))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "'%s' is a file, not a folder",
			    target->path);
	if (!target->exists && !source->is_folder && cp_says_folder(target->path))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "there is no folder '%s'",
			    target->path);
	ret_target->folder = into ? strdup(target->path) : folder_of(target->path);
	if (into && content)
		ret_target->name = NULL;
	else
		ret_target->name = leaf_of(into ? source->path : target->path);
	if (!ret_target->folder || (!ret_target->name && !(into && content)))
		return fail_oom(err);
	return 0;
}
