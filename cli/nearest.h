/* SPDX-License-Identifier: MIT */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

/*
 * «Did you mean»: the candidate that is the fewest typing mistakes away. A mistake is a character
 * too many, too few, another one, or two neighbours exchanged (optimal string alignment).
 */
struct nearest {
	const char *wanted;
	const char *found; /* the best so far; NULL while none is near enough */
	size_t distance;
};

#define NEAREST_TO(text) ((struct nearest) { .wanted = (text) })

/** Considers a candidate; it must outlive @nearest. Names of 64 bytes and more are never near. */
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
