/* SPDX-License-Identifier: MIT */
#include "base/fs.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

static int read_all(int dir, const char *path, size_t max, bool short_is_end, struct str *out,
		    struct containr_error *err)
{
	autoclose int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	/* clearing it, as the build's flags ask for, would cost more than reading a small file */
	char buffer[8192] __attribute__((uninitialized));
	size_t total = 0;
	ssize_t got;

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s'", path);
	do {
		got = read(fd, buffer, sizeof(buffer));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", path);
		total += (size_t)got;
		if (total > max)
			return fail(err, CONTAINR_E_IO, "'%s' is larger than %zu bytes", path, max);
		str_append_len(out, buffer, (size_t)got);
	} while (got != 0 && !(short_is_end && got > 0 && (size_t)got < sizeof(buffer)));
	return out->failed ? fail_oom(err) : 0;
}

int fs_read_file(int dir, const char *path, size_t max, struct str *out, struct containr_error *err)
{
	return read_all(dir, path, max, false, out, err);
}

int fs_read_regular(int dir, const char *path, size_t max, struct str *out,
		    struct containr_error *err)
{
	return read_all(dir, path, max, true, out, err);
}

int fs_write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t put = write(fd, at, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

static int sync_parent(int dir, const char *path)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	autoclose int fd = -1;

	if (!slash)
		(void)snprintf(parent, sizeof(parent), ".");
	else
		(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path + 1), path);
	fd = openat(dir, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fsync(fd);
}

int fs_replace_file(int dir, const char *path, const void *bytes, size_t len, mode_t mode,
		    enum fs_durability durability, struct containr_error *err)
{
	char temp[PATH_MAX];
	char unique[17];
	autoclose int fd = -1;
	int r = fs_random_hex(8, unique, err);

	if (r < 0)
		return r;
	if ((size_t)snprintf(temp, sizeof(temp), "%s.%s.tmp", path, unique) >= sizeof(temp))
		return fail(err, CONTAINR_E_IO, "path '%s' is too long", path);
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s'", path);
	if (fs_write_all(fd, bytes, len) < 0 || (durability == FS_DURABLE && fsync(fd) < 0))
		r = fail_sys(err, CONTAINR_E_IO, "cannot write '%s'", path);
	else if (renameat(dir, temp, dir, path) < 0)
		r = fail_sys(err, CONTAINR_E_IO, "cannot replace '%s'", path);
	if (r < 0) {
		(void)unlinkat(dir, temp, 0);
		return r;
	}
	if (durability == FS_BEGUN)
		(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (durability == FS_DURABLE && sync_parent(dir, path) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot sync the folder of '%s'", path);
	return 0;
}

int fs_sync(int dir, const char *path)
{
	autoclose int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : fsync(fd);
}

int fs_make_dirs(int dir, const char *path, mode_t mode, struct containr_error *err)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return fail(err, CONTAINR_E_IO, "path '%s' is too long", path);
	if (mkdirat(dir, path, mode) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return fail_sys(err, CONTAINR_E_IO, "cannot create folder '%s'", path);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdirat(dir, part, mode) < 0 && errno != EEXIST)
			return fail_sys(err, CONTAINR_E_IO, "cannot create folder '%s'", part);
	}
	return 0;
}

int fs_open_dir(int dir, const char *path, int *ret_fd, struct containr_error *err)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open folder '%s'", path);
	*ret_fd = fd;
	return 0;
}

int fs_random_hex(size_t bytes, char *ret_hex, struct containr_error *err)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[32];

	if (bytes > sizeof(raw) || getrandom(raw, bytes, 0) != (ssize_t)bytes)
		return fail_sys(err, CONTAINR_E_IO, "cannot read random bytes");
	for (size_t i = 0; i < bytes; i++) {
		ret_hex[i * 2] = digits[raw[i] >> 4];
		ret_hex[i * 2 + 1] = digits[raw[i] & 15];
	}
	ret_hex[bytes * 2] = '\0';
	return 0;
}
