/* SPDX-License-Identifier: MIT */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli/opt.h"

/*
 * Reading a command line as docker and podman do (github.com/spf13/pflag): "--name=x", "--name x",
 * bundles "-it", "-p8080", "-p=8080", "-p 8080"; "--flag=false" takes a flag back; "-" is an
 * operand; "--" ends the options; options may stand between operands. The last of several wins.
 * Nothing is allocated but the lists of STRINGS options.
 */
struct parse {
	const struct opt *opts; /* NULL for none; at most PARSE_MAX_OPTS */
	const char *path;	/* of the command, for hints: "containr run" */
	bool options_first;	/* the first operand ends the options */
	bool help; /* out: --help or -h was given and is not in the table; the rest was not read */
	bool json; /* out: --format json was given, also behind a mistake */
	char **operands; /* out: NULL-terminated, inside argv */
	int operand_count;
};

#define PARSE_MAX_OPTS 256

/**
 * Reads options and operands.
 *
 * @argv: NULL-terminated, without the command's name; unless parse->options_first, operands are
 *        moved to its front
 * @args: the struct that parse->opts fills, zeroed by the caller; also after an error
 *        parse_release() is needed
 * Errors: INVALID_ARGUMENT, with the nearest option as a hint; OUT_OF_MEMORY.
 */
int parse_options(struct parse *parse, char **argv, void *args,
		  struct containr_error *err) MUST_CHECK;

/** Frees the lists of STRINGS options in @args. */
void parse_release(const struct opt *opts, void *args);

/**
 * Reads one value into its member of @args.
 *
 * @text: NULL for a flag that stands alone
 * Errors: INVALID_ARGUMENT "--NAME: ...", OUT_OF_MEMORY.
 */
int parse_value(const struct opt *opt, const char *text, void *args,
		struct containr_error *err) MUST_CHECK;

#endif
