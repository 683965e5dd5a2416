/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/changes.h"
#include "container/record.h"
#include "image/layer_mount.h"
#include "kernel/userns.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHANGES_MAX INT64_C(1 << 30)

/* A search that may run in another process: what it finds goes to a file, each ended by a NUL. */
struct diff {
	int root;
	const char *upper;
	const struct strv *lower;
	int result;
};

static int by_path(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;
	int order = strcmp(*left + 1, *right + 1);

	return order ? order : **left - **right;
}

int change_list_write(struct strv *found, int file, struct containr_error *err)
{
	autostr text = STR_INIT;
	const char *last = NULL;

	if (found->len)
		qsort(found->items, found->len, sizeof(*found->items), by_path);
	for (size_t i = 0; i < found->len; i++) {
		if (!last || strcmp(last + 1, found->items[i] + 1) != 0)
			str_append_len(&text, found->items[i], strlen(found->items[i]) + 1);
		last = found->items[i];
	}
	if (text.failed || found->failed)
		return fail_oom(err);
	if (fs_write_all(file, text.data, text.len) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot keep the list of changes");
	return 0;
}

static int find_changes(void *context, struct containr_error *err)
{
	const struct diff *diff = context;
	autostrv found = { 0 };
	int r = changes_find(diff->root, diff->upper, diff->lower, &found, err);

	return r < 0 ? r : change_list_write(&found, diff->result, err);
}

static int parse_changes(const struct str *text, struct containr_change **ret_changes,
			 size_t *ret_count, struct containr_error *err)
{
	struct containr_change *list;
	size_t count = 0;

	for (size_t i = 0; i < text->len; i++)
		count += text->data[i] == '\0';
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return fail_oom(err);
	count = 0;
	for (const char *p = text->data; p && p < text->data + text->len; p += strlen(p) + 1) {
		list[count].kind = (enum containr_change_kind) * p;
		list[count].path = strdup(p + 1);
		if (!list[count++].path) {
			containr_changes_free(list, count);
			return fail_oom(err);
		}
	}
	*ret_changes = list;
	*ret_count = count;
	return 0;
}

int change_list_read(int file, struct containr_change **ret_changes, size_t *ret_count,
		     struct containr_error *err)
{
	autostr text = STR_INIT;
	char path[48];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	r = fs_read_file(AT_FDCWD, path, CHANGES_MAX, &text, err);
	return r < 0 ? r : parse_changes(&text, ret_changes, ret_count, err);
}

void containr_changes_free(struct containr_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(changes[i].path);
	free(changes);
}

int containr_changes(struct containr *engine, const char *container,
		     struct containr_change **ret_changes, size_t *ret_count,
		     struct containr_error *err)
{
	autorecord record = { 0 };
	autoclose int dir = -1;
	autoclose int result = memfd_create("changes", MFD_CLOEXEC);
	char id[CONTAINR_ID_LENGTH + 1];
	char upper[96];
	struct layer_hold layers;
	struct diff diff;
	int r = container_open(engine, container, id, &dir, err);

	if (r == 0)
		r = record_read(dir, &record, err);
	if (r < 0)
		return r;
	if (result < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create a file in memory");
	if (record.lower.len == 0)
		return fail(err, CONTAINR_E_UNSUPPORTED,
			    "container '%s' is made of a bundle, which has no layers", container);
	(void)snprintf(upper, sizeof(upper), "containers/%s/upper", id);
	diff = (struct diff) { engine->root_fd, upper, &record.lower, result };
	r = layer_mount_hold(engine, &record.lower, NULL, &layers, err);
	if (r < 0)
		return r;
	r = userns_run(find_changes, &diff, err);
	layer_mount_let_go(engine, &layers);
	return r < 0 ? r : change_list_read(result, ret_changes, ret_count, err);
}
