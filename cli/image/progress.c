/* SPDX-License-Identifier: MIT */
#include "cli/image/progress.h"

#include "base/time.h"
#include "cli/human.h"

#include <stdio.h>

#define INTERVAL_NS (200 * TIME_NS_PER_MS)

void progress_show(void *data, int64_t bytes)
{
	struct progress *progress = data;
	int64_t now = time_monotonic_ns();
	char size[HUMAN_TEXT_SIZE];

	if (progress->shown_ns == 0)
		progress->shown_ns = now; /* what takes no time shows nothing */
	if (now - progress->shown_ns < INTERVAL_NS)
		return;
	progress->shown_ns = now;
	progress->is_shown = true;
	human_size(bytes, 4, size);
	(void)fprintf(stderr, "\r\033[K%s: %s", progress->word, size);
}

void progress_hide(const struct progress *progress)
{
	if (progress->is_shown)
		(void)fprintf(stderr, "\r\033[K");
}
