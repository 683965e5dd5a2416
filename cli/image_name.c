/* SPDX-License-Identifier: MIT */
#include "cli/image_name.h"

#include "image/reference.h"

#include <string.h>

bool image_name_is_same(const char *text, const char *wanted)
{
	struct reference left;
	struct reference right;
	struct containr_error ignored;
	char left_text[REFERENCE_TEXT_SIZE];
	char right_text[REFERENCE_TEXT_SIZE];

	if (strcmp(text, wanted) == 0)
		return true;
	if (reference_parse(text, &left, &ignored) < 0 ||
	    reference_parse(wanted, &right, &ignored) < 0)
		return false;
	reference_format(&left, left_text);
	reference_format(&right, right_text);
	return strcmp(left_text, right_text) == 0;
}
