/* SPDX-License-Identifier: MIT */
#include "image/archive/spool.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/decoder.h"
#include "image/archive/tar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <limits.h>
#include <sys/stat.h>

#define PIECE (256 << 10)
#define LINKS_MAX 8
#define NAME_MAX_LEN 4096

void spool_release(struct spool *spool)
{
	for (size_t i = 0; i < spool->count; i++) {
		free(spool->files[i].name);
		free(spool->files[i].target);
	}
	free(spool->files);
	spool->files = NULL;
	spool->count = spool->cap = 0;
}

/* "./a//b" is "a/b"; dots that lead up stay, and so name nothing that a list may name. */
static char *clean_name(const char *name, size_t len)
{
	autostr clean = STR_INIT;

	str_append_len(&clean, "", 0);
	for (size_t at = 0; at < len;) {
		size_t end = at;

		while (end < len && name[end] != '/')
			end++;
		if (end > at && !(end - at == 1 && name[at] == '.')) {
			if (clean.len > 0)
				str_append_char(&clean, '/');
			str_append_len(&clean, name + at, end - at);
		}
		at = end + 1;
	}
	return clean.failed ? NULL : str_steal(&clean);
}

static struct spool_file *find_name(const struct spool *spool, const char *name)
{
	for (size_t i = 0; i < spool->count; i++)
		if (strcmp(spool->files[i].name, name) == 0)
			return &spool->files[i];
	return NULL;
}

struct spool_file *spool_find(const struct spool *spool, const char *name)
{
	autofree char *clean = clean_name(name, strlen(name));
	struct spool_file *file = clean ? find_name(spool, clean) : NULL;

	for (int i = 0; file && file->target; i++)
		file = i < LINKS_MAX ? find_name(spool, file->target) : NULL;
	return file;
}

struct spool_file *spool_find_blob(const struct spool *spool, const char *digest)
{
	char name[sizeof(SPOOL_BLOBS) + DIGEST_HEX_LEN];

	(void)snprintf(name, sizeof(name), SPOOL_BLOBS "%s", digest_hex(digest));
	return find_name(spool, name);
}

static int make_room(struct spool *spool, struct containr_error *err)
{
	size_t cap = spool->cap ? spool->cap * 2 : 64;
	struct spool_file *files;

	if (spool->count < spool->cap)
		return 0;
	files = reallocarray(spool->files, cap, sizeof(*files));
	if (!files)
		return fail_oom(err);
	spool->files = files;
	spool->cap = cap;
	return 0;
}

static int add_file(struct spool *spool, const char *name, struct spool_file **ret_file,
		    struct containr_error *err)
{
	autofree char *clean = strlen(name) < NAME_MAX_LEN ? clean_name(name, strlen(name)) : NULL;
	struct spool_file *file;
	int r;

	if (!clean)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s': a name is too long",
			    spool->what);
	if (spool->count == SPOOL_FILES_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s' has more than %d files",
			    spool->what, SPOOL_FILES_MAX);
	if (find_name(spool, clean))
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s' has '%.200s' twice", spool->what,
			    clean);
	r = make_room(spool, err);
	if (r != 0)
		return r;
	file = &spool->files[spool->count];
	*file = (struct spool_file) { .size = -1 };
	(void)snprintf(file->file, sizeof(file->file), "f%zu", spool->count);
	file->name = steal_ptr(&clean);
	spool->count++;
	*ret_file = file;
	return 0;
}

/* Gives the next bytes; none at the end. */
typedef int next_function(void *data, const unsigned char **ret_bytes, size_t *ret_len,
			  struct containr_error *err);

/* What lies under a digest's name must have it. */
static int check_name(const struct spool_file *file, struct containr_error *err)
{
	const char *hex = file->name + strlen(SPOOL_BLOBS);

	if (!str_starts_with(file->name, SPOOL_BLOBS) || strcmp(hex, digest_hex(file->digest)) == 0)
		return 0;
	return fail(err, CONTAINR_E_DIGEST_MISMATCH, "'%.200s' has the digest %s", file->name,
		    file->digest);
}

static int copy_file(const struct spool *spool, struct spool_file *file, next_function *next,
		     void *data, struct containr_error *err)
{
	autoblob blob = BLOB_INIT;
	int r = blob_open(&blob, spool->dir->fd, file->file, false, err);

	while (r == 0) {
		const unsigned char *bytes;
		size_t len;

		r = next(data, &bytes, &len, err);
		if (r < 0 || len == 0)
			break;
		r = blob_write(&blob, bytes, len, err);
	}
	if (r == 0)
		r = blob_seal(&blob, file->digest, err);
	file->size = blob.size;
	return r == 0 ? check_name(file, err) : r;
}

/* A link that an old archive has for a layer that is there already, "ID/layer.tar" -> "../ID/layer.tar". */
static int add_link(struct spool *spool, const struct tar_entry *entry, struct containr_error *err)
{
	struct spool_file *file;
	autostr target = STR_INIT;
	const char *link = entry->link;
	size_t folder;
	int r = add_file(spool, entry->name, &file, err);

	if (r < 0)
		return r;
	if (str_starts_with(file->name, SPOOL_BLOBS))
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s': the blob '%.200s' is a link",
			    spool->what, file->name);
	folder = strrchr(file->name, '/') ? (size_t)(strrchr(file->name, '/') - file->name) : 0;
	while (entry->type == TAR_SYMLINK && str_starts_with(link, "../") && folder > 0) {
		link += 3;
		while (folder > 0 && file->name[--folder] != '/')
			;
	}
	if (entry->type == TAR_SYMLINK && folder > 0) {
		str_append_len(&target, file->name, folder);
		str_append_char(&target, '/');
	}
	str_append(&target, link);
	if (target.failed)
		return fail_oom(err);
	file->target = clean_name(target.data, target.len);
	return file->target ? 0 : fail_oom(err);
}

/* The archive while it is read. */
struct source {
	struct decoder *decoder;
	struct tar_reader *tar;
	struct containr_error *err;
	unsigned char bytes[PIECE];
};

static ssize_t read_archive(void *data, const unsigned char **ret_bytes)
{
	struct source *source = data;
	size_t got;

	if (decoder_read(source->decoder, source->bytes, sizeof(source->bytes), &got, source->err) <
	    0)
		return -1;
	*ret_bytes = source->bytes;
	return (ssize_t)got;
}

static int next_of_entry(void *data, const unsigned char **ret_bytes, size_t *ret_len,
			 struct containr_error *err)
{
	struct source *source = data;

	return tar_read(source->tar, PIECE, ret_bytes, ret_len, err);
}

static int take_entry(struct spool *spool, struct source *source, const struct tar_entry *entry,
		      struct containr_error *err)
{
	struct spool_file *file;
	int r;

	if (entry->type == TAR_SYMLINK || entry->type == TAR_HARD_LINK)
		return add_link(spool, entry, err);
	if (entry->type != TAR_FILE)
		return 0;
	if (entry->is_sparse)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s': '%.200s' has holes",
			    spool->what, entry->name);
	r = add_file(spool, entry->name, &file, err);
	return r == 0 ? copy_file(spool, file, next_of_entry, source, err) : r;
}

/* What the reader says of a source that cannot be read, the source has said better. */
static int read_entries(struct spool *spool, struct source *source, struct containr_error *err)
{
	struct containr_error of_tar = { 0 };
	int r = tar_open(read_archive, source, &source->tar, err);

	while (r >= 0) {
		const struct tar_entry *entry;

		r = tar_next(source->tar, &entry, &of_tar);
		if (r > 0)
			r = take_entry(spool, source, entry, &of_tar);
		else
			break;
	}
	tar_close(source->tar);
	if (r < 0 && err->code == CONTAINR_E_OK)
		*err = of_tar;
	return r < 0 ? -err->code : 0;
}

int spool_read(struct spool *spool, const struct input_source *from, struct containr_error *err)
{
	__attribute__((cleanup(input_release))) struct input input = { 0 };
	autodecoder *decoder = NULL;
	autofree struct source *source = malloc(sizeof(*source));
	int r;

	if (!source)
		return fail_oom(err);
	spool->what = from->what;
	r = input_open(&input, from, err);
	if (r == 0)
		r = decoder_open(&input, &decoder, err);
	if (r < 0)
		return r;
	error_clear(err);
	source->decoder = decoder;
	source->err = err;
	return read_entries(spool, source, err);
}

/* A file of a folder while it is copied. */
struct plain_file {
	int fd;
	const char *name;
	const struct input_watch *watch;
	unsigned char bytes[PIECE];
};

static int next_of_file(void *data, const unsigned char **ret_bytes, size_t *ret_len,
			struct containr_error *err)
{
	struct plain_file *file = data;
	ssize_t got;
	int r = input_watch_tell(file->watch, file->name, 0, err);

	if (r < 0)
		return r;
	do
		got = read(file->fd, file->bytes, sizeof(file->bytes));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", file->name);
	*ret_bytes = file->bytes;
	*ret_len = (size_t)got;
	return 0;
}

static int take_file(struct spool *spool, int folder, const char *name, struct plain_file *from,
		     struct containr_error *err)
{
	struct spool_file *file;
	struct stat info;
	autoclose int fd =
		openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &info) < 0)
		return fail_sys(err, CONTAINR_E_INVALID_ARCHIVE, "cannot open '%.200s'", name);
	if (!S_ISREG(info.st_mode))
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%.200s' is no file", name);
	r = add_file(spool, name, &file, err);
	if (r != 0)
		return r;
	from->fd = fd;
	from->name = name;
	return copy_file(spool, file, next_of_file, from, err);
}

static int take_blobs(struct spool *spool, int folder, struct plain_file *from,
		      struct containr_error *err)
{
	autoclosedir DIR *blobs = NULL;
	const struct dirent *entry;
	int fd = openat(folder, SPOOL_BLOBS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = 0;

	blobs = fd < 0 ? NULL : fdopendir(fd);
	if (!blobs) {
		cleanup_close(&fd);
		return fail_sys(err, CONTAINR_E_INVALID_ARCHIVE, "cannot read '%s/%s'", spool->what,
				SPOOL_BLOBS);
	}
	while (r == 0 && (entry = readdir(blobs))) {
		char name[sizeof(SPOOL_BLOBS) + NAME_MAX];

		if (strlen(entry->d_name) != DIGEST_HEX_LEN ||
		    !digest_is_hex(entry->d_name, DIGEST_HEX_LEN))
			continue;
		(void)snprintf(name, sizeof(name), SPOOL_BLOBS "%s", entry->d_name);
		r = take_file(spool, folder, name, from, err);
	}
	return r;
}

int spool_read_folder(struct spool *spool, int folder, const struct input_watch *watch,
		      struct containr_error *err)
{
	autofree struct plain_file *from = malloc(sizeof(*from));
	int r;

	if (!from)
		return fail_oom(err);
	from->watch = watch;
	r = take_file(spool, folder, "index.json", from, err);
	return r == 0 ? take_blobs(spool, folder, from, err) : r;
}

int spool_read_text(const struct spool *spool, const struct spool_file *file, size_t max,
		    struct str *out, struct containr_error *err)
{
	if (file->size > (int64_t)max)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "'%s': '%.200s' has %" PRId64 " bytes, more than %zu", spool->what,
			    file->name, file->size, max);
	return fs_read_file(spool->dir->fd, file->file, max, out, err);
}
