/* SPDX-License-Identifier: MIT */
#include "image/registry/registries.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "image/registry/toml.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (1 << 20)
#define MIRRORS_MAX 16
#define PLACE_SIZE (REFERENCE_DOMAIN_MAX + 1 + REFERENCE_PATH_MAX + 1)
#define SYSTEM_FILE "/etc/containers/registries.conf"

/* Which names of images a mirror may be asked for. */
enum mirror_use { MIRROR_ALL, MIRROR_DIGESTS, MIRROR_TAGS };

struct place {
	char location[PLACE_SIZE];
	bool insecure;
	enum mirror_use use;
};

/* A [[registry]]: of those that fit the image the one with the longest prefix counts. */
struct rule {
	char prefix[PLACE_SIZE]; /* "": the location */
	struct place place;
	struct place mirrors[MIRRORS_MAX];
	size_t mirror_count;
	bool blocked;
	bool by_digest_only; /* its mirrors, in the older way to say it */
};

enum section { SECTION_OTHER, SECTION_REGISTRY, SECTION_MIRROR };

struct search {
	const char *name; /* "domain/path" */
	struct rule rule; /* that is being read */
	struct rule best;
	size_t best_len; /* of the prefix; 0: none fits */
	enum section section;
	const char *what;
};

static const char *rule_prefix(const struct rule *rule)
{
	return *rule->prefix ? rule->prefix : rule->place.location;
}

/* Returns the length of what @prefix covers of @name, at the end of a part; 0: nothing. */
static size_t match(const char *prefix, const char *name)
{
	size_t len = strlen(prefix);

	if (strncmp(prefix, "*.", 2) == 0) {
		size_t host = strcspn(name, "/");

		return len > 2 && strcspn(prefix, "/") == len && host >= len - 1 &&
				       strncmp(name + host - (len - 1), prefix + 1, len - 1) == 0
			       ? host
			       : 0;
	}
	return len > 0 && strncmp(prefix, name, len) == 0 && (!name[len] || name[len] == '/') ? len
											      : 0;
}

/* A rule is complete when the next begins. */
static void take_rule(struct search *search)
{
	size_t len = match(rule_prefix(&search->rule), search->name);

	if (len > search->best_len) {
		search->best = search->rule;
		search->best_len = len;
	}
	search->rule = (struct rule) { 0 };
}

static int on_table(void *data, const char *name, bool is_element, struct containr_error *err)
{
	struct search *search = data;

	search->section = SECTION_OTHER;
	if (is_element && strcmp(name, "registry") == 0) {
		take_rule(search);
		search->section = SECTION_REGISTRY;
	} else if (is_element && strcmp(name, "registry.mirror") == 0) {
		if (search->rule.mirror_count == MIRRORS_MAX)
			return fail(err, CONTAINR_E_INVALID_CONFIG,
				    "'%.200s': a registry has more than %d mirrors", search->what,
				    MIRRORS_MAX);
		search->rule.mirror_count++;
		search->section = SECTION_MIRROR;
	}
	return 0;
}

static int fail_value(const struct search *search, const char *key, struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_CONFIG, "'%.200s': the value of '%.50s' makes no sense",
		    search->what, key);
}

static int copy_place(const struct search *search, const char *key, const struct toml_value *value,
		      char out[PLACE_SIZE], struct containr_error *err)
{
	size_t len = value->kind == TOML_STRING ? strlen(value->text) : PLACE_SIZE;

	if (len >= PLACE_SIZE || strstr(value->text, "://"))
		return fail_value(search, key, err);
	memcpy(out, value->text, len + 1);
	while (len > 0 && out[len - 1] == '/')
		out[--len] = '\0';
	return 0;
}

static int take_flag(const struct search *search, const char *key, const struct toml_value *value,
		     bool *flag, struct containr_error *err)
{
	if (value->kind != TOML_BOOL)
		return fail_value(search, key, err);
	*flag = value->flag;
	return 0;
}

static int take_use(const struct search *search, const char *key, const struct toml_value *value,
		    enum mirror_use *use, struct containr_error *err)
{
	static const char *const uses[] = {
		[MIRROR_ALL] = "all", [MIRROR_DIGESTS] = "digest-only", [MIRROR_TAGS] = "tag-only"
	};

	for (size_t i = 0; value->kind == TOML_STRING && i < ARRAY_LEN(uses); i++) {
		if (strcmp(uses[i], value->text) != 0)
			continue;
		*use = (enum mirror_use)i;
		return 0;
	}
	return fail_value(search, key, err);
}

static int on_value(void *data, const char *key, const struct toml_value *value,
		    struct containr_error *err)
{
	struct search *search = data;
	struct rule *rule = &search->rule;
	struct place *place = &rule->place;

	if (search->section == SECTION_OTHER)
		return 0;
	if (search->section == SECTION_MIRROR)
		place = &rule->mirrors[rule->mirror_count - 1];
	if (strcmp(key, "location") == 0)
		return copy_place(search, key, value, place->location, err);
	if (strcmp(key, "insecure") == 0)
		return take_flag(search, key, value, &place->insecure, err);
	if (search->section == SECTION_MIRROR)
		return strcmp(key, "pull-from-mirror") == 0
			       ? take_use(search, key, value, &place->use, err)
			       : 0;
	if (strcmp(key, "prefix") == 0)
		return copy_place(search, key, value, rule->prefix, err);
	if (strcmp(key, "blocked") == 0)
		return take_flag(search, key, value, &rule->blocked, err);
	if (strcmp(key, "mirror-by-digest-only") == 0)
		return take_flag(search, key, value, &rule->by_digest_only, err);
	return 0;
}

static int read_file(struct search *search, const char *path, struct containr_error *err)
{
	const struct toml_reader reader = { on_table, on_value, search };
	autostr text = STR_INIT;
	int r = fs_read_file(AT_FDCWD, path, FILE_MAX, &text, err);

	if (r < 0 && (err->sys_errno == ENOENT || err->sys_errno == ENOTDIR)) {
		error_clear(err);
		return 0;
	}
	if (r < 0 || text.len == 0)
		return r;
	search->what = path;
	search->section = SECTION_OTHER;
	r = toml_read(text.data, text.len, path, &reader, err);
	take_rule(search);
	return r;
}

static int is_configuration(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends_with(entry->d_name, ".conf");
}

/* In the order of their names; a later file wins only by a longer prefix. */
static int read_folder(struct search *search, const char *path, struct containr_error *err)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_configuration, alphasort);
	int r = 0;

	for (int i = 0; i < count; i++) {
		autofree char *file = NULL;

		if (r == 0 && asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
			r = fail_oom(err);
		if (r == 0)
			r = read_file(search, file, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static char *find_file(void)
{
	const char *given = getenv("CONTAINERS_REGISTRIES_CONF");
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;
	int len = -1;

	if (given && *given)
		return strdup(given);
	if (config && *config)
		len = asprintf(&path, "%s/containers/registries.conf", config);
	else if (home && *home)
		len = asprintf(&path, "%s/.config/containers/registries.conf", home);
	if (len >= 0 && faccessat(AT_FDCWD, path, R_OK, 0) == 0)
		return path;
	if (len >= 0)
		free(path);
	return strdup(SYSTEM_FILE);
}

static int read_all(struct search *search, struct containr_error *err)
{
	autofree char *file = find_file();
	autofree char *folder = NULL;
	int r;

	if (!file || asprintf(&folder, "%s.d", file) < 0)
		return fail_oom(err);
	r = read_file(search, file, err);
	return r == 0 ? read_folder(search, folder, err) : r;
}

/* "prefix/rest" becomes "location/rest"; a location alone is the whole name's domain. */
static int push_place(struct endpoints *endpoints, const struct place *place,
		      const struct reference *reference, const char *rest, bool is_mirror,
		      struct containr_error *err)
{
	struct endpoint *endpoint = &endpoints->items[endpoints->count];
	char name[2 * PLACE_SIZE];
	size_t domain;

	*endpoint = (struct endpoint) { .reference = *reference,
					.insecure = place->insecure,
					.is_mirror = is_mirror };
	(void)snprintf(name, sizeof(name), "%s%s", place->location, rest);
	domain = strcspn(name, "/");
	if (domain > REFERENCE_DOMAIN_MAX || !name[domain] ||
	    strlen(name + domain + 1) > REFERENCE_PATH_MAX)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "registries.conf: '%.200s' is no place for '%s'", place->location,
			    reference->path);
	(void)snprintf(endpoint->reference.domain, sizeof(endpoint->reference.domain), "%.*s",
		       (int)domain, name);
	(void)snprintf(endpoint->reference.path, sizeof(endpoint->reference.path), "%s",
		       name + domain + 1);
	endpoints->count++;
	return 0;
}

static bool is_used(const struct rule *rule, const struct place *mirror,
		    const struct reference *reference)
{
	bool by_digest = *reference->digest;

	if (rule->by_digest_only || mirror->use == MIRROR_DIGESTS)
		return by_digest;
	return mirror->use == MIRROR_ALL || !by_digest;
}

static int push_all(const struct search *search, const struct reference *reference, bool mirrors,
		    struct endpoints *endpoints, struct containr_error *err)
{
	const struct rule *rule = &search->best;
	const char *rest = search->name + search->best_len;
	struct place itself = rule->place;
	int r = 0;

	if (search->best_len == 0 || !*itself.location)
		(void)snprintf(itself.location, sizeof(itself.location), "%.*s",
			       (int)search->best_len, search->name);
	for (size_t i = 0; mirrors && r == 0 && i < rule->mirror_count; i++)
		if (is_used(rule, &rule->mirrors[i], reference))
			r = push_place(endpoints, &rule->mirrors[i], reference, rest, true, err);
	return r == 0 ? push_place(endpoints, &itself, reference, rest, false, err) : r;
}

void endpoints_release(struct endpoints *endpoints)
{
	free(endpoints->items);
	*endpoints = (struct endpoints) { 0 };
}

int registries_find(const struct reference *reference, bool mirrors,
		    struct endpoints *ret_endpoints, struct containr_error *err)
{
	autofree struct search *search = calloc(1, sizeof(*search));
	autoendpoints endpoints = { .items = calloc(MIRRORS_MAX + 1, sizeof(*endpoints.items)) };
	char name[PLACE_SIZE];
	int r;

	if (!search || !endpoints.items)
		return fail_oom(err);
	(void)snprintf(name, sizeof(name), "%s/%s", reference->domain, reference->path);
	search->name = name;
	r = read_all(search, err);
	if (r < 0)
		return r;
	if (search->best_len > 0 && search->best.blocked) {
		(void)fail(err, CONTAINR_E_REGISTRY_DENIED, "registries.conf blocks '%s' for '%s'",
			   rule_prefix(&search->best), name);
		return fail_hint(err, "take \"blocked = true\" out of it, if that is not meant");
	}
	r = push_all(search, reference, mirrors, &endpoints, err);
	if (r < 0)
		return r;
	*ret_endpoints = endpoints;
	endpoints = (struct endpoints) { 0 };
	return 0;
}
