/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/opt.h"

#include "base/log.h"

#include <stdio.h>

/*
 * Commands as data: one command is one file cmd_NAME.c that ends in one `const struct cmd`. A
 * program is a record too, with its global options and its commands; so is a group. What is printed
 * about commands comes from the records, and `run` is the only function pointer between main() and
 * the engine.
 *
 * How to add one: docs/HOWTO_ADD_A_COMMAND.md.
 */

/* Options before the command; both programs fill this one struct, each by its own table. */
struct global_args {
	const char *root;	    /* NULL: the engine's default */
	const char *runroot;	    /* NULL: the engine's default */
	const char *storage_driver; /* NULL: the engine's default */
	const char *log;	    /* file that gets messages and errors; NULL: standard error */
	int log_level;		    /* enum log_level */
	int log_format;		    /* enum log_format */
	bool debug;		    /* log level debug, whatever log_level says */
	bool help;
	bool version;
	bool systemd_cgroup; /* containr-runtime: cgroup paths are SLICE:PREFIX:NAME */
	const char *cgroup_manager;
	const char *rootless; /* accepted as runc and crun have it; the engine finds out itself */
};

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct cmd;

#define CMD_PATH_SIZE 128

/* What a run function gets beside its own arguments. It may write to `out` and fill `err`. */
struct cmd_context {
	const struct cmd *program; /* the root record */
	const struct cmd *cmd;	   /* the record that runs */
	char path[CMD_PATH_SIZE];  /* as it was called, e.g. "containr container ls" */
	struct global_args globals;
	bool json_errors; /* --format json was given */
	struct containr_error *err;
	FILE *out;   /* flushed and checked by cmd_dispatch() */
	char **argv; /* of main(), for those who start the program again */
	char **envp;
};

struct cmd_example {
	const char *line; /* as it is typed */
	const char *what; /* what it does, lower case, no full stop */
};

struct cmd_exit_note {
	const char *status; /* "125", "128+N" */
	const char *what;   /* when, lower case, no full stop */
};

/* Where the program's help lists the command; the titles are in help.c. */
enum cmd_section {
	CMD_SECTION_CONTAINERS,
	CMD_SECTION_IMAGES,
	CMD_SECTION_SYSTEM,
	CMD_SECTION_GROUPS,
};

/*
 * A command inside a program or group: by its own name and aliases or, with @name, by other ones,
 * so that `containr container ls` is the record of `containr ps`.
 */
struct cmd_entry {
	const struct cmd *cmd; /* NULL ends the table */
	const char *name;
	const char *const *aliases; /* WORDS("list"); only beside @name */
};

/**
 * Runs a command.
 *
 * @args: the args struct that the options filled; zeroed before, freed by the caller
 * @argv: operands, @argc of them, NULL-terminated
 *
 * Returns the exit status of the program (0 or more), or -code with ctx->err filled.
 */
typedef int cmd_run_function(struct cmd_context *ctx, const void *args, int argc, char **argv);

struct cmd {
	const char *name;
	const char *const *aliases; /* further names, WORDS("list") */
	const char *operands;	 /* as help shows them, e.g. "IMAGE [COMMAND...]"; NULL for none */
	const char *summary;	 /* one line, lower case, no full stop */
	const char *description; /* sentences; an empty line parts paragraphs; NULL for none */
	enum cmd_section section;
	const struct opt *opts;			/* NULL for none */
	const struct cmd_example *examples;	/* ends with a NULL line; NULL for none */
	const struct cmd_exit_note *exit_notes; /* ends with a NULL status; NULL for none */
	size_t args_size;			/* at most CMD_ARGS_SIZE */
	int min_operands;
	int max_operands;		   /* -1: any number */
	enum complete_kind complete_first; /* what a shell offers for the first operand */
	enum complete_kind complete_rest;  /* and for the others */
	bool options_first;    /* what follows the first operand belongs to it, also "-x" */
	bool hidden;	       /* works, and is not shown */
	bool in_sections;      /* a program whose help lists its commands by section */
	bool enters_container; /* runs from a read-only view of its executable (CVE-2019-5736) */
	const char *room;      /* executable of libexec/containr that runs it instead */
	const struct cmd_entry *commands; /* a program or group; has no `run` and no `room` */
	cmd_run_function *run;
};

/* The largest args struct; it lives on the stack of cmd_dispatch(). */
#define CMD_ARGS_SIZE 2048

/* A room shares the records of the front door; this says which of its functions runs which. */
struct cmd_binding {
	const struct cmd *cmd; /* NULL ends the table */
	cmd_run_function *run;
};

/**
 * Parses the command line, runs the command, renders its error.
 *
 * @program:  the root record
 * @bindings: NULL for the front door; a room's functions for a room
 * @argv:     of main(); operands are moved to its front
 *
 * Returns the exit status of the process.
 */
int cmd_dispatch(const struct cmd *program, const struct cmd_binding *bindings, int argc,
		 char **argv, char **envp);

/** Finds an entry of a program or group by name or alias; NULL for none. */
const struct cmd_entry *cmd_find(const struct cmd *group, const char *name);

/** Returns the name by which an entry is listed. */
static inline const char *cmd_entry_name(const struct cmd_entry *entry)
{
	return entry->name ? entry->name : entry->cmd->name;
}

/** Returns the further names of an entry, NULL-terminated; NULL for none. */
static inline const char *const *cmd_entry_aliases(const struct cmd_entry *entry)
{
	return entry->name ? entry->aliases : entry->cmd->aliases;
}

/** Raises INVALID_ARGUMENT: ctx->cmd, a program or group called ctx->path, has no command @name. */
int cmd_fail_unknown(struct cmd_context *ctx, const char *name);

/**
 * Raises INVALID_ARGUMENT: ctx->cmd was given another number of operands than it needs.
 *
 * @bound: "at least ", "at most " or ""
 */
int cmd_fail_operands(struct cmd_context *ctx, const char *bound, int count);

/** Writes @text to ctx->out; an OUT_OF_MEMORY error if building it had failed. */
int cmd_print(struct cmd_context *ctx, const struct str *text) MUST_CHECK;

/** Whether @format, the value of a FORMAT option, asks for JSON. */
bool cmd_wants_json(const char *format);

/**
 * Refuses every --format but @format NULL, "table" and "json": what cannot be printed is an error,
 * not something else printed. Errors: INVALID_ARGUMENT.
 */
int cmd_check_format(const char *format, struct containr_error *err) MUST_CHECK;

#endif
