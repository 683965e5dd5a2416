/* SPDX-License-Identifier: MIT */
#include "container/config.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "kernel/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HOSTNAME_LEN_MAX 64 /* of the kernel, uname(2); the C library may say more */
#define PROFILE_MAX (4 << 20)
#define MEMORY_MIN (512 << 10) /* docker refuses below 6 MiB; a static program runs in less */
#define NANO_PER_CPU INT64_C(1000000000)
#define CPU_PERIOD_US 100000
#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define INIT_PATH "/dev/containr-init"

struct maker {
	const struct containr_spec *spec;
	const struct containr_image_config *image;
	struct oci_config *config;
	struct containr_error *err;
};

static size_t list_len(const char *const *list)
{
	size_t len = 0;

	while (list && list[len])
		len++;
	return len;
}

/* The public lists are of constant strings; the engine's own take what execve(2) takes. */
static char *const *mutable_list(const char *const *list)
{
	return (char *const *)(uintptr_t)list;
}

static int set_args(struct maker *m, const char *init_path)
{
	const struct containr_spec *spec = m->spec;
	struct strv *args = &m->config->process.args;
	bool own_entrypoint = list_len(spec->entrypoint) > 0;
	bool no_entrypoint = own_entrypoint && !*spec->entrypoint[0];

	if (spec->init) {
		const char *options[] = { "bind", "ro", "nosuid", "nodev", NULL };
		int r = oci_add_mount(m->config, INIT_PATH, "bind", init_path,
				      mutable_list(options), m->err);

		if (r < 0)
			return r;
		strv_push(args, INIT_PATH);
		strv_push(args, "--");
	}
	if (own_entrypoint && !no_entrypoint)
		strv_extend(args, mutable_list(spec->entrypoint));
	else if (!own_entrypoint)
		strv_extend(args, m->image->entrypoint);
	/* an own entry point makes the image's arguments meaningless, as docker has it */
	if (list_len(spec->command))
		strv_extend(args, mutable_list(spec->command));
	else if (!own_entrypoint)
		strv_extend(args, m->image->cmd);
	if (args->failed)
		return fail_oom(m->err);
	if (args->len == (spec->init ? 2 : 0)) {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT, "no command was given");
		return fail_hint(m->err, "the image names none either; put one behind the image");
	}
	return 0;
}

static int set_env(struct maker *m)
{
	struct strv *env = &m->config->process.env;

	strv_push(env, DEFAULT_PATH);
	strv_pushf(env, "HOSTNAME=%s", m->config->hostname ? m->config->hostname : "localhost");
	if (m->spec->tty)
		strv_push(env, "TERM=xterm");
	for (size_t i = 0; m->image->env && m->image->env[i]; i++)
		oci_set_env(env, m->image->env[i]);
	for (size_t i = 0; i < list_len(m->spec->env); i++) {
		const char *item = m->spec->env[i];
		const char *value;
		autofree char *whole = NULL;

		if (!*item || *item == '=')
			return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
				    "--env: '%s' is not KEY=VALUE", item);
		if (strchr(item, '=')) {
			oci_set_env(env, item);
			continue;
		}
		/* KEY alone passes the caller's value on, if there is one */
		value = getenv(item);
		if (!value)
			continue;
		if (asprintf(&whole, "%s=%s", item, value) < 0)
			return fail_oom(m->err);
		oci_set_env(env, whole);
	}
	return env->failed ? fail_oom(m->err) : 0;
}

static const char *first_of(const char *a, const char *b, const char *c)
{
	return a && *a ? a : b && *b ? b : c;
}

static int set_process(struct maker *m)
{
	struct oci_process *process = &m->config->process;
	const char *cwd = first_of(m->spec->working_dir, m->image->working_dir, "/");
	const char *user = first_of(m->spec->user, m->image->user, "");

	if (cwd[0] != '/')
		return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			    "the working folder '%s' is not an absolute path", cwd);
	process->cwd = strdup(cwd);
	process->user.name = *user ? strdup(user) : NULL;
	if (!process->cwd || (*user && !process->user.name))
		return fail_oom(m->err);
	process->terminal = m->spec->tty;
	process->rows = m->spec->rows;
	process->columns = m->spec->columns;
	process->no_new_privileges = !m->spec->allow_new_privileges;
	for (size_t i = 0; i < list_len(m->spec->ulimits); i++) {
		struct rlimit_setting setting;
		int r = rlimit_parse(m->spec->ulimits[i], &setting, m->err);

		if (r == 0)
			r = oci_add_rlimit(process, &setting, m->err);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool adds_all_capabilities(const struct containr_spec *spec)
{
	for (size_t i = 0; spec->cap_add && spec->cap_add[i]; i++)
		if (strcasecmp(spec->cap_add[i], "ALL") == 0)
			return true;
	return false;
}

static int set_capabilities(struct maker *m)
{
	struct caps_sets own;
	uint64_t mask;
	int r = caps_adjust(CAPS_DEFAULT, mutable_list(m->spec->cap_add),
			    mutable_list(m->spec->cap_drop), &mask, m->err);

	/* ALL is all there is to give: inside another container the engine may lack some */
	if (r == 0 && adds_all_capabilities(m->spec)) {
		r = caps_read(&own, m->err);
		mask = r == 0 ? mask & own.permitted : 0;
	}
	if (r == 0)
		m->config->process.caps = caps_sets_of(mask);
	return r;
}

static int load_profile(struct maker *m, const char *path)
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

static int set_security(struct maker *m)
{
	m->config->seccomp = OCI_SECCOMP_DEFAULT;
	for (size_t i = 0; i < list_len(m->spec->security_opts); i++) {
		const char *option = m->spec->security_opts[i];
		int r = 0;

		if (strcmp(option, "seccomp=unconfined") == 0)
			m->config->seccomp = OCI_SECCOMP_NONE;
		else if (str_starts_with(option, "seccomp="))
			r = load_profile(m, option + strlen("seccomp="));
		else if (strcmp(option, "no-new-privileges") == 0 ||
			 strcmp(option, "no-new-privileges=true") == 0 ||
			 strcmp(option, "no-new-privileges:true") == 0)
			m->config->process.no_new_privileges = true;
		else if (strcmp(option, "no-new-privileges=false") == 0 ||
			 strcmp(option, "no-new-privileges:false") == 0)
			m->config->process.no_new_privileges = false;
		else {
			(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
				   "--security-opt: unknown option '%s'", option);
			r = fail_hint(m->err, "use seccomp=FILE, seccomp=unconfined or "
					      "no-new-privileges=true|false");
		}
		if (r < 0)
			return r;
	}
	if (m->config->seccomp == OCI_SECCOMP_DEFAULT)
		strv_push(&m->config->annotations, OCI_ANNOTATION_SECCOMP "=default");
	return m->config->annotations.failed ? fail_oom(m->err) : 0;
}

static int set_limits(struct maker *m)
{
	const struct containr_spec *spec = m->spec;
	struct oci_resources *limits = &m->config->resources;

	if (spec->memory_bytes && spec->memory_bytes < MEMORY_MIN) {
		(void)fail(m->err, CONTAINR_E_CGROUP_APPLY_LIMITS,
			   "memory limit of %lld bytes is below the minimum of 512k",
			   (long long)spec->memory_bytes);
		return fail_hint(m->err, "use --memory 512k or more");
	}
	if (spec->nano_cpus < 0 || (spec->nano_cpus && spec->nano_cpus < NANO_PER_CPU / 100)) {
		(void)fail(m->err, CONTAINR_E_CGROUP_APPLY_LIMITS,
			   "cpu limit is below the minimum of 0.01 CPUs");
		return fail_hint(m->err, "use --cpus 0.01 or more");
	}
	if (spec->memory_bytes)
		limits->memory_limit = spec->memory_bytes;
	if (spec->nano_cpus) {
		limits->cpu_period = CPU_PERIOD_US;
		limits->cpu_quota = spec->nano_cpus / (NANO_PER_CPU / CPU_PERIOD_US);
	}
	if (spec->pids_limit > 0)
		limits->pids_limit = spec->pids_limit;
	return 0;
}

/* A bind has no options but the kernel's flags: a word that is none would be lost in silence. */
static int check_bind_options(struct maker *m, const struct strv *options)
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

static int add_spec_mount(struct maker *m, const struct containr_mount *mount)
{
	autostrv options = { 0 };
	bool is_bind = mount->type == CONTAINR_MOUNT_BIND;

	if (mount->target[0] != '/')
		return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			    "mount target '%s' is not an absolute path", mount->target);
	if (is_bind && mount->source[0] != '/') {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			   "mount source '%s' is not an absolute path", mount->source);
		return fail_hint(m->err,
				 "named volumes are not supported yet; write /PATH or ./PATH");
	}
	if (is_bind)
		strv_push(&options, "rbind");
	else {
		strv_push(&options, "nosuid");
		strv_push(&options, "nodev");
		strv_push(&options, "noexec");
	}
	strv_extend(&options, mutable_list(mount->options));
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

static int set_mounts(struct maker *m)
{
	int r = 0;

	m->config->root_readonly = m->spec->read_only;
	for (size_t i = 0; i < m->spec->mount_count && r == 0; i++)
		r = add_spec_mount(m, &m->spec->mounts[i]);
	return r;
}

static int set_network(struct maker *m, const char *id)
{
	const char *options[] = { "rbind", "ro", "nosuid", "nodev", "noexec", NULL };
	int r;

	if (m->spec->hostname && strlen(m->spec->hostname) > HOSTNAME_LEN_MAX)
		return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--hostname: a name may have at most %d characters", HOSTNAME_LEN_MAX);
	if (m->spec->hostname)
		m->config->hostname = strdup(m->spec->hostname);
	else if (asprintf(&m->config->hostname, "%.12s", id) < 0)
		m->config->hostname = NULL;
	if (!m->config->hostname)
		return fail_oom(m->err);
	if (m->spec->network == CONTAINR_NETWORK_NONE)
		return oci_add_namespace(m->config, CLONE_NEWNET, NULL, m->err);
	/* the host's resolver serves the host's network */
	r = access("/etc/resolv.conf", F_OK) < 0
		    ? 0
		    : oci_add_mount(m->config, "/etc/resolv.conf", "bind", "/etc/resolv.conf",
				    mutable_list(options), m->err);
	return r;
}

int config_of_spec(const struct containr_spec *spec, const struct containr_image_config *image,
		   const char *id, const char *init_path, struct oci_config *ret_config,
		   struct containr_error *err)
{
	struct oci_config config;
	struct maker m = { .spec = spec, .image = image, .config = &config, .err = err };
	int r;

	oci_config_init(&config);
	r = config_defaults(&config, err);
	if (r == 0)
		r = set_network(&m, id);
	if (r == 0)
		r = set_args(&m, init_path);
	if (r == 0)
		r = set_env(&m);
	if (r == 0)
		r = set_process(&m);
	if (r == 0)
		r = set_capabilities(&m);
	if (r == 0)
		r = set_security(&m);
	if (r == 0)
		r = set_limits(&m);
	if (r == 0)
		r = set_mounts(&m);
	if (r < 0) {
		oci_config_release(&config);
		return r;
	}
	*ret_config = config;
	return 0;
}
