/* SPDX-License-Identifier: MIT */
#include "image/digest.h"

#include "base/str.h"

#include <string.h>

bool digest_is_hex(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return len > 0;
}

bool digest_is_valid(const char *text)
{
	return str_starts_with(text, DIGEST_PREFIX) && strlen(text) == DIGEST_LEN &&
	       digest_is_hex(digest_hex(text), DIGEST_HEX_LEN);
}

const char *digest_hex(const char *digest)
{
	return digest + sizeof(DIGEST_PREFIX) - 1;
}
