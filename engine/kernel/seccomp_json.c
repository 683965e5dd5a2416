/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp_json.h"

#include "base/cleanup.h"
#include "kernel/seccomp_json_parts.h"

#include <stdlib.h>
#include <string.h>

#define ERRNO_MAX 4095 /* the kernel's MAX_ERRNO; it would cut anything above */

/* ----------------------------------------------------------- names --- */

struct named_value {
	const char *name;
	uint32_t value;
};

static const struct named_value action_names[] = {
	{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW },
	{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO },
	{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_LOG", SECCOMP_RET_LOG },
	{ "SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF },
	{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE },
	{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP },
};

static const struct named_value op_names[] = {
	{ "SCMP_CMP_EQ", SECCOMP_OP_EQ }, { "SCMP_CMP_GE", SECCOMP_OP_GE },
	{ "SCMP_CMP_GT", SECCOMP_OP_GT }, { "SCMP_CMP_LE", SECCOMP_OP_LE },
	{ "SCMP_CMP_LT", SECCOMP_OP_LT }, { "SCMP_CMP_MASKED_EQ", SECCOMP_OP_MASKED_EQ },
	{ "SCMP_CMP_NE", SECCOMP_OP_NE },
};

static const struct named_value flag_names[] = {
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};

/* Architectures that the specification knows and this engine does not run on: calls of theirs
 * cannot happen here. */
static const char *const foreign_arches[] = {
	"SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",	  "SCMP_ARCH_MIPS",
	"SCMP_ARCH_MIPS64",	 "SCMP_ARCH_MIPS64N32",	  "SCMP_ARCH_MIPSEL",
	"SCMP_ARCH_MIPSEL64",	 "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC",
	"SCMP_ARCH_PARISC64",	 "SCMP_ARCH_PPC",	  "SCMP_ARCH_PPC64",
	"SCMP_ARCH_PPC64LE",	 "SCMP_ARCH_RISCV64",	  "SCMP_ARCH_S390",
	"SCMP_ARCH_S390X",	 "SCMP_ARCH_SH",	  "SCMP_ARCH_SHEB",
};

static int find_name(const struct named_value *table, size_t len, const char *name,
		     uint32_t *ret_value)
{
	for (size_t i = 0; i < len; i++) {
		if (strcmp(table[i].name, name) == 0) {
			*ret_value = table[i].value;
			return 0;
		}
	}
	return -1;
}

static int fail_choice(struct containr_error *err, const char *key, const char *what,
		       const char *text)
{
	return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: unknown %s '%s'", key, what, text);
}

static int fail_missing(struct containr_error *err, const char *key)
{
	return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: missing", key);
}

/* ---------------------------------------------------------- memory --- */

/* Where the next piece goes in the profile's one block. */
struct reader {
	struct seccomp_rule *rules;
	struct seccomp_arg *args;
	uint16_t *calls;
	char *strings;
	uint64_t caps;
	bool uses_notify;
};

static size_t string_size(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type == JSON_STRING ? value->len + 1U : 0;
}

/* Everything is counted before anything is checked: wrong items only make the block too large. */
static int reader_init(struct reader *reader, const struct json *value, uint64_t caps,
		       struct containr_error *err)
{
	size_t rules = 0, args = 0, calls = 0, strings;

	for (const struct json *entry = json_first(json_get(value, "syscalls")); entry;
	     entry = entry->next) {
		const struct json *names = json_get(entry, "names");
		const struct json *conditions = json_get(entry, "args");

		rules++;
		calls += 1 + (names ? names->len : 0U);
		args += conditions ? conditions->len : 0;
	}
	strings = string_size(value, "listenerPath") + string_size(value, "listenerMetadata");
	reader->rules = malloc(rules * sizeof(*reader->rules) + args * sizeof(*reader->args) +
			       calls * sizeof(*reader->calls) + strings + 1);
	if (!reader->rules)
		return fail_oom(err);
	reader->args = (struct seccomp_arg *)(reader->rules + rules);
	reader->calls = (uint16_t *)(reader->args + args);
	reader->strings = (char *)(reader->calls + calls);
	reader->caps = caps;
	reader->uses_notify = false;
	return 0;
}

/* Copies an optional string into the block. */
static int read_copy(struct reader *reader, const struct json *value, const char *key,
		     const char **ret_copy, struct containr_error *err)
{
	const char *text = NULL;
	size_t size;
	int r;

	r = json_read_string(value, "", key, &text, err);
	if (r < 0 || !text)
		return r;
	size = strlen(text) + 1;
	*ret_copy = memcpy(reader->strings, text, size);
	reader->strings += size;
	return 0;
}

/* --------------------------------------------------------- actions --- */

static bool takes_errno(uint32_t action)
{
	return action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE;
}

/* Reads an action and the number it answers with. */
static int read_action(const struct json *object, const char *key, const char *errno_key,
		       uint32_t *ret_action, struct containr_error *err)
{
	const char *name = NULL;
	uint64_t number = EPERM;
	uint32_t action;
	int r;

	r = json_read_string(object, "", key, &name, err);
	if (r < 0)
		return r;
	if (!name)
		return fail_missing(err, key);
	if (find_name(action_names, ARRAY_LEN(action_names), name, &action) < 0)
		return fail_choice(err, key, "action", name);
	r = json_read_uint(object, "", errno_key,
			   action == SECCOMP_RET_TRACE ? SECCOMP_RET_DATA : ERRNO_MAX, &number,
			   err);
	if (r < 0)
		return r;
	if (!takes_errno(action) && json_get(object, errno_key))
		return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: %s takes no errno", errno_key,
			    name);
	*ret_action = takes_errno(action) ? action | (uint32_t)number : action;
	return 0;
}

/* ---------------------------------------------- one syscalls entry --- */

static int read_condition(const struct json *item, struct seccomp_arg *ret_arg,
			  struct containr_error *err)
{
	struct seccomp_arg arg = { 0 };
	uint64_t index = UINT64_MAX;
	const char *op = NULL;
	uint32_t value;
	int r;

	if (item->type != JSON_OBJECT)
		return fail(err, CONTAINR_E_INVALID_CONFIG, ": expected an object");
	r = json_read_uint(item, "", "index", SECCOMP_ARG_COUNT - 1, &index, err);
	if (r < 0)
		return r;
	if (index == UINT64_MAX)
		return fail_missing(err, "index");
	r = json_read_uint(item, "", "value", UINT64_MAX, &arg.value, err);
	if (r < 0)
		return r;
	r = json_read_uint(item, "", "valueTwo", UINT64_MAX, &arg.value_two, err);
	if (r < 0)
		return r;
	r = json_read_string(item, "", "op", &op, err);
	if (r < 0)
		return r;
	if (!op)
		return fail_missing(err, "op");
	if (find_name(op_names, ARRAY_LEN(op_names), op, &value) < 0)
		return fail_choice(err, "op", "operator", op);
	arg.index = (uint8_t)index;
	arg.op = (uint8_t)value;
	*ret_arg = arg;
	return 0;
}

static int read_conditions(struct reader *reader, const struct json *entry,
			   struct seccomp_rule *rule, struct containr_error *err)
{
	const struct json *args = NULL;
	int r;

	r = json_read_child(entry, "", "args", JSON_ARRAY, &args, err);
	if (r < 0)
		return r;
	rule->args = reader->args;
	for (const struct json *item = json_first(args); item; item = item->next) {
		r = read_condition(item, reader->args, err);
		if (r < 0)
			return seccomp_json_at(err, "args", rule->arg_count);
		reader->args++;
		rule->arg_count++;
	}
	return 0;
}

static void add_name(struct reader *reader, struct seccomp_rule *rule, const char *name)
{
	int id = syscall_find(name);

	if (id < 0)
		return;
	*reader->calls++ = (uint16_t)id;
	rule->call_count++;
}

/* OCI has a list `names`; old docker profiles have one `name`. */
static int read_names(struct reader *reader, const struct json *entry, struct seccomp_rule *rule,
		      struct containr_error *err)
{
	const struct json *names = NULL;
	const char *name = NULL;
	size_t index = 0;
	int r;

	rule->calls = reader->calls;
	r = json_read_string(entry, "", "name", &name, err);
	if (r < 0)
		return r;
	r = json_read_child(entry, "", "names", JSON_ARRAY, &names, err);
	if (r < 0)
		return r;
	if (name && names && names->len > 0)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "name: not allowed beside names");
	if (!name && (!names || names->len == 0))
		return fail_missing(err, "names");
	if (name)
		add_name(reader, rule, name);
	for (const struct json *item = json_first(names); item; item = item->next, index++) {
		r = seccomp_json_item(item, "names", index, &name, err);
		if (r < 0)
			return r;
		add_name(reader, rule, name);
	}
	return 0;
}

/* ----------------------------------------------------- the profile --- */

static int read_entry(struct reader *reader, const struct json *entry,
		      struct seccomp_profile *profile, struct containr_error *err)
{
	struct reader before = *reader;
	struct seccomp_rule rule = { 0 };
	bool applies;
	int r;

	if (entry->type != JSON_OBJECT)
		return fail(err, CONTAINR_E_INVALID_CONFIG, ": expected an object");
	r = read_names(reader, entry, &rule, err);
	if (r < 0)
		return r;
	r = read_action(entry, "action", "errnoRet", &rule.action, err);
	if (r < 0)
		return r;
	r = read_conditions(reader, entry, &rule, err);
	if (r < 0)
		return r;
	r = seccomp_json_applies(entry, reader->caps, &applies, err);
	if (r < 0)
		return r;
	if (!applies) {
		*reader = before;
		return 0;
	}
	reader->uses_notify |= rule.action == SECCOMP_RET_USER_NOTIF;
	profile->rules[profile->rule_count++] = rule;
	return 0;
}

static int read_syscalls(struct reader *reader, const struct json *value,
			 struct seccomp_profile *profile, struct containr_error *err)
{
	const struct json *entries = NULL;
	size_t index = 0;
	int r;

	r = json_read_child(value, "", "syscalls", JSON_ARRAY, &entries, err);
	if (r < 0)
		return r;
	profile->rules = reader->rules;
	for (const struct json *entry = json_first(entries); entry; entry = entry->next, index++) {
		r = read_entry(reader, entry, profile, err);
		if (r < 0)
			return seccomp_json_at(err, "syscalls", index);
	}
	return 0;
}

/* Adds the architectures of a list to the profile. */
static int add_arches(const struct json *list, const char *key, struct seccomp_profile *profile,
		      struct containr_error *err)
{
	const char *name = "";
	size_t index = 0;
	int r;

	for (const struct json *item = json_first(list); item; item = item->next, index++) {
		bool is_foreign = false;
		int arch;

		r = seccomp_json_item(item, key, index, &name, err);
		if (r < 0)
			return r;
		arch = syscall_arch_find(name);
		if (arch >= 0)
			profile->arches |= 1U << arch;
		for (size_t i = 0; i < ARRAY_LEN(foreign_arches); i++)
			is_foreign = is_foreign || strcmp(foreign_arches[i], name) == 0;
		if (arch < 0 && !is_foreign) {
			(void)fail_choice(err, "", "architecture", name);
			return seccomp_json_at(err, key, index);
		}
	}
	return 0;
}

/* One entry of docker's archMap; only the native architecture's counts. */
static int add_arch_map_entry(const struct json *entry, struct seccomp_profile *profile,
			      struct containr_error *err)
{
	const struct json *subs = NULL;
	const char *name = NULL;
	int r;

	if (entry->type != JSON_OBJECT)
		return fail(err, CONTAINR_E_INVALID_CONFIG, ": expected an object");
	r = json_read_string(entry, "", "architecture", &name, err);
	if (r < 0)
		return r;
	if (!name)
		return fail_missing(err, "architecture");
	r = json_read_child(entry, "", "subArchitectures", JSON_ARRAY, &subs, err);
	if (r < 0)
		return r;
	if (strcmp(name, syscall_arches[SYSCALL_ARCH_NATIVE].scmp_name) != 0)
		return 0;
	return add_arches(subs, "subArchitectures", profile, err);
}

static int read_architectures(const struct json *value, struct seccomp_profile *profile,
			      struct containr_error *err)
{
	const struct json *list = NULL, *map = NULL;
	size_t index = 0;
	int r;

	profile->arches = 1U << SYSCALL_ARCH_NATIVE;
	r = json_read_child(value, "", "architectures", JSON_ARRAY, &list, err);
	if (r < 0)
		return r;
	r = json_read_child(value, "", "archMap", JSON_ARRAY, &map, err);
	if (r < 0)
		return r;
	if (list && list->len > 0 && map && map->len > 0)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "archMap: not allowed beside architectures");
	r = add_arches(list, "architectures", profile, err);
	if (r < 0)
		return r;
	for (const struct json *entry = json_first(map); entry; entry = entry->next, index++) {
		r = add_arch_map_entry(entry, profile, err);
		if (r < 0)
			return seccomp_json_at(err, "archMap", index);
	}
	return 0;
}

static int read_flags(const struct json *value, struct seccomp_profile *profile,
		      struct containr_error *err)
{
	const struct json *flags = NULL;
	const char *name = "";
	size_t index = 0;
	uint32_t flag;
	int r;

	r = json_read_child(value, "", "flags", JSON_ARRAY, &flags, err);
	if (r < 0)
		return r;
	for (const struct json *item = json_first(flags); item; item = item->next, index++) {
		r = seccomp_json_item(item, "flags", index, &name, err);
		if (r < 0)
			return r;
		if (find_name(flag_names, ARRAY_LEN(flag_names), name, &flag) < 0) {
			(void)fail_choice(err, "", "flag", name);
			return seccomp_json_at(err, "flags", index);
		}
		profile->flags |= flag;
	}
	return 0;
}

static int check_notify(const struct reader *reader, const struct seccomp_profile *profile,
			struct containr_error *err)
{
	/* Nobody could hand the listener over: every call of ours would wait for its answer. */
	if (profile->default_action == SECCOMP_RET_USER_NOTIF)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "defaultAction: SCMP_ACT_NOTIFY is no default action");
	if (reader->uses_notify && !profile->listener_path)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "listenerPath: missing, but a rule says SCMP_ACT_NOTIFY");
	return 0;
}

static int read_profile(struct reader *reader, const struct json *value,
			struct seccomp_profile *profile, struct containr_error *err)
{
	int r;

	r = read_action(value, "defaultAction", "defaultErrnoRet", &profile->default_action, err);
	if (r < 0)
		return r;
	r = read_architectures(value, profile, err);
	if (r < 0)
		return r;
	r = read_flags(value, profile, err);
	if (r < 0)
		return r;
	r = read_copy(reader, value, "listenerPath", &profile->listener_path, err);
	if (r < 0)
		return r;
	r = read_copy(reader, value, "listenerMetadata", &profile->listener_metadata, err);
	if (r < 0)
		return r;
	r = read_syscalls(reader, value, profile, err);
	if (r < 0)
		return r;
	return check_notify(reader, profile, err);
}

int seccomp_profile_parse(const struct json *value, const char *path, uint64_t caps,
			  struct seccomp_profile *ret_profile, struct containr_error *err)
{
	autoseccomp_profile profile = { 0 };
	struct reader reader;
	int r;

	if (value->type != JSON_OBJECT)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: expected an object",
			    *path ? path : "seccomp profile");
	r = reader_init(&reader, value, caps, err);
	if (r < 0)
		return r;
	profile.memory = reader.rules;
	r = read_profile(&reader, value, &profile, err);
	if (r < 0)
		return seccomp_json_under(err, path);
	*ret_profile = profile;
	profile = (struct seccomp_profile) { 0 };
	return 0;
}
