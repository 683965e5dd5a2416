/* SPDX-License-Identifier: MIT */
#include "image/snapshot.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

int containr_snapshot_inspect(struct containr *engine, const char *name,
			      struct containr_snapshot **ret_snapshot, struct containr_error *err)
{
	return snapshot_stat(engine, name, ret_snapshot, err);
}

void containr_snapshot_list_free(struct containr_snapshot **snapshots, size_t count)
{
	for (size_t i = 0; i < count; i++)
		containr_snapshot_free(snapshots[i]);
	free(snapshots);
}

static int note_name(const struct containr_snapshot *snapshot, void *context,
		     struct containr_error *err)
{
	struct strv *names = context;

	strv_push(names, snapshot->name);
	return names->failed ? fail_oom(err) : 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int containr_snapshot_list(struct containr *engine, struct containr_snapshot ***ret_snapshots,
			   size_t *ret_count, struct containr_error *err)
{
	autostrv names = { 0 };
	struct containr_snapshot **list;
	size_t count = 0;
	int r = snapshot_walk(engine, note_name, &names, err);

	if (r < 0)
		return r;
	if (names.len > 1)
		qsort(names.items, names.len, sizeof(*names.items), by_text);
	list = calloc(names.len + 1, sizeof(*list));
	if (!list)
		return fail_oom(err);
	for (size_t i = 0; i < names.len; i++) {
		struct containr_error ignored;

		/* one that was removed meanwhile is none for a list */
		if (snapshot_stat(engine, names.items[i], &list[count], &ignored) == 0)
			count++;
	}
	*ret_snapshots = list;
	*ret_count = count;
	return 0;
}
