/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_TREE_H
#define CLI_CMD_TREE_H

#include "cli/cmd.h"

/*
 * The commands of a program as a tree. One record may stand at several places; its home is the
 * place where manual pages and completions describe it: the program's own table if it is there,
 * else the first place that a walk meets.
 */

#define CMD_TREE_DEPTH 4

struct cmd_walk {
	const struct cmd *program;
	const struct cmd_entry *entry;	/* where the walk stands */
	const struct cmd *group;	/* the program or group that lists it */
	char path[CMD_PATH_SIZE];	/* "containr container ls" */
	char group_path[CMD_PATH_SIZE]; /* "containr container" */
	const struct cmd_entry *next[CMD_TREE_DEPTH];
	const struct cmd *groups[CMD_TREE_DEPTH];
	size_t depth;
};

/** Starts a walk; it stands before the first command. */
void cmd_walk_begin(struct cmd_walk *walk, const struct cmd *program);

/** Steps to the next place, a group before what it lists; false at the end. Hidden commands are
 * visited too. */
bool cmd_walk_next(struct cmd_walk *walk);

/** Whether this place is the home of its record. */
bool cmd_walk_is_home(const struct cmd_walk *walk);

/** Writes the path of a record's home; false if the program does not have it. */
bool cmd_tree_home(const struct cmd *program, const struct cmd *cmd, char ret_path[CMD_PATH_SIZE]);

/** Appends every way to call a command, "containr container ls, containr ps"; returns how many. */
size_t cmd_tree_names(struct str *out, const struct cmd *program, const struct cmd *cmd);

/** Appends " NAME" to a path. */
void cmd_path_append(char path[CMD_PATH_SIZE], const char *name);

#endif
