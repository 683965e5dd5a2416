/* SPDX-License-Identifier: MIT */
#include "image/archive/tar_pax.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

#define EXTENTS_MAX (1 << 20)
#define XATTR_PREFIX "SCHILY.xattr."

void pax_release(struct pax *pax)
{
	str_release(&pax->name);
	str_release(&pax->link);
	str_release(&pax->sparse_name);
	str_release(&pax->xattr_bytes);
	free(pax->xattrs);
	free(pax->extents);
	*pax = (struct pax) { 0 };
}

void pax_clear(struct pax *pax)
{
	pax->fields = 0;
	str_clear(&pax->name);
	str_clear(&pax->link);
	str_clear(&pax->sparse_name);
	str_clear(&pax->xattr_bytes);
	pax->xattr_count = 0;
	pax->extent_count = 0;
	pax->pending_offset = -1;
}

int64_t pax_number(const char *text, size_t len, size_t *ret_used)
{
	int64_t value = 0;
	size_t i = 0;

	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text[i] - '0', &value))
			return -1;
	*ret_used = i;
	return i > 0 ? value : -1;
}

static int fail_record(const char *key, size_t key_len, struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the value of '%.*s' cannot be read",
		    (int)(key_len < 100 ? key_len : 100), key);
}

int pax_add_extent(struct pax *pax, int64_t offset, int64_t size, struct containr_error *err)
{
	const struct tar_extent *last =
		pax->extent_count > 0 ? &pax->extents[pax->extent_count - 1] : NULL;
	int64_t end;

	if (offset < 0 || size < 0 || __builtin_add_overflow(offset, size, &end) ||
	    (last && offset < last->offset + last->size))
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the holes are out of order");
	if (pax->extent_count >= EXTENTS_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "there are more than %d holes",
			    EXTENTS_MAX);
	if (!pax->extents || pax->extent_count == pax->extent_cap) {
		size_t cap = pax->extent_cap ? pax->extent_cap * 2 : 16;
		struct tar_extent *extents = reallocarray(pax->extents, cap, sizeof(*extents));

		if (!extents)
			return fail_oom(err);
		pax->extents = extents;
		pax->extent_cap = cap;
	}
	pax->extents[pax->extent_count++] = (struct tar_extent) { offset, size };
	return 0;
}

static int take_text(const char *value, size_t len, struct str *out, struct containr_error *err)
{
	if (memchr(value, '\0', len))
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "a name holds a NUL");
	str_clear(out);
	str_append_len(out, value, len);
	return out->failed ? fail_oom(err) : 0;
}

/* An empty value takes back what a header before has said. */
static bool take_number(struct pax *pax, enum pax_field field, const char *value, size_t len,
			int64_t *ret_value)
{
	size_t used;

	pax->fields &= ~(unsigned int)field;
	if (len == 0)
		return true;
	*ret_value = pax_number(value, len, &used);
	pax->fields |= field;
	return *ret_value >= 0 && used == len;
}

/* Seconds with a fraction; before 1970 the fraction counts backwards. */
static bool take_time(struct pax *pax, const char *value, size_t len)
{
	bool is_negative = len > 0 && *value == '-';
	size_t at = is_negative ? 1 : 0;
	size_t used = 0;
	int64_t seconds;
	long ns = 0;
	long unit = TIME_NS_PER_SEC / 10;

	pax->fields &= ~(unsigned int)PAX_MTIME;
	if (len == 0)
		return true;
	seconds = pax_number(value + at, len - at, &used);
	at += used;
	if (seconds < 0 || (at < len && value[at] != '.'))
		return false;
	for (at++; at < len; at++, unit /= 10) {
		if (value[at] < '0' || value[at] > '9')
			return false;
		ns += (value[at] - '0') * unit;
	}
	if (is_negative) {
		seconds = ns > 0 ? -seconds - 1 : -seconds;
		ns = ns > 0 ? TIME_NS_PER_SEC - ns : 0;
	}
	pax->mtime = (struct timespec) { .tv_sec = seconds, .tv_nsec = ns };
	pax->fields |= PAX_MTIME;
	return true;
}

static int take_xattr(struct pax *pax, const char *name, size_t name_len, const char *value,
		      size_t len, struct containr_error *err)
{
	if (name_len == 0 || memchr(name, '\0', name_len))
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "an attribute has no name");
	if (pax->xattr_count == pax->xattr_cap) {
		size_t cap = pax->xattr_cap ? pax->xattr_cap * 2 : 8;
		struct pax_xattr *xattrs = reallocarray(pax->xattrs, cap, sizeof(*xattrs));

		if (!xattrs)
			return fail_oom(err);
		pax->xattrs = xattrs;
		pax->xattr_cap = cap;
	}
	pax->xattrs[pax->xattr_count].name = pax->xattr_bytes.len;
	str_append_len(&pax->xattr_bytes, name, name_len);
	str_append_char(&pax->xattr_bytes, '\0');
	pax->xattrs[pax->xattr_count].value = pax->xattr_bytes.len;
	pax->xattrs[pax->xattr_count].len = len;
	str_append_len(&pax->xattr_bytes, value, len);
	pax->xattr_count++;
	return pax->xattr_bytes.failed ? fail_oom(err) : 0;
}

/* "offset,size,offset,size" (GNU, version 0.1). */
static int take_map(struct pax *pax, const char *value, size_t len, struct containr_error *err)
{
	size_t at = 0;

	pax->extent_count = 0;
	pax->fields |= PAX_SPARSE;
	while (at < len) {
		int64_t pair[2];

		for (int i = 0; i < 2; i++) {
			size_t used = 0;

			pair[i] = at < len ? pax_number(value + at, len - at, &used) : -1;
			at += used;
			if (pair[i] < 0 || (at < len && value[at++] != ','))
				return fail_record("GNU.sparse.map", 14, err);
		}
		if (pax_add_extent(pax, pair[0], pair[1], err) < 0)
			return -err->code;
	}
	return 0;
}

/* Pairs of records (GNU, version 0.0). */
static int take_pair(struct pax *pax, bool is_offset, const char *value, size_t len,
		     struct containr_error *err)
{
	size_t used = 0;
	int64_t number = pax_number(value, len, &used);
	int64_t offset = pax->pending_offset;

	if (number < 0 || used != len || is_offset == (offset >= 0))
		return fail_record("GNU.sparse.numbytes", 19, err);
	pax->fields |= PAX_SPARSE;
	pax->pending_offset = is_offset ? number : -1;
	return is_offset ? 0 : pax_add_extent(pax, offset, number, err);
}

enum key {
	KEY_PATH,
	KEY_LINKPATH,
	KEY_SIZE,
	KEY_UID,
	KEY_GID,
	KEY_MTIME,
	KEY_SPARSE_NAME,
	KEY_SPARSE_SIZE,
	KEY_SPARSE_REALSIZE,
	KEY_SPARSE_MAJOR,
	KEY_SPARSE_MAP,
	KEY_SPARSE_OFFSET,
	KEY_SPARSE_NUMBYTES,
	KEY_COUNT,
};

static const char *const keys[KEY_COUNT] = {
	[KEY_PATH] = "path",
	[KEY_LINKPATH] = "linkpath",
	[KEY_SIZE] = "size",
	[KEY_UID] = "uid",
	[KEY_GID] = "gid",
	[KEY_MTIME] = "mtime",
	[KEY_SPARSE_NAME] = "GNU.sparse.name",
	[KEY_SPARSE_SIZE] = "GNU.sparse.size",
	[KEY_SPARSE_REALSIZE] = "GNU.sparse.realsize",
	[KEY_SPARSE_MAJOR] = "GNU.sparse.major",
	[KEY_SPARSE_MAP] = "GNU.sparse.map",
	[KEY_SPARSE_OFFSET] = "GNU.sparse.offset",
	[KEY_SPARSE_NUMBYTES] = "GNU.sparse.numbytes",
};

static enum key find_key(const char *key, size_t len)
{
	for (int i = 0; i < KEY_COUNT; i++)
		if (strlen(keys[i]) == len && memcmp(keys[i], key, len) == 0)
			return (enum key)i;
	return KEY_COUNT;
}

/* Other keys (comment, atime, uname ...) say nothing that a layer keeps. */
static int take_record(struct pax *pax, const char *key, size_t key_len, const char *value,
		       size_t len, struct containr_error *err)
{
	const size_t prefix = sizeof(XATTR_PREFIX) - 1;
	bool is_good = true;

	if (key_len > prefix && memcmp(key, XATTR_PREFIX, prefix) == 0)
		return take_xattr(pax, key + prefix, key_len - prefix, value, len, err);
	switch (find_key(key, key_len)) {
	case KEY_PATH:
		return take_text(value, len, &pax->name, err);
	case KEY_LINKPATH:
		return take_text(value, len, &pax->link, err);
	case KEY_SPARSE_NAME:
		return take_text(value, len, &pax->sparse_name, err);
	case KEY_SPARSE_MAP:
		return take_map(pax, value, len, err);
	case KEY_SPARSE_OFFSET:
		return take_pair(pax, true, value, len, err);
	case KEY_SPARSE_NUMBYTES:
		return take_pair(pax, false, value, len, err);
	case KEY_SPARSE_MAJOR:
		pax->fields |= len == 1 && *value == '1' ? PAX_SPARSE_1 : 0;
		return 0;
	case KEY_SIZE:
		is_good = take_number(pax, PAX_SIZE, value, len, &pax->size);
		break;
	case KEY_SPARSE_SIZE:
	case KEY_SPARSE_REALSIZE:
		is_good = take_number(pax, PAX_REAL_SIZE, value, len, &pax->real_size);
		break;
	case KEY_UID:
		is_good = take_number(pax, PAX_UID, value, len, &pax->uid);
		break;
	case KEY_GID:
		is_good = take_number(pax, PAX_GID, value, len, &pax->gid);
		break;
	case KEY_MTIME:
		is_good = take_time(pax, value, len);
		break;
	case KEY_COUNT:
	default:
		break;
	}
	return is_good ? 0 : fail_record(key, key_len, err);
}

/* A record is "LENGTH KEY=VALUE\n", and its length counts all of it. */
int pax_parse(struct pax *pax, const char *bytes, size_t len, struct containr_error *err)
{
	while (len > 0) {
		size_t used = 0;
		int64_t record = pax_number(bytes, len, &used);
		const char *key = bytes + used + 1;
		const char *equals;
		int r;

		if (record < (int64_t)used + 3 || record > (int64_t)len || bytes[used] != ' ' ||
		    bytes[record - 1] != '\n')
			return fail(err, CONTAINR_E_INVALID_ARCHIVE,
				    "a record of the extended header is damaged");
		equals = memchr(key, '=', (size_t)record - used - 2);
		if (!equals)
			return fail(err, CONTAINR_E_INVALID_ARCHIVE,
				    "a record of the extended header has no value");
		r = take_record(pax, key, (size_t)(equals - key), equals + 1,
				(size_t)(bytes + record - 1 - (equals + 1)), err);
		if (r < 0)
			return r;
		bytes += record;
		len -= (size_t)record;
	}
	return 0;
}
