/* SPDX-License-Identifier: MIT */
#include "base/fixed.h"

#include <string.h>

void fixed_put_len(struct fixed *fixed, const char *bytes, size_t len)
{
	if (fixed->overflow || len >= fixed->size - fixed->len) {
		fixed->overflow = true;
		return;
	}
	memcpy(fixed->data + fixed->len, bytes, len);
	fixed->len += len;
	fixed->data[fixed->len] = '\0';
}

void fixed_put(struct fixed *fixed, const char *text)
{
	fixed_put_len(fixed, text, strlen(text));
}

void fixed_put_int(struct fixed *fixed, int64_t value)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		digits[--at] = '-';
	fixed_put_len(fixed, digits + at, sizeof(digits) - at);
}

int64_t fixed_parse_int(const char *text)
{
	bool negative = *text == '-';
	uint64_t value = 0;

	for (text += negative; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	return negative ? (int64_t)(0 - value) : (int64_t)value;
}
