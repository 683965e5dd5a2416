/* SPDX-License-Identifier: MIT */
#include "container/config_parts.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PROFILE_MAX (4 << 20)

static bool adds_all_capabilities(const struct containr_spec *spec)
{
	for (size_t i = 0; spec->cap_add && spec->cap_add[i]; i++)
		if (strcasecmp(spec->cap_add[i], "ALL") == 0)
			return true;
	return false;
}

static int set_capabilities(struct config_maker *m)
{
	struct caps_sets own;
	uint64_t mask;
	int r = caps_adjust(m->spec->privileged ? UINT64_MAX : CAPS_DEFAULT,
			    config_list(m->spec->cap_add), config_list(m->spec->cap_drop), &mask,
			    m->err);

	/* ALL is all there is to give: inside another container the engine may lack some */
	if (r == 0 && (m->spec->privileged || adds_all_capabilities(m->spec))) {
		r = caps_read(&own, m->err);
		mask = r == 0 ? mask & own.permitted : 0;
	}
	if (r == 0)
		m->config->process.caps = caps_sets_of(mask);
	return r;
}

static int load_profile(struct config_maker *m, const char *path)
{
	autostr text = STR_INIT;
	struct seccomp_filter filter = { 0 };
	int r = fs_read_file(AT_FDCWD, path, PROFILE_MAX, &text, m->err);

	if (r == 0)
		r = json_parse(text.data, text.len, path, &m->config->seccomp_doc, m->err);
	if (r < 0)
		return fail_prefix(m->err, "--security-opt seccomp");
	m->config->seccomp = OCI_SECCOMP_PROFILE;
	m->config->seccomp_profile = m->config->seccomp_doc.root;
	/* compiled again at each start; a mistake is told now, with the file's name */
	r = oci_seccomp_compile(m->config, &filter, m->err);
	seccomp_filter_release(&filter);
	return r < 0 ? fail_prefix(m->err, "%s", path) : 0;
}

static bool kernel_has(const char *path, const char *yes)
{
	autostr text = STR_INIT;
	struct containr_error ignored;

	return fs_read_file(AT_FDCWD, path, 64, &text, &ignored) == 0 && text.data &&
	       str_starts_with(text.data, yes);
}

static int fail_security(struct config_maker *m, const char *option, const char *what)
{
	(void)fail(m->err, CONTAINR_E_UNSUPPORTED, "--security-opt: cannot apply '%s': %s", option,
		   what);
	return fail_hint(m->err, "leave the option out");
}

static int set_apparmor(struct config_maker *m, const char *option, const char *profile)
{
	if (strcmp(profile, "unconfined") != 0 && *profile &&
	    !kernel_has("/sys/module/apparmor/parameters/enabled", "Y"))
		return fail_security(m, option, "this kernel has no AppArmor");
	free(m->config->process.apparmor_profile);
	m->config->process.apparmor_profile = strdup(profile);
	return m->config->process.apparmor_profile ? 0 : fail_oom(m->err);
}

static int set_label(struct config_maker *m, const char *option, const char *label)
{
	if (strcmp(label, "disable") == 0)
		return 0;
	if (!kernel_has("/sys/fs/selinux/enforce", ""))
		return fail_security(m, option, "this kernel has no SELinux");
	return fail_security(m, option, "labels are not supported yet");
}

static int set_system_paths(struct config_maker *m)
{
	strv_release(&m->config->masked_paths);
	strv_release(&m->config->readonly_paths);
	return 0;
}

/* Returns what follows "KEY=" or "KEY:"; NULL where the option is another one. */
static const char *value_of(const char *option, const char *key)
{
	size_t len = strlen(key);

	return strncmp(option, key, len) == 0 && (option[len] == '=' || option[len] == ':')
		       ? option + len + 1
		       : NULL;
}

static int set_option(struct config_maker *m, const char *option)
{
	const char *value;

	if (strcmp(option, "seccomp=unconfined") == 0) {
		m->config->seccomp = OCI_SECCOMP_NONE;
		return 0;
	}
	if ((value = value_of(option, "seccomp")))
		return load_profile(m, value);
	if ((value = value_of(option, "apparmor")))
		return set_apparmor(m, option, value);
	if ((value = value_of(option, "label")))
		return set_label(m, option, value);
	if (strcmp(option, "systempaths=unconfined") == 0)
		return set_system_paths(m);
	value = strcmp(option, "no-new-privileges") == 0 ? "true"
							 : value_of(option, "no-new-privileges");
	if (value && (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)) {
		m->config->process.no_new_privileges = *value == 't';
		return 0;
	}
	(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT, "--security-opt: unknown option '%s'",
		   option);
	return fail_hint(m->err, "use seccomp=FILE|unconfined, apparmor=PROFILE, label=LABEL, "
				 "systempaths=unconfined or no-new-privileges=true|false");
}

int config_set_security(struct config_maker *m)
{
	int r = set_capabilities(m);

	m->config->seccomp = m->spec->privileged ? OCI_SECCOMP_NONE : OCI_SECCOMP_DEFAULT;
	if (r == 0 && m->spec->privileged)
		r = set_system_paths(m);
	for (size_t i = 0; i < config_list_len(m->spec->security_opts) && r == 0; i++)
		r = set_option(m, m->spec->security_opts[i]);
	if (r < 0)
		return r;
	if (m->config->seccomp == OCI_SECCOMP_DEFAULT)
		strv_push(&m->config->annotations, OCI_ANNOTATION_SECCOMP "=default");
	return m->config->annotations.failed ? fail_oom(m->err) : 0;
}
