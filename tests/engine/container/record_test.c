/* SPDX-License-Identifier: MIT */
#include "container/record.h"

#include "base/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/temp_dir.h"

#define ID_A "aa00000000000000000000000000000000000000000000000000000000000000"
#define ID_B "ab00000000000000000000000000000000000000000000000000000000000000"

static struct strv list_of(const char *first, const char *second)
{
	struct strv list = { 0 };

	strv_push(&list, first);
	strv_push(&list, second);
	return list;
}

static void record_is_read_as_it_was_written(void **state)
{
	struct temp_dir *temp = *state;
	struct record written = {
		.id = (char[]) { ID_A },
		.name = (char[]) { "web" },
		.image = (char[]) { "box:1" },
		.image_id = (char[]) { "sha256:1" },
		.stop_signal = (char[]) { "SIGTERM" },
		.stop_timeout_s = 7,
		.created_ns = INT64_MAX,
		.command = list_of("/bin/sh", "a \"b\"\n\\"),
		.labels = list_of("a=b=c", "d="),
		.lower = list_of("layers/1", "layers/2"),
		.tty = true,
		.auto_remove = true,
	};
	struct containr_error err;
	autorecord got = { 0 };

	assert_int_equal(record_write(temp->fd, &written, &err), 0);
	assert_int_equal(record_read(temp->fd, &got, &err), 0);
	assert_string_equal(got.id, written.id);
	assert_string_equal(got.name, written.name);
	assert_string_equal(got.image, written.image);
	assert_string_equal(got.image_id, written.image_id);
	assert_string_equal(got.stop_signal, written.stop_signal);
	assert_true(got.stop_timeout_s == 7 && got.created_ns == INT64_MAX);
	assert_true(got.tty && !got.stdin_open && got.auto_remove);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(got.command.items[i], written.command.items[i]);
		assert_string_equal(got.labels.items[i], written.labels.items[i]);
		assert_string_equal(got.lower.items[i], written.lower.items[i]);
	}
	strv_release(&written.command);
	strv_release(&written.labels);
	strv_release(&written.lower);
}

static void folder_without_a_record_is_told_from_a_damaged_one(void **state)
{
	struct temp_dir *temp = *state;
	struct containr_error err;
	struct record got;

	assert_int_equal(record_read(temp->fd, &got, &err), -CONTAINR_E_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	temp_dir_put(temp, RECORD_FILE, "{\"id\": ");
	assert_int_equal(record_read(temp->fd, &got, &err), -CONTAINR_E_INVALID_CONFIG);
	temp_dir_put(temp, RECORD_FILE, "{\"id\": \"a\", \"stop_timeout_s\": -1}");
	assert_int_equal(record_read(temp->fd, &got, &err), -CONTAINR_E_INVALID_CONFIG);
	assert_true(str_starts_with(err.message, "stop_timeout_s: "));
	temp_dir_put(temp, RECORD_FILE, "{\"id\": \"a\", \"healthcheck\": {\"Retries\": -1}}");
	assert_int_equal(record_read(temp->fd, &got, &err), -CONTAINR_E_INVALID_CONFIG);
	assert_true(str_starts_with(err.message, "healthcheck.Retries: "));
	temp_dir_put(temp, RECORD_FILE, "{\"id\": \"a\", \"labels\": [1]}");
	assert_int_equal(record_read(temp->fd, &got, &err), -CONTAINR_E_INVALID_CONFIG);
}

static void attributes_of_events_are_members_without_braces(void **state)
{
	struct strv labels = list_of("a=b=c", "quoted=\"");
	const struct record record = { .image = (char[]) { "box" },
				       .name = (char[]) { "web" },
				       .labels = labels };
	autofree char *text = record_event_attributes(&record);

	(void)state;
	assert_string_equal(text, "\"image\":\"box\",\"name\":\"web\",\"a\":\"b=c\","
				  "\"quoted\":\"\\\"\"");
	assert_string_equal(labels.items[0], "a=b=c");
	strv_release(&labels);
}

static void make_container(const struct temp_dir *temp, const char *id, const char *name)
{
	char path[128];

	(void)mkdirat(temp->fd, "containers", 0755);
	(void)mkdirat(temp->fd, "names", 0755);
	(void)snprintf(path, sizeof(path), "containers/%s", id);
	assert_int_equal(mkdirat(temp->fd, path, 0755), 0);
	(void)snprintf(path, sizeof(path), "names/%s", name);
	assert_int_equal(symlinkat(id, temp->fd, path), 0);
}

static void container_is_found_by_name_id_and_prefix(void **state)
{
	struct temp_dir *temp = *state;
	const struct containr engine = { .root = temp->path, .root_fd = temp->fd };
	static const struct {
		const char *wanted;
		const char *id; /* NULL: refused */
		const char *message;
	} cases[] = {
		{ "web", ID_A, NULL },
		{ "ab", ID_A, NULL }, /* a name wins over a prefix */
		{ ID_B, ID_B, NULL },
		{ "ab0", ID_B, NULL },
		{ "a", NULL, "'a' is the start of 2 container ids" },
		{ "", NULL, "no such container: " },
		{ "we", NULL, "no such container: we" },
		{ "AB0", NULL, "no such container: AB0" },
		{ "ac", NULL, "no such container: ac" },
		{ "../web", NULL, "no such container: ../web" },
		{ "names/web", NULL, "no such container: names/web" },
		{ ID_A "0", NULL, "no such container: " ID_A "0" },
	};
	struct containr_error err;

	make_container(temp, ID_A, "web");
	make_container(temp, ID_B, "other");
	assert_int_equal(symlinkat(ID_A, temp->fd, "names/ab"), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autoclose int dir = -1;
		char id[65] = "";
		int r = container_open(&engine, cases[i].wanted, id, &dir, &err);

		if (cases[i].id) {
			if (r < 0)
				fail_msg("%s: %s", cases[i].wanted, err.message);
			assert_string_equal(id, cases[i].id);
			continue;
		}
		assert_true(r == -CONTAINR_E_CONTAINER_NOT_FOUND ||
			    r == -CONTAINR_E_INVALID_ARGUMENT);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void name_whose_container_is_gone_is_no_container(void **state)
{
	struct temp_dir *temp = *state;
	const struct containr engine = { .root = temp->path, .root_fd = temp->fd };
	struct containr_error err;
	char id[65] = "";
	char target[65] = ""; /* all NUL: what a link says would be a whole path */
	int dir = -1;

	make_container(temp, ID_A, "web");
	assert_int_equal(symlinkat(ID_B, temp->fd, "names/stale"), 0);
	assert_int_equal(symlinkat("../names", temp->fd, "names/hostile"), 0);
	assert_int_equal(container_open(&engine, "stale", id, &dir, &err),
			 -CONTAINR_E_CONTAINER_NOT_FOUND);
	assert_int_equal(container_open(&engine, "hostile", target, &dir, &err),
			 -CONTAINR_E_CONTAINER_NOT_FOUND);
	assert_int_equal(dir, -1);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(record_is_read_as_it_was_written),
		IN_DIR(folder_without_a_record_is_told_from_a_damaged_one),
		cmocka_unit_test(attributes_of_events_are_members_without_braces),
		IN_DIR(container_is_found_by_name_id_and_prefix),
		IN_DIR(name_whose_container_is_gone_is_no_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
