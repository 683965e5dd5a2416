/* SPDX-License-Identifier: MIT */
#include "image/archive/tree.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static void tree_forget(struct tree *tree)
{
	cleanup_close(&tree->folder_fd);
	tree->folder_fd = -1;
	free(tree->folder);
	tree->folder = NULL;
}

void tree_release(struct tree *tree)
{
	tree_forget(tree);
}

int tree_remember(struct tree *tree, const char *clean, int fd)
{
	tree_forget(tree);
	tree->folder = strdup(clean);
	tree->folder_fd = fd;
	return tree->folder ? 0 : fail_oom(tree->err);
}

int tree_fail(const struct tree *tree, const char *what, const char *name)
{
	enum containr_error_code code = CONTAINR_E_IO;

	switch (errno) {
	case ENAMETOOLONG:
	case ENOTDIR:
	case EISDIR:
	case ELOOP:
	case EXDEV:
	case EINVAL:
	case ENOENT:
	case EEXIST:
	case EFBIG:
		code = CONTAINR_E_INVALID_ARCHIVE;
		break;
	default:
		break;
	}
	return fail_sys(tree->err, code, "%s '%.300s'", what, *name ? name : "/");
}

int tree_clean_name(const char *name, struct str *out, struct containr_error *err)
{
	const char *p = name;

	str_clear(out);
	str_append_len(out, "", 0);
	while (*p) {
		size_t len = strcspn(p, "/");

		if (len == 2 && memcmp(p, "..", 2) == 0)
			return fail(err, CONTAINR_E_INVALID_ARCHIVE,
				    "'%.300s' points outside of the archive", name);
		if (len > 0 && !(len == 1 && *p == '.')) {
			if (out->len > 0)
				str_append_char(out, '/');
			str_append_len(out, p, len);
		}
		p += len;
		p += strspn(p, "/");
	}
	if (out->failed)
		return fail_oom(err);
	if (out->len >= PATH_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the name '%.300s...' is too long",
			    name);
	return 0;
}

int tree_open_folder(const struct tree *tree, const char *clean)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	long fd;

	/* EAGAIN: something was renamed meanwhile, and a link with ".." could not be followed
	 * safely */
	do
		fd = syscall(SYS_openat2, tree->root, *clean ? clean : ".", &how, sizeof(how));
	while (fd < 0 && (errno == EAGAIN || errno == EINTR));
	return (int)fd;
}

/* Creates the folders of @clean that are missing, each in the one before. */
static int make_folders(struct tree *tree, const char *clean, int *ret_fd)
{
	char part[PATH_MAX];
	size_t start = 0;
	autoclose int fd = tree_open_folder(tree, "");

	for (size_t i = 0; fd >= 0; i++) {
		int next;

		if (clean[i] != '/' && clean[i] != '\0')
			continue;
		memcpy(part, clean, i);
		part[i] = '\0';
		if (mkdirat(fd, part + start, 0755) < 0 && errno != EEXIST)
			return tree_fail(tree, "cannot create folder", part);
		next = tree_open_folder(tree, part);
		if (next < 0)
			return tree_fail(tree, "cannot open folder", part);
		(void)close(fd);
		fd = next;
		if (clean[i] == '\0')
			break;
		start = i + 1;
	}
	if (fd < 0)
		return tree_fail(tree, "cannot open folder", clean);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int tree_place(struct tree *tree, const char *clean, struct place *ret_place)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(clean, '/');
	size_t len = slash ? (size_t)(slash - clean) : 0;
	int fd;
	int r;

	memcpy(folder, clean, len);
	folder[len] = '\0';
	if (!tree->folder || strcmp(tree->folder, folder) != 0) {
		fd = tree_open_folder(tree, folder);
		if (fd < 0 && errno != ENOENT)
			return tree_fail(tree, "cannot open folder", folder);
		if (fd < 0) {
			r = make_folders(tree, folder, &fd);
			if (r < 0)
				return r;
		}
		r = tree_remember(tree, folder, fd);
		if (r < 0)
			return r;
	}
	ret_place->folder = tree->folder_fd;
	ret_place->leaf = slash ? slash + 1 : clean;
	return 0;
}

int tree_clear(struct tree *tree, const struct place *place)
{
	return fs_remove_tree(place->folder, place->leaf, tree->err);
}
