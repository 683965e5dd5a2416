/* SPDX-License-Identifier: MIT */
#include "image/users.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "image/digest.h"
#include "image/snapshot.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define CONTAINERS_DIR "containers"
#define RECORD_MAX (8 << 20)

void users_release(struct users *users)
{
	strv_release(&users->ids);
	strv_release(&users->names);
	strv_release(&users->snapshots);
	strv_release(&users->layers);
}

static bool has_failed(const struct users *users)
{
	return users->ids.failed || users->names.failed || users->snapshots.failed ||
	       users->layers.failed;
}

/* The layers as the container has them: those of a snapshot stay although its record has gone. */
static void add_lower(const struct json *record, struct strv *layers)
{
	static const char folder[] = "layers/";

	for (const struct json *item = json_first(json_get(record, "lower")); item;
	     item = item->next) {
		const char *path = item->type == JSON_STRING ? item->string : "";

		if (str_starts_with(path, folder) &&
		    digest_is_hex(path + strlen(folder), DIGEST_HEX_LEN))
			strv_pushf(layers, "%.*s", DIGEST_HEX_LEN, path + strlen(folder));
	}
}

static int add_user(const struct containr *engine, const char *id, struct users *users,
		    struct containr_error *err)
{
	char path[sizeof(CONTAINERS_DIR) + NAME_MAX + 32];
	autostr text = STR_INIT;
	autojson doc = { 0 };
	struct containr_error ignored;
	const char *image_id = NULL;
	const char *name = id;
	const char *snapshot = "";
	int r;

	(void)snprintf(path, sizeof(path), "%s/%s/container.json", CONTAINERS_DIR, id);
	r = fs_read_file(engine->root_fd, path, RECORD_MAX, &text, err);
	if (r < 0 && (err->sys_errno == ENOENT || err->sys_errno == ENOTDIR)) {
		error_clear(err);
		return 0;
	}
	if (r < 0)
		return r;
	if (json_parse(text.data, text.len, path, &doc, &ignored) < 0 ||
	    json_read_string(doc.root, "", "image_id", &image_id, &ignored) < 0 || !image_id ||
	    !digest_is_valid(image_id))
		return 0;
	if (json_read_string(doc.root, "", "name", &name, &ignored) < 0 || !*name)
		name = id;
	if (json_read_string(doc.root, "", "snapshot", &snapshot, &ignored) < 0)
		snapshot = "";
	strv_push(&users->ids, image_id);
	strv_pushf(&users->names, "container '%.64s'", name);
	strv_push(&users->snapshots, snapshot);
	add_lower(doc.root, &users->layers);
	return has_failed(users) ? fail_oom(err) : 0;
}

static int add_snapshot(const struct containr_snapshot *snapshot, void *context,
			struct containr_error *err)
{
	struct users *users = context;

	strv_push(&users->ids, snapshot->image_id);
	strv_pushf(&users->names, "snapshot '%s'", snapshot->name);
	strv_push(&users->snapshots, snapshot->parent);
	for (size_t i = 0; snapshot->layers[i]; i++)
		strv_push(&users->layers, digest_hex(snapshot->layers[i]));
	return has_failed(users) ? fail_oom(err) : 0;
}

int users_load(const struct containr *engine, struct users *ret_users, struct containr_error *err)
{
	autousers users = { 0 };
	autoclosedir DIR *dir = NULL;
	autoclose int fd = -1;
	const struct dirent *entry;
	int r = fs_open_dir(engine->root_fd, CONTAINERS_DIR, &fd, err);

	if (r < 0)
		return r;
	dir = fdopendir(fd);
	if (!dir)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", CONTAINERS_DIR);
	(void)steal_fd(&fd);
	while ((errno = 0, entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		r = add_user(engine, entry->d_name, &users, err);
		if (r < 0)
			return r;
	}
	if (errno)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", CONTAINERS_DIR);
	r = snapshot_walk(engine, add_snapshot, &users, err);
	if (r < 0)
		return r;
	*ret_users = users;
	users = (struct users) { 0 };
	return 0;
}

static const char *find(const struct users *users, const struct strv *where, const char *what)
{
	for (size_t i = 0; i < where->len; i++)
		if (strcmp(where->items[i], what) == 0)
			return users->names.items[i];
	return NULL;
}

const char *users_find(const struct users *users, const char *image_id)
{
	return find(users, &users->ids, image_id);
}

const char *users_find_of_snapshot(const struct users *users, const char *snapshot)
{
	return find(users, &users->snapshots, snapshot);
}
