/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_HELPERS_H
#define CONTAINER_HELPERS_H

#include "container/record.h"
#include "store/store.h"

/* The programs that a start needs, or leads to, and what they are told. */
struct helpers {
	char *monitor;
	char *cleanup;
	char *keeper;
	char *health;
	char *attributes; /* of events */
};

#define autohelpers __attribute__((cleanup(helpers_release))) struct helpers

void helpers_release(struct helpers *helpers);

/**
 * Finds what a container with this record needs.
 *
 * Errors: IO, PERMISSION_DENIED.
 */
int helpers_find(const struct containr *engine, const struct record *record,
		 struct helpers *ret_helpers, struct containr_error *err) MUST_CHECK;

#endif
