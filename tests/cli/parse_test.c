/* SPDX-License-Identifier: MIT */
#include "cli/parse.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

struct args {
	const char *name;
	const char *format;
	const char *root;
	struct strv env;
	int64_t memory;
	int64_t wait;
	int64_t cpus;
	int64_t pids;
	int pull;
	bool detach;
	bool has_name;
	bool interactive;
	bool tty;
};

static const char *const pulls[] = { "always", "missing", "never", NULL };

static const struct opt opts[] = {
	CPUS(0, "cpus", struct args, cpus, "NUMBER", "limit of CPUs"),
	FLAG('d', "detach", struct args, detach, "run in the background"),
	STRINGS('e', "env", struct args, env, "KEY=VALUE", "set a variable"),
	FORMAT(struct args, format, "table or json"),
	FLAG('i', "interactive", struct args, interactive, "pass standard input on"),
	BYTES('m', "memory", struct args, memory, "SIZE", "memory limit", .minus_one = true),
	STRING(0, "name", struct args, name, "NAME", "name of the container",
	       .given_at = GIVEN(struct args, has_name)),
	INT(0, "pids-limit", struct args, pids, "NUMBER", "limit of processes", .min = -1,
	    .max = 1000, .aliases = WORDS("pids", "processes")),
	CHOICE(0, "pull", struct args, pull, "WHEN", pulls, "when to pull", .preset = "missing"),
	STRING(0, "root", struct args, root, "DIR", "state", .env = "PARSE_TEST_ROOT",
	       .preset = "/var"),
	FLAG('t', "tty", struct args, tty, "give it a terminal"),
	DURATION('w', "wait", struct args, wait, "TIME", "how long", .preset = "10s"),
	END,
};

#define MAX_WORDS 15

/* A command line and what became of it. */
struct line {
	char text[256];
	char *argv[MAX_WORDS + 1];
	struct args args;
	struct parse parse;
	struct containr_error err;
	int result;
};

/* Words are parted by single blanks, so two blanks hold an empty word between them. */
static void split(struct line *line, const char *text)
{
	char *rest = line->text;
	size_t count = 0;

	assert_true(strlen(text) < sizeof(line->text));
	memcpy(line->text, text, strlen(text) + 1);
	while (rest && *text) {
		assert_true(count < MAX_WORDS);
		line->argv[count++] = strsep(&rest, " ");
	}
}

static void read_line(struct line *line, const char *text, bool options_first)
{
	memset(line, 0, sizeof(*line));
	split(line, text);
	line->parse = (struct parse) { .opts = opts,
				       .path = "containr run",
				       .options_first = options_first };
	line->result = parse_options(&line->parse, line->argv, &line->args, &line->err);
}

#define autoline __attribute__((cleanup(release_line))) struct line

static void release_line(struct line *line)
{
	parse_release(opts, &line->args);
}

static void show_number(struct str *out, const char *name, int64_t value, int64_t usual)
{
	if (value != usual)
		str_appendf(out, "%s=%" PRId64 " ", name, value);
}

static void show_text(struct str *out, const char *name, const char *value, const char *usual)
{
	if (value && (!usual || strcmp(value, usual) != 0))
		str_appendf(out, "%s=%s ", name, value);
}

/* Everything that is not as it would be without options, then the operands. */
static char *show(const struct line *line)
{
	const struct args *args = &line->args;
	autostr out = STR_INIT;

	str_append(&out, line->parse.help ? "help " : "");
	show_number(&out, "cpus", args->cpus, 0);
	show_number(&out, "detach", args->detach, 0);
	for (size_t i = 0; i < args->env.len; i++)
		show_text(&out, "env", args->env.items[i], NULL);
	show_text(&out, "format", args->format, NULL);
	show_number(&out, "interactive", args->interactive, 0);
	show_number(&out, "memory", args->memory, 0);
	show_text(&out, "name", args->name, NULL);
	show_number(&out, "pids", args->pids, 0);
	if (!line->parse.help)
		show_text(&out, "pull", pulls[args->pull], "missing");
	show_text(&out, "root", args->root, "/var");
	show_number(&out, "tty", args->tty, 0);
	if (!line->parse.help)
		show_number(&out, "wait", args->wait, INT64_C(10000000000));
	str_append_char(&out, '|');
	for (int i = 0; i < line->parse.operand_count; i++)
		str_appendf(&out, " %s", line->parse.operands[i]);
	return str_steal(&out);
}

struct good_line {
	const char *text;
	const char *shown;
	bool options_first;
};

static const struct good_line good_lines[] = {
	{ .text = "", .shown = "|" },
	{ .text = "img", .shown = "| img" },
	/* values */
	{ .text = "--name=x img", .shown = "name=x | img" },
	{ .text = "--name x img", .shown = "name=x | img" },
	{ .text = "--name= img", .shown = "name= | img" },
	{ .text = "--name  img", .shown = "name= | img" },
	{ .text = "--name a=b", .shown = "name=a=b |" },
	{ .text = "--name=a --name=b", .shown = "name=b |" },
	{ .text = "--name --tty", .shown = "name=--tty |" },
	{ .text = "--name -- img", .shown = "name=-- | img" },
	{ .text = "-m100m", .shown = "memory=104857600 |" },
	{ .text = "-m 100m", .shown = "memory=104857600 |" },
	{ .text = "-m=100m", .shown = "memory=104857600 |" },
	{ .text = "--memory 1.5k", .shown = "memory=1536 |" },
	{ .text = "-m -1", .shown = "memory=-1 |" },
	{ .text = "-w 1m30s", .shown = "wait=90000000000 |" },
	{ .text = "--wait=5", .shown = "wait=5000000000 |" },
	{ .text = "--wait 0", .shown = "wait=0 |" },
	{ .text = "--pids-limit -1", .shown = "pids=-1 |" },
	{ .text = "--pids 5", .shown = "pids=5 |" },
	{ .text = "--processes=5", .shown = "pids=5 |" },
	{ .text = "--pull never", .shown = "pull=never |" },
	{ .text = "--cpus 0.3", .shown = "cpus=300000000 |" },
	{ .text = "--cpus .5", .shown = "cpus=500000000 |" },
	{ .text = "--cpus 2", .shown = "cpus=2000000000 |" },
	{ .text = "--cpus 1.000000001", .shown = "cpus=1000000001 |" },
	{ .text = "-e A=1 -eB=2 --env C=3 --env=D", .shown = "env=A=1 env=B=2 env=C=3 env=D |" },
	/* flags */
	{ .text = "-it img", .shown = "interactive=1 tty=1 | img" },
	{ .text = "-itm 1k img", .shown = "interactive=1 memory=1024 tty=1 | img" },
	{ .text = "-itm1k img", .shown = "interactive=1 memory=1024 tty=1 | img" },
	{ .text = "--tty=true", .shown = "tty=1 |" },
	{ .text = "--tty --tty=false", .shown = "|" },
	{ .text = "-t -t=0", .shown = "|" },
	{ .text = "-it=F", .shown = "interactive=1 |" },
	{ .text = "--tty false", .shown = "tty=1 | false" },
	/* operands */
	{ .text = "a -t b -i c", .shown = "interactive=1 tty=1 | a b c" },
	{ .text = "a -- -t b", .shown = "| a -t b" },
	{ .text = "-- -t --", .shown = "| -t --" },
	{ .text = "- -t", .shown = "tty=1 | -" },
	{ .text = "a  b", .shown = "| a  b" },
	{ .text = "-t img -i ls -l", .shown = "tty=1 | img -i ls -l", .options_first = true },
	{ .text = "-t -- img -i", .shown = "tty=1 | img -i", .options_first = true },
	{ .text = "img -- -i", .shown = "| img -- -i", .options_first = true },
	{ .text = "- -i", .shown = "| - -i", .options_first = true },
	/* help */
	{ .text = "--help", .shown = "help |" },
	{ .text = "-h", .shown = "help |" },
	{ .text = "-th --nonsense", .shown = "help tty=1 |" },
	{ .text = "img --help", .shown = "| img --help", .options_first = true },
};

static void lines_are_read_as_pflag_reads_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good_lines); i++) {
		const struct good_line *good = &good_lines[i];
		autofree char *shown = NULL;
		autoline line;

		read_line(&line, good->text, good->options_first);
		if (line.result < 0)
			fail_msg("'%s': %s", good->text, line.err.message);
		shown = show(&line);
		if (strcmp(shown, good->shown) != 0)
			fail_msg("'%s': got '%s', not '%s'", good->text, shown, good->shown);
		assert_null(line.parse.operands[line.parse.operand_count]);
	}
}

struct bad_line {
	const char *text;
	const char *message;
	const char *hint;
};

#define SEE "see 'containr run --help'"
#define CPUS_HINT "write a decimal number with at most nine digits behind the point, e.g. 0.5"

static const struct bad_line bad_lines[] = {
	{ "--memor 5", "unknown option '--memor'", "did you mean '--memory'? " SEE },
	{ "--mem=5", "unknown option '--mem'", "did you mean '--memory'? " SEE },
	{ "--proceses 5", "unknown option '--proceses'", "did you mean '--processes'? " SEE },
	{ "--enviroment-of-it", "unknown option '--enviroment-of-it'", SEE },
	{ "--=x", "unknown option '--'", SEE },
	{ "-x", "unknown option '-x'", SEE },
	{ "-itx", "unknown option '-x' in '-itx'", SEE },
	{ "--name", "option '--name' needs a value: NAME", SEE },
	{ "-tm", "option '--memory' needs a value: SIZE", SEE },
	{ "--tty=maybe", "--tty: 'maybe' is not true or false",
	  "write --tty, --tty=true or --tty=false" },
	{ "-m ten", "--memory: 'ten' is not a size",
	  "write a number with a unit of b, k, m, g or t, e.g. 100m" },
	{ "-m -2", "--memory: '-2' is not a size",
	  "write a number with a unit of b, k, m, g or t, e.g. 100m" },
	{ "--wait -1", "--wait: '-1' is not a duration", "write e.g. 10s, 1m30s or 500ms" },
	{ "--pids many", "--pids-limit: 'many' is not a whole number", "" },
	{ "--pids 1001", "--pids-limit: '1001' is out of range (-1 to 1000)", "" },
	{ "--cpus 0.0000000001", "--cpus: '0.0000000001' is not a number of CPUs", CPUS_HINT },
	{ "--cpus 1e3", "--cpus: '1e3' is not a number of CPUs", CPUS_HINT },
	{ "--cpus -1", "--cpus: '-1' is not a number of CPUs", CPUS_HINT },
	{ "--cpus .", "--cpus: '.' is not a number of CPUs", CPUS_HINT },
	{ "--cpus 1.2.3", "--cpus: '1.2.3' is not a number of CPUs", CPUS_HINT },
	{ "--cpus 9223372037", "--cpus: '9223372037' is not a number of CPUs", CPUS_HINT },
	{ "--cpus= ", "--cpus: '' is not a number of CPUs", CPUS_HINT },
	{ "--pull nevr", "--pull: 'nevr' is not one of always, missing, never",
	  "did you mean 'never'?" },
	{ "--pull sometimes", "--pull: 'sometimes' is not one of always, missing, never", "" },
};

static void mistakes_are_named_with_the_way_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_lines); i++) {
		const struct bad_line *bad = &bad_lines[i];
		autoline line;

		read_line(&line, bad->text, false);
		if (line.result == 0)
			fail_msg("'%s' was accepted", bad->text);
		assert_int_equal(line.result, -CONTAINR_E_INVALID_ARGUMENT);
		assert_string_equal(line.err.message, bad->message);
		assert_string_equal(line.err.hint, bad->hint);
		assert_int_equal(containr_error_exit_status(line.err.code), 125);
	}
}

static void environment_stands_in_behind_the_command_line(void **state)
{
	autoline from_env;
	autoline from_line;
	autoline empty;

	(void)state;
	assert_int_equal(setenv("PARSE_TEST_ROOT", "/env", 1), 0);
	read_line(&from_env, "img", false);
	read_line(&from_line, "--root /line img", false);
	assert_int_equal(setenv("PARSE_TEST_ROOT", "", 1), 0);
	read_line(&empty, "img", false);
	assert_int_equal(unsetenv("PARSE_TEST_ROOT"), 0);
	assert_string_equal(from_env.args.root, "/env");
	assert_string_equal(from_line.args.root, "/line");
	assert_string_equal(empty.args.root, "/var");
}

static void given_tells_an_empty_value_from_none(void **state)
{
	autoline with;
	autoline without;

	(void)state;
	read_line(&with, "--name= img", false);
	read_line(&without, "img", false);
	assert_true(with.args.has_name);
	assert_false(without.args.has_name);
}

static void json_is_noticed_before_and_behind_a_mistake(void **state)
{
	static const char *const lines[] = {
		"--format json --bad",
		"--bad --format=json",
		"--bad --format json",
		"--format json",
	};
	autoline no;
	autoline taken_back;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		autoline line;

		read_line(&line, lines[i], false);
		assert_true(line.parse.json);
	}
	read_line(&no, "--bad --format table", false);
	read_line(&taken_back, "--format json --format table", false);
	assert_false(no.parse.json);
	assert_false(taken_back.parse.json);
}

static void options_first_leaves_argv_as_it_was(void **state)
{
	autoline line;

	(void)state;
	read_line(&line, "-t --name x img -i", true);
	assert_string_equal(line.argv[0], "-t");
	assert_string_equal(line.argv[3], "img");
	assert_ptr_equal(line.parse.operands, &line.argv[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_as_pflag_reads_them),
		cmocka_unit_test(mistakes_are_named_with_the_way_out),
		cmocka_unit_test(environment_stands_in_behind_the_command_line),
		cmocka_unit_test(given_tells_an_empty_value_from_none),
		cmocka_unit_test(json_is_noticed_before_and_behind_a_mistake),
		cmocka_unit_test(options_first_leaves_argv_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
