/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_PROGRESS_H
#define CLI_IMAGE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* How many bytes went through, on a terminal at standard error, in one line that is written again. */
struct progress {
	const char *word; /* "importing" */
	int64_t shown_ns; /* when it was shown last */
	bool is_shown;
};

/** Fits input_watch.progress. */
void progress_show(void *progress, int64_t bytes);
void progress_hide(const struct progress *progress);

#endif
