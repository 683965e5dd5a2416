/* SPDX-License-Identifier: MIT */
#include "cli/image/cp_place.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void operands_are_taken_apart_as_docker_does(void **state)
{
	static const struct {
		const char *operand;
		const char *container;
		const char *path;
	} cases[] = {
		{ "web:/etc", "web", "/etc" },
		{ "web:etc:x", "web", "etc:x" },
		{ "web:", "web", "/" },
		{ "./a:b", NULL, "./a:b" },
		{ "/srv/a:b", NULL, "/srv/a:b" },
		{ "../a:b", NULL, "../a:b" },
		{ "file", NULL, "file" },
		{ "-", NULL, "-" },
		{ ":x", NULL, ":x" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cp_place place;
		struct containr_error err;

		assert_int_equal(cp_place_parse(cases[i].operand, &place, &err), 0);
		assert_string_equal(place.path, cases[i].path);
		if (cases[i].container)
			assert_string_equal(place.container, cases[i].container);
		else
			assert_null(place.container);
		cp_place_release(&place);
	}
}

/* What is at a place: nothing, a file, or a folder. */
static struct cp_place at(const char *path, char kind)
{
	return (struct cp_place) { .path = path, .exists = kind != '-', .is_folder = kind == 'd' };
}

static void a_source_goes_where_docker_puts_it(void **state)
{
	static const struct {
		const char *source;
		char source_kind;
		const char *target;
		char target_kind;
		const char *folder;
		const char *name; /* NULL: only the content */
	} cases[] = {
		{ "a/file", 'f', "/srv", 'd', "/srv", "file" },
		{ "a/file", 'f', "/srv/new", '-', "/srv", "new" },
		{ "a/file", 'f', "/new", '-', "/", "new" },
		{ "a/file", 'f', "new", '-', ".", "new" },
		{ "a/file", 'f', "/srv/old", 'f', "/srv", "old" },
		{ "a/dir", 'd', "/srv", 'd', "/srv", "dir" },
		{ "a/dir/", 'd', "/srv/", 'd', "/srv/", "dir" },
		{ "a/dir", 'd', "/srv/new", '-', "/srv", "new" },
		{ "a/dir", 'd', "/srv/new/", '-', "/srv", "new" },
		{ "a/dir/.", 'd', "/srv", 'd', "/srv", NULL },
		{ "a/dir/.", 'd', "/srv/new", '-', "/srv", "new" },
		{ ".", 'd', "/srv", 'd', "/srv", NULL },
		{ "/", 'd', "out", 'd', "out", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct cp_place source = at(cases[i].source, cases[i].source_kind);
		const struct cp_place target = at(cases[i].target, cases[i].target_kind);
		struct cp_target decided = { 0 };
		struct containr_error err;

		assert_int_equal(cp_decide(&source, &target, &decided, &err), 0);
		assert_string_equal(decided.folder, cases[i].folder);
		if (cases[i].name)
			assert_string_equal(decided.name, cases[i].name);
		else
			assert_null(decided.name);
		cp_target_release(&decided);
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	static const struct {
		char source_kind;
		const char *target;
		char target_kind;
		const char *message;
	} cases[] = {
		{ 'd', "/srv/old", 'f', "'/srv/old' is a file, not a folder" },
		{ 'f', "/srv/old/", 'f', "'/srv/old/' is a file, not a folder" },
		{ 'f', "/srv/none/", '-', "there is no folder '/srv/none/'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct cp_place source = at("a/b", cases[i].source_kind);
		const struct cp_place target = at(cases[i].target, cases[i].target_kind);
		struct cp_target decided = { 0 };
		struct containr_error err;

		assert_int_equal(cp_decide(&source, &target, &decided, &err),
				 -CONTAINR_E_INVALID_ARGUMENT);
		assert_string_equal(err.message, cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operands_are_taken_apart_as_docker_does),
		cmocka_unit_test(a_source_goes_where_docker_puts_it),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
