/* SPDX-License-Identifier: MIT */
#include "image/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEX64 "dbcc1c35ac38df41fd2f5e4130b32ffdb93ebae8b3dbe638c23575912276fc9c"

struct fact {
	const char *text;
	const char *full;
	const char *shown;
};

/* The names of docker's own tests (distribution/reference), with what docker makes of them. */
static const struct fact facts[] = {
	{ "redis", "docker.io/library/redis:latest", "redis:latest" },
	{ "redis:7", "docker.io/library/redis:7", "redis:7" },
	{ "docker.io/redis", "docker.io/library/redis:latest", "redis:latest" },
	{ "docker.io/library/redis:latest", "docker.io/library/redis:latest", "redis:latest" },
	{ "index.docker.io/redis", "docker.io/library/redis:latest", "redis:latest" },
	{ "index.docker.io/library/debian", "docker.io/library/debian:latest", "debian:latest" },
	{ "library/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest" },
	{ "fooo/bar", "docker.io/fooo/bar:latest", "fooo/bar:latest" },
	{ "library/foo/bar", "docker.io/library/foo/bar:latest", "library/foo/bar:latest" },
	{ "test_com/foo", "docker.io/test_com/foo:latest", "test_com/foo:latest" },
	{ "test.com/foo", "test.com/foo:latest", "test.com/foo:latest" },
	{ "test.com:tag", "docker.io/library/test.com:tag", "test.com:tag" },
	{ "test.com:5000", "docker.io/library/test.com:5000", "test.com:5000" },
	{ "test:5000/repo", "test:5000/repo:latest", "test:5000/repo:latest" },
	{ "test:5000/repo:tag", "test:5000/repo:tag", "test:5000/repo:tag" },
	{ "localhost/demo", "localhost/demo:latest", "localhost/demo:latest" },
	{ "localhost:5000", "docker.io/library/localhost:5000", "localhost:5000" },
	{ "localhost:5000/a:b", "localhost:5000/a:b", "localhost:5000/a:b" },
	{ "127.0.0.1:8000/private/moonbase", "127.0.0.1:8000/private/moonbase:latest",
	  "127.0.0.1:8000/private/moonbase:latest" },
	{ "[2001:db8::1]:5000/repo:tag", "[2001:db8::1]:5000/repo:tag",
	  "[2001:db8::1]:5000/repo:tag" },
	{ "[::1]/repo", "[::1]/repo:latest", "[::1]/repo:latest" },
	{ "xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com/myimage:xn--n3h.com",
	  "xn--n3h.com/myimage:xn--n3h.com" },
	{ "Foo/bar", "Foo/bar:latest", "Foo/bar:latest" },
	{ "lowercase:Uppercase", "docker.io/library/lowercase:Uppercase", "lowercase:Uppercase" },
	{ "dock__er/docker", "docker.io/dock__er/docker:latest", "dock__er/docker:latest" },
	{ "docker---rules/docker", "docker.io/docker---rules/docker:latest",
	  "docker---rules/docker:latest" },
	{ "dbcc1", "docker.io/library/dbcc1:latest", "dbcc1:latest" },
	{ "sha256:dbcc1", "docker.io/library/sha256:dbcc1", "sha256:dbcc1" },
	{ "docker.io/" HEX64, "docker.io/library/" HEX64 ":latest", HEX64 ":latest" },
	{ "redis@sha256:" HEX64, "docker.io/library/redis@sha256:" HEX64, "redis@sha256:" HEX64 },
	{ "redis:7@sha256:" HEX64, "docker.io/library/redis:7@sha256:" HEX64,
	  "redis:7@sha256:" HEX64 },
};

static const char *const wrong[] = {
	"",
	":justtag",
	/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): HEX64 is a text */
	"@sha256:" HEX64,
	"repo@sha256:ffffffffffffffffffffffffffffffffff",
	"repo@sha256:DBCC1C35AC38DF41FD2F5E4130B32FFDB93EBAE8B3DBE638C23575912276FC9C",
	"validname@invaliddigest:" HEX64,
	"validname@sha256:" HEX64 "@sha256:" HEX64,
	"Uppercase:tag",
	"test:5000/Uppercase/lowercase:tag",
	"docker/Docker",
	"aa/asdf$$^/aa",
	"[2001:db8::1]",
	"[2001:db8::1]:5000",
	"[fe80::1%eth0]:5000/repo",
	"[2001:db8:3:4::192.0.2.33]:5000/debian",
	"fc00::1:5000/debian",
	"https://github.com/docker/docker",
	"-docker",
	"-docker/docker",
	"docker-/docker",
	"-docker.io/docker/docker",
	"docker///docker",
	"docker.io/docker///docker",
	"____/____",
	"_docker/_docker",
	"dock..er/docker",
	"dock_.er/docker",
	"dock-.er/docker",
	"dock___er/docker",
	"docker/",
	"/docker",
	"..",
	"../etc/passwd",
	"a/../b",
	HEX64,
	"repo:",
	"repo:-tag",
	"repo:.tag",
	"repo:t ag",
	"repo:a:b",
	"a b",
	"name\n",
};

static void names_are_completed_and_shown_as_docker_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct reference reference;
		struct containr_error err;
		char text[REFERENCE_TEXT_SIZE];

		if (reference_parse(facts[i].text, &reference, &err) < 0)
			fail_msg("'%s': %s", facts[i].text, err.message);
		reference_format(&reference, text);
		assert_string_equal(text, facts[i].full);
		reference_format_familiar(&reference, text);
		assert_string_equal(text, facts[i].shown);
	}
}

static void what_is_no_name_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct reference reference;
		struct containr_error err;

		if (reference_parse(wrong[i], &reference, &err) == 0)
			fail_msg("'%s' was taken for a name", wrong[i]);
		assert_int_equal(err.code, CONTAINR_E_INVALID_REFERENCE);
		assert_non_null(strstr(err.message, "invalid reference '"));
		assert_true(err.hint[0] != '\0');
	}
}

static void full_form_means_the_same_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct reference reference;
		struct containr_error err;
		char full[REFERENCE_TEXT_SIZE];

		assert_int_equal(reference_parse(facts[i].full, &reference, &err), 0);
		reference_format(&reference, full);
		assert_string_equal(full, facts[i].full);
	}
}

/* Returns @count times "a/" and then "a", with a tag. */
static const char *long_name(size_t count)
{
	static char text[2 * 300 + 32];
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "a/");
	(void)snprintf(text + len, sizeof(text) - len, "a:tag-puts-this-over-max");
	return text;
}

static void path_holds_255_characters(void **state)
{
	struct reference reference;
	struct containr_error err;

	(void)state;
	assert_int_equal(reference_parse(long_name(127), &reference, &err), 0);
	assert_int_equal(strlen(reference.path), 255);
	assert_int_equal(reference_parse(long_name(128), &reference, &err),
			 -CONTAINR_E_INVALID_REFERENCE);
}

static void official_prefix_counts_into_the_length(void **state)
{
	char name[REFERENCE_PATH_MAX + 1];
	struct reference reference;
	struct containr_error err;

	(void)state;
	memset(name, 'a', sizeof(name));
	name[REFERENCE_PATH_MAX - strlen("library/")] = '\0';
	assert_int_equal(reference_parse(name, &reference, &err), 0);
	assert_int_equal(strlen(reference.path), REFERENCE_PATH_MAX);
	name[REFERENCE_PATH_MAX - strlen("library/")] = 'a';
	name[REFERENCE_PATH_MAX - strlen("library/") + 1] = '\0';
	assert_int_equal(reference_parse(name, &reference, &err), -CONTAINR_E_INVALID_REFERENCE);
}

static void tag_holds_128_characters(void **state)
{
	char name[2 + REFERENCE_TAG_MAX + 2] = "a:";
	struct reference reference;
	struct containr_error err;

	(void)state;
	memset(name + 2, 't', REFERENCE_TAG_MAX);
	name[2 + REFERENCE_TAG_MAX] = '\0';
	assert_int_equal(reference_parse(name, &reference, &err), 0);
	name[2 + REFERENCE_TAG_MAX] = 't';
	name[2 + REFERENCE_TAG_MAX + 1] = '\0';
	assert_int_equal(reference_parse(name, &reference, &err), -CONTAINR_E_INVALID_REFERENCE);
}

static void repository_is_shown_without_tag(void **state)
{
	struct reference reference;
	struct containr_error err;
	char text[REFERENCE_TEXT_SIZE];

	(void)state;
	assert_int_equal(reference_parse("busybox:1.36", &reference, &err), 0);
	reference_format_repository(&reference, text);
	assert_string_equal(text, "busybox");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_completed_and_shown_as_docker_does),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(full_form_means_the_same_again),
		cmocka_unit_test(path_holds_255_characters),
		cmocka_unit_test(official_prefix_counts_into_the_length),
		cmocka_unit_test(tag_holds_128_characters),
		cmocka_unit_test(repository_is_shown_without_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
