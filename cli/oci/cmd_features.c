/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

#include "kernel/memory_policy.h"
#include "kernel/mount.h"
#include "kernel/ns.h"

static void write_namespaces(struct json_writer *w)
{
	json_open_array(w, "namespaces");
	for (size_t i = 0; i < ns_kind_count; i++)
		json_string(w, NULL, ns_kinds[i].oci_name);
	json_close_array(w);
}

static void write_capabilities(struct json_writer *w)
{
	json_open_array(w, "capabilities");
	for (int cap = 0; cap <= caps_last() && caps_name(cap); cap++)
		json_string(w, NULL, caps_name(cap));
	json_close_array(w);
}

static void write_seccomp(struct json_writer *w)
{
	static const char *const actions[] = { "SCMP_ACT_ALLOW",       "SCMP_ACT_ERRNO",
					       "SCMP_ACT_KILL",	       "SCMP_ACT_KILL_PROCESS",
					       "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
					       "SCMP_ACT_NOTIFY",      "SCMP_ACT_TRACE",
					       "SCMP_ACT_TRAP",	       NULL };
	static const char *const operators[] = { "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT",
						 "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ",
						 "SCMP_CMP_NE", NULL };

	static const char *const flags[] = { "SECCOMP_FILTER_FLAG_LOG",
					     "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
					     "SECCOMP_FILTER_FLAG_TSYNC",
					     "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", NULL };

	json_open_object(w, "seccomp");
	json_bool(w, "enabled", true);
	json_strings(w, "actions", (char *const *)(uintptr_t)actions);
	json_strings(w, "operators", (char *const *)(uintptr_t)operators);
	json_strings(w, "knownFlags", (char *const *)(uintptr_t)flags);
	json_strings(w, "supportedFlags", (char *const *)(uintptr_t)flags);
	json_close_object(w);
}

static void write_enabled(struct json_writer *w, const char *key, bool enabled)
{
	json_open_object(w, key);
	json_bool(w, "enabled", enabled);
	json_close_object(w);
}

static void write_memory_policy(struct json_writer *w)
{
	json_open_object(w, "memoryPolicy");
	json_open_array(w, "modes");
	for (int mode = 0; memory_policy_mode_name(mode); mode++)
		json_string(w, NULL, memory_policy_mode_name(mode));
	json_close_array(w);
	json_open_array(w, "flags");
	for (unsigned int flag = 1; flag <= MEMORY_POLICY_FLAG_LAST; flag <<= 1)
		if (memory_policy_flag_name(flag))
			json_string(w, NULL, memory_policy_flag_name(flag));
	json_close_array(w);
	json_close_object(w);
}

static void write_linux(struct json_writer *w)
{
	json_open_object(w, "linux");
	write_namespaces(w);
	write_capabilities(w);
	json_open_object(w, "cgroup");
	json_bool(w, "v1", true);
	json_bool(w, "v2", true);
	json_bool(w, "systemd", true);
	json_bool(w, "systemdUser", true);
	json_bool(w, "rdma", true);
	json_close_object(w);
	write_seccomp(w);
	/* what the engine can do: whether this kernel has it is asked when it is needed */
	write_enabled(w, "apparmor", true);
	write_enabled(w, "selinux", true);
	json_open_object(w, "intelRdt");
	json_bool(w, "enabled", true);
	json_bool(w, "schemata", true);
	json_bool(w, "monitoring", true);
	json_close_object(w);
	write_enabled(w, "netDevices", true);
	write_memory_policy(w);
	json_close_object(w);
}

/* features.md of the runtime specification: only what works is named. */
static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER_PRETTY(&text);

	(void)args;
	(void)argc;
	(void)argv;
	json_open_object(&w, NULL);
	json_string(&w, "ociVersionMin", "1.0.0");
	json_string(&w, "ociVersionMax", OCI_VERSION);
	json_open_array(&w, "hooks");
	for (int kind = 0; kind < OCI_HOOK_KINDS; kind++)
		json_string(&w, NULL, oci_hook_kind_name((enum oci_hook_kind)kind));
	json_close_array(&w);
	json_open_array(&w, "mountOptions");
	for (size_t i = 0; mount_option_name(i); i++)
		json_string(&w, NULL, mount_option_name(i));
	json_close_array(&w);
	write_linux(&w);
	json_close_object(&w);
	str_append_char(&text, '\n');
	return cmd_print(ctx, &text);
}

const struct cmd cmd_oci_features = {
	.name = "features",
	.summary = "show as JSON what this runtime can do",
	.run = run,
};
