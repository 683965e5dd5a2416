/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>
#include <containr/image.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/engine.h"
#include "cli/error_print.h"
#include "cli/format.h"
#include "cli/image_json.h"
#include "image/image.h"

#include <string.h>

enum inspect_type { INSPECT_ANY, INSPECT_CONTAINER, INSPECT_IMAGE };

static const char *const types[] = { "any", "container", "image", NULL };

struct inspect_args {
	const char *format;
	int type; /* enum inspect_type */
};

static const struct opt inspect_opts[] = {
	OPT_RECORD(OPT_FORMAT, const char *, 'f', "format", struct inspect_args, format, "FORMAT",
		   "json, which is the default, or a template"),
	CHOICE(0, "type", struct inspect_args, type, "TYPE", types, "what to look for",
	       .preset = "any"),
	END,
};

/* `container inspect` and `image inspect` have no choice of the type. */
static const struct opt typed_opts[] = {
	OPT_RECORD(OPT_FORMAT, const char *, 'f', "format", struct inspect_args, format, "FORMAT",
		   "json, which is the default, or a template"),
	END,
};

static int inspect_container(struct containr *engine, const char *name, struct json_writer *writer,
			     struct containr_error *err)
{
	autofree char *text = NULL;
	autojson doc = { 0 };
	int r = containr_container_inspect(engine, name, &text, err);

	if (r == 0)
		r = json_parse(text, strlen(text), name, &doc, err);
	if (r == 0)
		json_copy(writer, NULL, doc.root);
	return r;
}

/* As people know them. */
static int list_names(struct containr *engine, const struct containr_image *image,
		      struct strv *names, struct containr_error *err)
{
	autostrv full = { 0 };
	int r = image_list_names(engine, image->id, &full, err);

	for (size_t i = 0; r == 0 && i < full.len; i++) {
		char repository[REFERENCE_TEXT_SIZE];
		struct reference reference;
		struct containr_error ignored;

		if (reference_parse(full.items[i], &reference, &ignored) < 0 || !*reference.tag) {
			strv_push(names, full.items[i]);
			continue;
		}
		reference_format_repository(&reference, repository);
		strv_pushf(names, "%s:%s", repository, reference.tag);
	}
	return r == 0 && names->failed ? fail_oom(err) : r;
}

static int inspect_image(struct containr *engine, const char *name, struct json_writer *writer,
			 struct containr_error *err)
{
	autostrv names = { 0 };
	struct containr_image *image;
	int r = containr_image_inspect(engine, name, &image, err);

	if (r < 0)
		return r;
	r = list_names(engine, image, &names, err);
	if (r == 0)
		image_write_json(writer, image, &names);
	containr_image_free(image);
	return r;
}

/* A container comes first; only where there is none is the name that of an image. */
static int inspect_any(struct containr *engine, const char *name, struct json_writer *writer,
		       struct containr_error *err)
{
	int r = inspect_container(engine, name, writer, err);

	if (r != -CONTAINR_E_CONTAINER_NOT_FOUND)
		return r;
	r = inspect_image(engine, name, writer, err);
	if (r != -CONTAINR_E_IMAGE_NOT_FOUND && r != -CONTAINR_E_INVALID_REFERENCE)
		return r;
	(void)fail(err, CONTAINR_E_CONTAINER_NOT_FOUND, "no such container or image: %s", name);
	return fail_hint(err, "list them with: containr ps -a, containr images");
}

static int inspect_one(struct containr *engine, enum inspect_type type, const char *name,
		       struct json_writer *writer, struct containr_error *err)
{
	switch (type) {
	case INSPECT_CONTAINER:
		return inspect_container(engine, name, writer, err);
	case INSPECT_IMAGE:
		return inspect_image(engine, name, writer, err);
	case INSPECT_ANY:
		break;
	}
	return inspect_any(engine, name, writer, err);
}

/* What is found is printed, also if something else is not. */
static int inspect(struct cmd_context *ctx, const struct inspect_args *args, enum inspect_type type,
		   char *const *names)
{
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	autostr shown = STR_INIT;
	struct json_writer writer = JSON_WRITER_PRETTY(&out);
	int status = 0;
	int r = format_check(args->format, ctx->err);

	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	json_open_array(&writer, NULL);
	for (; *names; names++) {
		r = inspect_one(engine, type, *names, &writer, ctx->err);
		if (r == 0)
			continue;
		error_print(ctx);
		status = containr_error_exit_status(-r);
	}
	json_close_array(&writer);
	str_append_char(&out, '\n');
	r = 0;
	if (format_has_template(args->format))
		r = format_rows(args->format, &out, NULL, &shown, ctx->err);
	if (r == 0)
		r = cmd_print(ctx, format_has_template(args->format) ? &shown : &out);
	return r < 0 ? r : status;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct inspect_args *args = untyped;

	(void)argc;
	return inspect(ctx, args, (enum inspect_type)args->type, argv);
}

static int run_container(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return inspect(ctx, args, INSPECT_CONTAINER, argv);
}

static int run_image(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return inspect(ctx, args, INSPECT_IMAGE, argv);
}

static const struct cmd_example examples[] = {
	{ "containr inspect web", "everything known about a container" },
	{ "containr inspect --type image busybox",
	  "an image, also where a container has that name" },
	{ "containr inspect -f '{{.State.Pid}}' web", "one value" },
	{ 0 },
};

const struct cmd cmd_inspect = {
	.name = "inspect",
	.operands = "NAME...",
	.summary = "show everything about containers and images, as JSON",
	.description = "Prints an array with one object for each name: the container of that name "
		       "or id, or else the image. Members are named as docker names them; Spec of "
		       "a container is its whole OCI configuration.",
	.section = CMD_SECTION_SYSTEM,
	.opts = inspect_opts,
	.examples = examples,
	.args_size = sizeof(struct inspect_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_CONTAINERS,
	.complete_rest = COMPLETE_CONTAINERS,
	.run = run,
};

const struct cmd cmd_container_inspect = {
	.name = "inspect",
	.operands = "CONTAINER...",
	.summary = "show everything about containers, as JSON",
	.description = "The same as containr inspect --type container.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = typed_opts,
	.args_size = sizeof(struct inspect_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_CONTAINERS,
	.complete_rest = COMPLETE_CONTAINERS,
	.run = run_container,
};

const struct cmd cmd_image_inspect = {
	.name = "inspect",
	.operands = "IMAGE...",
	.summary = "show everything about images, as JSON",
	.description = "The same as containr inspect --type image.",
	.section = CMD_SECTION_IMAGES,
	.opts = typed_opts,
	.args_size = sizeof(struct inspect_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_IMAGES,
	.complete_rest = COMPLETE_IMAGES,
	.run = run_image,
};
