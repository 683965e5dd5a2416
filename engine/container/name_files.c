/* SPDX-License-Identifier: MIT */
#include "container/name_files.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/config_parts.h"
#include "container/record.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>

#define FILE_MAX (1 << 20)

void name_files_release(struct name_files *files)
{
	free(files->hosts);
	free(files->hostname);
	free(files->resolv);
	*files = (struct name_files) { 0 };
}

static bool is_address(const char *text)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* NAME:ADDRESS or NAME=ADDRESS; an IPv6 address may stand in brackets. */
static int add_host(const char *text, struct str *out, struct containr_error *err)
{
	size_t len = strcspn(text, ":=");
	autofree char *address = text[len] ? strdup(text + len + 1) : strdup("");
	char *plain = address;
	size_t end;

	if (!address)
		return fail_oom(err);
	if (strcmp(address, "host-gateway") == 0) {
		(void)fail(err, CONTAINR_E_UNSUPPORTED,
			   "--add-host: 'host-gateway' needs a network with a gateway");
		return fail_hint(err, "no such network is supported yet; write the address itself");
	}
	end = strlen(address);
	if (end > 2 && address[0] == '[' && address[end - 1] == ']') {
		address[end - 1] = '\0';
		plain++;
	}
	if (len == 0 || strcspn(text, " \t\n") < len || !is_address(plain)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--add-host: '%s' is not NAME:ADDRESS",
			   text);
		return fail_hint(err, "write e.g. --add-host db:10.0.0.2");
	}
	str_appendf(out, "%s\t%.*s\n", plain, (int)len, text);
	return 0;
}

static int read_host_file(const char *path, struct str *out)
{
	struct containr_error ignored;

	return fs_read_file(AT_FDCWD, path, FILE_MAX, out, &ignored);
}

static int make_hosts(const struct containr_spec *spec, const char *hostname, char **ret_text,
		      struct containr_error *err)
{
	autostr out = STR_INIT;

	/* the host's network has the host's names */
	if (spec->network != CONTAINR_NETWORK_HOST || read_host_file("/etc/hosts", &out) < 0)
		str_appendf(&out,
			    "127.0.0.1\tlocalhost %s\n::1\tlocalhost ip6-localhost ip6-loopback\n",
			    hostname);
	if (out.len && out.data[out.len - 1] != '\n')
		str_append_char(&out, '\n');
	for (size_t i = 0; i < config_list_len(spec->extra_hosts); i++)
		if (add_host(spec->extra_hosts[i], &out, err) < 0)
			return -err->code;
	*ret_text = str_steal(&out);
	return *ret_text ? 0 : fail_oom(err);
}

/* Copies the lines of the host's file that begin with a keyword: what was not given stays. */
static void keep_lines(const struct str *host, const char *keyword, struct str *out)
{
	const char *line = host->data;

	while (line && *line) {
		size_t len = strcspn(line, "\n");

		if (str_starts_with(line, keyword) && strchr(" \t", line[strlen(keyword)])) {
			str_append_len(out, line, len);
			str_append_char(out, '\n');
		}
		line += len;
		line += *line == '\n';
	}
}

static void add_words(const char *keyword, const char *const *words, struct str *out)
{
	str_append(out, keyword);
	for (size_t i = 0; words[i]; i++)
		str_appendf(out, " %s", words[i]);
	str_append_char(out, '\n');
}

static int check_dns(const struct containr_spec *spec, struct containr_error *err)
{
	for (size_t i = 0; i < config_list_len(spec->dns_servers); i++)
		if (!is_address(spec->dns_servers[i]))
			return fail(err, CONTAINR_E_INVALID_ARGUMENT,
				    "--dns: '%s' is not an IP address", spec->dns_servers[i]);
	for (size_t i = 0; i < config_list_len(spec->dns_search); i++)
		if (!*spec->dns_search[i] || strpbrk(spec->dns_search[i], " \t\n"))
			return fail(err, CONTAINR_E_INVALID_ARGUMENT,
				    "--dns-search: '%s' is no domain", spec->dns_search[i]);
	for (size_t i = 0; i < config_list_len(spec->dns_options); i++)
		if (!*spec->dns_options[i] || strpbrk(spec->dns_options[i], " \t\n"))
			return fail(err, CONTAINR_E_INVALID_ARGUMENT,
				    "--dns-option: '%s' is no option of resolv.conf(5)",
				    spec->dns_options[i]);
	return 0;
}

/* resolv.conf(5); nothing where none of it was given. */
static int make_resolv(const struct containr_spec *spec, char **ret_text,
		       struct containr_error *err)
{
	autostr host = STR_INIT;
	autostr out = STR_INIT;
	bool no_search =
		config_list_len(spec->dns_search) == 1 && strcmp(spec->dns_search[0], ".") == 0;
	int r = check_dns(spec, err);

	if (r < 0 || !(spec->dns_servers || spec->dns_search || spec->dns_options))
		return r;
	error_ignore(read_host_file("/etc/resolv.conf", &host));
	for (const char *const *server = spec->dns_servers; server && *server; server++)
		str_appendf(&out, "nameserver %s\n", *server);
	if (!spec->dns_servers)
		keep_lines(&host, "nameserver", &out);
	if (!spec->dns_search)
		keep_lines(&host, "search", &out);
	else if (!no_search)
		add_words("search", spec->dns_search, &out);
	if (!spec->dns_options)
		keep_lines(&host, "options", &out);
	else
		add_words("options", spec->dns_options, &out);
	*ret_text = str_steal(&out);
	return *ret_text ? 0 : fail_oom(err);
}

static int bind_file(const struct containr *engine, const char *id, const char *name,
		     struct oci_config *config, struct containr_error *err)
{
	static const char *const options[] = { "bind", "nosuid", "nodev", NULL };
	autofree char *source = NULL;
	char target[32];

	(void)snprintf(target, sizeof(target), "/etc/%s", name);
	if (asprintf(&source, "%s/containers/%s/%s", engine->root, id, name) < 0) {
		source = NULL;
		return fail_oom(err);
	}
	return oci_add_mount(config, target, "bind", source, config_list(options), err);
}

/* The files of the container whose network is shared; its host name goes with them. */
static int share_files(const struct containr *engine, const struct containr_spec *spec,
		       struct oci_config *config, struct containr_error *err)
{
	static const char *const names[] = { "hosts", "hostname", "resolv.conf" };
	char id[CONTAINR_ID_LENGTH + 1];
	autoclose int dir = -1;
	autostr hostname = STR_INIT;
	int r = container_open(engine, spec->network_container, id, &dir, err);

	for (size_t i = 0; i < ARRAY_LEN(names) && r == 0; i++)
		if (faccessat(dir, names[i], F_OK, 0) == 0)
			r = bind_file(engine, id, names[i], config, err);
	if (r == 0)
		r = fs_read_file(dir, "hostname", FILE_MAX, &hostname, err);
	if (r < 0 || !config->hostname || !hostname.len)
		return r;
	hostname.data[hostname.len - 1] = '\0'; /* its newline */
	free(config->hostname);
	config->hostname = str_steal(&hostname);
	return config->hostname ? 0 : fail_oom(err);
}

static int refuse_shared(const struct containr_spec *spec, struct containr_error *err)
{
	const char *option = spec->extra_hosts	 ? "--add-host"
			     : spec->dns_servers ? "--dns"
			     : spec->dns_search	 ? "--dns-search"
			     : spec->dns_options ? "--dns-option"
						 : NULL;

	if (!option)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
		   "%s: cannot be given beside --network container:NAME", option);
	return fail_hint(err, "give it to the container whose network is shared");
}

int name_files_design(const struct containr *engine, const struct containr_spec *spec,
		      const char *id, const char *hostname, struct oci_config *config,
		      struct name_files *ret_files, struct containr_error *err)
{
	int r;

	if (spec->network == CONTAINR_NETWORK_CONTAINER) {
		r = refuse_shared(spec, err);
		return r < 0 ? r : share_files(engine, spec, config, err);
	}
	if (asprintf(&ret_files->hostname, "%s\n", hostname) < 0) {
		ret_files->hostname = NULL;
		return fail_oom(err);
	}
	r = make_hosts(spec, hostname, &ret_files->hosts, err);
	if (r == 0)
		r = make_resolv(spec, &ret_files->resolv, err);
	if (r == 0)
		r = bind_file(engine, id, "hosts", config, err);
	if (r == 0)
		r = bind_file(engine, id, "hostname", config, err);
	if (r == 0 && ret_files->resolv)
		r = bind_file(engine, id, "resolv.conf", config, err);
	return r;
}

static int write_file(int dir, const char *name, const char *text, struct containr_error *err)
{
	autoclose int fd = -1;

	if (!text)
		return 0;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || fs_write_all(fd, text, strlen(text)) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write '%s'", name);
	return 0;
}

int name_files_write(int dir, const struct name_files *files, struct containr_error *err)
{
	int r = write_file(dir, "hostname", files->hostname, err);

	if (r == 0)
		r = write_file(dir, "hosts", files->hosts, err);
	return r < 0 ? r : write_file(dir, "resolv.conf", files->resolv, err);
}
