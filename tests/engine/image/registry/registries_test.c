/* SPDX-License-Identifier: MIT */
#include "image/registry/registries.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/containr-registries-XXXXXX";
static char file[sizeof(folder) + sizeof("/registries.conf")];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(file, sizeof(file), "%s/registries.conf", folder);
	return setenv("CONTAINERS_REGISTRIES_CONF", file, 1);
}

static int teardown(void **state)
{
	struct containr_error err;

	(void)state;
	return fs_remove_tree(AT_FDCWD, folder, &err);
}

static void write_file(const char *text)
{
	struct containr_error err;

	assert_int_equal(
		fs_replace_file(AT_FDCWD, file, text, strlen(text), 0600, FS_VOLATILE, &err), 0);
}

/* Puts the places into one text, "domain/path domain/path(insecure) ". */
static int find(const char *name, bool mirrors, struct str *out, struct containr_error *err)
{
	autoendpoints endpoints = { 0 };
	struct reference reference;
	int r;

	assert_int_equal(reference_parse(name, &reference, err), 0);
	r = registries_find(&reference, mirrors, &endpoints, err);
	str_clear(out);
	str_append_len(out, "", 0);
	for (size_t i = 0; r == 0 && i < endpoints.count; i++)
		str_appendf(out, "%s%s/%s%s", i ? " " : "", endpoints.items[i].reference.domain,
			    endpoints.items[i].reference.path,
			    endpoints.items[i].insecure ? "(insecure)" : "");
	return r;
}

static void expect(const char *name, const char *wanted)
{
	autostr places = STR_INIT;
	struct containr_error err = { 0 };

	assert_int_equal(find(name, true, &places, &err), 0);
	assert_string_equal(places.data, wanted);
}

#define DIGEST "@sha256:0000000000000000000000000000000000000000000000000000000000000000"

static const char configuration[] =
	"# as people write it\n"
	"unqualified-search-registries = [\"docker.io\", 'quay.io', # not used\n]\n"
	"short-name-mode=\"enforcing\"\n"
	"[[registry]]\n"
	"location = \"docker.io\"\n"
	"  [[registry.mirror]]\n"
	"  location = \"127.0.0.1:5000\"\n"
	"  insecure = true\n"
	"  [[registry.mirror]]\n"
	"  location = 'mirror.example.com/hub'\n"
	"  pull-from-mirror = \"digest-only\"\n"
	"[[registry]]\n"
	"prefix = \"docker.io/library\"\n"
	"location = \"internal.example.com/official/\"\n"
	"[[registry]]\n"
	"prefix = \"*.test.example.com\"\n"
	"insecure = true\n"
	"[[registry]]\n"
	"location = \"evil.example.com\"\n"
	"blocked = true\n"
	"[aliases]\n"
	"\"fedora\" = \"registry.fedoraproject.org/fedora\"\n";

static void the_longest_prefix_decides_where_an_image_is(void **state)
{
	(void)state;
	write_file(configuration);
	expect("team/app", "127.0.0.1:5000/team/app(insecure) docker.io/team/app");
	expect("team/app" DIGEST, "127.0.0.1:5000/team/app(insecure) "
				  "mirror.example.com/hub/team/app docker.io/team/app");
	expect("busybox", "internal.example.com/official/busybox");
	expect("docker.io/libraryx/busybox",
	       "127.0.0.1:5000/libraryx/busybox(insecure) docker.io/libraryx/busybox");
	expect("a.test.example.com/app", "a.test.example.com/app(insecure)");
	expect("test.example.com/app", "test.example.com/app");
	expect("fedora", "internal.example.com/official/fedora");
}

static void without_a_file_a_registry_is_where_its_name_says(void **state)
{
	(void)state;
	assert_int_equal(unlink(file), 0);
	expect("registry.example.com:5000/team/app", "registry.example.com:5000/team/app");
}

static void a_push_goes_to_no_mirror(void **state)
{
	autostr places = STR_INIT;
	struct containr_error err;

	(void)state;
	write_file(configuration);
	assert_int_equal(find("team/app", false, &places, &err), 0);
	assert_string_equal(places.data, "docker.io/team/app");
}

static void a_blocked_registry_is_told(void **state)
{
	autostr places = STR_INIT;
	struct containr_error err = { 0 };

	(void)state;
	write_file(configuration);
	assert_int_equal(find("evil.example.com/app", true, &places, &err),
			 -CONTAINR_E_REGISTRY_DENIED);
	assert_string_equal(err.message,
			    "registries.conf blocks 'evil.example.com' for 'evil.example.com/app'");
}

static void what_cannot_be_understood_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *problem;
	} cases[] = {
		{ "a = 1\n[[registry]\n", "line 2: the name of a table was expected" },
		{ "[[registry]]\nlocation = \"x\n", "line 2: a string is not closed" },
		{ "[[registry]]\nlocation = \"\"\"x\"\"\"\n",
		  "line 2: strings of several lines are not supported" },
		{ "[[registry]]\nlocation \"x\"\n", "line 2: '=' was expected" },
		{ "[[registry]]\nblocked = maybe\n",
		  "line 2: this kind of value is not supported" },
		{ "[[registry]]\nlocation = \"a\" \"b\"\n",
		  "line 2: there is more than was expected" },
		{ "a = [\"x\" \"y\"]\n", "line 1: an array is not closed" },
		{ "[[registry]]\nblocked = \"true\"\n", "the value of 'blocked' makes no sense" },
		{ "[[registry]]\nlocation = \"https://x\"\n",
		  "the value of 'location' makes no sense" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autostr places = STR_INIT;
		struct containr_error err = { 0 };

		write_file(cases[i].text);
		assert_int_equal(find("app", true, &places, &err), -CONTAINR_E_INVALID_CONFIG);
		assert_non_null(strstr(err.message, cases[i].problem));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_prefix_decides_where_an_image_is),
		cmocka_unit_test(without_a_file_a_registry_is_where_its_name_says),
		cmocka_unit_test(a_push_goes_to_no_mirror),
		cmocka_unit_test(a_blocked_registry_is_told),
		cmocka_unit_test(what_cannot_be_understood_is_told_with_its_line),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
