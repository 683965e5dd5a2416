/* SPDX-License-Identifier: MIT */
#include "cli/mount_arg.h"

#include "base/cleanup.h"
#include "base/path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mount_args_release(struct mount_args *args)
{
	for (size_t i = 0; i < args->count; i++)
		strv_release(&args->options[i]);
	free(args->options);
	free(args->mounts);
	strv_release(&args->strings);
	*args = (struct mount_args) { 0 };
}

static const char *keep(struct mount_args *args, char *text)
{
	strv_push_take(&args->strings, text);
	return args->strings.failed ? "" : args->strings.items[args->strings.len - 1];
}

/* "./src" is taken from where the command runs; anything else without a slash at its start stays.
 */
static char *host_path(const char *text)
{
	char cwd[PATH_MAX];
	autofree char *joined = NULL;

	if (text[0] != '.' || !getcwd(cwd, sizeof(cwd)))
		return strdup(text);
	joined = path_join(cwd, text);
	return joined ? path_clean(joined) : NULL;
}

/* "z" and "Z" ask for SELinux labels, which no container here has: there is nothing to set. */
static bool is_label_option(const char *text, size_t len)
{
	return len == 1 && (*text == 'z' || *text == 'Z');
}

static int split_options(const char *text, struct strv *options)
{
	while (text && *text) {
		size_t len = strcspn(text, ",");

		if (len && !is_label_option(text, len))
			strv_push_take(options, strndup(text, len));
		text += len;
		text += *text == ',';
	}
	return options->failed ? -1 : 0;
}

static int fail_volume(const char *text, struct containr_error *err)
{
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--volume: '%s' is not [SRC:]DST[:OPTIONS]",
		   text);
	return fail_hint(err, "write e.g. -v /srv/data:/data, -v ./src:/src:ro or -v NAME:/data");
}

/* What docker's -v knows beside the options of a mount: "nocopy"; "consistent" and its like say
 * nothing on Linux. */
static int take_volume_options(struct mount_args *args, const char *text)
{
	static const char *const ignored[] = { "consistent", "cached", "delegated", "U", NULL };
	struct strv all = { 0 };
	struct strv *options = &args->options[args->count];
	int r = split_options(text, &all);

	for (size_t i = 0; i < all.len; i++) {
		const char *option = all.items[i];
		size_t k = 0;

		while (ignored[k] && strcmp(option, ignored[k]) != 0)
			k++;
		if (strcmp(option, "nocopy") == 0)
			args->mounts[args->count].no_copy = true;
		else if (!ignored[k])
			strv_push(options, option);
	}
	strv_release(&all);
	return r < 0 || options->failed ? -1 : 0;
}

/* A source with a slash or a dot at its start is a path; any other is the name of a volume. */
static void set_source(struct mount_args *args, struct containr_mount *mount, const char *source)
{
	bool is_path = source && (*source == '/' || *source == '.');

	mount->type = is_path ? CONTAINR_MOUNT_BIND : CONTAINR_MOUNT_VOLUME;
	mount->create_source = is_path;
	if (source)
		mount->source = keep(args, is_path ? host_path(source) : strdup(source));
}

static int parse_volume(struct mount_args *args, const char *text, struct containr_error *err)
{
	struct containr_mount *mount = &args->mounts[args->count];
	autofree char *copy = strdup(text);
	char *rest = copy;
	const char *parts[3] = { NULL };
	size_t count = 0;

	if (!copy)
		return fail_oom(err);
	while (rest) {
		if (count == ARRAY_LEN(parts))
			return fail_volume(text, err);
		parts[count++] = strsep(&rest, ":");
	}
	/* "DST" alone, and docker takes "DST:ro" for it as well */
	if (count == 1 || (count == 2 && parts[1][0] != '/')) {
		parts[2] = parts[1];
		parts[1] = parts[0];
		parts[0] = NULL;
	}
	if (parts[1][0] != '/' || (parts[0] && !*parts[0]) || (!parts[0] && parts[2]))
		return fail_volume(text, err);
	set_source(args, mount, parts[0]);
	mount->target = keep(args, path_clean(parts[1]));
	return take_volume_options(args, parts[2]) < 0 ? fail_oom(err) : 0;
}

static bool is_off(const char *value)
{
	return strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

static int take_type(struct containr_mount *mount, const char *value, struct containr_error *err)
{
	if (strcmp(value, "bind") == 0)
		mount->type = CONTAINR_MOUNT_BIND;
	else if (strcmp(value, "tmpfs") == 0)
		mount->type = CONTAINR_MOUNT_TMPFS;
	else if (strcmp(value, "volume") == 0)
		mount->type = CONTAINR_MOUNT_VOLUME;
	else {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--mount: type '%s' is not known",
			   value);
		return fail_hint(err, "use type=bind, type=volume or type=tmpfs");
	}
	return 0;
}

static int take_recursion(struct mount_args *args, const char *value, struct containr_error *err)
{
	struct containr_mount *mount = &args->mounts[args->count];

	if (strcmp(value, "disabled") == 0)
		mount->is_not_recursive = true;
	else if (strcmp(value, "readonly") == 0)
		strv_push(&args->options[args->count], "rro");
	else if (strcmp(value, "enabled") != 0 && strcmp(value, "writable") != 0) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--mount: bind-recursive '%s' is not known", value);
		return fail_hint(err, "use enabled, disabled, writable or readonly");
	}
	return 0;
}

/* A field that one kind of mount has; false for one that is none of these. */
static bool take_special_field(struct mount_args *args, const char *key, const char *value)
{
	struct containr_mount *mount = &args->mounts[args->count];
	struct strv *options = &args->options[args->count];

	if (strcmp(key, "bind-propagation") == 0)
		strv_push(options, value);
	else if (strcmp(key, "bind-nonrecursive") == 0)
		mount->is_not_recursive = !is_off(value);
	else if (strcmp(key, "bind-create-src") == 0)
		mount->create_source = !is_off(value);
	else if (strcmp(key, "tmpfs-size") == 0)
		strv_pushf(options, "size=%s", value);
	else if (strcmp(key, "tmpfs-mode") == 0)
		strv_pushf(options, "mode=%s", value);
	else if (strcmp(key, "volume-nocopy") == 0)
		mount->no_copy = !is_off(value);
	else if (strcmp(key, "volume-subpath") == 0)
		mount->subpath = keep(args, strdup(value));
	else
		return strcmp(key, "consistency") == 0;
	return true;
}

/* One "key=value" of --mount. */
static int take_mount_field(struct mount_args *args, const char *key, const char *value,
			    struct containr_error *err)
{
	size_t i = args->count;
	struct containr_mount *mount = &args->mounts[i];

	if (strcmp(key, "type") == 0)
		return take_type(mount, value, err);
	if (strcmp(key, "bind-recursive") == 0)
		return take_recursion(args, value, err);
	if (strcmp(key, "volume-driver") == 0 && strcmp(value, "local") != 0)
		return fail(err, CONTAINR_E_UNSUPPORTED, "volume driver '%s' is not known", value);
	if (strcmp(key, "src") == 0 || strcmp(key, "source") == 0)
		mount->source = keep(args, host_path(value));
	else if (strcmp(key, "dst") == 0 || strcmp(key, "destination") == 0 ||
		 strcmp(key, "target") == 0)
		mount->target = keep(args, path_clean(value));
	else if (strcmp(key, "ro") == 0 || strcmp(key, "readonly") == 0)
		strv_push(&args->options[i], is_off(value) ? "rw" : "ro");
	else if (strcmp(key, "volume-driver") != 0 && !take_special_field(args, key, value))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "--mount: field '%s' is not known",
			    key);
	return 0;
}

/* Fields that belong to another type are a mistake, not something to leave out. */
static int check_fields(const struct containr_mount *mount, const char *text,
			struct containr_error *err)
{
	static const struct {
		const char *prefix;
		enum containr_mount_type type;
	} kinds[] = { { "bind-", CONTAINR_MOUNT_BIND },
		      { "volume-", CONTAINR_MOUNT_VOLUME },
		      { "tmpfs-", CONTAINR_MOUNT_TMPFS } };

	for (const char *field = text; *field; field += *field == ',') {
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			if (str_starts_with(field, kinds[i].prefix) && mount->type != kinds[i].type)
				return fail(err, CONTAINR_E_INVALID_ARGUMENT,
					    "--mount: '%.*s' belongs to another type of mount",
					    (int)strcspn(field, "=,"), field);
		field += strcspn(field, ",");
	}
	if (mount->target && (mount->type != CONTAINR_MOUNT_BIND || mount->source))
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--mount: '%s' has no %s", text,
		   mount->target ? "source" : "target");
	return fail_hint(err, "write e.g. --mount type=bind,src=/srv/data,dst=/data,ro");
}

static int parse_mount(struct mount_args *args, const char *text, struct containr_error *err)
{
	autofree char *copy = strdup(text);
	char *rest = copy;
	char *field;

	if (!copy)
		return fail_oom(err);
	args->mounts[args->count].type = CONTAINR_MOUNT_VOLUME; /* as docker has it */
	while ((field = strsep(&rest, ","))) {
		char *value = strchr(field, '=');
		int r;

		if (value)
			*value++ = '\0';
		r = take_mount_field(args, field, value ? value : "", err);
		if (r < 0)
			return r;
	}
	return check_fields(&args->mounts[args->count], text, err);
}

static int parse_tmpfs(struct mount_args *args, const char *text, struct containr_error *err)
{
	size_t i = args->count;
	size_t len = strcspn(text, ":");

	if (text[0] != '/')
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "--tmpfs: '%s' is not an absolute path", text);
	args->mounts[i].type = CONTAINR_MOUNT_TMPFS;
	args->mounts[i].target = keep(args, strndup(text, len));
	return split_options(text[len] ? text + len + 1 : NULL, &args->options[i]) < 0
		       ? fail_oom(err)
		       : 0;
}

static int parse_all(struct mount_args *args, const struct strv *texts,
		     int (*parse)(struct mount_args *, const char *, struct containr_error *),
		     struct containr_error *err)
{
	for (size_t i = 0; i < texts->len; i++) {
		int r = parse(args, texts->items[i], err);

		if (r < 0) {
			args->count++; /* so that its options are released */
			return r;
		}
		if (args->options[args->count].failed || args->strings.failed)
			return fail_oom(err);
		args->mounts[args->count].options =
			(const char *const *)args->options[args->count].items;
		args->count++;
	}
	return 0;
}

int mount_args_parse(const struct strv *volumes, const struct strv *mounts,
		     const struct strv *tmpfs, struct mount_args *ret_args,
		     struct containr_error *err)
{
	size_t most = volumes->len + mounts->len + tmpfs->len + 1;
	struct mount_args args = { .mounts = calloc(most, sizeof(*args.mounts)),
				   .options = calloc(most, sizeof(*args.options)) };
	int r = args.mounts && args.options ? 0 : fail_oom(err);

	if (r == 0)
		r = parse_all(&args, volumes, parse_volume, err);
	if (r == 0)
		r = parse_all(&args, mounts, parse_mount, err);
	if (r == 0)
		r = parse_all(&args, tmpfs, parse_tmpfs, err);
	if (r < 0) {
		mount_args_release(&args);
		return r;
	}
	*ret_args = args;
	return 0;
}
