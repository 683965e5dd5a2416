/* SPDX-License-Identifier: MIT */
#include "image/reference.h"

#include <stdlib.h>
#include <string.h>

/* Names of images: whatever they are, they are refused with a message, or their full form means the
 * same and stays the same. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reference reference;
	struct reference again;
	struct containr_error err;
	char full[REFERENCE_TEXT_SIZE];
	char second[REFERENCE_TEXT_SIZE];
	char *text = calloc(1, size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	if (reference_parse(text, &reference, &err) < 0) {
		if (err.code != CONTAINR_E_INVALID_REFERENCE || err.message[0] == '\0')
			abort();
	} else {
		reference_format(&reference, full);
		if (reference_parse(full, &again, &err) < 0)
			abort();
		reference_format(&again, second);
		if (strcmp(full, second) != 0)
			abort();
		reference_format_familiar(&reference, second);
		if (strlen(second) > strlen(full))
			abort();
	}
	free(text);
	return 0;
}
