/* SPDX-License-Identifier: MIT */
#ifndef CLI_REGISTRY_TRANSFER_PROGRESS_H
#define CLI_REGISTRY_TRANSFER_PROGRESS_H

#include "cli/cmd_pull.h"
#include "image/registry/transfer.h"

#include <stdio.h>

enum transfer_direction { TRANSFER_PULL, TRANSFER_PUSH };

/* What people see while an image comes or goes. */
struct transfer_progress {
	enum progress_form form; /* not AUTO */
	enum transfer_direction direction;
	FILE *out;
	size_t lines;	     /* that stand on the terminal */
	unsigned char *told; /* for each layer, the stage that was told last, plus 1 */
	size_t told_count;
};

/** @form: AUTO becomes what suits @out. */
void transfer_progress_init(struct transfer_progress *progress, enum transfer_direction direction,
			    enum progress_form form, FILE *out);
void transfer_progress_release(struct transfer_progress *progress);

/** Fits pull_spec.progress and push_spec.progress. */
void transfer_progress_show(void *progress, const struct layer_progress *layers, size_t count);

#endif
