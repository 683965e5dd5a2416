/* SPDX-License-Identifier: MIT */
#include "container/config_parts.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define INIT_PATH "/dev/containr-init"

size_t config_list_len(const char *const *list)
{
	size_t len = 0;

	while (list && list[len])
		len++;
	return len;
}

char *const *config_list(const char *const *list)
{
	return (char *const *)(uintptr_t)list;
}

static int set_args(struct config_maker *m, const char *init_path)
{
	const struct containr_spec *spec = m->spec;
	struct strv *args = &m->config->process.args;
	bool own_entrypoint = config_list_len(spec->entrypoint) > 0;
	bool no_entrypoint = own_entrypoint && !*spec->entrypoint[0];

	if (spec->init) {
		const char *options[] = { "bind", "ro", "nosuid", "nodev", NULL };
		int r = oci_add_mount(m->config, INIT_PATH, "bind", init_path, config_list(options),
				      m->err);

		if (r < 0)
			return r;
		strv_push(args, INIT_PATH);
		strv_push(args, "--");
	}
	if (own_entrypoint && !no_entrypoint)
		strv_extend(args, config_list(spec->entrypoint));
	else if (!own_entrypoint)
		strv_extend(args, m->image->entrypoint);
	/* an own entry point makes the image's arguments meaningless, as docker has it */
	if (config_list_len(spec->command))
		strv_extend(args, config_list(spec->command));
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

static int set_env(struct config_maker *m)
{
	struct strv *env = &m->config->process.env;

	strv_push(env, DEFAULT_PATH);
	strv_pushf(env, "HOSTNAME=%s", m->hostname);
	if (m->spec->tty)
		strv_push(env, "TERM=xterm");
	for (size_t i = 0; m->image->env && m->image->env[i]; i++)
		oci_set_env(env, m->image->env[i]);
	for (size_t i = 0; i < config_list_len(m->spec->env); i++) {
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

/* KEY=VALUE pairs that are passed on as they are. */
static int set_pairs(struct config_maker *m, const char *option, const char *const *items,
		     struct strv *list)
{
	for (size_t i = 0; i < config_list_len(items); i++) {
		if (*items[i] == '=' || !strchr(items[i], '='))
			return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
				    "%s: '%s' is not KEY=VALUE", option, items[i]);
		if (str_starts_with(items[i], OCI_ANNOTATION_OWN))
			return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
				    "%s: '%s' begins with what is the engine's own", option,
				    items[i]);
		oci_set_env(list, items[i]);
	}
	return list->failed ? fail_oom(m->err) : 0;
}

/*
 * Numbers go where OCI has them. Names can only be looked up in the container's own /etc/group, by
 * process_user_find().
 */
static int set_groups(struct config_maker *m)
{
	struct oci_user *user = &m->config->process.user;
	size_t count = config_list_len(m->spec->groups);

	if (!count)
		return 0;
	user->groups = calloc(count, sizeof(*user->groups));
	if (!user->groups)
		return fail_oom(m->err);
	for (size_t i = 0; i < count; i++) {
		const char *group = m->spec->groups[i];
		int64_t number;

		if (!*group || strpbrk(group, ":,="))
			return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
				    "--group-add: '%s' is no group", group);
		if (strspn(group, "0123456789") != strlen(group)) {
			strv_push(&user->group_names, group);
			continue;
		}
		if (parse_int64(group, "--group-add", 0, UINT32_MAX - 1, &number, m->err) < 0)
			return -m->err->code;
		user->groups[user->group_count++] = (uint32_t)number;
	}
	return user->group_names.failed ? fail_oom(m->err) : 0;
}

static int set_process(struct config_maker *m)
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
	process->no_new_privileges = !m->spec->allow_new_privileges && !m->spec->privileged;
	process->has_oom_score_adj = m->spec->oom_score_adj != 0;
	process->oom_score_adj = (int)m->spec->oom_score_adj;
	for (size_t i = 0; i < config_list_len(m->spec->ulimits); i++) {
		struct rlimit_setting setting;
		int r = rlimit_parse(m->spec->ulimits[i], &setting, m->err);

		if (r == 0)
			r = oci_add_rlimit(process, &setting, m->err);
		if (r < 0)
			return r;
	}
	return set_groups(m);
}

int config_of_spec(const struct containr_spec *spec, const struct containr_image_config *image,
		   const char *id, const char *init_path, struct oci_config *ret_config,
		   struct containr_error *err)
{
	struct oci_config config;
	struct config_maker m = { .spec = spec, .image = image, .config = &config, .err = err };
	int r;

	oci_config_init(&config);
	r = config_defaults(&config, err);
	if (r == 0)
		r = config_set_namespaces(&m, id);
	if (r == 0)
		r = config_set_userns(&m);
	if (r == 0)
		r = set_args(&m, init_path);
	if (r == 0)
		r = set_env(&m);
	if (r == 0)
		r = set_process(&m);
	if (r == 0)
		r = set_pairs(&m, "--annotation", spec->annotations, &config.annotations);
	if (r == 0)
		r = set_pairs(&m, "--sysctl", spec->sysctls, &config.sysctls);
	if (r == 0)
		r = config_set_security(&m);
	if (r == 0)
		r = config_set_limits(&m);
	if (r == 0)
		r = config_set_devices(&m);
	if (r == 0)
		r = config_set_mounts(&m);
	if (r < 0) {
		oci_config_release(&config);
		return r;
	}
	*ret_config = config;
	return 0;
}
