/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/fixed.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

/* Values of options: each parser refuses with a message or gives a value within its promise. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int result, bool is_promised, const struct containr_error *err)
{
	if (result == 0 ? !is_promised
			: err->code != CONTAINR_E_INVALID_ARGUMENT || err->message[0] == '\0' ||
				  result != -err->code)
		abort();
}

static void read_time(const char *text)
{
	const int64_t now = 1764072000 * TIME_NS_PER_SEC;
	struct containr_error err = { 0 };
	char written[TIME_TEXT_SIZE];
	int64_t ns = 0;
	int64_t again = 0;
	int r = time_parse(text, "fuzz", now, &ns, &err);

	check(r, true, &err);
	if (r < 0 || ns < 0)
		return;
	time_format_utc(ns, written);
	if (time_parse(written, "again", now, &again, &err) < 0 || again != ns)
		abort();
}

static void clean_path(const char *text)
{
	autofree char *clean = path_clean(text);
	autofree char *again = clean ? path_clean(clean) : NULL;

	if (!clean || !again)
		return;
	if (strcmp(clean, again) != 0 || (text[0] == '/') != (clean[0] == '/') ||
	    strstr(clean, "//") || strlen(clean) > strlen(text) + 1)
		abort();
	if (clean[0] == '/' && (strstr(clean, "/../") || str_ends_with(clean, "/..")))
		abort();
}

static void read_values(const char *text)
{
	struct containr_error err = { 0 };
	int64_t value = 0;
	int r = parse_int64(text, "fuzz", -5, 70000, &value, &err);

	check(r, value >= -5 && value <= 70000, &err);
	value = 0;
	r = parse_bytes(text, "fuzz", &value, &err);
	check(r, value >= 0, &err);
	value = 0;
	r = parse_duration(text, "fuzz", &value, &err);
	check(r, value >= 0, &err);
	(void)fixed_parse_int(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	read_values(text);
	read_time(text);
	clean_path(text);
	return 0;
}
