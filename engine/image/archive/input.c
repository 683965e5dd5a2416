/* SPDX-License-Identifier: MIT */
#include "image/archive/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void input_release(struct input *input)
{
	free(input->buffer);
	input->buffer = NULL;
}

int input_watch_tell(const struct input_watch *watch, const char *what, int64_t bytes,
		     struct containr_error *err)
{
	if (watch && watch->cancelled && *watch->cancelled)
		return fail(err, CONTAINR_E_INVALID_STATE, "reading '%s' was interrupted", what);
	if (watch && watch->progress)
		watch->progress(watch->data, bytes);
	return 0;
}

/* Reads up to @size bytes of the source into @out. */
static int read_source(struct input *input, unsigned char *out, size_t size, size_t *ret_got,
		       struct containr_error *err)
{
	ssize_t got;

	if (input->source.wait) {
		int r = input->source.wait(input->source.wait_data, input->total, err);

		if (r < 0)
			return r;
	}
	if (input->source.fd < 0) {
		size_t rest = input->source.memory_len - (size_t)input->total;

		got = (ssize_t)(rest < size ? rest : size);
		if (got > 0)
			memcpy(out, (const char *)input->source.memory + input->total, (size_t)got);
	} else {
		do {
			int r = input_watch_tell(input->source.watch, input->source.what,
						 input->total, err);

			if (r < 0)
				return r;
			got = read(input->source.fd, out, size);
		} while (got < 0 && errno == EINTR);
	}
	if (got < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", input->source.what);
	input->ended = got == 0;
	input->total += got;
	*ret_got = (size_t)got;
	return 0;
}

static int refill(struct input *input, size_t keep, struct containr_error *err)
{
	unsigned char *start = input->buffer + INPUT_BACK;
	unsigned char *end = start + keep;
	size_t got = 0;
	int r;

	if (keep == 0)
		memmove(input->buffer, input->at - INPUT_BACK, INPUT_BACK);
	r = read_source(input, end, INPUT_BUFFER_SIZE - keep, &got, err);
	if (r < 0)
		return r;
	input->at = start;
	input->left = keep + got;
	return input->tee ? blob_write(input->tee, end, got, err) : 0;
}

int input_open(struct input *input, const struct input_source *source, struct containr_error *err)
{
	*input = (struct input) { .source = *source };
	input->buffer = calloc(1, INPUT_BACK + INPUT_BUFFER_SIZE);
	if (!input->buffer)
		return fail_oom(err);
	input->at = input->buffer + INPUT_BACK;
	while (!input->ended && input->left < INPUT_PEEK) {
		int r = refill(input, input->left, err);

		if (r < 0)
			return r;
	}
	return 0;
}

int input_tee(struct input *input, struct blob *blob, struct containr_error *err)
{
	input->tee = blob;
	return blob_write(blob, input->at, input->left, err);
}

int input_fill(struct input *input, struct containr_error *err)
{
	if (input->left > 0 || input->ended)
		return 0;
	return refill(input, 0, err);
}

void input_take(struct input *input, size_t len)
{
	input->at += len;
	input->left -= len;
}

void input_give_back(struct input *input, size_t len)
{
	input->at -= len;
	input->left += len;
}

int64_t input_offset(const struct input *input)
{
	return input->total - (int64_t)input->left;
}
