/* SPDX-License-Identifier: MIT */
#include "monitor/log_file.h"

#include "base/cleanup.h"
#include "base/time.h"

#include <string.h>
#include <sys/uio.h>

#define LINES_AT_ONCE 16

void log_file_append(int fd, const char *stream, const char *bytes, size_t len)
{
	char stamp[TIME_TEXT_SIZE];
	char whole[TIME_TEXT_SIZE + 16];
	char part[TIME_TEXT_SIZE + 16];

	time_format_utc(time_now_ns(), stamp);
	(void)snprintf(whole, sizeof(whole), "%s %s F ", stamp, stream);
	(void)snprintf(part, sizeof(part), "%s %s P ", stamp, stream);
	while (len > 0) {
		struct iovec pieces[LINES_AT_ONCE * 3];
		int count = 0;

		while (len > 0 && count + 3 <= (int)ARRAY_LEN(pieces)) {
			const char *newline = memchr(bytes, '\n', len);
			size_t piece = newline ? (size_t)(newline - bytes) + 1 : len;
			char *mark = newline ? whole : part;

			pieces[count++] = (struct iovec) { mark, strlen(mark) };
			pieces[count++] = (struct iovec) { (void *)(uintptr_t)bytes, piece };
			if (!newline)
				pieces[count++] = (struct iovec) { (void *)(uintptr_t) "\n", 1 };
			bytes += piece;
			len -= piece;
		}
		if (writev(fd, pieces, count) < 0)
			return;
	}
}
