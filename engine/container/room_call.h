/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_ROOM_CALL_H
#define CONTAINER_ROOM_CALL_H

#include "base/error.h"
#include "base/str.h"
#include "store/store.h"

/*
 * Commands of the helper containr-image, for the library. It has the same command line as containr,
 * and writes an error as JSON to the descriptor that the variable names.
 */
#define ROOM_ERROR_VARIABLE "CONTAINR_ERROR_FD"

/**
 * Runs a command and waits for its end.
 *
 * @command: with its operands, NULL-terminated
 * @input:   its standard input, borrowed; -1 for none
 * @output:  its standard output, borrowed; -1: it is appended to @ret_text
 * Errors: those of the command; UNSUPPORTED where the helper is not installed.
 */
int room_call(const struct containr *engine, const struct strv *command, int input, int output,
	      struct str *ret_text, struct containr_error *err) MUST_CHECK;

#endif
