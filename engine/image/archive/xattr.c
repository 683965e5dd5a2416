/* SPDX-License-Identifier: MIT */
#include "image/archive/xattr.h"

#include "base/str.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#define CAPABILITY "security.capability"

int xattr_is_kept(const char *key, const char *name, bool *ret_is_kept, struct containr_error *err)
{
	if (str_starts_with(key, "trusted.overlay.") || str_starts_with(key, "user.overlay."))
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "'%.200s' has the attribute '%.100s', which is overlayfs's own", name,
			    key);
	*ret_is_kept = str_starts_with(key, "user.") || strcmp(key, CAPABILITY) == 0;
	return 0;
}

static int write_one(int fd, const char *key, const void *value, size_t len, const char *name,
		     struct containr_error *err)
{
	bool is_kept;
	int r = xattr_is_kept(key, name, &is_kept, err);

	if (r < 0 || !is_kept)
		return r;
	if (fsetxattr(fd, key, value, len, 0) == 0)
		return 0;
	if (errno == ENOTSUP && strcmp(key, CAPABILITY) != 0)
		return 0;
	return fail_sys(err, errno == ENOTSUP ? CONTAINR_E_UNSUPPORTED : CONTAINR_E_IO,
			"cannot set attribute '%.100s' of '%.200s'", key, name);
}

int xattr_write_all(int fd, const struct tar_entry *entry, const char *name,
		    struct containr_error *err)
{
	for (size_t i = 0; i < entry->xattr_count; i++) {
		const struct tar_xattr *xattr = &entry->xattrs[i];
		int r = write_one(fd, xattr->name, xattr->value, xattr->len, name, err);

		if (r < 0)
			return r;
	}
	return 0;
}
