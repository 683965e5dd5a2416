/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/name.h"
#include "container/record.h"
#include "monitor/monitor.h"

#include <stdio.h>
#include <string.h>

/* For the monitor of a container that runs: what it tells has the new name from now on. */
static void leave_attributes(int dir, const struct record *record)
{
	autofree char *attributes = record_event_attributes(record);
	struct containr_error ignored;

	if (attributes)
		error_ignore(fs_replace_file(dir, MONITOR_ATTRIBUTES_FILE, attributes,
					     strlen(attributes), 0600, FS_VOLATILE, &ignored));
}

/* The new name is taken before the record tells it, and the old one is dropped last: a kill in
 * between leaves a container with two names, never one without. */
static int rename_to(const struct containr *engine, const char *id, int dir, struct record *record,
		     const char *name, struct containr_error *err)
{
	autofree char *before = steal_ptr(&record->name);
	char more[192];
	int r;

	record->name = strdup(name);
	if (!record->name)
		return fail_oom(err);
	r = name_take(engine, id, name, err);
	if (r < 0)
		return r;
	r = record_write(dir, record, err);
	if (r < 0) {
		name_drop(engine, id, name);
		return r;
	}
	name_drop(engine, id, before);
	leave_attributes(dir, record);
	(void)snprintf(more, sizeof(more), ",\"oldName\":\"/%s\"", before);
	record_tell(engine, id, record, "rename", more);
	return 0;
}

int containr_rename(struct containr *engine, const char *container, const char *name,
		    struct containr_error *err)
{
	autorecord record = { 0 };
	autoclose int dir = -1;
	autoclose int lock = -1;
	char id[CONTAINR_ID_LENGTH + 1];
	int r = name_check(name, err);

	if (r == 0)
		r = container_open(engine, container, id, &dir, err);
	if (r == 0)
		r = record_lock(dir, &lock, err);
	if (r == 0)
		r = record_read(dir, &record, err);
	if (r != 0)
		return r;
	if (strcmp(record.name, name) == 0)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "cannot rename container '%s': it has that name already", name);
	return rename_to(engine, id, dir, &record, name, err);
}
