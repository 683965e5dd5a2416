/* SPDX-License-Identifier: MIT */
#ifndef TESTS_IMAGE_STORE_FIXTURE_H
#define TESTS_IMAGE_STORE_FIXTURE_H

#include "image/image.h"

/*
 * An engine in a folder of its own, for one test: cmocka_unit_test_setup_teardown(test,
 * store_setup, store_teardown) hands it over as *state.
 */
struct store {
	char dir[64]; /* root/ and run/ are in it */
	struct containr *engine;
	struct containr_error err;
};

int store_setup(void **state);
int store_teardown(void **state);

/** Writes a blob under the name @digest, whatever its real one is. */
void store_put_blob(struct store *store, const char *digest, const char *text);

/**
 * Puts an image into the store: its blobs, one unpacked layer for each of @layers, and @name in the
 * index.
 *
 * @number: makes its digests: the id is store_digest(number), the manifest's that of number + 1
 * @layers: text of digits, one layer each, shared between images by the digit
 */
void store_put_image(struct store *store, const char *name, int number, const char *layers);

/**
 * Returns "sha256:" and 63 times the last digit of @number (hexadecimal, two digits), then the
 * first one; in one of 16 buffers in turn.
 */
const char *store_digest(int number);

/** Whether a path below the engine's root exists. */
bool store_has(const struct store *store, const char *path);
/** Whether the blob exists. */
bool store_has_blob(const struct store *store, const char *digest);
/** Counts the entries of a folder below the engine's root. */
size_t store_count(const struct store *store, const char *path);
/** Writes a container's record. */
void store_put_container(struct store *store, const char *id, const char *record);

#endif
