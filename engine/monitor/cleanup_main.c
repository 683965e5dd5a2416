/* SPDX-License-Identifier: MIT */
#include <containr/containr.h>

#include "container/cleanup.h"

#include <stddef.h>

/*
 * containr-cleanup ROOT RUNROOT ID: what a monitor becomes when its container has ended. It still
 * holds the lock of the container's state, so that nobody starts it before its cgroups are gone.
 */
int main(int argc, char **argv)
{
	struct containr_options options = { .log_fd = -1 };
	struct containr_error err = { 0 };
	struct containr *engine = NULL;
	int r;

	if (argc != 4)
		return 125;
	options.root = argv[1];
	options.runroot = argv[2];
	r = containr_open(&options, &engine, &err);
	if (r == 0)
		r = container_cleanup(engine, argv[3], &err);
	containr_close(engine);
	return r < 0 ? 125 : 0;
}
