/* SPDX-License-Identifier: MIT */
#include "store/event.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/temp_dir.h"

static struct str read_log(const struct temp_dir *temp, const char *name)
{
	struct str text = STR_INIT;
	struct containr_error err;

	if (fs_read_file(temp->fd, name, (size_t)EVENT_LOG_MAX * 2, &text, &err) < 0)
		fail_msg("%s", err.message);
	return text;
}

/* Every line is a JSON object; returns how many there are. */
static size_t count_events(const char *text)
{
	size_t count = 0;

	for (const char *line = text; line && *line; count++) {
		const char *end = strchr(line, '\n');
		autojson doc = { 0 };
		struct containr_error err;

		assert_non_null(end);
		if (json_parse(line, (size_t)(end - line), "event", &doc, &err) < 0)
			fail_msg("%s: %.*s", err.message, (int)(end - line), line);
		line = end + 1;
	}
	return count;
}

static void event_has_dockers_form(void **state)
{
	struct temp_dir *temp = *state;
	autostr text = STR_INIT;
	autojson doc = { 0 };
	struct containr_error err;
	int64_t seconds = 0;
	int64_t ns = 0;

	event_write(temp->fd, &(struct event) { .type = "container",
						.action = "die",
						.id = "cafe",
						.attributes = "\"name\":\"web\"" });
	text = read_log(temp, EVENT_LOG);
	assert_true(str_starts_with(
		text.data, "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"cafe\","
			   "\"Attributes\":{\"name\":\"web\"}},\"scope\":\"local\",\"time\":"));
	assert_true(str_ends_with(text.data, "}\n"));
	assert_int_equal(json_parse(text.data, text.len, "event", &doc, &err), 0);
	assert_int_equal(json_read_int(doc.root, "", "time", 0, INT64_MAX, &seconds, &err), 0);
	assert_int_equal(json_read_int(doc.root, "", "timeNano", 0, INT64_MAX, &ns, &err), 0);
	assert_true(ns / 1000000000 == seconds);
}

static void attributes_that_are_too_long_are_left_out(void **state)
{
	struct temp_dir *temp = *state;
	autostr text = STR_INIT;
	autostr longest = STR_INIT;

	str_append(&longest, "\"a\":\"");
	while (longest.len < EVENT_LINE_MAX)
		str_append(&longest, "x");
	str_append(&longest, "\"");
	event_write(temp->fd, &(struct event) { .type = "container",
						.action = "create",
						.id = "cafe",
						.attributes = longest.data });
	text = read_log(temp, EVENT_LOG);
	assert_int_equal(count_events(text.data), 1);
	assert_non_null(strstr(text.data, "\"ID\":\"cafe\",\"Attributes\":{}}"));
}

static void event_without_attributes_has_none(void **state)
{
	struct temp_dir *temp = *state;
	autostr text = STR_INIT;

	event_write(temp->fd, &(struct event) { .type = "image", .action = "tag", .id = "1" });
	text = read_log(temp, EVENT_LOG);
	assert_int_equal(count_events(text.data), 1);
}

static void writers_at_the_same_time_write_whole_lines(void **state)
{
	enum { WRITERS = 4, TIMES = 200 };
	struct temp_dir *temp = *state;
	autostr text = STR_INIT;
	char attributes[600];
	int status;

	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid != 0)
			continue;
		for (int k = 0; k < TIMES; k++) {
			(void)snprintf(attributes, sizeof(attributes), "\"from\":\"%0*d\"",
				       k % 500 + 1, i);
			event_write(temp->fd, &(struct event) { .type = "container",
								.action = "test",
								.id = "cafe",
								.attributes = attributes });
		}
		_exit(0);
	}
	while (waitpid(-1, &status, 0) > 0)
		assert_int_equal(status, 0);
	text = read_log(temp, EVENT_LOG);
	assert_int_equal(count_events(text.data), WRITERS * TIMES);
}

/* Grows the log to its limit without writing that much. */
static void fill(const struct temp_dir *temp)
{
	autoclose int fd = openat(temp->fd, EVENT_LOG, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, EVENT_LOG_MAX - 1), 0);
}

static void full_file_makes_room_for_a_new_one(void **state)
{
	const struct event event = { .type = "container", .action = "test", .id = "cafe" };
	struct temp_dir *temp = *state;
	autostr text = STR_INIT;
	struct stat old;

	fill(temp);
	event_write(temp->fd, &event);
	assert_int_equal(fstatat(temp->fd, EVENT_LOG_OLD, &old, 0), 0);
	assert_true(old.st_size > EVENT_LOG_MAX);
	assert_true(faccessat(temp->fd, EVENT_LOG, F_OK, 0) < 0);
	event_write(temp->fd, &event);
	text = read_log(temp, EVENT_LOG);
	assert_int_equal(count_events(text.data), 1);
	/* and once more: the older one goes */
	fill(temp);
	event_write(temp->fd, &event);
	assert_true(faccessat(temp->fd, EVENT_LOG, F_OK, 0) < 0);
}

static void folder_that_is_gone_loses_the_event_and_nothing_else(void **state)
{
	const struct event event = { .type = "container", .action = "test", .id = "cafe" };

	(void)state;
	event_write(-1, &event);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(event_has_dockers_form),
		IN_DIR(attributes_that_are_too_long_are_left_out),
		IN_DIR(event_without_attributes_has_none),
		IN_DIR(writers_at_the_same_time_write_whole_lines),
		IN_DIR(full_file_makes_room_for_a_new_one),
		cmocka_unit_test(folder_that_is_gone_loses_the_event_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
