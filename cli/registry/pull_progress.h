/* SPDX-License-Identifier: MIT */
#ifndef CLI_REGISTRY_PULL_PROGRESS_H
#define CLI_REGISTRY_PULL_PROGRESS_H

#include "cli/cmd_pull.h"
#include "image/registry/pull.h"

#include <stdio.h>

/* What people see while an image comes. */
struct pull_progress {
	enum progress_form form; /* not AUTO */
	FILE *out;
	size_t lines;	     /* that stand on the terminal */
	unsigned char *told; /* for each layer, the stage that was told last, plus 1 */
	size_t told_count;
};

/** @form: AUTO becomes what suits @out. */
void pull_progress_init(struct pull_progress *progress, enum progress_form form, FILE *out);
void pull_progress_release(struct pull_progress *progress);

/** Fits pull_spec.progress. */
void pull_progress_show(void *progress, const struct pull_layer_progress *layers, size_t count);

#endif
