/* SPDX-License-Identifier: MIT */
#include "image/registry/toml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Configurations of registries: refused with a message, or told in texts that end. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_table(void *data, const char *name, bool is_element, struct containr_error *err)
{
	(void)is_element;
	(void)err;
	if (strlen(name) == 0 || strlen(name) > *(size_t *)data)
		abort();
	return 0;
}

static int on_value(void *data, const char *key, const struct toml_value *value,
		    struct containr_error *err)
{
	(void)err;
	if (strlen(key) > *(size_t *)data || strlen(value->text) > *(size_t *)data)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct toml_reader reader = { on_table, on_value, &size };
	struct containr_error err = { 0 };

	if (toml_read((const char *)data, size, "fuzz", &reader, &err) < 0 &&
	    err.message[0] == '\0')
		abort();
	return 0;
}
