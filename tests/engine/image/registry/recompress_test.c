/* SPDX-License-Identifier: MIT */
#include "image/registry/recompress.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/decoder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <unistd.h>

#include <cmocka.h>

/* Not a whole number of blocks of 1 MiB. */
#define TEXT_LEN ((5 << 20) + 12345)

static char *make_text(void)
{
	char *text = malloc(TEXT_LEN);
	unsigned int seed = 1;

	assert_non_null(text);
	for (size_t i = 0; i < TEXT_LEN; i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = "abcdefgh"[seed >> 29];
	}
	return text;
}

struct fixture {
	char path[sizeof("/tmp/containr-test-XXXXXX")];
	int dir;
	int source;
	char diff_id[DIGEST_SIZE];
};

static void digest_of(const char *bytes, size_t len, char ret_digest[DIGEST_SIZE])
{
	autosha256 hash = { 0 };
	struct containr_error err;

	assert_int_equal(sha256_init(&hash, &err), 0);
	assert_int_equal(sha256_update(&hash, bytes, len, &err), 0);
	assert_int_equal(sha256_finish(&hash, ret_digest, &err), 0);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	autofree char *text = make_text();
	struct containr_error err;

	assert_non_null(fixture);
	(void)snprintf(fixture->path, sizeof(fixture->path), "/tmp/containr-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->path));
	fixture->dir = open(fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fs_replace_file(fixture->dir, "source", text, TEXT_LEN, 0600, FS_VOLATILE,
					 &err),
			 0);
	fixture->source = openat(fixture->dir, "source", O_RDONLY | O_CLOEXEC);
	assert_true(fixture->source >= 0);
	digest_of(text, TEXT_LEN, fixture->diff_id);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	struct containr_error err;

	(void)close(fixture->source);
	(void)close(fixture->dir);
	error_ignore(fs_remove_tree(AT_FDCWD, fixture->path, &err));
	free(fixture);
	return 0;
}

static void start(struct fixture *fixture, struct recompress *recompress,
		  enum recompress_format format, const char *name)
{
	struct containr_error err;

	assert_int_equal(lseek(fixture->source, 0, SEEK_SET), 0);
	*recompress = (struct recompress) { .format = format,
					    .diff_id = fixture->diff_id,
					    .source = fixture->source,
					    .what = "source" };
	assert_int_equal(recompress_open(recompress, fixture->dir, name, &err), 0);
}

/* The new blob has the digest that was told, and unpacks to what was there. */
static void check_blob(struct fixture *fixture, const struct recompress *recompress,
		       const char *name)
{
	const struct input_source source = { .fd = recompress->fd, .what = name };
	__attribute__((cleanup(input_release))) struct input input;
	autodecoder *decoder = NULL;
	autostr blob = STR_INIT;
	autofree char *text = make_text();
	autofree char *plain = malloc(TEXT_LEN + 1);
	char digest[DIGEST_SIZE];
	struct containr_error err;
	size_t got = 0;
	size_t len = 0;

	assert_int_equal(fs_read_file(fixture->dir, name, 16 << 20, &blob, &err), 0);
	assert_int_equal(blob.len, recompress->have);
	assert_true(blob.len < TEXT_LEN / 2);
	digest_of(blob.data, blob.len, digest);
	assert_string_equal(digest, recompress->digest);
	assert_int_equal(input_open(&input, &source, &err), 0);
	assert_int_equal(decoder_open(&input, &decoder, &err), 0);
	do {
		assert_int_equal(decoder_read(decoder, plain + len, TEXT_LEN + 1 - len, &got, &err),
				 0);
		len += got;
	} while (got > 0 && len <= TEXT_LEN);
	assert_int_equal(len, TEXT_LEN);
	assert_memory_equal(plain, text, TEXT_LEN);
}

static void both_formats_unpack_to_what_was_there(void **state)
{
	struct fixture *fixture = *state;

	for (int format = RECOMPRESS_GZIP; format <= RECOMPRESS_ZSTD; format++) {
		struct recompress recompress;
		const char *name = format == RECOMPRESS_GZIP ? "gzip" : "zstd";

		start(fixture, &recompress, (enum recompress_format)format, name);
		recompress_run(&recompress);
		assert_int_equal(recompress.err.code, CONTAINR_E_OK);
		check_blob(fixture, &recompress, name);
		recompress_release(&recompress);
	}
}

/* What one processor makes is what all of them make. */
static void the_number_of_processors_does_not_matter(void **state)
{
	struct fixture *fixture = *state;
	struct recompress many;
	struct recompress one;
	cpu_set_t before;
	cpu_set_t single;

	start(fixture, &many, RECOMPRESS_GZIP, "many");
	recompress_run(&many);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&single);
	for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&single) == 0; i++)
		if (CPU_ISSET(i, &before))
			CPU_SET(i, &single);
	assert_int_equal(sched_setaffinity(0, sizeof(single), &single), 0);
	start(fixture, &one, RECOMPRESS_GZIP, "one");
	recompress_run(&one);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	assert_string_equal(one.digest, many.digest);
	recompress_release(&many);
	recompress_release(&one);
}

static void another_layer_than_the_configuration_says_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct recompress recompress;
	struct containr_error err;

	memset(fixture->diff_id + strlen(DIGEST_PREFIX), '0', DIGEST_HEX_LEN);
	start(fixture, &recompress, RECOMPRESS_GZIP, "gzip");
	recompress_run(&recompress);
	assert_int_equal(recompress_wait(&recompress, 1, &err), -CONTAINR_E_DIGEST_MISMATCH);
	assert_non_null(strstr(err.message, "the configuration says sha256:000000"));
	recompress_release(&recompress);
}

static void work_that_nobody_wants_ends(void **state)
{
	struct fixture *fixture = *state;
	struct recompress recompress;
	struct containr_error err;
	volatile int given_up = 1;

	start(fixture, &recompress, RECOMPRESS_GZIP, "gzip");
	recompress.given_up = &given_up;
	recompress_run(&recompress);
	assert_int_equal(recompress_wait(&recompress, 1, &err), -CONTAINR_E_INVALID_STATE);
	recompress_release(&recompress);
}

static void an_empty_blob_is_no_layer(void **state)
{
	struct fixture *fixture = *state;
	struct recompress recompress;
	struct containr_error err;

	assert_int_equal(fs_replace_file(fixture->dir, "source", "", 0, 0600, FS_VOLATILE, &err),
			 0);
	(void)close(fixture->source);
	fixture->source = openat(fixture->dir, "source", O_RDONLY | O_CLOEXEC);
	start(fixture, &recompress, RECOMPRESS_GZIP, "gzip");
	recompress_run(&recompress);
	assert_int_equal(recompress_wait(&recompress, 1, &err), -CONTAINR_E_INVALID_ARCHIVE);
	recompress_release(&recompress);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_formats_unpack_to_what_was_there, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_number_of_processors_does_not_matter, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			another_layer_than_the_configuration_says_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(work_that_nobody_wants_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_empty_blob_is_no_layer, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
