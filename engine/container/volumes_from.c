/* SPDX-License-Identifier: MIT */
#include "container/volumes_from.h"

#include "base/cleanup.h"
#include "container/inspect_docker.h"
#include "container/oci.h"
#include "container/record.h"
#include "container/volume_mounts.h"

#include <stdlib.h>
#include <string.h>

struct collector {
	struct containr *engine;
	const struct containr_spec *spec;
	struct volumes_from *from;
	struct containr_error *err;
};

void volumes_from_release(struct volumes_from *from)
{
	for (size_t i = 0; i < from->option_count; i++)
		strv_release(&from->options[i]);
	free(from->options);
	free(from->mounts);
	strv_release(&from->strings);
	*from = (struct volumes_from) { 0 };
}

static const char *keep(struct volumes_from *from, const char *text)
{
	strv_push(&from->strings, text);
	return from->strings.failed ? "" : from->strings.items[from->strings.len - 1];
}

static bool is_asked_for(const struct containr_spec *spec, const char *target)
{
	for (size_t i = 0; i < spec->mount_count; i++)
		if (strcmp(spec->mounts[i].target, target) == 0)
			return true;
	return false;
}

/* Of two containers the one that is named last has the word. */
static struct containr_mount *slot_for(struct volumes_from *from, const char *target)
{
	struct containr_mount *mounts;
	struct strv *options;

	for (size_t i = 0; i < from->count; i++) {
		if (strcmp(from->mounts[i].target, target) != 0)
			continue;
		strv_release(&from->options[i]);
		return &from->mounts[i];
	}
	mounts = reallocarray(from->mounts, from->count + 1, sizeof(*mounts));
	if (!mounts)
		return NULL;
	from->mounts = mounts;
	options = reallocarray(from->options, from->count + 1, sizeof(*options));
	if (!options)
		return NULL;
	from->options = options;
	from->options[from->count] = (struct strv) { 0 };
	from->option_count = ++from->count;
	return &from->mounts[from->count - 1];
}

/* "bind" and its kin are what the type says; of "ro" and "rw" the mode given here has the last word. */
static void set_options(const struct oci_mount *mount, const char *mode, struct strv *options)
{
	static const char *const implied[] = { "bind", "rbind" };

	for (size_t i = 0; i < mount->options.len; i++) {
		const char *word = mount->options.items[i];
		bool is_mode = strcmp(word, "ro") == 0 || strcmp(word, "rw") == 0;
		bool is_implied = false;

		for (size_t k = 0; k < ARRAY_LEN(implied); k++)
			is_implied = is_implied || strcmp(word, implied[k]) == 0;
		if (!is_implied && !(is_mode && *mode))
			strv_push(options, word);
	}
	if (*mode)
		strv_push(options, mode);
}

static int add_mount(struct collector *c, const struct oci_mount *mount, const char *mode)
{
	struct volumes_from *from = c->from;
	char name[VOLUME_NAME_MAX + 1];
	bool is_volume = volume_mounts_name(c->engine, mount->source, name);
	struct containr_mount *slot;
	const char *part;

	if (is_asked_for(c->spec, mount->destination))
		return 0;
	slot = slot_for(from, mount->destination);
	if (!slot)
		return fail_oom(c->err);
	*slot = (struct containr_mount) { .type = is_volume ? CONTAINR_MOUNT_VOLUME
							    : CONTAINR_MOUNT_BIND,
					  .no_copy = true };
	slot->target = keep(from, mount->destination);
	slot->source = keep(from, is_volume ? name : mount->source);
	part = is_volume && str_starts_with(mount->source, "/" VOLUME_PREFIX)
		       ? strchr(mount->source + 1, '/')
		       : NULL;
	slot->subpath = part ? keep(from, part + 1) : NULL;
	slot->is_not_recursive = !is_volume && strv_contains(&mount->options, "bind") &&
				 !strv_contains(&mount->options, "rbind");
	set_options(mount, mode, &from->options[slot - from->mounts]);
	return from->options[slot - from->mounts].failed || from->strings.failed ? fail_oom(c->err)
										 : 0;
}

static int add_container(struct collector *c, const char *text)
{
	const char *colon = strchr(text, ':');
	const char *mode = colon ? colon + 1 : "";
	autofree char *name = strndup(text, colon ? (size_t)(colon - text) : strlen(text));
	char id[CONTAINR_ID_LENGTH + 1];
	autoclose int dir = -1;
	autooci config;
	int r;

	oci_config_init(&config);
	if (!name)
		return fail_oom(c->err);
	/* "z" is about SELinux labels, which are not changed here */
	if (strcmp(mode, "z") == 0)
		mode = "";
	if (*mode && strcmp(mode, "ro") != 0 && strcmp(mode, "rw") != 0) {
		(void)fail(c->err, CONTAINR_E_INVALID_ARGUMENT, "--volumes-from: '%s' is no mode",
			   mode);
		return fail_hint(c->err, "use CONTAINER, CONTAINER:ro or CONTAINER:rw");
	}
	r = container_open(c->engine, name, id, &dir, c->err);
	if (r == 0)
		r = oci_config_load(dir, "config.json", &config, c->err);
	for (size_t i = 0; i < config.mount_count && r == 0; i++) {
		const struct oci_mount *mount = &config.mounts[i];

		if (mount->source && strcmp(mount->type, "tmpfs") != 0 &&
		    !inspect_is_own_mount(c->engine, mount->destination, mount->source))
			r = add_mount(c, mount, mode);
	}
	return r;
}

/* The lists may have moved while they grew. */
static int finish(struct collector *c)
{
	struct volumes_from *from = c->from;
	size_t count = from->count + c->spec->mount_count;
	struct containr_mount *mounts =
		reallocarray(from->mounts, count ? count : 1, sizeof(*mounts));

	if (!mounts)
		return fail_oom(c->err);
	from->mounts = mounts;
	for (size_t i = 0; i < from->count; i++)
		mounts[i].options = (const char *const *)from->options[i].items;
	for (size_t i = 0; i < c->spec->mount_count; i++)
		mounts[from->count++] = c->spec->mounts[i];
	return 0;
}

int volumes_from_design(struct containr *engine, const struct containr_spec *spec,
			struct volumes_from *ret_from, struct containr_error *err)
{
	struct collector c = { .engine = engine, .spec = spec, .from = ret_from, .err = err };
	int r = 0;

	if (!spec->volumes_from || !spec->volumes_from[0])
		return 0;
	for (size_t i = 0; spec->volumes_from[i] && r == 0; i++)
		r = add_container(&c, spec->volumes_from[i]);
	return r < 0 ? r : finish(&c);
}
