/* SPDX-License-Identifier: MIT */
#include "container/config_parts.h"

#include "base/cleanup.h"
#include "container/join.h"

#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

static void drop_namespace(struct oci_config *config, int flag)
{
	size_t kept = 0;

	for (size_t i = 0; i < config->namespace_count; i++)
		if (config->namespaces[i].flag != flag)
			config->namespaces[kept++] = config->namespaces[i];
	config->namespace_count = kept;
}

static int fail_mode(struct config_maker *m, const char *option, const char *mode,
		     const char *words)
{
	(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is no mode", option, mode);
	return fail_hint(m->err, "use %s", words);
}

/* That of another container: join_namespaces() finds out which one at each start. */
static int join_namespace(struct config_maker *m, int flag, const char *container)
{
	autofree char *path = NULL;

	drop_namespace(m->config, flag);
	if (asprintf(&path, JOIN_PREFIX "%s", container) < 0) {
		path = NULL;
		return fail_oom(m->err);
	}
	return oci_add_namespace(m->config, flag, path, m->err);
}

/* Returns the container of "container:NAME"; NULL for another mode. */
static const char *joined(const char *mode)
{
	const char *name = mode + strlen(JOIN_PREFIX);

	return str_starts_with(mode, JOIN_PREFIX) && *name ? name : NULL;
}

static int set_pid(struct config_maker *m)
{
	const char *mode = m->spec->pid_mode;

	if (!mode || !*mode || strcmp(mode, "private") == 0)
		return 0;
	if (joined(mode))
		return join_namespace(m, CLONE_NEWPID, joined(mode));
	if (strcmp(mode, "host") != 0)
		return fail_mode(m, "--pid", mode, "host or container:NAME");
	drop_namespace(m->config, CLONE_NEWPID);
	return 0;
}

static struct oci_mount *find_mount(struct oci_config *config, const char *destination)
{
	for (size_t i = 0; i < config->mount_count; i++)
		if (strcmp(config->mounts[i].destination, destination) == 0)
			return &config->mounts[i];
	return NULL;
}

/* Takes a default mount out: those that follow move up. */
static void drop_mount(struct oci_config *config, const char *destination)
{
	struct oci_mount *mount = find_mount(config, destination);

	if (!mount)
		return;
	free(mount->destination);
	free(mount->type);
	free(mount->source);
	strv_release(&mount->options);
	config->mount_count--;
	memmove(mount, mount + 1,
		(size_t)(config->mounts + config->mount_count - mount) * sizeof(*mount));
}

/* /dev/shm belongs to whose ipc namespace it is. */
static int bind_shm(struct config_maker *m, const char *source)
{
	const char *options[] = { "bind", "nosuid", "nodev", "noexec", NULL };

	drop_mount(m->config, "/dev/shm");
	return oci_add_mount(m->config, "/dev/shm", "bind", source, config_list(options), m->err);
}

static int set_ipc(struct config_maker *m)
{
	const char *mode = m->spec->ipc_mode;
	autofree char *source = NULL;
	int r;

	if (!mode || !*mode || strcmp(mode, "private") == 0 || strcmp(mode, "shareable") == 0)
		return 0;
	if (strcmp(mode, "none") == 0) {
		drop_mount(m->config, "/dev/shm");
		return 0;
	}
	if (strcmp(mode, "host") == 0) {
		drop_namespace(m->config, CLONE_NEWIPC);
		return bind_shm(m, "/dev/shm");
	}
	if (!joined(mode))
		return fail_mode(m, "--ipc", mode,
				 "private, shareable, none, host or container:NAME");
	r = join_namespace(m, CLONE_NEWIPC, joined(mode));
	if (r < 0)
		return r;
	if (asprintf(&source, "/" JOIN_PREFIX "%s", joined(mode)) < 0) {
		source = NULL;
		return fail_oom(m->err);
	}
	return bind_shm(m, source);
}

static int set_shm_size(struct config_maker *m)
{
	struct oci_mount *mount = find_mount(m->config, "/dev/shm");
	char *text;

	if (!m->spec->shm_size_bytes || !mount || strcmp(mount->type, "tmpfs") != 0)
		return 0;
	for (size_t i = 0; i < mount->options.len; i++) {
		if (!str_starts_with(mount->options.items[i], "size="))
			continue;
		if (asprintf(&text, "size=%" PRId64, m->spec->shm_size_bytes) < 0)
			return fail_oom(m->err);
		free(mount->options.items[i]);
		mount->options.items[i] = text;
	}
	return 0;
}

static int set_cgroupns(struct config_maker *m)
{
	const char *mode = m->spec->cgroupns_mode;

	if (!mode || !*mode || strcmp(mode, "private") == 0)
		return 0;
	if (strcmp(mode, "host") != 0)
		return fail_mode(m, "--cgroupns", mode, "host or private");
	drop_namespace(m->config, CLONE_NEWCGROUP);
	return 0;
}

static int set_network(struct config_maker *m)
{
	const char *options[] = { "rbind", "ro", "nosuid", "nodev", "noexec", NULL };

	if (m->spec->network == CONTAINR_NETWORK_CONTAINER)
		return join_namespace(m, CLONE_NEWNET, m->spec->network_container);
	if (m->spec->network == CONTAINR_NETWORK_NONE)
		return oci_add_namespace(m->config, CLONE_NEWNET, NULL, m->err);
	/* the host's resolver serves the host's network */
	if (m->spec->dns_servers || m->spec->dns_search || m->spec->dns_options ||
	    access("/etc/resolv.conf", F_OK) < 0)
		return 0;
	return oci_add_mount(m->config, "/etc/resolv.conf", "bind", "/etc/resolv.conf",
			     config_list(options), m->err);
}

static int check_name(struct config_maker *m, const char *option, const char *name)
{
	if (strlen(name) <= CONFIG_HOSTNAME_MAX)
		return 0;
	return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
		    "%s: a name may have at most %d characters", option, CONFIG_HOSTNAME_MAX);
}

/* A name of the host's is passed on where the container shares what goes by it, as docker has it. */
static int choose_hostname(struct config_maker *m, const char *id)
{
	bool uts_host = m->spec->uts_mode && strcmp(m->spec->uts_mode, "host") == 0;
	const char *given = m->spec->hostname;

	if (given) {
		if (uts_host || m->spec->network == CONTAINR_NETWORK_CONTAINER)
			return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
				    "--hostname: cannot be given beside %s",
				    uts_host ? "--uts host" : "--network container:NAME");
		(void)snprintf(m->hostname, sizeof(m->hostname), "%s", given);
		return check_name(m, "--hostname", given);
	}
	(void)snprintf(m->hostname, sizeof(m->hostname), "%.12s", id);
	if ((uts_host || m->spec->network == CONTAINR_NETWORK_HOST) &&
	    gethostname(m->hostname, sizeof(m->hostname) - 1) < 0)
		return fail_sys(m->err, CONTAINR_E_IO, "cannot read the host's name");
	m->hostname[sizeof(m->hostname) - 1] = '\0';
	return 0;
}

static int set_names(struct config_maker *m, const char *id)
{
	const char *mode = m->spec->uts_mode;
	const char *domain = m->spec->domainname;
	bool uts_host = mode && strcmp(mode, "host") == 0;
	int r;

	if (mode && *mode && !uts_host && strcmp(mode, "private") != 0)
		return fail_mode(m, "--uts", mode, "host");
	r = choose_hostname(m, id);
	if (r == 0 && domain && uts_host)
		r = fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			 "--domainname: cannot be given beside --uts host");
	if (r == 0 && domain)
		r = check_name(m, "--domainname", domain);
	if (r < 0)
		return r;
	if (uts_host) {
		drop_namespace(m->config, CLONE_NEWUTS);
		return 0;
	}
	m->config->hostname = strdup(m->hostname);
	m->config->domainname = domain ? strdup(domain) : NULL;
	return m->config->hostname && (!domain || m->config->domainname) ? 0 : fail_oom(m->err);
}

int config_set_namespaces(struct config_maker *m, const char *id)
{
	int r = set_names(m, id);

	if (r == 0)
		r = set_network(m);
	if (r == 0)
		r = set_pid(m);
	if (r == 0)
		r = set_ipc(m);
	if (r == 0)
		r = set_shm_size(m);
	return r < 0 ? r : set_cgroupns(m);
}
