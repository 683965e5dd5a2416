/* SPDX-License-Identifier: MIT */
#include "volume/references.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "store/event.h"
#include "volume/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#define FILE_MAX (1 << 20)
#define ID_LENGTH 64

void references_release(struct references *references)
{
	strv_release(&references->volumes);
	strv_release(&references->anonymous);
	*references = (struct references) { 0 };
}

int references_write(int dir, const struct references *references, struct containr_error *err)
{
	autostr text = STR_INIT;

	str_appendf(&text, "c %s\n", references->container);
	if (references->auto_remove)
		str_append(&text, "r\n");
	for (size_t i = 0; i < references->volumes.len; i++) {
		const char *name = references->volumes.items[i];

		str_appendf(&text, "%c %s\n",
			    strv_contains(&references->anonymous, name) ? 'a' : 'v', name);
	}
	if (text.failed)
		return fail_oom(err);
	return fs_replace_file(dir, REFERENCES_FILE, text.data, text.len, 0600,
			       references->auto_remove ? FS_VOLATILE : FS_DURABLE, err);
}

/* A half-written file cannot be: what is no line of ours is left out. */
static void take_line(struct references *references, const char *line)
{
	const char *value = line[0] && line[1] == ' ' ? line + 2 : "";
	struct containr_error ignored;

	if (strcmp(line, "r") == 0)
		references->auto_remove = references->is_doomed = true;
	else if (strcmp(line, "d") == 0)
		references->is_doomed = true;
	else if (line[0] == 'c' && strlen(value) == ID_LENGTH)
		memcpy(references->container, value, ID_LENGTH + 1);
	else if ((line[0] == 'v' || line[0] == 'a') && volume_name_check(value, &ignored) == 0) {
		strv_push(&references->volumes, value);
		if (line[0] == 'a')
			strv_push(&references->anonymous, value);
	}
}

int references_read(int dir, const char *path, struct references *ret_references,
		    struct containr_error *err)
{
	struct references references = { 0 };
	autostr text = STR_INIT;
	char *rest;
	const char *line;
	int r = fs_read_regular(dir, path, FILE_MAX, &text, err);

	if (r < 0 && err->sys_errno != ENOENT && err->sys_errno != ENOTDIR)
		return r;
	error_clear(err);
	rest = text.data;
	while (rest && (line = strsep(&rest, "\n")))
		take_line(&references, line);
	if (references.volumes.failed || references.anonymous.failed) {
		references_release(&references);
		return fail_oom(err);
	}
	*ret_references = references;
	return 0;
}

int references_doom(int dir, struct containr_error *err)
{
	autoclose int fd = openat(dir, REFERENCES_FILE, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fs_write_all(fd, "d\n", 2) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write '%s'", REFERENCES_FILE);
	return 0;
}

/* Calls @look_at with the references of each folder in @place; stops at its first error. */
static int for_each(const struct containr *engine, const char *place,
		    int (*look_at)(const struct containr *engine,
				   const struct references *references, void *context,
				   struct containr_error *err),
		    void *context, struct containr_error *err)
{
	autoclosedir DIR *listing = NULL;
	autoclose int fd = -1;
	const struct dirent *entry;
	int r = fs_open_dir(engine->root_fd, place, &fd, err);

	if (r < 0)
		return r;
	listing = fdopendir(fd);
	if (!listing)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", place);
	(void)steal_fd(&fd);
	while (r == 0 && (entry = readdir(listing))) {
		autoreferences references = { 0 };
		char path[NAME_MAX + sizeof(REFERENCES_FILE) + 2];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/" REFERENCES_FILE, entry->d_name);
		r = references_read(dirfd(listing), path, &references, err);
		if (r == 0 && references.volumes.len)
			r = look_at(engine, &references, context, err);
	}
	return r;
}

struct search {
	const char *volume;
	char *id;
};

static int match(const struct containr *engine, const struct references *references, void *context,
		 struct containr_error *err)
{
	struct search *search = context;

	(void)engine;
	(void)err;
	if (strv_contains(&references->volumes, search->volume))
		memcpy(search->id, references->container, ID_LENGTH + 1);
	return 0;
}

int references_find_user(const struct containr *engine, const char *volume, char ret_id[65],
			 struct containr_error *err)
{
	struct search search = { .volume = volume, .id = ret_id };

	ret_id[0] = '\0';
	return for_each(engine, "containers", match, &search, err);
}

void references_tell_unmount(const struct containr *engine, const struct references *references)
{
	for (size_t i = 0; i < references->volumes.len; i++) {
		char attributes[128];

		(void)snprintf(attributes, sizeof(attributes),
			       "\"container\":\"%s\",\"driver\":\"local\"", references->container);
		event_write(engine->root_fd, &(struct event) { .type = "volume",
							       .action = "unmount",
							       .id = references->volumes.items[i],
							       .attributes = attributes });
	}
}

/* One container in the trash. Another command may be at the same one: what is gone is gone. */
static int sweep_one(const struct containr *engine, const struct references *references,
		     void *context, struct containr_error *err)
{
	autoclose int lock = -1;

	(void)context;
	if (references->auto_remove)
		references_tell_unmount(engine, references);
	if (!references->is_doomed || !references->anonymous.len ||
	    store_lock(engine, VOLUMES_LOCK, &lock, err) < 0)
		return 0;
	for (size_t i = 0; i < references->anonymous.len; i++)
		error_ignore(volume_discard(engine, references->anonymous.items[i], err));
	return 0;
}

void references_sweep(const struct containr *engine)
{
	struct containr_error ignored;

	error_ignore(for_each(engine, "trash", sweep_one, NULL, &ignored));
}
