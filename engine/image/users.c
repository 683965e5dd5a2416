/* SPDX-License-Identifier: MIT */
#include "image/users.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "image/digest.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define CONTAINERS_DIR "containers"
#define RECORD_MAX (8 << 20)

void users_release(struct users *users)
{
	strv_release(&users->ids);
	strv_release(&users->containers);
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
	strv_push(&users->ids, image_id);
	strv_push(&users->containers, name);
	return users->ids.failed || users->containers.failed ? fail_oom(err) : 0;
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
	*ret_users = users;
	users = (struct users) { 0 };
	return 0;
}

const char *users_find(const struct users *users, const char *image_id)
{
	for (size_t i = 0; i < users->ids.len; i++)
		if (strcmp(users->ids.items[i], image_id) == 0)
			return users->containers.items[i];
	return NULL;
}
