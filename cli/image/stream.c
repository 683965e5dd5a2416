/* SPDX-License-Identifier: MIT */
#include "cli/image/stream.h"

#include "base/fs.h"

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
