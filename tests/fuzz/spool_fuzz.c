/* SPDX-License-Identifier: MIT */
#include "image/archive/spool.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/tar.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Archives of images: whatever they say, all that they leave is regular files with numbers as names in
 * the folder that was given, one for each name that is no link, with the size that is told; and every name
 * that can be found ends at one of these.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void repair_checksums(uint8_t *data, size_t size)
{
	for (uint8_t *block = data; size >= TAR_BLOCK; block += TAR_BLOCK, size -= TAR_BLOCK) {
		unsigned int sum = 0;

		if (memcmp(block + 257, "ustar", 5) != 0)
			continue;
		memset(block + 148, ' ', 8);
		for (size_t i = 0; i < TAR_BLOCK; i++)
			sum += block[i];
		(void)snprintf((char *)block + 148, 8, "%06o", sum);
	}
}

static size_t count_entries(int dir)
{
	autoclosedir DIR *folder = fdopendir(dup(dir));
	const struct dirent *entry;
	size_t count = 0;

	if (!folder)
		abort();
	while ((entry = readdir(folder)))
		count += entry->d_name[0] != '.';
	return count;
}

static void check_files(const struct spool *spool)
{
	size_t files = 0;

	for (size_t i = 0; i < spool->count; i++) {
		const struct spool_file *file = &spool->files[i];
		const struct spool_file *found = spool_find(spool, file->name);
		struct stat info;

		if (found && found->target)
			abort();
		if (file->target)
			continue;
		files++;
		if (found != file || strchr(file->file, '/') || !digest_is_valid(file->digest) ||
		    fstatat(spool->dir->fd, file->file, &info, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(info.st_mode) || info.st_nlink != 1 || info.st_size != file->size)
			abort();
	}
	if (count_entries(spool->dir->fd) != files)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/dev/shm/containr-fuzz-XXXXXX";
	struct workdir dir = WORKDIR_INIT;
	struct spool spool = { .dir = &dir };
	struct containr_error err = { 0 };
	autofree uint8_t *copy = malloc(size + 1);

	if (!copy || !mkdtemp(path))
		return 0;
	dir.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memcpy(copy, data, size);
	repair_checksums(copy, size);
	if (dir.fd >= 0) {
		const struct input_source from = {
			.fd = -1, .memory = copy, .memory_len = size, .what = "fuzz"
		};

		if (spool_read(&spool, &from, &err) == 0)
			check_files(&spool);
		else if (err.code == CONTAINR_E_OK || err.message[0] == '\0')
			abort();
		spool_release(&spool);
		cleanup_close(&dir.fd);
	}
	error_ignore(fs_remove_tree(AT_FDCWD, path, &err));
	return 0;
}
