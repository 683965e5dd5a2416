/* SPDX-License-Identifier: MIT */
#include "cli/image/stream.h"

#include "base/fs.h"
#include "image/archive/decoder.h"
#include "image/archive/unpack.h"

#include <errno.h>
#include <unistd.h>

int stream_write(void *stream, const void *bytes, size_t len, struct containr_error *err)
{
	const struct stream *to = stream;

	if (fs_write_all(to->fd, bytes, len) == 0)
		return 0;
	return fail_sys(err, CONTAINR_E_IO, "cannot write to %s", to->what);
}

ssize_t stream_read(void *stream, const unsigned char **ret_bytes)
{
	struct stream *from = stream;
	ssize_t got;

	do
		got = read(from->fd, from->buffer, sizeof(from->buffer));
	while (got < 0 && errno == EINTR);
	*ret_bytes = from->buffer;
	return got;
}

struct decoding {
	struct decoder *decoder;
	unsigned char buffer[64 << 10];
	struct containr_error *err;
};

static ssize_t read_decoded(void *data, const unsigned char **ret_bytes)
{
	struct decoding *decoding = data;
	size_t got = 0;

	*ret_bytes = decoding->buffer;
	if (decoder_read(decoding->decoder, decoding->buffer, sizeof(decoding->buffer), &got,
			 decoding->err) < 0)
		return -1;
	return (ssize_t)got;
}

int stream_unpack(int fd, const char *what, int folder, struct containr_error *err)
{
	const struct input_source source = { .fd = fd, .what = what };
	__attribute__((cleanup(input_release))) struct input input;
	autodecoder *decoder = NULL;
	struct containr_error read_err = { 0 };
	struct decoding decoding = { .err = &read_err };
	int r = input_open(&input, &source, err);

	if (r == 0)
		r = decoder_open(&input, &decoder, err);
	if (r < 0)
		return r;
	decoding.decoder = decoder;
	r = unpack_tar(read_decoded, &decoding, folder, UNPACK_FILES, err);
	if (r < 0 && read_err.code != CONTAINR_E_OK)
		*err = read_err;
	return r < 0 ? -err->code : 0;
}
