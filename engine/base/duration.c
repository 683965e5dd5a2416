/* SPDX-License-Identifier: MIT */
#include "base/duration.h"

#include "base/time.h"

#include <inttypes.h>

/* @ns in units of @unit_ns, with as many digits behind the point as it takes. */
static void append_decimal(struct str *out, int64_t ns, int64_t unit_ns, const char *unit)
{
	int64_t rest = ns % unit_ns;

	str_appendf(out, "%" PRId64, ns / unit_ns);
	if (rest > 0)
		str_append_char(out, '.');
	while (rest > 0) {
		unit_ns /= 10;
		str_append_char(out, (char)('0' + rest / unit_ns));
		rest %= unit_ns;
	}
	str_append(out, unit);
}

void duration_append(struct str *out, int64_t ns)
{
	const int64_t minute = 60 * TIME_NS_PER_SEC;
	const int64_t hour = 60 * minute;

	if (ns > 0 && ns < 1000) {
		append_decimal(out, ns, 1, "ns");
	} else if (ns > 0 && ns < TIME_NS_PER_MS) {
		append_decimal(out, ns, 1000, "\xc2\xb5s");
	} else if (ns > 0 && ns < TIME_NS_PER_SEC) {
		append_decimal(out, ns, TIME_NS_PER_MS, "ms");
	} else {
		if (ns >= hour)
			str_appendf(out, "%" PRId64 "h", ns / hour);
		if (ns >= minute)
			str_appendf(out, "%" PRId64 "m", ns % hour / minute);
		append_decimal(out, ns % minute, TIME_NS_PER_SEC, "s");
	}
}
