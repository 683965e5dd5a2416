/* SPDX-License-Identifier: MIT */
#include <containr/archive.h>

#include "base/cleanup.h"
#include "container/room_call.h"

#include <stdio.h>
#include <string.h>

/* Operands follow "--": a name may not be taken for an option. */
static void add_operands(struct strv *command, const char *first, const char *second)
{
	strv_push(command, "--");
	strv_push(command, first);
	if (second)
		strv_push(command, second);
}

static void add_option(struct strv *command, const char *option, const char *value)
{
	if (value)
		strv_pushf(command, "%s=%s", option, value);
}

/* A command that prints the id of an image. */
static int call_for_id(const struct containr *engine, const struct strv *command, int input,
		       char ret_id[CONTAINR_IMAGE_ID_LENGTH + 1], struct containr_error *err)
{
	autostr text = STR_INIT;
	int r = room_call(engine, command, input, -1, &text, err);

	if (r < 0)
		return r;
	if (!text.data || strcspn(text.data, "\n") != CONTAINR_IMAGE_ID_LENGTH)
		return fail(err, CONTAINR_E_IO, "containr-image told no id of an image");
	(void)snprintf(ret_id, CONTAINR_IMAGE_ID_LENGTH + 1, "%s", text.data);
	return 0;
}

int containr_image_import(struct containr *engine, int archive, const char *name,
			  char ret_id[CONTAINR_IMAGE_ID_LENGTH + 1], struct containr_error *err)
{
	autostrv command = { 0 };

	strv_push(&command, "import");
	add_operands(&command, "-", name);
	return call_for_id(engine, &command, archive, ret_id, err);
}

int containr_export(struct containr *engine, const char *container, int archive,
		    struct containr_error *err)
{
	autostrv command = { 0 };

	strv_push(&command, "export");
	add_operands(&command, container, NULL);
	return room_call(engine, &command, -1, archive, NULL, err);
}

static char *place_of(const char *container, const char *path)
{
	char *place;

	return asprintf(&place, "%s:%s", container, path) < 0 ? NULL : place;
}

int containr_copy_from(struct containr *engine, const char *container, const char *path,
		       int archive, struct containr_error *err)
{
	autostrv command = { 0 };
	autofree char *place = place_of(container, path);

	if (!place)
		return fail_oom(err);
	strv_push(&command, "cp");
	add_operands(&command, place, "-");
	return room_call(engine, &command, -1, archive, NULL, err);
}

int containr_copy_to(struct containr *engine, const char *container, const char *path, int archive,
		     struct containr_error *err)
{
	autostrv command = { 0 };
	autofree char *place = place_of(container, path);
	autostr text = STR_INIT;

	if (!place)
		return fail_oom(err);
	strv_push(&command, "cp");
	add_operands(&command, "-", place);
	return room_call(engine, &command, archive, -1, &text, err);
}

int containr_commit(struct containr *engine, const char *container,
		    const struct containr_commit_options *options,
		    char ret_id[CONTAINR_IMAGE_ID_LENGTH + 1], struct containr_error *err)
{
	autostrv command = { 0 };

	strv_push(&command, "commit");
	add_option(&command, "--author", options->author);
	add_option(&command, "--message", options->message);
	for (size_t i = 0; options->changes && options->changes[i]; i++)
		add_option(&command, "--change", options->changes[i]);
	if (options->no_pause)
		strv_push(&command, "--pause=false");
	add_operands(&command, container, options->name);
	return call_for_id(engine, &command, -1, ret_id, err);
}
