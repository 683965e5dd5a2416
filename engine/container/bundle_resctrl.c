/* SPDX-License-Identifier: MIT */
#include "container/bundle_resctrl.h"

#include "base/cleanup.h"

#include <string.h>
#include <unistd.h>

static const char *const prefixes[] = {
	[RESCTRL_FOREIGN] = "foreign:",
	[RESCTRL_SHARED] = "shared:",
	[RESCTRL_CONTAINER] = "own:",
};

static int note(const struct bundle *bundle, const struct resctrl_group *group,
		struct containr_error *err)
{
	autofree char *text = NULL;

	if (asprintf(&text, "%s%s", prefixes[group->owner], group->path) < 0)
		return fail_oom(err);
	if (symlinkat(text, bundle->dir, BUNDLE_RESCTRL) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot note the container's resctrl group");
	return 0;
}

static bool read_note(const struct bundle *bundle, enum resctrl_owner *ret_owner,
		      char ret_path[RESCTRL_PATH_SIZE])
{
	char text[RESCTRL_PATH_SIZE];
	ssize_t len = readlinkat(bundle->dir, BUNDLE_RESCTRL, text, sizeof(text) - 1);

	if (len <= 0)
		return false;
	text[len] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		if (!str_starts_with(text, prefixes[i]) || text[strlen(prefixes[i])] != '/')
			continue;
		*ret_owner = (enum resctrl_owner)i;
		(void)snprintf(ret_path, RESCTRL_PATH_SIZE, "%s", text + strlen(prefixes[i]));
		return true;
	}
	return false;
}

int bundle_resctrl_make(const struct bundle *bundle, struct resctrl_group *ret_group,
			struct containr_error *err)
{
	const struct resctrl_wish *wish = &bundle->config.intel_rdt;
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	autofree char *root = NULL;
	int r;

	if (!wish->is_set)
		return 0;
	r = resctrl_find(&root, err);
	if (r == 0)
		r = resctrl_choose(root, wish, bundle->id, &group, err);
	if (r == 0)
		r = note(bundle, &group, err);
	if (r == 0)
		r = resctrl_make(&group, wish, bundle->id, err);
	if (r < 0)
		resctrl_close(&group);
	else
		*ret_group = group;
	return r;
}

int bundle_resctrl_join(const struct bundle *bundle, struct containr_error *err)
{
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	enum resctrl_owner owner;
	char path[RESCTRL_PATH_SIZE];
	int r;

	if (!read_note(bundle, &owner, path))
		return 0;
	r = resctrl_open(path, bundle->id, &group, err);
	if (r == 0)
		r = resctrl_enter(&group, getpid(), err);
	resctrl_close(&group);
	return r;
}

int bundle_resctrl_remove(const struct bundle *bundle, struct containr_error *err)
{
	enum resctrl_owner owner;
	char path[RESCTRL_PATH_SIZE];

	return read_note(bundle, &owner, path) ? resctrl_remove(path, owner, bundle->id, err) : 0;
}
