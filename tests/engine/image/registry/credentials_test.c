/* SPDX-License-Identifier: MIT */
#include "image/registry/credentials.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/containr-auth-XXXXXX";
static char file[sizeof(folder) + sizeof("/auth.json")];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(file, sizeof(file), "%s/auth.json", folder);
	return setenv("REGISTRY_AUTH_FILE", file, 1);
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

static void expect_login(const char *domain, const char *path, const char *user,
			 const char *password)
{
	autofree char *got_user = NULL;
	autofree char *got_password = NULL;
	autofree char *identity = NULL;
	struct containr_error err;

	assert_int_equal(credentials_find(domain, path, &got_user, &got_password, &identity, &err),
			 0);
	if (!user) {
		assert_null(got_user);
		return;
	}
	assert_non_null(got_user);
	assert_string_equal(got_user, user);
	assert_string_equal(got_password, password);
}

/* bWU6YQ== is me:a and so on. */
static void the_longest_key_decides(void **state)
{
	(void)state;
	write_file("{\"auths\":{\"r.example.com\":{\"auth\":\"bWU6YQ==\"},"
		   "\"r.example.com/team\":{\"auth\":\"bWU6Yg==\"},"
		   "\"r.example.com/team/app\":{\"auth\":\"bWU6Yw==\"}}}");
	expect_login("r.example.com", "other", "me", "a");
	expect_login("r.example.com", "team/other", "me", "b");
	expect_login("r.example.com", "team/app", "me", "c");
	expect_login("r.example.com", "teamwork", "me", "a");
	expect_login("example.com", "team/app", NULL, NULL);
}

static void docker_has_a_name_of_its_own_for_its_hub(void **state)
{
	(void)state;
	write_file("{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"bWU6YQ==\"}}}");
	expect_login("docker.io", "library/busybox", "me", "a");
	write_file("{\"auths\":{\"docker.io\":{\"auth\":\"bWU6Yg==\"}}}");
	expect_login("docker.io", "library/busybox", "me", "b");
	write_file("{\"auths\":{\"https://r.example.com/v2/\":{\"auth\":\"bWU6Yw==\"}}}");
	expect_login("r.example.com", "app", "me", "c");
}

static void a_refresh_token_is_told_apart(void **state)
{
	autofree char *user = NULL;
	autofree char *password = NULL;
	autofree char *identity = NULL;
	struct containr_error err;

	(void)state;
	write_file("{\"auths\":{\"r.example.com\":{\"identitytoken\":\"t0ken\"}}}");
	assert_int_equal(
		credentials_find("r.example.com", "app", &user, &password, &identity, &err), 0);
	assert_string_equal(identity, "t0ken");
}

static void storing_keeps_what_others_wrote(void **state)
{
	struct containr_error err;
	autostr text = STR_INIT;
	struct stat info;
	bool found;

	(void)state;
	write_file("{\"auths\":{\"other\":{\"auth\":\"bWU6YQ==\"}},\"HttpHeaders\":{\"a\":\"b\"}}");
	assert_int_equal(credentials_store("r.example.com", "me", "new", &err), 0);
	expect_login("r.example.com", "app", "me", "new");
	expect_login("other", "app", "me", "a");
	assert_int_equal(credentials_store("r.example.com", "me", "newer", &err), 0);
	expect_login("r.example.com", "app", "me", "newer");
	assert_int_equal(credentials_erase("r.example.com", &found, &err), 0);
	assert_true(found);
	expect_login("r.example.com", "app", NULL, NULL);
	assert_int_equal(credentials_erase("r.example.com", &found, &err), 0);
	assert_false(found);
	assert_int_equal(fs_read_file(AT_FDCWD, file, 4096, &text, &err), 0);
	assert_non_null(strstr(text.data, "HttpHeaders"));
	assert_int_equal(stat(file, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static void a_damaged_file_is_told(void **state)
{
	static const char *const texts[] = {
		"{",
		"{\"auths\":{\"r.example.com\":{\"auth\":\"***\"}}}",
		"{\"auths\":{\"r.example.com\":{\"auth\":\"bWU=\"}}}",
		"{\"auths\":{\"r.example.com\":{\"auth\":7}}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		autofree char *user = NULL;
		autofree char *password = NULL;
		autofree char *identity = NULL;
		struct containr_error err = { 0 };

		write_file(texts[i]);
		assert_int_equal(credentials_find("r.example.com", "app", &user, &password,
						  &identity, &err),
				 -CONTAINR_E_INVALID_CONFIG);
		assert_non_null(strstr(err.message, "login for 'r.example.com'"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_key_decides),
		cmocka_unit_test(docker_has_a_name_of_its_own_for_its_hub),
		cmocka_unit_test(a_refresh_token_is_told_apart),
		cmocka_unit_test(storing_keeps_what_others_wrote),
		cmocka_unit_test(a_damaged_file_is_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
