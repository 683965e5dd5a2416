/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FULL_MAX (2 * CGROUP_PLACE_SIZE)
#define SUPERVISOR "supervisor" /* the name that systemd's documents use: DelegateSubgroup= */
#define MOVE_ROUNDS 20
#define PIDS_MAX (1 << 20)

/* What was given to somebody belongs to him: the folder, and the two files that make it usable. */
static bool is_delegated(const char *root, const char *path)
{
	static const char *const needed[] = { "", "/cgroup.procs", "/cgroup.subtree_control" };
	char full[FULL_MAX];

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		int len = snprintf(full, sizeof(full), "%s%s%s", root, path, needed[i]);

		if (len < 0 || (size_t)len >= sizeof(full) || access(full, W_OK) < 0)
			return false;
	}
	return true;
}

bool cgroup_find_delegated(const char *root, const char *own, char ret_place[CGROUP_PLACE_SIZE])
{
	const char *line = strstr(own, "0::/");
	char path[CGROUP_PLACE_SIZE];
	size_t len;
	bool found = false;

	if (!line || (line != own && line[-1] != '\n'))
		return false;
	line += strlen("0::");
	len = strcspn(line, "\n");
	if (len >= sizeof(path))
		return false;
	memcpy(path, line, len);
	path[len] = '\0';
	/* from the bottom up, as one that is out of reach ends what may be moved: cgroups(7) */
	for (;;) {
		if (strcmp(path, "/") == 0)
			path[0] = '\0';
		if (!is_delegated(root, path))
			return found;
		found = true;
		(void)snprintf(ret_place, CGROUP_PLACE_SIZE, "%s", path);
		if (!*path)
			return true;
		*strrchr(path, '/') = '\0';
	}
}

void cgroup_host_given(struct cgroup_host *host)
{
	if (!host->is_denied || host->layout != CGROUP_LAYOUT_V2)
		return;
	host->is_denied = false;
	host->v2 = CGROUP_BIT(CGROUP_UNIFIED) | CGROUP_BIT(CGROUP_MEMORY) |
		   CGROUP_BIT(CGROUP_PIDS) | CGROUP_BIT(CGROUP_CPU) | CGROUP_BIT(CGROUP_CPUSET) |
		   CGROUP_BIT(CGROUP_BLKIO) | CGROUP_BIT(CGROUP_HUGETLB) | CGROUP_BIT(CGROUP_RDMA);
}

const char *cgroup_below_place(const struct cgroup_host *host, const char *path)
{
	size_t len = strlen(host->place);

	if (strncmp(path, host->place, len) == 0 && (path[len] == '/' || path[len] == '\0'))
		return path + len;
	/* somewhere else: only the cgroup itself is the caller's */
	return strrchr(path, '/');
}

/* Those that have ended meanwhile, and those that are another's, stay. */
static void move_listed(const char *pids, int target)
{
	for (const char *p = pids; *p;) {
		const char *end = strchrnul(p, '\n');

		if (write(target, p, (size_t)(end - p)) < 0 && errno == EBADF)
			return;
		p = *end ? end + 1 : end;
	}
}

int cgroup_vacate(const char *folder)
{
	struct containr_error ignored;
	autoclose int dir = openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int target = -1;

	if (dir < 0 || (mkdirat(dir, SUPERVISOR, 0755) < 0 && errno != EEXIST))
		return -1;
	target = openat(dir, SUPERVISOR "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (target < 0)
		return -1;
	/* one may fork while it is moved */
	for (int round = 0; round < MOVE_ROUNDS; round++) {
		autostr pids = STR_INIT;

		if (fs_read_file(dir, "cgroup.procs", PIDS_MAX, &pids, &ignored) < 0)
			return -1;
		if (!pids.len)
			return 0;
		move_listed(pids.data, target);
	}
	errno = EBUSY;
	return -1;
}
