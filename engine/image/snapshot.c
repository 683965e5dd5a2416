/* SPDX-License-Identifier: MIT */
#include "image/snapshot.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "store/event.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".json"
#define PATH_SIZE (sizeof(SNAPSHOTS_DIR) + NAME_MAX + 1)

int snapshot_name_check(const char *name, struct containr_error *err)
{
	size_t len = strlen(name);
	bool fine = len > 0 && len <= SNAPSHOT_NAME_MAX && isalnum((unsigned char)name[0]);

	for (size_t i = 1; fine && i < len; i++)
		fine = isalnum((unsigned char)name[i]) || strchr("_.-", name[i]);
	if (fine)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "'%.100s' is no name for a snapshot", name);
	return fail_hint(err, "use letters, digits and _ . -, starting with a letter or digit");
}

static void path_of(const char *name, char ret_path[PATH_SIZE])
{
	(void)snprintf(ret_path, PATH_SIZE, SNAPSHOTS_DIR "/%s" SUFFIX, name);
}

int snapshot_check_free(const struct containr *engine, const char *name, struct containr_error *err)
{
	char path[PATH_SIZE];
	int r = snapshot_name_check(name, err);

	if (r < 0)
		return r;
	path_of(name, path);
	if (faccessat(engine->root_fd, path, F_OK, 0) < 0)
		return 0;
	return fail(err, CONTAINR_E_SNAPSHOT_EXISTS, "snapshot '%s' exists already", name);
}

void containr_snapshot_free(struct containr_snapshot *snapshot)
{
	if (!snapshot)
		return;
	free(snapshot->name);
	free(snapshot->parent);
	free(snapshot->image);
	free(snapshot->image_id);
	free(snapshot->driver);
	containr_strings_free(snapshot->layers);
	containr_strings_free(snapshot->labels);
	free(snapshot);
}

static int take_text(const struct json *object, const char *key, char **slot,
		     struct containr_error *err)
{
	const char *text = "";
	int r = json_read_string(object, "", key, &text, err);

	if (r < 0)
		return r;
	*slot = strdup(text);
	return *slot ? 0 : fail_oom(err);
}

static int take_list(const struct json *object, const char *key, char ***slot,
		     struct containr_error *err)
{
	autostrv list = { 0 };
	int r = json_read_strings(object, "", key, &list, err);

	if (r < 0)
		return r;
	*slot = list.items ? list.items : calloc(1, sizeof(char *));
	list = (struct strv) { 0 };
	return *slot ? 0 : fail_oom(err);
}

static int read_members(const struct json *root, struct containr_snapshot *snapshot,
			struct containr_error *err)
{
	int r = take_text(root, "name", &snapshot->name, err);

	if (r == 0)
		r = take_text(root, "parent", &snapshot->parent, err);
	if (r == 0)
		r = take_text(root, "image", &snapshot->image, err);
	if (r == 0)
		r = take_text(root, "image_id", &snapshot->image_id, err);
	if (r == 0)
		r = take_text(root, "driver", &snapshot->driver, err);
	if (r == 0)
		r = take_list(root, "layers", &snapshot->layers, err);
	if (r == 0)
		r = take_list(root, "labels", &snapshot->labels, err);
	if (r == 0)
		r = json_read_int(root, "", "created_ns", 0, INT64_MAX, &snapshot->created_ns, err);
	if (r == 0)
		r = json_read_int(root, "", "size", 0, INT64_MAX, &snapshot->size_bytes, err);
	if (r == 0)
		r = json_read_int(root, "", "shared", 0, INT64_MAX, &snapshot->shared_bytes, err);
	return r;
}

/* Digests become paths, and names become files: what comes from outside has to be one. */
static int check_members(const struct containr_snapshot *snapshot, struct containr_error *err)
{
	struct containr_error ignored;

	if (snapshot_name_check(snapshot->name, &ignored) < 0)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "name: '%.100s' is none",
			    snapshot->name);
	if (*snapshot->parent && snapshot_name_check(snapshot->parent, &ignored) < 0)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "parent: '%.100s' is no name",
			    snapshot->parent);
	if (!digest_is_valid(snapshot->image_id))
		return fail(err, CONTAINR_E_INVALID_CONFIG, "image_id: '%.100s' is no digest",
			    snapshot->image_id);
	if (!snapshot->layers[0])
		return fail(err, CONTAINR_E_INVALID_CONFIG, "layers: there is none");
	for (size_t i = 0; snapshot->layers[i]; i++)
		if (!digest_is_valid(snapshot->layers[i]))
			return fail(err, CONTAINR_E_INVALID_CONFIG,
				    "layers[%zu]: '%.100s' is no digest", i, snapshot->layers[i]);
	return 0;
}

int snapshot_parse(const char *text, size_t len, struct containr_snapshot **ret_snapshot,
		   struct containr_error *err)
{
	autosnapshot *snapshot = calloc(1, sizeof(*snapshot));
	autojson doc = { 0 };
	int r = snapshot ? json_parse(text, len, "the record of the snapshot", &doc, err)
			 : fail_oom(err);

	if (r == 0)
		r = read_members(doc.root, snapshot, err);
	if (r == 0)
		r = check_members(snapshot, err);
	if (r == 0)
		*ret_snapshot = steal_ptr(&snapshot);
	return r;
}

void snapshot_format(const struct containr_snapshot *snapshot, struct str *out)
{
	struct json_writer w = JSON_WRITER(out);

	json_open_object(&w, NULL);
	json_string(&w, "name", snapshot->name);
	json_string(&w, "parent", snapshot->parent);
	json_string(&w, "image", snapshot->image);
	json_string(&w, "image_id", snapshot->image_id);
	json_string(&w, "driver", snapshot->driver);
	json_strings(&w, "layers", snapshot->layers);
	json_strings(&w, "labels", snapshot->labels);
	json_int(&w, "created_ns", snapshot->created_ns);
	json_int(&w, "size", snapshot->size_bytes);
	json_int(&w, "shared", snapshot->shared_bytes);
	json_close_object(&w);
}

int snapshot_save(const struct containr *engine, const struct containr_snapshot *snapshot,
		  struct containr_error *err)
{
	autostr text = STR_INIT;
	char path[PATH_SIZE];

	snapshot_format(snapshot, &text);
	if (text.failed)
		return fail_oom(err);
	if (mkdirat(engine->root_fd, SNAPSHOTS_DIR, 0711) < 0 && errno != EEXIST)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/" SNAPSHOTS_DIR "'",
				engine->root);
	path_of(snapshot->name, path);
	return fs_replace_file(engine->root_fd, path, text.data, text.len, 0600, FS_DURABLE, err);
}

int snapshot_stat(const struct containr *engine, const char *name,
		  struct containr_snapshot **ret_snapshot, struct containr_error *err)
{
	autostr text = STR_INIT;
	struct containr_error ignored;
	char path[PATH_SIZE];
	int r;

	if (snapshot_name_check(name, &ignored) < 0)
		return fail(err, CONTAINR_E_SNAPSHOT_NOT_FOUND, "no such snapshot: %.100s", name);
	path_of(name, path);
	r = fs_read_regular(engine->root_fd, path, SNAPSHOT_RECORD_MAX, &text, err);
	if (r < 0 && err->sys_errno == ENOENT)
		return fail(err, CONTAINR_E_SNAPSHOT_NOT_FOUND, "no such snapshot: %s", name);
	if (r == 0)
		r = snapshot_parse(text.data ? text.data : "", text.len, ret_snapshot, err);
	return r == -CONTAINR_E_INVALID_CONFIG ? fail_prefix(err, "snapshot '%s'", name) : r;
}

int snapshot_walk(const struct containr *engine, snapshot_visit *visit, void *context,
		  struct containr_error *err)
{
	autoclosedir DIR *dir = NULL;
	const struct dirent *entry;
	int fd = openat(engine->root_fd, SNAPSHOTS_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = 0;

	if (fd < 0 && errno == ENOENT)
		return 0;
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		cleanup_close(&fd);
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s/" SNAPSHOTS_DIR "'",
				engine->root);
	}
	while (r == 0 && (entry = readdir(dir))) {
		autosnapshot *snapshot = NULL;
		struct containr_error ignored;
		char name[NAME_MAX + 1];

		if (entry->d_name[0] == '.' || !str_ends_with(entry->d_name, SUFFIX))
			continue;
		(void)snprintf(name, sizeof(name), "%.*s",
			       (int)(strlen(entry->d_name) - strlen(SUFFIX)), entry->d_name);
		if (snapshot_stat(engine, name, &snapshot, &ignored) == 0)
			r = visit(snapshot, context, err);
	}
	return r;
}

void snapshot_event(const struct containr *engine, const char *action,
		    const struct containr_snapshot *snapshot)
{
	autostr attributes = STR_INIT;
	struct json_writer w = JSON_WRITER(&attributes);

	json_string(&w, "name", snapshot->name);
	json_string(&w, "image", snapshot->image);
	if (*snapshot->parent)
		json_string(&w, "parent", snapshot->parent);
	event_write(engine->root_fd,
		    &(struct event) { .type = "snapshot",
				      .action = action,
				      .id = snapshot->name,
				      .attributes = attributes.failed ? NULL : attributes.data });
}
