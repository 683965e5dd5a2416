/* SPDX-License-Identifier: MIT */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/error.h"

#include <stdint.h>

/* Time is int64_t nanoseconds: since 1970 for what people read, monotonic for what is waited for.
 */

#define TIME_NS_PER_SEC INT64_C(1000000000)
#define TIME_NS_PER_MS INT64_C(1000000)
#define TIME_TEXT_SIZE 40

int64_t time_now_ns(void);
int64_t time_monotonic_ns(void);

/** Writes RFC 3339 in UTC with nine digits, "2026-11-25T12:00:00.000000000Z"; async-signal-safe. */
void time_format_utc(int64_t ns, char ret_text[TIME_TEXT_SIZE]);

/**
 * Reads a point in time as docker's --since takes it: RFC 3339 with or without fraction and zone
 * (UTC where there is none), a date, seconds since 1970 ("1764072000.5"), or a duration that lies
 * before @now_ns ("10m").
 *
 * @what: names the text in errors, e.g. "--since"
 */
int time_parse(const char *text, const char *what, int64_t now_ns, int64_t *ret_ns,
	       struct containr_error *err) MUST_CHECK;

#endif
