/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_INPUT_H
#define IMAGE_ARCHIVE_INPUT_H

#include "image/archive/blob.h"

#include <signal.h>

/* Who waits for a long piece of work. */
struct input_watch {
	const volatile sig_atomic_t *cancelled;	     /* not 0: give up; NULL: never */
	void (*progress)(void *data, int64_t bytes); /* how many were read so far; may be NULL */
	void *data;
};

/**
 * Tells how far the work is. @watch may be NULL.
 *
 * Errors: INVALID_STATE when it was cancelled.
 */
int input_watch_tell(const struct input_watch *watch, const char *what, int64_t bytes,
		     struct containr_error *err) MUST_CHECK;

/* Where an archive's bytes come from: a descriptor or memory, read once from start to end. */
struct input_source {
	int fd;		    /* borrowed; -1: memory */
	const void *memory; /* borrowed */
	size_t memory_len;
	/* waits until @fd has more than @have bytes: 1, 0 when it will not, or an error; NULL: it
	 * is as long as it is */
	int (*wait)(void *data, int64_t have, struct containr_error *err);
	void *wait_data;
	const char *what; /* names it in errors, e.g. the file's path */
	const struct input_watch *watch;
};

struct input {
	struct input_source source;
	unsigned char *buffer; /* owned; its first INPUT_BACK bytes are those used last */
	const unsigned char *at;
	size_t left;   /* bytes at `at` */
	int64_t total; /* bytes taken from the source so far, those `left` included */
	bool ended;    /* the source has no more */
	struct blob *tee;
};

#define INPUT_BUFFER_SIZE (256 << 10)

/** Opens an input and reads its first bytes: at least INPUT_PEEK, or all there are. */
int input_open(struct input *input, const struct input_source *source,
	       struct containr_error *err) MUST_CHECK;
void input_release(struct input *input);

#define INPUT_PEEK 16

/** Copies all that the source gives to @blob (borrowed), from its first byte on. */
int input_tee(struct input *input, struct blob *blob, struct containr_error *err) MUST_CHECK;

/**
 * Makes input->left more than 0, or leaves it 0 at the end of the source.
 *
 * Errors: IO; INVALID_STATE when it was cancelled.
 */
int input_fill(struct input *input, struct containr_error *err) MUST_CHECK;

/** Marks @len bytes as used. */
void input_take(struct input *input, size_t len);

/**
 * Gives up to INPUT_BACK bytes back that were used last, also those of the piece before this one: a
 * decoder may have read ahead.
 */
void input_give_back(struct input *input, size_t len);

#define INPUT_BACK 8

/** Returns the number of bytes that were used. */
int64_t input_offset(const struct input *input);

#endif
