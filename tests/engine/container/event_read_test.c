/* SPDX-License-Identifier: MIT */
#include <containr/event.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "store/event.h"
#include "store/store.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/temp_dir.h"

static struct containr engine_of(const struct temp_dir *temp)
{
	return (struct containr) { .root = (char *)(uintptr_t)temp->path, .root_fd = temp->fd };
}

static void happen(const struct temp_dir *temp, const char *action)
{
	event_write(temp->fd, &(struct event) { .type = "container",
						.action = action,
						.id = "cafe",
						.attributes = "\"name\":\"web\"" });
}

struct seen {
	const struct temp_dir *temp;
	struct str actions;
	const char *last; /* the action that ends the reading; NULL: none does */
};

static int note(const struct containr_event *event, void *context)
{
	struct seen *seen = context;

	assert_string_equal(event->type, "container");
	assert_string_equal(event->id, "cafe");
	assert_string_equal(event->name, "web");
	assert_true(event->time_ns > 0);
	str_appendf(&seen->actions, "%s ", event->action);
	return seen->last && strcmp(event->action, seen->last) == 0;
}

static void read_events(const struct temp_dir *temp, int64_t since_ns, int64_t until_ns,
			const char *wanted)
{
	const struct containr_event_options options = { .since_ns = since_ns,
							.until_ns = until_ns };
	struct containr engine = engine_of(temp);
	struct seen seen = { .temp = temp };
	struct containr_error err;

	if (containr_events(&engine, &options, note, &seen, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(seen.actions.data ? seen.actions.data : "", wanted);
	str_release(&seen.actions);
}

/* An event at a moment of our choice, in the file @name. */
static void put_events(const struct temp_dir *temp, const char *name, const int *times)
{
	autostr text = STR_INIT;

	for (; *times; times++)
		str_appendf(
			&text,
			"{\"Type\":\"container\",\"Action\":\"at%d\",\"Actor\":{\"ID\":\"cafe\","
			"\"Attributes\":{\"name\":\"web\"}},\"timeNano\":%d}\n",
			*times, *times);
	assert_false(text.failed);
	temp_dir_put(temp, name, text.data);
}

static void times_choose_what_is_read_from_both_files(void **state)
{
	const struct temp_dir *temp = *state;

	put_events(temp, EVENT_LOG_OLD, (const int[]) { 1, 2, 3, 0 });
	put_events(temp, EVENT_LOG, (const int[]) { 4, 5, 6, 0 });
	read_events(temp, 1, 6, "at1 at2 at3 at4 at5 at6 ");
	read_events(temp, 2, 5, "at2 at3 at4 at5 ");
	read_events(temp, 6, 100, "at6 ");
	read_events(temp, 7, 100, "");
}

static void store_without_events_has_none(void **state)
{
	read_events(*state, 1, 2, "");
}

static void line_that_is_no_event_is_passed_over(void **state)
{
	const struct temp_dir *temp = *state;

	temp_dir_put(temp, EVENT_LOG,
		     "{\"Type\":\"conta\n\n[]\n"
		     "{\"Type\":\"container\",\"Action\":\"fine\",\"Actor\":{\"ID\":\"cafe\","
		     "\"Attributes\":{\"name\":\"web\"}},\"timeNano\":5}\n{\"Type\":");
	read_events(temp, 1, 9, "fine ");
}

/* Writes what follows while it is being read, through the end of a full file. */
static int note_and_go_on(const struct containr_event *event, void *context)
{
	struct seen *seen = context;

	if (strcmp(event->action, "first") == 0) {
		autoclose int fd = openat(seen->temp->fd, EVENT_LOG, O_WRONLY | O_CLOEXEC);

		/* the next one fills the file, the one after it begins a new one */
		assert_true(fd >= 0);
		assert_int_equal(lseek(fd, 0, SEEK_END) > 0, 1);
		for (int i = 0; i < EVENT_LOG_MAX / 4096; i++) {
			char junk[4096];

			memset(junk, '\n', sizeof(junk));
			assert_int_equal(write(fd, junk, sizeof(junk)), (ssize_t)sizeof(junk));
		}
		happen(seen->temp, "fills");
		happen(seen->temp, "begins");
	}
	return note(event, context);
}

static void reader_follows_into_the_next_file(void **state)
{
	const struct temp_dir *temp = *state;
	const struct containr_event_options options = { .since_ns = 1 };
	struct containr engine = engine_of(temp);
	struct seen seen = { .temp = temp, .last = "begins" };
	struct containr_error err;

	happen(temp, "first");
	assert_int_equal(containr_events(&engine, &options, note_and_go_on, &seen, &err), 0);
	assert_string_equal(seen.actions.data, "first fills begins ");
	assert_int_equal(faccessat(temp->fd, EVENT_LOG_OLD, F_OK, 0), 0);
	str_release(&seen.actions);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(times_choose_what_is_read_from_both_files),
		IN_DIR(store_without_events_has_none),
		IN_DIR(line_that_is_no_event_is_passed_over),
		IN_DIR(reader_follows_into_the_next_file),
	};

	/* an event that is waited for in vain must not stop the others */
	(void)alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
