/* SPDX-License-Identifier: MIT */
#define ERROR_DEFINES
#include "base/error.h"

#include <errno.h>

/*
 * The monitor's own errors: it has nobody to tell, so that a code is all it keeps, and neither
 * printf(3) nor the texts of all errors are in its memory. Stands in for base/error.c.
 */

int fail(struct containr_error *err, enum containr_error_code code, const char *fmt, ...)
{
	(void)fmt;
	err->code = (int32_t)code;
	err->sys_errno = 0;
	return -err->code;
}

int fail_sys(struct containr_error *err, enum containr_error_code code, const char *fmt, ...)
{
	(void)fmt;
	err->code = (int32_t)code;
	err->sys_errno = errno;
	return -err->code;
}

int fail_hint(struct containr_error *err, const char *fmt, ...)
{
	(void)fmt;
	return -err->code;
}
