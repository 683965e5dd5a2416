/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "container/state.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/temp_dir.h"

#define ID "aa00000000000000000000000000000000000000000000000000000000000000"
#define LOG "containers/" ID "/container.log"

/* The log of a container that has ended, and what was read from it. */
struct place {
	struct temp_dir *temp;
	struct containr *engine;
	int out;
	int err;
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const struct state ended = { .status = STATE_EXITED };
	struct containr_error err;
	int dir = -1;
	int fd = -1;
	void *temp = NULL;

	if (!place || temp_dir_make(&temp) < 0)
		return -1;
	place->temp = temp;
	const struct containr_options options = { .root = place->temp->path,
						  .runroot = place->temp->path,
						  .log_fd = -1 };

	if (containr_open(&options, &place->engine, &err) < 0 ||
	    mkdirat(place->temp->fd, "containers/" ID, 0755) < 0 ||
	    fs_open_dir(place->temp->fd, "containers/" ID, &dir, &err) < 0 ||
	    state_create(dir, &ended, &fd, &err) < 0)
		return -1;
	(void)close(dir);
	(void)close(fd);
	place->out = memfd_create("out", MFD_CLOEXEC);
	place->err = memfd_create("err", MFD_CLOEXEC);
	*state = place;
	return place->out < 0 || place->err < 0 ? -1 : 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;
	void *temp = place->temp;

	containr_close(place->engine);
	(void)close(place->out);
	(void)close(place->err);
	free(place);
	return temp_dir_remove(&temp);
}

static void read_logs(const struct place *place, struct containr_logs_options options)
{
	struct containr_error err;

	assert_int_equal(ftruncate(place->out, 0), 0);
	assert_int_equal(ftruncate(place->err, 0), 0);
	(void)lseek(place->out, 0, SEEK_SET);
	(void)lseek(place->err, 0, SEEK_SET);
	options.stdout_fd = place->out;
	options.stderr_fd = place->err;
	if (containr_logs(place->engine, ID, &options, &err) < 0)
		fail_msg("%s", err.message);
}

static void assert_content(int fd, const char *wanted)
{
	char text[4096] = "";
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	assert_true(len >= 0);
	text[len] = '\0';
	assert_string_equal(text, wanted);
}

#define AT(second) "2026-11-25T12:00:0" #second ".000000000Z "

static int64_t second(int number)
{
	char text[TIME_TEXT_SIZE];
	struct containr_error err;
	int64_t ns = 0;

	(void)snprintf(text, sizeof(text), "2026-11-25T12:00:0%dZ", number);
	assert_int_equal(time_parse(text, "test", 0, &ns, &err), 0);
	return ns;
}

static void streams_are_told_apart(void **state)
{
	const struct place *place = *state;

	temp_dir_put(place->temp, LOG,
		     AT(1) "stdout F one\n" AT(2) "stderr F bad\n" AT(3) "stdout F \n");
	read_logs(place, (struct containr_logs_options) { .tail = -1 });
	assert_content(place->out, "one\n\n");
	assert_content(place->err, "bad\n");
}

static void parts_of_a_line_are_put_together(void **state)
{
	const struct place *place = *state;

	temp_dir_put(place->temp, LOG,
		     AT(1) "stdout P on\n" AT(2) "stderr F bad\n" AT(3) "stdout P e \n" AT(
			     4) "stdout F line\n" AT(5) "stdout P prompt> \n");
	read_logs(place, (struct containr_logs_options) { .tail = -1 });
	assert_content(place->out, "one line\nprompt> ");
	read_logs(place, (struct containr_logs_options) { .tail = -1, .timestamps = true });
	assert_content(place->out, AT(1) "one line\n" AT(5) "prompt> ");
	assert_content(place->err, AT(2) "bad\n");
}

static void tail_counts_lines_and_not_parts(void **state)
{
	static const char text[] =
		AT(1) "stdout F one\n" AT(2) "stdout P tw\n" AT(3) "stdout F o\n" AT(
			4) "stdout F three\n" AT(5) "stdout P fo\n" AT(6) "stdout P ur\n";
	static const struct {
		int64_t tail;
		const char *text;
	} cases[] = {
		{ 0, "" },
		{ 1, "four" },
		{ 2, "three\nfour" },
		{ 3, "two\nthree\nfour" },
		{ 4, "one\ntwo\nthree\nfour" },
		{ 9, "one\ntwo\nthree\nfour" },
		{ -1, "one\ntwo\nthree\nfour" },
	};
	const struct place *place = *state;

	temp_dir_put(place->temp, LOG, text);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		read_logs(place, (struct containr_logs_options) { .tail = cases[i].tail });
		assert_content(place->out, cases[i].text);
	}
}

static void tail_of_a_long_log_is_its_last_lines(void **state)
{
	const struct place *place = *state;
	autostr text = STR_INIT;

	/* far more than is read at once, with lines of all lengths */
	for (int i = 0; i < 20000; i++)
		str_appendf(&text, AT(1) "stdout F %0*d\n", i % 90 + 1, i);
	str_append(&text, AT(2) "stdout F a\n" AT(3) "stdout F b\n");
	assert_false(text.failed);
	temp_dir_put(place->temp, LOG, text.data);
	read_logs(place, (struct containr_logs_options) { .tail = 2 });
	assert_content(place->out, "a\nb\n");
	read_logs(place, (struct containr_logs_options) { .tail = 3 });
	assert_content(place->out, "00000000000000019999\na\nb\n");
}

static void time_limits_include_their_moments(void **state)
{
	static const char text[] =
		AT(1) "stdout F 1\n" AT(2) "stdout F 2\n" AT(3) "stdout F 3\n" AT(4) "stdout F 4\n";
	const struct place *place = *state;

	temp_dir_put(place->temp, LOG, text);
	read_logs(place, (struct containr_logs_options) { .tail = -1, .since_ns = second(3) });
	assert_content(place->out, "3\n4\n");
	read_logs(place, (struct containr_logs_options) { .tail = -1, .until_ns = second(2) });
	assert_content(place->out, "1\n2\n");
	read_logs(place, (struct containr_logs_options) {
				 .tail = -1, .since_ns = second(2), .until_ns = second(3) });
	assert_content(place->out, "2\n3\n");
	read_logs(place, (struct containr_logs_options) { .tail = 1, .until_ns = second(3) });
	assert_content(place->out, "");
}

/* A disk that was full, or a power cut, leaves half an entry. */
static void what_is_no_entry_is_passed_over(void **state)
{
	const struct place *place = *state;

	temp_dir_put(place->temp, LOG,
		     "garbage\n\n" AT(1) "stdout\n" AT(2) "stdout F fine\nnot-a-time stdout F "
							  "x\n" AT(3) "stdout F cut in two");
	read_logs(place, (struct containr_logs_options) { .tail = -1 });
	assert_content(place->out, "fine\n");
}

static void bytes_are_passed_as_they_are(void **state)
{
	const struct place *place = *state;

	temp_dir_put(place->temp, LOG, AT(1) "stdout F \x1b[31m\xff\t\r\n");
	read_logs(place, (struct containr_logs_options) { .tail = -1 });
	assert_content(place->out, "\x1b[31m\xff\t\r\n");
}

static void container_that_never_ran_has_no_output(void **state)
{
	const struct place *place = *state;

	read_logs(place, (struct containr_logs_options) { .tail = 5 });
	assert_content(place->out, "");
	temp_dir_put(place->temp, LOG, "");
	read_logs(place, (struct containr_logs_options) { .tail = 5 });
	assert_content(place->out, "");
}

static void following_ends_with_the_container(void **state)
{
	const struct place *place = *state;

	temp_dir_put(place->temp, LOG, AT(1) "stdout F one\n");
	read_logs(place, (struct containr_logs_options) { .tail = -1, .follow = true });
	assert_content(place->out, "one\n");
}

static void container_that_is_not_there_is_an_error(void **state)
{
	const struct place *place = *state;
	const struct containr_logs_options options = { .tail = -1 };
	struct containr_error err;

	assert_int_equal(containr_logs(place->engine, "nosuch", &options, &err),
			 -CONTAINR_E_CONTAINER_NOT_FOUND);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(streams_are_told_apart),
		IN_PLACE(parts_of_a_line_are_put_together),
		IN_PLACE(tail_counts_lines_and_not_parts),
		IN_PLACE(tail_of_a_long_log_is_its_last_lines),
		IN_PLACE(time_limits_include_their_moments),
		IN_PLACE(what_is_no_entry_is_passed_over),
		IN_PLACE(bytes_are_passed_as_they_are),
		IN_PLACE(container_that_never_ran_has_no_output),
		IN_PLACE(following_ends_with_the_container),
		IN_PLACE(container_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
