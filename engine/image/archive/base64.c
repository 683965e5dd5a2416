/* SPDX-License-Identifier: MIT */
#include "image/archive/base64.h"

#include "base/cleanup.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (1 << 16)

int base64_encode_pair(const char *user, const char *password, char **ret_text,
		       struct containr_error *err)
{
	autofree char *pair = NULL;
	autofree char *encoded = NULL;
	int len;

	if (strchr(user, ':'))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "a user's name cannot hold a colon");
	len = asprintf(&pair, "%s:%s", user, password);
	encoded = len < 0 || len > TEXT_MAX ? NULL : malloc((size_t)len / 3 * 4 + 8);
	if (!encoded)
		return fail_oom(err);
	(void)EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)pair, len);
	explicit_bzero(pair, (size_t)len);
	*ret_text = steal_ptr(&encoded);
	return 0;
}

int base64_decode_pair(const char *text, char **ret_user, char **ret_password,
		       struct containr_error *err)
{
	size_t len = strlen(text);
	autofree char *bytes = NULL;
	autofree char *user = NULL;
	char *colon;
	int got;

	if (len > TEXT_MAX)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "a stored login is too long");
	bytes = malloc(len + 4);
	if (!bytes)
		return fail_oom(err);
	got = EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)text, (int)len);
	if (got < 0)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "a stored login is no base64");
	bytes[got] = '\0';
	colon = strchr(bytes, ':');
	if (!colon)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "a stored login has no password");
	user = strndup(bytes, (size_t)(colon - bytes));
	*ret_password = strdup(colon + 1);
	explicit_bzero(bytes, (size_t)got);
	if (!user || !*ret_password)
		return fail_oom(err);
	*ret_user = steal_ptr(&user);
	return 0;
}
