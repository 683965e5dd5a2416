/* SPDX-License-Identifier: MIT */
#include "container/config_parts.h"

#include "base/cleanup.h"
#include "kernel/mount.h"

#include <string.h>

/* A bind has no options but the kernel's flags: a word that is none would be lost in silence. */
static int check_bind_options(struct config_maker *m, const struct strv *options)
{
	struct mount_options parsed = { 0 };
	int r = mount_options_parse(options->items, &parsed, m->err);

	if (r == 0 && parsed.data.len) {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			   "'%s' is not an option of a bind mount", parsed.data.data);
		r = fail_hint(m->err, "options are those of mount(8), e.g. ro, nosuid, rslave");
	}
	str_release(&parsed.data);
	return r;
}

static int add_spec_mount(struct config_maker *m, const struct containr_mount *mount)
{
	autostrv options = { 0 };
	bool is_bind = mount->type == CONTAINR_MOUNT_BIND;

	if (mount->target[0] != '/')
		return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			    "mount target '%s' is not an absolute path", mount->target);
	if (is_bind && mount->source[0] != '/') {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			   "mount source '%s' is not an absolute path", mount->source);
		return fail_hint(m->err, "write /PATH or ./PATH");
	}
	if (is_bind)
		strv_push(&options, mount->is_not_recursive ? "bind" : "rbind");
	else {
		strv_push(&options, "nosuid");
		strv_push(&options, "nodev");
		strv_push(&options, "noexec");
	}
	strv_extend(&options, config_list(mount->options));
	if (is_bind && !strv_contains(&options, "rshared") && !strv_contains(&options, "shared") &&
	    !strv_contains(&options, "rslave") && !strv_contains(&options, "slave"))
		strv_push(&options, "rprivate");
	if (options.failed)
		return fail_oom(m->err);
	if (is_bind && check_bind_options(m, &options) < 0)
		return -m->err->code;
	return oci_add_mount(m->config, mount->target, is_bind ? "bind" : "tmpfs",
			     is_bind ? mount->source : "tmpfs", options.items, m->err);
}

int config_set_mounts(struct config_maker *m)
{
	int r = 0;

	m->config->root_readonly = m->spec->read_only;
	for (size_t i = 0; i < m->spec->mount_count && r == 0; i++)
		r = add_spec_mount(m, &m->spec->mounts[i]);
	return r;
}
