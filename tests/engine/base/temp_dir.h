/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BASE_TEMP_DIR_H
#define TESTS_BASE_TEMP_DIR_H

/* A folder of its own for one test: cmocka_unit_test_setup_teardown(test, temp_dir_make,
 * temp_dir_remove) hands it over as *state. */
struct temp_dir {
	char path[64];
	int fd;
};

int temp_dir_make(void **state);
int temp_dir_remove(void **state);

/** Writes a file below it. */
void temp_dir_put(const struct temp_dir *dir, const char *path, const char *text);

#endif
