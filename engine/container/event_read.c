/* SPDX-License-Identifier: MIT */
#include <containr/event.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "store/event.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* A reader of the stream that store/event.h describes, through its rotation. */
struct reader {
	struct containr *engine;
	const struct containr_event_options *options;
	int (*handle)(const struct containr_event *event, void *context);
	void *context;
	int fd; /* the file that is being read; -1 for none yet */
	int64_t since_ns;
	struct str line;
	bool done;
	struct containr_error *err;
};

static const char *string_or_empty(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type == JSON_STRING ? value->string : "";
}

/* A line that is no event (a disk that was full may have cut one) is passed over. */
static void handle_line(struct reader *reader)
{
	autojson doc = { 0 };
	struct containr_error ignored;
	struct containr_event event = { .json = reader->line.data };
	const struct json *actor;

	if (json_parse(reader->line.data, reader->line.len, EVENT_LOG, &doc, &ignored) < 0 ||
	    json_read_int(doc.root, "", "timeNano", 0, INT64_MAX, &event.time_ns, &ignored) < 0)
		return;
	if (event.time_ns < reader->since_ns)
		return;
	if (reader->options->until_ns && event.time_ns > reader->options->until_ns) {
		reader->done = true;
		return;
	}
	actor = json_get(doc.root, "Actor");
	event.type = string_or_empty(doc.root, "Type");
	event.action = string_or_empty(doc.root, "Action");
	event.id = string_or_empty(actor, "ID");
	event.name = string_or_empty(json_get(actor, "Attributes"), "name");
	if (reader->handle(&event, reader->context) != 0)
		reader->done = true;
}

static int read_rest(struct reader *reader)
{
	char chunk[16384];
	ssize_t got;

	while (!reader->done && reader->fd >= 0 && (got = read(reader->fd, chunk, sizeof(chunk)))) {
		const char *p = chunk;
		const char *end = chunk + got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_sys(reader->err, CONTAINR_E_IO, "cannot read the events");
		while (p < end && !reader->done) {
			const char *newline = memchr(p, '\n', (size_t)(end - p));

			str_append_len(&reader->line, p, (size_t)((newline ? newline : end) - p));
			if (reader->line.failed)
				return fail_oom(reader->err);
			if (!newline)
				break;
			p = newline + 1;
			handle_line(reader);
			str_clear(&reader->line);
		}
	}
	return 0;
}

static int read_file(struct reader *reader, const char *name)
{
	cleanup_close(&reader->fd);
	reader->fd = openat(reader->engine->root_fd, name, O_RDONLY | O_CLOEXEC);
	str_clear(&reader->line);
	return reader->fd < 0 && errno != ENOENT
		       ? fail_sys(reader->err, CONTAINR_E_IO, "cannot open the events")
		       : read_rest(reader);
}

static bool was_rotated(const struct reader *reader)
{
	struct stat mine;
	struct stat current;

	if (fstatat(reader->engine->root_fd, EVENT_LOG, &current, 0) < 0)
		return false;
	return reader->fd < 0 || fstat(reader->fd, &mine) < 0 || mine.st_ino != current.st_ino;
}

static int timeout_ms(const struct reader *reader)
{
	int64_t left;

	if (!reader->options->until_ns)
		return -1;
	left = (reader->options->until_ns - time_now_ns()) / TIME_NS_PER_MS;
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left + 1;
}

static int follow(struct reader *reader)
{
	autoclose int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char events[4096];

	/* the folder, not the file: the file is replaced when it is full */
	if (watch < 0 ||
	    inotify_add_watch(watch, reader->engine->root, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		return fail_sys(reader->err, CONTAINR_E_IO, "cannot watch '%s'",
				reader->engine->root);
	for (;;) {
		struct pollfd ready = { .fd = watch, .events = POLLIN };
		int r = read_rest(reader);

		if (r == 0 && !reader->done && was_rotated(reader)) {
			/* what was written to the old one between our last look and its end */
			r = read_rest(reader);
			if (r == 0 && !reader->done)
				r = read_file(reader, EVENT_LOG);
		}
		if (r < 0 || reader->done || timeout_ms(reader) == 0)
			return r;
		if (poll(&ready, 1, timeout_ms(reader)) < 0 && errno != EINTR)
			return fail_sys(reader->err, CONTAINR_E_IO, "cannot wait for events");
		if (ready.revents && read(watch, events, sizeof(events)) < 0 && errno != EAGAIN)
			return fail_sys(reader->err, CONTAINR_E_IO, "cannot watch for events");
	}
}

int containr_events(struct containr *engine, const struct containr_event_options *options,
		    int (*handle)(const struct containr_event *event, void *context), void *context,
		    struct containr_error *err)
{
	struct reader reader = { .engine = engine,
				 .options = options,
				 .handle = handle,
				 .context = context,
				 .fd = -1,
				 .since_ns = options->since_ns ? options->since_ns : time_now_ns(),
				 .err = err };
	int r = 0;

	if (options->since_ns)
		r = read_file(&reader, EVENT_LOG_OLD);
	if (r == 0)
		r = read_file(&reader, EVENT_LOG);
	if (r == 0 && !reader.done)
		r = follow(&reader);
	cleanup_close(&reader.fd);
	str_release(&reader.line);
	return r;
}
