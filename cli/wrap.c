/* SPDX-License-Identifier: MIT */
#include "cli/wrap.h"

#include <string.h>

/* Text is never squeezed into less than this, however narrow the terminal. */
#define WRAP_MIN_TEXT 24

void wrap_blanks(struct str *out, size_t count)
{
	for (; count > 0; count--)
		str_append_char(out, ' ');
}

static size_t columns_of(const char *text, size_t len)
{
	size_t columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

static void wrap_span(struct str *out, const char *text, const char *end, size_t indent,
		      size_t width)
{
	size_t room = width > indent + WRAP_MIN_TEXT ? width - indent : WRAP_MIN_TEXT;
	size_t used = 0;

	while (text < end) {
		size_t len = strcspn(text, " \n");
		size_t columns;

		if (len > (size_t)(end - text))
			len = (size_t)(end - text);
		columns = columns_of(text, len);
		if (used > 0 && used + 1 + columns > room) {
			str_append_char(out, '\n');
			wrap_blanks(out, indent);
			used = 0;
		} else if (used > 0) {
			str_append_char(out, ' ');
			used++;
		}
		str_append_len(out, text, len);
		used += columns;
		text += len;
		while (text < end && (*text == ' ' || *text == '\n'))
			text++;
	}
	str_append_char(out, '\n');
}

void wrap_append(struct str *out, const char *text, size_t indent, size_t width)
{
	wrap_span(out, text, text + strlen(text), indent, width);
}

void wrap_paragraphs(struct str *out, const char *text, size_t width)
{
	for (;;) {
		const char *end = strstr(text, "\n\n");

		wrap_span(out, text, end ? end : text + strlen(text), 0, width);
		if (!end)
			return;
		str_append_char(out, '\n');
		text = end + 2;
	}
}
