/* SPDX-License-Identifier: MIT */
#include "kernel/idmap.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

void idmap_release(struct idmap *map)
{
	free(map->ranges);
	*map = (struct idmap) { 0 };
}

static bool overlap(uint32_t a, uint32_t b, const struct idmap_range *one,
		    const struct idmap_range *two)
{
	return a < (uint64_t)b + two->count && b < (uint64_t)a + one->count;
}

static int check_range(const struct idmap *map, const struct idmap_range *range,
		       struct containr_error *err)
{
	/* the last id, all ones, stands for "no id" */
	if (!range->count || (uint64_t)range->inside + range->count > UINT32_MAX ||
	    (uint64_t)range->outside + range->count > UINT32_MAX)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "id mapping %u:%u:%u is empty or leaves the range of ids",
			    range->inside, range->outside, range->count);
	for (size_t i = 0; i < map->count; i++) {
		const struct idmap_range *other = &map->ranges[i];

		if (overlap(range->inside, other->inside, range, other) ||
		    overlap(range->outside, other->outside, range, other))
			return fail(err, CONTAINR_E_INVALID_ARGUMENT,
				    "id mappings %u:%u:%u and %u:%u:%u overlap", other->inside,
				    other->outside, other->count, range->inside, range->outside,
				    range->count);
	}
	if (map->count == IDMAP_RANGES_MAX)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "more than %d id mappings",
			    IDMAP_RANGES_MAX);
	return 0;
}

int idmap_add(struct idmap *map, uint32_t inside, uint32_t outside, uint32_t count,
	      struct containr_error *err)
{
	const struct idmap_range range = { inside, outside, count };
	struct idmap_range *ranges;
	int r = check_range(map, &range, err);

	if (r < 0)
		return r;
	ranges = reallocarray(map->ranges, map->count + 1, sizeof(*ranges));
	if (!ranges)
		return fail_oom(err);
	map->ranges = ranges;
	map->ranges[map->count++] = range;
	return 0;
}

bool idmap_to_outside(const struct idmap *map, uint32_t inside, uint32_t *ret_outside)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct idmap_range *range = &map->ranges[i];

		if (inside < range->inside || inside - range->inside >= range->count)
			continue;
		*ret_outside = range->outside + (inside - range->inside);
		return true;
	}
	return false;
}

bool idmap_equal(const struct idmap *a, const struct idmap *b)
{
	return a->count == b->count &&
	       (a->count == 0 || memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges)) == 0);
}

/* A decimal number that ends at @end; false if it is none or does not fit. */
static bool read_number(const char *text, const char *end, uint32_t *ret_value)
{
	uint64_t value = 0;

	if (text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*ret_value = (uint32_t)value;
	return true;
}

/* One line, "USER:START:COUNT"; false if it is broken, which is nobody's range. */
static bool read_line(const char *line, const char *end, const char *name, uint32_t uid,
		      uint32_t *ret_start, uint32_t *ret_count)
{
	const char *first = memchr(line, ':', (size_t)(end - line));
	const char *second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	uint32_t number;
	bool is_meant;

	if (!second)
		return false;
	is_meant = (name && strlen(name) == (size_t)(first - line) &&
		    memcmp(line, name, (size_t)(first - line)) == 0) ||
		   (read_number(line, first, &number) && number == uid);
	return is_meant && read_number(first + 1, second, ret_start) &&
	       read_number(second + 1, end, ret_count) && *ret_count > 0;
}

int idmap_add_subids(struct idmap *map, const char *text, size_t len, const char *name,
		     uint32_t uid, uint32_t inside, struct containr_error *err)
{
	const char *end = text + len;
	int r = 0;

	while (text < end && r == 0) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;
		uint32_t start;
		uint32_t count;

		if (read_line(text, line_end, name, uid, &start, &count)) {
			r = idmap_add(map, inside, start, count, err);
			inside += count;
		}
		text = newline ? newline + 1 : end;
	}
	return r;
}
