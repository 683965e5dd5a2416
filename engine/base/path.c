/* SPDX-License-Identifier: MIT */
#include "base/path.h"

#include "base/str.h"

#include <string.h>

const char *path_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Cuts the last component of @out, down to @floor characters that must stay. */
static void drop_component(struct str *out, size_t floor)
{
	while (out->len > floor && out->data[out->len - 1] != '/')
		out->len--;
	if (out->len > floor)
		out->len--;
	if (out->data)
		out->data[out->len] = '\0';
}

static bool ends_in_dotdot(const struct str *out)
{
	return out->len >= 2 && out->data[out->len - 1] == '.' && out->data[out->len - 2] == '.' &&
	       (out->len == 2 || out->data[out->len - 3] == '/');
}

char *path_clean(const char *path)
{
	struct str out = STR_INIT;
	bool absolute = path[0] == '/';
	const char *p = path;

	while (*p) {
		size_t len = strcspn(p, "/");

		if (len == 2 && p[0] == '.' && p[1] == '.') {
			if (absolute || (out.len > 0 && !ends_in_dotdot(&out)))
				drop_component(&out, 0);
			else
				str_append(&out, out.len ? "/.." : "..");
		} else if (len > 0 && !(len == 1 && p[0] == '.')) {
			if (absolute || out.len > 0)
				str_append_char(&out, '/');
			str_append_len(&out, p, len);
		}
		p += len;
		p += strspn(p, "/");
	}
	if (out.len == 0)
		str_append(&out, absolute ? "/" : ".");
	return str_steal(&out);
}

char *path_join(const char *head, const char *tail)
{
	struct str out = STR_INIT;

	str_append(&out, head);
	if (out.len == 0 || out.data[out.len - 1] != '/')
		str_append_char(&out, '/');
	str_append(&out, tail + strspn(tail, "/"));
	return str_steal(&out);
}

bool path_is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (len == 1 && folder[0] == '/')
		return path[0] == '/';
	return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}
