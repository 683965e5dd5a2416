/* SPDX-License-Identifier: MIT */
#include "base/time.h"

#include "base/str.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

int64_t time_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * TIME_NS_PER_SEC + now.tv_nsec;
}

int64_t time_monotonic_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * TIME_NS_PER_SEC + now.tv_nsec;
}

/*
 * Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back: eras of 400 years
 * that start in March put the leap day last. gmtime(3) may take locks and read the zone files.
 */
static int64_t days_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = month <= 2 ? year - 1 : year;
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t year_of_era = shifted - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static void date_of_days(int64_t days, int64_t *ret_year, int64_t *ret_month, int64_t *ret_day)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	*ret_day = day_of_year - (153 * month + 2) / 5 + 1;
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0);
}

static char *put_digits(char *out, int64_t value, int width)
{
	for (int i = width - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + width;
}

void time_format_utc(int64_t ns, char ret_text[TIME_TEXT_SIZE])
{
	int64_t seconds = ns / TIME_NS_PER_SEC;
	int64_t fraction = ns % TIME_NS_PER_SEC;
	int64_t days;
	int64_t rest;
	int64_t year;
	int64_t month;
	int64_t day;
	char *p = ret_text;

	if (fraction < 0) {
		fraction += TIME_NS_PER_SEC;
		seconds--;
	}
	days = seconds / 86400;
	rest = seconds % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	date_of_days(days, &year, &month, &day);
	p = put_digits(p, year, 4);
	*p++ = '-';
	p = put_digits(p, month, 2);
	*p++ = '-';
	p = put_digits(p, day, 2);
	*p++ = 'T';
	p = put_digits(p, rest / 3600, 2);
	*p++ = ':';
	p = put_digits(p, rest / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, rest % 60, 2);
	*p++ = '.';
	p = put_digits(p, fraction, 9);
	*p++ = 'Z';
	*p = '\0';
}

/* Reads exactly @width digits; the value is checked against @max. */
static bool take_number(const char **p, int width, int64_t min, int64_t max, int64_t *ret_value)
{
	int64_t value = 0;

	for (int i = 0; i < width; i++) {
		if (!isdigit((unsigned char)(*p)[i]))
			return false;
		value = value * 10 + ((*p)[i] - '0');
	}
	if (value < min || value > max)
		return false;
	*p += width;
	*ret_value = value;
	return true;
}

static bool take_char(const char **p, char expected)
{
	if (**p != expected)
		return false;
	(*p)++;
	return true;
}

static bool take_fraction(const char **p, int64_t *ret_ns)
{
	int64_t scale = TIME_NS_PER_SEC / 10;

	*ret_ns = 0;
	if (!take_char(p, '.'))
		return true;
	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++, scale /= 10)
		*ret_ns += scale * (**p - '0');
	return true;
}

static bool take_zone(const char **p, int64_t *ret_offset_seconds)
{
	int64_t hours;
	int64_t minutes;
	int64_t sign = **p == '-' ? -1 : 1;

	*ret_offset_seconds = 0;
	if (**p == '\0' || take_char(p, 'Z') || take_char(p, 'z'))
		return true;
	if (**p != '+' && **p != '-')
		return false;
	(*p)++;
	if (!take_number(p, 2, 0, 23, &hours) || !take_char(p, ':') ||
	    !take_number(p, 2, 0, 59, &minutes))
		return false;
	*ret_offset_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

static int64_t days_of_month(int64_t year, int64_t month)
{
	return month == 12 ? 31 : days_of_date(year, month + 1, 1) - days_of_date(year, month, 1);
}

/* The last second whose nanoseconds fit: 2262-04-11T23:47:15. */
#define SECONDS_MAX (INT64_MAX / TIME_NS_PER_SEC - 1)

static bool parse_rfc3339(const char *text, int64_t *ret_ns)
{
	const char *p = text;
	int64_t year;
	int64_t month;
	int64_t day;
	int64_t hour = 0;
	int64_t minute = 0;
	int64_t second = 0;
	int64_t fraction = 0;
	int64_t offset = 0;
	int64_t seconds;

	if (!take_number(&p, 4, 1970, 2262, &year) || !take_char(&p, '-') ||
	    !take_number(&p, 2, 1, 12, &month) || !take_char(&p, '-') ||
	    !take_number(&p, 2, 1, days_of_month(year, month), &day))
		return false;
	if (*p && (!(take_char(&p, 'T') || take_char(&p, 't') || take_char(&p, ' ')) ||
		   !take_number(&p, 2, 0, 23, &hour) || !take_char(&p, ':') ||
		   !take_number(&p, 2, 0, 59, &minute)))
		return false;
	if (*p == ':' && (!take_char(&p, ':') || !take_number(&p, 2, 0, 60, &second) ||
			  !take_fraction(&p, &fraction)))
		return false;
	if (!take_zone(&p, &offset) || *p)
		return false;
	seconds = days_of_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
		  offset;
	if (seconds > SECONDS_MAX)
		return false;
	*ret_ns = seconds * TIME_NS_PER_SEC + fraction;
	return true;
}

static bool parse_epoch(const char *text, int64_t *ret_ns)
{
	const char *p = text;
	int64_t seconds = 0;
	int64_t fraction;

	for (; isdigit((unsigned char)*p); p++) {
		seconds = seconds * 10 + (*p - '0');
		if (seconds > SECONDS_MAX)
			return false;
	}
	if (p == text || !take_fraction(&p, &fraction) || *p)
		return false;
	*ret_ns = seconds * TIME_NS_PER_SEC + fraction;
	return true;
}

int time_parse(const char *text, const char *what, int64_t now_ns, int64_t *ret_ns,
	       struct containr_error *err)
{
	int64_t ago;

	if (parse_epoch(text, ret_ns) || parse_rfc3339(text, ret_ns))
		return 0;
	if (parse_duration(text, what, &ago, err) < 0) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not a point in time",
			   what, text);
		return fail_hint(err, "write 2026-01-31T12:00:00Z, seconds since 1970, or 10m for "
				      "ten minutes ago");
	}
	*ret_ns = now_ns - ago;
	return 0;
}
