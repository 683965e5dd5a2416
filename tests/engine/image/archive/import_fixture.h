/* SPDX-License-Identifier: MIT */
#ifndef TESTS_IMAGE_IMPORT_FIXTURE_H
#define TESTS_IMAGE_IMPORT_FIXTURE_H

#include "../store_fixture.h"
#include "image/archive/import.h"
#include "tar_builder.h"

#include <sys/stat.h>

/** As store_setup(); skips the test without root, as it makes devices and owners. */
int import_setup(void **state);

/** Finishes the archive, imports it as @name and frees it; the negated code in store->err. */
int import_tar(struct store *store, struct tar *tar, const char *name);

/** Imports bytes. */
int import_bytes(struct store *store, const void *bytes, size_t len, const char *name);

/** Imports a folder. */
int import_folder(struct store *store, const char *path, const char *name);

/** Opens the unpacked layer of an image of one layer. */
int open_layer(struct store *store, const char *name);

/** Reads a small file of the layer; valid until the next call. */
const char *read_layer_file(int layer, const char *path);

/** Fails the test unless the store holds nothing at all: no blob, layer, or temporary folder. */
void assert_store_empty(struct store *store);

/** Fails the test unless the import fails like this and leaves nothing. */
void assert_import_fails(struct store *store, struct tar *tar, enum containr_error_code code,
			 const char *message);

#endif
