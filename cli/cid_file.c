/* SPDX-License-Identifier: MIT */
#include "cli/cid_file.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int cid_file_create(const char *path, struct cid_file *ret_file, struct containr_error *err)
{
	if (!path)
		return 0;
	ret_file->fd = openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (ret_file->fd >= 0) {
		ret_file->path = path;
		return 0;
	}
	if (errno != EEXIST)
		return fail_sys(err, CONTAINR_E_INVALID_ARGUMENT, "--cidfile: cannot create '%s'",
				path);
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--cidfile: '%s' exists already", path);
	return fail_hint(err, "remove it once no container needs it");
}

int cid_file_write(struct cid_file *file, const char *id, struct containr_error *err)
{
	if (!file->path)
		return 0;
	if (fs_write_all(file->fd, id, strlen(id)) < 0)
		return fail_sys(err, CONTAINR_E_IO, "--cidfile: cannot write '%s'", file->path);
	file->path = NULL;
	return 0;
}

void cid_file_close(struct cid_file *file)
{
	cleanup_close(&file->fd);
	if (file->path)
		(void)unlink(file->path);
	*file = CID_FILE_INIT;
}
