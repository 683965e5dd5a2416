/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONTAINER_LIST_H
#define CLI_CONTAINER_LIST_H

#include <containr/container.h>

#include "base/json.h"

/* A list of containr_container_list() that is freed at the end of its block. */
struct container_list {
	struct containr_container **items;
	size_t count;
};

static inline void container_list_release(struct container_list *list)
{
	containr_container_list_free(list->items, list->count);
}

#define autocontainerlist __attribute__((cleanup(container_list_release))) struct container_list

/** Writes a container as an object, for `ps --format json`. */
void container_write_json(struct json_writer *writer, const struct containr_container *container);

#endif
