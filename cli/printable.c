/* SPDX-License-Identifier: MIT */
#include "cli/printable.h"

#include <string.h>

/* Length of the UTF-8 sequence at @bytes if it is well-formed (Unicode 15, table 3-7), else 0. The
 * text is NUL-terminated, so that looking at the next byte is safe while the ones before matched.
 */
static size_t sequence_len(const unsigned char *bytes)
{
	unsigned char lead = bytes[0];
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	if ((lead == 0xe0 && bytes[1] < 0xa0) || (lead == 0xed && bytes[1] > 0x9f) ||
	    (lead == 0xf0 && bytes[1] < 0x90) || (lead == 0xf4 && bytes[1] > 0x8f))
		return 0;
	return len;
}

static bool is_control(const unsigned char *bytes)
{
	return bytes[0] < 0x20 || bytes[0] == 0x7f ||
	       (bytes[0] == 0xc2 && bytes[1] >= 0x80 && bytes[1] < 0xa0);
}

void printable_append(struct str *out, const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;
	const unsigned char *run = bytes;

	while (*bytes) {
		size_t len = sequence_len(bytes);
		size_t bad = len ? len : 1;

		if (len && !is_control(bytes)) {
			bytes += len;
			continue;
		}
		str_append_len(out, (const char *)run, (size_t)(bytes - run));
		for (size_t i = 0; i < bad; i++)
			str_appendf(out, "\\x%02x", bytes[i]);
		bytes += bad;
		run = bytes;
	}
	str_append_len(out, (const char *)run, (size_t)(bytes - run));
}

size_t printable_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}
