/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_TOML_H
#define IMAGE_REGISTRY_TOML_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * TOML (toml.io, v1.0.0), as far as configurations of registries use it: tables, arrays of tables,
 * strings of one line, booleans, whole numbers, arrays of these. Anything else is refused by name and
 * line, not passed over: half of a configuration may say the opposite of all of it.
 *
 * There is no tree: the file is told from top to bottom.
 */

enum toml_kind { TOML_STRING, TOML_BOOL, TOML_NUMBER };

struct toml_value {
	enum toml_kind kind;
	bool in_array;	  /* one of the values of an array; each is told on its own */
	const char *text; /* of a string, without quotes; of a number, its digits */
	bool flag;
};

struct toml_reader {
	/* [NAME], or [[NAME]] which begins one more element. A result below 0 ends the reading. */
	int (*table)(void *data, const char *name, bool is_element, struct containr_error *err);
	/* KEY = VALUE, in the last table */
	int (*value)(void *data, const char *key, const struct toml_value *value,
		     struct containr_error *err);
	void *data;
};

/**
 * Reads a file.
 *
 * @what: names it in errors
 * Errors: INVALID_CONFIG with the line; what the functions return.
 */
int toml_read(const char *text, size_t len, const char *what, const struct toml_reader *reader,
	      struct containr_error *err) MUST_CHECK;

#endif
