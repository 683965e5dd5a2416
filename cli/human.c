/* SPDX-License-Identifier: MIT */
#include "cli/human.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/printable.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MINUTES_PER_HOUR 60
#define HOURS_PER_DAY 24
#define HOURS_PER_WEEK (INT64_C(24) * 7)
#define HOURS_PER_MONTH (INT64_C(24) * 30)
#define HOURS_PER_YEAR (INT64_C(24) * 365)

static const char *const decimal_units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
static const char *const binary_units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

static void write_size(int64_t bytes, double limit, double base, const char *const *units,
		       int digits, char *ret_text)
{
	double value = (double)bytes;
	size_t unit = 0;

	/* int64_t ends below 10 EB: the last unit is never left */
	while (value >= limit && unit + 1 < ARRAY_LEN(decimal_units)) {
		value /= base;
		unit++;
	}
	(void)snprintf(ret_text, HUMAN_TEXT_SIZE, "%.*g%s", digits, value, units[unit]);
}

void human_size(int64_t bytes, int digits, char ret_text[HUMAN_TEXT_SIZE])
{
	/* what would be rounded up to 1000 belongs to the next unit; docker prints "1e+03kB" */
	double limit = digits < 4 ? 999.5 : 999.95;

	write_size(bytes, bytes < 1000 ? 1000 : limit, 1000, decimal_units, digits, ret_text);
}

void human_size_binary(int64_t bytes, char ret_text[HUMAN_TEXT_SIZE])
{
	write_size(bytes, 1024, 1024, binary_units, 4, ret_text);
}

static void write_count(int64_t count, const char *noun, char *ret_text)
{
	(void)snprintf(ret_text, HUMAN_TEXT_SIZE, "%" PRId64 " %s", count, noun);
}

static void write_hours(int64_t hours, char *ret_text)
{
	if (hours < 2 * HOURS_PER_DAY)
		write_count(hours, "hours", ret_text);
	else if (hours < 2 * HOURS_PER_WEEK)
		write_count(hours / HOURS_PER_DAY, "days", ret_text);
	else if (hours < 2 * HOURS_PER_MONTH)
		write_count(hours / HOURS_PER_WEEK, "weeks", ret_text);
	else if (hours < 2 * HOURS_PER_YEAR)
		write_count(hours / HOURS_PER_MONTH, "months", ret_text);
	else
		write_count(hours / HOURS_PER_YEAR, "years", ret_text);
}

void human_duration(int64_t ns, char ret_text[HUMAN_TEXT_SIZE])
{
	int64_t seconds = ns / TIME_NS_PER_SEC;
	int64_t minutes = seconds / 60;
	int64_t hours = (minutes + MINUTES_PER_HOUR / 2) / MINUTES_PER_HOUR;

	if (seconds < 1)
		(void)snprintf(ret_text, HUMAN_TEXT_SIZE, "Less than a second");
	else if (seconds == 1)
		(void)snprintf(ret_text, HUMAN_TEXT_SIZE, "1 second");
	else if (seconds < 60)
		write_count(seconds, "seconds", ret_text);
	else if (minutes == 1)
		(void)snprintf(ret_text, HUMAN_TEXT_SIZE, "About a minute");
	else if (minutes < MINUTES_PER_HOUR)
		write_count(minutes, "minutes", ret_text);
	else if (hours == 1)
		(void)snprintf(ret_text, HUMAN_TEXT_SIZE, "About an hour");
	else
		write_hours(hours, ret_text);
}

void human_ago(int64_t then_ns, int64_t now_ns, char ret_text[HUMAN_TEXT_SIZE])
{
	size_t used;

	human_duration(now_ns - then_ns, ret_text);
	used = strlen(ret_text);
	(void)snprintf(ret_text + used, HUMAN_TEXT_SIZE - used, " ago");
}

void human_cut(struct str *out, const char *text, size_t width)
{
	const char *end = text;

	if (printable_width(text) <= width) {
		str_append(out, text);
		return;
	}
	for (size_t left = width; left > 0 && *end; end++)
		if (((unsigned char)end[1] & 0xc0) != 0x80)
			left -= 1;
	/* `end` stands behind the last character that fits; that one makes place for the dots */
	while (end > text && ((unsigned char)*--end & 0xc0) == 0x80)
		;
	str_append_len(out, text, (size_t)(end - text));
	if (width)
		str_append(out, "…");
}
