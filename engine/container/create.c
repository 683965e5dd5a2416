/* SPDX-License-Identifier: MIT */
#include "container/create.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/time.h"
#include "container/config.h"
#include "container/create_bundle.h"
#include "container/handover.h"
#include "container/health_config.h"
#include "container/id_range.h"
#include "container/join.h"
#include "container/live.h"
#include "container/name.h"
#include "container/state.h"
#include "image/image.h"
#include "image/snapshot.h"
#include "kernel/signal_name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STOP_TIMEOUT_S 10
#define NAME_TRIES 20

void container_init(struct container *container)
{
	*container = (struct container) {
		.dir = -1, .state_fd = -1, .image_pin = -1, .volumes = VOLUME_MOUNTS_INIT
	};
	container->userns = USERNS_MAKER_INIT;
	oci_config_init(&container->config);
}

void container_release(struct container *container)
{
	cleanup_close(&container->dir);
	cleanup_close(&container->state_fd);
	cleanup_close(&container->image_pin);
	userns_abandon(&container->userns);
	name_files_release(&container->name_files);
	volume_mounts_release(&container->volumes);
	volumes_from_release(&container->volumes_from);
	record_release(&container->record);
	oci_config_release(&container->config);
	rootfs_release(&container->rootfs);
	container_init(container);
}

/* Fills in where the container's files are: what follows from its id and record alone. */
static int set_rootfs(const struct containr *engine, struct container *c,
		      struct containr_error *err)
{
	struct rootfs *rootfs = &c->rootfs;

	/* the root of a bundle stays where it is; what is made of an image has "rootfs" */
	if (c->config.root_path && c->config.root_path[0] == '/') {
		rootfs->kind = ROOTFS_BIND;
		rootfs->path = strdup(c->config.root_path);
		return rootfs->path ? 0 : fail_oom(err);
	}
	rootfs->kind = ROOTFS_OVERLAY;
	rootfs->is_volatile = c->record.auto_remove;
	strv_extend(&rootfs->lower, c->record.lower.items);
	rootfs->base = strdup(engine->root);
	if (rootfs->lower.failed || !rootfs->base ||
	    asprintf(&rootfs->path, "%s/containers/%s/rootfs", engine->root, c->id) < 0 ||
	    asprintf(&rootfs->upper, "containers/%s/upper", c->id) < 0 ||
	    asprintf(&rootfs->work, "containers/%s/work", c->id) < 0)
		return fail_oom(err);
	return 0;
}

/* A key has one value, the last that was given: two would be broken JSON in events and inspect. */
static int set_labels(const struct containr_spec *spec, const struct containr_image *image,
		      struct strv *labels, struct containr_error *err)
{
	strv_extend(labels, image->config.labels);
	for (size_t i = 0; spec->labels && spec->labels[i]; i++) {
		const char *item = spec->labels[i];
		autofree char *whole = NULL;

		if (!*item || *item == '=')
			return fail(err, CONTAINR_E_INVALID_ARGUMENT,
				    "--label: '%s' is not KEY=VALUE", item);
		if (asprintf(&whole, "%s%s", item, strchr(item, '=') ? "" : "=") < 0) {
			whole = NULL;
			return fail_oom(err);
		}
		oci_set_env(labels, whole);
	}
	return labels->failed ? fail_oom(err) : 0;
}

static int set_record(const struct containr_spec *spec, const struct containr_image *image,
		      struct container *c, struct containr_error *err)
{
	struct record *record = &c->record;
	const char *signal = spec->stop_signal ? spec->stop_signal : image->config.stop_signal;
	int number;
	int r = set_labels(spec, image, &record->labels, err);

	if (r < 0)
		return r;
	record->id = strdup(c->id);
	record->image = strdup(spec->bundle ? spec->bundle : spec->image);
	record->snapshot = strdup(spec->snapshot ? spec->snapshot : "");
	record->image_id = strdup(image->id);
	record->stop_signal = strdup(signal && *signal ? signal : "SIGTERM");
	record->stop_timeout_s = spec->stop_timeout_s ? spec->stop_timeout_s : STOP_TIMEOUT_S;
	record->created_ns = time_now_ns();
	record->tty = spec->tty;
	record->stdin_open = spec->stdin_open;
	record->auto_remove = spec->auto_remove;
	strv_extend(&record->command, c->config.process.args.items);
	if (!record->id || !record->image || !record->image_id || !record->snapshot ||
	    !record->stop_signal || record->command.failed)
		return fail_oom(err);
	r = health_config_of_spec(&spec->healthcheck, &image->config.healthcheck,
				  &record->healthcheck, err);
	if (r < 0)
		return r;
	r = signal_parse(record->stop_signal, &number, err);
	return r < 0 ? fail_prefix(err, "--stop-signal")
		     : policy_of_spec(spec, &record->policy, err);
}

/* What HOSTNAME says: the container's name, or the host's where it is shared. */
static const char *own_hostname(const struct oci_config *config)
{
	static const char key[] = "HOSTNAME=";

	for (size_t i = 0; i < config->process.env.len; i++)
		if (str_starts_with(config->process.env.items[i], key))
			return config->process.env.items[i] + strlen(key);
	return "localhost";
}

static int set_config(struct containr *engine, const struct containr_spec *spec,
		      const struct containr_image *image, struct container *c,
		      struct containr_error *err)
{
	autofree char *init_path = path_join(engine->libexec, "containr-init");
	struct containr_spec whole = *spec;
	int r;

	if (!init_path)
		return fail_oom(err);
	r = volumes_from_design(engine, spec, &c->volumes_from, err);
	if (r == 0 && c->volumes_from.mounts) {
		whole.mounts = c->volumes_from.mounts;
		whole.mount_count = c->volumes_from.count;
	}
	if (r == 0)
		r = volume_mounts_design(engine, &whole, &image->config, &c->volumes, err);
	if (r < 0)
		return r;
	if (c->volumes.mounts) {
		whole.mounts = c->volumes.mounts;
		whole.mount_count = c->volumes.count;
	}
	r = config_of_spec(&whole, &image->config, c->id, init_path, &c->config, err);
	if (r == 0)
		r = name_files_design(engine, spec, c->id, own_hostname(&c->config), &c->config,
				      &c->name_files, err);
	if (r == 0)
		r = join_design(engine, &c->config, err);
	if (r < 0)
		return r;
	c->config.root_path = strdup("rootfs");
	if (!c->config.root_path)
		return fail_oom(err);
	return 0;
}

/* OS[/ARCHITECTURE[/VARIANT]]; which variant an image is for it does not say here. */
static int check_platform(const struct containr_spec *spec, const struct containr_image *image,
			  struct containr_error *err)
{
	const char *wanted = spec->platform;
	char own[128];
	size_t len;

	if (!wanted)
		return 0;
	(void)snprintf(own, sizeof(own), "%s/%s", image->os, image->architecture);
	len = strlen(own);
	if (strcmp(wanted, image->os) == 0 ||
	    (strncmp(wanted, own, len) == 0 && (!wanted[len] || wanted[len] == '/')))
		return 0;
	(void)fail(err, CONTAINR_E_IMAGE_NOT_FOUND, "image '%s' is for %s, not for %s", spec->image,
		   own, wanted);
	return fail_hint(err, "import one for that platform, or leave --platform out");
}

static int design_of_image(struct containr *engine, const struct containr_spec *spec,
			   struct container *container, struct containr_error *err)
{
	autoimage *image = NULL;
	int r = containr_image_inspect(engine, spec->image, &image, err);

	if (r != 0)
		return r;
	r = check_platform(spec, image, err);
	if (r == 0)
		r = image_lower_dirs(engine, image, &container->record.lower, err);
	if (r == 0)
		r = set_config(engine, spec, image, container, err);
	if (r == 0)
		r = set_record(spec, image, container, err);
	return r;
}

/* Of an image that may have no name any more; what the snapshot has lies on top of it. */
static int design_of_snapshot(struct containr *engine, const struct containr_spec *spec,
			      struct container *container, struct containr_error *err)
{
	autosnapshot *snapshot = NULL;
	autoimage *image = NULL;
	struct containr_spec whole = *spec;
	int r = snapshot_stat(engine, spec->snapshot, &snapshot, err);

	if (r == 0)
		r = image_load(engine, snapshot->image_id, &image, err);
	if (r != 0)
		return r;
	whole.image = snapshot->image;
	r = check_platform(&whole, image, err);
	if (r == 0)
		r = snapshot_prepare(engine, snapshot, &container->record.lower, err);
	if (r == 0)
		r = set_config(engine, &whole, image, container, err);
	return r == 0 ? set_record(&whole, image, container, err) : r;
}

static int design_of_bundle(const struct containr_spec *spec, struct container *container,
			    struct containr_error *err)
{
	static char no_id[] = "";
	const struct containr_image nothing = { .id = no_id };
	int r = create_bundle_config(spec->bundle, spec->tty, &container->config, err);

	return r < 0 ? r : set_record(spec, &nothing, container, err);
}

static int design_of(struct containr *engine, const struct containr_spec *spec,
		     struct container *container, struct containr_error *err)
{
	if (spec->bundle)
		return design_of_bundle(spec, container, err);
	return spec->snapshot ? design_of_snapshot(engine, spec, container, err)
			      : design_of_image(engine, spec, container, err);
}

int container_design(struct containr *engine, const struct containr_spec *spec,
		     struct container *container, struct containr_error *err)
{
	int r;

	if (spec->name) {
		r = name_check(spec->name, err);
		if (r < 0)
			return r;
	}
	r = fs_random_hex(CONTAINR_ID_LENGTH / 2, container->id, err);
	/* also for a bundle: it says that a maker is at work, whose folder is not to be swept away */
	if (r == 0)
		r = image_pin(engine, &container->image_pin, err);
	if (r == 0)
		r = design_of(engine, spec, container, err);
	if (r == 0)
		r = set_rootfs(engine, container, err);
	if (r == 0)
		r = config_set_cgroup(spec, container->id, &container->config, err);
	if (r == 0 && spec->name) {
		container->record.name = strdup(spec->name);
		r = container->record.name ? 0 : fail_oom(err);
	}
	return r;
}

int container_write_config(int dir, const struct oci_config *config, enum fs_durability durability,
			   struct containr_error *err)
{
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);

	oci_config_write(&w, config);
	if (text.failed)
		return fail_oom(err);
	return fs_replace_file(dir, "config.json", text.data, text.len, 0600, durability, err);
}

static int make_folders(const struct container *c, struct containr_error *err)
{
	static const char *const folders[] = { "upper", "work", "rootfs" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (mkdirat(c->dir, folders[i], 0755) < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot create the container's folder");
	return 0;
}

static int choose_name(const struct containr *engine, struct container *c,
		       struct containr_error *err)
{
	int r = 0;

	if (c->record.name)
		return name_take(engine, c->id, c->record.name, err);
	for (int tries = 0; tries < NAME_TRIES; tries++) {
		r = name_make(&c->record.name, err);
		if (r == 0)
			r = name_take(engine, c->id, c->record.name, err);
		if (r == 0 || err->code != CONTAINR_E_CONTAINER_EXISTS)
			return r;
		free(steal_ptr(&c->record.name));
	}
	/* thousands of containers: the id is a name nobody else has */
	c->record.name = strndup(c->id, 12);
	return c->record.name ? name_take(engine, c->id, c->record.name, err) : fail_oom(err);
}

static int fill_folder(struct containr *engine, struct container *c, struct containr_error *err)
{
	struct state state = { .status = STATE_CREATED, .created_ns = c->record.created_ns };
	int r = state_create(c->dir, &state, &c->state_fd, err);

	if (r == 0)
		r = make_folders(c, err);
	if (r == 0)
		r = name_files_write(c->dir, &c->name_files, err);
	if (r == 0)
		r = volume_mounts_make(engine, &c->volumes, &c->rootfs, c->dir, c->id,
				       c->record.auto_remove, err);
	if (r == 0)
		r = id_range_claim(engine, c, err);
	if (r == 0)
		r = container_write_config(c->dir, &c->config,
					   c->record.auto_remove ? FS_VOLATILE : FS_BEGUN, err);
	if (r == 0)
		r = choose_name(engine, c, err);
	if (r < 0)
		return r;
	/*
	 * Two waits for the disk instead of four: the first sync of the record takes what is on its
	 * way along, the sync of the folder is for both names.
	 */
	r = record_write(c->dir, &c->record, err);
	if (r == 0 && !c->record.auto_remove && fs_sync(c->dir, "config.json") < 0)
		r = fail_sys(err, CONTAINR_E_IO, "cannot write the container's configuration");
	if (r < 0)
		name_drop(engine, c->id, c->record.name);
	return r;
}

/* By way of the trash where there are volumes: it says which of them to remove. */
static void discard_half_made(const struct containr *engine, struct container *c, const char *path)
{
	struct containr_error ignored;
	bool has_volumes = c->volumes.use_count > 0;

	volume_mounts_release(&c->volumes);
	if (!has_volumes || references_doom(c->dir, &ignored) < 0 ||
	    store_trash(engine, path, &ignored) < 0) {
		error_ignore(fs_remove_tree(engine->root_fd, path, &ignored));
		return;
	}
	references_sweep(engine);
	error_ignore(store_empty_trash(engine, &ignored));
}

int container_make(struct containr *engine, struct container *container, struct containr_error *err)
{
	char path[96];
	int r;

	(void)snprintf(path, sizeof(path), "containers/%s", container->id);
	if (mkdirat(engine->root_fd, path, 0711) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root, path);
	r = fs_open_dir(engine->root_fd, path, &container->dir, err);
	if (r == 0)
		r = fill_folder(engine, container, err);
	if (r < 0) {
		discard_half_made(engine, container, path);
		return r;
	}
	/* the record and the references keep what they name from now on */
	volume_mounts_release(&container->volumes);
	record_tell(engine, container->id, &container->record, "create", "");
	return 0;
}

int container_load_locked(struct containr *engine, struct container *container,
			  struct containr_error *err)
{
	int r;

	handover_forget_restart(container->dir);
	r = record_read(container->dir, &container->record, err);
	if (r == 0)
		r = oci_config_load(container->dir, "config.json", &container->config, err);
	return r < 0 ? r : set_rootfs(engine, container, err);
}

int container_read(struct containr *engine, const struct live *live, struct container *container,
		   struct containr_error *err)
{
	int r = fs_open_dir(live->dir, ".", &container->dir, err);

	memcpy(container->id, live->id, sizeof(container->id));
	return r < 0 ? r : container_load_locked(engine, container, err);
}

/*
 * An overlay that was mounted without syncs may not be mounted again: the kernel leaves a mark. After
 * a crash of the host that is right; in the same boot nothing was lost. overlayfs.rst, "Volatile
 * mount"
 */
static void renew_overlay(int dir, const struct state *state)
{
	autoclose int work = openat(dir, "work", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char boot_id[40];
	struct containr_error ignored;

	if (state_boot_id(boot_id, &ignored) < 0 || strcmp(boot_id, state->boot_id) != 0)
		return;
	/* overlayfs has a folder "work" of its own in the one it is given */
	(void)unlinkat(work, "work/incompat/volatile/dirty", 0);
	(void)unlinkat(work, "work/incompat/volatile", AT_REMOVEDIR);
}

int container_load(struct containr *engine, const char *name, struct container *container,
		   struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r = live_find(engine, name, &live, err);

	if (r < 0)
		return r;
	if (state_is_up(&live.state))
		return fail(err, CONTAINR_E_CONTAINER_RUNNING, "container '%s' is running", name);
	/* its last run may still be cleaned up */
	r = live_lock(&live, name, err);
	memcpy(container->id, live.id, sizeof(container->id));
	container->dir = steal_fd(&live.dir);
	container->state_fd = steal_fd(&live.state_fd);
	if (r == 0)
		r = container_load_locked(engine, container, err);
	if (r == 0 && container->record.auto_remove)
		renew_overlay(container->dir, &live.state);
	return r;
}

int container_discard(struct containr *engine, const struct container *container,
		      struct containr_error *err)
{
	char path[96];
	int r;

	/* the name first: a container without a name can be found by id, a name without one cannot
	 */
	if (container->record.name)
		name_drop(engine, container->id, container->record.name);
	(void)snprintf(path, sizeof(path), "containers/%s", container->id);
	r = store_trash(engine, path, err);
	if (r == 0)
		record_tell(engine, container->id, &container->record, "destroy", "");
	return r;
}

int containr_create(struct containr *engine, const struct containr_spec *spec,
		    char ret_id[CONTAINR_ID_LENGTH + 1], struct containr_error *err)
{
	autocontainer container;
	int r;

	container_init(&container);
	r = container_design(engine, spec, &container, err);
	if (r == 0)
		r = container_make(engine, &container, err);
	if (r == 0)
		memcpy(ret_id, container.id, sizeof(container.id));
	return r;
}
