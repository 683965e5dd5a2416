/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_CHANGES_H
#define IMAGE_ARCHIVE_CHANGES_H

#include <containr/health.h>

#include "base/json.h"

/*
 * What an imported image says about its containers, given as instructions of a Dockerfile
 * (`containr import --change 'CMD ["sh"]'`): CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL STOPSIGNAL
 * USER VOLUME WORKDIR. A later instruction replaces or extends what earlier ones said, as in a Dockerfile.
 */
struct changes {
	struct strv cmd;
	struct strv entrypoint;
	struct strv env;     /* KEY=VALUE, each key once */
	struct strv labels;  /* KEY=VALUE, each key once */
	struct strv ports;   /* "80/tcp" */
	struct strv volumes; /* absolute paths */
	char *user;
	char *working_dir;
	char *stop_signal;
	struct containr_healthcheck healthcheck;
};

#define autochanges __attribute__((cleanup(changes_release))) struct changes

void changes_release(struct changes *changes);

/** Applies one instruction. Errors: INVALID_ARGUMENT. */
int changes_apply(struct changes *changes, const char *instruction,
		  struct containr_error *err) MUST_CHECK;

/** Writes the member "config" of an image's configuration (image-spec, config.md). */
void changes_write(const struct changes *changes, struct json_writer *writer);

#endif
