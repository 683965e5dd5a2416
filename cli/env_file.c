/* SPDX-License-Identifier: MIT */
#include "cli/env_file.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <string.h>

#define FILE_MAX (4 << 20)

static int take_line(const char *path, const char *option, size_t number, const char *line,
		     struct strv *list, struct containr_error *err)
{
	size_t key_len;

	line += strspn(line, " \t");
	key_len = strcspn(line, "=");
	if (!*line || *line == '#')
		return 0;
	if (key_len == 0)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' line %zu has no key",
			    option, path, number);
	if (strcspn(line, " \t") < key_len)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "%s: '%s' line %zu has a blank in its key", option, path, number);
	strv_push(list, line);
	return list->failed ? fail_oom(err) : 0;
}

int env_file_read(const char *path, const char *option, struct strv *list,
		  struct containr_error *err)
{
	static const char byte_order_mark[] = "\xEF\xBB\xBF";
	autostr text = STR_INIT;
	size_t number = 0;
	char *rest;
	char *line;
	int r = fs_read_file(AT_FDCWD, path, FILE_MAX, &text, err);

	if (r < 0)
		return fail_prefix(err, "%s", option);
	if (!text.data)
		return 0;
	if (strlen(text.data) != text.len)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is no text file", option,
			    path);
	rest = text.data;
	if (str_starts_with(rest, byte_order_mark))
		rest += strlen(byte_order_mark);
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		size_t len = strlen(line);

		if (len && line[len - 1] == '\r')
			line[len - 1] = '\0';
		r = take_line(path, option, ++number, line, list, err);
	}
	return r;
}
