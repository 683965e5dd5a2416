/* SPDX-License-Identifier: MIT */
#include "image/archive/changes.h"
#include "image/archive/platform.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LINES_MAX 4
#define TEN "0000000000"

struct fact {
	const char *lines[LINES_MAX];
	const char *config; /* the object that comes of them */
};

static const struct fact facts[] = {
	{ { NULL }, "{}" },
	{ { "CMD [\"sh\", \"-c\", \"a b\"]" }, "{\"Cmd\":[\"sh\",\"-c\",\"a b\"]}" },
	{ { "cmd echo \"hi\"" }, "{\"Cmd\":[\"/bin/sh\",\"-c\",\"echo \\\"hi\\\"\"]}" },
	{ { "CMD a", "CMD []" }, "{}" },
	{ { "ENTRYPOINT [\"/init\"]", "CMD [\"x\"]" },
	  "{\"Entrypoint\":[\"/init\"],\"Cmd\":[\"x\"]}" },
	{ { "ENV A=1 B=\"two words\" C='3 \"' D=a\\ b" },
	  "{\"Env\":[\"A=1\",\"B=two words\",\"C=3 \\\"\",\"D=a b\"]}" },
	{ { "ENV A=1", "ENV AB=2", "ENV A=3" }, "{\"Env\":[\"A=3\",\"AB=2\"]}" },
	{ { "ENV OLD style of  one" }, "{\"Env\":[\"OLD=style of  one\"]}" },
	{ { "ENV EMPTY=" }, "{\"Env\":[\"EMPTY=\"]}" },
	{ { "LABEL a.b=c \"d e\"=f" }, "{\"Labels\":{\"a.b\":\"c\",\"d e\":\"f\"}}" },
	{ { "EXPOSE 80 53/udp", "EXPOSE 80/tcp" },
	  "{\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}}}" },
	{ { "EXPOSE 80\v81 \f82" },
	  "{\"ExposedPorts\":{\"80/tcp\":{},\"81/tcp\":{},\"82/tcp\":{}}}" },
	{ { "VOLUME /data /log", "VOLUME [\"/data\", \"/a b\"]" },
	  "{\"Volumes\":{\"/data\":{},\"/log\":{},\"/a b\":{}}}" },
	{ { "USER 1000:1000", "STOPSIGNAL SIGINT" },
	  "{\"User\":\"1000:1000\",\"StopSignal\":\"SIGINT\"}" },
	{ { "WORKDIR /a", "WORKDIR b/../c" }, "{\"WorkingDir\":\"/a/c\"}" },
	{ { "HEALTHCHECK CMD curl -f  localhost" },
	  "{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"curl -f  localhost\"]}}" },
	{ { "HEALTHCHECK --interval=1m30s --timeout=0 --retries=2\tcmd [\"a\", \"b c\"]" },
	  "{\"Healthcheck\":{\"Test\":[\"CMD\",\"a\",\"b c\"],\"Interval\":90000000000,"
	  "\"Retries\":2}}" },
	{ { "HEALTHCHECK --start-period=1s --start-interval=2ms CMD x", "HEALTHCHECK none" },
	  "{\"Healthcheck\":{\"Test\":[\"NONE\"]}}" },
	{ { "WORKDIR rel" }, "{\"WorkingDir\":\"/rel\"}" },
};

static void instructions_become_a_configuration(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		autochanges changes = { 0 };
		autostr out = STR_INIT;
		struct json_writer writer = JSON_WRITER(&out);
		struct containr_error err;

		for (size_t j = 0; j < LINES_MAX && facts[i].lines[j]; j++)
			if (changes_apply(&changes, facts[i].lines[j], &err) < 0)
				fail_msg("%s", err.message);
		json_open_object(&writer, NULL);
		changes_write(&changes, &writer);
		json_close_object(&writer);
		assert_true(str_starts_with(out.data, "{\"config\":"));
		out.data[out.len - 1] = '\0';
		assert_string_equal(out.data + strlen("{\"config\":"), facts[i].config);
	}
}

static void what_is_no_instruction_is_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"RUN ls",
		"CMD",
		"CMD [\"a\"",
		"CMD [1]",
		"ENV",
		"ENV A",
		"ENV =1",
		"ENV A=\"1",
		"ENV A=1 B",
		"LABEL x",
		"EXPOSE http",
		"EXPOSE 1/x",
		"EXPOSE 123456",
		"EXPOSE 80/",
		"VOLUME [{}]",
		"HEALTHCHECK x",
		"HEALTHCHECK",
		"HEALTHCHECK CMD",
		"HEALTHCHECK CMD ",
		"HEALTHCHECK CMDx y",
		"HEALTHCHECK CMD []",
		"HEALTHCHECK CMD [\"a\"",
		"HEALTHCHECK CMD [1]",
		"HEALTHCHECK NONE x",
		"HEALTHCHECK --interval=999us CMD x",
		"HEALTHCHECK --interval=-1s CMD x",
		"HEALTHCHECK --interval CMD x",
		"HEALTHCHECK --retries=-1 CMD x",
		"HEALTHCHECK --retries=many CMD x",
		"HEALTHCHECK --often=1s CMD x",
		"HEALTHCHECK --interval=" TEN TEN TEN TEN TEN TEN TEN " CMD x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		autochanges changes = { 0 };
		struct containr_error err;

		if (changes_apply(&changes, lines[i], &err) == 0)
			fail_msg("taken: %s", lines[i]);
		assert_int_equal(err.code, CONTAINR_E_INVALID_ARGUMENT);
		assert_true(str_starts_with(err.message, "--change '"));
		assert_true(err.hint[0] != '\0');
	}
}

static void platforms_have_two_or_three_parts(void **state)
{
	static const char *const wrong[] = { "",	  "linux",   "linux/",	 "windows/amd64",
					     "linux//v8", "a/b/c/d", "linux/a b" };
	struct platform platform;
	struct containr_error err;

	(void)state;
	assert_int_equal(platform_parse("linux/arm64", &platform, &err), 0);
	assert_string_equal(platform.architecture, "arm64");
	assert_string_equal(platform.variant, "");
	assert_int_equal(platform_parse("linux/arm/v7", &platform, &err), 0);
	assert_string_equal(platform.variant, "v7");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (platform_parse(wrong[i], &platform, &err) == 0)
			fail_msg("taken: %s", wrong[i]);
	assert_int_equal(platform_of_host(&platform, &err), 0);
	assert_string_equal(platform.os, "linux");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instructions_become_a_configuration),
		cmocka_unit_test(what_is_no_instruction_is_refused),
		cmocka_unit_test(platforms_have_two_or_three_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
