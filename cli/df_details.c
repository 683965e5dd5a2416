/* SPDX-License-Identifier: MIT */
#include "cli/df_details.h"

#include <containr/container.h>
#include <containr/image.h>
#include <containr/prune.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/container_list.h"
#include "cli/human.h"
#include "cli/table.h"
#include "cli/volume_json.h"
#include "image/digest.h"

#include <string.h>

#define SHORT_ID 12

static void cell_size(struct table *table, int64_t bytes)
{
	char text[HUMAN_TEXT_SIZE];

	human_size(bytes, 4, text);
	table_cell(table, text);
}

static void cell_ago(struct table *table, int64_t then_ns)
{
	char text[HUMAN_TEXT_SIZE];

	human_ago(then_ns, time_now_ns(), text);
	table_cell(table, text);
}

static size_t count_of_image(const struct container_list *containers, const char *image)
{
	size_t count = 0;

	for (size_t i = 0; i < containers->count; i++)
		count += strcmp(containers->items[i]->image_id, image) == 0;
	return count;
}

static int write_images(struct containr *engine, const struct container_list *containers,
			struct str *out, struct containr_error *err)
{
	autotable table = TABLE("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "CONTAINERS");
	struct containr_image **images;
	size_t count;
	int r = containr_image_list(engine, &images, &count, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		const struct containr_image *image = images[i];

		table_cell(&table, image->name ? image->repository : "<none>");
		table_cell(&table, image->name && *image->tag ? image->tag : "<none>");
		table_cellf(&table, "%.*s", SHORT_ID, digest_hex(image->id));
		cell_ago(&table, image->created_ns);
		cell_size(&table, image->size_bytes);
		table_cellf(&table, "%zu", count_of_image(containers, image->id));
	}
	containr_image_list_free(images, count);
	str_append(out, "Images space usage:\n\n");
	table_write(&table, out);
	return 0;
}

static void write_containers(struct containr *engine, const struct container_list *containers,
			     struct str *out)
{
	autotable table = TABLE("CONTAINER ID", "IMAGE", "SIZE", "CREATED", "STATUS", "NAMES");

	for (size_t i = 0; i < containers->count; i++) {
		const struct containr_container *container = containers->items[i];
		struct containr_error ignored;
		int64_t written = 0;
		int64_t total;

		error_ignore(
			containr_container_size(engine, container->id, &written, &total, &ignored));
		table_cellf(&table, "%.*s", SHORT_ID, container->id);
		table_cell(&table, container->image);
		cell_size(&table, written);
		cell_ago(&table, container->created_ns);
		table_cell(&table, container->status);
		table_cell(&table, container->name);
	}
	str_append(out, "\nContainers space usage:\n\n");
	table_write(&table, out);
}

static int write_volumes(struct containr *engine, struct str *out, struct containr_error *err)
{
	autotable table = TABLE("VOLUME NAME", "SIZE");
	autovolumelist list = { 0 };
	int r = containr_volume_list(engine, &list.items, &list.count, err);

	for (size_t i = 0; i < list.count && r == 0; i++) {
		struct containr_error ignored;
		int64_t bytes = 0;

		error_ignore(containr_volume_size(engine, list.items[i]->name, &bytes, &ignored));
		table_cell(&table, list.items[i]->name);
		cell_size(&table, bytes);
	}
	str_append(out, "\nLocal Volumes space usage:\n\n");
	table_write(&table, out);
	return r;
}

int df_write_details(struct containr *engine, struct str *out, struct containr_error *err)
{
	autocontainerlist containers = { 0 };
	int r = containr_container_list(engine, true, &containers.items, &containers.count, err);

	if (r == 0)
		r = write_images(engine, &containers, out, err);
	if (r < 0)
		return r;
	write_containers(engine, &containers, out);
	return write_volumes(engine, out, err);
}
