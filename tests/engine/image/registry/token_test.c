/* SPDX-License-Identifier: MIT */
#include "image/registry/token.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect_text(const char *wanted, const char *got)
{
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
}

static void challenges_are_taken_apart(void **state)
{
	static const struct {
		const char *text;
		bool is_bearer;
		const char *realm;
		const char *service;
		const char *scope;
	} cases[] = {
		{ "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
		  "scope=\"repository:library/busybox:pull,push\"",
		  true, "https://auth.docker.io/token", "registry.docker.io",
		  "repository:library/busybox:pull,push" },
		{ "bearer   service=x , REALM=http://127.0.0.1/t", true, "http://127.0.0.1/t", "x",
		  NULL },
		{ "Bearer realm=\"with \\\"quotes\\\"\",error=\"invalid_token\"", true,
		  "with \"quotes\"", NULL, NULL },
		{ "Bearer realm=\"first\",realm=\"second\"", true, "first", NULL, NULL },
		{ "Basic realm=\"Registry\"", false, "Registry", NULL, NULL },
		{ "Basic", false, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autochallenge challenge = { 0 };
		struct containr_error err;

		assert_int_equal(challenge_parse(cases[i].text, &challenge, &err), 0);
		assert_int_equal(challenge.is_bearer, cases[i].is_bearer);
		expect_text(cases[i].realm, challenge.realm);
		expect_text(cases[i].service, challenge.service);
		expect_text(cases[i].scope, challenge.scope);
	}
}

static void what_cannot_be_answered_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "Negotiate", "the registry asks for 'Negotiate', which is not supported" },
		{ "Bearer service=\"x\"", "the registry does not say where access is given" },
		{ "", "the registry asks for '', which is not supported" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autochallenge challenge = { 0 };
		struct containr_error err = { 0 };

		assert_int_equal(challenge_parse(cases[i].text, &challenge, &err),
				 -CONTAINR_E_REGISTRY_ERROR);
		assert_string_equal(err.message, cases[i].message);
	}
}

/* Nothing is sent: the realm is looked at first. */
static void a_password_is_not_sent_without_encryption(void **state)
{
	const struct reference reference = { .domain = "registry.example.com", .path = "app" };
	const struct registry_options options = { .user = "me:secret" };
	autoregistry registry;
	autohttp *http = NULL;
	char *header = NULL;
	struct containr_error err = { 0 };

	(void)state;
	assert_int_equal(registry_init(&registry, &reference, &options, &err), 0);
	assert_int_equal(registry_http(&registry, &http, &err), 0);
	assert_int_equal(token_fetch(&registry, http, "Bearer realm=\"http://evil.example.com/t\"",
				     &header, &err),
			 -CONTAINR_E_REGISTRY_ERROR);
	assert_string_equal(err.message, "'registry.example.com' wants passwords to be sent to "
					 "'http://evil.example.com/t', without encryption");
	assert_null(header);
}

static void a_login_becomes_a_header(void **state)
{
	const struct reference reference = { .domain = "registry.example.com", .path = "app" };
	const struct registry_options options = { .user = "Aladdin", .password = "open sesame" };
	autoregistry registry;
	autohttp *http = NULL;
	autofree char *header = NULL;
	struct containr_error err = { 0 };

	(void)state;
	assert_int_equal(registry_init(&registry, &reference, &options, &err), 0);
	assert_int_equal(registry_http(&registry, &http, &err), 0);
	assert_int_equal(token_fetch(&registry, http, "Basic realm=\"x\"", &header, &err), 0);
	/* the example of RFC 7617 */
	assert_string_equal(header, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(challenges_are_taken_apart),
		cmocka_unit_test(what_cannot_be_answered_is_refused),
		cmocka_unit_test(a_password_is_not_sent_without_encryption),
		cmocka_unit_test(a_login_becomes_a_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
