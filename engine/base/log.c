/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/cleanup.h"
#include "base/time.h"

#include <stdarg.h>
#include <string.h>

static const char *const level_names[] = {
	[LOG_OFF] = "off",   [LOG_ERROR] = "error", [LOG_WARN] = "warn",
	[LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

int log_level_parse(const char *text, enum log_level *ret_level, struct containr_error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "log level '%s' is unknown", text);
	return fail_hint(err, "use one of: debug, info, warn, error, off");
}

/* Copies @text as the inside of a JSON string; what does not fit is cut. */
static size_t escape_json(char *out, size_t size, const char *text)
{
	size_t used = 0;

	for (; *text && used + 7 < size; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			out[used++] = '\\';
		if (byte < 0x20)
			used += (size_t)snprintf(out + used, size - used, "\\u%04x", byte);
		else
			out[used++] = (char)byte;
	}
	out[used] = '\0';
	return used;
}

/* Names from outside may be in it: it stays one line, and a terminal shows it as it is. */
static void replace_controls(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

void log_write(const struct log *log, enum log_level level, const char *fmt, ...)
{
	char message[768];
	char line[2048];
	char stamp[TIME_TEXT_SIZE];
	va_list args;
	int len;

	if (log->fd < 0 || log->level < level)
		return;
	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	if (log->json) {
		char escaped[1600];

		(void)escape_json(escaped, sizeof(escaped), message);
		time_format_utc(time_now_ns(), stamp);
		len = snprintf(line, sizeof(line),
			       "{\"time\":\"%s\",\"level\":\"%s\",\"msg\":\"%s\"}\n", stamp,
			       level_names[level], escaped);
	} else {
		replace_controls(message);
		len = snprintf(line, sizeof(line), "%s: %s\n", level_names[level], message);
	}
	if (len > 0 && write(log->fd, line, (size_t)len) < 0)
		return; /* nobody is left to tell */
}
