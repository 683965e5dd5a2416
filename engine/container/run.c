/* SPDX-License-Identifier: MIT */
#include "container/create.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/cleanup.h"

#include <string.h>

/*
 * An ordinary user's container needs newuidmap(1) and newgidmap(1), as long as all the rest before
 * its first process: they work meanwhile.
 */
static int begin_user_namespace(struct container *container, struct containr_error *err)
{
	struct idmap uids = { 0 };
	struct idmap gids = { 0 };
	int r;

	if (!userns_is_rootless())
		return 0;
	r = userns_own_ids(&uids, &gids, err);
	if (r == 0)
		r = userns_begin(&uids, &gids, &container->userns, err);
	idmap_release(&uids);
	idmap_release(&gids);
	return r;
}

/*
 * The whole of `run`, as numbered steps:
 *
 *   0 begin_user_namespace()  for an ordinary user
 *   1 container_design()  what it will be: image, configuration, name    (create.c)
 *   2 container_make()    its folder with config.json and state          (create.c)
 *   3 container_start()   plan, fork of the starter, which then          (start.c)
 *   4   launch()          makes the cgroup and clones                    (launch.c)
 *   5   init_main()       the child that sets itself up and executes     (init.c)
 *   6   containr-monitor  what the starter becomes                       (engine/monitor)
 */
int containr_run(struct containr *engine, const struct containr_spec *spec,
		 char ret_id[CONTAINR_ID_LENGTH + 1], int *ret_attach, struct containr_error *err)
{
	autocontainer container;
	struct containr_error ignored;
	int r;

	container_init(&container);
	r = begin_user_namespace(&container, err);
	if (r == 0)
		r = container_design(engine, spec, &container, err);
	log_debug(&engine->log, "run: designed container %.12s of image '%s'", container.id,
		  spec->image);
	if (r == 0)
		r = container_make(engine, &container, err);
	if (r < 0)
		return r;
	r = container_start(engine, &container, ret_attach, err);
	if (r < 0) {
		/* docker leaves a container that never ran; a name that is taken by nothing helps
		 * nobody */
		error_ignore(references_doom(container.dir, &ignored));
		error_ignore(container_discard(engine, &container, &ignored));
		error_ignore(container_cleanup(engine, container.id, &ignored));
		return r;
	}
	memcpy(ret_id, container.id, sizeof(container.id));
	return 0;
}

int containr_run_plan(struct containr *engine, const struct containr_spec *spec, int fd,
		      struct containr_error *err)
{
	autocontainer container;
	autoplan plan = { 0 };
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER_PRETTY(&text);
	struct cgroup_host host;
	int r;

	container_init(&container);
	r = container_design(engine, spec, &container, err);
	cgroup_host_probe(&host);
	if (r == 0)
		r = plan_build(&container.config, &container.rootfs, container.id, &host, &plan,
			       err);
	if (r < 0)
		return r;
	plan_write(&w, &plan);
	str_append_char(&text, '\n');
	if (text.failed)
		return fail_oom(err);
	if (fs_write_all(fd, text.data, text.len) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write the plan");
	return 0;
}
