/* SPDX-License-Identifier: MIT */
#include "image/archive/decoder.h"

#include "base/cleanup.h"

#include <archive.h>
#include <errno.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* A tar of nothing but zeros compresses 1030 times by gzip: small ones stay below the floor. */
#define RATIO_MAX 1000
#define RATIO_FLOOR (INT64_C(1) << 30)

struct decoder {
	struct input *input;
	enum decoder_kind kind;
	int64_t total_out;
	bool inside; /* gzip, zstd: a member or frame has begun and not ended */
	struct inflate_state *gzip;
	ZSTD_DCtx *zstd;
	struct archive *other;
	size_t lent;		   /* bytes of the input that libarchive has in its hands */
	struct containr_error err; /* of the callback */
};

static int fail_damaged(const struct decoder *decoder, const char *problem,
			struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s' at byte %" PRId64 ": %s",
		    decoder->input->source.what, input_offset(decoder->input), problem);
}

static int read_plain(struct decoder *decoder, unsigned char *buffer, size_t size, size_t *ret_got,
		      struct containr_error *err)
{
	struct input *input = decoder->input;
	int r = input_fill(input, err);
	size_t got = input->left < size ? input->left : size;

	if (r < 0)
		return r;
	if (got > 0)
		memcpy(buffer, input->at, got);
	input_take(input, got);
	*ret_got = got;
	return 0;
}

static const char *gzip_problem(int status)
{
	switch (status) {
	case ISAL_INCORRECT_CHECKSUM:
		return "the gzip data does not have its checksum";
	case ISAL_INVALID_WRAPPER:
		return "the gzip header is damaged";
	case ISAL_UNSUPPORTED_METHOD:
		return "the gzip data is not compressed by deflate";
	default:
		return "the gzip data is damaged";
	}
}

/* A file of several members, as bgzip and pigz write them, is their concatenation (RFC 1952). */
static void begin_member(struct decoder *decoder)
{
	if (decoder->inside)
		return;
	isal_inflate_reset(decoder->gzip);
	decoder->gzip->crc_flag = ISAL_GZIP; /* read the header and check what is behind the data */
	decoder->inside = true;
}

static int inflate_some(struct decoder *decoder, struct containr_error *err)
{
	struct input *input = decoder->input;
	struct inflate_state *gzip = decoder->gzip;
	const uint32_t room = gzip->avail_out;
	int r = input_fill(input, err);
	int status;

	if (r < 0)
		return r;
	if (input->left == 0 && !decoder->inside)
		return 1;
	begin_member(decoder);
	gzip->next_in = (uint8_t *)(uintptr_t)input->at; /* it is only read */
	gzip->avail_in = (uint32_t)input->left;
	status = isal_inflate(gzip);
	if (gzip->avail_in > input->left) /* it had read past the end of a member */
		input_give_back(input, gzip->avail_in - input->left);
	else
		input_take(input, input->left - gzip->avail_in);
	if (status < 0)
		return fail_damaged(decoder, gzip_problem(status), err);
	decoder->inside = gzip->block_state != ISAL_BLOCK_FINISH;
	/* it may have read all and still hold back what did not fit the last buffer */
	if (decoder->inside && input->ended && input->left == 0 && gzip->avail_out == room)
		return fail_damaged(decoder, "the gzip data is cut off", err);
	return 0;
}

static int read_gzip(struct decoder *decoder, unsigned char *buffer, size_t size, size_t *ret_got,
		     struct containr_error *err)
{
	struct inflate_state *gzip = decoder->gzip;
	size_t got = 0;
	int r = 0;

	while (r == 0 && got < size) {
		gzip->next_out = buffer + got;
		gzip->avail_out = (uint32_t)(size - got);
		r = inflate_some(decoder, err);
		got = r == 0 ? size - gzip->avail_out : got;
	}
	*ret_got = got;
	return r < 0 ? r : 0;
}

static int read_zstd(struct decoder *decoder, unsigned char *buffer, size_t size, size_t *ret_got,
		     struct containr_error *err)
{
	struct input *input = decoder->input;
	ZSTD_outBuffer out = { .dst = buffer, .size = size };

	while (out.pos < out.size) {
		ZSTD_inBuffer in;
		size_t status;
		size_t before = out.pos;
		int r = input_fill(input, err);

		if (r < 0)
			return r;
		in = (ZSTD_inBuffer) { .src = input->at, .size = input->left };
		status = ZSTD_decompressStream(decoder->zstd, &out, &in);
		if (ZSTD_isError(status))
			return fail_damaged(decoder, ZSTD_getErrorName(status), err);
		input_take(input, in.pos);
		if (in.pos > 0 || out.pos > before) {
			decoder->inside = status > 0;
			continue;
		}
		/* nothing went in and nothing came out: this is the end, or should not be */
		if (decoder->inside)
			return fail_damaged(decoder, "the zstd data is cut off", err);
		break;
	}
	*ret_got = out.pos;
	return 0;
}

static ssize_t feed_other(struct archive *archive, void *data, const void **ret_bytes)
{
	struct decoder *decoder = data;
	struct input *input = decoder->input;

	input_take(input, decoder->lent);
	decoder->lent = 0;
	if (input_fill(input, &decoder->err) < 0) {
		archive_set_error(archive, EIO, "cannot read");
		return -1;
	}
	*ret_bytes = input->at;
	decoder->lent = input->left;
	return (ssize_t)input->left;
}

static int fail_other(struct decoder *decoder, struct containr_error *err)
{
	const char *problem = archive_error_string(decoder->other);

	if (decoder->err.code) {
		*err = decoder->err;
		return -err->code;
	}
	return fail_damaged(decoder, problem ? problem : "the compressed data is damaged", err);
}

static int read_other(struct decoder *decoder, unsigned char *buffer, size_t size, size_t *ret_got,
		      struct containr_error *err)
{
	ssize_t got = archive_read_data(decoder->other, buffer, size);

	if (got < 0)
		return fail_other(decoder, err);
	*ret_got = (size_t)got;
	return 0;
}

static int open_other(struct decoder *decoder, struct containr_error *err)
{
	struct archive_entry *entry;

	decoder->other = archive_read_new();
	if (!decoder->other || archive_read_support_filter_xz(decoder->other) != ARCHIVE_OK ||
	    archive_read_support_filter_bzip2(decoder->other) != ARCHIVE_OK ||
	    archive_read_support_format_raw(decoder->other) != ARCHIVE_OK)
		return fail(err, CONTAINR_E_UNSUPPORTED, "libarchive cannot read xz and bzip2");
	if (archive_read_open(decoder->other, decoder, NULL, feed_other, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(decoder->other, &entry) != ARCHIVE_OK)
		return fail_other(decoder, err);
	return 0;
}

static int open_kind(struct decoder *decoder, struct containr_error *err)
{
	switch (decoder->kind) {
	case DECODER_GZIP:
		decoder->gzip = calloc(1, sizeof(*decoder->gzip));
		if (!decoder->gzip)
			return fail_oom(err);
		isal_inflate_init(decoder->gzip);
		return 0;
	case DECODER_ZSTD:
		decoder->zstd = ZSTD_createDCtx();
		return decoder->zstd ? 0 : fail_oom(err);
	case DECODER_OTHER:
		return open_other(decoder, err);
	case DECODER_PLAIN:
	default:
		return 0;
	}
}

struct magic {
	const char *bytes;
	size_t len;
	enum decoder_kind kind;
};

static enum decoder_kind detect(const struct input *input)
{
	static const struct magic magics[] = {
		{ "\x1f\x8b", 2, DECODER_GZIP },
		{ "\x28\xb5\x2f\xfd", 4, DECODER_ZSTD },
		{ "\xfd"
		  "7zXZ\0",
		  6, DECODER_OTHER },
		{ "BZh", 3, DECODER_OTHER },
	};

	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if (input->left >= magics[i].len &&
		    memcmp(input->at, magics[i].bytes, magics[i].len) == 0)
			return magics[i].kind;
	/* a frame to be skipped (RFC 8878, 3.1.2), with which zstd:chunked layers may begin */
	if (input->left >= 4 && (input->at[0] & 0xf0) == 0x50 &&
	    memcmp(input->at + 1, "\x2a\x4d\x18", 3) == 0)
		return DECODER_ZSTD;
	return DECODER_PLAIN;
}

int decoder_open(struct input *input, struct decoder **ret_decoder, struct containr_error *err)
{
	autodecoder *decoder = NULL;
	int r;

	if (input->left == 0)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%s' is empty", input->source.what);
	decoder = calloc(1, sizeof(*decoder));
	if (!decoder)
		return fail_oom(err);
	decoder->input = input;
	decoder->kind = detect(input);
	r = open_kind(decoder, err);
	if (r < 0)
		return r;
	*ret_decoder = steal_ptr(&decoder);
	return 0;
}

void decoder_close(struct decoder *decoder)
{
	if (!decoder)
		return;
	free(decoder->gzip);
	(void)ZSTD_freeDCtx(decoder->zstd);
	(void)archive_read_free(decoder->other);
	free(decoder);
}

enum decoder_kind decoder_kind(const struct decoder *decoder)
{
	return decoder->kind;
}

static int read_kind(struct decoder *decoder, unsigned char *buffer, size_t size, size_t *ret_got,
		     struct containr_error *err)
{
	switch (decoder->kind) {
	case DECODER_GZIP:
		return read_gzip(decoder, buffer, size, ret_got, err);
	case DECODER_ZSTD:
		return read_zstd(decoder, buffer, size, ret_got, err);
	case DECODER_OTHER:
		return read_other(decoder, buffer, size, ret_got, err);
	case DECODER_PLAIN:
	default:
		return read_plain(decoder, buffer, size, ret_got, err);
	}
}

int decoder_read(struct decoder *decoder, void *buffer, size_t size, size_t *ret_got,
		 struct containr_error *err)
{
	int r = read_kind(decoder, buffer, size, ret_got, err);

	if (r < 0)
		return r;
	decoder->total_out += (int64_t)*ret_got;
	if (decoder->total_out > RATIO_FLOOR &&
	    decoder->total_out / RATIO_MAX > decoder->input->total)
		return fail_damaged(decoder, "it decompresses to more than 1000 times its size",
				    err);
	return 0;
}
