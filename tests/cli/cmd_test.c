/* SPDX-License-Identifier: MIT */
#include "cli/cmd.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "cli/cmd_tree.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* A program of three commands, one of them in a group under another name, and one in a room. */

struct echo_args {
	const char *format;
	struct strv words;
	bool loud;
};

static const struct opt echo_opts[] = {
	FORMAT(struct echo_args, format, "table or json"),
	FLAG('l', "loud", struct echo_args, loud, "with an exclamation mark"),
	STRINGS('w', "word", struct echo_args, words, "WORD", "say this first"),
	END,
};

/* (fail): cmocka has a macro of that name */
static int echo(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const struct echo_args *echo_args = args;
	autostr out = STR_INIT;

	str_appendf(&out, "[%s]", ctx->path);
	for (size_t i = 0; i < echo_args->words.len; i++)
		str_appendf(&out, " %s", echo_args->words.items[i]);
	for (int i = 0; i < argc; i++)
		str_appendf(&out, " %s", argv[i]);
	if (strcmp(argv[0], "fail") == 0)
		return (fail)(ctx->err, CONTAINR_E_COMMAND_NOT_FOUND, "nothing to say");
	str_append(&out, echo_args->loud ? "!\n" : "\n");
	return cmd_print(ctx, &out);
}

static int seven(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)ctx;
	(void)args;
	(void)argc;
	(void)argv;
	return ctx->globals.log_level == LOG_DEBUG ? 70 : 7;
}

static const struct cmd cmd_echo = {
	.name = "echo",
	.aliases = WORDS("print"),
	.operands = "WORD [WORD...]",
	.summary = "say words",
	.opts = echo_opts,
	.args_size = sizeof(struct echo_args),
	.min_operands = 1,
	.max_operands = 3,
	.run = echo,
};

static const struct cmd cmd_far = {
	.name = "far", .summary = "run elsewhere", .room = "no-such-room", .max_operands = -1
};

static const struct cmd cmd_seven = { .name = "seven", .summary = "exit with 7", .run = seven };

static const struct cmd_entry word_entries[] = {
	{ .cmd = &cmd_echo, .name = "say", .aliases = WORDS("tell") },
	{ 0 },
};

static const struct cmd cmd_word = { .name = "word", .summary = "words", .commands = word_entries };

static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_echo },
	{ .cmd = &cmd_far },
	{ .cmd = &cmd_seven },
	{ .cmd = &cmd_word },
	{ 0 },
};

static const struct opt global_opts[] = {
	FLAG('D', "debug", struct global_args, debug, "log every step"),
	FLAG('h', "help", struct global_args, help, "show this help"),
	STRING(0, "log", struct global_args, log, "FILE", "log file"),
	FLAG('v', "version", struct global_args, version, "show the version"),
	END,
};

static const struct cmd program = {
	.name = "toy",
	.summary = "a program of the tests",
	.opts = global_opts,
	.args_size = sizeof(struct global_args),
	.commands = entries,
};

/* What a command line did to its process. */
struct outcome {
	int status;
	struct str out;
	struct str err;
};

#define autooutcome __attribute__((cleanup(outcome_release))) struct outcome

static void outcome_release(struct outcome *outcome)
{
	str_release(&outcome->out);
	str_release(&outcome->err);
}

/* Lets descriptor @fd end in a file; returns a copy of what it was. */
static int redirect(int fd, FILE *file)
{
	int saved = dup(fd);

	assert_true(saved >= 0);
	assert_int_equal(dup2(fileno(file), fd), fd);
	return saved;
}

static void restore(int fd, int saved, FILE *file, struct str *text)
{
	struct containr_error err;
	char path[64];

	assert_int_equal(dup2(saved, fd), fd);
	(void)close(saved);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	assert_int_equal(fs_read_file(AT_FDCWD, path, 1 << 20, text, &err), 0);
	str_append(text, "");
}

static void run_bound(struct outcome *outcome, const struct cmd_binding *bindings, char *line)
{
	autofclose FILE *out = tmpfile();
	autofclose FILE *err = tmpfile();
	char *argv[16] = { 0 };
	char *envp[] = { NULL };
	int argc = 0;
	int saved_out;
	int saved_err;

	*outcome = (struct outcome) { 0 };
	while (line && argc < 15)
		argv[argc++] = strsep(&line, " ");
	(void)fflush(stdout);
	saved_out = redirect(STDOUT_FILENO, out);
	saved_err = redirect(STDERR_FILENO, err);
	outcome->status = cmd_dispatch(&program, bindings, argc, argv, envp);
	restore(STDOUT_FILENO, saved_out, out, &outcome->out);
	restore(STDERR_FILENO, saved_err, err, &outcome->err);
}

static void run_line(struct outcome *outcome, const char *line)
{
	autofree char *copy = strdup(line);

	run_bound(outcome, NULL, copy);
}

struct good_case {
	const char *line;
	const char *out;
};

static void commands_are_found_by_every_name(void **state)
{
	static const struct good_case cases[] = {
		{ "toy echo a b", "[toy echo] a b\n" },
		{ "toy print a", "[toy echo] a\n" },
		{ "toy word say a", "[toy word say] a\n" },
		{ "toy word tell a", "[toy word say] a\n" },
		{ "toy -D echo a -l", "[toy echo] a!\n" },
		{ "toy --log= echo -wx a -w y b", "[toy echo] x y a b\n" },
		{ "toy -- echo -- -a", "[toy echo] -a\n" },
		{ "anything echo a", "[toy echo] a\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autooutcome outcome;

		run_line(&outcome, cases[i].line);
		assert_string_equal(outcome.out.data, cases[i].out);
		assert_string_equal(outcome.err.data, "");
		assert_int_equal(outcome.status, 0);
	}
}

struct bad_case {
	const char *line;
	const char *err;
};

#define INVALID "Error: [INVALID_ARGUMENT] "

static void mistakes_are_answered_with_the_way_out(void **state)
{
	static const struct bad_case cases[] = {
		{ "toy ehco a", INVALID "'ehco' is not a command of 'toy'\n"
					"Hint: did you mean 'toy echo'? see 'toy --help'\n" },
		{ "toy word xyz", INVALID "'xyz' is not a command of 'toy word'\n"
					  "Hint: see 'toy word --help'\n" },
		{ "toy word tell", INVALID "'toy word say' needs at least 1 argument: WORD "
					   "[WORD...]\nHint: see 'toy word say --help'\n" },
		{ "toy echo 1 2 3 4", INVALID "'toy echo' needs at most 3 arguments: WORD "
					      "[WORD...]\nHint: see 'toy echo --help'\n" },
		{ "toy seven 1", INVALID "'toy seven' takes no arguments\n"
					 "Hint: see 'toy seven --help'\n" },
		{ "toy --lgo x", INVALID "unknown option '--lgo'\n"
					 "Hint: did you mean '--log'? see 'toy --help'\n" },
		{ "toy word -x", INVALID "unknown option '-x'\nHint: see 'toy word --help'\n" },
		{ "toy echo --format json --lud a",
		  "{\"error\":{\"code\":\"INVALID_ARGUMENT\",\"message\":\"unknown option "
		  "'--lud'\",\"hint\":\"did you mean '--loud'? see 'toy echo --help'\","
		  "\"errno\":0}}\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autooutcome outcome;

		run_line(&outcome, cases[i].line);
		assert_string_equal(outcome.err.data, cases[i].err);
		assert_string_equal(outcome.out.data, "");
		assert_int_equal(outcome.status, 125);
	}
}

static void exit_status_is_the_commands_or_the_errors(void **state)
{
	autooutcome plain;
	autooutcome debug;
	autooutcome failed;

	(void)state;
	run_line(&plain, "toy seven");
	run_line(&debug, "toy --debug seven");
	run_line(&failed, "toy echo fail");
	assert_int_equal(plain.status, 7);
	assert_int_equal(debug.status, 70);
	assert_int_equal(failed.status, 127);
	assert_int_equal(
		strncmp(failed.err.data, "Error: [COMMAND_NOT_FOUND] nothing to say\n", 41), 0);
}

static void help_is_printed_wherever_it_is_asked_for(void **state)
{
	static const struct good_case cases[] = {
		{ "toy", "Usage:  toy [OPTIONS] COMMAND\n" },
		{ "toy -h", "Usage:  toy [OPTIONS] COMMAND\n" },
		{ "toy word", "Usage:  toy word COMMAND\n" },
		{ "toy word --help", "Usage:  toy word COMMAND\n" },
		{ "toy echo -h", "Usage:  toy echo [OPTIONS] WORD [WORD...]\n" },
		{ "toy echo a --help --bad", "Usage:  toy echo [OPTIONS] WORD [WORD...]\n" },
		{ "toy --help echo", "Usage:  toy echo [OPTIONS] WORD [WORD...]\n" },
		{ "toy --help word tell", "Usage:  toy word say [OPTIONS] WORD [WORD...]\n" },
		{ "toy word --help say", "Usage:  toy word COMMAND\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autooutcome outcome;

		run_line(&outcome, cases[i].line);
		assert_true(str_starts_with(outcome.out.data, cases[i].out));
		assert_int_equal(outcome.status, 0);
	}
}

static void version_wins_over_the_command(void **state)
{
	autooutcome outcome;

	(void)state;
	run_line(&outcome, "toy -v seven");
	assert_string_equal(outcome.out.data, "toy version " CONTAINR_VERSION "\n");
	assert_int_equal(outcome.status, 0);
}

static void missing_room_is_named(void **state)
{
	autooutcome outcome;

	(void)state;
	assert_int_equal(setenv("CONTAINR_LIBEXEC", "/nonexistent", 1), 0);
	run_line(&outcome, "toy far x");
	assert_int_equal(unsetenv("CONTAINR_LIBEXEC"), 0);
	assert_string_equal(outcome.err.data,
			    "Error: [UNSUPPORTED] 'toy far' needs '/nonexistent/no-such-room', "
			    "which is not installed\n"
			    "Hint: install it there, or name its folder in CONTAINR_LIBEXEC\n");
	assert_int_equal(outcome.status, 125);
}

static void room_runs_records_by_its_own_functions(void **state)
{
	static const struct cmd_binding bindings[] = { { &cmd_far, seven }, { 0 } };
	char far_line[] = "toy far";
	autooutcome outcome;

	(void)state;
	run_bound(&outcome, bindings, far_line);
	assert_int_equal(outcome.status, 7);
}

static void error_is_appended_to_the_log_as_well(void **state)
{
	char path[] = "/tmp/containr-cmd-test-XXXXXX";
	autoclose int fd = mkstemp(path);
	autofree char *line = NULL;
	autostr log = STR_INIT;
	autooutcome outcome;
	struct containr_error err;

	(void)state;
	assert_true(fd >= 0);
	assert_true(asprintf(&line, "toy --log %s echo fail", path) > 0);
	run_line(&outcome, line);
	assert_int_equal(fs_read_file(AT_FDCWD, path, 4096, &log, &err), 0);
	assert_int_equal(unlink(path), 0);
	assert_true(str_starts_with(log.data, "time=\"20"));
	assert_true(str_ends_with(log.data, "Z\" level=error msg=\"nothing to say\"\n"));
}

static void output_that_cannot_be_written_is_an_error(void **state)
{
	char line[] = "toy echo a";
	char *argv[] = { line, line + 4, line + 9, NULL };
	char *envp[] = { NULL };
	autoclose int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	autofclose FILE *err = tmpfile();
	autostr text = STR_INIT;
	int saved_out;
	int saved_err;
	int status;

	(void)state;
	line[3] = line[8] = '\0';
	(void)fflush(stdout);
	saved_out = dup(STDOUT_FILENO);
	assert_int_equal(dup2(full, STDOUT_FILENO), STDOUT_FILENO);
	saved_err = redirect(STDERR_FILENO, err);
	status = cmd_dispatch(&program, NULL, 3, argv, envp);
	restore(STDERR_FILENO, saved_err, err, &text);
	assert_int_equal(dup2(saved_out, STDOUT_FILENO), STDOUT_FILENO);
	(void)close(saved_out);
	clearerr(stdout);
	assert_int_equal(status, 125);
	assert_string_equal(text.data,
			    "Error: [NO_SPACE] cannot write to standard output: No space "
			    "left on device\nHint: free some space, or choose another "
			    "place with --root\n");
}

static void formats_that_cannot_be_printed_are_refused(void **state)
{
	struct containr_error err = { 0 };

	(void)state;
	assert_int_equal(cmd_check_format(NULL, &err), 0);
	assert_int_equal(cmd_check_format("table", &err), 0);
	assert_int_equal(cmd_check_format("json", &err), 0);
	assert_int_equal(cmd_check_format("{{.ID}}", &err), -CONTAINR_E_INVALID_ARGUMENT);
	assert_string_equal(err.message, "--format: '{{.ID}}' is not supported");
	assert_true(cmd_wants_json("json"));
	assert_false(cmd_wants_json(NULL));
}

static void walk_meets_every_place_in_order(void **state)
{
	static const char *const places[] = { "toy echo", "toy far", "toy seven", "toy word",
					      "toy word say" };
	struct cmd_walk walk;
	char home[CMD_PATH_SIZE];
	size_t count = 0;

	(void)state;
	cmd_walk_begin(&walk, &program);
	for (; cmd_walk_next(&walk); count++) {
		assert_true(count < ARRAY_LEN(places));
		assert_string_equal(walk.path, places[count]);
		assert_int_equal(cmd_walk_is_home(&walk), count != 4);
	}
	assert_int_equal(count, ARRAY_LEN(places));
	assert_true(cmd_tree_home(&program, &cmd_echo, home));
	assert_string_equal(home, "toy echo");
}

static void names_of_a_record_are_those_of_all_its_places(void **state)
{
	autostr names = STR_INIT;

	(void)state;
	assert_int_equal(cmd_tree_names(&names, &program, &cmd_echo), 4);
	assert_string_equal(names.data, "toy echo, toy print, toy word say, toy word tell");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_found_by_every_name),
		cmocka_unit_test(mistakes_are_answered_with_the_way_out),
		cmocka_unit_test(exit_status_is_the_commands_or_the_errors),
		cmocka_unit_test(help_is_printed_wherever_it_is_asked_for),
		cmocka_unit_test(version_wins_over_the_command),
		cmocka_unit_test(missing_room_is_named),
		cmocka_unit_test(room_runs_records_by_its_own_functions),
		cmocka_unit_test(error_is_appended_to_the_log_as_well),
		cmocka_unit_test(output_that_cannot_be_written_is_an_error),
		cmocka_unit_test(formats_that_cannot_be_printed_are_refused),
		cmocka_unit_test(walk_meets_every_place_in_order),
		cmocka_unit_test(names_of_a_record_are_those_of_all_its_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
