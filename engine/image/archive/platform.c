/* SPDX-License-Identifier: MIT */
#include "image/archive/platform.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/* Names of uname(2) and of Go's GOARCH where these differ. */
struct machine {
	const char *machine;
	const char *architecture;
	const char *variant;
};

static const struct machine machines[] = {
	{ "x86_64", "amd64", "" },    { "aarch64", "arm64", "" },
	{ "armv7l", "arm", "v7" },    { "armv6l", "arm", "v6" },
	{ "i386", "386", "" },	      { "i686", "386", "" },
	{ "mips64", "mips64le", "" }, { "loongarch64", "loong64", "" },
};

int platform_of_host(struct platform *ret_platform, struct containr_error *err)
{
	struct utsname host;
	struct machine found = { 0 };

	if (uname(&host) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot ask the kernel for the architecture");
	found = (struct machine) { host.machine, host.machine, "" };
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (strcmp(machines[i].machine, host.machine) == 0)
			found = machines[i];
	*ret_platform = (struct platform) { .os = "linux" };
	(void)snprintf(ret_platform->architecture, sizeof(ret_platform->architecture), "%s",
		       found.architecture);
	(void)snprintf(ret_platform->variant, sizeof(ret_platform->variant), "%s", found.variant);
	return 0;
}

/* Copies the part of @text up to a slash, and moves behind it; false for what is no word. */
static bool copy_part(const char **text, char *out, size_t size)
{
	size_t len = strcspn(*text, "/");

	if (len == 0 || len >= size)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)(*text)[i]) && !strchr("._-", (*text)[i]))
			return false;
	memcpy(out, *text, len);
	out[len] = '\0';
	*text += len;
	if (**text == '/')
		(*text)++;
	return true;
}

int platform_parse(const char *text, struct platform *ret_platform, struct containr_error *err)
{
	struct platform platform = { 0 };
	const char *rest = text;
	bool is_whole = copy_part(&rest, platform.os, sizeof(platform.os)) &&
			copy_part(&rest, platform.architecture, sizeof(platform.architecture)) &&
			(!*rest || copy_part(&rest, platform.variant, sizeof(platform.variant)));

	if (!is_whole || *rest) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--platform: '%.100s' is no platform",
			   text);
		return fail_hint(err, "write OS/ARCH[/VARIANT], e.g. linux/arm64");
	}
	if (strcmp(platform.os, "linux") != 0)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "--platform: '%s' is not linux",
			    platform.os);
	*ret_platform = platform;
	return 0;
}

int platform_rate(const struct json *entry, const struct platform *wanted)
{
	const struct json *platform = json_get(entry, "platform");
	const char *os = "";
	const char *architecture = "";
	const char *variant = "";
	struct containr_error ignored;

	if (json_read_string(platform, "", "os", &os, &ignored) < 0 ||
	    json_read_string(platform, "", "architecture", &architecture, &ignored) < 0 ||
	    json_read_string(platform, "", "variant", &variant, &ignored) < 0 ||
	    strcmp(os, wanted->os) != 0 || strcmp(architecture, wanted->architecture) != 0)
		return 0;
	if (strcmp(variant, wanted->variant) == 0)
		return 300;
	/* an arm of version 7 runs what was made for version 6, not the other way round */
	if (*variant == 'v' && *wanted->variant == 'v')
		return strcmp(variant, wanted->variant) < 0 ? 100 + variant[1] : 0;
	return !*variant || (!strcmp(variant, "v8") && !*wanted->variant) ||
			       (!strcmp(variant, "v1") && !*wanted->variant)
		       ? 200
		       : 50;
}
