/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/image.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/engine.h"
#include "cli/format.h"
#include "cli/human.h"
#include "cli/image_filter.h"
#include "cli/table.h"
#include "image/reference.h"

#include <string.h>

struct images_args {
	const char *format;
	struct strv filters;
	bool all;
	bool digests;
	bool no_trunc;
	bool quiet;
};

static const struct opt images_opts[] = {
	FLAG('a', "all", struct images_args, all, "all images; they are shown anyway"),
	FLAG(0, "digests", struct images_args, digests, "show digests of manifests"),
	STRINGS('f', "filter", struct images_args, filters, "KEY=VALUE",
		"only those with this before, dangling, label, reference or since"),
	FORMAT(struct images_args, format, "table, json, or a template"),
	FLAG(0, "no-trunc", struct images_args, no_trunc, "show whole ids"),
	FLAG('q', "quiet", struct images_args, quiet, "show only ids"),
	END,
};

struct image_list {
	struct containr_image **items;
	size_t count;
};

static void image_list_release(struct image_list *list)
{
	containr_image_list_free(list->items, list->count);
}

/* The id as docker shows it: whole with its algorithm, or the first digits without. */
static const char *shown_id(const struct containr_image *image, const struct images_args *args,
			    char buffer[DIGEST_SIZE])
{
	if (args->no_trunc)
		return image->id;
	(void)snprintf(buffer, DIGEST_SIZE, "%.*s", DIGEST_SHORT_LEN, digest_hex(image->id));
	return buffer;
}

static const char *or_none(const char *text)
{
	return text && *text ? text : "<none>";
}

/* The filter: @wanted is NAME, with every tag, or NAME:TAG; NULL is everything. */
static bool is_wanted(const struct containr_image *image, const char *wanted)
{
	struct reference reference;
	struct containr_error ignored;
	char repository[REFERENCE_TEXT_SIZE];
	const char *slash;

	if (!wanted)
		return true;
	if (!image->name || reference_parse(wanted, &reference, &ignored) < 0)
		return false;
	reference_format_repository(&reference, repository);
	if (strcmp(repository, image->repository) != 0)
		return false;
	slash = strrchr(wanted, '/');
	return !strchr(slash ? slash : wanted, ':') || strcmp(reference.tag, image->tag) == 0;
}

static void write_json_one(struct json_writer *writer, const struct containr_image *image)
{
	char created[TIME_TEXT_SIZE];

	json_open_object(writer, NULL);
	json_string(writer, "id", image->id);
	json_string(writer, "digest", image->manifest_digest);
	json_string(writer, "name", image->name);
	json_string(writer, "repository", image->repository);
	json_string(writer, "tag", image->tag);
	json_bool(writer, "damaged", image->damaged);
	if (!image->damaged) {
		time_format_utc(image->created_ns, created);
		json_string(writer, "created", created);
		json_string(writer, "os", image->os);
		json_string(writer, "architecture", image->architecture);
		json_int(writer, "size", image->size_bytes);
	}
	json_close_object(writer);
}

static void write_json(const struct image_list *list, const char *wanted, struct str *out)
{
	struct json_writer writer = JSON_WRITER_PRETTY(out);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < list->count; i++)
		if (is_wanted(list->items[i], wanted))
			write_json_one(&writer, list->items[i]);
	json_close_array(&writer);
	str_append_char(out, '\n');
}

/* An image with several names is one id. */
static bool is_repeated(const struct image_list *list, size_t at, const char *wanted)
{
	for (size_t i = 0; i < at; i++)
		if (is_wanted(list->items[i], wanted) &&
		    strcmp(list->items[i]->id, list->items[at]->id) == 0)
			return true;
	return false;
}

static void write_ids(const struct image_list *list, const struct images_args *args,
		      const char *wanted, struct str *out)
{
	char id[DIGEST_SIZE];

	for (size_t i = 0; i < list->count; i++)
		if (is_wanted(list->items[i], wanted) && !is_repeated(list, i, wanted))
			str_appendf(out, "%s\n", shown_id(list->items[i], args, id));
}

static void write_row(struct table *table, const struct containr_image *image,
		      const struct images_args *args, int64_t now)
{
	char id[DIGEST_SIZE];
	char created[HUMAN_TEXT_SIZE] = "N/A";
	char size[HUMAN_TEXT_SIZE] = "damaged";

	if (image->created_ns != 0)
		human_ago(image->created_ns, now, created);
	if (!image->damaged)
		human_size(image->size_bytes, 3, size);
	table_cell(table, or_none(image->repository));
	table_cell(table, or_none(image->tag));
	if (args->digests)
		table_cell(table, image->manifest_digest);
	table_cell(table, shown_id(image, args, id));
	table_cell(table, created);
	table_cell(table, size);
}

static void write_table(const struct image_list *list, const struct images_args *args,
			const char *wanted, struct str *out)
{
	int64_t now = time_now_ns();
	autotable plain = TABLE("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE");
	autotable with_digests =
		TABLE("REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE");
	struct table *table = args->digests ? &with_digests : &plain;

	for (size_t i = 0; i < list->count; i++)
		if (is_wanted(list->items[i], wanted))
			write_row(table, list->items[i], args, now);
	table_write(table, out);
}

static int write_template(const struct image_list *list, const struct images_args *args,
			  const char *wanted, struct str *out, struct containr_error *err)
{
	static const struct format_heading headings[] = {
		{ "ID", "IMAGE ID" },
		{ "Repository", "REPOSITORY" },
		{ "Tag", "TAG" },
		{ "Digest", "DIGEST" },
		{ "CreatedSince", "CREATED" },
		{ "CreatedAt", "CREATED AT" },
		{ "Size", "SIZE" },
		{ NULL, NULL },
	};
	int64_t now = time_now_ns();
	autostr rows = STR_INIT;
	struct json_writer writer = JSON_WRITER(&rows);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < list->count; i++) {
		const struct containr_image *image = list->items[i];
		char id[DIGEST_SIZE];
		char since[HUMAN_TEXT_SIZE] = "N/A";
		char size[HUMAN_TEXT_SIZE];
		char created[TIME_TEXT_SIZE];

		if (!is_wanted(image, wanted))
			continue;
		if (image->created_ns)
			human_ago(image->created_ns, now, since);
		human_size(image->size_bytes, 3, size);
		time_format_utc(image->created_ns, created);
		json_open_object(&writer, NULL);
		json_string(&writer, "ID", shown_id(image, args, id));
		json_string(&writer, "Repository", or_none(image->repository));
		json_string(&writer, "Tag", or_none(image->tag));
		json_string(&writer, "Digest", or_none(image->manifest_digest));
		json_string(&writer, "CreatedSince", since);
		json_string(&writer, "CreatedAt", image->created_ns ? created : "N/A");
		json_string(&writer, "Size", size);
		json_close_object(&writer);
	}
	json_close_array(&writer);
	return format_rows(args->format, &rows, headings, out, err);
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const struct images_args *images = args;
	const char *wanted = argc > 0 ? argv[0] : NULL;
	__attribute__((cleanup(image_list_release))) struct image_list list = { 0 };
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	int r = format_check(images->format, ctx->err);

	if (r == 0)
		r = image_filter_check(&images->filters, ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = containr_image_list(engine, &list.items, &list.count, ctx->err);
	if (r == 0)
		r = image_filter_apply(engine, &images->filters, list.items, &list.count, ctx->err);
	if (r < 0)
		return r;
	if (cmd_wants_json(images->format))
		write_json(&list, wanted, &out);
	else if (images->quiet)
		write_ids(&list, images, wanted, &out);
	else if (format_has_template(images->format))
		r = write_template(&list, images, wanted, &out, ctx->err);
	else
		write_table(&list, images, wanted, &out);
	return r < 0 ? r : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr images busybox", "list what goes by one name, with any tag" },
	{ "containr images --format json", "list images for a program" },
	{ 0 },
};

const struct cmd cmd_images = {
	.name = "images",
	.operands = "[NAME[:TAG]]",
	.summary = "list images",
	.description = "Lists images, newest first, one line for each name. SIZE is what the "
		       "image's compressed layers take.\n"
		       "\n"
		       "Filters: dangling=true|false, label=KEY, label=KEY=VALUE, "
		       "reference=PATTERN, before=IMAGE, since=IMAGE.",
	.section = CMD_SECTION_IMAGES,
	.opts = images_opts,
	.examples = examples,
	.args_size = sizeof(struct images_args),
	.max_operands = 1,
	.complete_first = COMPLETE_IMAGES,
	.run = run,
};
