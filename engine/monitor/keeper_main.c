/* SPDX-License-Identifier: MIT */
#include <containr/containr.h>
#include <containr/health.h>

#include "container/again.h"
#include "kernel/selfexe.h"
#include "monitor/health.h"

#include <stddef.h>
#include <string.h>

/*
 * containr-keeper restart ROOT RUNROOT ID: what a monitor becomes to run its container once more.
 * containr-keeper check ROOT RUNROOT ID: what containr-health starts to check a container's health.
 * It is a program of its own so that neither the monitor nor containr-cleanup, which every container
 * has, carries what only some need.
 */

static int check(struct containr *engine, const char *id)
{
	struct containr_health_result result;
	struct containr_error err;

	if (containr_health_check(engine, id, &result, &err) < 0 || !result.is_recorded)
		return HEALTH_EXIT_UNKNOWN;
	return strcmp(result.status, "starting") == 0 ? HEALTH_EXIT_STARTING : HEALTH_EXIT_SETTLED;
}

int main(int argc, char **argv)
{
	struct containr_options options = { .log_fd = -1 };
	struct containr_error err = { 0 };
	struct containr *engine = NULL;
	int r;

	if (argc != 5 || (strcmp(argv[1], "restart") != 0 && strcmp(argv[1], "check") != 0))
		return 125;
	options.root = argv[2];
	options.runroot = argv[3];
	/* it clones the container's first process, as `containr start` does */
	r = selfexe_protect(argv, &err);
	if (r == 0)
		r = containr_open(&options, &engine, &err);
	if (r == 0 && strcmp(argv[1], "check") == 0) {
		int status = check(engine, argv[4]);

		containr_close(engine);
		return status;
	}
	if (r == 0)
		r = container_start_again(engine, argv[4], &err);
	containr_close(engine);
	return r < 0 ? 125 : 0;
}
