/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_BASE64_H
#define IMAGE_ARCHIVE_BASE64_H

#include "base/error.h"

/* Base64 of "USER:PASSWORD", as HTTP (RFC 7617) and the files of logins have it, by OpenSSL. */

/** @ret_text: the caller's to free. Errors: INVALID_ARGUMENT for a user with a colon. */
int base64_encode_pair(const char *user, const char *password, char **ret_text,
		       struct containr_error *err) MUST_CHECK;

/** @ret_user, @ret_password: the caller's to free. Errors: INVALID_CONFIG. */
int base64_decode_pair(const char *text, char **ret_user, char **ret_password,
		       struct containr_error *err) MUST_CHECK;

#endif
