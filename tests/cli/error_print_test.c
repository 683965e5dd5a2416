/* SPDX-License-Identifier: MIT */
#include "cli/error_print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cjson/cJSON.h>
#include <cmocka.h>

static const struct containr_error denied = {
	.code = CONTAINR_E_PERMISSION_DENIED,
	.sys_errno = 1,
	.message = "cannot create namespace: Operation not permitted",
	.hint = "run as root",
};

static void text_has_code_message_and_hint(void **state)
{
	autostr out = STR_INIT;

	(void)state;
	error_write_text(&denied, false, &out);
	assert_string_equal(out.data,
			    "Error: [PERMISSION_DENIED] cannot create namespace: Operation not "
			    "permitted\nHint: run as root\n");
}

static void error_without_hint_is_one_line(void **state)
{
	static const struct containr_error plain = { .code = CONTAINR_E_IO, .message = "it broke" };
	autostr out = STR_INIT;

	(void)state;
	error_write_text(&plain, false, &out);
	assert_string_equal(out.data, "Error: [IO] it broke\n");
}

static void only_the_labels_are_coloured(void **state)
{
	autostr out = STR_INIT;

	(void)state;
	error_write_text(&denied, true, &out);
	assert_string_equal(out.data,
			    "\033[1;31mError:\033[0m [PERMISSION_DENIED] cannot create namespace: "
			    "Operation not permitted\n\033[1;36mHint:\033[0m run as root\n");
}

static void message_cannot_command_the_terminal(void **state)
{
	static const struct containr_error nasty = { .code = CONTAINR_E_IO,
						     .message = "no '\033[2J'" };
	autostr out = STR_INIT;

	(void)state;
	error_write_text(&nasty, false, &out);
	assert_string_equal(out.data, "Error: [IO] no '\\x1b[2J'\n");
}

static void json_holds_the_same_struct(void **state)
{
	autostr out = STR_INIT;
	cJSON *error;
	cJSON *root;

	(void)state;
	error_write_json(&denied, &out);
	root = cJSON_Parse(out.data);
	error = cJSON_GetObjectItem(root, "error");
	assert_non_null(error);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(error, "code")),
			    "PERMISSION_DENIED");
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(error, "message")),
			    denied.message);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(error, "hint")), denied.hint);
	assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(error, "errno")), 1);
	assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1);
	cJSON_Delete(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_code_message_and_hint),
		cmocka_unit_test(error_without_hint_is_one_line),
		cmocka_unit_test(only_the_labels_are_coloured),
		cmocka_unit_test(message_cannot_command_the_terminal),
		cmocka_unit_test(json_holds_the_same_struct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
