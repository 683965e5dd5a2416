/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <string.h>

/* Runs a fuzz target over the files of a folder, as ctest does on every machine without libFuzzer.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(int dir, const char *name)
{
	autostr text = STR_INIT;
	struct containr_error err;
	char *copy;

	if (fs_read_file(dir, name, 16 << 20, &text, &err) < 0) {
		(void)fprintf(stderr, "%s: %s\n", name, err.message);
		return 1;
	}
	/* a block of exactly this size, so that the sanitizer sees a byte that is read too much */
	copy = malloc(text.len ? text.len : 1);
	if (!copy)
		return 1;
	memcpy(copy, text.data, text.len);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)copy, text.len);
	free(copy);
	return 0;
}

int main(int argc, char **argv)
{
	autoclosedir DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *entry;
	int files = 0;
	int failed = 0;

	if (!dir) {
		(void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		failed |= replay_file(dirfd(dir), entry->d_name);
		files++;
	}
	(void)printf("%d inputs\n", files);
	return files > 0 ? failed : 1;
}
