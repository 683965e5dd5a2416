/* SPDX-License-Identifier: MIT */
#include "image/archive/tar.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * What GNU tar writes, in each of its formats, is what is read. The archives come from the program
 * itself: it is the authority.
 */

struct source {
	int fd;
	size_t piece; /* bytes given at a time */
	unsigned char bytes[4096];
};

static ssize_t next_piece(void *data, const unsigned char **ret_bytes)
{
	struct source *source = data;

	*ret_bytes = source->bytes;
	return read(source->fd, source->bytes, source->piece);
}

static void run(const char *script)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		(void)execlp("bash", "bash", "-ec", script, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int setup(void **state)
{
	static char folder[] = "/tmp/containr-tar-XXXXXX";

	*state = mkdtemp(folder);
	if (!*state || chdir(folder) < 0)
		return -1;
	run("mkdir d; printf hello > d/file; ln d/file d/hard; ln -s ../x d/soft; mkfifo d/fifo;"
	    "touch -d @1.25 d/file;"
	    "n=$(printf 'n%.0s' {1..90}); mkdir $n; printf long > $n/$n;"
	    "ln -s $n/$n long-link;"
	    "truncate -s 300000 sparse; for i in {0..28}; do printf %010d $i |"
	    " dd of=sparse bs=1 seek=$((i * 10000)) conv=notrunc status=none; done");
	return 0;
}

static int teardown(void **state)
{
	autostr command = STR_INIT;

	str_appendf(&command, "rm -rf '%s'", (const char *)*state);
	run(command.data);
	return 0;
}

static struct tar_reader *open_tar(struct source *source, const char *path, size_t piece)
{
	struct tar_reader *reader = NULL;
	struct containr_error err;

	source->fd = open(path, O_RDONLY | O_CLOEXEC);
	source->piece = piece;
	assert_true(source->fd >= 0);
	assert_int_equal(tar_open(next_piece, source, &reader, &err), 0);
	return reader;
}

/* Puts the content into @out, holes as zeros. */
static void read_content(struct tar_reader *reader, const struct tar_entry *entry, struct str *out)
{
	const struct tar_extent whole = { 0, entry->stored };
	const struct tar_extent *extents = entry->is_sparse ? entry->extents : &whole;
	size_t count = entry->is_sparse ? entry->extent_count : 1;
	struct containr_error err;

	str_clear(out);
	str_append_len(out, "", 0);
	for (size_t i = 0; i < count; i++) {
		while ((int64_t)out->len < extents[i].offset)
			str_append_char(out, '\0');
		for (int64_t left = extents[i].size; left > 0;) {
			const unsigned char *bytes;
			size_t len;

			assert_int_equal(tar_read(reader, left, &bytes, &len, &err), 0);
			assert_true(len > 0 && (int64_t)len <= left);
			str_append_len(out, (const char *)bytes, len);
			left -= (int64_t)len;
		}
	}
	while ((int64_t)out->len < entry->size)
		str_append_char(out, '\0');
}

static void expect_file(const char *path, const struct str *content)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	autofree char *bytes = malloc(content->len + 1);

	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, content->len + 1), content->len);
	assert_memory_equal(bytes, content->data, content->len);
}

static size_t check_archive(const char *path, size_t piece)
{
	struct source source;
	autotar *reader = open_tar(&source, path, piece);
	autostr content = STR_INIT;
	const struct tar_entry *entry;
	struct containr_error err;
	size_t count = 0;
	int r;

	while ((r = tar_next(reader, &entry, &err)) == 1) {
		count++;
		assert_int_equal(entry->uid, getuid());
		if (strcmp(entry->name, "d/file") == 0 && entry->type == TAR_FILE)
			assert_int_equal(entry->mtime.tv_sec, 1);
		if (strcmp(entry->name, "d/hard") == 0 && entry->type == TAR_HARD_LINK)
			assert_string_equal(entry->link, "d/file");
		if (strcmp(entry->name, "long-link") == 0)
			assert_int_equal(strlen(entry->link), 181);
		if (strcmp(entry->name, "d/fifo") == 0)
			assert_int_equal(entry->type, TAR_FIFO);
		if (entry->type != TAR_FILE)
			continue;
		read_content(reader, entry, &content);
		expect_file(entry->name, &content);
	}
	assert_int_equal(r, 0);
	cleanup_close(&source.fd);
	return count;
}

static void every_format_is_read_in_pieces_of_any_size(void **state)
{
	static const char *const options[] = {
		"--format=posix",
		"--format=gnu",
		"--format=ustar",
		"--format=oldgnu -S",
		"--format=gnu -S",
		"--format=posix -S --sparse-version=0.0",
		"--format=posix -S --sparse-version=0.1",
		"--format=posix -S --sparse-version=1.0",
	};
	static const size_t pieces[] = { 1, 511, 512, 4096 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const bool is_short = strstr(options[i], "ustar");
		autostr command = STR_INIT;

		/* ustar has no room for the long target of a link */
		str_appendf(&command, "tar %s -cf a.tar d n* sparse %s", options[i],
			    is_short ? "" : "long-link");
		run(command.data);
		for (size_t p = 0; p < ARRAY_LEN(pieces); p++)
			assert_int_equal(check_archive("a.tar", pieces[p]), is_short ? 8 : 9);
	}
}

static void holes_are_told_apart_from_content(void **state)
{
	struct source source;
	autotar *reader = NULL;
	const struct tar_entry *entry;
	struct containr_error err;

	(void)state;
	run("truncate -s 1M hole; printf end >> hole; tar --format=posix -S -cf a.tar hole");
	reader = open_tar(&source, "a.tar", 4096);
	assert_int_equal(tar_next(reader, &entry, &err), 1);
	assert_true(entry->is_sparse);
	assert_int_equal(entry->size, (1 << 20) + 3);
	assert_true(entry->stored < 8192);
	cleanup_close(&source.fd);
}

static void times_and_large_owners_are_exact(void **state)
{
	struct source source;
	autotar *reader = NULL;
	const struct tar_entry *entry;
	struct containr_error err;

	(void)state;
	run("printf x > f; touch -d '1969-12-31T23:59:58.75Z' f;"
	    "tar --format=posix --owner=:3000000000 --group=:70000 -cf a.tar f;"
	    "tar --format=gnu --owner=:3000000000 --group=:70000 -cf b.tar f");
	reader = open_tar(&source, "a.tar", 4096);
	assert_int_equal(tar_next(reader, &entry, &err), 1);
	assert_int_equal(entry->mtime.tv_sec, -2);
	assert_int_equal(entry->mtime.tv_nsec, 750000000);
	assert_true(entry->uid == 3000000000);
	assert_int_equal(entry->gid, 70000);
	cleanup_close(&source.fd);
	tar_close(reader);
	reader = open_tar(&source, "b.tar", 4096); /* in base 256 */
	assert_int_equal(tar_next(reader, &entry, &err), 1);
	assert_int_equal(entry->mtime.tv_sec, -2);
	assert_true(entry->uid == 3000000000);
	cleanup_close(&source.fd);
}

static void damage_is_told_with_its_place(void **state)
{
	static const struct {
		const char *script;
		const char *message;
	} cases[] = {
		{ ": > a.tar", "this is no tar archive: it is empty" },
		{ "seq 1000 > a.tar", "this is no tar archive: its first header is none" },
		{ "tar -cf a.tar d/file d/soft; printf X | dd of=a.tar bs=1 seek=1100 conv=notrunc "
		  "status=none",
		  "the archive is damaged at byte 1024: the header's checksum is wrong" },
		{ "tar -b1 -cf a.tar d/file; truncate -s 1024 a.tar",
		  "the archive is cut off after 'd/file': it has no end mark" },
		{ "tar -b1 -cf a.tar d/file; truncate -s 514 a.tar",
		  "the archive is cut off after 'd/file'" },
		{ "tar -b1 -cf a.tar d/file; tar -b1 -cf b.tar d/soft;"
		  "truncate -s 1536 a.tar; cat b.tar >> a.tar",
		  "the archive is damaged at byte 1024: there is more behind a block of zeros" },
		{ "tar --format=posix -cf a.tar --pax-option=mtime:=tomorrow d/file",
		  "header at byte 0: the value of 'mtime' cannot be read" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct source source;
		autotar *reader = NULL;
		const struct tar_entry *entry;
		struct containr_error err = { 0 };
		int r;

		run(cases[i].script);
		reader = open_tar(&source, "a.tar", 512);
		do
			r = tar_next(reader, &entry, &err);
		while (r == 1);
		assert_int_equal(r, -CONTAINR_E_INVALID_ARCHIVE);
		assert_string_equal(err.message, cases[i].message);
		cleanup_close(&source.fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_is_read_in_pieces_of_any_size),
		cmocka_unit_test(holes_are_told_apart_from_content),
		cmocka_unit_test(times_and_large_owners_are_exact),
		cmocka_unit_test(damage_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
