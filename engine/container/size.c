/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs_size.h"
#include "container/record.h"
#include "image/layer_mount.h"

#include <stdio.h>

int containr_container_size(struct containr *engine, const char *container, int64_t *ret_written,
			    int64_t *ret_total, struct containr_error *err)
{
	autorecord record = { 0 };
	autoclose int dir = -1;
	char id[CONTAINR_ID_LENGTH + 1];
	int r = container_open(engine, container, id, &dir, err);

	if (r == 0)
		r = record_read(dir, &record, err);
	if (r == 0)
		r = fs_size(dir, "upper", ret_written, err);
	*ret_total = r == 0 ? *ret_written : 0;
	for (size_t i = 0; i < record.lower.len && r == 0; i++) {
		int64_t bytes;

		r = layer_mount_size(engine, record.lower.items[i], &bytes, err);
		if (r == 0 && __builtin_add_overflow(*ret_total, bytes, ret_total))
			*ret_total = INT64_MAX;
	}
	return r;
}
