/* SPDX-License-Identifier: MIT */
#include "cli/run_opts.h"

#include "base/cleanup.h"
#include "cli/commands.h"
#include "cli/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define ARGS_MAX 32

/* A command line of `run`, taken apart as the front door does it. */
struct line {
	struct run_args args;
	struct run_spec spec;
	struct parse parse;
	struct strv words;
	char *argv[ARGS_MAX]; /* parsing moves operands in it */
	struct containr_error err;
};

static int parse_line(struct line *line, const char *const *words)
{
	size_t count = 0;
	int r;

	*line = (struct line) {
		.parse = { .opts = cmd_run.opts, .path = "containr run", .options_first = true }
	};
	for (; words[count]; count++)
		strv_push(&line->words, words[count]);
	assert_true(count < ARGS_MAX && !line->words.failed);
	memcpy(line->argv, line->words.items, count * sizeof(*line->argv));
	r = parse_options(&line->parse, line->argv, &line->args, &line->err);
	return r < 0 ? r
		     : run_spec_fill(&line->args, line->parse.operands, &line->spec, &line->err);
}

static void release_line(struct line *line)
{
	run_spec_release(&line->spec);
	parse_release(cmd_run.opts, &line->args);
	strv_release(&line->words);
}

#define PARSE(line, ...) parse_line(line, (const char *const[]) { __VA_ARGS__, NULL })

static void what_is_not_given_is_dockers_default(void **state)
{
	struct line line;
	const struct containr_spec *spec = &line.spec.spec;

	(void)state;
	assert_int_equal(PARSE(&line, "busybox"), 0);
	assert_string_equal(spec->image, "busybox");
	assert_null(spec->command[0]);
	assert_null(spec->entrypoint);
	assert_null(spec->name);
	assert_null(spec->env);
	assert_null(spec->cap_add);
	assert_int_equal(spec->memory_bytes, 0);
	assert_int_equal(spec->pids_limit, 0);
	assert_int_equal(spec->stop_timeout_s, 10);
	assert_int_equal(spec->network, CONTAINR_NETWORK_NONE);
	assert_int_equal(spec->mount_count, 0);
	assert_false(spec->auto_remove || spec->tty || spec->read_only || spec->init);
	assert_true(line.args.sig_proxy);
	release_line(&line);
}

static void options_reach_their_member(void **state)
{
	struct line line;
	const struct containr_spec *spec = &line.spec.spec;

	(void)state;
	assert_int_equal(PARSE(&line, "--rm", "-im100m", "--cpus=1.5", "--pids", "7", "--name",
			       "web", "-e", "A=1", "-eB=2", "--network", "host", "--stop-timeout",
			       "1500ms", "--cap-drop", "ALL", "busybox", "sh", "-c", "ls"),
			 0);
	assert_true(spec->auto_remove && spec->stdin_open);
	assert_int_equal(spec->memory_bytes, 100 << 20);
	assert_int_equal(spec->nano_cpus, 1500000000);
	assert_int_equal(spec->pids_limit, 7);
	assert_string_equal(spec->name, "web");
	assert_string_equal(spec->env[0], "A=1");
	assert_string_equal(spec->env[1], "B=2");
	assert_int_equal(spec->network, CONTAINR_NETWORK_HOST);
	assert_int_equal(spec->stop_timeout_s, 2); /* rounded up: never less than asked for */
	assert_string_equal(spec->cap_drop[0], "ALL");
	assert_string_equal(spec->command[1], "-c");
	release_line(&line);
}

static void an_empty_entry_point_is_one(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(PARSE(&line, "--entrypoint", "", "busybox", "ls"), 0);
	assert_string_equal(line.spec.spec.entrypoint[0], "");
	assert_null(line.spec.spec.entrypoint[1]);
	release_line(&line);
}

static void mounts_of_all_three_kinds_are_counted(void **state)
{
	struct line line;
	const struct containr_spec *spec = &line.spec.spec;

	(void)state;
	assert_int_equal(PARSE(&line, "-v", "/a:/b:ro,z", "--tmpfs", "/t", "--mount",
			       "type=bind,src=/c,dst=/d", "busybox"),
			 0);
	assert_int_equal(spec->mount_count, 3);
	assert_string_equal(spec->mounts[0].source, "/a");
	assert_string_equal(spec->mounts[0].options[0], "ro");
	assert_null(spec->mounts[0].options[1]);
	assert_string_equal(spec->mounts[1].target, "/d");
	assert_int_equal(spec->mounts[2].type, CONTAINR_MOUNT_TMPFS);
	release_line(&line);
}

static void a_bad_mount_is_an_error(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(PARSE(&line, "-v", "/a:/b", "-v", "only", "busybox"),
			 -CONTAINR_E_INVALID_ARGUMENT);
	release_line(&line);
}

/* One table may not learn an option that the other lacks, but for those of a running command. */
static void create_has_the_options_of_run(void **state)
{
	static const char *const only_run[] = { "detach", "detach-keys", "sig-proxy" };
	size_t missing = 0;

	(void)state;
	for (const struct opt *opt = cmd_run.opts; opt_is_valid(opt); opt++) {
		const struct opt *other =
			opt_find_name(cmd_create.opts, opt->name, strlen(opt->name));

		if (!other) {
			const char *wanted = missing < ARRAY_LEN(only_run) ? only_run[missing] : "";

			assert_string_equal(opt->name, wanted);
			missing++;
			continue;
		}
		assert_int_equal(opt->type, other->type);
		assert_int_equal(opt->offset, other->offset);
	}
	assert_int_equal(missing, ARRAY_LEN(only_run));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_is_dockers_default),
		cmocka_unit_test(options_reach_their_member),
		cmocka_unit_test(an_empty_entry_point_is_one),
		cmocka_unit_test(mounts_of_all_three_kinds_are_counted),
		cmocka_unit_test(a_bad_mount_is_an_error),
		cmocka_unit_test(create_has_the_options_of_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
