/* SPDX-License-Identifier: MIT */
#include "cli/parse.h"

#include "base/cleanup.h"
#include "cli/nearest.h"

#include <stdlib.h>
#include <string.h>

#define BITS_PER_WORD 64

struct parser {
	struct parse *parse;
	char **next; /* the argument after the one being read */
	void *args;
	struct containr_error *err;
	uint64_t given[PARSE_MAX_OPTS / BITS_PER_WORD]; /* a bit an option, by its place */
};

static int point_to_help(struct parser *parser)
{
	struct containr_error *err = parser->err;

	return fail_hint(err, "see '%s --help'", parser->parse->path);
}

static void mark_given(struct parser *parser, const struct opt *opt)
{
	size_t place = (size_t)(opt - parser->parse->opts);

	parser->given[place / BITS_PER_WORD] |= UINT64_C(1) << place % BITS_PER_WORD;
	if (opt->given_at)
		*(bool *)((char *)parser->args + opt->given_at - 1) = true;
}

static bool is_given(const struct parser *parser, const struct opt *opt)
{
	size_t place = (size_t)(opt - parser->parse->opts);

	return parser->given[place / BITS_PER_WORD] >> place % BITS_PER_WORD & 1;
}

static int set_value(struct parser *parser, const struct opt *opt, const char *text)
{
	mark_given(parser, opt);
	if (opt->type == OPT_FORMAT)
		parser->parse->json = text && strcmp(text, "json") == 0;
	return parse_value(opt, text, parser->args, parser->err);
}

/* Takes the next argument as the value, also one that begins with a dash, as pflag does. */
static int set_next_value(struct parser *parser, const struct opt *opt)
{
	const char *text = *parser->next;

	if (!text) {
		(void)fail(parser->err, CONTAINR_E_INVALID_ARGUMENT,
			   "option '--%s' needs a value: %s", opt->name, opt->value);
		return point_to_help(parser);
	}
	parser->next++;
	return set_value(parser, opt, text);
}

static int fail_unknown_name(struct parser *parser, const char *name, size_t len)
{
	const struct parse *parse = parser->parse;
	autofree char *wanted = strndup(name, len);
	struct nearest nearest = NEAREST_TO(wanted);

	if (!wanted)
		return fail_oom(parser->err);
	for (const struct opt *opt = parse->opts; opt_is_valid(opt); opt++) {
		if (opt->hidden)
			continue;
		nearest_offer(&nearest, opt->name);
		for (size_t i = 0; opt->aliases && opt->aliases[i]; i++)
			nearest_offer(&nearest, opt->aliases[i]);
	}
	(void)fail(parser->err, CONTAINR_E_INVALID_ARGUMENT, "unknown option '--%s'", wanted);
	if (!nearest.found)
		return point_to_help(parser);
	return fail_hint(parser->err, "did you mean '--%s'? see '%s --help'", nearest.found,
			 parse->path);
}

static int read_long(struct parser *parser, const char *text)
{
	size_t len = strcspn(text, "=");
	const struct opt *opt = opt_find_name(parser->parse->opts, text, len);

	if (!opt && strcmp(text, "help") == 0) {
		parser->parse->help = true;
		return 0;
	}
	if (!opt)
		return fail_unknown_name(parser, text, len);
	if (text[len] == '=')
		return set_value(parser, opt, text + len + 1);
	if (!opt_has_value(opt))
		return set_value(parser, opt, NULL);
	return set_next_value(parser, opt);
}

static int fail_unknown_letter(struct parser *parser, char letter, const char *bundle)
{
	(void)fail(parser->err, CONTAINR_E_INVALID_ARGUMENT,
		   bundle[1] ? "unknown option '-%c' in '-%s'" : "unknown option '-%c'", letter,
		   bundle);
	return point_to_help(parser);
}

static int read_bundle(struct parser *parser, const char *bundle)
{
	for (const char *p = bundle; *p; p++) {
		const struct opt *opt = opt_find_letter(parser->parse->opts, *p);
		int result;

		if (!opt && *p == 'h') {
			parser->parse->help = true;
			return 0;
		}
		if (!opt)
			return fail_unknown_letter(parser, *p, bundle);
		if (p[1] == '=')
			return set_value(parser, opt, p + 2);
		if (opt_has_value(opt))
			return p[1] ? set_value(parser, opt, p + 1) : set_next_value(parser, opt);
		result = set_value(parser, opt, NULL);
		if (result < 0)
			return result;
	}
	return 0;
}

static void add_operand(struct parse *parse, char *text)
{
	/* never overtakes the reader: at most one operand an argument */
	parse->operands[parse->operand_count++] = text;
}

static void add_rest(struct parser *parser)
{
	struct parse *parse = parser->parse;

	if (parse->operand_count == 0)
		parse->operands = parser->next; /* as they stand: argv keeps its order */
	for (; *parser->next; parser->next++)
		add_operand(parse, *parser->next);
}

static int read_arguments(struct parser *parser)
{
	struct parse *parse = parser->parse;

	while (*parser->next && !parse->help) {
		char *text = *parser->next++;
		int result = 0;

		if (strcmp(text, "--") == 0) {
			add_rest(parser);
		} else if (text[0] != '-' || text[1] == '\0') {
			if (parse->options_first) {
				parser->next--;
				add_rest(parser);
			} else {
				add_operand(parse, text);
			}
		} else if (text[1] == '-') {
			result = read_long(parser, text + 2);
		} else {
			result = read_bundle(parser, text + 1);
		}
		if (result < 0)
			return result;
	}
	return 0;
}

/* What the command line leaves open, the environment or the preset fills. */
static int set_presets(struct parser *parser)
{
	for (const struct opt *opt = parser->parse->opts; opt_is_valid(opt); opt++) {
		const char *text = opt->env ? getenv(opt->env) : NULL;
		int result;

		if (!text || !*text)
			text = opt->preset;
		if (!text || is_given(parser, opt))
			continue;
		result = parse_value(opt, text, parser->args, parser->err);
		if (result < 0)
			return result;
	}
	return 0;
}

/* A program that asked for JSON wants its error as JSON, whichever option came first. */
static bool asks_json(const struct parse *parse, char *const *argv)
{
	const struct opt *opt = opt_find_name(parse->opts, "format", strlen("format"));

	if (!opt || opt->type != OPT_FORMAT)
		return false;
	for (; *argv; argv++)
		if (strcmp(*argv, "--format=json") == 0 ||
		    (strcmp(*argv, "--format") == 0 && argv[1] && strcmp(argv[1], "json") == 0))
			return true;
	return false;
}

int parse_options(struct parse *parse, char **argv, void *args, struct containr_error *err)
{
	struct parser parser = { .parse = parse, .next = argv, .args = args, .err = err };
	int result;

	parse->help = false;
	parse->json = false;
	parse->operands = argv;
	parse->operand_count = 0;
	result = read_arguments(&parser);
	if (result == 0 && !parse->help)
		result = set_presets(&parser);
	if (result < 0) {
		parse->json = parse->json || asks_json(parse, parser.next);
		return result;
	}
	parse->operands[parse->operand_count] = NULL;
	return 0;
}

void parse_release(const struct opt *opts, void *args)
{
	for (const struct opt *opt = opts; opt_is_valid(opt); opt++)
		if (opt->type == OPT_STRINGS)
			strv_release((struct strv *)(void *)((char *)args + opt->offset));
}
