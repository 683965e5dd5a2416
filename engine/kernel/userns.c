/* SPDX-License-Identifier: MIT */
#include "kernel/userns.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "kernel/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUBID_FILE_MAX (1 << 20)
#define NUMBER_SIZE 16

enum { UIDS, GIDS };

/* What differs between users and groups. */
static const struct {
	const char *map_file;
	const char *subid_file;
	const char *helper;
} kinds[USERNS_KINDS] = {
	[UIDS] = { "uid_map", "/etc/subuid", "/usr/bin/newuidmap" },
	[GIDS] = { "gid_map", "/etc/subgid", "/usr/bin/newgidmap" },
};

/* The first user namespace maps all ids to themselves. */
bool userns_is_nested(void)
{
	static const char all[] = "         0          0 4294967295\n";
	char text[sizeof(all)] = { 0 };
	autoclose int fd = openat(AT_FDCWD, "/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	return got >= 0 && strcmp(text, all) != 0;
}

bool userns_is_rootless(void)
{
	return geteuid() != 0;
}

/* Appends what a file of subordinate ids gives to the caller; a file that is not there is none. */
static int add_subids(int kind, const char *name, struct idmap *map, struct containr_error *err)
{
	autostr text = STR_INIT;
	struct containr_error missing;

	if (access(kinds[kind].helper, X_OK) < 0 ||
	    fs_read_file(AT_FDCWD, kinds[kind].subid_file, SUBID_FILE_MAX, &text, &missing) < 0)
		return 0;
	return idmap_add_subids(map, text.data, text.len, name, getuid(), 1, err);
}

/* The caller's name; NULL if he has none. getpwuid(3) would be a quarter of containr-cleanup. */
static char *own_name(void)
{
	autostr text = STR_INIT;
	struct containr_error ignored;
	char *rest;
	char *line;

	if (fs_read_file(AT_FDCWD, "/etc/passwd", SUBID_FILE_MAX, &text, &ignored) < 0)
		return NULL;
	rest = text.data;
	while ((line = strsep(&rest, "\n"))) {
		const char *name = strsep(&line, ":");
		const char *password = strsep(&line, ":");
		const char *id = strsep(&line, ":");
		int64_t uid;

		if (password && id && parse_int64(id, "uid", 0, UINT32_MAX, &uid, &ignored) == 0 &&
		    (uid_t)uid == getuid())
			return strdup(name);
	}
	return NULL;
}

int userns_own_ids(struct idmap *ret_uids, struct idmap *ret_gids, struct containr_error *err)
{
	autofree char *name = own_name();
	struct idmap uids = { 0 };
	struct idmap gids = { 0 };
	int r = idmap_add(&uids, 0, geteuid(), 1, err);

	if (r == 0)
		r = idmap_add(&gids, 0, getegid(), 1, err);
	if (r == 0)
		r = add_subids(UIDS, name, &uids, err);
	if (r == 0)
		r = add_subids(GIDS, name, &gids, err);
	/* one without the other would need newuidmap(1) for nothing */
	if (uids.count == 1 || gids.count == 1)
		uids.count = gids.count = 1;
	if (r < 0) {
		idmap_release(&uids);
		idmap_release(&gids);
		return r;
	}
	*ret_uids = uids;
	*ret_gids = gids;
	return 0;
}

static int write_file(pid_t pid, const char *name, const char *text, size_t len,
		      struct containr_error *err)
{
	char path[64];
	autoclose int fd = -1;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || fs_write_all(fd, text, len) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot write '%s'", path);
	return 0;
}

static int write_map(pid_t pid, int kind, const struct idmap *map, struct containr_error *err)
{
	autostr text = STR_INIT;

	for (size_t i = 0; i < map->count; i++)
		str_appendf(&text, "%u %u %u\n", map->ranges[i].inside, map->ranges[i].outside,
			    map->ranges[i].count);
	if (text.failed)
		return fail_oom(err);
	return write_file(pid, kinds[kind].map_file, text.data, text.len, err);
}

/* Starts "newuidmap PID INSIDE OUTSIDE COUNT ..."; what it says on standard error goes to @errors. */
static pid_t start_helper(pid_t pid, int kind, const struct idmap *map, int errors)
{
	char numbers[3 * IDMAP_RANGES_MAX + 1][NUMBER_SIZE];
	char *argv[3 * IDMAP_RANGES_MAX + 3] = { (char *)(uintptr_t)kinds[kind].helper };
	char *env[] = { NULL };
	size_t count = 0;
	pid_t child;

	(void)snprintf(numbers[count++], NUMBER_SIZE, "%d", (int)pid);
	for (size_t i = 0; i < map->count; i++) {
		(void)snprintf(numbers[count++], NUMBER_SIZE, "%u", map->ranges[i].inside);
		(void)snprintf(numbers[count++], NUMBER_SIZE, "%u", map->ranges[i].outside);
		(void)snprintf(numbers[count++], NUMBER_SIZE, "%u", map->ranges[i].count);
	}
	for (size_t i = 0; i < count; i++)
		argv[i + 1] = numbers[i];
	child = vfork();
	if (child == 0) {
		if (dup2(errors, STDERR_FILENO) >= 0)
			(void)execve(argv[0], argv, env);
		_exit(127);
	}
	return child;
}

/* The first line that a helper wrote, without the newline. */
static void read_complaint(int errors, char *ret_text, size_t size)
{
	ssize_t got;

	do
		got = read(errors, ret_text, size - 1);
	while (got < 0 && errno == EINTR);
	ret_text[got > 0 ? got : 0] = '\0';
	ret_text[strcspn(ret_text, "\n")] = '\0';
}

/* Both at once: each is a start of a dynamic executable, most of what rootless costs. */
static int start_helpers(pid_t pid, const struct idmap *const maps[USERNS_KINDS],
			 struct userns_helpers *ret_helpers, struct containr_error *err)
{
	int errors[2];

	if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot create a pipe");
	for (int kind = 0; kind < USERNS_KINDS; kind++)
		ret_helpers->pids[kind] = start_helper(pid, kind, maps[kind], errors[1]);
	cleanup_close(&errors[1]);
	ret_helpers->errors = errors[0];
	return 0;
}

static int wait_for_helpers(struct userns_helpers *helpers, struct containr_error *err)
{
	char complaint[200] = "";
	bool failed = false;

	for (int kind = 0; kind < USERNS_KINDS; kind++)
		failed = helpers->pids[kind] < 0 || clone_reap(helpers->pids[kind]) != 0 || failed;
	if (failed)
		read_complaint(helpers->errors, complaint, sizeof(complaint));
	cleanup_close(&helpers->errors);
	*helpers = USERNS_HELPERS_INIT;
	if (!failed)
		return 0;
	(void)fail(err, CONTAINR_E_PERMISSION_DENIED,
		   "cannot map the ids of the user namespace: %s",
		   *complaint ? complaint : "newuidmap or newgidmap did not start");
	return fail_hint(err, "check the ranges in /etc/subuid and /etc/subgid");
}

static bool is_own_id_only(const struct idmap *map, uint32_t id)
{
	return map->count == 1 && map->ranges[0].count == 1 && map->ranges[0].outside == id;
}

/* Writes the maps, or starts the helpers that do. */
static int begin_map(pid_t pid, const struct idmap *uids, const struct idmap *gids,
		     struct userns_helpers *helpers, struct containr_error *err)
{
	const struct idmap *const maps[USERNS_KINDS] = { uids, gids };
	bool own_only = is_own_id_only(uids, geteuid()) && is_own_id_only(gids, getegid());
	int r = 0;

	if (userns_is_rootless() && !own_only)
		return start_helpers(pid, maps, helpers, err);
	/* user_namespaces(7): the price of mapping one's group without a privilege */
	if (userns_is_rootless())
		r = write_file(pid, "setgroups", "deny", 4, err);
	if (r == 0)
		r = write_map(pid, GIDS, gids, err);
	return r < 0 ? r : write_map(pid, UIDS, uids, err);
}

int userns_map(pid_t pid, const struct idmap *uids, const struct idmap *gids,
	       struct containr_error *err)
{
	struct userns_helpers helpers = USERNS_HELPERS_INIT;
	int r = begin_map(pid, uids, gids, &helpers, err);

	if (r == 0 && helpers.errors >= 0)
		r = wait_for_helpers(&helpers, err);
	return r;
}

/* Raw: the C library's would stop all threads, of which there is one. */
int userns_become_root(struct containr_error *err)
{
	/* EPERM: setgroups(2) is denied where only the own group is mapped */
	if (syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot drop the host's groups");
	if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot become root of the user namespace");
	return 0;
}

/* newuidmap(1) refuses a process whose /proc/PID is not the caller's, as one's that is undumpable. */
static pid_t clone_holder(int *ret_pidfd)
{
	bool hidden = userns_is_rootless() && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
	bool by_hand;
	pid_t pid;

	if (hidden)
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	pid = clone_process(CLONE_NEWUSER, -1, ret_pidfd, &by_hand);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			(void)pause();
	}
	if (hidden)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return pid;
}

int userns_begin(const struct idmap *uids, const struct idmap *gids, struct userns_maker *maker,
		 struct containr_error *err)
{
	autoclose int pidfd = -1;
	char path[64];
	int r = 0;

	maker->holder = clone_holder(&pidfd);
	if (maker->holder < 0) {
		(void)fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot create a user namespace");
		maker->holder = 0;
		return fail_hint(err, "the host has to allow user namespaces: see "
				      "user.max_user_namespaces");
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)maker->holder);
	maker->fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (maker->fd < 0)
		r = fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot open '%s'", path);
	if (r == 0)
		r = begin_map(maker->holder, uids, gids, &maker->helpers, err);
	if (r < 0)
		userns_abandon(maker);
	return r;
}

int userns_finish(struct userns_maker *maker, int *ret_fd, struct containr_error *err)
{
	int r = maker->helpers.errors >= 0 ? wait_for_helpers(&maker->helpers, err) : 0;

	if (r == 0)
		*ret_fd = steal_fd(&maker->fd);
	userns_abandon(maker);
	return r;
}

void userns_abandon(struct userns_maker *maker)
{
	struct containr_error ignored;

	if (maker->helpers.errors >= 0)
		error_ignore(wait_for_helpers(&maker->helpers, &ignored));
	if (maker->holder > 0) {
		(void)kill(maker->holder, SIGKILL);
		(void)clone_reap(maker->holder);
	}
	cleanup_close(&maker->fd);
	*maker = USERNS_MAKER_INIT;
}

int userns_open(const struct idmap *uids, const struct idmap *gids, int *ret_fd,
		struct containr_error *err)
{
	struct userns_maker maker = USERNS_MAKER_INIT;
	int r = userns_begin(uids, gids, &maker, err);

	return r < 0 ? r : userns_finish(&maker, ret_fd, err);
}

/* The child that stays outside, where the ids to map are, and maps them for its parent. */
static _Noreturn void mapper_main(int gate, int report, struct idmap *uids, struct idmap *gids)
{
	struct containr_error err;
	char byte;

	error_clear(&err);
	if (read(gate, &byte, 1) == 1)
		error_ignore(userns_map(getppid(), uids, gids, &err));
	(void)!write(report, &err, sizeof(err));
	_exit(0);
}

static int unshare_user(struct containr_error *err)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0)
		return 0;
	(void)fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot create a user namespace");
	return fail_hint(err, "the host has to allow user namespaces: see "
			      "kernel.unprivileged_userns_clone and user.max_user_namespaces");
}

/* Unshares and lets the child outside map the ids. */
static int unshare_and_wait(int gate, int report, struct containr_error *err)
{
	struct containr_error word;
	int r = unshare_user(err);

	if (r < 0)
		return r;
	if (write(gate, "", 1) != 1 || read(report, &word, sizeof(word)) != sizeof(word))
		return fail(err, CONTAINR_E_NAMESPACE_SETUP, "the ids could not be mapped");
	if (word.code == CONTAINR_E_OK)
		return 0;
	*err = word;
	return -word.code;
}

int userns_enter(struct containr_error *err)
{
	struct idmap uids = { 0 };
	struct idmap gids = { 0 };
	int gate[2] = { -1, -1 };
	int report[2] = { -1, -1 };
	pid_t mapper;
	int r;

	if (!userns_is_rootless())
		return 0;
	/* newuidmap(1) looks at who owns /proc/PID */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	r = userns_own_ids(&uids, &gids, err);
	if (r == 0 && (pipe2(gate, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0))
		r = fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot create a pipe");
	if (r == 0) {
		mapper = fork();
		if (mapper == 0) {
			cleanup_close(&gate[1]);
			mapper_main(gate[0], report[1], &uids, &gids);
		}
		cleanup_close(&report[1]);
		report[1] = -1;
		r = mapper < 0 ? fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot fork")
			       : unshare_and_wait(gate[1], report[0], err);
		cleanup_close(&gate[1]);
		gate[1] = -1;
		if (mapper > 0)
			(void)clone_reap(mapper);
	}
	for (int i = 0; i < 2; i++) {
		cleanup_close(&gate[i]);
		cleanup_close(&report[i]);
	}
	idmap_release(&uids);
	idmap_release(&gids);
	return r < 0 ? r : userns_become_root(err);
}

static _Noreturn void worker_main(int (*work)(void *context, struct containr_error *err),
				  void *context, int report)
{
	struct containr_error err;
	int r;

	error_clear(&err);
	r = userns_enter(&err);
	if (r == 0)
		r = work(context, &err);
	if (r == 0)
		error_clear(&err);
	_exit(write(report, &err, sizeof(err)) == sizeof(err) ? 0 : 125);
}

int userns_run_child(int (*work)(void *context, struct containr_error *err), void *context,
		     struct containr_error *err)
{
	struct containr_error word;
	int report[2];
	ssize_t got;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot create a pipe");
	pid = fork();
	if (pid == 0)
		worker_main(work, context, report[1]);
	cleanup_close(&report[1]);
	do
		got = read(report[0], &word, sizeof(word));
	while (got < 0 && errno == EINTR);
	cleanup_close(&report[0]);
	if (pid < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot fork");
	(void)clone_reap(pid);
	if (got != sizeof(word))
		return fail(err, CONTAINR_E_NAMESPACE_SETUP,
			    "the process in the user namespace ended early");
	if (word.code == CONTAINR_E_OK)
		return 0;
	*err = word;
	return -word.code;
}

int userns_run(int (*work)(void *context, struct containr_error *err), void *context,
	       struct containr_error *err)
{
	return userns_is_rootless() ? userns_run_child(work, context, err) : work(context, err);
}
