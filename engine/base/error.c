/* SPDX-License-Identifier: MIT */
#define ERROR_DEFINES
#include "base/error.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct error_fact {
	const char *name;
	int exit_status;
	const char *hint;
};

static const struct error_fact error_facts[] = {
#define ERROR_FACT(id, status, text)                                                               \
	[CONTAINR_E_##id] = { .name = #id, .exit_status = (status), .hint = (text) },
	CONTAINR_ERROR_TABLE(ERROR_FACT)
#undef ERROR_FACT
};

static const struct error_fact *error_find(int32_t code)
{
	if (code < 0 || (size_t)code >= sizeof(error_facts) / sizeof(error_facts[0]))
		return NULL;
	return &error_facts[code];
}

const char *containr_error_name(int32_t code)
{
	const struct error_fact *fact = error_find(code);

	return fact ? fact->name : "UNKNOWN";
}

int containr_error_exit_status(int32_t code)
{
	const struct error_fact *fact = error_find(code);

	return fact ? fact->exit_status : 125;
}

const char *containr_error_default_hint(int32_t code)
{
	const struct error_fact *fact = error_find(code);

	return fact ? fact->hint : NULL;
}

static enum containr_error_code code_of_errno(int number, enum containr_error_code otherwise)
{
	switch (number) {
	case EPERM:
	case EACCES:
		return CONTAINR_E_PERMISSION_DENIED;
	case ENOSPC:
	case EDQUOT:
		return CONTAINR_E_NO_SPACE;
	case ENOMEM:
		return CONTAINR_E_OUT_OF_MEMORY;
	default:
		return otherwise;
	}
}

static void set_hint(struct containr_error *err, const char *hint)
{
	(void)snprintf(err->hint, sizeof(err->hint), "%s", hint ? hint : "");
}

int fail(struct containr_error *err, enum containr_error_code code, const char *fmt, ...)
{
	va_list args;

	err->code = (int32_t)code;
	err->sys_errno = 0;
	va_start(args, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	set_hint(err, containr_error_default_hint(err->code));
	return -err->code;
}

int fail_sys(struct containr_error *err, enum containr_error_code code, const char *fmt, ...)
{
	int number = errno;
	va_list args;
	size_t used;

	err->code = (int32_t)code_of_errno(number, code);
	err->sys_errno = number;
	va_start(args, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %s", strerror(number));
	set_hint(err, containr_error_default_hint(err->code));
	return -err->code;
}

int fail_oom(struct containr_error *err)
{
	return fail(err, CONTAINR_E_OUT_OF_MEMORY, "out of memory");
}

int fail_hint(struct containr_error *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
	return -err->code;
}

int fail_prefix(struct containr_error *err, const char *fmt, ...)
{
	char whole[sizeof(err->message)];
	size_t used;
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(whole, sizeof(whole), fmt, args);
	va_end(args);
	used = strlen(whole);
	(void)snprintf(whole + used, sizeof(whole) - used, ": %.*s",
		       (int)(sizeof(whole) - used > 3 ? sizeof(whole) - used - 3 : 0),
		       err->message);
	memcpy(err->message, whole, sizeof(whole));
	return -err->code;
}

void error_clear(struct containr_error *err)
{
	memset(err, 0, sizeof(*err));
}
