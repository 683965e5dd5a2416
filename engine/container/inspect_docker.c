/* SPDX-License-Identifier: MIT */
#include "container/inspect_docker.h"

#include "base/cleanup.h"
#include "container/volume_mounts.h"
#include "image/healthcheck.h"
#include "volume/volume.h"

#include <string.h>

#define NANO_PER_CPU INT64_C(1000000000)

static const char *string_of(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type == JSON_STRING ? value->string : "";
}

static int64_t int_of(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type == JSON_INT ? value->integer : 0;
}

static bool bool_of(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type == JSON_TRUE;
}

static bool has_string(const struct json *array, const char *text)
{
	for (const struct json *item = json_first(array); item; item = item->next)
		if (item->type == JSON_STRING && strcmp(item->string, text) == 0)
			return true;
	return false;
}

static void copy_member(struct json_writer *w, const char *key, const struct json *value)
{
	if (value)
		json_copy(w, key, value);
	else
		json_string(w, key, NULL);
}

static void write_labels(struct json_writer *w, const struct record *record)
{
	json_open_object(w, "Labels");
	for (size_t i = 0; i < record->labels.len; i++) {
		const char *item = record->labels.items[i];
		size_t len = strcspn(item, "=");
		autofree char *key = strndup(item, len);

		if (key)
			json_string(w, key, item[len] ? item + len + 1 : "");
	}
	json_close_object(w);
}

static void write_config(struct json_writer *w, const struct record *record,
			 const struct json *spec)
{
	const struct json *process = json_get(spec, "process");

	json_open_object(w, "Config");
	json_string(w, "Hostname", string_of(spec, "hostname"));
	json_string(w, "Domainname", string_of(spec, "domainname"));
	json_string(w, "User", string_of(json_get(process, "user"), "username"));
	json_bool(w, "Tty", record->tty);
	json_bool(w, "OpenStdin", record->stdin_open);
	copy_member(w, "Env", json_get(process, "env"));
	json_strings(w, "Cmd", record->command.items);
	json_string(w, "Image", record->image);
	json_string(w, "WorkingDir", string_of(process, "cwd"));
	write_labels(w, record);
	json_string(w, "StopSignal", record->stop_signal);
	json_int(w, "StopTimeout", record->stop_timeout_s);
	healthcheck_write(w, "Healthcheck", &record->healthcheck);
	json_close_object(w);
}

/* Returns a namespace of the configuration; NULL where it is the host's. */
static const struct json *namespace_of(const struct json *spec, const char *type)
{
	const struct json *item = json_first(json_get(json_get(spec, "linux"), "namespaces"));

	while (item && strcmp(string_of(item, "type"), type) != 0)
		item = item->next;
	return item;
}

/* "host", "container:ID", or what its own one is called. */
static void write_mode(struct json_writer *w, const char *key, const struct json *spec,
		       const char *type, const char *own)
{
	const struct json *ns = namespace_of(spec, type);
	const char *path = string_of(ns, "path");

	json_string(w, key, !ns ? "host" : *path ? path : own);
}

static void write_host_config(struct json_writer *w, const struct record *record,
			      const struct json *spec)
{
	const struct json *resources = json_get(json_get(spec, "linux"), "resources");
	const struct json *memory = json_get(resources, "memory");
	const struct json *cpu = json_get(resources, "cpu");
	int64_t period = int_of(cpu, "period");
	int64_t quota = int_of(cpu, "quota");

	json_open_object(w, "HostConfig");
	write_mode(w, "NetworkMode", spec, "network", "none");
	write_mode(w, "PidMode", spec, "pid", "");
	write_mode(w, "IpcMode", spec, "ipc", "private");
	write_mode(w, "UTSMode", spec, "uts", "");
	write_mode(w, "CgroupnsMode", spec, "cgroup", "private");
	json_bool(w, "AutoRemove", record->auto_remove);
	policy_inspect(w, &record->policy);
	json_bool(w, "ReadonlyRootfs", bool_of(json_get(spec, "root"), "readonly"));
	json_int(w, "Memory", int_of(memory, "limit"));
	json_int(w, "MemorySwap", int_of(memory, "swap"));
	json_int(w, "MemoryReservation", int_of(memory, "reservation"));
	json_int(w, "CpuShares", int_of(cpu, "shares"));
	json_int(w, "CpuPeriod", period);
	json_int(w, "CpuQuota", quota);
	json_int(w, "NanoCpus",
		 period > 0 && quota > 0 && quota < INT64_MAX / NANO_PER_CPU
			 ? quota * NANO_PER_CPU / period
			 : 0);
	json_string(w, "CpusetCpus", string_of(cpu, "cpus"));
	json_string(w, "CpusetMems", string_of(cpu, "mems"));
	json_int(w, "PidsLimit", int_of(json_get(resources, "pids"), "limit"));
	json_int(w, "OomScoreAdj", int_of(json_get(spec, "process"), "oomScoreAdj"));
	json_close_object(w);
}

bool inspect_is_own_mount(const struct containr *engine, const char *target, const char *source)
{
	static const char *const usual[] = { "/proc",	    "/dev", "/dev/pts",	     "/dev/shm",
					     "/dev/mqueue", "/sys", "/sys/fs/cgroup" };
	size_t len = strlen(engine->root);

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (strcmp(target, usual[i]) == 0)
			return true;
	return str_starts_with(target, "/dev/containr-") ||
	       strcmp(source, "/etc/resolv.conf") == 0 ||
	       (strncmp(source, engine->root, len) == 0 &&
		str_starts_with(source + len, "/containers/"));
}

static const char *propagation_of(const struct json *options)
{
	static const char *const words[] = { "rshared", "rslave", "rprivate",
					     "shared",	"slave",  "private" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_string(options, words[i]))
			return words[i];
	return "";
}

static void write_mount(struct json_writer *w, const struct containr *engine,
			const struct json *mount)
{
	const struct json *options = json_get(mount, "options");
	char name[VOLUME_NAME_MAX + 1];
	bool is_volume = volume_mounts_name(engine, string_of(mount, "source"), name);

	json_open_object(w, NULL);
	json_string(w, "Type", is_volume ? "volume" : string_of(mount, "type"));
	if (is_volume) {
		json_string(w, "Name", name);
		json_string(w, "Driver", "local");
	}
	json_string(w, "Source", string_of(mount, "source"));
	json_string(w, "Destination", string_of(mount, "destination"));
	json_string(w, "Mode", has_string(options, "ro") ? "ro" : "");
	json_bool(w, "RW", !has_string(options, "ro"));
	json_string(w, "Propagation", propagation_of(options));
	json_close_object(w);
}

void inspect_write_docker(struct json_writer *writer, const struct containr *engine,
			  const struct record *record, const struct json *spec)
{
	write_config(writer, record, spec);
	write_host_config(writer, record, spec);
	json_open_array(writer, "Mounts");
	for (const struct json *mount = json_first(json_get(spec, "mounts")); mount;
	     mount = mount->next)
		if (!inspect_is_own_mount(engine, string_of(mount, "destination"),
					  string_of(mount, "source")))
			write_mount(writer, engine, mount);
	json_close_array(writer);
}
