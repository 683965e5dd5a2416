/* SPDX-License-Identifier: MIT */
#include "container/volume_mounts.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/path.h"
#include "container/config_parts.h"
#include "container/volume_fill.h"
#include "kernel/mount.h"
#include "store/event.h"
#include "volume/volume.h"

#include <fcntl.h>
#include <string.h>

struct designer {
	const struct containr *engine;
	struct volume_mounts *volumes;
	struct containr_error *err;
};

void volume_mounts_release(struct volume_mounts *volumes)
{
	for (size_t i = 0; volumes->options && i < volumes->count; i++)
		strv_release(&volumes->options[i]);
	free(volumes->options);
	free(volumes->mounts);
	free(volumes->uses);
	strv_release(&volumes->make_dirs);
	strv_release(&volumes->strings);
	cleanup_close(&volumes->lock);
	*volumes = VOLUME_MOUNTS_INIT;
}

/* Keeps a text as long as the design; NULL without memory. */
static const char *keep(struct designer *d, char *text)
{
	strv_push_take(&d->volumes->strings, text);
	return d->volumes->strings.failed ? NULL
					  : d->volumes->strings.items[d->volumes->strings.len - 1];
}

static const char *make_up_name(struct designer *d)
{
	char name[65];

	return fs_random_hex(32, name, d->err) < 0 ? NULL : keep(d, strdup(name));
}

/* A mount of what the volume's options say: each container's own, so that none is the host's. */
static int use_options(struct designer *d, size_t at, const struct containr_volume *volume)
{
	struct containr_mount *mount = &d->volumes->mounts[at];
	struct strv *options = &d->volumes->options[at];
	const char *type = volume_option(volume, "type");
	const char *words = volume_option(volume, "o");
	bool is_bind = false;

	strv_extend(options, config_list(mount->options));
	for (; *words; words += strcspn(words, ","), words += *words == ',') {
		size_t len = strcspn(words, ",");

		if (len == 4 && strncmp(words, "bind", 4) == 0)
			is_bind = true;
		else if (!(len == 5 && strncmp(words, "rbind", 5) == 0 && (is_bind = true)) && len)
			strv_push_take(options, strndup(words, len));
	}
	mount->source = keep(d, strdup(volume_option(volume, "device")));
	if (options->failed || !mount->source)
		return fail_oom(d->err);
	mount->options = (const char *const *)options->items;
	if (strcmp(type, "tmpfs") == 0)
		mount->type = CONTAINR_MOUNT_TMPFS;
	else if (!is_bind || mount->source[0] != '/')
		return fail(d->err, CONTAINR_E_UNSUPPORTED,
			    "volume '%s': only type=tmpfs, and o=bind with an absolute device, "
			    "can be mounted",
			    volume->name);
	return 0;
}

/* Where the mount's source is: the volume's folder, a part of it, or what its options say. */
static int set_source(struct designer *d, size_t at, struct volume_use *use)
{
	struct containr_mount *mount = &d->volumes->mounts[at];
	autovolume *volume = NULL;
	struct containr_error ignored;
	char *source = NULL;
	int len;

	mount->type = CONTAINR_MOUNT_BIND;
	use->has_folder = true;
	if (!use->is_anonymous && volume_read(d->engine, use->name, &volume, &ignored) == 0 &&
	    volume->options[0]) {
		use->has_folder = false;
		return use_options(d, at, volume);
	}
	if (mount->subpath && *mount->subpath)
		len = asprintf(&source, "/" VOLUME_PREFIX "%s/%s", use->name, mount->subpath);
	else
		len = asprintf(&source, "%s/" VOLUMES_DIR "/%s/" VOLUME_DATA, d->engine->root,
			       use->name);
	mount->source = len < 0 ? NULL : keep(d, source);
	return mount->source ? 0 : fail_oom(d->err);
}

static int design_volume(struct designer *d, size_t at)
{
	struct containr_mount *mount = &d->volumes->mounts[at];
	struct volume_use *use = &d->volumes->uses[d->volumes->use_count++];
	int r;

	use->is_anonymous = !mount->source || !*mount->source;
	use->name = use->is_anonymous ? make_up_name(d) : mount->source;
	use->target = mount->target;
	use->no_copy = mount->no_copy;
	use->spec = mount->volume;
	if (!use->name)
		return fail_oom(d->err);
	r = volume_name_check(use->name, d->err);
	if (r == 0 && mount->target[0] != '/')
		r = fail(d->err, CONTAINR_E_INVALID_ARGUMENT,
			 "mount target '%s' is not an absolute path", mount->target);
	return r < 0 ? r : set_source(d, at, use);
}

static bool has_target(const struct volume_mounts *volumes, const char *target)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (strcmp(volumes->mounts[i].target, target) == 0)
			return true;
	return false;
}

static bool has_work(const struct containr_spec *spec, const struct containr_image_config *config)
{
	bool any = config->volumes && config->volumes[0];

	for (size_t i = 0; i < spec->mount_count; i++)
		any = any || spec->mounts[i].type == CONTAINR_MOUNT_VOLUME ||
		      spec->mounts[i].create_source;
	return any;
}

/* The mounts that were asked for, then the image's volumes at places that none of them has. */
static int list_mounts(struct designer *d, const struct containr_spec *spec,
		       const struct containr_image_config *config)
{
	struct volume_mounts *volumes = d->volumes;
	char **image = config->volumes;
	size_t most = spec->mount_count + 1;

	for (size_t i = 0; image && image[i]; i++)
		most++;
	volumes->mounts = calloc(most, sizeof(*volumes->mounts));
	volumes->options = calloc(most, sizeof(*volumes->options));
	volumes->uses = calloc(most, sizeof(*volumes->uses));
	if (!volumes->mounts || !volumes->options || !volumes->uses)
		return fail_oom(d->err);
	for (size_t i = 0; i < spec->mount_count; i++)
		volumes->mounts[volumes->count++] = spec->mounts[i];
	for (size_t i = 0; image && image[i]; i++) {
		const char *target = keep(d, path_clean(image[i]));

		if (target && !has_target(volumes, target))
			volumes->mounts[volumes->count++] =
				(struct containr_mount) { .type = CONTAINR_MOUNT_VOLUME,
							  .target = target };
	}
	return volumes->strings.failed ? fail_oom(d->err) : 0;
}

int volume_mounts_design(const struct containr *engine, const struct containr_spec *spec,
			 const struct containr_image_config *config,
			 struct volume_mounts *ret_volumes, struct containr_error *err)
{
	struct designer d = { .engine = engine, .volumes = ret_volumes, .err = err };
	int r = has_work(spec, config) ? list_mounts(&d, spec, config) : 0;

	for (size_t i = 0; i < ret_volumes->count && r == 0; i++) {
		const struct containr_mount *mount = &ret_volumes->mounts[i];

		if (mount->type == CONTAINR_MOUNT_VOLUME) {
			if (ret_volumes->lock < 0)
				r = store_lock(engine, VOLUMES_LOCK, &ret_volumes->lock, err);
			if (r == 0)
				r = design_volume(&d, i);
		} else if (mount->create_source && mount->source[0] == '/') {
			strv_push(&ret_volumes->make_dirs, mount->source);
		}
	}
	if (r == 0 && ret_volumes->make_dirs.failed)
		r = fail_oom(err);
	return r;
}

/* A file is mounted as it is; only what is not there at all becomes a folder. */
static int make_sources(const struct volume_mounts *volumes, struct containr_error *err)
{
	int r = 0;

	for (size_t i = 0; i < volumes->make_dirs.len && r == 0; i++)
		if (faccessat(AT_FDCWD, volumes->make_dirs.items[i], F_OK, 0) < 0)
			r = fs_make_dirs(AT_FDCWD, volumes->make_dirs.items[i], 0755, err);
	return r;
}

static int make_volume(const struct containr *engine, const struct volume_use *use,
		       const struct rootfs *rootfs, struct containr_error *err)
{
	struct containr_volume_spec spec = { 0 };
	autoclose int data = -1;
	int r;

	if (use->spec)
		spec = *use->spec;
	spec.name = use->name;
	r = volume_ensure(engine, &spec, use->is_anonymous, err);
	if (r < 0 || !use->has_folder || use->no_copy)
		return r;
	r = volume_open_data(engine, use->name, &data, err);
	return r < 0 ? r : volume_fill(engine, rootfs, use->target, data, err);
}

/* The references come first: what a maker leaves that is killed is then swept with its container. */
int volume_mounts_make(const struct containr *engine, const struct volume_mounts *volumes,
		       const struct rootfs *rootfs, int dir, const char *id, bool auto_remove,
		       struct containr_error *err)
{
	autoreferences references = { .auto_remove = auto_remove };
	int r = make_sources(volumes, err);

	if (r < 0 || !volumes->use_count)
		return r;
	(void)snprintf(references.container, sizeof(references.container), "%s", id);
	for (size_t i = 0; i < volumes->use_count; i++) {
		strv_push(&references.volumes, volumes->uses[i].name);
		if (volumes->uses[i].is_anonymous)
			strv_push(&references.anonymous, volumes->uses[i].name);
	}
	if (references.volumes.failed || references.anonymous.failed)
		return fail_oom(err);
	r = references_write(dir, &references, err);
	for (size_t i = 0; i < volumes->use_count && r == 0; i++)
		r = make_volume(engine, &volumes->uses[i], rootfs, err);
	return r;
}

/* Returns "NAME/SUBPATH"; NULL for another source. */
static const char *part_of(const char *source)
{
	static const char prefix[] = "/" VOLUME_PREFIX;

	return source && str_starts_with(source, prefix) ? source + strlen(prefix) : NULL;
}

static int open_part(const struct containr *engine, const char *part, int *ret_tree,
		     struct containr_error *err)
{
	char name[VOLUME_NAME_MAX + 1];
	size_t len = strcspn(part, "/");
	autoclose int data = -1;
	autoclose int place = -1;
	int r;

	(void)snprintf(name, sizeof(name), "%.*s", (int)len, part);
	r = volume_open_data(engine, name, &data, err);
	if (r == 0)
		r = root_open(data, part + len, &place, err);
	if (r < 0) {
		(void)fail(err, CONTAINR_E_ROOTFS_MOUNT, "volume '%s' has no '%s' to mount", name,
			   part + len + (part[len] == '/'));
		return fail_hint(err, "create it first, with the whole volume mounted");
	}
	*ret_tree = mount_clone(place, "", false);
	return *ret_tree < 0 ? fail_sys(err, CONTAINR_E_ROOTFS_MOUNT,
					"cannot mount a part of volume '%s'", name)
			     : 0;
}

int volume_mounts_resolve(const struct containr *engine, struct oci_config *config,
			  struct containr_error *err)
{
	int r = 0;

	for (size_t i = 0; i < config->mount_count && r == 0; i++) {
		const char *part = part_of(config->mounts[i].source);

		if (part)
			r = open_part(engine, part, &config->mounts[i].tree, err);
	}
	return r;
}

bool volume_mounts_name(const struct containr *engine, const char *source,
			char ret_name[VOLUME_NAME_MAX + 1])
{
	const char *text = part_of(source);
	size_t len = strlen(engine->root);

	if (!text && source && strncmp(source, engine->root, len) == 0 &&
	    str_starts_with(source + len, "/" VOLUMES_DIR "/"))
		text = source + len + strlen("/" VOLUMES_DIR "/");
	if (text)
		(void)snprintf(ret_name, VOLUME_NAME_MAX + 1, "%.*s", (int)strcspn(text, "/"),
			       text);
	return text != NULL;
}

void volume_mounts_tell(const struct containr *engine, const struct oci_config *config,
			const char *id)
{
	for (size_t i = 0; i < config->mount_count; i++) {
		const struct oci_mount *mount = &config->mounts[i];
		char name[VOLUME_NAME_MAX + 1];
		autostr text = STR_INIT;
		struct json_writer w = JSON_WRITER(&text);

		if (!volume_mounts_name(engine, mount->source, name))
			continue;
		json_open_object(&w, NULL);
		json_string(&w, "container", id);
		json_string(&w, "destination", mount->destination);
		json_string(&w, "driver", "local");
		json_string(&w, "read/write",
			    strv_contains(&mount->options, "ro") ? "false" : "true");
		json_close_object(&w);
		if (text.failed || text.len < 2)
			continue;
		text.data[text.len - 1] = '\0'; /* the event has braces of its own */
		event_write(engine->root_fd, &(struct event) { .type = "volume",
							       .action = "mount",
							       .id = name,
							       .attributes = text.data + 1 });
	}
}
