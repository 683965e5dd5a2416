/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "kernel/userns.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

static const char *const controller_names[] = {
	[CGROUP_MEMORY] = "memory",   [CGROUP_PIDS] = "pids",	      [CGROUP_CPU] = "cpu",
	[CGROUP_CPUSET] = "cpuset",   [CGROUP_CPUACCT] = "cpuacct",   [CGROUP_DEVICES] = "devices",
	[CGROUP_BLKIO] = "blkio",     [CGROUP_FREEZER] = "freezer",   [CGROUP_HUGETLB] = "hugetlb",
	[CGROUP_NET_CLS] = "net_cls", [CGROUP_NET_PRIO] = "net_prio", [CGROUP_RDMA] = "rdma",
	[CGROUP_UNIFIED] = "unified",
};

const char *cgroup_controller_name(enum cgroup_controller controller)
{
	return controller_names[controller];
}

const char *cgroup_layout_name(enum cgroup_layout layout)
{
	static const char *const names[] = {
		[CGROUP_LAYOUT_NONE] = "none",
		[CGROUP_LAYOUT_V1] = "v1",
		[CGROUP_LAYOUT_HYBRID] = "hybrid",
		[CGROUP_LAYOUT_V2] = "v2",
	};

	return names[layout];
}

const char *cgroup_v2_name(enum cgroup_controller controller)
{
	return controller == CGROUP_BLKIO ? "io" : controller_names[controller];
}

int cgroup_folder(const struct cgroup_host *host, enum cgroup_controller controller,
		  const char *path, char *out, size_t size)
{
	int len;

	if (host->layout == CGROUP_LAYOUT_V2)
		len = snprintf(out, size, CGROUP_ROOT "%s", path);
	else
		len = snprintf(out, size, CGROUP_ROOT "/%s%s", controller_names[controller], path);
	return len > 0 && (size_t)len < size ? 0 : -1;
}

static bool is_file_system(const char *path, unsigned long magic)
{
	struct statfs info;

	return statfs(path, &info) == 0 && (unsigned long)info.f_type == magic;
}

static unsigned int read_v2_controllers(const char *file)
{
	char text[512];
	unsigned int found = 0;
	autoclose int fd = openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	char *rest = text;
	char *word;

	if (len <= 0)
		return 0;
	text[len] = '\0';
	while ((word = strsep(&rest, " \n")))
		for (int i = 0; i < CGROUP_UNIFIED; i++)
			if (strcmp(word, cgroup_v2_name((enum cgroup_controller)i)) == 0)
				found |= CGROUP_BIT(i);
	return found;
}

/* struct linux_dirent64 of getdents64(2): readdir(3) would allocate. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

static unsigned int controller_of(const char *name)
{
	for (int i = 0; i < CGROUP_UNIFIED; i++)
		if (strcmp(controller_names[i], name) == 0)
			return CGROUP_BIT(i);
	return 0;
}

/* One look at the folder of all hierarchies instead of one at each; "cpu" may be a link to
 * "cpu,cpuacct". */
static unsigned int list_v1_hierarchies(void)
{
	autoclose int dir = openat(AT_FDCWD, CGROUP_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	union {
		struct entry first; /* for its alignment */
		char bytes[4096];
	} buffer;
	unsigned int found = 0;
	long len;

	while (dir >= 0 && (len = syscall(SYS_getdents64, dir, &buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < len;) {
			const struct entry *entry = (const void *)(buffer.bytes + at);

			found |= controller_of(entry->name);
			at += entry->size;
		}
	}
	return found;
}

/* Root of a user namespace may be an ordinary user all the same. */
static bool may_create(void)
{
	return geteuid() == 0 && (!is_file_system(CGROUP_ROOT, CGROUP2_SUPER_MAGIC) ||
				  access(CGROUP_ROOT "/cgroup.procs", W_OK) == 0);
}

/* An ordinary user has what was given to him, on a host that has v2 only. */
static void probe_delegated(struct cgroup_host *host)
{
	char own[1024];
	autoclose int fd = -1;
	ssize_t len;

	host->is_denied = true;
	if (!is_file_system(CGROUP_ROOT, CGROUP2_SUPER_MAGIC))
		return;
	host->layout = CGROUP_LAYOUT_V2;
	host->v2 = CGROUP_BIT(CGROUP_UNIFIED);
	fd = openat(AT_FDCWD, "/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, own, sizeof(own) - 1);
	if (len <= 0)
		return;
	own[len] = '\0';
	if (!cgroup_find_delegated(CGROUP_ROOT, own, host->place))
		return;
	host->is_denied = false;
}

static void probe_v2(struct cgroup_host *host)
{
	char file[CGROUP_PLACE_SIZE + 64];

	(void)snprintf(file, sizeof(file), CGROUP_ROOT "%s/cgroup.controllers", host->place);
	host->layout = CGROUP_LAYOUT_V2;
	host->v2 = read_v2_controllers(file) | CGROUP_BIT(CGROUP_UNIFIED);
}

void cgroup_host_probe(struct cgroup_host *ret_host)
{
	struct cgroup_host *host = ret_host;

	*host = (struct cgroup_host) { .is_users = geteuid() != 0 || userns_is_nested() };
	if (!may_create())
		probe_delegated(host);
	if (host->is_denied)
		return;
	if (is_file_system(CGROUP_ROOT, CGROUP2_SUPER_MAGIC)) {
		probe_v2(host);
		return;
	}
	host->v1 = list_v1_hierarchies();
	if (host->v1)
		host->layout = CGROUP_LAYOUT_V1;
	if (is_file_system(CGROUP_ROOT "/unified", CGROUP2_SUPER_MAGIC)) {
		host->layout = CGROUP_LAYOUT_HYBRID;
		host->v2 = CGROUP_BIT(CGROUP_UNIFIED);
	}
}
