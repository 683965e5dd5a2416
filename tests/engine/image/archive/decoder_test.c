/* SPDX-License-Identifier: MIT */
#include "image/archive/decoder.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "tar_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT_LEN (3 << 20)

/* Text that compresses, and no two parts of which are the same. */
static char *make_text(void)
{
	char *text = malloc(TEXT_LEN + 1);
	unsigned int seed = 1;

	assert_non_null(text);
	for (size_t i = 0; i < TEXT_LEN; i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = "abcdefgh"[seed >> 29];
	}
	text[TEXT_LEN] = '\0';
	return text;
}

/* A pipe that holds one piece at a time. */
struct slow_pipe {
	const struct str *bytes;
	size_t piece;
	size_t written;
	int ends[2];
};

static int slow_pipe_start(struct slow_pipe *slow)
{
	assert_int_equal(pipe(slow->ends), 0);
	return slow->ends[0];
}

static int slow_pipe_next(void *data, int64_t have, struct containr_error *err)
{
	struct slow_pipe *slow = data;
	size_t len = slow->bytes->len - slow->written;

	(void)err;
	assert_int_equal(have, slow->written);
	len = len < slow->piece ? len : slow->piece;
	assert_int_equal(write(slow->ends[1], slow->bytes->data + slow->written, len), len);
	slow->written += len;
	if (len == 0) {
		(void)close(slow->ends[1]);
		slow->ends[1] = -1;
	}
	return len > 0;
}

static void slow_pipe_end(struct slow_pipe *slow)
{
	cleanup_close(&slow->ends[0]);
	cleanup_close(&slow->ends[1]);
}

/* Decodes all of a source with reads of @step. */
static int decode_source(const struct input_source *source, size_t step, struct str *out,
			 enum decoder_kind *ret_kind, struct containr_error *err)
{
	__attribute__((cleanup(input_release))) struct input input;
	autodecoder *decoder = NULL;
	autofree char *buffer = malloc(step);
	size_t got;
	int r = input_open(&input, source, err);

	if (r == 0)
		r = decoder_open(&input, &decoder, err);
	if (r < 0)
		return r;
	*ret_kind = decoder_kind(decoder);
	do {
		r = decoder_read(decoder, buffer, step, &got, err);
		if (r < 0)
			return r;
		str_append_len(out, buffer, got);
	} while (got > 0);
	assert_int_equal(input_offset(&input), input.total);
	return 0;
}

static int decode(const void *bytes, size_t len, size_t step, struct str *out,
		  enum decoder_kind *ret_kind, struct containr_error *err)
{
	const struct input_source source = {
		.fd = -1, .memory = bytes, .memory_len = len, .what = "test"
	};

	return decode_source(&source, step, out, ret_kind, err);
}

static void every_step_gives_the_same_bytes(void **state)
{
	static const struct {
		const char *filter;
		enum decoder_kind kind;
	} kinds[] = { { "none", DECODER_PLAIN },
		      { "gzip", DECODER_GZIP },
		      { "zstd", DECODER_ZSTD },
		      { "xz", DECODER_OTHER },
		      { "bzip2", DECODER_OTHER } };
	static const size_t steps[] = { 511, 4096, 256 << 10, 8 << 20 };
	autofree char *text = make_text();
	autostr expected = STR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct tar *tar = tar_new(kinds[i].filter);

		tar_file(tar, "text", text);
		tar_finish(tar);
		if (i == 0)
			str_append_len(&expected, tar->bytes, tar->len);
		for (size_t j = 0; j < ARRAY_LEN(steps); j++) {
			autostr out = STR_INIT;
			enum decoder_kind kind;
			struct containr_error err;

			if (decode(tar->bytes, tar->len, steps[j], &out, &kind, &err) < 0)
				fail_msg("%s: %s", kinds[i].filter, err.message);
			assert_int_equal(kind, kinds[i].kind);
			assert_int_equal(out.len, expected.len);
			assert_memory_equal(out.data, expected.data, out.len);
		}
		tar_free(tar);
	}
}

static void members_are_joined(void **state)
{
	static const char *const filters[] = { "gzip", "zstd" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct tar *tar = tar_new(filters[i]);
		autostr twice = STR_INIT;
		autostr once = STR_INIT;
		autostr out = STR_INIT;
		enum decoder_kind kind;
		struct containr_error err;

		tar_file(tar, "text", "hello");
		tar_finish(tar);
		str_append_len(&twice, tar->bytes, tar->len);
		str_append_len(&twice, tar->bytes, tar->len);
		assert_int_equal(decode(tar->bytes, tar->len, 4096, &once, &kind, &err), 0);
		assert_int_equal(decode(twice.data, twice.len, 4096, &out, &kind, &err), 0);
		assert_int_equal(out.len, once.len * 2);
		tar_free(tar);
	}
}

/* isa-l reads ahead, and gives back what it did not need: also bytes of the piece before. */
static void members_are_joined_in_pieces_of_any_size(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 5, 7, 13 };
	struct tar *tar = tar_new("gzip");
	autostr thrice = STR_INIT;
	autostr once = STR_INIT;
	enum decoder_kind kind;
	struct containr_error err;

	(void)state;
	tar_file(tar, "text", "hello");
	tar_finish(tar);
	assert_int_equal(decode(tar->bytes, tar->len, 4096, &once, &kind, &err), 0);
	for (int i = 0; i < 3; i++)
		str_append_len(&thrice, tar->bytes, tar->len);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct slow_pipe pipe = { .bytes = &thrice, .piece = pieces[i] };
		const struct input_source source = { .fd = slow_pipe_start(&pipe),
						     .what = "pipe",
						     .wait = slow_pipe_next,
						     .wait_data = &pipe };
		autostr out = STR_INIT;

		assert_int_equal(decode_source(&source, 4096, &out, &kind, &err), 0);
		assert_int_equal(out.len, once.len * 3);
		for (size_t at = 0; at < out.len; at += once.len)
			assert_memory_equal(out.data + at, once.data, once.len);
		slow_pipe_end(&pipe);
	}
	tar_free(tar);
}

static void frame_to_be_skipped_is_skipped(void **state)
{
	struct tar *tar = tar_new("zstd");
	autostr whole = STR_INIT;
	autostr out = STR_INIT;
	enum decoder_kind kind;
	struct containr_error err;

	(void)state;
	tar_file(tar, "text", "hello");
	tar_finish(tar);
	str_append_len(&whole, "\x50\x2a\x4d\x18\x04\0\0\0note", 12);
	str_append_len(&whole, tar->bytes, tar->len);
	assert_int_equal(decode(whole.data, whole.len, 4096, &out, &kind, &err), 0);
	assert_int_equal(kind, DECODER_ZSTD);
	assert_true(out.len > 1024);
	tar_free(tar);
}

static void error_names_the_byte(void **state)
{
	struct tar *tar = tar_new("gzip");
	autostr out = STR_INIT;
	enum decoder_kind kind;
	struct containr_error err;
	char expected[128];

	(void)state;
	tar_file(tar, "text", "hello");
	tar_finish(tar);
	assert_int_equal(decode(tar->bytes, tar->len - 3, 4096, &out, &kind, &err),
			 -CONTAINR_E_INVALID_ARCHIVE);
	(void)snprintf(expected, sizeof(expected), "'test' at byte %zu: the gzip data is cut off",
		       tar->len - 3);
	assert_string_equal(err.message, expected);
	tar_free(tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_gives_the_same_bytes),
		cmocka_unit_test(members_are_joined),
		cmocka_unit_test(members_are_joined_in_pieces_of_any_size),
		cmocka_unit_test(frame_to_be_skipped_is_skipped),
		cmocka_unit_test(error_names_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
