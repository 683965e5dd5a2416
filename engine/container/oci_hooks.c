/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "container/oci_place.h"

#include <stdlib.h>

#define HOOK_TIMEOUT_MAX (365 * 24 * 3600)

static const char *const kind_names[OCI_HOOK_KINDS] = {
	[OCI_HOOK_PRESTART] = "prestart",
	[OCI_HOOK_CREATE_RUNTIME] = "createRuntime",
	[OCI_HOOK_CREATE_CONTAINER] = "createContainer",
	[OCI_HOOK_START_CONTAINER] = "startContainer",
	[OCI_HOOK_POSTSTART] = "poststart",
	[OCI_HOOK_POSTSTOP] = "poststop",
};

const char *oci_hook_kind_name(enum oci_hook_kind kind)
{
	return kind_names[kind];
}

static int check_hook(const struct place *at, const struct oci_hook *hook)
{
	if (!hook->path || hook->path[0] != '/')
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.path: '%s' is not absolute",
			    at->path, hook->path);
	return 0;
}

static int read_hook(const struct place *at, void *target)
{
	struct oci_hooks *hooks = target;
	struct oci_hook *items = reallocarray(hooks->items, hooks->count + 1, sizeof(*items));
	struct oci_hook *hook;
	int r;

	if (!items)
		return fail_oom(at->err);
	hooks->items = items;
	hook = &items[hooks->count++];
	*hook = (struct oci_hook) { 0 };
	r = place_require(at, "path");
	if (r == 0)
		r = place_string(at, "path", &hook->path);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "args", &hook->args, at->err);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "env", &hook->env, at->err);
	/* a timeout of 0 is forbidden: it would be no time at all, or all the time there is */
	if (r == 0)
		r = json_read_int(at->value, at->path, "timeout", 1, HOOK_TIMEOUT_MAX,
				  &hook->timeout_s, at->err);
	return r < 0 ? r : check_hook(at, hook);
}

int oci_hooks_read(const struct place *at, void *target)
{
	struct oci_config *config = target;
	int r = 0;

	for (int kind = 0; kind < OCI_HOOK_KINDS && r == 0; kind++)
		r = place_each(at, kind_names[kind], &config->hooks[kind], read_hook);
	return r;
}

void oci_hooks_release(struct oci_config *config)
{
	for (int kind = 0; kind < OCI_HOOK_KINDS; kind++) {
		struct oci_hooks *hooks = &config->hooks[kind];

		for (size_t i = 0; i < hooks->count; i++) {
			free(hooks->items[i].path);
			strv_release(&hooks->items[i].args);
			strv_release(&hooks->items[i].env);
		}
		free(hooks->items);
		*hooks = (struct oci_hooks) { 0 };
	}
}

static void write_hook(struct json_writer *w, const struct oci_hook *hook)
{
	json_open_object(w, NULL);
	json_string(w, "path", hook->path);
	if (hook->args.len)
		json_strings(w, "args", hook->args.items);
	if (hook->env.len)
		json_strings(w, "env", hook->env.items);
	if (hook->timeout_s)
		json_int(w, "timeout", hook->timeout_s);
	json_close_object(w);
}

void oci_hooks_write(struct json_writer *w, const struct oci_config *config)
{
	bool open = false;

	for (int kind = 0; kind < OCI_HOOK_KINDS; kind++) {
		const struct oci_hooks *hooks = &config->hooks[kind];

		if (!hooks->count)
			continue;
		if (!open)
			json_open_object(w, "hooks");
		open = true;
		json_open_array(w, kind_names[kind]);
		for (size_t i = 0; i < hooks->count; i++)
			write_hook(w, &hooks->items[i]);
		json_close_array(w);
	}
	if (open)
		json_close_object(w);
}
