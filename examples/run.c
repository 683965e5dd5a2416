/* SPDX-License-Identifier: MIT */
/* The life of a container: run IMAGE COMMAND [ARGUMENT...] */
#include <containr/container.h>

#include <stdio.h>
#include <unistd.h>

static int complain(const struct containr_error *err)
{
	fprintf(stderr, "%s: %s\n", containr_error_name(err->code), err->message);
	if (err->hint[0])
		fprintf(stderr, "hint: %s\n", err->hint);
	return containr_error_exit_status(err->code);
}

int main(int argc, char **argv)
{
	struct containr_options options = { .log_fd = -1 };
	struct containr_attach_options streams = { .stdin_fd = -1, .stdout_fd = 1, .stderr_fd = 2 };
	struct containr_spec spec = { .auto_remove = 1 };
	struct containr_error err = { 0 };
	struct containr *engine = NULL;
	char id[CONTAINR_ID_LENGTH + 1];
	int connection = -1;
	int exit_code = 125;

	if (argc < 3)
		return fprintf(stderr, "usage: run IMAGE COMMAND [ARGUMENT...]\n"), 125;
	spec.image = argv[1];
	spec.command = (const char *const *)(argv + 2);
	spec.memory_bytes = 64 << 20;
	if (containr_open(&options, &engine, &err) < 0)
		return complain(&err);
	if (containr_run(engine, &spec, id, &connection, &err) == 0) {
		if (containr_attach(engine, id, connection, &streams, &exit_code, &err) < 0)
			exit_code = complain(&err);
		close(connection);
	} else {
		exit_code = complain(&err);
	}
	containr_close(engine);
	return exit_code;
}
