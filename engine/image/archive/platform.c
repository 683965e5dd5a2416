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
