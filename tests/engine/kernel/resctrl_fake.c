/* SPDX-License-Identifier: MIT */
#include "resctrl_fake.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_mkdirat(int dir, const char *path, mode_t mode);
int __real_unlinkat(int dir, const char *path, int flags);
int __wrap_unlinkat(int dir, const char *path, int flags);

static char root[64];

static bool is_below_root(int fd)
{
	char link[40];
	char path[512];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	return *root && str_starts_with(path, root);
}

static void put(int dir, const char *name, const char *text)
{
	autoclose int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || fs_write_all(fd, text, strlen(text)) < 0)
		abort();
}

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	int r = __real_mkdirat(dir, path, mode);
	autoclose int fd = r < 0 ? -1 : openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || !is_below_root(fd))
		return r;
	put(fd, "tasks", "");
	put(fd, "schemata", "");
	if (!strstr(path, "mon_groups") && __real_mkdirat(fd, "mon_groups", 0755) < 0)
		abort();
	return 0;
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	static const char *const files[] = { "tasks", "schemata" };
	autoclose int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && flags & AT_REMOVEDIR && is_below_root(fd)) {
		for (size_t i = 0; i < ARRAY_LEN(files); i++)
			(void)__real_unlinkat(fd, files[i], 0);
		(void)__real_unlinkat(fd, "mon_groups", AT_REMOVEDIR);
	}
	return __real_unlinkat(dir, path, flags);
}

const char *resctrl_fake_make(void)
{
	char path[] = "/tmp/containr-resctrl-XXXXXX";
	char info[sizeof(root)];

	if (!mkdtemp(path))
		abort();
	(void)snprintf(root, sizeof(root), "%s", path);
	resctrl_fake_put("tasks", "1\n");
	resctrl_fake_put("schemata", "    L3:0=fff;1=fff\n    MB:0=100;1=100\n");
	(void)snprintf(info, sizeof(info), "%s/info", path);
	if (__real_mkdirat(AT_FDCWD, info, 0755) < 0)
		abort();
	resctrl_fake_put("info/last_cmd_status", "ok\n");
	return root;
}

void resctrl_fake_remove(void)
{
	char path[sizeof(root)];
	struct containr_error err;

	(void)snprintf(path, sizeof(path), "%s", root);
	root[0] = '\0';
	error_ignore(fs_remove_tree(AT_FDCWD, path, &err));
}

void resctrl_fake_put(const char *name, const char *text)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	put(AT_FDCWD, path, text);
}

const char *resctrl_fake_get(const char *name)
{
	static char text[4096];
	char path[512];
	autoclose int fd = -1;
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return "absent";
	len = read(fd, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	return text;
}
