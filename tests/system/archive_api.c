/* SPDX-License-Identifier: MIT */
/* What the library does by way of its helper: archive_api STEP CONTAINER [PATH|NAME], the archive on a
 * standard stream. */
#include <containr/archive.h>

#include <stdio.h>
#include <string.h>

static int step(struct containr *engine, char **argv, struct containr_error *err)
{
	const struct containr_commit_options options = {
		.name = argv[3],
		.message = "by the library",
		.changes = (const char *const[]) { "CMD [\"echo\", \"committed\"]", NULL },
	};
	char id[CONTAINR_IMAGE_ID_LENGTH + 1] = "";
	int r = -CONTAINR_E_INVALID_ARGUMENT;

	if (strcmp(argv[1], "export") == 0)
		r = containr_export(engine, argv[2], 1, err);
	else if (strcmp(argv[1], "from") == 0)
		r = containr_copy_from(engine, argv[2], argv[3], 1, err);
	else if (strcmp(argv[1], "to") == 0)
		r = containr_copy_to(engine, argv[2], argv[3], 0, err);
	else if (strcmp(argv[1], "commit") == 0)
		r = containr_commit(engine, argv[2], &options, id, err);
	else if (strcmp(argv[1], "import") == 0)
		r = containr_image_import(engine, 0, argv[2], id, err);
	if (r == 0 && id[0])
		printf("%s\n", id);
	return r;
}

int main(int argc, char **argv)
{
	struct containr_options options = { .log_fd = -1 };
	struct containr_error err = { 0 };
	struct containr *engine = NULL;
	int r = argc < 3 ? -1 : containr_open(&options, &engine, &err);

	if (r == 0)
		r = step(engine, argv, &err);
	if (r < 0)
		fprintf(stderr, "%s: %s: %s\n", containr_error_name(err.code), err.message,
			err.hint);
	containr_close(engine);
	return r < 0 ? 1 : 0;
}
