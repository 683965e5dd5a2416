/* SPDX-License-Identifier: MIT */
#include "volume/volume.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/time.h"
#include "store/event.h"
#include "volume/references.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define RECORD "volume.json"
#define RECORD_MAX (1 << 20)
#define PATH_SIZE (VOLUME_NAME_MAX + 32)

int volume_name_check(const char *name, struct containr_error *err)
{
	size_t len = strlen(name);
	bool fine = len > 1 && len <= VOLUME_NAME_MAX && isalnum((unsigned char)name[0]);

	for (size_t i = 1; fine && i < len; i++)
		fine = isalnum((unsigned char)name[i]) || strchr("_.-", name[i]);
	if (fine)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "'%.100s' is no name for a volume", name);
	return fail_hint(err, "use two or more letters, digits and _ . -, starting with a letter "
			      "or digit; a path begins with / or .");
}

static void path_of(char path[PATH_SIZE], const char *name, const char *file)
{
	(void)snprintf(path, PATH_SIZE, VOLUMES_DIR "/%s%s%s", name, *file ? "/" : "", file);
}

static void write_pairs(struct json_writer *w, const char *key, const char *const *items)
{
	json_strings(w, key, (char *const *)(uintptr_t)items);
}

static int write_record(const struct containr *engine, const struct containr_volume_spec *spec,
			bool is_anonymous, struct containr_error *err)
{
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);
	char path[PATH_SIZE];

	json_open_object(&w, NULL);
	json_string(&w, "name", spec->name);
	json_string(&w, "driver", "local");
	json_int(&w, "created_ns", time_now_ns());
	write_pairs(&w, "labels", spec->labels);
	write_pairs(&w, "options", spec->options);
	json_bool(&w, "anonymous", is_anonymous);
	json_close_object(&w);
	if (text.failed)
		return fail_oom(err);
	path_of(path, spec->name, RECORD);
	return fs_replace_file(engine->root_fd, path, text.data, text.len, 0600, FS_DURABLE, err);
}

static int check_pairs(const char *what, const char *const *items, struct containr_error *err)
{
	for (size_t i = 0; items && items[i]; i++)
		if (!*items[i] || *items[i] == '=')
			return fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not KEY=VALUE",
				    what, items[i]);
	return 0;
}

/* The options of the local driver are those of a mount: type, o and device. */
static int check_options(const struct containr_volume_spec *spec, struct containr_error *err)
{
	static const char *const known[] = { "type=", "o=", "device=" };

	for (size_t i = 0; spec->options && spec->options[i]; i++) {
		bool fine = false;

		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			fine = fine || str_starts_with(spec->options[i], known[k]);
		if (fine)
			continue;
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "volume option '%s' is not known",
			   spec->options[i]);
		return fail_hint(err, "the local driver has type=, o= and device=");
	}
	return 0;
}

static int check_spec(const struct containr_volume_spec *spec, struct containr_error *err)
{
	int r;

	if (spec->driver && *spec->driver && strcmp(spec->driver, "local") != 0) {
		(void)fail(err, CONTAINR_E_UNSUPPORTED, "volume driver '%s' is not known",
			   spec->driver);
		return fail_hint(err, "the only one is 'local'");
	}
	r = volume_name_check(spec->name, err);
	if (r == 0)
		r = check_pairs("--label", spec->labels, err);
	return r < 0 ? r : check_options(spec, err);
}

static int make_folder(const struct containr *engine, const char *path, mode_t mode,
		       struct containr_error *err)
{
	if (mkdirat(engine->root_fd, path, mode) == 0 || errno == EEXIST)
		return 0;
	return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root, path);
}

int volume_ensure(const struct containr *engine, const struct containr_volume_spec *spec,
		  bool is_anonymous, struct containr_error *err)
{
	char path[PATH_SIZE];
	int r = check_spec(spec, err);

	if (r < 0)
		return r;
	path_of(path, spec->name, RECORD);
	if (faccessat(engine->root_fd, path, F_OK, 0) == 0)
		return 0;
	r = make_folder(engine, VOLUMES_DIR, 0711, err);
	path_of(path, spec->name, "");
	if (r == 0)
		r = make_folder(engine, path, 0711, err);
	path_of(path, spec->name, VOLUME_DATA);
	if (r == 0)
		r = make_folder(engine, path, 0755, err);
	if (r == 0)
		r = write_record(engine, spec, is_anonymous, err);
	if (r == 0)
		event_write(engine->root_fd,
			    &(struct event) { .type = "volume",
					      .action = "create",
					      .id = spec->name,
					      .attributes = "\"driver\":\"local\"" });
	return r;
}

static char **take_list(struct strv *list)
{
	char **items = list->items ? list->items : calloc(1, sizeof(*items));

	*list = (struct strv) { 0 };
	return items;
}

static int describe(const struct containr *engine, const char *name, const struct json *root,
		    struct containr_volume *volume, struct containr_error *err)
{
	autostrv labels = { 0 };
	autostrv options = { 0 };
	bool is_anonymous = false;
	int r = json_read_strings(root, "", "labels", &labels, err);

	if (r == 0)
		r = json_read_strings(root, "", "options", &options, err);
	if (r == 0)
		r = json_read_int(root, "", "created_ns", 0, INT64_MAX, &volume->created_ns, err);
	if (r == 0)
		r = json_read_bool(root, "", "anonymous", &is_anonymous, err);
	if (r < 0)
		return r;
	volume->is_anonymous = is_anonymous;
	volume->name = strdup(name);
	volume->driver = strdup("local");
	volume->labels = take_list(&labels);
	volume->options = take_list(&options);
	if (asprintf(&volume->mountpoint, "%s/" VOLUMES_DIR "/%s/" VOLUME_DATA, engine->root,
		     name) < 0)
		volume->mountpoint = NULL;
	return volume->name && volume->driver && volume->labels && volume->options &&
			       volume->mountpoint
		       ? 0
		       : fail_oom(err);
}

int volume_read(const struct containr *engine, const char *name,
		struct containr_volume **ret_volume, struct containr_error *err)
{
	autovolume *volume = NULL;
	autostr text = STR_INIT;
	autojson doc = { 0 };
	struct containr_error ignored;
	char path[PATH_SIZE];
	int r;

	if (volume_name_check(name, &ignored) < 0)
		return fail(err, CONTAINR_E_VOLUME_NOT_FOUND, "no such volume: %.100s", name);
	path_of(path, name, RECORD);
	r = fs_read_regular(engine->root_fd, path, RECORD_MAX, &text, err);
	if (r < 0 && (err->sys_errno == ENOENT || err->sys_errno == ENOTDIR))
		return fail(err, CONTAINR_E_VOLUME_NOT_FOUND, "no such volume: %s", name);
	if (r == 0)
		r = json_parse(text.data, text.len, path, &doc, err);
	if (r < 0)
		return r;
	volume = calloc(1, sizeof(*volume));
	if (!volume)
		return fail_oom(err);
	r = describe(engine, name, doc.root, volume, err);
	if (r == 0)
		*ret_volume = steal_ptr(&volume);
	return r;
}

const char *volume_option(const struct containr_volume *volume, const char *key)
{
	size_t len = strlen(key);

	for (char **item = volume->options; *item; item++)
		if (strncmp(*item, key, len) == 0 && (*item)[len] == '=')
			return *item + len + 1;
	return "";
}

int volume_open_data(const struct containr *engine, const char *name, int *ret_fd,
		     struct containr_error *err)
{
	char path[PATH_SIZE];

	path_of(path, name, VOLUME_DATA);
	return fs_open_dir(engine->root_fd, path, ret_fd, err);
}

int volume_discard(const struct containr *engine, const char *name, struct containr_error *err)
{
	char path[PATH_SIZE];
	char user[65];
	int r = references_find_user(engine, name, user, err);

	if (r == 0 && *user)
		return fail(err, CONTAINR_E_VOLUME_IN_USE, "volume '%s' is used by container %.12s",
			    name, user);
	path_of(path, name, "");
	if (r == 0)
		r = store_trash(engine, path, err);
	if (r == 0)
		event_write(engine->root_fd,
			    &(struct event) { .type = "volume",
					      .action = "destroy",
					      .id = name,
					      .attributes = "\"driver\":\"local\"" });
	return r;
}

int containr_volume_create(struct containr *engine, const struct containr_volume_spec *spec,
			   struct containr_volume **ret_volume, struct containr_error *err)
{
	struct containr_volume_spec named = *spec;
	char made_up[65];
	autoclose int lock = -1;
	int r = spec->name ? 0 : fs_random_hex(32, made_up, err);

	if (!spec->name)
		named.name = made_up;
	if (r == 0)
		r = store_lock(engine, VOLUMES_LOCK, &lock, err);
	if (r == 0)
		r = volume_ensure(engine, &named, !spec->name, err);
	return r < 0 ? r : volume_read(engine, named.name, ret_volume, err);
}

int containr_volume_inspect(struct containr *engine, const char *name,
			    struct containr_volume **ret_volume, struct containr_error *err)
{
	return volume_read(engine, name, ret_volume, err);
}

int containr_volume_user(struct containr *engine, const char *name, char **ret_container,
			 struct containr_error *err)
{
	char id[65];
	int r = references_find_user(engine, name, id, err);

	if (r < 0)
		return r;
	*ret_container = *id ? strdup(id) : NULL;
	return *id && !*ret_container ? fail_oom(err) : 0;
}

int containr_volume_remove(struct containr *engine, const char *name, struct containr_error *err)
{
	autovolume *volume = NULL;
	autoclose int lock = -1;
	int r = store_lock(engine, VOLUMES_LOCK, &lock, err);

	if (r == 0)
		r = volume_read(engine, name, &volume, err);
	if (r == 0)
		r = volume_discard(engine, name, err);
	cleanup_close(&lock);
	lock = -1;
	return r < 0 ? r : store_empty_trash(engine, err);
}
