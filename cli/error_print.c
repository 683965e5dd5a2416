/* SPDX-License-Identifier: MIT */
#include "cli/error_print.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/printable.h"
#include "container/room_call.h"

#include <fcntl.h>
#include <string.h>

#define COLOR_ERROR "\033[1;31m"
#define COLOR_HINT "\033[1;36m"
#define COLOR_END "\033[0m"

static void write_label(const char *label, const char *color, struct str *out)
{
	str_append(out, color ? color : "");
	str_append(out, label);
	str_append(out, color ? COLOR_END : "");
	str_append_char(out, ' ');
}

void error_write_text(const struct containr_error *err, bool color, struct str *out)
{
	write_label("Error:", color ? COLOR_ERROR : NULL, out);
	str_appendf(out, "[%s] ", containr_error_name(err->code));
	printable_append(out, err->message);
	str_append_char(out, '\n');
	if (!err->hint[0])
		return;
	write_label("Hint:", color ? COLOR_HINT : NULL, out);
	printable_append(out, err->hint);
	str_append_char(out, '\n');
}

void error_write_json(const struct containr_error *err, struct str *out)
{
	struct json_writer writer = JSON_WRITER(out);

	json_open_object(&writer, NULL);
	json_open_object(&writer, "error");
	json_string(&writer, "code", containr_error_name(err->code));
	json_string(&writer, "message", err->message);
	json_string(&writer, "hint", err->hint);
	json_int(&writer, "errno", err->sys_errno);
	json_close_object(&writer);
	json_close_object(&writer);
	str_append_char(out, '\n');
}

static void write_log_line(const struct cmd_context *ctx, struct str *out)
{
	struct json_writer writer = JSON_WRITER(out);
	autostr message = STR_INIT;
	char now[TIME_TEXT_SIZE];

	time_format_utc(time_now_ns(), now);
	if (ctx->globals.log_format == LOG_FORMAT_JSON) {
		json_open_object(&writer, NULL);
		json_string(&writer, "level", "error");
		json_string(&writer, "msg", ctx->err->message);
		json_string(&writer, "time", now);
		json_close_object(&writer);
		str_append_char(out, '\n');
		return;
	}
	/* the message is quoted as a JSON string is: what a reader of text logs expects of %q */
	writer.out = &message;
	json_string(&writer, NULL, ctx->err->message);
	str_appendf(out, "time=\"%s\" level=error msg=%s\n", now,
		    message.data ? message.data : "\"\"");
}

/* Nobody is left to tell that the log could not be written: the error itself is on stderr. */
static void append_to_log(const struct cmd_context *ctx)
{
	autostr line = STR_INIT;
	autoclose int fd = open(ctx->globals.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	write_log_line(ctx, &line);
	if (fd >= 0 && !line.failed)
		error_ignore(fs_write_all(fd, line.data, line.len));
}

static bool wants_color(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return (!no_color || !*no_color) && term && strcmp(term, "dumb") != 0 &&
	       isatty(STDERR_FILENO);
}

/* The library has called this program, and takes the error over: see container/room_call.h. */
static bool tell_caller(const struct cmd_context *ctx)
{
	const char *number = getenv(ROOM_ERROR_VARIABLE);
	autostr text = STR_INIT;
	struct containr_error ignored;
	int64_t fd;

	if (!number || parse_int64(number, ROOM_ERROR_VARIABLE, 3, INT32_MAX, &fd, &ignored) < 0)
		return false;
	error_write_json(ctx->err, &text);
	return !text.failed && fs_write_all((int)fd, text.data, text.len) == 0;
}

void error_print(const struct cmd_context *ctx)
{
	static const char no_memory[] = "Error: [OUT_OF_MEMORY] out of memory\n";
	autostr text = STR_INIT;

	if (tell_caller(ctx))
		return;
	if (ctx->json_errors)
		error_write_json(ctx->err, &text);
	else
		error_write_text(ctx->err, wants_color(), &text);
	if (text.failed)
		error_ignore(fs_write_all(STDERR_FILENO, no_memory, strlen(no_memory)));
	else
		error_ignore(fs_write_all(STDERR_FILENO, text.data, text.len));
	if (ctx->globals.log)
		append_to_log(ctx);
}
