/* SPDX-License-Identifier: MIT */
#include "container/config_parts.h"

#include "base/cleanup.h"
#include "container/oci_resources.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Limits of single block devices, "PATH:NUMBER" each: --device-read-bps and its kin. */

#define WEIGHT_MIN 10
#define WEIGHT_MAX 1000

enum unit { UNIT_BYTES, UNIT_COUNT, UNIT_WEIGHT };

struct block_option {
	const char *name;
	enum oci_setting_kind kind;
	enum unit unit;
	const char *example;
};

static const struct block_option options[] = {
	{ "--blkio-weight-device", OCI_BLOCK_DEVICE_WEIGHT, UNIT_WEIGHT, "/dev/sda:500" },
	{ "--device-read-bps", OCI_BLOCK_READ_BPS, UNIT_BYTES, "/dev/sda:1mb" },
	{ "--device-read-iops", OCI_BLOCK_READ_IOPS, UNIT_COUNT, "/dev/sda:100" },
	{ "--device-write-bps", OCI_BLOCK_WRITE_BPS, UNIT_BYTES, "/dev/sda:1mb" },
	{ "--device-write-iops", OCI_BLOCK_WRITE_IOPS, UNIT_COUNT, "/dev/sda:100" },
};

static const char *const *list_of(const struct containr_spec *spec, enum oci_setting_kind kind)
{
	switch ((int)kind) {
	case OCI_BLOCK_DEVICE_WEIGHT:
		return spec->blkio_weight_devices;
	case OCI_BLOCK_READ_BPS:
		return spec->device_read_bps;
	case OCI_BLOCK_READ_IOPS:
		return spec->device_read_iops;
	case OCI_BLOCK_WRITE_BPS:
		return spec->device_write_bps;
	default:
		return spec->device_write_iops;
	}
}

static int fail_option(struct config_maker *m, const struct block_option *option, const char *text)
{
	(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not DEVICE:NUMBER",
		   option->name, text);
	return fail_hint(m->err, "write e.g. %s %s", option->name, option->example);
}

static int read_number(struct config_maker *m, const struct block_option *option, const char *text,
		       int64_t *ret_number)
{
	switch (option->unit) {
	case UNIT_BYTES:
		return parse_bytes(text, option->name, ret_number, m->err);
	case UNIT_COUNT:
		return parse_int64(text, option->name, 0, INT64_MAX, ret_number, m->err);
	case UNIT_WEIGHT:
		break;
	}
	return parse_int64(text, option->name, WEIGHT_MIN, WEIGHT_MAX, ret_number, m->err);
}

static int add_one(struct config_maker *m, const struct block_option *option, const char *text)
{
	const char *colon = strrchr(text, ':');
	autofree char *path = colon ? strndup(text, (size_t)(colon - text)) : NULL;
	char subject[32];
	struct stat info;
	int64_t number;
	int r;

	if (!colon || text[0] != '/' || !colon[1])
		return fail_option(m, option, text);
	if (!path)
		return fail_oom(m->err);
	r = read_number(m, option, colon + 1, &number);
	if (r < 0)
		return r;
	if (stat(path, &info) < 0)
		return fail_sys(m->err, CONTAINR_E_INVALID_ARGUMENT, "%s: cannot look at '%s'",
				option->name, path);
	if (!S_ISBLK(info.st_mode))
		return fail(m->err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is no block device",
			    option->name, path);
	(void)snprintf(subject, sizeof(subject), "%u:%u", major(info.st_rdev), minor(info.st_rdev));
	return oci_add_setting(&m->config->resources, option->kind, subject, number, m->err);
}

int config_set_block_limits(struct config_maker *m)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(options) && r == 0; i++) {
		const char *const *list = list_of(m->spec, options[i].kind);

		for (size_t k = 0; k < config_list_len(list) && r == 0; k++)
			r = add_one(m, &options[i], list[k]);
	}
	return r;
}
