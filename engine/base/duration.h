/* SPDX-License-Identifier: MIT */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/str.h"

#include <stdint.h>

/** Appends a duration of nanoseconds, not negative, as Go writes it: "1h0m0s", "1.5s", "300ms", "0s". */
void duration_append(struct str *out, int64_t ns);

#endif
