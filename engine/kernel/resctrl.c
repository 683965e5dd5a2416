/* SPDX-License-Identifier: MIT */
#include "kernel/resctrl.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (64 << 10)
#define HINT_MOUNT "mount it: mount -t resctrl resctrl /sys/fs/resctrl"

void resctrl_wish_release(struct resctrl_wish *wish)
{
	free(wish->group);
	free(wish->l3_cache);
	free(wish->memory_bandwidth);
	strv_release(&wish->schemata);
	*wish = (struct resctrl_wish) { 0 };
}

void resctrl_close(struct resctrl_group *group)
{
	cleanup_close(&group->monitor);
	cleanup_close(&group->dir);
	cleanup_close(&group->lock);
	*group = RESCTRL_GROUP_INIT;
}

int resctrl_find(char **ret_root, struct containr_error *err)
{
	autostr mounts = STR_INIT;
	char *root;
	int r = fs_read_file(AT_FDCWD, "/proc/self/mountinfo", 16 << 20, &mounts, err);

	if (r < 0)
		return r;
	root = resctrl_parse_mounts(mounts.data, mounts.len);
	if (!root) {
		(void)fail(err, CONTAINR_E_UNSUPPORTED,
			   "linux.intelRdt: no file system resctrl is mounted on this host");
		return fail_hint(err, HINT_MOUNT);
	}
	*ret_root = root;
	return 0;
}

/* The lock that resctrl.rst asks of those who change groups. */
static int lock_root(const char *root, int *ret_fd, struct containr_error *err)
{
	autoclose int fd = openat(AT_FDCWD, root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot open '%s'", root);
	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot lock '%s'", root);
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Why the kernel refused the last change. */
static int fail_change(int root, const char *path, struct containr_error *err)
{
	autostr status = STR_INIT;
	struct containr_error ignored;
	int error = errno;
	bool told = fs_read_file(root, "info/last_cmd_status", FILE_MAX, &status, &ignored) == 0;

	while (told && status.len && status.data[status.len - 1] == '\n')
		status.data[--status.len] = '\0';
	told = told && status.len && strcmp(status.data, "ok") != 0;
	errno = error;
	return fail_sys(err, CONTAINR_E_CGROUP_APPLY_LIMITS,
			"linux.intelRdt: cannot set up '%s'%s%s%s", path, told ? " (" : "",
			told ? status.data : "", told ? ")" : "");
}

/* The lines of the two older members; a line of the first one gives way to the second. */
static void append_first(const struct resctrl_wish *wish, struct str *out)
{
	const char *line = wish->l3_cache ? wish->l3_cache : "";

	while (*line) {
		size_t len = strcspn(line, "\n");

		if (len && !(wish->memory_bandwidth && str_starts_with(line, "MB:"))) {
			str_append_len(out, line, len);
			str_append_char(out, '\n');
		}
		line += len + (line[len] == '\n');
	}
	if (wish->memory_bandwidth)
		str_appendf(out, "%s\n", wish->memory_bandwidth);
}

static void append_last(const struct resctrl_wish *wish, struct str *out)
{
	for (size_t i = 0; i < wish->schemata.len; i++)
		str_appendf(out, "%s\n", wish->schemata.items[i]);
}

/* One that is there is to have the shares that are asked for: nobody's are changed. */
static int check_shares(int root, const char *path, const struct resctrl_wish *wish,
			struct containr_error *err)
{
	autostr wished = STR_INIT;
	autostr shown = STR_INIT;
	autostr step = STR_INIT;
	autofree char *file = NULL;
	struct containr_error ignored;
	int r;

	append_first(wish, &wished);
	append_last(wish, &wished);
	if (wished.failed || asprintf(&file, "%s/schemata", path) < 0)
		return fail_oom(err);
	if (!wished.len)
		return 0;
	r = fs_read_file(AT_FDCWD, file, FILE_MAX, &shown, err);
	if (r < 0)
		return r;
	error_ignore(fs_read_file(root, "info/MB/bandwidth_gran", FILE_MAX, &step, &ignored));
	if (resctrl_is_same(wished.data, shown.data ? shown.data : "",
			    step.len ? strtoul(step.data, NULL, 10) : 0))
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_CONFIG,
		   "linux.intelRdt: the group '%s' is there and has other shares", wish->group);
	return fail_hint(err, "see '%s', or ask for no shares to take those of the group", file);
}

static bool has_shares(const struct resctrl_wish *wish)
{
	return wish->l3_cache || wish->memory_bandwidth || wish->schemata.len;
}

int resctrl_choose(const char *root, const struct resctrl_wish *wish, const char *id,
		   struct resctrl_group *ret_group, struct containr_error *err)
{
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	bool is_root = wish->group && strcmp(wish->group, RESCTRL_ROOT_GROUP) == 0;
	const char *name = wish->group ? wish->group : id;
	bool is_there;
	int len = snprintf(group.path, sizeof(group.path), "%s%s%s", root, is_root ? "" : "/",
			   is_root ? "" : name);
	int r;

	if (len >= (int)sizeof(group.path) || !(is_root || resctrl_is_name(name)))
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.intelRdt: '%s' cannot be the name of a group", name);
	r = lock_root(root, &group.lock, err);
	if (r < 0)
		return r;
	is_there = faccessat(AT_FDCWD, group.path, F_OK, 0) == 0;
	group.owner = is_there ? RESCTRL_FOREIGN : wish->group ? RESCTRL_SHARED : RESCTRL_CONTAINER;
	if (is_there && !wish->group)
		r = fail(err, CONTAINR_E_CGROUP_SETUP, "linux.intelRdt: '%s' is there already",
			 group.path);
	else if (is_there)
		r = check_shares(group.lock, group.path, wish, err);
	else if (wish->group && !has_shares(wish))
		r = fail(err, CONTAINR_E_INVALID_CONFIG,
			 "linux.intelRdt.closID: there is no group '%s', and no shares for one",
			 wish->group);
	if (r < 0)
		resctrl_close(&group);
	else
		*ret_group = group;
	return r;
}

static int open_monitor(const struct resctrl_group *group, const char *id, int *ret_fd)
{
	char path[NAME_MAX + 16];

	(void)snprintf(path, sizeof(path), "mon_groups/%s", id);
	*ret_fd = openat(group->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd;
}

static int make_monitor(struct resctrl_group *group, const char *id, struct containr_error *err)
{
	char path[NAME_MAX + 16];

	(void)snprintf(path, sizeof(path), "mon_groups/%s", id);
	if (mkdirat(group->dir, path, 0755) == 0 && open_monitor(group, id, &group->monitor) >= 0)
		return 0;
	return fail_sys(err, CONTAINR_E_CGROUP_SETUP,
			"linux.intelRdt.enableMonitoring: cannot make '%s/%s'", group->path, path);
}

/* Each write is a command of its own, in which no resource may come twice. */
static int write_shares(int fd, const struct str *lines)
{
	return lines->len ? fs_write_all(fd, lines->data, lines->len) : 0;
}

static int give_shares(const struct resctrl_group *group, const struct resctrl_wish *wish,
		       struct containr_error *err)
{
	autostr first = STR_INIT;
	autostr last = STR_INIT;
	autoclose int fd = -1;

	append_first(wish, &first);
	append_last(wish, &last);
	if (first.failed || last.failed)
		return fail_oom(err);
	if (!first.len && !last.len)
		return 0;
	fd = openat(group->dir, "schemata", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write_shares(fd, &first) < 0 || write_shares(fd, &last) < 0)
		return fail_change(group->lock, group->path, err);
	return 0;
}

int resctrl_make(struct resctrl_group *group, const struct resctrl_wish *wish, const char *id,
		 struct containr_error *err)
{
	bool is_new = group->owner != RESCTRL_FOREIGN;
	int r = 0;

	if (is_new && mkdirat(AT_FDCWD, group->path, 0755) < 0)
		return fail_change(group->lock, group->path, err);
	group->dir = openat(AT_FDCWD, group->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group->dir < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot open '%s'", group->path);
	if (is_new)
		r = give_shares(group, wish, err);
	if (r == 0 && wish->monitored)
		r = make_monitor(group, id, err);
	return r;
}

int resctrl_open(const char *path, const char *id, struct resctrl_group *ret_group,
		 struct containr_error *err)
{
	struct resctrl_group group = RESCTRL_GROUP_INIT;

	(void)snprintf(group.path, sizeof(group.path), "%s", path);
	group.dir = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group.dir < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot open '%s'", path);
	if (open_monitor(&group, id, &group.monitor) < 0 && errno != ENOENT) {
		(void)fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot open what counts '%s'", path);
		resctrl_close(&group);
		return -err->code;
	}
	*ret_group = group;
	return 0;
}

static int write_task(int dir, pid_t pid)
{
	autoclose int fd = openat(dir, "tasks", O_WRONLY | O_CLOEXEC);
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", (int)pid);

	return fd < 0 ? -1 : fs_write_all(fd, text, (size_t)len);
}

int resctrl_enter(struct resctrl_group *group, pid_t pid, struct containr_error *err)
{
	int r = 0;

	/* what counts takes only who is in the group above it */
	if (write_task(group->dir, pid) < 0 ||
	    (group->monitor >= 0 && write_task(group->monitor, pid) < 0))
		r = fail_sys(err, CONTAINR_E_CGROUP_SETUP,
			     "linux.intelRdt: cannot move the process to '%s'", group->path);
	cleanup_close(&group->lock);
	group->lock = -1;
	return r;
}

static bool is_empty(int group)
{
	autostr tasks = STR_INIT;
	struct containr_error ignored;

	return fs_read_file(group, "tasks", 16 << 20, &tasks, &ignored) == 0 && tasks.len == 0;
}

/* The kernel's rmdir(2) takes the files and what is below mon_groups along, and would move the
 * processes of others to the root group. */
int resctrl_remove(const char *path, enum resctrl_owner owner, const char *id,
		   struct containr_error *err)
{
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	autofree char *root = strndup(path, (size_t)(strrchr(path, '/') - path));
	char monitor[NAME_MAX + 16];
	int r;

	if (!root)
		return fail_oom(err);
	group.dir = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group.dir < 0)
		return 0;
	(void)snprintf(monitor, sizeof(monitor), "mon_groups/%s", id);
	(void)unlinkat(group.dir, monitor, AT_REMOVEDIR);
	r = owner == RESCTRL_FOREIGN ? 0 : lock_root(root, &group.lock, err);
	if (r == 0 &&
	    (owner == RESCTRL_CONTAINER || (owner == RESCTRL_SHARED && is_empty(group.dir))) &&
	    unlinkat(AT_FDCWD, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot remove '%s'", path);
	resctrl_close(&group);
	return r;
}
