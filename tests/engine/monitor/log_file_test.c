/* SPDX-License-Identifier: MIT */
#include "monitor/log_file.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#define STAMP_LEN (sizeof("2026-11-25T12:00:00.000000000Z") - 1)

/* What is in the log, each time replaced by "T". */
static char *content(int fd)
{
	static char raw[1 << 20];
	struct str text = STR_INIT;
	ssize_t len = pread(fd, raw, sizeof(raw) - 1, 0);

	assert_true(len >= 0);
	raw[len] = '\0';
	str_append(&text, "");
	for (const char *line = raw; *line;) {
		const char *end = strchr(line, '\n');

		assert_non_null(end);
		assert_true((size_t)(end - line) > STAMP_LEN);
		assert_int_equal(line[10], 'T');
		assert_int_equal(line[STAMP_LEN - 1], 'Z');
		str_append(&text, "T");
		str_append_len(&text, line + STAMP_LEN, (size_t)(end + 1 - line) - STAMP_LEN);
		line = end + 1;
	}
	return str_steal(&text);
}

struct append_case {
	const char *bytes;
	const char *log;
};

static void output_is_cut_into_lines(void **state)
{
	static const struct append_case cases[] = {
		{ "", "" },
		{ "one\n", "T stdout F one\n" },
		{ "\n", "T stdout F \n" },
		{ "one\ntwo\n", "T stdout F one\nT stdout F two\n" },
		{ "one\nprompt> ", "T stdout F one\nT stdout P prompt> \n" },
		{ "half", "T stdout P half\n" },
		{ "\n\n", "T stdout F \nT stdout F \n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autoclose int fd = memfd_create("log", MFD_CLOEXEC);
		autofree char *log = NULL;

		log_file_append(fd, "stdout", cases[i].bytes, strlen(cases[i].bytes));
		log = content(fd);
		assert_string_equal(log, cases[i].log);
	}
}

static void many_lines_at_once_are_all_written(void **state)
{
	autoclose int fd = memfd_create("log", MFD_CLOEXEC);
	autostr bytes = STR_INIT;
	autostr wanted = STR_INIT;
	autofree char *log = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		str_appendf(&bytes, "%d\n", i);
		str_appendf(&wanted, "T stderr F %d\n", i);
	}
	str_append(&bytes, "rest");
	str_append(&wanted, "T stderr P rest\n");
	log_file_append(fd, "stderr", bytes.data, bytes.len);
	log = content(fd);
	assert_string_equal(log, wanted.data);
}

static void log_that_cannot_be_written_loses_the_output_only(void **state)
{
	(void)state;
	log_file_append(-1, "stdout", "one\n", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_cut_into_lines),
		cmocka_unit_test(many_lines_at_once_are_all_written),
		cmocka_unit_test(log_that_cannot_be_written_loses_the_output_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
