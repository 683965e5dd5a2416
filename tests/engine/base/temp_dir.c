/* SPDX-License-Identifier: MIT */
#include "temp_dir.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

int temp_dir_make(void **state)
{
	struct temp_dir *dir = calloc(1, sizeof(*dir));

	if (!dir)
		return -1;
	(void)snprintf(dir->path, sizeof(dir->path), "/tmp/containr-test-XXXXXX");
	if (!mkdtemp(dir->path))
		return -1;
	dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = dir;
	return dir->fd < 0 ? -1 : 0;
}

int temp_dir_remove(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;
	int r = fs_remove_tree(AT_FDCWD, dir->path, &err);

	(void)close(dir->fd);
	free(dir);
	return r;
}

void temp_dir_put(const struct temp_dir *dir, const char *path, const char *text)
{
	autoclose int fd = openat(dir->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, strlen(text)), 0);
}
