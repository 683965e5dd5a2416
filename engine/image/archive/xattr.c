/* SPDX-License-Identifier: MIT */
#include "image/archive/xattr.h"

#include "base/str.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#define CAPABILITY "security.capability"

enum xattr_policy xattr_policy(const char *name)
{
	if (str_starts_with(name, "trusted.overlay.") || str_starts_with(name, "user.overlay."))
		return XATTR_REFUSE;
	if (str_starts_with(name, "user.") || strcmp(name, CAPABILITY) == 0)
		return XATTR_KEEP;
	return XATTR_DROP;
}

static int write_one(int fd, const char *key, const void *value, size_t len, const char *name,
		     struct containr_error *err)
{
	switch (xattr_policy(key)) {
	case XATTR_DROP:
		return 0;
	case XATTR_REFUSE:
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "'%.200s' has the attribute '%.100s', which is overlayfs's own", name,
			    key);
	case XATTR_KEEP:
	default:
		break;
	}
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
