/* SPDX-License-Identifier: MIT */
#include "cli/complete_names.h"

#include <containr/container.h>
#include <containr/image.h>
#include <containr/snapshot.h>

#include "cli/engine.h"
#include "cli/volume_json.h"
#include "container/bundle.h"

#include <string.h>

#define SHORT_ID_LEN 12

static void offer(struct strv *values, const char *value, const char *prefix)
{
	if (str_starts_with(value, prefix))
		strv_push(values, value);
}

/* Ids are offered to who begins one; in front of everybody they would hide the names. */
static void offer_id(struct strv *values, const char *hex, const char *prefix)
{
	if (*prefix && str_starts_with(hex, prefix))
		strv_pushf(values, "%.*s", SHORT_ID_LEN, hex);
}

static bool is_wanted(const char *status, enum complete_kind kind)
{
	bool running = strcmp(status, "running") == 0;

	if (kind == COMPLETE_RUNNING)
		return running;
	return kind == COMPLETE_CONTAINERS || !running;
}

int complete_containers(struct cmd_context *ctx, enum complete_kind kind, const char *prefix,
			struct strv *values)
{
	autoengine *engine = NULL;
	struct containr_container **containers = NULL;
	size_t count = 0;
	int result = engine_open(ctx, &engine);

	if (result == 0)
		result = containr_container_list(engine, kind != COMPLETE_RUNNING, &containers,
						 &count, ctx->err);
	if (result < 0)
		return result;
	for (size_t i = 0; i < count; i++) {
		if (!is_wanted(containers[i]->status, kind))
			continue;
		offer(values, containers[i]->name, prefix);
		offer_id(values, containers[i]->id, prefix);
	}
	containr_container_list_free(containers, count);
	return 0;
}

struct bundle_offer {
	enum complete_kind kind;
	const char *prefix;
	struct strv *values;
};

static int offer_bundle(const struct bundle *bundle, void *context)
{
	const struct bundle_offer *wanted = context;

	if (is_wanted(bundle_status(bundle), wanted->kind))
		offer(wanted->values, bundle->id, wanted->prefix);
	return 0;
}

int complete_bundles(struct cmd_context *ctx, enum complete_kind kind, const char *prefix,
		     struct strv *values)
{
	struct bundle_offer wanted = { .kind = kind, .prefix = prefix, .values = values };

	return bundle_list(ctx->globals.root, &LOG_NONE, offer_bundle, &wanted, ctx->err);
}

int complete_images(struct cmd_context *ctx, const char *prefix, struct strv *values)
{
	autoengine *engine = NULL;
	struct containr_image **images = NULL;
	size_t count = 0;
	int result = engine_open(ctx, &engine);

	if (result == 0)
		result = containr_image_list(engine, &images, &count, ctx->err);
	if (result < 0)
		return result;
	for (size_t i = 0; i < count; i++) {
		const struct containr_image *image = images[i];
		const char *colon = strchr(image->id, ':');
		autostr name = STR_INIT;

		str_appendf(&name, "%s:%s", image->repository, image->tag);
		if (image->name && !name.failed)
			offer(values, name.data, prefix);
		offer_id(values, colon ? colon + 1 : image->id, prefix);
	}
	containr_image_list_free(images, count);
	return 0;
}

int complete_volumes(struct cmd_context *ctx, const char *prefix, struct strv *values)
{
	autoengine *engine = NULL;
	autovolumelist list = { 0 };
	int result = engine_open(ctx, &engine);

	if (result == 0)
		result = containr_volume_list(engine, &list.items, &list.count, ctx->err);
	for (size_t i = 0; i < list.count && result == 0; i++)
		offer(values, list.items[i]->name, prefix);
	return result;
}

int complete_snapshots(struct cmd_context *ctx, const char *prefix, struct strv *values)
{
	autoengine *engine = NULL;
	struct containr_snapshot **list = NULL;
	size_t count = 0;
	int result = engine_open(ctx, &engine);

	if (result == 0)
		result = containr_snapshot_list(engine, &list, &count, ctx->err);
	if (result < 0)
		return result;
	for (size_t i = 0; i < count; i++)
		offer(values, list[i]->name, prefix);
	containr_snapshot_list_free(list, count);
	return 0;
}
