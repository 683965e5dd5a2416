/* SPDX-License-Identifier: MIT */
#ifndef CLI_CID_FILE_H
#define CLI_CID_FILE_H

#include "base/error.h"

/*
 * The file of --cidfile. It is created before the container is, so that one that exists stops the
 * command in time, and taken away again when there is no container.
 */
struct cid_file {
	const char *path; /* NULL for none */
	int fd;
};

#define CID_FILE_INIT ((struct cid_file) { .fd = -1 })
#define autocidfile __attribute__((cleanup(cid_file_close))) struct cid_file

/** @path: NULL for none. Errors: INVALID_ARGUMENT for a file that exists. */
int cid_file_create(const char *path, struct cid_file *ret_file,
		    struct containr_error *err) MUST_CHECK;

/** Writes the id; the file stays. */
int cid_file_write(struct cid_file *file, const char *id, struct containr_error *err) MUST_CHECK;

/** Removes a file that nothing was written to. */
void cid_file_close(struct cid_file *file);

#endif
