/* SPDX-License-Identifier: MIT */
#include "container/id_range.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANGE_SIZE 65536
#define SUBID_FILE_MAX (1 << 20)
#define NOBODY UINT32_MAX /* is no uid: only the name counts */

static const char *const owners[] = { "containr", "containers" };

/* What root may give away, of one of the two files; the first entry is taken. */
static int read_pool(const char *file, struct idmap_range *ret_pool, struct containr_error *err)
{
	autostr text = STR_INIT;
	int r = fs_read_file(AT_FDCWD, file, SUBID_FILE_MAX, &text, err);

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(owners); i++) {
		struct idmap map = { 0 };

		r = idmap_add_subids(&map, text.data, text.len, owners[i], NOBODY, 0, err);
		if (r == 0 && map.count)
			*ret_pool = map.ranges[0];
		idmap_release(&map);
		if (r == 0 && ret_pool->count >= RANGE_SIZE)
			return 0;
	}
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
		   "--userns auto: %s gives no 65536 ids to 'containr' or 'containers'", file);
	return fail_hint(err, "add a line there, e.g. containr:2000000000:16777216");
}

static int read_pools(struct idmap_range *uids, struct idmap_range *gids,
		      struct containr_error *err)
{
	int r = read_pool("/etc/subuid", uids, err);

	return r < 0 ? r : read_pool("/etc/subgid", gids, err);
}

int id_range_design(struct oci_config *config, struct containr_error *err)
{
	struct idmap_range uids = { 0 };
	struct idmap_range gids = { 0 };
	int r = read_pools(&uids, &gids, err);

	if (r == 0)
		r = idmap_add(&config->uid_map, 0, uids.outside, RANGE_SIZE, err);
	if (r == 0)
		r = idmap_add(&config->gid_map, 0, gids.outside, RANGE_SIZE, err);
	return r < 0 ? r : oci_add_namespace(config, CLONE_NEWUSER, NULL, err);
}

/* Whether the container that has @link is still there. */
static bool is_taken(const struct containr *engine, const char *link)
{
	char id[CONTAINR_ID_LENGTH + 1] = { 0 };
	char folder[96];

	if (readlinkat(engine->root_fd, link, id, CONTAINR_ID_LENGTH) != CONTAINR_ID_LENGTH)
		return false;
	(void)snprintf(folder, sizeof(folder), "containers/%s", id);
	return faccessat(engine->root_fd, folder, F_OK, 0) == 0;
}

/* Finds the number of a free range; the caller has the lock. */
static int take(const struct containr *engine, const char *id, uint32_t ranges,
		uint32_t *ret_number, struct containr_error *err)
{
	char link[32];

	if (mkdirat(engine->root_fd, "ids", 0711) < 0 && errno != EEXIST)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/ids'", engine->root);
	for (uint32_t number = 0; number < ranges; number++) {
		(void)snprintf(link, sizeof(link), "ids/%u", number);
		if (is_taken(engine, link))
			continue;
		(void)unlinkat(engine->root_fd, link, 0);
		if (symlinkat(id, engine->root_fd, link) < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root,
					link);
		*ret_number = number;
		return 0;
	}
	(void)fail(err, CONTAINR_E_NO_SPACE, "all %u ranges of ids are taken", ranges);
	return fail_hint(err, "remove containers, or give more ids in /etc/subuid and /etc/subgid");
}

/* What the engine keeps for the container belongs to root, and is shown as its own root's. */
static int map_own_files(const struct containr *engine, struct oci_config *config,
			 struct containr_error *err)
{
	size_t len = strlen(engine->root);

	for (size_t i = 0; i < config->mount_count; i++) {
		struct oci_mount *mount = &config->mounts[i];

		if (strcmp(mount->type, "bind") != 0 ||
		    strncmp(mount->source, engine->root, len) != 0 || mount->source[len] != '/')
			continue;
		strv_push(&mount->options, "idmap");
		if (mount->options.failed)
			return fail_oom(err);
	}
	return 0;
}

int id_range_claim(struct containr *engine, struct container *container, struct containr_error *err)
{
	struct oci_config *config = &container->config;
	struct idmap_range uids = { 0 };
	struct idmap_range gids = { 0 };
	autoclose int lock = -1;
	uint32_t ranges;
	uint32_t number;
	int r;

	if (!config->uid_map.count || userns_is_rootless())
		return 0;
	r = read_pools(&uids, &gids, err);
	if (r == 0)
		r = store_lock(engine, "ids.lock", &lock, err);
	if (r < 0)
		return r;
	ranges = (uids.count < gids.count ? uids.count : gids.count) / RANGE_SIZE;
	r = take(engine, container->id, ranges, &number, err);
	if (r < 0)
		return r;
	config->uid_map.ranges[0].outside = uids.outside + number * RANGE_SIZE;
	config->gid_map.ranges[0].outside = gids.outside + number * RANGE_SIZE;
	/* its root folder: what is in there comes from the image, or is made by the container */
	if (fchownat(container->dir, "upper", config->uid_map.ranges[0].outside,
		     config->gid_map.ranges[0].outside, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot give the container its root folder");
	return map_own_files(engine, config, err);
}
