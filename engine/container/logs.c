/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "base/time.h"
#include "container/live.h"
#include "container/log_files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

/* A reader of the log that engine/monitor/log_file.h describes. */
struct reader {
	const struct containr_logs_options *options;
	int fd;
	off_t at;	  /* next byte to read */
	struct str line;  /* the start of an entry whose end is not there yet */
	bool mid_line[2]; /* the last entry of stdout, stderr was a part */
	bool skips[2];	  /* of a line that began before `since` */
	bool past_until;
	struct containr_error *err;
};

struct entry {
	int64_t time_ns;
	const char *stamp;
	size_t stamp_len;
	bool is_stderr;
	bool is_part;
	const char *text;
	size_t len;
};

/* "2026-11-25T12:00:00.000000000Z stdout F text" */
static bool parse_entry(const char *line, size_t len, struct entry *entry)
{
	char stamp[TIME_TEXT_SIZE];
	const char *space = memchr(line, ' ', len);
	struct containr_error ignored;

	if (!space || (size_t)(space - line) >= sizeof(stamp) ||
	    len - (size_t)(space - line) < sizeof(" stdout F ") - 1)
		return false;
	entry->stamp = line;
	entry->stamp_len = (size_t)(space - line);
	memcpy(stamp, line, entry->stamp_len);
	stamp[entry->stamp_len] = '\0';
	if (time_parse(stamp, "log", 0, &entry->time_ns, &ignored) < 0)
		return false;
	entry->is_stderr = strncmp(space, " stderr ", 8) == 0;
	entry->is_part = space[8] == 'P';
	entry->text = space + sizeof(" stdout F ") - 1;
	entry->len = len - (size_t)(entry->text - line);
	return true;
}

static int put(struct reader *reader, int fd, const char *bytes, size_t len)
{
	if (fd >= 0 && fs_write_all(fd, bytes, len) < 0)
		return fail_sys(reader->err, CONTAINR_E_IO, "cannot write the log");
	return 0;
}

static int print_entry(struct reader *reader, const char *line, size_t len)
{
	const struct containr_logs_options *options = reader->options;
	struct entry entry = { 0 };
	bool *mid_line;
	int fd;
	int r = 0;

	if (!parse_entry(line, len, &entry))
		return 0;
	mid_line = &reader->mid_line[entry.is_stderr];
	if (!*mid_line && (reader->skips[entry.is_stderr] || entry.time_ns < options->since_ns)) {
		reader->skips[entry.is_stderr] = entry.is_part;
		return 0;
	}
	if (options->until_ns && entry.time_ns > options->until_ns) {
		reader->past_until = true;
		return 0;
	}
	fd = entry.is_stderr ? options->stderr_fd : options->stdout_fd;
	if (options->timestamps && !*mid_line) {
		r = put(reader, fd, entry.stamp, entry.stamp_len);
		if (r == 0)
			r = put(reader, fd, " ", 1);
	}
	if (r == 0)
		r = put(reader, fd, entry.text, entry.len);
	if (r == 0 && !entry.is_part)
		r = put(reader, fd, "\n", 1);
	*mid_line = entry.is_part;
	return r;
}

/* Prints all whole entries from the reader's place to the present end of the file. */
static int print_rest(struct reader *reader)
{
	char chunk[CHUNK];
	ssize_t got;

	while (!reader->past_until && (got = pread(reader->fd, chunk, sizeof(chunk), reader->at))) {
		const char *p = chunk;
		const char *end = chunk + got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_sys(reader->err, CONTAINR_E_IO, "cannot read the log");
		reader->at += got;
		while (p < end && !reader->past_until) {
			const char *newline = memchr(p, '\n', (size_t)(end - p));
			int r;

			str_append_len(&reader->line, p, (size_t)((newline ? newline : end) - p));
			if (reader->line.failed)
				return fail_oom(reader->err);
			if (!newline)
				break;
			p = newline + 1;
			r = print_entry(reader, reader->line.data, reader->line.len);
			if (r < 0)
				return r;
			str_clear(&reader->line);
		}
	}
	return 0;
}

/* A piece of the file, kept while the search for line starts walks backwards through it. */
struct window {
	int fd;
	off_t start;
	size_t len;
	char bytes[CHUNK];
};

/* The byte before @at, -1 at the start of the file or if it cannot be read. */
static int byte_before(struct window *window, off_t at)
{
	if (at <= 0)
		return -1;
	if (at - 1 < window->start || at > window->start + (off_t)window->len) {
		off_t start =
			at > (off_t)sizeof(window->bytes) ? at - (off_t)sizeof(window->bytes) : 0;
		ssize_t got = pread(window->fd, window->bytes, (size_t)(at - start), start);

		if (got != at - start)
			return -1;
		window->start = start;
		window->len = (size_t)got;
	}
	return (unsigned char)window->bytes[at - 1 - window->start];
}

/* Whether the entry that starts at @at ends a line of the container: it is marked F, not P. */
static bool ends_line(int fd, off_t at)
{
	char head[TIME_TEXT_SIZE + 16];
	ssize_t got = pread(fd, head, sizeof(head) - 1, at);
	const char *space;

	if (got <= 0)
		return false;
	head[got] = '\0';
	space = strchr(head, ' ');
	return space && strlen(space) > 8 && space[8] == 'F';
}

/*
 * Finds where the last *count lines of one file begin, reading backwards entry by entry: the tail of
 * a log of gigabytes costs as much as that of a short one. Parts at the very end of the newest file
 * are a line that still grows. What is still missing at the file's start is left in *count.
 */
static int seek_tail(struct reader *reader, bool is_newest, int64_t *count)
{
	struct window window = { .fd = reader->fd };
	struct stat info;
	off_t end;
	int64_t lines = 0;

	if (fstat(reader->fd, &info) < 0)
		return fail_sys(reader->err, CONTAINR_E_IO, "cannot read the log");
	for (end = info.st_size; end > 0;) {
		off_t start = end - 1;
		int before;

		while ((before = byte_before(&window, start)) >= 0 && before != '\n')
			start--;
		if (ends_line(reader->fd, start) || (is_newest && end == info.st_size))
			lines++;
		if (lines > *count)
			break;
		end = start;
	}
	reader->at = end;
	*count -= lines;
	return 0;
}

/* Goes to the file, and the place in it, where the last @count lines begin. */
static int seek_tail_of_all(struct reader *reader, const struct log_files *files, int64_t count,
			    size_t *ret_first)
{
	size_t first = files->count;
	int r = 0;

	while (r == 0 && first > 0 && count >= 0) {
		first--;
		reader->fd = files->fds[first];
		r = seek_tail(reader, first + 1 == files->count, &count);
	}
	*ret_first = first;
	return r;
}

/* Prints what is there now, file by file; the reader ends up with the newest. */
static int print_all(struct reader *reader, const struct log_files *files)
{
	size_t first = 0;
	int r = 0;

	if (reader->options->tail >= 0)
		r = seek_tail_of_all(reader, files, reader->options->tail, &first);
	for (size_t i = first; r == 0 && i < files->count; i++) {
		if (i > first || reader->options->tail < 0)
			reader->at = 0;
		reader->fd = files->fds[i];
		r = print_rest(reader);
	}
	return r;
}

struct follower {
	struct reader *reader;
	int dir;    /* the container's folder */
	int watch;  /* inotify */
	int own_fd; /* the file that is read, after a rotation */
};

/* By its descriptor: its name may be another file's by now. */
static int watch_file(struct follower *f)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", f->reader->fd);
	if (inotify_add_watch(f->watch, path, IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB) < 0)
		return fail_sys(f->reader->err, CONTAINR_E_IO, "cannot watch '%s'", LOG_FILE);
	return 0;
}

/*
 * Prints what is new, across rotations. The monitor writes to a file no more once another has its
 * name: what is read after that was seen is all of it.
 */
static int print_new(struct follower *f)
{
	int r = print_rest(f->reader);

	while (r == 0 && !f->reader->past_until && log_files_is_old(f->dir, f->reader->fd)) {
		int next = -1;

		r = print_rest(f->reader);
		if (r == 0)
			r = log_files_next(f->dir, f->reader->fd, &next, f->reader->err);
		if (r < 0 || next < 0)
			break;
		cleanup_close(&f->own_fd);
		f->own_fd = f->reader->fd = next;
		f->reader->at = 0;
		r = watch_file(f);
		if (r == 0)
			r = print_rest(f->reader);
	}
	return r;
}

/* Follows the log until the container has ended and all of it is printed. */
static int follow(const char *container, const struct live *live, struct follower *f)
{
	struct reader *reader = f->reader;
	autoclose int pidfd = -1;
	char events[1024];
	bool running = live_open_process(live, container, &pidfd, reader->err) == 0;
	int r = watch_file(f);

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = f->watch, .events = POLLIN },
			{ .fd = pidfd, .events = POLLIN },
		};

		if (r == 0)
			r = print_new(f);
		if (r < 0 || reader->past_until)
			return r;
		if (!running) {
			/* the monitor may still be writing what it read: it holds the lock till
			 * then */
			struct state state;

			if (!state_is_locked(live->state_fd) ||
			    (state_read(live->state_fd, &state, reader->err) == 0 &&
			     (state.status != STATE_RUNNING || state.pid != live->state.pid)))
				return print_new(f);
		}
		if (poll(fds, ARRAY_LEN(fds), running ? -1 : 5) < 0 && errno != EINTR)
			return fail_sys(reader->err, CONTAINR_E_IO, "cannot wait for the log");
		if (fds[0].revents && read(f->watch, events, sizeof(events)) < 0 && errno != EAGAIN)
			return fail_sys(reader->err, CONTAINR_E_IO, "cannot watch the log");
		if (fds[1].revents) {
			running = false;
			cleanup_close(&pidfd);
			pidfd = -1;
		}
	}
}

static int start_following(const char *container, const struct live *live, struct reader *reader)
{
	struct follower f = { .reader = reader,
			      .dir = live->dir,
			      .watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
			      .own_fd = -1 };
	int r = f.watch < 0 ? fail_sys(reader->err, CONTAINR_E_IO, "cannot watch the log")
			    : follow(container, live, &f);

	cleanup_close(&f.watch);
	cleanup_close(&f.own_fd);
	return r;
}

/* A container that was created without a log has none to show, which is not the same as silence. */
static int explain_no_log(const struct live *live, const char *container,
			  struct containr_error *err)
{
	autorecord record = { 0 };
	struct containr_error ignored;

	if (record_read(live->dir, &record, &ignored) < 0 || !record.policy.log_none)
		return 0; /* it never ran */
	(void)fail(err, CONTAINR_E_UNSUPPORTED, "container '%s' has no log", container);
	return fail_hint(err, "it was created with --log-driver none");
}

int containr_logs(struct containr *engine, const char *container,
		  const struct containr_logs_options *options, struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autologfiles files = { 0 };
	struct reader reader = { .options = options, .fd = -1, .err = err };
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = log_files_open(live.dir, &files, err);
	if (r < 0)
		return r;
	if (files.count == 0)
		return explain_no_log(&live, container, err);
	r = print_all(&reader, &files);
	if (r == 0 && options->follow && !reader.past_until)
		r = start_following(container, &live, &reader);
	str_release(&reader.line);
	return r;
}
