/* SPDX-License-Identifier: MIT */
#include "image/archive/decoder.h"
#include "image/archive/erofs.h"
#include "image/archive/layer_index.h"
#include "image/archive/unpack.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Archives, compressed or not: whatever they say, they are refused, or become files below the
 * folder they are unpacked into. Beside that folder lies a file that must stay as it is, and
 * nothing may join the two.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct source {
	struct decoder *decoder;
	unsigned char bytes[4096];
	struct containr_error err;
};

static ssize_t next_bytes(void *data, const unsigned char **ret_bytes)
{
	struct source *source = data;
	size_t got;

	if (decoder_read(source->decoder, source->bytes, sizeof(source->bytes), &got,
			 &source->err) < 0)
		return -1;
	*ret_bytes = source->bytes;
	return (ssize_t)got;
}

/* Without this nearly every change of a header would be refused for its checksum alone. */
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

/* The tree of a tar, and the file system made of it: as many files as the names that live. */
static void index_tar(struct source *source, int dir)
{
	static const unsigned char identity[16];
	autolayertree tree = { 0 };
	autoclose int image = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct containr_error err = { 0 };

	if (layer_tree_init(&tree, &err) < 0)
		abort();
	if (layer_index_read(next_bytes, source, &tree, &err) < 0) {
		if (err.message[0] == '\0')
			abort();
		return;
	}
	if (!tree.has_holes && image >= 0 && erofs_write(&tree, 0, identity, image, &err) < 0)
		abort();
}

static void unpack(const uint8_t *data, size_t size, int root, bool only_index)
{
	const struct input_source from = {
		.fd = -1, .memory = data, .memory_len = size, .what = "fuzz"
	};
	__attribute__((cleanup(input_release))) struct input input;
	autodecoder *decoder = NULL;
	struct source source = { 0 };
	struct containr_error err = { 0 };

	if (input_open(&input, &from, &err) < 0 || decoder_open(&input, &decoder, &err) < 0)
		return;
	source.decoder = decoder;
	if (only_index)
		index_tar(&source, root);
	else if (unpack_tar(next_bytes, &source, root, UNPACK_LAYER, &err) < 0 &&
		 err.message[0] == '\0')
		abort();
}

static void check_outside(int dir)
{
	struct stat info;
	size_t count = 0;
	const struct dirent *entry;
	autoclosedir DIR *folder = fdopendir(dup(dir));

	if (!folder || fstatat(dir, "victim", &info, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(info.st_mode) || info.st_size != 6 || info.st_nlink != 1 ||
	    (info.st_mode & 07777) != 0600)
		abort();
	while ((entry = readdir(folder)))
		count += entry->d_name[0] != '.';
	if (count != 2)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/dev/shm/containr-fuzz-XXXXXX";
	struct containr_error err;
	autoclose int dir = -1;
	autoclose int root = -1;
	autofree uint8_t *copy = malloc(size + 1);

	if (!copy || !mkdtemp(path))
		return 0;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && mkdirat(dir, "root", 0700) == 0 &&
	    fs_replace_file(dir, "victim", "secret", 6, 0600, FS_VOLATILE, &err) == 0) {
		root = openat(dir, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		memcpy(copy, data, size);
		repair_checksums(copy, size);
		unpack(copy, size, root, true);
		unpack(copy, size, root, false);
		check_outside(dir);
	}
	error_ignore(fs_remove_tree(AT_FDCWD, path, &err));
	return 0;
}
