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
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--volume: '%s' is not SRC:DST[:OPTIONS]",
		   text);
	return fail_hint(err, "write e.g. -v /srv/data:/data or -v ./src:/src:ro");
}

static int parse_volume(struct mount_args *args, const char *text, struct containr_error *err)
{
	size_t i = args->count;
	const char *target = strchr(text, ':');
	const char *options = target ? strchr(target + 1, ':') : NULL;
	size_t target_len;

	if (!target || target == text || (options && strchr(options + 1, ':')))
		return fail_volume(text, err);
	target++;
	target_len = options ? (size_t)(options - target) : strlen(target);
	if (target_len == 0 || *target != '/')
		return fail_volume(text, err);
	autofree char *source = strndup(text, (size_t)(target - 1 - text));

	args->mounts[i].type = CONTAINR_MOUNT_BIND;
	args->mounts[i].source = keep(args, source ? host_path(source) : NULL);
	args->mounts[i].target = keep(args, strndup(target, target_len));
	if (split_options(options ? options + 1 : NULL, &args->options[i]) < 0)
		return fail_oom(err);
	return 0;
}

/* One "key=value" of --mount. */
static int take_mount_field(struct mount_args *args, const char *key, const char *value,
			    struct containr_error *err)
{
	size_t i = args->count;
	struct containr_mount *mount = &args->mounts[i];

	if (strcmp(key, "type") == 0) {
		if (strcmp(value, "bind") != 0 && strcmp(value, "tmpfs") != 0) {
			(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
				   "--mount: type '%s' is not known", value);
			return fail_hint(err, "use type=bind or type=tmpfs");
		}
		mount->type = *value == 'b' ? CONTAINR_MOUNT_BIND : CONTAINR_MOUNT_TMPFS;
	} else if (strcmp(key, "src") == 0 || strcmp(key, "source") == 0) {
		mount->source = keep(args, host_path(value));
	} else if (strcmp(key, "dst") == 0 || strcmp(key, "destination") == 0 ||
		   strcmp(key, "target") == 0) {
		mount->target = keep(args, strdup(value));
	} else if (strcmp(key, "ro") == 0 || strcmp(key, "readonly") == 0) {
		bool off = strcmp(value, "false") == 0 || strcmp(value, "0") == 0;

		strv_push(&args->options[i], off ? "rw" : "ro");
	} else if (strcmp(key, "bind-propagation") == 0) {
		strv_push(&args->options[i], value);
	} else if (strcmp(key, "tmpfs-size") == 0) {
		strv_pushf(&args->options[i], "size=%s", value);
	} else if (strcmp(key, "tmpfs-mode") == 0) {
		strv_pushf(&args->options[i], "mode=%s", value);
	} else {
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "--mount: field '%s' is not known",
			    key);
	}
	return 0;
}

static int parse_mount(struct mount_args *args, const char *text, struct containr_error *err)
{
	autofree char *copy = strdup(text);
	const struct containr_mount *mount = &args->mounts[args->count];
	char *rest = copy;
	char *field;

	if (!copy)
		return fail_oom(err);
	while ((field = strsep(&rest, ","))) {
		char *value = strchr(field, '=');
		int r;

		if (value)
			*value++ = '\0';
		r = take_mount_field(args, field, value ? value : "", err);
		if (r < 0)
			return r;
	}
	if (!mount->target || (mount->type == CONTAINR_MOUNT_BIND && !mount->source)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--mount: '%s' has no %s", text,
			   mount->target ? "source" : "target");
		return fail_hint(err, "write e.g. --mount type=bind,src=/srv/data,dst=/data,ro");
	}
	return 0;
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
