/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_RECORD_H
#define CONTAINER_RECORD_H

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "container/policy.h"
#include "store/store.h"

#include <containr/health.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * container.json: what is fixed when a container is created and is no part of the OCI
 * configuration. Its presence is what makes a folder in containers/ a container; it is written
 * last.
 */
struct record {
	char *id;
	char *name;
	char *image;	/* as it was asked for */
	char *image_id; /* "sha256:..." */
	char *snapshot; /* that it was made of; "" for none */
	char *stop_signal;
	int64_t stop_timeout_s;
	int64_t created_ns;
	struct strv command; /* program and arguments */
	struct strv labels;  /* KEY=VALUE */
	struct strv lower;   /* layers, top first, relative to the engine's root */
	bool tty;
	bool stdin_open;
	bool auto_remove;
	struct policy policy;
	struct containr_healthcheck healthcheck;
};

#define RECORD_FILE "container.json"
#define autorecord __attribute__((cleanup(record_release))) struct record

void record_release(struct record *record);

/** Writes the record into the container's folder; durable unless the container is thrown away. */
int record_write(int dir, const struct record *record, struct containr_error *err) MUST_CHECK;

/* Memory that reading several records in a row uses again. */
struct record_scratch {
	struct str text;
	struct json_doc doc;
};

void record_scratch_release(struct record_scratch *scratch);

/** Reads the record in the file @path below @dir. Errors: IO with ENOENT, INVALID_CONFIG. */
int record_read_at(int dir, const char *path, struct record_scratch *scratch,
		   struct record *ret_record, struct containr_error *err) MUST_CHECK;

/** Reads the record from the container's folder. Errors: IO with ENOENT, INVALID_CONFIG. */
int record_read(int dir, struct record *ret_record, struct containr_error *err) MUST_CHECK;

/**
 * Opens the folder of a container.
 *
 * @container: name, id, or a unique prefix of the id
 * @ret_id:    64 digits and a NUL
 * Errors: CONTAINER_NOT_FOUND; INVALID_ARGUMENT for a prefix that several have.
 */
int container_open(const struct containr *engine, const char *container, char ret_id[65],
		   int *ret_dir, struct containr_error *err) MUST_CHECK;

/**
 * Writes the members of an event's attributes for a container: its image, name and labels.
 * The text is the caller's to free; NULL without memory.
 */
char *record_event_attributes(const struct record *record);

/**
 * Writes an event of the container @id.
 *
 * @more: further attributes, as members of a JSON object that begin with a comma; "" for none
 */
void record_tell(const struct containr *engine, const char *id, const struct record *record,
		 const char *action, const char *more);

/**
 * Takes the lock of those who write a container's record or configuration again while it exists;
 * waits for it. It has nothing to do with the lock of the state, which is a monitor's as long as the
 * container runs.
 *
 * @ret_fd: the caller's; closing it gives the lock back
 */
int record_lock(int dir, int *ret_fd, struct containr_error *err) MUST_CHECK;

#endif
