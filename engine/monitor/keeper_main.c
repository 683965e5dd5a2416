/* SPDX-License-Identifier: MIT */
#include <containr/containr.h>

#include "container/again.h"
#include "kernel/selfexe.h"

#include <stddef.h>
#include <string.h>

/*
 * containr-keeper restart ROOT RUNROOT ID: what a monitor becomes to run its container once more.
 * It is a program of its own so that neither the monitor nor containr-cleanup, which every container
 * has, carries what only some need.
 */
int main(int argc, char **argv)
{
	struct containr_options options = { .log_fd = -1 };
	struct containr_error err = { 0 };
	struct containr *engine = NULL;
	int r;

	if (argc != 5 || strcmp(argv[1], "restart") != 0)
		return 125;
	options.root = argv[2];
	options.runroot = argv[3];
	/* it clones the container's first process, as `containr start` does */
	r = selfexe_protect(argv, &err);
	if (r == 0)
		r = containr_open(&options, &engine, &err);
	if (r == 0)
		r = container_start_again(engine, argv[4], &err);
	containr_close(engine);
	return r < 0 ? 125 : 0;
}
