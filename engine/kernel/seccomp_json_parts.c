/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp_json_parts.h"

#include "kernel/caps.h"
#include "kernel/seccomp.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

int seccomp_json_at(struct containr_error *err, const char *key, size_t index)
{
	char below[sizeof(err->message)];

	memcpy(below, err->message, sizeof(below));
	return fail(err, CONTAINR_E_INVALID_CONFIG, "%s[%zu]%s%s", key, index,
		    *below == ':' ? "" : ".", below);
}

int seccomp_json_under(struct containr_error *err, const char *path)
{
	char below[sizeof(err->message)];

	if (*path == '\0')
		return -err->code;
	memcpy(below, err->message, sizeof(below));
	return fail(err, CONTAINR_E_INVALID_CONFIG, "%s%s%s", path, *below == ':' ? "" : ".",
		    below);
}

int seccomp_json_item(const struct json *item, const char *key, size_t index, const char **ret_text,
		      struct containr_error *err)
{
	if (item->type != JSON_STRING || strlen(item->string) != item->len) {
		(void)fail(err, CONTAINR_E_INVALID_CONFIG, ": expected a string");
		return seccomp_json_at(err, key, index);
	}
	*ret_text = item->string;
	return 0;
}

/* What a list of includes or excludes names, and what of it is there. */
struct circumstances {
	bool names_arches, has_arch;
	bool names_caps, has_all_caps, has_some_cap;
	bool names_kernel, has_kernel;
};

static int read_arches(const struct json *filter, struct circumstances *found,
		       struct containr_error *err)
{
	const struct json *arches = NULL;
	const char *name = "";
	size_t index = 0;
	int r;

	r = json_read_child(filter, "", "arches", JSON_ARRAY, &arches, err);
	if (r < 0)
		return r;
	for (const struct json *item = json_first(arches); item; item = item->next, index++) {
		r = seccomp_json_item(item, "arches", index, &name, err);
		if (r < 0)
			return r;
		found->names_arches = true;
		if (strcmp(name, syscall_arches[SYSCALL_ARCH_NATIVE].docker_name) == 0)
			found->has_arch = true;
	}
	return 0;
}

static int read_caps(const struct json *filter, uint64_t caps, struct circumstances *found,
		     struct containr_error *err)
{
	const struct json *names = NULL;
	const char *name = "";
	size_t index = 0;
	int r;

	found->has_all_caps = true;
	r = json_read_child(filter, "", "caps", JSON_ARRAY, &names, err);
	if (r < 0)
		return r;
	for (const struct json *item = json_first(names); item; item = item->next, index++) {
		int cap;

		r = seccomp_json_item(item, "caps", index, &name, err);
		if (r < 0)
			return r;
		/* A capability that is younger than we are is one that the process lacks. */
		cap = caps_from_name(name);
		found->names_caps = true;
		if (cap >= 0 && (caps & CAPS_BIT(cap)))
			found->has_some_cap = true;
		else
			found->has_all_caps = false;
	}
	return 0;
}

/* "4.8" */
static int read_min_kernel(const struct json *filter, struct circumstances *found,
			   struct containr_error *err)
{
	const char *text = NULL;
	unsigned long major, minor = 0;
	char *end;
	int r;

	r = json_read_string(filter, "", "minKernel", &text, err);
	if (r < 0 || !text || *text == '\0')
		return r;
	major = strtoul(text, &end, 10);
	if (end != text && *end == '.')
		minor = strtoul(end + 1, &end, 10);
	if (end == text || *end != '\0' || major > UINT_MAX || minor > UINT_MAX)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "minKernel: expected a version like 4.8, not '%s'", text);
	found->names_kernel = true;
	found->has_kernel = seccomp_kernel_at_least((unsigned)major, (unsigned)minor);
	return 0;
}

static int read_circumstances(const struct json *entry, uint64_t caps, const char *key,
			      struct circumstances *ret_found, struct containr_error *err)
{
	struct circumstances found = { 0 };
	const struct json *filter = NULL;
	int r;

	r = json_read_child(entry, "", key, JSON_OBJECT, &filter, err);
	if (r < 0)
		return r;
	r = read_arches(filter, &found, err);
	if (r < 0)
		return seccomp_json_under(err, key);
	r = read_caps(filter, caps, &found, err);
	if (r < 0)
		return seccomp_json_under(err, key);
	r = read_min_kernel(filter, &found, err);
	if (r < 0)
		return seccomp_json_under(err, key);
	*ret_found = found;
	return 0;
}

int seccomp_json_applies(const struct json *entry, uint64_t caps, bool *ret_applies,
			 struct containr_error *err)
{
	struct circumstances includes, excludes;
	int r;

	r = read_circumstances(entry, caps, "includes", &includes, err);
	if (r < 0)
		return r;
	r = read_circumstances(entry, caps, "excludes", &excludes, err);
	if (r < 0)
		return r;
	*ret_applies = (!includes.names_arches || includes.has_arch) &&
		       (!includes.names_caps || includes.has_all_caps) &&
		       (!includes.names_kernel || includes.has_kernel) && !excludes.has_arch &&
		       !excludes.has_some_cap && !excludes.has_kernel;
	return 0;
}
