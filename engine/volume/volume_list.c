/* SPDX-License-Identifier: MIT */
#include "volume/volume.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <string.h>

static void free_strings(char **items)
{
	for (char **item = items; item && *item; item++)
		free(*item);
	free(items);
}

void containr_volume_free(struct containr_volume *volume)
{
	if (!volume)
		return;
	free(volume->name);
	free(volume->driver);
	free(volume->mountpoint);
	free_strings(volume->labels);
	free_strings(volume->options);
	free(volume);
}

void containr_volume_list_free(struct containr_volume **volumes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		containr_volume_free(volumes[i]);
	free(volumes);
}

static int by_name(const void *a, const void *b)
{
	const struct containr_volume *const *left = a;
	const struct containr_volume *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

struct listing {
	struct containr_volume **items;
	size_t count;
	size_t cap;
};

static int append(struct listing *list, struct containr_volume *volume, struct containr_error *err)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		struct containr_volume **items = reallocarray(list->items, cap, sizeof(*items));

		if (!items) {
			containr_volume_free(volume);
			return fail_oom(err);
		}
		list->items = items;
		list->cap = cap;
	}
	list->items[list->count++] = volume;
	return 0;
}

int containr_volume_list(struct containr *engine, struct containr_volume ***ret_volumes,
			 size_t *ret_count, struct containr_error *err)
{
	struct listing list = { 0 };
	autoclosedir DIR *dir = NULL;
	autoclose int fd = -1;
	const struct dirent *entry;
	int r = fs_open_dir(engine->root_fd, VOLUMES_DIR, &fd, err);

	*ret_volumes = NULL;
	*ret_count = 0;
	if (r < 0 && err->sys_errno == ENOENT) {
		error_clear(err);
		return 0;
	}
	dir = r < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return r < 0 ? r : fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", VOLUMES_DIR);
	(void)steal_fd(&fd);
	while (r == 0 && (entry = readdir(dir))) {
		struct containr_volume *volume = NULL;
		struct containr_error ignored;

		/* one that is being made or removed is none for a list */
		if (entry->d_name[0] != '.' &&
		    volume_read(engine, entry->d_name, &volume, &ignored) == 0)
			r = append(&list, volume, err);
	}
	if (r < 0) {
		containr_volume_list_free(list.items, list.count);
		return r;
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_name);
	*ret_volumes = list.items;
	*ret_count = list.count;
	return 0;
}
