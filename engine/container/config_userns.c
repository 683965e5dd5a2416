/* SPDX-License-Identifier: MIT */
#include "container/config_parts.h"

#include "base/cleanup.h"
#include "container/id_range.h"
#include "kernel/userns.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define TTY_GROUP 5

/* devpts gives terminals to the group tty, where that is one of the namespace's. */
static void drop_unmapped_group(struct oci_config *config)
{
	uint32_t ignored;

	if (idmap_to_outside(&config->gid_map, TTY_GROUP, &ignored))
		return;
	for (size_t i = 0; i < config->mount_count; i++)
		if (strcmp(config->mounts[i].type, "devpts") == 0)
			strv_remove(&config->mounts[i].options, "gid=5");
}

/* An ordinary user is root of a namespace with his own ids, for all that he runs. */
static int use_own_ids(struct config_maker *m)
{
	struct oci_config *config = m->config;
	int r = userns_own_ids(&config->uid_map, &config->gid_map, m->err);

	if (r == 0)
		r = oci_add_namespace(config, CLONE_NEWUSER, NULL, m->err);
	if (r == 0)
		drop_unmapped_group(config);
	return r;
}

int config_set_userns(struct config_maker *m)
{
	const char *mode = m->spec->userns_mode;
	bool is_auto = mode && strcmp(mode, "auto") == 0;

	if (mode && *mode && !is_auto && strcmp(mode, "host") != 0) {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT, "--userns: '%s' is no mode", mode);
		return fail_hint(m->err, "use host or auto");
	}
	if (is_auto && userns_is_rootless()) {
		(void)fail(m->err, CONTAINR_E_UNSUPPORTED,
			   "--userns auto: an ordinary user's containers share his ids");
		return fail_hint(m->err, "leave the option out, or run it as root");
	}
	if (is_auto && m->spec->privileged)
		return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--userns auto: cannot be given beside --privileged");
	if (is_auto)
		return id_range_design(m->config, m->err);
	return userns_is_rootless() ? use_own_ids(m) : 0;
}
