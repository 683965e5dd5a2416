/* SPDX-License-Identifier: MIT */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Options as data. A table of them stands beside the struct that they fill; the parser, the help,
 * the manual pages, the completions and `__commands --json` all read this one table.
 *
 *	struct run_args { const char *name; int64_t memory_bytes; bool detach; struct strv env; };
 *
 *	static const struct opt run_opts[] = {
 *		FLAG('d', "detach", struct run_args, detach, "run in the background"),
 *		STRINGS('e', "env", struct run_args, env, "KEY=VALUE", "set a variable"),
 *		BYTES('m', "memory", struct run_args, memory_bytes, "SIZE", "memory limit"),
 *		STRING(0, "name", struct run_args, name, "NAME", "name of the container"),
 *		END,
 *	};
 *
 * Tables are sorted by long name. A macro refuses to compile when the member has another type than
 * the option fills. What is not given stays zero, unless the option has an `env` or a `preset`.
 * Further fields may follow the help text: STRING(..., "text", .complete = COMPLETE_FILES).
 */

enum opt_type {
	OPT_END,
	OPT_FLAG,     /* bool; "--flag", "--flag=false" */
	OPT_STRING,   /* const char *, borrowed from argv, the environment or the preset */
	OPT_INT,      /* int64_t within min..max */
	OPT_BYTES,    /* int64_t; "100m" */
	OPT_DURATION, /* int64_t nanoseconds; "1m30s", a bare number is seconds */
	OPT_CPUS,     /* int64_t billionths of a CPU; "0.5" */
	OPT_CHOICE,   /* int, the index into `choices` */
	OPT_STRINGS,  /* struct strv, one item each time it is given; cmd_dispatch() frees it */
	OPT_FORMAT,   /* const char *; "json" also turns errors into JSON */
};

/* What a shell may offer where a value or an operand stands; the name is the argument of
 * `containr __complete`. */
#define COMPLETE_TABLE(X)                                                                          \
	X(NONE, "none")                                                                            \
	X(CAPABILITIES, "capabilities")                                                            \
	X(COMMANDS, "commands")                                                                    \
	X(CONTAINERS, "containers")                                                                \
	X(DIRS, "dirs")                                                                            \
	X(FILES, "files")                                                                          \
	X(IMAGES, "images")                                                                        \
	X(NETWORKS, "networks")                                                                    \
	X(RUNNING, "running")                                                                      \
	X(SHELLS, "shells")                                                                        \
	X(SIGNALS, "signals")                                                                      \
	X(SNAPSHOTS, "snapshots")                                                                  \
	X(STOPPED, "stopped")                                                                      \
	X(STORAGE, "storage")                                                                      \
	X(VOLUMES, "volumes")

enum complete_kind {
#define COMPLETE_ENUM(id, name) COMPLETE_##id,
	COMPLETE_TABLE(COMPLETE_ENUM)
#undef COMPLETE_ENUM
};

struct opt {
	enum opt_type type;
	char letter;		     /* 0: no short form */
	bool hidden;		     /* works, and is not shown */
	bool minus_one;		     /* BYTES, DURATION: "-1" is -1, no limit */
	enum complete_kind complete; /* what a shell offers for the value */
	uint32_t offset;	     /* of the member in the args struct */
	uint32_t given_at;	     /* 1 + offset of a bool set when the option is given; or 0 */
	const char *name;	     /* long name without dashes */
	const char *value;	     /* name of the value in help, e.g. "SIZE" */
	const char *help;	     /* lower case, no full stop */
	const char *preset;	     /* value when it is not given, as text; shown in help */
	const char *env;	     /* environment variable that stands in when it is not given */
	const char *const *aliases;  /* further long names, NULL-terminated */
	const char *const *choices;  /* CHOICE: the words, NULL-terminated */
	int64_t min;		     /* INT; no bounds when both are 0 */
	int64_t max;
};

/* offsetof() that fails to compile unless the member has type @type. */
#define OPT_MEMBER(type, args, member)                                                             \
	((uint32_t)(offsetof(args, member) +                                                       \
		    0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((args *)0)->member),  \
								 type)                             \
					    ? 1                                                    \
					    : -1])))

#define OPT_RECORD(type_, ctype, letter_, name_, args, member, value_, help_, ...)                 \
	{                                                                                          \
		.type = (type_), .letter = (letter_), .name = (name_),                             \
		.offset = OPT_MEMBER(ctype, args, member), .value = (value_), .help = (help_),     \
		##__VA_ARGS__                                                                      \
	}

#define FLAG(letter, name, args, member, help, ...)                                                \
	OPT_RECORD(OPT_FLAG, bool, letter, name, args, member, NULL, help, ##__VA_ARGS__)
#define STRING(letter, name, args, member, value, help, ...)                                       \
	OPT_RECORD(OPT_STRING, const char *, letter, name, args, member, value, help, ##__VA_ARGS__)
#define INT(letter, name, args, member, value, help, ...)                                          \
	OPT_RECORD(OPT_INT, int64_t, letter, name, args, member, value, help, ##__VA_ARGS__)
#define BYTES(letter, name, args, member, value, help, ...)                                        \
	OPT_RECORD(OPT_BYTES, int64_t, letter, name, args, member, value, help, ##__VA_ARGS__)
#define DURATION(letter, name, args, member, value, help, ...)                                     \
	OPT_RECORD(OPT_DURATION, int64_t, letter, name, args, member, value, help, ##__VA_ARGS__)
#define CPUS(letter, name, args, member, value, help, ...)                                         \
	OPT_RECORD(OPT_CPUS, int64_t, letter, name, args, member, value, help, ##__VA_ARGS__)
#define STRINGS(letter, name, args, member, value, help, ...)                                      \
	OPT_RECORD(OPT_STRINGS, struct strv, letter, name, args, member, value, help, ##__VA_ARGS__)
/* @words: a NULL-terminated array of the words; the member gets the index of the one given. */
#define CHOICE(letter, name, args, member, value, words, help, ...)                                \
	OPT_RECORD(OPT_CHOICE, int, letter, name, args, member, value, help, .choices = (words),   \
		   ##__VA_ARGS__)
/* The --format of a command that prints data. */
#define FORMAT(args, member, help, ...)                                                            \
	OPT_RECORD(OPT_FORMAT, const char *, 0, "format", args, member, "FORMAT", help,            \
		   ##__VA_ARGS__)
#define END                                                                                        \
	{                                                                                          \
		.type = OPT_END                                                                    \
	}

/* Further long names: .aliases = WORDS("pids"); also for choices and the aliases of commands. */
#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })
/* A bool that tells whether the option was given: .given_at = GIVEN(struct run_args, has_user). */
#define GIVEN(args, member) (1 + OPT_MEMBER(bool, args, member))

/** Steps through a table: `for (opt = opts; opt_is_valid(opt); opt++)`; NULL is an empty table. */
static inline bool opt_is_valid(const struct opt *opt)
{
	return opt && opt->type != OPT_END;
}

/** Whether the option is followed by a value: all but flags. */
static inline bool opt_has_value(const struct opt *opt)
{
	return opt->type != OPT_FLAG;
}

/** Finds an option by long name or alias of @len bytes; NULL for none. */
const struct opt *opt_find_name(const struct opt *opts, const char *name, size_t len);

/** Finds an option by its short letter; NULL for none. */
const struct opt *opt_find_letter(const struct opt *opts, char letter);

/** Returns the name of a completion kind, e.g. "containers". */
const char *complete_kind_name(enum complete_kind kind);

/** Finds a completion kind by name; false for none. */
bool complete_kind_parse(const char *name, enum complete_kind *ret_kind);

#endif
