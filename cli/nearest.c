/* SPDX-License-Identifier: MIT */
#include "cli/nearest.h"

#include <string.h>

#define NEAREST_MAX_LEN 63

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Three rows of the usual matrix: two above the current one are needed for exchanged neighbours. */
static size_t distance_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NEAREST_MAX_LEN + 1];
	size_t *above2 = rows[0];
	size_t *above = rows[1];
	size_t *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *spare = above2;

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t changed = above[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);

			row[j] = least(changed, 1 + least(above[j], row[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], above2[j - 2] + 1);
		}
		above2 = above;
		above = row;
		row = spare;
	}
	return above[b_len];
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t wanted_len = strlen(nearest->wanted);
	size_t len = strlen(candidate);
	size_t limit = 1 + wanted_len / 4; /* short words are near to everything */
	size_t distance;

	if (wanted_len < 2 || wanted_len > NEAREST_MAX_LEN || len > NEAREST_MAX_LEN)
		return;
	distance = distance_of(nearest->wanted, wanted_len, candidate, len);
	/* "--memor" is one mistake, "--mem" is half a word: beginnings are near as well */
	if (distance > limit && wanted_len >= 3 &&
	    strncmp(candidate, nearest->wanted, wanted_len) == 0)
		distance = limit;
	if (distance > limit || (nearest->found && distance >= nearest->distance))
		return;
	nearest->found = candidate;
	nearest->distance = distance;
}
