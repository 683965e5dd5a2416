/* SPDX-License-Identifier: MIT */
#include <containr/snapshot.h>

#include "base/cleanup.h"
#include "container/room_call.h"

/* Operands follow "--": a name may not be taken for an option. */

int containr_snapshot_create(struct containr *engine, const char *container, const char *name,
			     const struct containr_snapshot_options *options,
			     struct containr_error *err)
{
	autostrv command = { 0 };
	autostr text = STR_INIT;

	strv_push(&command, "snapshot");
	strv_push(&command, "create");
	for (size_t i = 0; options->labels && options->labels[i]; i++)
		strv_pushf(&command, "--label=%s", options->labels[i]);
	if (options->no_pause)
		strv_push(&command, "--pause=false");
	strv_push(&command, "--");
	strv_push(&command, container);
	strv_push(&command, name);
	return room_call(engine, &command, -1, -1, &text, err);
}

int containr_snapshot_export(struct containr *engine, const char *name, bool with_parents,
			     int archive, struct containr_error *err)
{
	autostrv command = { 0 };

	strv_push(&command, "snapshot");
	strv_push(&command, "export");
	if (with_parents)
		strv_push(&command, "--with-parents");
	strv_push(&command, "--");
	strv_push(&command, name);
	return room_call(engine, &command, -1, archive, NULL, err);
}

int containr_snapshot_import(struct containr *engine, int archive, const char *name,
			     struct containr_error *err)
{
	autostrv command = { 0 };
	autostr text = STR_INIT;

	strv_push(&command, "snapshot");
	strv_push(&command, "import");
	strv_push(&command, "--");
	strv_push(&command, "-");
	if (name)
		strv_push(&command, name);
	return room_call(engine, &command, archive, -1, &text, err);
}
