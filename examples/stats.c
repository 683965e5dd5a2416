/* SPDX-License-Identifier: MIT */
/* Prints how much memory and how many processes containers have: stats CONTAINER... */
#include <containr/container.h>

#include <stdio.h>

int main(int argc, char **argv)
{
	struct containr_options options = { .log_fd = -1 };
	struct containr_error err = { 0 };
	struct containr *engine = NULL;
	int status = 0;

	if (containr_open(&options, &engine, &err) < 0)
		return fprintf(stderr, "%s\n", err.message), 125;
	for (int i = 1; i < argc; i++) {
		struct containr_stats stats;

		if (containr_stats_read(engine, argv[i], &stats, &err) < 0) {
			fprintf(stderr, "%s\n", err.message);
			status = 1;
			continue;
		}
		printf("%s: %lld kB, %lld processes\n", argv[i],
		       (long long)stats.memory_usage_bytes / 1024, (long long)stats.pids_current);
	}
	containr_close(engine);
	return status;
}
