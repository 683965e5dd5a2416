/* SPDX-License-Identifier: MIT */
#include "monitor/log_file.h"

#include "base/cleanup.h"
#include "base/fixed.h"
#include "base/time.h"

#include <string.h>
#include <sys/uio.h>

#define LINES_AT_ONCE 16

static void put_head(struct fixed *head, const char *stream, const char *mark)
{
	char stamp[TIME_TEXT_SIZE];

	time_format_utc(time_now_ns(), stamp);
	fixed_put(head, stamp);
	fixed_put(head, " ");
	fixed_put(head, stream);
	fixed_put(head, mark);
}

int64_t log_file_append(int fd, const char *stream, const char *bytes, size_t len)
{
	char whole_text[TIME_TEXT_SIZE + 16];
	char part_text[TIME_TEXT_SIZE + 16];
	struct fixed whole = FIXED_INIT(whole_text);
	struct fixed part = FIXED_INIT(part_text);
	int64_t written = 0;

	put_head(&whole, stream, " F ");
	put_head(&part, stream, " P ");
	while (len > 0) {
		struct iovec pieces[LINES_AT_ONCE * 3];
		int count = 0;
		ssize_t put;

		while (len > 0 && count + 3 <= (int)ARRAY_LEN(pieces)) {
			const char *newline = memchr(bytes, '\n', len);
			size_t piece = newline ? (size_t)(newline - bytes) + 1 : len;
			const struct fixed *head = newline ? &whole : &part;

			pieces[count++] = (struct iovec) { head->data, head->len };
			pieces[count++] = (struct iovec) { (void *)(uintptr_t)bytes, piece };
			if (!newline)
				pieces[count++] = (struct iovec) { (void *)(uintptr_t) "\n", 1 };
			bytes += piece;
			len -= piece;
		}
		put = writev(fd, pieces, count);
		if (put < 0)
			break;
		written += put;
	}
	return written;
}
