/* SPDX-License-Identifier: MIT */
#include "cli/image/commit.h"

#include <containr/container.h>
#include <containr/image.h>

#include "base/cleanup.h"
#include "cli/cmd_commit.h"
#include "cli/engine.h"
#include "cli/image/own_ids.h"
#include "image/archive/commit.h"
#include "image/healthcheck.h"
#include "image/image.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* What the container's runtime sets, and not its image. */
static bool is_own_variable(const char *item)
{
	return str_starts_with(item, "HOSTNAME=") || str_starts_with(item, "TERM=") ||
	       str_starts_with(item, "HOME=");
}

static const char *text_of(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type == JSON_STRING ? value->string : "";
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
	changes->user = copy_text(text_of(config, "User"));
	if (strcmp(text_of(config, "WorkingDir"), "/") != 0)
		changes->working_dir = copy_text(text_of(config, "WorkingDir"));
	if (strcmp(text_of(config, "StopSignal"), "SIGTERM") != 0)
		changes->stop_signal = copy_text(text_of(config, "StopSignal"));
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
	struct commit_spec spec = { .base = text_of(inspected, "Image"),
				    .name = name,
				    .author = args->author,
				    .message = args->message,
				    .created_by = line,
				    .changes = &changes };
	int r;

	if (!*spec.base)
		return fail(ctx->err, CONTAINR_E_UNSUPPORTED,
			    "container '%s' is made of a bundle, which has no layers",
			    text_of(inspected, "Name"));
	if (asprintf(&upper, "containers/%s/upper", text_of(inspected, "Id")) < 0) {
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

static bool is_running(const struct json *inspected)
{
	return strcmp(text_of(json_get(inspected, "State"), "Status"), "running") == 0;
}

/* Nobody is to interrupt this and leave the container frozen: a signal waits until it runs again. */
static int commit_frozen(struct cmd_context *ctx, struct containr *engine,
			 const struct commit_args *args, const struct json *inspected,
			 const char *name)
{
	const char *id = text_of(inspected, "Id");
	struct containr_error ignored;
	sigset_t signals;
	sigset_t before;
	bool frozen;
	int r;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	r = containr_pause(engine, id, ctx->err);
	frozen = r == 0;
	/* an ordinary user's container may have no cgroup: docker's --pause is a default, not a wish */
	if (r == -CONTAINR_E_UNSUPPORTED) {
		(void)fprintf(stderr, "Warning: the container goes on running meanwhile: %s\n",
			      ctx->err->message);
		r = 0;
	}
	if (r == 0)
		r = own_ids_enter(ctx->err);
	if (r == 0)
		r = commit(ctx, engine, args, inspected, name);
	if (r == 0 && frozen)
		r = containr_unpause(engine, id, ctx->err);
	else if (frozen && ctx->err->code != CONTAINR_E_CONTAINER_NOT_RUNNING)
		(void)containr_unpause(engine, id, &ignored);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

int commit_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct commit_args *args = untyped;
	const char *name = argc == 2 ? argv[1] : NULL;
	autoengine *engine = NULL;
	autofree char *text = NULL;
	autojson doc = { 0 };
	int r = engine_open(ctx, &engine);

	if (r == 0)
		r = containr_container_inspect(engine, argv[0], &text, ctx->err);
	if (r == 0)
		r = json_parse(text, strlen(text), "container", &doc, ctx->err);
	if (r == 0 && args->pause && is_running(doc.root))
		return commit_frozen(ctx, engine, args, doc.root, name);
	if (r == 0)
		r = own_ids_enter(ctx->err);
	return r < 0 ? r : commit(ctx, engine, args, doc.root, name);
}
