/* SPDX-License-Identifier: MIT */
#include "container/scene.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void scene_close_if_many(const int *fd)
{
	if (*fd >= SCENE_TARGETS_LEFT_OPEN)
		cleanup_close(fd);
}

void scene_forget_parent(struct scene *scene)
{
	scene_close_if_many(&scene->parent);
	scene->parent = -1;
}

static size_t parent_len_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* Opens the folder that holds the target of @step, unless it is the one that is open already. */
int scene_enter_parent(struct scene *scene, const char *target, const char **ret_name)
{
	char parent[PATH_MAX];
	size_t len = parent_len_of(target);

	if (target[0] != '/' || !target[len + 1] || len >= sizeof(parent))
		return fail(scene->err, CONTAINR_E_INVALID_CONFIG, "'%s' is no place for a mount",
			    target);
	*ret_name = target + len + 1;
	if (scene->parent >= 0 && scene->parent_len == len &&
	    strncmp(scene->parent_path, target, len) == 0)
		return 0;
	memcpy(parent, target, len);
	parent[len] = '\0';
	scene_forget_parent(scene);
	scene->parent_path = target;
	scene->parent_len = len;
	return root_make(scene->root, parent, ROOT_FOLDER, &scene->parent, scene->err);
}

/*
 * Opens a target, a folder or a file, and creates it where it is missing. In the folder that is
 * open already no path has to be resolved; a link there is followed by root_make(), inside the
 * root.
 */
int scene_open_target(struct scene *scene, const char *target, enum root_node node, int *ret_fd)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	const char *name;
	int r;

	if (node == ROOT_FILE || !target[1])
		return root_make(scene->root, target, node, ret_fd, scene->err);
	r = scene_enter_parent(scene, target, &name);
	if (r < 0)
		return r;
	*ret_fd = openat(scene->parent, name, flags);
	if (*ret_fd < 0 && errno == ENOENT && mkdirat(scene->parent, name, 0755) == 0)
		*ret_fd = openat(scene->parent, name, flags);
	if (*ret_fd >= 0)
		return 0;
	return root_make(scene->root, target, node, ret_fd, scene->err);
}

int scene_fail(struct scene *scene, const struct mount_step *step, const char *what)
{
	return fail_sys(scene->err, CONTAINR_E_ROOTFS_MOUNT, "cannot %s '%s'", what, step->target);
}

/* Whether a mount on @target puts something over the folder that is kept open. */
bool scene_covers_parent(const struct scene *scene, const char *target)
{
	size_t len = strlen(target);

	return scene->parent >= 0 && len <= scene->parent_len &&
	       strncmp(scene->parent_path, target, len) == 0;
}
