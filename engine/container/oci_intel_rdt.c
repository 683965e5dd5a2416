/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "container/oci_place.h"

#include <string.h>

/* linux.intelRdt of the configuration. */

#define SHARES_MAX 4096 /* what the kernel takes in one write */

static int check_group(const struct place *at, const struct resctrl_wish *wish)
{
	if (!wish->group || strcmp(wish->group, RESCTRL_ROOT_GROUP) == 0 ||
	    resctrl_is_name(wish->group))
		return 0;
	return fail(at->err, CONTAINR_E_INVALID_CONFIG,
		    "%s.closID: '%s' cannot be the name of a group", at->path, wish->group);
}

static int check_shares(const struct place *at, const struct resctrl_wish *wish)
{
	const char *bandwidth = wish->memory_bandwidth;
	size_t len =
		(wish->l3_cache ? strlen(wish->l3_cache) : 0) + (bandwidth ? strlen(bandwidth) : 0);

	if (bandwidth && (!str_starts_with(bandwidth, "MB:") || strchr(bandwidth, '\n')))
		return fail(at->err, CONTAINR_E_INVALID_CONFIG,
			    "%s.memBwSchema: expected one line that begins with 'MB:'", at->path);
	for (size_t i = 0; i < wish->schemata.len; i++) {
		len += strlen(wish->schemata.items[i]);
		if (!strchr(wish->schemata.items[i], '\n'))
			continue;
		return fail(at->err, CONTAINR_E_INVALID_CONFIG,
			    "%s.schemata[%zu]: expected one line", at->path, i);
	}
	if (len > SHARES_MAX)
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s: more than %d bytes of shares",
			    at->path, SHARES_MAX);
	return 0;
}

/* What is "" asks for nothing, as everywhere. */
static int read_text(const struct place *at, const char *key, char **slot)
{
	int r = place_string(at, key, slot);

	if (r == 0 && *slot && !**slot)
		free(steal_ptr(slot));
	return r;
}

/* The two older flags are for what enableMonitoring is for since version 1.3. */
static int read_flags(const struct place *at, struct resctrl_wish *wish)
{
	static const char *const keys[] = { "enableMonitoring", "enableCMT", "enableMBM" };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(keys) && r == 0; i++) {
		bool enabled = false;

		r = json_read_bool(at->value, at->path, keys[i], &enabled, at->err);
		wish->monitored = wish->monitored || enabled;
	}
	return r;
}

int oci_intel_rdt_read(const struct place *at, void *target)
{
	struct oci_config *config = target;
	struct resctrl_wish *wish = &config->intel_rdt;
	int r;

	if (!at->value->len)
		return 0; /* an empty one asks for nothing */
	r = read_text(at, "closID", &wish->group);
	if (r == 0)
		r = read_text(at, "l3CacheSchema", &wish->l3_cache);
	if (r == 0)
		r = read_text(at, "memBwSchema", &wish->memory_bandwidth);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "schemata", &wish->schemata, at->err);
	if (r == 0)
		r = read_flags(at, wish);
	if (r == 0)
		r = check_group(at, wish);
	if (r == 0)
		r = check_shares(at, wish);
	wish->is_set = r == 0;
	return r;
}

static void write_text(struct json_writer *w, const char *key, const char *value)
{
	if (value)
		json_string(w, key, value);
}

void oci_intel_rdt_write(struct json_writer *w, const struct oci_config *config)
{
	const struct resctrl_wish *wish = &config->intel_rdt;

	if (!wish->is_set)
		return;
	json_open_object(w, "intelRdt");
	write_text(w, "closID", wish->group);
	write_text(w, "l3CacheSchema", wish->l3_cache);
	write_text(w, "memBwSchema", wish->memory_bandwidth);
	if (wish->schemata.len)
		json_strings(w, "schemata", wish->schemata.items);
	json_bool(w, "enableMonitoring", wish->monitored);
	json_close_object(w);
}
