/* SPDX-License-Identifier: MIT */
/* Runs a program in each running container: exec COMMAND [ARGUMENT...] */
#include <containr/container.h>

#include <stdio.h>

int main(int argc, char **argv)
{
	struct containr_options options = { .log_fd = -1 };
	struct containr_exec_spec spec = { .command = (const char *const *)(argv + 1) };
	struct containr_container **containers = NULL;
	struct containr_error err = { 0 };
	struct containr *engine = NULL;
	size_t count = 0;
	int failures = 0;

	if (argc < 2 || containr_open(&options, &engine, &err) < 0 ||
	    containr_container_list(engine, 0, &containers, &count, &err) < 0) {
		fprintf(stderr, "%s\n", argc < 2 ? "usage: exec COMMAND..." : err.message);
		containr_close(engine);
		return 125;
	}
	for (size_t i = 0; i < count; i++) {
		int exit_code = 0;

		printf("%s:\n", containers[i]->name);
		fflush(stdout);
		if (containr_exec(engine, containers[i]->id, &spec, &exit_code, &err) < 0)
			fprintf(stderr, "%s\n", err.message);
		failures += err.code != CONTAINR_E_OK || exit_code != 0;
		err = (struct containr_error) { 0 };
	}
	containr_container_list_free(containers, count);
	containr_close(engine);
	return failures ? 1 : 0;
}
