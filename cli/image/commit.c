/* SPDX-License-Identifier: MIT */
#include "cli/image/commit.h"

#include <containr/container.h>
#include <containr/image.h>

#include "base/cleanup.h"
#include "cli/cmd_commit.h"
#include "cli/image/frozen.h"
#include "image/archive/commit.h"
#include "image/healthcheck.h"
#include "image/image.h"

#include <stdlib.h>
#include <string.h>

/* What the container's runtime sets, and not its image. */
static bool is_own_variable(const char *item)
{
	return str_starts_with(item, "HOSTNAME=") || str_starts_with(item, "TERM=") ||
	       str_starts_with(item, "HOME=");
}

static char *copy_text(const char *text)
{
	return *text ? strdup(text) : NULL;
}

/* Program and arguments of the container: behind the image's entry point where it has kept that. */
static void take_command(const struct json *command, const struct containr_image *image,
			 struct changes *changes)
{
	char *const *entry = image->config.entrypoint;
	const struct json *word = json_first(command);
	const struct json *rest = word;

	while (*entry && rest && strcmp(rest->string, *entry) == 0) {
		rest = rest->next;
		entry++;
	}
	if (!*entry) {
		strv_extend(&changes->entrypoint, image->config.entrypoint);
		word = rest;
	}
	for (; word; word = word->next)
		strv_push(&changes->cmd, word->string);
}

/* What the new image says before anything is changed: what the container runs, and how. */
static int take_settings(const struct json *inspected, const struct containr_image *image,
			 struct changes *changes, struct containr_error *err)
{
	const struct json *config = json_get(inspected, "Config");
	const struct json *labels = json_get(config, "Labels");
	int r;

	take_command(json_get(config, "Cmd"), image, changes);
	for (const struct json *item = json_first(json_get(config, "Env")); item; item = item->next)
		if (!is_own_variable(item->string))
			strv_push(&changes->env, item->string);
	for (const struct json *item = json_first(labels); item; item = item->next)
		strv_pushf(&changes->labels, "%s=%s", item->key, item->string);
	strv_extend(&changes->volumes, image->config.volumes);
	changes->user = copy_text(frozen_text(config, "User"));
	if (strcmp(frozen_text(config, "WorkingDir"), "/") != 0)
		changes->working_dir = copy_text(frozen_text(config, "WorkingDir"));
	if (strcmp(frozen_text(config, "StopSignal"), "SIGTERM") != 0)
		changes->stop_signal = copy_text(frozen_text(config, "StopSignal"));
	r = healthcheck_read(config, "Config", "Healthcheck", &changes->healthcheck, err);
	if (r < 0)
		return r;
	return changes->cmd.failed || changes->env.failed || changes->labels.failed ||
			       changes->volumes.failed || changes->entrypoint.failed
		       ? fail_oom(err)
		       : 0;
}

/* The command as a line, for the history. */
static char *command_line(const struct json *inspected)
{
	struct str line = STR_INIT;
	const struct json *command = json_get(json_get(inspected, "Config"), "Cmd");

	for (const struct json *word = json_first(command); word; word = word->next)
		str_appendf(&line, "%s%s", line.len ? " " : "", word->string);
	return str_steal(&line);
}

static int commit(struct cmd_context *ctx, struct containr *engine, const struct commit_args *args,
		  const struct json *inspected, const char *name)
{
	autochanges changes = { 0 };
	autoimage *image = NULL;
	autofree char *line = command_line(inspected);
	autofree char *upper = NULL;
	char id[DIGEST_SIZE];
	struct commit_spec spec = { .base = frozen_text(inspected, "Image"),
				    .name = name,
				    .author = args->author,
				    .message = args->message,
				    .created_by = line,
				    .changes = &changes };
	int r;

	if (!*spec.base)
		return fail(ctx->err, CONTAINR_E_UNSUPPORTED,
			    "container '%s' is made of a bundle, which has no layers",
			    frozen_text(inspected, "Name"));
	if (asprintf(&upper, "containers/%s/upper", frozen_text(inspected, "Id")) < 0) {
		upper = NULL;
		return fail_oom(ctx->err);
	}
	spec.upper = upper;
	r = containr_image_inspect(engine, spec.base, &image, ctx->err);
	if (r == 0)
		r = take_settings(inspected, image, &changes, ctx->err);
	for (size_t i = 0; r == 0 && i < args->changes.len; i++)
		r = changes_apply(&changes, args->changes.items[i], ctx->err);
	if (r == 0)
		r = image_commit(engine, &spec, id, ctx->err);
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", id);
	return r;
}

/* What commit() needs beside the container. */
struct wanted {
	const struct commit_args *args;
	const char *name;
};

static int commit_inspected(struct cmd_context *ctx, struct containr *engine,
			    const struct json *inspected, const void *untyped)
{
	const struct wanted *wanted = untyped;

	return commit(ctx, engine, wanted->args, inspected, wanted->name);
}

int commit_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct commit_args *args = untyped;
	const struct wanted wanted = { .args = args, .name = argc == 2 ? argv[1] : NULL };

	return frozen_run(ctx, argv[0], args->pause, commit_inspected, &wanted);
}
